// Intervals and tests from fits: by hand, on CDNOW, and how often they are right over simulated populations.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <support/cdnow.hpp>
#include <vector>

namespace {

using namespace valorem;

TEST(inference, intervals_by_hand) {
  // z of 95 % is 1.959963984540054 (Abramowitz & Stegun, Table 26.5 has 1.95996).
  const double z = 1.959963984540054;
  const interval natural = confidence_interval(2.0, 0.5, 0.95, parameter_scale::natural);
  EXPECT_NEAR(natural.low, 2.0 - 0.5 * z, 1e-13);
  EXPECT_NEAR(natural.high, 2.0 + 0.5 * z, 1e-13);
  const interval logarithm = confidence_interval(2.0, 0.5);
  EXPECT_NEAR(logarithm.low, 2.0 * std::exp(-0.25 * z), 1e-13);
  EXPECT_NEAR(logarithm.high, 2.0 * std::exp(0.25 * z), 1e-13);
  const interval unknown = confidence_interval(2.0, not_a_value);
  EXPECT_TRUE(std::isnan(unknown.low) && std::isnan(unknown.high));
  for (const double level : {0.0, 1.0, -0.5, 95.0, not_a_value}) {
    EXPECT_THROW((void)confidence_interval(2.0, 0.5, level), contract_error) << level;
  }
}

TEST(inference, ratio_by_hand) {
  const likelihood_ratio t = likelihood_ratio_test(-102.0, -100.0, 2);
  EXPECT_EQ(t.statistic, 4.0);
  EXPECT_NEAR(t.p_value, std::exp(-2.0), 1e-14);
  EXPECT_EQ(likelihood_ratio_test(-100.0, -100.0 - 1e-9, 1).p_value, 1.0);
  EXPECT_THROW((void)likelihood_ratio_test(-100.0, -101.0, 1), contract_error);
  EXPECT_THROW((void)likelihood_ratio_test(-100.0, -99.0, 0), contract_error);
  EXPECT_THROW((void)likelihood_ratio_test(not_a_value, -99.0, 1), contract_error);
}

// NBD is BG/NBD without dropout: on CDNOW dropout is beyond doubt.
TEST(inference, cdnow_has_dropout) {
  const summary s = summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end,
                                                               .calibration_end = support::cdnow_calibration_end,
                                                               .unit = time_unit::week});
  const auto rows = compress(s);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto plain = fit<nbd>(used);
  const auto full = fit<bg_nbd>(used);
  const likelihood_ratio t = likelihood_ratio_test(plain, full);
  EXPECT_EQ(t.degrees_of_freedom, 2);
  EXPECT_EQ(t.statistic, 2 * (full.log_likelihood - plain.log_likelihood));
  EXPECT_LT(t.p_value, 1e-20);
  const auto ends = confidence_intervals(full);
  const auto values = full.model.parameters();
  const auto errors = full.standard_errors();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    EXPECT_EQ(ends[i], confidence_interval(values[i], errors[i]));
    EXPECT_LT(ends[i].low, values[i]);
    EXPECT_GT(ends[i].high, values[i]);
  }
  auto other = full;
  other.rows += 1;
  EXPECT_THROW((void)likelihood_ratio_test(plain, other), contract_error);
}

/// Contracts of one population, each seen for eight periods.
template <class M>
compressed_contracts contracts_of(const M& truth, std::uint64_t seed, std::size_t customers) {
  std::vector<double> duration(customers);
  std::vector<double> churned(customers);
  for (std::size_t i = 0; i < customers; ++i) {
    const contract_history h = simulate(truth, 8.0, seed, i);
    duration[i] = h.duration;
    churned[i] = h.churned;
  }
  return compress(weighted_contracts{.contracts = {duration, churned}});
}

// Over 400 populations a chance of 95 % shows within 95 ± 5·1.09 %, and one of 5 % within 5 ± 5·1.09 %.
TEST(inference, intervals_cover_and_tests_reject_as_often_as_they_say) {
  const shifted_beta_geometric truth{.alpha = 0.7, .beta = 1.2};
  int populations = 0;
  int covered[2] = {};
  int rejected = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto rows = contracts_of(truth, seed, 4000);
    const auto restricted = fit<shifted_beta_geometric>(rows);
    const auto full = fit<beta_discrete_weibull>(rows);
    ASSERT_EQ(restricted.outcome, fit_status::converged);
    ASSERT_EQ(full.outcome, fit_status::converged);
    ++populations;
    const auto ends = confidence_intervals(restricted);
    for (std::size_t i = 0; i < 2; ++i) {
      const double p = truth.parameters()[i];
      covered[i] += ends[i].low <= p && p <= ends[i].high ? 1 : 0;
    }
    rejected += likelihood_ratio_test(restricted, full).p_value < 0.05 ? 1 : 0;
  }
  const double n = populations;
  for (const int c : covered) EXPECT_NEAR(c / n, 0.95, 0.0545);
  EXPECT_NEAR(rejected / n, 0.05, 0.0545);
  EXPECT_GT(rejected, 0);
}

}  // namespace

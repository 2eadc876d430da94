// Intervals and tests from fits: by hand, on CDNOW, and how often they are right over simulated populations.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <support/cdnow.hpp>
#include <type_traits>
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
  int covered[4] = {};
  int rejected = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto rows = contracts_of(truth, seed, 4000);
    const auto restricted = fit<shifted_beta_geometric>(rows);
    const auto full = fit<beta_discrete_weibull>(rows);
    ASSERT_EQ(restricted.outcome, fit_status::converged);
    ASSERT_EQ(full.outcome, fit_status::converged);
    ++populations;
    const auto wald = confidence_intervals(restricted);
    const auto profile = profile_intervals(rows, restricted);
    for (std::size_t i = 0; i < 2; ++i) {
      const double p = truth.parameters()[i];
      covered[i] += wald[i].low <= p && p <= wald[i].high ? 1 : 0;
      covered[2 + i] += profile[i].low <= p && p <= profile[i].high ? 1 : 0;
    }
    rejected += likelihood_ratio_test(restricted, full).p_value < 0.05 ? 1 : 0;
  }
  const double n = populations;
  for (const int c : covered) EXPECT_NEAR(c / n, 0.95, 0.0545);
  EXPECT_NEAR(rejected / n, 0.05, 0.0545);
  EXPECT_GT(rejected, 0);
}

// A twin without derivatives: the likelihood in plain doubles, each other parameter in turn by golden section until no
// turn helps, and the end by halving.
template <class M, class Rows>
struct plain_profile {
  const Rows& rows;
  std::size_t held;

  [[nodiscard]] double log_likelihood_of(const std::vector<double>& x) const {
    std::array<double, parameter_count<M>> p{};
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = std::exp(x[i]);
    const M m = M::from(p);
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) sum += rows.weight[i] * log_likelihood(m, rows.columns()[i]);
    return sum;
  }

  [[nodiscard]] double best(std::vector<double> x) const {
    double top = log_likelihood_of(x);
    for (int turn = 0; turn < 20'000; ++turn) {
      const double before = top;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (i == held) continue;
        const double ratio = 0.5 * (std::sqrt(5.0) - 1);
        double low = x[i] - 0.5;
        double high = x[i] + 0.5;
        for (int k = 0; k < 28; ++k) {
          const double a = high - ratio * (high - low);
          const double b = low + ratio * (high - low);
          auto at_a = x;
          auto at_b = x;
          at_a[i] = a;
          at_b[i] = b;
          (log_likelihood_of(at_a) > log_likelihood_of(at_b) ? high : low) =
              log_likelihood_of(at_a) > log_likelihood_of(at_b) ? b : a;
        }
        x[i] = 0.5 * (low + high);
      }
      top = log_likelihood_of(x);
      if (top - before < 1e-10) break;
    }
    return top;
  }

  [[nodiscard]] double end(const fit_result<M>& f, double direction) const {
    std::vector<double> x;
    for (const double p : f.model.parameters()) x.push_back(std::log(p));
    const double wanted = f.log_likelihood - 0.5 * 1.959963984540054 * 1.959963984540054;
    double inside = 0;
    double outside = 4;
    for (int k = 0; k < 24; ++k) {
      const double middle = 0.5 * (inside + outside);
      auto at = x;
      at[held] += direction * middle;
      (best(at) > wanted ? inside : outside) = middle;
    }
    return std::exp(x[held] + direction * inside);
  }
};

template <class M, class Rows>
void expect_twins(const Rows& rows, const fit_result<M>& f, const intervals_of<M>& ends) {
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const plain_profile<M, Rows> twin{rows, i};
    const double low = twin.end(f, -1);
    const double high = twin.end(f, 1);
    // Where the twin stops, its likelihood is short of the top by up to 1e-6.
    EXPECT_NEAR(ends[i].low, low, 1e-5 * low) << i;
    EXPECT_NEAR(ends[i].high, high, 1e-5 * high) << i;
  }
}

TEST(inference, profile_intervals_against_a_twin) {
  const auto contracts = contracts_of(beta_discrete_weibull{.alpha = 0.7, .beta = 1.2, .c = 1.2}, 3, 4000);
  const auto weibull = fit<beta_discrete_weibull>(contracts);
  expect_twins(contracts, weibull, profile_intervals(contracts, weibull));
  const auto geometric = fit<shifted_beta_geometric>(contracts);
  expect_twins(contracts, geometric, profile_intervals(contracts, geometric));
}

summary sample_in(time_unit unit) {
  return summarise(
      support::cdnow_sample().view(),
      {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end, .unit = unit});
}

template <class M>
intervals_of<M> profile_of(const summary& s, double level = 0.95) {
  const auto rows = compress(s);
  const weighted_rows used{rows.columns(), rows.weight};
  return profile_intervals<M>(used, fit<M>(used), level);
}

TEST(inference, profiles_of_cdnow) {
  const summary weeks = sample_in(time_unit::week);
  const summary days = sample_in(time_unit::day);
  const auto expect_scaled = [&]<class M>(std::type_identity<M>) {
    const auto a = profile_of<M>(weeks);
    const auto b = profile_of<M>(days);
    const auto wider = profile_of<M>(weeks, 0.99);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::string_view name = M::parameter_names[i];
      const double unit = name == "alpha" || name == "beta" ? 7.0 : 1.0;
      EXPECT_NEAR(b[i].low, unit * a[i].low, 1e-6 * unit * a[i].low) << name;
      EXPECT_NEAR(b[i].high, unit * a[i].high, 1e-6 * unit * a[i].high) << name;
      EXPECT_LT(wider[i].low, a[i].low) << name;
      EXPECT_GT(wider[i].high, a[i].high) << name;
    }
  };
  expect_scaled(std::type_identity<nbd>{});
  expect_scaled(std::type_identity<bg_nbd>{});
  expect_scaled(std::type_identity<mbg_nbd>{});
  expect_scaled(std::type_identity<pareto_nbd>{});
  const auto rows = compress_spend(weeks);
  const auto spend = fit_spend(rows.x, rows.mean_spend, rows.weight);
  const auto ends = profile_spend_intervals(rows.x, rows.mean_spend, rows.weight, spend);
  const auto wald = confidence_intervals(spend);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    EXPECT_NEAR(ends[i].low, wald[i].low, 0.2 * wald[i].low);
    EXPECT_NEAR(ends[i].high, wald[i].high, 0.3 * wald[i].high);
  }
}

// Customers who never leave: a and b may be anything that keeps a small beside b, so the interval of a reaches 0.
TEST(inference, a_profile_is_open_towards_a_limit) {
  const nbd truth{.r = 1.0, .alpha = 10.0};
  std::vector<double> x(3000), t_x(3000), T(3000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const history h = simulate(truth, 39.0, 2, i).seen;
    x[i] = h.x, t_x[i] = h.t_x, T[i] = h.T;
  }
  const auto rows = compress(history_columns{x, t_x, T});
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<bg_nbd>(used);
  EXPECT_NE(f.outcome, fit_status::converged);
  const auto ends = profile_intervals(used, f);
  EXPECT_EQ(ends[2].low, 0.0);
  EXPECT_GT(ends[0].low, 0.8);
  EXPECT_LT(ends[0].high, 1.2);
  const bg_bb periods{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const history h = simulate(periods, 12.0, 2, i).seen;
    x[i] = h.x, t_x[i] = h.t_x, T[i] = h.T;
  }
  const auto counted = compress(history_columns{x, t_x, T});
  const weighted_rows in_periods{counted.columns(), counted.weight};
  const auto chances = fit<bg_bb>(in_periods);
  const auto around = profile_intervals(in_periods, chances, 0.9999);
  for (std::size_t i = 0; i < around.size(); ++i) {
    EXPECT_LT(around[i].low, periods.parameters()[i]);
    EXPECT_GT(around[i].high, periods.parameters()[i]);
  }
  auto of_others = f;
  of_others.rows += 1;
  EXPECT_THROW((void)profile_intervals(used, of_others), contract_error);
  EXPECT_THROW((void)profile_intervals(used, f, 1.0), contract_error);
}

// A handful of customers: whatever the likelihood does, the search ends, and an end that is found lies beyond the
// estimate.
TEST(inference, profiles_of_tiny_samples_end) {
  const nbd truth{.r = 0.5, .alpha = 8.0};
  int open = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::vector<double> x(30), t_x(30), T(30);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const history h = simulate(truth, 25.0, seed, i).seen;
      x[i] = h.x, t_x[i] = h.t_x, T[i] = h.T;
    }
    const auto rows = compress(history_columns{x, t_x, T});
    const weighted_rows used{rows.columns(), rows.weight};
    const auto expect_around = [&]<class M>(const fit_result<M>& f) {
      const auto ends = profile_intervals(used, f);
      const auto p = f.model.parameters();
      for (std::size_t i = 0; i < ends.size(); ++i) {
        EXPECT_FALSE(ends[i].low > p[i] || ends[i].high < p[i]) << M::model_name << " " << i << " of seed " << seed;
        open += ends[i].low == 0 || std::isinf(ends[i].high) ? 1 : 0;
      }
    };
    expect_around(fit<nbd>(used));
    expect_around(fit<bg_nbd>(used));
    expect_around(fit<mbg_nbd>(used));
  }
  EXPECT_GT(open, 0);
}

}  // namespace

// Kaplan-Meier by hand, by a plain twin, and on real contracts.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

using namespace valorem;

// Six contracts: ended at 1, 3, 3 and 4, running at 2 and 5.
TEST(kaplan_meier, by_hand) {
  const std::vector<double> duration{3, 1, 5, 3, 2, 4}, churned{1, 1, 0, 1, 0, 1};
  const auto curve = kaplan_meier(weighted_contracts{{duration, churned}});
  EXPECT_EQ(curve.t, (std::vector<double>{1, 2, 3, 4, 5}));
  EXPECT_EQ(curve.at_risk, (std::vector<double>{6, 5, 4, 2, 1}));
  EXPECT_EQ(curve.lost, (std::vector<double>{1, 0, 2, 1, 0}));
  EXPECT_EQ(curve.censored, (std::vector<double>{0, 1, 0, 0, 1}));
  const double S[] = {5 / 6., 5 / 6., 5 / 12., 5 / 24., 5 / 24.};
  const double sum[] = {1 / 30., 1 / 30., 1 / 30. + 1 / 4., 1 / 30. + 1 / 4. + 1 / 2., 1 / 30. + 1 / 4. + 1 / 2.};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(curve.survival[i], S[i], 1e-15);
    EXPECT_NEAR(curve.variance[i], S[i] * S[i] * sum[i], 1e-15);
    const double spread = 1.959963984540054 * std::sqrt(sum[i]) / -std::log(S[i]);
    EXPECT_NEAR(curve.low[i], std::pow(S[i], std::exp(spread)), 1e-14);
    EXPECT_NEAR(curve.high[i], std::pow(S[i], std::exp(-spread)), 1e-14);
  }
  EXPECT_EQ(curve.at(0), 1);
  EXPECT_EQ(curve.at(0.5), 1);
  EXPECT_EQ(curve.at(1), curve.survival[0]);
  EXPECT_EQ(curve.at(3.7), curve.survival[2]);
  EXPECT_EQ(curve.at(5), curve.survival[4]);
  EXPECT_TRUE(numeric::is_nan(curve.at(5.1)));
  EXPECT_TRUE(numeric::is_nan(curve.at(-1)));
  EXPECT_TRUE(numeric::is_nan(curve.at(not_a_value)));
}

// Without censoring the estimate is the share that is left, and Greenwood's variance is the binomial one.
TEST(kaplan_meier, a_whole_cohort) {
  const std::vector<double> lost{369, 163, 86, 56, 37, 27, 21};
  const auto curve = kaplan_meier(cohort{lost, 241}, 0.9);
  double left = 1000;
  for (std::size_t i = 0; i < lost.size(); ++i) {
    left -= lost[i];
    const double S = left / 1000;
    EXPECT_NEAR(curve.survival[i], S, 1e-15);
    EXPECT_NEAR(curve.variance[i], S * (1 - S) / 1000, 1e-17);
    EXPECT_TRUE(curve.low[i] < S && S < curve.high[i]);
  }
}

TEST(kaplan_meier, ends_of_the_scale_have_no_band) {
  const std::vector<double> lost{0, 5, 5};
  const auto curve = kaplan_meier(cohort{lost, 0});
  EXPECT_EQ(curve.t, (std::vector<double>{2, 3}));
  EXPECT_EQ(curve.survival, (std::vector<double>{.5, 0}));
  EXPECT_TRUE(numeric::is_nan(curve.low[1]) && numeric::is_nan(curve.high[1]) && numeric::is_nan(curve.variance[1]));
  const std::vector<double> duration{2}, running{0};
  const auto nothing = kaplan_meier(weighted_contracts{{duration, running}});
  EXPECT_EQ(nothing.survival[0], 1);
  EXPECT_EQ(nothing.variance[0], 0);
  EXPECT_TRUE(numeric::is_nan(nothing.low[0]) && numeric::is_nan(nothing.high[0]));
}

TEST(kaplan_meier, weights_are_repeated_contracts_and_the_order_does_not_matter) {
  const std::vector<double> duration{3, 1, 5, 3}, churned{1, 1, 0, 0}, weight{2, 3, 1, 2};
  const std::vector<double> many{5, 3, 3, 1, 1, 3, 1, 3}, ended{0, 0, 1, 1, 1, 1, 1, 0};
  const auto a = kaplan_meier(weighted_contracts{{duration, churned}, weight});
  const auto b = kaplan_meier(weighted_contracts{{many, ended}});
  EXPECT_EQ(a.survival, b.survival);
  EXPECT_EQ(a.high, b.high);
}

TEST(kaplan_meier, refuses_what_says_nothing) {
  const std::vector<double> zero{0}, one{1};
  EXPECT_THROW((void)kaplan_meier(weighted_contracts{{zero, zero}}), data_error);
  EXPECT_THROW((void)kaplan_meier(weighted_contracts{{one, zero}}, 1.0), contract_error);
  EXPECT_THROW((void)kaplan_meier(weighted_contracts{{one, zero}}, 0.0), contract_error);
  EXPECT_THROW((void)kaplan_meier(weighted_contracts{{one, zero}}, not_a_value), contract_error);
}

}  // namespace

// Correlations and eta squared, on columns whose answers have a closed form.
#include <valorem/population.hpp>

#include <boost/math/special_functions/beta.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;

using support::nan;

double below(std::mt19937& draw, unsigned n) {
  return static_cast<double>(draw() % n);
}

TEST(correlation, four_rows_have_a_p_value_of_one_less_the_coefficient) {
  // Student's t with 2 degrees: the two-sided tail is 1 - |r|.
  const std::vector<double> x{1, 2, 3, 4};
  for (const auto& y : {std::vector<double>{2, 1, 4, 3}, {4, 1, 3, 2}, {1, 2, 4, 3}, {0, 5, 5, 1}}) {
    for (const correlation& c : {pearson(x, y), spearman(x, y)})
      EXPECT_NEAR(c.p_value, 1 - std::fabs(c.coefficient), 1e-12 * c.p_value);
  }
}

TEST(correlation, spearman_with_ties) {
  // Mid-ranks 1 2 3 4 5 and 1 2 3.5 5 3.5: 8 / sqrt(10 * 9.5).
  const correlation c = spearman(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{5, 6, 7, 8, 7});
  EXPECT_DOUBLE_EQ(c.coefficient, 8 / std::sqrt(95.0));
  // Student's t with 3 degrees: 1 - 2/pi (u/(1+u^2) + atan u), u = t / sqrt 3 = r / sqrt(1 - r^2).
  const double u = c.coefficient / std::sqrt(1 - c.coefficient * c.coefficient);
  EXPECT_NEAR(c.p_value, 1 - 2 / std::numbers::pi * (u / (1 + u * u) + std::atan(u)), 1e-14);
  EXPECT_NEAR(c.p_value, 0.08858700531354381, 1e-14);  // scipy.stats.spearmanr, its documentation's example
}

TEST(correlation, ends_and_rows_left_out) {
  const std::vector<double> x{1, 2, 3, 4, 5}, up{1, 8, 27, 64, 125}, down{5, 4, 3, 2, 1}, flat{2, 2, 2, 2, 2};
  EXPECT_EQ(spearman(x, up).coefficient, 1);
  EXPECT_EQ(spearman(x, up).p_value, 0);
  EXPECT_LT(pearson(x, up).coefficient, 1);
  EXPECT_DOUBLE_EQ(pearson(x, down).coefficient, -1);
  EXPECT_TRUE(std::isnan(pearson(x, flat).coefficient) && std::isnan(pearson(x, flat).p_value));
  EXPECT_TRUE(std::isnan(pearson(std::vector<double>{.1, .1, .1}, std::vector<double>{1, 2, 3}).coefficient));
  const correlation holes = spearman(std::vector<double>{nan, 1, 2, 3, 4},
                                     std::vector<double>{0, 1, std::numeric_limits<double>::infinity(), 3, 4});
  EXPECT_EQ(holes.n, 3u);
  EXPECT_EQ(holes.coefficient, 1);
  EXPECT_EQ(pearson({}, {}).n, 0u);
  EXPECT_TRUE(std::isnan(pearson(std::vector<double>{1}, std::vector<double>{1}).coefficient));
  EXPECT_THROW((void)pearson(x, std::vector<double>{1}), contract_error);
}

TEST(correlation, small_p_values_keep_their_digits) {
  std::mt19937 draw(3);
  std::vector<double> x(5000), y(5000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = below(draw, 1000), y[i] = 0.55 * x[i] + below(draw, 1000);
  const correlation c = pearson(x, y);
  EXPECT_LT(c.p_value, 1e-200);
  // The tail as a series of positive terms: u^a sqrt(1-u) / (a B(a, 1/2)) Σ (a+1/2)_k / (a+1)_k u^k at u = 1 - r^2.
  const double a = 2499, u = 1 - c.coefficient * c.coefficient;
  double term = 1, sum = 1;
  for (int k = 0; k < 10'000; ++k) sum += term *= (a + 0.5 + k) / (a + 1 + k) * u;
  const double tail = std::exp(a * std::log(u)) * std::fabs(c.coefficient) / a * sum / boost::math::beta(a, 0.5);
  EXPECT_NEAR(c.p_value, tail, 1e-10 * tail);  // u^2499 multiplies the last bit of u by 2499
}

TEST(eta_squared, three_groups_worked_by_hand) {
  const std::vector<double> group{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 7, 7, 7, 7, 7, 7};
  const std::vector<double> y{6, 8, 4, 5, 3, 4, 8, 12, 9, 11, 6, 8, 13, 9, 11, 8, 7, 12};
  const variance_ratio v = eta_squared(group, y);
  EXPECT_EQ(v.groups, 3u);
  EXPECT_EQ(v.n, 18u);
  EXPECT_DOUBLE_EQ(v.eta_squared, 84.0 / 152);  // between 84, within 68
  EXPECT_DOUBLE_EQ(v.f, 42 / (68.0 / 15));
  EXPECT_NEAR(v.p_value, std::exp(7.5 * std::log(68.0 / 152)), 1e-12 * v.p_value);  // F with 2 and 15 degrees
}

TEST(eta_squared, two_groups_are_a_correlation) {
  std::mt19937 draw(4);
  std::vector<double> group(301), y(301);
  for (std::size_t i = 0; i < y.size(); ++i) group[i] = below(draw, 2), y[i] = below(draw, 50) + 3 * group[i];
  const variance_ratio v = eta_squared(group, y);
  const correlation c = pearson(group, y);
  EXPECT_NEAR(v.eta_squared, c.coefficient * c.coefficient, 1e-14);
  EXPECT_NEAR(v.p_value, c.p_value, 1e-10 * c.p_value);
}

TEST(eta_squared, edges_and_any_order) {
  const std::vector<double> x{1, 2, 3}, y{4, 5, 6};
  EXPECT_TRUE(std::isnan(eta_squared(x, y).eta_squared));                             // a group a row
  EXPECT_TRUE(std::isnan(eta_squared(std::vector<double>{1, 1, 1}, y).eta_squared));  // one group
  EXPECT_TRUE(std::isnan(eta_squared(std::vector<double>{1, 1, 2}, std::vector<double>{3, 3, 3}).eta_squared));
  const variance_ratio apart = eta_squared(std::vector<double>{1, 1, 2, 2}, std::vector<double>{3, 3, 4, 4});
  EXPECT_EQ(apart.eta_squared, 1);
  EXPECT_EQ(apart.p_value, 0);
  std::mt19937 draw(5);
  std::vector<std::size_t> order(400);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<double> g, v, moved_g, moved_v;
  for (std::size_t i = 0; i < order.size(); ++i) g.push_back(below(draw, 9)), v.push_back(0.1 * below(draw, 77));
  std::shuffle(order.begin(), order.end(), draw);
  for (const std::size_t i : order) moved_g.push_back(g[i]), moved_v.push_back(v[i]);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(eta_squared(g, v).f),
            std::bit_cast<std::uint64_t>(eta_squared(moved_g, moved_v).f));
}

}  // namespace

#include <valorem/population/concentration.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::concentration;
using valorem::concentration_reason;
using valorem::gini;
using valorem::lorenz;
using valorem::status;
using valorem::top_share;
using wide = boost::multiprecision::cpp_bin_float_50;
using column = std::vector<double>;

using support::inf;
using support::nan;

column drawn_spend(std::size_t n) {
  column x(n);
  std::mt19937_64 random(31);
  std::lognormal_distribution<double> money(2, 1.5);
  for (auto& v : x) v = money(random);
  return x;
}

// Half the mean absolute difference over the mean, all pairs, 50 digits.
double gini_by_pairs(const column& x) {
  wide differences = 0, total = 0;
  for (const double a : x) {
    total += wide(a);
    for (const double b : x) differences += abs(wide(a) - wide(b));
  }
  const wide n = static_cast<double>(x.size());
  return static_cast<double>(differences / (2 * n * total));
}

TEST(concentration, golden_g7) {
  const column x{1, 2, 3, 4};
  EXPECT_EQ(gini(x).value, 0.25);
  EXPECT_EQ(gini(x, true).value, 1.0 / 3);
  EXPECT_EQ(lorenz(x), (column{.1, .3, .6, 1}));
  EXPECT_EQ(top_share(x, 0.25).value, 0.4);
  column damgaard(9, 50.0 / 9);
  damgaard.push_back(50);
  EXPECT_NEAR(gini(damgaard).value, 0.4, 1e-15);
  EXPECT_DOUBLE_EQ(gini(column{2, 2, 2, 2, 2, 18, 18, 18, 18, 18}).value, 0.4);
}

TEST(gini, agrees_with_all_pairs) {
  for (const std::size_t n : {1, 2, 3, 10, 101, 600}) {
    const column x = drawn_spend(n);
    EXPECT_NEAR(gini(x).value, gini_by_pairs(x), 1e-13 * gini_by_pairs(x)) << n;
  }
  column nearly_equal(500);
  for (std::size_t i = 0; i < 500; ++i) nearly_equal[i] = 1e6 + static_cast<double>(i % 7) * 0x1p-30;
  const double exact = gini_by_pairs(nearly_equal);
  EXPECT_NEAR(gini(nearly_equal).value / exact, 1, 1e-13);
}

TEST(gini, is_the_area_between_the_lorenz_curve_and_equality) {
  const column x = drawn_spend(1000), curve = lorenz(x);
  double area = 0, before = 0;
  for (const double held : curve) {
    area += (before + held) / 2 / 1000;
    before = held;
  }
  EXPECT_NEAR(gini(x).value, 1 - 2 * area, 1e-13);
}

TEST(gini, order_scale_and_replication_change_nothing) {
  column x = drawn_spend(400);
  const double g = gini(x).value;
  column scaled = x, twice = x;
  for (auto& v : scaled) v *= 0x1p10;
  twice.insert(twice.end(), x.begin(), x.end());
  EXPECT_EQ(gini(scaled).value, g);
  EXPECT_NEAR(gini(twice).value, g, 1e-14);
  std::shuffle(x.begin(), x.end(), std::mt19937_64(1));
  EXPECT_EQ(gini(x).value, g);
  EXPECT_EQ(gini(column(50, 3.0)).value, 0);
  column one_has_all(50, 0.0);
  one_has_all[7] = 9;
  EXPECT_DOUBLE_EQ(gini(one_has_all).value, 1 - 1.0 / 50);
  EXPECT_DOUBLE_EQ(gini(one_has_all, true).value, 1);
}

TEST(top_share, counts_a_fraction_of_the_last_customer) {
  const column x{1, 2, 3, 4};
  EXPECT_EQ(top_share(x, 0).value, 0);
  EXPECT_EQ(top_share(x, 1).value, 1);
  EXPECT_EQ(top_share(x, 0.125).value, 0.2);
  EXPECT_EQ(top_share(x, 0.375).value, 0.55);
  EXPECT_EQ(top_share(x, 0.5).value, 0.7);
}

TEST(top_share, mirrors_the_lorenz_curve) {
  const column x = drawn_spend(1000), curve = lorenz(x);
  for (std::size_t k = 1; k < 1000; k += 37)
    EXPECT_NEAR(top_share(x, static_cast<double>(k) / 1000).value, 1 - curve[999 - k], 1e-12);
  double before = 0;
  for (double share = 0; share <= 1; share += 0.0007) {
    const double held = top_share(x, share).value;
    EXPECT_GE(held, before);
    EXPECT_GE(held, share - 1e-15);
    before = held;
  }
}

TEST(concentration, what_has_none_says_why) {
  const auto check = [](const column& x, concentration_reason reason) {
    const concentration c(x);
    EXPECT_EQ(c.reason(), reason) << name(c.reason());
    for (const auto& a : {c.gini(), c.gini_sample(), c.top_share(0.2)}) {
      EXPECT_EQ(a.why, status::undefined);
      EXPECT_TRUE(std::isnan(a.value));
    }
    EXPECT_TRUE(c.lorenz().empty());
  };
  check({}, concentration_reason::empty);
  check({nan, inf}, concentration_reason::empty);
  check({-1, -1, 4}, concentration_reason::negative_values);
  check({-1, -1}, concentration_reason::negative_values);
  check({0, 0, -0.0}, concentration_reason::total_not_positive);
  check({1e308, 1e308}, concentration_reason::overflow);
  EXPECT_EQ(gini(column{5}).value, 0);
  EXPECT_EQ(gini(column{5}, true).why, status::undefined);
  EXPECT_EQ(gini(column{5, -0.0}).value, 0.5);
  EXPECT_EQ(top_share(column{1, 2}, nan).why, status::missing);
  EXPECT_EQ(top_share(column{1, 2}, 1.5).why, status::invalid);
  EXPECT_EQ(top_share(column{1, 2}, -0.1).why, status::invalid);
}

TEST(concentration, rows_without_a_finite_value_are_counted_and_leave_no_trace) {
  const concentration c(column{nan, 1, 2, inf, 3, 4, nan});
  EXPECT_EQ(c.n(), 4u);
  EXPECT_EQ(c.n_missing(), 2u);
  EXPECT_EQ(c.n_infinite(), 1u);
  EXPECT_EQ(c.gini().value, 0.25);
  EXPECT_EQ(c.total(), 10);
}

TEST(concentration, subnormal_amounts) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(gini(column{tiny, 2 * tiny, 3 * tiny, 4 * tiny}).value, 0.25);
}

}  // namespace

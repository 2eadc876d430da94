// P(a, x) and Q(a, x) against a table made by two routes, their series at 50 digits, and what they are for some shapes.
#include <valorem/numeric/incomplete_gamma.hpp>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <support/numbers.hpp>
#include <vector>

namespace {

namespace numeric = valorem::numeric;
using exact = boost::multiprecision::cpp_bin_float_50;

using support::eps;
using support::inf;
constexpr double smallest_normal = std::numeric_limits<double>::min();

struct answer {
  double value;
  double cond;
  bool logarithm;
};
void expect_near(double got, const answer& want, double a, double x, const char* what) {
  const double size = want.logarithm ? std::max(1.0, std::fabs(want.value)) : want.value;
  const double allowed = std::max(1e-12 * size, 4 * eps * want.cond * (want.logarithm ? 1.0 : want.value));
  EXPECT_LE(std::fabs(got - want.value), allowed) << what << " a " << a << " x " << x << " got " << got;
}

TEST(incomplete_gamma, agrees_with_the_table) {
  std::ifstream in(std::string(VALOREM_TEST_DIR) + "/reference/incomplete_gamma.csv");
  std::string line;
  std::getline(in, line);
  ASSERT_EQ(line, "a,x,p,q,log_p,log_q,cond_p,cond_q");
  int rows = 0;
  for (; std::getline(in, line); ++rows) {
    std::vector<double> v;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) {
      v.push_back(static_cast<double>(exact(cell)));
    }
    ASSERT_EQ(v.size(), 8u);
    const double a = v[0];
    const double x = v[1];
    if (v[2] >= smallest_normal) expect_near(numeric::incomplete_gamma_p(a, x), {v[2], v[6], false}, a, x, "P");
    if (v[3] >= smallest_normal) expect_near(numeric::incomplete_gamma_q(a, x), {v[3], v[7], false}, a, x, "Q");
    expect_near(numeric::log_incomplete_gamma_p(a, x), {v[4], v[6], true}, a, x, "ln P");
    expect_near(numeric::log_incomplete_gamma_q(a, x), {v[5], v[7], true}, a, x, "ln Q");
  }
  EXPECT_GE(rows, 130);
}

/// P and Q by the series of positive terms, at 50 digits; Q has 50 less those that 1 - P loses.
struct both {
  exact p;
  exact q;
};
both by_series(const exact& a, const exact& x) {
  exact term = 1;
  exact sum = 1;
  for (exact n = a + 1; term > sum * exact("1e-52"); n += 1) {
    term *= x / n;
    sum += term;
  }
  const exact p = sum * exp(a * log(x) - x - boost::math::lgamma(exact(a + 1)));
  return {p, 1 - p};
}

TEST(incomplete_gamma, is_its_series_at_random_points) {
  std::mt19937_64 random(71);
  std::uniform_real_distribution<double> exponent(std::log(1e-3), std::log(1e4));
  std::normal_distribution<double> offset(0, 3);
  double worst = 0;
  for (int i = 0; i < 150; ++i) {
    const double a = std::exp(exponent(random));
    const double x = std::min(60 + 1.1 * a, a * std::exp(offset(random) / std::sqrt(a + 0.05)));
    const exact step("1e-15");
    const both want = by_series(a, x);
    const both in_a = by_series(exact(a) * (1 + step), x);
    const both in_x = by_series(a, exact(x) * (1 + step));
    const auto check = [&](double got, const exact& value, const exact& moved_a, const exact& moved_x) {
      if (value < exact(1e-25)) return;  // the table's
      const double cond = static_cast<double>((abs(moved_a - value) + abs(moved_x - value)) / (step * value));
      const double bar = std::max(1e-12, 4 * eps * cond);
      const double error = static_cast<double>(abs(exact(got) - value) / value);
      worst = std::max(worst, error / bar);
      EXPECT_LE(error, bar) << "a " << a << " x " << x;
    };
    check(numeric::incomplete_gamma_p(a, x), want.p, in_a.p, in_x.p);
    check(numeric::incomplete_gamma_q(a, x), want.q, in_a.q, in_x.q);
  }
  RecordProperty("worst_part_of_the_bar", std::to_string(worst));
}

TEST(incomplete_gamma, of_shape_1_is_the_exponential_and_of_one_half_the_normal) {
  for (const double x : {1e-300, 1e-9, 0.3, 1.4999, 1.5, 7.0, 700.0}) {
    // A logarithm of 690 has an error of 690 eps.
    EXPECT_NEAR(numeric::incomplete_gamma_p(1.0, x) / -std::expm1(-x), 1, 3e-13);
    EXPECT_NEAR(numeric::incomplete_gamma_q(1.0, x) / std::exp(-x), 1, 1e-12);
    EXPECT_NEAR(numeric::incomplete_gamma_q(0.5, x) / std::erfc(std::sqrt(x)), 1, 1e-12);
  }
}

// Where neither series nor table reaches: P(a, x) - P(a+1, x) is the density x^a e^-x / Γ(a+1), and P + Q = 1.
TEST(incomplete_gamma, steps_by_its_density_for_huge_shapes) {
  for (const double a : {5e3, 3e7, 1e9, 4e12}) {
    for (const double sd : {-6.0, -2.0, -0.5, 0.0, 0.5, 2.0, 6.0}) {
      const double x = a + sd * std::sqrt(a);
      const double p = numeric::incomplete_gamma_p(a, x);
      const double q = numeric::incomplete_gamma_q(a, x);
      EXPECT_NEAR(p + q, 1, 2 * eps);
      // About the normal curve, by the two terms of the Edgeworth series; the rest is of order 1/a.
      const double y = (x - a) / std::sqrt(a);
      const double phi = std::exp(-0.5 * y * y) / std::sqrt(2 * M_PI);
      EXPECT_NEAR(p, 0.5 * std::erfc(-y / std::sqrt(2.0)) - phi * (y * y - 1) / (3 * std::sqrt(a)),
                  3 / a + 4 * eps * std::sqrt(a));
      const double step = 0.25 * std::sqrt(a);
      EXPECT_LT(p, numeric::incomplete_gamma_p(a, x + step));
      EXPECT_GT(q, numeric::incomplete_gamma_q(a, x + step));
    }
  }
}

TEST(incomplete_gamma, has_no_seam_where_one_formula_takes_over_from_another) {
  const auto same = [](double a, double b) { EXPECT_NEAR(a / b, 1, 1e-12); };
  for (const double a : {1e-300, 1e-3, 0.2, 0.999999}) {  // x = 3/2
    same(numeric::incomplete_gamma_q(a, std::nextafter(1.5, 0)), numeric::incomplete_gamma_q(a, 1.5));
  }
  for (const double x : {0.01, 0.9, 1.2}) {  // a = 1
    same(numeric::incomplete_gamma_p(1.0, x), numeric::incomplete_gamma_p(std::nextafter(1.0, 0), x));
    same(numeric::incomplete_gamma_q(1.0, x), numeric::incomplete_gamma_q(std::nextafter(1.0, 0), x));
  }
  const double large = numeric::detail::large_shape;
  for (const double x : {0.95 * large, large - 1, large, large + 1, 1.06 * large}) {
    same(numeric::incomplete_gamma_p(large, x), numeric::incomplete_gamma_p(std::nextafter(large, 0), x));
    same(numeric::incomplete_gamma_q(large, x), numeric::incomplete_gamma_q(std::nextafter(large, 0), x));
  }
}

TEST(incomplete_gamma, at_its_ends) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double a : {1e-300, 1e-3, 1.0, 50.0, 1e9}) {
    EXPECT_EQ(numeric::incomplete_gamma_p(a, 0.0), 0.0);
    EXPECT_EQ(numeric::incomplete_gamma_q(a, 0.0), 1.0);
    EXPECT_EQ(numeric::incomplete_gamma_p(a, inf), 1.0);
    EXPECT_EQ(numeric::incomplete_gamma_q(a, inf), 0.0);
    EXPECT_EQ(numeric::log_incomplete_gamma_p(a, 0.0), -inf);
    EXPECT_EQ(numeric::log_incomplete_gamma_q(a, inf), -inf);
    EXPECT_EQ(numeric::incomplete_gamma_p_inverse(a, 0.0), 0.0);
    EXPECT_EQ(numeric::incomplete_gamma_p_inverse(a, 1.0), inf);
    EXPECT_EQ(numeric::incomplete_gamma_q_inverse(a, 0.0), inf);
    EXPECT_EQ(numeric::incomplete_gamma_q_inverse(a, 1.0), 0.0);
    for (const double bad : {-1.0, nan}) {
      EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_p(a, bad)));
      EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_q(a, bad)));
      EXPECT_TRUE(std::isnan(numeric::log_incomplete_gamma_p(a, bad)));
      EXPECT_TRUE(std::isnan(numeric::log_incomplete_gamma_q(a, bad)));
      EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_p_inverse(a, bad)));
      EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_q_inverse(a, bad)));
    }
    EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_p_inverse(a, 1.5)));
  }
  for (const double bad : {0.0, -1.0, nan, inf}) {
    EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_p(bad, 1.0)));
    EXPECT_TRUE(std::isnan(numeric::incomplete_gamma_p_inverse(bad, 0.5)));
  }
}

// The bound of the doc line: of the smaller tail, 32 eps (1 + |ln of it| + d ln of it / d ln x).
TEST(incomplete_gamma, inverse_comes_back) {
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> uniform(0, 1);
  double worst = 0;
  int seen = 0;
  for (int i = 0; i < 4000; ++i) {
    const double a = std::exp(std::log(1e-4) + uniform(random) * std::log(i % 10 == 0 ? 1e14 : 1e8));
    const double share = i % 2 == 0 ? uniform(random) : std::exp(-700 * uniform(random));
    for (const bool upper : {false, true}) {
      const double x =
          upper ? numeric::incomplete_gamma_q_inverse(a, share) : numeric::incomplete_gamma_p_inverse(a, share);
      ASSERT_TRUE(x >= 0) << a << " " << share;
      if (x < smallest_normal) continue;
      const bool small = share <= 0.5;
      const double want = small ? std::log(share) : std::log1p(-share);
      const bool look_up = upper == small;
      const double got = look_up ? numeric::log_incomplete_gamma_q(a, x) : numeric::log_incomplete_gamma_p(a, x);
      const double slope = std::exp(numeric::detail::log_density_of_gamma(a, x) - got);
      const double part = std::fabs(got - want) / (eps * (1 + std::fabs(want) + slope));
      worst = std::max(worst, part);
      EXPECT_LE(part, 32) << "a " << a << " share " << share << " upper " << upper << " x " << x;
      ++seen;
    }
  }
  EXPECT_GT(seen, 6000);
  RecordProperty("worst_of_32", std::to_string(worst));
}

TEST(incomplete_gamma, inverse_agrees_with_known_quantiles) {
  // Chi-square: 95 % of one, two and ten degrees of freedom (tables of Abramowitz & Stegun, 26.8).
  EXPECT_NEAR(2 * numeric::incomplete_gamma_q_inverse(0.5, 0.05), 3.841458820694124, 1e-14);
  EXPECT_NEAR(2 * numeric::incomplete_gamma_q_inverse(1.0, 0.05), 5.991464547107979, 1e-14);
  EXPECT_NEAR(2 * numeric::incomplete_gamma_q_inverse(5.0, 0.05), 18.307038053275146, 4e-14);
  // Small shapes: x^a / Γ(a+1) alone.
  EXPECT_NEAR(std::log(numeric::incomplete_gamma_p_inverse(1e-3, 0.5)),
              (std::log(0.5) + static_cast<double>(boost::math::lgamma(exact(1.001)))) / 1e-3, 1e-9);
  EXPECT_EQ(numeric::incomplete_gamma_p_inverse(1e-3, 0.1), 0.0) << "below every double";
}

}  // namespace

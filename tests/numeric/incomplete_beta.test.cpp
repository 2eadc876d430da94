// I_x(n, s) for whole n against its finite sum of negative binomial terms at 50 digits.
#include <valorem/numeric/incomplete_beta.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <support/numbers.hpp>

namespace {

namespace numeric = valorem::numeric;
using exact = boost::multiprecision::cpp_bin_float_50;

using support::eps;

struct both {
  exact at_least;
  exact fewer;
};
/// P(N >= n) and P(N < n) of a negative binomial with size s and odds u : w.
both by_sum(int n, const exact& s, const exact& u, const exact& w) {
  const exact x = u / (u + w);
  exact term = exp(s * log(w / (u + w)));
  exact fewer = 0;
  int j = 0;
  for (; j < n; ++j) {
    fewer += term;
    term *= x * (s + j) / (j + 1);
  }
  exact rest = 0;
  for (; term > rest * exact("1e-45"); ++j) {
    rest += term;
    term *= x * (s + j) / (j + 1);
  }
  return {rest, fewer};
}

/// Σ |v ∂f/∂v| / |f| over s, u and w.
double condition(int n, double s, double u, double w, bool upper) {
  const exact step("1e-15");
  const auto value = [&](const exact& a, const exact& b, const exact& c) {
    const both f = by_sum(n, a, b, c);
    return upper ? f.at_least : f.fewer;
  };
  const exact f = value(s, u, w);
  const exact sum = abs(value(s * (1 + step), u, w) - f) + abs(value(s, u * (1 + step), w) - f) +
                    abs(value(s, u, w * (1 + step)) - f);
  return static_cast<double>(sum / (step * f));
}

TEST(incomplete_beta, is_the_tail_of_a_negative_binomial) {
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> exponent(std::log(1e-3), std::log(1e3));
  std::uniform_real_distribution<double> offset(-3, 3);
  double worst = 0;
  for (int i = 0; i < 200; ++i) {
    const double s = std::exp(exponent(random));
    const int n = 1 + static_cast<int>(std::exp(exponent(random)));
    const double w = std::exp(exponent(random));
    // Around the mean count, so that neither side is nothing; x stays off 1, where the sum would not end.
    const double u = std::min(40 * w, w * n / s * std::exp(offset(random) / std::sqrt(1 + std::min<double>(n, s))));
    const both want = by_sum(n, s, u, w);
    const auto check = [&](double got, const exact& value, bool upper) {
      if (value < exact(1e-300)) return;
      const double bar = std::max(1e-12, 4 * eps * condition(n, s, u, w, upper));
      const double error = static_cast<double>(abs(exact(got) - value) / value);
      worst = std::max(worst, error / bar);
      EXPECT_LE(error, bar) << "n " << n << " s " << s << " odds " << u / w << " upper " << upper;
    };
    check(numeric::incomplete_beta(n, s, u, w), want.at_least, true);
    check(numeric::incomplete_beta(s, n, w, u), want.fewer, false);
  }
  RecordProperty("worst_part_of_the_bar", std::to_string(worst));
}

TEST(incomplete_beta, at_its_ends) {
  EXPECT_EQ(numeric::incomplete_beta(2.0, 3.0, 0.0, 1.0), 0.0);
  EXPECT_EQ(numeric::incomplete_beta(2.0, 3.0, 1.0, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(numeric::incomplete_beta(1.0, 1.0, 1.0, 3.0), 0.25);
  // Symmetry: I_x(a, b) = 1 - I_(1-x)(b, a).
  EXPECT_DOUBLE_EQ(numeric::incomplete_beta(0.3, 7.0, 1.0, 9.0) + numeric::incomplete_beta(7.0, 0.3, 9.0, 1.0), 1.0);
}

}  // namespace

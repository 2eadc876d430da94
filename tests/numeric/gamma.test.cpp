// Gamma functions and their differences against Boost's at 50 digits (100 where a derivative is taken by differences),
// each within the bound that its docstring states.
#include <valorem/numeric/gamma.hpp>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

namespace numeric = valorem::numeric;
using exact = boost::multiprecision::cpp_bin_float_50;
using finer = boost::multiprecision::cpp_bin_float_100;

using support::eps;

double size_of(const exact& x) {
  return static_cast<double>(abs(x));
}
double distance(double got, const exact& want) {
  return static_cast<double>(abs(exact(got) - want));
}
exact lgamma_of(const exact& z) {
  return boost::math::lgamma(z);
}
exact digamma_of(const exact& z) {
  return boost::math::digamma(z);
}
exact trigamma_of(const exact& z) {
  const finer step = finer(z) * finer("1e-25");
  const finer up = boost::math::digamma(finer(finer(z) + step));
  const finer down = boost::math::digamma(finer(finer(z) - step));
  return exact((up - down) / (2 * step));
}

/// Arguments over the whole domain: hand-picked ones and ones at random, the same on every run.
std::vector<double> arguments(double low, double high, std::size_t n) {
  std::vector<double> out{low, high};
  for (const double v : {0.5, 1.0, 1.0 + eps, 1.5, 2.0, 2.0 - eps, 9.9999, 10.0, 32.0, 1000.0, 1e5}) {
    if (v > low && v < high) out.push_back(v);
  }
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(std::log(low), std::log(high));
  while (out.size() < n) out.push_back(std::exp(exponent(random)));
  return out;
}

struct pair {
  double a;
  double x;
};
/// a > 0 with x >= 0: whole ones, tiny ones, and any.
std::vector<pair> pairs(std::size_t n) {
  std::vector<pair> out;
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> exponent(std::log(1e-3), std::log(1e6));
  std::uniform_real_distribution<double> tiny(std::log(1e-12), std::log(1.0));
  for (const double x : {0.0, 1.0, 2.0, 31.0, 32.0, 33.0, 1000.0, 1e5, 1e6}) {
    for (const double a : {1e-3, 0.25, 1.0, 9.5, 1e3, 1e6}) out.push_back({a, x});
  }
  while (out.size() < n) {
    const double a = std::exp(exponent(random));
    out.push_back({a, std::floor(std::exp(exponent(random)))});
    out.push_back({a, std::exp(tiny(random))});
    out.push_back({a, std::exp(exponent(random))});
  }
  return out;
}

TEST(gamma, binet) {
  const exact half_log_two_pi("0.91893853320467274178032973640561763986139747363778341281715");
  for (const double z : arguments(1e-3, 1e6, 600)) {
    const exact want = lgamma_of(z) - ((exact(z) - 0.5) * log(exact(z)) - exact(z) + half_log_two_pi);
    EXPECT_LE(distance(numeric::binet(z), want), 4 * eps * (size_of(want) + 1)) << z;
  }
}

TEST(gamma, lgamma) {
  for (const double z : arguments(1e-3, 1e6, 600)) {
    const exact want = lgamma_of(z);
    EXPECT_LE(distance(numeric::lgamma(z), want), 8 * eps * std::max(size_of(want), z)) << z;
  }
  // Around its zeros the error is relative.
  for (const double zero : {1.0, 2.0}) {
    for (double d = 1e-15; d < 0.05; d *= 3) {
      for (const double z : {zero - d, zero + d}) {
        const exact want = lgamma_of(z);
        EXPECT_LE(distance(numeric::lgamma(z), want), 16 * eps * size_of(want)) << z;
      }
    }
  }
  EXPECT_EQ(numeric::lgamma(1.0), 0.0);
  EXPECT_EQ(numeric::lgamma(2.0), 0.0);
}

TEST(gamma, lgamma_delta) {
  for (const auto& [a, x] : pairs(1500)) {
    const exact want = lgamma_of(exact(a) + x) - lgamma_of(a);
    const double got = numeric::lgamma_delta(a, x);
    EXPECT_LE(distance(got, want), 8 * eps * (size_of(want) + x + 1)) << a << ' ' << x;
    if (x < 1e-3 * std::min(a, 1.0)) {
      // Relative to what it is made of: the slope at a vanishes near 1.46.
      const double parts = x * (std::fabs(std::log(a)) + 1 / a + 1);
      EXPECT_LE(distance(got, want), 8 * eps * parts) << a << ' ' << x;
    }
  }
}

TEST(gamma, log_beta) {
  for (const auto& [a, x] : pairs(900)) {
    if (x == 0) continue;
    const exact want = lgamma_of(a) + lgamma_of(x) - lgamma_of(exact(a) + x);
    const double bound = 16 * eps * (size_of(lgamma_of(std::min(a, x))) + size_of(want) + 1);
    EXPECT_LE(distance(numeric::log_beta(a, x), want), bound) << a << ' ' << x;
    EXPECT_EQ(numeric::log_beta(a, x), numeric::log_beta(x, a));
  }
}

TEST(gamma, log_beta_ratio) {
  const auto bs = arguments(1e-3, 1e6, 1500);
  std::size_t i = 0;
  for (const auto& [a, x] : pairs(1500)) {
    const exact b = bs[i++ % bs.size()];
    const exact want = (lgamma_of(b + x) - lgamma_of(exact(a) + b + x)) - (lgamma_of(b) - lgamma_of(exact(a) + b));
    const double got = numeric::log_beta_ratio(a, static_cast<double>(b), x);
    EXPECT_LE(distance(got, want), 16 * eps * (size_of(want) + 1)) << a << ' ' << b << ' ' << x;
  }
}

// As a vanishes it is a times a difference of digammas: the error stays relative. a may be negative.
TEST(gamma, log_beta_ratio_of_a_small_or_negative) {
  for (double a = 1e-14; a < 0.6; a *= 4.7) {
    for (const double b : {0.7, 3.8, 40.0, 1e4}) {
      for (const double x : {1.0, 7.0, 100.0, 1e4}) {
        for (const double sign : {-1.0, 1.0}) {
          const finer s = sign * finer(a);
          const finer want = (boost::math::lgamma(finer(finer(b) + x)) - boost::math::lgamma(finer(s + b + x))) -
                             (boost::math::lgamma(finer(b)) - boost::math::lgamma(finer(s + b)));
          EXPECT_LE(distance(numeric::log_beta_ratio(sign * a, b, x), exact(want)), 16 * eps * size_of(exact(want)))
              << sign * a << ' ' << b << ' ' << x;
        }
      }
    }
  }
}

TEST(gamma, log_rising_scaled) {
  for (const auto& [r, x] : pairs(1500)) {
    const exact want = lgamma_of(exact(r) + x) - lgamma_of(r) - exact(x) * log(exact(r) + x);
    EXPECT_LE(distance(numeric::log_rising_scaled(r, x), want), 8 * eps * (x + size_of(want) + 1)) << r << ' ' << x;
  }
}

TEST(gamma, log_beta_kernel) {
  std::mt19937_64 random(13);
  std::uniform_real_distribution<double> share(-8, 8);
  for (const auto& [A, B] : pairs(1500)) {
    if (B < 1e-3) continue;
    // Near the peak, where large parts cancel, and away from it.
    const double odds = A / B * std::exp(share(random) / std::sqrt(A + B + 1));
    const double w = 3.7;
    const double u = odds * w;
    const exact rho = exact(u) / (exact(u) + w);
    const exact rest = exact(w) / (exact(u) + w);
    const exact want =
        exact(A) * log(rho) + exact(B) * log(rest) - (lgamma_of(A) + lgamma_of(B) - lgamma_of(exact(A) + B));
    const double bound = 8 * eps * (size_of(want) + std::sqrt(A + B) + 1);
    EXPECT_LE(distance(numeric::log_beta_kernel(A, B, u, w), want), bound) << A << ' ' << B << ' ' << u;
  }
}

TEST(gamma, digamma_and_trigamma) {
  for (const double z : arguments(1e-3, 1e6, 300)) {
    const exact want = digamma_of(z);
    EXPECT_LE(distance(numeric::digamma(z), want), 8 * eps * (size_of(want) + 1)) << z;
    const exact slope = trigamma_of(z);
    EXPECT_LE(distance(numeric::trigamma(z), slope), 8 * eps * size_of(slope)) << z;
  }
}

TEST(gamma, digamma_delta_and_trigamma_delta) {
  for (const auto& [a, x] : pairs(450)) {
    const exact want = digamma_of(exact(a) + x) - digamma_of(a);
    EXPECT_LE(distance(numeric::digamma_delta(a, x), want), 16 * eps * size_of(want)) << a << ' ' << x;
    const exact slope = trigamma_of(exact(a) + x) - trigamma_of(a);
    EXPECT_LE(distance(numeric::trigamma_delta(a, x), slope), 16 * eps * size_of(slope)) << a << ' ' << x;
  }
}

}  // namespace

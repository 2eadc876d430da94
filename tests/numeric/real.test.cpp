// The small functions that keep differences exact, against 50 digits.
#include <valorem/numeric/real.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

namespace numeric = valorem::numeric;
using exact = boost::multiprecision::cpp_bin_float_50;

using support::eps;

double relative(double got, const exact& want) {
  return want == 0 ? std::fabs(got) : static_cast<double>(abs((exact(got) - want) / want));
}

// Each sign at every size, and both sides of the borders between the forms.
template <class F>
void over(double low, double high, F&& check) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> exponent(std::log(1e-300), std::log(700.0));
  std::uniform_real_distribution<double> near(-1.0, 1.0);
  for (const double border : {-0.4, 0.6, -0.25, 0.25, 0.0}) {
    for (const double v : {border, std::nextafter(border, -1.0), std::nextafter(border, 1.0)}) {
      if (v > low && v < high) check(v);
    }
  }
  for (int i = 0; i < 4000; ++i) {
    for (const double v : {std::exp(exponent(random)), -std::exp(exponent(random)), near(random)}) {
      if (v > low && v < high) check(v);
    }
  }
}

TEST(real, log1pmx) {
  over(-1.0, 700.0, [](double y) {
    // Below 1e-15 the difference of two 50-digit numbers is no oracle; y² / 2 - y³ / 3 is.
    const exact v = y;
    const exact want = std::fabs(y) < 1e-15 ? exact(-v * v / 2 + v * v * v / 3) : exact(log(1 + v) - v);
    if (abs(want) < exact(std::numeric_limits<double>::min())) return;
    EXPECT_LE(relative(numeric::log1pmx(y), want), 8 * eps) << y;
  });
}

TEST(real, softplus) {
  over(-700.0, 700.0, [](double y) {
    // Far below 0 the oracle would lose its digits in 1 + e^y.
    const exact e = exp(exact(y));
    const exact want = y < -40 ? exact(e - e * e / 2) : exact(log(1 + e));
    if (want < exact(1e-300)) return;
    EXPECT_LE(relative(numeric::softplus(y), want), 4 * eps) << y;
  });
}

TEST(real, expm1_over) {
  over(-700.0, 700.0, [](double y) {
    const exact v = y;
    const exact want = std::fabs(y) < 1e-15 ? exact(1 + v / 2 + v * v / 6) : exact((exp(v) - 1) / v);
    EXPECT_LE(relative(numeric::expm1_over(y), want), 4 * eps) << y;
  });
}

TEST(real, growth_within) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> size(std::log(1e-300), std::log(700.0));
  std::uniform_real_distribution<double> near(-2.0, 1.0);
  std::vector<double> rises{0.0, 1.0, -1.0, -1e3};
  for (const double gap : {1e-320, 1e-300, 1e-17, 0x1p-54, 0x1p-53, 1e-9, 1e-3}) rises.insert(rises.end(), {gap, -gap});
  for (int i = 0; i < 100; ++i) rises.push_back(near(random));
  for (const double rise : rises) {
    for (int i = 0; i < 200; ++i) {
      const double y = i == 0 ? 0.0 : std::exp(size(random));
      const exact u = exact(rise) * y;
      const exact up = exp(u);
      const bool tiny = abs(u) < 1e-15;
      const exact want = tiny ? exact(y * (1 + u / 2 + u * u / 6)) : exact((up - 1) / rise);
      // An exponent off by one rounding moves it by its own size; the rest are the roundings of expm1 and a quotient.
      const double bound = (5 + std::max(rise * y, 0.0)) * eps;
      EXPECT_LE(relative(numeric::growth_within(rise, y), want), bound) << rise << ", " << y;
      EXPECT_LE(relative(numeric::growth_within<double>(rise, y), want), bound) << rise << ", " << y;
    }
  }
}

TEST(real, log_lift) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> logit(-30, 30);
  for (int i = 0; i < 20000; ++i) {
    const double odds = std::exp(logit(random));
    const double p = odds / (1 + odds);
    const double q = 1 / (1 + odds);
    const double theta = logit(random);
    const exact want = log((1 + exact(odds) * exp(exact(theta))) / (1 + exact(odds)));
    // p and q are rounded, which moves the logarithm by as much as they weigh in it.
    EXPECT_LE(std::fabs(numeric::log_lift(p, q, theta) - static_cast<double>(want)),
              4 * eps * (1e-2 + static_cast<double>(abs(want))))
        << odds << ' ' << theta;
  }
}

}  // namespace

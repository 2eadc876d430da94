// A dual number's slopes against differences taken at 100 digits.
#include <valorem/numeric/dual.hpp>
#include <valorem/numeric/gamma.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace {

namespace numeric = valorem::numeric;
using finer = boost::multiprecision::cpp_bin_float_100;
using dual = numeric::dual<3>;
template <class R>
using point = std::array<R, 3>;

/// Each operation at least once, in terms of all three variables.
template <class R>
R formula(const point<R>& x) {
  using numeric::exp;
  using numeric::log;
  const R a = exp(x[0] * -0.7) + log(x[1]) * x[2] / (x[0] + 2.0);
  const R b = numeric::log1p(R(x[0] * x[2])) - numeric::expm1(R(x[1] / 3.0)) + 1.5 / x[2] - x[1];
  R c = a / b + b * a - (4.0 - a);
  c += x[0];
  c -= x[1] * x[1];
  c *= x[2];
  c /= x[0] + x[1];
  return -c + 2.0 * a - b / 5.0;
}

const point<double> here{0.8, 1.7, 2.9};
const finer difference("1e-25");

template <class F>
finer moved(F&& f, std::size_t i, const finer& di, std::size_t j, const finer& dj) {
  point<finer> x{here[0], here[1], here[2]};
  x[i] += di;
  x[j] += dj;
  return f(x);
}

template <class F, class G>
void expect_slopes(F&& in_duals, G&& in_digits) {
  point<dual> x;
  for (std::size_t i = 0; i < 3; ++i) x[i] = dual::variable(here[i], i);
  const dual got = in_duals(x);
  const finer zero(0);
  EXPECT_NEAR(got.v, static_cast<double>(moved(in_digits, 0, zero, 0, zero)), 1e-13 * std::fabs(got.v));
  for (std::size_t i = 0; i < 3; ++i) {
    const finer first = (moved(in_digits, i, difference, i, zero) - moved(in_digits, i, finer(-difference), i, zero)) /
                        (2 * difference);
    EXPECT_NEAR(got.g[i], static_cast<double>(first), 1e-12 * (1 + std::fabs(got.g[i]))) << i;
    for (std::size_t j = 0; j <= i; ++j) {
      const finer second =
          (moved(in_digits, i, difference, j, difference) - moved(in_digits, i, difference, j, finer(-difference)) -
           moved(in_digits, i, finer(-difference), j, difference) +
           moved(in_digits, i, finer(-difference), j, finer(-difference))) /
          (4 * difference * difference);
      const double h = got.h[dual::index(i, j)];
      EXPECT_NEAR(h, static_cast<double>(second), 1e-12 * (1 + std::fabs(h))) << i << ' ' << j;
    }
  }
}

TEST(dual, arithmetic_and_elementary_functions) {
  const auto f = [](const auto& x) { return formula(x); };
  expect_slopes(f, f);
}

TEST(dual, gamma_functions_are_their_own_derivatives) {
  using numeric::lgamma_delta;
  point<dual> x;
  for (std::size_t i = 0; i < 3; ++i) x[i] = dual::variable(here[i], i);
  const dual l = numeric::lgamma(x[1]);
  EXPECT_NEAR(l.g[1], numeric::digamma(here[1]), 1e-14);
  EXPECT_NEAR(l.h[dual::index(1, 1)], numeric::trigamma(here[1]), 1e-13);
  const dual d = lgamma_delta(x[0], x[2]);
  EXPECT_NEAR(d.g[0], numeric::digamma_delta(here[0], here[2]), 1e-13);
  EXPECT_NEAR(d.g[2], numeric::digamma(here[0] + here[2]), 1e-13);
  EXPECT_NEAR(d.h[dual::index(0, 0)], numeric::trigamma_delta(here[0], here[2]), 1e-12);
  EXPECT_NEAR(d.h[dual::index(0, 2)], numeric::trigamma(here[0] + here[2]), 1e-12);
  const dual b = numeric::log_beta(x[0], x[2]);
  EXPECT_NEAR(b.g[0], numeric::digamma(here[0]) - numeric::digamma(here[0] + here[2]), 1e-13);
}

TEST(dual, a_removable_singularity_keeps_its_slope) {
  const dual y = numeric::expm1_over(dual::variable(0.0, 0));
  EXPECT_EQ(y.v, 1.0);
  EXPECT_NEAR(y.g[0], 0.5, 1e-16);
  EXPECT_NEAR(y.h[0], 1.0 / 3, 1e-16);
}

TEST(dual, order_is_by_value) {
  EXPECT_TRUE(dual(1.0) < dual(2.0));
  EXPECT_TRUE(dual(2.0) > dual(1.0));
  EXPECT_EQ(static_cast<double>(dual::variable(3.0, 1)), 3.0);
}

}  // namespace

// The vocabulary in which formulas are written: one text serves double, dual numbers and 50-digit floats.
#ifndef VALOREM_NUMERIC_REAL_HPP
#define VALOREM_NUMERIC_REAL_HPP

#include <valorem/numeric/elementary.hpp>
#include <valorem/numeric/platform.hpp>

#include <type_traits>

namespace valorem::inline VALOREM_ABI::numeric {

// For a number type of its own the functions are found beside that type (argument-dependent lookup); double has
// elementary.hpp. So a formula says numeric::log(x) and can never fall through to the C library.

/// A number type that is not built in and brings its own elementary functions.
template <class T>
concept own_number = !std::is_arithmetic_v<T>;

template <own_number T>
VALOREM_INLINE T exp(const T& x) {
  return exp(x);
}
template <own_number T>
VALOREM_INLINE T log(const T& x) {
  return log(x);
}
template <own_number T>
VALOREM_INLINE T log1p(const T& x) {
  return log1p(x);
}
template <own_number T>
VALOREM_INLINE T expm1(const T& x) {
  return expm1(x);
}

/// The plain value behind a number, for decisions: a branch is taken on values alone.
[[nodiscard]] VALOREM_INLINE double value_of(double x) noexcept {
  return x;
}
template <own_number T>
[[nodiscard]] double value_of(const T& x) {
  return static_cast<double>(x);
}

/// yes or no, both already computed: compiles to a mask, not to a jump.
template <class T>
[[nodiscard]] VALOREM_INLINE T select(bool choose_yes, const T& yes, const T& no) noexcept(std::is_arithmetic_v<T>) {
  return choose_yes ? yes : no;
}

/// log(1 + exp(y)) without overflow.
template <class R>
[[nodiscard]] VALOREM_INLINE R softplus(const R& y) {
  const bool large = value_of(y) > 0;
  const R e = numeric::log1p(numeric::exp(select(large, R(-y), y)));
  return select(large, R(y + e), e);
}

/// log(1 + y) - y without cancellation, y > -1. Error: a few ulp.
template <class R>
[[nodiscard]] VALOREM_INLINE R log1pmx(const R& y) {
  const double v = value_of(y);
  const bool near = v > -0.4 && v < 0.6;
  // log1p(y) = 2 atanh(s) with s = y / (2 + y), and 2 s = y - s y.
  const R yn = select(near, y, R(0.0));
  const R s = yn / (2.0 + yn);
  const R s2 = s * s;
  R sum(1.0 / 31);
  for (int k = 29; k >= 3; k -= 2) sum = sum * s2 + 1.0 / k;
  const R small = 2.0 * s * s2 * sum - s * yn;
  const R large = numeric::log1p(select(near, R(0.0), y)) - y;
  return select(near, small, large);
}

/// The same of y = quotient - 1, for a quotient that is known better than its distance from 1 where that is large.
template <class R>
[[nodiscard]] R log1pmx(const R& y, const R& quotient) {
  const bool near = value_of(y) > -0.4 && value_of(y) < 0.6;
  return near ? log1pmx(y) : R(numeric::log(quotient) - y);
}

/// ln(q + p e^θ) for p + q = 1: how much a quantity grows of which the part p grows by e^θ.
template <class R, class T>
[[nodiscard]] R log_lift(const R& p, const R& q, const T& theta) {
  const R change = p * numeric::expm1(theta);
  if (value_of(change) > -0.5) return numeric::log1p(change);
  return numeric::log(q + p * numeric::exp(theta));
}

namespace detail {

/// (e^y - 1)/y = Σ y^k/(k+1)! for |y| < 1/4.
template <class R>
[[nodiscard]] VALOREM_INLINE R expm1_over_near(const R& y) {
  constexpr double factorials[] = {1307674368000.0, 87178291200.0, 6227020800.0, 479001600.0, 39916800.0,
                                   3628800.0,       362880.0,      40320.0,      5040.0,      720.0,
                                   120.0,           24.0,          6.0,          2.0,         1.0};
  R sum(1.0 / factorials[0]);
  for (int k = 1; k < 15; ++k) sum = sum * y + 1.0 / factorials[k];
  return sum;
}

}  // namespace detail

/// (e^y - 1)/y, 1 at y = 0. Error: a few ulp.
template <class R>
[[nodiscard]] R expm1_over(const R& y) {
  const double v = value_of(y);
  if (v > -0.25 && v < 0.25) return detail::expm1_over_near(y);
  return numeric::expm1(y) / y;
}

/// ∫_0^y e^(rise u) du = (e^(rise y) - 1)/rise, y where rise is 0; y >= 0. Relative error <= (5 + max(rise y, 0)) eps.
template <class R>
[[nodiscard]] R growth_within(const R& rise, const R& y) {
  return y * expm1_over(R(rise * y));
}

/// Without derivatives in rise to keep, rise may divide.
[[nodiscard]] VALOREM_INLINE double growth_within(double rise, double y) noexcept {
  const double u = rise * y;
  const bool linear = u > -0x1p-54 && u < 0x1p-54;
  return select(linear, y, numeric::expm1(u) * (1.0 / select(linear, 1.0, rise)));
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

// ∫_0^V e^(-D v) (1+v)^-s dv: what a stream that dies like a power is worth. At V = infinity it is e^D E_s(D), the
// scaled exponential integral (DLMF 8.19.2).
#ifndef VALOREM_NUMERIC_DISCOUNTED_POWER_HPP
#define VALOREM_NUMERIC_DISCOUNTED_POWER_HPP

#include <valorem/numeric/quadrature.hpp>
#include <valorem/numeric/real.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI::numeric {

/// s > 0, D >= 0, 0 <= V <= infinity, and where D = 0 and V = infinity s > 1, else infinity. With y = ln(1+v) the
/// integrand e^((1-s) y - D (e^y - 1)) is entire and log-concave; panels follow its slope. Same-bits; relative error <=
/// max(1e-12, 4 eps cond).
template <class R>
[[nodiscard]] R discounted_power(const R& s, const R& D, const R& V) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double widest = 2.0;
  constexpr double reach = 45.0;
  const double end = value_of(V);
  if (value_of(D) == infinity) return R(0.0);
  const R rise = 1.0 - s;
  if (value_of(D) == 0) {
    if (end == infinity) return value_of(s) > 1 ? R(1.0 / (s - 1.0)) : R(infinity);
    const R y = numeric::log1p(V);
    return growth_within(rise, y);
  }
  R total(0.0);
  const double d = value_of(D);
  const double up = value_of(rise);
  const R last = end < infinity ? R(numeric::log1p(V)) : R(infinity);
  for (double at = 0.0; at < value_of(last);) {
    const double fall = d * numeric::exp(at);
    const double slope = up - fall;
    const double next = at + std::min(widest, 2.5 / std::max({0.5 * std::fabs(slope), std::sqrt(fall), 1e-9}));
    const auto f = [&](const R& y) { return numeric::exp(rise * y - D * numeric::expm1(y)); };
    const R part = next < value_of(last) ? integrate_panel<R>(R(at), R(next), f) : integrate_panel<R>(R(at), last, f);
    total = total + part;
    if (slope < 0 && (value_of(part) <= 1e-18 * value_of(total) || fall - d > reach + std::fabs(up) * at)) break;
    at = next;
  }
  return total;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

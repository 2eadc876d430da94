// The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x), their logarithms, and where they take a
// given value.
//
// One of the two is computed by its logarithm, without cancellation, and the other is its complement: for a < 1 and x <
// 3/2 ln P itself (Abramowitz & Stegun 6.5.29, whose sum is small there), otherwise P by its series of positive terms
// below x = a (6.5.29 after Kummer) and Q by its continued fraction above. Where a is so large that near x = a either
// would be long, it is an integral. The front factor is taken around its saddle point x = a.
#ifndef VALOREM_NUMERIC_INCOMPLETE_GAMMA_HPP
#define VALOREM_NUMERIC_INCOMPLETE_GAMMA_HPP

#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/normal.hpp>
#include <valorem/numeric/quadrature.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI::numeric {

namespace detail {

/// ln [x^a e^-x / Γ(a)] for a >= 1: a saddle-point form in which no two large terms cancel.
[[nodiscard]] inline double log_gamma_density(double a, double x) noexcept {
  const double y = (x - a) / a;
  const double ratio = x / a;
  const double power = ratio > 1e-290 ? log1pmx(y, ratio) : (log(x) - log(a)) - y;
  return a * power + 0.5 * log(a) - half_log_two_pi - binet(a);
}

/// a Σ_{k>=1} (-x)^k / (k! (a+k)), so that P(a, x) = x^a / Γ(a+1) (1 + it), for x <= 3/2.
[[nodiscard]] inline double small_shape_sum(double a, double x) noexcept {
  double term = 1.0;
  double sum = 0.0;
  for (int k = 1; k <= 26; ++k) {
    term *= -x / k;
    sum += term / (a + k);
  }
  return a * sum;
}

/// ln P(a, x) for a < 1 and x <= 3/2, from ln x: relatively exact even where P is nearly 1.
[[nodiscard]] inline double log_gamma_p_of_small_shape(double a, double x, double log_x) noexcept {
  return a * log_x - lgamma_delta(1.0, a) + log1p(small_shape_sum(a, x));
}

/// P(a, x) over its density in ln x, x^a e^-x / Γ(a): 1/a (1 + x/(a+1) + x²/((a+1)(a+2)) + ...).
[[nodiscard]] inline double gamma_p_by_series(double a, double x) noexcept {
  double term = 1.0;
  double sum = 1.0;
  for (double n = 1.0; term > 1e-17 * sum; n += 1.0) {
    term *= x / (a + n);
    sum += term;
  }
  return sum / a;
}

/// Q(a, x) over the same density, x >= a: 1/(x+1-a + 1(a-1)/(x+3-a + 2(a-2)/(x+5-a + ...))) (Abramowitz & Stegun
/// 6.5.31 contracted) by Lentz's method.
[[nodiscard]] inline double gamma_q_by_fraction(double a, double x) noexcept {
  double b = (x - a) + 1.0;
  double c = infinity;
  double d = 1.0 / b;
  double h = d;
  for (double n = 1.0; n < 1000.0; n += 1.0) {
    const double numerator = n * (a - n);
    b += 2.0;
    d = 1.0 / (b + numerator * d);
    c = b + numerator / c;
    const double change = c * d;
    h *= change;
    if (std::fabs(change - 1.0) < 3e-16) break;
  }
  return h;
}

/// Up to here series and fraction are short enough at x = a, where they take some 6 sqrt(a) steps.
inline constexpr double large_shape = 5000.0;

/// ∫ (1+y)^(a-1) e^(-x y) dy from 0 to infinity, or to -1: Q or P over the density in ln x. In panels over which the
/// integrand changes by e^2.5, and which stay clear of the branch point y = -1.
[[nodiscard]] inline double gamma_by_integral(double a, double x, bool upper) noexcept {
  const double direction = upper ? 1.0 : -1.0;
  const double power = a - 1.0;
  const auto f = [&](double s) {
    const double y = direction * s;
    return exp(power * log1pmx(y) + ((power - x) * y));
  };
  double total = 0.0;
  for (double at = 0.0; at < (upper ? infinity : 0.99);) {
    const double here = 1.0 + direction * at;
    const double slope = std::fabs(power / here - x);
    const double bend = std::sqrt(std::fabs(power)) / here;
    const double next = at + std::min(2.5 / std::max(0.5 * slope, bend), 0.5 * here);
    const double part = integrate_panel<double>(at, next, f);
    total += part;
    if (part <= 1e-18 * total) break;
    at = next;
  }
  return total;
}

/// ln [x^a e^-x / Γ(a)] for all a > 0: below 1 by Γ(a+1), for the saddle point is then no large part.
[[nodiscard]] inline double log_density_of_gamma(double a, double x) noexcept {
  return a >= 1.0 ? log_gamma_density(a, x) : a * log(x) - x + log(a) - lgamma_delta(1.0, a);
}

/// One tail by its logarithm; the other is its complement.
struct gamma_tail {
  bool upper;
  double log;
};
[[nodiscard]] inline gamma_tail incomplete_gamma_tail(double a, double x) noexcept {
  if (a < 1.0 && x < 1.5) return {false, log_gamma_p_of_small_shape(a, x, log(x))};
  const bool upper = x >= a;
  const bool near = a >= large_shape && x > 0.7 * a && x < 1.5 * a;
  const double share = near    ? gamma_by_integral(a, x, upper)
                       : upper ? gamma_q_by_fraction(a, x)
                               : gamma_p_by_series(a, x);
  return {upper, log_density_of_gamma(a, x) + log(share)};
}

/// ln(1 - e^l) for l <= 0.
[[nodiscard]] inline double log_complement(double l) noexcept {
  return l > -0.6931471805599453 ? log(-expm1(l)) : log1p(-exp(l));
}

[[nodiscard]] inline bool legal_gamma(double a, double x) noexcept {
  return a > 0 && a <= std::numeric_limits<double>::max() && x >= 0;
}

}  // namespace detail

/// P(a, x) = ∫_0^x t^(a-1) e^-t dt / Γ(a), the share of a Gamma(a, 1) population below x: a > 0 finite, x in [0, inf],
/// else NaN. Same-bits; relative error <= max(1e-12, 4 eps cond) for a from 1e-3 to 1e12.
[[nodiscard]] inline double incomplete_gamma_p(double a, double x) noexcept {
  if (!detail::legal_gamma(a, x)) return detail::not_a_number;
  if (x == 0 || x == detail::infinity) return x == 0 ? 0.0 : 1.0;
  const auto tail = detail::incomplete_gamma_tail(a, x);
  return tail.upper ? -expm1(tail.log) : std::min(1.0, exp(tail.log));
}

/// Q(a, x) = 1 - P(a, x), the share above x. Domain, kind and error as incomplete_gamma_p.
[[nodiscard]] inline double incomplete_gamma_q(double a, double x) noexcept {
  if (!detail::legal_gamma(a, x)) return detail::not_a_number;
  if (x == 0 || x == detail::infinity) return x == 0 ? 1.0 : 0.0;
  const auto tail = detail::incomplete_gamma_tail(a, x);
  return tail.upper ? std::min(1.0, exp(tail.log)) : -expm1(tail.log);
}

/// ln P(a, x), also where P underflows. Domain and kind as incomplete_gamma_p; error <= max(1e-12, 4 eps cond) of
/// max(|value|, 1).
[[nodiscard]] inline double log_incomplete_gamma_p(double a, double x) noexcept {
  if (!detail::legal_gamma(a, x)) return detail::not_a_number;
  if (x == 0 || x == detail::infinity) return x == 0 ? -detail::infinity : 0.0;
  const auto tail = detail::incomplete_gamma_tail(a, x);
  return tail.upper ? detail::log_complement(tail.log) : tail.log;
}

/// ln Q(a, x), also where Q underflows. As log_incomplete_gamma_p.
[[nodiscard]] inline double log_incomplete_gamma_q(double a, double x) noexcept {
  if (!detail::legal_gamma(a, x)) return detail::not_a_number;
  if (x == 0 || x == detail::infinity) return x == 0 ? 0.0 : -detail::infinity;
  const auto tail = detail::incomplete_gamma_tail(a, x);
  return tail.upper ? tail.log : detail::log_complement(tail.log);
}

namespace detail {

/// Where a tail has a given value; the logarithm stands beside it because a small shape may put it below every double.
struct gamma_root {
  double x;
  double log_x;
};

/// P(a, x) = p for a < 1 and x < 3/2, by its logarithm. ln P is concave in ln x and below its tangent at 0: Newton
/// climbs to the root from there without overshooting.
[[nodiscard]] inline gamma_root gamma_root_of_small_shape(double a, double log_p) noexcept {
  double theta = (log_p + lgamma_delta(1.0, a)) / a;
  for (int i = 0; i < 60; ++i) {
    const double x = exp(theta);
    const double lifted = log1p(small_shape_sum(a, x));
    const double step = (lifted + (a * theta - lgamma_delta(1.0, a) - log_p)) / (a * exp(-x - lifted));
    theta -= step;
    if (std::fabs(step) < 1e-9) break;
  }
  return {exp(theta), theta};
}

/// The same of one tail, from x on. Both logarithms are concave in ln x, so that Newton settles on the side from which
/// it cannot overshoot; `least` is a lower bound of the root.
[[nodiscard]] inline double gamma_root_from(double a, double x, double least, double log_tail, bool upper) noexcept {
  for (int i = 0; i < 100; ++i) {
    const auto tail = incomplete_gamma_tail(a, x);
    const double here = tail.upper == upper ? tail.log : log_complement(tail.log);
    const double slope = exp(log_density_of_gamma(a, x) - here);
    const double step = (upper ? here - log_tail : log_tail - here) / slope;
    x = std::max(least, x + x * expm1(step));
    if (std::fabs(step) * (1.0 + slope) < 1e-9) break;
  }
  return x;
}

/// P(a, x) = p and Q(a, x) = q for p + q = 1, of which the smaller is exact; neither is 0.
[[nodiscard]] inline gamma_root find_gamma(double a, double p, double q) noexcept {
  const double log_p = p <= 0.5 ? log(p) : log1p(-q);
  if (a < 1.0) {
    if (log_p < log_gamma_p_of_small_shape(a, 1.5, log(1.5))) return gamma_root_of_small_shape(a, log_p);
    // Q(a, x) <= e^-x.
    const double x = gamma_root_from(a, -log(q), 1.5, log(q), true);
    return {x, log(x)};
  }
  // Wilson & Hilferty (1931), from the normal curve; and P(a, x) <= x^a / Γ(a+1).
  const bool upper = q < p;
  const double z = z_for_share_above(upper ? q : p);
  const double cube_root = 1.0 - 1.0 / (9.0 * a) + (upper ? z : -z) / (3.0 * std::sqrt(a));
  const double least = exp((log_p + lgamma_delta(1.0, a)) / a);
  const double near = cube_root > 0 ? a * (cube_root * cube_root * cube_root) : 0.0;
  const double x = gamma_root_from(a, std::max(least, near), least, upper ? log(q) : log_p, upper);
  return {x, log(x)};
}

[[nodiscard]] inline bool legal_gamma_share(double a, double share) noexcept {
  return legal_gamma(a, 1.0) && share >= 0 && share <= 1;
}

}  // namespace detail

/// The x with P(a, x) = p, 0 <= p <= 1: 0 at p = 0, infinite at p = 1, NaN outside. Same-bits; the smaller of P and Q
/// at the x returned is within 32 eps (1 + |ln of it| + d ln of it / d ln x) of what was asked where x is no subnormal.
[[nodiscard]] inline double incomplete_gamma_p_inverse(double a, double p) noexcept {
  if (!detail::legal_gamma_share(a, p)) return detail::not_a_number;
  if (p == 0 || p == 1) return p == 0 ? 0.0 : detail::infinity;
  return detail::find_gamma(a, p, 1.0 - p).x;
}

/// The x with Q(a, x) = q: infinite at q = 0, 0 at q = 1. Otherwise as incomplete_gamma_p_inverse.
[[nodiscard]] inline double incomplete_gamma_q_inverse(double a, double q) noexcept {
  if (!detail::legal_gamma_share(a, q)) return detail::not_a_number;
  if (q == 0 || q == 1) return q == 0 ? detail::infinity : 0.0;
  return detail::find_gamma(a, 1.0 - q, q).x;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

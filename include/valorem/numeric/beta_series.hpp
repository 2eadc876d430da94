// Sums over w_n = B(a, b+n)/B(a, b), the chance that someone who leaves with p ~ Beta(a, b) after each of n purchases
// is still there after all of them.
#ifndef VALOREM_NUMERIC_BETA_SERIES_HPP
#define VALOREM_NUMERIC_BETA_SERIES_HPP

#include <valorem/numeric/beta_mixture.hpp>
#include <valorem/numeric/beta_ratio.hpp>
#include <valorem/numeric/gamma.hpp>

namespace valorem::inline VALOREM_ABI::numeric {

/// Σ_{n < m} w_n for real m >= 1; a, b > 0. Same-bits; relative error <= 1e-13 for a, b in [1e-3, 1e6].
template <class R>
[[nodiscard]] R beta_partial_sum(const R& a, const R& b, double m) {
  // 1 + b [1 - B(a-1, b+m)/B(a-1, b+1)]/(a-1), whose two poles at a = 1 are one number.
  const R epsilon = a - 1.0;
  const R degree = a + b;
  if (value_of(a) < 0.5 && value_of(degree) < 1.0) {
    // The same as two positive parts: (a-1) + (b+1) would lose the digits of a small a + b, where Γ has a pole.
    return (numeric::exp(log_beta_ratio(a, b, m)) * (degree + (m - 1.0)) + (1.0 - degree)) / (1.0 - a);
  }
  if (value_of(epsilon) == 0) return 1.0 + b * digamma_delta(R(b + 1.0), m - 1.0);
  return 1.0 - b * (numeric::expm1(log_beta_ratio_tight(epsilon, R(b + 1.0), R(m - 1.0))) / epsilon);
}

/// Σ_n w_n ζ^n = E[1/(p + (1-p)(1-ζ))] for ζ = 1 - rest, 0 < rest <= 1. Same-bits; relative error <= max(1e-12, 4 eps
/// cond).
template <class R>
[[nodiscard]] R beta_power_series(const R& a, const R& b, const R& rest) {
  constexpr double short_series = 0.2;
  if (value_of(rest) < short_series) {
    const double reach = 1.0 / value_of(rest);
    return beta_mixture<R>(a, b).mean([&](const R& p, const R& q) { return R(1.0 / (p + q * rest)); }, 1.0, reach);
  }
  const R zeta = 1.0 - rest;
  R term(1.0);
  R total(1.0);
  for (double n = 0; value_of(term) > 1e-18 * value_of(total) * value_of(rest); n += 1) {
    term = term * (zeta * ((b + n) / (a + b + n)));
    total = total + term;
  }
  return total;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

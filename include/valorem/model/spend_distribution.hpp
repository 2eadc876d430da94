// How a Gamma-Gamma customer's spend is distributed given her history, not only its mean. Given x purchases of mean z,
// ν ~ Gamma(k, s) with k = p x + q and s = v + x z (Fader, Hardie & Lee 2005; Hardie's note 025): her mean spend p/ν is
// inverse-gamma, and her next purchase a gamma mixed over ν, a beta-prime. Both exist for every q, means or not.
#ifndef VALOREM_MODEL_SPEND_DISTRIBUTION_HPP
#define VALOREM_MODEL_SPEND_DISTRIBUTION_HPP

#include <valorem/model/gamma_gamma.hpp>
#include <valorem/numeric/incomplete_beta.hpp>
#include <valorem/numeric/incomplete_gamma.hpp>

#include <limits>

namespace valorem::inline VALOREM_ABI {

namespace detail {

/// ν ~ Gamma(shape, rate) of this customer; NaN where parameters or history are bad.
struct spend_rate {
  double shape;
  double rate;
};
[[nodiscard]] inline spend_rate spend_rate_given(const gamma_gamma& m, const spend_history& s) noexcept {
  if (!legal(m) || check(s) != status::ok) return {not_a_value, not_a_value};
  return {m.p * s.x + m.q, m.v + (s.x == 0 ? 0.0 : s.x * s.mean)};
}

}  // namespace detail

/// P(her mean spend <= amount | history) = Q(k, p s / amount), amount in [0, inf], in money; x = 0 is a new customer.
/// NaN where the row or the amount is bad. Same-bits; relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline double spend_cdf(const gamma_gamma& m, const spend_history& s, double amount) noexcept {
  const auto nu = detail::spend_rate_given(m, s);
  if (numeric::is_nan(nu.shape) || !(amount >= 0)) return not_a_value;
  if (amount == 0 || amount == std::numeric_limits<double>::infinity()) return amount == 0 ? 0.0 : 1.0;
  return numeric::incomplete_gamma_q(nu.shape, m.p * nu.rate / amount);
}

/// The amount, in money, below which her mean spend lies with chance u, 0 <= u <= 1: 0 at u = 0, infinite at u = 1 and
/// where it is above every double, NaN where the row or u is bad. Same-bits; relative error <= max(1e-12, 4 eps cond);
/// spend_cdf takes the amount back to u, or 1 - u if that is the smaller, within 40 eps (1 + |ln of it| + d ln of it /
/// d ln amount) where the amount is finite.
[[nodiscard]] inline double spend_quantile(const gamma_gamma& m, const spend_history& s, double u) noexcept {
  const auto nu = detail::spend_rate_given(m, s);
  if (numeric::is_nan(nu.shape) || !(u >= 0 && u <= 1)) return not_a_value;
  if (u == 0 || u == 1) return u == 0 ? 0.0 : std::numeric_limits<double>::infinity();
  const auto root = numeric::detail::find_gamma(nu.shape, 1.0 - u, u);
  if (root.x > 1e-290) return m.p * nu.rate / root.x;
  return numeric::exp(numeric::log(m.p * nu.rate) - root.log_x);
}

/// P(her next purchase is worth at most amount | history): I_w(p, k) at odds amount : s. Domain, kind and error as
/// spend_cdf.
[[nodiscard]] inline double next_spend_cdf(const gamma_gamma& m, const spend_history& s, double amount) noexcept {
  const auto nu = detail::spend_rate_given(m, s);
  if (numeric::is_nan(nu.shape) || !(amount >= 0)) return not_a_value;
  if (amount == 0 || amount == std::numeric_limits<double>::infinity()) return amount == 0 ? 0.0 : 1.0;
  return numeric::incomplete_beta(m.p, nu.shape, amount, nu.rate);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

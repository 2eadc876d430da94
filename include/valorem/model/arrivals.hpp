// Purchases while a customer stays: a Poisson process whose rate λ ~ Gamma(s, c) differs from customer to customer.
#ifndef VALOREM_MODEL_ARRIVALS_HPP
#define VALOREM_MODEL_ARRIVALS_HPP

#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/incomplete_beta.hpp>
#include <valorem/summary/history.hpp>

#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI::detail {

/// A count that a chance can be asked of, within a time that it can be asked for.
[[nodiscard]] inline bool legal_count(double n, double t) noexcept {
  return n >= 0 && n <= max_frequency && n == static_cast<double>(static_cast<long long>(n)) && t >= 0 &&
         numeric::is_finite(t);
}

/// P(N = n) for N ~ Poisson(λ t), t > 0.
[[nodiscard]] inline double negative_binomial(double n, double s, double c, double t) noexcept {
  if (n == 0) return numeric::exp(-s * numeric::log1p(t / c));
  return numeric::exp(numeric::log_beta_kernel(n, s, t, c)) / n;
}

/// P(N >= n), n > 0, t > 0.
[[nodiscard]] inline double negative_binomial_at_least(double n, double s, double c, double t) noexcept {
  return numeric::incomplete_beta(n, s, t, c);
}

/// P(N <= n), t > 0.
[[nodiscard]] inline double negative_binomial_at_most(double n, double s, double c, double t) noexcept {
  return numeric::incomplete_beta(s, n + 1.0, c, t);
}

/// The time within which the next purchase comes with chance q, where she is there with chance `here` and leaves, if at
/// all, only after a purchase: infinite for q >= here.
[[nodiscard]] inline double lomax_quantile(double q, double here, double s, double c) noexcept {
  if (!(q >= 0 && q <= 1) || numeric::is_nan(here)) return std::numeric_limits<double>::quiet_NaN();
  if (q == 0) return 0.0;
  if (q >= here) return std::numeric_limits<double>::infinity();
  return c * numeric::expm1(-numeric::log1p(-q / here) / s);
}

/// The same where she may leave at any time: she buys at a Gamma(f.r, f.alpha) rate while she is there, and has left by
/// u with chance 1 - e^-fallen(u). By at_least(f, 1, u).
template <class F, class Fallen>
[[nodiscard]] double next_purchase_while_alive(const F& f, double q, Fallen&& fallen) noexcept {
  if (!known(f) || !(q >= 0 && q <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (q == 0) return 0.0;
  constexpr double ever = 1e300;
  if (q >= at_least(f, 1.0, ever)) return std::numeric_limits<double>::infinity();
  // Were she to stay, the purchase would come sooner: a lower bound. Newton in ln u, kept between the bounds.
  double low = lomax_quantile(q, alive(f), f.r, f.alpha);
  double high = ever;
  double u = low;
  for (int i = 0; i < 400; ++i) {
    const double missing = q - at_least(f, 1.0, u);
    (missing > 0 ? low : high) = u;
    const double density =
        alive(f) * f.r / (f.alpha + u) * numeric::exp(-f.r * numeric::log1p(u / f.alpha) - fallen(u));
    double next = u * numeric::exp(missing / (density * u));
    if (!(next >= low && next <= high)) next = high < ever ? 0.5 * (low + high) : 16.0 * u;
    if (std::fabs(next - u) <= 2e-16 * u) return next;
    u = next;
  }
  return u;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

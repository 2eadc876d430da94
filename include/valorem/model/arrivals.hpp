// Purchases while a customer stays: a Poisson process whose rate λ ~ Gamma(s, c) differs from customer to customer.
#ifndef VALOREM_MODEL_ARRIVALS_HPP
#define VALOREM_MODEL_ARRIVALS_HPP

#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/incomplete_beta.hpp>
#include <valorem/summary/history.hpp>

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

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

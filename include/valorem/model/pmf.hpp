// The chance of exactly n purchases within t, new and conditional.
#ifndef VALOREM_MODEL_PMF_HPP
#define VALOREM_MODEL_PMF_HPP

#include <valorem/model/beta_geometric.hpp>
#include <valorem/model/nbd.hpp>
#include <valorem/numeric/incomplete_beta.hpp>

namespace valorem::inline VALOREM_ABI {

namespace detail {

[[nodiscard]] inline bool legal_count(double n, double t) noexcept {
  return n >= 0 && n <= max_frequency && n == static_cast<double>(static_cast<long long>(n)) && t >= 0 &&
         numeric::is_finite(t);
}

/// P(N = n) for N ~ Poisson(λ t), λ ~ Gamma(s, c), t > 0.
[[nodiscard]] inline double negative_binomial(double n, double s, double c, double t) noexcept {
  if (n == 0) return numeric::exp(-s * numeric::log1p(t / c));
  return numeric::exp(numeric::log_beta_kernel(n, s, t, c)) / n;
}

}  // namespace detail

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Same-bits.
[[nodiscard]] inline double pmf(const nbd_future& f, double n, double t) noexcept {
  if (!detail::legal_count(n, t) || numeric::is_nan(f.s)) return not_a_value;
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  return detail::negative_binomial(n, f.s, f.c, t);
}

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Same-bits.
/// Either she is alive after the n-th, or she left with it (Fader, Hardie & Lee 2005, eq. 8, with the sum of negative
/// binomial terms as an incomplete beta function).
[[nodiscard]] inline double pmf(const beta_geometric_future& f, double n, double t) noexcept {
  if (!detail::legal_count(n, t) || numeric::is_nan(f.log_p_alive)) return not_a_value;
  const double here = alive(f);
  const double gone = -numeric::expm1(f.log_p_alive);
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  const double count = detail::negative_binomial(n, f.s, f.c, t);
  if (n == 0) return gone + here * count;
  const double stayed = numeric::exp(numeric::log_beta_ratio(f.a, f.b, n));
  const double left = f.a / (f.a + f.b) * numeric::exp(numeric::log_beta_ratio(f.a + 1.0, f.b, n - 1.0));
  return here * (stayed * count + left * numeric::incomplete_beta(n, f.s, t, f.c));
}

/// P(n purchases within t) of a customer who starts now. Same-bits.
template <purchase_model M>
[[nodiscard]] double pmf(const M& m, double n, double t) {
  return pmf(starting(m), n, t);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

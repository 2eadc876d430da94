// BG/NBD: Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2), 275-284.
// λ ~ Gamma(shape r, rate α); after each *repeat* purchase she leaves with p ~ Beta(a, b). A customer who bought once
// cannot have left, so BG/NBD calls every one-time buyer alive: see always_alive.
#ifndef VALOREM_MODEL_BG_NBD_HPP
#define VALOREM_MODEL_BG_NBD_HPP

#include <valorem/model/beta_geometric.hpp>
#include <valorem/model/verbs.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; α in time units, the others pure numbers. Accurate for 1e-3 <= parameter <= 1e6.
template <class R>
struct basic_bg_nbd {
  R r;      ///< shape of the purchase rates over customers
  R alpha;  ///< rate of the purchase rates, in time units: mean purchase rate r/α
  R a;      ///< dropout after each repeat purchase: mean a/(a+b)
  R b;

  static constexpr std::string_view model_name = "bg_nbd";
  static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "a", "b"};
  static constexpr std::array<int, 4> unit_powers{0, 1, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 4> parameters() const { return {r, alpha, a, b}; }
  [[nodiscard]] static basic_bg_nbd from(const std::array<R, 4>& p) { return {p[0], p[1], p[2], p[3]}; }
  [[nodiscard]] friend bool operator==(const basic_bg_nbd&, const basic_bg_nbd&) = default;
};
using bg_nbd = basic_bg_nbd<double>;

/// The model is silent on whether this customer still lives: it has P(alive) = 1 for everyone without a repeat
/// purchase.
[[nodiscard]] inline bool always_alive(const bg_nbd&, const history& h) noexcept {
  return h.x == 0;
}

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_bg_nbd<R>& m, double x) {
  return numeric::log_rising_scaled(m.r, x) + numeric::log_beta_ratio(m.a, m.b, x);
}

/// Times' part of the log-likelihood.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_bg_nbd<R>& m, const history& h) {
  const double after_first = h.x > 0 ? h.x - 1.0 : 0.0;
  return detail::beta_geometric_times(m.r, m.alpha, m.a, R(m.b + after_first), h.x > 0, h);
}

/// ln likelihood of one history (eq. 6 with the x! of the paper's individual-level form left out). Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_bg_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return log_likelihood_counts(m, h.x) + log_likelihood_times(m, h);
}

/// ln P(alive at T | history) (Hardie's note 021): 0 where x = 0. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_bg_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  if (h.x == 0) return R(0.0);
  return -numeric::softplus(detail::log_dropout_odds(m.r, m.alpha, m.a, R(m.b + (h.x - 1.0)), h));
}

/// P(alive at T | history): 1 where x = 0. Same-bits.
template <class R>
[[nodiscard]] R p_alive(const basic_bg_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  if (h.x == 0) return R(1.0);
  return detail::beta_geometric_alive(m.r, m.alpha, m.a, R(m.b + (h.x - 1.0)), h);
}

/// Mean and variance of λ and p given the history: alive with p ~ Beta(a, b+x), or gone since t_x. Same-bits; relative
/// error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const bg_nbd& m, const history& h) {
  const double log_alive = log_p_alive(m, h);
  if (h.x == 0 && log_alive == 0) return {detail::gamma_moments(m.r, m.alpha + h.T), detail::beta_moments(m.a, m.b)};
  return detail::beta_geometric_posterior(log_alive, m.r + h.x, m.alpha, m.a, m.b + (h.x - 1.0), h);
}

/// A customer who makes her first purchase now.
template <class R>
[[nodiscard]] basic_beta_geometric_future<R> starting(const basic_bg_nbd<R>& m) {
  const bool good = legal(m);
  return {m.r, m.alpha, m.a, m.b, R(good ? 1.0 : not_a_value), R(good ? 0.0 : not_a_value)};
}

/// This customer from T on: alive with P(alive), then BG/NBD afresh with (r+x, α+T, a, b+x).
template <class R>
[[nodiscard]] basic_beta_geometric_future<R> given(const basic_bg_nbd<R>& m, const history& h) {
  return {m.r + h.x, m.alpha + h.T, m.a, m.b + h.x, p_alive(m, h), log_p_alive(m, h)};
}

}  // namespace valorem::inline VALOREM_ABI

#endif

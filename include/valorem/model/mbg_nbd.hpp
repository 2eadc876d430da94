// MBG/NBD: Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3), 201-209.
// BG/NBD in which the first purchase, too, may be the last: a one-time buyer can have left. The default model here.
#ifndef VALOREM_MODEL_MBG_NBD_HPP
#define VALOREM_MODEL_MBG_NBD_HPP

#include <valorem/model/beta_geometric.hpp>
#include <valorem/model/verbs.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; α in time units, the others pure numbers. Accurate for 1e-3 <= parameter <= 1e6.
template <class R>
struct basic_mbg_nbd {
  R r;      ///< shape of the purchase rates over customers
  R alpha;  ///< rate of the purchase rates, in time units: mean purchase rate r/α
  R a;      ///< dropout after each purchase, the first included: mean a/(a+b)
  R b;

  static constexpr std::string_view model_name = "mbg_nbd";
  static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "a", "b"};
  static constexpr std::array<int, 4> unit_powers{0, 1, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 4> parameters() const { return {r, alpha, a, b}; }
  [[nodiscard]] static basic_mbg_nbd from(const std::array<R, 4>& p) { return {p[0], p[1], p[2], p[3]}; }
  [[nodiscard]] friend bool operator==(const basic_mbg_nbd&, const basic_mbg_nbd&) = default;
};
using mbg_nbd = basic_mbg_nbd<double>;

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_mbg_nbd<R>& m, double x) {
  return numeric::log_rising_scaled(m.r, x) + numeric::log_beta_ratio(m.a, m.b, x + 1.0);
}

/// Times' part of the log-likelihood.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_mbg_nbd<R>& m, const history& h) {
  return detail::beta_geometric_times(m.r, m.alpha, m.a, R(m.b + h.x), true, h);
}

/// ln likelihood of one history. Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_mbg_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return log_likelihood_counts(m, h.x) + log_likelihood_times(m, h);
}

/// ln P(alive at T | history): below 0 for one-time buyers too. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_mbg_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return -numeric::softplus(detail::log_dropout_odds(m.r, m.alpha, m.a, R(m.b + h.x), h));
}

/// P(alive at T | history). Same-bits.
template <class R>
[[nodiscard]] R p_alive(const basic_mbg_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return detail::beta_geometric_alive(m.r, m.alpha, m.a, R(m.b + h.x), h);
}

/// Mean and variance of λ and p given the history: alive with p ~ Beta(a, b+x+1), or gone since t_x. Same-bits;
/// relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const mbg_nbd& m, const history& h) {
  return detail::beta_geometric_posterior(log_p_alive(m, h), m.r + h.x, m.alpha, m.a, m.b + h.x, h);
}

/// A customer who makes her first purchase now and stays with chance b/(a+b).
template <class R>
[[nodiscard]] basic_beta_geometric_future<R> starting(const basic_mbg_nbd<R>& m) {
  const bool good = legal(m);
  return {m.r,
          m.alpha,
          m.a,
          m.b + 1.0,
          good ? m.b / (m.a + m.b) : R(not_a_value),
          good ? -numeric::log1p(m.a / m.b) : R(not_a_value)};
}

/// This customer from T on: alive with P(alive), then BG/NBD afresh with (r+x, α+T, a, b+x+1).
template <class R>
[[nodiscard]] basic_beta_geometric_future<R> given(const basic_mbg_nbd<R>& m, const history& h) {
  return {m.r + h.x, m.alpha + h.T, m.a, m.b + h.x + 1.0, p_alive(m, h), log_p_alive(m, h)};
}

}  // namespace valorem::inline VALOREM_ABI

#endif

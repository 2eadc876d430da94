// MBG/CNBD-k: MBG/NBD with Erlang-k gaps between purchases (Reutterer, Platzer & Schröder 2021, International Journal
// of Research in Marketing 38(1), 194-215). The first purchase, too, may be the last.
#ifndef VALOREM_MODEL_MBG_CNBD_HPP
#define VALOREM_MODEL_MBG_CNBD_HPP

#include <valorem/model/erlang_geometric.hpp>
#include <valorem/model/verbs.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; α in time units, the others pure numbers. Accurate for 1e-3 <= parameter <= 1e3. k = 1 is
/// MBG/NBD.
template <class R>
struct basic_mbg_cnbd {
  int k;    ///< every k-th event is a purchase, 1 to max_stages: the higher, the more regular
  R r;      ///< shape of the event rates over customers
  R alpha;  ///< rate of the event rates, in time units: mean event rate r/α, mean purchase rate r/(k α)
  R a;      ///< dropout after each purchase, the first included: mean a/(a+b)
  R b;

  static constexpr std::string_view model_name = "mbg_cnbd";
  static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "a", "b"};
  static constexpr std::array<int, 4> unit_powers{0, 1, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 4> parameters() const { return {r, alpha, a, b}; }
  [[nodiscard]] static basic_mbg_cnbd from(const std::array<R, 4>& p, int k = 1) { return {k, p[0], p[1], p[2], p[3]}; }
  [[nodiscard]] friend bool operator==(const basic_mbg_cnbd&, const basic_mbg_cnbd&) = default;
};
using mbg_cnbd = basic_mbg_cnbd<double>;

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_mbg_cnbd<R>& m, double x) {
  return detail::erlang_counts(m.k, m.r, x) + numeric::log_beta_ratio(m.a, m.b, x + 1.0);
}

/// Times' part of the log-likelihood, but for the gaps' (k-1) Σ ln(gap), which no parameter enters.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_mbg_cnbd<R>& m, const history& h) {
  return detail::erlang_times(m.k, m.r, m.alpha, m.a, R(m.b + h.x), true, h);
}

/// ln P(alive at T | history): below 0 for one-time buyers too. The gaps do not enter. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_mbg_cnbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return -numeric::softplus(detail::log_erlang_odds(m.k, m.r, m.alpha, m.a, R(m.b + h.x), h));
}

/// Mean and variance given the history of her purchase rate λ/k and her chance p to leave: alive with λ ~ Gamma(r+kx+j,
/// α+T), mixed over the stages j passed, and p ~ Beta(a, b+x+1), or gone since t_x with Gamma(r+kx, α+t_x) and
/// Beta(a+1, b+x). The gaps do not enter. Same-bits; relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const mbg_cnbd& m, const history& h) {
  constexpr mean_and_variance nothing{not_a_value, not_a_value};
  const double log_alive = log_p_alive(m, h);
  if (numeric::is_nan(log_alive)) return {nothing, nothing};
  return {detail::erlang_purchase_rate(log_alive, m, h), detail::chance_to_leave(log_alive, m.a, m.b + h.x)};
}

/// A customer who makes her first purchase now and stays with chance b/(a+b).
template <class R>
[[nodiscard]] basic_erlang_future<R> starting(const basic_mbg_cnbd<R>& m) {
  const bool good = legal(m);
  return {detail::stages_after(good ? m.k : 1, m.r, R(0.0)),
          m.alpha,
          m.a,
          m.b + 1.0,
          good ? m.b / (m.a + m.b) : R(not_a_value),
          good ? -numeric::log1p(m.a / m.b) : R(not_a_value)};
}

/// This customer from T on: alive with P(alive), then, given that j stages are passed, afresh with (r+kx+j, α+T, a,
/// b+x+1).
template <class R>
[[nodiscard]] basic_erlang_future<R> given(const basic_mbg_cnbd<R>& m, const history& h) {
  return detail::erlang_given(m, R(m.b + h.x + 1.0), h);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// BG/CNBD-k: BG/NBD with Erlang-k gaps between purchases. Platzer & Reutterer (2016), "Ticking Away the Moments",
// Marketing Science 35(5), 779-799, for such gaps; Reutterer, Platzer & Schröder (2021), "Leveraging Purchase
// Regularity for Predicting Customer Behavior the Easy Way", International Journal of Research in Marketing 38(1),
// 194-215, for the family. A customer who bought once cannot have left.
#ifndef VALOREM_MODEL_BG_CNBD_HPP
#define VALOREM_MODEL_BG_CNBD_HPP

#include <valorem/model/erlang_geometric.hpp>
#include <valorem/model/verbs.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; α in time units, the others pure numbers. Accurate for 1e-3 <= parameter <= 1e3. k = 1 is
/// BG/NBD.
template <class R>
struct basic_bg_cnbd {
  int k;    ///< every k-th event is a purchase, 1 to max_stages: the higher, the more regular
  R r;      ///< shape of the event rates over customers
  R alpha;  ///< rate of the event rates, in time units: mean event rate r/α, mean purchase rate r/(k α)
  R a;      ///< dropout after each repeat purchase: mean a/(a+b)
  R b;

  static constexpr std::string_view model_name = "bg_cnbd";
  static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "a", "b"};
  static constexpr std::array<int, 4> unit_powers{0, 1, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 4> parameters() const { return {r, alpha, a, b}; }
  [[nodiscard]] static basic_bg_cnbd from(const std::array<R, 4>& p, int k = 1) { return {k, p[0], p[1], p[2], p[3]}; }
  [[nodiscard]] friend bool operator==(const basic_bg_cnbd&, const basic_bg_cnbd&) = default;
};
using bg_cnbd = basic_bg_cnbd<double>;

/// The model is silent on whether this customer still lives: it has P(alive) = 1 for everyone without a repeat
/// purchase.
[[nodiscard]] inline bool always_alive(const bg_cnbd&, const history& h) noexcept {
  return h.x == 0;
}

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_bg_cnbd<R>& m, double x) {
  return detail::erlang_counts(m.k, m.r, x) + numeric::log_beta_ratio(m.a, m.b, x);
}

/// Times' part of the log-likelihood, but for the gaps' (k-1) Σ ln(gap), which no parameter enters.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_bg_cnbd<R>& m, const history& h) {
  const double after_first = h.x > 0 ? h.x - 1.0 : 0.0;
  return detail::erlang_times(m.k, m.r, m.alpha, m.a, R(m.b + after_first), h.x > 0, h);
}

/// ln P(alive at T | history): 0 where x = 0. The gaps do not enter. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_bg_cnbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  if (h.x == 0) return R(0.0);
  return -numeric::softplus(detail::log_erlang_odds(m.k, m.r, m.alpha, m.a, R(m.b + (h.x - 1.0)), h));
}

/// Mean and variance given the history of her purchase rate λ/k and her chance p to leave: alive with λ ~ Gamma(r+kx+j,
/// α+T), mixed over the stages j passed, and p ~ Beta(a, b+x), or gone since t_x with Gamma(r+kx, α+t_x) and Beta(a+1,
/// b+x-1). The gaps do not enter. Same-bits; relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const bg_cnbd& m, const history& h) {
  constexpr mean_and_variance nothing{not_a_value, not_a_value};
  const double log_alive = log_p_alive(m, h);
  if (numeric::is_nan(log_alive)) return {nothing, nothing};
  return {detail::erlang_purchase_rate(log_alive, m, h),
          h.x == 0 ? detail::beta_moments(m.a, m.b) : detail::chance_to_leave(log_alive, m.a, m.b + (h.x - 1.0))};
}

/// A customer who makes her first purchase now.
template <class R>
[[nodiscard]] basic_erlang_future<R> starting(const basic_bg_cnbd<R>& m) {
  const bool good = legal(m);
  return {detail::stages_after(good ? m.k : 1, m.r, R(0.0)),
          m.alpha,
          m.a,
          m.b,
          R(good ? 1.0 : not_a_value),
          R(good ? 0.0 : not_a_value)};
}

/// This customer from T on: alive with P(alive), then, given that j stages are passed, afresh with (r+kx+j, α+T, a,
/// b+x).
template <class R>
[[nodiscard]] basic_erlang_future<R> given(const basic_bg_cnbd<R>& m, const history& h) {
  return detail::erlang_given(m, R(m.b + h.x), h);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

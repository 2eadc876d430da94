// NBD: Ehrenberg (1959), Applied Statistics 8(1), 26-41. Nobody ever leaves: the baseline that every model must beat.
#ifndef VALOREM_MODEL_NBD_HPP
#define VALOREM_MODEL_NBD_HPP

#include <valorem/model/arrivals.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/model/verbs.hpp>

namespace valorem::inline VALOREM_ABI {

/// Both parameters positive; α in time units. Accurate for 1e-3 <= parameter <= 1e6.
template <class R>
struct basic_nbd {
  R r;      ///< shape of the purchase rates over customers
  R alpha;  ///< rate of the purchase rates, in time units: mean purchase rate r/α

  static constexpr std::string_view model_name = "nbd";
  static constexpr std::array<std::string_view, 2> parameter_names{"r", "alpha"};
  static constexpr std::array<int, 2> unit_powers{0, 1};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 2> parameters() const { return {r, alpha}; }
  [[nodiscard]] static basic_nbd from(const std::array<R, 2>& p) { return {p[0], p[1]}; }
  [[nodiscard]] friend bool operator==(const basic_nbd&, const basic_nbd&) = default;
};
using nbd = basic_nbd<double>;

/// A customer who will buy for ever at λ ~ Gamma(s, c).
template <class R>
struct basic_nbd_future {
  R s;
  R c;
};
using nbd_future = basic_nbd_future<double>;

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_nbd<R>& m, double x) {
  return numeric::log_rising_scaled(m.r, x);
}

/// Times' part of the log-likelihood.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_nbd<R>& m, const history& h) {
  return h.x * numeric::log((m.r + h.x) / (m.alpha + h.T)) - m.r * numeric::log1p(R(h.T) / m.alpha);
}

/// ln likelihood of one history: recency does not enter. Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return log_likelihood_counts(m, h.x) + log_likelihood_times(m, h);
}

/// 0: nobody leaves. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_nbd<R>& m, const history& h) {
  return R(legal(m) && check(h) == status::ok ? 0.0 : not_a_value);
}

/// 1: nobody leaves. Same-bits.
template <class R>
[[nodiscard]] R p_alive(const basic_nbd<R>& m, const history& h) {
  return R(legal(m) && check(h) == status::ok ? 1.0 : not_a_value);
}

/// λ ~ Gamma(r+x, α+T); nobody leaves. Same-bits.
[[nodiscard]] inline rate_posterior posterior(const nbd& m, const history& h) noexcept {
  const double never = log_p_alive(m, h);  // 0, or NaN
  return {detail::gamma_moments(m.r + h.x + never, m.alpha + h.T), {never, never}};
}

template <class R>
[[nodiscard]] basic_nbd_future<R> starting(const basic_nbd<R>& m) {
  return {legal(m) ? m.r : R(not_a_value), m.alpha};
}

/// This customer from T on: NBD afresh with (r+x, α+T).
template <class R>
[[nodiscard]] basic_nbd_future<R> given(const basic_nbd<R>& m, const history& h) {
  return {legal(m) && check(h) == status::ok ? m.r + h.x : R(not_a_value), m.alpha + h.T};
}

template <class R>
[[nodiscard]] R alive(const basic_nbd_future<R>& f) {
  return R(numeric::is_nan(numeric::value_of(f.s)) ? not_a_value : 1.0);
}

template <class R>
[[nodiscard]] R log_survival(const basic_nbd_future<R>& f, double t) {
  return R(t >= 0 && !numeric::is_nan(numeric::value_of(f.s)) ? 0.0 : not_a_value);
}

/// s t / c, t in [0, inf]. Same-bits.
template <class R>
[[nodiscard]] R expected_purchases(const basic_nbd_future<R>& f, double t) {
  if (!(t >= 0)) return R(not_a_value);
  return f.s / f.c * t;
}

/// ∫_0^horizon e^(-rate u) du: what a life without end is worth. rate >= 0, horizon in [0, inf]. Same-bits.
template <class R>
[[nodiscard]] R discounted_lifetime(const basic_nbd_future<R>& f, double rate, double horizon) {
  if (!(rate >= 0) || !(horizon >= 0) || numeric::is_nan(numeric::value_of(f.s))) return R(not_a_value);
  return R(rate == 0 || horizon == 0 ? horizon : -numeric::expm1(-rate * horizon) / rate);
}

/// s/c ∫_0^horizon e^(-rate u) du. Same-bits.
template <class R>
[[nodiscard]] R discounted_purchases(const basic_nbd_future<R>& f, double rate, double horizon) {
  return f.s / f.c * discounted_lifetime(f, rate, horizon);
}

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Same-bits.
[[nodiscard]] inline double pmf(const nbd_future& f, double n, double t) noexcept {
  if (!detail::legal_count(n, t) || numeric::is_nan(f.s)) return not_a_value;
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  return detail::negative_binomial(n, f.s, f.c, t);
}

/// P(at least n purchases in (0, t]). Domain as pmf. Same-bits.
[[nodiscard]] inline double at_least(const nbd_future& f, double n, double t) noexcept {
  if (!detail::legal_count(n, t) || numeric::is_nan(f.s)) return not_a_value;
  if (n == 0 || t == 0) return n == 0 ? 1.0 : 0.0;
  return detail::negative_binomial_at_least(n, f.s, f.c, t);
}

/// The time within which the next purchase comes with chance q, 0 <= q <= 1. Same-bits.
[[nodiscard]] inline double next_purchase_quantile(const nbd_future& f, double q) noexcept {
  return detail::lomax_quantile(q, alive(f), f.s, f.c);
}

/// P(at most n purchases in (0, t]). Domain as pmf. Same-bits.
[[nodiscard]] inline double cdf(const nbd_future& f, double n, double t) noexcept {
  if (!detail::legal_count(n, t) || numeric::is_nan(f.s)) return not_a_value;
  return t == 0 ? 1.0 : detail::negative_binomial_at_most(n, f.s, f.c, t);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// What BG/NBD and MBG/NBD share: purchases at a rate λ ~ Gamma, after each of which the customer leaves for good with a
// chance p ~ Beta. They differ in one thing, whether the first purchase already carries that chance.
#ifndef VALOREM_MODEL_BETA_GEOMETRIC_HPP
#define VALOREM_MODEL_BETA_GEOMETRIC_HPP

#include <valorem/model/arrivals.hpp>
#include <valorem/model/parameters.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/numeric/beta_mixture.hpp>
#include <valorem/numeric/beta_mixture_integral.hpp>

#include <limits>

namespace valorem::inline VALOREM_ABI {

/// The future of a customer who is alive now with chance p_alive, whose logarithm stands beside it because it may be
/// far below the smallest double, and then buys at λ ~ Gamma(s, c), leaving after each purchase with p ~ Beta(a, b). c
/// carries the time unit.
template <class R>
struct basic_beta_geometric_future {
  R s;
  R c;
  R a;
  R b;
  R p_alive;
  R log_p_alive;
};
using beta_geometric_future = basic_beta_geometric_future<double>;

/// Chance of being alive now.
template <class R>
[[nodiscard]] R alive(const basic_beta_geometric_future<R>& f) {
  return f.p_alive;
}

/// Whether there is a future to speak of: illegal parameters and histories leave none, and every verb is then NaN.
template <class R>
[[nodiscard]] bool known(const basic_beta_geometric_future<R>& f) noexcept {
  return !numeric::is_nan(numeric::value_of(f.log_p_alive));
}

/// ln P(alive at t). Same-bits.
template <class R>
[[nodiscard]] R log_survival(const basic_beta_geometric_future<R>& f, double t) {
  if (!known(f) || !(t >= 0)) return R(not_a_value);
  if (t == 0) return f.log_p_alive;
  return f.log_p_alive + numeric::beta_mixture<R>(f.a, f.b).log_survival(f.s, R(R(t) / f.c));
}

/// E[purchases in (0, t]], t in [0, inf]. At infinity: (a+b-1)/(a-1) times P(alive), infinite for a <= 1. Same-bits.
template <class R>
[[nodiscard]] R expected_purchases(const basic_beta_geometric_future<R>& f, double t) {
  if (!known(f) || !(t >= 0)) return R(not_a_value);
  if (t == 0) return R(0.0);
  if (t == std::numeric_limits<double>::infinity()) {
    if (!(numeric::value_of(f.a) > 1)) return R(t);
    return alive(f) * ((f.a + f.b - 1.0) / (f.a - 1.0));
  }
  return alive(f) * numeric::beta_mixture<R>(f.a, f.b).count(f.s, R(R(t) / f.c));
}

/// ∫_0^horizon e^(-rate u) dE[Y(u)], rate >= 0 per time unit, horizon in [0, inf]. Same-bits.
/// The purchase rate at u is s/c · E[(1 + p u/c)^-(s+1)].
template <class R>
[[nodiscard]] R discounted_purchases(const basic_beta_geometric_future<R>& f, double rate, double horizon) {
  if (!known(f) || !(rate >= 0) || !(horizon >= 0)) return R(not_a_value);
  if (rate == 0) return expected_purchases(f, horizon);
  return alive(f) * f.s * numeric::discounted_mixture(f.a, f.b, R(f.s + 1.0), R(rate * f.c), R(horizon / f.c));
}

/// ∫_0^horizon e^(-rate u) P(alive at u) du: the time over which she must be served, discounted. Same-bits.
/// Without discount and for ever it is finite only where a > 1 and s > 1.
template <class R>
[[nodiscard]] R discounted_lifetime(const basic_beta_geometric_future<R>& f, double rate, double horizon) {
  if (!known(f) || !(rate >= 0) || !(horizon >= 0)) return R(not_a_value);
  if (rate == 0 && horizon == std::numeric_limits<double>::infinity()) {
    if (!(numeric::value_of(f.a) > 1 && numeric::value_of(f.s) > 1)) return R(horizon);
    return alive(f) * f.c * ((f.a + f.b - 1.0) / ((f.a - 1.0) * (f.s - 1.0)));
  }
  return alive(f) * f.c * numeric::discounted_mixture(f.a, f.b, f.s, R(rate * f.c), R(horizon / f.c));
}

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Same-bits.
/// Either she is alive after the n-th, or she left with it (Fader, Hardie & Lee 2005, eq. 8, with the sum of negative
/// binomial terms as an incomplete beta function).
[[nodiscard]] inline double pmf(const beta_geometric_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  const double count = detail::negative_binomial(n, f.s, f.c, t);
  if (n == 0) return -numeric::expm1(f.log_p_alive) + alive(f) * count;
  const double stayed = numeric::exp(numeric::log_beta_ratio(f.a, f.b, n));
  const double left = f.a / (f.a + f.b) * numeric::exp(numeric::log_beta_ratio(f.a + 1.0, f.b, n - 1.0));
  return alive(f) * (stayed * count + left * detail::negative_binomial_at_least(n, f.s, f.c, t));
}

/// P(at least n purchases in (0, t]): n arrivals, and she stayed after each of the first n - 1. Domain as pmf.
/// Same-bits.
[[nodiscard]] inline double at_least(const beta_geometric_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (n == 0 || t == 0) return n == 0 ? 1.0 : 0.0;
  return alive(f) * numeric::exp(numeric::log_beta_ratio(f.a, f.b, n - 1.0)) *
         detail::negative_binomial_at_least(n, f.s, f.c, t);
}

/// The time within which the next purchase comes with chance q, 0 <= q <= 1: infinite where q >= P(alive). Same-bits.
[[nodiscard]] inline double next_purchase_quantile(const beta_geometric_future& f, double q) noexcept {
  return detail::lomax_quantile(q, alive(f), f.s, f.c);
}

/// P(at most n purchases in (0, t]): too few arrivals, or she left before the last of them. Domain as pmf. Same-bits.
[[nodiscard]] inline double cdf(const beta_geometric_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return 1.0;
  const double few = detail::negative_binomial_at_most(n, f.s, f.c, t);
  const double left = -numeric::expm1(numeric::log_beta_ratio(f.a, f.b, n));
  return -numeric::expm1(f.log_p_alive) +
         alive(f) * (few + left * detail::negative_binomial_at_least(n + 1.0, f.s, f.c, t));
}

namespace detail {

/// (r+x) ln((α+T)/(α+t_x)): the logarithm of how much likelier her silence is if she left right after her last
/// purchase.
template <class R>
[[nodiscard]] VALOREM_INLINE R log_silence(const R& r, const R& alpha, const history& h) {
  return (r + h.x) * numeric::log1p((R(h.T) - h.t_x) / (alpha + h.t_x));
}

/// ln of the odds that she left: ln(a/n) + log_silence, where a/n are the odds that the last purchase was to be the
/// last.
template <class R>
[[nodiscard]] VALOREM_INLINE R log_dropout_odds(const R& r, const R& alpha, const R& a, const R& n, const history& h) {
  return numeric::log(a / n) + log_silence(r, alpha, h);
}

/// 1/(1 + odds) with one exponential: n / (n + a e^silence). After a long silence n is nothing in the sum, and e^200 is
/// taken off both, for a e^silence may overflow where the chance is still a double.
template <class R>
[[nodiscard]] VALOREM_INLINE R beta_geometric_alive(const R& r, const R& alpha, const R& a, const R& n,
                                                    const history& h) {
  constexpr double taken_off = 200.0;
  constexpr double power = 1.3838965267367376e-87;  // e^-200
  const R silence = log_silence(r, alpha, h);
  const bool is_long = numeric::value_of(silence) > 600.0;
  const R odds = a * numeric::exp(numeric::select(is_long, R(silence - taken_off), silence));
  return numeric::select(is_long, R(n * power), n) / (odds + numeric::select(is_long, R(0.0), n));
}

/// The part of the likelihood that depends on times: ln[α^r x^... (α+T)^-(r+x) (1 + odds)] + x ln(r+x), taken around
/// whichever of T and t_x carries the larger term, so that the two never cancel.
template <class R>
[[nodiscard]] VALOREM_INLINE R beta_geometric_times(const R& r, const R& alpha, const R& a, const R& n, bool can_leave,
                                                    const history& h) {
  const R odds = log_dropout_odds(r, alpha, a, n, h);
  const bool left = can_leave && numeric::value_of(odds) > 0;
  const double t = left ? h.t_x : h.T;
  const R around = h.x * numeric::log((r + h.x) / (alpha + t)) - r * numeric::log1p(R(t) / alpha);
  const R other = numeric::softplus(R(numeric::select(left, R(-odds), odds)));
  return around + numeric::select(can_leave, other, R(0.0)) + numeric::select(left, R(numeric::log(a / n)), R(0.0));
}

/// What she is given a history: alive with λ ~ Gamma(k, α+T) and p ~ Beta(a, n+1), or gone since t_x with λ ~ Gamma(k,
/// α+t_x) and p ~ Beta(a+1, n); she had n - b chances to leave that she let pass before her last purchase.
[[nodiscard]] inline rate_posterior beta_geometric_posterior(double log_alive, double k, double alpha, double a,
                                                             double n, const history& h) noexcept {
  const double now = alpha + h.T;
  const double then = alpha + h.t_x;
  return {mixed(log_alive, gamma_moments(k, now), gamma_moments(k, then), k / now * ((h.T - h.t_x) / then)),
          chance_to_leave(log_alive, a, n)};
}

}  // namespace detail

}  // namespace valorem::inline VALOREM_ABI

#endif

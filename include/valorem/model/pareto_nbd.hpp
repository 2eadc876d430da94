// Pareto/NBD: Schmittlein, Morrison & Colombo (1987), "Counting Your Customers", Management Science 33(1), 1-24.
// λ ~ Gamma(shape r, rate α); she leaves after a time ~ Exponential(μ), μ ~ Gamma(shape s, rate β), whether she buys or
// not. So silence tells even of a one-time buyer that she may have left.
#ifndef VALOREM_MODEL_PARETO_NBD_HPP
#define VALOREM_MODEL_PARETO_NBD_HPP

#include <valorem/model/arrivals.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/model/verbs.hpp>
#include <valorem/numeric/discounted_power.hpp>
#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/power_pair.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; α and β in time units. Accurate for 1e-3 <= parameter <= 1e6.
template <class R>
struct basic_pareto_nbd {
  R r;      ///< shape of the purchase rates over customers
  R alpha;  ///< rate of the purchase rates, in time units: mean purchase rate r/α
  R s;      ///< shape of the rates of leaving
  R beta;   ///< rate of the rates of leaving, in time units: mean rate of leaving s/β

  static constexpr std::string_view model_name = "pareto_nbd";
  static constexpr std::array<std::string_view, 4> parameter_names{"r", "alpha", "s", "beta"};
  static constexpr std::array<int, 4> unit_powers{0, 1, 0, 1};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 4> parameters() const { return {r, alpha, s, beta}; }
  [[nodiscard]] static basic_pareto_nbd from(const std::array<R, 4>& p) { return {p[0], p[1], p[2], p[3]}; }
  [[nodiscard]] friend bool operator==(const basic_pareto_nbd&, const basic_pareto_nbd&) = default;
};
using pareto_nbd = basic_pareto_nbd<double>;

/// The future of a customer who is alive now with the chance whose logarithm is log_p_alive, and then buys at λ ~
/// Gamma(r, alpha) and leaves at μ ~ Gamma(s, beta).
template <class R>
struct basic_pareto_future {
  R r;
  R alpha;
  R s;
  R beta;
  R log_p_alive;
};
using pareto_future = basic_pareto_future<double>;

namespace detail {

/// What 2F1(1, k; k+s+1; w) is worth in terms of one series: s/(k+s) 2F1 at `at`, between 0 and 1. α and β are shifted
/// by the same time; the argument of the series is in [0, 1). False where the series is too long.
template <class R>
[[nodiscard]] bool pareto_series(const R& k, const R& s, const R& alpha, const R& beta, R& out) {
  constexpr int most = 200;
  const bool slow_first = numeric::value_of(alpha) >= numeric::value_of(beta);
  const R w = slow_first ? R((alpha - beta) / alpha) : R((beta - alpha) / beta);
  const R rising = slow_first ? k : R(s + 1.0);
  R term = slow_first ? R(s / (k + s)) : R(s / (k + s) * (alpha / beta));
  R total = term;
  const double z = numeric::value_of(w);
  if (z > 0.9) return false;
  for (int n = 0; n < most; ++n) {
    term = term * (w * ((rising + n) / ((k + s) + (1.0 + n))));
    total = total + term;
    if (numeric::value_of(term) < 1e-17 * numeric::value_of(total) * (1.0 - z)) {
      out = total;
      return true;
    }
  }
  return false;
}

/// When she left, if she did: the odds' integrand s/(β+y) ((α+T)/(α+y))^k ((β+T)/(β+y))^s in y - t_x = base (e^(mode+θ)
/// - 1), with the smaller of α+t_x and β+t_x as base, so that one of the two powers is an exponential in θ. It is f
/// times exp(log_peak), θ from -mode to end.
template <class R>
struct pareto_leaving {
  numeric::power_pair<R> f;
  R base;
  double mode;
  R end;
  R log_peak;

  [[nodiscard]] R since(const R& theta) const { return base * numeric::expm1(mode + theta); }
};
template <class R>
[[nodiscard]] pareto_leaving<R> pareto_leaves(const R& k, const R& s, const R& A, const R& B, double gap) {
  const bool by_alpha = numeric::value_of(A) <= numeric::value_of(B);
  const R base = by_alpha ? A : B;
  const double last = numeric::value_of(base) > 0 ? numeric::log1p(gap / numeric::value_of(base)) : 0.0;
  // The mode: where base is α+t_x a linear equation, otherwise the integrand falls from the start.
  double mode = 0.0;
  if (by_alpha) {
    const double a = numeric::value_of(A);
    const double d = (numeric::value_of(B) * (1.0 - numeric::value_of(k)) - (numeric::value_of(s) + 1.0) * a) /
                     (numeric::value_of(k) + numeric::value_of(s));
    mode = d > 0 ? std::min(last, numeric::log1p(d / a)) : 0.0;
  }
  const R d = base * numeric::expm1(mode);
  const R e = base + d;
  const R left = gap - d;
  const numeric::power_factor<R> of_k{k, by_alpha ? R(1.0) : R(e / (A + d)), by_alpha ? R(0.0) : R((A - B) / (A + d))};
  const numeric::power_factor<R> of_s{s + 1.0, by_alpha ? R(e / (B + d)) : R(1.0),
                                      by_alpha ? R((B - A) / (B + d)) : R(0.0)};
  return {{R(1.0), of_k, 1.0 - k, of_s},
          base,
          mode,
          R(numeric::log1p(gap / base) - mode),
          R(numeric::log(s * e / (B + d)) + k * numeric::log1p(left / (A + d)) + s * numeric::log1p(left / (B + d)))};
}

/// ln of the odds that she has left by T, by the integral over when.
template <class R>
[[nodiscard]] R pareto_log_odds_by_integral(const R& k, const R& s, const R& A, const R& B, double gap) {
  const pareto_leaving<R> leaves = pareto_leaves(k, s, A, B, gap);
  return leaves.log_peak + numeric::log(numeric::integrate(leaves.f, leaves.f, -leaves.mode, leaves.end));
}

/// ln P(alive at T) = -ln(1 + odds).
template <class R>
[[nodiscard]] R pareto_log_alive(const basic_pareto_nbd<R>& m, const history& h) {
  const double gap = h.T - h.t_x;
  if (gap == 0) return R(0.0);
  const R k = m.r + h.x;
  const R A = m.alpha + h.t_x;
  const R B = m.beta + h.t_x;
  R before(0.0);
  R now(0.0);
  if (pareto_series(k, m.s, A, B, before) && pareto_series(k, m.s, R(m.alpha + h.T), R(m.beta + h.T), now)) {
    // 1 + odds = ρ before + (1 - now): both parts positive.
    const R e = k * numeric::log1p(gap / A) + m.s * numeric::log1p(gap / B);
    if (numeric::value_of(e) > 600.0) return -(e + numeric::log(before));
    return -numeric::log1p(before * numeric::expm1(e) + (before - now));
  }
  return -numeric::softplus(pareto_log_odds_by_integral(k, m.s, A, B, gap));
}

}  // namespace detail

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_pareto_nbd<R>& m, double x) {
  return numeric::log_rising_scaled(m.r, x);
}

/// Times' part of the log-likelihood: she is alive, over the chance of that.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_pareto_nbd<R>& m, const history& h) {
  return h.x * numeric::log((m.r + h.x) / (m.alpha + h.T)) - m.r * numeric::log1p(R(h.T) / m.alpha) -
         m.s * numeric::log1p(R(h.T) / m.beta) - detail::pareto_log_alive(m, h);
}

/// ln likelihood of one history (Fader & Hardie's note 009, without x!). Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_pareto_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return log_likelihood_counts(m, h.x) + log_likelihood_times(m, h);
}

/// ln P(alive at T | history), 0 where t_x = T. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_pareto_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return detail::pareto_log_alive(m, h);
}

/// P(alive at T | history). Same-bits.
template <class R>
[[nodiscard]] R p_alive(const basic_pareto_nbd<R>& m, const history& h) {
  return numeric::exp(log_p_alive(m, h));
}

namespace detail {

/// Mean and variance of (T-y)/(rate+y) over the time y at which she left, given that she did: how much the rate of a
/// Gamma that saw her until y is above that of one that saw her until T.
[[nodiscard]] inline mean_and_variance pareto_lift(const pareto_leaving<double>& leaves, double rate_then, double gap) {
  const auto lift = [&](double theta) {
    const double since = leaves.since(theta);
    return std::max(0.0, gap - since) / (rate_then + since);
  };
  const auto average = [&](auto&& of) {
    return numeric::integrate(
        leaves.f, [&](double theta) { return leaves.f(theta) * of(lift(theta)); }, -leaves.mode, leaves.end);
  };
  const double all = average([](double) { return 1.0; });
  const double mean = average([](double w) { return w; }) / all;
  return {mean, average([mean](double w) { return (w - mean) * (w - mean); }) / all};
}

/// Gamma(shape, rate (1+w)^-1) mixed over w.
[[nodiscard]] inline mean_and_variance lifted_gamma(double shape, double rate, const mean_and_variance& w) noexcept {
  return mixed_gamma(shape, gamma_moments(shape, rate), {1.0 + w.mean, w.variance});
}

}  // namespace detail

/// Mean and variance of λ and μ given the history (Fader & Hardie's note 009 as ratios of likelihoods): alive with λ ~
/// Gamma(r+x, α+T) and μ ~ Gamma(s, β+T), or gone since y with λ ~ Gamma(r+x, α+y) and μ ~ Gamma(s+1, β+y). Same-bits;
/// relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const pareto_nbd& m, const history& h) {
  const double log_alive = log_p_alive(m, h);
  const double gap = h.T - h.t_x;
  const double k = m.r + h.x + 0.0 * log_alive;  // NaN where that is
  const double A = m.alpha + h.T;
  const double B = m.beta + h.T;
  const mean_and_variance buys = detail::gamma_moments(k, A);
  const mean_and_variance goes = detail::gamma_moments(m.s + 0.0 * log_alive, B);
  if (!(log_alive < 0)) return {buys, goes};
  const auto leaves = detail::pareto_leaves(k, m.s, m.alpha + h.t_x, m.beta + h.t_x, gap);
  const mean_and_variance of_buying = detail::pareto_lift(leaves, m.alpha + h.t_x, gap);
  const mean_and_variance of_going = detail::pareto_lift(leaves, m.beta + h.t_x, gap);
  return {detail::mixed(log_alive, buys, detail::lifted_gamma(k, A, of_buying), buys.mean * of_buying.mean),
          detail::mixed(log_alive, goes, detail::lifted_gamma(m.s + 1.0, B, of_going),
                        (1.0 + (m.s + 1.0) * of_going.mean) / B)};
}

/// A customer who makes her first purchase now.
template <class R>
[[nodiscard]] basic_pareto_future<R> starting(const basic_pareto_nbd<R>& m) {
  return {m.r, m.alpha, m.s, m.beta, R(legal(m) ? 0.0 : not_a_value)};
}

/// This customer from T on: alive with P(alive), then Pareto/NBD afresh with (r+x, α+T, s, β+T).
template <class R>
[[nodiscard]] basic_pareto_future<R> given(const basic_pareto_nbd<R>& m, const history& h) {
  return {m.r + h.x, m.alpha + h.T, m.s, m.beta + h.T, log_p_alive(m, h)};
}

/// Whether there is a future to speak of: illegal parameters and histories leave none, and every verb is then NaN.
template <class R>
[[nodiscard]] bool known(const basic_pareto_future<R>& f) noexcept {
  return !numeric::is_nan(numeric::value_of(f.log_p_alive));
}

template <class R>
[[nodiscard]] R alive(const basic_pareto_future<R>& f) {
  return numeric::exp(f.log_p_alive);
}

/// ln P(alive at t). Same-bits.
template <class R>
[[nodiscard]] R log_survival(const basic_pareto_future<R>& f, double t) {
  if (!known(f) || !(t >= 0)) return R(not_a_value);
  return f.log_p_alive - f.s * numeric::log1p(R(t) / f.beta);
}

/// ∫_0^horizon e^(-rate u) P(alive at u) du, rate >= 0, horizon in [0, inf]: infinite for ever without a discount where
/// s <= 1. Same-bits.
template <class R>
[[nodiscard]] R discounted_lifetime(const basic_pareto_future<R>& f, double rate, double horizon) {
  if (!known(f) || !(rate >= 0) || !(horizon >= 0)) return R(not_a_value);
  if (horizon == 0) return R(0.0);
  // 1/β, because a column of horizons is multiplied by it.
  return alive(f) * f.beta * numeric::discounted_power(f.s, R(rate * f.beta), R(horizon * (1.0 / f.beta)));
}

/// ∫_0^horizon e^(-rate u) dE[Y(u)]: purchases come at the mean rate r/α while she is alive. Same-bits.
template <class R>
[[nodiscard]] R discounted_purchases(const basic_pareto_future<R>& f, double rate, double horizon) {
  return f.r / f.alpha * discounted_lifetime(f, rate, horizon);
}

/// E[purchases in (0, t]], t in [0, inf]; infinite at infinity where s <= 1. Same-bits.
template <class R>
[[nodiscard]] R expected_purchases(const basic_pareto_future<R>& f, double t) {
  return discounted_purchases(f, 0.0, t);
}

namespace detail {

/// ∫_0^t NB_u(n) u^-1 h(u) du in the logarithm of u, over NB at its mode times h there. h is u^more (β+u)^-leaves times
/// a weight: for the pmf (1, s+1, 1), for the tail (0, s, 1), for the cdf (0, 0, the chance that she has left).
struct pareto_weighted {
  double mode;
  double integral;
};
/// P(alive at u), of one who is alive now.
[[nodiscard]] inline double pareto_stays(const pareto_future& f, double u) noexcept {
  return numeric::exp(-f.s * numeric::log1p(u / f.beta));
}
template <class Weight>
[[nodiscard]] pareto_weighted pareto_weigh(const pareto_future& f, double n, double more, double leaves, double t,
                                           Weight&& weight) {
  const double c = n + more;
  const double m = f.r + n;
  // c (α+u)(β+u) = m u (β+u) + leaves u (α+u): one positive root.
  const double square = (f.r - more) + leaves;
  const double linear = (f.r - more) * f.beta + (leaves - c) * f.alpha;
  const double root = std::sqrt(linear * linear + 4.0 * square * c * f.alpha * f.beta);
  const double peak = linear > 0 ? 2.0 * c * f.alpha * f.beta / (linear + root) : (root - linear) / (2.0 * square);
  const double u = std::min(peak, t);
  const numeric::power_factor<double> buys{m, u / (f.alpha + u), f.alpha / (f.alpha + u)};
  const numeric::power_factor<double> goes{leaves, u / (f.beta + u), f.beta / (f.beta + u)};
  const numeric::power_pair<double> g{c, buys, more - f.r, goes};
  const auto weighed = [&](double theta) { return g(theta) * weight(u * numeric::exp(theta)); };
  return {u, numeric::integrate(g, weighed, -std::numeric_limits<double>::infinity(), numeric::log(t / u))};
}

}  // namespace detail

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Either she is alive at t, or she left at
/// some u with all n behind her. Same-bits.
[[nodiscard]] inline double pmf(const pareto_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  const auto [mode, integral] = detail::pareto_weigh(f, n, 1.0, f.s + 1.0, t, [](double) { return 1.0; });
  const double left = detail::negative_binomial(n, f.r, f.alpha, mode) * detail::pareto_stays(f, mode) *
                      (f.s * mode / (f.beta + mode)) * integral;
  const double stayed = detail::negative_binomial(n, f.r, f.alpha, t) * detail::pareto_stays(f, t);
  return (n == 0 ? -numeric::expm1(f.log_p_alive) : 0.0) + alive(f) * (stayed + left);
}

/// P(at least n purchases in (0, t]): the n-th comes at some u <= t while she is alive. Domain as pmf. Same-bits.
[[nodiscard]] inline double at_least(const pareto_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (n == 0 || t == 0) return n == 0 ? 1.0 : 0.0;
  const auto [mode, integral] = detail::pareto_weigh(f, n, 0.0, f.s, t, [](double) { return 1.0; });
  return alive(f) * n * detail::negative_binomial(n, f.r, f.alpha, mode) * detail::pareto_stays(f, mode) * integral;
}

/// The time within which the next purchase comes with chance q, 0 <= q <= 1: infinite where she will buy again at all
/// with no more than q. Same-bits.
[[nodiscard]] inline double next_purchase_quantile(const pareto_future& f, double q) noexcept {
  return detail::next_purchase_while_alive(f, q, [&](double u) { return f.s * numeric::log1p(u / f.beta); });
}

/// P(at most n purchases in (0, t]): too few arrivals, or she left before the last of them. Domain as pmf. Same-bits.
[[nodiscard]] inline double cdf(const pareto_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return 1.0;
  const double one_more = n + 1.0;
  // As at_least, but weighed with the chance that she has left rather than stayed.
  const auto [mode, integral] = detail::pareto_weigh(
      f, one_more, 0.0, 0.0, t, [&](double u) { return -numeric::expm1(-f.s * numeric::log1p(u / f.beta)); });
  const double left = one_more * detail::negative_binomial(one_more, f.r, f.alpha, mode) * integral;
  return -numeric::expm1(f.log_p_alive) + alive(f) * (detail::negative_binomial_at_most(n, f.r, f.alpha, t) + left);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// GGompertz/NBD: Bemmaor & Glady (2012), "Modeling Purchasing Behavior with Sudden 'Death'", Management Science 58(5),
// 1012-1021. λ ~ Gamma(shape r, rate α); she leaves after a time with hazard η b e^(b t), η ~ Gamma(shape s, rate β),
// whether she buys or not. β < 1: fewer leave the longer they are there; β > 1: more; β = 1: a steady rate bs for all.
// As b goes to 0 with β/b fixed this is Pareto/NBD (r, α, s, β/b).
#ifndef VALOREM_MODEL_GGOMPERTZ_NBD_HPP
#define VALOREM_MODEL_GGOMPERTZ_NBD_HPP

#include <valorem/model/arrivals.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/model/verbs.hpp>
#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/gompertz.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; α in time units, b per time unit. Accurate for 1e-3 <= parameter <= 1e6, and b and β down
/// to 1e-9.
template <class R>
struct basic_ggompertz_nbd {
  R r;      ///< shape of the purchase rates over customers
  R alpha;  ///< rate of the purchase rates, in time units: mean purchase rate r/α
  R b;      ///< growth of each customer's hazard of leaving, per time unit
  R s;      ///< shape of the hazards
  R beta;   ///< rate of the hazards: P(alive at t) = (β / (β - 1 + e^(bt)))^s

  static constexpr std::string_view model_name = "ggompertz_nbd";
  static constexpr std::array<std::string_view, 5> parameter_names{"r", "alpha", "b", "s", "beta"};
  static constexpr std::array<int, 5> unit_powers{0, 1, -1, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 5> parameters() const { return {r, alpha, b, s, beta}; }
  [[nodiscard]] static basic_ggompertz_nbd from(const std::array<R, 5>& p) { return {p[0], p[1], p[2], p[3], p[4]}; }
  [[nodiscard]] friend bool operator==(const basic_ggompertz_nbd&, const basic_ggompertz_nbd&) = default;
};
using ggompertz_nbd = basic_ggompertz_nbd<double>;

/// The future of a customer who is alive now with the chance whose logarithm is log_p_alive, and whose rates are then
/// those of the model with these parameters.
template <class R>
struct basic_ggompertz_future {
  R r;
  R alpha;
  R b;
  R s;
  R beta;
  R log_p_alive;
};
using ggompertz_future = basic_ggompertz_future<double>;

namespace detail {

/// What she may have done since t_x: stayed, with chance e^-fall, or left, each with no purchase since; both over the
/// chance that she was alive at t_x having bought as she did.
template <class R>
struct ggompertz_silence {
  R fall;
  R left;  ///< ∫_0^gap h(d) ((α+t_x)/(α+t_x+d))^(r+x) S(d) dd, from t_x on
};
/// When she left, if she did: the integrand of `left` below, from t_x on.
template <class R>
[[nodiscard]] numeric::gompertz_stream<R> ggompertz_leaving(const basic_ggompertz_nbd<R>& m, const history& h) {
  const R B = numeric::gompertz_aged(m.beta, R(m.b * h.t_x));
  return {.k = m.r + h.x, .A = m.alpha + h.t_x, .rate = 0.0, .b = m.b, .s = m.s, .B = B, .leaving = true};
}
template <class R>
[[nodiscard]] ggompertz_silence<R> ggompertz_since(const basic_ggompertz_nbd<R>& m, const history& h) {
  const double gap = h.T - h.t_x;
  if (gap == 0) return {R(0.0), R(0.0)};
  const auto f = ggompertz_leaving(m, h);
  return {f.fallen(gap, numeric::gompertz_at(f.B, R(m.b * gap))), f.integral(gap)};
}

/// ln P(alive at T), of what she may have done in a silence that is not nothing.
template <class R>
[[nodiscard]] R ggompertz_log_alive(const ggompertz_silence<R>& since) {
  return -numeric::softplus(R(since.fall + numeric::log(since.left)));
}

}  // namespace detail

/// Counts' part of the log-likelihood: everything that depends on x alone.
template <class R>
[[nodiscard]] R log_likelihood_counts(const basic_ggompertz_nbd<R>& m, double x) {
  return numeric::log_rising_scaled(m.r, x);
}

/// Times' part of the log-likelihood: her purchases until t_x and that she was there then, and the silence since.
template <class R>
[[nodiscard]] R log_likelihood_times(const basic_ggompertz_nbd<R>& m, const history& h) {
  const auto since = detail::ggompertz_since(m, h);
  return h.x * numeric::log((m.r + h.x) / (m.alpha + h.t_x)) - m.r * numeric::log1p(R(h.t_x) / m.alpha) -
         m.s * numeric::gompertz_at(m.beta, R(m.b * h.t_x)).spent +
         numeric::log(numeric::exp(-since.fall) + since.left);
}

/// ln likelihood of one history (Bemmaor & Glady 2012, without x!). Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_ggompertz_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  return log_likelihood_counts(m, h.x) + log_likelihood_times(m, h);
}

/// ln P(alive at T | history), 0 where t_x = T. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_ggompertz_nbd<R>& m, const history& h) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  if (h.t_x == h.T) return R(0.0);
  return detail::ggompertz_log_alive(detail::ggompertz_since(m, h));
}

/// P(alive at T | history). Same-bits.
template <class R>
[[nodiscard]] R p_alive(const basic_ggompertz_nbd<R>& m, const history& h) {
  return numeric::exp(log_p_alive(m, h));
}

namespace detail {

/// A factor that falls from 1 at t_x: what it is now, mean and variance of what it was when she left, given that she
/// did, and how far that mean is above now's.
struct ggompertz_factor {
  double now;
  mean_and_variance then;
  double lift;
};
/// lift(d) is how far the factor d after t_x is above now's; `left` is f's integral over the gap.
template <class Lift>
[[nodiscard]] ggompertz_factor ggompertz_mix(const numeric::gompertz_stream<double>& f, double gap, double left,
                                             double now, double sharper, Lift&& lift) {
  const double mean = f.weighed(gap, sharper, lift) / left;
  const auto square = [&](double d) {
    const double off = lift(d) - mean;
    return off * off;
  };
  return {now, {now + mean, f.weighed(gap, sharper, square) / left}, mean};
}

}  // namespace detail

/// Mean and variance given the history of λ and of b η, her rate of leaving at her first purchase (it grows as e^(b
/// t)): alive with λ ~ Gamma(r+x, α+T) and η ~ Gamma(s, β-1+e^(bT)), or gone since y with λ ~ Gamma(r+x, α+y) and η ~
/// Gamma(s+1, β-1+e^(by)). Same-bits; relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const ggompertz_nbd& m, const history& h) {
  constexpr mean_and_variance nothing{not_a_value, not_a_value};
  if (!legal(m) || check(h) != status::ok) return {nothing, nothing};
  const double gap = h.T - h.t_x;
  const double k = m.r + h.x;
  const auto hazards = [&](double shape, double t) {
    const double scale = m.b * numeric::exp(-m.b * t) / numeric::gompertz_aged(m.beta, m.b * t);
    return mean_and_variance{shape * scale, shape * scale * scale};
  };
  const mean_and_variance buys = detail::gamma_moments(k, m.alpha + h.T);
  const mean_and_variance goes = hazards(m.s, h.T);
  if (gap == 0) return {buys, goes};

  // Rates of Gammas at y over those at t_x: of λ (α+y)/(α+t_x), of η 1 over e^-spent.
  const auto since = detail::ggompertz_since(m, h);
  const auto f = detail::ggompertz_leaving(m, h);
  const double log_alive = detail::ggompertz_log_alive(since);
  const double A = f.A;
  const auto of_buying = detail::ggompertz_mix(f, gap, since.left, A / (A + gap), 0.0, [&](double d) {
    return std::max(0.0, gap - d) / (A + gap) * (A / (A + d));
  });
  const auto of_going = detail::ggompertz_mix(
      f, gap, since.left, numeric::exp(-numeric::gompertz_at(f.B, m.b * gap).spent), 2.0, [&](double d) {
        const double more =
            numeric::gompertz_at(numeric::gompertz_aged(f.B, m.b * d), m.b * std::max(0.0, gap - d)).spent;
        return numeric::exp(-numeric::gompertz_at(f.B, m.b * d).spent) * -numeric::expm1(-more);
      });
  const mean_and_variance buyers = detail::gamma_moments(k, A);
  const mean_and_variance leavers = hazards(m.s + 1.0, h.t_x);
  return {detail::mixed(log_alive, buys, detail::mixed_gamma(k, buyers, of_buying.then), buyers.mean * of_buying.lift),
          detail::mixed(log_alive, goes, detail::mixed_gamma(m.s + 1.0, leavers, of_going.then),
                        leavers.mean * (of_going.lift + of_going.now / (m.s + 1.0)))};
}

/// A customer who makes her first purchase now.
template <class R>
[[nodiscard]] basic_ggompertz_future<R> starting(const basic_ggompertz_nbd<R>& m) {
  return {m.r, m.alpha, m.b, m.s, m.beta, R(legal(m) ? 0.0 : not_a_value)};
}

/// This customer from T on: alive with P(alive), then GGompertz/NBD afresh with (r+x, α+T, b, s, 1 + (β-1) e^(-bT)).
template <class R>
[[nodiscard]] basic_ggompertz_future<R> given(const basic_ggompertz_nbd<R>& m, const history& h) {
  return {m.r + h.x, m.alpha + h.T, m.b, m.s, numeric::gompertz_aged(m.beta, R(m.b * h.T)), log_p_alive(m, h)};
}

/// Whether there is a future to speak of: illegal parameters and histories leave none, and every verb is then NaN.
template <class R>
[[nodiscard]] bool known(const basic_ggompertz_future<R>& f) noexcept {
  return !numeric::is_nan(numeric::value_of(f.log_p_alive));
}

template <class R>
[[nodiscard]] R alive(const basic_ggompertz_future<R>& f) {
  return numeric::exp(f.log_p_alive);
}

/// ln P(alive at t). Same-bits.
template <class R>
[[nodiscard]] R log_survival(const basic_ggompertz_future<R>& f, double t) {
  if (!known(f) || !(t >= 0)) return R(not_a_value);
  return f.log_p_alive - f.s * numeric::gompertz_at(f.beta, R(f.b * t)).spent;
}

/// ∫_0^horizon e^(-rate u) P(alive at u) du, rate >= 0, horizon in [0, inf]; finite for ever without a discount too.
/// Same-bits.
template <class R>
[[nodiscard]] R discounted_lifetime(const basic_ggompertz_future<R>& f, double rate, double horizon) {
  if (!known(f) || !(rate >= 0) || !(horizon >= 0)) return R(not_a_value);
  if (horizon == 0) return R(0.0);
  if (rate > 1e100) return alive(f) * (-numeric::expm1(-rate * horizon) / rate);  // over before anyone could leave
  const numeric::gompertz_stream<R> there{
      .k = R(0.0), .A = R(1.0), .rate = rate, .b = f.b, .s = f.s, .B = f.beta, .leaving = false};
  return alive(f) * there.integral(horizon);
}

/// ∫_0^horizon e^(-rate u) dE[Y(u)]: purchases come at the mean rate r/α while she is alive. Same-bits.
template <class R>
[[nodiscard]] R discounted_purchases(const basic_ggompertz_future<R>& f, double rate, double horizon) {
  return f.r / f.alpha * discounted_lifetime(f, rate, horizon);
}

/// E[purchases in (0, t]], t in [0, inf]. Same-bits.
template <class R>
[[nodiscard]] R expected_purchases(const basic_ggompertz_future<R>& f, double t) {
  return discounted_purchases(f, 0.0, t);
}

namespace detail {

/// P(alive at u), of one who is alive now.
[[nodiscard]] inline double ggompertz_stays(const ggompertz_future& f, double u) noexcept {
  return numeric::exp(-f.s * numeric::gompertz_at(f.beta, f.b * u).spent);
}

/// ∫_0^t NB_u(n) u^(more - 1) S(u) du with its weight, over NB at its mode times all else there, in the logarithm of u.
struct ggompertz_weighted {
  double mode;
  double integral;
};
[[nodiscard]] inline ggompertz_weighted ggompertz_weigh(const ggompertz_future& f, double n, double more, double t,
                                                        numeric::gompertz_weight weight) noexcept {
  const double c = n + more;
  const double m = f.r + n;
  const double shape = weight == numeric::gompertz_weight::gone ? 0.0 : f.s;
  const double u = numeric::gompertz_peak(c, m, f.alpha, shape, f.b, f.beta, t);
  const numeric::gompertz_counts g{.c = c,
                                   .buys = {m, u / (f.alpha + u), f.alpha / (f.alpha + u)},
                                   .rise = more - f.r,
                                   .b = f.b,
                                   .s = f.s,
                                   .B = f.beta,
                                   .centre = u,
                                   .weight = weight};
  return {u, g.integral(numeric::log(t / u))};
}

}  // namespace detail

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Either she is alive at t, or she left at
/// some u with all n behind her. Same-bits.
[[nodiscard]] inline double pmf(const ggompertz_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  const auto [mode, integral] = detail::ggompertz_weigh(f, n, 1.0, t, numeric::gompertz_weight::hazard);
  const double hazard = f.b * f.s * numeric::gompertz_at(f.beta, f.b * mode).pull;
  const double left =
      detail::negative_binomial(n, f.r, f.alpha, mode) * detail::ggompertz_stays(f, mode) * (mode * hazard) * integral;
  const double stayed = detail::negative_binomial(n, f.r, f.alpha, t) * detail::ggompertz_stays(f, t);
  return (n == 0 ? -numeric::expm1(f.log_p_alive) : 0.0) + alive(f) * (stayed + left);
}

/// P(at least n purchases in (0, t]): the n-th comes at some u <= t while she is alive. Domain as pmf. Same-bits.
[[nodiscard]] inline double at_least(const ggompertz_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (n == 0 || t == 0) return n == 0 ? 1.0 : 0.0;
  const auto [mode, integral] = detail::ggompertz_weigh(f, n, 0.0, t, numeric::gompertz_weight::none);
  return alive(f) * n * detail::negative_binomial(n, f.r, f.alpha, mode) * detail::ggompertz_stays(f, mode) * integral;
}

/// P(at most n purchases in (0, t]): too few arrivals, or she left before the last of them. Domain as pmf. Same-bits.
[[nodiscard]] inline double cdf(const ggompertz_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return 1.0;
  const double one_more = n + 1.0;
  const auto [mode, integral] = detail::ggompertz_weigh(f, one_more, 0.0, t, numeric::gompertz_weight::gone);
  const double left = one_more * detail::negative_binomial(one_more, f.r, f.alpha, mode) * integral;
  return -numeric::expm1(f.log_p_alive) + alive(f) * (detail::negative_binomial_at_most(n, f.r, f.alpha, t) + left);
}

/// The time within which the next purchase comes with chance q, 0 <= q <= 1: infinite where she will buy again at all
/// with no more than q. Same-bits.
[[nodiscard]] inline double next_purchase_quantile(const ggompertz_future& f, double q) noexcept {
  return detail::next_purchase_while_alive(f, q,
                                           [&](double u) { return f.s * numeric::gompertz_at(f.beta, f.b * u).spent; });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

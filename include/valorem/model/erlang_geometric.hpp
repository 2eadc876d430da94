// What BG/CNBD-k and MBG/CNBD-k share: every k-th event of a Poisson process is a purchase, the rate λ ~ Gamma, and
// after each purchase the customer leaves for good with a chance p ~ Beta. A customer who is alive has passed j of the
// k stages to her next purchase, and nobody sees how many: her future is a mixture over j.
#ifndef VALOREM_MODEL_ERLANG_GEOMETRIC_HPP
#define VALOREM_MODEL_ERLANG_GEOMETRIC_HPP

#include <valorem/model/arrivals.hpp>
#include <valorem/model/beta_geometric.hpp>
#include <valorem/model/erlang_discount.hpp>
#include <valorem/model/erlang_sum.hpp>
#include <valorem/model/parameters.hpp>
#include <valorem/model/posterior.hpp>

#include <limits>

namespace valorem::inline VALOREM_ABI {

/// The future of a customer who is alive now with chance p_alive, has then passed j stages as `stages` says, and leaves
/// after each purchase with p ~ Beta(a, b). c carries the time unit.
template <class R>
struct basic_erlang_future {
  detail::erlang_stages<R> stages;
  R c;
  R a;
  R b;
  R p_alive;
  R log_p_alive;
};
using erlang_future = basic_erlang_future<double>;

/// Chance of being alive now.
template <class R>
[[nodiscard]] R alive(const basic_erlang_future<R>& f) {
  return f.p_alive;
}

/// Whether there is a future to speak of: illegal parameters and histories leave none, and every verb is then NaN.
template <class R>
[[nodiscard]] bool known(const basic_erlang_future<R>& f) noexcept {
  return !numeric::is_nan(numeric::value_of(f.log_p_alive));
}

namespace detail {

/// The same future of BG/NBD where every event is a purchase: tens of times as quick.
template <class R>
[[nodiscard]] basic_beta_geometric_future<R> without_stages(const basic_erlang_future<R>& f) {
  return {f.stages.s, f.c, f.a, f.b, f.p_alive, f.log_p_alive};
}

}  // namespace detail

/// ln P(alive at t): the chance that she stays after each purchase until then. With stages a matter of microseconds, a
/// hundred where thousands of purchases are to be expected. Same-bits.
template <class R>
[[nodiscard]] R log_survival(const basic_erlang_future<R>& f, double t) {
  if (!known(f) || !(t >= 0)) return R(not_a_value);
  if (t == 0) return f.log_p_alive;
  if (t == std::numeric_limits<double>::infinity()) return R(-t);
  if (f.stages.k == 1) return log_survival(detail::without_stages(f), t);
  const R stays = detail::erlang_sum(f.stages, f.a, f.b, R(t / f.c), detail::count_weight::stayed).log();
  return f.log_p_alive + numeric::select(numeric::value_of(stays) < 0, stays, R(0.0));  // not above 1 by rounding
}

/// E[purchases in (0, t]], t in [0, inf]. At infinity: (a+b-1)/(a-1) times P(alive), infinite for a <= 1. As dear as
/// log_survival. Same-bits.
template <class R>
[[nodiscard]] R expected_purchases(const basic_erlang_future<R>& f, double t) {
  if (!known(f) || !(t >= 0)) return R(not_a_value);
  if (t == 0) return R(0.0);
  if (t == std::numeric_limits<double>::infinity()) {
    if (!(numeric::value_of(f.a) > 1)) return R(t);
    return alive(f) * ((f.a + f.b - 1.0) / (f.a - 1.0));
  }
  if (f.stages.k == 1) return expected_purchases(detail::without_stages(f), t);
  return alive(f) * detail::erlang_value(f.stages, f.a, f.b, R(t / f.c), detail::count_weight::bought);
}

/// ∫_0^horizon e^(-rate u) dE[Y(u)], rate >= 0 per time unit, horizon in [0, inf]. Dear with stages: up to a
/// millisecond, and tens of them to a finite horizon of thousands of purchases. Same-bits.
template <class R>
[[nodiscard]] R discounted_purchases(const basic_erlang_future<R>& f, double rate, double horizon) {
  if (!known(f) || !(rate >= 0) || !(horizon >= 0)) return R(not_a_value);
  if (rate == 0) return expected_purchases(f, horizon);
  if (f.stages.k == 1) return discounted_purchases(detail::without_stages(f), rate, horizon);
  return alive(f) *
         detail::erlang_discounted(f.stages, f.a, f.b, R(rate * f.c), R(horizon / f.c), detail::count_weight::bought);
}

/// ∫_0^horizon e^(-rate u) P(alive at u) du: the time over which she must be served, discounted. As dear as
/// discounted_purchases. Same-bits. Without discount and for ever it is finite only where a > 1 and E[1/λ] is finite.
template <class R>
[[nodiscard]] R discounted_lifetime(const basic_erlang_future<R>& f, double rate, double horizon) {
  if (!known(f) || !(rate >= 0) || !(horizon >= 0)) return R(not_a_value);
  if (rate == 0 && horizon == std::numeric_limits<double>::infinity()) {
    if (!(numeric::value_of(f.a) > 1 && numeric::value_of(f.stages.s) > 1)) return R(horizon);
    // E[(k - j)/λ] to her next purchase, and k E[1/λ] to each one after that which she stays for.
    R sum(0.0);
    for (int j = 0; j <= f.stages.last(); ++j) {
      const R events = (f.stages.k - j) + f.stages.k * (f.b / (f.a - 1.0));
      sum = sum + f.stages.chance[static_cast<std::size_t>(j)] * events / (f.stages.s + (j - 1.0));
    }
    return alive(f) * f.c * sum;
  }
  if (f.stages.k == 1) return discounted_lifetime(detail::without_stages(f), rate, horizon);
  return alive(f) * f.c *
         detail::erlang_discounted(f.stages, f.a, f.b, R(rate * f.c), R(horizon / f.c), detail::count_weight::stayed);
}

namespace detail {

/// P(at least i events in all, those behind us included) at v > 0, i >= k.
[[nodiscard]] inline double erlang_at_least(const erlang_stages<double>& at, double i, double v) noexcept {
  double sum = 0.0;
  for (int j = 0; j <= at.last(); ++j) {
    sum += at.chance[static_cast<std::size_t>(j)] * numeric::incomplete_beta(i - j, at.s + j, v, 1.0);
  }
  return sum;
}

/// P(fewer than i events in all), i >= k.
[[nodiscard]] inline double erlang_below(const erlang_stages<double>& at, double i, double v) noexcept {
  double sum = 0.0;
  for (int j = 0; j <= at.last(); ++j) {
    sum += at.chance[static_cast<std::size_t>(j)] * numeric::incomplete_beta(at.s + j, i - j, 1.0, v);
  }
  return sum;
}

/// P(nk <= i < (n+1)k).
[[nodiscard]] inline double erlang_block(const erlang_stages<double>& at, double n, double v) noexcept {
  double sum = 0.0;
  for (int j = 0; j <= at.last(); ++j) {
    double piece = 0.0;
    for (int l = 0; l < at.k; ++l) {
      const double i = n * at.k + l - j;
      if (i >= 0) piece += negative_binomial(i, at.s + j, 1.0, v);
    }
    sum += at.chance[static_cast<std::size_t>(j)] * piece;
  }
  return sum;
}

}  // namespace detail

/// P(n purchases in (0, t]); n whole and >= 0, t >= 0 and finite, else NaN. Same-bits.
[[nodiscard]] inline double pmf(const erlang_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return n == 0 ? 1.0 : 0.0;
  const double v = t / f.c;
  const double count = detail::erlang_block(f.stages, n, v);
  if (n == 0) return -numeric::expm1(f.log_p_alive) + alive(f) * count;
  const double stayed = numeric::exp(numeric::log_beta_ratio(f.a, f.b, n));
  const double left = f.a / (f.a + f.b) * numeric::exp(numeric::log_beta_ratio(f.a + 1.0, f.b, n - 1.0));
  return alive(f) * (stayed * count + left * detail::erlang_at_least(f.stages, n * f.stages.k, v));
}

/// P(at least n purchases in (0, t]): nk events, and she stayed after each of the first n - 1 purchases. Domain as pmf.
/// Same-bits.
[[nodiscard]] inline double at_least(const erlang_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (n == 0 || t == 0) return n == 0 ? 1.0 : 0.0;
  return alive(f) * numeric::exp(numeric::log_beta_ratio(f.a, f.b, n - 1.0)) *
         detail::erlang_at_least(f.stages, n * f.stages.k, t / f.c);
}

/// P(at most n purchases in (0, t]): too few events, or she left before the last of them. Domain as pmf. Same-bits.
[[nodiscard]] inline double cdf(const erlang_future& f, double n, double t) noexcept {
  if (!known(f) || !detail::legal_count(n, t)) return not_a_value;
  if (t == 0) return 1.0;
  const double v = t / f.c;
  const double enough = (n + 1.0) * f.stages.k;
  const double left = -numeric::expm1(numeric::log_beta_ratio(f.a, f.b, n));
  return -numeric::expm1(f.log_p_alive) +
         alive(f) * (detail::erlang_below(f.stages, enough, v) + left * detail::erlang_at_least(f.stages, enough, v));
}

/// The time within which the next purchase comes with chance q, 0 <= q <= 1: infinite for q >= P(alive). Same-bits.
[[nodiscard]] inline double next_purchase_quantile(const erlang_future& f, double q) noexcept {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!known(f) || !(q >= 0 && q <= 1)) return not_a_value;
  if (q == 0) return 0.0;
  if (q >= alive(f)) return infinity;
  // ln of the chance, or of its complement, whichever is small, is nearly straight in ln v.
  const double k = f.stages.k;
  const double want = q / alive(f);
  const bool upper = want > 0.5;
  const double target = upper ? numeric::log((alive(f) - q) / alive(f)) : numeric::log(want);
  double low = 0.0;
  double high = infinity;
  double v = k / f.stages.s;
  for (int step = 0; step < 400; ++step) {
    const double chance = upper ? detail::erlang_below(f.stages, k, v) : detail::erlang_at_least(f.stages, k, v);
    const double missing = target - numeric::log(chance);
    ((missing > 0) == upper ? high : low) = v;
    double density = 0.0;  // v times the density of the k-th event
    for (int j = 0; j <= f.stages.last(); ++j) {
      density += f.stages.chance[static_cast<std::size_t>(j)] * (k - j) *
                 detail::negative_binomial(k - j, f.stages.s + j, 1.0, v);
    }
    double next = v * numeric::exp((upper ? -missing : missing) * chance / density);
    if (!(next > low && next < high)) {
      next = high < infinity ? (low > 0 ? std::sqrt(low) * std::sqrt(high) : 0.0625 * high) : 16.0 * v;
    }
    if (!(next < 1e300)) return infinity;
    if (std::fabs(next - v) <= 2e-16 * v) return next * f.c;
    v = next;
  }
  return v * f.c;
}

namespace detail {

/// ln Q, the chance of fewer than k events in the silence after the last purchase: she is alive and has not bought.
template <class R>
[[nodiscard]] R log_quiet(int k, const R& r, const R& alpha, const history& h) {
  const R s = r + k * h.x;
  const double gap = h.T - h.t_x;
  std::array<R, max_stages> unused;
  return numeric::log(erlang_weights(k, s, R(gap / (alpha + h.T)), unused)) - s * numeric::log1p(gap / (alpha + h.t_x));
}

/// ln of the odds that she left: a/n that the last purchase was to be the last, over the chance of the silence if not.
template <class R>
[[nodiscard]] R log_erlang_odds(int k, const R& r, const R& alpha, const R& a, const R& n, const history& h) {
  return numeric::log(a / n) - log_quiet(k, r, alpha, h);
}

/// ln[α^r (α+T)^-(r+kx) (S1 + S2)] + kx ln(r+kx), the part of the likelihood that depends on times but for the gaps.
/// Taken around whichever of the two, left or alive, is the larger.
template <class R>
[[nodiscard]] R erlang_times(int k, const R& r, const R& alpha, const R& a, const R& n, bool can_leave,
                             const history& h) {
  const double events = k * h.x;
  const R s = r + events;
  const double gap = h.T - h.t_x;
  std::array<R, max_stages> unused;
  const R stages = numeric::log(erlang_weights(k, s, R(gap / (alpha + h.T)), unused));
  const R odds = numeric::log(a / n) - stages + s * numeric::log1p(gap / (alpha + h.t_x));
  const bool left = can_leave && numeric::value_of(odds) > 0;
  const double t = left ? h.t_x : h.T;
  const R around = events * numeric::log(s / (alpha + t)) - r * numeric::log1p(R(t) / alpha);
  const R term = left ? R(numeric::log(a / n)) : stages;
  return can_leave ? R(around + term + numeric::softplus(left ? R(-odds) : odds)) : R(around + term);
}

/// The part that depends on x alone, without its Beta function: ln[Γ(r+kx)/Γ(r)] - kx ln(r+kx) - x ln (k-1)!.
template <class R>
[[nodiscard]] R erlang_counts(int k, const R& r, double x) {
  double log_factorial = 0.0;
  for (int i = 2; i < k; ++i) log_factorial += numeric::log(static_cast<double>(i));
  return numeric::log_rising_scaled(r, k * x) - x * log_factorial;
}

}  // namespace detail

/// ln likelihood of one history whose gaps' logarithms sum to log_gaps: (k-1) log_gaps beside the parts that depend on
/// counts and on times. NaN where check_gaps() refuses it, unless k = 1, which needs no gaps. Same-bits.
template <template <class> class Model, class R>
  requires erlang_model<Model<R>>
[[nodiscard]] R log_likelihood(const Model<R>& m, const history& h, double log_gaps) {
  if (!legal(m) || check(h) != status::ok) return R(not_a_value);
  if (m.k > 1 && check_gaps(h, log_gaps) != status::ok) return R(not_a_value);
  const double gaps = m.k > 1 ? (m.k - 1.0) * log_gaps : 0.0;
  return log_likelihood_counts(m, h.x) + log_likelihood_times(m, h) + gaps;
}

/// The same where no gaps are known: NaN for k > 1 and x > 0. Same-bits.
template <template <class> class Model, class R>
  requires erlang_model<Model<R>>
[[nodiscard]] R log_likelihood(const Model<R>& m, const history& h) {
  return log_likelihood(m, h, h.x == 0 ? 0.0 : not_a_value);
}

/// P(alive at T | history). The gaps do not enter. Same-bits.
template <template <class> class Model, class R>
  requires erlang_model<Model<R>>
[[nodiscard]] R p_alive(const Model<R>& m, const history& h) {
  return numeric::exp(log_p_alive(m, h));
}

namespace detail {

/// The future of a customer who, if she is alive, leaves with p ~ Beta(a, b_now).
template <class M, class R>
[[nodiscard]] basic_erlang_future<R> erlang_given(const M& m, const R& b_now, const history& h) {
  const R log_alive = log_p_alive(m, h);
  const bool good = !numeric::is_nan(numeric::value_of(log_alive));
  const R c = m.alpha + h.T;
  const R silence = R(good ? h.T - h.t_x : 0.0) / c;
  return {stages_after(good ? m.k : 1, R(m.r + m.k * h.x), silence), c, m.a, b_now, numeric::exp(log_alive), log_alive};
}

/// Mean and variance of λ/k given the history: alive with λ ~ Gamma(r+kx+j, α+T) where j stages are passed, or gone
/// since t_x with λ ~ Gamma(r+kx, α+t_x).
template <class M>
[[nodiscard]] mean_and_variance erlang_purchase_rate(double log_alive, const M& m, const history& h) noexcept {
  const double now = m.alpha + h.T;
  const double then = m.alpha + h.t_x;
  const double gap = h.T - h.t_x;
  const auto stages = stages_after(m.k, m.r + m.k * h.x, gap / now);
  double passed = 0.0;
  for (int j = 1; j <= stages.last(); ++j) passed += j * stages.chance[static_cast<std::size_t>(j)];
  double spread = 0.0;
  for (int j = 0; j <= stages.last(); ++j) {
    spread += (j - passed) * (j - passed) * stages.chance[static_cast<std::size_t>(j)];
  }
  const double shape = stages.s + passed;
  const mean_and_variance alive{shape / now, (shape + spread) / now / now};
  // Of the events that such a silence holds on average, those of one that held fewer than k.
  const double apart = (stages.s * (gap / then) - passed) / now;
  const mean_and_variance of = mixed(log_alive, alive, gamma_moments(stages.s, then), apart);
  return {of.mean / m.k, of.variance / m.k / m.k};
}

}  // namespace detail

}  // namespace valorem::inline VALOREM_ABI

#endif

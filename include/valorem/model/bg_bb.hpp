// BG/BB: Fader, Hardie & Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing
// Science 29(6), 1086-1108. In each period a customer who is alive buys with p ~ Beta(α, β); at the start of each
// period she leaves for good with θ ~ Beta(γ, δ). A history counts periods: x of them with a purchase, the last one
// t_x, T of them seen.
#ifndef VALOREM_MODEL_BG_BB_HPP
#define VALOREM_MODEL_BG_BB_HPP

#include <valorem/model/parameters.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/numeric/beta_mixture.hpp>
#include <valorem/numeric/gamma.hpp>
#include <valorem/summary/history.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive pure numbers. Accurate for 1e-3 <= parameter <= 1e6.
template <class R>
struct basic_bg_bb {
  R alpha;  ///< buying in a period: mean α/(α+β)
  R beta;
  R gamma;  ///< leaving at the start of a period: mean γ/(γ+δ)
  R delta;

  static constexpr std::string_view model_name = "bg_bb";
  static constexpr std::array<std::string_view, 4> parameter_names{"alpha", "beta", "gamma", "delta"};
  static constexpr std::array<int, 4> unit_powers{0, 0, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 4> parameters() const { return {alpha, beta, gamma, delta}; }
  [[nodiscard]] static basic_bg_bb from(const std::array<R, 4>& p) { return {p[0], p[1], p[2], p[3]}; }
  [[nodiscard]] friend bool operator==(const basic_bg_bb&, const basic_bg_bb&) = default;
};
using bg_bb = basic_bg_bb<double>;

/// The most periods that are accepted: sums over them are taken term by term.
inline constexpr double max_periods = 1e6;

/// As check(h), and invalid where t_x or T is not whole, x is above t_x, or T above max_periods. x = t_x = T = 0 is a
/// customer of today.
[[nodiscard]] inline status check_periods(const history& h) noexcept {
  const status s = check(h);
  if (s != status::ok) return s;
  return h.t_x == std::floor(h.t_x) && h.T == std::floor(h.T) && h.x <= h.t_x && h.T <= max_periods ? status::ok
                                                                                                    : status::invalid;
}

/// The future of a customer who is alive in the present period with the chance whose logarithm is log_p_alive.
template <class R>
struct basic_bg_bb_future {
  R alpha;
  R beta;
  R gamma;
  R delta;
  R log_p_alive;
};
using bg_bb_future = basic_bg_bb_future<double>;

namespace detail {

[[nodiscard]] inline bool whole_periods(double m) noexcept {
  return m >= 0 && m <= max_periods && m == std::floor(m);
}

/// Σ_i of the weights of having left right after period t_x + i, over that of i = 0, each handed to visit(i, weight).
/// They fall; the sum ends where the rest can add nothing.
template <class R, class Visit>
[[nodiscard]] R bg_bb_departures(const basic_bg_bb<R>& m, const history& h, Visit&& visit) {
  const double silent = h.T - h.t_x;
  const R buys = m.alpha + m.beta + h.t_x;
  const R idle = m.beta + (h.t_x - h.x);
  const R stays = m.delta + h.t_x;
  R term(1.0);
  R sum(1.0);
  visit(0.0, term);
  for (double i = 1; i < silent; i += 1) {
    const double j = i - 1;
    term = term * ((idle + j) * (stays + j) / ((buys + j) * (m.gamma + stays + i)));
    sum = sum + term;
    visit(i, term);
    if (numeric::value_of(term) * (silent - i) < 1e-18 * numeric::value_of(sum)) break;
  }
  return sum;
}

/// ln of the odds that she has left: over the periods after t_x, each over the chance of the whole history alive.
template <class R>
[[nodiscard]] R bg_bb_log_odds(const basic_bg_bb<R>& m, const history& h) {
  const double silent = h.T - h.t_x;
  const R idle = m.beta + (h.t_x - h.x);
  const R stays = m.delta + h.t_x;
  const R sum = bg_bb_departures(m, h, [](double, const R&) {});
  return numeric::log(m.gamma / (m.gamma + stays)) + numeric::log(sum) -
         numeric::log_beta_ratio(R(m.alpha + h.x), idle, silent) - numeric::log_beta_ratio(m.gamma, stays, silent);
}

/// Σ_{k=1..m} z^k P(still there k periods on), m whole or infinite, 0 < z <= 1, m infinite only where z < 1.
template <class R>
[[nodiscard]] R beta_geometric_lifetime(const R& gamma, const R& delta, double z, double m) {
  constexpr double few = 256;
  if (m <= few) {
    R term(1.0);
    R sum(0.0);
    for (double k = 1; k <= m; k += 1) {
      term = term * (z * ((delta + (k - 1.0)) / (gamma + delta + (k - 1.0))));
      sum = sum + term;
    }
    return sum;
  }
  if (z == 1) {
    // δ [1 - B(γ-1, 1+δ+m)/B(γ-1, 1+δ)]/(γ-1), whose two poles at γ = 1 are one number.
    const R epsilon = gamma - 1.0;
    if (numeric::value_of(epsilon) == 0) return delta * numeric::digamma_delta(R(delta + 1.0), m);
    const R d = delta + 1.0;
    return delta * (-numeric::expm1(numeric::log_beta_ratio(epsilon, d, m)) / epsilon);
  }
  // E[y (1 - y^m)/(1 - y)] over y = z (1 - θ); 1 - y = (1 - z) + z θ.
  const double log_z = numeric::log(z);
  return numeric::beta_mixture<R>(gamma, delta)
      .mean(
          [&](const R& theta, const R& rest) {
            const R stays = numeric::log(rest);
            const R lasts = numeric::is_finite(m) ? R(-numeric::expm1(m * (log_z + stays))) : R(1.0);
            return R(numeric::exp(log_z + stays) * lasts / ((1.0 - z) + z * theta));
          },
          2.0, std::min(m, z / (1.0 - z)));
}

}  // namespace detail

/// ln likelihood of one history (eq. 5, without the binomial constant: the order of the periods is known). Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_bg_bb<R>& m, const history& h) {
  if (!legal(m) || check_periods(h) != status::ok) return R(not_a_value);
  const R bought = h.x == 0 ? R(0.0)
                            : R(numeric::log(m.alpha / (m.alpha + m.beta)) +
                                numeric::log_beta_ratio(m.beta, R(m.alpha + 1.0), h.x - 1.0));
  const R alive = bought + numeric::log_beta_ratio(R(m.alpha + h.x), m.beta, h.T - h.x) +
                  numeric::log_beta_ratio(m.gamma, m.delta, h.T);
  return h.T == h.t_x ? alive : R(alive + numeric::softplus(detail::bg_bb_log_odds(m, h)));
}

/// ln P(she was alive in period T | history): 0 where t_x = T. Same-bits.
template <class R>
[[nodiscard]] R log_p_alive(const basic_bg_bb<R>& m, const history& h) {
  if (!legal(m) || check_periods(h) != status::ok) return R(not_a_value);
  return h.T == h.t_x ? R(0.0) : R(-numeric::softplus(detail::bg_bb_log_odds(m, h)));
}

/// P(she was alive in period T | history). Same-bits.
template <class R>
[[nodiscard]] R p_alive(const basic_bg_bb<R>& m, const history& h) {
  return numeric::exp(log_p_alive(m, h));
}

/// Mean and variance of the chances to buy and to leave given the history (eq. 16 to 18 as a mixture): alive in period
/// T with p ~ Beta(α+x, β+T-x) and θ ~ Beta(γ, δ+T), or gone after period y with p ~ Beta(α+x, β+y-x) and θ ~ Beta(γ+1,
/// δ+y). Same-bits; relative error <= max(1e-12, 4 eps cond).
[[nodiscard]] inline rate_posterior posterior(const bg_bb& m, const history& h) {
  const double log_alive = log_p_alive(m, h);
  if (numeric::is_nan(log_alive)) return {{log_alive, log_alive}, {log_alive, log_alive}};
  const auto buys = detail::beta_moments(m.alpha + h.x, m.beta + (h.T - h.x));
  const auto goes = detail::beta_moments(m.gamma, m.delta + h.T);
  if (log_alive == 0) return {buys, goes};
  detail::weighted_parts gone_buys;
  detail::weighted_parts gone_goes;
  const double stayed = m.gamma + m.delta + h.T;
  (void)detail::bg_bb_departures(m, h, [&](double i, double weight) {
    const double idle = m.beta + (h.t_x - h.x) + i;
    const double stays = m.delta + h.t_x + i;
    const double after = h.T - h.t_x - i;  // >= 1: periods in which she was no more
    gone_buys.add(weight, buys.mean * (after / (m.alpha + h.x + idle)),
                  detail::beta_moments(m.alpha + h.x, idle).variance);
    gone_goes.add(weight, (m.gamma * (after - 1.0) / stayed + 1.0) / (m.gamma + 1.0 + stays),
                  detail::beta_moments(m.gamma + 1.0, stays).variance);
  });
  return {gone_buys.mixed_with(log_alive, buys), gone_goes.mixed_with(log_alive, goes)};
}

/// A customer whose first period is the next one.
template <class R>
[[nodiscard]] basic_bg_bb_future<R> starting(const basic_bg_bb<R>& m) {
  return {m.alpha, m.beta, m.gamma, m.delta, R(legal(m) ? 0.0 : not_a_value)};
}

/// This customer from period T on: alive then with P(alive), and BG/BB afresh with (α+x, β+T-x, γ, δ+T).
template <class R>
[[nodiscard]] basic_bg_bb_future<R> given(const basic_bg_bb<R>& m, const history& h) {
  return {m.alpha + h.x, m.beta + (h.T - h.x), m.gamma, m.delta + h.T, log_p_alive(m, h)};
}

template <class R>
[[nodiscard]] R alive(const basic_bg_bb_future<R>& f) {
  return numeric::exp(f.log_p_alive);
}

/// ln P(alive m periods on), m whole (eq. 11). Same-bits.
template <class R>
[[nodiscard]] R log_survival(const basic_bg_bb_future<R>& f, double m) {
  if (!detail::whole_periods(m)) return R(not_a_value);
  return f.log_p_alive + numeric::log_beta_ratio(f.gamma, f.delta, m);
}

/// Σ_{k=1..m} P(alive k periods on) / (1+rate)^k; rate >= 0 a period, m whole or, with a rate, infinite. Same-bits.
template <class R>
[[nodiscard]] R discounted_lifetime(const basic_bg_bb_future<R>& f, double rate, double m) {
  const bool for_ever = m == std::numeric_limits<double>::infinity();
  if (!(rate >= 0) || !(for_ever || detail::whole_periods(m))) return R(not_a_value);
  if (rate == 0 && for_ever) {
    return numeric::value_of(f.gamma) > 1 ? R(alive(f) * f.delta / (f.gamma - 1.0)) : R(m);
  }
  return alive(f) * detail::beta_geometric_lifetime(f.gamma, f.delta, 1.0 / (1.0 + rate), m);
}

/// Σ_{k=1..m} P(purchase k periods on) / (1+rate)^k: purchases valued at the end of their period (eq. 14 for m
/// infinite). Same-bits.
template <class R>
[[nodiscard]] R discounted_purchases(const basic_bg_bb_future<R>& f, double rate, double m) {
  return f.alpha / (f.alpha + f.beta) * discounted_lifetime(f, rate, m);
}

/// E[purchases in the next m periods] (eq. 8 and 13). Same-bits.
template <class R>
[[nodiscard]] R expected_purchases(const basic_bg_bb_future<R>& f, double m) {
  return discounted_purchases(f, 0.0, m);
}

namespace detail {

/// Σ_{i=from..m} weight(i) P(the n-th purchase comes in period i while alive for certain), n >= 1.
template <class Weight>
[[nodiscard]] double bg_bb_arrivals(const bg_bb_future& f, double n, double m, Weight&& weight) {
  // C(i-1, n-1) B(α+n, β+i-n)/B(α, β), from i = n on.
  double term = f.alpha / (f.alpha + f.beta) * numeric::exp(numeric::log_beta_ratio(f.beta, f.alpha + 1.0, n - 1.0));
  double sum = 0.0;
  for (double i = n; i <= m; i += 1) {
    sum += term * weight(i);
    term *= i / (i + 1.0 - n) * ((f.beta + (i - n)) / (f.alpha + f.beta + i));
  }
  return sum;
}

[[nodiscard]] inline double bg_bb_stays(const bg_bb_future& f, double i) noexcept {
  return numeric::exp(numeric::log_beta_ratio(f.gamma, f.delta, i));
}

[[nodiscard]] inline bool legal_count_of_periods(const bg_bb_future& f, double n, double m) noexcept {
  return whole_periods(n) && whole_periods(m) && !numeric::is_nan(f.log_p_alive);
}

}  // namespace detail

/// P(at least n purchases in the next m periods); n, m whole and >= 0, else NaN. Same-bits.
[[nodiscard]] inline double at_least(const bg_bb_future& f, double n, double m) {
  if (!detail::legal_count_of_periods(f, n, m)) return not_a_value;
  if (n == 0) return 1.0;
  return alive(f) * detail::bg_bb_arrivals(f, n, m, [&](double i) { return detail::bg_bb_stays(f, i); });
}

/// The least number of periods within which the next purchase comes with at least chance q, 0 <= q <= 1: infinite where
/// it never does, or not within max_periods. Same-bits.
[[nodiscard]] inline double next_purchase_quantile(const bg_bb_future& f, double q) {
  if (numeric::is_nan(f.log_p_alive) || !(q >= 0 && q <= 1)) return not_a_value;
  if (q == 0) return 0.0;
  const double here = alive(f);
  double none = 1.0;   // no purchase so far, if she stays
  double stays = 1.0;  // still there
  double sum = 0.0;
  for (double i = 0; i < max_periods && here * (sum + none * stays) >= q; i += 1) {
    stays *= (f.delta + i) / (f.gamma + f.delta + i);
    sum += none * (f.alpha / (f.alpha + f.beta + i)) * stays;
    if (here * sum >= q) return i + 1.0;
    none *= (f.beta + i) / (f.alpha + f.beta + i);
  }
  return std::numeric_limits<double>::infinity();
}

/// P(at most n purchases in the next m periods). Domain as at_least. Same-bits.
[[nodiscard]] inline double cdf(const bg_bb_future& f, double n, double m) {
  if (!detail::legal_count_of_periods(f, n, m)) return not_a_value;
  if (n >= m) return 1.0;
  // Too few while staying for ever, or the one too many would have come after she left.
  double few = numeric::exp(numeric::log_beta_ratio(f.alpha, f.beta, m));  // none
  double sum = few;
  for (double j = 0; j < n; j += 1) {
    few *= (m - j) / (j + 1.0) * ((f.alpha + j) / (f.beta + (m - j - 1.0)));
    sum += few;
  }
  const double gone = detail::bg_bb_arrivals(
      f, n + 1.0, m, [&](double i) { return -numeric::expm1(numeric::log_beta_ratio(f.gamma, f.delta, i)); });
  return -numeric::expm1(f.log_p_alive) + alive(f) * (sum + gone);
}

/// P(n purchases in the next m periods) (eq. 7). Domain as at_least. Same-bits.
[[nodiscard]] inline double pmf(const bg_bb_future& f, double n, double m) {
  if (!detail::legal_count_of_periods(f, n, m)) return not_a_value;
  if (n > m) return 0.0;
  // Alive to the end, or gone at the start of period i+1 with n purchases in i.
  double count =
      n == 0 ? 1.0
             : f.alpha / (f.alpha + f.beta) * numeric::exp(numeric::log_beta_ratio(f.beta, f.alpha + 1.0, n - 1.0));
  double leaves = f.gamma / (f.gamma + f.delta) * numeric::exp(numeric::log_beta_ratio(f.gamma + 1.0, f.delta, n));
  double sum = 0.0;
  for (double i = n; i < m; i += 1) {
    sum += count * leaves;
    count *= (i + 1.0) / (i + 1.0 - n) * ((f.beta + (i - n)) / (f.alpha + f.beta + i));
    leaves *= (f.delta + i) / (f.gamma + f.delta + (i + 1.0));
  }
  sum += count * detail::bg_bb_stays(f, m);
  return (n == 0 ? -numeric::expm1(f.log_p_alive) : 0.0) + alive(f) * sum;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

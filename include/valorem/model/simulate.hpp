// Customers as each model imagines them: drawn with the bits of (seed, customer), so that a million of them are the
// same on every machine, in any order and with any number of threads.
#ifndef VALOREM_MODEL_SIMULATE_HPP
#define VALOREM_MODEL_SIMULATE_HPP

#include <valorem/model/beta_discrete_weibull.hpp>
#include <valorem/model/bg_bb.hpp>
#include <valorem/model/bg_cnbd.hpp>
#include <valorem/model/bg_nbd.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/ggompertz_nbd.hpp>
#include <valorem/model/mbg_cnbd.hpp>
#include <valorem/model/mbg_nbd.hpp>
#include <valorem/model/nbd.hpp>
#include <valorem/model/pareto_nbd.hpp>
#include <valorem/model/shifted_beta_geometric.hpp>
#include <valorem/numeric/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI {

/// A customer who was drawn: what is seen of her until T, and what is not.
struct simulated_customer {
  history seen;          ///< check(seen) is invalid where she bought more than max_frequency times
  double alive;          ///< 1 where she is still there at T, else 0; as p_alive means it
  double purchase_rate;  ///< per time unit: λ, of CNBD-k λ/k; of BG/BB her chance to buy in a period
  double dropout;  ///< her chance to leave (BG, MBG, BG/BB), her rate of leaving per time unit (Pareto; GGompertz: at
                   ///< the start), 0 (NBD)
  double log_gaps = not_a_value;  ///< sum of ln(gap) between her purchases, of CNBD-k alone
};

namespace detail {

/// Which draws of a seed: purchases, spend and contracts of one customer do not share any.
enum class simulation : std::uint32_t { purchases, spend, contracts };

/// Purchases at a steady rate, until a time or a purchase ends them.
struct purchase_process {
  double log_rate;
  double dropout;
  double lifetime = std::numeric_limits<double>::infinity();
  double last_purchase = std::numeric_limits<double>::infinity();  ///< of the repeat purchases, counted from 1
  double stages = 1.0;                                             ///< events to a purchase
};

[[nodiscard]] inline double log_rate_variate(double shape, double scale, numeric::random_stream& from) {
  return numeric::log_gamma_variate(shape, from) - numeric::log(scale);
}

[[nodiscard]] inline purchase_process draw_process(const nbd& m, numeric::random_stream& from) {
  return {.log_rate = log_rate_variate(m.r, m.alpha, from), .dropout = 0.0};
}
[[nodiscard]] inline purchase_process draw_process(const mbg_nbd& m, numeric::random_stream& from) {
  const double log_rate = log_rate_variate(m.r, m.alpha, from);
  const numeric::log_share p = numeric::log_beta_variate(m.a, m.b, from);
  return {
      .log_rate = log_rate, .dropout = numeric::exp(p.yes), .last_purchase = numeric::geometric_variate(p.no, from)};
}
/// As MBG/NBD, but that the first purchase is not yet a chance to leave.
[[nodiscard]] inline purchase_process draw_process(const bg_nbd& m, numeric::random_stream& from) {
  purchase_process out = draw_process(mbg_nbd{m.r, m.alpha, m.a, m.b}, from);
  out.last_purchase += 1.0;
  return out;
}
[[nodiscard]] inline purchase_process draw_process(const mbg_cnbd& m, numeric::random_stream& from) {
  purchase_process out = draw_process(mbg_nbd{m.r, m.alpha, m.a, m.b}, from);
  out.stages = m.k;
  return out;
}
[[nodiscard]] inline purchase_process draw_process(const bg_cnbd& m, numeric::random_stream& from) {
  purchase_process out = draw_process(bg_nbd{m.r, m.alpha, m.a, m.b}, from);
  out.stages = m.k;
  return out;
}
[[nodiscard]] inline purchase_process draw_process(const pareto_nbd& m, numeric::random_stream& from) {
  const double log_rate = log_rate_variate(m.r, m.alpha, from);
  const double log_dropout = log_rate_variate(m.s, m.beta, from);
  const double unit = numeric::exponential_variate(from);
  return {.log_rate = log_rate,
          .dropout = numeric::exp(log_dropout),
          .lifetime = numeric::exp(numeric::log(unit) - log_dropout)};
}

/// Given η, b times her lifetime is ln(1 + unit/η), and her hazard at the start is b η.
[[nodiscard]] inline purchase_process draw_process(const ggompertz_nbd& m, numeric::random_stream& from) {
  const double log_rate = log_rate_variate(m.r, m.alpha, from);
  const double log_eta = log_rate_variate(m.s, m.beta, from);
  const double unit = numeric::exponential_variate(from);
  return {.log_rate = log_rate,
          .dropout = m.b * numeric::exp(log_eta),
          .lifetime = numeric::softplus(numeric::log(unit) - log_eta) / m.b};
}

/// When the k-th of n arrivals came, which lie anywhere within `span`.
[[nodiscard]] inline double arrival_time(double k, double n, double span, numeric::random_stream& from) {
  const double share = k == n ? numeric::exp(numeric::log(from.uniform()) / n)
                              : numeric::exp(numeric::log_beta_variate(k, n - k + 1.0, from).yes);
  return std::clamp(share * span, std::numeric_limits<double>::denorm_min(), span);
}

/// The most purchases whose gaps are drawn.
inline constexpr double max_drawn_gaps = 1e6;

/// Σ ln(gap) of x gaps that fill t_x, each the sum of `stages` exponential ones; NaN for more than max_drawn_gaps.
[[nodiscard]] inline double draw_log_gaps(double x, double t_x, double stages, numeric::random_stream& from) {
  if (x == 0) return 0.0;
  if (!(x <= max_drawn_gaps)) return not_a_value;
  double logs = 0.0;
  double total = 0.0;
  for (double i = 0; i < x; i += 1) {
    const double log_gap = numeric::log_gamma_variate(stages, from);
    logs += log_gap;
    total += numeric::exp(log_gap);
  }
  return logs + x * numeric::log(t_x / total);
}

[[nodiscard]] inline simulated_customer nobody(double T) {
  return {{not_a_value, not_a_value, T}, not_a_value, not_a_value, not_a_value};
}

}  // namespace detail

/// A model whose customers buy at a steady rate until something ends it.
template <class M>
concept steady_purchase_model = requires(const M& m, numeric::random_stream& from) { detail::draw_process(m, from); };

/// Customer number `customer` of the population that a seed stands for, seen for T >= 0 from her first purchase on.
/// NaN for illegal parameters or a T that is negative or not finite. The effort grows with the logarithm of her
/// purchases, of CNBD-k with their number, for their gaps (NaN above a million of them). Same-bits.
template <steady_purchase_model M>
[[nodiscard]] simulated_customer simulate(const M& m, double T, std::uint64_t seed, std::uint64_t customer) {
  if (!legal(m) || !(T >= 0) || !numeric::is_finite(T)) return detail::nobody(T);
  numeric::random_stream from(seed, customer, static_cast<std::uint32_t>(detail::simulation::purchases));
  const detail::purchase_process process = detail::draw_process(m, from);
  const double rate = numeric::exp(process.log_rate);
  const double there = std::min(T, process.lifetime);
  const double mean = there > 0 ? rate * there : 0.0;
  // A count that no history may hold need not be drawn to its last digit.
  const double events = mean > 4 * max_frequency * process.stages ? mean : numeric::poisson_variate(mean, from);
  const double arrivals = process.stages == 1 ? events : std::floor(events / process.stages);
  const double x = std::min(arrivals, process.last_purchase);
  const bool alive = process.lifetime > T && arrivals < process.last_purchase;
  const double t_x = x > 0 ? detail::arrival_time(x * process.stages, events, there, from) : 0.0;
  simulated_customer out{{x, t_x, T}, alive ? 1.0 : 0.0, rate / process.stages, process.dropout};
  if constexpr (erlang_model<M>) out.log_gaps = detail::draw_log_gaps(x, t_x, process.stages, from);
  return out;
}

/// The same of BG/BB, seen for T whole periods from 0 to max_periods, else NaN.
[[nodiscard]] inline simulated_customer simulate(const bg_bb& m, double T, std::uint64_t seed, std::uint64_t customer) {
  if (!legal(m) || check_periods({0.0, 0.0, T}) != status::ok) return detail::nobody(T);
  numeric::random_stream from(seed, customer, static_cast<std::uint32_t>(detail::simulation::purchases));
  const numeric::log_share buys = numeric::log_beta_variate(m.alpha, m.beta, from);
  const numeric::log_share leaves = numeric::log_beta_variate(m.gamma, m.delta, from);
  const double periods = numeric::geometric_variate(leaves.no, from);
  const double there = std::min(T, periods);
  // Backwards from the last period that she was there for: the first success met is the last purchase.
  const double t_x = std::max(0.0, there - numeric::geometric_variate(buys.no, from));
  const double chance = numeric::exp(buys.yes);
  const double x = t_x > 0 ? 1.0 + numeric::binomial_variate(t_x - 1.0, chance, from) : 0.0;
  return {{x, t_x, T}, periods >= T ? 1.0 : 0.0, chance, numeric::exp(leaves.yes)};
}

/// The mean value of x purchases of that customer, and x; 0 for x = 0. NaN for illegal parameters or an x that
/// check(spend_history) refuses. Independent of simulate(). Same-bits.
[[nodiscard]] inline spend_history simulate(const gamma_gamma& m, double x, std::uint64_t seed,
                                            std::uint64_t customer) {
  if (!legal(m) || check(spend_history{x, 1.0}) != status::ok) return {x, not_a_value};
  if (x == 0) return {x, 0.0};
  numeric::random_stream from(seed, customer, static_cast<std::uint32_t>(detail::simulation::spend));
  const double log_nu = detail::log_rate_variate(m.q, m.v, from);
  return {x, numeric::exp(numeric::log_gamma_variate(m.p * x, from) - log_nu - numeric::log(x))};
}

/// That customer's contract after T periods, whole and at most max_duration, else NaN: its length where it ended, T
/// where it runs. Same-bits.
[[nodiscard]] inline contract_history simulate(const beta_discrete_weibull& m, double T, std::uint64_t seed,
                                               std::uint64_t customer) {
  if (!legal(m) || check_duration(T) != status::ok) return {not_a_value, not_a_value};
  numeric::random_stream from(seed, customer, static_cast<std::uint32_t>(detail::simulation::contracts));
  const numeric::log_share leaves = numeric::log_beta_variate(m.alpha, m.beta, from);
  // There after t periods with (1 - θ)^(t^c): the last t for which that is above a uniform number.
  const double exponent = numeric::log(from.uniform()) / leaves.no;
  const double renewed = m.c == 1 ? std::floor(exponent) : std::floor(numeric::exp(numeric::log(exponent) / m.c));
  return renewed >= T ? contract_history{T, 0.0} : contract_history{renewed + 1.0, 1.0};
}
[[nodiscard]] inline contract_history simulate(const shifted_beta_geometric& m, double T, std::uint64_t seed,
                                               std::uint64_t customer) {
  return simulate(beta_discrete_weibull{m.alpha, m.beta, 1.0}, T, seed, customer);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

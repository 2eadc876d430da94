// Contracts: customers who renew, or do not, at the end of each whole period, and whose leaving is seen. What a model
// of their lifetime answers, derived once from what it states. (Fader & Hardie 2007, J. Interactive Marketing 21(1),
// 76-90; 2010, Marketing Science 29(1), 85-93.)
//
// A model M brings   log_survival(m, t)    ln S(t), the chance of still being there after t periods, S(0) = 1
//                    log_retention(m, t)   ln r(t), r(t) = S(t) / S(t-1)
//                    log_loss(m, t)        ln (1 - r(t)), without cancellation
//                    residual_lifetime(m, rate, renewals)     expected_residual_lifetime(m, horizon, renewals)
#ifndef VALOREM_MODEL_CONTRACT_HPP
#define VALOREM_MODEL_CONTRACT_HPP

#include <valorem/model/parameters.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// The longest time that is accepted, in periods: whole numbers around it are still far apart in double arithmetic.
inline constexpr double max_duration = 1e15;

/// Whole periods: missing where NaN, invalid where negative, not whole or above max_duration.
[[nodiscard]] inline status check_duration(double t) noexcept {
  if (numeric::is_nan(t)) return status::missing;
  return t >= 0 && t <= max_duration && t == std::floor(t) ? status::ok : status::invalid;
}

/// One contract: after `duration` whole periods it was ended (churned = 1: she was there for duration - 1 periods and
/// did not renew for the next) or was last seen running (churned = 0).
struct contract_history {
  double duration;
  double churned;
};

/// missing: a NaN. invalid: a duration that check_duration refuses, churned neither 0 nor 1, or an end before the first
/// period. A contract of duration 0 that runs is ok: it says nothing yet.
[[nodiscard]] inline status check(const contract_history& h) noexcept {
  if (numeric::is_nan(h.duration) || numeric::is_nan(h.churned)) return status::missing;
  if (check_duration(h.duration) != status::ok || (h.churned != 0 && h.churned != 1)) return status::invalid;
  return h.churned == 1 && h.duration == 0 ? status::invalid : status::ok;
}

/// Columns of contracts, row by row; of one length.
struct contract_columns {
  std::span<const double> duration;
  std::span<const double> churned;

  [[nodiscard]] std::size_t size() const noexcept { return duration.size(); }
  [[nodiscard]] contract_history operator[](std::size_t i) const noexcept { return {duration[i], churned[i]}; }
};

/// One cohort that began together: lost[i] customers left at the end of period i + 1, and `survivors` are there after
/// lost.size() periods.
struct cohort {
  std::span<const double> lost;
  double survivors;
};

/// Throws contract_error, naming the count, where one is negative or not finite.
inline void require_counts(const cohort& group) {
  const auto bad = [](double count) { return !numeric::is_finite(count) || count < 0; };
  for (std::size_t i = 0; i < group.lost.size(); ++i) {
    if (bad(group.lost[i])) throw contract_error("lost[" + std::to_string(i) + "] must be finite and not negative");
  }
  if (bad(group.survivors)) throw contract_error("survivors must be finite and not negative");
}

/// A model of how long contracts last.
template <class M>
concept contract_model = parametric<M> && requires(const M& m, double t) {
  log_survival(m, t);
  log_retention(m, t);
  log_loss(m, t);
};

/// S(t), the chance of still being there after t whole periods, t in [0, max_duration], else NaN. Same-bits; error as
/// of log_survival, relative.
template <contract_model M>
[[nodiscard]] auto survival(const M& m, double t) {
  return numeric::exp(log_survival(m, t));
}

/// r(t) = S(t) / S(t-1): the share that renews for period t of those who were there in period t - 1; whole t >= 1, else
/// NaN. Same-bits; relative error <= 1e-13.
template <contract_model M>
[[nodiscard]] auto retention(const M& m, double t) {
  return numeric::exp(log_retention(m, t));
}

/// ln P(the contract ends with period t) = ln [S(t-1) - S(t)], whole t >= 1, else NaN. Same-bits; no cancellation.
template <contract_model M>
[[nodiscard]] auto log_pmf(const M& m, double t) {
  return log_survival(m, t - 1.0) + log_loss(m, t);
}

/// P(the contract ends with period t): 0 at t = 0, NaN where t is not whole or outside [0, max_duration]. Same-bits.
template <contract_model M>
[[nodiscard]] auto pmf(const M& m, double t) {
  using R = decltype(log_survival(m, t));
  return t == 0 ? R(0.0) : numeric::exp(log_pmf(m, t));
}

/// ln likelihood of one contract: ln P(duration) where it ended, ln S(duration) where it runs; NaN where check()
/// refuses it. Same-bits.
template <contract_model M>
[[nodiscard]] auto log_likelihood(const M& m, const contract_history& h) {
  using R = decltype(log_survival(m, h.duration));
  if (check(h) != status::ok) return R(not_a_value);
  return h.churned == 1 ? log_pmf(m, h.duration) : log_survival(m, h.duration);
}

/// ln likelihood of a cohort: Σ lost ln P + survivors ln S, without the multinomial constant. Throws contract_error for
/// a count that is negative or not finite. Same-bits.
template <contract_model M>
[[nodiscard]] auto log_likelihood(const M& m, const cohort& group) {
  using R = decltype(log_survival(m, 0.0));
  require_counts(group);
  R total(0.0);
  for (std::size_t i = 0; i < group.lost.size(); ++i) {
    if (group.lost[i] > 0) total = total + group.lost[i] * log_pmf(m, static_cast<double>(i + 1));
  }
  if (group.survivors > 0) {
    total = total + group.survivors * log_survival(m, static_cast<double>(group.lost.size()));
  }
  return total;
}

/// The smallest rate above 0 that a discounted sum takes: below it, its horizon leaves the range of a double.
inline constexpr double min_discount_rate = 1e-290;

/// Whether a discounted sum has a meaning: missing: a NaN. invalid: a rate that is negative or infinite, renewals that
/// are not whole or below 1. not_converged: a rate between 0 and min_discount_rate.
[[nodiscard]] inline status check_discount(double rate, double renewals) noexcept {
  if (numeric::is_nan(rate) || numeric::is_nan(renewals)) return status::missing;
  if (!(rate >= 0) || !numeric::is_finite(rate) || !(renewals >= 1)) return status::invalid;
  if (check_duration(renewals) != status::ok) return status::invalid;
  return rate == 0 || rate >= min_discount_rate ? status::ok : status::not_converged;
}

/// The same of a horizon: whole periods, or infinite.
[[nodiscard]] inline status check_horizon(double horizon, double renewals) noexcept {
  const status s = check_discount(0.0, renewals);
  if (numeric::is_nan(horizon)) return status::missing;
  if (horizon == std::numeric_limits<double>::infinity()) return s;
  return gravest(s, check_duration(horizon));
}

/// Discounted expected lifetime of a customer who starts now (DEL; Fader & Hardie 2010): Σ_{t>=0} S(t) / (1+rate)^t,
/// rate per period. Infinite where the sum does not converge or leaves the range of a double; NaN where
/// check_discount(rate, 1) refuses. Same-bits; relative error <= max(1e-12, 4 eps cond).
template <contract_model M>
  requires requires(const M& m, double rate) { residual_lifetime(m, rate, 1.0); }
[[nodiscard]] double expected_lifetime(const M& m, double rate) {
  return 1.0 + residual_lifetime(m, rate, 1.0) / (1.0 + rate);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

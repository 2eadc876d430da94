// One customer's past in three numbers, and what makes such a row legal.
#ifndef VALOREM_SUMMARY_HISTORY_HPP
#define VALOREM_SUMMARY_HISTORY_HPP

#include <valorem/numeric/elementary.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// Repeat purchases x (frequency), time of the last purchase t_x (recency) and of observation T, both counted from the
/// first purchase, in one time unit.
struct history {
  double x;
  double t_x;
  double T;
};

/// Columns of histories, row by row; all of one length.
struct history_columns {
  std::span<const double> x;
  std::span<const double> t_x;
  std::span<const double> T;

  [[nodiscard]] std::size_t size() const noexcept { return x.size(); }
  [[nodiscard]] history operator[](std::size_t i) const noexcept { return {x[i], t_x[i], T[i]}; }
};

/// The largest frequency that is accepted: counts above it are not whole in double arithmetic with a rate beside them.
inline constexpr double max_frequency = 1e9;

/// missing: a NaN. invalid: negative or infinite, x not whole or above max_frequency, t_x > T, x > 0 with t_x = 0, or
/// x = 0 with t_x > 0. x = 0, T = 0 is a customer of today and ok.
[[nodiscard]] inline status check(const history& h) noexcept {
  using numeric::is_finite;
  using numeric::is_nan;
  if (is_nan(h.x) || is_nan(h.t_x) || is_nan(h.T)) return status::missing;
  if (!is_finite(h.x) || !is_finite(h.t_x) || !is_finite(h.T)) return status::invalid;
  if (h.x < 0 || h.t_x < 0 || h.x > max_frequency || h.t_x > h.T) return status::invalid;
  if (h.x != static_cast<double>(static_cast<long long>(h.x))) return status::invalid;
  if ((h.x > 0) != (h.t_x > 0)) return status::invalid;
  return status::ok;
}

/// Whether log_gaps can be the sum of ln(gap) over the gaps between the x repeat purchases of h: missing where it is
/// NaN, invalid where it is infinite, not 0 for x = 0, or above x ln(t_x/x), which equal gaps give, by more than
/// rounding.
[[nodiscard]] inline status check_gaps(const history& h, double log_gaps) noexcept {
  if (numeric::is_nan(log_gaps)) return status::missing;
  if (!numeric::is_finite(log_gaps)) return status::invalid;
  if (h.x == 0) return log_gaps == 0 ? status::ok : status::invalid;
  const double most = h.x * numeric::log(h.t_x / h.x);
  return log_gaps <= most + 1e-9 * (std::fabs(most) + h.x) ? status::ok : status::invalid;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

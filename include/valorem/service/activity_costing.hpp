// Service: what a minute of a team costs, how much of the team was used, and what the rest cost (time-driven
// activity-based costing: Kaplan & Anderson 2004, Harvard Business Review 82(11)).
#ifndef VALOREM_SERVICE_ACTIVITY_COSTING_HPP
#define VALOREM_SERVICE_ACTIVITY_COSTING_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace valorem::inline VALOREM_ABI {

/// One kind of work: minutes that it takes each time, and how often it was done.
struct activity {
  double minutes;
  double count;
};

/// A team's period. assigned + unused = cost, and used_minutes + unused_minutes = capacity, to rounding.
struct capacity_use {
  double per_minute;  ///< money: what goes into a rates file
  double used_minutes;
  double unused_minutes;  ///< below 0 where more was used than there is
  double assigned;        ///< money that the activities carry
  double unused;          ///< money that no activity carries
  double utilisation;     ///< used / capacity
  bool over_capacity;     ///< the minutes do not fit: capacity or times are wrong
};

/// Splits the cost of a team (money) over its practical capacity in minutes, some 80 to 85 % of paid time, and the work
/// that it did. Throws contract_error unless cost is finite and >= 0 and capacity finite and above 0, data_error,
/// naming row and field, for minutes or counts that are not finite numbers >= 0. Same-bits; error <= (n + 3) ulp for n
/// activities.
[[nodiscard]] inline capacity_use cost_of_capacity(double cost, double capacity_minutes,
                                                   std::span<const activity> done) {
  using numeric::is_finite;
  if (!is_finite(cost) || !(cost >= 0)) throw contract_error("the cost of capacity must be a finite number >= 0");
  if (!is_finite(capacity_minutes) || !(capacity_minutes > 0))
    throw contract_error("a capacity must be a finite number of minutes above 0");
  const auto require = [](double x, std::size_t row, const char* field) {
    if (!is_finite(x) || !(x >= 0))
      throw data_error("row " + std::to_string(row + 1) + ", " + field + ": This must be a finite number >= 0.");
  };
  double used = 0;
  for (std::size_t i = 0; i < done.size(); ++i) {
    require(done[i].minutes, i, "minutes");
    require(done[i].count, i, "count");
    used += done[i].minutes * done[i].count;
  }
  if (!is_finite(used)) throw data_error("the minutes of all activities together are beyond a double");
  const double share = used / capacity_minutes;
  const double assigned = cost * share;
  return {.per_minute = cost / capacity_minutes,
          .used_minutes = used,
          .unused_minutes = capacity_minutes - used,
          .assigned = assigned,
          .unused = cost - assigned,
          .utilisation = share,
          .over_capacity = used > capacity_minutes};
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// Ledger: what a customer returns per unit of care. rho = (R - C) / C, R direct revenue, C service cost.
#ifndef VALOREM_LEDGER_RATIO_HPP
#define VALOREM_LEDGER_RATIO_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/mask.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// (revenue - cost) / cost, both money of one currency over one period. Revenue below 0 (refunds) is legal: rho < -1.
/// In this order: missing (a NaN), invalid (an infinity, or amounts that overflow on the way), negative_cost,
/// no_cost (rho is the infinity of revenue's sign), inactive (both 0). ok means finite. Same-bits; error <= 1.5 ulp.
[[nodiscard]] VALOREM_INLINE answer ratio(double revenue, double cost) noexcept {
  using namespace numeric;
  const mask free = zero(cost);
  const mask idle = free & zero(revenue);
  const mask below = negative(cost);
  const mask missing = nan(revenue) | nan(cost);
  const double rho = (revenue - cost) / pick(free, 1.0, cost);
  const mask outside = not_finite(revenue) | not_finite(cost) | (~below & not_finite(rho));

  // From the mildest to the gravest; the last one that holds stays.
  std::uint64_t why = pick(free, status::no_cost, 0);
  why = pick(idle, status::inactive, why);
  why = pick(below, status::negative_cost, why);
  why = pick(outside, status::invalid, why);
  why = pick(missing, status::missing, why);

  const double value = pick(free, infinity_like(revenue), rho);
  return {pick(idle | below | outside | missing, std::numeric_limits<double>::quiet_NaN(), value),
          static_cast<status>(why)};
}

/// The same, row by row. value and why may be written over the inputs' memory row for row. Throws contract_error where
/// lengths differ. Same-bits.
inline void ratio(std::span<const double> revenue, std::span<const double> cost, std::span<double> value,
                  std::span<status> why, const execution& how = {}) {
  require_equal_length(revenue.size(), "revenue", cost.size(), "cost");
  require_equal_length(revenue.size(), "revenue", value.size(), "value");
  require_equal_length(revenue.size(), "revenue", why.size(), "why");
  numeric::for_blocks(revenue.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    for (std::size_t i = first; i < last; ++i) {
      const answer a = ratio(revenue[i], cost[i]);
      value[i] = a.value;
      why[i] = a.why;
    }
  });
}

/// The ratio's view ahead: lifetime_value / discounted_cost - 1, both expected over one horizon at one discount, with
/// ratio's statuses. lifetime_value stands where revenue stands in ratio: it says what is expected before the cost to
/// serve is taken off, if the result is to read like a ratio (0 = she pays for herself). Same-bits; error <= 1.5 ulp.
[[nodiscard]] VALOREM_INLINE answer forward_ratio(double lifetime_value, double discounted_cost) noexcept {
  return ratio(lifetime_value, discounted_cost);
}

/// The same, row by row. Throws contract_error where lengths differ. Same-bits.
inline void forward_ratio(std::span<const double> lifetime_value, std::span<const double> discounted_cost,
                          std::span<double> value, std::span<status> why, const execution& how = {}) {
  ratio(lifetime_value, discounted_cost, value, why, how);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

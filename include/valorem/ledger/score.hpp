// Ledger: net value, value under a price for capacity, and the price at which two customers change places.
#ifndef VALOREM_LEDGER_SCORE_HPP
#define VALOREM_LEDGER_SCORE_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/mask.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <cstddef>
#include <limits>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// Revenue and service cost of one customer, money of one currency over one period.
struct takings {
  double revenue;
  double cost;
};

/// revenue - (1 + lambda) cost: what she leaves when each unit of service cost also takes lambda from the others whom
/// that capacity could have served. lambda = -1 ranks by revenue, 0 by net value; as it grows the ranking becomes that
/// of the ratio. Status: missing (a NaN), invalid (an infinity, lambda < -1, overflow), negative_cost. Same-bits; error
/// <= 2 ulp of the larger of revenue and (1 + lambda) cost.
[[nodiscard]] VALOREM_INLINE answer score(double revenue, double cost, double lambda) noexcept {
  using namespace numeric;
  const double value = revenue - (1 + lambda) * cost;
  const mask below = negative(cost);
  const mask outside =
      not_finite(revenue) | not_finite(cost) | not_finite(lambda) | when(lambda < -1) | (~below & not_finite(value));
  std::uint64_t why = pick(below, status::negative_cost, 0);
  why = pick(outside, status::invalid, why);
  why = pick(nan(revenue) | nan(cost) | nan(lambda), status::missing, why);
  return answer_if_ok(value, why);
}

/// revenue - cost. Status as score's. Same-bits; error <= 0.5 ulp.
[[nodiscard]] VALOREM_INLINE answer net(double revenue, double cost) noexcept {
  return score(revenue, cost, 0.0);
}

/// The lambda at which score ranks a and b alike: (net a - net b) / (cost a - cost b). Below it the one who costs more
/// leads, above it the other; at or under -1 there is no switch that a price could bring. undefined where the costs are
/// equal: no price makes them change places. Same-bits; error <= 3 ulp, more where revenues or costs nearly cancel.
[[nodiscard]] inline answer break_even_lambda(const takings& a, const takings& b) noexcept {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  const answer net_a = net(a.revenue, a.cost);
  const answer net_b = net(b.revenue, b.cost);
  const status why = gravest(net_a.why, net_b.why);
  if (why != status::ok) return {nothing, why};
  const double more_cost = a.cost - b.cost;
  if (more_cost == 0) return {nothing, status::undefined};
  const double lambda = (net_a.value - net_b.value) / more_cost;
  return numeric::is_finite(lambda) ? answer{lambda, status::ok} : answer{nothing, status::invalid};
}

/// score for columns, one lambda for all. Throws contract_error where lengths differ or lambda is not a number >= -1.
/// Same-bits.
inline void score(std::span<const double> revenue, std::span<const double> cost, double lambda, std::span<double> value,
                  std::span<status> why, const execution& how = {}) {
  require_equal_length(revenue.size(), "revenue", cost.size(), "cost");
  require_equal_length(revenue.size(), "revenue", value.size(), "value");
  require_equal_length(revenue.size(), "revenue", why.size(), "why");
  if (!numeric::is_finite(lambda) || !(lambda >= -1)) throw contract_error("lambda must be a finite number from -1 up");
  numeric::for_blocks(revenue.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    for (std::size_t i = first; i < last; ++i) {
      const answer a = score(revenue[i], cost[i], lambda);
      value[i] = a.value;
      why[i] = a.why;
    }
  });
}

/// net for columns. Throws contract_error where lengths differ. Same-bits.
inline void net(std::span<const double> revenue, std::span<const double> cost, std::span<double> value,
                std::span<status> why, const execution& how = {}) {
  score(revenue, cost, 0.0, value, why, how);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

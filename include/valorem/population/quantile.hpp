// Population: quantiles of a column, type 7 of Hyndman & Fan (1996), which NumPy, pandas and R take by default.
#ifndef VALOREM_POPULATION_QUANTILE_HPP
#define VALOREM_POPULATION_QUANTILE_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

namespace detail {

inline void require_shares(std::span<const double> p) {
  for (const double share : p)
    if (!(share >= 0 && share <= 1)) throw contract_error("a share must lie between 0 and 1");
}

/// low + t (high - low), never beyond high, as NumPy rounds it. Between the two infinities: the nearer one.
[[nodiscard]] inline double between(double low, double high, double t) noexcept {
  if (t == 0 || low == high) return low;
  const double gap = high - low;
  if (numeric::is_finite(gap)) return t >= 0.5 ? high - gap * (1 - t) : low + gap * t;
  if (numeric::is_finite(low) && numeric::is_finite(high)) return (1 - t) * low + t * high;
  if (numeric::is_finite(low)) return high;
  if (numeric::is_finite(high)) return low;
  return t < 0.5 ? low : high;
}

/// Where a share p falls among n > 0 ordered rows: between rank and the next one, at t of the way.
struct place {
  std::size_t rank;
  double t;
};
[[nodiscard]] inline place type_7(std::size_t n, double p) noexcept {
  const double h = static_cast<double>(n - 1) * p;
  const std::size_t rank = std::min(static_cast<std::size_t>(h), n - 1);
  return {rank, h - static_cast<double>(rank)};
}

/// The rows that are numbers; an infinity is one. -0 becomes 0, so that equal rows are equal bits.
[[nodiscard]] inline std::vector<double> without_nan(std::span<const double> x) {
  std::vector<double> kept;
  kept.reserve(x.size());
  for (const double v : x)
    if (!numeric::is_nan(v)) kept.push_back(v + 0.0);
  return kept;
}

}  // namespace detail

/// The p-quantile of rows in ascending order without NaN, p in [0, 1]. Infinite rows rank. NaN for no rows. Same-bits;
/// error <= 2 ulp of the larger neighbour.
[[nodiscard]] inline double quantile_of_sorted(std::span<const double> ascending, double p) noexcept {
  if (ascending.empty() || !(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  const auto [rank, t] = detail::type_7(ascending.size(), p);
  return detail::between(ascending[rank], ascending[std::min(rank + 1, ascending.size() - 1)], t);
}

/// Quantiles of a column in any order; NaN rows are left out. One answer for each p, in the order of p. Throws
/// contract_error for a p outside [0, 1]. Takes a copy of the column, and time in proportion to it for each p.
/// Same-bits.
[[nodiscard]] inline std::vector<double> quantiles(std::span<const double> x, std::span<const double> p) {
  detail::require_shares(p);
  std::vector<double> out(p.size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<double> rows = detail::without_nan(x);
  if (rows.empty()) return out;
  std::vector<std::size_t> ranks;
  for (const double share : p) {
    const std::size_t rank = detail::type_7(rows.size(), share).rank;
    ranks.push_back(rank);
    ranks.push_back(std::min(rank + 1, rows.size() - 1));
  }
  std::sort(ranks.begin(), ranks.end());
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  auto unsettled = rows.begin();  // all before it stand where sorting would put them, or below
  for (const std::size_t rank : ranks) {
    const auto at = rows.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(unsettled, at, rows.end());
    unsettled = at + 1;
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto [rank, t] = detail::type_7(rows.size(), p[i]);
    out[i] = detail::between(rows[rank], rows[std::min(rank + 1, rows.size() - 1)], t);
  }
  return out;
}

/// One quantile of a column in any order.
[[nodiscard]] inline double quantile(std::span<const double> x, double p) {
  return quantiles(x, std::span(&p, 1)).front();
}

/// The same where row i stands for weights[i] rows: the smallest row up to which at least the share p of all weight
/// lies (it inverts the distribution function and does not interpolate). Rows of weight 0 are absent. Throws
/// contract_error for p outside [0, 1] or another number of weights, data_error for a weight that is not a finite
/// number >= 0.
[[nodiscard]] inline std::vector<double> quantiles(std::span<const double> x, std::span<const double> p,
                                                   std::span<const double> weights) {
  detail::require_shares(p);
  require_equal_length(x.size(), "x", weights.size(), "weights");
  std::vector<std::pair<double, double>> rows;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(weights[i] >= 0) || !numeric::is_finite(weights[i]))
      throw data_error("row " + std::to_string(i + 1) + ", weight: A weight must be a finite number from 0 up.");
    if (weights[i] > 0 && !numeric::is_nan(x[i])) rows.emplace_back(x[i] + 0.0, weights[i]);
  }
  std::vector<double> out(p.size(), std::numeric_limits<double>::quiet_NaN());
  if (rows.empty()) return out;
  std::sort(rows.begin(), rows.end());
  std::vector<double> upto;
  double total = 0;
  for (const auto& row : rows) upto.push_back(total += row.second);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto at = std::lower_bound(upto.begin(), upto.end(), p[i] * total) - upto.begin();
    out[i] = rows[std::min(static_cast<std::size_t>(at), rows.size() - 1)].first;
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

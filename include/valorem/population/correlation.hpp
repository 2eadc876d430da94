// Population: whether one column goes with another: Pearson's r, Spearman's rho, and eta squared over groups.
#ifndef VALOREM_POPULATION_CORRELATION_HPP
#define VALOREM_POPULATION_CORRELATION_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/incomplete_beta.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// A coefficient from -1 to 1, and the chance of one as far from 0 where the columns do not go together.
struct correlation {
  double coefficient = std::numeric_limits<double>::quiet_NaN();  ///< NaN where a column has no spread
  double p_value = std::numeric_limits<double>::quiet_NaN();      ///< two-sided; NaN below 3 rows
  std::size_t n = 0;                                              ///< rows in which both numbers are finite
};

/// Analysis of variance of one column over the groups of another.
struct variance_ratio {
  double eta_squared = std::numeric_limits<double>::quiet_NaN();  ///< share of the variance that lies between groups
  double f = std::numeric_limits<double>::quiet_NaN();            ///< mean square between over mean square within
  double p_value = std::numeric_limits<double>::quiet_NaN();  ///< chance of that f or more where all groups are alike
  std::size_t groups = 0;
  std::size_t n = 0;
};

namespace detail {

struct column_pairs {
  std::vector<double> x, y;
};

[[nodiscard]] inline column_pairs finite_pairs(std::span<const double> x, std::span<const double> y) {
  require_equal_length(x.size(), "x", y.size(), "y");
  column_pairs out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!numeric::is_finite(x[i]) || !numeric::is_finite(y[i])) continue;
    out.x.push_back(x[i] + 0.0);
    out.y.push_back(y[i] + 0.0);
  }
  return out;
}

template <class Term>
[[nodiscard]] double blocked_sum(std::size_t n, Term&& term) {
  double all = 0;
  numeric::for_blocks(n, {}, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    double part = 0;
    for (std::size_t i = first; i < last; ++i) part += term(i);
    all += part;
  });
  return all;
}

/// Ranks from 1 up; equal rows share the mean of theirs.
[[nodiscard]] inline std::vector<double> mid_ranks(const std::vector<double>& x) {
  std::vector<std::pair<double, std::size_t>> order;
  order.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) order.emplace_back(x[i], i);
  std::sort(order.begin(), order.end());
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && order[end].first == order[i].first) ++end;
    for (std::size_t k = i; k < end; ++k) out[order[k].second] = 0.5 * static_cast<double>(i + 1 + end);
    i = end;
  }
  return out;
}

[[nodiscard]] inline correlation correlation_of(const std::vector<double>& x, const std::vector<double>& y) {
  correlation out;
  out.n = x.size();
  if (out.n < 2) return out;
  const double n = static_cast<double>(out.n);
  const double mx = blocked_sum(out.n, [&](std::size_t i) { return x[i]; }) / n;
  const double my = blocked_sum(out.n, [&](std::size_t i) { return y[i]; }) / n;
  const double xx = blocked_sum(out.n, [&](std::size_t i) { return (x[i] - mx) * (x[i] - mx); });
  const double yy = blocked_sum(out.n, [&](std::size_t i) { return (y[i] - my) * (y[i] - my); });
  const double xy = blocked_sum(out.n, [&](std::size_t i) { return (x[i] - mx) * (y[i] - my); });
  const auto alike = [](const std::vector<double>& v) {
    return std::all_of(v.begin(), v.end(), [&](double c) { return c == v.front(); });
  };
  if (alike(x) || alike(y) || !(xx > 0) || !(yy > 0)) return out;
  const double r = std::clamp(xy / xx * std::sqrt(xx / yy), -1.0, 1.0);  // 1 where the columns are equal
  out.coefficient = r;
  // Student's t with n - 2 degrees; its tail as an incomplete beta function at 1 - r^2.
  if (out.n > 2) out.p_value = numeric::incomplete_beta(0.5 * (n - 2), 0.5, (1 - r) * (1 + r), r * r);
  return out;
}

}  // namespace detail

/// Pearson's correlation of two columns. Rows in which either is NaN or infinite are left out. The p-value is exact
/// where the columns are normal. Same-bits for one order of the rows; error <= 1e-13 k, k = 1 + the larger |mean| / sd;
/// p-value <= max(1e-12, 4 eps cond). Throws contract_error where lengths differ.
[[nodiscard]] inline correlation pearson(std::span<const double> x, std::span<const double> y) {
  const detail::column_pairs rows = detail::finite_pairs(x, y);
  return detail::correlation_of(rows.x, rows.y);
}

/// Spearman's (1904): Pearson's of the ranks, equal rows sharing the mean of theirs. The p-value is that of Student's t
/// with n - 2 degrees, near for n above 10 or so. Otherwise as pearson.
[[nodiscard]] inline correlation spearman(std::span<const double> x, std::span<const double> y) {
  const detail::column_pairs rows = detail::finite_pairs(x, y);
  return detail::correlation_of(detail::mid_ranks(rows.x), detail::mid_ranks(rows.y));
}

/// How much of the spread of y lies between the groups of equal x: eta squared (Fisher 1925) and its F test. NaN for
/// one group, for groups of one row each, and where y has no spread. The same bits in any order of the rows; rows left
/// out and errors as pearson.
[[nodiscard]] inline variance_ratio eta_squared(std::span<const double> x, std::span<const double> y) {
  const detail::column_pairs pairs = detail::finite_pairs(x, y);
  std::vector<std::pair<double, double>> rows;
  rows.reserve(pairs.x.size());
  for (std::size_t i = 0; i < pairs.x.size(); ++i) rows.emplace_back(pairs.x[i], pairs.y[i]);
  std::sort(rows.begin(), rows.end());
  variance_ratio out;
  out.n = rows.size();
  const double n = static_cast<double>(out.n);
  const double mean = detail::blocked_sum(out.n, [&](std::size_t i) { return rows[i].second; }) / n;
  double between = 0;
  double within = 0;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i;
    while (end < rows.size() && rows[end].first == rows[i].first) ++end;
    const double size = static_cast<double>(end - i);
    const double own = detail::blocked_sum(end - i, [&](std::size_t k) { return rows[i + k].second; }) / size;
    between += size * (own - mean) * (own - mean);
    within += detail::blocked_sum(
        end - i, [&](std::size_t k) { return (rows[i + k].second - own) * (rows[i + k].second - own); });
    ++out.groups;
    i = end;
  }
  const double between_degrees = static_cast<double>(out.groups) - 1;
  const double within_degrees = n - static_cast<double>(out.groups);
  if (!(between_degrees > 0) || !(within_degrees > 0) || !(between + within > 0)) return out;
  out.eta_squared = between / (between + within);
  out.f = between / between_degrees / (within / within_degrees);
  out.p_value = numeric::incomplete_beta(0.5 * within_degrees, 0.5 * between_degrees, within, between);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

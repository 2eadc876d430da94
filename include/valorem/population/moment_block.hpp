// Population: the sums behind the moments, of one block of rows and of two parts together.
#ifndef VALOREM_POPULATION_MOMENT_BLOCK_HPP
#define VALOREM_POPULATION_MOMENT_BLOCK_HPP

#include <valorem/numeric/mask.hpp>
#include <valorem/numeric/platform.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// Weighted count, mean and central power sums: M2 = sum of w (x - mean)^2, and so on. mean, min, max mean nothing
/// while n is 0.
struct moment_sums {
  double n = 0;
  double mean = 0;
  double M2 = 0;
  double M3 = 0;
  double M4 = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  std::uint64_t rows = 0;      ///< rows that entered
  std::uint64_t missing = 0;   ///< rows that are NaN
  std::uint64_t infinite = 0;  ///< rows that are infinite
};

/// Two parts of one population as one. Same-bits; the order of the two matters in the last bits only.
[[nodiscard]] inline moment_sums merge(const moment_sums& a, const moment_sums& b) noexcept {
  moment_sums out = a.n > 0 ? a : b;
  out.rows = a.rows + b.rows;
  out.missing = a.missing + b.missing;
  out.infinite = a.infinite + b.infinite;
  if (!(a.n > 0) || !(b.n > 0)) return out;
  const double n = a.n + b.n, fa = a.n / n, fb = b.n / n;
  const double delta = b.mean - a.mean, square = delta * delta;
  const double between = square * a.n * fb;
  out.n = n;
  out.mean = a.mean + delta * fb;
  out.M2 = a.M2 + b.M2 + between;
  out.M3 = a.M3 + b.M3 + between * delta * (fa - fb) + 3 * delta * (fa * b.M2 - fb * a.M2);
  out.M4 = a.M4 + b.M4 + between * square * (fa * fa - fa * fb + fb * fb) +
           6 * square * (fa * fa * b.M2 + fb * fb * a.M2) + 4 * delta * (fa * b.M3 - fb * a.M3);
  out.min = b.min < out.min ? b.min : out.min;
  out.max = b.max > out.max ? b.max : out.max;
  return out;
}

namespace detail {

// Eight running sums, row i into lane i mod 8, folded in one fixed order: any vector width gives the same bits.
inline constexpr std::size_t lanes = 8;
template <class T>
using lane_sums = std::array<T, lanes>;

template <class T>
[[nodiscard]] VALOREM_INLINE T fold(const lane_sums<T>& s) noexcept {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/// Rows of a block that are all finite and weigh 1: nothing to leave out.
struct clean_rows {
  std::span<const double> x;
  [[nodiscard]] VALOREM_INLINE numeric::mask good(std::size_t) const noexcept { return ~numeric::mask{0}; }
  [[nodiscard]] VALOREM_INLINE double weight(std::size_t) const noexcept { return 1.0; }
};

/// Rows of which some may be missing, infinite or of no weight. No weights: each weighs 1.
struct mixed_rows {
  std::span<const double> x, weights;
  [[nodiscard]] VALOREM_INLINE numeric::mask present(std::size_t i) const noexcept { return ~numeric::zero(weight(i)); }
  [[nodiscard]] VALOREM_INLINE numeric::mask good(std::size_t i) const noexcept {
    return present(i) & ~numeric::not_finite(x[i]);
  }
  [[nodiscard]] VALOREM_INLINE double weight(std::size_t i) const noexcept {
    return weights.empty() ? 1.0 : weights[i];
  }
};

[[nodiscard]] inline bool all_finite(std::span<const double> x) noexcept {
  numeric::mask odd = 0;
  for (const double v : x) odd |= numeric::not_finite(v);
  return odd == 0;
}

/// Calls add(lane, i) for every row i, in order within each lane.
template <class Add>
VALOREM_INLINE void for_lanes(std::size_t rows, Add add) noexcept {
  const std::size_t whole = rows / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) add(lane, i + lane);
  for (std::size_t i = whole; i < rows; ++i) add(i - whole, i);
}

/// Two passes over a block that the cache still holds: the mean first, so that an outlier in the first row cannot
/// become the point from which all others are measured; then powers of the distance to it. out has n and counts
/// already.
template <class Rows>
void add_powers(const Rows& rows, moment_sums& out) noexcept {
  using numeric::pick;
  std::size_t first = 0;
  while (rows.good(first) == 0) ++first;
  const double origin = rows.x[first];

  lane_sums<double> sum{}, low, high;
  low.fill(out.min);
  high.fill(out.max);
  for_lanes(rows.x.size(), [&](std::size_t lane, std::size_t i) noexcept {
    const double x = rows.x[i];
    sum[lane] += rows.weight(i) * pick(rows.good(i), x - origin, 0.0);
    const double below = pick(rows.good(i), x, low[lane]), above = pick(rows.good(i), x, high[lane]);
    low[lane] = below < low[lane] ? below : low[lane];
    high[lane] = above > high[lane] ? above : high[lane];
  });
  const double centre = origin + fold(sum) / out.n;

  lane_sums<double> p1{}, p2{}, p3{}, p4{};
  for_lanes(rows.x.size(), [&](std::size_t lane, std::size_t i) noexcept {
    const double d = pick(rows.good(i), rows.x[i] - centre, 0.0);
    const double wd = rows.weight(i) * d, wd2 = wd * d;
    p1[lane] += wd;
    p2[lane] += wd2;
    p3[lane] += wd2 * d;
    p4[lane] += wd2 * (d * d);
  });

  const double shift = fold(p1) / out.n, s2 = shift * shift;  // what the rounding of centre left
  const double m2 = fold(p2), m3 = fold(p3), m4 = fold(p4);
  out.mean = centre + shift;
  out.M2 = m2 - out.n * s2;
  out.M3 = m3 - 3 * shift * m2 + 2 * out.n * s2 * shift;
  out.M4 = m4 - 4 * shift * m3 + 6 * s2 * m2 - 3 * out.n * s2 * s2;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    out.min = low[lane] < out.min ? low[lane] : out.min;
    out.max = high[lane] > out.max ? high[lane] : out.max;
  }
  out.min += 0.0;  // -0 and 0 are one value; which of them a column holds first must not show
  out.max += 0.0;
}

}  // namespace detail

/// Sums of one block of at most numeric::block_rows rows. Weights finite and >= 0, as many as rows, or none: then each
/// row weighs 1. Same-bits.
[[nodiscard]] inline moment_sums block_moments(std::span<const double> x,
                                               std::span<const double> weights = {}) noexcept {
  moment_sums out;
  if (weights.empty() && detail::all_finite(x)) {
    out.rows = x.size();
    out.n = static_cast<double>(x.size());
    if (!x.empty()) detail::add_powers(detail::clean_rows{x}, out);
    return out;
  }
  const detail::mixed_rows rows{x, weights};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool nothing = numeric::is_nan(x[i]), odd = !numeric::is_finite(x[i]);
    out.missing += rows.present(i) & (nothing ? 1 : 0);
    out.infinite += rows.present(i) & (odd && !nothing ? 1 : 0);
    out.rows += rows.good(i) & 1;
    out.n += numeric::pick(rows.good(i), rows.weight(i), 0.0);
  }
  if (out.n > 0) detail::add_powers(rows, out);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

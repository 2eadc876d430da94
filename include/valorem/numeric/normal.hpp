// Tails of the normal curve, and where a tail of a given share begins.
#ifndef VALOREM_NUMERIC_NORMAL_HPP
#define VALOREM_NUMERIC_NORMAL_HPP

#include <valorem/numeric/elementary.hpp>
#include <valorem/status.hpp>

#include <cmath>
#include <limits>
#include <string>

namespace valorem::inline VALOREM_ABI {

namespace detail {

/// exp(-z^2/2) / sqrt(2 pi).
[[nodiscard]] inline double normal_density(double z) noexcept {
  constexpr double inverse_root = 0.39894228040143267794;
  return inverse_root * numeric::exp(-0.5 * z * z);
}

/// Share above z >= 0, divided by the density there (Mills' ratio), for z >= 2: the continued fraction 1/(z + 1/(z +
/// 2/(z + 3/(z + ...)))) of Abramowitz & Stegun 26.2.14, taken backwards from a depth that suffices at z = 2.
[[nodiscard]] inline double mills_ratio(double z) noexcept {
  double f = z;
  for (int k = 240; k >= 1; --k) f = z + k / f;
  return 1.0 / f;
}

/// Share between 0 and z for 0 <= z < 2: the density times z + z^3/3 + z^5/15 + ... (26.2.11), all terms positive.
[[nodiscard]] inline double normal_share_from_middle(double z) noexcept {
  double term = z;
  double sum = z;
  for (int k = 3; term > 1e-18 * sum; k += 2) {
    term *= z * z / k;
    sum += term;
  }
  return normal_density(z) * sum;
}

}  // namespace detail

// Boost's erfc would do, but its header starts the standard streams in every file that sees it.

/// Share of a normal population at z or above, z in standard deviations from the mean. NaN for NaN. Same-bits; relative
/// error <= 1e-14 (1 + z^2) of shares above 1e-300.
[[nodiscard]] inline double normal_share_above(double z) noexcept {
  if (numeric::is_nan(z)) return z;
  if (z < 0) return 1.0 - normal_share_above(-z);
  if (z < 2) return 0.5 - detail::normal_share_from_middle(z);
  const double density = detail::normal_density(z);
  return density > 0 ? density * detail::mills_ratio(z) : 0.0;
}

/// The z above which a share p of a normal population lies: 0.05 gives 1.6449. Infinite at p = 0 and 1, NaN outside
/// [0, 1]. Same-bits; error <= 1e-14 (1 + |z|).
[[nodiscard]] inline double z_for_share_above(double p) noexcept {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0) return std::numeric_limits<double>::infinity();
  if (p == 1) return -std::numeric_limits<double>::infinity();
  if (p > 0.5) return -z_for_share_above(1.0 - p);
  if (p == 0.5) return 0.0;
  // Abramowitz & Stegun 26.2.23 is within 4.5e-4; Newton on the logarithm of the share squares the error each time.
  const double t = std::sqrt(-2.0 * numeric::log(p));
  double z = t - ((0.010328 * t + 0.802853) * t + 2.515517) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0);
  constexpr double log_root = 0.91893853320467274178;  // ln sqrt(2 pi)
  for (int step = 0; step < 4; ++step) {
    // By its logarithm throughout: shares below 1e-308 have few digits left, and the smallest p has a z like any other.
    const double mills = z < 2 ? normal_share_above(z) / detail::normal_density(z) : detail::mills_ratio(z);
    z += mills * (numeric::log(mills) - 0.5 * z * z - log_root - numeric::log(p));
  }
  return z;
}

/// The z within which, on either side of the mean, a share `level` of a normal population lies: 0.95 gives 1.9600.
/// Throws contract_error for a level outside (0, 1). Same-bits; error as above.
[[nodiscard]] inline double z_for_level(double level) {
  if (!(level > 0 && level < 1)) throw contract_error("level must lie between 0 and 1, not " + std::to_string(level));
  return z_for_share_above(0.5 * (1.0 - level));
}

}  // namespace valorem::inline VALOREM_ABI

#endif

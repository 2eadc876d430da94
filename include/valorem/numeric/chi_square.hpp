// The upper tail of the chi-square distribution at whole degrees of freedom, where it is a finite sum.
#ifndef VALOREM_NUMERIC_CHI_SQUARE_HPP
#define VALOREM_NUMERIC_CHI_SQUARE_HPP

#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/normal.hpp>

#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI {

/// More degrees of freedom than any two models differ by.
inline constexpr int max_degrees_of_freedom = 1000;

/// P(X >= x) of a chi-square variable (Abramowitz & Stegun 26.4.4 and 26.4.5, all terms positive), x >= 0, degrees of
/// freedom from 1 to max_degrees_of_freedom, else NaN. Same-bits; relative error <= 1e-14 (1 + x + degrees) of values
/// above 1e-300.
[[nodiscard]] inline double chi_square_share_above(double x, int degrees) noexcept {
  if (!(x >= 0) || degrees < 1 || degrees > max_degrees_of_freedom) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return 1.0;
  if (x == std::numeric_limits<double>::infinity()) return 0.0;
  const double half = 0.5 * x;
  const bool odd = degrees % 2 != 0;
  double sum = odd ? 2.0 * normal_share_above(std::sqrt(x)) : 0.0;
  const double log_half = numeric::log(half);
  for (double k = odd ? 0.5 : 0.0; k < 0.5 * degrees - 0.25; k += 1.0) {
    sum += numeric::exp(k * log_half - numeric::lgamma(k + 1.0) - half);
  }
  return sum < 1.0 ? sum : 1.0;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

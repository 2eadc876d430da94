// Population: areas under the normal curve and the points that cut them off.
#ifndef VALOREM_POPULATION_NORMAL_HPP
#define VALOREM_POPULATION_NORMAL_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/erf.hpp>

#include <limits>

namespace valorem::inline VALOREM_ABI {

namespace detail {

using quiet_policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>>;

inline constexpr double sqrt_2 = 1.4142135623730950488;

}  // namespace detail

/// Share of a normal population at z or above, z in standard deviations from the mean. NaN for NaN. Accurate; relative
/// error <= 1e-14 (1 + z^2).
[[nodiscard]] inline double normal_share_above(double z) noexcept {
  if (numeric::is_nan(z)) return z;
  return boost::math::erfc(z / detail::sqrt_2, detail::quiet_policy{}) / 2;
}

/// The z above which a share p of a normal population lies: 0.05 gives 1.6449. Infinite at p = 0 and 1, NaN outside
/// [0, 1]. Accurate; error <= 1e-14 (1 + |z|).
[[nodiscard]] inline double z_for_share_above(double p) noexcept {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0) return std::numeric_limits<double>::infinity();
  if (p == 1) return -std::numeric_limits<double>::infinity();
  return detail::sqrt_2 * boost::math::erfc_inv(2 * p, detail::quiet_policy{});
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// What a fit allows to be said: how far off a parameter may be, and whether a larger model is worth its parameters.
#ifndef VALOREM_MODEL_INFERENCE_HPP
#define VALOREM_MODEL_INFERENCE_HPP

#include <valorem/model/fit.hpp>
#include <valorem/model/fit_contracts.hpp>
#include <valorem/numeric/chi_square.hpp>
#include <valorem/numeric/normal.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// On which scale an estimate is taken to be normal.
enum class parameter_scale : std::uint8_t {
  logarithm,  ///< low and high are above 0, and the interval of 1/p is that of p turned round
  natural,    ///< symmetric; low may fall below 0
};

struct interval {
  double low;
  double high;

  [[nodiscard]] friend bool operator==(const interval&, const interval&) = default;
};

/// Wald's interval of one parameter: value · exp(±z se/value) or value ± z se, with z the normal quantile of (1 +
/// level)/2. NaN where the standard error is. Throws contract_error for a level outside (0, 1). Same-bits; relative
/// error <= 1e-13 of either end's distance from the value.
[[nodiscard]] inline interval confidence_interval(double value, double standard_error, double level = 0.95,
                                                  parameter_scale scale = parameter_scale::logarithm) {
  const double reach = z_for_level(level) * standard_error;
  if (scale == parameter_scale::natural) return {value - reach, value + reach};
  const double factor = reach / value;
  return {value * numeric::exp(-factor), value * numeric::exp(factor)};
}

/// One for each parameter, in the order of M::parameter_names.
template <parametric M>
using intervals_of = std::array<interval, parameter_count<M>>;

/// The same of every parameter of a fit, in the order of M::parameter_names. It keeps its level where the
/// likelihood is near a parabola; docs/formulas.md has figures for where it is not.
template <parametric M>
[[nodiscard]] intervals_of<M> confidence_intervals(const fit_result<M>& f, double level = 0.95,
                                                   parameter_scale scale = parameter_scale::logarithm) {
  intervals_of<M> out{};
  const auto values = f.model.parameters();
  const auto errors = f.standard_errors();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = confidence_interval(values[i], errors[i], level, scale);
  return out;
}

// Profile-likelihood intervals: the values of one parameter that a likelihood-ratio test does not reject at 1 - level,
// the others each time at their best (Venzon & Moolgavkar 1988, Applied Statistics 37:87). They keep their level where
// the likelihood is no parabola, and follow a change of unit. An end is 0 or infinite where the likelihood does not
// fall that far within a factor e^16 of the estimate, as towards the limit of a fit that ended on a boundary; NaN where
// the bounded effort did not find it. Give the rows that the fit was made on. Throws contract_error for a level outside
// (0, 1) and where the rows' total weight is another. Of a penalised fit: the same of its log_posterior. Same-bits; at
// an end that is found, twice the loss of likelihood is within 1e-6 of what the level asks for. Needs
// valorem::compiled.

/// Of a model of purchases.
template <class M>
[[nodiscard]] intervals_of<M> profile_intervals(const weighted_rows& rows, const fit_result<M>& fit,
                                                double level = 0.95, const execution& how = {});
template <>
VALOREM_EXPORT intervals_of<nbd> profile_intervals<nbd>(const weighted_rows& rows, const fit_result<nbd>& fit,
                                                        double level, const execution& how);
template <>
VALOREM_EXPORT intervals_of<bg_nbd> profile_intervals<bg_nbd>(const weighted_rows& rows, const fit_result<bg_nbd>& fit,
                                                              double level, const execution& how);
template <>
VALOREM_EXPORT intervals_of<mbg_nbd> profile_intervals<mbg_nbd>(const weighted_rows& rows,
                                                                const fit_result<mbg_nbd>& fit, double level,
                                                                const execution& how);
template <>
VALOREM_EXPORT intervals_of<pareto_nbd> profile_intervals<pareto_nbd>(const weighted_rows& rows,
                                                                      const fit_result<pareto_nbd>& fit, double level,
                                                                      const execution& how);
/// Of a model with stages, at the k of the fit, whose choice widens nothing.
template <>
VALOREM_EXPORT intervals_of<bg_cnbd> profile_intervals<bg_cnbd>(const weighted_rows& rows,
                                                                const fit_result<bg_cnbd>& fit, double level,
                                                                const execution& how);
template <>
VALOREM_EXPORT intervals_of<mbg_cnbd> profile_intervals<mbg_cnbd>(const weighted_rows& rows,
                                                                  const fit_result<mbg_cnbd>& fit, double level,
                                                                  const execution& how);
template <>
VALOREM_EXPORT intervals_of<ggompertz_nbd> profile_intervals<ggompertz_nbd>(const weighted_rows& rows,
                                                                            const fit_result<ggompertz_nbd>& fit,
                                                                            double level, const execution& how);
template <>
VALOREM_EXPORT intervals_of<bg_bb> profile_intervals<bg_bb>(const weighted_rows& rows, const fit_result<bg_bb>& fit,
                                                            double level, const execution& how);

/// Of a model of contracts.
template <class M>
[[nodiscard]] intervals_of<M> profile_intervals(const compressed_contracts& rows, const fit_result<M>& fit,
                                                double level = 0.95, const execution& how = {});
template <>
VALOREM_EXPORT intervals_of<shifted_beta_geometric> profile_intervals<shifted_beta_geometric>(
    const compressed_contracts& rows, const fit_result<shifted_beta_geometric>& fit, double level,
    const execution& how);
template <>
VALOREM_EXPORT intervals_of<beta_discrete_weibull> profile_intervals<beta_discrete_weibull>(
    const compressed_contracts& rows, const fit_result<beta_discrete_weibull>& fit, double level, const execution& how);

/// Of Gamma-Gamma, from the columns that fit_spend had.
[[nodiscard]] VALOREM_EXPORT intervals_of<gamma_gamma> profile_spend_intervals(
    std::span<const double> x, std::span<const double> mean, std::span<const double> weight,
    const fit_result<gamma_gamma>& fit, double level = 0.95, const execution& how = {});
/// And from those that fit_itemised_spend had.
[[nodiscard]] VALOREM_EXPORT intervals_of<gamma_gamma> profile_itemised_spend_intervals(
    std::span<const double> x, std::span<const double> mean, std::span<const double> sum_log,
    std::span<const double> weight, const fit_result<gamma_gamma>& fit, double level = 0.95, const execution& how = {});

/// 2 (ln L of the full model - ln L of the restricted one), and the chance of that or more where the restriction holds
/// (Wilks 1938).
struct likelihood_ratio {
  double statistic;
  int degrees_of_freedom;
  double p_value;
};

/// Both at their maximum, over the same rows; degrees of freedom: by how many free parameters they differ. Where the
/// restriction lies on the edge of the full model (no dropout, one rate for all), the p-value is larger than the true
/// one, so a rejection stands. Throws contract_error for a log-likelihood that is not finite, for degrees below 1 or
/// above max_degrees_of_freedom, and where the restricted model is the better one: then they are not nested, or a fit
/// did not reach its maximum. Same-bits.
[[nodiscard]] inline likelihood_ratio likelihood_ratio_test(double restricted, double full, int degrees_of_freedom) {
  if (!numeric::is_finite(restricted) || !numeric::is_finite(full)) {
    throw contract_error("a log-likelihood must be finite");
  }
  if (degrees_of_freedom < 1 || degrees_of_freedom > max_degrees_of_freedom) {
    throw contract_error("the full model must have more parameters than the restricted one");
  }
  // What two fits may differ by in their last digits.
  if (full < restricted - 1e-8 * std::fabs(restricted)) {
    throw contract_error(
        "the restricted model has the higher likelihood: it is not nested in the full one, or the "
        "full one's fit did not reach its maximum");
  }
  const double statistic = full > restricted ? 2.0 * (full - restricted) : 0.0;
  return {statistic, degrees_of_freedom, chi_square_share_above(statistic, degrees_of_freedom)};
}

/// Throws contract_error where the total weight of the rows of a fit is not that of others.
inline void require_same_rows(double of_fit, double of_others) {
  if (of_fit != of_others) {
    throw contract_error("these are not the rows of the fit: their total weights differ");
  }
}

/// Of two fits. Throws contract_error as above, where they were made on rows of different weight, and where one is
/// penalised.
template <parametric Restricted, parametric Full>
  requires(parameter_count<Restricted> < parameter_count<Full>)
[[nodiscard]] likelihood_ratio likelihood_ratio_test(const fit_result<Restricted>& restricted,
                                                     const fit_result<Full>& full) {
  require_unpenalised(restricted.penalised(), "a likelihood-ratio test");
  require_unpenalised(full.penalised(), "a likelihood-ratio test");
  require_same_rows(restricted.rows, full.rows);
  return likelihood_ratio_test(restricted.log_likelihood, full.log_likelihood,
                               static_cast<int>(parameter_count<Full> - parameter_count<Restricted>));
}

}  // namespace valorem::inline VALOREM_ABI

#endif

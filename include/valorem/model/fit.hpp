// Maximum likelihood: rows with weights in, parameters with their uncertainty and an honest verdict out.
#ifndef VALOREM_MODEL_FIT_HPP
#define VALOREM_MODEL_FIT_HPP

#include <valorem/model/bg_bb.hpp>
#include <valorem/model/catalogue.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/numeric/blocks.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// How a fit ended.
enum class fit_status : std::uint8_t {
  converged,  ///< at a maximum, sharp in every direction
  boundary,   ///< the likelihood rises towards a limiting model, which `limit` names
  flat,       ///< at a maximum that some combination of parameters hardly changes
  failed,     ///< no maximum within the bounded effort
};

/// "converged", "boundary", "flat", "failed".
[[nodiscard]] std::string_view constexpr name(fit_status s) noexcept {
  constexpr std::array<std::string_view, 4> names{"converged", "boundary", "flat", "failed"};
  return names[static_cast<std::size_t>(s)];
}

/// A fitted model. Matrices are in the parameters' own scale, in the order of M::parameter_names; the covariance is the
/// inverse of the observed information, NaN where that is not positive definite.
template <parametric M>
struct fit_result {
  static constexpr std::size_t size = parameter_count<M>;

  M model{};
  double log_likelihood = not_a_value;
  fit_status outcome = fit_status::failed;
  std::string limit;  ///< the limiting model, where outcome is boundary
  std::array<std::array<double, size>, size> covariance{};
  std::array<double, size> gradient{};  ///< d ln L / d ln(parameter) at the end
  double rows = 0;                      ///< total weight of the rows used
  std::size_t distinct_rows = 0;
  int evaluations = 0;

  [[nodiscard]] std::array<double, size> standard_errors() const {
    std::array<double, size> out{};
    for (std::size_t i = 0; i < size; ++i) out[i] = std::sqrt(covariance[i][i]);
    return out;
  }
  [[nodiscard]] double aic() const { return 2.0 * static_cast<double>(size) - 2.0 * log_likelihood; }
  [[nodiscard]] double bic() const { return static_cast<double>(size) * numeric::log(rows) - 2.0 * log_likelihood; }
};

/// Weighted histories; weight may be empty, and each row then counts once. Rows that check() refuses are left out.
struct weighted_rows {
  history_columns histories;
  std::span<const double> weight = {};
};

/// Fits a model of purchases. Same-bits for one order of the rows (compress() makes the order canonical) and any
/// execution. Throws contract_error for columns of unequal length or illegal weights, data_error where no row is left.
template <class M>
[[nodiscard]] fit_result<M> fit(const weighted_rows& rows, const execution& how = {});

template <>
VALOREM_EXPORT fit_result<nbd> fit<nbd>(const weighted_rows& rows, const execution& how);
template <>
VALOREM_EXPORT fit_result<bg_nbd> fit<bg_nbd>(const weighted_rows& rows, const execution& how);
template <>
VALOREM_EXPORT fit_result<mbg_nbd> fit<mbg_nbd>(const weighted_rows& rows, const execution& how);
template <>
VALOREM_EXPORT fit_result<pareto_nbd> fit<pareto_nbd>(const weighted_rows& rows, const execution& how);

/// BG/BB, to histories in whole periods; rows that check_periods() refuses are left out.
template <>
VALOREM_EXPORT fit_result<bg_bb> fit<bg_bb>(const weighted_rows& rows, const execution& how);

/// Fits Gamma-Gamma to mean spends over x >= 1 purchases; other rows are left out. As above.
[[nodiscard]] VALOREM_EXPORT fit_result<gamma_gamma> fit_spend(std::span<const double> x, std::span<const double> mean,
                                                               std::span<const double> weight = {},
                                                               const execution& how = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

// Maximum likelihood, or maximum a posteriori: rows with weights in, parameters with their uncertainty and an honest
// verdict out.
#ifndef VALOREM_MODEL_FIT_HPP
#define VALOREM_MODEL_FIT_HPP

#include <valorem/model/bg_bb.hpp>
#include <valorem/model/catalogue.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/penalty.hpp>
#include <valorem/numeric/blocks.hpp>

#include <algorithm>
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

/// Throws contract_error for a penalised fit: `what` is derived at the maximum of the likelihood.
inline void require_unpenalised(bool penalised, const char* what) {
  if (!penalised) return;
  throw contract_error(std::string(what) +
                       " belongs to a maximum of the likelihood, which a penalised fit is not: fit without penalty");
}

/// A fitted model. Matrices are in the parameters' own scale, in the order of M::parameter_names; the covariance is the
/// inverse of the observed information (of ln L and the priors, where there are any), NaN where that is not positive
/// definite.
template <parametric M>
struct fit_result {
  static constexpr std::size_t size = parameter_count<M>;

  M model{};
  double log_likelihood = not_a_value;
  fit_status outcome = fit_status::failed;
  std::string limit;  ///< the limiting model, where outcome is boundary
  std::array<std::array<double, size>, size> covariance{};
  std::array<double, size> gradient{};  ///< d log_posterior / d ln(parameter) at the end
  double rows = 0;                      ///< total weight of the rows used
  std::size_t distinct_rows = 0;
  int evaluations = 0;
  double log_posterior = not_a_value;  ///< log_likelihood less penalty_at(priors, model); the same without priors
  priors_of<M> priors{};               ///< what the fit was told before it saw the rows

  /// Whether some parameter had a prior.
  [[nodiscard]] bool penalised() const {
    return std::ranges::any_of(priors, [](const log_normal_prior& p) { return numeric::is_finite(p.sd); });
  }

  /// ln L at its best for k = 1, 2, ..., of a model whose k the fit chose; else empty.
  std::vector<double> log_likelihood_of_k = {};

  /// Numbers that the data chose: the parameters, and k where the fit chose it.
  [[nodiscard]] double free_parameters() const {
    return static_cast<double>(size) + (log_likelihood_of_k.empty() ? 0.0 : 1.0);
  }

  [[nodiscard]] std::array<double, size> standard_errors() const {
    std::array<double, size> out{};
    for (std::size_t i = 0; i < size; ++i) out[i] = std::sqrt(covariance[i][i]);
    return out;
  }
  /// Akaike's and Schwarz's criteria; both are derived at the maximum of the likelihood, so a penalised fit has none:
  /// contract_error.
  [[nodiscard]] double aic() const {
    require_unpenalised(penalised(), "AIC");
    return 2.0 * free_parameters() - 2.0 * log_likelihood;
  }
  [[nodiscard]] double bic() const {
    require_unpenalised(penalised(), "BIC");
    return free_parameters() * numeric::log(rows) - 2.0 * log_likelihood;
  }
};

/// Weighted histories; weight may be empty, and each row then counts once. Rows that check() refuses are left out. The
/// CNBD-k models alone read log_gaps, the sum of ln(gap) between each row's purchases, and leave out rows whose gaps
/// check_gaps() refuses.
struct weighted_rows {
  history_columns histories;
  std::span<const double> weight = {};
  std::span<const double> log_gaps = {};
};

/// Fits a model of purchases: by maximum likelihood, or with a penalty to the maximum of likelihood times prior density
/// of the parameters' logarithms, which does not depend on the unit. Same-bits for one order of the rows (compress()
/// makes the order canonical) and any execution. Throws contract_error for columns of unequal length, illegal weights
/// or an illegal penalty, data_error where no row is left.
template <class M>
[[nodiscard]] fit_result<M> fit(const weighted_rows& rows, const execution& how = {}, const penalty& prior = {});

template <>
VALOREM_EXPORT fit_result<nbd> fit<nbd>(const weighted_rows& rows, const execution& how, const penalty& prior);
template <>
VALOREM_EXPORT fit_result<bg_nbd> fit<bg_nbd>(const weighted_rows& rows, const execution& how, const penalty& prior);
template <>
VALOREM_EXPORT fit_result<mbg_nbd> fit<mbg_nbd>(const weighted_rows& rows, const execution& how, const penalty& prior);
template <>
VALOREM_EXPORT fit_result<pareto_nbd> fit<pareto_nbd>(const weighted_rows& rows, const execution& how,
                                                      const penalty& prior);
template <>
VALOREM_EXPORT fit_result<ggompertz_nbd> fit<ggompertz_nbd>(const weighted_rows& rows, const execution& how,
                                                            const penalty& prior);

/// For k = 1 to max_stages; the k of the highest likelihood is taken, of equals the smaller one, and
/// log_likelihood_of_k tells them all. It starts from BG/NBD or MBG/NBD, which is k = 1. Throws contract_error where
/// log_gaps are absent.
template <>
VALOREM_EXPORT fit_result<bg_cnbd> fit<bg_cnbd>(const weighted_rows& rows, const execution& how, const penalty& prior);
template <>
VALOREM_EXPORT fit_result<mbg_cnbd> fit<mbg_cnbd>(const weighted_rows& rows, const execution& how,
                                                  const penalty& prior);

/// The same at one k, which is then given and not estimated; k = 1 needs no log_gaps. Throws contract_error for a k
/// that is none.
template <erlang_model M>
[[nodiscard]] fit_result<M> fit_at(int k, const weighted_rows& rows, const execution& how = {},
                                   const penalty& prior = {});
template <>
VALOREM_EXPORT fit_result<bg_cnbd> fit_at<bg_cnbd>(int k, const weighted_rows& rows, const execution& how,
                                                   const penalty& prior);
template <>
VALOREM_EXPORT fit_result<mbg_cnbd> fit_at<mbg_cnbd>(int k, const weighted_rows& rows, const execution& how,
                                                     const penalty& prior);

/// BG/BB, to histories in whole periods; rows that check_periods() refuses are left out.
template <>
VALOREM_EXPORT fit_result<bg_bb> fit<bg_bb>(const weighted_rows& rows, const execution& how, const penalty& prior);

/// Fits Gamma-Gamma to mean spends over x >= 1 purchases; other rows are left out. As above.
[[nodiscard]] VALOREM_EXPORT fit_result<gamma_gamma> fit_spend(std::span<const double> x, std::span<const double> mean,
                                                               std::span<const double> weight = {},
                                                               const execution& how = {}, const penalty& prior = {});

/// Fits Gamma-Gamma to the purchases one by one, by their mean and the sum of their logarithms: its standard errors are
/// smaller than those of the means alone. Rows with x < 1 and those that check(itemised_spend) refuses are left out. As
/// above.
[[nodiscard]] VALOREM_EXPORT fit_result<gamma_gamma> fit_itemised_spend(
    std::span<const double> x, std::span<const double> mean, std::span<const double> sum_log,
    std::span<const double> weight = {}, const execution& how = {}, const penalty& prior = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

// Maximum likelihood with covariates: a model's parameters and one coefficient for each covariate and process.
#ifndef VALOREM_MODEL_FIT_COVARIATES_HPP
#define VALOREM_MODEL_FIT_COVARIATES_HPP

#include <valorem/model/covariates.hpp>
#include <valorem/model/fit.hpp>
#include <valorem/model/fit_contracts.hpp>
#include <valorem/model/inference.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// What is known of every row beside its history, and what its coefficients must satisfy. Indices count processes<M>
/// and columns.
struct covariate_plan {
  std::vector<std::string> names;
  std::vector<std::span<const double>> columns;  ///< one for each name, as long as the rows

  /// By process, which columns move it; empty: every column moves every process.
  std::vector<std::vector<std::size_t>> moves = {};
  /// Columns with one coefficient for both processes: g'z moves them alike. In Pareto/NBD her clock then runs e^(g'z)
  /// times as fast; in BG/NBD the logarithm of her purchase rate and the logit of her dropout chance grow by the same.
  std::vector<std::size_t> equal = {};
  /// Columns whose coefficient in the second process is minus that in the first: who buys more stays longer.
  std::vector<std::size_t> opposite = {};

  /// λ of a penalty λ/2 Σ (g · standard deviation of its column)² on -ln L. A coefficient of two processes counts once.
  double ridge = 0.0;
  /// A normal prior of one coefficient: (g - mean)²/(2 sd²) on -ln L.
  struct prior {
    std::size_t process;
    std::size_t column;
    double mean;
    double sd;
  };
  std::vector<prior> priors = {};
};

/// A fitted model with covariates. Matrices and vectors are in the order of parameter_names: the base's, then each
/// process's coefficients, all in their own scale.
template <with_processes M>
struct covariate_fit {
  with_covariates<M> model{};
  double log_likelihood = not_a_value;
  double log_posterior = not_a_value;  ///< log_likelihood less the penalty
  fit_status outcome = fit_status::failed;
  std::string limit;                         ///< what the likelihood rises towards, where outcome is boundary
  std::vector<std::string> parameter_names;  ///< "r", ..., "transaction.age", "dropout.age"
  std::vector<double> values;
  /// Inverse of the observed information (of the penalised one, where there is a penalty); NaN where that is not
  /// positive definite.
  std::vector<std::vector<double>> covariance;
  std::size_t free_parameters = 0;  ///< a coefficient of two processes counts once
  fit_result<M> without;            ///< the fit of the same rows without covariates
  double rows = 0;                  ///< total weight of the rows used
  std::size_t distinct_rows = 0;
  int evaluations = 0;
  bool penalised = false;

  [[nodiscard]] std::vector<double> standard_errors() const {
    std::vector<double> out(values.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::sqrt(covariance[i][i]);
    return out;
  }
  /// Akaike's and Schwarz's criteria; contract_error for a penalised fit, as of a plain one.
  [[nodiscard]] double aic() const {
    require_unpenalised(penalised, "AIC");
    return 2.0 * static_cast<double>(free_parameters) - 2.0 * log_likelihood;
  }
  [[nodiscard]] double bic() const {
    require_unpenalised(penalised, "BIC");
    return static_cast<double>(free_parameters) * numeric::log(rows) - 2.0 * log_likelihood;
  }
};

/// Fits a model of purchases with covariates; equal rows are merged, so the answer is the same bits in any order of the
/// rows and for any execution. Rows that check() refuses or that weigh 0 are left out. The climb starts from the fit
/// without covariates, and where that ran to a limit from the middle too. A change of a covariate's unit changes its
/// coefficient alone. Throws contract_error for columns of unequal length, illegal weights and a plan that contradicts
/// itself; data_error where no row is left, and, naming the covariate, for values in a used row that are not finite or
/// beyond 1e100, a constant column, and columns of one process that are linear combinations of each other. Needs
/// valorem::compiled.
template <with_processes M>
  requires purchase_model<M>
[[nodiscard]] covariate_fit<M> fit_with_covariates(const weighted_rows& rows, const covariate_plan& plan,
                                                   const execution& how = {});
template <>
VALOREM_EXPORT covariate_fit<bg_nbd> fit_with_covariates<bg_nbd>(const weighted_rows& rows, const covariate_plan& plan,
                                                                 const execution& how);
template <>
VALOREM_EXPORT covariate_fit<mbg_nbd> fit_with_covariates<mbg_nbd>(const weighted_rows& rows,
                                                                   const covariate_plan& plan, const execution& how);
template <>
VALOREM_EXPORT covariate_fit<pareto_nbd> fit_with_covariates<pareto_nbd>(const weighted_rows& rows,
                                                                         const covariate_plan& plan,
                                                                         const execution& how);
/// Dear: some seconds for a thousand customers.
template <>
VALOREM_EXPORT covariate_fit<ggompertz_nbd> fit_with_covariates<ggompertz_nbd>(const weighted_rows& rows,
                                                                               const covariate_plan& plan,
                                                                               const execution& how);

/// The same of single contracts.
template <with_processes M>
  requires contract_model<M>
[[nodiscard]] covariate_fit<M> fit_with_covariates(const weighted_contracts& rows, const covariate_plan& plan,
                                                   const execution& how = {});
template <>
VALOREM_EXPORT covariate_fit<shifted_beta_geometric> fit_with_covariates<shifted_beta_geometric>(
    const weighted_contracts& rows, const covariate_plan& plan, const execution& how);

/// The same of Gamma-Gamma, from mean spends over x >= 1 purchases.
[[nodiscard]] VALOREM_EXPORT covariate_fit<gamma_gamma> fit_spend_with_covariates(std::span<const double> x,
                                                                                  std::span<const double> mean,
                                                                                  std::span<const double> weight,
                                                                                  const covariate_plan& plan,
                                                                                  const execution& how = {});

/// Of a fit with covariates against one without, or against one with fewer or tied coefficients. Throws contract_error
/// as the others do, and where one of them is penalised: then neither is at the maximum that the test speaks of.
template <with_processes M>
[[nodiscard]] likelihood_ratio likelihood_ratio_test(const fit_result<M>& restricted, const covariate_fit<M>& full) {
  require_same_rows(restricted.rows, full.rows);
  require_unpenalised(restricted.penalised() || full.penalised, "a likelihood-ratio test");
  return likelihood_ratio_test(restricted.log_likelihood, full.log_likelihood,
                               static_cast<int>(full.free_parameters - parameter_count<M>));
}
template <with_processes M>
[[nodiscard]] likelihood_ratio likelihood_ratio_test(const covariate_fit<M>& restricted, const covariate_fit<M>& full) {
  require_same_rows(restricted.rows, full.rows);
  require_unpenalised(restricted.penalised || full.penalised, "a likelihood-ratio test");
  return likelihood_ratio_test(restricted.log_likelihood, full.log_likelihood,
                               static_cast<int>(full.free_parameters) - static_cast<int>(restricted.free_parameters));
}

}  // namespace valorem::inline VALOREM_ABI

#endif

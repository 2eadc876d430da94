// Maximum likelihood, or maximum a posteriori, for contracts: cohort counts or single contracts in, parameters and an
// honest verdict out.
#ifndef VALOREM_MODEL_FIT_CONTRACTS_HPP
#define VALOREM_MODEL_FIT_CONTRACTS_HPP

#include <valorem/model/beta_discrete_weibull.hpp>
#include <valorem/model/fit.hpp>
#include <valorem/model/shifted_beta_geometric.hpp>

#include <span>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Weighted contracts; weight may be empty, and each row then counts once. Rows that check() refuses are left out.
struct weighted_contracts {
  contract_columns contracts;
  std::span<const double> weight = {};
};

/// Distinct contracts, ascending by duration, running ones first, and how much each weighs.
struct compressed_contracts {
  std::vector<double> duration, churned, weight;

  [[nodiscard]] std::size_t size() const noexcept { return duration.size(); }
  [[nodiscard]] contract_columns columns() const noexcept { return {duration, churned}; }
};

/// Good contracts (check is ok) with a weight above 0, one row of each kind. Same-bits in any row order. Throws
/// contract_error for columns of unequal length or a weight that is negative or not finite. Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT compressed_contracts compress(const weighted_contracts& rows);
/// A cohort as such rows. Throws contract_error for a count that is negative or not finite.
[[nodiscard]] VALOREM_EXPORT compressed_contracts compress(const cohort& group);

/// Fits the shifted beta-geometric or the beta-discrete-Weibull. Same-bits in any row order and for any execution.
/// Throws what compress() throws, contract_error for an illegal penalty, data_error where no contract has run a period.
/// Needs valorem::compiled.
template <contract_model M>
[[nodiscard]] fit_result<M> fit(const compressed_contracts& rows, const execution& how = {}, const penalty& prior = {});

template <>
VALOREM_EXPORT fit_result<shifted_beta_geometric> fit<shifted_beta_geometric>(const compressed_contracts& rows,
                                                                              const execution& how,
                                                                              const penalty& prior);
template <>
VALOREM_EXPORT fit_result<beta_discrete_weibull> fit<beta_discrete_weibull>(const compressed_contracts& rows,
                                                                            const execution& how, const penalty& prior);

/// The same, compressed first.
template <contract_model M>
[[nodiscard]] fit_result<M> fit(const weighted_contracts& rows, const execution& how = {}, const penalty& prior = {}) {
  return fit<M>(compress(rows), how, prior);
}
template <contract_model M>
[[nodiscard]] fit_result<M> fit(const cohort& group, const execution& how = {}, const penalty& prior = {}) {
  return fit<M>(compress(group), how, prior);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// The parametric bootstrap: what the same fit finds in populations that the fitted model imagines.
#ifndef VALOREM_MODEL_BOOTSTRAP_HPP
#define VALOREM_MODEL_BOOTSTRAP_HPP

#include <valorem/model/fit.hpp>
#include <valorem/model/fit_contracts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// How many populations. Population i is a function of seed and i alone.
struct bootstrap_options {
  std::size_t size = 200;  ///< 1 to max_bootstrap
  std::uint64_t seed = 0;
};

inline constexpr std::size_t max_bootstrap = 1'000'000;

/// The fit of each population, in their order.
template <parametric M>
struct bootstrap_fits {
  std::vector<M> models;  ///< NaN where the population has no row to learn from
  std::vector<fit_status> outcomes;

  /// How many fits ended so.
  [[nodiscard]] std::size_t count(fit_status s) const {
    return static_cast<std::size_t>(std::ranges::count(outcomes, s));
  }
};

// Each customer of the rows is simulated from the fitted model over her own T (of spend: her own number of purchases),
// and the population is fitted as the rows were, with the same priors (Efron & Tibshirani 1993, An Introduction to the
// Bootstrap, ch. 6). A fit that ended on a boundary may be given: the check then asks how often such a model ends
// there. A weight is a number of customers and must be whole. Throws contract_error for a size outside its range, a
// weight that is not whole, and rows of another total weight than the fit's. Same-bits for one order of the rows and
// any execution. Needs valorem::compiled.

/// Of a model of purchases.
template <class M>
[[nodiscard]] VALOREM_EXPORT bootstrap_fits<M> bootstrap(const weighted_rows& rows, const fit_result<M>& from,
                                                         const bootstrap_options& options = {},
                                                         const execution& how = {});

/// Of a model of contracts, from a cohort that is seen for lost.size() periods; single contracts do not say how long
/// one that ended would have been seen. Its counts must add up to a whole number.
template <contract_model M>
[[nodiscard]] VALOREM_EXPORT bootstrap_fits<M> bootstrap(const cohort& group, const fit_result<M>& from,
                                                         const bootstrap_options& options = {},
                                                         const execution& how = {});

/// Of Gamma-Gamma, from the columns that fit_spend had.
[[nodiscard]] VALOREM_EXPORT bootstrap_fits<gamma_gamma> bootstrap_spend(
    std::span<const double> x, std::span<const double> mean, std::span<const double> weight,
    const fit_result<gamma_gamma>& from, const bootstrap_options& options = {}, const execution& how = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

// Parameters drawn from what the data leave open: a sample of models in place of one fitted model.
#ifndef VALOREM_MODEL_POSTERIOR_DRAWS_HPP
#define VALOREM_MODEL_POSTERIOR_DRAWS_HPP

#include <valorem/model/fit.hpp>
#include <valorem/model/fit_contracts.hpp>
#include <valorem/model/fitted_model.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// How many models to draw, and from how many proposals. Draw i is a function of seed, i and proposals alone, so a
/// smaller size is the beginning of a larger one.
struct draw_options {
  std::size_t size = 1000;  ///< 1 to max_draws
  std::uint64_t seed = 0;
  std::size_t proposals = 4000;  ///< 100 to max_draws; each costs one evaluation of the likelihood
};

inline constexpr std::size_t max_draws = 10'000'000;

/// What was drawn.
template <parametric M>
struct posterior_draws {
  M mode{};               ///< the fit that the draws lie about
  std::vector<M> models;  ///< equally likely, in the order in which they were drawn; some stand there repeatedly
  /// (Σw)²/Σw² over the proposals' weights (Kong, Liu & Wong 1994): of how many independent draws they are worth.
  double effective_sample_size = 0.0;
  std::size_t proposals = 0;
};

// Draws from the density proportional to likelihood × priors over the logarithms of the parameters, flat in those
// without a prior: sampling, importance, resampling (Rubin 1988, Bayesian Statistics 3:395). Proposals are Student's t
// with 5 degrees of freedom about the fit, scaled by the inverse of the Hessian of the log posterior there (the Laplace
// approximation); their weights are exact, and the draws are taken from them in proportion, with replacement.
//
// Give the rows that the fit was made on. Throws contract_error for options outside their range, for rows of another
// weight or log-likelihood than the fit's, and for a fit that did not converge: there the density has no peak to draw
// about, and without a prior it may not even be one. A penalty makes such a fit converge. Same-bits for any execution.
// Needs valorem::compiled.

/// Of a model of purchases.
template <class M>
[[nodiscard]] VALOREM_EXPORT posterior_draws<M> draw_posterior(const weighted_rows& rows, const fit_result<M>& fit,
                                                               const draw_options& options = {},
                                                               const execution& how = {});

/// Of a model of contracts.
template <class M>
[[nodiscard]] VALOREM_EXPORT posterior_draws<M> draw_posterior(const compressed_contracts& rows,
                                                               const fit_result<M>& fit,
                                                               const draw_options& options = {},
                                                               const execution& how = {});

/// Of Gamma-Gamma, from the columns that fit_spend had. Independent of draws of purchases by the same seed.
[[nodiscard]] VALOREM_EXPORT posterior_draws<gamma_gamma> draw_spend_posterior(
    std::span<const double> x, std::span<const double> mean, std::span<const double> weight,
    const fit_result<gamma_gamma>& fit, const draw_options& options = {}, const execution& how = {});

namespace detail {

template <class Models>
struct draws_of;
template <class... M>
struct draws_of<std::variant<M...>> {
  using type = std::variant<posterior_draws<M>...>;
};

}  // namespace detail

/// Draws of both models of a fitted_model: pair i of them is one state of the world.
struct fitted_draws {
  detail::draws_of<any_purchase_model>::type purchases;
  std::optional<posterior_draws<gamma_gamma>> spend;  ///< nothing where there is no model of spend
};

/// Both, from the summary that fit_models had. Throws as draw_posterior, and for a spend model fitted to transactions.
[[nodiscard]] VALOREM_EXPORT fitted_draws draw_models(const summary& s, const fitted_model& m,
                                                      const draw_options& options = {}, const execution& how = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

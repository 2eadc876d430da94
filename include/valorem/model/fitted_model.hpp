// A purchase model and a spend model fitted to one summary, with the units that scoring must share.
#ifndef VALOREM_MODEL_FITTED_MODEL_HPP
#define VALOREM_MODEL_FITTED_MODEL_HPP

#include <valorem/model/fit.hpp>
#include <valorem/summary/summarise.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

namespace detail {

template <class Models>
struct fits_of;
template <class... M>
struct fits_of<std::variant<M...>> {
  using type = std::variant<fit_result<M>...>;
};

}  // namespace detail

/// What the spend model is fitted to: each customer's mean, as in the papers, or her purchases one by one, which tell
/// more. Their log-likelihoods are of different data and must not be compared.
enum class spend_form : std::uint8_t { mean, transactions };

/// What fit_models found, and on what.
struct fitted_model {
  detail::fits_of<any_purchase_model>::type purchases;
  std::optional<fit_result<gamma_gamma>> spend;  ///< nothing where the summary has no amounts
  spend_form spend_fitted_to = spend_form::mean;
  measure_units units;
  std::optional<date> as_of;             ///< end of the histories it was fitted on
  std::size_t customers = 0;             ///< with a good history
  std::size_t spend_excluded = 0;        ///< repeaters whose mean spend is not positive
  std::string library_version{version};  ///< which fitted it
};

/// What fit_models adds to either likelihood; none by default.
struct fit_penalties {
  penalty purchases = {};
  penalty spend = {};
};

/// Fits a purchase model, by its name in the catalogue, to a summary's histories, and Gamma-Gamma to its spends where
/// it has amounts; with transactions, to repeaters each of whose purchases was above 0. Equal rows are counted, not
/// repeated, so any order of the customers gives the same bits. k fixes the stages of a CNBD-k model, which are else
/// chosen by the likelihood. Throws contract_error for an unknown name, a k that the model does not have and an illegal
/// penalty, data_error where no row is left, and where a CNBD-k model or transactions meet a summary that does not hold
/// the single purchases, as one from a ready table.
[[nodiscard]] VALOREM_EXPORT fitted_model fit_models(const summary& s, std::string_view model = mbg_nbd::model_name,
                                                     const execution& how = {}, const fit_penalties& prior = {},
                                                     std::optional<int> k = {}, spend_form form = spend_form::mean);

}  // namespace valorem::inline VALOREM_ABI

#endif

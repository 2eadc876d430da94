// A purchase model and a spend model fitted to one summary, with the units that scoring must share.
#ifndef VALOREM_MODEL_FITTED_MODEL_HPP
#define VALOREM_MODEL_FITTED_MODEL_HPP

#include <valorem/model/fit.hpp>
#include <valorem/summary/summarise.hpp>

#include <optional>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

/// Which model of purchases to fit. mbg_nbd is the default: the best likelihood of the three on both CDNOW cuts, and it
/// does not call every one-time buyer alive.
enum class purchase_kind : std::uint8_t { mbg, bg, baseline };

/// "mbg_nbd", "bg_nbd", "nbd".
[[nodiscard]] constexpr std::string_view name(purchase_kind k) noexcept {
  return k == purchase_kind::mbg  ? mbg_nbd::model_name
         : k == purchase_kind::bg ? bg_nbd::model_name
                                      : nbd::model_name;
}

/// What fit_models found, and on what.
struct fitted_model {
  std::variant<fit_result<mbg_nbd>, fit_result<bg_nbd>, fit_result<nbd>> purchases;
  std::optional<fit_result<gamma_gamma>> spend;  ///< nothing where the summary has no amounts
  measure_units units;
  std::optional<date> as_of;       ///< end of the histories it was fitted on
  std::size_t customers = 0;       ///< with a good history
  std::size_t spend_excluded = 0;  ///< repeaters whose mean spend is not positive
  std::string_view library_version = version;
};

/// Fits a purchase model to a summary's histories, and Gamma-Gamma to its spends where it has amounts. Equal rows are
/// counted, not repeated, so any order of the customers gives the same bits. Throws data_error where no row is left.
[[nodiscard]] VALOREM_EXPORT fitted_model fit_models(const summary& s, purchase_kind kind = purchase_kind::mbg,
                                                     const execution& how = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

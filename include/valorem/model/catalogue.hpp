// The list of all models of purchases. What must know them all (fits, scores, files) takes it from here.
#ifndef VALOREM_MODEL_CATALOGUE_HPP
#define VALOREM_MODEL_CATALOGUE_HPP

#include <valorem/model/bg_cnbd.hpp>
#include <valorem/model/bg_nbd.hpp>
#include <valorem/model/ggompertz_nbd.hpp>
#include <valorem/model/mbg_cnbd.hpp>
#include <valorem/model/mbg_nbd.hpp>
#include <valorem/model/nbd.hpp>
#include <valorem/model/pareto_nbd.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

/// The default comes first: the best likelihood of the simple three on both CDNOW cuts, and it does not call every
/// one-time buyer alive.
using any_purchase_model = std::variant<mbg_nbd, bg_nbd, pareto_nbd, ggompertz_nbd, nbd, mbg_cnbd, bg_cnbd>;

namespace detail {

template <class... M>
constexpr std::array<std::string_view, sizeof...(M)> names_of(const std::variant<M...>*) noexcept {
  return {M::model_name...};
}

template <class F, class... M>
bool for_named(std::string_view name, F&& f, const std::variant<M...>*) {
  return ((M::model_name == name && (f(M{}), true)) || ...);
}

}  // namespace detail

/// "mbg_nbd", "bg_nbd", ...
inline constexpr auto purchase_model_names = detail::names_of(static_cast<const any_purchase_model*>(nullptr));

/// Calls f with an object of the model's type, whose parameters are all 0. Throws contract_error, with the known names,
/// for a name that is none.
template <class F>
void with_purchase_model(std::string_view name, F&& f) {
  if (detail::for_named(name, f, static_cast<const any_purchase_model*>(nullptr))) return;
  std::string known;
  for (const std::string_view n : purchase_model_names) known += (known.empty() ? "" : ", ") + std::string(n);
  throw contract_error("model: must be one of " + known + ", not '" + std::string(name) + "'");
}

}  // namespace valorem::inline VALOREM_ABI

#endif

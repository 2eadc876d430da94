// The units that a summary's numbers are in. They travel with it, and with the model fitted on it.
#ifndef VALOREM_SUMMARY_MEASURE_UNITS_HPP
#define VALOREM_SUMMARY_MEASURE_UNITS_HPP

#include <valorem/record/calendar.hpp>
#include <valorem/status.hpp>

#include <optional>
#include <string>

namespace valorem::inline VALOREM_ABI {

/// Time is counted in time units; purchases within one collapse unit are one purchase; money is in `currency`, a label
/// that must agree and is never converted (empty: not named, which agrees with itself alone).
struct measure_units {
  time_unit time = time_unit::week;
  std::optional<time_unit> collapse = time_unit::day;  ///< nothing: not known (a ready table), agrees with any
  std::string currency = {};
  friend bool operator==(const measure_units&, const measure_units&) = default;
};

/// Throws contract_error, in one sentence, where a model fitted in one set of units meets data in another.
inline void require_same_units(const measure_units& model, const measure_units& data) {
  const auto refuse = [](const char* what, std::string_view fitted, std::string_view given) {
    const auto shown = [](std::string_view s) { return s.empty() ? std::string("(not named)") : std::string(s); };
    throw contract_error(std::string("the model was fitted with ") + what + " " + shown(fitted) + ", the data have " +
                         what + " " + shown(given) + ": nothing is converted, so the two cannot be combined");
  };
  if (model.time != data.time) refuse("time unit", name(model.time), name(data.time));
  if (model.collapse && data.collapse && *model.collapse != *data.collapse)
    refuse("collapse unit", name(*model.collapse), name(*data.collapse));
  if (model.currency != data.currency) refuse("currency", model.currency, data.currency);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// What was fitted, as text: a file that carries a model, how far to trust it and its units from where it was fitted to
// where it scores.
#ifndef VALOREM_MODEL_SAVED_FIT_HPP
#define VALOREM_MODEL_SAVED_FIT_HPP

#include <valorem/model/fitted_model.hpp>
#include <valorem/status.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

/// No longer file is written or read.
inline constexpr std::size_t max_fitted_model_bytes = 4096;

/// One line of JSON, {"schema":"valorem-fitted-model/1",...}, described by docs/schema/fitted-model-1.schema.json: each
/// number with the fewest digits that read back to the same double, null where it is not finite. Holds no customer's
/// data. Throws contract_error for parameters outside their domain, and where labels make it longer than
/// max_fitted_model_bytes. Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT std::string to_json(const fitted_model& m);

/// Reads what to_json wrote. Refused with line, column and pointer: any error of syntax, an unknown schema, model, word
/// or key (the nearest known one is offered), a missing key, a number outside its domain, a matrix of another size.
/// Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT result<fitted_model> read_fitted_model(std::string_view json);

}  // namespace valorem::inline VALOREM_ABI

#endif

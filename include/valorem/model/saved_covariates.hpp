// Models with covariates as text: versioned JSON that any program, in C++ or Python, reads back to the same bits.
#ifndef VALOREM_MODEL_SAVED_COVARIATES_HPP
#define VALOREM_MODEL_SAVED_COVARIATES_HPP

#include <valorem/model/covariates.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

using any_covariate_model =
    std::variant<with_covariates<pareto_nbd>, with_covariates<ggompertz_nbd>, with_covariates<bg_nbd>,
                 with_covariates<mbg_nbd>, with_covariates<shifted_beta_geometric>, with_covariates<gamma_gamma>>;

/// {"schema":"valorem-covariate-model/1","model":"bg_nbd","parameters":{...},"covariates":["member"],"coefficients":
/// {"transaction":{"member":0.3},"dropout":{}}}, each number with the fewest digits that read back to the same double.
/// Throws contract_error where require_legal does. Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT std::string to_json(const any_covariate_model& m);

/// Reads what to_json wrote. Refused with line, column and pointer: any error of syntax, an unknown schema, model,
/// process, covariate or key, a missing one, a parameter that is not above 0. Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT result<any_covariate_model> read_covariate_model(std::string_view json);

}  // namespace valorem::inline VALOREM_ABI

#endif

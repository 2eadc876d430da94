// Models as text: versioned JSON that any program, in C++ or Python, reads back to the same bits.
#ifndef VALOREM_MODEL_SAVED_MODEL_HPP
#define VALOREM_MODEL_SAVED_MODEL_HPP

#include <valorem/model/beta_discrete_weibull.hpp>
#include <valorem/model/bg_bb.hpp>
#include <valorem/model/catalogue.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/shifted_beta_geometric.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

using any_model = std::variant<nbd, bg_nbd, mbg_nbd, pareto_nbd, ggompertz_nbd, bg_bb, gamma_gamma,
                               shifted_beta_geometric, beta_discrete_weibull, bg_cnbd, mbg_cnbd>;

/// {"schema":"valorem-model/1","model":"nbd","parameters":{"r":...,"alpha":...}}, each number with the fewest digits
/// that read back to the same double. Throws contract_error for parameters outside their domain. Needs
/// valorem::compiled.
[[nodiscard]] VALOREM_EXPORT std::string to_json(const any_model& m);

/// Reads what to_json wrote. Refused with line, column and pointer: any error of syntax, an unknown schema, model or
/// key (the nearest known name is offered), a missing parameter, one that is not above 0. Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT result<any_model> read_model(std::string_view json);

}  // namespace valorem::inline VALOREM_ABI

#endif

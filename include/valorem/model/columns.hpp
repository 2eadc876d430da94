// P(alive) and expected purchases of whole columns, on the widest vectors that the CPU has. Needs valorem::compiled.
#ifndef VALOREM_MODEL_COLUMNS_HPP
#define VALOREM_MODEL_COLUMNS_HPP

#include <valorem/model/bg_bb.hpp>
#include <valorem/model/catalogue.hpp>
#include <valorem/numeric/blocks.hpp>

#include <span>

namespace valorem::inline VALOREM_ABI {

/// out[i] = p_alive(m, histories[i]), to the bit. Throws contract_error for illegal parameters or unequal lengths,
/// before anything is written. out may be one of the inputs. Same-bits.
VALOREM_EXPORT void p_alive(const nbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});
VALOREM_EXPORT void p_alive(const bg_nbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});
VALOREM_EXPORT void p_alive(const mbg_nbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});

VALOREM_EXPORT void p_alive(const bg_cnbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});
VALOREM_EXPORT void p_alive(const mbg_cnbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});
VALOREM_EXPORT void p_alive(const pareto_nbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});

VALOREM_EXPORT void p_alive(const ggompertz_nbd& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});

VALOREM_EXPORT void p_alive(const bg_bb& m, const history_columns& histories, std::span<double> out,
                            const execution& how = {});

/// out[i] = expected_purchases(given(m, histories[i]), t[i]), to the bit, NaN where a history or a time is illegal.
/// Errors and out as above. BG/NBD and MBG/NBD add up eight customers side by side. Same-bits.
VALOREM_EXPORT void expected_purchases(const any_purchase_model& m, const history_columns& histories,
                                       std::span<const double> t, std::span<double> out, const execution& how = {});

/// out[i] = expected_purchases(m, t[i]), customers who start now, to the bit. Same-bits.
VALOREM_EXPORT void expected_purchases(const any_purchase_model& m, std::span<const double> t, std::span<double> out,
                                       const execution& how = {});

/// The instruction set that a column runs on when it asks for `wish` on this CPU: what it asked, or the best below it.
[[nodiscard]] VALOREM_EXPORT instruction_set runs_on(instruction_set wish) noexcept;

}  // namespace valorem::inline VALOREM_ABI

#endif

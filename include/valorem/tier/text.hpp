// Reasons as sentences, in English and Chinese, made from codes and numbers alone.
#ifndef VALOREM_TIER_TEXT_HPP
#define VALOREM_TIER_TEXT_HPP

#include <valorem/tier/explain.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace valorem::inline VALOREM_ABI::tier {

/// english names things by id and name, chinese by their labels where the program has them.
enum class language : std::uint8_t { english, chinese };

/// "gold: points short 1,240 or fee short 260 CNY/month"; gates first: "credit: overdue 1 too many (3, at most 2)".
/// Numbers are rounded to six decimals here, not in the explanation. Does not depend on the locale.
[[nodiscard]] VALOREM_EXPORT std::string to_text(const engine& e, const explanation& why,
                                                 language in = language::english);

/// What keeps a customer from the next tier up, as decide sees her; empty at the top.
[[nodiscard]] VALOREM_EXPORT std::string reason(const engine& e, std::span<const double> facts,
                                                language in = language::english);

/// The record as lines: the decision, the program with its fingerprint, each atom, what was not applied.
[[nodiscard]] VALOREM_EXPORT std::string to_text(const engine& e, const decision_record& what,
                                                 language in = language::english);

}  // namespace valorem::inline VALOREM_ABI::tier

#endif

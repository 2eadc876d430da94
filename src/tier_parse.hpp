// What the readers of a program's parts share.
#ifndef VALOREM_SRC_TIER_PARSE_HPP
#define VALOREM_SRC_TIER_PARSE_HPP

#include "json.hpp"
#include <valorem/tier/program.hpp>

#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI::tier::detail {

namespace json = valorem::detail::json;

/// The text under a key that may be left out: a label, a unit, a note.
[[nodiscard]] std::string optional_text(json::fields& f, std::string_view key);
/// v, which must be an array of at most so many.
json::value list_of(const json::value& v, std::string_view what, std::size_t most);
[[nodiscard]] date read_date(const json::value& v);
/// Place of the tier whose id stands there.
[[nodiscard]] ordinal read_tier(const json::value& v, const program& p);
/// Throws refusal "duplicate_id" at v where that id was seen before.
void refuse_twice(const json::value& v, std::string_view what, std::vector<std::string_view>& seen);

// Each reads one part into p, whose measures and tiers are known by then.
void read_measures(const json::value& v, program& p);
void read_gates(const json::value& v, program& p);
void read_tiers(const json::value& v, program& p);
void read_review(const json::value& v, program& p);
void read_quotas(const json::value& v, program& p);
void read_benefits(const json::value& v, program& p);
/// Appends to `all`, within which no two fixes of one customer may overlap.
void read_overrides(const json::value& v, const program& p, std::vector<override_rule>& all);

/// A value of a measure as a rule writes it: a number, a level's name, a boolean.
[[nodiscard]] double read_threshold(const json::value& v, const measure& m);
/// Adds the nodes of a rule and returns its root.
[[nodiscard]] ordinal read_rule(const json::value& v, program& p);

}  // namespace valorem::inline VALOREM_ABI::tier::detail

#endif

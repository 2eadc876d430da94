// Tier programs from JSON, with the line, column and pointer of whatever is wrong in them.
#ifndef VALOREM_TIER_PARSE_HPP
#define VALOREM_TIER_PARSE_HPP

#include <valorem/tier/program.hpp>

#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI::tier {

/// Reads a program (docs/schema/tier-program-1.schema.json): JSON in UTF-8 of at most 1 MiB and 64 brackets deep. Needs
/// valorem::compiled. Lines and columns count from 1, columns in characters. The codes of a refusal:
/// of the text: "empty", "truncated", "syntax", "trailing_bytes", "duplicate_key", "too_deep", "too_large",
/// "number_out_of_range", "not_a_number", "not_utf8", "lone_surrogate", "embedded_nul";
/// of the meaning: "wrong_type", "missing_key", "unknown_key", "unknown_value", "unknown_measure", "unknown_tier",
/// "unknown_level", "unsupported_schema", "bad_name", "bad_date", "bad_interval", "out_of_range", "empty_rule",
/// "empty_list", "many_conditions", "count_out_of_range", "threshold_outside_domain", "steps_not_monotone",
/// "duplicate_id", "base_with_rule", "conflicting_keys", "too_many", "two_fixes", "wrong_program".
/// An unknown name comes with the nearest known one.
[[nodiscard]] VALOREM_EXPORT result<program> parse(std::string_view json);

/// Reads overrides that are kept apart from their program: {"schema": "tier-overrides/1", "program": id, "overrides":
/// [...]}. Same codes. Two fixes of one customer whose dates overlap are refused, also against those within the
/// program.
[[nodiscard]] VALOREM_EXPORT result<std::vector<override_rule>> parse_overrides(std::string_view json,
                                                                                const program& p);

}  // namespace valorem::inline VALOREM_ABI::tier

#endif

// A tier program as plain data: what is measured, what bars a customer, which tiers there are and what each one asks
// for.
#ifndef VALOREM_TIER_PROGRAM_HPP
#define VALOREM_TIER_PROGRAM_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/record/calendar.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace valorem::inline VALOREM_ABI::tier {

/// The place of a measure, gate, tier or node in its list, from 0.
using ordinal = std::uint16_t;
inline constexpr ordinal no_ordinal = 0xffff;

/// What a program may hold; a reader refuses more, an engine too.
inline constexpr std::size_t max_measures = 256;
inline constexpr std::size_t max_levels = 256;
inline constexpr std::size_t max_steps = 1024;  ///< of one term of a score
inline constexpr std::size_t max_gates = 64;
inline constexpr std::size_t max_tiers = 256;
inline constexpr std::size_t max_nodes = 16384;
inline constexpr std::size_t max_depth = 64;  ///< of connectives within each other

enum class better : std::uint8_t { higher, lower };

/// Over which time a fact is taken, and how: kept for whoever computes the fact; the engine does not compute it.
struct window {
  enum class kind : std::uint8_t { rolling, calendar, anniversary };
  enum class part : std::uint8_t { current, last_complete };
  enum class aggregate : std::uint8_t { sum, count, max, min, last, min_over_window };
  kind over = kind::rolling;
  int months = 12;             ///< of a rolling window: (as_of - months, as_of]
  part which = part::current;  ///< of a calendar or anniversary year
  aggregate how = aggregate::sum;
  bool operator==(const window&) const = default;
};

struct interval {
  double low, high;
  bool operator==(const interval&) const = default;
};

/// From this value of the underlying fact on (upwards where higher is better, downwards where lower is), that many
/// points.
struct score_step {
  double from, points;
  bool operator==(const score_step&) const = default;
};

struct score_term {
  ordinal of = no_ordinal;        ///< a measure that is not itself a score
  std::vector<score_step> steps;  ///< ever harder to reach, never fewer points
  bool operator==(const score_term&) const = default;
};

/// One thing that rules ask about. A fact of a flag is 0 or 1, of levels the level's place from 0 (worst); a score is
/// computed, the sum of its terms' points, and takes no fact.
struct measure {
  enum class kind : std::uint8_t { number, flag, levels, score };
  std::string name;
  std::string label = {};  ///< for people; empty: the name
  std::string unit = {};
  std::string note = {};
  kind is = kind::number;
  better direction = better::higher;
  std::optional<interval> domain = {};
  std::optional<double> missing = {};  ///< the fact where it is unknown (NaN)
  std::optional<window> over = {};
  std::vector<std::string> levels = {};  ///< worst to best
  std::vector<score_term> score = {};
  bool operator==(const measure&) const = default;
};

/// A condition, or a connective over the nodes [first, first + count). Children stand behind their parent.
struct node {
  enum class kind : std::uint8_t { atom, all, any, at_least };
  kind is = kind::atom;
  ordinal need = 0;  ///< at_least: how many must hold
  ordinal first = 0, count = 0;
  ordinal measure = 0;  ///< atom
  double threshold = 0;
  bool operator==(const node&) const = default;
};

/// Holds a customer at or below `otherwise` where `require` fails. unknown says what an unknown fact does.
struct gate {
  enum class unknown_as : std::uint8_t { fail, pass, error };
  std::string id;
  std::string label = {};
  std::string note = {};
  ordinal require = no_ordinal;  ///< a node
  ordinal otherwise = 0;         ///< a tier
  unknown_as unknown = unknown_as::fail;
  bool operator==(const gate&) const = default;
};

/// One tier. The first of a program is the base: it has no rules and always holds.
struct rule {
  std::string id;
  std::string label = {};
  std::string note = {};
  ordinal enter = no_ordinal;  ///< a node
  ordinal keep = no_ordinal;   ///< a node, or none
  std::optional<bool> vip = {};
  bool operator==(const rule&) const = default;
};

struct review_policy {
  enum class alignment : std::uint8_t { none, calendar, anniversary };
  enum class upgrading : std::uint8_t { immediate, next_period };
  enum class dropping : std::uint8_t { one, fit };
  int valid_months = 12;
  alignment align = alignment::none;
  upgrading upgrade = upgrading::immediate;
  int grace_months = 0;
  int grace_times = 0;
  dropping drop = dropping::one;
  bool operator==(const review_policy&) const = default;
};

/// At most max_share of the base may hold these tiers; who comes first is decided by rank_by.
struct quota {
  struct key {
    std::string column;  ///< a measure, "value" or "id"
    bool descending = true;
    bool operator==(const key&) const = default;
  };
  std::vector<ordinal> tiers;
  double max_share = 1;
  std::vector<key> rank_by = {};
  bool protect_valid = false;
  bool operator==(const quota&) const = default;
};

/// What a tier is given; the library attaches no meaning to the name.
struct benefit {
  ordinal tier = 0;
  std::string name;
  std::variant<double, std::string, bool> value;
  std::optional<double> unit_cost = {};
  bool operator==(const benefit&) const = default;
};

/// A dated exception for one customer, in force on [from, to).
struct override_rule {
  enum class kind : std::uint8_t { floor, cap, fix };
  std::string customer;
  kind is = kind::floor;
  ordinal tier = 0;
  date from;
  std::optional<date> to = {};
  std::string reason = {};
  std::string by = {};
  bool in_quota = true;
  bool beats_gates = false;
  bool operator==(const override_rule&) const = default;
};

struct program {
  std::string id;
  std::string version;
  std::string note = {};
  std::optional<date> effective_from = {};  ///< in effect on [from, to)
  std::optional<date> effective_to = {};
  std::vector<measure> measures;
  std::vector<gate> gates = {};
  std::vector<rule> tiers;  ///< worst to best
  std::vector<node> nodes;
  std::optional<review_policy> review = {};
  std::vector<quota> quotas = {};
  std::vector<benefit> benefits = {};
  std::vector<override_rule> overrides = {};
  /// FNV-1a-64 of the RFC 8785 form of the text it was read from: layout and the order of keys do not matter, notes do.
  /// 0 where it was built by hand.
  std::uint64_t fingerprint = 0;
  bool operator==(const program&) const = default;
};

/// Throws contract_error, naming what is wrong, where an engine could not run p: a place out of range, a number that
/// is not finite, a name twice, more than the bounds above, or nodes that share children so often that they unfold to
/// more than 65,536. A program that was parsed always passes.
VALOREM_EXPORT void require_valid(const program& p);

/// Names of the measures that need a fact, in the order in which an engine takes the facts: all but the scores.
[[nodiscard]] VALOREM_EXPORT std::vector<std::string> required_measures(const program& p);

/// Which parts of p are kept but not acted on by a decision: of "keep", "review", "quota", "overrides", "benefits".
[[nodiscard]] VALOREM_EXPORT std::vector<std::string> not_applied(const program& p);

/// Whether holders of that tier are VIPs: those of tiers that say so; where none says so, of every tier above the base
/// that does not deny it. t must be a tier of p.
[[nodiscard]] VALOREM_EXPORT bool is_vip(const program& p, ordinal t);

/// Whether p is in effect on that day. A program without dates always is.
[[nodiscard]] VALOREM_EXPORT bool covers(const program& p, date day);

/// Place of the tier or measure of that name, or no_ordinal.
[[nodiscard]] VALOREM_EXPORT ordinal find_tier(const program& p, std::string_view id);
[[nodiscard]] VALOREM_EXPORT ordinal find_measure(const program& p, std::string_view name);

/// The fact that stands for a level's name (its place from 0, worst); NaN where m has no such level.
[[nodiscard]] VALOREM_EXPORT double level_fact(const measure& m, std::string_view level);

}  // namespace valorem::inline VALOREM_ABI::tier

#endif

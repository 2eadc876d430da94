// What a customer lacks for a tier: exact shortfalls, every route that is not worse than another.
#ifndef VALOREM_TIER_EXPLAIN_HPP
#define VALOREM_TIER_EXPLAIN_HPP

#include <valorem/tier/engine.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI::tier {

/// One measure that falls short. gap > 0 is what must be added where higher is better, taken away where lower is: the
/// difference, rounded up where needed so that paying it arrives in double arithmetic. An unknown fact has have = gap =
/// NaN. A score with unknown facts has what is certain of it, the gap from there, and unknown = true where the facts
/// that are unknown could close it.
struct shortfall {
  ordinal measure = 0;
  double have = 0, need = 0, gap = 0;
  bool unknown = false;
};

/// One way: all its gaps must be closed. cost = sum of weight x gap.
struct option {
  std::vector<shortfall> gaps;
  double cost = 0;
};

/// A gate that holds the customer below the target, and the ways to pass it.
struct gate_gap {
  ordinal gate = 0;
  std::vector<option> options;
};

struct explanation {
  ordinal target = 0;
  decision now;
  verdict enters = verdict::no;  ///< how the target's rule stands
  bool too_complex = false;      ///< a rule has more than max_corners ways: not all options are listed
  std::vector<gate_gap> gates;   ///< each must be passed
  std::vector<option> options;   ///< any one of them suffices; none where the target's rule holds
  std::vector<ordinal> unknown;  ///< measures with unknown facts that stand in an option
};

/// Which gaps part a customer from the target tier (domain: a tier of the program; facts as decide takes them). Options
/// that ask at least as much as another in every measure are dropped. Known options come before those that wait for an
/// unknown fact, few measures before many, then by cost, then in the order of the program's text. weights: cost of one
/// unit of each measure of the program, finite and not negative; none = all 0. Throws contract_error for a target,
/// facts or weights outside that. Same-bits.
[[nodiscard]] VALOREM_EXPORT explanation explain(const engine& e, std::span<const double> facts, ordinal target,
                                                 std::span<const double> weights = {});

/// One condition that was looked at. margin >= 0 where it holds: value - threshold, or its opposite where lower is
/// better.
struct atom_record {
  bool of_gate = false;
  ordinal place = 0;  ///< of the gate or tier
  std::string measure, unit;
  double value = 0, threshold = 0, margin = 0;
  verdict holds = verdict::unknown;
};

/// A decision with all that led to it, for the file.
struct decision_record {
  std::string program, version;
  std::uint64_t fingerprint = 0;
  date as_of;
  bool in_effect = true;  ///< whether the program covers as_of
  decision made;
  std::string tier;
  std::vector<atom_record> atoms;  ///< of all gates, of the tier granted and of the next one above it
  std::vector<std::string> not_applied;
};

/// The record of what decide says of these facts. as_of is the day they are of. Throws contract_error where the number
/// of facts is wrong. Same-bits.
[[nodiscard]] VALOREM_EXPORT decision_record record(const engine& e, std::span<const double> facts, date as_of);

}  // namespace valorem::inline VALOREM_ABI::tier

#endif

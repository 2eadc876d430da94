// Decides who holds which tier: strong Kleene logic over facts of which some may be unknown.
#ifndef VALOREM_TIER_ENGINE_HPP
#define VALOREM_TIER_ENGINE_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/tier/corner.hpp>
#include <valorem/tier/program.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI::tier {

/// Strong Kleene truth, in its order: all is the least of its children, any the greatest.
enum class verdict : std::uint8_t { no, unknown, yes };

/// Where a tier comes from: granted by its rule; lowered by a gate; or nobody can say, because a gate that must know
/// its facts does not (then the tier is the base).
enum class outcome : std::uint8_t { granted, gate, undecided };

[[nodiscard]] constexpr std::string_view name(outcome o) noexcept {
  return o == outcome::granted ? "granted" : o == outcome::gate ? "gate" : "undecided";
}

inline constexpr std::uint8_t no_gate = 0xff;

struct decision {
  ordinal tier = 0;             ///< what the customer holds
  ordinal candidate = 0;        ///< what her facts would grant without gates
  std::uint8_t gate = no_gate;  ///< the gate that lowered or undecided it
  outcome how = outcome::undecided;
  status state =
      status::invalid;  ///< ok; unknown_fact: another tier is possible once the unknown facts are known; invalid
  bool vip = false;
  bool operator==(const decision&) const = default;
};

/// What is known of a measure: low = high where it is a known number, minus to plus infinity where it is unknown. A
/// score of which some facts are unknown lies between what it has for certain and what it could have.
struct reading {
  double low, high;
};

/// A program made ready to decide. Immutable: any number of threads may ask one engine; a new program is a new engine.
class VALOREM_EXPORT engine {
 public:
  /// Throws contract_error where require_valid does.
  explicit engine(program p);

  [[nodiscard]] const program& source() const noexcept { return program_; }
  /// Names of the facts in the order that decide takes them.
  [[nodiscard]] std::span<const std::string> facts() const noexcept { return facts_; }

  /// The tier of one customer: facts in the order of facts(), NaN = unknown. Thresholds are compared as they stand,
  /// without tolerance: higher is better x >= threshold, lower is better x <= threshold. The highest tier whose enter
  /// rule holds is the candidate, the first tier always holds; an unknown never grants; a gate that fails caps. A wrong
  /// number of facts gives status invalid. Same-bits; allocates nothing.
  [[nodiscard]] decision decide(std::span<const double> facts) const noexcept;

  /// The same, row by row, over one column for each fact. Throws contract_error where their number or lengths differ.
  /// Same-bits.
  void decide(std::span<const std::span<const double>> columns, std::span<decision> out,
              const execution& how = {}) const;

  /// How a tier's enter rule or a gate's require rule stands on these facts, and what is known of a measure. facts must
  /// be as many as facts() says; t, g and m must be in range. The base always stands at yes.
  [[nodiscard]] verdict enters(ordinal t, std::span<const double> facts) const noexcept;
  [[nodiscard]] verdict passes(ordinal g, std::span<const double> facts) const noexcept;
  [[nodiscard]] reading read(ordinal m, std::span<const double> facts) const noexcept;

  /// The minimal corners of a tier's enter rule (of the base: none) or of a gate's; null where there are too many.
  [[nodiscard]] const std::vector<corner>* ways_into(ordinal t) const noexcept;
  [[nodiscard]] const std::vector<corner>* ways_through(ordinal g) const noexcept;

 private:
  struct step {
    enum class op : std::uint8_t { higher, lower, score, open, close };
    op what;
    node::kind is;
    ordinal need;   // open: how many children must hold
    ordinal where;  // higher, lower: the fact; score: the measure
    double threshold, missing;
  };
  struct stretch {
    std::uint32_t first = 0, count = 0;
  };
  struct machine;

  [[nodiscard]] stretch compile(ordinal root);
  void unfold(ordinal at);

  program program_;
  std::vector<std::string> facts_;
  std::vector<ordinal> fact_of_;  // place among the facts by measure
  std::vector<double> missing_;   // by fact; NaN: stays unknown
  std::vector<step> steps_;
  std::vector<stretch> tiers_, gates_;
  std::vector<std::optional<std::vector<corner>>> into_, through_;
  std::vector<std::uint8_t> vip_;
};

}  // namespace valorem::inline VALOREM_ABI::tier

#endif

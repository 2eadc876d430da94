// The ways to satisfy a rule: its minimal corners, each a set of thresholds of which none can be spared.
#ifndef VALOREM_TIER_CORNER_HPP
#define VALOREM_TIER_CORNER_HPP

#include <valorem/tier/program.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace valorem::inline VALOREM_ABI::tier {

struct demand {
  ordinal measure;
  double threshold;
  bool operator==(const demand&) const = default;
};

/// One demand for each measure at most, in the order of the program's measures.
using corner = std::vector<demand>;

inline constexpr std::size_t max_corners = 4096;

/// Comparisons of two corners that one rule, or all rules of an engine, may take: well under a second.
inline constexpr std::size_t max_corner_comparisons = std::size_t{1} << 25U;

/// The antichain of minimal corners of the rule at that node, in the order of the program's text: the rule holds if and
/// only if all demands of one of them hold. Nothing where more than max_corners had to be kept on the way, or more than
/// `comparisons` were needed, which is taken down by those that were made. p must be one that require_valid accepts;
/// throws contract_error where `at` is no node of it.
[[nodiscard]] VALOREM_EXPORT std::optional<std::vector<corner>> minimal_corners(const program& p, ordinal at,
                                                                                std::size_t& comparisons);
[[nodiscard]] inline std::optional<std::vector<corner>> minimal_corners(const program& p, ordinal at) {
  std::size_t comparisons = max_corner_comparisons;
  return minimal_corners(p, at, comparisons);
}

}  // namespace valorem::inline VALOREM_ABI::tier

#endif

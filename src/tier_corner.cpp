// Rules as antichains of minimal corners: a disjunction joins them, a conjunction multiplies them, the dominated ones
// go.
#include <valorem/tier/corner.hpp>

#include <algorithm>
#include <cstdint>

namespace valorem::inline VALOREM_ABI::tier {
namespace {

class corner_maker {
 public:
  corner_maker(const program& p, std::size_t& comparisons) : p_(p), left_(comparisons) {}

  /// Empty where it became too many: a rule without any corner does not exist.
  [[nodiscard]] std::vector<corner> of(ordinal at) {
    const node& n = p_.nodes[at];
    if (n.is == node::kind::atom) return {{{n.measure, n.threshold}}};
    const std::size_t need = n.is == node::kind::all ? n.count : n.is == node::kind::any ? 1 : n.need;
    // ways[j]: to satisfy at least j of the children seen so far. Taking more than needed is never minimal.
    std::vector<std::vector<corner>> ways(need + 1);
    ways[0] = {corner{}};
    for (std::size_t i = 0; i < n.count; ++i) {
      const std::vector<corner> child = of(static_cast<ordinal>(n.first + i));
      if (child.empty()) return {};
      const std::size_t left = n.count - i - 1;
      for (std::size_t j = std::min(need, i + 1); j >= 1 && j + left >= need; --j) {
        if (!join(ways[j], product(ways[j - 1], child)) || too_many_) return {};
      }
    }
    return ways[need];
  }

 private:
  /// Whether b asks at least as much as a in every measure of a.
  [[nodiscard]] bool dominates(const corner& a, const corner& b) {
    --left_;
    if (a.size() > b.size()) return false;
    auto other = b.begin();
    for (const demand& d : a) {
      while (other != b.end() && other->measure < d.measure) ++other;
      if (other == b.end() || other->measure != d.measure || easier(*other, d)) return false;
    }
    return true;
  }

  [[nodiscard]] bool easier(const demand& a, const demand& b) const {
    return p_.measures[a.measure].direction == better::higher ? a.threshold < b.threshold : a.threshold > b.threshold;
  }

  /// Adds a corner unless one in the list dominates it; drops those that it dominates.
  [[nodiscard]] bool add(std::vector<corner>& list, corner c) {
    if (left_ < 2 * list.size()) return false;
    for (const corner& known : list) {
      if (dominates(known, c)) return true;
    }
    std::erase_if(list, [&](const corner& known) { return dominates(c, known); });
    list.push_back(std::move(c));
    return list.size() <= max_corners;
  }

  [[nodiscard]] bool join(std::vector<corner>& list, std::vector<corner> more) {
    if (list.empty()) {  // nothing to compare with: more is an antichain already
      list = std::move(more);
      return true;
    }
    for (corner& c : more) {
      if (!add(list, std::move(c))) return false;
    }
    return true;
  }

  [[nodiscard]] corner both(const corner& a, const corner& b) const {
    corner out;
    auto x = a.begin(), y = b.begin();
    while (x != a.end() && y != b.end()) {
      if (x->measure < y->measure) {
        out.push_back(*x++);
      } else if (y->measure < x->measure) {
        out.push_back(*y++);
      } else {
        out.push_back(easier(*x, *y) ? *y : *x);
        ++x;
        ++y;
      }
    }
    out.insert(out.end(), x, a.end());
    out.insert(out.end(), y, b.end());
    return out;
  }

  [[nodiscard]] std::vector<corner> product(const std::vector<corner>& a, const std::vector<corner>& b) {
    std::vector<corner> out;
    constexpr std::size_t cost_of_merging = 16;  // in comparisons
    const std::size_t size = a.size() * b.size();
    too_many_ = too_many_ || size > max_corners || left_ < cost_of_merging * size;
    if (too_many_) return out;
    left_ -= cost_of_merging * size;
    for (const corner& x : a) {
      for (const corner& y : b) too_many_ = too_many_ || !add(out, both(x, y));
    }
    return out;
  }

  const program& p_;
  std::size_t& left_;
  bool too_many_ = false;
};

}  // namespace

std::optional<std::vector<corner>> minimal_corners(const program& p, ordinal at, std::size_t& comparisons) {
  if (at >= p.nodes.size()) throw contract_error("minimal_corners: the program has no such node");
  std::vector<corner> found = corner_maker(p, comparisons).of(at);
  if (found.empty()) return std::nullopt;
  return found;
}

}  // namespace valorem::inline VALOREM_ABI::tier

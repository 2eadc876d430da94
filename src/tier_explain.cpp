// Shortfalls: for each minimal corner what is missing, then only the ways that are not worse than another.
#include <valorem/numeric/elementary.hpp>
#include <valorem/tier/explain.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace valorem::inline VALOREM_ABI::tier {
namespace {

using numeric::detail::infinity;
using numeric::detail::not_a_number;

double next_up(double positive) noexcept {
  return positive < infinity ? std::bit_cast<double>(std::bit_cast<std::uint64_t>(positive) + 1) : positive;
}

/// need - have > 0, rounded so that have + gap arrives. One step up is enough: the difference is off by half a step at
/// most.
double gap_up(double have, double need) noexcept {
  const double gap = need - have;
  return have + gap < need ? next_up(gap) : gap;
}

class explainer {
 public:
  explainer(const engine& e, std::span<const double> facts, std::span<const double> weights)
      : e_(e), p_(e.source()), facts_(facts), weights_(weights) {}

  /// What each way asks of this customer; nothing where there are too many ways.
  [[nodiscard]] std::vector<option> options(const std::vector<corner>* corners) const {
    std::vector<option> found;
    if (corners == nullptr) return found;
    for (const corner& c : *corners) add(found, ask(c));
    std::stable_sort(found.begin(), found.end(), [](const option& a, const option& b) {
      const bool a_waits = waits(a), b_waits = waits(b);
      if (a_waits != b_waits) return b_waits;
      if (a.gaps.size() != b.gaps.size()) return a.gaps.size() < b.gaps.size();
      return a.cost < b.cost;
    });
    return found;
  }

 private:
  static bool waits(const option& o) {
    return std::any_of(o.gaps.begin(), o.gaps.end(), [](const shortfall& s) { return s.unknown; });
  }

  [[nodiscard]] option ask(const corner& c) const {
    option out;
    for (const demand& d : c) {
      const reading r = e_.read(d.measure, facts_);
      const bool higher = p_.measures[d.measure].direction == better::higher;
      if (higher ? r.low >= d.threshold : r.high <= d.threshold) continue;
      shortfall s{d.measure, r.low, d.threshold, 0, higher ? r.high >= d.threshold : r.low <= d.threshold};
      const bool nothing_known = r.low == -infinity && r.high == infinity;
      if (nothing_known) {
        s.have = s.gap = not_a_number;
      } else {
        s.gap = higher ? gap_up(s.have, s.need) : gap_up(-s.have, -s.need);
        const double weight = weights_.empty() ? 0 : weights_[d.measure];
        if (weight > 0) out.cost += weight * s.gap;
      }
      out.gaps.push_back(s);
    }
    return out;
  }

  /// How much a gap asks, comparable between two gaps of one measure: of an unknown fact, the one with the nearer bar.
  [[nodiscard]] double size(const shortfall& s) const noexcept {
    if (!numeric::is_nan(s.gap)) return s.gap;
    return p_.measures[s.measure].direction == better::higher ? s.need : -s.need;
  }

  /// Whether a asks no more than b in every measure.
  [[nodiscard]] bool no_worse(const option& a, const option& b) const {
    auto other = b.gaps.begin();
    for (const shortfall& s : a.gaps) {
      while (other != b.gaps.end() && other->measure < s.measure) ++other;
      if (other == b.gaps.end() || other->measure != s.measure || size(*other) < size(s)) return false;
    }
    return true;
  }

  void add(std::vector<option>& list, option o) const {
    for (const option& known : list) {
      if (no_worse(known, o)) return;
    }
    std::erase_if(list, [&](const option& known) { return no_worse(o, known); });
    list.push_back(std::move(o));
  }

  const engine& e_;
  const program& p_;
  std::span<const double> facts_, weights_;
};

void note_unknown(explanation& out, const std::vector<option>& options) {
  for (const option& o : options) {
    for (const shortfall& s : o.gaps) {
      if (s.unknown && std::find(out.unknown.begin(), out.unknown.end(), s.measure) == out.unknown.end()) {
        out.unknown.push_back(s.measure);
      }
    }
  }
}

/// Whether a gate keeps the customer below the target.
bool bars(const gate& g, verdict passes, ordinal target) {
  const bool fails = passes == verdict::no || (passes == verdict::unknown && g.unknown != gate::unknown_as::pass);
  const bool undecided = passes == verdict::unknown && g.unknown == gate::unknown_as::error;
  return fails && (g.otherwise < target || (undecided && target > 0));
}

void add_atoms(decision_record& out, const engine& e, std::span<const double> facts, ordinal at, bool of_gate,
               ordinal place) {
  const program& p = e.source();
  const node& n = p.nodes[at];
  if (n.is != node::kind::atom) {
    for (std::size_t i = 0; i < n.count; ++i)
      add_atoms(out, e, facts, static_cast<ordinal>(n.first + i), of_gate, place);
    return;
  }
  const measure& m = p.measures[n.measure];
  const reading r = e.read(n.measure, facts);
  const bool higher = m.direction == better::higher;
  atom_record a{of_gate, place, m.name, m.unit, r.low, n.threshold, 0, verdict::unknown};
  if (higher ? r.low >= n.threshold : r.high <= n.threshold) a.holds = verdict::yes;
  if (higher ? r.high < n.threshold : r.low > n.threshold) a.holds = verdict::no;
  if (r.low == -infinity && r.high == infinity) a.value = not_a_number;
  a.margin = higher ? a.value - a.threshold : a.threshold - a.value;
  out.atoms.push_back(std::move(a));
}

void require_facts(const engine& e, std::span<const double> facts) {
  if (facts.size() != e.facts().size()) {
    throw contract_error("tier engine: " + std::to_string(facts.size()) + " facts for " +
                         std::to_string(e.facts().size()) + " measures");
  }
}

}  // namespace

explanation explain(const engine& e, std::span<const double> facts, ordinal target, std::span<const double> weights) {
  const program& p = e.source();
  require_facts(e, facts);
  if (target >= p.tiers.size()) throw contract_error("explain: the program has no such tier");
  if (!weights.empty()) require_equal_length(weights.size(), "weights", p.measures.size(), "measures");
  for (const double w : weights) {
    if (!numeric::is_finite(w) || w < 0) throw contract_error("explain: a weight must be finite and not negative");
  }

  explanation out;
  out.target = target;
  out.now = e.decide(facts);
  out.enters = e.enters(target, facts);
  const explainer ways(e, facts, weights);
  for (std::size_t g = 0; g < p.gates.size(); ++g) {
    if (!bars(p.gates[g], e.passes(static_cast<ordinal>(g), facts), target)) continue;
    const auto* corners = e.ways_through(static_cast<ordinal>(g));
    out.too_complex = out.too_complex || corners == nullptr;
    out.gates.push_back({static_cast<ordinal>(g), ways.options(corners)});
    note_unknown(out, out.gates.back().options);
  }
  if (out.enters == verdict::yes) return out;
  const auto* corners = e.ways_into(target);
  out.too_complex = out.too_complex || corners == nullptr;
  out.options = ways.options(corners);
  note_unknown(out, out.options);
  return out;
}

decision_record record(const engine& e, std::span<const double> facts, date as_of) {
  const program& p = e.source();
  require_facts(e, facts);
  decision_record out;
  out.program = p.id;
  out.version = p.version;
  out.fingerprint = p.fingerprint;
  out.as_of = as_of;
  out.in_effect = covers(p, as_of);
  out.made = e.decide(facts);
  out.tier = p.tiers[out.made.tier].id;
  for (std::size_t g = 0; g < p.gates.size(); ++g) {
    add_atoms(out, e, facts, p.gates[g].require, true, static_cast<ordinal>(g));
  }
  const std::size_t last = std::min<std::size_t>(out.made.tier + 1U, p.tiers.size() - 1);
  for (std::size_t t = std::max<std::size_t>(out.made.tier, 1); t <= last; ++t) {
    add_atoms(out, e, facts, p.tiers[t].enter, false, static_cast<ordinal>(t));
  }
  out.not_applied = not_applied(p);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI::tier

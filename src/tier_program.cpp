// Questions to a tier program, and the check that a program built by hand must pass.
#include <valorem/tier/program.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace valorem::inline VALOREM_ABI::tier {
namespace {

constexpr std::size_t most_unfolded = 65'536;  // nodes, where parents share children

[[noreturn]] void wrong(const std::string& what) {
  throw contract_error("tier program: " + what);
}

void demand_that(bool holds, const std::string& what) {
  if (!holds) wrong(what);
}

template <class Range, class Name>
void names_are_unique(const Range& range, std::string_view what, Name name) {
  std::set<std::string_view> seen;
  for (const auto& item : range) {
    const std::string& n = name(item);
    demand_that(!n.empty(), std::string(what) + " without a name");
    demand_that(seen.insert(n).second, std::string(what) + " \"" + n + "\" stands twice");
  }
}

bool steps_are_monotone(const std::vector<score_step>& steps, better direction) {
  const score_step* before = nullptr;
  for (const score_step& s : steps) {
    if (!numeric::is_finite(s.from) || !numeric::is_finite(s.points) || s.points < 0) return false;
    if (before != nullptr) {
      if (direction == better::higher ? s.from <= before->from : s.from >= before->from) return false;
      if (s.points < before->points) return false;
    }
    before = &s;
  }
  return !steps.empty() && steps.size() <= max_steps;
}

void check_measures(const program& p) {
  demand_that(p.measures.size() <= max_measures, "too many measures");
  names_are_unique(p.measures, "a measure", [](const measure& m) -> const std::string& { return m.name; });
  for (const measure& m : p.measures) {
    const bool is_score = m.is == measure::kind::score;
    demand_that(!m.missing || (numeric::is_finite(*m.missing) && !is_score), "a bad value for missing in " + m.name);
    const bool enough = m.is == measure::kind::levels ? m.levels.size() >= 2 : m.levels.empty();
    demand_that(enough && m.levels.size() <= max_levels, "bad levels in " + m.name);
    demand_that(is_score == !m.score.empty(), "bad score terms in " + m.name);
    demand_that(m.direction == better::higher || (m.is != measure::kind::levels && !is_score),
                m.name + " cannot be better when lower");
    for (const score_term& t : m.score) {
      demand_that(t.of < p.measures.size() && p.measures[t.of].is != measure::kind::score, "a bad term in " + m.name);
      demand_that(steps_are_monotone(t.steps, p.measures[t.of].direction), "steps that are not monotone in " + m.name);
    }
  }
}

void check_nodes(const program& p) {
  demand_that(p.nodes.size() <= max_nodes, "too many nodes");
  for (std::size_t i = 0; i < p.nodes.size(); ++i) {
    const node& n = p.nodes[i];
    if (n.is == node::kind::atom) {
      demand_that(n.measure < p.measures.size(), "an atom without its measure");
      demand_that(numeric::is_finite(n.threshold), "a threshold that is not finite");
      continue;
    }
    demand_that(n.count > 0, "a connective without children");
    demand_that(n.first > i && std::size_t{n.first} + n.count <= p.nodes.size(),
                "children that do not follow their parent");
    demand_that(n.is != node::kind::at_least || (n.need >= 1 && n.need <= n.count),
                "at_least outside 1 to its children");
  }
}

/// Children stand behind their parents, so one pass from the end knows how far each node unfolds and how deep it goes.
void check_unfolding(const program& p) {
  std::vector<std::size_t> size(p.nodes.size(), 1), depth(p.nodes.size(), 0);
  for (std::size_t i = p.nodes.size(); i-- > 0;) {
    const node& n = p.nodes[i];
    if (n.is == node::kind::atom) continue;
    for (std::size_t c = n.first; c < std::size_t{n.first} + n.count; ++c) {
      size[i] = std::min(size[i] + size[c], most_unfolded + 1);
      depth[i] = std::max(depth[i], depth[c]);
    }
    ++depth[i];
    demand_that(depth[i] <= max_depth, "connectives nested too deep");
  }
  std::size_t total = 0;
  for (const gate& g : p.gates) total = std::min(total + size[g.require], most_unfolded + 1);
  for (std::size_t i = 1; i < p.tiers.size(); ++i) total = std::min(total + size[p.tiers[i].enter], most_unfolded + 1);
  demand_that(total <= most_unfolded, "nodes that share children unfold too far");
}

void check_roots(const program& p) {
  demand_that(p.gates.size() <= max_gates, "too many gates");
  demand_that(p.tiers.size() <= max_tiers && !p.tiers.empty(), "no tiers, or too many");
  names_are_unique(p.gates, "a gate", [](const gate& g) -> const std::string& { return g.id; });
  names_are_unique(p.tiers, "a tier", [](const rule& r) -> const std::string& { return r.id; });
  for (const gate& g : p.gates) {
    demand_that(g.require < p.nodes.size() && g.otherwise < p.tiers.size(), "a gate without its rule or tier: " + g.id);
  }
  demand_that(p.tiers.front().enter == no_ordinal && p.tiers.front().keep == no_ordinal, "the base has rules");
  for (std::size_t i = 1; i < p.tiers.size(); ++i) {
    const rule& r = p.tiers[i];
    demand_that(r.enter < p.nodes.size() && (r.keep == no_ordinal || r.keep < p.nodes.size()),
                "a tier without its rule: " + r.id);
  }
}

}  // namespace

void require_valid(const program& p) {
  check_measures(p);
  check_nodes(p);
  check_roots(p);
  check_unfolding(p);
}

std::vector<std::string> required_measures(const program& p) {
  std::vector<std::string> names;
  for (const measure& m : p.measures) {
    if (m.is != measure::kind::score) names.push_back(m.name);
  }
  return names;
}

std::vector<std::string> not_applied(const program& p) {
  std::vector<std::string> parts;
  const bool has_keep = std::any_of(p.tiers.begin(), p.tiers.end(), [](const rule& r) { return r.keep != no_ordinal; });
  if (has_keep) parts.emplace_back("keep");
  if (p.review) parts.emplace_back("review");
  if (!p.quotas.empty()) parts.emplace_back("quota");
  if (!p.overrides.empty()) parts.emplace_back("overrides");
  if (!p.benefits.empty()) parts.emplace_back("benefits");
  return parts;
}

bool is_vip(const program& p, ordinal t) {
  const bool some_say_so = std::any_of(p.tiers.begin(), p.tiers.end(), [](const rule& r) { return r.vip == true; });
  return p.tiers.at(t).vip.value_or(!some_say_so && t > 0);
}

bool covers(const program& p, date day) {
  return (!p.effective_from || *p.effective_from <= day) && (!p.effective_to || day < *p.effective_to);
}

ordinal find_tier(const program& p, std::string_view id) {
  const auto found = std::find_if(p.tiers.begin(), p.tiers.end(), [&](const rule& r) { return r.id == id; });
  return found == p.tiers.end() ? no_ordinal : static_cast<ordinal>(found - p.tiers.begin());
}

ordinal find_measure(const program& p, std::string_view name) {
  const auto found =
      std::find_if(p.measures.begin(), p.measures.end(), [&](const measure& m) { return m.name == name; });
  return found == p.measures.end() ? no_ordinal : static_cast<ordinal>(found - p.measures.begin());
}

double level_fact(const measure& m, std::string_view level) {
  const auto found = std::find(m.levels.begin(), m.levels.end(), level);
  return found == m.levels.end() ? std::numeric_limits<double>::quiet_NaN()
                                 : static_cast<double>(found - m.levels.begin());
}

}  // namespace valorem::inline VALOREM_ABI::tier

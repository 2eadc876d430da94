// The measures of a tier program and the rules over them.
#include "tier_parse.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace valorem::inline VALOREM_ABI::tier::detail {
namespace {

// Keys of a rule: a measure of such a name could not be asked for.
constexpr std::array<std::string_view, 5> reserved{"all", "any", "at_least", "of", "note"};

std::vector<std::string_view> names_of(const program& p) {
  std::vector<std::string_view> names;
  for (const measure& m : p.measures) names.emplace_back(m.name);
  return names;
}

[[noreturn]] void refuse_measure(const json::value& at, bool as_key, std::string_view name,
                                 std::vector<std::string_view> known) {
  std::string message = json::unknown("measure", name, known);
  if (as_key) at.refuse_key("unknown_measure", std::move(message));
  at.refuse("unknown_measure", std::move(message));
}

window read_window(const json::value& v) {
  constexpr std::array<std::string_view, 2> parts{"current", "last_complete"};
  constexpr std::array<std::string_view, 6> aggregates{"sum", "count", "max", "min", "last", "min_over_window"};
  json::fields f(v);
  window w;
  const auto rolling = f.find("rolling_months");
  const auto calendar = f.find("calendar");
  const auto anniversary = f.find("anniversary");
  const int kinds = (rolling ? 1 : 0) + (calendar ? 1 : 0) + (anniversary ? 1 : 0);
  if (kinds != 1)
    v.refuse("conflicting_keys", "a window has exactly one of \"rolling_months\", \"calendar\", \"anniversary\"");
  if (rolling) w.months = static_cast<int>(rolling->whole_within(1, 1200));
  if (calendar) w.over = window::kind::calendar;
  if (anniversary) w.over = window::kind::anniversary;
  if (!rolling) w.which = static_cast<window::part>((calendar ? calendar : anniversary)->one_of(parts));
  w.how = static_cast<window::aggregate>(f.require("agg").one_of(aggregates));
  (void)optional_text(f, "note");
  f.close();
  return w;
}

interval read_domain(const json::value& v) {
  v.expect(json::kind::array);
  if (v.size() != 2) v.refuse("bad_interval", "a domain is [least, greatest]");
  auto item = v.begin();
  const double low = (*item).number();
  const double high = (*++item).number();
  if (!(low < high)) v.refuse("bad_interval", "the least value of a domain must lie below the greatest");
  return {low, high};
}

void read_levels(const json::value& v, measure& m) {
  list_of(v, "levels", max_levels);
  if (v.size() < 2) v.refuse("empty_list", "levels are at least two names, from worst to best");
  std::vector<std::string_view> seen;
  for (const json::value item : v) {
    refuse_twice(item, "level", seen);
    m.levels.push_back(item.name());
  }
}

score_term read_term(const json::value& v, const program& p) {
  json::fields f(v);
  score_term t;
  const json::value of = f.require("of");
  t.of = find_measure(p, of.text());
  if (t.of == no_ordinal) refuse_measure(of, false, of.text(), names_of(p));
  const measure& m = p.measures[t.of];
  if (m.is == measure::kind::score) of.refuse("conflicting_keys", "a score cannot be made of another score");
  const json::value steps = f.require("steps");
  list_of(steps, "steps", max_steps);
  if (steps.empty()) steps.refuse("empty_list", "a score's term needs at least one step [from, points]");
  for (const json::value step : steps) {
    if (step.expect(json::kind::array).size() != 2) step.refuse("wrong_type", "a step is [from, points]");
    auto item = step.begin();
    const json::value from = *item, points = *++item;
    const score_step s{read_threshold(from, m), points.number_within(0, 1e15)};
    if (!t.steps.empty()) {
      const score_step& before = t.steps.back();
      const bool harder = m.direction == better::higher ? s.from > before.from : s.from < before.from;
      if (!harder) from.refuse("steps_not_monotone", "each step must be harder to reach than the one before");
      if (s.points < before.points) points.refuse("steps_not_monotone", "a harder step cannot bring fewer points");
    }
    t.steps.push_back(s);
  }
  (void)optional_text(f, "note");
  f.close();
  return t;
}

/// Everything of a measure but the terms of a score, which refer to other measures.
measure read_measure(const json::value& v) {
  constexpr std::array<std::string_view, 2> directions{"higher", "lower"};
  json::fields f(v);
  measure m;
  m.name = v.key();
  m.label = optional_text(f, "label");
  m.unit = optional_text(f, "unit");
  m.note = optional_text(f, "note");
  const auto levels = f.find("levels");
  const auto flag = f.find("flag");
  const auto score = f.find("score");
  if ((levels ? 1 : 0) + (flag ? 1 : 0) + (score ? 1 : 0) > 1) {
    v.refuse("conflicting_keys", "a measure has one of \"levels\", \"flag\", \"score\" at most");
  }
  if (flag && flag->boolean()) m.is = measure::kind::flag;
  if (score) m.is = measure::kind::score;
  if (levels) {
    m.is = measure::kind::levels;
    read_levels(*levels, m);
  }
  if (const auto direction = f.find("better")) {
    m.direction = static_cast<better>(direction->one_of(directions));
    if (m.direction == better::lower && (levels || score)) {
      direction->refuse("conflicting_keys",
                        levels ? "levels are listed from worst to best" : "more points of a score are better");
    }
  }
  if (const auto domain = f.find("domain")) {
    if (m.is != measure::kind::number)
      domain->refuse_key("conflicting_keys", "only a measure that is a number has a domain");
    m.domain = read_domain(*domain);
  }
  if (const auto over = f.find("window")) {
    if (score) over->refuse_key("conflicting_keys", "a score is computed and has no window of its own");
    m.over = read_window(*over);
  }
  if (const auto missing = f.find("missing")) {
    if (score)
      missing->refuse_key("conflicting_keys", "a score is computed from facts that have defaults of their own");
    // Both values of a flag make sense here, unlike in a rule.
    m.missing = m.is == measure::kind::flag ? (missing->boolean() ? 1.0 : 0.0) : read_threshold(*missing, m);
  }
  f.close();
  return m;
}

double most_points(const measure& m) {
  double sum = 0;
  for (const score_term& t : m.score) sum += t.steps.back().points;
  return sum;
}

void read_into(std::size_t slot, const json::value& v, program& p);

/// Children stand together, behind all that was read before.
void read_children(std::size_t slot, node::kind is, const json::value& list, program& p) {
  list.expect(json::kind::array);
  if (list.empty()) list.refuse("empty_rule", "a rule over no conditions says nothing");
  const std::size_t first = p.nodes.size();
  if (first + list.size() > max_nodes)
    list.refuse("too_many", "the rules hold more than " + std::to_string(max_nodes) + " conditions");
  p.nodes.resize(first + list.size());
  p.nodes[slot].is = is;
  p.nodes[slot].first = static_cast<ordinal>(first);
  p.nodes[slot].count = static_cast<ordinal>(list.size());
  std::size_t child = first;
  for (const json::value item : list) read_into(child++, item, p);
}

void read_atom(std::size_t slot, const json::value& v, program& p) {
  const ordinal m = find_measure(p, v.key());
  if (m == no_ordinal) {
    std::vector<std::string_view> known = names_of(p);
    known.insert(known.end(), {"all", "any", "at_least"});
    refuse_measure(v, true, v.key(), std::move(known));
  }
  p.nodes[slot].measure = m;
  p.nodes[slot].threshold = read_threshold(v, p.measures[m]);
}

void read_into(std::size_t slot, const json::value& v, program& p) {
  v.expect(json::kind::object);
  if (const auto note = v.find("note")) (void)note->text();
  const auto at_least = v.find("at_least");
  const auto of = v.find("of");
  if (at_least || of) {
    json::fields f(v);
    const json::value need = f.require("at_least");
    const json::value list = f.require("of").expect(json::kind::array);
    (void)optional_text(f, "note");
    f.close();
    const double k = need.number();
    if (list.empty()) list.refuse("empty_rule", "a rule over no conditions says nothing");
    if (!(k >= 1 && k <= static_cast<double>(list.size())) || k != static_cast<double>(static_cast<long long>(k))) {
      need.refuse("count_out_of_range", "at_least must be a whole number from 1 to the " + std::to_string(list.size()) +
                                            " conditions of \"of\"");
    }
    p.nodes[slot].need = static_cast<ordinal>(k);
    return read_children(slot, node::kind::at_least, list, p);
  }
  std::size_t conditions = 0;
  for (const json::value member : v) {
    if (member.key() == "note") continue;
    if (++conditions > 1) {
      member.refuse_key("many_conditions",
                        "a rule is one condition; put several into {\"all\": [...]} or {\"any\": [...]}");
    }
    if (member.key() == "all") {
      read_children(slot, node::kind::all, member, p);
    } else if (member.key() == "any") {
      read_children(slot, node::kind::any, member, p);
    } else {
      read_atom(slot, member, p);
    }
  }
  if (conditions == 0) v.refuse("empty_rule", "a rule without a condition says nothing");
}

}  // namespace

double read_threshold(const json::value& v, const measure& m) {
  switch (m.is) {
    case measure::kind::flag:
      if (v.boolean() != (m.direction == better::higher)) {
        v.refuse("threshold_outside_domain", m.direction == better::higher
                                                 ? "this flag is better when true, so a rule can only ask for true"
                                                 : "this flag is better when false, so a rule can only ask for false");
      }
      return v.boolean() ? 1 : 0;
    case measure::kind::levels: {
      const double level = level_fact(m, v.text());
      const std::vector<std::string_view> known(m.levels.begin(), m.levels.end());
      if (!(level >= 0)) v.refuse("unknown_level", json::unknown("level", v.text(), known));
      return level;
    }
    case measure::kind::score: {
      const double most = most_points(m);
      const double points = v.number();
      if (!(points >= 0 && points <= most)) {
        v.refuse("threshold_outside_domain",
                 json::number_text(points) + " points: " + m.name + " goes from 0 to " + json::number_text(most));
      }
      return points;
    }
    default: {
      const double x = v.number();
      if (m.domain && !(x >= m.domain->low && x <= m.domain->high)) {
        v.refuse("threshold_outside_domain", json::number_text(x) + " lies outside the domain of " +
                                                 json::quoted(m.name) + ", " + json::number_text(m.domain->low) +
                                                 " to " + json::number_text(m.domain->high));
      }
      return x;
    }
  }
}

void read_measures(const json::value& v, program& p) {
  v.expect(json::kind::object);
  if (v.size() > max_measures) v.refuse("too_many", "more than " + std::to_string(max_measures) + " measures");
  if (v.empty()) v.refuse("empty_list", "a program needs at least one measure");
  for (const json::value item : v) {
    (void)item.key_name();
    if (std::find(reserved.begin(), reserved.end(), std::string_view(item.key())) != reserved.end()) {
      item.refuse_key("bad_name", json::quoted(item.key()) + " is a word of the rules and cannot name a measure");
    }
    p.measures.push_back(read_measure(item));
  }
  std::size_t i = 0;
  for (const json::value item : v) {
    measure& m = p.measures[i++];
    if (m.is != measure::kind::score) continue;
    const json::value terms = *item.find("score");
    list_of(terms, "terms of a score", max_measures);
    if (terms.empty()) terms.refuse("empty_list", "a score needs at least one term");
    for (const json::value term : terms) m.score.push_back(read_term(term, p));
  }
}

ordinal read_rule(const json::value& v, program& p) {
  if (p.nodes.size() >= max_nodes)
    v.refuse("too_many", "the rules hold more than " + std::to_string(max_nodes) + " conditions");
  const std::size_t root = p.nodes.size();
  p.nodes.emplace_back();
  read_into(root, v, p);
  return static_cast<ordinal>(root);
}

}  // namespace valorem::inline VALOREM_ABI::tier::detail

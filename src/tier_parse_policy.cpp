// The parts of a tier program that a single decision does not act on: review, quota, benefits, overrides.
#include "tier_parse.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace valorem::inline VALOREM_ABI::tier::detail {
namespace {

quota::key read_ranking(const json::value& v, const program& p) {
  const std::string& text = v.text();
  const std::size_t colon = text.rfind(':');
  const std::string_view order =
      colon == std::string::npos ? std::string_view() : std::string_view(text).substr(colon + 1);
  if (order != "asc" && order != "desc")
    v.refuse("unknown_value", "expected \"name:asc\" or \"name:desc\", found " + json::quoted(text));
  const std::string column = text.substr(0, colon);
  if (column != "value" && column != "id" && find_measure(p, column) == no_ordinal) {
    std::vector<std::string_view> known{"value", "id"};
    for (const measure& m : p.measures) known.emplace_back(m.name);
    v.refuse("unknown_measure", json::unknown("measure", column, known));
  }
  return {column, order == "desc"};
}

quota read_quota(const json::value& v, const program& p) {
  json::fields f(v);
  quota q;
  const json::value tiers = f.require("tiers");
  if (list_of(tiers, "tiers", max_tiers).empty()) tiers.refuse("empty_list", "a quota needs at least one tier");
  for (const json::value item : tiers) {
    const ordinal t = read_tier(item, p);
    if (t == 0) item.refuse("base_with_rule", "the first tier is the base, where all others fall: it takes no quota");
    if (std::find(q.tiers.begin(), q.tiers.end(), t) != q.tiers.end()) {
      item.refuse("duplicate_id", "the tier " + json::quoted(item.text()) + " stands twice");
    }
    q.tiers.push_back(t);
  }
  const json::value share = f.require("max_share");
  q.max_share = share.number_within(0, 1);
  if (q.max_share == 0) share.refuse("out_of_range", "a share of 0 would leave the tiers empty");
  if (const auto keys = f.find("rank_by")) {
    for (const json::value item : list_of(*keys, "ranking keys", max_measures))
      q.rank_by.push_back(read_ranking(item, p));
  }
  if (const auto protect = f.find("protect_valid")) q.protect_valid = protect->boolean();
  (void)optional_text(f, "note");
  f.close();
  return q;
}

benefit read_benefit(const json::value& v, ordinal tier) {
  json::fields f(v);
  benefit b;
  b.tier = tier;
  b.name = v.key_name();
  const json::value value = f.require("value");
  switch (value.type()) {
    case json::kind::number:
      b.value = value.number();
      break;
    case json::kind::string:
      b.value = value.text();
      break;
    case json::kind::boolean:
      b.value = value.boolean();
      break;
    default:
      value.refuse("wrong_type",
                   "expected a number, a string or a boolean, found " + std::string(json::with_article(value.type())));
  }
  if (const auto cost = f.find("unit_cost")) b.unit_cost = cost->number_within(0, 1e15);
  (void)optional_text(f, "note");
  f.close();
  return b;
}

override_rule read_override(const json::value& v, const program& p) {
  constexpr std::array<std::string_view, 3> kinds{"floor", "cap", "fix"};
  json::fields f(v);
  override_rule o;
  o.customer = f.require("customer").name();
  o.is = static_cast<override_rule::kind>(f.require("kind").one_of(kinds));
  o.tier = read_tier(f.require("tier"), p);
  o.from = read_date(f.require("from"));
  if (const auto to = f.find("to")) {
    o.to = read_date(*to);
    if (*o.to <= o.from) to->refuse("bad_interval", "the override would end before it begins");
  }
  o.reason = optional_text(f, "reason");
  o.by = optional_text(f, "by");
  if (const auto counts = f.find("quota")) o.in_quota = counts->boolean();
  if (const auto beats = f.find("beats_gates")) o.beats_gates = beats->boolean();
  (void)optional_text(f, "note");
  f.close();
  return o;
}

bool overlap(const override_rule& a, const override_rule& b) {
  return (!a.to || b.from < *a.to) && (!b.to || a.from < *b.to);
}

}  // namespace

void read_review(const json::value& v, program& p) {
  constexpr std::array<std::string_view, 3> alignments{"none", "calendar", "anniversary"};
  constexpr std::array<std::string_view, 2> upgrades{"immediate", "next_period"}, drops{"one", "fit"};
  json::fields f(v);
  review_policy r;
  r.valid_months = static_cast<int>(f.require("valid_months").whole_within(1, 1200));
  if (const auto align = f.find("align")) r.align = static_cast<review_policy::alignment>(align->one_of(alignments));
  if (const auto upgrade = f.find("upgrade"))
    r.upgrade = static_cast<review_policy::upgrading>(upgrade->one_of(upgrades));
  const auto months = f.find("grace_months");
  const auto times = f.find("grace_times");
  if (months) r.grace_months = static_cast<int>(months->whole_within(0, 1200));
  if (times) r.grace_times = static_cast<int>(times->whole_within(0, 1200));
  if ((r.grace_months > 0) != (r.grace_times > 0)) {
    v.refuse("conflicting_keys", "grace needs both: \"grace_months\" long, \"grace_times\" times");
  }
  if (const auto drop = f.find("drop")) r.drop = static_cast<review_policy::dropping>(drop->one_of(drops));
  (void)optional_text(f, "note");
  f.close();
  p.review = r;
}

void read_quotas(const json::value& v, program& p) {
  for (const json::value item : list_of(v, "quotas", max_tiers)) p.quotas.push_back(read_quota(item, p));
}

void read_benefits(const json::value& v, program& p) {
  v.expect(json::kind::object);
  for (const json::value of_tier : v) {
    const ordinal t = find_tier(p, of_tier.key());
    if (t == no_ordinal && of_tier.key() == "note") {
      (void)of_tier.text();
      continue;
    }
    if (t == no_ordinal) {
      std::vector<std::string_view> ids;
      for (const rule& r : p.tiers) ids.emplace_back(r.id);
      of_tier.refuse_key("unknown_tier", json::unknown("tier", of_tier.key(), ids));
    }
    of_tier.expect(json::kind::object);
    for (const json::value item : of_tier) p.benefits.push_back(read_benefit(item, t));
  }
}

void read_overrides(const json::value& v, const program& p, std::vector<override_rule>& all) {
  std::multimap<std::string, std::size_t> fixes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].is == override_rule::kind::fix) fixes.emplace(all[i].customer, i);
  }
  v.expect(json::kind::array);
  for (const json::value item : v) {
    override_rule o = read_override(item, p);
    if (o.is == override_rule::kind::fix) {
      const auto [first, last] = fixes.equal_range(o.customer);
      for (auto known = first; known != last; ++known) {
        if (overlap(all[known->second], o)) {
          item.refuse("two_fixes", "two fixes of customer " + json::quoted(o.customer) + " hold at once");
        }
      }
      fixes.emplace(o.customer, all.size());
    }
    all.push_back(std::move(o));
  }
}

}  // namespace valorem::inline VALOREM_ABI::tier::detail

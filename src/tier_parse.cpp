// A tier program from JSON: the frame, the gates and the tiers.
#include "tier_parse.hpp"

#include <valorem/record/calendar_text.hpp>
#include <valorem/tier/parse.hpp>

#include <algorithm>
#include <array>

namespace valorem::inline VALOREM_ABI::tier {
namespace detail {
namespace {

std::vector<std::string_view> tier_ids(const program& p) {
  std::vector<std::string_view> ids;
  for (const rule& r : p.tiers) ids.emplace_back(r.id);
  return ids;
}

/// Names first: gates and tiers refer to any tier, wherever it stands.
void read_tier_ids(const json::value& v, program& p) {
  list_of(v, "tiers", max_tiers);
  if (v.size() < 2) v.refuse("empty_list", "a program needs a base tier and at least one above it");
  std::vector<std::string_view> seen;
  for (const json::value item : v) {
    const json::value id = json::fields(item).require("id");
    refuse_twice(id, "tier", seen);
    p.tiers.push_back({.id = id.name()});
  }
}

void read_effective(const json::value& v, program& p) {
  json::fields f(v);
  p.effective_from = read_date(f.require("from"));
  if (const auto to = f.find("to")) {
    p.effective_to = read_date(*to);
    if (*p.effective_to <= *p.effective_from) to->refuse("bad_interval", "the program would end before it begins");
  }
  (void)optional_text(f, "note");
  f.close();
}

void read_schema(const json::value& v, std::string_view known) {
  if (v.text() != known) {
    v.refuse("unsupported_schema", "this version reads \"" + std::string(known) + "\", not " + json::quoted(v.text()));
  }
}

program read_program(const json::value& root) {
  program p;
  json::fields f(root);
  read_schema(f.require("schema"), "tier-program/1");
  p.id = f.require("id").name();
  p.version = f.require("version").name();
  p.note = optional_text(f, "note");
  if (const auto v = f.find("effective")) read_effective(*v, p);
  read_measures(f.require("measures"), p);
  const json::value tiers = f.require("tiers");
  read_tier_ids(tiers, p);
  if (const auto v = f.find("gates")) read_gates(*v, p);
  read_tiers(tiers, p);
  if (const auto v = f.find("review")) read_review(*v, p);
  if (const auto v = f.find("quota")) read_quotas(*v, p);
  if (const auto v = f.find("benefits")) read_benefits(*v, p);
  if (const auto v = f.find("overrides")) read_overrides(*v, p, p.overrides);
  f.close();
  p.fingerprint = json::fnv1a(json::canonical(root));
  return p;
}

std::vector<override_rule> read_override_file(const json::value& root, const program& p) {
  json::fields f(root);
  read_schema(f.require("schema"), "tier-overrides/1");
  const json::value id = f.require("program");
  if (id.name() != p.id) {
    id.refuse("wrong_program",
              "these are overrides for " + json::quoted(id.text()) + ", the program is " + json::quoted(p.id));
  }
  (void)optional_text(f, "note");
  std::vector<override_rule> all = p.overrides;
  read_overrides(f.require("overrides"), p, all);
  f.close();
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(p.overrides.size()));
  return all;
}

}  // namespace

std::string optional_text(json::fields& f, std::string_view key) {
  const auto v = f.find(key);
  return v ? v->text() : std::string();
}

json::value list_of(const json::value& v, std::string_view what, std::size_t most) {
  v.expect(json::kind::array);
  if (v.size() > most) {
    v.refuse("too_many",
             std::to_string(v.size()) + " " + std::string(what) + "; at most " + std::to_string(most) + " are read");
  }
  return v;
}

date read_date(const json::value& v) {
  const auto day = parse_date(v.text());
  if (!day) v.refuse("bad_date", day.error().message);
  return day.value();
}

ordinal read_tier(const json::value& v, const program& p) {
  const ordinal t = find_tier(p, v.text());
  if (t == no_ordinal) v.refuse("unknown_tier", json::unknown("tier", v.text(), tier_ids(p)));
  return t;
}

void refuse_twice(const json::value& v, std::string_view what, std::vector<std::string_view>& seen) {
  if (std::find(seen.begin(), seen.end(), std::string_view(v.name())) != seen.end()) {
    v.refuse("duplicate_id", "the " + std::string(what) + " " + json::quoted(v.text()) + " stands twice");
  }
  seen.emplace_back(v.text());
}

void read_gates(const json::value& v, program& p) {
  constexpr std::array<std::string_view, 3> ways{"fail", "pass", "error"};
  std::vector<std::string_view> seen;
  for (const json::value item : list_of(v, "gates", max_gates)) {
    json::fields f(item);
    gate g;
    const json::value id = f.require("id");
    refuse_twice(id, "gate", seen);
    g.id = id.text();
    g.label = optional_text(f, "label");
    g.note = optional_text(f, "note");
    g.require = read_rule(f.require("require"), p);
    g.otherwise = read_tier(f.require("else"), p);
    if (const auto u = f.find("unknown")) g.unknown = static_cast<gate::unknown_as>(u->one_of(ways));
    f.close();
    p.gates.push_back(std::move(g));
  }
}

void read_tiers(const json::value& v, program& p) {
  std::size_t i = 0;
  for (const json::value item : v) {
    json::fields f(item);
    f.allow("id");
    rule& r = p.tiers[i];
    r.label = optional_text(f, "label");
    r.note = optional_text(f, "note");
    if (const auto vip = f.find("vip")) r.vip = vip->boolean();
    const auto keep = f.find("keep");
    if (i == 0) {
      const auto enter = f.find("enter");
      if (enter || keep)
        (enter ? enter : keep)
            ->refuse_key("base_with_rule", "the first tier is the base and always holds: it takes no rule");
    } else {
      r.enter = read_rule(f.require("enter"), p);
      if (keep) r.keep = read_rule(*keep, p);
    }
    f.close();
    ++i;
  }
}

}  // namespace detail

result<program> parse(std::string_view json) {
  return detail::json::guarded(json, {}, detail::read_program);
}

result<std::vector<override_rule>> parse_overrides(std::string_view json, const program& p) {
  return detail::json::guarded(json, {},
                               [&](const detail::json::value& root) { return detail::read_override_file(root, p); });
}

}  // namespace valorem::inline VALOREM_ABI::tier

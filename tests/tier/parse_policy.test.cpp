// Refusals in the parts around the rules: gates, tiers, review, quota, benefits, overrides.
#include "tier/programs.hpp"
#include "tier/refusals.hpp"
#include <valorem/tier/parse.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace tiers_test;
namespace tier = valorem::tier;

TEST(tier_parse, refuses_bad_gates_and_tiers) {
  const auto expect_gate_refused = [](const std::string& gate, std::string_view code, std::string_view within,
                                      std::string_view in_message = "") {
    expect_refused(parts{.gates = gate}.text(), code, "/gates/0" + std::string(within), in_message);
  };
  expect_gate_refused(R"(§{"require": {"fee": 1}, "else": "base"})", "missing_key", "", "\"id\"");
  expect_gate_refused(R"(§{"id": "g", "else": "base"})", "missing_key", "", "\"require\"");
  expect_gate_refused(R"(§{"id": "g", "require": {"fee": 1}})", "missing_key", "", "\"else\"");
  expect_gate_refused(R"({"id": "g", "require": {"fee": 1}, "else": §"gould"})", "unknown_tier", "/else",
                      R"(did you mean "gold"?)");
  expect_gate_refused(R"({"id": "g", "require": {"fee": 1}, "else": §"platinum"})", "unknown_tier", "/else",
                      R"(known: "base", "gold")");
  expect_gate_refused(R"({"id": "g", "require": {"fee": 1}, "else": "base", "unknown": §"ignore"})", "unknown_value",
                      "/unknown");
  expect_gate_refused(R"({"id": "g", "require": {"fee": 1}, "else": "base", §"weight": 1})", "unknown_key", "/weight");
  expect_refused(
      parts{
          .gates =
              R"({"id": "g", "require": {"fee": 1}, "else": "base"}, {"id": §"g", "require": {"fee": 1}, "else": "base"})"}
          .text(),
      "duplicate_id", "/gates/1/id");
  const auto tiers = [](const std::string& list) {
    return R"({"schema": "tier-program/1", "id": "p", "version": "1", "measures": {"fee": {}}, "tiers": )" + list + "}";
  };
  expect_refused(tiers("§[]"), "empty_list", "/tiers");
  expect_refused(tiers(R"(§[{"id": "base"}])"), "empty_list", "/tiers");
  expect_refused(tiers("§7"), "wrong_type", "/tiers");
  expect_refused(tiers(R"([{"id": "a"}, §7])"), "wrong_type", "/tiers/1");
  expect_refused(tiers(R"([{"id": "a"}, §{"enter": {"fee": 1}}])"), "missing_key", "/tiers/1", "\"id\"");
  expect_refused(tiers(R"([{"id": "a"}, {"id": §"a", "enter": {"fee": 1}}])"), "duplicate_id", "/tiers/1/id");
  expect_refused(tiers(R"([{"id": "a"}, §{"id": "b"}])"), "missing_key", "/tiers/1", "\"enter\"");
  expect_refused(tiers(R"([{"id": "a", §"enter": {"fee": 1}}, {"id": "b", "enter": {"fee": 1}}])"), "base_with_rule",
                 "/tiers/0/enter");
  expect_refused(tiers(R"([{"id": "a", §"keep": {"fee": 1}}, {"id": "b", "enter": {"fee": 1}}])"), "base_with_rule",
                 "/tiers/0/keep");
  expect_refused(tiers(R"([{"id": "a"}, {"id": "b", "enter": {"fee": 1}, "vip": §"yes"}])"), "wrong_type",
                 "/tiers/1/vip");
  expect_refused(tiers(R"([{"id": "a"}, {"id": "b", "enter": {"fee": 1}, §"kepp": {"fee": 1}}])"), "unknown_key",
                 "/tiers/1/kepp", R"(did you mean "keep"?)");
  expect_refused(tiers(R"([{"id": "a"}, {"id": "b", "enter": {"fee": 1}, "keep": {"all": §[]}}])"), "empty_rule",
                 "/tiers/1/keep/all");
}

TEST(tier_parse, refuses_bad_policies) {
  expect_rest_refused(R"("review": §{})", "missing_key", "/review");
  expect_rest_refused(R"("review": {"valid_months": §0})", "out_of_range", "/review/valid_months");
  expect_rest_refused(R"("review": {"valid_months": 12, "align": §"calender"})", "unknown_value", "/review/align",
                      R"("calendar")");
  expect_rest_refused(R"("review": §{"valid_months": 12, "grace_months": 3})", "conflicting_keys", "/review");
  expect_rest_refused(R"("review": {"valid_months": 12, "drop": §"two"})", "unknown_value", "/review/drop");
  expect_rest_refused(R"("quota": §{})", "wrong_type", "/quota");
  expect_rest_refused(R"("quota": [{"tiers": §[], "max_share": 0.1}])", "empty_list", "/quota/0/tiers");
  expect_rest_refused(R"("quota": [{"tiers": [§"glod"], "max_share": 0.1}])", "unknown_tier", "/quota/0/tiers/0",
                      R"("gold")");
  expect_rest_refused(R"("quota": [{"tiers": [§"base"], "max_share": 0.1}])", "base_with_rule", "/quota/0/tiers/0");
  expect_rest_refused(R"("quota": [{"tiers": ["gold", §"gold"], "max_share": 0.1}])", "duplicate_id",
                      "/quota/0/tiers/1");
  expect_rest_refused(R"("quota": [{"tiers": ["gold"], "max_share": §1.1}])", "out_of_range", "/quota/0/max_share");
  expect_rest_refused(R"("quota": [{"tiers": ["gold"], "max_share": §0}])", "out_of_range", "/quota/0/max_share");
  expect_rest_refused(R"("quota": [{"tiers": ["gold"], "max_share": 1, "rank_by": [§"points"]}])", "unknown_value",
                      "/quota/0/rank_by/0");
  expect_rest_refused(R"("quota": [{"tiers": ["gold"], "max_share": 1, "rank_by": [§"point:asc"]}])", "unknown_measure",
                      "/quota/0/rank_by/0", R"(did you mean "points"?)");
  expect_rest_refused(R"("benefits": {§"glod": {}})", "unknown_tier", "/benefits/glod", R"(did you mean "gold"?)");
  expect_rest_refused(R"("benefits": {"gold": {"x": §{}}})", "missing_key", "/benefits/gold/x");
  expect_rest_refused(R"("benefits": {"gold": {"x": {"value": §[]}}})", "wrong_type", "/benefits/gold/x/value");
  expect_rest_refused(R"("benefits": {"gold": {"x": {"value": 1, "unit_cost": §-1}}})", "out_of_range",
                      "/benefits/gold/x/unit_cost");
  expect_rest_refused(R"("benefits": {"gold": {"x": {"value": 1, §"cost": 1}}})", "unknown_key",
                      "/benefits/gold/x/cost");
}

TEST(tier_parse, refuses_bad_overrides) {
  const auto expect_override_refused = [](const std::string& list, std::string_view code, std::string_view within) {
    expect_rest_refused("\"overrides\": " + list, code, "/overrides" + std::string(within));
  };
  expect_override_refused("§{}", "wrong_type", "");
  expect_override_refused(R"([{"customer": §7, "kind": "cap", "tier": "gold", "from": "2024-01-01"}])", "wrong_type",
                          "/0/customer");
  expect_override_refused(R"([{"customer": "a", "kind": §"roof", "tier": "gold", "from": "2024-01-01"}])",
                          "unknown_value", "/0/kind");
  expect_override_refused(R"([{"customer": "a", "kind": "cap", "tier": §"silver", "from": "2024-01-01"}])",
                          "unknown_tier", "/0/tier");
  expect_override_refused(R"([{"customer": "a", "kind": "cap", "tier": "gold", "from": §"2024-13-01"}])", "bad_date",
                          "/0/from");
  expect_override_refused(
      R"([{"customer": "a", "kind": "cap", "tier": "gold", "from": "2024-01-02", "to": §"2024-01-01"}])",
      "bad_interval", "/0/to");
  const std::string fix =
      R"({"customer": "a", "kind": "fix", "tier": "gold", "from": "2024-01-01", "to": "2024-06-01"})";
  expect_override_refused("[" + fix + R"(, §{"customer": "a", "kind": "fix", "tier": "base", "from": "2024-05-31"}])",
                          "two_fixes", "/1");
  EXPECT_TRUE(tier::parse(parts{.rest = R"("overrides": [)" + fix +
                                        R"(, {"customer": "a", "kind": "fix", "tier": "base", "from": "2024-06-01"}])"}
                              .text()));
  EXPECT_TRUE(tier::parse(parts{.rest = R"("overrides": [)" + fix +
                                        R"(, {"customer": "b", "kind": "fix", "tier": "base", "from": "2024-01-01"}])"}
                              .text()));
}

TEST(tier_parse, overrides_kept_apart) {
  const tier::program p = tier::parse(everything).value();
  const auto file = [](std::string_view program, std::string_view list) {
    return R"({"schema": "tier-overrides/1", "program": ")" + std::string(program) + R"(", "overrides": [)" +
           std::string(list) + "]}";
  };
  const auto good = tier::parse_overrides(
      file("all-of-it", R"({"customer": "c9", "kind": "cap", "tier": "silver", "from": "2024-03-01"})"), p);
  ASSERT_EQ(good.value().size(), 1U);
  EXPECT_EQ(good.value()[0].is, tier::override_rule::kind::cap);
  EXPECT_EQ(good.value()[0].tier, 1);
  const auto wrong = tier::parse_overrides(file("other", ""), p);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "wrong_program");
  EXPECT_EQ(wrong.error().pointer, "/program");
  // The program itself fixes c8 from 2024-03-01 on.
  const auto clash = tier::parse_overrides(
      file("all-of-it", R"({"customer": "c8", "kind": "fix", "tier": "gold", "from": "2025-01-01"})"), p);
  ASSERT_FALSE(clash);
  EXPECT_EQ(clash.error().code, "two_fixes");
  EXPECT_EQ(clash.error().pointer, "/overrides/0");
}

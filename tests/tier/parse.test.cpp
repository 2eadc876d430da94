// Programs from JSON: everything that may stand in one, and every refusal with its place.
#include "tier/programs.hpp"
#include "tier/refusals.hpp"
#include <valorem/tier/parse.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace tiers_test;
using valorem::civil_date;
namespace tier = valorem::tier;

TEST(tier_parse, reads_the_example) {
  const tier::program p = tier::parse(cards()).value();
  EXPECT_EQ(p.id, "gz-vip");
  EXPECT_EQ(p.version, "2016.1");
  EXPECT_EQ(p.effective_from, civil_date(2016, 1, 1));
  EXPECT_EQ(p.effective_to, civil_date(2019, 1, 1));
  ASSERT_EQ(p.measures.size(), 4U);
  EXPECT_EQ(p.measures[0].name, "points");
  EXPECT_EQ(p.measures[0].unit, "point");
  EXPECT_EQ(p.measures[0].domain, (tier::interval{0, 1e7}));
  EXPECT_EQ(p.measures[0].over,
            (tier::window{tier::window::kind::rolling, 12, tier::window::part::current, tier::window::aggregate::sum}));
  EXPECT_EQ(p.measures[3].direction, tier::better::lower);
  EXPECT_EQ(p.measures[3].over->how, tier::window::aggregate::count);
  ASSERT_EQ(p.gates.size(), 1U);
  EXPECT_EQ(p.gates[0].note, "信用记录");
  EXPECT_EQ(p.gates[0].otherwise, 0);
  ASSERT_EQ(p.tiers.size(), 4U);
  EXPECT_EQ(p.tiers[2].label, "金卡");
  EXPECT_NE(p.tiers[3].keep, tier::no_ordinal);
  const tier::node& diamond = p.nodes[p.tiers[3].enter];
  EXPECT_EQ(diamond.is, tier::node::kind::all);
  ASSERT_EQ(diamond.count, 2);
  EXPECT_EQ(p.nodes[diamond.first].is, tier::node::kind::any);
  EXPECT_EQ(p.nodes[diamond.first + 1U].measure, 2);
  EXPECT_EQ(p.nodes[diamond.first + 1U].threshold, 24);
  EXPECT_EQ(p.review->grace_months, 3);
  EXPECT_EQ(p.quotas[0].tiers, (std::vector<tier::ordinal>{1, 2, 3}));
  EXPECT_EQ(p.quotas[0].rank_by[2], (tier::quota::key{"id", false}));
  ASSERT_EQ(p.benefits.size(), 3U);
  EXPECT_EQ(p.benefits[1].name, "credit_days");
  EXPECT_EQ(p.benefits[1].unit_cost, 4.0);
  EXPECT_EQ(tier::required_measures(p), (std::vector<std::string>{"points", "fee", "tenure", "overdue"}));
  EXPECT_EQ(tier::not_applied(p), (std::vector<std::string>{"keep", "review", "quota", "benefits"}));
}

TEST(tier_parse, reads_every_key) {
  const tier::program p = tier::parse(everything).value();
  EXPECT_EQ(p.note, "every key once");
  EXPECT_EQ(p.effective_from, civil_date(2024, 2, 29));
  EXPECT_FALSE(p.effective_to);
  const tier::measure& first = p.measures[0];
  EXPECT_EQ(first.name, "积分");
  EXPECT_EQ(first.label, "points");
  EXPECT_EQ(first.missing, 10);
  EXPECT_EQ(first.over->over, tier::window::kind::calendar);
  EXPECT_EQ(first.over->which, tier::window::part::last_complete);
  EXPECT_EQ(first.over->how, tier::window::aggregate::min_over_window);
  EXPECT_EQ(p.measures[1].over->over, tier::window::kind::anniversary);
  EXPECT_EQ(p.measures[3].levels, (std::vector<std::string>{"D", "C", "B", "A"}));
  EXPECT_EQ(p.measures[3].missing, 0);
  EXPECT_EQ(p.measures[4].is, tier::measure::kind::flag);
  EXPECT_EQ(p.measures[4].missing, 0);
  const tier::measure& stars = p.measures[6];
  ASSERT_EQ(stars.score.size(), 4U);
  EXPECT_EQ(stars.score[1].of, 2);
  EXPECT_EQ(stars.score[1].steps, (std::vector<tier::score_step>{{2, 1}, {0, 3}}));
  EXPECT_EQ(stars.score[2].steps, (std::vector<tier::score_step>{{2, 1}, {3, 2.5}}));
  EXPECT_EQ(p.gates[0].unknown, tier::gate::unknown_as::pass);
  EXPECT_EQ(p.gates[1].unknown, tier::gate::unknown_as::error);
  EXPECT_EQ(p.gates[1].otherwise, 1);
  EXPECT_EQ(p.nodes[p.gates[0].require].threshold, 0);
  const tier::node& two_of_three = p.nodes[p.tiers[1].enter];
  EXPECT_EQ(two_of_three.is, tier::node::kind::at_least);
  EXPECT_EQ(two_of_three.need, 2);
  EXPECT_EQ(p.tiers[1].vip, false);
  EXPECT_EQ(p.tiers[2].vip, true);
  EXPECT_EQ(p.review->align, tier::review_policy::alignment::calendar);
  EXPECT_EQ(p.review->upgrade, tier::review_policy::upgrading::next_period);
  EXPECT_EQ(p.review->drop, tier::review_policy::dropping::fit);
  EXPECT_TRUE(p.quotas[0].protect_valid);
  EXPECT_EQ(p.benefits.size(), 3U);
  EXPECT_EQ(std::get<std::string>(p.benefits[2].value), "tea");
  EXPECT_EQ(std::get<bool>(p.benefits[1].value), true);
  ASSERT_EQ(p.overrides.size(), 2U);
  EXPECT_EQ(p.overrides[0].customer, "c7");
  EXPECT_FALSE(p.overrides[0].in_quota);
  EXPECT_TRUE(p.overrides[0].beats_gates);
  EXPECT_EQ(p.overrides[0].to, civil_date(2025, 3, 1));
  EXPECT_EQ(p.overrides[1].is, tier::override_rule::kind::fix);
  EXPECT_EQ(tier::required_measures(p),
            (std::vector<std::string>{"积分", "tenure", "overdue", "grade", "contract", "blacklisted"}));
  EXPECT_EQ(tier::not_applied(p), (std::vector<std::string>{"keep", "review", "quota", "overrides", "benefits"}));
  EXPECT_NO_THROW(tier::require_valid(p));
}

TEST(tier_parse, fingerprint_is_of_the_meaning_not_the_layout) {
  const tier::program p = tier::parse(cards()).value();
  std::string tight;
  bool in_string = false;
  for (const char c : cards()) {
    in_string = in_string != (c == '"');
    if (in_string || (c != ' ' && c != '\n')) tight += c;
  }
  tight = with(with(tight, "8400}", "8.4e3}"), R"("id":"gz-vip","version":"2016.1")",
               R"("version":"2016.1","id":"gz-vip")");
  const tier::program other = tier::parse(tight).value();
  EXPECT_EQ(other.fingerprint, p.fingerprint);
  EXPECT_EQ(other, p);
  const std::string fee_entry = R"("fee":{"unit":"CNY/month","better":"higher","domain":[0,100000]},)";
  const tier::program reordered =
      tier::parse(with(with(tight, fee_entry, ""), R"("measures":{)", R"("measures":{)" + fee_entry)).value();
  EXPECT_EQ(reordered.fingerprint, p.fingerprint) << "facts are bound by name";
  EXPECT_EQ(tier::required_measures(reordered)[0], "fee");
  // FNV-1a-64 over the RFC 8785 form, computed from the file by other means.
  EXPECT_EQ(p.fingerprint, 0xec4b2b40b91f3c7fULL);
  EXPECT_NE(tier::parse(with(cards(), R"({"points": 8400})", R"({"points": 8401})")).value().fingerprint,
            p.fingerprint);
}

TEST(tier_parse, hostile_texts) {
  expect_refused(with(parts{}.text(), R"("fee": {})", R"("fee": {}, §"points": {})"), "duplicate_key",
                 "/measures/points");
  expect_enter_refused(R"({§"pionts": 100})", "unknown_measure", "/pionts", R"(did you mean "points"?)");
  expect_enter_refused(R"({"all": §[]})", "empty_rule", "/all");
  expect_refused(parts{}.text() + " §x", "trailing_bytes", "");
  expect_refused(parts{}.text() + "§{}", "trailing_bytes", "");
  expect_enter_refused(R"({"points": §1e400})", "number_out_of_range", "/points");
  expect_refused(parts{.enter = "{\"points\": \"§\xD2\xF8\xBF\xA8\"}"}.text(), "not_utf8", "");
  expect_enter_refused(R"({"points": §NaN})", "not_a_number", "/points");
  std::string nested, pointer = "/tiers/1/enter";
  for (int i = 0; i < 10'000; ++i) nested += R"({"all": [)";
  nested += R"({"points": 1})";
  for (int i = 0; i < 10'000; ++i) nested += "]}";
  // Three brackets are open before the rule, two more for each level: the 65th bracket is the 31st array.
  for (int i = 0; i < 31; ++i) pointer += i == 30 ? "/all" : "/all/0";
  std::string marked;
  for (int i = 0; i < 31; ++i) marked += i == 30 ? "{\"all\": §[" : "{\"all\": [";
  expect_refused(parts{.enter = marked + nested.substr(31 * 9)}.text(), "too_deep", pointer);
  expect_refused("§", "empty", "");
  expect_refused("§[]", "wrong_type", "", "expected an object, found an array");
}

TEST(tier_parse, every_truncation_is_refused) {
  const std::string text = cards();
  const std::size_t end = text.rfind('}') + 1;
  for (std::size_t n = 0; n < end; ++n) ASSERT_FALSE(tier::parse(std::string_view(text).substr(0, n))) << n;
  for (std::size_t n = end; n <= text.size(); ++n) ASSERT_TRUE(tier::parse(std::string_view(text).substr(0, n))) << n;
}

TEST(tier_parse, random_damage_is_refused_or_runs) {
  std::mt19937 random(11);
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text(i % 2 == 0 ? std::string(everything) : cards());
    for (unsigned k = 0; k <= random() % 3; ++k) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) {
        text[at] = "0123456789{}[]\",:.eatf"[random() % 22];
      } else {
        text.erase(at, 1 + random() % 12);
      }
    }
    const auto got = tier::parse(text);
    if (!got) {
      ASSERT_GE(got.error().line, 1U) << text;
      ASSERT_FALSE(got.error().code.empty());
      continue;
    }
    ++accepted;
    const tier::engine e(got.value());
    const std::vector<double> facts(e.facts().size(), 1.0);
    ASSERT_NE(e.decide(facts).state, valorem::status::invalid);
  }
  EXPECT_GT(accepted, 500U);
}

TEST(tier_parse, refuses_bad_frames) {
  expect_refused("§{}", "missing_key", "", "\"schema\"");
  expect_refused(R"({§"shcema": "tier-program/1"})", "unknown_key", "/shcema", "did you mean \"schema\"?");
  expect_refused(R"({"schema": §"tier-program/2"})", "unsupported_schema", "/schema");
  expect_refused(R"({"schema": §1})", "wrong_type", "/schema");
  expect_refused(R"(§{"schema": "tier-program/1"})", "missing_key", "", "\"id\"");
  expect_refused(R"({"schema": "tier-program/1", "id": §""})", "bad_name", "/id");
  expect_refused(R"({"schema": "tier-program/1", "id": §"a\nb"})", "bad_name", "/id");
  expect_refused(R"({"schema": "tier-program/1", "id": §")" + std::string(300, 'x') + "\"}", "bad_name", "/id");
  expect_rest_refused(R"(§"reveiw": {})", "unknown_key", "/reveiw", R"(did you mean "review"?)");
  expect_rest_refused(R"("note": §7)", "wrong_type", "/note");
  expect_rest_refused(R"("effective": {"from": §"2016-02-30"})", "bad_date", "/effective/from");
  expect_rest_refused(R"("effective": {"from": §"2016/01/01"})", "bad_date", "/effective/from");
  expect_rest_refused(R"("effective": {"from": "2016-01-01", "to": §"2016-01-01"})", "bad_interval", "/effective/to");
  expect_rest_refused(R"("effective": §{"to": "2016-01-01"})", "missing_key", "/effective");
  expect_rest_refused(R"("effective": {"from": "2016-01-01", §"til": 1})", "unknown_key", "/effective/til");
}

TEST(tier_parse, refuses_bad_measures) {
  expect_refused(
      with(parts{}.text(), R"("measures": {"points": {"domain": [0, 1e6]}, "fee": {}, "overdue": {"better": "lower"}})",
           R"("measures": §{})"),
      "empty_list", "/measures");
  expect_measures_refused(R"("a": §7)", "wrong_type", "/a");
  expect_measures_refused(R"(§"": {})", "bad_name", "/");
  expect_measures_refused(R"(§"all": {})", "bad_name", "/all", "word of the rules");
  expect_measures_refused(R"("a": {§"unitt": "x"})", "unknown_key", "/a/unitt", R"(did you mean "unit"?)");
  expect_measures_refused(R"("a": {"unit": §7})", "wrong_type", "/a/unit");
  expect_measures_refused(R"("a": {"better": §"highest"})", "unknown_value", "/a/better", R"(did you mean "higher"?)");
  expect_measures_refused(R"("a": {"better": §true})", "wrong_type", "/a/better");
  expect_measures_refused(R"("a": {"domain": §[1, 1]})", "bad_interval", "/a/domain");
  expect_measures_refused(R"("a": {"domain": §[0]})", "bad_interval", "/a/domain");
  expect_measures_refused(R"("a": {"domain": [0, §"1"]})", "wrong_type", "/a/domain/1");
  expect_measures_refused(R"("a": {"domain": §7})", "wrong_type", "/a/domain");
  expect_measures_refused(R"("a": {"domain": [0, 1], "missing": §2})", "threshold_outside_domain", "/a/missing");
  expect_measures_refused(R"("a": {"missing": §"x"})", "wrong_type", "/a/missing");
  expect_measures_refused(R"("a": {"window": §{}})", "conflicting_keys", "/a/window");
  expect_measures_refused(R"("a": {"window": §{"rolling_months": 12}})", "missing_key", "/a/window");
  expect_measures_refused(R"("a": {"window": {"rolling_months": §0, "agg": "sum"}})", "out_of_range",
                          "/a/window/rolling_months");
  expect_measures_refused(R"("a": {"window": {"rolling_months": §1.5, "agg": "sum"}})", "out_of_range",
                          "/a/window/rolling_months");
  expect_measures_refused(R"("a": {"window": {"rolling_months": 12, "agg": §"summ"}})", "unknown_value",
                          "/a/window/agg", R"("sum")");
  expect_measures_refused(R"("a": {"window": §{"rolling_months": 12, "calendar": "current", "agg": "sum"}})",
                          "conflicting_keys", "/a/window");
  expect_measures_refused(R"("a": {"window": {"calendar": §"next", "agg": "sum"}})", "unknown_value",
                          "/a/window/calendar");
  expect_measures_refused(R"("a": {"levels": §["A"]})", "empty_list", "/a/levels");
  expect_measures_refused(R"("a": {"levels": ["A", §"A"]})", "duplicate_id", "/a/levels/1");
  expect_measures_refused(R"("a": {"levels": ["A", §1]})", "wrong_type", "/a/levels/1");
  expect_measures_refused(R"("a": {"levels": ["B", "A"], "missing": §"C"})", "unknown_level", "/a/missing");
  expect_measures_refused(R"("a": {"levels": ["B", "A"], "better": §"lower"})", "conflicting_keys", "/a/better");
  expect_measures_refused(R"("a": {"levels": ["B", "A"], §"domain": [0, 1]})", "conflicting_keys", "/a/domain");
  expect_measures_refused(R"("a": §{"levels": ["B", "A"], "flag": true})", "conflicting_keys", "/a");
  expect_measures_refused(R"("a": {"flag": §1})", "wrong_type", "/a/flag");
  expect_measures_refused(R"("a": {"flag": true, "missing": §0})", "wrong_type", "/a/missing");
}

TEST(tier_parse, refuses_bad_scores) {
  const auto expect_score_refused = [](const std::string& score, std::string_view code, std::string_view within,
                                       std::string_view in_message = "") {
    expect_refused(
        parts{.measures = R"("t": {"domain": [0, 100]}, "late": {"better": "lower"}, "s": {"score": )" + score + "}",
              .enter = R"({"s": 1})"}
            .text(),
        code, "/measures/s/score" + std::string(within), in_message);
  };
  expect_score_refused("§[]", "empty_list", "");
  expect_score_refused("§{}", "wrong_type", "");
  expect_score_refused(R"([{"of": §"x", "steps": [[1, 1]]}])", "unknown_measure", "/0/of");
  expect_score_refused(R"([{"of": §"s", "steps": [[1, 1]]}])", "conflicting_keys", "/0/of", "another score");
  expect_score_refused(R"([§{"of": "t"}])", "missing_key", "/0");
  expect_score_refused(R"([{"of": "t", "steps": §[]}])", "empty_list", "/0/steps");
  expect_score_refused(R"([{"of": "t", "steps": [§[1]]}])", "wrong_type", "/0/steps/0");
  expect_score_refused(R"([{"of": "t", "steps": [[1, §-1]]}])", "out_of_range", "/0/steps/0/1");
  expect_score_refused(R"([{"of": "t", "steps": [[§101, 1]]}])", "threshold_outside_domain", "/0/steps/0/0");
  expect_score_refused(R"([{"of": "t", "steps": [[12, 1], [§12, 2]]}])", "steps_not_monotone", "/0/steps/1/0");
  expect_score_refused(R"([{"of": "t", "steps": [[12, 2], [24, §1]]}])", "steps_not_monotone", "/0/steps/1/1");
  expect_score_refused(R"([{"of": "late", "steps": [[0, 1], [§1, 2]]}])", "steps_not_monotone", "/0/steps/1/0");
  expect_refused(
      parts{.measures = R"("t": {}, "s": {"score": [{"of": "t", "steps": [[1, 5]]}]})", .enter = R"({"s": §6})"}.text(),
      "threshold_outside_domain", "/tiers/1/enter/s", "from 0 to 5");
  expect_refused(parts{.measures = R"("t": {}, "s": {"score": [{"of": "t", "steps": [[1, 5]]}], §"missing": 1})",
                       .enter = R"({"s": 5})"}
                     .text(),
                 "conflicting_keys", "/measures/s/missing");
}

TEST(tier_parse, refuses_bad_rules) {
  expect_enter_refused("§7", "wrong_type", "");
  expect_enter_refused("§{}", "empty_rule", "");
  expect_enter_refused(R"(§{"note": "nothing"})", "empty_rule", "");
  expect_enter_refused(R"({"any": §[]})", "empty_rule", "/any");
  expect_enter_refused(R"({"all": §{"points": 1}})", "wrong_type", "/all", "expected an array, found an object");
  expect_enter_refused(R"({"all": [{"points": 1}, §"fee"]})", "wrong_type", "/all/1");
  expect_enter_refused(R"({"points": 1, §"fee": 2})", "many_conditions", "/fee", "\"all\"");
  expect_enter_refused(R"({"all": [{"points": 1}], §"any": [{"fee": 1}]})", "many_conditions", "/any");
  expect_enter_refused(R"({§"alll": [{"points": 1}]})", "unknown_measure", "/alll", R"(did you mean "all"?)");
  expect_enter_refused(R"({§"revenue": 1})", "unknown_measure", "/revenue", R"(known: "points", "fee", "overdue")");
  expect_enter_refused(R"({"points": §"100"})", "wrong_type", "/points", "expected a number, found a string");
  expect_enter_refused(R"({"points": §null})", "wrong_type", "/points", "found null");
  expect_enter_refused(R"({"points": §-1})", "threshold_outside_domain", "/points", "0 to 1000000");
  expect_enter_refused(R"({"points": §1000001})", "threshold_outside_domain", "/points");
  expect_enter_refused(R"(§{"at_least": 1})", "missing_key", "", "\"of\"");
  expect_enter_refused(R"(§{"of": [{"points": 1}]})", "missing_key", "", "\"at_least\"");
  expect_enter_refused(R"({"at_least": §0, "of": [{"points": 1}]})", "count_out_of_range", "/at_least");
  expect_enter_refused(R"({"at_least": §2, "of": [{"points": 1}]})", "count_out_of_range", "/at_least");
  expect_enter_refused(R"({"at_least": §1.5, "of": [{"points": 1}, {"fee": 1}]})", "count_out_of_range", "/at_least");
  expect_enter_refused(R"({"at_least": §"1", "of": [{"points": 1}]})", "wrong_type", "/at_least");
  expect_enter_refused(R"({"at_least": 1, "of": §[]})", "empty_rule", "/of");
  expect_enter_refused(R"({"at_least": 1, "of": [{"points": 1}], §"fee": 1})", "unknown_key", "/fee");
  expect_enter_refused(R"({"all": [{"points": 1}], "note": §1})", "wrong_type", "/note");
  EXPECT_TRUE(tier::parse(parts{.enter = R"({"note": "why", "points": 0})"}.text()));
  EXPECT_TRUE(tier::parse(parts{.enter = R"({"points": 1e6})"}.text()));
  const std::string kinds =
      R"("f": {"flag": true}, "n": {"flag": true, "better": "lower"}, "l": {"levels": ["B", "A"]})";
  const auto expect_kind_refused = [&](const std::string& enter, std::string_view code, std::string_view within,
                                       std::string_view in_message = "") {
    expect_refused(parts{.measures = kinds, .enter = enter}.text(), code, "/tiers/1/enter" + std::string(within),
                   in_message);
  };
  expect_kind_refused(R"({"f": §1})", "wrong_type", "/f");
  expect_kind_refused(R"({"f": §false})", "threshold_outside_domain", "/f", "only ask for true");
  expect_kind_refused(R"({"n": §true})", "threshold_outside_domain", "/n", "only ask for false");
  expect_kind_refused(R"({"l": §1})", "wrong_type", "/l");
  expect_kind_refused(R"({"l": §"a"})", "unknown_level", "/l", R"(did you mean "A"?)");
  expect_kind_refused(R"({"l": §"gold"})", "unknown_level", "/l", R"(known: "B", "A")");
}

TEST(tier_parse, bounds_what_a_program_may_hold) {
  std::string many;
  for (int i = 0; i < 257; ++i) many += (i == 0 ? "\"m" : ", \"m") + std::to_string(i) + "\": {}";
  const auto measures = tier::parse(parts{.measures = many}.text());
  ASSERT_FALSE(measures);
  EXPECT_EQ(measures.error().code, "too_many");
  std::string atoms;
  for (int i = 0; i < 16'383; ++i) atoms += i == 0 ? R"({"fee": 1})" : R"(, {"fee": 1})";
  const std::string just = parts{.enter = "{\"any\": [" + atoms + "]}"}.text();
  EXPECT_TRUE(tier::parse(just));
  EXPECT_EQ(tier::engine(tier::parse(just).value()).decide(std::vector<double>{0, 1, 0}).tier, 1);
  const auto nodes = tier::parse(parts{.enter = "{\"any\": [" + atoms + R"(, {"fee": 1}]})"}.text());
  ASSERT_FALSE(nodes);
  EXPECT_EQ(nodes.error().code, "too_many");
  EXPECT_EQ(nodes.error().pointer, "/tiers/1/enter/any");
  std::string gates;
  for (int i = 0; i < 65; ++i)
    gates +=
        (i == 0 ? "" : ", ") + (R"({"id": "g)" + std::to_string(i)) + R"(", "require": {"fee": 1}, "else": "base"})";
  const auto too_many_gates = tier::parse(parts{.gates = gates}.text());
  ASSERT_FALSE(too_many_gates);
  EXPECT_EQ(too_many_gates.error().code, "too_many");
  const auto large = tier::parse(parts{.rest = "\"note\": \"" + std::string(std::size_t{1} << 20, 'x') + "\""}.text());
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, "too_large");
}

TEST(tier_parse, the_error_is_thrown_with_its_place) {
  try {
    (void)tier::parse("{\n  \"schema\": 7}").value();
    FAIL();
  } catch (const valorem::program_error& e) {
    EXPECT_EQ(e.why().code, "wrong_type");
    EXPECT_STREQ(e.what(), "line 2, column 13, at /schema: expected a string, found a number");
  }
}

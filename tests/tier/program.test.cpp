// Programs built by hand, and the questions that one can ask of any.
#include "tier/programs.hpp"
#include <valorem/tier/engine.hpp>
#include <valorem/tier/program.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace tiers_test;
namespace tier = valorem::tier;
using tier::node;

namespace {

/// spend of at least 100, or orders of at least 5.
tier::program by_hand() {
  return {.id = "hand",
          .version = "1",
          .measures = {{.name = "spend"}, {.name = "orders"}},
          .tiers = {{.id = "base"}, {.id = "good", .enter = 0}},
          .nodes = {{.is = node::kind::any, .first = 1, .count = 2},
                    {.measure = 0, .threshold = 100},
                    {.measure = 1, .threshold = 5}}};
}

}  // namespace

TEST(tier_program, can_be_built_by_hand) {
  const tier::engine e(by_hand());
  EXPECT_EQ(e.decide(std::array<double, 2>{99, 4}).tier, 0);
  EXPECT_EQ(e.decide(std::array<double, 2>{99, 5}).tier, 1);
  EXPECT_EQ(e.decide(std::array<double, 2>{100, 0}).tier, 1);
  EXPECT_EQ(by_hand(), by_hand());
  EXPECT_EQ(by_hand().fingerprint, 0U);
}

TEST(tier_program, refuses_what_an_engine_could_not_run) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  using spoil = std::function<void(tier::program&)>;
  const std::vector<std::pair<const char*, spoil>> faults{
      {"no tiers", [](auto& p) { p.tiers.clear(); }},
      {"base with a rule", [](auto& p) { p.tiers[0].enter = 0; }},
      {"tier without rule", [](auto& p) { p.tiers[1].enter = tier::no_ordinal; }},
      {"rule outside the nodes", [](auto& p) { p.tiers[1].enter = 3; }},
      {"keep outside the nodes", [](auto& p) { p.tiers[1].keep = 3; }},
      {"tier twice", [](auto& p) { p.tiers[1].id = "base"; }},
      {"tier without name", [](auto& p) { p.tiers[1].id = ""; }},
      {"measure twice", [](auto& p) { p.measures[1].name = "spend"; }},
      {"measure outside", [](auto& p) { p.nodes[1].measure = 2; }},
      {"threshold not finite", [&](auto& p) { p.nodes[1].threshold = nan; }},
      {"missing not finite", [&](auto& p) { p.measures[0].missing = nan; }},
      {"own child", [](auto& p) { p.nodes[0].first = 0; }},
      {"children outside", [](auto& p) { p.nodes[0].count = 3; }},
      {"no children", [](auto& p) { p.nodes[0].count = 0; }},
      {"needs none", [](auto& p) { p.nodes[0].is = node::kind::at_least; }},
      {"needs too many", [](auto& p) { p.nodes[0] = {.is = node::kind::at_least, .need = 3, .first = 1, .count = 2}; }},
      {"gate outside", [](auto& p) { p.gates = {{.id = "g", .require = 9}}; }},
      {"gate without its tier", [](auto& p) { p.gates = {{.id = "g", .require = 0, .otherwise = 2}}; }},
      {"levels of one", [](auto& p) { p.measures[0].levels = {"A"}; }},
      {"levels missing", [](auto& p) { p.measures[0].is = tier::measure::kind::levels; }},
      {"score without terms", [](auto& p) { p.measures[0].is = tier::measure::kind::score; }},
      {"score of itself",
       [](auto& p) {
         p.measures[0].is = tier::measure::kind::score;
         p.measures[0].score = {{0, {{1, 1}}}};
       }},
      {"steps going down",
       [](auto& p) {
         p.measures[0].is = tier::measure::kind::score;
         p.measures[0].score = {{1, {{1, 2}, {2, 1}}}};
       }},
      {"better when lower",
       [](auto& p) {
         p.measures[0].is = tier::measure::kind::levels;
         p.measures[0].levels = {"B", "A"};
         p.measures[0].direction = tier::better::lower;
       }},
      {"too many gates",
       [](auto& p) {
         for (int i = 0; i < 65; ++i) p.gates.push_back({.id = std::to_string(i), .require = 0});
       }},
  };
  for (const auto& [what, fault] : faults) {
    tier::program p = by_hand();
    fault(p);
    EXPECT_THROW(tier::require_valid(p), valorem::contract_error) << what;
    EXPECT_THROW(tier::engine{p}, valorem::contract_error) << what;
  }
}

TEST(tier_program, shared_children_may_not_unfold_without_bound) {
  // Each level refers to the next one twice: 2^n conditions.
  const auto doubled = [](int levels) {
    tier::program p = by_hand();
    p.nodes.clear();
    for (int i = 0; i < levels; ++i) {
      const auto at = static_cast<tier::ordinal>(2 * i);
      p.nodes.push_back({.is = node::kind::all, .first = static_cast<tier::ordinal>(at + 2), .count = 2});
      p.nodes.push_back({.is = node::kind::all, .first = static_cast<tier::ordinal>(at + 2), .count = 2});
    }
    p.nodes.push_back({.measure = 0, .threshold = 1});
    p.nodes.push_back({.measure = 1, .threshold = 1});
    return p;
  };
  EXPECT_EQ(tier::engine(doubled(10)).decide(std::array<double, 2>{1, 1}).tier, 1);
  EXPECT_EQ(tier::engine(doubled(10)).decide(std::array<double, 2>{1, 0}).tier, 0);
  EXPECT_THROW(tier::engine{doubled(40)}, valorem::contract_error);
  // A chain of 64 connectives runs, one of 65 does not.
  const auto chain = [](int depth) {
    tier::program p = by_hand();
    p.nodes.clear();
    for (int i = 0; i < depth; ++i) {
      p.nodes.push_back({.is = node::kind::any, .first = static_cast<tier::ordinal>(i + 1), .count = 1});
    }
    p.nodes.push_back({.measure = 0, .threshold = 1});
    return p;
  };
  EXPECT_EQ(tier::engine(chain(64)).decide(std::array<double, 2>{1, 0}).tier, 1);
  EXPECT_THROW(tier::engine{chain(65)}, valorem::contract_error);
}

TEST(tier_program, answers_questions) {
  const tier::program p = tier::parse(cards()).value();
  EXPECT_EQ(tier::find_tier(p, "gold"), 2);
  EXPECT_EQ(tier::find_tier(p, "Gold"), tier::no_ordinal);
  EXPECT_EQ(tier::find_measure(p, "overdue"), 3);
  EXPECT_EQ(tier::find_measure(p, ""), tier::no_ordinal);
  EXPECT_FALSE(tier::covers(p, valorem::civil_date(2015, 12, 31)));
  EXPECT_TRUE(tier::covers(p, valorem::civil_date(2016, 1, 1)));
  EXPECT_TRUE(tier::covers(p, valorem::civil_date(2018, 12, 31)));
  EXPECT_FALSE(tier::covers(p, valorem::civil_date(2019, 1, 1)));
  EXPECT_TRUE(tier::covers(by_hand(), valorem::civil_date(1900, 1, 1)));
  const tier::program all = tier::parse(everything).value();
  EXPECT_TRUE(tier::covers(all, valorem::civil_date(2999, 1, 1))) << "no end";
  EXPECT_EQ(tier::level_fact(all.measures[3], "B"), 2);
  EXPECT_TRUE(std::isnan(tier::level_fact(all.measures[3], "E")));
  EXPECT_FALSE(tier::is_vip(p, 0));
  EXPECT_TRUE(tier::is_vip(p, 1));
  EXPECT_FALSE(tier::is_vip(all, 1));
  EXPECT_TRUE(tier::not_applied(by_hand()).empty());
}

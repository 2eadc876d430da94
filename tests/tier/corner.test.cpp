// Minimal corners: equivalent to the rule, none implied by another, in the order of the text, bounded.
#include "tier/programs.hpp"
#include "tier/twin.hpp"
#include <valorem/tier/corner.hpp>
#include <valorem/tier/engine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

using namespace tiers_test;
namespace tier = valorem::tier;
using tier::corner;

namespace {

std::vector<corner> corners_of(const tier::program& p, std::string_view id) {
  return tier::minimal_corners(p, p.tiers[tier::find_tier(p, id)].enter).value();
}

bool meets(const tier::program& p, const tier::demand& d, double x) {
  return p.measures[d.measure].direction == tier::better::higher ? x >= d.threshold : x <= d.threshold;
}

/// A program over n measures m0, m1, ... with one rule.
tier::program program_over(int n, const std::string& rule) {
  std::string measures;
  for (int i = 0; i < n; ++i) measures += std::string(i == 0 ? "" : ", ") + "\"m" + std::to_string(i) + "\": {}";
  return tier::parse(R"({"schema": "tier-program/1", "id": "p", "version": "1", "measures": {)" + measures +
                     R"(}, "tiers": [{"id": "base"}, {"id": "top", "enter": )" + rule + "}]}")
      .value();
}

std::string atoms(int first, int n, double threshold = 1) {
  std::string list;
  for (int i = first; i < first + n; ++i) {
    list += std::string(i == first ? "" : ", ") + "{\"m" + std::to_string(i) + "\": " + std::to_string(threshold) + "}";
  }
  return list;
}

}  // namespace

TEST(tier_corner, of_the_example) {
  const tier::program p = tier::parse(cards()).value();
  EXPECT_EQ(corners_of(p, "gold"), (std::vector<corner>{{{0, 8400}, {2, 12}}, {{1, 388}, {2, 12}}}));
  EXPECT_EQ(corners_of(p, "diamond"), (std::vector<corner>{{{0, 20400}, {2, 24}}, {{1, 888}, {2, 24}}}));
  EXPECT_EQ(tier::minimal_corners(p, p.gates[0].require).value(), (std::vector<corner>{{{3, 2}}}));
  EXPECT_THROW((void)tier::minimal_corners(p, static_cast<tier::ordinal>(p.nodes.size())), valorem::contract_error);
}

TEST(tier_corner, merges_thresholds_and_drops_what_is_implied) {
  const auto of = [](const std::string& rule) { return corners_of(program_over(3, rule), "top"); };
  EXPECT_EQ(of(R"({"all": [{"m0": 1}, {"m0": 3}, {"m0": 2}]})"), (std::vector<corner>{{{0, 3}}}));
  EXPECT_EQ(of(R"({"any": [{"m0": 3}, {"m0": 1}, {"m0": 2}]})"), (std::vector<corner>{{{0, 1}}}));
  EXPECT_EQ(of(R"({"any": [{"all": [{"m0": 1}, {"m1": 1}]}, {"m1": 1}]})"), (std::vector<corner>{{{1, 1}}}));
  EXPECT_EQ(of(R"({"any": [{"m2": 1}, {"m0": 1}, {"m2": 1}]})"), (std::vector<corner>{{{2, 1}}, {{0, 1}}}));
  EXPECT_EQ(of(R"({"at_least": 2, "of": [{"m0": 1}, {"m1": 1}, {"m2": 1}]})"),
            (std::vector<corner>{{{0, 1}, {1, 1}}, {{0, 1}, {2, 1}}, {{1, 1}, {2, 1}}}));
}

TEST(tier_corner, stand_for_the_rule_and_none_is_spare) {
  std::mt19937 random(21);
  for (int i = 0; i < 400; ++i) {
    const tier::engine e = engine_of(random_program(random, 3, false));
    const tier::program& p = e.source();
    for (tier::ordinal t = 1; t < 4; ++t) {
      const std::vector<corner> list = tier::minimal_corners(p, p.tiers[t].enter).value();
      std::array<double, 4> facts{};
      for (int k = 0; k < 625; ++k) {
        for (int m = 0, rest = k; m < 4; ++m, rest /= 5) facts[static_cast<std::size_t>(m)] = rest % 5;
        bool some = false;
        for (const corner& c : list) {
          bool all = true;
          for (const tier::demand& d : c) all = all && meets(p, d, facts[d.measure]);
          some = some || all;
        }
        ASSERT_EQ(e.enters(t, facts) == tier::verdict::yes, some);
      }
      // None is spare: at its own thresholds, and as bad as can be elsewhere, only that corner holds.
      for (const corner& own : list) {
        std::array<double, 4> edge{-1, -1, -1, 9};
        for (const tier::demand& d : own) edge[d.measure] = d.threshold;
        int holding = 0;
        for (const corner& c : list) {
          bool all = true;
          for (const tier::demand& d : c) all = all && meets(p, d, edge[d.measure]);
          holding += all;
        }
        ASSERT_EQ(holding, 1);
      }
    }
  }
}

TEST(tier_corner, are_bounded) {
  // 2^12 = 4096 ways are the most; one more factor is too many. C(14, 7) = 3432 fit, C(15, 7) = 6435 do not.
  const auto pairs = [](int n) {
    std::string list;
    for (int i = 0; i < n; ++i) list += std::string(i == 0 ? "" : ", ") + "{\"any\": [" + atoms(2 * i, 2) + "]}";
    return program_over(2 * n, "{\"all\": [" + list + "]}");
  };
  EXPECT_EQ(corners_of(pairs(12), "top").size(), 4096U);
  EXPECT_FALSE(tier::minimal_corners(pairs(13), 0));
  const auto choose = [](int k, int n) {
    return program_over(n, "{\"at_least\": " + std::to_string(k) + ", \"of\": [" + atoms(0, n) + "]}");
  };
  EXPECT_EQ(corners_of(choose(7, 14), "top").size(), 3432U);
  EXPECT_FALSE(tier::minimal_corners(choose(7, 15), 0));
  EXPECT_FALSE(tier::minimal_corners(choose(100, 200), 0));
  EXPECT_EQ(corners_of(choose(200, 200), "top").size(), 1U);
  // One corner alone, but half of 16,000 equal conditions: the work is bounded too.
  std::string same;
  for (int i = 0; i < 16'000; ++i) same += std::string(i == 0 ? "" : ", ") + R"({"m0": 1})";
  const tier::program half = program_over(1, R"({"at_least": 8000, "of": [)" + same + "]}");
  EXPECT_FALSE(tier::minimal_corners(half, 0));
  EXPECT_EQ(tier::engine(half).decide(std::array<double, 1>{1}).tier, 1);
  EXPECT_EQ(corners_of(choose(1, 200), "top").size(), 200U);
}

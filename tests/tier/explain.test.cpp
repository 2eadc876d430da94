// Shortfalls: the worked examples, and by brute force that they arrive, that none is spare and none is missing.
#include "tier/programs.hpp"
#include "tier/twin.hpp"
#include <valorem/tier/explain.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tiers_test;
namespace tier = valorem::tier;
using tier::explanation;
using tier::ordinal;

namespace {

struct gap {
  ordinal measure;
  double size;  // NaN: unknown
};

void expect_options(const std::vector<tier::option>& got, const std::vector<std::vector<gap>>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(got[i].gaps.size(), want[i].size()) << "option " << i;
    for (std::size_t k = 0; k < want[i].size(); ++k) {
      EXPECT_EQ(got[i].gaps[k].measure, want[i][k].measure) << "option " << i;
      if (std::isnan(want[i][k].size)) {
        EXPECT_TRUE(got[i].gaps[k].unknown && std::isnan(got[i].gaps[k].gap) && std::isnan(got[i].gaps[k].have));
      } else {
        EXPECT_EQ(got[i].gaps[k].gap, want[i][k].size) << "option " << i;
        EXPECT_FALSE(got[i].gaps[k].unknown);
      }
    }
  }
}

constexpr ordinal points = 0, fee = 1, tenure = 2, overdue = 3;

/// Facts after the gaps of an option are paid.
template <std::size_t N>
std::array<double, N> paid(const tier::engine& e, std::array<double, N> facts, const tier::option& o) {
  for (const tier::shortfall& s : o.gaps) {
    const bool higher = e.source().measures[s.measure].direction == tier::better::higher;
    facts[s.measure] += higher ? s.gap : -s.gap;
  }
  return facts;
}

}  // namespace

TEST(tier_explain, golden_customers) {
  const tier::engine e = engine_of(cards());
  const auto explain = [&](std::array<double, 4> facts, ordinal target) { return tier::explain(e, facts, target); };

  const explanation c1 = explain({7160, 128, 30, 0}, 2);
  EXPECT_TRUE(c1.gates.empty());
  expect_options(c1.options, {{{points, 1240}}, {{fee, 260}}});
  EXPECT_EQ(c1.options[0].gaps[0].have, 7160);
  EXPECT_EQ(c1.options[0].gaps[0].need, 8400);
  EXPECT_EQ(c1.now.tier, 1);

  expect_options(explain({21000, 0, 18, 0}, 3).options, {{{tenure, 6}}});

  const explanation c3 = explain({25000, 900, 60, 3}, 3);
  EXPECT_EQ(c3.enters, tier::verdict::yes);
  EXPECT_TRUE(c3.options.empty());
  ASSERT_EQ(c3.gates.size(), 1U);
  EXPECT_EQ(c3.gates[0].gate, 0);
  expect_options(c3.gates[0].options, {{{overdue, 1}}});

  const explanation c4 = explain({unknown, 400, 40, 0}, 3);
  expect_options(c4.options, {{{fee, 488}}, {{points, unknown}}});
  EXPECT_EQ(c4.unknown, (std::vector<ordinal>{points}));
  EXPECT_EQ(c4.enters, tier::verdict::unknown);

  expect_options(explain({10, 58, 3, 0}, 1).options, {{{points, 3590}, {tenure, 3}}, {{fee, 130}, {tenure, 3}}});

  for (ordinal t = 0; t <= 1; ++t) {
    const explanation reached = explain({7160, 128, 30, 0}, t);
    EXPECT_TRUE(reached.options.empty() && reached.gates.empty());
    EXPECT_EQ(reached.enters, tier::verdict::yes);
  }
}

TEST(tier_explain, weights_order_options_of_one_size) {
  const tier::engine e = engine_of(cards());
  const std::array<double, 4> facts{7160, 128, 30, 0};
  const std::array<double, 4> dear_points{1, 1, 1, 1}, dear_fee{0.01, 1, 1, 1};
  expect_options(tier::explain(e, facts, 2, dear_points).options, {{{fee, 260}}, {{points, 1240}}});
  const explanation cheap = tier::explain(e, facts, 2, dear_fee);
  expect_options(cheap.options, {{{points, 1240}}, {{fee, 260}}});
  EXPECT_EQ(cheap.options[0].cost, 0.01 * 1240);
  EXPECT_EQ(cheap.options[1].cost, 260);
}

TEST(tier_explain, drops_an_option_only_where_another_asks_no_more_in_every_measure) {
  const tier::engine e =
      engine_of(R"({"schema": "tier-program/1", "id": "p", "version": "1", "measures": {"a": {}, "b": {}},
    "tiers": [{"id": "t0"}, {"id": "t1", "enter": {"any": [{"all": [{"a": 10}, {"b": 2}]}, {"all": [{"a": 5}, {"b": 8}]}]}}]})");
  const auto options = [&](double a, double b) { return tier::explain(e, std::array<double, 2>{a, b}, 1).options; };
  expect_options(options(0, 0), {{{0, 10}, {1, 2}}, {{0, 5}, {1, 8}}});  // same measures, both are real ways
  expect_options(options(0, 8), {{{0, 5}}});                             // 10 of a is no better than 5
  expect_options(options(0, 3), {{{0, 10}}, {{0, 5}, {1, 5}}});          // fewer measures first
  expect_options(options(7, 0), {{{1, 8}}, {{0, 3}, {1, 2}}});
}

TEST(tier_explain, of_two_unknown_bars_the_nearer_is_named) {
  const tier::engine e = engine_of(R"({"schema": "tier-program/1", "id": "p", "version": "1",
    "measures": {"a": {}, "b": {}, "c": {"better": "lower"}},
    "tiers": [{"id": "t0"}, {"id": "t1", "enter": {"any": [{"all": [{"a": 10}, {"b": 2}]}, {"all": [{"a": 5}, {"b": 3}]},
                                                          {"c": 1}, {"all": [{"c": 2}, {"b": 9}]}]}}]})");
  const explanation x = tier::explain(e, std::array<double, 3>{unknown, 9, unknown}, 1);
  ASSERT_EQ(x.options.size(), 2U);
  EXPECT_EQ(x.options[0].gaps[0].need, 5);
  EXPECT_EQ(x.options[1].gaps[0].need, 2) << "b has its 9, so 2 of c suffices";
  EXPECT_EQ(x.unknown, (std::vector<ordinal>{0, 2}));
}

TEST(tier_explain, options_are_exactly_the_minimal_payments) {
  std::mt19937 random(31);
  std::size_t compared = 0;
  for (int i = 0; i < 250; ++i) {
    const tier::engine e = engine_of(random_program(random, 3, false));
    for (ordinal t = 1; t < 4; ++t) {
      std::array<double, 4> facts{};
      for (double& x : facts) x = static_cast<double>(random() % 5);
      // Every payment on the grid that reaches the target, then those of which nothing can be spared.
      std::vector<std::array<int, 4>> reach;
      for (int k = 0; k < 625; ++k) {
        std::array<int, 4> pay{};
        for (int m = 0, rest = k; m < 4; ++m, rest /= 5) pay[static_cast<std::size_t>(m)] = rest % 5;
        const std::array<double, 4> after{facts[0] + pay[0], facts[1] + pay[1], facts[2] + pay[2], facts[3] - pay[3]};
        if (e.enters(t, after) == tier::verdict::yes) reach.push_back(pay);
      }
      std::set<std::array<int, 4>> minimal;
      for (const auto& a : reach) {
        const bool spare = std::any_of(reach.begin(), reach.end(), [&](const auto& b) {
          return b != a && b[0] <= a[0] && b[1] <= a[1] && b[2] <= a[2] && b[3] <= a[3];
        });
        if (!spare) minimal.insert(a);
      }
      const explanation x = tier::explain(e, facts, t);
      std::set<std::array<int, 4>> named;
      for (const tier::option& o : x.options) {
        std::array<int, 4> pay{};
        for (const tier::shortfall& s : o.gaps) pay[s.measure] = static_cast<int>(s.gap);
        named.insert(pay);
      }
      ASSERT_EQ(named.size(), x.options.size()) << "no option stands twice";
      if (x.enters == tier::verdict::yes) {
        ASSERT_TRUE(named.empty() && minimal == (std::set<std::array<int, 4>>{{0, 0, 0, 0}}));
        continue;
      }
      ASSERT_EQ(named, minimal);
      ++compared;
      ASSERT_TRUE(std::is_sorted(x.options.begin(), x.options.end(),
                                 [](const auto& a, const auto& b) { return a.gaps.size() < b.gaps.size(); }));
    }
  }
  EXPECT_GT(compared, 300U);
}

TEST(tier_explain, passing_the_gates_and_one_option_reaches_the_target) {
  std::mt19937 random(32);
  std::size_t with_gate = 0;
  for (int i = 0; i < 2'000; ++i) {
    const tier::engine e = engine_of(random_program(random));
    std::array<double, 4> facts{};
    for (double& x : facts) x = static_cast<double>(random() % 5);
    const auto t = static_cast<ordinal>(1 + random() % 3);
    const explanation x = tier::explain(e, facts, t);
    ASSERT_FALSE(x.too_complex);
    std::vector<std::array<double, 4>> after;
    if (x.enters == tier::verdict::yes) after.push_back(facts);
    for (const tier::option& o : x.options) after.push_back(paid(e, facts, o));
    for (const auto& f : after) {
      if (x.gates.empty()) {
        ASSERT_GE(e.decide(f).tier, t);
        continue;
      }
      ++with_gate;
      if (f == facts) {
        ASSERT_LT(e.decide(f).tier, t) << "the gate bars";
      }
      ASSERT_EQ(x.gates.size(), 1U);
      for (const tier::option& g : x.gates[0].options) {
        std::array<double, 4> both = f;
        const auto through = paid(e, facts, g);
        for (std::size_t m = 0; m < 3; ++m) both[m] = std::max(f[m], through[m]);
        both[3] = std::min(f[3], through[3]);
        ASSERT_GE(e.decide(both).tier, t);
      }
    }
  }
  EXPECT_GT(with_gate, 200U);
}

TEST(tier_explain, a_gap_arrives_in_double_arithmetic_and_is_not_larger_than_it_must) {
  const tier::engine e = engine_of(R"({"schema": "tier-program/1", "id": "p", "version": "1",
    "measures": {"a": {}, "z": {"better": "lower"}},
    "tiers": [{"id": "t0"}, {"id": "up", "enter": {"a": 388.1}}, {"id": "down", "enter": {"z": 0.3}}]})");
  std::mt19937_64 random(33);
  std::uniform_real_distribution<double> spread(-40, 40);
  int bumped = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double have = (i % 3 == 0 ? -1 : 1) * std::exp2(spread(random));
    for (const ordinal t : {ordinal{1}, ordinal{2}}) {
      const std::array<double, 2> facts{have, have};
      const explanation x = tier::explain(e, facts, t);
      if (x.enters == tier::verdict::yes) continue;
      const tier::shortfall& s = x.options.at(0).gaps.at(0);
      ASSERT_GT(s.gap, 0);
      ASSERT_EQ(e.enters(t, paid(e, facts, x.options[0])), tier::verdict::yes) << have;
      const double difference = std::abs(s.need - have);
      ASSERT_GE(s.gap, difference);
      ASSERT_LE(s.gap, std::nextafter(difference, 1e300));
      bumped += s.gap != difference;
    }
  }
  EXPECT_GT(bumped, 100) << "the plain difference is not always enough";
}

TEST(tier_explain, scores_with_unknown_parts) {
  const tier::engine e = engine_of(everything);
  const ordinal stars = tier::find_measure(e.source(), "stars"), gold = 2;
  // overdue 0 -> 3 and grade A -> 2.5 are certain; the tenure could bring 5 more, 8 are asked.
  const explanation x = tier::explain(e, std::array<double, 6>{5000, unknown, 0, 3, 0, 0}, gold);
  ASSERT_EQ(x.options.size(), 1U);
  EXPECT_EQ(x.options[0].gaps[0].measure, stars);
  EXPECT_EQ(x.options[0].gaps[0].have, 5.5);
  EXPECT_EQ(x.options[0].gaps[0].gap, 2.5);
  EXPECT_TRUE(x.options[0].gaps[0].unknown);
  EXPECT_EQ(x.unknown, (std::vector<ordinal>{stars}));
  const explanation y = tier::explain(e, std::array<double, 6>{5000, unknown, 1, 0, 0, 0}, gold);
  EXPECT_EQ(y.options[0].gaps[0].gap, 7);
  EXPECT_FALSE(y.options[0].gaps[0].unknown) << "the unknown tenure could not close it";
}

TEST(tier_explain, a_gate_that_must_know_its_facts_bars_while_it_does_not) {
  const tier::engine e = engine_of(with(cards(), R"("unknown": "fail")", R"("unknown": "error")"));
  const explanation x = tier::explain(e, std::array<double, 4>{9000, 0, 60, unknown}, 2);
  ASSERT_EQ(x.gates.size(), 1U);
  expect_options(x.gates[0].options, {{{overdue, unknown}}});
  const tier::engine high =
      engine_of(with(cards(), R"("else": "none", "unknown": "fail")", R"("else": "gold", "unknown": "error")"));
  EXPECT_EQ(tier::explain(high, std::array<double, 4>{9000, 0, 60, unknown}, 1).gates.size(), 1U)
      << "undecided is the base";
  EXPECT_TRUE(tier::explain(high, std::array<double, 4>{9000, 0, 60, 9}, 1).gates.empty())
      << "failing it leaves gold open";
  const tier::engine pass = engine_of(with(cards(), R"("unknown": "fail")", R"("unknown": "pass")"));
  EXPECT_TRUE(tier::explain(pass, std::array<double, 4>{9000, 0, 60, unknown}, 2).gates.empty());
}

TEST(tier_explain, says_where_there_are_too_many_ways) {
  std::string measures, list;
  for (int i = 0; i < 26; ++i) measures += std::string(i == 0 ? "" : ", ") + "\"m" + std::to_string(i) + "\": {}";
  for (int i = 0; i < 13; ++i) {
    list += std::string(i == 0 ? "" : ", ") + R"({"any": [{"m)" + std::to_string(2 * i) + R"(": 1}, {"m)" +
            std::to_string(2 * i + 1) + R"(": 1}]})";
  }
  const tier::engine e =
      engine_of(R"({"schema": "tier-program/1", "id": "p", "version": "1", "measures": {)" + measures +
                R"(}, "tiers": [{"id": "t0"}, {"id": "t1", "enter": {"all": [)" + list + "]}}]}");
  const std::vector<double> facts(26, 0.0), rich(26, 1.0);
  const explanation x = tier::explain(e, facts, 1);
  EXPECT_TRUE(x.too_complex);
  EXPECT_TRUE(x.options.empty());
  EXPECT_EQ(e.decide(rich).tier, 1) << "deciding does not mind";
}

TEST(tier_explain, refuses_a_broken_contract) {
  const tier::engine e = engine_of(cards());
  const std::array<double, 4> facts{0, 0, 0, 0};
  EXPECT_THROW((void)tier::explain(e, facts, 4), valorem::contract_error);
  EXPECT_THROW((void)tier::explain(e, std::array<double, 3>{}, 1), valorem::contract_error);
  EXPECT_THROW((void)tier::explain(e, facts, 1, std::array<double, 3>{1, 1, 1}), valorem::contract_error);
  EXPECT_THROW((void)tier::explain(e, facts, 1, std::array<double, 4>{1, 1, 1, -1}), valorem::contract_error);
  EXPECT_THROW((void)tier::explain(e, facts, 1, std::array<double, 4>{1, 1, 1, unknown}), valorem::contract_error);
  EXPECT_THROW((void)tier::record(e, std::array<double, 5>{}, valorem::civil_date(2016, 6, 1)),
               valorem::contract_error);
}

TEST(tier_record, holds_the_decision_and_all_that_led_to_it) {
  const tier::engine e = engine_of(cards());
  const tier::decision_record r =
      tier::record(e, std::array<double, 4>{7160, unknown, 30, 0}, valorem::civil_date(2016, 6, 1));
  EXPECT_EQ(r.program, "gz-vip");
  EXPECT_EQ(r.version, "2016.1");
  EXPECT_EQ(r.fingerprint, e.source().fingerprint);
  EXPECT_TRUE(r.in_effect);
  EXPECT_EQ(r.tier, "silver");
  EXPECT_EQ(r.made, e.decide(std::array<double, 4>{7160, unknown, 30, 0}));
  EXPECT_EQ(r.not_applied, (std::vector<std::string>{"keep", "review", "quota", "benefits"}));
  ASSERT_EQ(r.atoms.size(), 7U);  // the gate's one, three of silver, three of gold
  EXPECT_TRUE(r.atoms[0].of_gate);
  EXPECT_EQ(r.atoms[0].measure, "overdue");
  EXPECT_EQ(r.atoms[0].margin, 2);
  EXPECT_EQ(r.atoms[0].holds, tier::verdict::yes);
  EXPECT_EQ(r.atoms[1].place, 1);
  EXPECT_EQ(r.atoms[1].margin, 3560);
  EXPECT_EQ(r.atoms[2].holds, tier::verdict::unknown);
  EXPECT_TRUE(std::isnan(r.atoms[2].value) && std::isnan(r.atoms[2].margin));
  EXPECT_EQ(r.atoms[2].unit, "CNY/month");
  EXPECT_EQ(r.atoms[4].place, 2);
  EXPECT_EQ(r.atoms[4].threshold, 8400);
  EXPECT_EQ(r.atoms[4].margin, -1240);
  EXPECT_EQ(r.atoms[4].holds, tier::verdict::no);
  EXPECT_FALSE(tier::record(e, std::array<double, 4>{}, valorem::civil_date(2019, 1, 1)).in_effect);
  EXPECT_EQ(tier::record(e, std::array<double, 4>{1e6, 0, 60, 0}, valorem::civil_date(2016, 6, 1)).atoms.size(), 4U)
      << "no tier above";
}

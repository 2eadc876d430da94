// Decisions: the worked examples, Kleene logic against a naive twin over the JSON itself, and the laws that it must
// obey.
#include "support/allocations.hpp"
#include "tier/programs.hpp"
#include "tier/twin.hpp"
#include <valorem/tier/engine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

using namespace tiers_test;
using valorem::status;
using valorem::tier::decision;
using valorem::tier::engine;
using valorem::tier::ordinal;
using valorem::tier::outcome;
using valorem::tier::verdict;

namespace {

/// Facts drawn on and around the thresholds, some of them unknown.
std::vector<double> draw(std::mt19937& random, const std::vector<std::vector<double>>& grid, unsigned unknown_in) {
  std::vector<double> facts;
  for (const auto& values : grid) {
    const bool is_unknown = unknown_in != 0 && random() % unknown_in == 0;
    facts.push_back(is_unknown ? unknown : values[random() % values.size()]);
  }
  return facts;
}

const std::vector<std::vector<double>> card_grid{{0, 10, 3599, 3600, 8400, 20399, 20400, 1e6},
                                                 {0, 187.99, 188, 388, 887, 888, 1000},
                                                 {0, 5, 6, 11, 12, 23, 24, 60},
                                                 {0, 1, 2, 3, 9}};
const std::vector<std::vector<double>> everything_grid{
    {0, 99, 100, 4999, 5000, 6000}, {0, 5, 6, 11, 12, 24, 59, 60, 70}, {0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1}, {0, 1}};

}  // namespace

TEST(tier_engine, golden_customers) {
  const engine e = engine_of(cards());
  ASSERT_EQ(e.facts().size(), 4U);
  EXPECT_EQ(e.facts()[0], "points");
  EXPECT_EQ(e.facts()[3], "overdue");
  struct row {
    std::array<double, 4> facts;
    ordinal tier, candidate;
    outcome how;
    status state;
    bool vip;
  };
  const std::array<row, 5> rows{row{{7160, 128, 30, 0}, 1, 1, outcome::granted, status::ok, true},
                                row{{21000, 0, 18, 0}, 2, 2, outcome::granted, status::ok, true},
                                row{{25000, 900, 60, 3}, 0, 3, outcome::gate, status::ok, false},
                                row{{unknown, 400, 40, 0}, 2, 2, outcome::granted, status::unknown_fact, true},
                                row{{10, 58, 3, 0}, 0, 0, outcome::granted, status::ok, false}};
  for (const row& r : rows) {
    const decision d = e.decide(r.facts);
    EXPECT_EQ(d.tier, r.tier);
    EXPECT_EQ(d.candidate, r.candidate);
    EXPECT_EQ(d.how, r.how);
    EXPECT_EQ(d.state, r.state);
    EXPECT_EQ(d.vip, r.vip);
    EXPECT_EQ(d.gate, r.how == outcome::gate ? 0 : valorem::tier::no_gate);
  }
}

TEST(tier_engine, thresholds_are_exact) {
  const engine e = engine_of(cards());
  const auto tier_at = [&](double points, double overdue) {
    return e.decide(std::array<double, 4>{points, 0, 60, overdue}).tier;
  };
  for (const auto& [bar, tier] : {std::pair{3600.0, 1}, {8400.0, 2}, {20400.0, 3}}) {
    EXPECT_EQ(tier_at(std::nextafter(bar, 0), 0), tier - 1);
    EXPECT_EQ(tier_at(bar, 0), tier);
    EXPECT_EQ(tier_at(std::nextafter(bar, 1e9), 0), tier);
  }
  EXPECT_EQ(tier_at(3600, std::nextafter(2.0, 0.0)), 1);
  EXPECT_EQ(tier_at(3600, 2), 1);
  EXPECT_EQ(tier_at(3600, std::nextafter(2.0, 3.0)), 0);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(tier_at(infinity, -infinity), 3);
  EXPECT_EQ(tier_at(-infinity, 0), 0);
  EXPECT_EQ(tier_at(3600, infinity), 0);
  EXPECT_EQ(e.decide(std::array<double, 4>{3600, 0, 60, -0.0}).tier, 1);
}

TEST(tier_engine, unknown_gate_fails_passes_or_stops) {
  const auto decide = [&](std::string_view unknown_as, double overdue) {
    return engine_of(with(cards(), R"("unknown": "fail")", "\"unknown\": \"" + std::string(unknown_as) + "\""))
        .decide(std::array<double, 4>{9000, 0, 60, overdue});
  };
  const decision fail = decide("fail", unknown);
  EXPECT_EQ(fail.tier, 0);
  EXPECT_EQ(fail.candidate, 2);
  EXPECT_EQ(fail.how, outcome::gate);
  EXPECT_EQ(fail.state, status::unknown_fact);
  const decision pass = decide("pass", unknown);
  EXPECT_EQ(pass.tier, 2);
  EXPECT_EQ(pass.how, outcome::granted);
  EXPECT_EQ(pass.state, status::unknown_fact) << "the fact may yet fail the gate";
  const decision stop = decide("error", unknown);
  EXPECT_EQ(stop.tier, 0);
  EXPECT_EQ(stop.how, outcome::undecided);
  EXPECT_EQ(stop.gate, 0);
  EXPECT_EQ(stop.state, status::unknown_fact);
  EXPECT_FALSE(stop.vip);
  for (const auto how : {"fail", "pass", "error"}) {
    EXPECT_EQ(decide(how, 2).tier, 2);
    EXPECT_EQ(decide(how, 3).tier, 0);
    EXPECT_EQ(decide(how, 3).state, status::ok);
  }
}

TEST(tier_engine, names_the_gate_that_decided) {
  const auto gates = [](std::string_view list) {
    return engine_of(
        R"({"schema": "tier-program/1", "id": "p", "version": "1", "measures": {"a": {}, "b": {}, "c": {}},
      "gates": [)" +
        std::string(list) +
        R"(], "tiers": [{"id": "t0"}, {"id": "t1", "enter": {"a": 1}}, {"id": "t2", "enter": {"a": 2}}]})");
  };
  const engine lowest =
      gates(R"({"id": "g", "require": {"b": 1}, "else": "t1"}, {"id": "h", "require": {"c": 1}, "else": "t0"})");
  EXPECT_EQ(lowest.decide(std::array<double, 3>{2, 0, 1}).gate, 0);
  EXPECT_EQ(lowest.decide(std::array<double, 3>{2, 0, 0}).gate, 1) << "the one that brought her lowest";
  EXPECT_EQ(lowest.decide(std::array<double, 3>{1, 0, 1}).gate, valorem::tier::no_gate) << "t1 is not lowered to t1";
  const engine stop = gates(R"({"id": "g", "require": {"b": 1}, "else": "t1", "unknown": "error"},
                               {"id": "h", "require": {"c": 1}, "else": "t0"})");
  const decision d = stop.decide(std::array<double, 3>{2, unknown, 0});
  EXPECT_EQ(d.how, outcome::undecided);
  EXPECT_EQ(d.gate, 0) << "whatever comes after";
}

TEST(tier_engine, an_unknown_that_cannot_matter_leaves_the_status_ok) {
  const engine e = engine_of(cards());
  EXPECT_EQ(e.decide(std::array<double, 4>{unknown, 900, 60, 0}).state, status::ok) << "diamond by fee";
  EXPECT_EQ(e.decide(std::array<double, 4>{unknown, unknown, 3, 0}).state, status::ok) << "too young for any card";
  EXPECT_EQ(e.decide(std::array<double, 4>{unknown, unknown, unknown, 3}).state, status::ok)
      << "barred whatever they are";
  EXPECT_EQ(e.decide(std::array<double, 4>{0, 0, 60, unknown}).state, status::ok)
      << "a base customer whom the gate bars or not";
  EXPECT_EQ(e.decide(std::array<double, 4>{unknown, unknown, unknown, unknown}).state, status::unknown_fact);
}

TEST(tier_engine, a_wrong_number_of_facts_is_invalid) {
  const engine e = engine_of(cards());
  EXPECT_EQ(e.decide(std::array<double, 3>{1, 2, 3}).state, status::invalid);
  EXPECT_EQ(e.decide(std::span<const double>{}).state, status::invalid);
  const std::vector<double> column(5, 0.0);
  std::vector<decision> out(5);
  std::vector<std::span<const double>> columns(3, column);
  EXPECT_THROW(e.decide(columns, out), valorem::contract_error);
  columns.assign(4, column);
  EXPECT_NO_THROW(e.decide(columns, out));
  columns[2] = std::span<const double>(column).first(4);
  EXPECT_THROW(e.decide(columns, out), valorem::contract_error);
}

TEST(tier_engine, agrees_with_the_naive_twin) {
  std::mt19937 random(1);
  for (const auto& [text, grid] :
       {std::pair{cards(), card_grid}, std::pair{std::string(everything), everything_grid}}) {
    const engine e = engine_of(text);
    const twin naive(text);
    for (int i = 0; i < 20'000; ++i) {
      const std::vector<double> facts = draw(random, grid, 4);
      const twin::answer want = naive.decide(facts);
      const decision got = e.decide(facts);
      ASSERT_EQ(got.tier, want.tier) << i;
      ASSERT_EQ(got.candidate, want.candidate) << i;
      ASSERT_EQ(got.state, want.could_change ? status::unknown_fact : status::ok) << i;
      ASSERT_EQ(got.how == outcome::undecided, want.undecided) << i;
      ASSERT_EQ(got.how == outcome::gate, !want.undecided && want.tier != want.candidate) << i;
    }
  }
}

TEST(tier_engine, agrees_with_the_naive_twin_on_random_programs) {
  std::mt19937 random(2);
  for (int i = 0; i < 1'500; ++i) {
    const std::string text = random_program(random);
    const engine e = engine_of(text);
    const twin naive(text);
    for (int k = 0; k < 20; ++k) {
      std::vector<double> facts;
      for (int m = 0; m < 4; ++m) facts.push_back(random() % 4 == 0 ? unknown : static_cast<double>(random() % 5));
      const twin::answer want = naive.decide(facts);
      const decision got = e.decide(facts);
      ASSERT_EQ(got.tier, want.tier) << text;
      ASSERT_EQ(got.candidate, want.candidate) << text;
      ASSERT_EQ(got.state, want.could_change ? status::unknown_fact : status::ok) << text;
    }
  }
}

TEST(tier_engine, status_says_exactly_whether_the_tier_could_change) {
  // All completions of the unknown facts on a grid that holds values on both sides of every threshold.
  const engine e = engine_of(cards());
  std::mt19937 random(3);
  for (int i = 0; i < 400; ++i) {
    const std::vector<double> facts = draw(random, card_grid, 2);
    const decision d = e.decide(facts);
    bool changes = false;
    std::vector<double> full(4);
    for (const double a : card_grid[0])
      for (const double b : card_grid[1])
        for (const double c : card_grid[2])
          for (const double o : card_grid[3]) {
            full = {a, b, c, o};
            for (std::size_t m = 0; m < 4; ++m) full[m] = std::isnan(facts[m]) ? full[m] : facts[m];
            changes = changes || e.decide(full).tier != d.tier;
          }
    ASSERT_EQ(d.state == status::unknown_fact, changes) << i;
  }
}

TEST(tier_engine, better_facts_never_lower_a_tier) {
  std::mt19937 random(4);
  const engine e = engine_of(cards()), all = engine_of(everything);
  const std::vector<bool> card_higher{true, true, true, false}, all_higher{true, true, false, true, true, false};
  for (int i = 0; i < 20'000; ++i) {
    const bool which = i % 2 == 0;
    const auto& grid = which ? card_grid : everything_grid;
    const auto& higher = which ? card_higher : all_higher;
    const engine& one = which ? e : all;
    std::vector<double> facts = draw(random, grid, which ? 5 : 0);
    const decision before = one.decide(facts);
    for (std::size_t m = 0; m < facts.size(); ++m) {
      if (std::isnan(facts[m]) || random() % 2 == 0) continue;
      const double other = grid[m][random() % grid[m].size()];
      facts[m] = higher[m] ? std::max(facts[m], other) : std::min(facts[m], other);
    }
    const decision after = one.decide(facts);
    ASSERT_GE(after.tier, before.tier) << i;
    ASSERT_GE(after.candidate, before.candidate) << i;
  }
}

TEST(tier_engine, filling_in_an_unknown_never_lowers_a_tier) {
  std::mt19937 random(5);
  const engine e = engine_of(cards());
  int raised = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<double> facts = draw(random, card_grid, 2);
    const decision before = e.decide(facts);
    for (std::size_t m = 0; m < facts.size(); ++m) {
      if (std::isnan(facts[m]) && random() % 2 == 0) facts[m] = card_grid[m][random() % card_grid[m].size()];
    }
    const decision after = e.decide(facts);
    ASSERT_GE(after.tier, before.tier) << i;
    raised += after.tier > before.tier;
  }
  EXPECT_GT(raised, 1'000);
}

TEST(tier_engine, columns_equal_one_at_a_time_for_any_batch_and_threads) {
  std::mt19937 random(6);
  for (const auto& [text, grid] :
       {std::pair{cards(), card_grid}, std::pair{std::string(everything), everything_grid}}) {
    const engine e = engine_of(text);
    constexpr std::size_t rows = 9'001;
    std::vector<std::vector<double>> columns(grid.size(), std::vector<double>(rows));
    std::vector<decision> want(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::vector<double> facts = draw(random, grid, 4);
      for (std::size_t m = 0; m < grid.size(); ++m) columns[m][r] = facts[m];
      want[r] = e.decide(facts);
    }
    for (const std::size_t batch :
         {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}, std::size_t{1'000}, rows}) {
      for (const unsigned threads : {1U, 2U}) {
        std::vector<decision> got(rows);
        for (std::size_t first = 0; first < rows; first += batch) {
          const std::size_t n = std::min(batch, rows - first);
          std::vector<std::span<const double>> part;
          for (const auto& c : columns) part.push_back(std::span<const double>(c).subspan(first, n));
          e.decide(part, std::span<decision>(got).subspan(first, n), valorem::threads(threads));
        }
        ASSERT_EQ(got, want) << "batches of " << batch;
      }
    }
  }
}

TEST(tier_engine, scores_know_what_is_certain) {
  const engine e = engine_of(everything);
  const ordinal stars = valorem::tier::find_measure(e.source(), "stars");
  const auto read = [&](std::array<double, 6> facts) { return e.read(stars, facts); };
  // tenure 60 -> 5, overdue 0 -> 3, grade A -> 2.5, contract -> 4
  EXPECT_EQ(read({0, 60, 0, 3, 1, 0}).low, 14.5);
  EXPECT_EQ(read({0, 59, 1, 2, 0, 0}).low, 2 + 1 + 1 + 0);
  EXPECT_EQ(read({0, 11, 3, 1, 0, 0}).high, 0);
  EXPECT_EQ(read({0, unknown, 0, 3, 1, 0}).low, 9.5);
  EXPECT_EQ(read({0, unknown, 0, 3, 1, 0}).high, 14.5);
  EXPECT_EQ(read({0, 60, 0, unknown, unknown, 0}).high, 8) << "grade and contract have defaults: D and false";
  const ordinal gold = valorem::tier::find_tier(e.source(), "gold");
  EXPECT_EQ(e.enters(gold, std::array<double, 6>{5000, unknown, 0, 3, 1, 0}), verdict::yes)
      << "9.5 of 8 whatever the tenure";
  EXPECT_EQ(e.enters(gold, std::array<double, 6>{5000, unknown, 0, 0, 0, 0}), verdict::unknown) << "3 to 8";
  EXPECT_EQ(e.enters(gold, std::array<double, 6>{5000, unknown, 1, 0, 0, 0}), verdict::no) << "1 to 6 at most";
}

TEST(tier_engine, at_least_counts_what_holds_and_what_may) {
  // 13 conditions, so that the count passes a byte's low bits; 3 of them unknown at most.
  for (int need = 1; need <= 13; ++need) {
    std::string of;
    for (int i = 0; i < 13; ++i) of += std::string(i == 0 ? "" : ",") + R"({"m)" + std::to_string(i) + R"(": 1})";
    std::string measures;
    for (int i = 0; i < 13; ++i) measures += std::string(i == 0 ? "" : ",") + R"("m)" + std::to_string(i) + R"(": {})";
    const engine e = engine_of(R"({"schema": "tier-program/1", "id": "k", "version": "1", "measures": {)" + measures +
                               R"(}, "tiers": [{"id": "b"}, {"id": "t", "enter": {"at_least": )" +
                               std::to_string(need) + R"(, "of": [)" + of + "]}}]}");
    std::mt19937 random(static_cast<unsigned>(need));
    for (int i = 0; i < 500; ++i) {
      std::array<double, 13> facts{};
      int hold = 0, open = 0;
      for (double& x : facts) {
        const auto r = random() % 5;
        x = r == 0 ? unknown : r < 3 ? 1 : 0;
        hold += r == 1 || r == 2;
        open += r == 0;
      }
      const verdict want = hold >= need ? verdict::yes : hold + open < need ? verdict::no : verdict::unknown;
      ASSERT_EQ(e.enters(1, facts), want);
    }
  }
}

TEST(tier_engine, deciding_allocates_nothing) {
  const engine e = engine_of(everything);
  const std::array<double, 6> facts{5000, 60, 0, 3, 1, unknown};
  constexpr std::size_t rows = 5'000;
  const std::vector<double> column(rows, 2.0);
  const std::vector<std::span<const double>> columns(6, column);
  std::vector<decision> out(rows);
  const std::size_t at_first = tests_support::allocations();
  const engine copy = e;
  const std::size_t before = tests_support::allocations();
  ASSERT_GT(before, at_first) << "the counter counts";
  decision d;
  for (int i = 0; i < 100; ++i) d = e.decide(facts);
  e.decide(columns, out);
  EXPECT_EQ(tests_support::allocations(), before);
  EXPECT_EQ(d.tier, 2);
  EXPECT_EQ(out.back(), e.decide(std::array<double, 6>{2, 2, 2, 2, 2, 2}));
  static_assert(noexcept(e.decide(facts)));
}

TEST(tier_engine, one_engine_serves_many_threads_and_is_a_value) {
  const engine first = engine_of(cards());
  const engine copy = first;
  const engine second = engine_of(with(cards(), R"({"points": 8400})", R"({"points": 9000})"));
  const std::array<double, 4> facts{8500, 0, 60, 0};
  EXPECT_EQ(copy.decide(facts).tier, 2);
  EXPECT_EQ(second.decide(facts).tier, 1);
  EXPECT_EQ(copy.source(), first.source());
  EXPECT_FALSE(second.source() == first.source());
}

TEST(tier_engine, vip_tiers_are_those_that_say_so) {
  const engine some = engine_of(everything);
  EXPECT_FALSE(some.decide(std::array<double, 6>{100, 6, 0, 0, 0, 0}).vip) << "silver says false";
  EXPECT_TRUE(some.decide(std::array<double, 6>{5000, 60, 0, 3, 1, 0}).vip);
  const engine one = engine_of(with(cards(), R"({"id": "gold",    "label")", R"({"id": "gold", "vip": true, "label")"));
  EXPECT_FALSE(one.decide(std::array<double, 4>{3600, 0, 60, 0}).vip) << "gold alone says so";
  EXPECT_TRUE(one.decide(std::array<double, 4>{8400, 0, 60, 0}).vip);
  EXPECT_FALSE(one.decide(std::array<double, 4>{20400, 0, 60, 0}).vip);
  const engine deny =
      engine_of(with(cards(), R"({"id": "silver",  "label")", R"({"id": "silver", "vip": false, "label")"));
  EXPECT_FALSE(deny.decide(std::array<double, 4>{3600, 0, 60, 0}).vip);
  EXPECT_TRUE(deny.decide(std::array<double, 4>{8400, 0, 60, 0}).vip);
  EXPECT_FALSE(deny.decide(std::array<double, 4>{0, 0, 60, 0}).vip);
}

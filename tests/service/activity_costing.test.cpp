#include <valorem/service/activity_costing.hpp>

#include <gtest/gtest.h>

#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::activity;
using valorem::cost_of_capacity;

using support::inf;
using support::nan;

// Kaplan & Anderson (2004): orders, inquiries and credit checks of a team that costs 560,000 for 700,000 minutes.
TEST(activity_costing, golden_g2) {
  const std::vector<activity> done{{8, 49000}, {44, 1400}, {50, 2500}};
  const auto use = cost_of_capacity(560000, 700000, done);
  EXPECT_EQ(use.per_minute, 0.80);
  EXPECT_EQ(8 * use.per_minute, 6.40);
  EXPECT_EQ(44 * use.per_minute, 35.20);
  EXPECT_EQ(50 * use.per_minute, 40.00);
  EXPECT_EQ(use.used_minutes, 578600);
  EXPECT_DOUBLE_EQ(use.assigned, 462880);
  EXPECT_EQ(use.unused_minutes, 121400);
  EXPECT_NEAR(use.unused, 97120, 1e-9);  // what is left of 560,000 keeps its last place, 1.2e-10
  EXPECT_NEAR(use.utilisation, 0.8265714, 5e-8);
  EXPECT_FALSE(use.over_capacity);
}

TEST(activity_costing, nothing_is_lost) {
  std::mt19937_64 random(6);
  std::uniform_real_distribution<double> some(0, 100);
  for (int round = 0; round < 1000; ++round) {
    std::vector<activity> done(8);
    double by_activity = 0;
    for (auto& a : done) a = {some(random), some(random)};
    const double cost = 1000 * some(random), capacity = 1 + 500 * some(random);
    const auto use = cost_of_capacity(cost, capacity, done);
    for (const auto& a : done) by_activity += a.minutes * use.per_minute * a.count;
    EXPECT_NEAR(use.assigned, by_activity, 1e-14 * by_activity);
    EXPECT_NEAR(use.assigned + use.unused, cost, 1e-14 * (cost + use.assigned));
    EXPECT_NEAR(use.used_minutes + use.unused_minutes, capacity, 1e-14 * (capacity + use.used_minutes));
    EXPECT_EQ(use.over_capacity, use.unused_minutes < 0);
    EXPECT_EQ(use.over_capacity, use.utilisation > 1);
  }
}

TEST(activity_costing, an_idle_and_an_overworked_team) {
  const auto idle = cost_of_capacity(100, 50, {});
  EXPECT_EQ(idle.assigned, 0);
  EXPECT_EQ(idle.unused, 100);
  const std::vector<activity> busy{{30, 2}};
  const auto over = cost_of_capacity(100, 50, busy);
  EXPECT_TRUE(over.over_capacity);
  EXPECT_EQ(over.unused_minutes, -10);
  EXPECT_EQ(over.assigned, 120);
  EXPECT_EQ(over.unused, -20);
  const std::vector<activity> exact{{25, 2}};
  EXPECT_FALSE(cost_of_capacity(100, 50, exact).over_capacity);
}

TEST(activity_costing, refusals_name_row_and_field) {
  for (const double bad : {0.0, -1.0, nan, inf})
    EXPECT_THROW((void)cost_of_capacity(100, bad, {}), valorem::contract_error);
  for (const double bad : {-1.0, nan, inf}) {
    EXPECT_THROW((void)cost_of_capacity(bad, 50, {}), valorem::contract_error);
    const std::vector<activity> minutes{{1, 1}, {bad, 1}}, count{{1, bad}};
    const auto refused = [](const std::vector<activity>& done, const char* where) {
      try {
        (void)cost_of_capacity(100, 50, done);
        ADD_FAILURE() << where;
      } catch (const valorem::data_error& e) {
        EXPECT_EQ(std::string(e.what()).find(where), 0u) << e.what();
      }
    };
    refused(minutes, "row 2, minutes");
    refused(count, "row 1, count");
  }
  const std::vector<activity> huge{{1e200, 1e200}};
  EXPECT_THROW((void)cost_of_capacity(100, 50, huge), valorem::data_error);
}

}  // namespace

#include <valorem/ledger/ratio.hpp>
#include <valorem/ledger/score.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::break_even_lambda;
using valorem::net;
using valorem::score;
using valorem::status;
using valorem::takings;

using support::inf;
using support::nan;

TEST(score, golden_g1) {
  EXPECT_EQ(net(200, 100).value, 100);
  EXPECT_EQ(net(100, 20).value, 80);
  const auto lambda = break_even_lambda({200, 100}, {100, 20});
  EXPECT_EQ(lambda.why, status::ok);
  EXPECT_EQ(lambda.value, 0.25);
  EXPECT_EQ(score(200, 100, lambda.value).value, 75);
  EXPECT_EQ(score(100, 20, lambda.value).value, 75);
}

TEST(score, the_two_change_places_at_break_even_and_nowhere_else) {
  std::mt19937_64 random(5);
  std::uniform_int_distribution<int> money(0, 1000);
  int switched = 0;
  for (int i = 0; i < 20000; ++i) {
    const takings a{double(money(random)), double(money(random))}, b{double(money(random)), double(money(random))};
    const auto lambda = break_even_lambda(a, b);
    if (a.cost == b.cost) {
      EXPECT_EQ(lambda.why, status::undefined);
      EXPECT_TRUE(std::isnan(lambda.value));
      continue;
    }
    ASSERT_EQ(lambda.why, status::ok);
    EXPECT_EQ(lambda.value, break_even_lambda(b, a).value);
    if (lambda.value < -0.5) continue;
    ++switched;
    const auto lead = [&](double l) { return score(a.revenue, a.cost, l).value - score(b.revenue, b.cost, l).value; };
    const double step = 1e-6 * (1 + std::abs(lambda.value));
    EXPECT_EQ(lead(lambda.value - step) > 0, a.cost > b.cost);
    EXPECT_EQ(lead(lambda.value + step) > 0, a.cost < b.cost);
  }
  EXPECT_GT(switched, 5000);
}

TEST(score, runs_from_revenue_over_net_to_the_order_of_the_ratio) {
  EXPECT_EQ(score(200, 100, -1).value, 200);
  EXPECT_EQ(score(200, 100, 0).value, net(200, 100).value);
  // Two customers with the same ratio rho score (rho - lambda) C: equal at lambda = rho.
  EXPECT_EQ(score(50, 10, 4).value, 0);
  EXPECT_EQ(score(100, 20, 4).value, 0);
  EXPECT_EQ(valorem::ratio(50, 10).value, 4);
}

TEST(score, statuses) {
  const auto check = [](double r, double c, double l, status why) {
    const auto a = score(r, c, l);
    EXPECT_EQ(a.why, why) << r << ", " << c << ", " << l;
    EXPECT_EQ(std::isnan(a.value), why != status::ok);
  };
  check(-5, 10, 0.5, status::ok);
  check(5, 0, 0.5, status::ok);
  check(0, 0, 0.5, status::ok);
  check(5, -0.0, 0.5, status::ok);
  check(nan, 10, 0.5, status::missing);
  check(5, nan, 0.5, status::missing);
  check(5, 10, nan, status::missing);
  check(inf, 10, 0.5, status::invalid);
  check(5, inf, 0.5, status::invalid);
  check(5, -inf, 0.5, status::invalid);
  check(5, 10, inf, status::invalid);
  check(5, 0, inf, status::invalid);
  check(5, 10, -1.5, status::invalid);
  check(1, 1e308, 10, status::invalid);
  check(5, -10, 0.5, status::negative_cost);
  check(nan, -10, 0.5, status::missing);
  EXPECT_EQ(net(1, -1).why, status::negative_cost);
}

TEST(break_even_lambda, statuses) {
  EXPECT_EQ(break_even_lambda({nan, 1}, {1, 2}).why, status::missing);
  EXPECT_EQ(break_even_lambda({1, -1}, {1, 2}).why, status::negative_cost);
  EXPECT_EQ(break_even_lambda({1, -1}, {nan, 2}).why, status::missing);
  EXPECT_EQ(break_even_lambda({1, 2}, {1, inf}).why, status::invalid);
  EXPECT_EQ(break_even_lambda({1e308, 0}, {-1e308, 1}).why, status::invalid);
  EXPECT_EQ(break_even_lambda({5, 2}, {1, 2}).why, status::undefined);
  EXPECT_EQ(break_even_lambda({0, 0}, {1, 0}).why, status::undefined);
}

TEST(score, columns_give_the_bits_of_single_rows) {
  std::vector<double> r, c;
  std::mt19937_64 random(23);
  std::uniform_real_distribution<double> money(-20, 400);
  for (int i = 0; i < 4096 * 2 + 5; ++i) {
    r.push_back(i % 97 == 0 ? nan : money(random));
    c.push_back(money(random));
  }
  for (const unsigned workers : {1u, 2u, 3u, 7u}) {
    std::vector<double> value(r.size());
    std::vector<status> why(r.size());
    score(r, c, 0.3, value, why, valorem::threads(workers));
    for (std::size_t i = 0; i < r.size(); ++i) {
      const auto one = score(r[i], c[i], 0.3);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(value[i]), std::bit_cast<std::uint64_t>(one.value));
      ASSERT_EQ(why[i], one.why);
    }
    net(r, c, value, why);
    for (std::size_t i = 0; i < r.size(); ++i)
      ASSERT_EQ(std::bit_cast<std::uint64_t>(value[i]), std::bit_cast<std::uint64_t>(net(r[i], c[i]).value));
  }
}

TEST(score, a_lambda_outside_its_domain_is_refused_at_the_door) {
  const std::vector<double> r{1}, c{1};
  std::vector<double> value{42};
  std::vector<status> why{status::undefined};
  for (const double l : {nan, inf, -inf, -1.0000001}) EXPECT_THROW(score(r, c, l, value, why), valorem::contract_error);
  EXPECT_THROW(score(r, std::vector<double>{}, 0, value, why), valorem::contract_error);
  EXPECT_EQ(value[0], 42);
  EXPECT_NO_THROW(score(r, c, -1, value, why));
}

}  // namespace

#include <valorem/ledger/ratio.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::answer;
using valorem::ratio;
using valorem::status;
using wide = boost::multiprecision::cpp_bin_float_50;

using support::inf;
using support::nan;
constexpr double tiny = std::numeric_limits<double>::denorm_min();
constexpr double huge = std::numeric_limits<double>::max();

std::uint64_t bits(double x) {
  return std::bit_cast<std::uint64_t>(x);
}

void expect(double revenue, double cost, double value, status why) {
  const answer a = ratio(revenue, cost);
  EXPECT_EQ(a.why, why) << revenue << ", " << cost;
  if (std::isnan(value)) {
    EXPECT_TRUE(std::isnan(a.value)) << revenue << ", " << cost;
  } else {
    EXPECT_EQ(a.value, value) << revenue << ", " << cost;
  }
}

// The rule as a chain of questions, in the order that the contract names.
status asked_in_order(double revenue, double cost) {
  if (std::isnan(revenue) || std::isnan(cost)) return status::missing;
  if (std::isinf(revenue) || std::isinf(cost)) return status::invalid;
  if (cost > 0 && std::isinf((revenue - cost) / cost)) return status::invalid;
  if (cost < 0) return status::negative_cost;
  if (cost == 0 && revenue != 0) return status::no_cost;
  if (cost == 0) return status::inactive;
  return status::ok;
}

TEST(ratio, golden_g1) {
  expect(200, 100, 1, status::ok);
  expect(100, 20, 4, status::ok);
  expect(0, 10, -1, status::ok);
  expect(-5, 10, -1.5, status::ok);
  expect(50, 0, inf, status::no_cost);
  expect(-50, 0, -inf, status::no_cost);
  expect(0, 0, nan, status::inactive);
}

TEST(ratio, every_pair_of_edge_values_has_the_status_that_asking_in_order_gives) {
  const std::vector<double> edges{0.0,
                                  -0.0,
                                  tiny,
                                  -tiny,
                                  1.0,
                                  -1.0,
                                  5.0,
                                  1e-300,
                                  -1e-300,
                                  1e300,
                                  -1e300,
                                  huge,
                                  -huge,
                                  inf,
                                  -inf,
                                  nan,
                                  std::copysign(nan, -1.0)};
  for (const double r : edges) {
    for (const double c : edges) {
      const answer a = ratio(r, c);
      EXPECT_EQ(a.why, asked_in_order(r, c)) << r << ", " << c;
      EXPECT_EQ(a.why == status::ok, std::isfinite(a.value)) << r << ", " << c;
      EXPECT_EQ(a.why == status::no_cost, std::isinf(a.value)) << r << ", " << c;
      if (a.why == status::no_cost) {
        EXPECT_EQ(a.value > 0, r > 0);
      }
    }
  }
}

TEST(ratio, signed_zeros_are_zeros) {
  expect(50, -0.0, inf, status::no_cost);
  expect(-0.0, -0.0, nan, status::inactive);
  expect(-0.0, 4, -1, status::ok);
}

TEST(ratio, agrees_with_fifty_digits) {
  std::mt19937_64 random(20240607);
  std::uniform_real_distribution<double> exponent(-40, 40), share(-1, 3);
  double worst = 0;
  for (int i = 0; i < 100000; ++i) {
    const double cost = std::exp2(exponent(random));
    const double revenue = i % 2 == 0 ? cost * share(random) : std::exp2(exponent(random));
    const answer a = ratio(revenue, cost);
    ASSERT_EQ(a.why, status::ok);
    const wide exact = (wide(revenue) - wide(cost)) / wide(cost);
    if (exact == 0) {
      ASSERT_EQ(a.value, 0);
      continue;
    }
    worst = std::max(worst, static_cast<double>(abs((wide(a.value) - exact) / exact)));
  }
  // Two correctly rounded operations: the relative error is at most 2^-53 twice.
  EXPECT_LE(worst, 1.0001 * std::exp2(-52));
}

TEST(ratio, scaling_both_by_a_power_of_two_changes_no_bit) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> money(-50, 500);
  for (int i = 0; i < 10000; ++i) {
    const double r = money(random), c = std::abs(money(random));
    EXPECT_EQ(bits(ratio(r, c).value), bits(ratio(r * 0x1p40, c * 0x1p40).value));
  }
}

struct columns {
  std::vector<double> revenue, cost, value;
  std::vector<status> why;
  void run(const valorem::execution& how = {}) {
    value.assign(revenue.size(), 0);
    why.assign(revenue.size(), status::not_converged);
    ratio(revenue, cost, value, why, how);
  }
};

columns many(std::size_t n) {
  columns c;
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> money(-20, 400);
  for (std::size_t i = 0; i < n; ++i) {
    c.revenue.push_back(money(random));
    c.cost.push_back(i % 17 == 0 ? 0 : money(random));
  }
  return c;
}

TEST(ratio, columns_give_the_bits_of_single_rows_for_any_threads_and_batches) {
  columns all = many(4096 * 3 + 77);
  for (const unsigned workers : {1u, 2u, 3u, 7u}) {
    all.run(valorem::threads(workers));
    for (std::size_t i = 0; i < all.revenue.size(); ++i) {
      const answer a = ratio(all.revenue[i], all.cost[i]);
      ASSERT_EQ(bits(all.value[i]), bits(a.value)) << i;
      ASSERT_EQ(all.why[i], a.why) << i;
    }
  }
  const auto value = all.value;
  for (const std::size_t batch : {1, 63, 1000, 4096}) {
    std::vector<double> out(value.size());
    std::vector<status> why(value.size());
    for (std::size_t at = 0; at < out.size(); at += batch) {
      const std::size_t rows = std::min(batch, out.size() - at);
      ratio(std::span(all.revenue).subspan(at, rows), std::span(all.cost).subspan(at, rows),
            std::span(out).subspan(at, rows), std::span(why).subspan(at, rows));
    }
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(bits(out[i]), bits(value[i])) << batch << ", row " << i;
    EXPECT_EQ(why, all.why);
  }
}

TEST(ratio, poisoned_rows_disturb_no_other) {
  columns clean = many(5000), bad = clean;
  clean.run();
  const std::vector<double> poison{nan, inf, -inf, -3, huge};
  for (std::size_t i = 3; i < 5000; i += 7) (i % 2 ? bad.revenue : bad.cost)[i] = poison[i % poison.size()];
  bad.run();
  for (std::size_t i = 0; i < 5000; ++i) {
    if (i % 7 == 3) continue;
    ASSERT_EQ(bits(bad.value[i]), bits(clean.value[i])) << i;
  }
}

TEST(ratio, may_write_over_its_own_input) {
  columns c = many(5000), copy = c;
  copy.run();
  std::vector<status> why(c.revenue.size());
  ratio(c.revenue, c.cost, c.revenue, why);
  for (std::size_t i = 0; i < 5000; ++i) ASSERT_EQ(bits(c.revenue[i]), bits(copy.value[i]));
}

TEST(ratio, unequal_lengths_are_refused_before_anything_is_written) {
  const std::vector<double> three(3, 1.0), two(2, 1.0);
  std::vector<double> value(3, 42.0);
  std::vector<status> why(3, status::undefined);
  EXPECT_THROW(ratio(three, two, value, why), valorem::contract_error);
  EXPECT_THROW(ratio(three, three, std::span(value).first(2), why), valorem::contract_error);
  EXPECT_THROW(ratio(three, three, value, std::span(why).first(2)), valorem::contract_error);
  EXPECT_EQ(value, std::vector<double>(3, 42.0));
  EXPECT_EQ(why, std::vector<status>(3, status::undefined));
  ratio({}, {}, {}, {});
}

TEST(forward_ratio, is_lifetime_value_over_cost_less_one) {
  const answer a = valorem::forward_ratio(30, 12);
  EXPECT_EQ(a.why, status::ok);
  EXPECT_EQ(a.value, 1.5);
  EXPECT_EQ(valorem::forward_ratio(30, 0).why, status::no_cost);
  EXPECT_EQ(valorem::forward_ratio(30, 0).value, inf);
  EXPECT_EQ(valorem::forward_ratio(0, 0).why, status::inactive);
  EXPECT_EQ(valorem::forward_ratio(nan, 12).why, status::missing);
  EXPECT_EQ(valorem::forward_ratio(30, -1).why, status::negative_cost);
  EXPECT_EQ(valorem::forward_ratio(inf, 2).why, status::invalid);
  std::vector<double> value(2);
  std::vector<status> why(2);
  valorem::forward_ratio(std::vector<double>{30, 1}, std::vector<double>{12, 0}, value, why);
  EXPECT_EQ(value, (std::vector<double>{1.5, inf}));
  EXPECT_EQ(why, (std::vector<status>{status::ok, status::no_cost}));
}

}  // namespace

#include <valorem/population/quantile.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::quantile;
using valorem::quantiles;
using column = std::vector<double>;

using support::inf;
using support::nan;

TEST(quantile, golden_g6) {
  const column x{-1, 0, 1, 2, 2, 3, 3, 4, 5, 11};
  EXPECT_EQ(quantiles(x, column{.2, .4, .6, .8}), (column{0.8, 2, 3, 4.2}));
  EXPECT_EQ(quantile(x, 0.5), 2.5);
}

TEST(quantile, agrees_with_numpy_to_the_last_bit) {
  // NumPy 2.4: s = (s * 6364136223846793005 + 1442695040888963407) % 2**64 from s = 20240607; u = (s >> 11) * 2.0**-53;
  // x = u / (1 - u) - 0.5, 1001 times; p and numpy.quantile(x, p) by float.hex.
  column x;
  std::uint64_t s = 20240607;
  for (int i = 0; i < 1001; ++i) {
    s = s * 6364136223846793005ULL + 1442695040888963407ULL;
    const double u = static_cast<double>(s >> 11) * 0x1p-53;
    x.push_back(u / (1 - u) - 0.5);
  }
  const std::vector<std::pair<double, double>> numpy{
      {0x0.0p+0, -0x1.ff3276edac8f1p-2},
      {0x1.a36e2eb1c432dp-14, -0x1.ff1e9a2095657p-2},
      {0x1.999999999999ap-5, -0x1.cadadd0692f70p-2},
      {0x1.999999999999ap-3, -0x1.dacdf0b153560p-3},
      {0x1.5555555555555p-2, 0x1.0ea2cde2fe77dp-4},
      {0x1.0000000000000p-1, 0x1.371f0f98e225ap-1},
      {0x1.3333333333333p-1, 0x1.1fb8cb4cb8614p+0},
      {0x1.8dd2f1a9fbe77p-1, 0x1.83318a6ad2716p+1},
      {0x1.e666666666666p-1, 0x1.0eed5830a2841p+4},
      {0x1.ff7ced916872bp-1, 0x1.a44f86c7c727dp+9},
      {0x1.0000000000000p+0, 0x1.f58ba067a9cffp+10},
  };
  column p;
  for (const auto& [share, value] : numpy) {
    EXPECT_EQ(quantile(x, share), value) << share;
    p.push_back(share);
  }
  const column together = quantiles(x, p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(together[i], numpy[i].second);
}

TEST(quantile, selecting_equals_sorting_in_any_order_of_rows_and_shares) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<int> coin(-5, 5);
  for (const std::size_t n : {1, 2, 3, 10, 101, 5000}) {
    column x(n);
    for (auto& v : x) v = coin(random) * (n > 100 ? 1.0 : 0.37);
    column sorted = x;
    std::sort(sorted.begin(), sorted.end());
    column p;
    for (int i = 0; i < 40; ++i) p.push_back(std::uniform_real_distribution<double>(0, 1)(random));
    const column found = quantiles(x, p);
    for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(found[i], valorem::quantile_of_sorted(sorted, p[i]));
    std::shuffle(x.begin(), x.end(), random);
    EXPECT_EQ(quantiles(x, p), found);
    for (std::size_t i = 1; i < n; ++i)
      EXPECT_EQ(quantile(x, static_cast<double>(i) / static_cast<double>(n)) >= sorted.front(), true);
  }
}

TEST(quantile, rises_with_the_share) {
  column x(400);
  std::mt19937_64 random(8);
  std::cauchy_distribution<double> wild;
  for (auto& v : x) v = wild(random);
  std::sort(x.begin(), x.end());
  double before = -inf;
  for (int i = 0; i <= 100000; ++i) {
    const double q = valorem::quantile_of_sorted(x, i * 1e-5);
    ASSERT_GE(q, before);
    before = q;
  }
}

TEST(quantile, missing_rows_are_left_out_and_infinite_rows_rank) {
  EXPECT_EQ(quantile(column{nan, 1, nan, 3, 2}, 0.5), 2);
  EXPECT_EQ(quantile(column{-inf, 1, 2, 3, inf}, 0.5), 2);
  EXPECT_EQ(quantile(column{-inf, 1, 2, 3, inf}, 0), -inf);
  EXPECT_EQ(quantile(column{-inf, 1, 2, 3, inf}, 1), inf);
  EXPECT_EQ(quantile(column{-inf, 1, 2}, 0.25), -inf);
  EXPECT_EQ(quantile(column{1, 2, inf}, 0.75), inf);
  EXPECT_EQ(quantile(column{-inf, inf}, 0.25), -inf);
  EXPECT_EQ(quantile(column{-inf, inf}, 0.75), inf);
  EXPECT_EQ(quantile(column{inf, inf}, 0.3), inf);
  EXPECT_TRUE(std::isnan(quantile(column{}, 0.5)));
  EXPECT_TRUE(std::isnan(quantile(column{nan}, 0.5)));
  EXPECT_EQ(quantile(column{7}, 0.99), 7);
}

TEST(quantile, the_ends_of_the_scale) {
  const double huge = std::numeric_limits<double>::max(), tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(quantile(column{-huge, huge}, 0.5), 0);
  EXPECT_EQ(quantile(column{-huge, huge}, 1), huge);
  EXPECT_EQ(quantile(column{0, tiny}, 0), 0);
  EXPECT_EQ(quantile(column{0, 2 * tiny}, 0.5), tiny);
  EXPECT_FALSE(std::signbit(quantile(column{-0.0, -0.0}, 0.3)));
}

TEST(quantile, a_share_outside_is_refused) {
  for (const double p : {-0.1, 1.1, nan, inf}) {
    EXPECT_THROW((void)quantile(column{1, 2}, p), valorem::contract_error);
    EXPECT_TRUE(std::isnan(valorem::quantile_of_sorted(column{1, 2}, p)));
    EXPECT_THROW((void)quantiles(column{1}, column{p}, column{1}), valorem::contract_error);
  }
}

TEST(quantile, weighted_inverts_the_distribution_of_repeated_rows) {
  std::mt19937_64 random(21);
  std::uniform_int_distribution<int> value(-9, 9), times(0, 4);
  for (int round = 0; round < 200; ++round) {
    column x, w, repeated;
    for (int i = 0; i < 30; ++i) {
      x.push_back(value(random));
      w.push_back(times(random));
      repeated.insert(repeated.end(), static_cast<std::size_t>(w.back()), x.back());
    }
    if (repeated.empty()) continue;
    std::sort(repeated.begin(), repeated.end());
    const double n = static_cast<double>(repeated.size());
    column p;
    for (int k = 0; k <= 16; ++k) p.push_back(k / 16.0);  // exact products with n
    const column found = quantiles(x, p, w);
    for (std::size_t k = 0; k < p.size(); ++k) {
      const auto at = static_cast<std::size_t>(std::max(0.0, std::ceil(p[k] * n) - 1));
      EXPECT_EQ(found[k], repeated[at]) << p[k];
    }
  }
  EXPECT_EQ(quantiles(column{nan, 5, 9}, column{0, 1}, column{1, 2, 0}), (column{5, 5}));
  EXPECT_TRUE(std::isnan(quantiles(column{1}, column{.5}, column{0})[0]));
  EXPECT_THROW((void)quantiles(column{1}, column{.5}, column{-1}), valorem::data_error);
  EXPECT_THROW((void)quantiles(column{1, 2}, column{.5}, column{1}), valorem::contract_error);
}

}  // namespace

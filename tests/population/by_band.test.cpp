#include <valorem/population/by_band.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::count_by_band;
using valorem::sum_by_band;
using column = std::vector<double>;
using codes = std::vector<std::int8_t>;

using support::inf;
using support::nan;

TEST(count_by_band, customers_and_their_shares) {
  const auto c = count_by_band(codes{0, 2, 2, -1, 2}, 3);
  EXPECT_EQ(c.total, (column{1, 0, 3}));
  EXPECT_EQ(c.share, (column{0.2, 0, 0.6}));
  EXPECT_EQ(c.unbanded, 1);
  EXPECT_EQ(c.unbanded_share, 0.2);
  EXPECT_EQ(c.whole, 5);
}

TEST(sum_by_band, revenue_and_its_shares) {
  const auto s = sum_by_band(codes{0, 2, 2, -1, 2, 1}, 3, column{10, 20, nan, 30, -5, inf});
  EXPECT_EQ(s.total, (column{10, 0, 15}));
  EXPECT_EQ(s.unbanded, 30);
  EXPECT_EQ(s.whole, 55);
  EXPECT_EQ(s.share[2], 15.0 / 55);
  EXPECT_EQ(s.left_out, 2u);
}

TEST(sum_by_band, without_a_positive_whole_there_are_no_shares) {
  const auto s = sum_by_band(codes{0, 1}, 2, column{-3, 3});
  EXPECT_EQ(s.total, (column{-3, 3}));
  EXPECT_TRUE(std::isnan(s.share[0]));
  EXPECT_TRUE(std::isnan(s.unbanded_share));
  const auto none = count_by_band(codes{}, 2);
  EXPECT_EQ(none.total, (column{0, 0}));
  EXPECT_TRUE(std::isnan(none.share[0]));
}

TEST(sum_by_band, parts_make_the_whole) {
  std::mt19937_64 random(4);
  std::uniform_int_distribution<int> band(-1, 4);
  std::lognormal_distribution<double> money(3, 2);
  codes code;
  column amount;
  std::vector<long double> naive(6);
  for (int i = 0; i < 30000; ++i) {
    code.push_back(static_cast<std::int8_t>(band(random)));
    amount.push_back(money(random));
    naive[static_cast<std::size_t>(code.back() + 1)] += static_cast<long double>(amount.back());
  }
  const auto s = sum_by_band(code, 5, amount);
  for (std::size_t b = 0; b < 5; ++b) EXPECT_NEAR(s.total[b] / static_cast<double>(naive[b + 1]), 1, 1e-12);
  EXPECT_NEAR(s.unbanded / static_cast<double>(naive[0]), 1, 1e-12);
  EXPECT_NEAR(std::accumulate(s.share.begin(), s.share.end(), s.unbanded_share), 1, 1e-14);
}

TEST(by_band, a_code_outside_is_refused) {
  EXPECT_THROW((void)count_by_band(codes{0, 3}, 3), valorem::contract_error);
  EXPECT_THROW((void)count_by_band(codes{-2}, 3), valorem::contract_error);
  EXPECT_THROW((void)count_by_band(codes{}, 0), valorem::contract_error);
  EXPECT_THROW((void)count_by_band(codes{}, 128), valorem::contract_error);
  EXPECT_NO_THROW((void)count_by_band(codes{126}, 127));
  EXPECT_THROW((void)sum_by_band(codes{0}, 1, column{}), valorem::contract_error);
}

}  // namespace

#include <valorem/summary/compress.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <support/numbers.hpp>
#include <tuple>
#include <vector>

namespace {

using namespace valorem;

using support::inf;
using support::nan;

TEST(compress, equal_histories_become_one_row_in_lexicographic_order) {
  const std::vector<double> x{1, 0, 1, 0, 1}, t_x{2, 0, 2, 0, 1}, T{4, 3, 4, 3, 4};
  const auto w = compress({.x = x, .t_x = t_x, .T = T});
  EXPECT_EQ(w.x, (std::vector<double>{0, 1, 1}));
  EXPECT_EQ(w.t_x, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(w.T, (std::vector<double>{3, 4, 4}));
  EXPECT_EQ(w.weight, (std::vector<double>{2, 1, 2}));
}

TEST(compress, bad_rows_and_rows_of_no_weight_are_left_out) {
  const std::vector<double> x{1, nan, 2.5, 1, 0}, t_x{1, 1, 1, 3, 0}, T{2, 2, 2, 2, -0.0}, weights{0, 1, 1, 1, 3};
  const auto w = compress({.x = x, .t_x = t_x, .T = T}, weights);
  ASSERT_EQ(w.size(), 1u);
  EXPECT_EQ(w.weight[0], 3);
  EXPECT_FALSE(std::signbit(w.T[0]));
}

TEST(compress, agrees_with_a_map_and_with_itself_in_any_order) {
  std::mt19937 random(3);
  std::vector<std::tuple<double, double, double, double>> rows;
  for (int i = 0; i < 5'000; ++i) {
    const auto below = [&](unsigned n) { return static_cast<double>(random() % n); };
    const double x = below(4);
    rows.emplace_back(x, x == 0 ? 0 : 1 + below(5), 10 + below(3), (1 + below(1000)) / 7);
  }
  const auto run = [&] {
    std::vector<double> x, t_x, T, weight;
    for (const auto& [a, b, c, d] : rows) x.push_back(a), t_x.push_back(b), T.push_back(c), weight.push_back(d);
    return compress({.x = x, .t_x = t_x, .T = T}, weight);
  };
  const auto once = run();
  std::map<std::tuple<double, double, double>, double> plain;
  for (const auto& [a, b, c, d] : rows) plain[{a, b, c}] += d;
  ASSERT_EQ(once.size(), plain.size());
  std::size_t i = 0;
  for (const auto& [key, weight] : plain) {
    EXPECT_EQ(key, std::tuple(once.x[i], once.t_x[i], once.T[i]));
    EXPECT_NEAR(once.weight[i++], weight, 1e-9 * weight);  // another order of addition
  }
  for (int k = 0; k < 5; ++k) {
    std::ranges::shuffle(rows, random);
    EXPECT_EQ(run().weight, once.weight) << "to the last bit";
  }
}

TEST(compress, spend_of_repeaters_alone_and_above_zero) {
  const std::vector<double> x{1, 0, 2, 1, 1, 1, 1, 1.5, 2}, z{5, 5, 5, 5, 0, -1, nan, 5, inf};
  const auto w = compress_spend(x, z);
  EXPECT_EQ(w.x, (std::vector<double>{1, 2}));
  EXPECT_EQ(w.mean_spend, (std::vector<double>{5, 5}));
  EXPECT_EQ(w.weight, (std::vector<double>{2, 1}));
}

TEST(compress, nothing_gives_nothing) {
  EXPECT_EQ(compress(history_columns{}).size(), 0u);
  EXPECT_EQ(compress_spend({}, {}).size(), 0u);
  EXPECT_EQ(compress_spend(summary{}).size(), 0u);
}

TEST(compress, broken_contracts) {
  const std::vector<double> one{1}, two{1, 1}, negative{-1}, infinite{inf}, not_a_number{nan};
  EXPECT_THROW((void)compress({.x = one, .t_x = two, .T = one}), contract_error);
  EXPECT_THROW((void)compress({.x = one, .t_x = one, .T = two}), contract_error);
  EXPECT_THROW((void)compress({.x = one, .t_x = one, .T = one}, two), contract_error);
  EXPECT_THROW((void)compress_spend(one, two), contract_error);
  for (const auto& w : {negative, infinite, not_a_number}) {
    EXPECT_THROW((void)compress({.x = one, .t_x = one, .T = one}, w), contract_error);
    EXPECT_THROW((void)compress_spend(one, one, w), contract_error);
  }
}

}  // namespace

// A forecast beside what came, on columns whose answers are worked out by hand or by every order of the ties.
#include <valorem/population.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;

using support::nan;

double below(std::mt19937& draw, unsigned n) {
  return static_cast<double>(draw() % n);
}

TEST(forecast, errors_worked_by_hand) {
  const std::vector<double> said{1, 2, 3}, seen{2, 2, 5};
  const forecast_errors e = errors_of({said, seen});
  EXPECT_EQ(e.customers, 3);
  EXPECT_EQ(e.predicted, 6);
  EXPECT_EQ(e.actual, 9);
  EXPECT_EQ(e.bias, -1);
  EXPECT_EQ(e.mae, 1);
  EXPECT_DOUBLE_EQ(e.rmse, std::sqrt(5.0 / 3));
  EXPECT_DOUBLE_EQ(e.correlation, 3 / std::sqrt(12.0));
}

TEST(forecast, a_row_that_is_no_number_is_left_out_and_counted) {
  const double inf = std::numeric_limits<double>::infinity();
  const forecast_errors e = errors_of({std::vector<double>{1, nan, 3, 4, inf}, std::vector<double>{2, 7, nan, 4, 1}});
  EXPECT_EQ(e.left_out, 3u);
  EXPECT_EQ(e.customers, 2);
  EXPECT_EQ(e.predicted, 5);
  EXPECT_EQ(e.mae, 0.5);
  const forecast_errors none = errors_of({std::vector<double>{nan}, std::vector<double>{1}});
  EXPECT_EQ(none.customers, 0);
  EXPECT_TRUE(std::isnan(none.mae) && std::isnan(none.correlation));
  // A column without spread goes with nothing.
  EXPECT_TRUE(std::isnan(errors_of({std::vector<double>{.1, .1, .1}, std::vector<double>{1, 2, 3}}).correlation));
}

TEST(forecast, a_weight_is_so_many_rows) {
  const std::vector<double> said{3, 1, 2, 2}, seen{5, 0, 1, 4}, weight{2, 3, 0, 1};
  const std::vector<double> all_said{3, 3, 1, 1, 1, 2}, all_seen{5, 5, 0, 0, 0, 4};
  const forecast_columns heavy{said, seen, weight}, many{all_said, all_seen};
  const forecast_errors a = errors_of(heavy), b = errors_of(many);
  EXPECT_EQ(a.customers, b.customers);
  EXPECT_DOUBLE_EQ(a.mae, b.mae);
  EXPECT_DOUBLE_EQ(a.rmse, b.rmse);
  EXPECT_DOUBLE_EQ(a.correlation, b.correlation);
  EXPECT_DOUBLE_EQ(normalized_gini(heavy).value, normalized_gini(many).value);
  const auto few = rank_groups(heavy, 4), more = rank_groups(many, 4);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_DOUBLE_EQ(few[k].group.customers, 1.5);
    EXPECT_NEAR(few[k].group.actual, more[k].group.actual, 1e-14);
    EXPECT_NEAR(few[k].gain, more[k].gain, 1e-15);
  }
}

TEST(forecast, order_is_all_that_the_gini_asks) {
  const std::vector<double> seen{5, 0, 3, 1};
  const auto of = [&](std::vector<double> said) { return normalized_gini({said, seen}).value; };
  EXPECT_EQ(of({50, 1, 40, 2}), 1);       // the order of what came
  EXPECT_EQ(of({-50, -1, -40, -2}), -1);  // turned round
  EXPECT_EQ(of({7, 7, 7, 7}), 0);         // knows nothing
  // Positions 1, 2, 3, 4 weigh 3, 1, -1, -3: (3*0 + 5 - 3 - 3*1)/36 over (15 + 3 - 1)/36.
  EXPECT_DOUBLE_EQ(of({3, 4, 2, 1}), -1.0 / 17);
  for (const auto& bad : {std::vector<double>{-1, 2, 3, 4}, {0, 0, 0, 0}, {2, 2, 2, 2}})
    EXPECT_EQ(normalized_gini({seen, bad}).why, status::undefined);
}

/// Mean over every order of the rows, each then ranked by a stable sort: what ties mean, in a form too dear to use.
double mean_over_orders(const std::vector<double>& said, const std::vector<double>& seen) {
  std::vector<std::size_t> order(said.size());
  std::iota(order.begin(), order.end(), 0u);
  const double n = static_cast<double>(order.size());
  const auto index = [&](const std::vector<std::size_t>& rows) {
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) sum += (n - 1 - 2.0 * static_cast<double>(i)) * seen[rows[i]];
    return sum;
  };
  std::vector<std::size_t> best = order;
  std::stable_sort(best.begin(), best.end(), [&](std::size_t a, std::size_t b) { return seen[a] > seen[b]; });
  double sum = 0, orders = 0;
  do {
    std::vector<std::size_t> ranked = order;
    std::stable_sort(ranked.begin(), ranked.end(), [&](std::size_t a, std::size_t b) { return said[a] > said[b]; });
    sum += index(ranked);
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  return sum / orders / index(best);
}

TEST(forecast, ties_count_as_in_the_mean_over_every_order) {
  std::mt19937 draw(7);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> said(6), seen(6);
    for (std::size_t i = 0; i < 6; ++i) said[i] = below(draw, 3), seen[i] = below(draw, 4);
    if (*std::max_element(seen.begin(), seen.end()) == *std::min_element(seen.begin(), seen.end())) continue;
    EXPECT_NEAR(normalized_gini({said, seen}).value, mean_over_orders(said, seen), 1e-13);
  }
}

TEST(forecast, gini_of_the_best_order_is_the_concentration_s) {
  std::mt19937 draw(8);
  std::vector<double> seen(999), said(999);
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = below(draw, 50), said[i] = seen[i] + below(draw, 40);
  // The concentration index by its definition over mid-ranks, Σ (2 rank - n - 1) y / (n Σ y), and population's own
  // Gini.
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    double below = 0, equal = 0;
    for (const double other : said) below += other < said[i], equal += other == said[i];
    sum += (2 * (below + (equal + 1) / 2) - 1000) * seen[i];
    total += seen[i];
  }
  EXPECT_NEAR(normalized_gini({said, seen}).value, sum / 999 / total / gini(seen).value, 1e-13);
}

TEST(forecast, deciles_share_a_lump_of_equal_forecasts) {
  // Six alike, of whom one bought four times, below four who are told apart.
  const std::vector<double> said{1, 1, 1, 1, 1, 1, 5, 4, 3, 2}, seen{4, 0, 0, 0, 0, 2, 7, 1, 0, 2};
  const auto tenths = rank_groups({said, seen});
  ASSERT_EQ(tenths.size(), 10u);
  const double actual[]{7, 1, 0, 2, 1, 1, 1, 1, 1, 1};
  double held = 0;
  for (std::size_t k = 0; k < 10; ++k) {
    held += actual[k];
    EXPECT_DOUBLE_EQ(tenths[k].group.customers, 1);
    EXPECT_DOUBLE_EQ(tenths[k].group.actual, actual[k]);
    EXPECT_DOUBLE_EQ(tenths[k].gain, held / 16);
    EXPECT_DOUBLE_EQ(tenths[k].lift, held / 16 * 10 / static_cast<double>(k + 1));
  }
  const auto thirds = rank_groups({said, seen}, 3);  // 3 1/3 customers each
  EXPECT_NEAR(thirds[0].group.customers, 10.0 / 3, 1e-14);
  EXPECT_NEAR(thirds[0].group.actual, 8 + 2.0 / 3, 1e-14);        // three, and a third of the fourth
  EXPECT_NEAR(thirds[1].group.actual, 4.0 / 3 + 8.0 / 3, 1e-14);  // the rest of him, and 2 2/3 of the lump
  EXPECT_NEAR(thirds[2].group.predicted, 10.0 / 3, 1e-14);
}

TEST(forecast, ranking_does_not_know_the_order_of_the_rows) {
  std::mt19937 draw(9);
  std::vector<std::size_t> order(501);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<double> said(order.size()), seen(order.size()), weight(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    said[i] = 0.1 * below(draw, 20), seen[i] = 0.3 * below(draw, 9), weight[i] = 0.7 * below(draw, 3);
  const auto gini_there = normalized_gini({said, seen, weight}).value;
  const auto there = rank_groups({said, seen, weight}, 7);
  std::shuffle(order.begin(), order.end(), draw);
  const auto moved = [&](const std::vector<double>& x) {
    std::vector<double> out;
    for (const std::size_t i : order) out.push_back(x[i]);
    return out;
  };
  const std::vector<double> p = moved(said), a = moved(seen), w = moved(weight);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(normalized_gini({p, a, w}).value), std::bit_cast<std::uint64_t>(gini_there));
  const auto here = rank_groups({p, a, w}, 7);
  double customers = 0, actual = 0;
  for (std::size_t k = 0; k < here.size(); ++k) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(here[k].group.actual), std::bit_cast<std::uint64_t>(there[k].group.actual));
    customers += here[k].group.customers, actual += here[k].group.actual;
  }
  const forecast_errors all = errors_of({said, seen, weight});
  EXPECT_NEAR(customers, all.customers, 1e-12 * customers);
  EXPECT_NEAR(actual, all.actual, 1e-12 * actual);
  EXPECT_NEAR(here.back().gain, 1, 1e-14);
}

TEST(forecast, more_groups_than_customers) {
  const auto tenths = rank_groups({std::vector<double>{3, 2, 1}, std::vector<double>{6, 3, 0}});
  double actual = 0;
  for (const forecast_rank& r : tenths) {
    EXPECT_NEAR(r.group.customers, 0.3, 1e-15);
    actual += r.group.actual;
  }
  EXPECT_NEAR(actual, 9, 1e-14);
  EXPECT_NEAR(tenths[0].group.actual, 1.8, 1e-15);
  EXPECT_TRUE(rank_groups({std::vector<double>{}, std::vector<double>{}}).empty());
}

TEST(forecast, mean_group_error_by_hand) {
  const auto halves = rank_groups({std::vector<double>{4, 3, 1, 1}, std::vector<double>{5, 5, 1, 0}}, 2);
  EXPECT_DOUBLE_EQ(mean_group_error(halves), (3.0 / 10 + 1.0) / 2);
  const auto empty_half = rank_groups({std::vector<double>{4, 3, 1, 1}, std::vector<double>{5, 5, 0, 0}}, 2);
  EXPECT_TRUE(std::isnan(mean_group_error(empty_half)));
}

TEST(forecast, bins) {
  const std::vector<double> said{1, 2, 3, 4}, seen{1, 1, nan, 2}, weight{1, 2, 1, 1};
  const std::vector<std::int32_t> bin{0, 2, 2, -1};
  const auto groups = forecast_by_bin({said, seen, weight}, bin, 3);
  EXPECT_EQ(groups[0].customers, 1);
  EXPECT_EQ(groups[1].customers, 0);
  EXPECT_EQ(groups[2].customers, 2);
  EXPECT_EQ(groups[2].predicted, 4);
  EXPECT_THROW((void)forecast_by_bin({said, seen}, bin, 2), contract_error);
}

TEST(forecast, wrong_calls) {
  const std::vector<double> two{1, 2}, three{1, 2, 3};
  EXPECT_THROW((void)errors_of({two, three}), contract_error);
  EXPECT_THROW((void)normalized_gini({two, two, three}), contract_error);
  EXPECT_THROW((void)rank_groups({two, two}, 0), contract_error);
  EXPECT_THROW((void)rank_groups({two, two}, 1001), contract_error);
  for (const double bad : {-1.0, nan, std::numeric_limits<double>::infinity()})
    EXPECT_THROW((void)errors_of({two, two, std::vector<double>{1, bad}}), data_error);
}

}  // namespace

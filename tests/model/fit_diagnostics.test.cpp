// Does the model fit? Frequency tables, tracking and cohorts, against what the papers print for CDNOW and the
// donations.
#include "model/reference_table.hpp"
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <numeric>
#include <support/cdnow.hpp>
#include <vector>

namespace {

using namespace valorem;

// Optima of the calibration, from exact days / 7: fit.test.cpp finds them.
constexpr bg_nbd bg{.r = .24259452, .alpha = 4.41360202, .a = .79292202, .b = 2.42590677};
constexpr mbg_nbd mbg{.r = .52484316, .alpha = 6.18308528, .a = .89135939, .b = 1.61400224};
constexpr pareto_nbd pareto{.r = .55327705, .alpha = 10.57768346, .s = .60623999, .beta = 11.66873527};

const summary& cdnow() {
  static const summary s =
      summarise(support::cdnow_sample().view(),
                {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end});
  return s;
}

weighted_histories donations() {
  const char* folder = std::getenv("VALOREM_DATA_DIR");
  std::ifstream in(std::string(folder != nullptr ? folder : "build/data") + "/donations.csv");
  if (!in) throw std::runtime_error("donations.csv is missing: let tests/run fetch it");
  std::vector<double> x, t_x, T, weight;
  std::string line;
  for (std::getline(in, line); std::getline(in, line);) {
    const auto c = reference::split(line, ',');
    x.push_back(reference::number(c.at(0)));
    t_x.push_back(reference::number(c.at(1)));
    T.push_back(reference::number(c.at(2)));
    weight.push_back(reference::number(c.at(3)));
  }
  return compress({x, t_x, T}, weight);
}

double total(const std::vector<double>& column) {
  return std::accumulate(column.begin(), column.end(), 0.0);
}

// Known to three decimals, from parameters known to eight.
TEST(frequencies, cdnow_at_39_weeks) {
  const weighted_histories rows = compress(cdnow());
  const std::vector<double> actual{1411, 439, 214, 100, 62, 38, 29, 64};
  const double by_bg[]{1407.684, 460.323, 192.461, 101.164, 59.847, 38.12, 25.549, 71.851};
  const double by_mbg[]{1418.618, 429.143, 198.569, 108.237, 64.744, 41.148, 27.294, 69.247};
  const frequency_table of_bg = frequencies(bg, rows), of_mbg = frequencies(mbg, rows);
  EXPECT_EQ(of_bg.actual, actual);
  for (std::size_t n = 0; n < 8; ++n) {
    EXPECT_NEAR(of_bg.expected[n], by_bg[n], 6e-4) << n;
    EXPECT_NEAR(of_mbg.expected[n], by_mbg[n], 6e-4) << n;
  }
  EXPECT_NEAR(total(of_bg.expected), 2357, 1e-8);
}

// Fader, Hardie & Lee (2005, Marketing Science 24:275), on their figure 2: chi-square with 3 degrees of freedom is 4.82
// (p = .19) for BG/NBD and 11.99 (p = .007) for Pareto/NBD; quoted from memory, and met to the last digit.
TEST(frequencies, chi_square_of_the_paper) {
  const frequency_table of_bg = frequencies(bg, compress(cdnow()));
  EXPECT_EQ(of_bg.cells, 8);
  EXPECT_EQ(of_bg.degrees_of_freedom, 3);
  EXPECT_NEAR(of_bg.chi_square, 4.82, 0.005);
  EXPECT_NEAR(of_bg.p_value, .19, 0.005);
  const frequency_table of_pareto = frequencies(pareto, compress(cdnow()));
  EXPECT_NEAR(of_pareto.chi_square, 11.99, 0.005);
  EXPECT_NEAR(of_pareto.p_value, .007, 0.0005);
}

TEST(frequencies, donations) {
  const bg_bb m{.alpha = 1.20352235, .beta = .74971636, .gamma = .65671821, .delta = 2.78344223};
  const frequency_table t = frequencies(m, donations());
  EXPECT_NEAR(t.expected[0], 3454.9, 0.05);
  EXPECT_NEAR(t.expected[6], 1253.1, 0.05);
  EXPECT_EQ(t.expected[7], 0);  // seven gifts in six years: no cell of the test
  EXPECT_EQ(t.actual, (std::vector<double>{3464, 1823, 1430, 1085, 1036, 1063, 1203, 0}));
  EXPECT_EQ(t.cells, 7);
  EXPECT_EQ(t.degrees_of_freedom, 2);
}

// Each customer by herself, without a table of equal T.
TEST(frequencies, customer_by_customer) {
  const summary& s = cdnow();
  const frequency_table t = frequencies(pareto, compress(s), 3);
  std::vector<double> plain(4);
  for (std::size_t i = 0; i < s.size(); ++i) {
    for (int n = 0; n < 3; ++n) plain[static_cast<std::size_t>(n)] += pmf(pareto, n, s.T[i]);
    plain[3] += at_least(pareto, 3, s.T[i]);
  }
  for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(t.expected[n], plain[n], 1e-12 * plain[n]);
}

TEST(frequencies, small_places_are_joined) {
  const std::vector<double> x{0, 0, 0, 1, 2, 9}, t_x{0, 0, 0, 3, 8, 20}, T(6, 26), weight{30, 20, 10, 25, 9, 1};
  const weighted_histories rows = compress({x, t_x, T}, weight);
  const frequency_table t = frequencies(mbg, rows, 20, 0);
  EXPECT_LT(t.cells, 8);
  EXPECT_EQ(t.degrees_of_freedom, t.cells - 1);
  // The same by hand: from the last place back.
  double e = 0, a = 0, chi = 0;
  std::vector<std::pair<double, double>> cells;
  for (int n = 20; n >= 0; --n) {
    e += t.expected[static_cast<std::size_t>(n)], a += t.actual[static_cast<std::size_t>(n)];
    if (e >= 5) cells.emplace_back(e, a), e = a = 0;
  }
  ASSERT_EQ(e, 0);  // the first place holds the most
  for (const auto& [said, seen] : cells) chi += (seen - said) * (seen - said) / said;
  EXPECT_DOUBLE_EQ(t.chi_square, chi);
  EXPECT_EQ(t.actual[20], 0);
  EXPECT_EQ(t.actual[9], 1);
  // As many parameters as cells leave nothing to test.
  EXPECT_TRUE(std::isnan(frequencies(mbg, rows, 1).p_value));
  EXPECT_THROW((void)frequencies(mbg, rows, 0), contract_error);
  EXPECT_THROW((void)frequencies(mbg, rows, 7, -1), contract_error);
  EXPECT_THROW((void)frequencies(mbg_nbd{.r = 0, .alpha = 1, .a = 1, .b = 1}, rows), contract_error);
}

// Figures behind the tracking plots, known to three decimals.
TEST(tracking, cdnow_weeks) {
  const std::vector<double> weeks{20, 21, 22, 23, 24, 25, 39, 78};
  const double by_bg[]{1312.459, 1387.347, 1460.393, 1531.715, 1601.419, 1669.602, 2501.526, 4165.664};
  const double by_pareto[]{1308.912, 1385.334, 1459.985, 1532.970, 1604.386, 1674.321, 2532.782, 4275.388};
  const std::vector<double> of_bg = expected_repeats(bg, compress(cdnow()), weeks);
  const std::vector<double> of_pareto = expected_repeats(pareto, compress(cdnow()), weeks);
  for (std::size_t i = 0; i < weeks.size(); ++i) {
    EXPECT_NEAR(of_bg[i], by_bg[i], 1e-3) << weeks[i];
    EXPECT_NEAR(of_pareto[i], by_pareto[i], 1e-3) << weeks[i];
  }
  // The papers' weeks hold the days 0 to 6, 7 to 13, ...: the w-th ends with day 7w - 1, which is (7w - 1)/7 weeks
  // after the first purchase.
  std::vector<double> ends;
  for (int w = 20; w <= 25; ++w) ends.push_back((7 * w - 1) / 7.0);
  EXPECT_EQ(actual_repeats(cdnow(), ends), (std::vector<double>{1359, 1414, 1484, 1517, 1573, 1672}));
}

TEST(tracking, at_the_end_of_the_calibration_it_is_what_the_histories_say) {
  const summary& s = cdnow();
  const double end = 272.0 / 7;
  const tracking_table t = tracking(mbg, s, std::vector<double>{1, 10, end, end + 39});
  double expected = 0;
  for (const double T : s.T) expected += expected_purchases(mbg, T);
  EXPECT_NEAR(t.expected_cumulative[2], expected, 1e-11 * expected);
  EXPECT_EQ(t.actual_cumulative[2], 2457);
  EXPECT_EQ(t.actual_cumulative[3], 2457 + 1882);
  EXPECT_NEAR(total(t.expected), t.expected_cumulative[3], 1e-12 * t.expected_cumulative[3]);
  EXPECT_EQ(total(t.actual), 4339);
  EXPECT_EQ(t.actual[3], 1882);
}

// Annual donations behind the paper's figure; all joined in one year, so each is N (E(n) - E(n - 1)).
TEST(tracking, donations) {
  const bg_bb m{.alpha = 1.20352235, .beta = .74971636, .gamma = .65671821, .delta = 2.78344223};
  const double annual[]{5535.833, 4717.059, 4147.621, 3724.665, 3395.888, 3131.647,
                        2913.778, 2730.482, 2573.731, 2437.854, 2318.727};
  const std::vector<double> years = period_ends(1, 11);
  const std::vector<double> all = expected_repeats(m, donations(), years);
  // Made with another program, whose optimum differs from ours in the fifth digit.
  for (std::size_t i = 0; i < 11; ++i)
    EXPECT_NEAR(i == 0 ? all[0] : all[i] - all[i - 1], annual[i], 4e-5 * annual[i]) << i;
}

TEST(tracking, what_is_not_known_is_not_a_number) {
  const std::vector<double> x{1, 0}, t_x{3, 0}, T{10, 6};
  const summary ready = from_columns({.frequency = x, .recency = t_x, .T = T}, {});
  const tracking_table t = tracking(mbg, ready, period_ends(5, 12));
  EXPECT_EQ(t.time, (std::vector<double>{5, 10, 12}));
  EXPECT_NEAR(t.expected_cumulative[1], expected_purchases(mbg, 10) + expected_purchases(mbg, 6), 1e-14);
  EXPECT_NEAR(t.expected_cumulative[0], expected_purchases(mbg, 5) + expected_purchases(mbg, 1), 1e-14);
  for (const double a : t.actual) EXPECT_TRUE(std::isnan(a));
  const std::vector<double> after = actual_repeats(cdnow(), std::vector<double>{545.0 / 7, 546.0 / 7});
  EXPECT_EQ(after[0], 4339);
  EXPECT_TRUE(std::isnan(after[1]));  // the records end with day 545
  EXPECT_TRUE(std::isnan(expected_repeats(mbg, compress(ready), std::vector<double>{-1})[0]));
}

// Days as multiples of 1/7, which rounding puts on either side of the day they name.
TEST(tracking, a_day_is_found_whichever_way_its_time_is_rounded) {
  const std::vector<double> ends = period_ends(1.0 / 7, 545.0 / 7);
  ASSERT_EQ(ends.size(), 545u);
  std::vector<double> exact;
  for (int day = 1; day <= 545; ++day) exact.push_back(day / 7.0);
  EXPECT_NE(ends, exact);
  EXPECT_EQ(actual_repeats(cdnow(), ends), actual_repeats(cdnow(), exact));
}

TEST(tracking, periods) {
  EXPECT_EQ(period_ends(1, 3), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(period_ends(2, 3), (std::vector<double>{2, 3}));
  EXPECT_EQ(period_ends(5, 3), (std::vector<double>{3}));
  EXPECT_TRUE(period_ends(5, 0).empty());
  EXPECT_EQ(period_ends(1.0 / 7, 78).size(), 546u);
  EXPECT_THROW((void)period_ends(0, 3), contract_error);
  EXPECT_THROW((void)period_ends(1, std::numeric_limits<double>::infinity()), contract_error);
  EXPECT_THROW((void)period_ends(1e-9, 1), contract_error);
  EXPECT_THROW((void)tracking(mbg, cdnow(), std::vector<double>{2, 2}), contract_error);
}

/// Customers of two models: those of `early` are seen for 60 to 70 weeks, those of `late` for 20 to 30.
weighted_histories two_cohorts(const mbg_nbd& early, const mbg_nbd& late, std::size_t each, std::uint64_t seed) {
  std::vector<double> x, t_x, T;
  for (std::size_t i = 0; i < 2 * each; ++i) {
    const double age = (i < each ? 60.0 : 20.0) + static_cast<double>(i % 11);
    const simulated_customer c = simulate(i < each ? early : late, age, seed, i);
    x.push_back(c.seen.x), t_x.push_back(c.seen.t_x), T.push_back(c.seen.T);
  }
  return compress(history_columns{x, t_x, T});
}

TEST(cohorts, the_test_keeps_its_level_where_all_are_alike) {
  const mbg_nbd one{.r = 1, .alpha = 8, .a = 1, .b = 3};
  int rejected = 0;
  double sum = 0;
  constexpr int rounds = 60;
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    const auto c = compare_cohorts<mbg_nbd>(two_cohorts(one, one, 400, seed));
    ASSERT_FALSE(std::isnan(c.test.p_value));
    rejected += c.test.p_value < 0.1;
    sum += c.test.statistic;
  }
  // 60 draws of 1 in 10: more than 13 come once in 250. The statistic's mean is 4 ± 0.37, its degrees of freedom.
  EXPECT_LE(rejected, 13);
  EXPECT_NEAR(sum / rounds, 4, 1.2);
}

TEST(cohorts, two_kinds_of_customers_are_found) {
  const mbg_nbd early{.r = 1, .alpha = 8, .a = 1, .b = 3}, late{.r = 1, .alpha = 16, .a = 1, .b = 1};
  const weighted_histories rows = two_cohorts(early, late, 400, 7);
  const auto c = compare_cohorts<mbg_nbd>(rows);
  EXPECT_LT(c.test.p_value, 1e-6);
  EXPECT_EQ(c.test.degrees_of_freedom, 4);
  EXPECT_EQ(c.split, 30);
  EXPECT_EQ(c.first_purchases, 50);
  EXPECT_EQ(c.early.rows, 400);
  EXPECT_EQ(c.late.rows, 400);
  EXPECT_DOUBLE_EQ(c.test.statistic, 2 * (c.early.log_likelihood + c.late.log_likelihood - c.whole.log_likelihood));
  EXPECT_NEAR(c.early_expected, expected_purchases(early, 30), 0.4);
  EXPECT_NEAR(c.late_expected, expected_purchases(late, 30), 0.3);
  EXPECT_GT(c.early_expected, 1.5 * c.late_expected);
}

TEST(cohorts, who_is_early) {
  const auto split = [](std::vector<double> T, std::vector<double> weight) {
    const std::vector<double> none(T.size());
    return detail::middle_age(compress({none, none, T}, weight));
  };
  EXPECT_EQ(split({1, 2, 3, 4}, {1, 1, 1, 1}), 2);
  EXPECT_EQ(split({1, 2, 3, 4}, {1, 1, 1, 9}), 3);
  EXPECT_EQ(split({1, 2, 3, 4}, {9, 1, 1, 1}), 1);
  EXPECT_TRUE(std::isnan(split({2, 2}, {1, 5})));
  const std::vector<double> zero(3), T(3, 5.0);
  EXPECT_THROW((void)compare_cohorts<nbd>(compress(history_columns{zero, zero, T})), data_error);
}

TEST(expected_purchases_column, is_the_scalar_row_by_row) {
  const std::vector<double> x{2, 1, 0, 3}, t_x{30.43, 1.71, 0, 50}, T{38.86, 38.86, 38.86, 40}, length{39, 52, 0, 39};
  std::vector<double> out(4);
  expected_purchases(bg, {x, t_x, T}, length, out);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(out[i], expected_purchases(given(bg, history{x[i], t_x[i], T[i]}), length[i]));
  EXPECT_TRUE(std::isnan(out[3]));
  EXPECT_THROW(expected_purchases(bg, {x, t_x, T}, std::vector<double>(3), out), contract_error);
}

}  // namespace

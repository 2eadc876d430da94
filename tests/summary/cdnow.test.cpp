// Facts about the CDNOW records: Fader, Hardie and Lee 2005 (Marketing Science 24; Journal of Marketing Research 42).
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <support/cdnow.hpp>

namespace {

using namespace valorem;

double total(const std::vector<double>& column) {
  return std::accumulate(column.begin(), column.end(), 0.0);
}

summary of(const support::purchases& p, bool split) {
  return summarise(p.view(), split ? summary_options{.observation_end = support::cdnow_end,
                                                     .calibration_end = support::cdnow_calibration_end}
                                   : summary_options{.observation_end = support::cdnow_end});
}

TEST(cdnow, sample_at_39_weeks) {
  const summary s = of(support::cdnow_sample(), true);
  EXPECT_EQ(s.size(), 2'357u);
  EXPECT_EQ(total(s.frequency), 2'457);
  EXPECT_EQ(std::ranges::count(s.frequency, 0.0), 1'411);
  EXPECT_EQ(s.origin.repeaters, 946u);
  EXPECT_EQ(*std::ranges::max_element(s.frequency), 29);
  EXPECT_EQ(*std::ranges::min_element(s.T), 27);
  EXPECT_EQ(*std::ranges::max_element(s.T), 272.0 / 7);
  EXPECT_EQ(total(s.holdout_frequency), 1'882);
  EXPECT_EQ(std::ranges::count(s.holdout_length, 39.0), 2'357);
  EXPECT_EQ(s.origin.rows_used, 6'919u);
  EXPECT_EQ(s.report.total(), 0u);
}

TEST(cdnow, first_customers_of_the_sample_are_those_of_the_papers) {
  const summary s = of(support::cdnow_sample(), true);
  const double x[]{2, 1, 0}, t_x[]{213.0 / 7, 12.0 / 7, 0}, T[]{272.0 / 7, 272.0 / 7, 272.0 / 7};
  const double spend[]{(29.73 + 14.96) / 2, 11.77, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(s.frequency[i], x[i]);
    EXPECT_EQ(s.recency[i], t_x[i]);
    EXPECT_EQ(s.T[i], T[i]);
    EXPECT_DOUBLE_EQ(s.monetary_value[i], spend[i]);
  }
}

TEST(cdnow, spend_of_the_sample) {
  const weighted_spends w = compress_spend(of(support::cdnow_sample(), true));
  EXPECT_EQ(total(w.weight), 946);
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i) sum += w.weight[i] * w.mean_spend[i];
  EXPECT_NEAR(sum / 946, 35.0778, 5e-5);  // as printed, to four places
  EXPECT_DOUBLE_EQ(*std::ranges::min_element(w.mean_spend), 2.99);
  EXPECT_NEAR(*std::ranges::max_element(w.mean_spend), 299.634, 5e-4);
}

TEST(cdnow, master_at_39_weeks) {
  const summary s = of(support::cdnow_master(), true);
  EXPECT_EQ(s.size(), 23'570u);
  EXPECT_EQ(s.origin.repeaters, 9'451u);
  EXPECT_EQ(s.origin.repeaters_without_positive_spend, 1u);
  EXPECT_EQ(total(compress_spend(s).weight), 9'450);
  const weighted_histories w = compress(s);
  EXPECT_EQ(w.size(), 8'685u);
  EXPECT_EQ(total(w.weight), 23'570);
  EXPECT_EQ(s.origin.zero_amounts, 80u);
}

TEST(cdnow, master_at_78_weeks) {
  const summary s = of(support::cdnow_master(), false);
  EXPECT_EQ(s.size(), 23'570u);
  EXPECT_EQ(std::ranges::count(s.frequency, 0.0), 12'054);
  EXPECT_EQ(total(compress_spend(s).weight), 11'515);
  EXPECT_NEAR(total(s.revenue), 2'500'315.63, 1e-6);  // 23,570 sums, each within half an ulp, added in doubles
  EXPECT_EQ(total(s.units), total(support::cdnow_master().units));
  EXPECT_TRUE(s.holdout_frequency.empty());
}

TEST(cdnow, two_halves_make_the_whole) {
  const summary split = of(support::cdnow_master(), true), whole = of(support::cdnow_master(), false);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    ASSERT_EQ(split.first_row[i], whole.first_row[i]);
    ASSERT_EQ(split.frequency[i] + split.holdout_frequency[i], whole.frequency[i]);
    ASSERT_NEAR(split.revenue[i] + split.holdout_spend[i], whole.revenue[i], 1e-9);
    ASSERT_NEAR(split.T[i] + split.holdout_length[i], whole.T[i], 1e-12);
  }
}

TEST(cdnow, units_of_time_scale_and_nothing_else_changes) {
  const auto& data = support::cdnow_sample();
  const summary weeks = of(data, true);
  summary_options how{.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end};
  how.unit = time_unit::day;
  const summary days = summarise(data.view(), how);
  how.unit = time_unit::hour;
  const summary hours = summarise(data.view(), how);
  EXPECT_EQ(days.frequency, weeks.frequency);
  EXPECT_EQ(days.monetary_value, weeks.monetary_value);
  for (std::size_t i = 0; i < weeks.size(); ++i) {
    ASSERT_EQ(days.T[i] / 7, weeks.T[i]);
    ASSERT_EQ(days.recency[i] / 7, weeks.recency[i]);
    ASSERT_EQ(hours.T[i], days.T[i] * 24);
    ASSERT_NEAR(days.sum_log_gap[i] - weeks.frequency[i] * std::log(7.0), weeks.sum_log_gap[i], 1e-11);
  }
}

// FNV-1a over the bits of every column, found equal for gcc 12 and clang 16, -O0 to -O3, SSE2 and AVX2.
TEST(cdnow, one_fingerprint_in_every_build) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  const auto take = [&](const std::vector<double>& column) {
    for (const double value : column)
      for (int shift = 0; shift < 64; shift += 8)
        hash = (hash ^ (std::bit_cast<std::uint64_t>(value) >> shift & 0xff)) * 1'099'511'628'211U;
  };
  for (const auto collapse : {time_unit::day, time_unit::week, time_unit::month}) {
    const summary s = summarise(support::cdnow_master().view(), {.observation_end = support::cdnow_end,
                                                                 .calibration_end = support::cdnow_calibration_end,
                                                                 .collapse = collapse});
    for (const auto* column : {&s.frequency, &s.recency, &s.T, &s.monetary_value, &s.revenue, &s.orders, &s.units,
                               &s.units_per_order, &s.sum_log_gap, &s.sum_log_spend, &s.spend_12m, &s.orders_12m,
                               &s.tenure_months, &s.holdout_frequency, &s.holdout_spend, &s.holdout_length})
      take(*column);
    const weighted_histories w = compress(s);
    for (const auto* column : {&w.x, &w.t_x, &w.T, &w.weight}) take(*column);
  }
  EXPECT_EQ(hash, 7'287'521'980'663'808'902U);
}

}  // namespace

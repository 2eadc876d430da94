#include <valorem/summary/summarise.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <support/lines.hpp>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;
using support::lines;

using support::inf;
using support::nan;

summary_options until(std::string_view end) {
  return {.observation_end = parse_date(end).value()};
}

TEST(summarise, one_customer_by_hand) {
  const auto log = lines()
                       .add(7, "2024-01-01", 50, 2)  // first purchase
                       .add(7, "2024-01-15", 30, 1)  // two lines on one day are one purchase
                       .add(7, "2024-01-15", 10, 4)
                       .add(7, "2024-03-11", 20, 1);
  const summary s = summarise(log.view(), until("2024-04-01"));
  ASSERT_EQ(s.size(), 1u);
  EXPECT_EQ(s.frequency[0], 2);
  EXPECT_EQ(s.recency[0], 10);         // 70 days
  EXPECT_EQ(s.T[0], 13);               // 91 days
  EXPECT_EQ(s.monetary_value[0], 30);  // (40 + 20) / 2: the first purchase stays out
  EXPECT_EQ(s.revenue[0], 110);
  EXPECT_EQ(s.orders[0], 3);
  EXPECT_EQ(s.units[0], 8);
  EXPECT_EQ(s.units_per_order[0], 8.0 / 3);
  EXPECT_DOUBLE_EQ(s.sum_log_gap[0], std::log(2.0) + std::log(8.0));
  EXPECT_DOUBLE_EQ(s.sum_log_spend[0], std::log(40.0) + std::log(20.0));
  EXPECT_EQ(s.spend_12m[0], 110);
  EXPECT_EQ(s.orders_12m[0], 3);
  EXPECT_EQ(s.tenure_months[0], 3);
  EXPECT_EQ(date{s.first_purchase[0]}, civil_date(2024, 1, 1));
  EXPECT_EQ(s.first_row[0], 0u);
  EXPECT_EQ(s.history_status[0], status::ok);
  EXPECT_EQ(s.spend_status[0], status::ok);
  EXPECT_TRUE(s.holdout_frequency.empty());
  EXPECT_EQ(s.origin.as_of, civil_date(2024, 4, 1));
}

TEST(summarise, customers_come_by_ascending_id_whatever_the_rows_order) {
  const auto log = lines().add(10, 0, 1).add(-3, 5, 1).add(9, 2, 1).add(-3, 1, 1).add(10, 7, 1);
  const summary s = summarise(log.view(), until("1970-02-01"));
  EXPECT_EQ(s.first_row, (std::vector<std::size_t>{1, 2, 0}));  // -3, 9, 10
  EXPECT_EQ(s.frequency, (std::vector<double>{1, 0, 1}));
}

TEST(summarise, a_purchase_at_zero_is_a_purchase) {
  const auto log = lines().add(1, 0, 0).add(1, 7, 0).add(1, 14, 5);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.frequency[0], 2);
  EXPECT_EQ(s.monetary_value[0], 2.5);
  EXPECT_EQ(s.origin.zero_amounts, 2u);
  EXPECT_TRUE(std::isnan(s.sum_log_spend[0])) << "ln of a purchase at 0 does not exist";
}

TEST(summarise, a_customer_of_today) {
  const summary s = summarise(lines().add(1, 28, 5).view(), until("1970-01-29"));
  EXPECT_EQ(s.frequency[0], 0);
  EXPECT_EQ(s.recency[0], 0);
  EXPECT_EQ(s.T[0], 0);
  EXPECT_EQ(s.monetary_value[0], 0);
  EXPECT_EQ(s.sum_log_gap[0], 0);
  EXPECT_EQ(s.sum_log_spend[0], 0);
  EXPECT_EQ(check(s.histories()[0]), status::ok);
}

TEST(summarise, returns_are_netted_and_never_make_or_remove_a_purchase) {
  const auto log = lines()
                       .add(1, 0, 100)
                       .add(1, 0, -10)  // off the first purchase: off revenue alone
                       .add(1, 7, 50)
                       .add(1, 7, -50)  // takes all of it back: the purchase stays
                       .add(1, 9, -5)   // a day of its own: no purchase
                       .add(1, 14, 30)
                       .add(1, 20, -4);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.frequency[0], 2);
  EXPECT_EQ(s.recency[0], 2);
  EXPECT_EQ(s.revenue[0], 111);
  EXPECT_EQ(s.monetary_value[0], 10.5);  // (50 - 50 - 5 + 30 - 4) / 2
  EXPECT_EQ(s.units[0], 3);
  EXPECT_TRUE(std::isnan(s.sum_log_spend[0])) << "the first repeat purchase nets to -5";
  EXPECT_EQ(s.origin.returns_used, 4u);
  EXPECT_EQ(s.spend_12m[0], 111);
  EXPECT_EQ(s.orders_12m[0], 3);
}

TEST(summarise, a_return_belongs_to_the_repeat_purchase_before_it_or_else_to_the_first_one) {
  const auto log = lines().add(1, 0, 100).add(1, 3, -2).add(1, 7, 12).add(1, 9, -1).add(1, 14, 30);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.monetary_value[0], 19.5);
  EXPECT_DOUBLE_EQ(s.sum_log_spend[0], std::log(9.0) + std::log(30.0));
}

TEST(summarise, returns_dropped) {
  const auto log = lines().add(1, 0, 100).add(1, 7, 50).add(1, 7, -20).add(1, 9, -5).add(2, 3, -1);
  auto how = until("1970-01-29");
  how.returns = returns_policy::drop;
  const summary s = summarise(log.view(), how);
  ASSERT_EQ(s.size(), 1u);
  EXPECT_EQ(s.revenue[0], 150);
  EXPECT_EQ(s.monetary_value[0], 50);
  EXPECT_EQ(s.origin.rows_dropped, 3u);
  EXPECT_EQ(s.origin.rows_refused, 0u);
  EXPECT_EQ(s.report.total(), 0u);
}

TEST(summarise, returns_refused) {
  const auto log = lines().add(1, 0, 100).add(1, 7, 50).add(1, 7, -20).add(1, 9, -5);
  auto how = until("1970-01-29");
  how.returns = returns_policy::refuse;
  const summary s = summarise(log.view(), how);
  EXPECT_EQ(s.revenue[0], 150);
  EXPECT_EQ(s.origin.rows_refused, 2u);
  EXPECT_EQ(s.report.issues, (std::vector<row_issue>{{2, row_rule::negative_amount}, {3, row_rule::negative_amount}}));
  EXPECT_EQ(text(s.report.issues[0]), "row 3, amount: The amount is negative, and returns are refused.");
}

TEST(summarise, spend_that_is_not_positive_is_undefined_and_counted) {
  const auto log = lines().add(1, 0, 10).add(1, 7, 10).add(1, 8, -10).add(2, 0, 10).add(2, 7, 1);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.spend_status, (std::vector<status>{status::undefined, status::ok}));
  EXPECT_EQ(s.history_status, (std::vector<status>{status::ok, status::ok}));
  EXPECT_EQ(s.origin.repeaters, 2u);
  EXPECT_EQ(s.origin.repeaters_without_positive_spend, 1u);
}

TEST(summarise, a_customer_with_returns_alone_is_left_out_and_counted) {
  const auto log = lines().add(1, 0, 10).add(2, 3, -10);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.size(), 1u);
  EXPECT_EQ(s.origin.customers_without_purchase, 1u);
}

TEST(summarise, a_return_before_the_first_purchase_comes_off_revenue_alone) {
  const auto log = lines().add(1, 0, -3).add(1, 7, 10).add(1, 14, 8);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.frequency[0], 1);
  EXPECT_EQ(s.T[0], 3);
  EXPECT_EQ(s.revenue[0], 15);
  EXPECT_EQ(s.monetary_value[0], 8);
}

TEST(summarise, units_given_back_are_not_taken_off_and_need_no_sign) {
  const auto log = lines().add(1, 0, 30, 3).add(1, 7, -20, -2).add(1, 8, -10, 1);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.units[0], 3);
  EXPECT_EQ(s.report.total(), 0u);
}

TEST(summarise, calibration_and_holdout) {
  const auto log = lines()
                       .add(1, "2024-01-01", 10)
                       .add(1, "2024-02-05", 20)
                       .add(1, "2024-03-31", 30)  // the last day of the calibration
                       .add(1, "2024-04-01", 40)  // the first of the holdout
                       .add(1, "2024-04-01", 5)
                       .add(1, "2024-06-30", 50)  // the last day observed
                       .add(1, "2024-06-30", -1)
                       .add(1, "2024-07-01", 60)   // ignored
                       .add(2, "2024-04-01", 70);  // a customer whom the calibration has not seen
  auto how = until("2024-06-30");
  how.calibration_end = civil_date(2024, 3, 31);
  how.unit = time_unit::day;
  const summary s = summarise(log.view(), how);
  ASSERT_EQ(s.size(), 1u);
  EXPECT_EQ(s.frequency[0], 2);
  EXPECT_EQ(s.recency[0], 90);
  EXPECT_EQ(s.T[0], 90);
  EXPECT_EQ(s.revenue[0], 60);
  EXPECT_EQ(s.holdout_frequency[0], 2);
  EXPECT_EQ(s.holdout_spend[0], 94);
  EXPECT_EQ(s.holdout_length[0], 91);
  EXPECT_EQ(s.spend_12m[0], 60);
  EXPECT_EQ(s.tenure_months[0], 2);
  EXPECT_EQ(s.origin.as_of, how.calibration_end);
  EXPECT_EQ(s.origin.observation_end, how.observation_end);
  EXPECT_EQ(s.origin.rows_after_end, 1u);
  EXPECT_EQ(s.origin.customers_after_calibration, 1u);
}

TEST(summarise, twelve_months_are_rolling_and_clamped) {
  // (2023-02-28, 2024-02-29]: twelve months back from a leap day is the last of February.
  const auto log =
      lines().add(1, "2023-02-28", 1).add(1, "2023-03-01", 10).add(1, "2024-02-29", 100).add(2, "2022-12-31", 1);
  const summary s = summarise(log.view(), until("2024-02-29"));
  EXPECT_EQ(s.spend_12m, (std::vector<double>{110, 0}));
  EXPECT_EQ(s.orders_12m, (std::vector<double>{2, 0}));
  EXPECT_EQ(s.tenure_months, (std::vector<double>{12, 14}));
}

TEST(summarise, collapse_by_week_begins_on_monday) {
  // 2024-01-07 is a Sunday, 2024-01-08 a Monday.
  const auto log =
      lines().add(1, "2024-01-03", 1).add(1, "2024-01-07", 1).add(1, "2024-01-08", 1).add(1, "2024-01-22", 1);
  auto how = until("2024-01-31");
  how.collapse = time_unit::week;
  const summary s = summarise(log.view(), how);
  EXPECT_EQ(s.frequency[0], 2);
  EXPECT_EQ(s.recency[0], 3);
  EXPECT_EQ(s.T[0], 4);
  how.unit = time_unit::day;
  EXPECT_EQ(summarise(log.view(), how).T[0], 28);
}

TEST(summarise, a_collapse_unit_that_both_sides_share_belongs_to_the_calibration) {
  // Weeks begin on Mondays 2024-01-01, 08, 15; the calibration ends on a Wednesday.
  const auto log = lines()
                       .add(1, "2024-01-01", 1)
                       .add(1, "2024-01-09", 1)
                       .add(1, "2024-01-12", 8)
                       .add(2, "2024-01-02", 1)
                       .add(2, "2024-01-12", 2);
  auto how = until("2024-01-21");
  how.calibration_end = civil_date(2024, 1, 10);
  how.collapse = time_unit::week;
  const summary s = summarise(log.view(), how);
  EXPECT_EQ(s.frequency, (std::vector<double>{1, 0}));
  EXPECT_EQ(s.holdout_frequency, (std::vector<double>{0, 1}));
  EXPECT_EQ(s.holdout_spend, (std::vector<double>{8, 2}));
  EXPECT_EQ(s.holdout_length, (std::vector<double>{1, 1}));
}

TEST(summarise, collapse_by_month_and_year_counts_calendar_units) {
  const auto log =
      lines().add(1, "2023-11-30", 1).add(1, "2023-12-01", 1).add(1, "2023-12-31", 1).add(1, "2024-02-10", 1);
  auto how = until("2024-05-01");
  how.collapse = time_unit::month;
  how.unit = time_unit::month;
  const summary months = summarise(log.view(), how);
  EXPECT_EQ(months.frequency[0], 2);
  EXPECT_EQ(months.recency[0], 3);
  EXPECT_EQ(months.T[0], 6);
  how.unit = time_unit::year;
  EXPECT_EQ(summarise(log.view(), how).T[0], 0.5);
  how.collapse = time_unit::year;
  EXPECT_EQ(summarise(log.view(), how).frequency[0], 1);
  EXPECT_EQ(summarise(log.view(), how).T[0], 1);
}

TEST(summarise, timestamps_become_days_where_the_caller_says) {
  const std::vector<std::int64_t> who{1, 1, 1};
  const std::vector<std::int64_t> when{1'709'222'399, 1'709'222'400, 1'709'222'400 + 86'400};  // midnight at +08:00
  const std::vector<double> paid{1, 2, 4};
  const auto at = [&](std::int32_t minutes) {
    const transactions log{
        .customer = std::span(who), .time = instant_column{.seconds = when, .offset = {minutes}}, .amount = paid};
    auto how = until("2024-03-04");
    how.unit = time_unit::day;
    return summarise(log, how);
  };
  const summary guangzhou = at(480), london = at(0);
  EXPECT_EQ(date{guangzhou.first_purchase[0]}, civil_date(2024, 2, 29));
  EXPECT_EQ(guangzhou.frequency[0], 2);
  EXPECT_EQ(guangzhou.T[0], 4);
  EXPECT_EQ(date{london.first_purchase[0]}, civil_date(2024, 2, 29));
  EXPECT_EQ(london.frequency[0], 1);
  EXPECT_EQ(london.recency[0], 1);
}

TEST(summarise, hours_collapse_instants_and_the_last_day_counts_to_its_end) {
  const std::vector<std::int64_t> who{1, 1, 1};
  const std::vector<std::int64_t> when{3'600, 3'600 + 1'800, 4 * 3'600};
  const std::vector<double> paid{1, 2, 4};
  const transactions log{
      .customer = std::span(who), .time = instant_column{.seconds = when, .offset = {0}}, .amount = paid};
  auto how = until("1970-01-02");
  how.collapse = how.unit = time_unit::hour;
  const summary s = summarise(log, how);
  EXPECT_EQ(s.frequency[0], 1);
  EXPECT_EQ(s.recency[0], 3);
  EXPECT_EQ(s.T[0], 46);  // from 01:00 to the hour that begins at 23:00 of the next day
}

TEST(summarise, amounts_in_decimals_are_summed_exactly) {
  lines log;
  log.add(1, 0, 0.3);
  for (int i = 1; i <= 10; ++i) log.add(1, i, 0.1);
  log.add(2, 0, 0.1).add(2, 0, 0.2);                       // 0.30000000000000004 in plain doubles
  log.add(3, 0, 3 * 0.1).add(3, 7, 1.0001).add(3, 7, -1);  // price times quantity is off in its last bit
  log.add(4, 0, 1e15).add(4, 7, 0.5);                      // too large for it: plain doubles, in order of time
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.monetary_value[0], 0.1);
  EXPECT_EQ(s.revenue, (std::vector<double>{1.3, 0.3, 0.3001, 1e15 + 0.5}));
  EXPECT_EQ(s.monetary_value[2], 0.0001);
}

TEST(summarise, other_amounts_are_summed_as_they_are) {
  const auto log = lines().add(1, 0, 1.0 / 3).add(2, 0, 0.00005).add(3, 0, -0.0).add(3, 7, 1e-300);
  const summary s = summarise(log.view(), until("1970-01-29"));
  EXPECT_EQ(s.revenue, (std::vector<double>{1.0 / 3, 0.00005, 1e-300}));
}

TEST(summarise, a_sum_beyond_whole_numbers_goes_on_in_doubles) {
  lines log;
  for (int i = 0; i < 300'000; ++i) log.add(1, 0, 3.5e9);  // in ten-thousandths more than 64 bits hold
  EXPECT_EQ(summarise(log.view(), until("1970-01-29")).revenue[0], 1.05e15);
}

TEST(summarise, purchases_without_amounts_or_units) {
  const auto log = lines().add(1, 0, 0).add(1, 7, 0);
  const transactions bare{.customer = std::span(log.customer), .time = std::span(log.day), .amount = {}};
  const summary s = summarise(bare, until("1970-01-29"));
  EXPECT_EQ(s.frequency[0], 1);
  EXPECT_TRUE(s.monetary_value.empty() && s.revenue.empty() && s.spend_12m.empty() && s.sum_log_spend.empty() &&
              s.spend_status.empty() && s.units.empty() && s.units_per_order.empty() && s.holdout_spend.empty());
  EXPECT_EQ(s.orders_12m[0], 2);
  EXPECT_EQ(s.origin.zero_amounts, 0u);
}

TEST(summarise, each_bad_row_has_its_rule_and_disturbs_no_other) {
  const auto good = lines().add(1, 0, 10).add(1, 7, 20).add(2, 3, 5);
  const summary clean = summarise(good.view(), until("1970-01-29"));
  const struct {
    std::int32_t day;
    double amount, units;
    row_rule rule;
  } bad[]{{no_day, 1, 1, row_rule::missing_date},
          {-25'568, 1, 1, row_rule::date_out_of_range},
          {last_sensible_date.days + 1, 1, 1, row_rule::date_out_of_range},
          {std::numeric_limits<std::int32_t>::max(), 1, 1, row_rule::date_out_of_range},
          {5, nan, 1, row_rule::missing_amount},
          {5, inf, 1, row_rule::infinite_amount},
          {5, -inf, 1, row_rule::infinite_amount},
          {5, 1, nan, row_rule::missing_units},
          {5, 1, -1, row_rule::invalid_units},
          {5, -1, inf, row_rule::invalid_units}};
  for (const auto& b : bad) {
    for (std::size_t place = 0; place <= good.size(); ++place) {
      lines log;
      for (std::size_t i = 0; i <= good.size(); ++i) {
        if (i == place) log.add(1, b.day, b.amount, b.units);
        if (i < good.size()) log.add(good.customer[i], good.day[i], good.amount[i], good.units[i]);
      }
      const summary s = summarise(log.view(), until("1970-01-29"));
      EXPECT_EQ(s.report.issues, (std::vector<row_issue>{{place, b.rule}}));
      EXPECT_EQ(s.report.count(b.rule), 1u);
      EXPECT_EQ(s.origin.rows_refused, 1u);
      EXPECT_EQ(s.frequency, clean.frequency);
      EXPECT_EQ(s.T, clean.T);
      EXPECT_EQ(s.revenue, clean.revenue);
      EXPECT_EQ(s.units, clean.units);
    }
  }
}

TEST(summarise, instants_out_of_all_range_are_bad_rows) {
  const std::vector<std::int64_t> who{1, 1, 1, 1};
  const std::vector<std::int64_t> when{no_instant, std::numeric_limits<std::int64_t>::max(), no_instant + 1, 0};
  const std::vector<double> paid(4, 1);
  const transactions log{
      .customer = std::span(who), .time = instant_column{.seconds = when, .offset = {-720}}, .amount = paid};
  const summary s = summarise(log, until("1970-01-29"));
  EXPECT_EQ(s.report.issues,
            (std::vector<row_issue>{
                {0, row_rule::missing_date}, {1, row_rule::date_out_of_range}, {2, row_rule::date_out_of_range}}));
  EXPECT_EQ(date{s.first_purchase[0]}, civil_date(1969, 12, 31));
}

TEST(summarise, what_a_reader_found_wrong_is_kept) {
  const auto log = lines().add(1, 0, nan).add(1, 7, 20).add(2, 3, 5);
  const std::vector<row_rule> found{row_rule::unreadable_amount, row_rule::none, row_rule::missing_customer};
  auto view = log.view();
  view.found_wrong = found;
  const summary s = summarise(view, until("1970-01-29"));
  EXPECT_EQ(s.size(), 1u);
  EXPECT_EQ(s.report.issues,
            (std::vector<row_issue>{{0, row_rule::unreadable_amount}, {2, row_rule::missing_customer}}));
}

TEST(summarise, an_empty_text_is_a_missing_id) {
  const std::vector<std::string_view> who{"b", "", "a"};
  const std::vector<std::int32_t> when{0, 0, 0};
  const std::vector<double> paid{1, 1, 1};
  const summary s =
      summarise({.customer = std::span(who), .time = std::span(when), .amount = paid}, until("1970-01-29"));
  EXPECT_EQ(s.first_row, (std::vector<std::size_t>{2, 0}));
  EXPECT_EQ(s.report.count(row_rule::missing_customer), 1u);
}

TEST(summarise, the_list_of_bad_rows_is_bounded_and_the_count_is_not) {
  lines log;
  log.add(1, 0, 1);
  for (int i = 0; i < 1000; ++i) log.add(1, 0, nan);
  auto how = until("1970-01-29");
  how.issue_limit = 3;
  const summary s = summarise(log.view(), how);
  EXPECT_EQ(s.report.issues.size(), 3u);
  EXPECT_EQ(s.report.count(row_rule::missing_amount), 1000u);
}

TEST(summarise, nothing_to_score_says_why) {
  const auto message = [](const lines& log, summary_options how) {
    try {
      (void)summarise(log.view(), how);
    } catch (const data_error& e) {
      return std::string(e.what());
    }
    return std::string("not thrown");
  };
  EXPECT_NE(message({}, until("1970-01-29")).find("of 0 rows"), std::string::npos);
  EXPECT_NE(message(lines().add(1, 0, nan), until("1970-01-29")).find("row 1, amount: The amount is missing."),
            std::string::npos);
  EXPECT_NE(message(lines().add(1, 100, 1), until("1970-01-29")).find("1 lie after 1970-01-29"), std::string::npos);
  EXPECT_NE(message(lines().add(1, 0, -1), until("1970-01-29")).find("1 customers have returns alone"),
            std::string::npos);
}

TEST(summarise, broken_contracts_are_refused_at_the_door) {
  const auto log = lines().add(1, 0, 1).add(1, 7, 2);
  const auto refused = [&](auto change) {
    auto view = log.view();
    auto how = until("1970-01-29");
    change(view, how);
    EXPECT_THROW((void)summarise(view, how), contract_error);
  };
  refused([](auto&, auto& how) { how.observation_end = date{-30'000}; });
  refused([](auto&, auto& how) { how.calibration_end = how.observation_end; });
  refused([](auto&, auto& how) { how.calibration_end = date{-30'000}; });
  refused([](auto&, auto& how) { how.collapse = time_unit::hour; });
  refused([](auto&, auto& how) { how.unit = static_cast<time_unit>(9); });
  refused([](auto& view, auto&) { view.amount = view.amount.first(1); });
  refused([](auto& view, auto&) { view.units = view.units.first(1); });
  refused([&](auto& view, auto&) { view.time = std::span(log.day).first(1); });
  const std::vector<row_rule> found(1);
  refused([&](auto& view, auto&) { view.found_wrong = found; });
}

}  // namespace

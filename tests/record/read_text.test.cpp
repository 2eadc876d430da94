#include <valorem/record/read_text.hpp>

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace {

using namespace valorem;
using texts = std::vector<std::string_view>;
using rules = std::vector<row_rule>;

TEST(read_text, numbers_or_a_reason) {
  const texts in{"1",     "-2.50", "1e3", ".5",  "",  "twelve", "1,5",   "1 2",    " - ", "+1",
                 "1e400", "nan",   "inf", "0x1", "-", "-inf",   "1.2.3", "1e-400", "--1", "00012.5"};
  std::vector<double> out(in.size());
  rules found(in.size(), row_rule::none);
  read_numbers(in, row_rule::missing_amount, row_rule::unreadable_amount, out, found);
  const std::size_t good[]{0, 1, 2, 3, 19};
  const double values[]{1, -2.5, 1000, .5, 12.5};
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(found[good[k]], row_rule::none) << in[good[k]];
    EXPECT_EQ(out[good[k]], values[k]);
  }
  EXPECT_EQ(found[4], row_rule::missing_amount);
  for (std::size_t i = 5; i < 19; ++i) {
    EXPECT_EQ(found[i], row_rule::unreadable_amount) << in[i];
    EXPECT_TRUE(numeric::is_nan(out[i])) << in[i];
  }
}

TEST(read_text, days_from_dates_and_from_timestamps_across_midnight) {
  const texts in{"2024-02-29",
                 "2024-02-29T15:59:59Z",
                 "2024-02-29T16:00:00Z",
                 "2024-02-29 23:59:59",
                 "2024-03-01 00:00",
                 "2024-02-29T23:30:00-05:00",
                 "",
                 "2024-02-30",
                 "29/02/2024",
                 "2024-02-29T25:00"};
  std::vector<std::int32_t> out(in.size());
  rules found(in.size(), row_rule::none);
  read_days(in, utc_offset{480}, out, found);
  const std::int32_t leap = civil_date(2024, 2, 29).days;
  const std::vector<std::int32_t> expected{leap,     leap,   leap + 1, leap,   leap + 1,
                                           leap + 1, no_day, no_day,   no_day, no_day};
  EXPECT_EQ(out, expected);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(found[i], row_rule::none) << in[i];
  EXPECT_EQ(found[6], row_rule::missing_date);
  for (std::size_t i = 7; i < 10; ++i) EXPECT_EQ(found[i], row_rule::unreadable_date) << in[i];
}

TEST(read_text, no_timestamp_has_a_day_without_a_named_offset) {
  const texts in{"2024-02-29", "2024-02-29T15:59:59Z", "2024-02-29 15:59:59"};
  std::vector<std::int32_t> out(in.size());
  rules found(in.size(), row_rule::none);
  read_days(in, std::nullopt, out, found);
  EXPECT_EQ(found, (rules{row_rule::none, row_rule::offset_not_named, row_rule::offset_not_named}));
}

TEST(read_text, instants_and_what_was_marked_before_stays_marked) {
  const texts in{"2024-03-01 00:00:00", "2024-02-29T16:00:00Z", "2024-02-29", ""};
  std::vector<std::int64_t> out(in.size());
  rules found{row_rule::none, row_rule::missing_amount, row_rule::none, row_rule::none};
  read_instants(in, utc_offset{480}, out, found);
  EXPECT_EQ(out, (std::vector<std::int64_t>{1'709'222'400, 1'709'222'400, no_instant, no_instant}));
  EXPECT_EQ(found,
            (rules{row_rule::none, row_rule::missing_amount, row_rule::unreadable_date, row_rule::missing_date}));
}

TEST(read_text, blanks_around_a_cell_are_nothing) {
  const texts in{" 1.5\t", "   ", " -2"};
  std::vector<double> out(in.size());
  rules found(in.size(), row_rule::none);
  read_numbers(in, row_rule::missing_amount, row_rule::unreadable_amount, out, found);
  EXPECT_EQ(found, (rules{row_rule::none, row_rule::missing_amount, row_rule::none}));
  EXPECT_EQ(out[0], 1.5);
  EXPECT_EQ(out[2], -2.0);
}

TEST(read_text, a_decimal_comma_is_named_and_parts_no_thousands) {
  const texts in{"1,5", "1.5", "1.234,5", "-0,25", "1,2,3", "7"};
  std::vector<double> out(in.size());
  rules found(in.size(), row_rule::none);
  read_numbers(in, row_rule::missing_amount, row_rule::unreadable_amount, out, found, ',');
  const rules expected{row_rule::none, row_rule::unreadable_amount, row_rule::unreadable_amount,
                       row_rule::none, row_rule::unreadable_amount, row_rule::none};
  EXPECT_EQ(found, expected);
  EXPECT_EQ(out[0], 1.5);
  EXPECT_EQ(out[3], -0.25);
  EXPECT_THROW(read_numbers(in, row_rule::none, row_rule::none, out, found, ';'), contract_error);
}

TEST(read_text, days_in_a_named_order_with_a_clock_behind_them) {
  const texts in{" 1.2.2024 ", "01/02/2024 23:30:00Z", "2024-02-01", "1.2.24"};
  std::vector<std::int32_t> out(in.size());
  rules found(in.size(), row_rule::none);
  read_days(in, utc_offset{60}, out, found, date_order::dmy);
  const std::int32_t first = civil_date(2024, 2, 1).days;
  EXPECT_EQ(out, (std::vector<std::int32_t>{first, first + 1, no_day, no_day}));
  EXPECT_EQ(found, (rules{row_rule::none, row_rule::none, row_rule::unreadable_date, row_rule::unreadable_date}));
  std::vector<std::int64_t> at(in.size());
  found.assign(in.size(), row_rule::none);
  read_instants(in, utc_offset{60}, at, found, date_order::dmy);
  EXPECT_EQ(at[1], (first * std::int64_t{86'400}) + 84'600);
}

TEST(read_text, columns_must_be_of_one_length) {
  std::vector<std::int32_t> out(2);
  rules found(1);
  EXPECT_THROW(read_days(texts{"2024-02-29"}, std::nullopt, out, found), contract_error);
}

}  // namespace

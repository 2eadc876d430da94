#include <valorem/record/calendar_text.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace valorem;

TEST(calendar_text, dates_survive_a_round_trip) {
  for (std::int32_t d = -719'162; d <= last_sensible_date.days; d += 37) {
    const auto read = parse_date(text(date{d}));
    ASSERT_TRUE(read) << text(date{d});
    ASSERT_EQ(read.value().days, d);
  }
  EXPECT_EQ(text(civil_date(7, 1, 2)), "0007-01-02");
  EXPECT_EQ(text(date{-719'163}), "day -719163");
}

TEST(calendar_text, refuses_everything_but_iso_dates) {
  for (const std::string bad : {"",
                                "1997",
                                "1997-1-1",
                                "1997-01-1",
                                "1997/01/01",
                                "19970101",
                                "01.01.1997",
                                "1997-02-29",
                                "1997-13-01",
                                "1997-00-10",
                                "1997-01-00",
                                "0000-01-01",
                                " 1997-01-01",
                                "1997-01-01 ",
                                "1997-01-01T00:00",
                                "+997-01-01",
                                "-997-01-01",
                                "1997-01-0x",
                                "99999-01-01",
                                "1997\xe2\x88\x92"
                                "01-01",
                                "yesterday"}) {
    const auto read = parse_date(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, "not_a_date");
    EXPECT_THROW((void)read.value(), program_error);
  }
  EXPECT_FALSE(parse_date(std::string("1997-01-01\0", 11)));
}

TEST(calendar_text, timestamps_with_their_own_offset) {
  for (const std::string same : {"2024-02-29T16:00:00Z", "2024-02-29 16:00:00+00:00", "2024-03-01T00:00:00+08:00",
                                 "2024-03-01 00:00+08", "2024-02-29T11:30:00.999999-0430", "2024-02-29t16:00:00.5z"}) {
    const auto read = parse_timestamp(same, std::nullopt);
    ASSERT_TRUE(read) << same;
    EXPECT_EQ(read.value().seconds, 1'709'222'400) << same;
    EXPECT_EQ(parse_timestamp(same, utc_offset{-300}).value().seconds, 1'709'222'400) << "its own offset wins";
  }
}

TEST(calendar_text, timestamps_without_offset_need_a_named_one) {
  EXPECT_EQ(parse_timestamp("2024-03-01 00:00:00", utc_offset{480}).value().seconds, 1'709'222'400);
  const auto unnamed = parse_timestamp("2024-03-01 00:00:00", std::nullopt);
  ASSERT_FALSE(unnamed);
  EXPECT_EQ(unnamed.error().code, "offset_not_named");
}

TEST(calendar_text, refuses_malformed_timestamps) {
  for (const std::string bad : {"",
                                "2024-03-01",
                                "2024-03-01T",
                                "2024-03-01T1:00",
                                "2024-03-01T24:00:00",
                                "2024-03-01T23:60:00",
                                "2024-03-01T23:59:60",
                                "2024-03-01T23:59:",
                                "2024-03-01T23:59:0",
                                "2024-03-01T23:59:00.",
                                "2024-03-01x23:59:00",
                                "2024-02-30T23:59:00",
                                "2024-03-01T23:59:00 Z",
                                "2024-03-01T23:59:00+8",
                                "2024-03-01T23:59:00+080",
                                "2024-03-01T23:59:00+08:0",
                                "2024-03-01T23:59:00+08-00",
                                "2024-03-01T23:59:00+19:00",
                                "2024-03-01T23:59:00+08:60",
                                "2024-03-01T23:59:00ZZ",
                                "2024-03-01T23:59:00+08:000",
                                "2024-03-01T-1:00:00",
                                "2024-03-01T2359"}) {
    const auto read = parse_timestamp(bad, utc_offset{0});
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, "not_a_timestamp") << bad;
  }
}

TEST(calendar_text, messages_quote_no_more_than_the_head_of_a_long_text) {
  EXPECT_LT(parse_date(std::string(1'000'000, 'x')).error().message.size(), 100u);
}

}  // namespace

#include <valorem/record/calendar.hpp>

#include <gtest/gtest.h>

namespace {

using namespace valorem;

// The calendar by counting, day by day: the plain twin of the arithmetic under test.
struct counted {
  int y = 1970;
  unsigned m = 1, d = 1;

  static bool leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }
  static unsigned length(int y, unsigned m) {
    constexpr unsigned days[]{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return m == 2 && leap(y) ? 29 : days[m - 1];
  }
  void next() {
    if (++d <= length(y, m)) return;
    d = 1;
    if (++m <= 12) return;
    m = 1;
    ++y;
  }
};

TEST(calendar, counts_days_as_a_person_would) {
  counted c;
  for (std::int32_t days = 0; days < 160'000; ++days, c.next()) {  // to the year 2408: every rule of leap years
    ASSERT_EQ(civil_date(c.y, c.m, c.d).days, days) << c.y << '-' << c.m << '-' << c.d;
  }
}

TEST(calendar, sensible_dates_are_the_ones_named) {
  EXPECT_EQ(first_sensible_date, civil_date(1900, 1, 1));
  EXPECT_EQ(last_sensible_date, civil_date(9999, 12, 31));
}

TEST(calendar, refuses_days_that_do_not_exist) {
  EXPECT_THROW((void)civil_date(2023, 2, 29), contract_error);
  EXPECT_THROW((void)civil_date(1900, 2, 29), contract_error);
  EXPECT_THROW((void)civil_date(2023, 13, 1), contract_error);
  EXPECT_THROW((void)civil_date(2023, 4, 31), contract_error);
  EXPECT_THROW((void)civil_date(0, 1, 1), contract_error);
  EXPECT_NO_THROW((void)civil_date(2000, 2, 29));
}

TEST(calendar, months_clamp_to_the_end_of_the_month) {
  EXPECT_EQ(add_months(civil_date(2023, 1, 31), 1), civil_date(2023, 2, 28));
  EXPECT_EQ(add_months(civil_date(2024, 1, 31), 1), civil_date(2024, 2, 29));
  EXPECT_EQ(add_months(civil_date(2024, 2, 29), 12), civil_date(2025, 2, 28));
  EXPECT_EQ(add_months(civil_date(2024, 2, 29), -12), civil_date(2023, 2, 28));
  EXPECT_EQ(add_months(civil_date(2024, 3, 31), -1), civil_date(2024, 2, 29));
  EXPECT_EQ(add_months(civil_date(2023, 12, 31), 2), civil_date(2024, 2, 29));
  EXPECT_EQ(add_months(civil_date(2023, 1, 15), -13), civil_date(2021, 12, 15));
  EXPECT_EQ(add_months(civil_date(1970, 1, 1), 0), civil_date(1970, 1, 1));
}

TEST(calendar, whole_months_invert_add_months) {
  EXPECT_EQ(whole_months(civil_date(2023, 1, 31), civil_date(2023, 2, 27)), 0);
  EXPECT_EQ(whole_months(civil_date(2023, 1, 31), civil_date(2023, 2, 28)), 1);
  EXPECT_EQ(whole_months(civil_date(2023, 1, 31), civil_date(2023, 3, 30)), 1);
  EXPECT_EQ(whole_months(civil_date(2023, 1, 31), civil_date(2023, 3, 31)), 2);
  EXPECT_EQ(whole_months(civil_date(2023, 3, 15), civil_date(2023, 3, 14)), -1);
  for (std::int32_t from = 18'900; from < 20'400; from += 7) {  // around the leap day of 2024
    for (std::int32_t to = from; to < from + 800; to += 5) {
      int plain = 0;
      while (add_months(date{from}, plain + 1) <= date{to}) ++plain;
      ASSERT_EQ(whole_months(date{from}, date{to}), plain) << from << " to " << to;
    }
  }
}

TEST(calendar, a_moment_has_the_date_of_the_place_that_is_named) {
  const instant t{1'709'222'400};  // 2024-02-29T16:00:00Z, by `date -u -d @1709222400`
  EXPECT_EQ(date_at(t, utc_offset{0}), civil_date(2024, 2, 29));
  EXPECT_EQ(date_at(t, utc_offset{479}), civil_date(2024, 2, 29));
  EXPECT_EQ(date_at(t, utc_offset{480}), civil_date(2024, 3, 1));
  EXPECT_EQ(date_at(t, utc_offset{-961}), civil_date(2024, 2, 28));
  EXPECT_EQ(date_at(instant{-1}, utc_offset{0}), civil_date(1969, 12, 31));
  EXPECT_EQ(date_at(instant{-86'400}, utc_offset{0}), civil_date(1969, 12, 31));
  EXPECT_EQ(date_at(instant{-86'401}, utc_offset{0}), civil_date(1969, 12, 30));
}

TEST(calendar, units_are_what_the_design_says) {
  EXPECT_EQ(hours_per(time_unit::day) * 7, hours_per(time_unit::week));
  EXPECT_EQ(hours_per(time_unit::day) * 365.25, hours_per(time_unit::year));
  EXPECT_EQ(hours_per(time_unit::year) / 12, hours_per(time_unit::month));
  for (const auto u : {time_unit::hour, time_unit::day, time_unit::week, time_unit::month, time_unit::year})
    EXPECT_EQ(time_unit_named(name(u)), u);
  EXPECT_EQ(time_unit_named("Week"), std::nullopt);
  EXPECT_EQ(time_unit_named(""), std::nullopt);
}

}  // namespace

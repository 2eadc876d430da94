#include <valorem/record/date_order.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using namespace valorem;

TEST(date_order, reads_every_day_in_every_order_and_with_every_mark) {
  for (std::int32_t d = civil_date(1900, 1, 1).days; d < civil_date(2100, 1, 1).days; d += 7) {
    const auto f = detail::fields(date{d});
    const int y = static_cast<int>(f.year());
    const unsigned m = static_cast<unsigned>(f.month()), day = static_cast<unsigned>(f.day());
    for (const char mark : {'-', '/', '.'}) {
      const std::string part(1, mark), year = std::to_string(y), month = std::to_string(m),
                                       of_month = std::to_string(day);
      ASSERT_EQ(read_date(year + part + month + part + of_month, date_order::ymd), date{d});
      ASSERT_EQ(read_date(of_month + part + month + part + year, date_order::dmy), date{d});
      ASSERT_EQ(read_date(month + part + of_month + part + year, date_order::mdy), date{d});
    }
    std::string compact = text(date{d});
    std::erase(compact, '-');
    ASSERT_EQ(read_date(compact, date_order::ymd), date{d}) << compact;
  }
}

TEST(date_order, is_never_guessed) {
  EXPECT_EQ(read_date("03/04/2024", date_order::dmy), civil_date(2024, 4, 3));
  EXPECT_EQ(read_date("03/04/2024", date_order::mdy), civil_date(2024, 3, 4));
  EXPECT_EQ(read_date("03/04/2024", date_order::ymd), std::nullopt);
  EXPECT_EQ(read_date("31/12/2024", date_order::mdy), std::nullopt);
  EXPECT_EQ(read_date("12/31/2024", date_order::dmy), std::nullopt);
  EXPECT_EQ(read_date("2024-12-31", date_order::dmy), std::nullopt);
  EXPECT_EQ(read_date("31122024", date_order::dmy), std::nullopt) << "only ymd is written without marks";
}

TEST(date_order, refuses_what_is_no_date) {
  for (const char* bad :
       {"",           " ",           "2024",     "2024-02",     "2024-02-30",  "2024-13-01",  "2024-00-01",
        "2024-01-00", "0000-01-01",  "24-01-01", "2024-001-01", "2024-01-001", "12024-01-01", "2024-01/02",
        "2024 01 02", "2024--01-02", "2024-01-", "-2024-01-02", "2024-1-2x",   "2024-1-2 3",  "202401020",
        "2024010"}) {
    EXPECT_EQ(read_date(bad, date_order::ymd), std::nullopt) << bad;
  }
  EXPECT_EQ(read_date(" \t2024-1-2 ", date_order::ymd), civil_date(2024, 1, 2)) << "blanks around it are nothing";
}

TEST(date_order, has_a_name) {
  EXPECT_EQ(name(date_order::ymd), "ymd");
  EXPECT_EQ(name(date_order::dmy), "dmy");
  EXPECT_EQ(name(date_order::mdy), "mdy");
}

}  // namespace

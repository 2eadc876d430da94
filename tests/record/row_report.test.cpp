#include <valorem/record/row_report.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using namespace valorem;

TEST(row_report, lists_the_first_and_counts_them_all) {
  row_report r{.limit = 2, .issues = {}, .counts = {}};
  r.add(3, row_rule::missing_date);
  r.add(7, row_rule::negative_amount);
  r.add(9, row_rule::missing_date);
  EXPECT_EQ(r.issues, (std::vector<row_issue>{{3, row_rule::missing_date}, {7, row_rule::negative_amount}}));
  EXPECT_EQ(r.count(row_rule::missing_date), 2u);
  EXPECT_EQ(r.total(), 3u);
  EXPECT_EQ(text(r.issues[0]), "row 4, date: The date is missing.");
}

TEST(row_report, shows_the_cell_that_it_refuses) {
  const std::vector<std::string_view> dates{"01.02.2024", "01/13/2024", "soon", "2024-01-01T10:00", "20240201"};
  const std::vector<std::string_view> amounts{"five", std::string_view("a\n\"b", 4), "5", "",
                                              "12345678901234567890123456789012345678901234567890"};
  const std::vector<text_column> read{{"date", dates}, {"amount", amounts}};
  row_report r;
  for (std::size_t i = 0; i < 3; ++i) r.add(i, row_rule::unreadable_date, read);
  r.add(3, row_rule::offset_not_named, read);
  for (std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{4}}) r.add(i, row_rule::unreadable_amount, read);
  r.add(3, row_rule::missing_amount, read);
  const std::vector<std::string> said{
      "row 1, date: \"01.02.2024\" is neither a date YYYY-MM-DD nor a timestamp (date_order=\"dmy\" reads "
      "day.month.year, date_order=\"mdy\" reads month.day.year)",
      "row 2, date: \"01/13/2024\" is neither a date YYYY-MM-DD nor a timestamp (date_order=\"mdy\" reads "
      "month/day/year)",
      "row 3, date: \"soon\" is neither a date YYYY-MM-DD nor a timestamp",
      "row 4, date: \"2024-01-01T10:00\" becomes a date only through an offset from UTC, such as "
      "utc_offset=\"+08:00\"",
      "row 1, amount: \"five\" is not a number",
      "row 2, amount: \"a\\x0a\\\"b\" is not a number",
      "row 5, amount: \"1234567890123456789012345678901234567890...\" is not a number",
      "row 4, amount: The amount is missing."};
  ASSERT_EQ(r.issues.size(), said.size());
  EXPECT_EQ(detail::refused_number("37,60"),
            "\"37,60\" is not a number (decimal=\",\" takes the comma for the decimal mark)");
  EXPECT_EQ(detail::refused_number("1.234,50"), "\"1.234,50\" is not a number");
  for (std::size_t i = 0; i < said.size(); ++i) EXPECT_EQ(text(r.issues[i]), said[i]);
  const std::vector<text_column> european{{"date", dates, date_order::dmy}};
  row_report e;
  e.add(4, row_rule::unreadable_date, european);
  EXPECT_EQ(sentence(e.issues[0]),
            "\"20240201\" is neither a date DD.MM.YYYY nor a timestamp (date_order=\"ymd\" reads yearmonthday)");
}

TEST(row_report, every_rule_has_its_own_name_and_a_sentence) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < row_rule_count; ++i) {
    const auto& t = text(static_cast<row_rule>(i));
    EXPECT_TRUE(names.insert(t.rule).second) << t.rule;
    EXPECT_TRUE(t.sentence.ends_with('.')) << t.rule;
    EXPECT_EQ(t.field.empty(), i == 0) << t.rule;
  }
  EXPECT_EQ(text(row_rule::recency_after_end).rule, "recency_after_end") << "the table follows the enumeration";
  EXPECT_EQ(text(row_rule::infinite_revenue).rule, "infinite_revenue");
}

}  // namespace

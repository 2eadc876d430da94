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

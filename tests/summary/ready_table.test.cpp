#include <valorem/summary/compress.hpp>
#include <valorem/summary/summarise.hpp>

#include <gtest/gtest.h>

#include <string>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;

using support::inf;
using support::nan;

TEST(ready_table, keeps_its_order_and_its_numbers) {
  const std::vector<double> x{2, 0, 1}, t_x{30.43, 0, 1.71}, T{38.86, 0, 38.86}, z{22.35, nan, 11.77}, r{50, 10, -3};
  const summary s = from_columns({.frequency = x, .recency = t_x, .T = T, .monetary_value = z, .revenue = r},
                                 {.time = time_unit::week, .collapse = std::nullopt, .currency = "USD"});
  EXPECT_EQ(s.frequency, x);
  EXPECT_EQ(s.recency, t_x);
  EXPECT_EQ(s.T, T);
  EXPECT_EQ(s.revenue, r);
  EXPECT_EQ(s.first_row, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(s.history_status, (std::vector<status>(3, status::ok)));
  EXPECT_EQ(s.spend_status, (std::vector<status>(3, status::ok)))
      << "a mean spend of no repeat purchase is not asked for";
  EXPECT_EQ(s.report.total(), 0u);
  EXPECT_EQ(s.origin.units.currency, "USD");
  EXPECT_EQ(s.origin.repeaters, 2u);
  EXPECT_TRUE(s.tenure_months.empty());
  EXPECT_EQ(s.origin.as_of, std::nullopt);
}

TEST(ready_table, each_bad_history_has_its_rule_and_disturbs_no_other) {
  const struct {
    history h;
    status state;
    row_rule rule;
  } bad[]{{{nan, 1, 2}, status::missing, row_rule::missing_frequency},
          {{1, nan, 2}, status::missing, row_rule::missing_recency},
          {{1, 1, nan}, status::missing, row_rule::missing_age},
          {{-1, 1, 2}, status::invalid, row_rule::invalid_frequency},
          {{2.5, 1, 2}, status::invalid, row_rule::invalid_frequency},
          {{inf, 1, 2}, status::invalid, row_rule::invalid_frequency},
          {{2e9, 1, 2}, status::invalid, row_rule::invalid_frequency},
          {{1, -1, 2}, status::invalid, row_rule::invalid_recency},
          {{1, inf, inf}, status::invalid, row_rule::invalid_recency},
          {{1, 1, inf}, status::invalid, row_rule::invalid_age},
          {{0, 0, -1}, status::invalid, row_rule::invalid_age},
          {{1, 3, 2}, status::invalid, row_rule::recency_after_end},
          {{1, 0, 2}, status::invalid, row_rule::repeats_without_recency},
          {{1, 0, 0}, status::invalid, row_rule::repeats_without_recency},
          {{0, 1, 2}, status::invalid, row_rule::recency_without_repeats}};
  for (const auto& b : bad) {
    EXPECT_EQ(check(b.h), b.state);
    EXPECT_EQ(broken_rule(b.h), b.rule);
    const std::vector<double> x{0, b.h.x, 1}, t_x{0, b.h.t_x, 1}, T{0, b.h.T, 1}, z{0, 5, 5};
    const summary s = from_columns({.frequency = x, .recency = t_x, .T = T, .monetary_value = z}, {});
    EXPECT_EQ(s.history_status, (std::vector<status>{status::ok, b.state, status::ok}));
    EXPECT_EQ(s.spend_status, (std::vector<status>{status::ok, b.state, status::ok}));
    EXPECT_EQ(s.report.issues, (std::vector<row_issue>{{1, b.rule}}));
    EXPECT_EQ(s.origin.rows_refused, 1u);
    EXPECT_EQ(s.origin.rows_used, 2u);
    EXPECT_EQ(s.size(), 3u);
  }
  EXPECT_EQ(broken_rule({0, 0, 0}), row_rule::none);
}

TEST(ready_table, bad_spend_and_revenue_leave_the_history_alone) {
  const std::vector<double> x{1, 1, 1, 1, 1, 0}, t_x{1, 1, 1, 1, 1, 0}, T(6, 2.0), z{nan, inf, 0, -4, 5, -1};
  const std::vector<double> r{1, nan, 1, inf, -1, 0};
  const summary s = from_columns({.frequency = x, .recency = t_x, .T = T, .monetary_value = z, .revenue = r}, {});
  EXPECT_EQ(s.history_status, (std::vector<status>(6, status::ok)));
  EXPECT_EQ(s.spend_status, (std::vector<status>{status::missing, status::invalid, status::undefined, status::undefined,
                                                 status::ok, status::ok}));
  EXPECT_EQ(s.report.issues, (std::vector<row_issue>{{0, row_rule::missing_spend},
                                                     {1, row_rule::infinite_spend},
                                                     {1, row_rule::missing_revenue},
                                                     {2, row_rule::spend_not_positive},
                                                     {3, row_rule::spend_not_positive},
                                                     {3, row_rule::infinite_revenue}}));
  EXPECT_EQ(s.origin.repeaters_without_positive_spend, 2u);
}

TEST(ready_table, what_a_reader_found_wrong_is_said_once) {
  const std::vector<double> x{nan, 1, 1, 1}, t_x(4, 1.0), T(4, 2.0), z{1, nan, 1, 1}, r{1, 1, nan, 1};
  const std::vector<row_rule> found{row_rule::unreadable_frequency, row_rule::unreadable_spend,
                                    row_rule::unreadable_revenue, row_rule::none};
  const summary s = from_columns(
      {.frequency = x, .recency = t_x, .T = T, .monetary_value = z, .revenue = r, .found_wrong = found}, {});
  EXPECT_EQ(s.report.issues, (std::vector<row_issue>{{0, row_rule::unreadable_frequency},
                                                     {1, row_rule::unreadable_spend},
                                                     {2, row_rule::unreadable_revenue}}));
  EXPECT_EQ(s.history_status[0], status::missing);
}

TEST(ready_table, a_row_without_an_id_is_nobodys) {
  const std::vector<double> x{1, 1}, t_x(2, 1.0), T(2, 2.0);
  const std::vector<row_rule> found{row_rule::missing_customer, row_rule::none};
  const summary s = from_columns({.frequency = x, .recency = t_x, .T = T, .found_wrong = found}, {});
  EXPECT_EQ(s.history_status, (std::vector<status>{status::missing, status::ok}));
  EXPECT_EQ(s.origin.repeaters, 1u);
}

TEST(ready_table, a_customer_who_stands_there_twice_is_counted_once) {
  const std::vector<double> x{1, 1}, t_x{1.0, 2.0}, T(2, 3.0), spend(2, 5.0);
  const std::vector<row_rule> found{row_rule::none, row_rule::repeated_customer};
  const summary s =
      from_columns({.frequency = x, .recency = t_x, .T = T, .monetary_value = spend, .found_wrong = found}, {});
  EXPECT_EQ(s.history_status, (std::vector<status>{status::ok, status::invalid}));
  EXPECT_EQ(s.report.issues, (std::vector<row_issue>{{1, row_rule::repeated_customer}}));
  EXPECT_EQ(compress(s).t_x, std::vector<double>{1.0}) << "and a fit does not see her second row";
  EXPECT_EQ(compress_spend(s).weight, std::vector<double>{1.0});
}

TEST(ready_table, no_good_row_at_all_is_an_error_that_says_why) {
  const std::vector<double> x{2.5}, t_x{1}, T{2};
  try {
    (void)from_columns({.frequency = x, .recency = t_x, .T = T}, {});
    FAIL();
  } catch (const data_error& e) {
    EXPECT_NE(std::string(e.what()).find("row 1, frequency"), std::string::npos) << e.what();
  }
  EXPECT_THROW((void)from_columns({.frequency = {}, .recency = {}, .T = {}}, {}), data_error);
}

TEST(ready_table, columns_must_be_of_one_length) {
  const std::vector<double> one{1}, two{1, 1};
  EXPECT_THROW((void)from_columns({.frequency = one, .recency = two, .T = one}, {}), contract_error);
  EXPECT_THROW((void)from_columns({.frequency = one, .recency = one, .T = two}, {}), contract_error);
  EXPECT_THROW((void)from_columns({.frequency = one, .recency = one, .T = one, .monetary_value = two}, {}),
               contract_error);
  EXPECT_THROW((void)from_columns({.frequency = one, .recency = one, .T = one, .revenue = two}, {}), contract_error);
}

}  // namespace

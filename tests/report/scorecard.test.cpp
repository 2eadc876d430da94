// Half pages as people read them, word for word.
#include "report/abroad.hpp"
#include "report/small.hpp"
#include <valorem/report/scorecard.hpp>

using namespace report_test;

TEST(scorecard, of_a_customer_with_everything) {
  EXPECT_EQ(scorecard(full_table(), 0, "C0"), R"(Customer C0
  history          3 purchases in 38.9 weeks; the last one 8.4 weeks ago
  alive            70.6 % likely
  expected         1.60 purchases of 24.66 USD, within 52 weeks
  lifetime value   7.57 USD = 11.32 margin - 3.75 cost to serve
  paid so far      60.00 USD
  cost so far      40.00 USD
  ratio            0.50 = (paid - cost) / cost so far; ahead 2.02 = lifetime value / cost to serve
  band             mid (-0.37 to 9.28) by ratio
  tier             银卡, a VIP
  reasons          gold: revenue short 140 USD and points short 80
)");
}

TEST(scorecard, of_a_one_time_buyer) {
  EXPECT_EQ(scorecard(full_table(), 1, "C1"), R"(Customer C1
  history          1 purchase 38 weeks ago, none since
  alive            39.2 % likely
  expected         0.20 purchases of 35.22 USD, within 52 weeks
  lifetime value   0.84 USD = 2.04 margin - 1.20 cost to serve
  paid so far      10.00 USD
  cost so far      10.00 USD
  ratio            0.00 = (paid - cost) / cost so far; ahead 0.70 = lifetime value / cost to serve
  band             mid (-0.37 to 9.28) by ratio
  tier             base
  reasons          银卡: revenue short 40 USD
)");
}

TEST(scorecard, of_a_broken_history_tells_what_is_still_known) {
  EXPECT_EQ(scorecard(full_table(), 3, "C3"), R"(Customer C3
  history          not usable
  alive            unknown
  expected         unknown
  lifetime value   unknown
  paid so far      40.00 USD
  cost so far      5.00 USD
  ratio            7.00 = (paid - cost) / cost so far; ahead unknown
  band             mid (-0.37 to 9.28) by ratio
  tier             base
  reasons          银卡: revenue short 10 USD; value: invalid
  status           invalid: The inputs contradict each other or lie outside their domain.
)");
}

TEST(scorecard, of_today_at_no_cost_goes_on_below_the_line) {
  EXPECT_EQ(scorecard(full_table(), 5, "C5"), R"(Customer C5
  history          1 purchase 0 weeks ago, none since
  alive            64.4 % likely
  expected         1.42 purchases of 35.22 USD, within 52 weeks
  lifetime value   11.18 USD = 14.44 margin - 3.26 cost to serve
  paid so far      5.00 USD
  cost so far      0.00 USD
  ratio            infinite = (paid - cost) / cost so far; ahead 3.44 = lifetime value / cost to
                   serve
  band             very_high (14.11 or more) by ratio
  tier             base
  reasons          银卡: revenue short 45 USD; ratio: no_cost
  status           no_cost: There is revenue but no cost: the ratio is infinite with the revenue's
                   sign, ranks there and stays out of moments.
)");
}

TEST(scorecard, of_spend_that_the_model_cannot_hold) {
  EXPECT_EQ(scorecard(full_table(), 6, "C6"), R"(Customer C6
  history          5 purchases in 39 weeks; the last one 19 weeks ago
  alive            34.8 % likely
  expected         1.36 purchases of unknown amount, within 52 weeks
  lifetime value   unknown
  paid so far      -20.00 USD
  cost so far      30.00 USD
  ratio            -1.67 = (paid - cost) / cost so far; ahead unknown
  band             low (-5.20 to -0.37) by ratio
  tier             base
  reasons          银卡: revenue short 70 USD; value: undefined
  status           undefined: The quantity does not exist for these parameters.
)");
}

TEST(scorecard, of_missing_money) {
  EXPECT_EQ(scorecard(full_table(), 8, "C8"), R"(Customer C8
  history          2 purchases in 39 weeks; the last one 34 weeks ago
  alive            25.9 % likely
  expected         0.36 purchases of unknown amount, within 52 weeks
  lifetime value   unknown
  paid so far      unknown
  cost so far      5.00 USD
  ratio            unknown
  band             unknown, for want of ratio
  tier             base
  reasons          银卡: revenue unknown; value: missing; ratio: missing; tier: unknown_fact
  status           missing: An input is missing (empty or NaN).
)");
}

TEST(scorecard, without_costs_program_currency_or_horizon) {
  EXPECT_EQ(scorecard(bare_table(), 1, "C1"), R"(Customer C1
  history          1 purchase 38 weeks ago, none since
  alive            100.0 % likely
  expected         unlimited purchases of 35.22, without a horizon
  lifetime value   13.95
  paid so far      10.00
  band             mid (-49.31 to 230.00) by lifetime_value
  reasons          one-time buyer: BG/NBD calls her alive whatever her silence
)");
}

TEST(scorecard, of_one_week_is_not_of_weeks) {
  small_columns c;
  c.x[0] = 1, c.t_x[0] = 1, c.T[0] = 2;
  const std::string text = scorecard(full_table(c, 1), 0, "C0");
  EXPECT_NE(text.find("2 purchases in 2 weeks; the last one 1 week ago\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" USD, within 1 week\n"), std::string::npos) << text;
  c.T[0] = 2.04;
  EXPECT_NE(scorecard(full_table(c, 1), 0, "C0").find("in 2 weeks; the last one 1 week ago"), std::string::npos);
}

TEST(scorecard, of_huge_and_tiny_numbers) {
  small_columns c;
  for (double& r : c.revenue) r *= 1e13;
  for (double& z : c.spend) z *= 1e-9;
  EXPECT_NE(scorecard(full_table(c), 7, "x").find("paid so far      1.23450e+16 USD\n"), std::string::npos);
  EXPECT_NE(scorecard(full_table(c), 7, "x").find("ratio            123,449,999,999,999.00 = "), std::string::npos);
  score_table t = full_table();
  t.revenue[0] = 1234567.891;
  t.service_cost[0] = -0.001;
  t.lifetime_value[0] = -1234567.25;
  const std::string text = scorecard(t, 0, "x");
  EXPECT_NE(text.find("paid so far      1,234,567.89 USD\n"), std::string::npos) << text;
  EXPECT_NE(text.find("cost so far      0.00 USD\n"), std::string::npos) << text;
  EXPECT_NE(text.find("lifetime value   -1,234,567.25 USD"), std::string::npos) << text;
  t.revenue[0] = 999.999;
  EXPECT_NE(scorecard(t, 0, "x").find("paid so far      1,000.00 USD\n"), std::string::npos);
  t.revenue[0] = -123456;
  EXPECT_NE(scorecard(t, 0, "x").find("paid so far      -123,456.00 USD\n"), std::string::npos);
}

TEST(scorecard, breaks_long_reasons_between_words) {
  score_table t = full_table();
  for (int k = 0; k < 30; ++k) t.reasons[0] += "; 钻卡: points short " + std::to_string(k);
  t.reasons[1] = std::string(120, 'x') + " and more";
  expect_tidy(scorecard(t, 0, "C0"));
  const std::string text = scorecard(t, 1, "C1");
  EXPECT_NE(text.find("reasons          " + std::string(120, 'x') + "\n                   and more\n"),
            std::string::npos)
      << text;
  std::string words;  // nothing is lost on the way
  for (const char ch : scorecard(t, 0, "C0")) {
    if (ch != ' ' && ch != '\n') words += ch;
  }
  std::string wanted;
  for (const char ch : t.reasons[0]) {
    if (ch != ' ') wanted += ch;
  }
  EXPECT_NE(words.find(wanted), std::string::npos);
}

TEST(scorecard, is_tidy) {
  for (const score_table& t : {full_table(), bare_table()}) {
    for (std::size_t i = 0; i < t.size(); ++i) expect_tidy(scorecard(t, i, "客户"));
  }
}

TEST(scorecard, refuses_a_row_that_is_not_there) {
  EXPECT_THROW((void)scorecard(full_table(), 10, "C"), contract_error);
  EXPECT_THROW((void)scorecard(score_table{}, 0, "C"), contract_error);
}

TEST(scorecard, does_not_follow_the_locale) {
  score_table t = full_table();
  t.revenue[0] = 1234567.5;
  EXPECT_EQ(abroad([&] { return scorecard(t, 0, "C0"); }), scorecard(t, 0, "C0"));
}

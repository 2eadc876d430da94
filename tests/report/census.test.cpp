// The page on the whole population, word for word, and a fit in words.
#include "report/abroad.hpp"
#include "report/small.hpp"
#include <valorem/report/census.hpp>

using namespace report_test;

TEST(census, with_everything) {
  // Of paid and of value by hand: 60 + 1,234.50 of 1,433.04 are the silver cards', pooled over the eight rows whose
  // ratio has a meaning.
  EXPECT_EQ(census(full_table()), R"(CENSUS of 10 customers as of 1997-09-30

  model            mbg_nbd, times in weeks
  horizon          52 weeks, discounted at 10.0 % a year; margin 30.0 % of what is spent
  currency         USD
  tier program     club version 2, fingerprint e3385caab6c636a8
  not applied      benefits (kept in the program, not acted on here)

TOTALS
  paid so far      1,433.04 USD
  cost so far      199.00 USD
  pooled ratio     6.23 = (paid - cost) / cost of all who can be compared
  expected         9 purchases within the horizon
  lifetime value   89.70 USD, 17.94 a customer

P(ALIVE), mean 0.451
  0.0 to 0.2           1   14.3 %  ######
  0.2 to 0.4           3   42.9 %  #################
  0.4 to 0.6           0    0.0 %
  0.6 to 0.8           3   42.9 %  #################
  0.8 to 1.0           0    0.0 %

BANDS by ratio                               customers      share    of paid   of value
  very_high    14.11 or more                         1     10.0 %      0.3 %     12.5 %
  high         9.28 to 14.11                         1     10.0 %     86.1 %     77.5 %
  mid          -0.37 to 9.28                         5     50.0 %     13.3 %      9.4 %
  low          -5.20 to -0.37                        1     10.0 %     -1.4 %      0.0 %
  very_low     below -5.20                           0      0.0 %      0.0 %      0.0 %
  not known                                          2     20.0 %

TIERS                                        customers      share    of paid   of value
  gold                                               0      0.0 %      0.0 %      0.0 %
  银卡                                               2     20.0 %     90.3 %     85.9 %
  base                                               8     80.0 %      9.7 %     14.1 %
  VIPs: 2 (20.0 %)

CONCENTRATION                                     Gini    top 1 %    top 5 %   top 20 %
  paid so far      not measured: 1 of 9 are below 0
  lifetime value                                 0.661      3.9 %     19.4 %     77.5 %

STATUS
  ok                        2  The value is what it says.
  missing                   2  An input is missing (empty or NaN).
  invalid                   2  The inputs contradict each other or lie outside their domain.
  negative_cost             1  The cost is negative, so a ratio has no meaning.
  no_cost                   1  There is revenue but no cost: the ratio is infinite with the
                               revenue's sign, ranks there and stays out of moments.
  undefined                 1  The quantity does not exist for these parameters.
  unknown_fact              1  A fact that the decision needs is unknown.
)");
}

TEST(census, without_costs_program_currency_or_horizon) {
  EXPECT_EQ(census(bare_table()), R"(CENSUS of 10 customers as of 1997-09-30

  model            bg_nbd, times in weeks
  horizon          without end, discounted at 10.0 % a year; margin 30.0 % of what is spent
  currency         not named

TOTALS
  paid so far      1,433.04
  lifetime value   451.74, 90.35 a customer

P(ALIVE), mean 0.612
  0.0 to 0.2           0    0.0 %
  0.2 to 0.4           3   42.9 %  #################
  0.4 to 0.6           0    0.0 %
  0.6 to 0.8           2   28.6 %  ###########
  0.8 to 1.0           2   28.6 %  ###########

BANDS by lifetime_value                      customers      share    of paid   of value
  very_high    369.66 or more                        0      0.0 %      0.0 %      0.0 %
  high         230.00 to 369.66                      1     10.0 %     86.1 %     74.8 %
  mid          -49.31 to 230.00                      4     40.0 %      6.9 %     25.2 %
  low          -188.96 to -49.31                     0      0.0 %      0.0 %      0.0 %
  very_low     below -188.96                         0      0.0 %      0.0 %      0.0 %
  not known                                          5     50.0 %

CONCENTRATION                                     Gini    top 1 %    top 5 %   top 20 %
  paid so far      not measured: 1 of 9 are below 0
  lifetime value                                 0.616      3.7 %     18.7 %     74.8 %

STATUS
  ok                        5  The value is what it says.
  missing                   2  An input is missing (empty or NaN).
  invalid                   2  The inputs contradict each other or lie outside their domain.
  undefined                 1  The quantity does not exist for these parameters.
  2 customers bought once: BG/NBD calls these alive whatever their silence; MBG/NBD does not
)");
}

namespace {

/// One good customer, and one number of each kind.
score_table single() {
  const std::vector<double> x{0}, t_x{0}, T{10}, z{0}, revenue{1};
  score_request what = asked();
  what.horizon = 1;
  return score(from_columns({.frequency = x, .recency = t_x, .T = T, .monetary_value = z, .revenue = revenue}, {}),
               model_of(bg, {}), what);
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST(census, counts_one_as_one) {
  score_table t = single();
  t.expected_purchases[0] = 1;
  const std::string text = census(t);
  EXPECT_TRUE(holds(text, "CENSUS of 1 customer\n")) << text;
  EXPECT_TRUE(holds(text, "horizon          1 week, discounted")) << text;
  EXPECT_TRUE(holds(text, "expected         1 purchase within the horizon\n")) << text;
  EXPECT_TRUE(holds(text, "  1 customer bought once: ")) << text;
  EXPECT_TRUE(holds(text, "  band_1       all                                   1    100.0 %    100.0 %    100.0 %\n"))
      << text;
  expect_tidy(text);
  t.origin.terms.horizon = 1.5;
  EXPECT_TRUE(holds(census(t), "horizon          1.5 weeks, discounted"));
}

TEST(census, of_nobody) {
  EXPECT_TRUE(holds(census(score_table{}), "CENSUS of 0 customers\n"));
  expect_tidy(census(score_table{}));
}

TEST(census, counts_in_thousands) {
  score_table t = single();
  score_table many = t;
  for (auto* column :
       {&many.frequency, &many.recency, &many.T, &many.monetary_value, &many.p_alive, &many.expected_purchases,
        &many.lifetime_value, &many.revenue, &many.service_cost, &many.ratio, &many.forward_ratio})
    column->resize(12345, column->front());
  many.band.resize(12345, 0);
  many.row_status.resize(12345, status::ok);
  many.status_ratio.resize(12345, status::missing);
  const std::string text = census(many);
  EXPECT_TRUE(holds(text, "CENSUS of 12,345 customers\n")) << text;
  EXPECT_TRUE(holds(text, "paid so far      12,345.00\n")) << text;
  EXPECT_TRUE(holds(text, "  ok                   12,345  The value is what it says.\n")) << text;
}

// What one customer paid must not be held against what another cost.
TEST(census, pools_the_ratio_over_those_who_have_both) {
  small_columns c;
  c.revenue = {100, nothing, 50, 0, 0, 0, 0, 0, 0, 1000};
  c.so_far = {20, 1000, nothing, 30, 0, 0, 0, 0, 0, -5};
  const std::string text = census(full_table(c));
  EXPECT_TRUE(holds(text, "pooled ratio     1.00 = (paid - cost) / cost of all who can be compared\n")) << text;
  c.so_far.assign(10, 0);
  EXPECT_TRUE(holds(census(full_table(c)), "pooled ratio     unknown")) << "nobody cost anything";
}

TEST(census, warns_of_a_program_that_is_not_in_effect) {
  score_table t = full_table();
  t.origin.program_in_effect = false;
  EXPECT_TRUE(holds(census(t), "fingerprint e3385caab6c636a8 (NOT in effect on that day)\n")) << census(t);
}

TEST(census, keeps_columns_in_line_for_wide_letters) {
  score_table t = full_table();
  t.tier_names = {"base", "至尊钻石卡", "gold"};
  const std::string text = census(t);
  EXPECT_TRUE(holds(text, "\n  gold                                               0 ")) << text;
  EXPECT_TRUE(holds(text, "\n  至尊钻石卡                                         2 ")) << text;
  expect_tidy(text);
}

TEST(census, of_huge_and_tiny_numbers) {
  small_columns c;
  for (double& r : c.revenue) r *= 1e13;
  const std::string huge = census(full_table(c));
  expect_tidy(huge);
  EXPECT_TRUE(holds(huge, "paid so far      1.43304e+16 USD\n")) << huge;
  EXPECT_TRUE(holds(huge, "1.03e+14 to 1.51e+14 ")) << huge;
  small_columns d;
  for (double& r : d.revenue) r *= 1e-4;
  for (std::size_t i = 0; i < d.so_far.size(); ++i) d.so_far[i] = d.revenue[i] / (1 + 1e-6 * static_cast<double>(i));
  const std::string tiny = census(full_table(d));
  expect_tidy(tiny);
  EXPECT_TRUE(holds(tiny, "e-06 ")) << "cuts must not all read 0.00: " << tiny;
}

TEST(census, does_not_follow_the_locale) {
  const score_table t = full_table();
  EXPECT_EQ(abroad([&] { return census(t); }), census(t));
}

TEST(census, says_in_words_that_a_fit_determines_nothing) {
  score_table t = full_table();
  EXPECT_FALSE(holds(census(t), "not determined"));
  t.origin.purchases_fit = {fit_status::boundary, "nobody ever leaves (a to 0)"};
  EXPECT_TRUE(holds(census(t), R"(
  model            mbg_nbd, times in weeks
  not determined   the model of purchases is not determined by these data: they agree with it the
                   better, the nearer it comes to nobody ever leaves (a to 0); take the values below
                   as rough
  horizon )"))
      << census(t);
  t.origin.purchases_fit = {.outcome = fit_status::flat};
  EXPECT_TRUE(holds(census(t), "by these data: other parameters agree")) << census(t);
  t.origin.purchases_fit = {.outcome = fit_status::failed};
  EXPECT_TRUE(holds(census(t), R"(no best parameters were
                   found; do not rely on the values below
)")) << census(t);
  t.origin.purchases_fit = {};
  t.origin.spend_fit = {.outcome = fit_status::flat};
  EXPECT_TRUE(holds(census(t), "  not determined   the model of spend is not determined by these data: ")) << census(t);
  expect_tidy(census(t));
}

TEST(census, says_why_there_is_no_model_of_spend) {
  small_columns c;
  const std::vector<double> once(c.x.size(), 0.0);
  fitted_model m = model_of(mbg);
  m.spend.reset();
  const auto told = [&](const ready_table& table) {
    return census(score(from_columns(table, {.currency = "USD"}), m, asked()));
  };
  const auto with = [](std::string_view why) {
    return "\n  no spend model   " + std::string(why) + ", so no value can be known\n";
  };
  EXPECT_TRUE(
      holds(told({.frequency = once, .recency = once, .T = c.T, .monetary_value = once}), with("nobody bought twice")));
  EXPECT_TRUE(holds(told({.frequency = c.x, .recency = c.t_x, .T = c.T}), with("the purchases have no amounts")));
  EXPECT_TRUE(holds(told({.frequency = c.x, .recency = c.t_x, .T = c.T, .monetary_value = c.spend}),
                    with("none was asked for")));
  const std::vector<double> negative(c.x.size(), -1.0);
  EXPECT_TRUE(holds(told({.frequency = c.x, .recency = c.t_x, .T = c.T, .monetary_value = negative}),
                    "nobody who bought twice spent more than 0 on average"));
}

TEST(describe, a_fit) {
  fit_result<mbg_nbd> fit;
  fit.model = mbg;
  fit.log_likelihood = -9575.25;
  fit.outcome = fit_status::converged;
  fit.rows = 2357;
  fit.distinct_rows = 1601;
  fit.evaluations = 31;
  for (std::size_t i = 0; i < 4; ++i)
    fit.covariance[i][i] = 0.01 * static_cast<double>(i + 1) * static_cast<double>(i + 1);
  fit.covariance[3][3] = nothing;
  fitted_model m;
  m.purchases = fit;
  EXPECT_EQ(describe(m), R"(FIT
MBG_NBD: converged, log-likelihood -9575.250000, 2,357 rows (1,601 distinct), 31 evaluations
  r          0.52500000   standard error 0.100000
  alpha      6.18300000   standard error 0.200000
  a          0.89100000   standard error 0.300000
  b          1.61400000   standard error unknown
GAMMA_GAMMA: not fitted
)");
}

TEST(describe, a_fit_in_stages) {
  fit_result<mbg_cnbd> fit;
  fit.model = {.k = 3, .r = 1.5, .alpha = 2, .a = 0.9, .b = 2.5};
  fitted_model m;
  m.purchases = fit;
  EXPECT_TRUE(
      holds(describe(m), "  k                   3   stages from one purchase to the next\n  r          1.50000000"))
      << describe(m);
}

TEST(describe, a_fit_at_the_edge) {
  fit_result<bg_nbd> fit;
  fit.model = {.r = 0.5, .alpha = 12345678, .a = 0.00001234, .b = 2};
  fit.log_likelihood = -1;
  fit.outcome = fit_status::boundary;
  fit.limit = "nobody ever leaves, so that the model is the one without dropout (a to 0)";
  fit.rows = 1;
  fit.distinct_rows = 1;
  fit.evaluations = 1;
  fitted_model m;
  m.purchases = fit;
  m.spend.emplace().model = {.p = 6, .q = 4, .v = 15};
  m.spend_excluded = 1;
  EXPECT_EQ(describe(m), R"(FIT
BG_NBD: boundary (nobody ever leaves, so that the model is the one without dropout (a to 0)),
        log-likelihood -1.000000, 1 row (1 distinct), 1 evaluation
  r          0.50000000   standard error 0.000000
  alpha  1.23456780e+07   standard error 0.000000
  a      1.23400000e-05   standard error 0.000000
  b          2.00000000   standard error 0.000000
GAMMA_GAMMA: failed, log-likelihood unknown, 0 rows (0 distinct), 0 evaluations
  p          6.00000000   standard error 0.000000
  q          4.00000000   standard error 0.000000
  v         15.00000000   standard error 0.000000
  1 repeat buyer without positive mean spend stayed out of the spend fit
)");
  m.spend_excluded = 2000;
  EXPECT_TRUE(holds(describe(m), "  2,000 repeat buyers without")) << describe(m);
  EXPECT_EQ(abroad([&] { return describe(m); }), describe(m));
}

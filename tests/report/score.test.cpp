// The table against the scalar functions that it is made of, bit for bit.
#include "report/small.hpp"
#include <valorem/ledger/ratio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <support/refusal.hpp>

using namespace report_test;
using support::refusal;

namespace {

testing::AssertionResult same(double a, double b) {
  if (std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b)) return testing::AssertionSuccess();
  if (numeric::is_nan(a) && numeric::is_nan(b)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << a << " and " << b;
}

std::vector<const std::vector<double>*> columns_of(const score_table& t) {
  return {&t.frequency,
          &t.recency,
          &t.T,
          &t.monetary_value,
          &t.p_alive,
          &t.expected_purchases,
          &t.lifetime_value,
          &t.revenue,
          &t.service_cost,
          &t.ratio,
          &t.forward_ratio,
          &t.discounted_purchases,
          &t.discounted_lifetime,
          &t.expected_spend,
          &t.discounted_margin,
          &t.discounted_cost};
}

void expect_same_row(const score_table& a, std::size_t i, const score_table& b, std::size_t j) {
  const auto left = columns_of(a), right = columns_of(b);
  for (std::size_t c = 0; c < left.size(); ++c)
    EXPECT_TRUE(same((*left[c])[i], (*right[c])[j])) << "column " << c << " row " << i;
  EXPECT_EQ(a.row_status[i], b.row_status[j]) << i;
  EXPECT_EQ(a.status_value[i], b.status_value[j]) << i;
  EXPECT_EQ(a.status_ratio[i], b.status_ratio[j]) << i;
  EXPECT_EQ(a.status_tier[i], b.status_tier[j]) << i;
  EXPECT_EQ(a.reasons[i], b.reasons[j]) << i;
}

struct fixture : small_columns {
  tier::engine engine = engine_of(club);
  std::array<named_column, 1> facts{named_column{"points", points}};
  [[nodiscard]] score_request full() const {
    score_request what = asked();
    what.costs = costs();
    what.program = &engine;
    what.facts = facts;
    return what;
  }
};

template <class M>
void expect_scalars(const M& purchases) {
  const fixture f;
  const summary s = f.make();
  const fitted_model m = model_of(purchases);
  const score_table t = score(s, m, f.full());
  ASSERT_EQ(t.size(), f.x.size());
  const auto desk =
      prepare(purchases, m.spend->model, plan{.horizon = 52, .discount = 0.1, .margin = 0.3, .unit = time_unit::week});
  for (std::size_t i = 0; i < t.size(); ++i) {
    SCOPED_TRACE(i);
    const valuation v = desk({f.x[i], f.t_x[i], f.T[i]}, {f.x[i], f.spend[i]}, {f.per_purchase[i], f.per_time[i]});
    EXPECT_TRUE(same(t.p_alive[i], v.p_alive));
    EXPECT_TRUE(same(t.expected_purchases[i], v.expected_purchases));
    EXPECT_TRUE(same(t.discounted_purchases[i], v.discounted_purchases));
    EXPECT_TRUE(same(t.discounted_lifetime[i], v.discounted_lifetime));
    EXPECT_TRUE(same(t.expected_spend[i], v.expected_spend));
    EXPECT_TRUE(same(t.discounted_margin[i], v.discounted_margin));
    EXPECT_TRUE(same(t.discounted_cost[i], v.discounted_cost));
    EXPECT_TRUE(same(t.lifetime_value[i], v.lifetime_value));
    EXPECT_EQ(t.status_value[i], v.value_status);
    const answer rho = ratio(f.revenue[i], f.so_far[i]);
    EXPECT_TRUE(same(t.ratio[i], rho.value));
    EXPECT_EQ(t.status_ratio[i], rho.why);
    EXPECT_TRUE(same(t.forward_ratio[i], forward_ratio(v.discounted_margin, v.discounted_cost).value));
    EXPECT_EQ(t.band[i], band_of(rho.value, t.cuts.cuts()));
    const tier::decision d = f.engine.decide(std::array{f.revenue[i], f.points[i]});
    EXPECT_EQ(t.decisions[i], d);
    EXPECT_EQ(t.tier[i], d.tier);
    EXPECT_EQ(t.vip[i], d.vip ? 1 : 0);
    EXPECT_EQ(t.status_tier[i], d.state);
    EXPECT_EQ(t.row_status[i], gravest(gravest(v.value_status, rho.why), d.state));
    EXPECT_TRUE(same(t.frequency[i], f.x[i]) && same(t.recency[i], f.t_x[i]) && same(t.T[i], f.T[i]));
    EXPECT_TRUE(same(t.monetary_value[i], f.spend[i]) && same(t.revenue[i], f.revenue[i]));
    EXPECT_TRUE(same(t.service_cost[i], f.so_far[i]));
  }
}

}  // namespace

TEST(score, is_the_scalars_mbg) {
  expect_scalars(mbg);
}
TEST(score, is_the_scalars_bg) {
  expect_scalars(bg);
}
TEST(score, is_the_scalars_nbd) {
  expect_scalars(nbd{.r = 0.385, .alpha = 12.07});
}

TEST(score, says_where_it_comes_from) {
  const fixture f;
  const score_table t = score(f.make(), model_of(mbg), f.full());
  EXPECT_EQ(t.origin.model, "mbg_nbd");
  EXPECT_EQ(t.origin.terms.horizon, 52);
  EXPECT_EQ(t.origin.terms.discount, 0.1);
  EXPECT_EQ(t.origin.terms.margin, 0.3);
  EXPECT_EQ(t.origin.terms.unit, time_unit::week);
  EXPECT_EQ(t.origin.as_of, civil_date(1997, 9, 30));
  EXPECT_EQ(t.origin.units.currency, "USD");
  EXPECT_EQ(t.origin.band_column, "ratio");
  EXPECT_EQ(t.origin.program, "club");
  EXPECT_EQ(t.origin.program_version, "2");
  EXPECT_EQ(t.origin.program_fingerprint, f.engine.source().fingerprint);
  EXPECT_TRUE(t.origin.program_in_effect);
  EXPECT_EQ(t.origin.not_applied, std::vector<std::string>{"benefits"});
  EXPECT_EQ(t.origin.always_alive, 0U);
  EXPECT_EQ(t.tier_names, (std::vector<std::string>{"base", "银卡", "gold"}));

  summary later = f.make();
  later.origin.as_of = civil_date(1998, 1, 1);
  EXPECT_FALSE(score(later, model_of(mbg), f.full()).origin.program_in_effect);
  later.origin.as_of.reset();
  EXPECT_TRUE(score(later, model_of(mbg), f.full()).origin.program_in_effect) << "no day, nothing to contradict";
}

TEST(score, tells_the_gravest_state_of_each_row) {
  const fixture f;
  const score_table t = score(f.make(), model_of(mbg), f.full());
  using enum status;
  EXPECT_EQ(t.status_value, (std::vector{ok, ok, missing, invalid, invalid, ok, undefined, ok, missing, ok}));
  EXPECT_EQ(t.status_ratio, (std::vector{ok, ok, ok, ok, ok, no_cost, ok, ok, missing, negative_cost}));
  EXPECT_EQ(t.status_tier, (std::vector{ok, ok, ok, ok, ok, ok, ok, unknown_fact, unknown_fact, ok}));
  EXPECT_EQ(t.row_status,
            (std::vector{ok, ok, missing, invalid, invalid, no_cost, undefined, unknown_fact, missing, negative_cost}));
  EXPECT_EQ(t.reasons[0], "gold: revenue short 140 USD and points short 80");
  EXPECT_EQ(t.reasons[5], "银卡: revenue short 45 USD; ratio: no_cost");
  EXPECT_EQ(t.reasons[6], "银卡: revenue short 70 USD; value: undefined");
  EXPECT_EQ(t.reasons[7], "gold: points unknown; tier: unknown_fact");
  EXPECT_EQ(t.reasons[8], "银卡: revenue unknown; value: missing; ratio: missing; tier: unknown_fact");
}

TEST(score, does_not_depend_on_threads) {
  const fixture f;
  const summary s = f.make();
  const fitted_model m = model_of(mbg);
  score_request what = f.full();
  const score_table one = score(s, m, what);
  for (const unsigned n : {1U, 2U, 3U}) {
    what.how = threads(n);
    const score_table many = score(s, m, what);
    for (std::size_t i = 0; i < one.size(); ++i) expect_same_row(one, i, many, i);
    EXPECT_EQ(one.band, many.band);
    EXPECT_EQ(one.decisions, many.decisions);
    ASSERT_TRUE(std::ranges::equal(one.cuts.cuts(), many.cuts.cuts()));
  }
}

// 9,000 rows are three blocks: here several threads have something to do.
TEST(score, does_not_depend_on_threads_over_several_blocks) {
  fixture f;
  const auto repeat = [](std::vector<double>& column) {
    const std::vector<double> once = column;
    for (int k = 1; k < 900; ++k) column.insert(column.end(), once.begin(), once.end());
  };
  for (auto* column : {&f.x, &f.t_x, &f.T, &f.spend, &f.revenue, &f.so_far, &f.per_purchase, &f.per_time, &f.points})
    repeat(*column);
  for (std::size_t i = 0; i < f.revenue.size(); ++i) f.revenue[i] += static_cast<double>(i % 97) / 7;
  f.facts[0].values = f.points;
  score_request what = f.full();
  const score_table one = score(f.make(), model_of(mbg), what);
  for (const unsigned n : {2U, 3U}) {
    what.how = threads(n);
    const score_table many = score(f.make(), model_of(mbg), what);
    for (std::size_t i = 0; i < one.size(); ++i) expect_same_row(one, i, many, i);
    EXPECT_EQ(one.band, many.band);
    ASSERT_TRUE(std::ranges::equal(one.cuts.cuts(), many.cuts.cuts()));
  }
}

// Bands look at all rows; everything else of a row is hers alone.
TEST(score, broken_rows_leave_the_others_as_they_are) {
  const fixture f;
  const score_table all = score(f.make(), model_of(mbg), f.full());
  const std::vector<std::size_t> good{0, 1, 5, 7};
  fixture some;
  const auto keep = [&](std::vector<double>& to, const std::vector<double>& from) {
    to.clear();
    for (const std::size_t i : good) to.push_back(from[i]);
  };
  keep(some.x, f.x), keep(some.t_x, f.t_x), keep(some.T, f.T), keep(some.spend, f.spend), keep(some.revenue, f.revenue);
  keep(some.so_far, f.so_far), keep(some.per_purchase, f.per_purchase), keep(some.per_time, f.per_time);
  keep(some.points, f.points);
  some.facts[0].values = some.points;
  const score_table alone = score(some.make(), model_of(mbg), some.full());
  for (std::size_t k = 0; k < good.size(); ++k) expect_same_row(all, good[k], alone, k);
}

TEST(score, a_row_that_is_not_known_to_be_one_customers_has_no_value) {
  const fixture f;
  summary s = f.make();
  const score_table all = score(s, model_of(mbg), f.full());
  s.history_status.assign(s.size(), status::ok);
  s.history_status[1] = status::invalid;
  const score_table t = score(s, model_of(mbg), f.full());
  ASSERT_EQ(all.status_value[1], status::ok);
  EXPECT_EQ(t.status_value[1], status::invalid);
  EXPECT_EQ(t.row_status[1], status::invalid);
  for (const auto* column : {&t.p_alive, &t.expected_purchases, &t.lifetime_value, &t.discounted_cost})
    EXPECT_TRUE(std::isnan((*column)[1]));
  EXPECT_TRUE(same(t.lifetime_value[0], all.lifetime_value[0]));
}

TEST(score, without_costs_there_is_no_ratio_and_bands_follow_the_value) {
  const fixture f;
  score_request what = f.full();
  what.costs.reset();
  const score_table t = score(f.make(), model_of(mbg), what);
  EXPECT_EQ(t.origin.band_column, "lifetime_value");
  for (std::size_t i = 0; i < t.size(); ++i) {
    EXPECT_TRUE(numeric::is_nan(t.ratio[i]) && numeric::is_nan(t.forward_ratio[i]) &&
                numeric::is_nan(t.service_cost[i]));
    EXPECT_EQ(t.status_ratio[i], status::missing);
    EXPECT_EQ(t.row_status[i], gravest(t.status_value[i], t.status_tier[i])) << "the missing ratio does not enter";
    EXPECT_EQ(t.band[i], band_of(t.lifetime_value[i], t.cuts.cuts()));
    EXPECT_EQ(t.reasons[i].find("ratio"), std::string::npos);
  }
  EXPECT_TRUE(same(t.lifetime_value[0], t.discounted_margin[0])) << "nothing to take off";
}

TEST(score, without_a_program_there_are_no_tiers) {
  const fixture f;
  score_request what = f.full();
  what.program = nullptr;
  const score_table t = score(f.make(), model_of(mbg), what);
  EXPECT_TRUE(t.tier.empty() && t.vip.empty() && t.decisions.empty() && t.tier_names.empty());
  EXPECT_EQ(t.origin.program, "");
  for (std::size_t i = 0; i < t.size(); ++i) {
    EXPECT_EQ(t.status_tier[i], status::missing);
    EXPECT_EQ(t.row_status[i], gravest(t.status_value[i], t.status_ratio[i]));
  }
  EXPECT_EQ(t.row_status[7], status::ok);
  EXPECT_EQ(t.reasons[7], "");
}

TEST(score, without_a_spend_model_purchases_are_known_and_money_is_not) {
  const fixture f;
  fitted_model m = model_of(mbg);
  const score_table with = score(f.make(), m, f.full());
  m.spend.reset();
  const score_table t = score(f.make(), m, f.full());
  EXPECT_EQ(t.status_value, std::vector(t.size(), status::missing)) << "what is missing is graver than what is wrong";
  for (std::size_t i = 0; i < t.size(); ++i) {
    EXPECT_TRUE(same(t.p_alive[i], with.p_alive[i]));
    EXPECT_TRUE(same(t.expected_purchases[i], with.expected_purchases[i]));
    EXPECT_TRUE(same(t.discounted_cost[i], with.discounted_cost[i]));
    EXPECT_TRUE(same(t.ratio[i], with.ratio[i]));
    EXPECT_TRUE(numeric::is_nan(t.lifetime_value[i]) && numeric::is_nan(t.expected_spend[i]) &&
                numeric::is_nan(t.forward_ratio[i]));
  }
}

// The model is fitted with spend, the data are a summary of bare histories.
TEST(score, a_summary_without_money_still_has_purchases) {
  const fixture f;
  summary s = from_columns({.frequency = f.x, .recency = f.t_x, .T = f.T}, {.currency = "USD"});
  const score_table t = score(s, model_of(mbg), asked());
  EXPECT_GT(t.p_alive[0], 0);
  EXPECT_EQ(t.status_value[0], status::missing);
  EXPECT_EQ(t.status_value[1], status::ok) << "a one-time buyer is expected to spend like the population";
  EXPECT_TRUE(numeric::is_nan(t.revenue[0]) && numeric::is_nan(t.monetary_value[0]));
}

TEST(score, bg_nbd_says_that_it_cannot_see_one_time_buyers_leave) {
  const fixture f;
  const score_table t = score(f.make(), model_of(bg), f.full());
  EXPECT_EQ(t.origin.always_alive, 2U);
  EXPECT_EQ(t.p_alive[1], 1);
  EXPECT_EQ(t.reasons[1], "银卡: revenue short 40 USD; one-time buyer: BG/NBD calls her alive whatever her silence");
  EXPECT_EQ(t.reasons[0].find("one-time"), std::string::npos);
  EXPECT_EQ(score(f.make(), model_of(mbg), f.full()).reasons[1].find("one-time"), std::string::npos);
}

TEST(score, refuses_other_units) {
  const fixture f;
  const summary s = f.make();
  for (const measure_units& units : {measure_units{.time = time_unit::day, .currency = "USD"},
                                     measure_units{.collapse = time_unit::week, .currency = "USD"},
                                     measure_units{.currency = "CNY"}, measure_units{}}) {
    EXPECT_THROW((void)score(s, model_of(mbg, units), f.full()), contract_error);
  }
  EXPECT_NE(refusal([&] { (void)score(s, model_of(mbg, {.currency = "CNY"}), f.full()); }).find("CNY"),
            std::string::npos);
}

TEST(score, keeps_how_the_fits_ended) {
  const fixture f;
  fitted_model m = model_of(mbg);
  std::get<fit_result<mbg_nbd>>(m.purchases).outcome = fit_status::boundary;
  std::get<fit_result<mbg_nbd>>(m.purchases).limit = "nobody ever leaves";
  const score_table t = score(f.make(), m, f.full());
  EXPECT_EQ(t.origin.purchases_fit, (fit_ending{fit_status::boundary, "nobody ever leaves"}));
  EXPECT_EQ(t.origin.spend_fit, fit_ending{});
  EXPECT_EQ(t.origin.spend, spend_basis::fitted);
  m.spend.reset();
  EXPECT_EQ(score(f.make(), m, f.full()).origin.spend, spend_basis::not_asked);
}

TEST(score, refuses_a_program_whose_money_is_another) {
  const fixture f;  // the club states revenue in USD
  const measure_units euro{.currency = "EUR"};
  EXPECT_EQ(refusal([&] { (void)score(f.make(euro), model_of(mbg, euro), f.full()); }),
            "the tier program states revenue in USD, the summary is in EUR: nothing is converted");
  EXPECT_EQ(refusal([&] { (void)score(f.make({}), model_of(mbg, {}), f.full()); }), "accepted");
}

TEST(score, refuses_columns_of_other_lengths_and_plans_outside_their_domain) {
  const fixture f;
  const summary s = f.make();
  const fitted_model m = model_of(mbg);
  const std::vector<double> shorter(9, 1.0);
  for (int which = 0; which < 4; ++which) {
    score_request what = f.full();
    const std::array facts{named_column{"points", shorter}};
    if (which == 0) what.costs->so_far = shorter;
    if (which == 1) what.costs->per_purchase = shorter;
    if (which == 2) what.costs->per_time = shorter;
    if (which == 3) what.facts = facts;
    EXPECT_THROW((void)score(s, m, what), contract_error) << which;
  }
  const double plans[][3]{{0, 0.1, 0.3}, {-1, 0.1, 0.3},  {nothing, 0.1, 0.3},
                          {inf, 0, 0.3}, {52, -0.1, 0.3}, {52, 0.1, nothing}};
  for (const auto& [horizon, discount, margin] : plans) {
    score_request what = f.full();
    what.horizon = horizon, what.discount = discount, what.margin = margin;
    EXPECT_THROW((void)score(s, m, what), contract_error) << horizon << ' ' << discount << ' ' << margin;
  }
}

TEST(score, an_unknown_fact_is_refused_with_the_names_there_are) {
  const fixture f;
  score_request what = f.full();
  const std::array facts{named_column{"stamps", f.points}};
  what.facts = facts;
  EXPECT_EQ(
      refusal([&] { (void)score(f.make(), model_of(mbg), what); }),
      "the tier program asks for the fact points, which is none of: frequency, recency, T, monetary_value, p_alive, "
      "expected_purchases, lifetime_value, revenue, service_cost, ratio, forward_ratio, stamps");
}

TEST(score, a_fact_given_twice_is_refused) {
  const fixture f;
  score_request what = f.full();
  const std::array own{named_column{"points", f.points}, named_column{"ratio", f.points}};
  what.facts = own;
  EXPECT_NE(refusal([&] { (void)score(f.make(), model_of(mbg), what); }).find("ratio is given twice"),
            std::string::npos);
  const std::array twice{named_column{"points", f.points}, named_column{"points", f.so_far}};
  what.facts = twice;
  EXPECT_NE(refusal([&] { (void)score(f.make(), model_of(mbg), what); }).find("points is given twice"),
            std::string::npos);
}

// spend_12m and the like are there for a program where summarise made them, and only there.
TEST(score, binds_the_windows_that_the_summary_has) {
  const fixture f;
  const tier::engine engine = engine_of(R"({"schema": "tier-program/1", "id": "w", "version": "1",
    "measures": {"spend_12m": {}, "orders_12m": {}, "tenure_months": {}},
    "tiers": [{"id": "base"}, {"id": "in", "enter": {"all": [{"spend_12m": 3}, {"orders_12m": 4}, {"tenure_months": 5}]}}]})");
  score_request what = asked();
  what.program = &engine;
  summary s = f.make();
  EXPECT_THROW((void)score(s, model_of(mbg), what), contract_error);
  s.spend_12m.assign(10, 3), s.orders_12m.assign(10, 4), s.tenure_months.assign(10, 5);
  s.tenure_months[2] = 4;
  EXPECT_EQ(score(s, model_of(mbg), what).tier, (std::vector<tier::ordinal>{1, 1, 0, 1, 1, 1, 1, 1, 1, 1}));
}

TEST(score, bands_as_asked) {
  const fixture f;
  score_request what = f.full();
  what.banding = quantile_bands{{0.5}};
  const score_table t = score(f.make(), model_of(mbg), what);
  ASSERT_EQ(t.cuts.cuts().size(), 1U);
  EXPECT_EQ(t.band[5], 1) << "an infinite ratio ranks at the top";
  EXPECT_EQ(t.band[8], missing_band);
  EXPECT_EQ(t.band[6], 0);
}

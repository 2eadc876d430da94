// The holdout report on CDNOW's sample, against figures that were computed elsewhere, and on rows with trouble.
#include <valorem/model.hpp>
#include <valorem/report.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <support/cdnow.hpp>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;

using support::nan;

const summary& cdnow() {
  static const summary s = summarise(
      support::cdnow_sample().view(),
      {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end, .currency = "USD"});
  return s;
}

const holdout_report& report_of(const char* model) {
  static std::map<std::string, holdout_report> made;
  if (!made.contains(model)) made[model] = report_holdout(cdnow(), fit_models(cdnow(), model));
  return made[model];
}

struct known {
  const char* model;
  double total, mae, rmse, correlation;
  std::array<double, 8> by_frequency;
};
// Totals over 39 weeks and errors of single customers, known to six decimals at the same optima.
constexpr known sample[] = {
    {"bg_nbd",
     1653.408691,
     .785454,
     1.607982,
     .625647,
     {.225087, .523131, 1.044134, 1.520280, 2.163866, 2.653846, 3.504042, 6.157190}},
    {"mbg_nbd",
     1576.728303,
     .764779,
     1.607183,
     .627253,
     {.185161, .551358, 1.048952, 1.492933, 2.104309, 2.563553, 3.360821, 5.848509}},
    {"pareto_nbd",
     1665.513107,
     .754523,
     1.602848,
     .630223,
     {.138447, .599471, 1.195837, 1.713843, 2.398308, 2.907208, 3.818559, 6.403067}},
};

TEST(holdout, cdnow_errors) {
  for (const known& k : sample) {
    const holdout_report& r = report_of(k.model);
    ASSERT_EQ(r.forecasts.size(), 4u);
    const forecast_line& model = r.forecasts[0];
    EXPECT_EQ(model.forecast, k.model);
    EXPECT_EQ(model.errors.customers, 2357);
    EXPECT_EQ(model.errors.actual, 1882);
    EXPECT_NEAR(model.errors.predicted, k.total, 2e-3);  // the fit's last digit of a parameter
    EXPECT_NEAR(model.errors.mae, k.mae, 1.5e-6);
    EXPECT_NEAR(model.errors.rmse, k.rmse, 1.5e-6);
    EXPECT_NEAR(model.errors.correlation, k.correlation, 1.5e-6);
  }
}

TEST(holdout, cdnow_by_frequency) {
  const double customers[]{1411, 439, 214, 100, 62, 38, 29, 64};
  const double actual[]{.236712, .697039, 1.392523, 1.56, 2.532258, 2.947368, 3.862069, 6.359375};
  for (const known& k : sample) {
    const auto& bins = report_of(k.model).by_frequency;
    ASSERT_EQ(bins.size(), 8u);
    for (std::size_t n = 0; n < 8; ++n) {
      const forecast_group& g = bins[n].group;
      EXPECT_EQ(bins[n].low, static_cast<double>(n));
      EXPECT_EQ(g.customers, customers[n]);
      EXPECT_NEAR(g.actual / g.customers, actual[n], 5.1e-7);
      EXPECT_NEAR(g.predicted / g.customers, k.by_frequency[n], 2e-6) << k.model << n;
    }
    EXPECT_EQ(bins[7].high, std::numeric_limits<double>::infinity());
  }
}

TEST(holdout, the_naive_forecasts) {
  const holdout_report& r = report_of("mbg_nbd");
  EXPECT_EQ(r.forecasts[1].forecast, "nbd");
  EXPECT_NEAR(r.forecasts[1].errors.predicted, 2929.820, 1e-3);
  EXPECT_EQ(r.forecasts[2].forecast, "own_count");
  EXPECT_EQ(r.forecasts[2].errors.predicted, 2457);
  EXPECT_EQ(r.forecasts[3].forecast, "own_rate");
  double rate = 0;
  for (std::size_t i = 0; i < cdnow().size(); ++i) rate += cdnow().frequency[i] * 39 / cdnow().T[i];
  EXPECT_NEAR(r.forecasts[3].errors.predicted, rate, 1e-9);
  // What dropout is for: less error than any of them. They rank no worse, for who buys often ranks high in all.
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_LT(r.forecasts[0].errors.mae, r.forecasts[i].errors.mae);
    EXPECT_LT(r.forecasts[0].errors.rmse, r.forecasts[i].errors.rmse);
    EXPECT_NEAR(r.forecasts[i].normalized_gini, r.forecasts[0].normalized_gini, 0.05);
  }
}

TEST(holdout, parts_add_up) {
  const holdout_report& r = report_of("pareto_nbd");
  const forecast_errors& e = r.forecasts[0].errors;
  double customers = 0, predicted = 0, actual = 0;
  for (const forecast_bin& b : r.by_recency) {
    customers += b.group.customers, predicted += b.group.predicted, actual += b.group.actual;
  }
  EXPECT_EQ(r.by_recency.size(), 9u);
  EXPECT_EQ(r.by_recency[0].group.customers, 1411);
  EXPECT_EQ(r.by_recency[8].high, 269.0 / 7);  // the largest recency
  EXPECT_EQ(customers, 2357);
  EXPECT_EQ(actual, 1882);
  EXPECT_NEAR(predicted, e.predicted, 1e-9);
  // Long silence, few purchases to come: said and seen.
  EXPECT_LT(r.by_recency[1].group.actual / r.by_recency[1].group.customers,
            r.by_recency[8].group.actual / r.by_recency[8].group.customers);
  EXPECT_EQ(r.deciles.size(), 10u);
  EXPECT_NEAR(r.deciles.back().gain, 1, 1e-12);
  EXPECT_GT(r.deciles[0].lift, 4);
  EXPECT_NEAR(r.decile_error, mean_group_error(r.deciles), 0);
  EXPECT_EQ(std::accumulate(r.expected.begin(), r.expected.end(), 0.0) > 0, true);
}

// One broken history, one row without a number of purchases, one of weight 0: all forecasters are judged by the others.
TEST(holdout, rows_with_trouble_are_in_no_line) {
  const std::vector<double> x{2, 1, 0, 3, 5, 4}, t_x{30, 2, 0, 50, 20, 10}, T{38, 38, 30, 40, 39, 39};
  const std::vector<double> length(6, 39), seen{1, 0, 1, 7, nan, 9}, weight{1, 2, 3, 1, 1, 0};
  const holdout_columns rows{{x, t_x, T}, length, seen, weight};
  const bg_nbd m{.r = .243, .alpha = 4.414, .a = .793, .b = 2.426};
  std::vector<double> expected(6);
  expected_purchases(m, rows.histories, length, expected);
  const holdout_report r = report_holdout("bg_nbd", expected, rows);
  for (const forecast_line& line : r.forecasts) {
    EXPECT_EQ(line.errors.customers, 6);
    EXPECT_EQ(line.errors.actual, 4);
  }
  EXPECT_EQ(r.forecasts[2].errors.predicted, 4);
  EXPECT_NEAR(r.forecasts[3].errors.predicted, 39 * (2.0 / 38 + 2 * 1.0 / 38), 1e-13);
  EXPECT_TRUE(std::isnan(r.expected[3]));
  double customers = 0;
  for (const forecast_bin& b : r.by_frequency) customers += b.group.customers;
  EXPECT_EQ(customers, 6);
}

TEST(holdout, nobody_came_back) {
  const std::vector<double> zero(3), T{10, 20, 30}, length(3, 10), weight(3, 1);
  const holdout_columns rows{{zero, zero, T}, length, zero, weight};
  const auto bins = by_recency(zero, rows);
  ASSERT_EQ(bins.size(), 1u);
  EXPECT_EQ(bins[0].group.customers, 3);
  const holdout_report r = report_holdout("nobody", zero, rows);
  EXPECT_TRUE(std::isnan(r.forecasts[0].normalized_gini));
  EXPECT_EQ(r.forecasts[0].errors.mae, 0);
  EXPECT_TRUE(std::isnan(r.decile_error));
}

TEST(holdout, wrong_calls) {
  const summary all =
      summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end, .currency = "USD"});
  EXPECT_THROW((void)report_holdout(all, fit_models(cdnow(), "nbd")), contract_error);
  fitted_model other = fit_models(cdnow(), "nbd");
  other.units.time = time_unit::day;
  EXPECT_THROW((void)report_holdout(cdnow(), other), contract_error);
  const std::vector<double> one{1}, two{1, 1};
  EXPECT_THROW((void)by_frequency(one, {{one, one, one}, two, one, {}}), contract_error);
  EXPECT_THROW((void)by_frequency(one, {{one, one, one}, one, one, {}}, 0), contract_error);
  EXPECT_THROW((void)by_recency(one, {{one, one, one}, one, one, {}}, 0), contract_error);
  EXPECT_THROW((void)report_holdout("m", {nan}, {{one, one, one}, one, one, {}}), data_error);
  EXPECT_THROW((void)report_holdout("m", {1}, {{one, one, one}, one, one, std::vector<double>{-1}}), error);
}

}  // namespace

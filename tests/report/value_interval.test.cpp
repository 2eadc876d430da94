// The interval of the lifetime value: against a plain loop over the draws, and where it stands in the table.
#include <valorem/report.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <support/cdnow.hpp>
#include <vector>

namespace {

using namespace valorem;

const summary& cdnow() {
  static const summary s =
      summarise(support::cdnow_sample().view(),
                {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end});
  return s;
}

struct scored {
  fitted_model m = fit_models(cdnow());
  fitted_draws d = draw_models(cdnow(), m, {.size = 50, .seed = 8, .proposals = 500});

  [[nodiscard]] score_table with(const fitted_draws* draws, double level = 0.9, const execution& how = {}) const {
    return score(cdnow(), m,
                 {.horizon = 52, .discount = 0.1, .margin = 0.3, .how = how, .draws = draws, .level = level});
  }
};

const scored& once() {
  static const scored s;
  return s;
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(value_interval, is_the_quantiles_over_the_draws) {
  const auto& models = std::get<posterior_draws<mbg_nbd>>(once().d.purchases).models;
  const auto& spends = once().d.spend.value().models;
  const score_table t = once().with(&once().d);
  EXPECT_EQ(t.origin.draws, 50U);
  EXPECT_EQ(t.origin.level, 0.9);
  std::size_t within = 0;
  for (std::size_t i = 0; i < t.size(); i += 7) {
    std::vector<double> values;
    for (std::size_t d = 0; d < models.size(); ++d) {
      const auto desk = prepare(models[d], spends[d], {.horizon = 52, .discount = 0.1, .margin = 0.3});
      values.push_back(
          desk({t.frequency[i], t.recency[i], t.T[i]}, {t.frequency[i], t.monetary_value[i]}).lifetime_value);
    }
    if (t.status_value[i] != status::ok) {
      EXPECT_TRUE(std::isnan(t.lifetime_value_low[i]) && std::isnan(t.lifetime_value_high[i]));
      continue;
    }
    std::ranges::sort(values);
    // Type 7 of fifty: 49 · 0.05 = 2.45 and 49 · 0.95 = 46.55.
    const double low = values[2] + 0.45 * (values[3] - values[2]);
    const double high = values[46] + 0.55 * (values[47] - values[46]);
    EXPECT_NEAR(t.lifetime_value_low[i], low, 1e-12 * std::fabs(low));
    EXPECT_NEAR(t.lifetime_value_high[i], high, 1e-12 * std::fabs(high));
    within += t.lifetime_value_low[i] <= t.lifetime_value[i] && t.lifetime_value[i] <= t.lifetime_value_high[i] ? 1 : 0;
  }
  // The value at the fit lies near the middle of its draws for nearly everybody.
  EXPECT_GT(within, t.size() / 7 * 8 / 10);
}

TEST(value_interval, leaves_every_other_column_as_it_was) {
  const score_table plain = once().with(nullptr);
  EXPECT_TRUE(plain.lifetime_value_low.empty() && plain.lifetime_value_high.empty());
  EXPECT_EQ(plain.origin.draws, 0U);
  const score_table t = once().with(&once().d);
  for (const auto column : {&score_table::lifetime_value, &score_table::p_alive, &score_table::expected_purchases}) {
    for (std::size_t i = 0; i < t.size(); ++i) EXPECT_TRUE(same((t.*column)[i], (plain.*column)[i]));
  }
  EXPECT_EQ(t.band, plain.band);
  EXPECT_EQ(t.reasons, plain.reasons);
  const score_table threaded = once().with(&once().d, 0.9, threads(3));
  for (std::size_t i = 0; i < t.size(); ++i) {
    EXPECT_TRUE(same(t.lifetime_value_low[i], threaded.lifetime_value_low[i]));
    EXPECT_TRUE(same(t.lifetime_value_high[i], threaded.lifetime_value_high[i]));
  }
  const score_table wider = once().with(&once().d, 0.98);
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t.status_value[i] != status::ok) continue;
    EXPECT_LE(wider.lifetime_value_low[i], t.lifetime_value_low[i]);
    EXPECT_GE(wider.lifetime_value_high[i], t.lifetime_value_high[i]);
  }
}

TEST(value_interval, stands_after_the_value_in_csv) {
  std::vector<std::int64_t> ids(cdnow().size());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
  score_table t = once().with(&once().d);
  t.first_row.clear();
  const std::string text = csv(t, std::span<const std::int64_t>(ids));
  EXPECT_NE(text.substr(0, text.find('\n')).find(",lifetime_value,lifetime_value_low,lifetime_value_high,revenue,"),
            std::string::npos);
  score_table plain = once().with(nullptr);
  plain.first_row.clear();
  const std::string without = csv(plain, std::span<const std::int64_t>(ids));
  EXPECT_EQ(without.find("lifetime_value_low"), std::string::npos);
  const auto commas = [](const std::string& s) {
    const std::size_t line = s.find('\n') + 1;
    return std::count(s.begin() + static_cast<std::ptrdiff_t>(line),
                      s.begin() + static_cast<std::ptrdiff_t>(s.find('\n', line)), ',');
  };
  EXPECT_EQ(commas(text), commas(without) + 2);
}

TEST(value_interval, is_infinite_where_a_draw_leaves_no_mean_spend) {
  fitted_draws d = once().d;
  posterior_draws<gamma_gamma> spends = once().d.spend.value();
  for (std::size_t i = 0; i < 10; ++i) spends.models[i].q = 0.5;
  d.spend = spends;
  const score_table t = once().with(&d);
  bool seen = false;
  for (std::size_t i = 0; i < t.size(); ++i) {
    // With p x above 1/2 her own purchases give a mean; without any there is none.
    if (t.frequency[i] != 0 || t.status_value[i] != status::ok) continue;
    seen = true;
    EXPECT_TRUE(std::isinf(t.lifetime_value_high[i]));
    EXPECT_TRUE(std::isfinite(t.lifetime_value_low[i]));
  }
  EXPECT_TRUE(seen);
}

TEST(value_interval, refuses_the_draws_of_another_fit) {
  for (const double level : {0.0, 1.0, 95.0}) EXPECT_THROW((void)once().with(&once().d, level), contract_error);
  fitted_draws other = once().d;
  std::get<posterior_draws<mbg_nbd>>(other.purchases).mode.r += 1;
  EXPECT_THROW((void)once().with(&other), contract_error);
  other = once().d;
  posterior_draws<gamma_gamma> fewer = once().d.spend.value();
  fewer.models.pop_back();
  other.spend = fewer;
  EXPECT_THROW((void)once().with(&other), contract_error);
  other = once().d;
  other.spend.reset();
  EXPECT_THROW((void)once().with(&other), contract_error);
  other.purchases = posterior_draws<nbd>{};
  EXPECT_THROW((void)once().with(&other), contract_error);
}

}  // namespace

// One hash for the scored CDNOW table, whoever computes it: this test runs in every compiler and optimisation leg of
// tests/run, on every instruction set that the CPU has, and the Python tests hold the same constant.
#include "golden/hasher.hpp"
#include <valorem/valorem.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <support/cdnow.hpp>

namespace {

using namespace valorem;
using golden::hasher;

/// The hash that bindings/python/tests hold too. It changes when a formula's rounding changes, and then on purpose.
constexpr std::uint64_t frozen = 0x8a701715e9aa142bULL;

constexpr const char* program = R"({
  "schema": "tier-program/1", "id": "golden", "version": "1",
  "measures": {"spend_12m": {"better": "higher"}, "orders_12m": {"better": "higher"}, "p_alive": {"better": "higher"},
               "lifetime_value": {"better": "higher"}},
  "tiers": [{"id": "none"}, {"id": "silver", "enter": {"any": [{"spend_12m": 75}, {"orders_12m": 3}]}},
            {"id": "gold", "enter": {"all": [{"spend_12m": 200}, {"p_alive": 0.5}, {"lifetime_value": 20}]}}]})";

/// Costs made of the table itself, so that ratio and forward ratio are in the hash.
struct costs {
  std::vector<double> so_far, per_purchase, per_time;
  explicit costs(const summary& s) {
    for (std::size_t i = 0; i < s.size(); ++i) {
      so_far.push_back(2.0 * s.orders[i] + 0.25 * s.units[i] + 0.02 * s.T[i]);
      per_purchase.push_back(2.0 + 0.25 * s.units_per_order[i]);
      per_time.push_back(0.02);
    }
  }
};

const summary& cdnow() {
  static const summary s = summarise(
      support::cdnow_master().view(),
      {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end, .currency = "USD"});
  return s;
}

score_table scored(const execution& how) {
  static const tier::engine engine(tier::parse(program).value());
  const costs c(cdnow());
  const fitted_model m = fit_models(cdnow(), mbg_nbd::model_name, how);
  return score(cdnow(), m,
               {.horizon = 52,
                .discount = 0.1,
                .margin = 0.3,
                .costs = cost_columns{c.so_far, c.per_purchase, c.per_time},
                .program = &engine,
                .how = how});
}

std::uint64_t hash_of(const score_table& t) {
  hasher h;
  for (const auto* column : {&t.frequency, &t.recency, &t.T, &t.monetary_value, &t.p_alive, &t.expected_purchases,
                             &t.lifetime_value, &t.revenue, &t.service_cost, &t.ratio, &t.forward_ratio}) {
    h.add(*column);
  }
  h.add_codes(std::span<const std::int8_t>(t.band));
  h.add_codes(std::span<const tier::ordinal>(t.tier));
  h.add_codes(std::span<const std::uint8_t>(t.vip));
  h.add_codes(std::span<const status>(t.row_status));
  return h.value();
}

TEST(golden, the_scored_table_has_one_hash) {
  for (const unsigned workers : {1u, 2u}) {
    for (const auto isa : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
      if (runs_on(isa) != isa) {
        std::printf("[ not run  ] %s: this CPU lacks it\n", isa == instruction_set::avx2 ? "AVX2" : "AVX-512");
        continue;
      }
      execution how = threads(workers);
      how.isa = isa;
      const std::uint64_t got = hash_of(scored(how));
      EXPECT_EQ(got, frozen) << std::hex << "got 0x" << got << " isa " << static_cast<int>(isa) << " workers "
                             << workers;
    }
  }
}

TEST(golden, batches_of_any_size_are_the_rows_of_the_table) {
  const score_table t = scored({});
  const fitted_model m = fit_models(cdnow());
  const auto& model = std::get<fit_result<mbg_nbd>>(m.purchases).model;
  const auto desk = prepare(model, m.spend->model, {.horizon = 52, .discount = 0.1, .margin = 0.3});
  const costs c(cdnow());
  for (const std::size_t batch : {std::size_t{1}, std::size_t{63}, std::size_t{1000}}) {
    std::vector<double> p(t.size()), expected(t.size()), value(t.size());
    for (std::size_t first = 0; first < t.size(); first += batch) {
      const std::size_t n = std::min(batch, t.size() - first);
      const auto part = [&](const std::vector<double>& column) { return std::span(column).subspan(first, n); };
      const auto room = [&](std::vector<double>& column) { return std::span(column).subspan(first, n); };
      const history_columns h{part(t.frequency), part(t.recency), part(t.T)};
      desk({h, part(t.monetary_value), part(c.per_purchase), part(c.per_time)},
           {.expected_purchases = room(expected), .lifetime_value = room(value)});
      p_alive(model, h, room(p));
    }
    hasher want, got;
    for (const auto* column : {&t.p_alive, &t.expected_purchases, &t.lifetime_value}) want.add(*column);
    for (const auto* column : {&p, &expected, &value}) got.add(*column);
    EXPECT_EQ(got.value(), want.value()) << "batches of " << batch;
  }
}

}  // namespace

// Ten customers, half of them broken in one way each, with costs, a model and a tier program: what the tests of this
// room share.
#ifndef VALOREM_TESTS_REPORT_SMALL_HPP
#define VALOREM_TESTS_REPORT_SMALL_HPP

#include <valorem/report/score.hpp>
#include <valorem/tier/parse.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <support/numbers.hpp>
#include <vector>

namespace report_test {

using namespace valorem;

inline constexpr double nothing = support::nan;
using support::inf;

struct small_columns {
  std::vector<double> x{2, 0, nothing, 3, 2.5, 0, 4, 7, 1, 1};
  std::vector<double> t_x{30.43, 0, 5, 40, 10, 0, 20, 29.71, 5, 1.71};
  std::vector<double> T{38.86, 38, 39, 30, 39, 0, 39, 38.86, 39, 38.86};
  std::vector<double> spend{22.35, 0, 20, 20, 20, 0, -3, 73.74, nothing, 11.77};
  std::vector<double> revenue{60, 10, 40, 40, 40, 5, -20, 1234.5, nothing, 23.54};
  std::vector<double> so_far{40, 10, 5, 5, 5, 0, 30, 100, 5, -1};
  std::vector<double> per_purchase{1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 2, 1.5, 1.5};
  std::vector<double> per_time{0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.25, 0.05, 0.05};
  std::vector<double> points{20, 0, 0, 0, 0, nothing, 0, nothing, 0, 5};

  [[nodiscard]] summary make(const measure_units& units = {.currency = "USD"}) const {
    summary s =
        from_columns({.frequency = x, .recency = t_x, .T = T, .monetary_value = spend, .revenue = revenue}, units);
    s.origin.as_of = civil_date(1997, 9, 30);
    return s;
  }
  [[nodiscard]] cost_columns costs() const { return {so_far, per_purchase, per_time}; }
};

template <class M>
[[nodiscard]] fitted_model model_of(const M& purchases, const measure_units& units = {.currency = "USD"}) {
  fitted_model m;
  fit_result<M> fit;
  fit.model = purchases;
  fit.outcome = fit_status::converged;
  m.purchases = fit;
  m.spend.emplace().model = {.p = 6.25, .q = 3.74, .v = 15.44};
  m.spend->outcome = fit_status::converged;
  m.units = units;
  return m;
}

inline constexpr mbg_nbd mbg{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};
inline constexpr bg_nbd bg{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};

/// Asks for a column of the table and for one that the caller brings.
inline constexpr std::string_view club = R"({
  "schema": "tier-program/1", "id": "club", "version": "2", "effective": {"from": "1997-01-01", "to": "1998-01-01"},
  "measures": {"revenue": {"unit": "USD", "domain": [-100000, 100000]}, "points": {"unit": "point"}},
  "tiers": [{"id": "base"}, {"id": "银卡", "enter": {"revenue": 50}},
            {"id": "gold", "enter": {"all": [{"revenue": 200}, {"points": 100}]}}],
  "benefits": {"gold": {"queue_priority": {"value": 7}}}
})";

inline tier::engine engine_of(std::string_view json) {
  return tier::engine(tier::parse(json).value());
}

/// A year ahead at ten per cent, thirty cents of each dollar earned.
[[nodiscard]] inline score_request asked() {
  return {.horizon = 52, .discount = 0.1, .margin = 0.3};
}

/// All of it in one table.
[[nodiscard]] inline score_table full_table(const small_columns& c = {}, double horizon = 52) {
  const tier::engine engine = engine_of(club);
  const std::array facts{named_column{"points", c.points}};
  score_request what = asked();
  what.horizon = horizon;
  what.costs = c.costs();
  what.program = &engine;
  what.facts = facts;
  return score(c.make(), model_of(mbg), what);
}

/// No costs, no program, no currency, no horizon; BG/NBD.
[[nodiscard]] inline score_table bare_table() {
  score_request what = asked();
  what.horizon = inf;
  return score(small_columns{}.make({}), model_of(bg, {}), what);
}

/// Each line ends, none ends in a space or is wider than the page.
inline void expect_tidy(std::string_view text) {
  ASSERT_TRUE(text.ends_with('\n'));
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    EXPECT_FALSE(line.ends_with(' ')) << '"' << line << '"';
    std::size_t width = 0;
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      width += (byte & 0xc0U) == 0x80U ? 0 : byte >= 0xe3 ? 2 : 1;
    }
    EXPECT_LE(width, 100U) << line;
  }
}

}  // namespace report_test

#endif

// One table that answers the question: for every customer what she is worth, what she costs, her band, her tier, and
// why.
#ifndef VALOREM_REPORT_SCORE_HPP
#define VALOREM_REPORT_SCORE_HPP

#include <valorem/model/fitted_model.hpp>
#include <valorem/model/lifetime_value.hpp>
#include <valorem/model/posterior_draws.hpp>
#include <valorem/population/fit_bands.hpp>
#include <valorem/tier/engine.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// What serving each customer has cost and will cost, in the summary's order; service/cost.hpp makes them.
struct cost_columns {
  std::span<const double> so_far;        ///< money, up to as_of
  std::span<const double> per_purchase;  ///< money for each purchase to come
  std::span<const double> per_time;      ///< money for each time unit of the summary that she stays
};

/// A fact for the tier program that the table does not hold itself: one value a customer, NaN where unknown.
struct named_column {
  std::string_view name;
  std::span<const double> values;
};

/// What score is asked. The plan's time unit is the summary's and need not be given.
struct score_request {
  double horizon;   ///< in the summary's time unit
  double discount;  ///< annual effective rate
  double margin;    ///< share of an amount spent that is earned
  std::optional<cost_columns> costs = {};
  const tier::engine* program = nullptr;
  std::span<const named_column> facts = {};
  std::variant<z_bands, quantile_bands> banding = z_bands{};
  execution how = {};
  const fitted_draws* draws = nullptr;  ///< of this fitted model: asks for the interval of lifetime_value
  double level = 0.95;                  ///< of that interval
};

/// How the fit of a model ended that a table rests on.
struct fit_ending {
  fit_status outcome = fit_status::converged;
  std::string limit = {};  ///< the limiting model, where outcome is boundary
  friend bool operator==(const fit_ending&, const fit_ending&) = default;
};

/// Whether there is a spend model behind the values, or why there is none.
enum class spend_basis : std::uint8_t {
  fitted,
  no_amounts,         ///< the summary has no amounts
  no_repeat_buyers,   ///< nobody bought twice
  no_positive_spend,  ///< some did, but the mean spend of none is above 0
  not_asked,          ///< the model was fitted without one
};

/// "fitted", "no_amounts", "no_repeat_buyers", "no_positive_spend", "not_asked".
[[nodiscard]] constexpr std::string_view name(spend_basis b) noexcept {
  constexpr std::array<std::string_view, 5> names{"fitted", "no_amounts", "no_repeat_buyers", "no_positive_spend",
                                                  "not_asked"};
  const auto i = static_cast<std::size_t>(b);
  return i < names.size() ? names[i] : std::string_view{"unknown_basis"};
}

/// Where a table comes from.
struct score_provenance {
  std::string model;
  fit_ending purchases_fit;
  fit_ending spend_fit;  ///< where spend is fitted
  spend_basis spend = spend_basis::fitted;
  plan terms{};
  measure_units units;
  std::optional<date> as_of;
  std::string band_column;  ///< "ratio" where costs are given, else "lifetime_value"
  std::string program, program_version;
  std::uint64_t program_fingerprint = 0;
  bool program_in_effect = true;         ///< whether the program covers as_of
  std::vector<std::string> not_applied;  ///< parts of the program that decisions do not act on
  std::size_t draws = 0;                 ///< behind the intervals of lifetime_value; 0 without
  double level = 0;                      ///< of those intervals
  std::size_t always_alive = 0;          ///< customers whom BG/NBD calls alive because they bought once
};

/// Columns of one length, in the order in which they are told; customers stand as in the summary.
struct score_table {
  std::vector<std::size_t> first_row;  ///< where a customer's id stands in the input
  std::vector<double> frequency, recency, T, monetary_value;
  std::vector<double> p_alive, expected_purchases, lifetime_value;
  std::vector<double> lifetime_value_low, lifetime_value_high;  ///< empty without draws
  std::vector<double> revenue, service_cost, ratio, forward_ratio;
  std::vector<std::int8_t> band;     ///< code; names in `bands`
  std::vector<tier::ordinal> tier;   ///< place in the program; empty without one
  std::vector<std::uint8_t> vip;     ///< 0 or 1; empty without a program
  std::vector<std::string> reasons;  ///< what she lacks for the next tier, and what the numbers do not know
  std::vector<status> row_status, status_value, status_ratio, status_tier;
  // Not told in the table, but kept: what the values are made of.
  std::vector<double> discounted_purchases, discounted_lifetime, expected_spend, discounted_margin, discounted_cost;

  bands cuts{std::vector<double>{}};
  std::vector<std::string> tier_names;  ///< worst to best
  std::vector<tier::decision> decisions;
  score_provenance origin;

  [[nodiscard]] std::size_t size() const noexcept { return frequency.size(); }
};

/// Values, costs, bands and tiers every customer of a summary. Same-bits but for the names' text.
///
/// forward_ratio = (discounted margin - discounted cost) / discounted cost: the lifetime value for each unit of money
/// that serving her will cost, so that 0 means she pays for herself, as in ratio. Without costs, ratio and
/// forward_ratio are NaN and their status `missing`, which does not enter row_status; likewise the tier's without a
/// program.
///
/// With draws, lifetime_value_low and lifetime_value_high are the quantiles (1 -+ level)/2 (type 7) of the customer's
/// expected lifetime value over the draws: how far the value in the table may be off because the parameters are
/// estimated, not how far what she will spend may lie from it, which is further. Infinite where a draw leaves the mean
/// of her spend infinite; NaN where lifetime_value is.
///
/// A fact of the program is bound by name: a number of this table, a column of `facts`, or spend_12m, orders_12m,
/// tenure_months. Throws contract_error for unequal lengths, other units than the model's, a plan outside its domain, a
/// fact of no known name (the names are listed) or of two, a column of money that the program states in another unit
/// than the summary's named currency, draws that lie about another fit, and a level outside (0, 1).
[[nodiscard]] VALOREM_EXPORT score_table score(const summary& s, const fitted_model& m, const score_request& what);

}  // namespace valorem::inline VALOREM_ABI

#endif

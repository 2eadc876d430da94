// From purchases in any order, or from a ready table, to one row a customer.
#ifndef VALOREM_SUMMARY_SUMMARISE_HPP
#define VALOREM_SUMMARY_SUMMARISE_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/record/transaction.hpp>
#include <valorem/summary/history.hpp>
#include <valorem/summary/measure_units.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Where a summary comes from: what was asked, and what was done with every row and every customer.
struct provenance {
  measure_units units;
  returns_policy returns = returns_policy::net;
  std::optional<date> as_of;            ///< end of the histories: calibration_end where given, else observation_end
  std::optional<date> calibration_end;  ///< where the holdout begins after it
  std::optional<date> observation_end;  ///< end of the holdout

  std::size_t rows = 0;            ///< all rows; each is exactly one of used, dropped, after_end, refused
  std::size_t rows_used = 0;       ///< entered the summary, or belong to a customer who was left out
  std::size_t rows_dropped = 0;    ///< returns under returns_policy::drop
  std::size_t rows_after_end = 0;  ///< dated after observation_end: ignored
  std::size_t rows_refused = 0;    ///< bad; see summary::report
  std::size_t returns_used = 0;    ///< rows with a negative amount that were netted
  std::size_t zero_amounts = 0;    ///< used rows with the amount 0: purchases like any other

  std::size_t customers = 0;                         ///< rows of the summary
  std::size_t customers_after_calibration = 0;       ///< first bought after calibration_end: left out
  std::size_t customers_without_purchase = 0;        ///< nothing but returns: left out
  std::size_t repeaters = 0;                         ///< frequency >= 1
  std::size_t repeaters_without_positive_spend = 0;  ///< of these, mean spend <= 0: stay out of the spend fit
};

/// When the repeat purchases of all customers together came, those of the holdout included. Empty and unknown in a
/// ready table.
struct repeats_through_time {
  std::vector<double> time;       ///< from the first purchase of the earliest customer, in the time unit; ascending
  std::vector<double> purchases;  ///< so many at that time
  double known_until = std::numeric_limits<double>::quiet_NaN();  ///< the end of observation on the same clock
};

/// One row a customer, ascending by id (numbers by value, texts byte by byte), or in a ready table's own order. A
/// column that the data cannot fill is empty. Times are in provenance's time unit, counted from the first purchase.
struct summary {
  provenance origin;
  row_report report;  ///< bad rows of the input

  std::vector<std::size_t> first_row;  ///< index of the customer's first good row in the input: where her id stands
  std::vector<double> frequency;  ///< x: repeat purchases, that is collapse units with a purchase less the first one
  std::vector<double> recency;    ///< t_x: time of the last purchase
  std::vector<double> T;          ///< time of as_of
  std::vector<double> monetary_value;  ///< mean spend of a repeat purchase, first purchase excluded; 0 where x = 0
  std::vector<double> revenue;         ///< all she paid up to as_of, less returns as the policy says
  std::vector<double> orders;          ///< purchases, the first included
  std::vector<double> units;           ///< pieces bought (those given back are not taken off)
  std::vector<double> units_per_order;
  std::vector<double> sum_log_gap;    ///< sum of ln(time between purchases); 0 where x = 0
  std::vector<double> sum_log_spend;  ///< sum of ln(spend) of repeat purchases; NaN where one of them is <= 0
  std::vector<double> spend_12m;      ///< paid less returns in (as_of - 12 months, as_of]
  std::vector<double> orders_12m;     ///< purchases in the same window
  std::vector<double>
      tenure_months;  ///< whole civil months from the first purchase to as_of, 31 Jan to 28 Feb being one

  std::vector<double> holdout_frequency;  ///< purchases after calibration_end
  std::vector<double> holdout_spend;      ///< paid less returns after calibration_end
  std::vector<double> holdout_length;     ///< time that the holdout lasts for her

  std::vector<std::int32_t> first_purchase;  ///< civil date
  std::vector<status> history_status;        ///< of id, x, t_x, T: ok in every row that summarise made
  std::vector<status>
      spend_status;              ///< of the mean spend: undefined where x >= 1 and it is <= 0; empty without amounts
  repeats_through_time repeats;  ///< no column of customers: when they bought again

  [[nodiscard]] std::size_t size() const noexcept { return frequency.size(); }
  [[nodiscard]] history_columns histories() const noexcept { return {frequency, recency, T}; }
};

/// What summarise needs to be told.
struct summary_options {
  date observation_end;                      ///< the last day that the data cover, the whole of it; never the clock
  std::optional<date> calibration_end = {};  ///< splits off a holdout; earlier than observation_end
  time_unit unit = time_unit::week;          ///< for recency, T and every other time
  time_unit collapse = time_unit::day;       ///< purchases within one of these are one purchase; weeks begin on Monday
  returns_policy returns = returns_policy::net;
  std::string currency = {};      ///< a label
  std::size_t issue_limit = 100;  ///< how many bad rows are listed; all are counted
};

/// Summarises purchases. Kind: same-bits, and the same for any order of the rows.
///
/// A collapse unit (a day, unless asked otherwise) with any purchase line is one purchase, also at 0.00. Times between
/// purchases are counted in whole collapse units and told in the time unit: days / 7 for weeks, exactly. A return never
/// makes or removes a purchase. Under `net` it comes off revenue, and off the repeat spend unless it is dated within
/// the first purchase's collapse unit or earlier. Amounts with at most four decimals are summed as whole numbers, so
/// the sums are the doubles nearest to the true ones; a customer with other amounts has hers summed in order of time
/// and amount. With calibration_end, all but the holdout columns look at rows up to it alone; a collapse unit that both
/// sides share is a purchase of the calibration. Bad rows are reported and left aside. Throws contract_error for
/// columns of unequal length, dates that contradict each other or hours asked of civil dates, data_error where no
/// customer remains.
[[nodiscard]] VALOREM_EXPORT summary summarise(const transactions& rows, const summary_options& how);

/// A table that is a summary already. Empty columns are absent ones.
struct ready_table {
  std::span<const double> frequency;
  std::span<const double> recency;
  std::span<const double> T;
  std::span<const double> monetary_value = {};
  std::span<const double> revenue = {};
  std::span<const row_rule> found_wrong = {};  ///< by whoever read the columns from text; empty: nothing
  std::span<const text_column> read = {};      ///< the columns that came as text, for messages
};

/// Takes a ready table through the same checks, row by row, in its own order. A bad row stays in its place with a
/// status and a report; the others are untouched. Kind: same-bits. Throws contract_error for columns of unequal length,
/// data_error where no row has a good history.
[[nodiscard]] VALOREM_EXPORT summary from_columns(const ready_table& table, measure_units units,
                                                  std::size_t issue_limit = 100);

/// The rule that a history breaks first; none where check(h) is ok.
[[nodiscard]] VALOREM_EXPORT row_rule broken_rule(const history& h) noexcept;

}  // namespace valorem::inline VALOREM_ABI

#endif

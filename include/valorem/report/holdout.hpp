// How well a fitted model told what came: beside forecasts that need no model, by rank, by frequency and by recency.
#ifndef VALOREM_REPORT_HOLDOUT_HPP
#define VALOREM_REPORT_HOLDOUT_HPP

#include <valorem/model/fitted_model.hpp>
#include <valorem/population/forecast.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// What was known of each customer at the end of the calibration, and what she did after it.
struct holdout_columns {
  history_columns histories;
  std::span<const double> length;       ///< how long her holdout lasts, in the histories' time unit
  std::span<const double> purchases;    ///< how often she bought within it
  std::span<const double> weight = {};  ///< so many customers a row; empty: one
};

/// One forecaster.
struct forecast_line {
  std::string forecast;
  forecast_errors errors;
  double normalized_gini;  ///< of purchases; NaN where undefined
};

/// Customers whose key lies in [low, high); the last bin by recency has its high too.
struct forecast_bin {
  double low;
  double high;
  forecast_group group;
};

/// forecasts: the model first, then what it must beat: "nbd", fitted to the same histories, in which nobody leaves;
/// "own_count": each customer buys as often as in her calibration; "own_rate": she goes on at her own x / T.
struct holdout_report {
  std::vector<forecast_line> forecasts;
  std::vector<double> expected;        ///< of the model, one a row; NaN where it cannot say
  std::vector<forecast_rank> deciles;  ///< of the model, the highest forecasts first
  double decile_error = not_a_value;   ///< mean over the deciles of |expected - actual| / actual
  std::vector<forecast_bin> by_frequency;
  std::vector<forecast_bin> by_recency;
};

/// Conditional expectations beside what came, by x = 0, 1, .., most - 1 and `most` or more. expected: one a row; a row
/// in which it is NaN is left out. Same-bits for one order of the rows. Throws contract_error for unequal lengths or
/// `most` outside 1 to 1000.
[[nodiscard]] VALOREM_EXPORT std::vector<forecast_bin> by_frequency(std::span<const double> expected,
                                                                    const holdout_columns& rows, int most = 7);

/// The same by recency: first the customers without a repeat purchase (low = high = 0), then the others in `bins` of
/// equal width up to the largest recency. bins from 1 to 1000.
[[nodiscard]] VALOREM_EXPORT std::vector<forecast_bin> by_recency(std::span<const double> expected,
                                                                  const holdout_columns& rows, int bins = 8);

/// The report on a model's expectations. Rows whose history or expectation is not good are left out of every line
/// alike. Same-bits for one order of the rows. Throws contract_error for unequal lengths, data_error for illegal
/// weights and where no row is left.
[[nodiscard]] VALOREM_EXPORT holdout_report report_holdout(std::string_view model, std::vector<double> expected,
                                                           const holdout_columns& rows, const execution& how = {});

/// The same of a summary that was split by calibration_end, and the model fitted to it. Throws contract_error also
/// where the summary has no holdout or other units than the model.
[[nodiscard]] VALOREM_EXPORT holdout_report report_holdout(const summary& s, const fitted_model& m,
                                                           const execution& how = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

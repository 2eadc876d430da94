// Population: a forecast beside what happened: how far off it was, and how well it ranked.
//
// Normalised Gini and decile charts: Wang, Liu & Miao (2019), arXiv:1912.07753; gain and lift as in direct marketing.
#ifndef VALOREM_POPULATION_FORECAST_HPP
#define VALOREM_POPULATION_FORECAST_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// What was forecast and what came, row by row. A row of weight w stands for w customers; no weights: for one. A row
/// counts where both numbers are finite and its weight is above 0.
struct forecast_columns {
  std::span<const double> predicted;
  std::span<const double> actual;
  std::span<const double> weight = {};

  [[nodiscard]] std::size_t size() const noexcept { return predicted.size(); }
  [[nodiscard]] double weight_of(std::size_t i) const noexcept {
    const bool good = numeric::is_finite(predicted[i]) && numeric::is_finite(actual[i]);
    return !good ? 0.0 : weight.empty() ? 1.0 : weight[i];
  }
};

/// How far a forecast was off. NaN where there is no row to say it of.
struct forecast_errors {
  double customers = 0;                                    ///< weight of the rows that count
  std::size_t left_out = 0;                                ///< rows whose forecast or actual number is NaN or infinite
  double predicted = 0;                                    ///< total
  double actual = 0;                                       ///< total
  double bias = std::numeric_limits<double>::quiet_NaN();  ///< mean of predicted - actual
  double mae = std::numeric_limits<double>::quiet_NaN();   ///< mean of |predicted - actual|
  double rmse = std::numeric_limits<double>::quiet_NaN();  ///< root of the mean of (predicted - actual)^2
  double correlation = std::numeric_limits<double>::quiet_NaN();  ///< Pearson's; NaN where a column has no spread
};

/// Some customers together: totals of what was forecast and of what came.
struct forecast_group {
  double customers = 0;
  double predicted = 0;
  double actual = 0;
};

/// One group of those that the ranking makes, from the highest forecast down.
struct forecast_rank {
  forecast_group group;
  double gain = std::numeric_limits<double>::quiet_NaN();  ///< share of all that came which this and better groups hold
  double lift = std::numeric_limits<double>::quiet_NaN();  ///< gain over the share of customers in them: 1 is no skill
};

namespace detail {

inline void require_forecast(const forecast_columns& f) {
  require_equal_length(f.predicted.size(), "predicted", f.actual.size(), "actual");
  if (!f.weight.empty()) require_equal_length(f.predicted.size(), "predicted", f.weight.size(), "weights");
  for (std::size_t i = 0; i < f.weight.size(); ++i)
    if (!(f.weight[i] >= 0) || !numeric::is_finite(f.weight[i]))
      throw data_error("row " + std::to_string(i + 1) + ", weight: A weight must be a finite number from 0 up.");
}

/// Σ weight × term(i) over the rows that count, in blocks.
template <class Term>
[[nodiscard]] double weighted_sum(const forecast_columns& f, Term&& term) {
  double all = 0;
  numeric::for_blocks(f.size(), {}, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    double part = 0;
    for (std::size_t i = first; i < last; ++i)
      if (const double w = f.weight_of(i); w > 0) part += w * term(i);
    all += part;
  });
  return all;
}

/// Customers with one and the same key as one group, the largest key first: what a ranking cannot tell apart it must
/// not be thanked or blamed for. The same bits in any order of the rows.
[[nodiscard]] inline std::vector<forecast_group> ranked(const forecast_columns& f, std::span<const double> key) {
  std::vector<std::tuple<double, double, double, double>> rows;  // -key, actual, predicted, weight
  rows.reserve(f.size());
  for (std::size_t i = 0; i < f.size(); ++i)
    if (const double w = f.weight_of(i); w > 0) rows.emplace_back(-key[i], f.actual[i], f.predicted[i], w);
  std::sort(rows.begin(), rows.end());
  std::vector<forecast_group> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [minus_key, actual, predicted, w] = rows[i];
    if (i == 0 || minus_key != std::get<0>(rows[i - 1])) out.emplace_back();
    out.back().customers += w;
    out.back().predicted += w * predicted;
    out.back().actual += w * actual;
  }
  return out;
}

/// Gini's coefficient of what came, with the customers in a given order: Σ (N - 2 before - own) actual / (N total).
[[nodiscard]] inline double concentration_index(const std::vector<forecast_group>& order) noexcept {
  double customers = 0;
  double total = 0;
  for (const forecast_group& g : order) customers += g.customers, total += g.actual;
  double before = 0;
  double sum = 0;
  for (const forecast_group& g : order) {
    sum += (customers - 2 * before - g.customers) * g.actual;
    before += g.customers;
  }
  return sum / customers / total;
}

}  // namespace detail

/// Totals, bias, mean absolute error, root of the mean square, correlation, all by weight. Same-bits for one order of
/// the rows; relative error <= 1e-12 where predicted - actual does not cancel. Throws contract_error where lengths
/// differ, data_error for a weight that is negative or not finite.
[[nodiscard]] inline forecast_errors errors_of(const forecast_columns& f) {
  detail::require_forecast(f);
  forecast_errors out;
  for (std::size_t i = 0; i < f.size(); ++i)
    out.left_out += !(numeric::is_finite(f.predicted[i]) && numeric::is_finite(f.actual[i]));
  out.customers = detail::weighted_sum(f, [](std::size_t) { return 1.0; });
  if (!(out.customers > 0)) return out;
  const double n = out.customers;
  out.predicted = detail::weighted_sum(f, [&](std::size_t i) { return f.predicted[i]; });
  out.actual = detail::weighted_sum(f, [&](std::size_t i) { return f.actual[i]; });
  out.bias = (out.predicted - out.actual) / n;
  const auto off = [&](std::size_t i) { return f.predicted[i] - f.actual[i]; };
  out.mae = detail::weighted_sum(f, [&](std::size_t i) { return std::fabs(off(i)); }) / n;
  out.rmse = std::sqrt(detail::weighted_sum(f, [&](std::size_t i) { return off(i) * off(i); }) / n);
  const double p = out.predicted / n;
  const double a = out.actual / n;
  const auto cross = [&](std::span<const double> u, double mean_u, std::span<const double> v, double mean_v) {
    return detail::weighted_sum(f, [&](std::size_t i) { return (u[i] - mean_u) * (v[i] - mean_v); });
  };
  const double pp = cross(f.predicted, p, f.predicted, p);
  const double aa = cross(f.actual, a, f.actual, a);
  const double pa = cross(f.predicted, p, f.actual, a);
  const auto spread = [n](double square, double mean) { return square > 1e-28 * n * mean * mean; };
  if (spread(pp, p) && spread(aa, a)) out.correlation = pa / pp * std::sqrt(pp / aa);
  return out;
}

/// Gini's coefficient of what came with the customers in the order of the forecast, over that in their own order: 1 for
/// a perfect order, 0 for one that knows nothing, below 0 for a misleading one. Customers with equal forecasts count as
/// in the mean over every order of theirs. Only the order of the forecasts matters. undefined where an actual number is
/// negative, all are 0 or all are alike. Same-bits in any order of the rows; error <= 1e-12 / (Gini of what came), to
/// 1e7 rows. Throws as errors_of.
[[nodiscard]] inline answer normalized_gini(const forecast_columns& f) {
  detail::require_forecast(f);
  const answer nothing{std::numeric_limits<double>::quiet_NaN(), status::undefined};
  const std::vector<forecast_group> best = detail::ranked(f, f.actual);
  if (best.size() < 2 || best.back().actual < 0 || !(best.front().actual > 0)) return nothing;
  return {detail::concentration_index(detail::ranked(f, f.predicted)) / detail::concentration_index(best), status::ok};
}

/// The customers in `groups` parts of equal size, the highest forecasts first (10: deciles). Customers with equal
/// forecasts are one lump: where a limit falls among them, each part takes its share of the lump, so that no part
/// depends on the order of the rows and each holds exactly 1/groups of the weight. Empty where no row counts; gain and
/// lift are NaN where the actual total is not above 0. Same-bits in any order of the rows. Throws as errors_of, and
/// contract_error for groups outside 1 to 1000.
[[nodiscard]] inline std::vector<forecast_rank> rank_groups(const forecast_columns& f, int groups = 10) {
  detail::require_forecast(f);
  if (groups < 1 || groups > 1000) throw contract_error("groups must be from 1 to 1000");
  const std::vector<forecast_group> order = detail::ranked(f, f.predicted);
  forecast_group all;
  for (const forecast_group& g : order) {
    all.customers += g.customers;
    all.predicted += g.predicted;
    all.actual += g.actual;
  }
  if (!(all.customers > 0)) return {};
  std::vector<forecast_rank> out(static_cast<std::size_t>(groups));
  const auto limit = [&](std::size_t k) {
    return k + 1 == out.size() ? std::numeric_limits<double>::infinity()
                               : all.customers * static_cast<double>(k + 1) / groups;
  };
  std::size_t at = 0;
  double before = 0;
  for (const forecast_group& g : order) {
    const double end = before + g.customers;
    for (double low = before;; ++at) {
      const double high = std::min(end, limit(at));
      const double share = (high - low) / g.customers;
      out[at].group.customers += high - low;
      out[at].group.predicted += share * g.predicted;
      out[at].group.actual += share * g.actual;
      low = high;
      if (end < limit(at)) break;
    }
    before = end;
  }
  double held = 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    held += out[k].group.actual;
    if (!(all.actual > 0)) continue;
    out[k].gain = held / all.actual;
    out[k].lift = out[k].gain * groups / static_cast<double>(k + 1);
  }
  return out;
}

/// Mean over the groups of |mean forecast - mean actual| / mean actual: how far off the groups are, of their own size.
/// NaN where a group saw nothing come. Same-bits.
[[nodiscard]] inline double mean_group_error(std::span<const forecast_rank> ranks) noexcept {
  double sum = 0;
  for (const forecast_rank& r : ranks) {
    if (!(r.group.actual > 0)) return std::numeric_limits<double>::quiet_NaN();
    sum += std::fabs(r.group.predicted - r.group.actual) / r.group.actual;
  }
  return sum / static_cast<double>(ranks.size());
}

/// Totals by bin: bin[i] from 0 to bins - 1, or below 0 for a row that is left out. Same-bits for one order of the
/// rows. Throws as errors_of, and contract_error for a bin beyond the last.
[[nodiscard]] inline std::vector<forecast_group> forecast_by_bin(const forecast_columns& f,
                                                                 std::span<const std::int32_t> bin, std::size_t bins) {
  detail::require_forecast(f);
  require_equal_length(f.size(), "predicted", bin.size(), "bin");
  std::vector<forecast_group> out(bins);
  for (std::size_t i = 0; i < f.size(); ++i) {
    if (bin[i] >= 0 && static_cast<std::size_t>(bin[i]) >= bins)
      throw contract_error("row " + std::to_string(i + 1) + " is in bin " + std::to_string(bin[i]) + " of only " +
                           std::to_string(bins));
    const double w = bin[i] < 0 ? 0.0 : f.weight_of(i);
    if (!(w > 0)) continue;
    forecast_group& g = out[static_cast<std::size_t>(bin[i])];
    g.customers += w;
    g.predicted += w * f.predicted[i];
    g.actual += w * f.actual[i];
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

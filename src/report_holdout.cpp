#include <valorem/model/columns.hpp>
#include <valorem/report/holdout.hpp>
#include <valorem/summary/compress.hpp>

#include <algorithm>
#include <utility>

namespace valorem::inline VALOREM_ABI {
namespace {

/// The weight of each row that every forecaster is judged by; 0 where the model has no expectation.
std::vector<double> weights_of(std::span<const double> expected, const holdout_columns& rows) {
  require_equal_length(rows.histories.x.size(), "frequency", rows.histories.t_x.size(), "recency");
  require_equal_length(rows.histories.x.size(), "frequency", rows.histories.T.size(), "T");
  require_equal_length(rows.histories.x.size(), "frequency", expected.size(), "expected");
  require_equal_length(rows.histories.x.size(), "frequency", rows.length.size(), "holdout_length");
  require_equal_length(rows.histories.x.size(), "frequency", rows.purchases.size(), "holdout_frequency");
  if (!rows.weight.empty()) require_equal_length(expected.size(), "frequency", rows.weight.size(), "weights");
  std::vector<double> out(expected.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool good = check(rows.histories[i]) == status::ok && numeric::is_finite(expected[i]);
    out[i] = !good ? 0.0 : rows.weight.empty() ? 1.0 : rows.weight[i];
  }
  return out;
}

std::vector<forecast_bin> binned(const forecast_columns& f, std::span<const std::int32_t> bin,
                                 std::vector<forecast_bin> bins) {
  const std::vector<forecast_group> groups = forecast_by_bin(f, bin, bins.size());
  for (std::size_t b = 0; b < bins.size(); ++b) bins[b].group = groups[b];
  return bins;
}

forecast_line judged(std::string_view name, const forecast_columns& f) {
  return {std::string(name), errors_of(f), normalized_gini(f).value};
}

}  // namespace

std::vector<forecast_bin> by_frequency(std::span<const double> expected, const holdout_columns& rows, int most) {
  if (most < 1 || most > 1000) throw contract_error("most must be from 1 to 1000");
  const std::vector<double> weight = weights_of(expected, rows);
  std::vector<std::int32_t> bin(weight.size(), -1);
  for (std::size_t i = 0; i < bin.size(); ++i)
    if (weight[i] > 0) bin[i] = static_cast<std::int32_t>(std::min<double>(rows.histories.x[i], most));
  std::vector<forecast_bin> bins;
  for (int n = 0; n <= most; ++n)
    bins.push_back({static_cast<double>(n), n < most ? n + 1.0 : std::numeric_limits<double>::infinity(), {}});
  return binned({expected, rows.purchases, weight}, bin, std::move(bins));
}

std::vector<forecast_bin> by_recency(std::span<const double> expected, const holdout_columns& rows, int bins) {
  if (bins < 1 || bins > 1000) throw contract_error("bins must be from 1 to 1000");
  const std::vector<double> weight = weights_of(expected, rows);
  double last = 0;
  for (std::size_t i = 0; i < weight.size(); ++i)
    if (weight[i] > 0) last = std::max(last, rows.histories.t_x[i]);
  const double width = last / bins;
  std::vector<std::int32_t> bin(weight.size(), -1);
  for (std::size_t i = 0; i < bin.size(); ++i) {
    if (!(weight[i] > 0)) continue;
    const double place = std::min<double>(rows.histories.t_x[i] / width, bins - 1);
    bin[i] = rows.histories.x[i] > 0 ? 1 + static_cast<std::int32_t>(place) : 0;
  }
  std::vector<forecast_bin> out{{0, 0, {}}};
  for (int b = 0; last > 0 && b < bins; ++b) out.push_back({b * width, b + 1 < bins ? (b + 1) * width : last, {}});
  return binned({expected, rows.purchases, weight}, bin, std::move(out));
}

holdout_report report_holdout(std::string_view model, std::vector<double> expected, const holdout_columns& rows,
                              const execution& how) {
  const std::vector<double> weight = weights_of(expected, rows);
  const std::size_t n = weight.size();
  holdout_report out;
  const auto add = [&](std::string_view name, std::span<const double> said) {
    out.forecasts.push_back(judged(name, {said, rows.purchases, weight}));
  };
  add(model, expected);

  const weighted_histories distinct = compress(rows.histories, weight);
  const nbd without_dropout = fit<nbd>({distinct.columns(), distinct.weight}, how).model;
  std::vector<double> said(n);
  expected_purchases(without_dropout, rows.histories, rows.length, said, how);
  add(nbd::model_name, said);
  add("own_count", rows.histories.x);
  for (std::size_t i = 0; i < n; ++i) {
    const history h = rows.histories[i];
    said[i] = h.x == 0 ? 0.0 : h.x / h.T * rows.length[i];
  }
  add("own_rate", said);

  const forecast_columns of_model{expected, rows.purchases, weight};
  out.deciles = rank_groups(of_model);
  out.decile_error = mean_group_error(out.deciles);
  out.by_frequency = by_frequency(expected, rows);
  out.by_recency = by_recency(expected, rows);
  out.expected = std::move(expected);
  return out;
}

holdout_report report_holdout(const summary& s, const fitted_model& m, const execution& how) {
  if (s.holdout_frequency.empty()) throw contract_error("the summary has no holdout: give summarise a calibration_end");
  require_same_units(m.units, s.origin.units);
  const std::vector<double> weight = row_weights(s);
  std::vector<double> expected(s.size());
  std::string_view name;
  std::visit(
      [&]<class M>(const fit_result<M>& fit) {
        name = M::model_name;
        expected_purchases(fit.model, s.histories(), s.holdout_length, expected, how);
      },
      m.purchases);
  return report_holdout(name, std::move(expected), {s.histories(), s.holdout_length, s.holdout_frequency, weight}, how);
}

}  // namespace valorem::inline VALOREM_ABI

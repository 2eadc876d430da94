#include <valorem/numeric/blocks.hpp>
#include <valorem/summary/compress.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace valorem::inline VALOREM_ABI {

namespace {

/// Numbers that make a row, then its weight: ordered as a whole, so equal rows add up their weights in one order.
template <std::size_t N>
using weighted_row = std::array<double, N + 1>;

void check_weights(std::size_t rows, std::span<const double> weights) {
  if (weights.empty()) return;
  require_equal_length(rows, "rows", weights.size(), "weights");
  for (const double w : weights)
    if (!(w >= 0) || !numeric::is_finite(w)) throw contract_error("a weight is negative or not finite");
}

/// Sorts the rows and leaves one of each kind, with the sum of the weights.
template <std::size_t N>
void merge_equal(std::vector<weighted_row<N>>& rows) {
  std::sort(rows.begin(), rows.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (kept != 0 && std::equal(rows[i].begin(), rows[i].begin() + N, rows[kept - 1].begin())) {
      rows[kept - 1][N] += rows[i][N];
    } else {
      rows[kept++] = rows[i];
    }
  }
  rows.resize(kept);
}

template <std::size_t N>
std::vector<double> kept_column(const std::vector<weighted_row<N>>& rows, std::size_t k) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row[k]);
  return out;
}

/// What a model of spend can be fitted to.
bool spends(double x, double mean) {
  return x >= 1 && check({.x = x, .t_x = 1, .T = 1}) == status::ok && mean > 0 && numeric::is_finite(mean);
}

}  // namespace

namespace {

/// Rows of one history that differ in their gaps alone become one row; the gaps' sums are linear in the likelihood.
weighted_histories without_gaps_apart(const std::vector<weighted_row<4>>& rows) {
  weighted_histories out;
  for (const auto& [x, t_x, T, gaps, w] : rows) {
    if (out.size() == 0 || out.x.back() != x || out.t_x.back() != t_x || out.T.back() != T) {
      out.x.push_back(x);
      out.t_x.push_back(t_x);
      out.T.push_back(T);
      out.weight.push_back(0.0);
      out.log_gaps.push_back(0.0);
    }
    out.weight.back() += w;
    out.log_gaps.back() += w * gaps;
  }
  for (std::size_t i = 0; i < out.size(); ++i) out.log_gaps[i] /= out.weight[i];
  return out;
}

weighted_histories compress_with_gaps(const history_columns& rows, std::span<const double> weights,
                                      std::span<const double> log_gaps) {
  require_equal_length(rows.size(), "frequency", log_gaps.size(), "log_gaps");
  std::vector<weighted_row<4>> kept;
  kept.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const history h = rows[i];
    const double w = weights.empty() ? 1 : weights[i];
    if (check(h) != status::ok || check_gaps(h, log_gaps[i]) != status::ok || !(w > 0)) continue;
    kept.push_back({h.x + 0.0, h.t_x + 0.0, h.T + 0.0, log_gaps[i] + 0.0, w});
  }
  merge_equal<4>(kept);
  return without_gaps_apart(kept);
}

}  // namespace

weighted_histories compress(const history_columns& rows, std::span<const double> weights,
                            std::span<const double> log_gaps) {
  require_equal_length(rows.x.size(), "frequency", rows.t_x.size(), "recency");
  require_equal_length(rows.x.size(), "frequency", rows.T.size(), "T");
  check_weights(rows.size(), weights);
  if (!log_gaps.empty()) return compress_with_gaps(rows, weights, log_gaps);
  std::vector<weighted_row<3>> kept;
  kept.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const history h = rows[i];
    const double w = weights.empty() ? 1 : weights[i];
    if (check(h) != status::ok || !(w > 0)) continue;
    kept.push_back({h.x + 0.0, h.t_x + 0.0, h.T + 0.0, w});  // + 0.0: of two zeros the positive one
  }
  merge_equal<3>(kept);
  return {.x = kept_column<3>(kept, 0),
          .t_x = kept_column<3>(kept, 1),
          .T = kept_column<3>(kept, 2),
          .weight = kept_column<3>(kept, 3)};
}

weighted_spends compress_spend(std::span<const double> x, std::span<const double> mean_spend,
                               std::span<const double> weights) {
  require_equal_length(x.size(), "frequency", mean_spend.size(), "monetary_value");
  check_weights(x.size(), weights);
  std::vector<weighted_row<2>> kept;
  kept.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = weights.empty() ? 1 : weights[i];
    if (!spends(x[i], mean_spend[i]) || !(w > 0)) continue;
    kept.push_back({x[i], mean_spend[i], w});
  }
  merge_equal<2>(kept);
  return {.x = kept_column<2>(kept, 0), .mean_spend = kept_column<2>(kept, 1), .weight = kept_column<2>(kept, 2)};
}

weighted_itemised_spends compress_itemised_spend(std::span<const double> x, std::span<const double> mean_spend,
                                                 std::span<const double> sum_log_spend,
                                                 std::span<const double> weights) {
  require_equal_length(x.size(), "frequency", mean_spend.size(), "monetary_value");
  require_equal_length(x.size(), "frequency", sum_log_spend.size(), "log_spend");
  check_weights(x.size(), weights);
  std::vector<weighted_row<3>> kept;
  kept.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = weights.empty() ? 1 : weights[i];
    if (!spends(x[i], mean_spend[i]) || !numeric::is_finite(sum_log_spend[i]) || !(w > 0)) continue;
    kept.push_back({x[i], mean_spend[i], sum_log_spend[i] + 0.0, w});
  }
  merge_equal<3>(kept);
  return {.x = kept_column<3>(kept, 0),
          .mean_spend = kept_column<3>(kept, 1),
          .sum_log_spend = kept_column<3>(kept, 2),
          .weight = kept_column<3>(kept, 3)};
}

}  // namespace valorem::inline VALOREM_ABI

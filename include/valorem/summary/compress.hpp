// Customers with the same numbers become one row with a weight: exact, and the same in any order of the customers.
#ifndef VALOREM_SUMMARY_COMPRESS_HPP
#define VALOREM_SUMMARY_COMPRESS_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/summary/summarise.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Distinct histories, ascending by x, then t_x, then T, and how much each weighs. log_gaps: the weighted mean of
/// Σ ln(gap) over the customers that a row stands for; empty where none were given.
struct weighted_histories {
  std::vector<double> x, t_x, T, weight;
  std::vector<double> log_gaps = {};

  [[nodiscard]] std::size_t size() const noexcept { return x.size(); }
  [[nodiscard]] history_columns columns() const noexcept { return {x, t_x, T}; }
};

/// Distinct pairs of repeat purchases and their mean spend, ascending by x, then spend, and how much each weighs.
struct weighted_spends {
  std::vector<double> x, mean_spend, weight;

  [[nodiscard]] std::size_t size() const noexcept { return x.size(); }
};

/// The same with the sum of the logarithms of her purchases' amounts, ascending by it last.
struct weighted_itemised_spends {
  std::vector<double> x, mean_spend, sum_log_spend, weight;

  [[nodiscard]] std::size_t size() const noexcept { return x.size(); }
};

/// Good histories (check is ok) with a weight above 0; no weights: each row weighs 1. Where log_gaps are given they
/// must be good too (check_gaps is ok). Kind: same-bits in any row order. Throws contract_error for columns of unequal
/// length or a weight that is negative or not finite.
[[nodiscard]] VALOREM_EXPORT weighted_histories compress(const history_columns& rows,
                                                         std::span<const double> weights = {},
                                                         std::span<const double> log_gaps = {});

/// Rows with whole x >= 1 and finite mean spend > 0: the ones that a model of spend can be fitted to. Otherwise as
/// above.
[[nodiscard]] VALOREM_EXPORT weighted_spends compress_spend(std::span<const double> x,
                                                            std::span<const double> mean_spend,
                                                            std::span<const double> weights = {});

/// Of these, the ones with a finite sum_log_spend. Otherwise as above.
[[nodiscard]] VALOREM_EXPORT weighted_itemised_spends compress_itemised_spend(std::span<const double> x,
                                                                              std::span<const double> mean_spend,
                                                                              std::span<const double> sum_log_spend,
                                                                              std::span<const double> weights = {});

/// 1 for each row of a summary whose history is good and some one customer's, 0 for another.
[[nodiscard]] inline std::vector<double> row_weights(const summary& s) {
  std::vector<double> out(s.size(), 1.0);
  for (std::size_t i = 0; i < s.history_status.size(); ++i) out[i] = s.history_status[i] == status::ok ? 1.0 : 0.0;
  return out;
}

/// The same of a summary.
[[nodiscard]] inline weighted_histories compress(const summary& s) {
  return compress(s.histories(), row_weights(s), s.sum_log_gap);
}
[[nodiscard]] inline weighted_spends compress_spend(const summary& s) {
  return s.monetary_value.empty() ? weighted_spends{} : compress_spend(s.frequency, s.monetary_value, row_weights(s));
}
[[nodiscard]] inline weighted_itemised_spends compress_itemised_spend(const summary& s) {
  if (s.sum_log_spend.empty()) return {};
  return compress_itemised_spend(s.frequency, s.monetary_value, s.sum_log_spend, row_weights(s));
}

/// Distinct times of observation, ascending, and how much each weighs.
struct weighted_ages {
  std::vector<double> T, weight;

  [[nodiscard]] std::size_t size() const noexcept { return T.size(); }
};

/// What is asked of a new customer depends on her T alone: once for all who have it. Same-bits in any row order.
[[nodiscard]] inline weighted_ages ages_of(const weighted_histories& rows) {
  std::vector<std::pair<double, double>> all;
  for (std::size_t i = 0; i < rows.size(); ++i) all.emplace_back(rows.T[i], rows.weight[i]);
  std::sort(all.begin(), all.end());
  weighted_ages out;
  for (const auto& [T, weight] : all) {
    if (out.T.empty() || out.T.back() != T) {
      out.T.push_back(T);
      out.weight.push_back(0.0);
    }
    out.weight.back() += weight;
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

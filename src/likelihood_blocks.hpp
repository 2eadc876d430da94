// Which rows a fit of purchases or spend uses, and one block of their log-likelihood, over any number type.
#ifndef VALOREM_SRC_LIKELIHOOD_BLOCKS_HPP
#define VALOREM_SRC_LIKELIHOOD_BLOCKS_HPP

#include "fit_rows.hpp"
#include <valorem/model/fit.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

namespace valorem::inline VALOREM_ABI::detail {

/// Rows of one x in a row share the counts' part of the likelihood, which is dearer than the times' part.
template <template <class> class Basic, class R>
R block_log_likelihood(const Basic<R>& m, std::span<const history> rows, std::span<const double> weight) {
  R total(0.0);
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i;
    double heavy = 0.0;
    for (; end < rows.size() && rows[end].x == rows[i].x; ++end) {
      heavy += weight[end];
      total += weight[end] * log_likelihood_times(m, rows[end]);
    }
    total += heavy * log_likelihood_counts(m, rows[i].x);
    i = end;
  }
  return total;
}

template <template <class> class Basic, class R, class Row>
R plain_block(const Basic<R>& m, std::span<const Row> rows, std::span<const double> weight) {
  R total(0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) total += weight[i] * log_likelihood(m, rows[i]);
  return total;
}

template <class R>
R block_log_likelihood(const basic_gamma_gamma<R>& m, std::span<const spend_history> rows,
                       std::span<const double> weight) {
  return plain_block(m, rows, weight);
}
template <class R>
R block_log_likelihood(const basic_gamma_gamma<R>& m, std::span<const itemised_spend> rows,
                       std::span<const double> weight) {
  return plain_block(m, rows, weight);
}
template <class R>
R block_log_likelihood(const basic_bg_bb<R>& m, std::span<const history> rows, std::span<const double> weight) {
  return plain_block(m, rows, weight);
}

inline constexpr auto blocks = [](const auto& m, auto rows, auto weight) {
  return block_log_likelihood(m, rows, weight);
};

inline usable_rows<history> usable_histories(const weighted_rows& rows,
                                             status (*wanted)(const history&) noexcept = check) {
  const history_columns& h = rows.histories;
  require_equal_length(h.x.size(), "x", h.t_x.size(), "t_x");
  require_equal_length(h.x.size(), "x", h.T.size(), "T");
  return usable<history>(
      h.size(), rows.weight, [&](std::size_t i) { return h[i]; },
      [wanted](const history& row) { return wanted(row) == status::ok; });
}

inline usable_rows<spend_history> usable_spends(std::span<const double> x, std::span<const double> mean,
                                                std::span<const double> weight) {
  require_equal_length(x.size(), "x", mean.size(), "mean");
  return usable<spend_history>(
      x.size(), weight,
      [&](std::size_t i) {
        return spend_history{x[i], mean[i]};
      },
      [](const spend_history& row) { return row.x >= 1 && check(row) == status::ok; });
}

/// Rows of a model with stages, and what their gaps add to the likelihood for each stage above the first.
struct gapped_rows {
  usable_rows<history> data;
  double log_gaps = 0.0;
};
inline gapped_rows usable_gaps(const weighted_rows& rows, bool needed) {
  if (rows.log_gaps.empty() && rows.histories.size() > 0) {
    if (needed)
      throw contract_error("log_gaps: needed for k above 1: the sum of ln(gap) between a customer's purchases");
    return {usable_histories(rows)};
  }
  const history_columns& h = rows.histories;
  require_equal_length(h.x.size(), "x", h.t_x.size(), "t_x");
  require_equal_length(h.x.size(), "x", h.T.size(), "T");
  require_equal_length(h.x.size(), "x", rows.log_gaps.size(), "log_gaps");
  if (!rows.weight.empty()) require_equal_length(h.x.size(), "rows", rows.weight.size(), "weight");
  gapped_rows out;
  std::vector<double> weight(h.size());
  for (std::size_t i = 0; i < h.size(); ++i) {
    const bool good = check(h[i]) == status::ok && check_gaps(h[i], rows.log_gaps[i]) == status::ok;
    weight[i] = good ? (rows.weight.empty() ? 1.0 : rows.weight[i]) : 0.0;
    if (good) out.log_gaps += weight[i] * rows.log_gaps[i];
  }
  out.data = usable_histories({h, weight});
  return out;
}

/// A fit with what the gaps add to its likelihood, times `sign`.
template <class M>
fit_result<M> with_gaps(fit_result<M> fit, const gapped_rows& rows, double sign) {
  const double part = sign * (fit.model.k - 1.0) * rows.log_gaps;
  fit.log_likelihood += part;
  fit.log_posterior += part;
  return fit;
}

inline usable_rows<itemised_spend> usable_itemised_spends(std::span<const double> x, std::span<const double> mean,
                                                          std::span<const double> sum_log,
                                                          std::span<const double> weight) {
  require_equal_length(x.size(), "x", mean.size(), "mean");
  require_equal_length(x.size(), "x", sum_log.size(), "sum_log");
  return usable<itemised_spend>(
      x.size(), weight,
      [&](std::size_t i) {
        return itemised_spend{x[i], mean[i], sum_log[i]};
      },
      [](const itemised_spend& row) { return row.x >= 1 && check(row) == status::ok; });
}

/// The rows that a fit of M uses.
template <class M>
usable_rows<history> usable_for(const weighted_rows& rows) {
  if constexpr (std::is_same_v<M, bg_bb>) return usable_histories(rows, check_periods);
  return usable_histories(rows);
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

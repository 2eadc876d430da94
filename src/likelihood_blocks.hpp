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

/// The rows that a fit of M uses.
template <class M>
usable_rows<history> usable_for(const weighted_rows& rows) {
  if constexpr (std::is_same_v<M, bg_bb>) return usable_histories(rows, check_periods);
  return usable_histories(rows);
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

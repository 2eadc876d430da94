// Which contracts a fit uses, and one block of their log-likelihood, over any number type.
#ifndef VALOREM_SRC_CONTRACT_ROWS_HPP
#define VALOREM_SRC_CONTRACT_ROWS_HPP

#include "fit_rows.hpp"
#include <valorem/model/fit_contracts.hpp>

#include <cstddef>
#include <span>

namespace valorem::inline VALOREM_ABI::detail {

/// One block of rows; all are good.
inline constexpr auto contract_blocks = [](const auto& m, std::span<const contract_history> rows,
                                           std::span<const double> weight) {
  auto total = weight[0] * log_likelihood(m, rows[0]);
  for (std::size_t i = 1; i < rows.size(); ++i) total += weight[i] * log_likelihood(m, rows[i]);
  return total;
};

struct prepared_contracts {
  usable_rows<contract_history> data;
  double leaving;  ///< share of decisions that ended a contract
};

inline prepared_contracts prepare_contracts(const compressed_contracts& rows) {
  const contract_columns columns = rows.columns();
  require_equal_length(rows.duration.size(), "duration", rows.churned.size(), "churned");
  prepared_contracts out{usable<contract_history>(
                             rows.size(), rows.weight, [&](std::size_t i) { return columns[i]; },
                             [](const contract_history& h) { return check(h) == status::ok && h.duration > 0; }),
                         0.0};
  const double decisions = mean_of(out.data, [](const contract_history& h) { return h.duration; });
  out.leaving = mean_of(out.data, [](const contract_history& h) { return h.churned; }) / decisions;
  return out;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

// Ledger: the service return of a whole relationship, from its periods. Pooled and averaged ratios answer differently.
#ifndef VALOREM_LEDGER_LIFETIME_RATIO_HPP
#define VALOREM_LEDGER_LIFETIME_RATIO_HPP

#include <valorem/ledger/ratio.hpp>
#include <valorem/numeric/blocks.hpp>
#include <valorem/status.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <string>

namespace valorem::inline VALOREM_ABI {

/// One customer's periods, summed up. A trouble of one period (missing, invalid, negative_cost) is everyone's here:
/// a sum over the rest would pass for the whole.
struct lifetime_ratio_result {
  answer pooled;          ///< (sum R - sum C) / sum C: the cost-weighted mean of the rho_t
  answer mean_of_ratios;  ///< mean of the rho_t; undefined where some period has none
  answer share_positive;  ///< periods with rho_t > 0 (no cost and revenue above 0 counts) among all periods
  std::size_t n_periods;
  std::size_t n_undefined;  ///< periods without a finite rho_t
};

/// revenue[t] and cost[t] of one customer's periods, money of one currency. Sums run in the order given. No periods:
/// pooled is inactive, the others undefined. Throws contract_error where lengths differ. Same-bits; error of each sum
/// <= n_periods ulp of its largest partial sum.
[[nodiscard]] inline lifetime_ratio_result lifetime_ratio(std::span<const double> revenue,
                                                          std::span<const double> cost) {
  require_equal_length(revenue.size(), "revenue", cost.size(), "cost");
  const std::size_t n = revenue.size();
  double sum_r = 0, sum_c = 0, sum_rho = 0;
  std::size_t undefined = 0, positive = 0;
  status trouble = status::ok;
  for (std::size_t t = 0; t < n; ++t) {
    const answer rho = ratio(revenue[t], cost[t]);
    sum_r += revenue[t];
    sum_c += cost[t];
    sum_rho += rho.value;
    undefined += rho.why != status::ok;
    positive += rho.why == status::ok || rho.why == status::no_cost ? rho.value > 0 : false;
    const bool grave = rho.why == status::missing || rho.why == status::invalid || rho.why == status::negative_cost;
    trouble = grave ? gravest(trouble, rho.why) : trouble;
  }
  const auto spoilt = [](status why) { return answer{std::numeric_limits<double>::quiet_NaN(), why}; };
  lifetime_ratio_result out{spoilt(trouble), spoilt(trouble), spoilt(trouble), n, undefined};
  if (trouble != status::ok) return out;
  const double count = static_cast<double>(n);
  out.pooled = ratio(sum_r, sum_c);
  out.mean_of_ratios = n == 0 || undefined != 0       ? spoilt(status::undefined)
                       : !numeric::is_finite(sum_rho) ? spoilt(status::invalid)
                                                      : answer{sum_rho / count, status::ok};
  out.share_positive = n == 0 ? spoilt(status::undefined) : answer{static_cast<double>(positive) / count, status::ok};
  return out;
}

/// For a table of periods: customer i owns the rows offsets[i] .. offsets[i + 1] - 1 of revenue and cost. Throws
/// contract_error unless offsets has one more entry than out, starts at 0, never falls and ends at the number of rows.
inline void lifetime_ratio(std::span<const double> revenue, std::span<const double> cost,
                           std::span<const std::size_t> offsets, std::span<lifetime_ratio_result> out,
                           const execution& how = {}) {
  require_equal_length(revenue.size(), "revenue", cost.size(), "cost");
  if (offsets.size() != out.size() + 1 || offsets.front() != 0 || offsets.back() != revenue.size())
    throw contract_error("offsets must have one entry more than there are customers, from 0 to the number of rows");
  for (std::size_t i = 0; i < out.size(); ++i)
    if (offsets[i] > offsets[i + 1]) throw contract_error("offsets fall after entry " + std::to_string(i));
  numeric::for_blocks(out.size(), how, [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const std::size_t rows = offsets[i + 1] - offsets[i];
      out[i] = lifetime_ratio(revenue.subspan(offsets[i], rows), cost.subspan(offsets[i], rows));
    }
  });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

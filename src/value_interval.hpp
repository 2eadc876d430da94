// What the parameters leave open of a customer's expected lifetime value: quantiles of it over draws of them.
#ifndef VALOREM_SRC_VALUE_INTERVAL_HPP
#define VALOREM_SRC_VALUE_INTERVAL_HPP

#include <valorem/model/lifetime_value.hpp>
#include <valorem/numeric/blocks.hpp>
#include <valorem/population/quantile.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace valorem::inline VALOREM_ABI::detail {

/// Where a column of intervals goes.
struct value_ends {
  std::span<double> low;
  std::span<double> high;
};

/// Values of one customer under every desk, in `values`. Where a draw leaves the mean of her spend infinite, so is her
/// value.
template <class M>
void values_of(std::span<const desk<M>> desks, const book& in, std::size_t i, std::span<double> values) noexcept {
  const history h = in.histories[i];
  const serving cost{in.per_purchase.empty() ? 0.0 : in.per_purchase[i], in.per_time.empty() ? 0.0 : in.per_time[i]};
  const spend_history spend{h.x, in.mean_spend[i]};
  for (std::size_t d = 0; d < desks.size(); ++d) {
    const bool endless = gravest(check(h), spend_status(desks[d].spend(), spend)) == status::undefined;
    values[d] = endless ? std::numeric_limits<double>::infinity() : desks[d].lifetime_value(h, spend, cost);
  }
}

/// The central share `level` of each customer's expected lifetime values under the pairs of draws; NaN where her value
/// under one of them is. Columns of one length; a room of one value a draw for each block is all that it allocates.
template <class M>
void value_intervals(std::span<const M> models, std::span<const gamma_gamma> spends, const plan& terms, const book& in,
                     double level, const value_ends& out, const execution& how) {
  std::vector<desk<M>> desks;
  desks.reserve(models.size());
  for (std::size_t d = 0; d < models.size(); ++d) desks.push_back(prepare(models[d], spends[d], terms));
  std::vector<double> room(models.size() * numeric::block_count(in.size()));
  const double tail = 0.5 * (1.0 - level);
  numeric::for_blocks(in.size(), how, [&](std::size_t block, std::size_t first, std::size_t last) noexcept {
    const auto values = std::span(room).subspan(block * models.size(), models.size());
    for (std::size_t i = first; i < last; ++i) {
      values_of(std::span<const desk<M>>(desks), in, i, values);
      const bool known = std::none_of(values.begin(), values.end(), [](double v) { return numeric::is_nan(v); });
      if (known) std::sort(values.begin(), values.end());
      out.low[i] = known ? quantile_of_sorted(values, tail) : not_a_value;
      out.high[i] = known ? quantile_of_sorted(values, 1.0 - tail) : not_a_value;
    }
  });
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

// Population: where to cut a column into bands, by distance from the mean or by frequency.
#ifndef VALOREM_POPULATION_FIT_BANDS_HPP
#define VALOREM_POPULATION_FIT_BANDS_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/normal.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/population/bands.hpp>
#include <valorem/population/by_band.hpp>
#include <valorem/population/moments.hpp>
#include <valorem/population/quantile.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Cuts at mean + z sd, sd divided by n - 1: right for a column near the normal curve.
struct z_bands {
  std::vector<double> cuts = {-2, -1, 1, 2};  ///< z: 1 to most_cuts strictly ascending numbers

  /// Cuts that leave given shares of a normal population above them, the largest share first: {0.05} cuts off the top
  /// 5 % at 1.6449. Throws contract_error for a share outside (0, 1). Same-bits.
  [[nodiscard]] static z_bands above(std::span<const double> shares) {
    z_bands out{.cuts = {}};
    for (const double p : shares) {
      if (!(p > 0 && p < 1)) throw contract_error("a share above a cut must lie between 0 and 1, both excluded");
      out.cuts.push_back(z_for_share_above(p));
    }
    return out;
  }
};

/// Cuts that leave given shares of the rows below them, as quantiles() finds them: right for any column.
struct quantile_bands {
  std::vector<double> shares = {0.2, 0.4, 0.6, 0.8};  ///< 1 to most_cuts strictly ascending numbers within (0, 1)
};

namespace detail {

inline void require_ascending_within(std::span<const double> points, double low, double high, const char* what) {
  bool good = !points.empty() && points.size() <= most_cuts;
  for (const double p : points) {
    good = good && p > low && p < high;
    low = p;
  }
  if (!good)
    throw contract_error(std::string(what) + " must be 1 to " + std::to_string(most_cuts) +
                         " strictly ascending numbers within their range");
}

/// Weights that are all zero leave nothing to cut, and are more likely a slip than a wish.
inline void require_some_weight(std::span<const double> weights) {
  for (const double w : weights)
    if (w != 0) return;
  if (!weights.empty()) throw data_error("all weights are 0: nothing to cut into bands");
}

/// Share of a normal population between two z, each tail measured from its own end.
[[nodiscard]] inline double normal_share_between(double low, double high) noexcept {
  return low > 0 ? normal_share_above(low) - normal_share_above(high)
                 : normal_share_above(-high) - normal_share_above(-low);
}

/// Keeps the cuts that lie apart from each other and above `lowest`, and records what the bands were to hold and hold.
/// share_between(a, b): rows expected between two of the points asked for; `least` and `most` are their ends.
template <class Share>
[[nodiscard]] bands settle(std::span<const double> x, std::span<const double> weights, std::span<const double> cuts,
                           double lowest, double least, double most, Share share_between, band_provenance origin,
                           const execution& how) {
  std::vector<double> apart;
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    const bool adds_a_band = cuts[k] > (apart.empty() ? lowest : apart.back());
    (adds_a_band ? origin.kept : origin.merged).push_back(origin.asked[k]);
    if (adds_a_band) apart.push_back(cuts[k]);
  }
  for (std::size_t b = 0; b <= apart.size(); ++b)
    origin.expected.push_back(
        share_between(b == 0 ? least : origin.kept[b - 1], b == apart.size() ? most : origin.kept[b]));

  std::vector<std::int8_t> code(x.size());
  bands(apart).assign(x, code, how);
  const band_totals seen =
      weights.empty() ? count_by_band(code, apart.size() + 1) : sum_by_band(code, apart.size() + 1, weights);
  const double in_a_band = seen.whole - seen.unbanded;
  for (const double total : seen.total)
    origin.observed.push_back(in_a_band > 0 ? total / in_a_band : std::numeric_limits<double>::quiet_NaN());
  return bands(std::move(apart), std::move(origin));
}

}  // namespace detail

/// Fits z bands to a column (a ratio, a value). NaN rows are counted and left out, infinite ones too but for the shares
/// observed. A column without spread becomes one band and says so in origin().reason. Same-bits,
/// with any number of threads. Throws contract_error for bad cuts or lengths, data_error for bad weights.
[[nodiscard]] inline bands fit(const z_bands& wanted, std::span<const double> x, std::span<const double> weights = {},
                               const execution& how = {}) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  detail::require_ascending_within(wanted.cuts, -infinity, infinity, "cuts");
  detail::require_some_weight(weights);
  const moments m = moments_of(x, weights, how);
  const double mean = m.mean(), sd = m.sd_sample();
  const bool measurable = numeric::is_finite(mean) && sd > 0;
  band_provenance origin{.method = band_method::z,
                         .reason = m.n_rows() == 0 ? band_reason::empty
                                   : m.constant()  ? band_reason::constant
                                   : !measurable   ? band_reason::unmeasurable
                                                   : band_reason::fitted,
                         .n_used = m.n_rows(),
                         .n_missing = m.n_missing(),
                         .n_infinite = m.n_infinite(),
                         .mean = mean,
                         .sd = sd,
                         .asked = wanted.cuts};
  std::vector<double> cuts;
  if (origin.reason == band_reason::fitted)
    for (const double z : wanted.cuts) cuts.push_back(mean + z * sd);
  return detail::settle(x, weights, cuts, -infinity, -infinity, infinity, detail::normal_share_between,
                        std::move(origin), how);
}

/// Fits quantile bands. Infinite rows rank like others. A cut that falls on another one, or that no row lies below,
/// adds no band: it is merged, and origin().merged tells. Same-bits. Throws as the other fit does.
[[nodiscard]] inline bands fit(const quantile_bands& wanted, std::span<const double> x,
                               std::span<const double> weights = {}, const execution& how = {}) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  detail::require_ascending_within(wanted.shares, 0, 1, "shares");
  detail::require_some_weight(weights);
  const std::vector<double> cuts = weights.empty() ? quantiles(x, wanted.shares) : quantiles(x, wanted.shares, weights);
  band_provenance origin{.method = band_method::quantile, .asked = wanted.shares};
  double lowest = infinity, highest = -infinity;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!weights.empty() && !(weights[i] > 0)) continue;
    if (numeric::is_nan(x[i])) {
      ++origin.n_missing;
      continue;
    }
    ++(numeric::is_finite(x[i]) ? origin.n_used : origin.n_infinite);
    lowest = std::min(lowest, x[i]);
    highest = std::max(highest, x[i]);
  }
  const bool empty = origin.n_used + origin.n_infinite == 0;
  origin.reason = empty ? band_reason::empty : lowest == highest ? band_reason::constant : band_reason::fitted;
  const std::span<const double> used =
      origin.reason == band_reason::fitted ? std::span(cuts) : std::span<const double>{};
  return detail::settle(
      x, weights, used, lowest, 0, 1, [](double a, double b) { return b - a; }, std::move(origin), how);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

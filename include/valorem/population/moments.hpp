// Population: mean, spread, skewness and weight of the tails of a column, in parts that can be put together.
//
// Merge: Pebay (2008), Sandia report SAND2008-6212; Chan, Golub, LeVeque (1979) for the second moment.
#ifndef VALOREM_POPULATION_MOMENTS_HPP
#define VALOREM_POPULATION_MOMENTS_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/population/moment_block.hpp>
#include <valorem/status.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// What is known of a column. NaN and infinite rows are counted and kept out; a row of weight w stands for w rows, one
/// of weight 0 for none. A statistic that does not exist (no rows, one row and a sample variance, no spread and a
/// skewness) or that doubles cannot hold is NaN, never 0 and never infinite.
struct moments {
  moment_sums sums;

  [[nodiscard]] double n() const noexcept { return sums.n; }  ///< rows, or the sum of their weights
  [[nodiscard]] std::size_t n_rows() const noexcept { return sums.rows; }
  [[nodiscard]] std::size_t n_missing() const noexcept { return sums.missing; }
  [[nodiscard]] std::size_t n_infinite() const noexcept { return sums.infinite; }
  [[nodiscard]] double mean() const noexcept { return known(sums.mean, sums.n > 0); }
  [[nodiscard]] double sum() const noexcept { return known(sums.mean * sums.n, true); }
  [[nodiscard]] double min() const noexcept { return known(sums.min, sums.n > 0); }
  [[nodiscard]] double max() const noexcept { return known(sums.max, sums.n > 0); }
  /// All rows alike (and at least one): no spread to measure.
  [[nodiscard]] bool constant() const noexcept { return sums.n > 0 && sums.min == sums.max; }

  /// Divides by n; the sample form by n - 1, so that weights are counts of rows there.
  [[nodiscard]] double var_pop() const noexcept { return known(sums.M2 / sums.n, sums.n > 0); }
  [[nodiscard]] double var_sample() const noexcept { return known(sums.M2 / (sums.n - 1), sums.n > 1); }
  [[nodiscard]] double sd_pop() const noexcept { return std::sqrt(var_pop()); }
  [[nodiscard]] double sd_sample() const noexcept { return std::sqrt(var_sample()); }
  /// g1 = m3 / m2^1.5 and its adjustment for the sample size, G1 = g1 sqrt(n (n - 1)) / (n - 2).
  [[nodiscard]] double skew_pop() const noexcept {
    const double v = var_pop();
    return known(sums.M3 / sums.n / (v * std::sqrt(v)), v > 0);
  }
  [[nodiscard]] double skew_sample() const noexcept {
    const double n = sums.n;
    return known(skew_pop() * std::sqrt(n * (n - 1)) / (n - 2), n > 2);
  }
  /// Excess: g2 = m4 / m2^2 - 3, and G2 = (n - 1) ((n + 1) g2 + 6) / ((n - 2) (n - 3)).
  [[nodiscard]] double kurt_pop() const noexcept {
    const double v = var_pop();
    return known(sums.M4 / sums.n / (v * v) - 3, v > 0);
  }
  [[nodiscard]] double kurt_sample() const noexcept {
    const double n = sums.n;
    return known((n - 1) * ((n + 1) * kurt_pop() + 6) / ((n - 2) * (n - 3)), n > 3);
  }
  /// Sarle's coefficient, (G1^2 + 1) / (G2 + 3 (n - 1)^2 / ((n - 2) (n - 3))); above 5/9 hints at two groups.
  [[nodiscard]] double bimodality_coefficient() const noexcept {
    const double n = sums.n, g = skew_sample();
    return known((g * g + 1) / (kurt_sample() + 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))), n > 3);
  }

 private:
  [[nodiscard]] static double known(double value, bool exists) noexcept {
    return exists && numeric::is_finite(value) ? value : std::numeric_limits<double>::quiet_NaN();
  }
};

/// Two parts of one population as one. Equal to the whole to rounding; merge(a, b) and merge(b, a) likewise. Same-bits.
[[nodiscard]] inline moments merge(const moments& a, const moments& b) noexcept {
  return {merge(a.sums, b.sums)};
}

/// Moments of a column, in its own unit. One order of the rows gives one set of bits with any number of threads.
/// Same-bits; error, with k = max(1, |mean| / sd): mean <= 1e-15 (|mean| + sd); M2 and M4 <= 4e-14 k of themselves, M3
/// <= 4e-14 k of sum |x - mean|^3. Throws contract_error for weights of another length, data_error for a weight that is
/// not a finite number >= 0.
[[nodiscard]] inline moments moments_of(std::span<const double> x, std::span<const double> weights,
                                        const execution& how = {}) {
  if (!weights.empty()) require_equal_length(x.size(), "x", weights.size(), "weights");
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (!(weights[i] >= 0) || !numeric::is_finite(weights[i]))
      throw data_error("row " + std::to_string(i + 1) + ", weight: A weight must be a finite number from 0 up.");
  const auto of_block = [&](std::size_t first, std::size_t last) noexcept {
    return block_moments(x.subspan(first, last - first),
                         weights.empty() ? weights : weights.subspan(first, last - first));
  };
  moment_sums whole;
  if (how.run == nullptr) {
    numeric::for_blocks(x.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      whole = merge(whole, of_block(first, last));
    });
    return {whole};
  }
  std::vector<moment_sums> parts(numeric::block_count(x.size()));
  numeric::for_blocks(x.size(), how, [&](std::size_t block, std::size_t first, std::size_t last) noexcept {
    parts[block] = of_block(first, last);
  });
  for (const moment_sums& part : parts) whole = merge(whole, part);
  return {whole};
}
[[nodiscard]] inline moments moments_of(std::span<const double> x, const execution& how = {}) {
  return moments_of(x, {}, how);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// Population: how many customers, and how much of their revenue or value, each band holds.
#ifndef VALOREM_POPULATION_BY_BAND_HPP
#define VALOREM_POPULATION_BY_BAND_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/population/bands.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// A quantity of the whole population, band by band.
struct band_totals {
  std::vector<double> total;  ///< one for each band, the lowest first
  std::vector<double> share;  ///< total / whole; NaN where whole is not above 0
  double unbanded = 0;        ///< of rows whose code is missing_band
  double unbanded_share = std::numeric_limits<double>::quiet_NaN();
  double whole = 0;          ///< all bands and the unbanded
  std::size_t left_out = 0;  ///< rows whose amount is NaN or infinite: in no total
};

namespace detail {

template <class Amount>
[[nodiscard]] band_totals total_by_band(std::span<const std::int8_t> code, std::size_t n_bands, Amount amount) {
  if (n_bands == 0 || n_bands > most_cuts + 1)
    throw contract_error("there must be 1 to " + std::to_string(most_cuts + 1) + " bands");
  for (std::size_t i = 0; i < code.size(); ++i)
    if (code[i] < missing_band || (code[i] >= 0 && static_cast<std::size_t>(code[i]) >= n_bands))
      throw contract_error("row " + std::to_string(i + 1) + " is in band " + std::to_string(code[i]) + " of only " +
                           std::to_string(n_bands));
  band_totals out;
  std::array<double, most_cuts + 2> sum{};  // place 0: the unbanded
  numeric::for_blocks(code.size(), {}, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    std::array<double, most_cuts + 2> part{};
    for (std::size_t i = first; i < last; ++i) {
      const double a = amount(i);
      const bool good = numeric::is_finite(a);
      part[static_cast<std::size_t>(code[i] + 1)] += good ? a : 0.0;
      out.left_out += !good;
    }
    for (std::size_t b = 0; b <= n_bands; ++b) sum[b] += part[b];
  });
  out.unbanded = sum[0];
  out.total.assign(sum.begin() + 1, sum.begin() + 1 + static_cast<std::ptrdiff_t>(n_bands));
  for (std::size_t b = 0; b <= n_bands; ++b) out.whole += sum[b];
  const auto share = [&](double total) {
    return out.whole > 0 ? total / out.whole : std::numeric_limits<double>::quiet_NaN();
  };
  for (const double total : out.total) out.share.push_back(share(total));
  out.unbanded_share = share(out.unbanded);
  return out;
}

}  // namespace detail

/// Customers by band. code as bands::assign gives it. Throws contract_error for a code outside the n_bands. Same-bits.
[[nodiscard]] inline band_totals count_by_band(std::span<const std::int8_t> code, std::size_t n_bands) {
  return detail::total_by_band(code, n_bands, [](std::size_t) noexcept { return 1.0; });
}

/// A column of amounts (revenue, cost, value) by band, summed in blocks of rows in their order. Throws contract_error
/// also where lengths differ. Same-bits; error <= 1e-12 of the sum of absolute amounts, up to 1e8 rows.
[[nodiscard]] inline band_totals sum_by_band(std::span<const std::int8_t> code, std::size_t n_bands,
                                             std::span<const double> amounts) {
  require_equal_length(code.size(), "code", amounts.size(), "amounts");
  return detail::total_by_band(code, n_bands, [amounts](std::size_t i) noexcept { return amounts[i]; });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

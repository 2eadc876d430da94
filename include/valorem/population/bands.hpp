// Population: a column cut into bands. How the cuts were found is kept with them (fit_bands.hpp); here they are
// applied.
#ifndef VALOREM_POPULATION_BANDS_HPP
#define VALOREM_POPULATION_BANDS_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/mask.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// The code of a row that is NaN.
inline constexpr int missing_band = -1;
/// Codes fit one signed byte.
inline constexpr std::size_t most_cuts = 126;

/// How many of the ascending cuts x has reached, so bands are [low, high): a row on a cut belongs above it. NaN gives
/// missing_band; an infinity ranks. Same-bits: compares and adds, no branch.
template <class Cuts>
[[nodiscard]] VALOREM_INLINE int band_of(double x, const Cuts& cuts) noexcept {
  std::int64_t reached = 0;
  for (const double cut : cuts) reached += x >= cut ? 1 : 0;
  return static_cast<int>(static_cast<std::int64_t>(static_cast<std::uint64_t>(reached) | numeric::nan(x)));
}

namespace detail {

/// A known number of cuts stays in registers, and the loop over rows becomes one of vectors.
template <std::size_t N, class Code>
void band_rows_known(std::span<const double> x, std::span<const double> cuts, std::span<Code> code) noexcept {
  std::array<double, N> at;
  std::copy_n(cuts.begin(), N, at.begin());
  for (std::size_t i = 0; i < x.size(); ++i) code[i] = static_cast<Code>(band_of(x[i], at));
}

template <class Code>
void band_rows(std::span<const double> x, std::span<const double> cuts, std::span<Code> code) noexcept {
  const bool done = [&]<std::size_t... N>(std::index_sequence<N...>) {
    return ((cuts.size() == N && (band_rows_known<N>(x, cuts, code), true)) || ...);
  }(std::make_index_sequence<9>{});
  if (done) return;
  for (std::size_t i = 0; i < x.size(); ++i) code[i] = static_cast<Code>(band_of(x[i], cuts));
}

}  // namespace detail

enum class band_method : std::uint8_t { given, z, quantile };

/// "given", "z", "quantile".
[[nodiscard]] constexpr std::string_view name(band_method m) noexcept {
  return m == band_method::given ? "given" : m == band_method::z ? "z" : "quantile";
}

/// Whether there was anything to cut. Where there was not, all rows are one band.
enum class band_reason : std::uint8_t {
  fitted,
  constant,      ///< all rows are equal
  empty,         ///< no row could be used
  unmeasurable,  ///< the spread is too large or too small for doubles (beyond about 1e154, below about 1e-162)
};

/// "fitted", "constant", "empty", "unmeasurable".
[[nodiscard]] constexpr std::string_view name(band_reason r) noexcept {
  constexpr std::array<std::string_view, 4> names{"fitted", "constant", "empty", "unmeasurable"};
  const auto i = static_cast<std::size_t>(r);
  return i < names.size() ? names[i] : std::string_view{"unknown_reason"};
}

/// Where cuts come from: what was asked, what the column held, what came of it.
struct band_provenance {
  band_method method = band_method::given;
  band_reason reason = band_reason::fitted;
  std::size_t n_used = 0;      ///< finite rows
  std::size_t n_missing = 0;   ///< NaN rows: in no band
  std::size_t n_infinite = 0;  ///< they rank (in quantiles too), and stay out of mean and sd
  double mean = std::numeric_limits<double>::quiet_NaN();  ///< z: the centre
  double sd = std::numeric_limits<double>::quiet_NaN();    ///< z: the unit, divided by n - 1
  std::vector<double> asked = {};                          ///< z: cuts in units of sd; quantile: shares below each cut
  std::vector<double> merged = {};    ///< of these, the ones whose cut fell on another's or below every row
  std::vector<double> kept = {};      ///< of these, the ones that made a cut, one for each cut
  std::vector<double> expected = {};  ///< share of rows that each band was to hold; empty for given cuts
  std::vector<double> observed = {};  ///< share that it held when it was fitted, of rows that are in a band
};

/// Cuts in ascending order, names of the bands between them, and where they come from. Immutable; share it freely.
class bands {
 public:
  /// Throws contract_error unless cuts ascend strictly, without NaN, and are at most most_cuts.
  explicit bands(std::vector<double> cuts, band_provenance origin = {})
      : cuts_(std::move(cuts)), origin_(std::move(origin)), names_(names_for(cuts_.size() + 1)) {
    if (cuts_.size() > most_cuts)
      throw contract_error("at most " + std::to_string(most_cuts) + " cuts can be told apart");
    for (std::size_t k = 0; k < cuts_.size(); ++k)
      if (numeric::is_nan(cuts_[k]) || (k > 0 && !(cuts_[k - 1] < cuts_[k])))
        throw contract_error("cuts must ascend strictly; cut " + std::to_string(k + 1) + " does not");
  }

  [[nodiscard]] std::span<const double> cuts() const noexcept { return cuts_; }
  [[nodiscard]] std::size_t size() const noexcept { return cuts_.size() + 1; }  ///< number of bands
  [[nodiscard]] const band_provenance& origin() const noexcept { return origin_; }
  /// "very_low", "low", "mid", "high", "very_high" where there are five bands, else "band_1", "band_2", ...; "missing"
  /// for missing_band, "unknown_band" for any other code.
  [[nodiscard]] std::string_view name(int band) const noexcept {
    if (band == missing_band) return "missing";
    return band >= 0 && static_cast<std::size_t>(band) < names_.size() ? names_[static_cast<std::size_t>(band)]
                                                                       : std::string_view{"unknown_band"};
  }

  /// Band of one row, 0 the lowest. Same-bits, no allocation.
  [[nodiscard]] int assign(double x) const noexcept { return band_of(x, cuts_); }
  /// The same for a column. No allocation. Throws contract_error where lengths differ. Same-bits.
  void assign(std::span<const double> x, std::span<std::int8_t> code, const execution& how = {}) const {
    assign_column(x, code, how);
  }
  void assign(std::span<const double> x, std::span<std::int16_t> code, const execution& how = {}) const {
    assign_column(x, code, how);
  }

 private:
  [[nodiscard]] static std::vector<std::string> names_for(std::size_t count) {
    if (count == 5) return {"very_low", "low", "mid", "high", "very_high"};
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i) names.push_back("band_" + std::to_string(i));
    return names;
  }

  template <class Code>
  void assign_column(std::span<const double> x, std::span<Code> code, const execution& how) const {
    require_equal_length(x.size(), "x", code.size(), "code");
    const std::span<const double> at = cuts_;
    numeric::for_blocks(x.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      detail::band_rows(x.subspan(first, last - first), at, code.subspan(first, last - first));
    });
  }

  std::vector<double> cuts_;
  band_provenance origin_;
  std::vector<std::string> names_;
};

}  // namespace valorem::inline VALOREM_ABI

#endif

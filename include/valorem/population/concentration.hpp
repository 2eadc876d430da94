// Population: how much of the whole the few hold. Gini (1912), Lorenz (1905).
#ifndef VALOREM_POPULATION_CONCENTRATION_HPP
#define VALOREM_POPULATION_CONCENTRATION_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Why a column has no concentration.
enum class concentration_reason : std::uint8_t {
  none,                ///< it has one
  empty,               ///< no finite row
  negative_values,     ///< the measure is meant for amounts from 0 up
  total_not_positive,  ///< all rows are 0
  overflow,            ///< n times the total is beyond doubles
  too_few,             ///< one row, and the sample form asked for
};

/// "none", "empty", "negative_values", "total_not_positive", "overflow", "too_few".
[[nodiscard]] constexpr std::string_view name(concentration_reason r) noexcept {
  constexpr std::array<std::string_view, 6> names{"none",     "empty",  "negative_values", "total_not_positive",
                                                  "overflow", "too_few"};
  const auto i = static_cast<std::size_t>(r);
  return i < names.size() ? names[i] : std::string_view{"unknown_reason"};
}

/// A column's amounts from the smallest to the largest, ready for every measure of concentration. NaN and infinite rows
/// are counted and left out. Takes a copy of the column and sorts it. All measures: same-bits, and the same for any
/// order of the rows.
class concentration {
 public:
  explicit concentration(std::span<const double> x) {
    ascending_.reserve(x.size());
    for (const double v : x) {
      if (numeric::is_finite(v)) {
        ascending_.push_back(v + 0.0);
      } else {
        ++(numeric::is_nan(v) ? missing_ : infinite_);
      }
    }
    std::sort(ascending_.begin(), ascending_.end());
    total_ = sum(0, ascending_.size(), [this](std::size_t i) { return ascending_[i]; });
    reason_ = ascending_.empty()       ? concentration_reason::empty
              : ascending_.front() < 0 ? concentration_reason::negative_values
              : !numeric::is_finite(total_ * static_cast<double>(ascending_.size())) ? concentration_reason::overflow
              : !(total_ > 0) ? concentration_reason::total_not_positive
                              : concentration_reason::none;
  }

  [[nodiscard]] std::size_t n() const noexcept { return ascending_.size(); }
  [[nodiscard]] std::size_t n_missing() const noexcept { return missing_; }
  [[nodiscard]] std::size_t n_infinite() const noexcept { return infinite_; }
  [[nodiscard]] double total() const noexcept { return total_; }
  /// Why the measures below are NaN with status undefined.
  [[nodiscard]] concentration_reason reason() const noexcept { return reason_; }

  /// Half of the mean absolute difference of two customers, over the mean: 0 for equals, 1 - 1/n where one has all.
  /// Error <= 1e-13 of itself, up to 1e8 rows.
  [[nodiscard]] answer gini() const noexcept {
    if (reason_ != concentration_reason::none) return nothing();
    // sum (2i - n - 1) x_i, each row taken together with its mirror row: no term is negative, so nothing cancels.
    const std::size_t n = ascending_.size();
    const double spread = sum(0, n / 2, [this, n](std::size_t i) {
      return static_cast<double>(n - 1 - 2 * i) * (ascending_[n - 1 - i] - ascending_[i]);
    });
    return {spread / total_ / static_cast<double>(n), status::ok};
  }
  /// The same as an estimate from a sample: times n / (n - 1). undefined for one row.
  [[nodiscard]] answer gini_sample() const noexcept {
    if (ascending_.size() < 2) return nothing();
    const double n = static_cast<double>(ascending_.size());
    const answer g = gini();
    return {g.value * (n / (n - 1)), g.why};
  }

  /// Share of the total that the richest `share` of the customers hold; the last of them may be a fraction. 0 <= share
  /// <= 1, else invalid.
  [[nodiscard]] answer top_share(double share) const noexcept {
    if (!(share >= 0 && share <= 1))
      return {std::numeric_limits<double>::quiet_NaN(), numeric::is_nan(share) ? status::missing : status::invalid};
    if (reason_ != concentration_reason::none) return nothing();
    const std::size_t n = ascending_.size();
    const double customers = share * static_cast<double>(n);
    const std::size_t whole = std::min(static_cast<std::size_t>(customers), n);
    double held = sum(0, whole, [this, n](std::size_t i) { return ascending_[n - 1 - i]; });
    if (whole < n) held += (customers - static_cast<double>(whole)) * ascending_[n - 1 - whole];
    return {std::min(held / total_, 1.0), status::ok};
  }

  /// Share of the total that the poorest i + 1 customers hold, for i = 0 .. n - 1; the last is 1. Empty where
  /// undefined.
  [[nodiscard]] std::vector<double> lorenz() const {
    std::vector<double> held;
    if (reason_ != concentration_reason::none) return held;
    held.reserve(ascending_.size());
    double upto = 0;
    for (const double v : ascending_) held.push_back(std::min((upto += v) / total_, 1.0));
    held.back() = 1;
    return held;
  }

 private:
  [[nodiscard]] static answer nothing() noexcept {
    return {std::numeric_limits<double>::quiet_NaN(), status::undefined};
  }
  template <class Term>
  [[nodiscard]] static double sum(std::size_t from, std::size_t to, Term term) noexcept {
    double all = 0;
    numeric::for_blocks(to - from, {}, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      double part = 0;
      for (std::size_t i = first; i < last; ++i) part += term(from + i);
      all += part;
    });
    return all;
  }

  std::vector<double> ascending_;
  std::size_t missing_ = 0, infinite_ = 0;
  double total_ = 0;
  concentration_reason reason_ = concentration_reason::none;
};

/// concentration(x).gini() or gini_sample().
[[nodiscard]] inline answer gini(std::span<const double> x, bool sample = false) {
  const concentration c(x);
  return sample ? c.gini_sample() : c.gini();
}
/// concentration(x).top_share(share).
[[nodiscard]] inline answer top_share(std::span<const double> x, double share) {
  return concentration(x).top_share(share);
}
/// concentration(x).lorenz().
[[nodiscard]] inline std::vector<double> lorenz(std::span<const double> x) {
  return concentration(x).lorenz();
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// Sums of money that do not depend on chance: whole ten-thousandths where the amounts are such, else in a given order.
#ifndef VALOREM_SRC_DECIMAL_SUM_HPP
#define VALOREM_SRC_DECIMAL_SUM_HPP

#include <valorem/version.hpp>

#include <cstdint>
#include <limits>

namespace valorem::inline VALOREM_ABI::detail {

/// A finite number, and the same in ten-thousandths where it is a decimal number with at most four places.
struct decimal {
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
  static constexpr double scale = 1e4;

  double value = 0;
  std::int64_t scaled = 0;

  constexpr decimal() = default;
  explicit constexpr decimal(double v) noexcept : value(v), scaled(none) {
    const double s = v * scale;
    if (!(s > -0x1p45 && s < 0x1p45)) return;
    const auto whole = static_cast<std::int64_t>(s + (s < 0 ? -0.5 : 0.5));
    // A decimal text read as a double and multiplied is off by at most 2^-52 of its size; price times quantity by a bit
    // more. Below 2^45 this never reaches half a unit.
    const double error = s - static_cast<double>(whole);
    const double allowed = static_cast<double>(whole < 0 ? -whole : whole) * 0x1p-50;
    if (error <= allowed && -error <= allowed) scaled = whole;
  }
};

/// Adds decimals. As long as all are whole in ten-thousandths and the sum is exact in a double, the result is the
/// double nearest to the true sum, in whatever order they came; otherwise it is the plain sum in the order in which
/// they came.
class decimal_sum {
 public:
  void add(const decimal& d) noexcept {
    plain_ += d.value;
    if (d.scaled == decimal::none || !exact_) {
      exact_ = false;
      return;
    }
    whole_ += d.scaled;  // |whole_| <= 2^53 before, |scaled| <= 2^45
    exact_ = whole_ >= -limit && whole_ <= limit;
  }
  [[nodiscard]] double value() const noexcept { return divided_by(1); }
  /// The sum over n, rounded once where the sum is exact. n whole, 1 to 1e9.
  [[nodiscard]] double divided_by(double n) const noexcept {
    return exact_ ? static_cast<double>(whole_) / (decimal::scale * n) : plain_ / n;
  }

 private:
  static constexpr std::int64_t limit = std::int64_t{1} << 53;
  double plain_ = 0;
  std::int64_t whole_ = 0;
  bool exact_ = true;
};

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

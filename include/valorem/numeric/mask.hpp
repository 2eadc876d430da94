// Yes and no as 64 bits, as wide as the doubles they are about: a row of selects that compilers turn into vectors.
#ifndef VALOREM_NUMERIC_MASK_HPP
#define VALOREM_NUMERIC_MASK_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <bit>
#include <cstdint>
#include <limits>

namespace valorem::inline VALOREM_ABI::numeric {

// g++ 12 gives up on a loop whose conditions are bools that meet each other; on masks it does not. The tests look at
// the bits, so that neither -ffast-math nor a flush of subnormals to zero in the host changes a status, and they add
// and shift rather than compare, because the oldest x86-64 has no comparison of 64-bit lanes.

/// All ones for yes, zero for no; combines with & | ~.
using mask = std::uint64_t;

inline constexpr std::uint64_t sign_bit = 0x8000'0000'0000'0000ULL;
inline constexpr std::uint64_t infinity_bits = 0x7ff0'0000'0000'0000ULL;

[[nodiscard]] VALOREM_INLINE constexpr mask when(bool yes) noexcept {
  return yes ? ~mask{0} : mask{0};
}
/// Whether the topmost bit is set.
[[nodiscard]] VALOREM_INLINE constexpr mask when_top(std::uint64_t bits) noexcept {
  return 0 - (bits >> 63);
}

[[nodiscard]] VALOREM_INLINE mask zero(double x) noexcept {
  const std::uint64_t magnitude = std::bit_cast<std::uint64_t>(x) & ~sign_bit;
  return when_top(magnitude - 1);  // only 0 - 1 reaches the topmost bit
}
/// Below zero; a NaN with its sign bit set counts too.
[[nodiscard]] VALOREM_INLINE mask negative(double x) noexcept {
  return when_top(std::bit_cast<std::uint64_t>(x)) & ~zero(x);
}
[[nodiscard]] VALOREM_INLINE mask nan(double x) noexcept {
  return when_top((std::bit_cast<std::uint64_t>(x) & ~sign_bit) + (sign_bit - infinity_bits - 1));
}
/// Infinite or NaN.
[[nodiscard]] VALOREM_INLINE mask not_finite(double x) noexcept {
  return when_top((std::bit_cast<std::uint64_t>(x) & infinity_bits) + (sign_bit - infinity_bits));
}

[[nodiscard]] VALOREM_INLINE std::uint64_t pick(mask m, std::uint64_t yes, std::uint64_t no) noexcept {
  return (m & yes) | (~m & no);
}
[[nodiscard]] VALOREM_INLINE double pick(mask m, double yes, double no) noexcept {
  return std::bit_cast<double>(pick(m, std::bit_cast<std::uint64_t>(yes), std::bit_cast<std::uint64_t>(no)));
}
[[nodiscard]] VALOREM_INLINE std::uint64_t pick(mask m, status yes, std::uint64_t no) noexcept {
  return pick(m, static_cast<std::uint64_t>(yes), no);
}

/// The infinity of x's sign.
[[nodiscard]] VALOREM_INLINE double infinity_like(double x) noexcept {
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(x) & sign_bit) | infinity_bits);
}

/// value where code (a status) is ok, NaN elsewhere.
[[nodiscard]] VALOREM_INLINE answer answer_if_ok(double value, std::uint64_t code) noexcept {
  return {pick(when_top(code - 1), value, std::numeric_limits<double>::quiet_NaN()), static_cast<status>(code)};
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

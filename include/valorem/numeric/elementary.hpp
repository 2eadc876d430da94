// exp, expm1, log and log1p of our own: the same bits on every machine, and loops over them vectorise.
#ifndef VALOREM_NUMERIC_ELEMENTARY_HPP
#define VALOREM_NUMERIC_ELEMENTARY_HPP

#include <valorem/numeric/platform.hpp>

#include <bit>
#include <cstdint>
#include <limits>

namespace valorem::inline VALOREM_ABI::numeric {

/// No result of exp, expm1, log or log1p lies further from the exact value than this many units in its last place
/// (2^-1074 where the result is subnormal).
inline constexpr double elementary_ulp_bound = 1.5;

// How it is written: only + - * /, comparisons and integer operations that exist for vectors since SSE2. Both arms of
// every choice are always computed, so a compiler may turn each `?:` into a blend; no arm can trap or index memory.
// Under -ffast-math finite arguments keep the accuracy (4 ulp) but not the bits, and NaN and infinities go astray:
// their rows are told by the bits before they come here. The rounding mode must be to nearest: in others
// exp and log keep twelve digits, but expm1 and log1p lose theirs near 0.
// tests/reference/elementary_coefficients.py prints the coefficients.
namespace detail {

// ln 2 in two pieces: the first has 42 bits, so its product with any exponent of a double is exact.
inline constexpr double ln2_high = 0x1.62e42fefa3000p-1;
inline constexpr double ln2_low = 0x1.3de6af278ece6p-42;
inline constexpr double log2_e = 0x1.71547652b82fep+0;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Adding it to a small number rounds that to an integer k and leaves k + 2046 in the low bits of the sum.
inline constexpr double rounder = 0x1.8p52 + 2046.0;

inline constexpr std::uint64_t one_bits = 0x3ff0'0000'0000'0000ULL;
inline constexpr std::uint64_t sqrt_half_bits = 0x3fe6'a09e'667f'3bcdULL;
inline constexpr std::uint64_t sign_bit = 0x8000'0000'0000'0000ULL;
inline constexpr std::uint64_t exponent_field = 0x7ff0'0000'0000'0000ULL;

VALOREM_INLINE double magnitude(double x) noexcept {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~sign_bit);
}

// value must be +0 or have the sign of x already: this repairs the sign of a zero.
VALOREM_INLINE double with_sign_of(double x, double value) noexcept {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) | (std::bit_cast<std::uint64_t>(x) & sign_bit));
}

// x itself. A host compiled with -ffast-math may otherwise cancel (a + b) - b to a, and the answer with it; there, and
// only there, the value passes through memory.
VALOREM_INLINE double as_written(double x) noexcept {
#if defined(__FAST_MATH__) && defined(__GNUC__)
  asm("" : "+m"(x));
#endif
  return x;
}

// x = k ln 2 + r + r_error with |r| <= ln 2 / 2; k is kept as the bits of k + rounder.
struct reduced_exponent {
  std::uint64_t bits;
  double r;
  double r_error;
};

VALOREM_INLINE reduced_exponent reduce_exponent(double x) noexcept {
  const double shifted = as_written(x * log2_e + rounder);
  const double k = as_written(shifted - rounder);
  const double high = as_written(x - k * ln2_high);
  const double low = k * ln2_low;
  const double r = high - low;
  return {std::bit_cast<std::uint64_t>(shifted), r, (high - r) - low};
}

// e^r - 1 - r for |r| <= ln 2 / 2, within 2^-60 of e^r - 1. Coefficients meet in pairs, then pairs of pairs (Estrin):
// a loop waits for the longest chain of dependent operations, not for their number.
VALOREM_INLINE double exp_tail(double r) noexcept {
  const double z = r * r;
  const double w = z * z;
  const double c2 = 0.5 + 0x1.5555555555555p-3 * r;
  const double c4 = 0x1.5555555555557p-5 + 0x1.11111111106f6p-7 * r;
  const double c6 = 0x1.6c16c16c1577dp-10 + 0x1.a01a01aa3fd96p-13 * r;
  const double c8 = 0x1.a01a01ab13cadp-16 + 0x1.71de052487ab1p-19 * r;
  const double c10 = 0x1.27e4d14428d45p-22 + 0x1.af4a3b4c8b600p-26 * r;
  const double low = c2 + c4 * z;
  const double middle = c6 + c8 * z;
  const double high = c10 + 0x1.1f83e1c58be04p-29 * z;
  return z * (low + w * (middle + w * high));
}

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for normal positive x; anything else gives finite rubbish.
struct reduced_logarithm {
  double k;
  double f;
  std::uint64_t exponent;  // k + 1023 in the place of a double's exponent
};

VALOREM_INLINE reduced_logarithm reduce_logarithm(double x) noexcept {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t raised = bits + (one_bits - sqrt_half_bits);
  const std::uint64_t exponent = raised & (exponent_field | sign_bit);
  // An integer below 2^52 under the exponent of 2^52 is that integer plus 2^52: a conversion SSE2 can do.
  const double k_raised = std::bit_cast<double>((raised >> 52) | 0x4330'0000'0000'0000ULL);
  const double k = as_written(k_raised - (0x1p52 + 1023.0));
  return {k, std::bit_cast<double>(bits - exponent + one_bits) - 1.0, exponent};
}

// k ln 2 + ln(1 + f) + small. With s = f / (2 + f), ln(1 + f) = 2 artanh(s) = f - f^2/2 + s (f^2/2 + s^2 T(s^2)),
// where f is exact and whatever is rounded is small beside it.
VALOREM_INLINE double join_logarithm(double k, double f, double s, double small) noexcept {
  const double z = s * s;
  const double w = z * z;
  const double t0 = 0x1.5555555555594p-1 + 0x1.999999997f71ap-2 * z;
  const double t2 = 0x1.249249423e325p-2 + 0x1.c71c51d335ec5p-3 * z;
  const double t4 = 0x1.746648d55bd70p-3 + 0x1.39a0d0aa96991p-3 * z;
  const double series = (t0 + t2 * w) + (w * w) * (t4 + 0x1.2f0df3023492ep-3 * w);
  const double half_square = 0.5 * f * f;
  const double tail = s * (half_square + z * series) + (k * ln2_low + small);
  return k * ln2_high + (f - (half_square - tail));
}

// e^x - 1 for x in [-700, 710] and not nearer to 0 than 2^-54; else finite rubbish.
VALOREM_INLINE double expm1_within(double x) noexcept {
  const reduced_exponent reduced = reduce_exponent(x);
  const double r = reduced.r;
  const double tail = exp_tail(r) + (reduced.r_error + reduced.r_error * r);
  // Half of the result, (2^(k-1) - 1/2) + 2^(k-1) (r + tail): 2^(k-1) is a double for every k up to 1024. The first
  // term is 0 or not below the second, which makes the error of their sum exact.
  const double scale = std::bit_cast<double>((reduced.bits - 1024) << 52);
  const double whole = scale - 0.5;
  const double part = scale * r;
  const double sum = whole + part;
  const double rest = part - (sum - whole);
  return 2.0 * (sum + (rest + scale * tail));
}

// ln(1 + x) for finite x > -1, but for the sign of -0; else rubbish.
VALOREM_INLINE double log1p_within(double x) noexcept {
  // u + lost = 1 + x exactly, whichever of 1 and x is the larger.
  const double u = as_written(1.0 + x);
  const double x_in_u = as_written(u - 1.0);
  const double lost = as_written(1.0 - (u - x_in_u)) + as_written(x - x_in_u);
  const reduced_logarithm reduced = reduce_logarithm(u);
  const double s = reduced.f / (2.0 + reduced.f);
  // 1 + x = 2^k (1 + f + c) exactly, and ln(1 + f + c) = ln(1 + f) + c / (1 + f); 1 / (1 + f) = (1 - s) / (1 + s) =
  // 1 - 2 s + 2 s^2 - ... is close enough here. Half of it, because 2^(1-k) is a double for every k and 2^-k is not.
  const double twice_c = lost * std::bit_cast<double>(exponent_field - reduced.exponent);
  const double small = twice_c * (0.5 - s + s * s);
  return join_logarithm(reduced.k, reduced.f, s, small);
}

}  // namespace detail

/// e^x. Overflows to infinity above 709.78, underflows gradually to 0 below -745.13; NaN gives NaN.
/// Same bits everywhere; error below elementary_ulp_bound.
[[nodiscard]] VALOREM_INLINE double exp(double x) noexcept {
  const detail::reduced_exponent reduced = detail::reduce_exponent(x);
  const double power = 1.0 + (reduced.r + detail::exp_tail(reduced.r));
  // 2^k in two factors, each within the range of a double: only the last product rounds, if the result is subnormal.
  const std::uint64_t half = reduced.bits >> 1;
  const double first = std::bit_cast<double>(half << 52);
  const double second = std::bit_cast<double>((reduced.bits - half) << 52);
  const double result = detail::as_written(power * first) * second;
  const double not_above = x > 710.0 ? detail::infinity : result;
  return x < -746.0 ? 0.0 : not_above;
}

/// e^x - 1, without cancellation near 0; -0 gives -0, NaN gives NaN.
/// Same bits everywhere; error below elementary_ulp_bound.
[[nodiscard]] VALOREM_INLINE double expm1(double x) noexcept {
  const double not_above = x > 710.0 ? detail::infinity : detail::expm1_within(x);
  const double within = x < -40.0 ? -1.0 : not_above;
  // Halving and doubling would lose a bit of a subnormal x, and the sign of -0.
  return detail::magnitude(x) < 0x1p-54 ? x : within;
}

/// ln x. 0 of either sign gives -infinity, x < 0 and NaN give NaN, infinity gives infinity.
/// Same bits everywhere; error below elementary_ulp_bound.
[[nodiscard]] VALOREM_INLINE double log(double x) noexcept {
  const bool subnormal = x < std::numeric_limits<double>::min();
  const detail::reduced_logarithm reduced = detail::reduce_logarithm(subnormal ? x * 0x1p54 : x);
  const double k = subnormal ? reduced.k - 54.0 : reduced.k;
  const double result = detail::join_logarithm(k, reduced.f, reduced.f / (2.0 + reduced.f), 0.0);
  const double positive = x < detail::infinity ? result : x;
  const double outside = x == 0.0 ? -detail::infinity : detail::not_a_number;
  return x > 0.0 ? positive : outside;
}

/// ln(1 + x), without cancellation near 0; -0 gives -0, -1 gives -infinity, x < -1 and NaN give NaN.
/// Same bits everywhere; error below elementary_ulp_bound.
[[nodiscard]] VALOREM_INLINE double log1p(double x) noexcept {
  const double result = detail::with_sign_of(x, detail::log1p_within(x));
  const double positive = x < detail::infinity ? result : x;
  const double outside = x == -1.0 ? -detail::infinity : detail::not_a_number;
  return x > -1.0 ? positive : outside;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

// The only header that speaks to the compiler rather than to the reader.
#ifndef VALOREM_NUMERIC_PLATFORM_HPP
#define VALOREM_NUMERIC_PLATFORM_HPP

#include <valorem/version.hpp>

#include <bit>
#include <cstdint>

#if defined(__GNUC__)
/// For formulas: they must melt into the loop that calls them, whatever instruction set it is compiled for.
#define VALOREM_INLINE [[gnu::always_inline]] inline
#else
#define VALOREM_INLINE inline
#endif

// A library built as a shared object shows only what carries this mark.
#if defined(VALOREM_SHARED) && defined(__GNUC__)
#define VALOREM_EXPORT [[gnu::visibility("default")]]
#elif defined(VALOREM_SHARED) && defined(_MSC_VER) && defined(VALOREM_BUILDING)
#define VALOREM_EXPORT __declspec(dllexport)
#elif defined(VALOREM_SHARED) && defined(_MSC_VER)
#define VALOREM_EXPORT __declspec(dllimport)
#else
#define VALOREM_EXPORT
#endif

namespace valorem::inline VALOREM_ABI::numeric {

/// NaN test that survives a host compiled with -ffast-math, which folds x != x and std::isnan to false.
[[nodiscard]] VALOREM_INLINE bool is_nan(double x) noexcept {
  return (std::bit_cast<std::uint64_t>(x) & 0x7fff'ffff'ffff'ffffULL) > 0x7ff0'0000'0000'0000ULL;
}

/// Neither NaN nor infinite, by the bits.
[[nodiscard]] VALOREM_INLINE bool is_finite(double x) noexcept {
  return (std::bit_cast<std::uint64_t>(x) & 0x7ff0'0000'0000'0000ULL) != 0x7ff0'0000'0000'0000ULL;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

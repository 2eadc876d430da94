// Doubles side by side, by the compiler's own vectors: the only place in src that asks for them.
#ifndef VALOREM_SRC_LANES_HPP
#define VALOREM_SRC_LANES_HPP

#include <valorem/numeric/platform.hpp>

#include <cstddef>
#include <cstdint>

namespace valorem::inline VALOREM_ABI::detail {

/// As many as fit the widest vector.
inline constexpr std::size_t lane_count = 8;

#if defined(__GNUC__)
#define VALOREM_LANES 1
using lane_doubles = double __attribute__((vector_size(lane_count * sizeof(double))));
using lane_marks = std::int64_t __attribute__((vector_size(lane_count * sizeof(double))));

VALOREM_INLINE bool all(const lane_marks& m) noexcept {
  std::int64_t both = -1;
  for (std::size_t l = 0; l < lane_count; ++l) both &= m[l];
  return both != 0;
}
#else
#define VALOREM_LANES 0
#endif

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

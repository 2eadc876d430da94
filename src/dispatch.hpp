// Chooses the machine code of a column once, high above the formula. The instruction set is part of each function's
// name, so the linker can never give a baseline caller a body that its CPU cannot run.
#ifndef VALOREM_SRC_DISPATCH_HPP
#define VALOREM_SRC_DISPATCH_HPP

#include <valorem/numeric/blocks.hpp>

#include <cstddef>

#if defined(__GNUC__) && defined(__x86_64__)
#define VALOREM_X86 1
#else
#define VALOREM_X86 0
#endif

namespace valorem::inline VALOREM_ABI::detail {

/// Runs rows(first, last), whose call operator must be VALOREM_INLINE, as code for one instruction set.
template <class Rows>
void rows_baseline(const Rows& rows, std::size_t first, std::size_t last) noexcept {
  rows(first, last);
}

#if VALOREM_X86
template <class Rows>
[[gnu::target("avx2")]] void rows_avx2(const Rows& rows, std::size_t first, std::size_t last) noexcept {
  rows(first, last);
}
#if defined(__clang__)
template <class Rows>
[[gnu::target("avx512f,avx512dq,avx512vl")]] void rows_avx512(const Rows& rows, std::size_t first,
                                                              std::size_t last) noexcept {
  rows(first, last);
}
#else
template <class Rows>
[[gnu::target("avx512f,avx512dq,avx512vl,prefer-vector-width=512")]] void rows_avx512(const Rows& rows,
                                                                                      std::size_t first,
                                                                                      std::size_t last) noexcept {
  rows(first, last);
}
#endif
#endif

/// What a wish comes to on this CPU: the best that it has and that does not exceed the wish.
[[nodiscard]] inline instruction_set available(instruction_set wish) noexcept {
#if VALOREM_X86
  const bool avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512 && (wish == instruction_set::automatic || wish == instruction_set::avx512)) return instruction_set::avx512;
  if (__builtin_cpu_supports("avx2") && wish != instruction_set::baseline) return instruction_set::avx2;
#else
  (void)wish;
#endif
  return instruction_set::baseline;
}

/// rows(first, last) for each block of `n` rows.
template <class Rows>
void dispatch_rows(std::size_t n, const execution& how, const Rows& rows) {
  auto* run = &rows_baseline<Rows>;
#if VALOREM_X86
  switch (available(how.isa)) {
    case instruction_set::avx512:
      run = &rows_avx512<Rows>;
      break;
    case instruction_set::avx2:
      run = &rows_avx2<Rows>;
      break;
    default:
      break;
  }
#endif
  numeric::for_blocks(n, how,
                      [&](std::size_t, std::size_t first, std::size_t last) noexcept { run(rows, first, last); });
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

// How a batch is cut into work: fixed blocks of 4,096 rows, so that an answer does not depend on who computes which.
#ifndef VALOREM_NUMERIC_BLOCKS_HPP
#define VALOREM_NUMERIC_BLOCKS_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace valorem::inline VALOREM_ABI {

/// Which machine code a batch kernel of the compiled library runs; every choice gives the same bits.
enum class instruction_set : std::uint8_t { automatic, baseline, avx2, avx512 };

/// Who does the work of a batch. The default is the calling thread alone.
struct execution {
  /// Runs task(data, i) once for each i in [0, tasks), in any order, and returns when all are done. Null: a plain loop.
  void (*run)(const execution& self, std::size_t tasks, void (*task)(void* data, std::size_t i), void* data) = nullptr;
  /// For run alone: a host's pool, or null.
  void* pool = nullptr;
  /// For run alone: how many tasks may run at once.
  unsigned workers = 1;
  instruction_set isa = instruction_set::automatic;
};

/// An execution on `count` threads of its own, started and joined within each call. Needs valorem::compiled.
/// count = 0 counts as 1.
[[nodiscard]] VALOREM_EXPORT execution threads(unsigned count) noexcept;

namespace numeric {

inline constexpr std::size_t block_rows = 4096;

[[nodiscard]] constexpr std::size_t block_count(std::size_t rows) noexcept {
  return rows / block_rows + (rows % block_rows != 0 ? 1 : 0);
}

/// Calls f(block, first_row, last_row) for every block of `rows`; f must not throw when more than one worker runs it.
template <class F>
void for_blocks(std::size_t rows, const execution& how, F&& f) {
  struct job {
    F& f;
    std::size_t rows;
  } data{f, rows};
  const auto task = [](void* p, std::size_t i) {
    auto& j = *static_cast<job*>(p);
    j.f(i, i * block_rows, std::min(j.rows, (i + 1) * block_rows));
  };
  const std::size_t blocks = block_count(rows);
  if (how.run != nullptr && blocks > 1) {
    how.run(how, blocks, task, &data);
  } else {
    for (std::size_t i = 0; i < blocks; ++i) task(&data, i);
  }
}

/// Calls f(i) for every i of `items`, each a task of its own: for work that is heavy by the item. f must not throw when
/// more than one worker runs it.
template <class F>
void for_items(std::size_t items, const execution& how, F&& f) {
  const auto task = [](void* p, std::size_t i) { (*static_cast<std::remove_reference_t<F>*>(p))(i); };
  if (how.run != nullptr && items > 1) {
    how.run(how, items, task, &f);
  } else {
    for (std::size_t i = 0; i < items; ++i) f(i);
  }
}

}  // namespace numeric

/// Throws contract_error, naming the two columns, where their lengths differ.
inline void require_equal_length(std::size_t a, const char* name_a, std::size_t b, const char* name_b) {
  if (a != b) {
    throw contract_error(std::string("columns of unequal length: ") + name_a + " has " + std::to_string(a) + " rows, " +
                         name_b + " has " + std::to_string(b));
  }
}

}  // namespace valorem::inline VALOREM_ABI

#endif

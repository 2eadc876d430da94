#include <valorem/numeric/blocks.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace valorem::inline VALOREM_ABI {

execution threads(unsigned count) noexcept {
  if (count <= 1) return {};
  const auto run = [](const execution& self, std::size_t tasks, void (*task)(void*, std::size_t), void* data) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next.fetch_add(1); i < tasks; i = next.fetch_add(1)) task(data, i);
    };
    const std::size_t helpers = std::min<std::size_t>(self.workers, tasks) - 1;
    std::vector<std::jthread> pool;
    pool.reserve(helpers);
    for (std::size_t i = 0; i < helpers; ++i) pool.emplace_back(work);
    work();
  };
  return {.run = run, .pool = nullptr, .workers = count, .isa = instruction_set::automatic};
}

}  // namespace valorem::inline VALOREM_ABI

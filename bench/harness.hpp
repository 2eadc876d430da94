// How a kernel is measured: rows, bytes, a sum of what came out, and a stream over as many bytes beside it.
#ifndef VALOREM_BENCH_HARNESS_HPP
#define VALOREM_BENCH_HARNESS_HPP

#include <valorem/numeric/platform.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Rows that do not fit any cache: a column of doubles takes 16 MiB.
inline constexpr std::size_t many_rows = std::size_t{1} << 21;
/// Rows for kernels that take microseconds each.
inline constexpr std::size_t few_rows = std::size_t{1} << 12;

/// What a kernel touches for each row: columns of eight bytes read, bytes written.
struct traffic {
  std::size_t rows;
  std::size_t columns_read;
  std::size_t bytes_written;

  [[nodiscard]] std::size_t bytes_per_row() const { return 8 * columns_read + bytes_written; }
  [[nodiscard]] std::string stream_name() const {
    return "stream " + std::to_string(8 * columns_read) + "+" + std::to_string(bytes_written) + " B x " +
           std::to_string(rows);
  }
};

/// Rows and bytes a second by thread CPU time, and the checksum. The label names the stream to compare with.
inline void report(benchmark::State& state, const traffic& t, double checksum) {
  const auto all = static_cast<std::int64_t>(t.rows) * static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(all);
  state.SetBytesProcessed(all * static_cast<std::int64_t>(t.bytes_per_row()));
  state.SetLabel(t.stream_name());
  state.counters["checksum"] = checksum;
}

/// Finite values added up: a kernel that did nothing, or something else, shows here.
inline double checksum(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += valorem::numeric::is_finite(v) ? v : 0.0;
  return sum;
}

/// Columns of doubles that streams read and write; touched, so that no page is fresh.
inline std::span<double> scratch(std::size_t column, std::size_t rows) {
  static std::array<std::vector<double>, 8> all;
  if (all[column].size() < rows) all[column].assign(rows, 1.0 + static_cast<double>(column));
  return std::span(all[column]).first(rows);
}

/// The bound: these columns read, these bytes written, block by block, and nothing but an addition of whole numbers,
/// which is what compilers turn into the widest loads.
template <std::size_t Columns>
void stream(benchmark::State& state, const traffic& t) {
  std::array<const double*, Columns> in;
  for (std::size_t c = 0; c < Columns; ++c) in[c] = scratch(c, t.rows).data();
  double* const wide = t.bytes_written >= 8 ? scratch(7, t.rows).data() : nullptr;
  std::vector<std::uint8_t> narrow(t.bytes_written % 8 != 0 ? t.rows : 0);
  const auto row = [&in]<std::size_t... C>(std::size_t i, std::index_sequence<C...>) {
    return (std::bit_cast<std::uint64_t>(in[C][i]) + ...);
  };
  constexpr auto all = std::make_index_sequence<Columns>{};
  std::uint64_t total = 0;
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (std::size_t first = 0; first < t.rows; first += 4096) {
      const std::size_t last = std::min(t.rows, first + 4096);
      if (wide != nullptr) {
        for (std::size_t i = first; i < last; ++i) wide[i] = std::bit_cast<double>(row(i, all));
      } else {
        for (std::size_t i = first; i < last; ++i) sum += row(i, all);
      }
      if (!narrow.empty()) std::memset(narrow.data() + first, static_cast<int>(sum & 1), last - first);
    }
    benchmark::DoNotOptimize(total = sum);
    benchmark::ClobberMemory();
  }
  report(state, t, static_cast<double>(total >> 12));
}

inline void register_stream(const traffic& t) {
  static std::set<std::string> known;
  if (!known.insert(t.stream_name()).second) return;
  benchmark::RegisterBenchmark(t.stream_name().c_str(), [t](benchmark::State& s) {
    switch (t.columns_read) {
      case 1:
        return stream<1>(s, t);
      case 2:
        return stream<2>(s, t);
      case 3:
        return stream<3>(s, t);
      case 4:
        return stream<4>(s, t);
      case 5:
        return stream<5>(s, t);
      default:
        s.SkipWithError("no stream reads so many columns");
    }
  });
}

/// Registers work(), which runs the kernel once over all rows, and its stream. sum() is asked once, at the end. make()
/// makes {work, sum} when the benchmark runs, so that nothing is prepared for one that is filtered out.
template <class Make>
void add(const std::string& name, const traffic& t, Make make) {
  register_stream(t);
  benchmark::RegisterBenchmark(name.c_str(), [t, make](benchmark::State& state) {
    auto [work, sum] = make();
    work();  // outputs touched, caches as they will be
    for (auto _ : state) {
      work();
      benchmark::ClobberMemory();
    }
    report(state, t, sum());
  });
}

}  // namespace bench

#endif

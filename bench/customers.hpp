// Customers to measure with, the stream to measure against, and how a figure is reported.
#ifndef VALOREM_BENCH_CUSTOMERS_HPP
#define VALOREM_BENCH_CUSTOMERS_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/summary/history.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace bench {

/// Columns of n histories drawn from BG/NBD with CDNOW's parameters, ages 1 day to 156 weeks. Deterministic.
struct customers {
  std::vector<double> x, t_x, T, mean_spend, out;

  explicit customers(std::size_t n) : out(n, 1.0) {
    std::mt19937_64 random(1997);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    std::gamma_distribution<double> rates(0.243, 1.0 / 4.414), a(0.793, 1.0), b(2.426, 1.0);
    for (std::size_t i = 0; i < n; ++i) {
      const double age = (1.0 + std::floor(unit(random) * 1091.0)) / 7.0;
      const double rate = rates(random);
      const double ga = a(random), p = ga / (ga + b(random));
      double t = 0, last = 0, count = 0;
      while ((t -= std::log(unit(random)) / rate) < age && count < 1e5) {
        last = t;
        ++count;
        if (unit(random) < p) break;
      }
      x.push_back(count);
      t_x.push_back(last);
      T.push_back(age);
      mean_spend.push_back(count > 0 ? 10.0 + 50.0 * unit(random) : 0.0);
    }
  }
  [[nodiscard]] valorem::history_columns histories() const { return {x, t_x, T}; }
};

/// One set for all benchmarks: 16,384 customers stay in the second-level cache.
inline customers& sample() {
  static customers all(16384);
  return all;
}

/// Rows a second, and a sum of what was computed: a kernel that did nothing would show it.
inline void report(benchmark::State& state, std::size_t rows, std::size_t columns, std::span<const double> result) {
  const auto all = static_cast<std::int64_t>(rows) * static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(all);
  state.SetBytesProcessed(all * static_cast<std::int64_t>(columns * sizeof(double)));
  double sum = 0;
  for (const double v : result) sum += valorem::numeric::is_finite(v) ? v : 0.0;
  state.counters["checksum"] = sum;
}

/// The bound: three columns read, one written, and nothing but an addition.
inline void stream(benchmark::State& state) {
  customers& c = sample();
  const std::size_t n = c.x.size();
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) c.out[i] = c.x[i] + c.t_x[i] + c.T[i];
    benchmark::DoNotOptimize(c.out.data());
    benchmark::ClobberMemory();
  }
  report(state, n, 4, c.out);
}

}  // namespace bench

#endif

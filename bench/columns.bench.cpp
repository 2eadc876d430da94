// Ratio, moments, bands and concentration of whole columns, beside a stream over the same bytes.
#include "customers.hpp"
#include <valorem/ledger.hpp>
#include <valorem/population.hpp>

namespace {

using namespace valorem;

const int registered = [] {
  const auto add = [](const char* name, auto f) { benchmark::RegisterBenchmark(name, f); };
  add("stream of three columns into one", bench::stream);
  add("ratio", [](benchmark::State& s) {
    auto& c = bench::sample();
    std::vector<status> why(c.x.size());
    for (auto _ : s) {
      ratio(c.mean_spend, c.T, c.out, why);
      benchmark::ClobberMemory();
    }
    bench::report(s, c.x.size(), 3, c.out);
  });
  add("moments", [](benchmark::State& s) {
    auto& c = bench::sample();
    double sum = 0;
    for (auto _ : s) benchmark::DoNotOptimize(sum = moments_of(c.T).var_sample());
    bench::report(s, c.x.size(), 1, std::span(&sum, 1));
  });
  add("assign to 5 bands", [](benchmark::State& s) {
    auto& c = bench::sample();
    const bands b(std::vector<double>{10, 40, 80, 120});
    std::vector<std::int8_t> code(c.x.size());
    for (auto _ : s) {
      b.assign(c.T, code);
      benchmark::ClobberMemory();
    }
    const std::vector<double> seen(code.begin(), code.end());
    bench::report(s, c.x.size(), 1, seen);
  });
  add("gini", [](benchmark::State& s) {
    auto& c = bench::sample();
    double g = 0;
    for (auto _ : s) benchmark::DoNotOptimize(g = gini(c.T).value);
    bench::report(s, c.x.size(), 1, std::span(&g, 1));
  });
  return 0;
}();

}  // namespace

BENCHMARK_MAIN();

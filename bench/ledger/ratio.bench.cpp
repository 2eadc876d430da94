// Ratio, score, and ratio with its moments, of whole columns.
#include "harness.hpp"
#include <valorem/ledger.hpp>
#include <valorem/population/moments.hpp>

namespace {

using namespace valorem;

constexpr std::size_t rows = bench::many_rows;

struct amounts {
  std::vector<double> revenue, cost, value;
  std::vector<status> why;

  amounts() : revenue(rows), cost(rows), value(rows), why(rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      const auto mixed = static_cast<double>((i * 2654435761u) % 100003u);
      revenue[i] = mixed / 7;
      cost[i] = i % 1000 == 0 ? 0.0 : 1 + static_cast<double>(i % 977) / 3;  // a few rows without cost
    }
  }
};
amounts& data() {
  static amounts all;
  return all;
}

const int registered = [] {
  const auto sum = [] { return bench::checksum(data().value); };
  bench::add("ratio", {rows, 2, 9}, [=] {
    auto& d = data();
    return std::pair([&d] { ratio(d.revenue, d.cost, d.value, d.why); }, sum);
  });
  bench::add("ratio and its four moments", {rows, 2, 9}, [] {
    auto& d = data();
    auto spread = std::make_shared<double>(0);
    return std::pair(
        [&d, spread] {
          ratio(d.revenue, d.cost, d.value, d.why);
          *spread = moments_of(d.value).kurt_pop();
        },
        [spread] { return *spread; });
  });
  bench::add("score", {rows, 2, 9}, [=] {
    auto& d = data();
    return std::pair([&d] { score(d.revenue, d.cost, 0.25, d.value, d.why); }, sum);
  });
  return 0;
}();

}  // namespace

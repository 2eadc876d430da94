// Moments, assignment to bands, totals by band, quantile bands and Gini of a column.
#include "customers.hpp"
#include <valorem/population.hpp>

namespace {

using namespace valorem;

constexpr std::size_t rows = bench::many_rows;

template <class F>
void add_number(const char* name, F f) {
  bench::add(name, {rows, 1, 0}, [f] {
    const std::span<const double> column = bench::population().T;
    auto value = std::make_shared<double>(0);
    return std::pair([=] { *value = f(column); }, [=] { return *value; });
  });
}

void add_bands(const char* name, std::vector<double> cuts) {
  bench::add(name, {rows, 1, 1}, [cuts] {
    auto code = std::make_shared<std::vector<std::int8_t>>(rows);
    return std::pair([code, b = bands(cuts)] { b.assign(bench::population().T, *code); },
                     [code] {
                       double sum = 0;
                       for (const int c : *code) sum += c;
                       return sum;
                     });
  });
}

const int registered = [] {
  add_number("moments", [](auto column) { return moments_of(column).kurt_pop(); });
  add_number("fit of five z bands", [](auto column) { return fit(z_bands{}, column).cuts()[0]; });
  add_number("fit of five quantile bands", [](auto column) { return fit(quantile_bands{}, column).cuts()[0]; });
  add_number("gini", [](auto column) { return gini(column).value; });
  add_bands("assign to 5 bands", {20, 50, 90, 130});
  add_bands("assign to 8 bands", {20, 40, 60, 80, 100, 120, 140});
  return 0;
}();

}  // namespace

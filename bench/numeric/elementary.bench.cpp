// exp, log, log1p, expm1 of a column, beside the C library's.
#include "harness.hpp"
#include <valorem/numeric/elementary.hpp>

#include <cmath>

namespace {

namespace numeric = valorem::numeric;

template <class F>
void add(const char* name, double from, double to, F f) {
  constexpr std::size_t rows = std::size_t{1} << 14;
  bench::add(name, {rows, 1, 8}, [=] {
    std::vector<double> in(rows);
    for (std::size_t i = 0; i < rows; ++i)
      in[i] = from + (to - from) * static_cast<double>(i) / static_cast<double>(rows);
    const auto out = bench::scratch(6, rows);
    return std::pair(
        [in = std::move(in), out, f] {
          for (std::size_t i = 0; i < in.size(); ++i) out[i] = f(in[i]);
        },
        [out] { return bench::checksum(out); });
  });
}

const int registered = [] {
  add("exp", -50, 50, [](double x) { return numeric::exp(x); });
  add("exp, C library", -50, 50, [](double x) { return std::exp(x); });
  add("expm1", -2, 2, [](double x) { return numeric::expm1(x); });
  add("expm1, C library", -2, 2, [](double x) { return std::expm1(x); });
  add("log", 1e-3, 1e6, [](double x) { return numeric::log(x); });
  add("log, C library", 1e-3, 1e6, [](double x) { return std::log(x); });
  add("log1p", -0.9, 20, [](double x) { return numeric::log1p(x); });
  add("log1p, C library", -0.9, 20, [](double x) { return std::log1p(x); });
  return 0;
}();

}  // namespace

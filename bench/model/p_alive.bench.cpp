// P(alive) of columns on each instruction set (equal checksums: equal bits), and of one customer after another.
#include "customers.hpp"
#include <valorem/model.hpp>

#include <cmath>

namespace {

using namespace valorem;

const bg_nbd bg{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};
const ggompertz_nbd ggompertz{.r = 0.553, .alpha = 10.6, .b = 0.05, .s = 0.6, .beta = 0.5};
const mbg_nbd mbg{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};

template <class M>
void add_column(const std::string& name, const M& m, instruction_set isa) {
  const bench::traffic t{bench::many_rows, 3, 8};
  if (runs_on(isa) != isa && isa != instruction_set::automatic) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [](benchmark::State& s) { s.SkipWithError("this CPU lacks the instruction set"); });
    return;
  }
  bench::add(name, t, [=] {
    const auto in = bench::population().histories(t.rows);
    const auto out = bench::scratch(6, t.rows);
    execution how;
    how.isa = isa;
    return std::pair([=] { p_alive(m, in, out, how); }, [=] { return bench::checksum(out); });
  });
}

template <class F>
void add_each(const std::string& name, F f) {
  const bench::traffic t{bench::few_rows, 3, 8};
  bench::add(name, t, [=] {
    const auto in = bench::population().histories(t.rows);
    const auto out = bench::scratch(6, t.rows);
    return std::pair(
        [=] {
          for (std::size_t i = 0; i < t.rows; ++i) out[i] = f(in[i]);
        },
        [=] { return bench::checksum(out); });
  });
}

/// As it stands in the paper, by the C library: what a program without this one would do.
double by_the_book(const history& h) {
  if (h.x == 0) return 1.0;
  return 1.0 / (1.0 + bg.a / (bg.b + h.x - 1.0) * std::pow((bg.alpha + h.T) / (bg.alpha + h.t_x), bg.r + h.x));
}

const int registered = [] {
  for (const auto& [set, isa] : {std::pair{"baseline", instruction_set::baseline},
                                 {"AVX2", instruction_set::avx2},
                                 {"AVX-512", instruction_set::avx512},
                                 {"dispatched", instruction_set::automatic}}) {
    add_column(std::string("P(alive) BG column [") + set + "]", bg, isa);
  }
  for (const auto& [set, isa] : {std::pair{"baseline", instruction_set::baseline},
                                 {"AVX2", instruction_set::avx2},
                                 {"AVX-512", instruction_set::avx512}}) {
    add_column(std::string("P(alive) MBG column [") + set + "]", mbg, isa);
  }
  add_each("P(alive) BG one by one", [](const history& h) { return p_alive(bg, h); });
  add_each("P(alive) BG one by one, C library's pow", by_the_book);
  add_each("P(alive) MBG one by one", [](const history& h) { return p_alive(mbg, h); });
  add_each("P(alive) GGompertz one by one", [](const history& h) { return p_alive(ggompertz, h); });
  return 0;
}();

}  // namespace

// What a customer costs to value: each verb beside a stream over the same columns.
#include "customers.hpp"
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>
#include <valorem/summary/compress.hpp>

namespace {

using namespace valorem;

const bg_nbd bg{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};
const mbg_nbd mbg{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};
const gamma_gamma spend{.p = 6.25, .q = 3.74, .v = 15.44};

template <class M>
void p_alive_column(benchmark::State& state, const M& m, instruction_set isa) {
  if (runs_on(isa) != isa) {
    state.SkipWithError("this CPU lacks the instruction set");
    return;
  }
  auto& c = bench::sample();
  execution how;
  how.isa = isa;
  for (auto _ : state) {
    p_alive(m, c.histories(), c.out, how);
    benchmark::ClobberMemory();
  }
  bench::report(state, c.x.size(), 4, c.out);
}

/// verb(history) for one customer after another.
template <class Verb>
void each(benchmark::State& state, Verb verb) {
  auto& c = bench::sample();
  const auto all = c.histories();
  const std::size_t rows = 1024;
  for (auto _ : state) {
    for (std::size_t i = 0; i < rows; ++i) c.out[i] = verb(all[i]);
    benchmark::ClobberMemory();
  }
  bench::report(state, rows, 4, std::span(c.out).first(rows));
}

void desk_column(benchmark::State& state, double horizon) {
  auto& c = bench::sample();
  const auto desk = prepare(mbg, spend, {.horizon = horizon, .discount = 0.1, .margin = 0.3});
  const std::size_t rows = 1024;
  const auto part = [&](const std::vector<double>& column) { return std::span(column).first(rows); };
  for (auto _ : state) {
    desk({{part(c.x), part(c.t_x), part(c.T)}, part(c.mean_spend)}, {.lifetime_value = std::span(c.out).first(rows)});
    benchmark::ClobberMemory();
  }
  bench::report(state, rows, 5, std::span(c.out).first(rows));
}

template <class M>
void fit_of(benchmark::State& state) {
  const auto rows = compress(bench::sample().histories());
  double log_likelihood = 0;
  for (auto _ : state) {
    const auto f = fit<M>({rows.columns(), rows.weight});
    log_likelihood = f.log_likelihood;
  }
  state.counters["distinct rows"] = static_cast<double>(rows.size());
  state.counters["checksum"] = log_likelihood;
}

using gradient = numeric::dual<4>;

double with_derivatives(const history& h) {
  const basic_bg_nbd<gradient> m{gradient::variable(bg.r, 0), gradient::variable(bg.alpha, 1),
                                 gradient::variable(bg.a, 2), gradient::variable(bg.b, 3)};
  const gradient l = log_likelihood(m, h);
  return l.v + l.g[0] + l.h[0];
}

const int registered = [] {
  const auto add = [](const char* name, auto f) { benchmark::RegisterBenchmark(name, f); };
  add("stream of three columns into one", bench::stream);
  for (const auto& [name, isa] : {std::pair{"p_alive BG baseline", instruction_set::baseline},
                                  {"p_alive BG AVX2", instruction_set::avx2},
                                  {"p_alive BG AVX-512", instruction_set::avx512}}) {
    add(name, [isa = isa](benchmark::State& s) { p_alive_column(s, bg, isa); });
  }
  add("p_alive MBG best", [](benchmark::State& s) { p_alive_column(s, mbg, runs_on(instruction_set::automatic)); });
  add("p_alive MBG one at a time",
      [](benchmark::State& s) { each(s, [](const history& h) { return p_alive(mbg, h); }); });
  add("expected_purchases BG 52",
      [](benchmark::State& s) { each(s, [](const history& h) { return expected_purchases(given(bg, h), 52.0); }); });
  add("discounted_purchases BG 52", [](benchmark::State& s) {
    each(s, [](const history& h) { return discounted_purchases(given(bg, h), 0.0018, 52.0); });
  });
  add("discounted_purchases BG for ever", [](benchmark::State& s) {
    each(s, [](const history& h) {
      return discounted_purchases(given(bg, h), 0.0018, std::numeric_limits<double>::infinity());
    });
  });
  add("log_likelihood BG",
      [](benchmark::State& s) { each(s, [](const history& h) { return log_likelihood(bg, h); }); });
  add("log_likelihood BG, gradient, Hessian", [](benchmark::State& s) { each(s, with_derivatives); });
  add("pmf BG n=3 52",
      [](benchmark::State& s) { each(s, [](const history& h) { return pmf(given(bg, h), 3, 52.0); }); });
  add("desk MBG 52", [](benchmark::State& s) { desk_column(s, 52); });
  add("desk MBG for ever", [](benchmark::State& s) { desk_column(s, std::numeric_limits<double>::infinity()); });
  add("fit BG", fit_of<bg_nbd>);
  add("fit MBG", fit_of<mbg_nbd>);
  return 0;
}();

}  // namespace

BENCHMARK_MAIN();

// What a horizon costs, spend, and the desk that answers all at once; every_verb.bench.cpp has each verb of each model.
#include "customers.hpp"
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <limits>

namespace {

using namespace valorem;

const bg_nbd bg{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};
const mbg_nbd mbg{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};
const gamma_gamma spend{.p = 6.25, .q = 3.74, .v = 15.44};
constexpr double for_ever = std::numeric_limits<double>::infinity();
constexpr double a_year = 52.0;
constexpr double rate = 0.0018;  // ten per cent a year, by the week

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

void add_desk(const std::string& name, double horizon) {
  const bench::traffic t{bench::few_rows, 4, 8};
  bench::add(name, t, [=] {
    const auto& all = bench::population();
    const auto out = bench::scratch(6, t.rows);
    const book in{all.histories(t.rows), std::span(all.mean_spend).first(t.rows)};
    return std::pair(
        [=, desk = prepare(mbg, spend, {.horizon = horizon, .discount = 0.1, .margin = 0.3})] {
          desk(in, {.lifetime_value = out});
        },
        [=] { return bench::checksum(out); });
  });
}

double with_derivatives(const history& h) {
  using number = numeric::dual<4>;
  const auto v = [](double x, std::size_t i) { return number::variable(x, i); };
  const number l = log_likelihood(basic_bg_nbd<number>{v(bg.r, 0), v(bg.alpha, 1), v(bg.a, 2), v(bg.b, 3)}, h);
  return l.v + l.g[0] + l.h[0];
}

const int registered = [] {
  add_each("E[purchases] BG 52 weeks", [](const history& h) { return expected_purchases(given(bg, h), a_year); });
  add_each("E[purchases] MBG 52 weeks", [](const history& h) { return expected_purchases(given(mbg, h), a_year); });
  add_each("discounted purchases BG 52 weeks",
           [](const history& h) { return discounted_purchases(given(bg, h), rate, a_year); });
  add_each("discounted purchases BG 520 weeks",
           [](const history& h) { return discounted_purchases(given(bg, h), rate, 10 * a_year); });
  add_each("discounted purchases BG for ever",
           [](const history& h) { return discounted_purchases(given(bg, h), rate, for_ever); });
  add_each("pmf BG 3 in 52 weeks", [](const history& h) { return pmf(given(bg, h), 3, a_year); });
  add_each("P(alive) and E[purchases] MBG 52 weeks", [](const history& h) {
    const auto future = given(mbg, h);
    return alive(future) + expected_purchases(future, a_year);
  });
  add_each("P(mean spend <= 50)", [](const history& h) { return spend_cdf(spend, {h.x, 30.0}, 50.0); });
  add_each("quantile of mean spend", [](const history& h) { return spend_quantile(spend, {h.x, 30.0}, 0.9); });
  add_each("P(next purchase <= 50)", [](const history& h) { return next_spend_cdf(spend, {h.x, 30.0}, 50.0); });
  add_each("log-likelihood BG", [](const history& h) { return log_likelihood(bg, h); });
  add_each("log-likelihood BG, gradient, Hessian", with_derivatives);
  add_desk("desk MBG 52 weeks", a_year);
  add_desk("desk MBG 520 weeks", 10 * a_year);
  add_desk("desk MBG for ever", for_ever);
  return 0;
}();

}  // namespace

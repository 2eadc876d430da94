// Every verb of every model of purchases, one customer after another.
#include "customers.hpp"
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using namespace valorem;

constexpr double for_ever = std::numeric_limits<double>::infinity();
constexpr double ahead = 52.0;
constexpr double rate = 0.0018;  // ten per cent a year, by the week

/// The histories as the model can read them: BG/BB counts whole periods, with at most one purchase in each.
template <class M>
history read(const history& h) {
  if constexpr (!std::is_same_v<M, bg_bb>) {
    return h;
  } else {
    const double n = std::floor(h.T);
    const double x = std::min(h.x, std::floor(h.t_x));
    return {x, x == 0 ? 0 : std::floor(h.t_x), n};
  }
}

template <class M>
auto likelihood(const M& m, const history& h) {
  if constexpr (erlang_model<M>) {
    return log_likelihood(m, h, -2.0 * h.x);
  } else {
    return log_likelihood(m, h);
  }
}

template <class M, class F>
void add(const std::string& verb, std::size_t rows, F f) {
  const bench::traffic t{rows, 3, 8};
  bench::add(std::string(M::model_name) + ": " + verb, t, [=] {
    const auto in = bench::population().histories(t.rows);
    const auto out = bench::scratch(6, t.rows);
    return std::pair(
        [=] {
          for (std::size_t i = 0; i < t.rows; ++i) out[i] = f(read<M>(in[i]));
        },
        [=] { return bench::checksum(out); });
  });
}

template <template <class> class Basic>
void add_model(const Basic<double>& m) {
  using M = Basic<double>;
  constexpr std::size_t rows = 256;
  constexpr std::size_t n = parameter_count<M>;
  add<M>("log-likelihood", rows, [m](const history& h) { return likelihood(m, h); });
  add<M>("log-likelihood, gradient, Hessian", rows, [m](const history& h) {
    using number = numeric::dual<n>;
    std::array<number, n> v;
    for (std::size_t i = 0; i < n; ++i) v[i] = number::variable(m.parameters()[i], i);
    const auto moving = alike<Basic<number>>(m, v);
    const number l = likelihood(moving, h);
    return l.v + l.g[0] + l.h[0];
  });
  add<M>("P(alive)", rows, [m](const history& h) { return p_alive(m, h); });
  add<M>("P(alive) in a year", rows, [m](const history& h) { return p_alive(m, h, ahead); });
  add<M>("expected purchases", rows, [m](const history& h) { return expected_purchases(given(m, h), ahead); });
  add<M>("pmf of 3", rows, [m](const history& h) { return pmf(given(m, h), 3, ahead); });
  add<M>("at least 3", rows, [m](const history& h) { return at_least(given(m, h), 3, ahead); });
  add<M>("next purchase, a tenth", rows, [m](const history& h) { return next_purchase_quantile(given(m, h), 0.1); });
  add<M>("predictive interval", rows, [m](const history& h) { return predictive_interval(given(m, h), ahead).high; });
  add<M>("discounted purchases, a year", rows,
         [m](const history& h) { return discounted_purchases(given(m, h), rate, ahead); });
  add<M>("discounted purchases, for ever", rows,
         [m](const history& h) { return discounted_purchases(given(m, h), rate, for_ever); });
  add<M>("discounted lifetime, a year", rows,
         [m](const history& h) { return discounted_lifetime(given(m, h), rate, ahead); });
  add<M>("posterior rates", rows, [m](const history& h) { return posterior(m, h).purchase_rate.mean; });
}

const int registered = [] {
  add_model<basic_nbd>({.r = 0.385, .alpha = 12.072});
  add_model<basic_bg_nbd>({.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426});
  add_model<basic_mbg_nbd>({.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614});
  add_model<basic_bg_cnbd>({.k = 2, .r = 0.8, .alpha = 2.5, .a = 0.891, .b = 1.614});
  add_model<basic_mbg_cnbd>({.k = 3, .r = 0.8, .alpha = 2.5, .a = 0.891, .b = 1.614});
  add_model<basic_pareto_nbd>({.r = 0.553, .alpha = 10.578, .s = 0.606, .beta = 11.669});
  add_model<basic_ggompertz_nbd>({.r = 0.553, .alpha = 10.6, .b = 0.05, .s = 0.6, .beta = 0.5});
  add_model<basic_bg_bb>({.alpha = 1.204, .beta = 0.75, .gamma = 0.657, .delta = 2.783});
  return 0;
}();

}  // namespace

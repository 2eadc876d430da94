// The verbs every purchase model answers, derived once from what it states: its likelihood, its P(alive) and given().
//
// A model M brings   log_likelihood(m, h)   p_alive(m, h)   log_p_alive(m, h)   starting(m)   given(m, h)
// where starting and given return a *future*: what will happen from now on, to a new customer or to this one. A future
// F brings             alive(f)  log_survival(f, t)  expected_purchases(f, t)  discounted_purchases(f, rate, horizon)
//                    discounted_lifetime(f, rate, horizon)  pmf(f, n, t)  at_least(f, n, t)  cdf(f, n, t)
//                    next_purchase_quantile(f, q)
// (That a future is the model afresh at other parameters: docs/formulas.md; Schmittlein, Morrison & Colombo 1987 for
// Pareto/NBD.)
#ifndef VALOREM_MODEL_VERBS_HPP
#define VALOREM_MODEL_VERBS_HPP

#include <valorem/model/parameters.hpp>
#include <valorem/summary/history.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI {

/// A model of repeat purchases: can speak of a new customer and, given her history, of this one.
template <class M>
concept purchase_model = parametric<M> && requires(const M& m, const history& h) {
  log_likelihood(m, h);
  p_alive(m, h);
  log_p_alive(m, h);
  starting(m);
  given(m, h);
};

/// What a customer will do from now on.
template <class F>
concept purchase_future = requires(const F& f, double t) {
  alive(f);
  log_survival(f, t);
  expected_purchases(f, t);
  discounted_purchases(f, t, t);
  discounted_lifetime(f, t, t);
  pmf(f, t, t);
  at_least(f, t, t);
  cdf(f, t, t);
};

/// ln P(alive at T + ahead | history), ahead >= 0. Same-bits.
template <purchase_model M>
[[nodiscard]] auto log_p_alive(const M& m, const history& h, double ahead) {
  return log_survival(given(m, h), ahead);
}

/// P(alive at T + ahead | history), ahead >= 0. Same-bits.
template <purchase_model M>
[[nodiscard]] auto p_alive(const M& m, const history& h, double ahead) {
  return ahead == 0 ? p_alive(m, h) : numeric::exp(log_p_alive(m, h, ahead));
}

/// Expected purchases of a customer who starts now, within t. Same-bits.
template <purchase_model M>
[[nodiscard]] auto expected_purchases(const M& m, double t) {
  return expected_purchases(starting(m), t);
}

/// ∫_0^horizon e^(-rate u) dE[Y(u)] of a customer who starts now; horizon may be infinite. Same-bits.
template <purchase_model M>
[[nodiscard]] auto discounted_purchases(const M& m, double rate, double horizon) {
  return discounted_purchases(starting(m), rate, horizon);
}

/// ∫_0^horizon e^(-rate u) P(alive at u) du of a customer who starts now. Same-bits.
template <purchase_model M>
[[nodiscard]] auto discounted_lifetime(const M& m, double rate, double horizon) {
  return discounted_lifetime(starting(m), rate, horizon);
}

/// P(n purchases within t) of a customer who starts now; n whole, 0 <= n <= max_frequency, t >= 0 finite. Same-bits.
template <purchase_model M>
[[nodiscard]] double pmf(const M& m, double n, double t) {
  return pmf(starting(m), n, t);
}

/// P(at least n purchases within t) of a customer who starts now. Domain as pmf. Same-bits.
template <purchase_model M>
[[nodiscard]] double at_least(const M& m, double n, double t) {
  return at_least(starting(m), n, t);
}

/// P(at most n purchases within t) of a customer who starts now. Domain as pmf. Same-bits.
template <purchase_model M>
[[nodiscard]] double cdf(const M& m, double n, double t) {
  return cdf(starting(m), n, t);
}

/// The time within which a customer who starts now buys again with chance q; infinite where q is more than ever comes.
/// Same-bits.
template <purchase_model M>
[[nodiscard]] double next_purchase_quantile(const M& m, double q) {
  return next_purchase_quantile(starting(m), q);
}

/// How many steps a stepwise sum may take.
inline constexpr double max_discount_steps = 1e5;

/// Σ_{k=1..horizon/step} (E[Y(k step)] - E[Y((k-1) step)]) / (1+rate)^k, rate per step >= 0, horizon may be infinite
/// where rate > 0. NaN where horizon/step exceeds max_discount_steps before the discount factor is negligible.
/// Same-bits.
template <purchase_future F>
[[nodiscard]] double discounted_purchases_stepwise(const F& f, double rate, double horizon, double step) {
  if (!(step > 0) || !(rate >= 0) || !(horizon >= 0)) return not_a_value;
  // The last whole step; a horizon of 52 with steps of 1/7 must not lose one to rounding.
  const double whole = std::floor(horizon / step * (1.0 + 8 * std::numeric_limits<double>::epsilon()));
  const double log_discount = -numeric::log1p(rate);
  const double needed = rate > 0 ? std::min(whole, std::ceil(-45.0 / log_discount)) : whole;
  if (!(needed <= max_discount_steps)) return not_a_value;
  // Summed by parts, all terms positive: Σ_k (d^k - d^(k+1)) E_k + d^(n+1) E_n with d = 1/(1+rate).
  const auto n = static_cast<long>(needed);
  double total = 0.0;
  double last = 0.0;
  for (long k = 1; k <= n; ++k) {
    last = numeric::value_of(expected_purchases(f, step * static_cast<double>(k)));
    total += numeric::exp(log_discount * static_cast<double>(k)) * (rate / (1.0 + rate)) * last;
  }
  return total + numeric::exp(log_discount * static_cast<double>(n + 1)) * last;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// How many purchases to expect of one customer, as an interval: her own chance, and what the parameters leave open.
#ifndef VALOREM_MODEL_PREDICTIVE_INTERVAL_HPP
#define VALOREM_MODEL_PREDICTIVE_INTERVAL_HPP

#include <valorem/model/verbs.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace valorem::inline VALOREM_ABI {

/// From low to high purchases, both included.
struct count_interval {
  double low;
  double high;

  [[nodiscard]] friend bool operator==(const count_interval&, const count_interval&) = default;
};

namespace detail {

/// The smallest whole n in [0, most] with wanted(f(n)), which once true stays true: by doubling, then halving, so in
/// about 2 log2(n) steps. Infinite where there is none, NaN where f is.
template <class F, class Wanted>
[[nodiscard]] double first_count(double most, F f, Wanted wanted) {
  double below = -1.0;
  double above = 0.0;
  for (double step = 1.0;; step *= 2.0) {
    const double p = f(above);
    if (numeric::is_nan(p)) return p;
    if (wanted(p)) break;
    if (above == most) return std::numeric_limits<double>::infinity();
    below = above;
    above = std::min(most, above + step);
  }
  while (above - below > 1.0) {
    const double middle = std::floor(0.5 * (above + below));
    const double p = f(middle);
    if (numeric::is_nan(p)) return p;
    (wanted(p) ? above : below) = middle;
  }
  return above;
}

/// at_most(n) = P(N <= n), more_than(n) = P(N > n).
template <class AtMost, class MoreThan>
[[nodiscard]] count_interval central_counts(double level, AtMost at_most, MoreThan more_than) {
  if (!(level > 0 && level < 1)) throw contract_error("level must lie between 0 and 1, both excluded");
  const double tail = 0.5 * (1.0 - level);
  const count_interval out{first_count(max_frequency, at_most, [tail](double p) { return p > tail; }),
                           first_count(max_frequency - 1.0, more_than, [tail](double p) { return p <= tail; })};
  const bool known = !numeric::is_nan(out.low) && !numeric::is_nan(out.high);
  return known ? out : count_interval{not_a_value, not_a_value};
}

/// The mean of f over the draws, in their order.
template <class M, class F>
[[nodiscard]] double mixed(std::span<const M> draws, F f) {
  double sum = 0.0;
  for (const M& m : draws) sum += f(m);
  return sum / static_cast<double>(draws.size());
}

}  // namespace detail

// The interval of the number N of purchases within t: low is the largest n with P(N < n) <= (1 - level)/2, high the
// smallest with P(N > n) <= (1 - level)/2. No shorter interval leaves so little to either side, and it holds N with a
// chance of at least `level`; of more, for a count cannot split its chances. An end above max_frequency is infinite.
// NaN where pmf is: for a t outside its domain, or a history that is not ok. Throws contract_error for a level outside
// (0, 1). Same-bits.

/// Of a future, at fixed parameters.
template <purchase_future F>
[[nodiscard]] count_interval predictive_interval(const F& f, double t, double level = 0.95) {
  return detail::central_counts(
      level, [&](double n) { return cdf(f, n, t); }, [&](double n) { return at_least(f, n + 1.0, t); });
}

/// Of a customer who starts now.
template <purchase_model M>
[[nodiscard]] count_interval predictive_interval(const M& m, double t, double level = 0.95) {
  return predictive_interval(starting(m), t, level);
}

/// Over equally likely models, as draw_posterior gives them: N is drawn from a model that is drawn first. Throws
/// contract_error where there is none. Takes as many times as long as there are draws.
template <purchase_model M>
[[nodiscard]] count_interval predictive_interval(std::span<const M> draws, double t, double level = 0.95) {
  if (draws.empty()) throw contract_error("draws: there is none");
  return detail::central_counts(
      level, [&](double n) { return detail::mixed(draws, [&](const M& m) { return cdf(starting(m), n, t); }); },
      [&](double n) { return detail::mixed(draws, [&](const M& m) { return at_least(starting(m), n + 1.0, t); }); });
}

/// The same of this customer, whose history each of the models reads for itself.
template <purchase_model M>
[[nodiscard]] count_interval predictive_interval(std::span<const M> draws, const history& h, double t,
                                                 double level = 0.95) {
  if (draws.empty()) throw contract_error("draws: there is none");
  return detail::central_counts(
      level, [&](double n) { return detail::mixed(draws, [&](const M& m) { return cdf(given(m, h), n, t); }); },
      [&](double n) { return detail::mixed(draws, [&](const M& m) { return at_least(given(m, h), n + 1.0, t); }); });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// Does the model fit? Repeat purchases of all customers through time, expected and actual.
#ifndef VALOREM_MODEL_TRACKING_HPP
#define VALOREM_MODEL_TRACKING_HPP

#include <valorem/model/verbs.hpp>
#include <valorem/summary/compress.hpp>
#include <valorem/summary/summarise.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// One row a period, which ends at `time`, counted from the first purchase of the earliest customer.
struct tracking_table {
  std::vector<double> time = {};
  std::vector<double> expected = {}, actual = {};  ///< repeat purchases within the period
  std::vector<double> expected_cumulative = {},
                      actual_cumulative = {};  ///< and up to its end; NaN where the actual is unknown
};

/// Expected repeat purchases of all these customers together up to each time, counted from the first purchase of the
/// earliest: each starts at (largest T) - (her T), and counts E(time - start) from then on (Fader, Hardie & Lee 2005,
/// on tracking plots). times from 0 up and finite, else NaN; of BG/BB whole periods. Same-bits. Throws contract_error
/// for illegal parameters.
template <purchase_model M>
[[nodiscard]] std::vector<double> expected_repeats(const M& m, const weighted_histories& rows,
                                                   std::span<const double> times) {
  require_legal(m);
  const weighted_ages ages = ages_of(rows);
  const auto now = starting(m);
  std::vector<double> out;
  for (const double t : times) {
    double sum = t >= 0 && numeric::is_finite(t) ? 0.0 : not_a_value;
    for (std::size_t i = ages.size(); i-- > 0;) {  // the earliest first
      const double start = ages.T.back() - ages.T[i];
      if (t > start) sum += ages.weight[i] * expected_purchases(now, t - start);
    }
    out.push_back(sum);
  }
  return out;
}

/// Ends of periods of length `every`: every, 2 every, ..., and `until`, which may end a shorter one. Throws
/// contract_error where every is not above 0, until is not finite or there would be more than 1e6 periods.
[[nodiscard]] inline std::vector<double> period_ends(double every, double until) {
  if (!(every > 0) || !numeric::is_finite(every)) throw contract_error("every must be above 0 and finite");
  if (!(until >= 0) || !numeric::is_finite(until)) throw contract_error("until must be from 0 up and finite");
  if (until / every > 1e6) throw contract_error("more than 1e6 periods: take a longer one");
  std::vector<double> out;
  // 78 weeks in steps of 1/7 must not gain a sliver by rounding.
  for (double k = 1; k * every < until * (1 - 1e-12); k += 1) out.push_back(k * every);
  if (until > 0) out.push_back(until);
  return out;
}

namespace detail {

[[nodiscard]] inline std::vector<double> increments(const std::vector<double>& cumulative) {
  std::vector<double> out;
  for (std::size_t i = 0; i < cumulative.size(); ++i)
    out.push_back(i == 0 ? cumulative[i] : cumulative[i] - cumulative[i - 1]);
  return out;
}

}  // namespace detail

/// How many repeat purchases a summary's customers made up to each time, its holdout included, counted as T is: the
/// purchases of the day `time` belong to it. NaN where the summary does not know (a ready table) or did not look so
/// far.
[[nodiscard]] inline std::vector<double> actual_repeats(const summary& s, std::span<const double> times) {
  std::vector<double> out;
  const double known = s.repeats.known_until;
  for (const double asked : times) {
    const double t = asked * (1 + 1e-12);  // k times 1/7 may fall an ulp short of k/7
    double sum = 0;
    for (std::size_t i = 0; i < s.repeats.time.size() && s.repeats.time[i] <= t; ++i) sum += s.repeats.purchases[i];
    out.push_back(t >= 0 && t <= known * (1 + 2e-12) ? sum : not_a_value);
  }
  return out;
}

/// Expected beside actual, period by period, from times that ascend. At the time of the largest T the totals are
/// Σ E(T) and Σ x. Same-bits. Throws contract_error as expected_repeats and where times do not ascend.
template <purchase_model M>
[[nodiscard]] tracking_table tracking(const M& m, const summary& s, std::span<const double> times) {
  for (std::size_t i = 1; i < times.size(); ++i)
    if (!(times[i] > times[i - 1])) throw contract_error("times must ascend strictly");
  tracking_table out{.time = {times.begin(), times.end()},
                     .expected_cumulative = expected_repeats(m, compress(s), times),
                     .actual_cumulative = actual_repeats(s, times)};
  out.expected = detail::increments(out.expected_cumulative);
  out.actual = detail::increments(out.actual_cumulative);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

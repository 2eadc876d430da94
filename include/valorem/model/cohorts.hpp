// Does one model fit all? Early customers against late ones.
#ifndef VALOREM_MODEL_COHORTS_HPP
#define VALOREM_MODEL_COHORTS_HPP

#include <valorem/model/inference.hpp>
#include <valorem/model/verbs.hpp>
#include <valorem/summary/compress.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// One fit to all, and one to either half. Customers are early where their T is above `split`.
template <class M>
struct cohort_comparison {
  double split = not_a_value;            ///< largest T of the late half, in time units
  double first_purchases = not_a_value;  ///< time over which the first purchases spread: largest T less the smallest
  fit_result<M> whole, early, late;
  double horizon = not_a_value;  ///< `split`: a time that both halves saw
  double early_expected =
      not_a_value;  ///< purchases of a new customer within the horizon, as the early half's fit has it
  double late_expected = not_a_value;
  /// Two fits against one, with as many degrees of freedom as parameters: a small p-value says that the halves differ.
  /// NaN where a fit failed.
  likelihood_ratio test{not_a_value, static_cast<int>(parameter_count<M>), not_a_value};
};

namespace detail {

/// The T that parts the weight most evenly, so that neither side is empty; NaN where all T are alike.
[[nodiscard]] inline double middle_age(const weighted_histories& rows) {
  const weighted_ages ages = ages_of(rows);
  double all = 0;
  for (const double w : ages.weight) all += w;
  double upto = 0;
  double best = not_a_value;
  double gap = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < ages.size(); ++i) {
    upto += ages.weight[i];
    if (std::fabs(2 * upto - all) < gap) gap = std::fabs(2 * upto - all), best = ages.T[i];
  }
  return best;
}

}  // namespace detail

/// Whether customers who came early behave as those who came late: the likelihood-ratio test of one fit against two,
/// parted where the first purchases are half done (customers of one T stay together). With many customers a small
/// difference is found too: early_expected and late_expected say how much it matters. Same-bits in any order of the
/// customers. Throws data_error where all have one T, so that there is nothing to part.
template <purchase_model M>
[[nodiscard]] cohort_comparison<M> compare_cohorts(const weighted_histories& rows, const execution& how = {}) {
  cohort_comparison<M> out;
  out.split = detail::middle_age(rows);
  if (numeric::is_nan(out.split)) throw data_error("all customers have one T: there is no early and late half");
  weighted_histories early;
  weighted_histories late;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    weighted_histories& half = rows.T[i] > out.split ? early : late;
    half.x.push_back(rows.x[i]);
    half.t_x.push_back(rows.t_x[i]);
    half.T.push_back(rows.T[i]);
    half.weight.push_back(rows.weight[i]);
    if (!rows.log_gaps.empty()) half.log_gaps.push_back(rows.log_gaps[i]);
  }
  const auto fitted = [&](const weighted_histories& h) { return fit<M>({h.columns(), h.weight, h.log_gaps}, how); };
  out.whole = fitted(rows);
  out.early = fitted(early);
  out.late = fitted(late);
  const auto [least, most] = std::minmax_element(rows.T.begin(), rows.T.end());
  out.first_purchases = *most - *least;
  out.horizon = out.split;
  out.early_expected = expected_purchases(out.early.model, out.horizon);
  out.late_expected = expected_purchases(out.late.model, out.horizon);
  // Either half could take the whole's parameters, so two fits are never worse than one but for a fit that failed.
  const double two = out.early.log_likelihood + out.late.log_likelihood;
  const double one = out.whole.log_likelihood;
  if (numeric::is_finite(two) && two >= one - 1e-8 * std::fabs(one))
    out.test = likelihood_ratio_test(one, two, static_cast<int>(parameter_count<M>));
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// Does the model fit? How many customers bought how often, beside how many the model expects.
#ifndef VALOREM_MODEL_FREQUENCY_TABLE_HPP
#define VALOREM_MODEL_FREQUENCY_TABLE_HPP

#include <valorem/model/verbs.hpp>
#include <valorem/numeric/chi_square.hpp>
#include <valorem/summary/compress.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Place n: customers with n repeat purchases; the last place: with that many or more.
struct frequency_table {
  std::vector<double> expected;
  std::vector<double> actual;
  double chi_square = std::numeric_limits<double>::quiet_NaN();  ///< Pearson's Σ (actual - expected)^2 / expected
  int cells = 0;               ///< that it adds up: a place expected below 5 joins the one before it
  int degrees_of_freedom = 0;  ///< cells - 1 - fitted parameters; NaN p-value where below 1
  double p_value = std::numeric_limits<double>::quiet_NaN();
};

namespace detail {

/// Places from the last one back, joined until each is expected to hold 5 customers (Cochran 1952).
inline void test_frequencies(frequency_table& t, int fitted_parameters) {
  double expected = 0;
  double actual = 0;
  std::vector<std::pair<double, double>> cells;
  for (std::size_t n = t.expected.size(); n-- > 0;) {
    expected += t.expected[n];
    actual += t.actual[n];
    if (expected < 5) continue;
    cells.emplace_back(expected, actual);
    expected = actual = 0;
  }
  if (cells.empty()) return;
  cells.back().first += expected;
  cells.back().second += actual;
  t.chi_square = 0;
  for (const auto& [said, seen] : cells) t.chi_square += (seen - said) * (seen - said) / said;
  t.cells = static_cast<int>(cells.size());
  t.degrees_of_freedom = t.cells - 1 - fitted_parameters;
  t.p_value = chi_square_share_above(t.chi_square, t.degrees_of_freedom);
}

}  // namespace detail

/// Σ over customers of P(n repeat purchases within T), n = 0 .. most - 1 and `most` or more, beside the customers who
/// made them; Pearson's chi-square of the two. fitted_parameters: of the model, 0 where it was not fitted to these
/// rows. The p-value takes customers for independent; where the fit saw the single histories it lies between those of
/// degrees_of_freedom and cells - 1 (Chernoff & Lehmann 1954). Same-bits; error of an expected place <= 1e-11 of the
/// customers. Throws contract_error for illegal parameters, `most` outside 1 to 1000 or negative fitted_parameters.
template <purchase_model M>
[[nodiscard]] frequency_table frequencies(const M& m, const weighted_histories& rows, int most = 7,
                                          int fitted_parameters = static_cast<int>(parameter_count<M>)) {
  require_legal(m);
  if (most < 1 || most > 1000) throw contract_error("most must be from 1 to 1000");
  if (fitted_parameters < 0) throw contract_error("fitted_parameters must not be negative");
  const auto places = static_cast<std::size_t>(most) + 1;
  frequency_table out{.expected = std::vector<double>(places), .actual = std::vector<double>(places)};
  const auto now = starting(m);
  const weighted_ages ages = ages_of(rows);
  for (std::size_t i = 0; i < ages.size(); ++i) {
    for (int n = 0; n < most; ++n) out.expected[static_cast<std::size_t>(n)] += ages.weight[i] * pmf(now, n, ages.T[i]);
    out.expected.back() += ages.weight[i] * at_least(now, most, ages.T[i]);
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.actual[rows.x[i] < most ? static_cast<std::size_t>(rows.x[i]) : places - 1] += rows.weight[i];
  detail::test_frequencies(out, fitted_parameters);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

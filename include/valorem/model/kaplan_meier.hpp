// Kaplan & Meier (1958), J. American Statistical Association 53, 457-481: the survival of contracts as the data show
// it, without a model, to hold one against.
#ifndef VALOREM_MODEL_KAPLAN_MEIER_HPP
#define VALOREM_MODEL_KAPLAN_MEIER_HPP

#include <valorem/model/fit_contracts.hpp>

#include <vector>

namespace valorem::inline VALOREM_ABI {

/// The estimate at each duration t >= 1 that occurs, ascending. A contract last seen running at t renewed for t, so it
/// was at risk there.
struct kaplan_meier_curve {
  std::vector<double> t;         ///< periods
  std::vector<double> at_risk;   ///< weight of the contracts that reached the decision of period t
  std::vector<double> lost;      ///< of these, ended with period t
  std::vector<double> censored;  ///< of these, last seen running at t
  std::vector<double> survival;  ///< Π (1 - lost/at_risk) up to t
  std::vector<double> variance;  ///< Greenwood (1926): survival² Σ lost / (at_risk (at_risk - lost)); NaN at survival 0
  std::vector<double> low;       ///< band of the chosen level, on the scale ln(-ln S); NaN where S is 1 or 0
  std::vector<double> high;
  double level = 0.95;

  [[nodiscard]] std::size_t size() const noexcept { return t.size(); }
  /// The estimate at any time in [0, the last t]: 1 before the first loss; NaN outside, where the data are silent.
  [[nodiscard]] VALOREM_EXPORT double at(double time) const noexcept;
};

/// The curve with its pointwise band (Kalbfleisch & Prentice 1980: S^exp(±z σ), σ² = variance / (S ln S)²). Same-bits
/// in any row order. Throws what compress() throws, contract_error for a level outside (0, 1), data_error where no
/// contract has run a period. Needs valorem::compiled.
[[nodiscard]] VALOREM_EXPORT kaplan_meier_curve kaplan_meier(const compressed_contracts& rows, double level = 0.95);
[[nodiscard]] inline kaplan_meier_curve kaplan_meier(const weighted_contracts& rows, double level = 0.95) {
  return kaplan_meier(compress(rows), level);
}
[[nodiscard]] inline kaplan_meier_curve kaplan_meier(const cohort& group, double level = 0.95) {
  return kaplan_meier(compress(group), level);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

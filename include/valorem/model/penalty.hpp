// What is known of parameters before the data: normal priors on their logarithms, for a fit by maximum a posteriori.
#ifndef VALOREM_MODEL_PENALTY_HPP
#define VALOREM_MODEL_PENALTY_HPP

#include <valorem/model/parameters.hpp>
#include <valorem/numeric/elementary.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// ln(parameter) is normal about ln(centre).
struct log_normal_prior {
  double centre = 1.0;                                  ///< in the parameter's own unit: of α the data's time unit
  double sd = std::numeric_limits<double>::infinity();  ///< of the logarithm, so without unit; infinite: not known

  [[nodiscard]] friend bool operator==(const log_normal_prior&, const log_normal_prior&) = default;
};

/// One for each parameter, in the order of M::parameter_names.
template <parametric M>
using priors_of = std::array<log_normal_prior, parameter_count<M>>;

/// The prior of a parameter by its name; centre above 0, sd above 0, both finite.
struct named_prior {
  std::string parameter;
  double centre;
  double sd;
};

/// What a fit adds to -ln L: Σ (ln θ - ln centre)² / (2 sd²) over the priors given; parameters without one stay free.
/// Or the short form: strength/2 · Σ (ln θ - ln c)² over all parameters, that is sd = 1/√strength, where c is 1 for a
/// pure number, and for a parameter with a unit that power of the rows' mean age T (of Gamma-Gamma: mean spend) which
/// has the same unit. It therefore means the same in weeks and in days. By default neither: maximum likelihood.
struct penalty {
  std::vector<named_prior> priors = {};
  double strength = 0.0;  ///< 0 or above, finite; without unit
};

/// Σ (ln θ - ln centre)² / (2 sd²): what priors take off the log-likelihood. Same-bits.
template <parametric M>
[[nodiscard]] double penalty_at(const priors_of<M>& priors, const M& m) noexcept {
  double total = 0.0;
  const auto p = m.parameters();
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double z = numeric::log(p[i] / priors[i].centre) / priors[i].sd;
    if (numeric::is_finite(priors[i].sd)) total += 0.5 * z * z;
  }
  return total;
}

/// The priors that a penalty means for M, where the rows' own unit is worth `unit`: their mean age, or mean spend.
/// Throws contract_error, naming the parameter and the rule, for a name that M lacks, one given twice, a centre or sd
/// that is not above 0 and finite, a strength that is negative or not finite, and both forms at once.
template <parametric M>
[[nodiscard]] priors_of<M> priors_from(const penalty& what, double unit) {
  const auto positive = [](double x) { return x > 0 && numeric::is_finite(x); };
  if (!(what.strength >= 0) || !numeric::is_finite(what.strength)) {
    throw contract_error("penalty: the strength must be 0 or above and finite");
  }
  if (what.strength > 0 && !what.priors.empty()) {
    throw contract_error("penalty: give priors by name or one strength, not both");
  }
  priors_of<M> out{};
  for (const named_prior& prior : what.priors) {
    std::size_t i = 0;
    std::string known;
    for (; i < out.size() && M::parameter_names[i] != prior.parameter; ++i) {
      known += (i == 0 ? "" : ", ") + std::string(M::parameter_names[i]);
    }
    if (i == out.size()) {
      throw contract_error("penalty: " + std::string(M::model_name) + " has no parameter '" + prior.parameter +
                           "'; it has " + known);
    }
    if (numeric::is_finite(out[i].sd)) throw contract_error("penalty: " + prior.parameter + " is given twice");
    if (!positive(prior.centre) || !positive(prior.sd)) {
      throw contract_error("penalty: centre and standard deviation of " + prior.parameter +
                           " must be above 0 and finite");
    }
    out[i] = {prior.centre, prior.sd};
  }
  for (std::size_t i = 0; what.strength > 0 && i < out.size(); ++i) {
    const int power = M::unit_powers[i];
    out[i] = {power == 0 ? 1.0 : (power > 0 ? unit : 1.0 / unit), 1.0 / std::sqrt(what.strength)};
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

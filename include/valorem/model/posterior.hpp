// What a history says of a customer's own rates: mean and variance of each, as mixtures in which nothing cancels.
//
// Given whether and when she left, the rates are independent and conjugate: Gamma or Beta. Not knowing it mixes these.
// A model brings posterior(m, h), not conditional on being alive.
#ifndef VALOREM_MODEL_POSTERIOR_HPP
#define VALOREM_MODEL_POSTERIOR_HPP

#include <valorem/numeric/elementary.hpp>

namespace valorem::inline VALOREM_ABI {

struct mean_and_variance {
  double mean;
  double variance;
};

/// Of the rate at which she buys while she stays, per time unit (BG/BB: the chance that she buys in a period), and of
/// how she leaves: her chance at each chance to leave, or of Pareto/NBD and GGompertz/NBD her rate of leaving per time
/// unit, of the latter at her first purchase. NBD's customers never leave: 0. All NaN where parameters or history are
/// bad.
struct rate_posterior {
  mean_and_variance purchase_rate;
  mean_and_variance dropout;
};

namespace detail {

[[nodiscard]] inline mean_and_variance gamma_moments(double shape, double rate) noexcept {
  return {shape / rate, shape / rate / rate};
}

/// Gamma(shape, rate / f) mixed over f, of which plain has f = 1.
[[nodiscard]] inline mean_and_variance mixed_gamma(double shape, const mean_and_variance& plain,
                                                   const mean_and_variance& f) noexcept {
  return {plain.mean * f.mean, plain.variance * (f.mean * f.mean + f.variance * (1.0 + shape))};
}

[[nodiscard]] inline mean_and_variance beta_moments(double a, double b) noexcept {
  const double n = a + b;
  return {a / n, a / n * (b / n) / (n + 1.0)};
}

/// Of one that is `first` with chance exp(log_share), log_share <= 0, and else `second`; apart is the difference of
/// their means, given because it may be small beside them.
[[nodiscard]] inline mean_and_variance mixed(double log_share, const mean_and_variance& first,
                                             const mean_and_variance& second, double apart) noexcept {
  const double share = numeric::exp(log_share);
  const double rest = -numeric::expm1(log_share);
  return {share * first.mean + rest * second.mean,
          share * first.variance + rest * second.variance + share * rest * (apart * apart)};
}

/// Of the chance p ~ Beta(a, n + 1) while she stays, Beta(a + 1, n) once she left.
[[nodiscard]] inline mean_and_variance chance_to_leave(double log_alive, double a, double n) noexcept {
  return mixed(log_alive, beta_moments(a, n + 1.0), beta_moments(a + 1.0, n), 1.0 / (a + n + 1.0));
}

/// A mixture of many, added up part by part (West 1979): of each its weight, how far its mean lies above that of the
/// one it will be mixed with, and its variance.
struct weighted_parts {
  double weight = 0.0;
  double mean = 0.0;
  double spread = 0.0;
  double within = 0.0;

  void add(double w, double above, double variance) noexcept {
    weight += w;
    const double d = above - mean;
    mean += w / weight * d;
    spread += w * d * (above - mean);
    within += w * variance;
  }
  [[nodiscard]] mean_and_variance mixed_with(double log_share, const mean_and_variance& first) const noexcept {
    return mixed(log_share, first, {first.mean + mean, (spread + within) / weight}, mean);
  }
};

}  // namespace detail

}  // namespace valorem::inline VALOREM_ABI

#endif

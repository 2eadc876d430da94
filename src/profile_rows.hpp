// Ends of profile-likelihood intervals: one parameter is held, the others climb to their best, and the level is met by
// Newton's method on the root of the deviance, which is nearly a straight line.
#ifndef VALOREM_SRC_PROFILE_ROWS_HPP
#define VALOREM_SRC_PROFILE_ROWS_HPP

#include "fit_rows.hpp"
#include <valorem/model/inference.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace valorem::inline VALOREM_ABI::detail {

/// Cuts variable k off from the others, so that a minimiser leaves it where it is.
template <std::size_t N>
[[nodiscard]] dual<N> held(dual<N> f, std::size_t k) {
  f.g[k] = 0.0;
  for (std::size_t i = 0; i < N; ++i) f.h[dual<N>::index(i, k)] = i == k ? 1.0 : 0.0;
  return f;
}

/// 2 (top - best with the k-th logarithm at u), its slope in u, and where the others then are. Where the best was not
/// found the deviance is too large, if anything.
template <std::size_t N>
struct profile_point {
  vector_n<N> x;
  double deviance;
  double slope;
  bool found;
};

template <std::size_t N, class Objective>
profile_point<N> profile_at(Objective& objective, double top, std::size_t k, double u, vector_n<N> near) {
  near[k] = u;
  // Where another parameter runs away, what it would still gain tells whether the value is that of the limit.
  const auto settled = [](const numeric::minimum<N>& at) { return at.found || at.decrement < 1e-6; };
  const auto climb = [&](const vector_n<N>& from) {
    return numeric::minimise<N>([&](const vector_n<N>& x) { return held(objective(x), k); }, from);
  };
  auto at = climb(near);
  // A bent ridge is followed further from where the climb ended.
  constexpr int most_climbs = 5;
  for (int climbs = 1; climbs < most_climbs && !settled(at); ++climbs) at = climb(at.x);
  const dual<N> f = objective(at.x);
  const bool found = numeric::is_finite(f.v) && settled(at);
  return {at.x, 2.0 * (f.v + top), 2.0 * f.g[k], found};
}

/// How far an end may lie from the estimate, in the logarithm.
inline constexpr double profile_reach = 16.0;
/// How often a step towards it may turn out too long.
inline constexpr int most_retreats = 8;

/// The logarithm of the end in one direction; infinite where there is none within reach, NaN where it was not found.
template <std::size_t N, class Objective>
double profile_end(Objective& objective, const vector_n<N>& estimate, double top, std::size_t k, double z,
                   double direction, double first_step) {
  profile_point<N> outer{estimate, 0.0, 0.0, true};
  const auto unknown = [&] { return !outer.found && !(outer.deviance <= z * z); };
  double distance = std::min(first_step, profile_reach);
  double safe = 0.0;
  vector_n<N> from = estimate;
  for (int retreats = 0;;) {
    outer = profile_at(objective, top, k, estimate[k] + direction * distance, from);
    if (unknown()) {
      // So long a step left the others on a ridge that they do not come down from.
      if (++retreats > most_retreats) return not_a_value;
      distance = 0.5 * (safe + distance);
      continue;
    }
    if (outer.deviance > z * z) break;
    if (distance == profile_reach) return direction * std::numeric_limits<double>::infinity();
    safe = distance;
    from = outer.x;
    distance = std::min(3.0 * distance, profile_reach);
  }
  double inside = estimate[k] + direction * safe;
  double outside = outer.x[k];
  double u = outside;
  for (int i = 0; i < 60 && outside != inside; ++i) {
    const double root = std::sqrt(std::max(outer.deviance, 0.0));
    double next = u + 2.0 * root * (z - root) / outer.slope;
    if (!((next - inside) * (next - outside) < 0)) next = 0.5 * (inside + outside);
    const double moved = std::fabs(next - u);
    u = next;
    if (moved < 1e-10 * std::max(1.0, std::fabs(u))) return u;
    outer = profile_at(objective, top, k, u, outer.x);
    if (unknown()) return not_a_value;
    (outer.deviance > z * z ? outside : inside) = u;
  }
  return outside == inside ? u : not_a_value;
}

template <class M, template <class> class Basic, class Row, class Block>
intervals_of<M> profile_rows(const usable_rows<Row>& data, const fit_result<M>& fit, double level, const execution& how,
                             const Block& block) {
  constexpr std::size_t N = parameter_count<M>;
  require_same_rows(data.total, fit.rows);
  auto objective = negative_log_posterior<M, Basic>(data, fit.model, fit.priors, 1.0, how, block);
  const auto values = fit.model.parameters();
  const auto errors = fit.standard_errors();
  const vector_n<N> estimate = log_parameters(fit.model);
  require_log_posterior(-objective(estimate).v, fit.log_posterior);
  const double z = z_for_level(level);
  intervals_of<M> out{};
  for (std::size_t k = 0; k < N; ++k) {
    const double wald = z * errors[k] / values[k];
    const double step = wald > 0 && wald < 2 ? wald : 1.0;
    out[k].low = numeric::exp(profile_end(objective, estimate, fit.log_posterior, k, z, -1.0, step));
    out[k].high = numeric::exp(profile_end(objective, estimate, fit.log_posterior, k, z, 1.0, step));
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

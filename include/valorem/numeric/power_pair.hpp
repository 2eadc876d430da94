// ∫ e^(c θ) (q₁ + p₁ e^θ)^-m₁ (q₂ + p₂ e^θ)^-m₂ dθ with p + q = 1: the integrals over a time of leaving or of buying in
// which two rates are Gamma-distributed. In the logarithm of time the integrand is log-concave and analytic in |Im θ| <
// π, so Gauss-Legendre panels that follow its slope and curvature converge whatever the exponents.
#ifndef VALOREM_NUMERIC_POWER_PAIR_HPP
#define VALOREM_NUMERIC_POWER_PAIR_HPP

#include <valorem/numeric/quadrature.hpp>
#include <valorem/numeric/real.hpp>

#include <algorithm>
#include <cmath>

namespace valorem::inline VALOREM_ABI::numeric {

/// (q + p e^θ)^-m, m >= 0, p + q = 1, each to full precision.
template <class R>
struct power_factor {
  R m;
  R p;
  R q;

  /// Seen from its far end, as e^(-m θ) (p + q e^-θ)^-m: then no large part cancels against e^(c θ).
  [[nodiscard]] bool mirrored() const { return value_of(p) > 0.5; }
  [[nodiscard]] R log_rest(const R& theta) const {
    return m * (mirrored() ? log_lift(q, p, R(-theta)) : log_lift(p, q, theta));
  }
  /// p e^θ / (q + p e^θ).
  [[nodiscard]] double share(double theta) const {
    if (theta > 0) return value_of(p) / (value_of(p) + value_of(q) * numeric::exp(-theta));
    const double part = value_of(p) * numeric::exp(theta);
    return part / (value_of(q) + part);
  }
};

/// The integrand of the head of this file; it is 1 at θ = 0.
template <class R>
struct power_pair {
  R c;
  power_factor<R> first;
  R c_less_first;  ///< c - first.m, given because it may be small where both are large
  power_factor<R> second;

  [[nodiscard]] R operator()(const R& theta) const {
    const R rise = first.mirrored() ? c_less_first : c;
    const R net = second.mirrored() ? R(rise - second.m) : rise;
    return numeric::exp(net * theta - first.log_rest(theta) - second.log_rest(theta));
  }
  /// d ln f / dθ.
  [[nodiscard]] double slope(double theta) const {
    return value_of(c) - value_of(first.m) * first.share(theta) - value_of(second.m) * second.share(theta);
  }
  /// About how far one has to go from θ for ln f to change by one.
  [[nodiscard]] double scale(double theta) const {
    const double w1 = first.share(theta);
    const double w2 = second.share(theta);
    const double bend = value_of(first.m) * w1 * (1.0 - w1) + value_of(second.m) * w2 * (1.0 - w2);
    return 1.0 / std::max(0.5 * std::fabs(slope(theta)), std::sqrt(bend));
  }
};

/// ∫_lo^hi g(θ) dθ for lo <= 0 <= hi, where g is f or f times something that bends less; lo may be -infinity where c >
/// 0. Same-bits.
template <class R, class G>
[[nodiscard]] R integrate(const power_pair<R>& f, G&& g, double lo, const R& hi) {
  constexpr double widest = 2.0;
  constexpr double changes = 2.5;
  constexpr double negligible = 1e-18;
  return integrate_outwards<R>(
      g, lo, hi, [&](double at, double) { return std::min(widest, changes * f.scale(at)); },
      // Where the integrand still rises, a panel that adds nothing is no end.
      [&](double at, double next, double part, double total) {
        return part <= negligible * total && (next > at ? f.slope(at) < 0 : f.slope(at) > 0);
      });
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

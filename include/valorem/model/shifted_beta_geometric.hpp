// Shifted beta-geometric (sBG): Fader & Hardie (2007), "How to Project Customer Retention", J. Interactive Marketing
// 21(1), 76-90. At the end of every period a customer leaves with her own constant chance θ ~ Beta(α, β).
#ifndef VALOREM_MODEL_SHIFTED_BETA_GEOMETRIC_HPP
#define VALOREM_MODEL_SHIFTED_BETA_GEOMETRIC_HPP

#include <valorem/model/contract.hpp>
#include <valorem/numeric/beta_mixture.hpp>
#include <valorem/numeric/beta_ratio.hpp>

namespace valorem::inline VALOREM_ABI {

/// Both parameters positive, pure numbers; others give NaN. Accurate for 1e-3 <= parameter <= 1e6.
template <class R>
struct basic_shifted_beta_geometric {
  R alpha;  ///< chance to leave at the end of a period over customers: mean α/(α+β)
  R beta;

  static constexpr std::string_view model_name = "shifted_beta_geometric";
  static constexpr std::array<std::string_view, 2> parameter_names{"alpha", "beta"};
  static constexpr std::array<int, 2> unit_powers{0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 2> parameters() const { return {alpha, beta}; }
  [[nodiscard]] static basic_shifted_beta_geometric from(const std::array<R, 2>& p) { return {p[0], p[1]}; }
  [[nodiscard]] friend bool operator==(const basic_shifted_beta_geometric&,
                                       const basic_shifted_beta_geometric&) = default;
};
using shifted_beta_geometric = basic_shifted_beta_geometric<double>;

/// ln S(t) = ln [B(α, β+t) / B(α, β)] (eq. 6), whole t in [0, max_duration], else NaN. Same-bits; error <= 16 eps
/// (|value| + 1).
template <class R>
[[nodiscard]] R log_survival(const basic_shifted_beta_geometric<R>& m, double t) {
  if (!legal(m) || check_duration(t) != status::ok) return R(not_a_value);
  return t == 0 ? R(0.0) : numeric::log_beta_ratio(m.alpha, m.beta, t);
}

/// ln r(t) with r(t) = (β+t-1) / (α+β+t-1) (eq. 8), whole t >= 1, else NaN. Same-bits; relative error <= 8 eps.
template <class R>
[[nodiscard]] R log_retention(const basic_shifted_beta_geometric<R>& m, double t) {
  if (!legal(m) || !(t >= 1) || check_duration(t) != status::ok) return R(not_a_value);
  return -numeric::log1p(m.alpha / (m.beta + (t - 1.0)));
}

/// ln (1 - r(t)), whole t >= 1, else NaN. Same-bits; error <= 8 eps (|value| + 1).
template <class R>
[[nodiscard]] R log_loss(const basic_shifted_beta_geometric<R>& m, double t) {
  if (!legal(m) || !(t >= 1) || check_duration(t) != status::ok) return R(not_a_value);
  return numeric::log(m.alpha / (m.alpha + (m.beta + (t - 1.0))));
}

namespace detail {

/// F(1, b; b+a; z), 0 < z < 1, by Gauss's continued fraction 1/(1 - g1 z/(1 - g2 z/(1 - ...))) (Abramowitz & Stegun
/// 15.1; Jones & Thron 1980): every g is positive, and so is everything that is added. NaN where most_steps are not
/// enough; z <= 1/1.01 needs fewer.
[[nodiscard]] inline double gauss_fraction(double a, double b, double z) {
  constexpr int most_steps = 400;
  const double c = a + b;
  double sum = 1.0;
  double added = 1.0;
  double tail = 1.0;  // 1/(1 - g z/(...)) of the steps so far, seen from the last
  for (int i = 1; i <= most_steps; ++i) {
    const int k = i / 2;
    const double g = i % 2 == 1 ? (b + k) / (c + 2 * k) * ((c + (k - 1)) / (c + (2 * k - 1)))
                                : k / (c + (2 * k - 1)) * ((a + (k - 1)) / (c + (2 * k - 2)));
    const double part = g * z * tail;
    tail = 1.0 / (1.0 - part);
    added *= part * tail;
    sum += added;
    if (added < 1e-18 * sum) return sum;
  }
  return not_a_value;
}

}  // namespace detail

/// Discounted expected residual lifetime just before the renewal numbered `renewals` (DERL; Fader & Hardie 2010, eq.
/// 6): Σ_{t>=n} S(t)/S(n-1) / (1+rate)^(t-n) with n = renewals, rate per period. Infinite where the sum does not
/// converge (rate 0, α <= 1); NaN where check_discount refuses. Same-bits; relative error <= max(1e-12, 4 eps cond).
/// Given that she is there, θ ~ Beta(α, β+n-1), and the sum over t is E[(1-θ) (1+rate) / (rate+θ)].
[[nodiscard]] inline double residual_lifetime(const shifted_beta_geometric& m, double rate, double renewals) {
  if (!legal(m) || check_discount(rate, renewals) != status::ok) return not_a_value;
  const double beta = m.beta + (renewals - 1.0);
  if (rate == 0) return m.alpha > 1 ? beta / (m.alpha - 1.0) : std::numeric_limits<double>::infinity();
  const double renews = beta / (m.alpha + beta);
  if (rate >= 0.01) {
    const double quick = detail::gauss_fraction(m.alpha, beta + 1.0, 1.0 / (1.0 + rate));
    if (!numeric::is_nan(quick)) return renews * quick;
  }
  const double discounted = numeric::beta_mixture<double>(m.alpha, beta + 1.0).survival(1.0, 1.0 / rate);
  return renews * ((1.0 + 1.0 / rate) * discounted);
}

/// Expected periods within the next `horizon` of a customer just before the renewal numbered `renewals` (1: a new
/// customer): Σ_{k=1..horizon} S(n-1+k)/S(n-1). horizon whole or infinite, infinite sum where α <= 1; NaN where
/// check_horizon refuses. Same-bits; relative error <= max(1e-12, 4 eps cond).
/// E[(1-θ) (1 - (1-θ)^horizon) / θ]: two beta functions whose difference is taken before they are, also around α = 1.
[[nodiscard]] inline double expected_residual_lifetime(const shifted_beta_geometric& m, double horizon,
                                                       double renewals = 1.0) {
  if (!legal(m) || check_horizon(horizon, renewals) != status::ok) return not_a_value;
  if (horizon == std::numeric_limits<double>::infinity()) return residual_lifetime(m, 0.0, renewals);
  const double beta = m.beta + (renewals - 1.0);
  // The first renewal on its own: the ratio of the other beta functions would subtract nearly 1 from it.
  if (m.alpha + beta < 1.0 && horizon > 0) {
    return beta / (m.alpha + beta) * (1.0 + expected_residual_lifetime(m, horizon - 1.0, renewals + 1.0));
  }
  const double excess = m.alpha - 1.0;
  if (excess == 0) return beta * numeric::digamma_delta(beta + 1.0, horizon);
  return beta * (-numeric::expm1(numeric::log_beta_ratio_tight(excess, beta + 1.0, horizon)) / excess);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

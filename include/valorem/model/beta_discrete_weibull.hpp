// Beta-discrete-Weibull (BdW): Fader, Hardie, Liu, Davin & Steenburgh (2018), "How to Project Customer Retention"
// Revisited, J. Interactive Marketing 43, 1-16. A customer of chance θ ~ Beta(α, β) is there after t periods with
// (1-θ)^(t^c): c > 1, her own chance to leave grows with time; c < 1, it falls; c = 1 is the shifted beta-geometric. α
// and β are the γ and δ of the paper.
#ifndef VALOREM_MODEL_BETA_DISCRETE_WEIBULL_HPP
#define VALOREM_MODEL_BETA_DISCRETE_WEIBULL_HPP

#include <valorem/model/contract.hpp>
#include <valorem/model/weibull_sum.hpp>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive, pure numbers; others give NaN. Accurate for 1e-3 <= α, β <= 1e6, 1e-3 <= c <= 1e3.
template <class R>
struct basic_beta_discrete_weibull {
  R alpha;  ///< chance to leave in the first period over customers: mean α/(α+β)
  R beta;
  R c;  ///< how a customer's own chance to leave moves with time

  static constexpr std::string_view model_name = "beta_discrete_weibull";
  static constexpr std::array<std::string_view, 3> parameter_names{"alpha", "beta", "c"};
  static constexpr std::array<int, 3> unit_powers{0, 0, 0};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 3> parameters() const { return {alpha, beta, c}; }
  [[nodiscard]] static basic_beta_discrete_weibull from(const std::array<R, 3>& p) { return {p[0], p[1], p[2]}; }
  [[nodiscard]] friend bool operator==(const basic_beta_discrete_weibull&,
                                       const basic_beta_discrete_weibull&) = default;
};
using beta_discrete_weibull = basic_beta_discrete_weibull<double>;

/// ln S(t) = ln [B(α, β+t^c) / B(α, β)] (eq. 3), whole t in [0, max_duration], else NaN. At c = 1 the bits of the
/// shifted beta-geometric. Same-bits; error <= max(1e-12, 4 eps cond) of max(|value|, 1).
template <class R>
[[nodiscard]] R log_survival(const basic_beta_discrete_weibull<R>& m, double t) {
  if (!legal(m) || check_duration(t) != status::ok) return R(not_a_value);
  return t == 0 ? R(0.0) : detail::weibull_age<R>(m.alpha, m.beta, m.c, 0.0).log_ratio(numeric::log(t), t);
}

/// ln r(t) = ln S(t) - ln S(t-1), whole t >= 1, else NaN. Same-bits; relative error <= max(1e-12, 4 eps cond), also
/// where hardly anyone leaves.
template <class R>
[[nodiscard]] R log_retention(const basic_beta_discrete_weibull<R>& m, double t) {
  if (!legal(m) || !(t >= 1) || check_duration(t) != status::ok) return R(not_a_value);
  return detail::weibull_age<R>(m.alpha, m.beta, m.c, t - 1.0).log_next();
}

/// ln (1 - r(t)), whole t >= 1, else NaN. Same-bits; error <= max(1e-12, 4 eps cond) of max(|value|, 1).
template <class R>
[[nodiscard]] R log_loss(const basic_beta_discrete_weibull<R>& m, double t) {
  return numeric::log(-numeric::expm1(log_retention(m, t)));
}

/// Discounted expected residual lifetime just before the renewal numbered `renewals`: Σ_{t>=n} S(t)/S(n-1) /
/// (1+rate)^(t-n) with n = renewals, rate per period. Infinite where the sum does not converge (rate 0, α c <= 1) or
/// leaves the range of a double; NaN where check_discount refuses or, which no known model brings about, the bounded
/// effort is spent. Same-bits; relative error <= max(1e-12, 4 eps cond). There is no closed form: see
/// model/weibull_sum.hpp.
[[nodiscard]] inline double residual_lifetime(const beta_discrete_weibull& m, double rate, double renewals) {
  if (!legal(m) || check_discount(rate, renewals) != status::ok) return not_a_value;
  const detail::weibull_age<double> age(m.alpha, m.beta, m.c, renewals - 1.0);
  return detail::weibull_sum(age, rate, std::numeric_limits<double>::infinity()).value();
}

/// Expected periods within the next `horizon` of a customer just before the renewal numbered `renewals` (1: a new
/// customer): Σ_{k=1..horizon} S(n-1+k)/S(n-1). horizon whole or infinite; NaN where check_horizon refuses; otherwise
/// as residual_lifetime.
[[nodiscard]] inline double expected_residual_lifetime(const beta_discrete_weibull& m, double horizon,
                                                       double renewals = 1.0) {
  if (!legal(m) || check_horizon(horizon, renewals) != status::ok) return not_a_value;
  return detail::weibull_sum(detail::weibull_age<double>(m.alpha, m.beta, m.c, renewals - 1.0), 0.0, horizon).value();
}

}  // namespace valorem::inline VALOREM_ABI

#endif

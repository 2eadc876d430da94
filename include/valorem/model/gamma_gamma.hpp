// Gamma-Gamma spend: Colombo & Jiang (1999), J. Interactive Marketing 13(3), 2-12; Fader, Hardie & Lee (2005), J.
// Marketing Research 42(4), 415-430. Each purchase is worth Z ~ Gamma(p, ν) and ν ~ Gamma(q, v) over customers,
// independent of how often she buys. v is the γ of the papers.
#ifndef VALOREM_MODEL_GAMMA_GAMMA_HPP
#define VALOREM_MODEL_GAMMA_GAMMA_HPP

#include <valorem/model/parameters.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/numeric/gamma.hpp>

#include <cmath>

namespace valorem::inline VALOREM_ABI {

/// All parameters positive; v in money.
template <class R>
struct basic_gamma_gamma {
  R p;  ///< shape of one purchase's value
  R q;  ///< shape of the customers' means: their mean exists where q > 1
  R v;  ///< scale, in money

  static constexpr std::string_view model_name = "gamma_gamma";
  static constexpr std::array<std::string_view, 3> parameter_names{"p", "q", "v"};
  static constexpr std::array<int, 3> unit_powers{0, 0, 1};  ///< of the data's unit, in each
  [[nodiscard]] std::array<R, 3> parameters() const { return {p, q, v}; }
  [[nodiscard]] static basic_gamma_gamma from(const std::array<R, 3>& x) { return {x[0], x[1], x[2]}; }
  [[nodiscard]] friend bool operator==(const basic_gamma_gamma&, const basic_gamma_gamma&) = default;
};
using gamma_gamma = basic_gamma_gamma<double>;

/// Mean value `mean` over x purchases; x = 0 says nothing of spend and mean is then ignored.
struct spend_history {
  double x;
  double mean;
};

/// missing: NaN. invalid: x negative, infinite or not whole, or an infinite mean. undefined: x > 0 with a mean that is
/// not positive, which this model cannot hold.
[[nodiscard]] inline status check(const spend_history& s) noexcept {
  if (numeric::is_nan(s.x)) return status::missing;
  if (!numeric::is_finite(s.x) || s.x < 0 || s.x > 1e9 || s.x != static_cast<double>(static_cast<long long>(s.x))) {
    return status::invalid;
  }
  if (s.x == 0) return status::ok;
  if (numeric::is_nan(s.mean)) return status::missing;
  if (!numeric::is_finite(s.mean)) return status::invalid;
  return s.mean > 0 ? status::ok : status::undefined;
}

/// What each of x purchases was worth, as far as the model asks: their mean, and the sum of their logarithms.
struct itemised_spend {
  double x;
  double mean;
  double sum_log;
};

namespace detail {

/// x ln(mean) - Σ ln z, at least 0 (Jensen) and 0 for one purchase: how unlike each other her purchases are.
[[nodiscard]] inline double spend_unlikeness(const itemised_spend& s) noexcept {
  return s.x * numeric::log(s.mean) - s.sum_log;
}

}  // namespace detail

/// As check(spend_history); missing: a NaN sum_log; invalid: an infinite one, and one that no x purchases of this mean
/// have, by more than rounding (1e-9 (x + |sum_log|)). x = 0 says nothing, and mean and sum_log are then ignored.
[[nodiscard]] inline status check(const itemised_spend& s) noexcept {
  const status row = check(spend_history{s.x, s.mean});
  if (row != status::ok || s.x == 0) return row;
  if (numeric::is_nan(s.sum_log)) return status::missing;
  if (!numeric::is_finite(s.sum_log)) return status::invalid;
  const double slack = 1e-9 * (s.x + std::fabs(s.sum_log));
  const double unlike = detail::spend_unlikeness(s);
  return unlike < -slack || (s.x == 1 && unlike > slack) ? status::invalid : status::ok;
}

/// ln density of a customer's mean spend (eq. 1a of Hardie's note 025), x >= 1; 0 at x = 0. Same-bits.
template <class R>
[[nodiscard]] R log_likelihood(const basic_gamma_gamma<R>& m, const spend_history& s) {
  if (!legal(m) || check(s) != status::ok) return R(not_a_value);
  if (s.x == 0) return R(0.0);
  return numeric::log_beta_kernel(R(m.p * s.x), m.q, s.x * s.mean, m.v) - numeric::log(s.mean);
}

/// ln density of her purchases one by one, Π z^(p-1) v^q Γ(p x + q) / (Γ(p)^x Γ(q) (v + x mean)^(p x + q)), x >= 1; 0
/// at x = 0. It knows more of p than the mean alone does. Same-bits. = ln density of the mean as a share of v, times
/// Dirichlet's density of how x purchases divide their sum; of the latter's Γ(p x)/Γ(p)^x x^-(p x) Stirling's large
/// parts cancel on paper.
template <class R>
[[nodiscard]] R log_likelihood(const basic_gamma_gamma<R>& m, const itemised_spend& s) {
  if (!legal(m) || check(s) != status::ok) return R(not_a_value);
  if (s.x == 0) return R(0.0);
  const R shape = m.p * s.x;
  const R division = (s.x - 1.0) * (0.5 * numeric::log(m.p) - numeric::half_log_two_pi) - 0.5 * numeric::log(s.x) +
                     (numeric::binet(shape) - s.x * numeric::binet(m.p));
  return numeric::log_beta_kernel(shape, m.q, s.x * s.mean, m.v) + division - s.sum_log -
         m.p * detail::spend_unlikeness(s);
}

/// E[mean spend | history] = p (v + x z) / (p x + q - 1): the population's mean at x = 0. NaN (undefined) where
/// p x + q <= 1. Same-bits.
template <class R>
[[nodiscard]] R expected_spend(const basic_gamma_gamma<R>& m, const spend_history& s) {
  if (!legal(m) || check(s) != status::ok) return R(not_a_value);
  const double paid = s.x == 0 ? 0.0 : s.x * s.mean;
  const R weight = (m.q - 1.0) + m.p * s.x;
  if (!(numeric::value_of(weight) > 0)) return R(not_a_value);
  return m.p * (m.v + paid) / weight;
}

/// Standard deviation of her mean spend given the history: p (v + x z) / ((k-1) sqrt(k-2)), k = p x + q > 2, else NaN.
/// Same-bits.
[[nodiscard]] inline double spend_sd(const gamma_gamma& m, const spend_history& s) {
  const double k_less_2 = (m.q - 2.0) + m.p * s.x;
  if (!(k_less_2 > 0)) return not_a_value;
  return expected_spend(m, s) / std::sqrt(k_less_2);
}

/// Her mean spend's expectation and variance given the history; each NaN where it does not exist (k <= 1, k <= 2).
/// Same-bits.
[[nodiscard]] inline mean_and_variance posterior(const gamma_gamma& m, const spend_history& s) {
  const double sd = spend_sd(m, s);
  return {expected_spend(m, s), sd * sd};
}

/// Why a verb has no value here; ok where it has one. `moment` is what the verb needs of her mean spend: 1
/// expected_spend, 2 spend_sd, 0 the verbs of spend_distribution.hpp; undefined where p x + q <= moment.
[[nodiscard]] inline status spend_status(const gamma_gamma& m, const spend_history& s, double moment = 1.0) {
  const status row = check(s);
  if (row != status::ok) return row;
  if (!legal(m)) return status::invalid;
  return (m.q - moment) + m.p * s.x > 0 ? status::ok : status::undefined;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// What a beta-discrete-Weibull contract of a known age still lives: Σ_{k=1..H} S(b+k)/S(b) / (1+rate)^(k-1), for which
// there is no closed form.
//
// Terms are added one by one until they are negligible or so smooth that the rest of the sum is an integral and a small
// correction at its ends: with δ the central difference, Σ - ∫ = (1/D - 1/δ) f = δf/24 - 17 δ³f/5760 + 367 δ⁵f/967680 -
// ... at each end (the Gauss-Encke form of Euler's and Maclaurin's formula). The integral is taken over ln t by
// Gauss-Legendre panels whose width follows the integrand, and in closed form where S is a pure power of t.
#ifndef VALOREM_MODEL_WEIBULL_SUM_HPP
#define VALOREM_MODEL_WEIBULL_SUM_HPP

#include <valorem/model/parameters.hpp>
#include <valorem/numeric/beta_ratio.hpp>
#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/quadrature.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI::detail {

/// S(t) = B(α, β+t^c)/B(α, β) seen from an age of b whole periods: S(t)/S(b) = B(α, y+d)/B(α, y) with y = β+b^c and
/// d = t^c - b^c, which is formed without cancellation. A "gain" is ln(t/b), or ln t where b = 0.
template <class R>
class weibull_age {
 public:
  weibull_age(const R& alpha, const R& beta, const R& c, double b) : alpha_(alpha), beta_(beta), c_(c), b_(b) {
    if (b == 0) return;
    const double log_b = numeric::log(b);
    log_power_ = c * log_b;
    power_ = pure(log_power_) ? R(not_a_value) : R(b * numeric::exp((c - 1.0) * log_b));
  }

  /// ln [S(t)/S(b)] from the gain alone, t >= b (or any t > 0 where b > 0).
  [[nodiscard]] R log_ratio(double gain) const {
    const R rise = c_ * gain;
    if (b_ != 0 && pure(log_power_)) return -alpha_ * rise;
    if (out_of_range(R(log_power_ + rise))) return pure_log_ratio(rise);
    return numeric::log_beta_ratio(alpha_, R(beta_ + power_), step(rise));
  }

  /// The same for b = 0, where t itself is known: at c = 1 no bit of it is lost.
  [[nodiscard]] R log_ratio(double gain, double t) const {
    const R rise = c_ * gain;
    if (out_of_range(rise)) return pure_log_ratio(rise);
    return numeric::log_beta_ratio(alpha_, beta_, R(t * numeric::exp((c_ - 1.0) * gain)));
  }

  /// ln [S(b+1)/S(b)], exact also where it is almost 0.
  [[nodiscard]] R log_next() const {
    if (b_ == 0) return numeric::log_beta_ratio_tight(alpha_, beta_, R(1.0));
    const R rise = c_ * numeric::log1p(1.0 / b_);
    if (pure(log_power_)) return -alpha_ * rise;
    if (out_of_range(R(log_power_ + rise))) return pure_log_ratio(rise);
    return numeric::log_beta_ratio_tight(alpha_, R(beta_ + power_), step(rise));
  }

  /// -d ln S(t) / d ln t: c t^c [ψ(α+β+t^c) - ψ(β+t^c)].
  [[nodiscard]] R steepness(double gain) const {
    const R log_x = log_power_ + c_ * gain;
    if (pure(log_x)) return c_ * alpha_;
    const R x = numeric::exp(log_x);
    return c_ * x * numeric::digamma_delta(R(beta_ + x), alpha_);
  }

  /// S is t^(-α c) times a constant, to 1e-17, from this ln(t^c) on.
  [[nodiscard]] R log_power_law() const {
    return 39.2 + numeric::log(1.0 + alpha_) + numeric::log(1.0 + alpha_ + beta_);
  }

  [[nodiscard]] R log_power(double gain) const { return log_power_ + c_ * gain; }
  [[nodiscard]] double b() const { return b_; }
  [[nodiscard]] R c() const { return c_; }
  [[nodiscard]] R exponent() const { return alpha_ * c_; }
  [[nodiscard]] double gain(double k) const { return b_ == 0 ? numeric::log(k) : numeric::log1p(k / b_); }

 private:
  // e^200 is beyond every power law of legal parameters; e^500 still has room for its products.
  [[nodiscard]] static bool pure(const R& log_x) { return numeric::value_of(log_x) > 200.0; }
  [[nodiscard]] static bool out_of_range(const R& log_x) { return numeric::value_of(log_x) > 500.0; }

  [[nodiscard]] R step(const R& rise) const {
    return b_ == 0 ? R(numeric::exp(rise)) : R(power_ * numeric::expm1(rise));
  }
  [[nodiscard]] R pure_log_ratio(const R& rise) const {
    return numeric::lgamma_delta(R(beta_ + power_), alpha_) - alpha_ * (log_power_ + rise);
  }

  R alpha_;
  R beta_;
  R c_;
  double b_;
  R log_power_{0.0};
  R power_{0.0};
};

/// The sum of the head of this file, for legal arguments; horizon whole, >= 0, or infinite. Takes at most a few
/// thousand evaluations of S.
class weibull_sum {
 public:
  weibull_sum(const weibull_age<double>& age, double rate, double horizon)
      : age_(age), lambda_(numeric::log1p(rate)), horizon_(horizon) {
    constexpr double for_ever = std::numeric_limits<double>::infinity();
    if (rate == 0 && horizon == for_ever && !(age.exponent() > 1)) {
      total_ = for_ever;
    } else if (horizon > 0) {
      add_terms();
    }
  }

  [[nodiscard]] double value() const { return total_; }

 private:
  static constexpr double most_terms = 5000;
  static constexpr int most_panels = 2000;
  static constexpr double negligible = 1e-18;

  [[nodiscard]] double log_term(double k) const {
    return age_.log_ratio(age_.gain(k)) - (lambda_ == 0 ? 0.0 : lambda_ * (k - 1.0));
  }

  /// One by one; hands over to the integral where the terms are smooth and many are left.
  void add_terms() {
    double before = lambda_;
    for (double k = 1; k <= most_terms; ++k) {
      const double l = log_term(k);
      const double term = numeric::exp(l);
      total_ += term;
      if (k == horizon_) return;
      const double t = age_.b() + k;
      const double fall = before - l;
      before = l;
      // ∫ beyond t <= term t/(fall t - 1): over ln t the integrand falls ever faster.
      if (fall * t > 1 && 2 * term * t <= negligible * total_ * (fall * t - 1)) return;
      if (horizon_ - k > 64 && smooth(k, t, fall)) return add_tail(k + 0.5);
    }
    total_ = not_a_value;
  }

  /// Slow change from term to term, the singularity at t = 0 far away, and so the poles of S at angle π/c, or S a
  /// power.
  [[nodiscard]] bool smooth(double k, double t, double fall) const {
    if (!(t >= 32 && fall <= 0.05)) return false;
    return 16 * age_.c() <= t || age_.log_power(age_.gain(k)) >= age_.log_power_law();
  }

  /// (1/D - 1/δ) f at `at`, half way between two terms.
  [[nodiscard]] double correction(double at) const {
    std::array<double, 8> f;
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = numeric::exp(log_term(at - 3.5 + static_cast<double>(i)));
    const double d1 = f[4] - f[3];
    const double d3 = (f[5] - f[2]) - 3 * d1;
    const double d5 = (f[6] - f[1]) - 5 * (f[5] - f[2]) + 10 * d1;
    const double d7 = (f[7] - f[0]) - 7 * (f[6] - f[1]) + 21 * (f[5] - f[2]) - 35 * d1;
    return d1 / 24 - 17 * d3 / 5760 + 367 * d5 / 967680 - 27859 * d7 / 464486400;
  }

  // Over v = ln(t/a), from a = b + `from`: k = from + a (e^v - 1).
  struct path {
    double a;
    double from;
    double gain;
  };

  /// ln of t f(t)/a.
  [[nodiscard]] double height(const path& p, double v) const {
    const double waited = lambda_ == 0 ? 0.0 : lambda_ * ((p.from - 1.0) + p.a * numeric::expm1(v));
    return age_.log_ratio(p.gain + v) - waited + v;
  }
  [[nodiscard]] double slope(const path& p, double v) const {
    return 1.0 - age_.steepness(p.gain + v) - (lambda_ == 0 ? 0.0 : lambda_ * p.a * numeric::exp(v));
  }

  void add_tail(double from) {
    const path p{age_.b() + from, from, age_.gain(from)};
    const bool ends = numeric::is_finite(horizon_);
    const double last = ends ? numeric::log1p((horizon_ + 0.5 - from) / p.a) : horizon_;
    total_ += correction(from);
    if (ends) total_ -= correction(horizon_ + 0.5);
    double v = 0;
    for (int panel = 0; panel < most_panels; ++panel) {
      const double h = height(p, v);
      const double s = slope(p, v);
      // The integrand never turns upwards again, so the rest is below its exponential continuation.
      if (s < 0 && p.a * numeric::exp(h) <= negligible * total_ * -s) return;
      if (h + numeric::log(p.a) > 709.0) {
        total_ = std::numeric_limits<double>::infinity();
        return;
      }
      const bool power_law = age_.log_power(p.gain + v) >= age_.log_power_law();
      const double powers_end = lambda_ == 0 ? last : std::min(last, numeric::log(1e-17 / lambda_ / p.a));
      double next = 0;
      if (power_law && (powers_end == last || powers_end > v + 1)) {
        next = powers_end;
        total_ += p.a * numeric::exp(h) * power_integral(next - v);
      } else {
        next = panel_end(p, v, s, last, power_law);
        total_ += p.a * numeric::integrate_panel<double>(v, next, [&](double u) { return numeric::exp(height(p, u)); });
      }
      if (next >= last) return;
      v = next;
    }
    total_ = not_a_value;
  }

  /// ∫_0^width e^((1 - α c) u) du.
  [[nodiscard]] double power_integral(double width) const {
    const double q = 1.0 - age_.exponent();
    if (q == 0) return width;
    return (numeric::is_finite(width) ? numeric::expm1(q * width) : -1.0) / q;
  }

  /// So wide that the exponent changes by less than 10 and the poles, at π/c from the axis, stay outside the ellipse on
  /// which 16 nodes give every digit; e^(-λ e^u) grows off the axis and is taken in shorter steps where it matters.
  [[nodiscard]] double panel_end(const path& p, double v, double s, double last, bool power_law) const {
    double width = std::min(last - v, power_law ? 8.0 : 3.0 / age_.c());
    width = std::min(width, 8.0 / std::max(std::fabs(s), 1e-3));
    const auto too_wide = [&] {
      const bool discount = lambda_ > 0 && width > 2.0 && lambda_ * p.a * numeric::exp(v + width) > 1e-3;
      return discount || std::fabs(slope(p, v + width)) * width > 10.0;
    };
    for (int i = 0; i < 200 && too_wide(); ++i) width *= 0.5;
    return v + width >= last ? last : v + width;
  }

  weibull_age<double> age_;
  double lambda_;
  double horizon_;
  double total_ = 0.0;
};

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

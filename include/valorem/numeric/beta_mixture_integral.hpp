// ∫_0^H e^(-D v) E[(1 + p v)^-σ] dv over p ~ Beta(a, b): a discounted lifetime, or a discounted count with σ = s+1.
//
// y(v) = E[(1 + p v)^-σ] solves Gauss's equation v (1+v) y'' + (a+b + (σ+a+1) v) y' + σ a y = 0 (DLMF 15.10.1 at -v).
// So its Taylor coefficients at any v0 follow from y and y' there by a three-term recurrence, and y is carried outwards
// from 0. Rounding excites the equation's other solutions, which fall faster than y and die out, but whose Taylor terms
// grow like ((a+b+σ) step/v0)^n/n!: steps are kept below 4 v0/(a+b+σ). Where that is too short, y is smooth in ln v,
// and Gauss-Legendre panels in ln v do the same.
#ifndef VALOREM_NUMERIC_BETA_MIXTURE_INTEGRAL_HPP
#define VALOREM_NUMERIC_BETA_MIXTURE_INTEGRAL_HPP

#include <valorem/numeric/beta_mixture.hpp>
#include <valorem/numeric/discounted_power.hpp>
#include <valorem/numeric/quadrature.hpp>
#include <valorem/numeric/real.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace valorem::inline VALOREM_ABI::numeric {

namespace detail {

/// y on [at, at + step] as a polynomial in (v - at)/step.
template <class R>
class mixture_piece {
 public:
  static constexpr int most = 120;

  /// Around 0, where y = Σ (σ)_n (a)_n / ((a+b)_n n!) (-v)^n, for step <= min(1/3, 1/σ).
  mixture_piece(const R& a, const R& b, const R& sigma, double step) : step_(step) {
    c_[0] = R(1.0);
    int n = 0;
    do {
      c_[n + 1] = c_[n] * (-step * (sigma + n) * (a + n) / ((a + b + n) * (1.0 + n)));
      ++n;
    } while (n + 1 < most && std::fabs(value_of(c_[n])) > 1e-18);
    terms_ = n + 1;
  }

  /// Around at > 0, from y and y' there, for step <= at/2.
  mixture_piece(const R& a, const R& b, const R& sigma, double at, double step, const R& y, const R& slope)
      : step_(step) {
    c_[0] = y;
    c_[1] = slope * step;
    const double bend = step / (at * (1.0 + at));
    const double middle = (1.0 + 2.0 * at) * bend;
    const R drift = ((a + b) + (sigma + a + 1.0) * at) * bend;
    const R pull = R(bend * step);
    const double floor = 1e-18 * (std::fabs(value_of(y)) + std::fabs(value_of(c_[1])));
    int n = 0;
    do {
      c_[n + 2] = -((1.0 + n) * (middle * n + drift) * c_[n + 1] + (sigma + n) * (a + n) * pull * c_[n]) *
                  (1.0 / ((1.0 + n) * (2.0 + n)));
      ++n;
    } while (n + 2 < most && (std::fabs(value_of(c_[n + 1])) > floor || std::fabs(value_of(c_[n])) > floor));
    terms_ = n + 2;
  }

  [[nodiscard]] R value(double part) const {
    R sum = c_[terms_ - 1];
    for (int n = terms_ - 2; n >= 0; --n) sum = sum * part + c_[n];
    return sum;
  }
  /// dy/dv at the far end.
  [[nodiscard]] R end_slope() const {
    R sum(0.0);
    for (int n = terms_ - 1; n >= 1; --n) sum = sum + static_cast<double>(n) * c_[n];
    return sum / step_;
  }

 private:
  double step_;
  std::array<R, most> c_;
  int terms_ = 0;
};

/// ∫_at^end e^(-D v) y dv by panels in ln v, at > 0.
template <class R>
[[nodiscard]] R discounted_mixture_beyond(const R& a, const R& b, const R& sigma, const R& D, double at, double end) {
  R total(0.0);
  if (!(at < end)) return total;
  constexpr double widest = 1.2;
  const beta_mixture<R> p(a, b);
  const double reach = numeric::log(end / at);
  const auto panels = static_cast<int>(std::ceil(reach / widest));
  const double d = value_of(D);
  for (int k = 0; k < panels; ++k) {
    const double lo = reach * k / panels;
    const R part = integrate_panel<R>(lo, reach * (k + 1) / panels, [&](double y) {
      const double v = at * numeric::exp(y);
      return v * numeric::exp(-(D * v)) * p.survival(sigma, R(v));
    });
    total = total + part;
    const double v = at * numeric::exp(reach * (k + 1) / panels);
    const double span = d > 0 ? std::min(end - v, 1.0 / d) : end - v;
    if (value_of(part) * span < 1e-18 * v * value_of(total)) break;
  }
  return total;
}

/// What the end of the integral adds to its derivatives: (H - end) f(end) + (H - end)²/2 f'(end), whose value is 0.
template <class R>
[[nodiscard]] R moving_end(const R& a, const R& b, const R& sigma, const R& D, const R& H) {
  const double end = value_of(H);
  const R over = H - end;
  const R fading = numeric::exp(-(D * end));
  const R y = beta_mixture<R>(a, b).survival(sigma, R(end));
  const R slope = -(sigma * a / (a + b)) * beta_mixture<R>(R(a + 1.0), b).survival(R(sigma + 1.0), R(end));
  return over * fading * (y + 0.5 * over * (slope - D * y));
}

}  // namespace detail

/// ∫_0^H e^(-D v) E[(1 + p v)^-σ] dv; a, b, σ > 0, D >= 0, 0 <= H <= infinity, and H finite where D = 0. Same-bits;
/// relative error <= max(1e-12, 4 eps cond).
template <class R>
[[nodiscard]] R discounted_mixture(const R& a, const R& b, const R& sigma, const R& D, const R& until) {
  const double H = value_of(until);
  const double d = value_of(D);
  const double end = d > 0 ? std::min(H, 45.0 / d) : H;
  if (!(end > 0)) return R(0.0);
  const double degree = value_of(a) + value_of(b) + value_of(sigma);
  const beta_mixture<R> over_p(a, b);
  const bool by_panels = degree > 30.0 && over_p.always_quick(value_of(sigma));
  if (!by_panels && degree > 64.0) {
    // Steps would be many and each panel dear: E[∫_0^H e^(-D v) (1 + p v)^-σ dv] with w = p v inside.
    return over_p.mean([&](const R& p) { return R(discounted_power(sigma, R(D / p), R(p * until)) / p); },
                       value_of(sigma), end);
  }
  R total(0.0);
  if constexpr (own_number<R>) {
    if (is_finite(H)) total = detail::moving_end(a, b, sigma, D, until);
  }
  // The discount may fall much faster than y: then a piece is integrated in panels of the discount's own width.
  const auto add = [&](const detail::mixture_piece<R>& y, double from, double step) {
    const int panels = 1 + static_cast<int>(d * step / 6.0);
    for (int k = 0; k < panels; ++k) {
      const double lo = static_cast<double>(k) / panels;
      const double hi = static_cast<double>(k + 1) / panels;
      const auto integrand = [&](double part) { return numeric::exp(-(D * (from + step * part))) * y.value(part); };
      total = total + step * integrate_panel<R>(lo, hi, integrand);
    }
  };
  double at = std::min({end, 1.0 / 3.0, 1.0 / value_of(sigma)});
  const detail::mixture_piece<R> first(a, b, sigma, at);
  add(first, 0.0, at);
  if (by_panels) return total + detail::discounted_mixture_beyond(a, b, sigma, D, at, end);
  const double stride = std::min(0.5, 4.0 / degree);
  R y = first.value(1.0);
  R slope = first.end_slope();
  while (at < end) {
    // What is left is at most y times its discounted span.
    const double span = d > 0 ? std::min(end - at, 1.0 / d) : end - at;
    if (value_of(y) * numeric::exp(-d * at) * span < 1e-18 * value_of(total)) break;
    const double step = std::min(end - at, stride * at);
    const detail::mixture_piece<R> piece(a, b, sigma, at, step, y, slope);
    add(piece, at, step);
    y = piece.value(1.0);
    slope = piece.end_slope();
    at += step;
  }
  return total;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

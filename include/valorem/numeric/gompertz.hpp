// The lifetime of one of many whose hazard η e^(b t) grows with age, η ~ Gamma: S(t) = (1 + (e^v - 1)/B)^-s with v = b
// t, and integrals over it (Bemmaor & Glady 2012, Management Science 58:1012). It has two scales, a power of time while
// v is small and an exponential after; ln S is concave in ln t across both, so panels in the logarithm of time serve
// both.
#ifndef VALOREM_NUMERIC_GOMPERTZ_HPP
#define VALOREM_NUMERIC_GOMPERTZ_HPP

#include <valorem/numeric/power_pair.hpp>
#include <valorem/numeric/quadrature.hpp>
#include <valorem/numeric/real.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace valorem::inline VALOREM_ABI::numeric {

/// What B is of those who are still there at v = b t >= 0: 1 + (B - 1) e^-v, as a sum of positive terms.
template <class R>
[[nodiscard]] R gompertz_aged(const R& B, const R& v) {
  return B * numeric::exp(-v) - numeric::expm1(-v);
}

/// -ln S / s = ln(1 + (e^v - 1)/B), and the hazard over b s, e^v / (B - 1 + e^v): from 1/B to 1. v >= 0, no overflow.
template <class R>
struct gompertz_clock {
  R spent;
  R pull;
};
template <class R>
[[nodiscard]] gompertz_clock<R> gompertz_at(const R& B, const R& v) {
  if (value_of(v) <= 40.0) {
    const R grown = numeric::expm1(v);
    return {numeric::log1p(grown / B), (1.0 + grown) / (B + grown)};
  }
  const R aged = gompertz_aged(B, v);
  return {v + numeric::log(aged / B), 1.0 / aged};
}

/// How the logarithms of S and of its hazard move with θ = ln(t + shift), at e^θ = e: slope and size of bend.
struct gompertz_motion {
  double pull;
  double quick;  ///< -d ln S / dθ, over s
  double bend;   ///< |d quick / dθ|
  double pull_slope;
  double pull_bend;
};
[[nodiscard]] inline gompertz_motion gompertz_moves(double b, double B, double t, double e) noexcept {
  const double v = b * t;
  const double pull = 1.0 / gompertz_aged(B, v);
  const double quick = b * e * pull;
  const double falls = quick * (1.0 - B) * exp(-v);
  return {pull, quick, quick * std::fabs(1.0 - falls), -falls, std::fabs(falls * (1.0 - quick))};
}

namespace detail {

inline constexpr double gompertz_negligible = 1e-18;

/// The widest panel from where f moves by these slopes and bends, as in power_pair.hpp. Where B > 1, S has poles a half
/// turn beside v = ln(B - 1), which are near in θ when that is large: |ln z| >= ln(1 + |z - 1|).
[[nodiscard]] inline double gompertz_panel(double b, double B, double t, double e, double slope, double bend) noexcept {
  const double width = std::min(2.0, 2.5 / std::max(0.5 * slope, std::sqrt(bend)));
  if (!(B > 1.0)) return width;
  constexpr double pi = 3.14159265358979323846;
  const double off = b * t - log(B - 1.0);
  return std::min(width, 0.8 * log1p(std::sqrt(off * off + pi * pi) / (b * e)));
}

/// A panel that is no more than twice too wide for where it ends: what is flat here may fall like e^-e^v there.
template <class Width>
[[nodiscard]] double looking_ahead(const Width& width, double at, double direction) {
  double step = width(at);
  while (step > 2.0 * width(at + direction * step)) step *= 0.5;
  return step;
}

}  // namespace detail

/// What passes, or who leaves, from now on: the integrand (A/(A+t))^k e^(-rate t) S(t), times the hazard where
/// `leaving`, over t = base (e^θ - 1). A, B, b, s > 0, k, rate >= 0.
template <class R>
struct gompertz_stream {
  R k;
  R A;
  double rate;
  R b;
  R s;
  R B;
  bool leaving;

  /// The sooner of the two scales, so that the integrand without the hazard is log-concave in θ.
  [[nodiscard]] double base() const {
    const double first = std::min(value_of(B), 1.0) / value_of(b);
    return value_of(k) > 0 ? std::min(value_of(A), first) : first;
  }

  /// -ln of the integrand but for the hazard.
  [[nodiscard]] R fallen(double t, const gompertz_clock<R>& at) const {
    R out = s * at.spent + rate * t;
    if (value_of(k) > 0) out = out + k * numeric::log1p(R(t) / A);
    return out;
  }

  /// The integrand times dt/dθ at θ.
  [[nodiscard]] R at(double theta) const {
    const double from = base();
    const double t = from * numeric::expm1(theta);
    const gompertz_clock<R> now = gompertz_at(B, R(b * t));
    const R there = numeric::exp(-fallen(t, now)) * (from * numeric::exp(theta));
    return leaving ? R(there * (b * s * now.pull)) : there;
  }

  /// ∫_0^span dt; span may be infinite. Same-bits.
  [[nodiscard]] R integral(double span) const {
    return over(span, 0.0, [this](double theta) { return at(theta); });
  }

  /// ∫_0^span of(t) dt of the integrand weighed, 0 <= of <= 1, which bends no more sharply than S^(sharper/s).
  /// Same-bits.
  template <class Of>
  [[nodiscard]] R weighed(double span, double sharper, Of&& of) const {
    const double from = base();
    return over(span, sharper, [&](double theta) { return at(theta) * of(from * numeric::expm1(theta)); });
  }

 private:
  /// ∫ f dθ in panels for the integrand times S^(sharper/s).
  template <class F>
  [[nodiscard]] R over(double span, double sharper, F&& f) const {
    const double from = base();
    const auto slope = [&](double e, const gompertz_motion& m) {
      return 1.0 - value_of(k) * (e / (value_of(A) + (e - from))) - rate * e - value_of(s) * m.quick;
    };
    const auto moves = [&](double theta) {
      return gompertz_moves(value_of(b), value_of(B), from * numeric::expm1(theta), from * numeric::exp(theta));
    };
    const auto width = [&](double theta) {
      const double e = from * numeric::exp(theta);
      const gompertz_motion m = moves(theta);
      const double w = e / (value_of(A) + (e - from));
      double bend = value_of(k) * std::fabs(w * (1.0 - w)) + rate * e + value_of(s) * m.bend;
      double steep = std::fabs(slope(e, m));
      if (leaving) bend += m.pull_bend, steep += std::fabs(m.pull_slope);
      if (sharper > 0) sharpen(sharper, from * numeric::expm1(theta), m, bend, steep);
      return detail::gompertz_panel(value_of(b), value_of(B), from * numeric::expm1(theta), e, steep, bend);
    };
    return integrate_outwards<R>(
        f, 0.0, numeric::log1p(span / from),
        [&](double at, double way) { return detail::looking_ahead(width, at, way); },
        [&](double, double next, double, double total) {
          // The rest of a log-concave function is no more than its value over its slope.
          const double e = from * numeric::exp(next);
          const gompertz_motion m = moves(next);
          const double down = -slope(e, m);
          const double t = from * numeric::expm1(next);
          const gompertz_clock<double> there = gompertz_at(value_of(B), value_of(b) * t);
          const double fall = value_of(s) * there.spent + rate * t + value_of(k) * numeric::log1p(t / value_of(A));
          const double most = leaving ? value_of(b) * value_of(s) * std::max(m.pull, 1.0) : 1.0;
          return down > 0 && most * e * numeric::exp(-fall) <= detail::gompertz_negligible * down * total;
        });
  }

  /// Once S^(sharper/s) is nothing, its bends are.
  void sharpen(double sharper, double t, const gompertz_motion& m, double& bend, double& steep) const {
    constexpr double nothing = 60.0;
    if (gompertz_at(value_of(B), value_of(b) * t).spent > nothing) return;
    bend += sharper * m.bend, steep += sharper * m.quick;
  }
};

/// By what an integral over purchases is weighed beside S: by nothing, by the hazard, or by 1 - S in the place of S.
enum class gompertz_weight { none, hazard, gone };

/// t^c (α + t)^-m S(t) and its weight, over their values at t = `centre`, in θ = ln(t / centre): m rising arrivals, of
/// which log-concave parts are 1 at θ = 0. `rise` is c - m, given because it may be small where both are large.
struct gompertz_counts {
  double c;
  power_factor<double> buys;
  double rise;
  double b;
  double s;
  double B;
  double centre;
  gompertz_weight weight;

  [[nodiscard]] double shape() const noexcept { return weight == gompertz_weight::gone ? 0.0 : s; }
  /// ln S(centre) - ln S(t), over s; from the earlier of the two on, so that it is exact for t near the centre.
  [[nodiscard]] double spent(double theta) const noexcept {
    const double apart = b * centre * numeric::expm1(theta);
    if (theta >= 0) return gompertz_at(gompertz_aged(B, b * centre), apart).spent;
    return -gompertz_at(gompertz_aged(B, b * centre * numeric::exp(theta)), -apart).spent;
  }
  [[nodiscard]] double gone(double theta) const noexcept {
    return -numeric::expm1(-s * gompertz_at(B, b * centre * numeric::exp(theta)).spent);
  }
  /// The part that is log-concave.
  [[nodiscard]] double plain(double theta) const noexcept {
    const double net = buys.mirrored() ? rise : c;
    const double stays = shape() > 0 ? shape() * spent(theta) : 0.0;
    return numeric::exp(net * theta - buys.log_rest(theta) - stays);
  }
  [[nodiscard]] double operator()(double theta) const noexcept {
    if (weight == gompertz_weight::none) return plain(theta);
    if (weight == gompertz_weight::gone) return plain(theta) * gone(theta);
    return plain(theta) * (gompertz_at(B, b * centre * numeric::exp(theta)).pull / gompertz_at(B, b * centre).pull);
  }
  [[nodiscard]] gompertz_motion moves(double theta) const noexcept {
    const double t = centre * numeric::exp(theta);
    return gompertz_moves(b, B, t, t);
  }
  [[nodiscard]] double slope(double theta, const gompertz_motion& m) const noexcept {
    return c - buys.m * buys.share(theta) - shape() * m.quick;
  }
  [[nodiscard]] double width(double theta) const noexcept {
    const gompertz_motion m = moves(theta);
    const double w = buys.share(theta);
    double bend = buys.m * w * (1.0 - w) + shape() * m.bend;
    double steep = std::fabs(slope(theta, m));
    if (weight == gompertz_weight::hazard) bend += m.pull_bend, steep += std::fabs(m.pull_slope);
    if (weight == gompertz_weight::gone) {
      const double fallen = s * gompertz_at(B, b * centre * numeric::exp(theta)).spent;
      const double rises = fallen > 0 ? s * m.quick / numeric::expm1(fallen) : 1.0;
      bend += rises * (m.bend / m.quick + s * m.quick + rises);
      steep += rises;
    }
    const double t = centre * numeric::exp(theta);
    return detail::gompertz_panel(b, B, t, t, steep, bend);
  }
  /// No more than what is left beyond θ on that side.
  [[nodiscard]] double rest(double theta, double way) const noexcept {
    const gompertz_motion m = moves(theta);
    const double down = -way * slope(theta, m);
    if (!(down > 0)) return std::numeric_limits<double>::infinity();
    double most = 1.0;
    if (weight == gompertz_weight::hazard)
      most = std::max(m.pull, way > 0 ? 1.0 : 1.0 / B) / gompertz_at(B, b * centre).pull;
    if (weight == gompertz_weight::gone && way < 0) most = gone(theta);
    return most * plain(theta) / down;
  }
  /// ∫ dθ from minus infinity to `end` >= 0. Same-bits.
  [[nodiscard]] double integral(double end) const noexcept {
    const auto at = [this](double theta) { return (*this)(theta); };
    const auto wide = [this](double theta) { return width(theta); };
    return integrate_outwards<double>(
        at, -std::numeric_limits<double>::infinity(), end,
        [&](double from, double way) { return detail::looking_ahead(wide, from, way); },
        [&](double from, double next, double, double total) {
          return rest(next, next > from ? 1.0 : -1.0) <= detail::gompertz_negligible * total;
        });
  }
};

/// Near the one t <= latest where t^c (α+t)^-m S(t)^(shape/s) is largest, to a small part of that peak's width; c, m >
/// 0.
[[nodiscard]] inline double gompertz_peak(double c, double m, double alpha, double shape, double b, double B,
                                          double latest) noexcept {
  const auto slope = [&](double t) { return c - m * (t / (alpha + t)) - shape * gompertz_moves(b, B, t, t).quick; };
  if (slope(latest) >= 0) return latest;
  double low = c / (m / alpha + shape * b * std::max(1.0, 1.0 / B));
  double high = latest;
  double t = low;
  for (int i = 0; i < 200; ++i) {
    const gompertz_motion at = gompertz_moves(b, B, t, t);
    const double w = t / (alpha + t);
    const double up = c - m * w - shape * at.quick;
    const double bend = m * w * (1.0 - w) + shape * at.bend;
    if (std::fabs(up) <= 0.01 * std::sqrt(bend)) break;
    (up > 0 ? low : high) = t;
    double next = t * numeric::exp(up / bend);
    if (!(next > low && next < high)) next = std::sqrt(low) * std::sqrt(high);
    if (next == t) break;
    t = next;
  }
  return t;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

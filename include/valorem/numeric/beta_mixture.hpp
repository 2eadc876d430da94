// Means over a Beta-distributed dropout chance p, the integrals behind every beta-geometric model:
//
//   survival(σ, v) = E[(1 + p v)^-σ]              = 2F1(σ, a; a+b; -v)
//   count(s, u)    = E[(1 - (1 + p u)^-s) / p]    = s ∫_0^u survival(s+1, v) dv
//
// Each has a series for common arguments and one quadrature for the rest. In the logit θ = ln p/(1-p) the Beta weight
// is p^a (1-p)^b dθ, analytic in |Im θ| < π, so the trapezoidal rule converges geometrically; both its tails are
// geometric series and are summed in closed form. See docs/formulas.md for which form is used where.
#ifndef VALOREM_NUMERIC_BETA_MIXTURE_HPP
#define VALOREM_NUMERIC_BETA_MIXTURE_HPP

#include <valorem/numeric/beta_count_series.hpp>
#include <valorem/numeric/gamma.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace valorem::inline VALOREM_ABI::numeric {

/// p ~ Beta(a, b), a, b > 0, one pair for many means. Same-bits; relative error of survival
/// and count <= max(1e-12, 4 eps cond) over a, b, σ, s in [1e-3, 1e6], u, v in [0, 1e16].
template <class R>
class beta_mixture {
 public:
  beta_mixture(const R& a, const R& b) : a_(a), b_(b), mode_{a / (a + b), b / (a + b)} {}

  /// E[(1 + p v)^-σ], v >= 0, σ > 0: in (0, 1].
  [[nodiscard]] R survival(const R& sigma, const R& v) const {
    R series(0.0);
    if (survival_series(sigma, v, series)) {
      const R out = series * power(R(-numeric::log1p(v)), a_);
      if (value_of(out) > 1e-290) return out;
    }
    return numeric::exp(log_survival(sigma, v));
  }

  /// ln E[(1 + p v)^-σ]: stays accurate where the mean underflows.
  [[nodiscard]] R log_survival(const R& sigma, const R& v) const {
    if (value_of(v) == detail::infinity) return R(-detail::infinity);
    R series(0.0);
    if (survival_series(sigma, v, series)) return numeric::log(series) - a_ * numeric::log1p(v);
    const point top = peak(sigma, v);
    // The peak's height relative to the Beta's own; first-order parts cancel because a/p = b/q at the mode.
    const R shift = value_of(mode_.p) > 0.5 ? R(mode_.q - top.q) : R(top.p - mode_.p);
    const R height = a_ * log1pmx(R(shift / mode_.p), R(top.p / mode_.p)) +
                     b_ * log1pmx(R(-shift / mode_.q), R(top.q / mode_.q)) - sigma * numeric::log1p(top.p * v);
    return height + numeric::log(sum(top, sigma, v) / mass());
  }

  /// E[(1 - (1 + p u)^-s) / p], u >= 0, s > 0.
  [[nodiscard]] R count(const R& s, const R& u) const {
    const R C = a_ + b_ - 1.0;
    const R A = C - s;
    R out(0.0);
    if (value_of(C) > 2.0 * value_of(s)) {
      if (count_series_positive(s, u, A, out)) return out;
    } else if (value_of(A) >= 0) {
      if (count_series_euler(u, A, C, out)) return out;
    }
    // p = 0 is a p below the smallest double.
    const auto of = [&](const R& p) {
      return value_of(p) > 0 ? R(-numeric::expm1(-s * numeric::log1p(p * u)) / p) : R(s * u);
    };
    return mean(of, value_of(s), value_of(u));
  }

  /// E[g(p)], or E[g(p, 1-p)], for a smooth positive g that is flat where p σ v is small and falls no faster than p^-σ
  /// beyond.
  template <class G>
  [[nodiscard]] R mean(G&& g, double sigma, double v) const {
    const R degree = a_ + b_;
    const bool mirrored = value_of(mode_.p) > 0.5;
    const auto term = [&](double theta) {
      const R lift = mirrored ? log_lift(mode_.q, mode_.p, -theta) : log_lift(mode_.p, mode_.q, theta);
      const R p = mode_.p * numeric::exp(mirrored ? R(-lift) : R(theta - lift));
      const R weight = numeric::exp((mirrored ? R(-b_ * theta) : R(a_ * theta)) - degree * lift);
      if constexpr (std::is_invocable_v<G, const R&, const R&>) {
        const R q = mode_.q * numeric::exp(mirrored ? R(-theta - lift) : R(-lift));
        return R(weight * g(p, q));
      } else {
        return R(weight * g(p));
      }
    };
    const double curvature = value_of(degree) * value_of(mode_.p) * value_of(mode_.q);
    return both_sides(term, step(curvature), mode_, sigma, v) / mass();
  }

  /// Whether survival(σ, v) is a short series whatever v is.
  [[nodiscard]] bool always_quick(double sigma) const {
    return value_of(a_) + value_of(b_) >= quick_degree && series_keeps_digits(value_of(a_) + value_of(b_) - sigma);
  }

 private:
  /// A chance p and q = 1 - p, each to full precision.
  struct point {
    R p;
    R q;
  };

  static constexpr int series_terms = 300;
  static constexpr double negligible = 1e-18;

  [[nodiscard]] static R power(const R& log_base, const R& exponent) { return numeric::exp(log_base * exponent); }

  static constexpr double quick_degree = 25.0;

  /// Below 0 the terms alternate, and nothing is lost while their sum stays small.
  [[nodiscard]] bool series_keeps_digits(double rest) const {
    return rest >= 0 || -rest * (1.0 + value_of(a_)) <= value_of(a_) + value_of(b_);
  }

  // 2F1(a, a+b-σ; a+b; z), z = v/(1+v), which is (1+v)^a E[(1+pv)^-σ]: all terms positive for σ <= a+b. They fall like
  // z^n, or like n!/(a+b)_n.
  [[nodiscard]] bool survival_series(const R& sigma, const R& v, R& out) const {
    const R rest = a_ + b_ - sigma;
    if (value_of(v) > 4.0 && value_of(a_) + value_of(b_) < quick_degree) return false;
    if (!series_keeps_digits(value_of(rest))) return false;
    const R z = v / (1.0 + v);
    R term(1.0);
    R total(1.0);
    for (int n = 0; n < series_terms; ++n) {
      term = term * (z * (a_ + n) * (rest + n) / ((a_ + b_ + n) * (1.0 + n)));
      total = total + term;
      if (std::fabs(value_of(term)) * (1.0 + 0.1 * n) < 1e-17 * value_of(total) && n > -value_of(rest)) {
        out = total;
        return is_finite(value_of(total));
      }
    }
    return false;
  }

  /// Adds up terms until they are negligible; false where they are too many.
  template <class Terms>
  [[nodiscard]] static bool add_up(Terms terms, R& total) {
    const double rest = 1.0 - value_of(terms.z);
    total = R(1.0);
    for (int n = 0; n < detail::count_terms; ++n) {
      R term(0.0);
      terms.next(n, term);
      total = total + term;
      if (value_of(term) < detail::count_negligible * value_of(total) * rest) return is_finite(value_of(total));
    }
    return false;
  }

  [[nodiscard]] bool count_series_positive(const R& s, const R& u, const R& A, R& out) const {
    const R z = u / (1.0 + u);
    const R one(1.0);
    R total(0.0);
    if (!add_up(detail::positive_count<R>{a_, R(a_ + b_), A, z, one, one, one}, total)) return false;
    out = detail::positive_count_total(s, z, total, power(R(-numeric::log1p(u)), R(a_ - 1.0)));
    return is_finite(value_of(out));
  }

  [[nodiscard]] bool count_series_euler(const R& u, const R& A, const R& C, R& out) const {
    const R z = u / (1.0 + u);
    R total(0.0);
    if (!add_up(detail::euler_count<R>{a_, C, A, z, R(1.0)}, total)) return false;
    const R L = -numeric::log1p(u);
    const R epsilon = a_ - 1.0;
    const R exponent = epsilon * L;
    const bool pole = value_of(epsilon) == 0.0;
    const R f = pole ? R(-L) : R(-numeric::expm1(exponent) / epsilon);
    out = detail::euler_count_total(C, f, R(numeric::exp(exponent)), A, z, total);
    return is_finite(value_of(out)) && detail::euler_count_keeps_digits(value_of(out), value_of(C), value_of(f));
  }

  /// Where p^a (1-p)^b (1+pv)^-σ is largest: the root of z κ p² + B p - a (1-z) or, seen from q = 1 - p, of
  /// z κ q² - B' q + b, with z = v/(1+v) and κ = a+b-σ. Any point near it serves, so it carries no derivative.
  [[nodiscard]] point peak(const R& sigma, const R& v) const {
    const double a = value_of(a_);
    const double b = value_of(b_);
    const double s = value_of(sigma);
    const double z = value_of(v) / (1.0 + value_of(v));
    const double o = 1.0 / (1.0 + value_of(v));
    const double bend = z * (a + b - s);
    const double slope = (a + b) * o + z * (s - a);
    const double root = std::sqrt(std::max(0.0, slope * slope + 4.0 * bend * a * o));
    const double p = slope >= 0 ? 2.0 * a * o / (slope + root) : (root - slope) / (2.0 * bend);
    if (p <= 0.5) return {R(std::max(p, 1e-290)), R(1.0 - std::max(p, 1e-290))};
    const double slope_q = (a + b) * (1.0 + z) - z * (s + a);
    const double q = 2.0 * b / (slope_q + std::sqrt(std::max(0.0, slope_q * slope_q - 4.0 * bend * b)));
    return {R(1.0 - q), R(q)};
  }

  // Trapezoidal sum over θ of [p/p0]^a [(1-p)/(1-p0)]^b [(1+pv)/(1+p0 v)]^-σ around p0, times the step.
  // With l = 1 + p0 (e^θ - 1): p/p0 = e^θ/l, (1-p)/(1-p0) = 1/l and p - p0 = p0 (1-p0) (e^θ - 1)/l. Where p0 is above
  // 1/2 the same is written from the other end, with m = l e^-θ = 1 + (1-p0) (e^-θ - 1), so that neither l nor m is
  // below 1/2 and no large a θ has to be taken off again.
  [[nodiscard]] R sum(const point& at, const R& sigma, const R& v) const {
    const R scale = 1.0 + at.p * v;
    const R reach = at.p * v / scale;
    const double w = value_of(at.p) * (1.0 + value_of(v)) / value_of(scale);
    const double curvature = (value_of(a_) + value_of(b_) - value_of(sigma)) * value_of(at.p) * value_of(at.q) +
                             value_of(sigma) * w * (value_of(at.q) / value_of(scale));
    const bool mirrored = value_of(at.p) > 0.5;
    const R degree = a_ + b_;
    const R& near = mirrored ? at.q : at.p;
    const R lever = mirrored ? R(-reach * at.q) : R(reach * at.q);
    const auto term = [&](double theta) {
      const double rise = numeric::expm1(mirrored ? -theta : theta);
      const R part = near * rise;
      // (1+pv)/(1+p0 v) - 1, and its logarithm from two positive parts where it comes near -1.
      const R change = lever * (rise / (1.0 + part));
      const auto from_parts = [&] {
        const R share = (mirrored ? 1.0 : numeric::exp(theta)) / (1.0 + part);
        return R(numeric::log(1.0 / scale + reach * share));
      };
      const R growth = value_of(change) > -0.5 ? R(numeric::log1p(change)) : from_parts();
      return R(
          numeric::exp((mirrored ? R(-b_ * theta) : R(a_ * theta)) - degree * numeric::log1p(part) - sigma * growth));
    };
    return both_sides(term, step(curvature), at, value_of(sigma), value_of(v));
  }

  /// What the same sum gives for σ = 0 around the Beta's own mode: B(a, b) / (p0^a (1-p0)^b).
  [[nodiscard]] R mass() const { return numeric::exp(-log_beta_kernel(a_, b_, a_, b_)); }

  /// Less than half the peak's width, and never above what the strip of analyticity allows.
  [[nodiscard]] static double step(double curvature) { return 0.45 / std::sqrt(std::max(curvature, 4.0)); }

  /// Step times the sum of the terms on both sides of `at`. Where p (b + σ v), or 1-p times its like, is below 1e-17
  /// the terms are a geometric series of ratio e^-ah (to the left) or e^-bh (to the right).
  template <class F>
  [[nodiscard]] R both_sides(F&& term, double h, const point& at, double sigma, double v) const {
    const double logit = numeric::log(value_of(at.p)) - numeric::log(value_of(at.q));
    constexpr double largest = std::numeric_limits<double>::max();
    const double left = logit + 40.0 + numeric::log(std::min(1.0 + value_of(b_) + (1.0 + sigma) * (1.0 + v), largest));
    const double right = -logit + 40.0 + numeric::log(1.0 + value_of(a_) + sigma);
    R total = term(0.0);
    const auto side = [&](double direction, double limit, const R& exponent) {
      for (int k = 1;; ++k) {
        const R t = term(direction * h * k);
        total = total + t;
        if (value_of(t) < negligible * value_of(total)) return;
        if (h * k >= limit) {
          total = total + t / numeric::expm1(exponent * h);
          return;
        }
      }
    };
    side(-1.0, left, a_);
    side(1.0, right, b_);
    return h * total;
  }

  R a_;
  R b_;
  point mode_;
};

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

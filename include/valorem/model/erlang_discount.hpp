// Discounted sums over Erlang-k purchases: to a horizon, as an integral over time, and for ever, as a mean over the
// purchase rate, given which the whole series of purchases is one power series.
#ifndef VALOREM_MODEL_ERLANG_DISCOUNT_HPP
#define VALOREM_MODEL_ERLANG_DISCOUNT_HPP

#include <valorem/model/erlang_sum.hpp>

namespace valorem::inline VALOREM_ABI::detail {

template <class R>
[[nodiscard]] R erlang_value(const erlang_stages<R>& at, const R& a, const R& b, const R& v, count_weight weight) {
  const scaled_number<R> sum = erlang_sum(at, a, b, v, weight);
  return numeric::value_of(sum.value) > 0 ? R(numeric::exp(sum.log())) : R(0.0);
}

/// ∫_0^V e^(-D v) Σ_i weight P(i at v) dv, V finite. Each purchase's density is as wide in ln v as one over the root of
/// its stages or of s, and after k² stages they run into each other; panels are narrower than that.
template <class R>
[[nodiscard]] R erlang_integral(const erlang_stages<R>& at, const R& a, const R& b, const R& D, const R& V,
                                count_weight weight) {
  constexpr double widest = 1.2;
  constexpr double changes = 2.5;
  constexpr double fades = 6.0;
  constexpr double mingled = 600.0;
  const double d = numeric::value_of(D);
  const double end = numeric::value_of(V);
  const double s = numeric::value_of(at.s) + at.last();
  const auto f = [&](const R& v) { return numeric::exp(-(D * v)) * erlang_value(at, a, b, v, weight); };
  R total(0.0);
  for (double v = 0.0; v < end;) {
    const double stages = s * v;
    const double crest = stages < mingled ? std::sqrt(std::max(1.0, std::min(stages, s))) : 1.0;
    double next = v == 0 ? std::min(0.3, 0.5 / s) : v * numeric::exp(std::min(widest, changes / crest));
    if (d > 0) next = std::min(next, v + fades / d);
    const R part = next < end ? numeric::integrate_panel<R>(R(v), R(next), f) : numeric::integrate_panel<R>(R(v), V, f);
    total = total + part;
    if (d * v > 45.0 && numeric::value_of(part) <= 1e-18 * numeric::value_of(total)) break;
    v = next;
  }
  return total;
}

/// The mean over λ ~ Gamma(s + j, c), and over j, of the discounted purchases or the discounted lifetime over c for
/// ever at D = rate c > 0. With L = λ/(λ+D), the discount to one event, the n-th purchase is worth L^(nk-j), so
/// purchases sum to L^(k-j) Σ_n w_n L^(kn), and lifetime to [1 - L^(k-j) + (1 - L^k) L^-j Σ_{n >= 1} w_n L^(kn)]/D. By
/// the trapezoidal rule in θ = ln(λ/λ₀), in which the Gamma density and L are analytic for |Im θ| < π/2.
template <class R>
[[nodiscard]] R erlang_for_ever(const erlang_stages<R>& at, const R& a, const R& b, const R& D, count_weight weight) {
  constexpr double negligible = 1e-18;
  const int k = at.k;
  const double s = numeric::value_of(at.s);
  const bool counts = weight == count_weight::bought;
  const auto term = [&](double theta) {
    const double rise = numeric::expm1(theta);
    // θ - (e^θ - 1), which is the Gamma density's logarithm over s.
    const double fall = std::fabs(theta) < 0.4 ? numeric::log1pmx(rise) : theta - rise;
    const R lambda = at.s * numeric::exp(theta);
    const R fade = numeric::log1p(D / lambda);  // -ln L
    const R rest = -numeric::expm1(-(static_cast<double>(k) * fade));
    const R series = counts ? numeric::beta_power_series(a, b, rest) : numeric::beta_power_series(a, R(b + 1.0), rest);
    R poisson = at.chance[0];  // chance_0 (λ silence)^j / j!
    R sum(0.0);
    for (int j = 0; j <= at.last(); ++j) {
      const R wait = numeric::exp(-((k - j) * fade));
      const R worth = counts ? R(wait * series)
                             : R((-numeric::expm1(-((k - j) * fade)) + rest * (wait * (b / (a + b)) * series)) / D);
      sum = sum + poisson * worth;
      poisson = poisson * (lambda * at.silence / (1.0 + j));
    }
    return R(numeric::exp(at.s * fall) * sum);
  };
  const double h = 0.45 / std::sqrt(std::max(s + k, 4.0));
  R total = term(0.0);
  for (int m = 1;; ++m) {
    const R t = term(h * m);
    total = total + t;
    if (numeric::value_of(t) <= negligible * numeric::value_of(total)) break;
  }
  // Far to the left no event comes before everything is discounted away, and lifetime is the whole 1/D.
  const double nothing = numeric::log(1e-18 * std::min(1.0, numeric::value_of(D) / s));
  for (int m = 1;; ++m) {
    const R t = term(-h * m);
    total = total + t;
    if (numeric::value_of(t) <= negligible * numeric::value_of(total)) break;
    if (!counts && -h * m < nothing) {
      total = total + t / numeric::expm1(at.s * h);
      break;
    }
  }
  return h * total * numeric::exp(0.5 * numeric::log(at.s) - numeric::half_log_two_pi - numeric::binet(at.s));
}

/// Discounted purchases, or discounted lifetime over c, at D = rate c up to V = horizon/c; not for ever at D = 0.
template <class R>
[[nodiscard]] R erlang_discounted(const erlang_stages<R>& at, const R& a, const R& b, const R& D, const R& V,
                                  count_weight weight) {
  constexpr double for_ever = 120.0;  // e^-120 120^11/11! is nothing
  const double end = numeric::value_of(V);
  if (end == 0) return R(0.0);
  if (numeric::value_of(D) * end > for_ever) return erlang_for_ever(at, a, b, D, weight);
  const R integral = erlang_integral(at, a, b, D, V, weight);
  if (weight == count_weight::stayed) return integral;
  // By parts: what was bought in all at the end, and what came earlier is worth more.
  return numeric::exp(-(D * V)) * erlang_value(at, a, b, V, weight) + D * integral;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

// Integrals over time with continuous discounting, for any future that has a rate or a survival to offer.
#ifndef VALOREM_NUMERIC_DISCOUNT_HPP
#define VALOREM_NUMERIC_DISCOUNT_HPP

#include <valorem/numeric/quadrature.hpp>
#include <valorem/numeric/real.hpp>

#include <algorithm>
#include <cmath>

namespace valorem::inline VALOREM_ABI::numeric {

/// ∫_0^H e^(-D v) f(v) dv for D >= 0, 0 <= H <= infinity (finite where D = 0), and f positive and falling from f(0),
/// with f(v) smooth in ln v and varying by a factor of e at most over v <= 1/steepness. Same-bits; relative error <=
/// 1e-14 beyond that of f.
///
/// One panel from 0 to where f begins to bend, then panels of equal width in ln v up to H or e^-45 of the discount.
template <class R, class F>
[[nodiscard]] R discounted_integral(const R& D, double H, double steepness, F&& f) {
  const double d = value_of(D);
  const double end = std::min(H, d > 0 ? 45.0 / d : H);
  if (!(end > 0)) return R(0.0);
  const double bend = std::min({end, 0.5, 1.0 / steepness, d > 0 ? 2.0 / d : end});
  const auto integrand = [&](const R& v) { return numeric::exp(-(D * v)) * f(v); };
  R total = integrate_panel(R(0.0), R(bend), integrand);
  if (bend < end) {
    constexpr double widest = 1.5;
    const double reach = numeric::log(end / bend);
    const auto panels = static_cast<int>(std::ceil(reach / widest));
    for (int k = 0; k < panels; ++k) {
      const R lo(reach * k / panels);
      const R hi(reach * (k + 1) / panels);
      total = total + integrate_panel(lo, hi, [&](const R& y) {
                const R v = bend * numeric::exp(y);
                return v * integrand(v);
              });
    }
  }
  return total;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

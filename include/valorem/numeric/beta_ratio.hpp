// The ratio of two beta functions of nearly the same arguments: its logarithm, exact also where that is almost 0.
#ifndef VALOREM_NUMERIC_BETA_RATIO_HPP
#define VALOREM_NUMERIC_BETA_RATIO_HPP

#include <valorem/numeric/gamma.hpp>

namespace valorem::inline VALOREM_ABI::numeric {

namespace detail {

/// A function on the corners z1 = b, z2 = b+x, z3 = b+a, z4 = b+a+x of a rectangle: what a product of two such
/// functions needs to keep its mixed difference f1 - f2 - f3 + f4 free of cancellation.
template <class R>
struct corners {
  R f2;
  R f3;
  R along_x;  ///< f1 - f2
  R along_a;  ///< f1 - f3
  R mixed;    ///< f1 - f2 - f3 + f4
};

/// φ(z1) - φ(z2) - φ(z3) + φ(z4) for z1, z3 >= 9: about a x/(6 z³), relative error a few eps. φ(z) = w p(w²) with
/// w = 1/z; Horner's scheme is carried for the differences by Leibniz's rule.
template <class R>
[[nodiscard]] R binet_mixed_difference(const R& a, const R& x, const R& z1, const R& z2, const R& z3, const R& z4) {
  constexpr double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                          1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
  const R w1 = 1.0 / z1;
  const R w2 = 1.0 / z2;
  const R w3 = 1.0 / z3;
  const R w4 = 1.0 / z4;
  const R w12 = x * w1 * w2;
  const R w13 = a * w1 * w3;
  const R w24 = a * w2 * w4;
  const R w_mixed = (x * w2) * (a * w1) * ((z1 + z4) * w4) * w3;
  const R u1 = w1 * w1;
  const R u2 = w2 * w2;
  const R u3 = w3 * w3;
  const R u4 = w4 * w4;
  const R u12 = w12 * (w1 + w2);
  const R u13 = w13 * (w1 + w3);
  const R u24 = w24 * (w2 + w4);
  const R u_mixed = w12 * (w13 + w24) + w_mixed * (w3 + w4);
  corners<R> p{R(c[7]), R(c[7]), R(0.0), R(0.0), R(0.0)};
  for (int k = 6; k >= 0; --k) {
    p.mixed = p.along_a * u12 + p.f3 * u_mixed + u24 * p.along_x + u4 * p.mixed;
    p.along_a = p.along_a * u1 + p.f3 * u13;
    p.along_x = p.along_x * u1 + p.f2 * u12;
    p.f2 = p.f2 * u2 + c[k];
    p.f3 = p.f3 * u3 + c[k];
  }
  return p.along_a * w12 + p.f3 * w_mixed + w24 * p.along_x + w4 * p.mixed;
}

}  // namespace detail

/// ln [B(a, b+x) / B(a, b)] like log_beta_ratio, and as exact where it nearly vanishes: x >= 0, b > 0, a > -min(b, 1).
/// Same-bits; relative error <= 64 eps. Twice the price of log_beta_ratio, which errs by 16 eps (|value| + 1).
template <class R>
[[nodiscard]] R log_beta_ratio_tight(const R& a, const R& b, const R& x) {
  const auto c = detail::corners_of_beta_ratio(a, b, x);
  return c.stirling - detail::binet_mixed_difference(a, x, c.z1, c.z2, c.z3, c.z4) - c.moved_up;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

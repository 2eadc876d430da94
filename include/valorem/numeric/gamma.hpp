// Gamma functions and, above all, their differences: no formula here subtracts two large logarithms of Gamma.
//
// Everything rests on Binet's form lnΓ(z) = (z - 1/2) ln z - z + ln(2π)/2 + φ(z), with φ from its asymptotic series
// at z >= 10 (Abramowitz & Stegun 6.1.40) and the recurrence below that. Large parts of a difference are then cancelled
// on paper, not in the machine. The branches are selects, so that a dual number differentiates the same text.
#ifndef VALOREM_NUMERIC_GAMMA_HPP
#define VALOREM_NUMERIC_GAMMA_HPP

#include <valorem/numeric/real.hpp>

namespace valorem::inline VALOREM_ABI::numeric {

inline constexpr double half_log_two_pi = 0.91893853320467274178;

namespace detail {

/// How far an argument is moved up so that the asymptotic series holds: z + shift >= 10 for every z >= 0.
inline constexpr int gamma_shift = 10;

/// φ(z) for z >= 10, to 1e-18.
template <class R>
[[nodiscard]] VALOREM_INLINE R binet_series(const R& z) {
  const R w = 1.0 / z;
  const R u = w * w;
  R s(-3617.0 / 122400);
  s = s * u + 1.0 / 156;
  s = s * u - 691.0 / 360360;
  s = s * u + 1.0 / 1188;
  s = s * u - 1.0 / 1680;
  s = s * u + 1.0 / 1260;
  s = s * u - 1.0 / 360;
  s = s * u + 1.0 / 12;
  return s * w;
}

/// (u2 - u1) times the divided difference of the polynomial Σ c_k u^k: no cancellation when u1 and u2 are close.
template <class R, std::size_t K>
[[nodiscard]] VALOREM_INLINE R polynomial_difference(const double (&c)[K], const R& u1, const R& u2,
                                                     const R& u2_minus_u1) {
  R p(c[K - 1]);
  R q(0.0);
  for (std::size_t k = K - 1; k-- > 0;) {
    q = q * u2 + p;
    p = p * u1 + c[k];
  }
  return q * u2_minus_u1;
}

/// φ(B) - φ(A) for A, B >= 10 and x = B - A, relative to its own size: with w = 1/z, φ(z) = w p(w²).
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R binet_series_delta(const R& A, const R& B, const X& x) {
  constexpr double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                          1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
  const R wA = 1.0 / A;
  const R wB = 1.0 / B;
  const R dw = -(x * wA * wB);
  const R uA = wA * wA;
  R pA(c[7]);
  for (int k = 6; k >= 0; --k) pA = pA * uA + c[k];
  return dw * pA + wB * polynomial_difference(c, uA, R(wB * wB), R(dw * (wA + wB)));
}

/// Π_{i < shift} (1 + x/(a+i)) - 1, without cancellation for small x.
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R rising_product_minus_one(const R& a, const X& x) {
  R q(0.0);
  for (int i = 0; i < gamma_shift; ++i) {
    const R t = x / (a + static_cast<double>(i));
    q = q + t + q * t;
  }
  return q;
}

}  // namespace detail

/// Binet's function φ(z) = lnΓ(z) - [(z - 1/2) ln z - z + ln(2π)/2], z > 0. Same-bits; error <= 4 eps (|value| + 1).
/// φ(z) = φ(z+1) + (z + 1/2) ln(1 + 1/z) - 1: a sum of positive terms that shrink like 1/(12 z²).
template <class R>
[[nodiscard]] R binet(R z) {
  R low(0.0);
  while (value_of(z) < 10.0) {
    low = low + ((z + 0.5) * numeric::log1p(1.0 / z) - 1.0);
    z = z + 1.0;
  }
  return detail::binet_series(z) + low;
}

/// lnΓ(a+x) - lnΓ(a) for a > 0, x > -a. Same-bits; error <= 8 eps (|value| + |x| + 1), relative 8 eps as x -> 0.
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R lgamma_delta(const R& a, const X& x) {
  const R A = a + static_cast<double>(detail::gamma_shift);
  const R B = A + x;
  const R ratio = x / A;
  const R near = A * log1pmx(ratio) - 0.5 * numeric::log1p(ratio) + x * numeric::log(B);
  return near + detail::binet_series_delta(A, B, x) - numeric::log1p(detail::rising_product_minus_one(a, x));
}

/// lnΓ(z), z > 0. Same-bits; error <= 8 eps max(|value|, z) and relative 16 eps around the zeros z = 1 and z = 2.
template <class R>
[[nodiscard]] VALOREM_INLINE R lgamma(const R& z) {
  const double v = value_of(z);
  const bool tiny = v < 0.5;
  const double anchor = v < 1.5 ? 1.0 : 2.0;
  const R x = select(tiny, z, R(z - anchor));
  return lgamma_delta(R(anchor), x) - select(tiny, R(numeric::log(select(tiny, z, R(1.0)))), R(0.0));
}

/// ln B(a, b), a, b > 0. Same-bits; error <= 16 eps (|lnΓ(min)| + |value| + 1).
template <class R>
[[nodiscard]] VALOREM_INLINE R log_beta(const R& a, const R& b) {
  const bool swap = value_of(a) > value_of(b);
  const R low = select(swap, b, a);
  const R high = select(swap, a, b);
  return lgamma(low) - lgamma_delta(high, low);
}

namespace detail {

/// ln [B(a, b+x) / B(a, b)] but for its differences of Binet's function, of arguments moved up by gamma_shift. With z1
/// = b, z2 = b+x, z3 = a+b, z4 = a+b+x the linear parts of the four Stirling forms cancel identically, and z2 z3 / (z1
/// z4) = 1 + a x / (z1 z4).
template <class R>
struct beta_ratio_corners {
  R z1, z2, z3, z4;
  R stirling;
  R moved_up;  ///< to be taken off
};
template <class R, class X>
[[nodiscard]] VALOREM_INLINE beta_ratio_corners<R> corners_of_beta_ratio(const R& a, const R& b, const X& x) {
  const R ax = a * x;
  R product(0.0);
  for (int i = 0; i < gamma_shift; ++i) {
    const R z1 = b + static_cast<double>(i);
    const R t = ax / (z1 * (a + z1 + x));
    product = product + t + product * t;
  }
  const R z1 = b + static_cast<double>(gamma_shift);
  const R z2 = z1 + x;
  const R z3 = a + z1;
  const R z4 = z3 + x;
  const R stirling =
      (z1 - 0.5) * numeric::log1p(ax / (z1 * z4)) - x * numeric::log1p(a / z2) - a * numeric::log1p(x / z3);
  return {z1, z2, z3, z4, stirling, numeric::log1p(product)};
}

}  // namespace detail

/// ln [B(a, b+x) / B(a, b)], b > 0, a > -b, x >= 0. Same-bits; error <= 16 eps (|value| + 1), relative as a -> 0.
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R log_beta_ratio(const R& a, const R& b, const X& x) {
  const auto c = detail::corners_of_beta_ratio(a, b, x);
  const R phi = detail::binet_series_delta(c.z1, c.z3, a) - detail::binet_series_delta(c.z2, c.z4, a);
  return c.stirling + phi - c.moved_up;
}

/// lnΓ(r+x) - lnΓ(r) - x ln(r+x): the part of a purchase likelihood that depends on counts alone, r > 0, x >= 0.
/// About -x for large x. Same-bits; error <= 8 eps (x + |value| + 1).
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R log_rising_scaled(const R& r, const X& x) {
  const R A = r + static_cast<double>(detail::gamma_shift);
  const R ratio = x / A;
  const R phi = detail::binet_series(R(A + x)) - detail::binet_series(A);
  return A * log1pmx(ratio) - 0.5 * numeric::log1p(ratio) +
         x * numeric::log1p(static_cast<double>(detail::gamma_shift) / (r + x)) + phi -
         numeric::log1p(detail::rising_product_minus_one(r, x));
}

/// ln [ρ^A (1-ρ)^B / B(A, B)] at ρ = u/(u+w); A, B, u, w > 0. Same-bits; error <= 8 eps (|value| + sqrt(A+B) + 1).
/// Written around ρ = A/(A+B), where the power and the beta function almost cancel (after Loader's saddle-point form).
template <class R, class U>
[[nodiscard]] VALOREM_INLINE R log_beta_kernel(const R& A, const R& B, const U& u, const R& w) {
  const R N = A + B;
  const R sum = u + w;
  const R d = (u * B - w * A) / sum;  // N ρ - A
  const R at_A = log1pmx(R(d / A), R(u / sum * (N / A)));
  const R at_B = log1pmx(R(-d / B), R(w / sum * (N / B)));
  return A * at_A + B * at_B + 0.5 * numeric::log(A / N * B) - half_log_two_pi + (binet(N) - binet(A) - binet(B));
}

/// ψ(z), z > 0. Same-bits; error <= 8 eps (|value| + 1).
template <class R>
[[nodiscard]] VALOREM_INLINE R digamma(const R& z) {
  R low(0.0);
  for (int i = detail::gamma_shift; i-- > 0;) low = low + 1.0 / (z + static_cast<double>(i));
  const R w = 1.0 / (z + static_cast<double>(detail::gamma_shift));
  const R u = w * w;
  R s(-3617.0 / 8160);
  s = s * u + 1.0 / 12;
  s = s * u - 691.0 / 32760;
  s = s * u + 1.0 / 132;
  s = s * u - 1.0 / 240;
  s = s * u + 1.0 / 252;
  s = s * u - 1.0 / 120;
  s = s * u + 1.0 / 12;
  // -log(w) rather than log(1/w) would round once more; z + shift is exact enough for both.
  return numeric::log(z + static_cast<double>(detail::gamma_shift)) - 0.5 * w - u * s - low;
}

/// ψ'(z), z > 0. Same-bits; relative error <= 8 eps.
template <class R>
[[nodiscard]] VALOREM_INLINE R trigamma(const R& z) {
  R low(0.0);
  for (int i = detail::gamma_shift; i-- > 0;) {
    const R t = 1.0 / (z + static_cast<double>(i));
    low = low + t * t;
  }
  const R w = 1.0 / (z + static_cast<double>(detail::gamma_shift));
  const R u = w * w;
  R s(-3617.0 / 510);
  s = s * u + 7.0 / 6;
  s = s * u - 691.0 / 2730;
  s = s * u + 5.0 / 66;
  s = s * u - 1.0 / 30;
  s = s * u + 1.0 / 42;
  s = s * u - 1.0 / 30;
  s = s * u + 1.0 / 6;
  return w + 0.5 * u + w * u * s + low;
}

/// ψ(a+x) - ψ(a), a > 0, x >= 0. Same-bits; relative error <= 16 eps.
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R digamma_delta(const R& a, const X& x) {
  R low(0.0);
  for (int i = detail::gamma_shift; i-- > 0;) {
    const R t = a + static_cast<double>(i);
    low = low + (x / t) / (t + x);
  }
  const R A = a + static_cast<double>(detail::gamma_shift);
  const R wA = 1.0 / A;
  const R wB = 1.0 / (A + x);
  const R dw = -(x * wA * wB);
  constexpr double c[] = {0.0,       1.0 / 12,       -1.0 / 120, 1.0 / 252,     -1.0 / 240,
                          1.0 / 132, -691.0 / 32760, 1.0 / 12,   -3617.0 / 8160};
  const R chi = detail::polynomial_difference(c, R(wA * wA), R(wB * wB), R(dw * (wA + wB)));
  return low + numeric::log1p(x * wA) - 0.5 * dw - chi;
}

/// ψ'(a+x) - ψ'(a) <= 0, a > 0, x >= 0. Same-bits; relative error <= 16 eps.
template <class R, class X>
[[nodiscard]] VALOREM_INLINE R trigamma_delta(const R& a, const X& x) {
  R low(0.0);
  for (int i = detail::gamma_shift; i-- > 0;) {
    const R t = 1.0 / (a + static_cast<double>(i));
    const R s = 1.0 / (a + static_cast<double>(i) + x);
    low = low - (x * t * s) * (t + s);
  }
  const R A = a + static_cast<double>(detail::gamma_shift);
  const R wA = 1.0 / A;
  const R wB = 1.0 / (A + x);
  const R dw = -(x * wA * wB);
  const R du = dw * (wA + wB);
  constexpr double c[] = {0.0,      1.0 / 6,       -1.0 / 30, 1.0 / 42,     -1.0 / 30,
                          5.0 / 66, -691.0 / 2730, 7.0 / 6,   -3617.0 / 510};
  // w + u/2 + w p(u), differenced term by term.
  R pA(c[8]);
  for (int k = 7; k >= 0; --k) pA = pA * (wA * wA) + c[k];
  return low + dw + 0.5 * du + dw * pA + wB * detail::polynomial_difference(c, R(wA * wA), R(wB * wB), du);
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

// The two series of E[(1 - (1 + p u)^-s)/p], p ~ Beta(a, b), term by term: one text for a number, a dual number, and a
// vector of customers side by side. numeric/beta_mixture.hpp chooses between them.
#ifndef VALOREM_NUMERIC_BETA_COUNT_SERIES_HPP
#define VALOREM_NUMERIC_BETA_COUNT_SERIES_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/numeric/real.hpp>

namespace valorem::inline VALOREM_ABI::numeric::detail {

/// A series ends where what is left is below this part of its sum; terms fall like z^n.
inline constexpr double count_negligible = 0.1 * 1e-16;
/// Beyond it the quadrature is cheaper.
inline constexpr int count_terms = 1000;

/// s (1-z)^(a-1) z Σ_n [(a)_n / (n+1)!] S_n z^n with S_n = Σ_{k<=n} (A)_k / (a+b)_k, z = u/(1+u), A = a+b-1-s: positive
/// for A >= 0. All of weight, ratio and inner start at 1, and so does the sum.
template <class R>
struct positive_count {
  R a, degree, A, z;
  R weight, ratio, inner;

  VALOREM_INLINE void next(double n, R& term) {
    ratio = ratio * ((A + n) / (degree + n));
    inner = inner + ratio;
    weight = weight * (z * (a + n) / (2.0 + n));
    term = weight * inner;
  }
};

/// C f - (1-z)^ε A z Σ_m [(A+1)_m (a)_m / ((C+1)_m (2)_m)] z^m with ε = a-1, C = a+b-1 and f = (1 - (1-z)^ε)/ε. weight
/// and the sum start at 1.
template <class R>
struct euler_count {
  R a, C, A, z;
  R weight;

  VALOREM_INLINE void next(double m, R& term) {
    weight = weight * (z * (A + (1.0 + m)) * (a + m) / ((C + (1.0 + m)) * (2.0 + m)));
    term = weight;
  }
};

/// What a sum of positive_count makes of s and (1-z)^(a-1).
template <class R>
[[nodiscard]] VALOREM_INLINE R positive_count_total(const R& s, const R& z, const R& sum, const R& power) {
  return s * z * sum * power;
}

/// The same of euler_count: f stands for C f's second factor.
template <class R>
[[nodiscard]] VALOREM_INLINE R euler_count_total(const R& C, const R& f, const R& power, const R& A, const R& z,
                                                 const R& sum) {
  return C * f - power * A * z * sum;
}

/// Whether the two parts of euler_count_total left enough of each other.
[[nodiscard]] VALOREM_INLINE bool euler_count_keeps_digits(double total, double C, double f) noexcept {
  return total * 64.0 > C * f;
}

}  // namespace valorem::inline VALOREM_ABI::numeric::detail

#endif

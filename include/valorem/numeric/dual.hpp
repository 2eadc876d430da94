// Numbers that carry their gradient and Hessian: a likelihood evaluated in them is its own derivative.
#ifndef VALOREM_NUMERIC_DUAL_HPP
#define VALOREM_NUMERIC_DUAL_HPP

#include <valorem/numeric/real.hpp>

#include <array>
#include <cstddef>

namespace valorem::inline VALOREM_ABI::numeric {

/// A value with its first and second derivatives in N variables. Arithmetic is exact calculus on rounded values: the
/// derivative of the formula as written.
template <std::size_t N>
struct dual {
  static constexpr std::size_t second = N * (N + 1) / 2;

  double v = 0.0;
  std::array<double, N> g{};       ///< d/dx_i
  std::array<double, second> h{};  ///< d²/dx_i dx_j, lower triangle row by row: index(i, j), i >= j

  dual() = default;
  dual(double value) noexcept : v(value) {}  // NOLINT(google-explicit-constructor): a constant is a dual without slope

  /// The i-th independent variable at `value`.
  [[nodiscard]] static dual variable(double value, std::size_t i) noexcept {
    dual out(value);
    out.g[i] = 1.0;
    return out;
  }
  [[nodiscard]] static constexpr std::size_t index(std::size_t i, std::size_t j) noexcept {
    return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
  }

  /// f(this), given f and its two derivatives here.
  [[nodiscard]] VALOREM_INLINE dual chain(double f, double f1, double f2) const noexcept {
    dual out(f);
    std::size_t k = 0;
    for (std::size_t i = 0; i < N; ++i) {
      out.g[i] = f1 * g[i];
      const double slope = f2 * g[i];
      for (std::size_t j = 0; j <= i; ++j, ++k) out.h[k] = f1 * h[k] + slope * g[j];
    }
    return out;
  }

  dual& operator+=(const dual& b) noexcept {
    v += b.v;
    for (std::size_t i = 0; i < N; ++i) g[i] += b.g[i];
    for (std::size_t k = 0; k < second; ++k) h[k] += b.h[k];
    return *this;
  }
  dual& operator-=(const dual& b) noexcept {
    v -= b.v;
    for (std::size_t i = 0; i < N; ++i) g[i] -= b.g[i];
    for (std::size_t k = 0; k < second; ++k) h[k] -= b.h[k];
    return *this;
  }
  dual& operator*=(const dual& b) noexcept { return *this = *this * b; }
  dual& operator/=(const dual& b) noexcept { return *this = *this / b; }

  [[nodiscard]] friend dual operator-(const dual& a) noexcept { return a.chain(-a.v, -1.0, 0.0); }
  [[nodiscard]] friend dual operator+(dual a, const dual& b) noexcept { return a += b; }
  [[nodiscard]] friend dual operator-(dual a, const dual& b) noexcept { return a -= b; }
  [[nodiscard]] friend dual operator+(dual a, double b) noexcept {
    a.v += b;
    return a;
  }
  [[nodiscard]] friend dual operator+(double b, dual a) noexcept { return a + b; }
  [[nodiscard]] friend dual operator-(dual a, double b) noexcept {
    a.v -= b;
    return a;
  }
  [[nodiscard]] friend dual operator-(double b, const dual& a) noexcept { return a.chain(b - a.v, -1.0, 0.0); }
  [[nodiscard]] friend dual operator*(const dual& a, double b) noexcept { return a.chain(a.v * b, b, 0.0); }
  [[nodiscard]] friend dual operator*(double b, const dual& a) noexcept { return a.chain(a.v * b, b, 0.0); }
  [[nodiscard]] friend dual operator/(const dual& a, double b) noexcept { return a.chain(a.v / b, 1.0 / b, 0.0); }
  [[nodiscard]] friend dual operator/(double b, const dual& a) noexcept {
    const double q = b / a.v;
    return a.chain(q, -q / a.v, 2.0 * q / (a.v * a.v));
  }
  [[nodiscard]] friend dual operator*(const dual& a, const dual& b) noexcept {
    dual out(a.v * b.v);
    std::size_t k = 0;
    for (std::size_t i = 0; i < N; ++i) {
      out.g[i] = a.v * b.g[i] + b.v * a.g[i];
      for (std::size_t j = 0; j <= i; ++j, ++k) {
        out.h[k] = a.v * b.h[k] + b.v * a.h[k] + (a.g[i] * b.g[j] + b.g[i] * a.g[j]);
      }
    }
    return out;
  }
  [[nodiscard]] friend dual operator/(const dual& a, const dual& b) noexcept {
    dual out = a * (1.0 / b);
    out.v = a.v / b.v;
    return out;
  }

  // Order is by value: derivatives do not compare.
  [[nodiscard]] friend bool operator<(const dual& a, const dual& b) noexcept { return a.v < b.v; }
  [[nodiscard]] friend bool operator>(const dual& a, const dual& b) noexcept { return a.v > b.v; }
  [[nodiscard]] explicit operator double() const noexcept { return v; }
};

template <std::size_t N>
[[nodiscard]] dual<N> exp(const dual<N>& a) noexcept {
  const double e = exp(a.v);
  return a.chain(e, e, e);
}
template <std::size_t N>
[[nodiscard]] dual<N> log(const dual<N>& a) noexcept {
  const double i = 1.0 / a.v;
  return a.chain(log(a.v), i, -i * i);
}
template <std::size_t N>
[[nodiscard]] dual<N> log1p(const dual<N>& a) noexcept {
  const double i = 1.0 / (1.0 + a.v);
  return a.chain(log1p(a.v), i, -i * i);
}
template <std::size_t N>
[[nodiscard]] dual<N> expm1(const dual<N>& a) noexcept {
  const double m = expm1(a.v);
  return a.chain(m, m + 1.0, m + 1.0);
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

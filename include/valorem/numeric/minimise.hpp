// Trust-region Newton with exact derivatives, for a handful of variables or for as many as the data bring.
#ifndef VALOREM_NUMERIC_MINIMISE_HPP
#define VALOREM_NUMERIC_MINIMISE_HPP

#include <valorem/numeric/dual.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI::numeric {

template <std::size_t N>
using vector_n = std::array<double, N>;
template <std::size_t N>
using matrix_n = std::array<std::array<double, N>, N>;

/// Stands for a number of variables that is known at run time alone.
inline constexpr std::size_t run_time = std::dynamic_extent;

/// A value with its first and second derivatives in a number of variables that is known at run time: what dual<N> is
/// for N known to the compiler, but without arithmetic.
struct expansion {
  double v = 0.0;
  std::vector<double> g;               ///< d/dx_i
  std::vector<std::vector<double>> h;  ///< d²/dx_i dx_j, the whole symmetric matrix

  expansion() = default;
  explicit expansion(std::size_t n) : g(n), h(n, std::vector<double>(n)) {}
};

namespace detail {

/// What a point, a matrix and a function's value with its derivatives are kept in.
template <std::size_t N>
struct storage {
  using vector = vector_n<N>;
  using matrix = matrix_n<N>;
  using function = dual<N>;
  [[nodiscard]] static vector zeros(const vector&) { return {}; }
  [[nodiscard]] static matrix square(const vector&) { return {}; }
};
template <>
struct storage<run_time> {
  using vector = std::vector<double>;
  using matrix = std::vector<std::vector<double>>;
  using function = expansion;
  [[nodiscard]] static vector zeros(const vector& like) { return vector(like.size()); }
  [[nodiscard]] static matrix square(const vector& like) { return matrix(like.size(), vector(like.size())); }
};

}  // namespace detail

/// Eigenvalues, ascending, and the orthonormal eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations. N
/// is a number or run_time.
template <std::size_t N>
struct eigen_system {
  using vector = typename detail::storage<N>::vector;
  using matrix = typename detail::storage<N>::matrix;

  vector values;
  matrix vectors;

  explicit eigen_system(matrix a) : values(detail::storage<N>::zeros(a[0])), vectors(detail::storage<N>::square(a[0])) {
    const std::size_t n = values.size();
    for (std::size_t i = 0; i < n; ++i) vectors[i][i] = 1.0;
    for (int sweep = 0; sweep < 60; ++sweep) {
      double off = 0.0;
      for (std::size_t p = 0; p < n; ++p) {
        for (std::size_t q = p + 1; q < n; ++q) {
          off = std::max(off, std::fabs(a[p][q]));
          rotate(a, p, q);
        }
      }
      if (off == 0.0) break;
    }
    for (std::size_t i = 0; i < n; ++i) values[i] = a[i][i];
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        if (values[j] < values[i]) {
          std::swap(values[i], values[j]);
          for (std::size_t k = 0; k < n; ++k) std::swap(vectors[k][i], vectors[k][j]);
        }
      }
    }
  }

 private:
  void rotate(matrix& a, std::size_t p, std::size_t q) {
    const std::size_t n = values.size();
    if (std::fabs(a[p][q]) <= 1e-18 * std::sqrt(std::fabs(a[p][p] * a[q][q]))) {
      a[p][q] = a[q][p] = 0.0;
      return;
    }
    const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    const double t = (theta >= 0 ? 1.0 : -1.0) / (std::fabs(theta) + std::sqrt(theta * theta + 1.0));
    const double c = 1.0 / std::sqrt(t * t + 1.0);
    const double s = t * c;
    for (std::size_t k = 0; k < n; ++k) {
      const double kp = a[k][p];
      const double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    for (std::size_t k = 0; k < n; ++k) {
      const double pk = a[p][k];
      const double qk = a[q][k];
      a[p][k] = c * pk - s * qk;
      a[q][k] = s * pk + c * qk;
    }
    a[p][q] = a[q][p] = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double kp = vectors[k][p];
      const double kq = vectors[k][q];
      vectors[k][p] = c * kp - s * kq;
      vectors[k][q] = s * kp + c * kq;
    }
  }
};

/// The Hessian of a dual number as a matrix.
template <std::size_t N>
[[nodiscard]] matrix_n<N> hessian(const dual<N>& f) {
  matrix_n<N> out{};
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = 0; j < N; ++j) out[i][j] = f.h[dual<N>::index(i, j)];
  }
  return out;
}

[[nodiscard]] inline const std::vector<std::vector<double>>& hessian(const expansion& f) noexcept {
  return f.h;
}

/// Where a minimisation stands and how it got there.
template <std::size_t N>
struct minimum {
  typename detail::storage<N>::vector x{};
  typename detail::storage<N>::function f{};
  int evaluations = 0;
  double decrement = 0.0;  ///< what a full Newton step would still gain
  bool found = false;      ///< decrement below the tolerance at a point with a finite value
  bool at_edge = false;    ///< stopped because a variable left its box
};

struct minimise_options {
  double tolerance = 1e-9;     ///< stop where the decrement is below tolerance relative to max(1, |f|) times 1e-6
  int most_evaluations = 200;  ///< bounded effort
  double box = 16.0;           ///< |x_i - start_i| beyond which a variable counts as running away
};

namespace detail {

/// The step of length <= radius that lowers the quadratic model most; its predicted gain.
template <std::size_t N>
double trust_region_step(const typename storage<N>::function& f, double radius, typename storage<N>::vector& step) {
  using vector = typename storage<N>::vector;
  const eigen_system<N> e(hessian(f));
  const std::size_t n = e.values.size();
  vector g = storage<N>::zeros(e.values);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) g[k] += e.vectors[i][k] * f.g[i];
  }
  const auto along = [&](double shift, vector& s) {
    double length2 = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      s[k] = -g[k] / (e.values[k] + shift);
      length2 += s[k] * s[k];
    }
    return std::sqrt(length2);
  };
  const double scale = std::max(std::fabs(e.values[0]), std::fabs(e.values[n - 1])) + 1e-300;
  double low = std::max(0.0, -e.values[0]) + 1e-14 * scale;
  if (e.values[0] > 1e-14 * scale) low = 0.0;
  vector s = storage<N>::zeros(e.values);
  double shift = low;
  if (along(low, s) > radius) {
    double high = low + scale;
    while (along(high, s) > radius) high = low + 4.0 * (high - low);
    for (int i = 0; i < 60; ++i) {
      shift = 0.5 * (low + high);
      (along(shift, s) > radius ? low : high) = shift;
    }
    shift = high;
    (void)along(shift, s);
  }
  double gain = 0.0;
  for (std::size_t k = 0; k < n; ++k) gain -= g[k] * s[k] + 0.5 * e.values[k] * s[k] * s[k];
  for (std::size_t i = 0; i < n; ++i) {
    step[i] = 0.0;
    for (std::size_t k = 0; k < n; ++k) step[i] += e.vectors[i][k] * s[k];
  }
  return gain;
}

/// The largest slope along a variable.
template <class Function>
[[nodiscard]] double steepest(const Function& f) {
  double out = 0.0;
  for (const double g : f.g) out = std::max(out, std::fabs(g));
  return out;
}

}  // namespace detail

/// Minimises objective: vector_n<N> -> dual<N> from `start`; for N = run_time std::vector<double> -> expansion.
/// Deterministic; each accepted step lowers the value or, where rounding hides that, the slope.
template <std::size_t N, class F>
[[nodiscard]] minimum<N> minimise(F&& objective, const typename detail::storage<N>::vector& start,
                                  const minimise_options& how = {}) {
  const std::size_t n = start.size();
  minimum<N> at;
  at.x = start;
  at.f = objective(at.x);
  at.evaluations = 1;
  double radius = 1.0;
  while (is_finite(at.f.v) && at.evaluations < how.most_evaluations) {
    auto step = detail::storage<N>::zeros(start);
    const double gain = detail::trust_region_step<N>(at.f, radius, step);
    at.decrement = gain;
    const double small = how.tolerance * 1e-6 * std::max(1.0, std::fabs(at.f.v));
    auto next = at.x;
    double length2 = 0.0;
    bool outside = false;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] += step[i];
      length2 += step[i] * step[i];
      outside = outside || std::fabs(next[i] - start[i]) > how.box;
    }
    if (outside) {
      at.at_edge = true;
      return at;
    }
    const auto f = objective(next);
    ++at.evaluations;
    const double lowered = at.f.v - f.v;
    const bool flatter = detail::steepest(f) < detail::steepest(at.f);
    if (gain <= small) {
      // The last step is below what the value can show; it is taken where the slope agrees that it helps.
      if (flatter) {
        at.x = next;
        at.f = f;
      }
      at.found = true;
      return at;
    }
    // So may be the one before it: a sum over rows is rounded to some 1e-13 of itself.
    const bool hidden = gain <= 1e-12 * std::max(1.0, std::fabs(at.f.v));
    if (is_finite(f.v) && (lowered > 1e-4 * gain || (hidden && flatter))) {
      at.x = next;
      at.f = f;
      if (lowered > 0.75 * gain) radius = std::min(8.0, std::max(radius, 2.0 * std::sqrt(length2)));
    } else {
      radius = 0.25 * std::sqrt(length2);
      if (radius < 1e-12) break;
    }
  }
  return at;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

// Gauss-Legendre, 16 nodes a panel.
#ifndef VALOREM_NUMERIC_QUADRATURE_HPP
#define VALOREM_NUMERIC_QUADRATURE_HPP

#include <valorem/numeric/real.hpp>

#include <algorithm>

namespace valorem::inline VALOREM_ABI::numeric {

struct quadrature_node {
  double x;  ///< in (0, 1): the rule is symmetric on [-1, 1]
  double weight;
};

/// Positive half of the 16-node rule (roots of the Legendre polynomial P16, made with mpmath at 40 digits).
inline constexpr quadrature_node gauss_legendre_16[8] = {
    {0.095012509837637440185, 0.18945061045506849629}, {0.28160355077925891323, 0.18260341504492358887},
    {0.45801677765722738634, 0.16915651939500253819},  {0.61787624440264374845, 0.14959598881657673208},
    {0.7554044083550030339, 0.12462897125553387205},   {0.86563120238783174388, 0.09515851168249278481},
    {0.94457502307323257608, 0.062253523938647892863}, {0.9894009349916499326, 0.027152459411754094852},
};

/// ∫_lo^hi f(x) dx for f: E -> R; exact for polynomials of degree 31. E is double, or R where an end depends on
/// parameters.
template <class R, class E, class F>
[[nodiscard]] R integrate_panel(const E& lo, const E& hi, F&& f) {
  const E half = 0.5 * (hi - lo);
  const E middle = 0.5 * (hi + lo);
  R sum(0.0);
  for (const auto& node : gauss_legendre_16) {
    const E d = half * node.x;
    sum = sum + node.weight * (f(middle - d) + f(middle + d));
  }
  return half * sum;
}

/// ∫_lo^hi g(θ) dθ for lo <= 0 <= hi, panel after panel from 0 outwards: step(at, direction) is how wide the next may
/// be, enough(at, next, part, total) whether the one just added was the last on its side.
template <class R, class E, class G, class Step, class Enough>
[[nodiscard]] R integrate_outwards(G&& g, double lo, const E& hi, Step&& step, Enough&& enough) {
  R total(0.0);
  const double end = value_of(hi);
  // No way to go, but an end that moves with the parameters: it is worth nothing, and its derivatives something.
  if constexpr (own_number<E>) {
    if (end == 0) total = integrate_panel<R>(E(0.0), hi, g);
  }
  for (double at = 0.0; at < end;) {
    const double next = at + step(at, 1.0);
    const R part = integrate_panel<R>(E(at), next < end ? E(next) : hi, g);
    total = total + part;
    if (enough(at, next, value_of(part), value_of(total))) break;
    at = next;
  }
  for (double at = 0.0; at > lo;) {
    const double next = std::max(lo, at - step(at, -1.0));
    const R part = integrate_panel<R>(E(next), E(at), g);
    total = total + part;
    if (enough(at, next, value_of(part), value_of(total))) break;
    at = next;
  }
  return total;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

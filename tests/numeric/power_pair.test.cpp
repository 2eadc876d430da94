// The end of an integral may be a parameter: its derivatives are the integrand's, also where there is no way to go.
#include <valorem/numeric/dual.hpp>
#include <valorem/numeric/power_pair.hpp>

#include <gtest/gtest.h>

namespace {

namespace numeric = valorem::numeric;
using number = numeric::dual<1>;

TEST(power_pair, an_integral_moves_with_its_end) {
  const numeric::power_factor<number> buys{number(2.5), number(0.3), number(0.7)};
  const numeric::power_factor<number> goes{number(1.2), number(0.8), number(0.2)};
  const numeric::power_pair<number> f{number(1.0), buys, number(-1.5), goes};
  for (const double end : {0.0, 1e-9, 0.4, 3.0}) {
    const number total = numeric::integrate(f, f, -0.5, number::variable(end, 0));
    const double there = f(number(end)).v;
    EXPECT_NEAR(total.g[0], there, 1e-12) << end;                 // d/d end
    EXPECT_NEAR(total.h[0], there * f.slope(end), 1e-10) << end;  // and once more
  }
}

}  // namespace

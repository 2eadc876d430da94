// The tail of chi-square against Boost's incomplete gamma at 50 digits, and a printed table.
#include <valorem/numeric/chi_square.hpp>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using wide = boost::multiprecision::cpp_bin_float_50;
using valorem::chi_square_share_above;

TEST(chi_square, tail_against_50_digits) {
  for (const int degrees : {1, 2, 3, 4, 5, 8, 17, 100, 999, 1000}) {
    for (const double share_of_mean : {1e-12, 1e-3, 0.1, 0.7, 1.0, 1.3, 3.0, 12.0}) {
      const double x = share_of_mean * degrees;
      const auto want = static_cast<double>(boost::math::gamma_q(wide(degrees) / 2, wide(x) / 2));
      if (want < 1e-300) continue;
      EXPECT_NEAR(chi_square_share_above(x, degrees), want, 1e-14 * (1 + x + degrees) * want) << x << " " << degrees;
    }
  }
  const auto far_out = static_cast<double>(boost::math::gamma_q(wide(1) / 2, wide(1300) / 2));
  EXPECT_NEAR(chi_square_share_above(1300, 1), far_out, 1e-14 * 1302 * far_out);
}

// Abramowitz & Stegun, Table 26.8: the points above which 5 % and 0.1 % lie.
TEST(chi_square, the_printed_points) {
  EXPECT_NEAR(chi_square_share_above(3.84146, 1), 0.05, 5e-7);
  EXPECT_NEAR(chi_square_share_above(5.99147, 2), 0.05, 5e-7);
  EXPECT_NEAR(chi_square_share_above(16.2660, 3), 0.001, 5e-7);
}

TEST(chi_square, edges) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const int degrees : {1, 2, 3}) {
    EXPECT_EQ(chi_square_share_above(0, degrees), 1.0);
    EXPECT_EQ(chi_square_share_above(infinity, degrees), 0.0);
    EXPECT_EQ(chi_square_share_above(1e300, degrees), 0.0);
    EXPECT_LE(chi_square_share_above(5e-324, degrees), 1.0);
    EXPECT_TRUE(std::isnan(chi_square_share_above(-1, degrees)));
    EXPECT_TRUE(std::isnan(chi_square_share_above(std::nan(""), degrees)));
  }
  EXPECT_TRUE(std::isnan(chi_square_share_above(1, 0)));
  EXPECT_TRUE(std::isnan(chi_square_share_above(1, 1001)));
}

}  // namespace

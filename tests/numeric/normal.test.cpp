#include <valorem/numeric/normal.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <support/numbers.hpp>

namespace {

using valorem::normal_share_above;
using valorem::z_for_share_above;

using support::inf;
using support::nan;

// mpmath 1.3, 30 digits: erfc(z / sqrt(2)) / 2.
TEST(normal_share_above, agrees_with_thirty_digits) {
  const double table[][2]{{-2, 0.9772498680518207928},     {-1, 0.84134474606854294859},
                          {1, 0.15865525393145705141},     {2, 0.0227501319481792072},
                          {5, 2.8665157187919391167e-7},   {10, 7.619853024160526066e-24},
                          {30, 4.9067139271481870595e-198}};
  for (const auto& [z, share] : table) EXPECT_NEAR(normal_share_above(z) / share, 1, 1e-14 * (1 + z * z)) << z;
  EXPECT_EQ(normal_share_above(0), 0.5);
  EXPECT_EQ(normal_share_above(inf), 0);
  EXPECT_EQ(normal_share_above(-inf), 1);
  EXPECT_EQ(normal_share_above(60), 0);
  EXPECT_TRUE(std::isnan(normal_share_above(nan)));
}

// mpmath 1.3, 30 digits: the root z of log(erfc(z / sqrt(2)) / 2) = log(p).
TEST(z_for_share_above, agrees_with_thirty_digits) {
  const double table[][2]{
      {.05, 1.644853626951472688},        {.01, 2.3263478740408410931},       {.9, -1.2815515655446005935},
      {1e-10, 6.3613409024040561991},     {1e-300, 37.047096299361199237},    {.5, 0},
      {0x1p-1074, 38.467405617144346251}, {0x1p-1030, 37.666780465078375537}, {.49999999, 2.5066282733116223143e-8}};
  for (const auto& [p, z] : table) EXPECT_NEAR(z_for_share_above(p), z, 1e-14 * (1 + std::abs(z))) << p;
  EXPECT_EQ(z_for_share_above(0), inf);
  EXPECT_EQ(z_for_share_above(1), -inf);
  for (const double p : {-0.1, 1.1, nan, inf}) EXPECT_TRUE(std::isnan(z_for_share_above(p)));
}

TEST(z_for_share_above, is_the_inverse) {
  for (double z = -8; z <= 30; z += 0.01) {
    // Near 1 a share keeps only the digits that are left of 1 - p.
    const double lost = 0x1p-52 / std::exp(-z * z / 2) * (z < 0 ? 3 : 0);
    EXPECT_NEAR(z_for_share_above(normal_share_above(z)), z, 1e-13 * (1 + std::abs(z)) + lost) << z;
  }
}

}  // namespace

// What a host loses, and what it may not lose, by compiling the headers with -ffast-math.
#include <valorem/numeric/elementary.hpp>
#include <valorem/numeric/platform.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#if !defined(__FAST_MATH__)
#error "this test says something only when compiled with -ffast-math"
#endif

namespace {

namespace numeric = valorem::numeric;

// One unit is 2.2e-16; the system's own functions, the reference here, are good to about one.
constexpr double relative = 4 * 0x1p-52;

using points = std::vector<double>;

// `count` numbers in equal steps, shifted off the round numbers; the array keeps the compiler from folding them.
points spread(double low, double high, int count) {
  points out;
  for (int i = 0; i < count; ++i) out.push_back(low + (high - low) * ((i + 0.317) / count));
  return out;
}

// `count` numbers of equal ratio from low to high, of the sign of low.
points powers(double low, double high, int count) {
  points out;
  for (int i = 0; i < count; ++i) out.push_back(low * std::pow(high / low, (i + 0.317) / count));
  return out;
}

template <class F, class G>
void expect_close(const char* name, const points& at, F ours, G reference) {
  double worst = 0.0, where = 0.0;
  for (const double x : at) {
    const double want = reference(x);
    const double error = std::abs(ours(x) - want) / std::abs(want);
    if (error > worst) worst = error, where = x;
  }
  EXPECT_LE(worst, relative) << name << " of " << where;
}

}  // namespace

TEST(fast_math_host, finite_arguments_keep_their_accuracy) {
  const auto exp_of = [](double x) { return numeric::exp(x); };
  const auto expm1_of = [](double x) { return numeric::expm1(x); };
  const auto log_of = [](double x) { return numeric::log(x); };
  const auto log1p_of = [](double x) { return numeric::log1p(x); };
  const auto std_exp = [](double x) { return std::exp(x); };
  const auto std_expm1 = [](double x) { return std::expm1(x); };
  const auto std_log = [](double x) { return std::log(x); };
  const auto std_log1p = [](double x) { return std::log1p(x); };

  expect_close("exp", spread(-708.0, 709.7, 20000), exp_of, std_exp);
  expect_close("exp", spread(-2.0, 2.0, 20000), exp_of, std_exp);
  expect_close("expm1", spread(-60.0, 709.7, 20000), expm1_of, std_expm1);
  expect_close("expm1", spread(-1.5, 1.5, 20000), expm1_of, std_expm1);
  expect_close("expm1", powers(1e-300, 1.0, 20000), expm1_of, std_expm1);
  expect_close("expm1", powers(-1e-300, -1.0, 20000), expm1_of, std_expm1);
  expect_close("log", spread(0.0, 4.0, 20000), log_of, std_log);
  expect_close("log", powers(1e-150, 1e150, 20000), log_of, std_log);
  expect_close("log1p", spread(-1.0, 4.0, 20000), log1p_of, std_log1p);
  expect_close("log1p", powers(1e-300, 1.0, 20000), log1p_of, std_log1p);
  expect_close("log1p", powers(-1e-300, -0.9, 20000), log1p_of, std_log1p);
  expect_close("log1p", powers(1.0, 1e300, 20000), log1p_of, std_log1p);
}

TEST(fast_math_host, nan_and_infinity_are_told_by_their_bits) {
  // From bits, because the flag promises the compiler that no such double exists.
  const std::uint64_t infinity = 0x7ff0'0000'0000'0000ULL, sign = 0x8000'0000'0000'0000ULL;
  for (const std::uint64_t bits : {infinity + 1, infinity + sign + 1, ~std::uint64_t{0}, infinity | (infinity >> 1)}) {
    EXPECT_TRUE(numeric::is_nan(std::bit_cast<double>(bits))) << std::hex << bits;
    EXPECT_FALSE(numeric::is_finite(std::bit_cast<double>(bits))) << std::hex << bits;
  }
  for (const std::uint64_t bits : {infinity, infinity + sign}) {
    EXPECT_FALSE(numeric::is_nan(std::bit_cast<double>(bits)));
    EXPECT_FALSE(numeric::is_finite(std::bit_cast<double>(bits)));
  }
  for (const double x : {0.0, -1.0, std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min()}) {
    EXPECT_FALSE(numeric::is_nan(x));
    EXPECT_TRUE(numeric::is_finite(x));
  }
}

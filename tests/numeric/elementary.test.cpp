// The oracle has 50 digits and, near 0, another formula (a power series) for the two functions that cancel there.
#include <valorem/numeric/elementary.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <support/numbers.hpp>
#include <vector>

namespace {

namespace numeric = valorem::numeric;
using exact = boost::multiprecision::cpp_bin_float_50;
using std::bit_cast;

using support::inf;
constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
using support::nan;

using function = double (*)(double);
double exp_of(double x) {
  return numeric::exp(x);
}
double expm1_of(double x) {
  return numeric::expm1(x);
}
double log_of(double x) {
  return numeric::log(x);
}
double log1p_of(double x) {
  return numeric::log1p(x);
}

// Below it exp(x) - 1 and log(1 + x) would lose more than 20 of the 168 bits, and 1 + x might not be exact.
constexpr double series_below = 0x1p-20;

exact exact_exp(double x) {
  return exp(exact(x));
}
exact exact_log(double x) {
  return log(exact(x));
}

exact exact_expm1(double x) {
  const exact v = x;
  if (std::abs(x) >= series_below) return exp(v) - 1;
  exact term = v, sum = v;
  for (int n = 2; n <= 10; ++n) sum += term *= v / n;
  return sum;
}

exact exact_log1p(double x) {
  const exact v = x;
  if (std::abs(x) >= series_below) return log(1 + v);
  exact power = v, sum = v;
  for (int n = 2; n <= 10; ++n) sum += (power *= -v) / n;
  return sum;
}

// Distance in units of the last place of a double at the exact value. Infinity stands for 2^1024, where it begins.
double ulps(double got, exact want) {
  static const exact end = ldexp(exact(1), 1024);
  if (want > end) want = end;
  const exact value = got == inf ? end : exact(got);
  int exponent = 0;
  (void)frexp(want, &exponent);
  const int last_place = want == 0 ? -1074 : std::max(exponent - 53, -1074);
  return static_cast<double>(ldexp(abs(value - want), -last_place));
}

class random_bits {
 public:
  explicit random_bits(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebULL;
    return z ^ (z >> 31);
  }
  // A multiple of 2^-53 in [0, 1).
  double unit() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

// VALOREM_FULL asks for fifty times the random points.
int effort() {
  return std::getenv("VALOREM_FULL") != nullptr ? 50 : 1;
}

using points = std::vector<double>;

// The neighbours of x up to `steps` doubles away on both sides, x among them.
void add_around(points& to, double x, int steps = 3) {
  double below = x, above = x;
  to.push_back(x);
  for (int i = 0; i < steps; ++i) {
    to.push_back(below = std::nextafter(below, -inf));
    to.push_back(above = std::nextafter(above, inf));
  }
}

void add_uniform(points& to, double low, double high, int count, std::uint64_t seed) {
  random_bits random(seed);
  for (int i = 0; i < count * effort(); ++i) to.push_back(low + (high - low) * random.unit());
}

// Every binade of the exponent, subnormals too: both ends and random points between.
void add_binades(points& to, double sign, std::uint64_t seed) {
  random_bits random(seed);
  for (int e = -1074; e <= 1023; ++e) {
    const double start = sign * std::ldexp(1.0, e);
    to.push_back(start);
    to.push_back(std::nextafter(2.0 * start, 0.0));
    for (int i = 0; i < 6 * effort(); ++i) to.push_back(start * (1.0 + random.unit()));
  }
}

// Where the reduction of an exponential passes from one integer to the next, and the middles: all multiples of ln 2
// / 2.
void add_half_logarithms(points& to, int first, int last) {
  const exact half = log(exact(2)) / 2;
  for (int k = first; k <= last; ++k) add_around(to, static_cast<double>(k * half), 2);
}

// Where the reduction of a logarithm passes from one power of two to the next, less `shift`.
void add_square_roots(points& to, int first, int last, double shift) {
  const exact root = sqrt(exact(2));
  for (int k = first; k <= last; ++k) add_around(to, static_cast<double>(ldexp(root, k) - shift));
}

void expect_within_bound(const char* name, function f, exact (*oracle)(double), const points& at) {
  double worst = 0.0, where = 0.0;
  std::size_t compared = 0;
  for (const double x : at) {
    if (!std::isfinite(x)) continue;
    const double got = f(x);
    ASSERT_FALSE(std::isnan(got)) << name << " of " << x;
    const double error = ulps(got, oracle(x));
    ++compared;
    if (!(error <= worst)) worst = error, where = x;
  }
  EXPECT_GT(compared, 10000U);
  EXPECT_LE(worst, numeric::elementary_ulp_bound) << name << " of " << std::hexfloat << where;
  testing::Test::RecordProperty("worst_ulps", std::to_string(worst));
  testing::Test::RecordProperty("points", std::to_string(compared));
}

}  // namespace

TEST(elementary, exp_is_within_its_bound) {
  points at;
  add_binades(at, 1.0, 1);
  add_binades(at, -1.0, 2);
  add_uniform(at, -746.0, 710.0, 8000, 3);
  add_uniform(at, -1.1, 1.1, 8000, 4);
  add_uniform(at, -746.0, -708.0, 4000, 5);  // subnormal results
  add_half_logarithms(at, -2152, 2049);
  // Overflow, the least normal result, the least positive result, and the two clamps.
  for (const double edge :
       {709.782712893384, -708.3964185322641, -745.1332191019412, -744.4400719213812, 710.0, -746.0})
    add_around(at, edge, 20);
  expect_within_bound("exp", exp_of, exact_exp, at);
}

TEST(elementary, expm1_is_within_its_bound) {
  points at;
  add_binades(at, 1.0, 11);
  add_binades(at, -1.0, 12);
  add_uniform(at, -50.0, 710.0, 4000, 13);
  add_uniform(at, -1.1, 1.1, 20000, 14);
  add_half_logarithms(at, -130, 2049);
  for (const double edge : {709.782712893384, 710.0, -37.42994775023705, -40.0, 0x1p-54, -0x1p-54, 36.7368005696771})
    add_around(at, edge, 20);
  expect_within_bound("expm1", expm1_of, exact_expm1, at);
}

TEST(elementary, log_is_within_its_bound) {
  points at;
  add_binades(at, 1.0, 21);
  add_uniform(at, 0.0, 3.0, 8000, 22);
  add_uniform(at, 0.7, 1.45, 12000, 23);
  add_uniform(at, 1.0 - 0x1p-20, 1.0 + 0x1p-20, 2000, 24);
  add_uniform(at, 0.0, 0x1p-1022, 2000, 25);
  add_square_roots(at, -1074, 1023, 0.0);
  add_around(at, 1.0, 200);
  add_around(at, std::numeric_limits<double>::min(), 20);
  std::erase_if(at, [](double x) { return x <= 0.0; });
  expect_within_bound("log", log_of, exact_log, at);
}

TEST(elementary, log1p_is_within_its_bound) {
  points at;
  add_binades(at, 1.0, 31);
  add_binades(at, -1.0, 32);
  add_uniform(at, -1.0, 3.0, 12000, 33);
  add_uniform(at, -0.3, 0.45, 12000, 34);
  add_uniform(at, -1.0, -1.0 + 0x1p-20, 2000, 35);
  add_square_roots(at, -53, 1023, 1.0);
  for (const double edge : {1.0, 0x1p52, 0x1p53, 0x1p54, 0x1p-52, 0x1p-53, -0x1p-53, 0x1p-54, -0x1p-54})
    add_around(at, edge, 20);
  add_around(at, std::nextafter(-1.0, 0.0), 20);
  std::erase_if(at, [](double x) { return x <= -1.0; });
  expect_within_bound("log1p", log1p_of, exact_log1p, at);
}

TEST(elementary, the_ends_of_the_range) {
  EXPECT_EQ(numeric::exp(inf), inf);
  EXPECT_EQ(numeric::exp(largest), inf);
  // The last double whose exponential is one too, and the first whose is not.
  EXPECT_LT(numeric::exp(709.782712893384), inf);
  EXPECT_EQ(numeric::exp(std::nextafter(709.782712893384, 1e3)), inf);
  EXPECT_EQ(bit_cast<std::uint64_t>(numeric::exp(-inf)), 0U);
  EXPECT_EQ(bit_cast<std::uint64_t>(numeric::exp(-largest)), 0U);
  EXPECT_EQ(numeric::exp(-745.1332191019411), smallest);
  EXPECT_EQ(numeric::exp(-745.1332191019412), 0.0);

  EXPECT_EQ(numeric::expm1(inf), inf);
  EXPECT_EQ(numeric::expm1(largest), inf);
  EXPECT_EQ(numeric::expm1(-inf), -1.0);
  EXPECT_EQ(numeric::expm1(-largest), -1.0);

  EXPECT_EQ(numeric::log(inf), inf);
  EXPECT_EQ(numeric::log(0.0), -inf);
  EXPECT_EQ(numeric::log(-0.0), -inf);
  for (const double x : {-smallest, -0x1p-1022, -1.0, -largest, -inf}) EXPECT_TRUE(numeric::is_nan(numeric::log(x)));

  EXPECT_EQ(numeric::log1p(inf), inf);
  EXPECT_EQ(numeric::log1p(-1.0), -inf);
  for (const double x : {std::nextafter(-1.0, -2.0), -2.0, -largest, -inf})
    EXPECT_TRUE(numeric::is_nan(numeric::log1p(x)));
}

TEST(elementary, exact_values_and_signs_of_zero) {
  for (const double zero : {0.0, -0.0}) {
    const std::uint64_t bits = bit_cast<std::uint64_t>(zero);
    EXPECT_EQ(numeric::exp(zero), 1.0);
    EXPECT_EQ(bit_cast<std::uint64_t>(numeric::expm1(zero)), bits);
    EXPECT_EQ(bit_cast<std::uint64_t>(numeric::log1p(zero)), bits);
  }
  EXPECT_EQ(bit_cast<std::uint64_t>(numeric::log(1.0)), 0U);
  // Where the next term of the series is below half a unit, the answer is the argument itself.
  for (const double x : {smallest, -smallest, 3 * smallest, 0x1p-1022, -0x1p-1022, 0x1.8p-60, -0x1.8p-60}) {
    EXPECT_EQ(numeric::expm1(x), x);
    EXPECT_EQ(numeric::log1p(x), x);
  }
}

TEST(elementary, nan_in_nan_out) {
  for (const std::uint64_t bits : {0x7ff8'0000'0000'0000ULL, 0xfff8'0000'0000'0000ULL, 0x7ff0'0000'0000'0001ULL,
                                   0xffff'ffff'ffff'ffffULL, 0x7fff'ffff'ffff'ffffULL, 0x7ff8'0000'0000'0bffULL}) {
    for (const function f : {exp_of, expm1_of, log_of, log1p_of})
      EXPECT_TRUE(numeric::is_nan(f(bit_cast<double>(bits)))) << std::hex << bits;
  }
}

namespace {

// Loops that an optimising build turns into vector code; the calls one at a time below are scalar in every build.
using column = void (*)(const double* in, double* out, std::size_t rows);
void exp_column(const double* in, double* out, std::size_t rows) {
  for (std::size_t i = 0; i < rows; ++i) out[i] = numeric::exp(in[i]);
}
void expm1_column(const double* in, double* out, std::size_t rows) {
  for (std::size_t i = 0; i < rows; ++i) out[i] = numeric::expm1(in[i]);
}
void log_column(const double* in, double* out, std::size_t rows) {
  for (std::size_t i = 0; i < rows; ++i) out[i] = numeric::log(in[i]);
}
void log1p_column(const double* in, double* out, std::size_t rows) {
  for (std::size_t i = 0; i < rows; ++i) out[i] = numeric::log1p(in[i]);
}

struct pair_of_ways {
  const char* name;
  column loop;
  function one;
  std::uint64_t fingerprint;
};

constexpr std::array ways{pair_of_ways{"exp", exp_column, exp_of, 0x992d'544b'83d1'82d2ULL},
                          pair_of_ways{"expm1", expm1_column, expm1_of, 0xcda6'be81'ca8b'668aULL},
                          pair_of_ways{"log", log_column, log_of, 0x7601'ec16'c250'0317ULL},
                          pair_of_ways{"log1p", log1p_column, log1p_of, 0x5b24'282f'9154'cfd8ULL}};

// A third any bit pattern, a third around zero, a third over the range of exp; the ends of the range among them.
points fixed_inputs() {
  points in{0.0, -0.0, 1.0, -1.0, inf, -inf, nan, smallest, -smallest, largest, -largest};
  random_bits random(2026);
  for (int i = 0; i < 100000; ++i) {
    in.push_back(bit_cast<double>(random()));
    in.push_back((random.unit() - 0.5) * 4.0);
    in.push_back((random.unit() - 0.5) * 1500.0);
  }
  return in;
}

// The bits, but one pattern for all NaN: their sign and payload are not promised.
std::uint64_t canonical(double x) {
  return numeric::is_nan(x) ? bit_cast<std::uint64_t>(nan) : bit_cast<std::uint64_t>(x);
}

}  // namespace

TEST(elementary, same_bits_in_every_build) {
  const points in = fixed_inputs();
  for (const pair_of_ways& way : ways) {
    points out(in.size());
    way.loop(in.data(), out.data(), in.size());
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL;
    for (const double y : out) {
      hash = (hash ^ canonical(y)) * 0x0000'0100'0000'01b3ULL;
      hash ^= hash >> 29;
    }
    // The fingerprint was taken with gcc -O0 without vectors; a build that differs from it breaks the promise.
    EXPECT_EQ(hash, way.fingerprint) << way.name << " gave " << std::hex << hash;
  }
}

TEST(elementary, a_column_gives_what_single_calls_give) {
  const points in = fixed_inputs();
  for (const pair_of_ways& way : ways) {
    for (const std::size_t offset : {0U, 1U, 3U}) {
      points out(in.size());
      way.loop(in.data() + offset, out.data(), in.size() - offset);
      std::size_t differing = 0;
      for (std::size_t i = offset; i < in.size(); ++i)
        differing += canonical(out[i - offset]) != canonical(way.one(in[i])) ? 1 : 0;
      EXPECT_EQ(differing, 0U) << way.name << " from row " << offset;
    }
  }
}

// The generator against the vectors that its authors publish; the variates against their distributions. Seeds are
// fixed, so a bound of five standard errors either always holds or never does.
#include <valorem/numeric/gamma.hpp>
#include <valorem/numeric/incomplete_beta.hpp>
#include <valorem/numeric/normal.hpp>
#include <valorem/numeric/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace numeric = valorem::numeric;
using numeric::random_stream;

namespace {

template <class Draw>
std::vector<double> sample(std::size_t n, Draw&& draw) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    random_stream from(20, i);
    out[i] = draw(from);
  }
  return out;
}

/// The largest distance between the sample's distribution function and F, times sqrt(n) (Kolmogorov 1933): above 2.5
/// with a chance of 7e-6 where F is right.
template <class F>
double kolmogorov(std::vector<double> x, F&& cdf) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = cdf(x[i]);
    const auto below = static_cast<double>(i);
    worst = std::max({worst, f - below / n, (below + 1) / n - f});
  }
  return worst * std::sqrt(n);
}

constexpr std::size_t draws = 40'000;

void expect_mean(const std::vector<double>& x, double mean, double variance) {
  double sum = 0;
  double squares = 0;
  for (const double v : x) {
    sum += v;
    squares += (v - mean) * (v - mean);
  }
  const auto n = static_cast<double>(x.size());
  EXPECT_NEAR(sum / n, mean, 5 * std::sqrt(variance / n));
  // The excess kurtosis of what is drawn here is at most 6.2, so the variance of this ratio at most 8.2 / n.
  EXPECT_NEAR(squares / n / variance, 1.0, 5 * std::sqrt(8.2 / n));
}

}  // namespace

// Random123 1.14, kat_vectors, lines "philox4x32 10".
TEST(random, philox_gives_the_published_vectors) {
  using block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(numeric::philox({0, 0, 0, 0}, {0, 0}), (block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(numeric::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(numeric::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(random, a_stream_depends_on_seed_item_and_purpose_alone) {
  std::set<double> seen;
  for (const std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32}) {
    for (const std::uint64_t item : {0ULL, 1ULL, 1ULL << 32}) {
      for (const std::uint32_t purpose : {0U, 1U}) {
        random_stream once(seed, item, purpose);
        random_stream again(seed, item, purpose);
        for (int i = 0; i < 5; ++i) {
          const double u = once.uniform();
          EXPECT_EQ(u, again.uniform());
          EXPECT_GT(u, 0.0);
          EXPECT_LT(u, 1.0);
          seen.insert(u);
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), 3U * 3U * 2U * 5U);
}

TEST(random, uniform_exponential_and_normal_have_their_distributions) {
  EXPECT_LT(kolmogorov(sample(draws, [](auto& s) { return s.uniform(); }), [](double u) { return u; }), 2.5);
  EXPECT_LT(kolmogorov(sample(draws, [](auto& s) { return numeric::exponential_variate(s); }),
                       [](double x) { return -std::expm1(-x); }),
            2.5);
  EXPECT_LT(kolmogorov(sample(draws, [](auto& s) { return numeric::normal_variate(s); }),
                       [](double x) { return 1.0 - valorem::normal_share_above(x); }),
            2.5);
}

// ψ and ψ' are the mean and variance of the logarithm, at shapes of any size.
TEST(random, gamma_has_its_logarithm_s_mean_and_variance) {
  for (const double shape : {1e-3, 0.25, 1.0, 3.7, 1e3, 1e9}) {
    SCOPED_TRACE(shape);
    expect_mean(sample(draws, [&](auto& s) { return numeric::log_gamma_variate(shape, s); }), numeric::digamma(shape),
                numeric::trigamma(shape));
  }
}

TEST(random, beta_has_its_distribution) {
  for (const auto& [a, b] : {std::pair{0.5, 0.3}, {2.0, 5.0}, {300.0, 700.0}, {0.01, 4.0}}) {
    SCOPED_TRACE(a);
    EXPECT_LT(kolmogorov(sample(draws, [&](auto& s) { return numeric::log_beta_variate(a, b, s).yes; }),
                         [&](double log_p) {
                           const double p = std::exp(log_p);
                           return p >= 1 ? 1.0 : numeric::incomplete_beta(a, b, p, 1 - p);
                         }),
              2.5);
  }
  random_stream from(1, 1);
  const auto tiny = numeric::log_beta_variate(1e-3, 1e3, from);
  EXPECT_LT(tiny.yes, -100.0);  // nothing is lost below the smallest double
}

TEST(random, counts_have_their_means_and_variances) {
  for (const double mean : {0.3, 5.0, 40.0, 1e4, 1e9}) {
    SCOPED_TRACE(mean);
    expect_mean(sample(draws, [&](auto& s) { return numeric::poisson_variate(mean, s); }), mean, mean);
  }
  for (const auto& [n, p] : {std::pair{10.0, 0.3}, {1000.0, 0.01}, {1e6, 0.75}, {1e9, 1e-7}}) {
    SCOPED_TRACE(n);
    expect_mean(sample(draws, [n = n, p = p](auto& s) { return numeric::binomial_variate(n, p, s); }), n * p,
                n * p * (1 - p));
  }
  expect_mean(sample(draws, [](auto& s) { return numeric::geometric_variate(std::log(0.75), s); }), 3.0, 12.0);
}

// Every count near the mean, not its first two moments alone; each pmf by its own recurrence.
TEST(random, poisson_and_binomial_hit_each_count_as_often_as_they_should) {
  const auto chi_square = [](const std::vector<double>& x, double p, double first, double last, auto&& ratio) {
    double sum = 0;
    for (double k = 0; k <= last; ++k) {
      if (k >= first) {
        const double wanted = static_cast<double>(x.size()) * p;
        const auto seen = static_cast<double>(std::count(x.begin(), x.end(), k));
        sum += (seen - wanted) * (seen - wanted) / wanted;
      }
      p *= ratio(k);
    }
    const double cells = last - first + 1;
    return (sum - cells) / std::sqrt(2 * cells);
  };
  EXPECT_LT(chi_square(sample(draws, [](auto& s) { return numeric::poisson_variate(40.0, s); }), std::exp(-40.0), 25,
                       57, [](double k) { return 40.0 / (k + 1); }),
            5.0);
  EXPECT_LT(chi_square(sample(draws, [](auto& s) { return numeric::binomial_variate(60, 0.4, s); }), std::pow(0.6, 60),
                       13, 35, [](double k) { return (60 - k) / (k + 1) * 0.4 / 0.6; }),
            5.0);
  random_stream from(1, 1);
  EXPECT_EQ(numeric::binomial_variate(0, 0.4, from), 0.0);
}

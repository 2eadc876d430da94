// Random numbers that are a function of seed, item and draw: the same bits on every machine, with any number of
// threads, and in any order of the items.
#ifndef VALOREM_NUMERIC_RANDOM_HPP
#define VALOREM_NUMERIC_RANDOM_HPP

#include <valorem/numeric/elementary.hpp>
#include <valorem/numeric/real.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace valorem::inline VALOREM_ABI::numeric {

/// Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3", SC11): 128 bits
/// from a counter and a key.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                            std::array<std::uint32_t, 2> key) noexcept {
  const auto low = [](std::uint64_t product) { return static_cast<std::uint32_t>(product); };
  const auto high = [](std::uint64_t product) { return static_cast<std::uint32_t>(product >> 32); };
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {high(second) ^ counter[1] ^ key[0], low(second), high(first) ^ counter[3] ^ key[1], low(first)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// The draws of one item under one seed. Streams of other items, seeds or purposes are independent of it.
class random_stream {
 public:
  random_stream(std::uint64_t seed, std::uint64_t item, std::uint32_t purpose = 0) noexcept
      : counter_{0, purpose, static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32)},
        key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {}

  /// Uniform on the 2^52 odd multiples of 2^-53 within (0, 1), so never 0 and never 1.
  [[nodiscard]] double uniform() noexcept {
    if (left_ == 0) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      left_ = 2;
    }
    --left_;
    const std::size_t at = left_ == 1 ? 0 : 2;
    const std::uint64_t bits = std::uint64_t{block_[at + 1]} << 32 | block_[at];
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
  }

 private:
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> block_{};
  int left_ = 0;
};

/// Exponential with mean 1.
[[nodiscard]] inline double exponential_variate(random_stream& from) noexcept {
  return -log(from.uniform());
}

/// Standard normal, by the polar method (Marsaglia & Bray 1964); its second number is not kept, so that a draw does not
/// depend on the one before.
[[nodiscard]] inline double normal_variate(random_stream& from) noexcept {
  for (;;) {
    const double x = 2 * from.uniform() - 1;
    const double y = 2 * from.uniform() - 1;
    const double s = x * x + y * y;
    if (s > 0 && s < 1) return x * std::sqrt(-2 * log(s) / s);
  }
}

/// ln of a Gamma(shape, 1) variate, shape > 0 (Marsaglia & Tsang 2000). By its logarithm, for at a shape of 1e-3 most
/// variates lie below the smallest double.
[[nodiscard]] inline double log_gamma_variate(double shape, random_stream& from) noexcept {
  if (shape < 1) {
    const double of_next = log_gamma_variate(shape + 1, from);
    return of_next + log(from.uniform()) / shape;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / (3 * std::sqrt(d));
  for (;;) {
    const double x = normal_variate(from);
    const double root = 1 + c * x;
    if (!(root > 0)) continue;
    const double v = root * root * root;
    // Accepted by the density's ratio; d (1 - v + ln v) + x²/2 cancels to about x⁴/d, far above rounding until d ~
    // 1e15.
    if (log(from.uniform()) < 0.5 * x * x + d * (1 - v + log(v))) return log(d * v);
  }
}

/// ln of a Beta(a, b) variate and of its complement.
struct log_share {
  double yes;
  double no;
};

/// a, b > 0.
[[nodiscard]] inline log_share log_beta_variate(double a, double b, random_stream& from) noexcept {
  const double x = log_gamma_variate(a, from);
  const double y = log_gamma_variate(b, from);
  return {-softplus(y - x), -softplus(x - y)};
}

/// Failures before the first success, where ln(1 - chance of success) = log_no <= 0: infinite for a chance of 0.
[[nodiscard]] inline double geometric_variate(double log_no, random_stream& from) noexcept {
  const double u = log(from.uniform());
  return log_no == 0 ? std::numeric_limits<double>::infinity() : std::floor(u / log_no);
}

/// Successes in n trials, n whole; by the median of n uniform numbers, which halves n at each step (Relles 1972).
[[nodiscard]] inline double binomial_variate(double n, double p, random_stream& from) noexcept {
  double successes = 0;
  while (n > 16) {
    const double a = 1 + std::floor(n / 2);
    const double b = n + 1 - a;
    const log_share median = log_beta_variate(a, b, from);
    const double m = exp(median.yes);
    if (m >= p) {
      n = a - 1;
      p = p / m;
    } else {
      successes += a;
      n = b - 1;
      p = (p - m) / exp(median.no);
    }
  }
  for (; n > 0; --n) successes += from.uniform() < p ? 1 : 0;
  return successes;
}

/// Poisson with the given mean >= 0; by waiting for an arrival far on (Ahrens & Dieter 1974), so the effort grows with
/// the logarithm of the mean.
[[nodiscard]] inline double poisson_variate(double mean, random_stream& from) noexcept {
  double arrivals = 0;
  while (mean > 16) {
    const double m = std::floor(0.875 * mean);
    const double waited = exp(log_gamma_variate(m, from));
    if (waited >= mean) return arrivals + binomial_variate(m - 1, mean / waited, from);
    arrivals += m;
    mean -= waited;
  }
  for (double waited = exponential_variate(from); waited <= mean; waited += exponential_variate(from)) ++arrivals;
  return arrivals;
}

}  // namespace valorem::inline VALOREM_ABI::numeric

#endif

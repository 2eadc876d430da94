// Two algorithms for one number: the discounted integral, carried along Gauss's equation or taken over ln v, must give
// at no discount what the count's series and quadrature give; and nothing anywhere is NaN, infinite or negative.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace valorem;

class futures {
 public:
  beta_geometric_future next(int i) {
    double r = wide(-3, 3), a = wide(-3, 3), b = wide(-3, 3);
    const double x = std::floor((i % 3 == 0 ? wide(0, 5) : wide(0, 1.5)) - 1.0);
    if (i % 4 == 0) {
      r = wide(-1, .5);
      a = wide(-1, .5);
      b = wide(-1, .7);
    }
    return {.s = r + x, .c = wide(-2, 5), .a = a, .b = b + x, .p_alive = 1.0, .log_p_alive = 0.0};
  }
  double wide(double low, double high) {
    return numeric::exp((low + (high - low) * unit_(random_)) * 2.302585092994045684);
  }

 private:
  std::mt19937_64 random_{3};
  std::uniform_real_distribution<double> unit_{0.0, 1.0};
};

TEST(beta_geometric, without_discount_the_integral_is_the_count) {
  futures all;
  for (int i = 0; i < 1500; ++i) {
    const auto f = all.next(i);
    const double horizon = f.c * all.wide(-4, 4);
    const double count = expected_purchases(f, horizon);
    // The least discount there is: it takes the integral's way and changes nothing. Two errors of at most 1e-12 meet.
    EXPECT_NEAR(discounted_purchases(f, 1e-300, horizon), count, 2e-12 * count)
        << "s " << f.s << " c " << f.c << " a " << f.a << " b " << f.b << " horizon " << horizon;
  }
}

// From silences whose odds, times a, overflow to the smallest normal double: the logarithm is worked out by itself.
template <class M>
void expect_faint_chances(const M& m, double x) {
  int seen = 0;
  for (double silence = 560; silence < 720; silence += 0.37) {
    const double T = 1000.0;
    const double t_x = (m.alpha + T) * numeric::exp(-silence / (m.r + x)) - m.alpha;
    const history h{x, t_x, T};
    const double log_p = log_p_alive(m, h);
    if (t_x < 0 || log_p < -708.0) continue;
    EXPECT_NEAR(p_alive(m, h) / numeric::exp(log_p), 1.0, 1e-12) << M::model_name << " silence " << silence;
    ++seen;
  }
  EXPECT_GT(seen, 100);
}
TEST(beta_geometric, a_faint_chance_is_no_zero) {
  for (const double a : {1e-3, 1.0, 1e3}) {
    for (const double x : {1e3, 1e6}) {
      expect_faint_chances(bg_nbd{.r = 1, .alpha = 1, .a = a, .b = 1}, x);
      expect_faint_chances(mbg_nbd{.r = 1, .alpha = 1, .a = a, .b = 1}, x);
    }
  }
}

TEST(beta_geometric, every_answer_is_a_number_and_keeps_its_order) {
  futures all;
  constexpr double for_ever = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 400; ++i) {
    const auto f = all.next(i);
    const double horizon = f.c * all.wide(-4, 4), rate = all.wide(-5, 2) / f.c;
    const double near = discounted_purchases(f, rate, horizon), far = discounted_purchases(f, rate, for_ever);
    const double alive_near = discounted_lifetime(f, rate, horizon), alive_far = discounted_lifetime(f, rate, for_ever);
    for (const double v : {near, far, alive_near, alive_far}) EXPECT_TRUE(numeric::is_finite(v) && v >= 0) << v;
    constexpr double slack = 1 + 1e-11;  // both sides are within 1e-12
    EXPECT_LE(near, far * slack);
    EXPECT_LE(alive_near, alive_far * slack);
    EXPECT_LE(near, expected_purchases(f, horizon) * slack);
    EXPECT_LE(alive_near, std::min(horizon, 1 / rate) * slack);
    EXPECT_LE(log_survival(f, 2 * horizon), log_survival(f, horizon) + 1e-11);
  }
}

TEST(beta_geometric, chances_add_up_to_one_and_to_the_mean) {
  for (const history h : {history{2, 30.43, 38.86}, history{0, 0, 10}, history{26, 30, 31}}) {
    const auto f = given(mbg_nbd{.r = .525, .alpha = 6.183, .a = .891, .b = 1.614}, h);
    double sum = 0, mean = 0;
    for (int n = 0; n < 2000; ++n) {
      const double p = pmf(f, n, 39.0);
      EXPECT_TRUE(p >= 0 && p <= 1);
      sum += p;
      mean += n * p;
    }
    EXPECT_NEAR(sum, 1.0, 1e-12);
    EXPECT_NEAR(mean, expected_purchases(f, 39.0), 1e-10 * mean);
  }
}

}  // namespace

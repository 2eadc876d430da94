// Simulated customers against what the model says of them by formula. Seeds are fixed, so a bound of five standard
// errors either always holds or never does.
#include <valorem/model/simulate.hpp>
#include <valorem/model/verbs.hpp>
#include <valorem/numeric/dual.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace valorem;

namespace {

constexpr std::uint64_t customers = 40'000;

template <class M>
void expect_the_models_own_customers(const M& m, double T) {
  SCOPED_TRACE(std::string(M::model_name));
  double purchases = 0;
  double squares = 0;
  double alive = 0;
  double said_alive = 0;
  double alive_variance = 0;
  std::vector<double> counts(6);
  for (std::uint64_t i = 0; i < customers; ++i) {
    const simulated_customer c = simulate(m, T, 7, i);
    ASSERT_EQ(check(c.seen), status::ok);
    purchases += c.seen.x;
    squares += c.seen.x * c.seen.x;
    alive += c.alive;
    const double p = p_alive(m, c.seen);
    said_alive += p;
    alive_variance += p * (1 - p);
    if (c.seen.x < 6) counts[static_cast<std::size_t>(c.seen.x)] += 1;
  }
  constexpr auto n = static_cast<double>(customers);
  const double mean = purchases / n;
  EXPECT_NEAR(mean, expected_purchases(m, T), 5 * std::sqrt((squares / n - mean * mean) / n));
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double p = pmf(m, static_cast<double>(k), T);
    EXPECT_NEAR(counts[k] / n, p, 5 * std::sqrt(p * (1 - p) / n)) << k << " purchases";
  }
  // P(alive) is calibrated on customers of the model, which ties x, t_x and the truth together.
  EXPECT_NEAR(alive, said_alive, 5 * std::sqrt(alive_variance) + 1e-9);
}

// The score of a likelihood has mean 0 over its own customers: x and t_x are then jointly as the model has them.
template <template <class> class B>
void expect_scores_of_mean_zero(const B<double>& m, double T) {
  constexpr std::size_t k = parameter_count<B<double>>;
  using number = numeric::dual<k>;
  std::array<number, k> p;
  for (std::size_t i = 0; i < k; ++i) p[i] = number::variable(m.parameters()[i], i);
  const auto moving = B<number>::from(p);
  std::array<double, k> sum{};
  std::array<double, k> squares{};
  for (std::uint64_t i = 0; i < customers; ++i) {
    const number l = log_likelihood(moving, simulate(m, T, 11, i).seen);
    for (std::size_t j = 0; j < k; ++j) {
      sum[j] += l.g[j];
      squares[j] += l.g[j] * l.g[j];
    }
  }
  for (std::size_t j = 0; j < k; ++j) {
    EXPECT_NEAR(sum[j], 0.0, 5 * std::sqrt(squares[j])) << B<double>::model_name << " " << j;
  }
}

}  // namespace

TEST(simulate, customers_are_the_models_own) {
  expect_the_models_own_customers(nbd{.r = 0.4, .alpha = 12.0}, 39.0);
  expect_the_models_own_customers(bg_nbd{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}, 39.0);
  expect_the_models_own_customers(mbg_nbd{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614}, 39.0);
  expect_the_models_own_customers(pareto_nbd{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}, 39.0);
  expect_the_models_own_customers(ggompertz_nbd{.r = 0.553, .alpha = 10.6, .b = 0.05, .s = 0.6, .beta = 0.5}, 39.0);
  expect_the_models_own_customers(ggompertz_nbd{.r = 0.8, .alpha = 5.0, .b = 0.3, .s = 1.5, .beta = 2000.0}, 39.0);
}

TEST(simulate, bg_bb_customers_are_the_models_own) {
  expect_the_models_own_customers(bg_bb{.alpha = 1.204, .beta = 0.750, .gamma = 0.657, .delta = 2.783}, 6.0);
  expect_the_models_own_customers(bg_bb{.alpha = 0.3, .beta = 4.0, .gamma = 0.5, .delta = 9.0}, 120.0);
}

TEST(simulate, the_score_has_mean_zero) {
  expect_scores_of_mean_zero<basic_nbd>({.r = 0.4, .alpha = 12.0}, 39.0);
  expect_scores_of_mean_zero<basic_bg_nbd>({.r = 0.8, .alpha = 4.0, .a = 0.8, .b = 2.5}, 39.0);
  expect_scores_of_mean_zero<basic_mbg_nbd>({.r = 1.5, .alpha = 6.0, .a = 0.9, .b = 1.6}, 39.0);
  expect_scores_of_mean_zero<basic_pareto_nbd>({.r = 0.55, .alpha = 10.0, .s = 0.6, .beta = 12.0}, 39.0);
  expect_scores_of_mean_zero<basic_ggompertz_nbd>({.r = 0.8, .alpha = 5.0, .b = 0.05, .s = 0.6, .beta = 0.5}, 39.0);
  expect_scores_of_mean_zero<basic_bg_bb>({.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8}, 12.0);
}

TEST(simulate, any_legal_model_gives_histories_that_are_legal_or_say_so) {
  for (const double small : {1e-3, 1.0, 1e3}) {
    for (const double other : {1e-3, 1.0, 1e3}) {
      for (const double T : {0.0, 1e-6, 1.0, 1e9}) {
        for (std::uint64_t i = 0; i < 50; ++i) {
          for (const history& h :
               {simulate(nbd{small, other}, T, 1, i).seen, simulate(bg_nbd{small, other, small, other}, T, 1, i).seen,
                simulate(mbg_nbd{small, 1.0, other, small}, T, 1, i).seen,
                simulate(pareto_nbd{small, other, other, small}, T, 1, i).seen,
                simulate(ggompertz_nbd{small, other, small, other, small}, T, 1, i).seen}) {
            EXPECT_TRUE(check(h) == status::ok || h.x > max_frequency) << h.x << " " << h.t_x << " " << h.T;
          }
          const double periods = std::floor(std::min(T, 1e6));
          EXPECT_EQ(check_periods(simulate(bg_bb{small, other, other, small}, periods, 1, i).seen), status::ok);
        }
      }
    }
  }
}

TEST(simulate, what_is_illegal_gives_nan) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double T : {-1.0, infinity, not_a_value}) {
    EXPECT_TRUE(std::isnan(simulate(nbd{0.4, 12.0}, T, 1, 1).seen.x));
    EXPECT_TRUE(std::isnan(simulate(shifted_beta_geometric{1.0, 2.0}, T, 1, 1).duration));
  }
  EXPECT_TRUE(std::isnan(simulate(nbd{-0.4, 12.0}, 1.0, 1, 1).seen.x));
  EXPECT_TRUE(std::isnan(simulate(bg_bb{1, 1, 1, 1}, 2.5, 1, 1).seen.x));
  EXPECT_TRUE(std::isnan(simulate(gamma_gamma{1, 1, 1}, 2.5, 1, 1).mean));
  EXPECT_EQ(simulate(gamma_gamma{1, 1, 1}, 0.0, 1, 1).mean, 0.0);
}

TEST(simulate, spend_has_the_models_mean) {
  const gamma_gamma m{.p = 6.25, .q = 5.74, .v = 15.44};
  double sum = 0;
  double squares = 0;
  double score = 0;
  for (std::uint64_t i = 0; i < customers; ++i) {
    const spend_history s = simulate(m, 1.0 + static_cast<double>(i % 7), 3, i);
    sum += s.mean;
    squares += s.mean * s.mean;
    score += expected_spend(m, s) - s.mean;
  }
  constexpr auto n = static_cast<double>(customers);
  const double sd = std::sqrt(squares / n - sum * sum / n / n);
  EXPECT_NEAR(sum / n, expected_spend(m, {0, 0}), 5 * sd / std::sqrt(n));
  EXPECT_NEAR(score / n, 0.0, 5 * sd / std::sqrt(n));
}

TEST(simulate, contracts_last_as_long_as_the_model_says) {
  const auto shares = [](const auto& m) {
    SCOPED_TRACE(std::string(m.model_name));
    std::vector<double> lost(9);
    double running = 0;
    for (std::uint64_t i = 0; i < customers; ++i) {
      const contract_history c = simulate(m, 8.0, 5, i);
      ASSERT_EQ(check(c), status::ok);
      if (c.churned == 1) {
        lost[static_cast<std::size_t>(c.duration)] += 1;
      } else {
        ASSERT_EQ(c.duration, 8.0);
        running += 1;
      }
    }
    constexpr auto n = static_cast<double>(customers);
    for (std::size_t t = 1; t <= 8; ++t) {
      const double p = pmf(m, static_cast<double>(t));
      EXPECT_NEAR(lost[t] / n, p, 5 * std::sqrt(p * (1 - p) / n)) << t;
    }
    const double p = survival(m, 8.0);
    EXPECT_NEAR(running / n, p, 5 * std::sqrt(p * (1 - p) / n));
  };
  shares(shifted_beta_geometric{.alpha = 0.704, .beta = 1.182});
  shares(beta_discrete_weibull{.alpha = 0.259, .beta = 1.722, .c = 1.584});
  shares(beta_discrete_weibull{.alpha = 0.704, .beta = 1.182, .c = 0.6});
}

// Whatever compiles this, and however: tests/model holds it in C++, bindings/python/tests/test_simulate.py in Python.
TEST(simulate, the_bits_are_the_same_everywhere) {
  constexpr std::uint64_t frozen = 0x99939067ea5f6624ULL;
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a over 64-bit words
  const auto add = [&](double x) { hash = (hash ^ std::bit_cast<std::uint64_t>(x)) * 0x100000001b3ULL; };
  const auto add_all = [&](const auto& m, double T) {
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const simulated_customer c = simulate(m, T, 1, i);
      for (const double x : {c.seen.x, c.seen.t_x, c.alive, c.purchase_rate, c.dropout}) add(x);
    }
  };
  add_all(nbd{.r = 0.4, .alpha = 12.0}, 39.0);
  add_all(bg_nbd{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}, 39.0);
  add_all(mbg_nbd{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614}, 3900.0);
  add_all(pareto_nbd{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}, 39.0);
  add_all(bg_bb{.alpha = 1.204, .beta = 0.750, .gamma = 0.657, .delta = 2.783}, 60.0);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    add(simulate(gamma_gamma{.p = 6.25, .q = 3.74, .v = 15.44}, 3.0, 1, i).mean);
    add(simulate(beta_discrete_weibull{.alpha = 0.259, .beta = 1.722, .c = 1.584}, 40.0, 1, i).duration);
  }
  EXPECT_EQ(hash, frozen) << std::hex << "0x" << hash;
}

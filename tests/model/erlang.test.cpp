// BG/CNBD-k and MBG/CNBD-k: every verb against BG/NBD and MBG/NBD at k = 1, and against simulated customers;
// reference.test.cpp holds them to tables.
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;

using support::inf;

// ---- k = 1

class dice {
 public:
  double wide(double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random_));
  }
  double part() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  template <class M>
  M model() {
    std::array<double, 4> p{wide(1e-3, 1e3), wide(1e-3, 1e3), wide(1e-3, 1e3), wide(1e-3, 1e3)};
    if (part() < 0.2) p[2] = part() < 0.5 ? 1.0 : 1.0 + (part() < 0.5 ? 1e-9 : -1e-9);
    return M::from(p);
  }
  history past() {
    const double T = wide(1e-6, 1e6);
    const double x = std::floor(wide(1, part() < 0.2 ? 1e6 : 50)) - 1;
    if (x == 0) return {0, 0, part() < 0.1 ? 0.0 : T};
    return {x, part() < 0.2 ? T : T * std::max(1e-6, part()), T};
  }

 private:
  std::mt19937_64 random_{11};
};

template <class Plain, class Erlang>
void expect_one_stage_is_plain(int points) {
  dice d;
  double worst = 0;
  const auto near = [&](const char* what, double got, double want, double size, double cond) {
    SCOPED_TRACE(what);
    const double error = got == want ? 0.0 : std::fabs(got - want) / size;
    // Two computations, each within the bar of its own.
    const double bar = 2 * std::max(1e-12, 4 * std::numeric_limits<double>::epsilon() * cond);
    worst = std::max(worst, error / bar);
    EXPECT_LE(error, bar) << got << " want " << want;
  };
  const auto value = [&](const char* what, double got, double want, double cond = 0) {
    if (std::fabs(want) > 1e-290 || std::fabs(got) > 1e-290) near(what, got, want, std::fabs(want), cond);
  };
  const auto logarithm = [&](const char* what, double got, double want) {
    near(what, got, want, std::max(1.0, std::fabs(want)), 0);
  };
  for (int i = 0; i < points; ++i) {
    const Plain m = d.model<Plain>();
    const Erlang e = Erlang::from(m.parameters(), 1);
    const history h = d.past();
    const double t = (h.T > 0 ? h.T : 1.0) * d.wide(1e-4, 1e4);
    const double rate = d.wide(1e-3, 1e2) / t;
    SCOPED_TRACE(testing::Message() << "r " << m.r << " alpha " << m.alpha << " a " << m.a << " b " << m.b << " x "
                                    << h.x << " t_x " << h.t_x << " T " << h.T << " t " << t << " rate " << rate);
    logarithm("log_likelihood", log_likelihood(e, h, not_a_value), log_likelihood(m, h));
    logarithm("log_p_alive", log_p_alive(e, h), log_p_alive(m, h));
    const auto f = i % 3 ? given(m, h) : starting(m);
    const auto g = i % 3 ? given(e, h) : starting(e);
    logarithm("log_survival", log_survival(g, t), log_survival(f, t));
    value("expected_purchases", expected_purchases(g, t), expected_purchases(f, t));
    value("expected_purchases for ever", expected_purchases(g, inf), expected_purchases(f, inf));
    if (i % 5 == 0) {
      value("discounted_purchases", discounted_purchases(g, rate, t), discounted_purchases(f, rate, t));
      value("discounted_lifetime", discounted_lifetime(g, rate, t), discounted_lifetime(f, rate, t));
      value("for ever", discounted_purchases(g, rate, inf), discounted_purchases(f, rate, inf));
      value("served for ever", discounted_lifetime(g, rate, inf), discounted_lifetime(f, rate, inf));
      value("undiscounted", discounted_lifetime(g, 0, inf), discounted_lifetime(f, 0, inf));
    }
    const double n = std::floor(d.wide(1, 1000)) - 1;
    // Chances of counts may be as far down as s ln(1+v) and feel their inputs as much.
    const double cond = 2 * std::fabs(std::log(std::max(pmf(f, n, t), 1e-300))) + n;
    value("pmf", pmf(g, n, t), pmf(f, n, t), cond);
    value("at_least", at_least(g, n, t), at_least(f, n, t), cond);
    value("cdf", cdf(g, n, t), cdf(f, n, t), cond);
    const double q = d.part();
    const double soon = next_purchase_quantile(f, q);
    if (soon < 1e290 && soon > 0) {
      value("next_purchase_quantile", next_purchase_quantile(g, q), soon, std::fabs(std::log(soon / f.c)) + 1 / f.s);
    }
  }
  if (std::getenv("VALOREM_VERBOSE")) printf("k = 1 worst/bar %.3f\n", worst);
}

TEST(erlang, one_stage_is_bg_nbd) {
  expect_one_stage_is_plain<bg_nbd, bg_cnbd>(400);
}
TEST(erlang, one_stage_is_mbg_nbd) {
  expect_one_stage_is_plain<mbg_nbd, mbg_cnbd>(400);
}

// ---- what must hold between the verbs

template <class M>
void expect_verbs_that_agree(int k) {
  SCOPED_TRACE(testing::Message() << M::model_name << " k " << k);
  dice d;
  for (int i = 0; i < 12; ++i) {
    const M m = M::from({d.wide(0.05, 20), d.wide(0.5, 20), d.wide(0.3, 5), d.wide(0.3, 5)}, k);
    const double T = d.wide(1, 50);
    const double x = std::floor(d.wide(1, 12)) - 1;
    const history h{x, x == 0 ? 0.0 : T * std::max(0.05, d.part()), T};
    const auto f = i % 2 ? given(m, h) : starting(m);
    const double t = d.wide(0.1, 50);
    double sum = 0;
    double mean = 0;
    for (double n = 0; n < 4000; ++n) {
      const double p = pmf(f, n, t);
      ASSERT_GE(p, 0);
      sum += p;
      mean += n * p;
      if (n < 12) {
        EXPECT_NEAR(cdf(f, n, t), sum, 1e-12);
        EXPECT_NEAR(at_least(f, n + 1, t), 1 - sum, 1e-12);
      }
      if (n > 30 && at_least(f, n, t) < 1e-15) break;
    }
    EXPECT_NEAR(sum, 1, 1e-11);
    EXPECT_NEAR(mean, expected_purchases(f, t), 1e-9 * (1 + mean));
    // Without discount a discounted count is a count, and a long horizon is for ever.
    EXPECT_NEAR(discounted_purchases(f, 1e-14 / t, t), expected_purchases(f, t), 1e-11 * expected_purchases(f, t));
    const double rate = d.wide(0.05, 2);
    const double for_ever = discounted_purchases(f, rate, inf);
    EXPECT_NEAR(discounted_purchases(f, rate, 110 / rate), for_ever, 1e-11 * for_ever);
    EXPECT_NEAR(discounted_lifetime(f, rate, 110 / rate), discounted_lifetime(f, rate, inf),
                1e-11 * discounted_lifetime(f, rate, inf));
    const double q = alive(f) * d.part();
    EXPECT_NEAR(at_least(f, 1, next_purchase_quantile(f, q)), q, 1e-12);
    EXPECT_EQ(next_purchase_quantile(f, alive(f)), inf);
  }
}

TEST(erlang, chances_add_up_and_horizons_meet) {
  for (const int k : {1, 2, 5, 12}) {
    expect_verbs_that_agree<bg_cnbd>(k);
    expect_verbs_that_agree<mbg_cnbd>(k);
  }
}

// In steps of 0.3 % a smooth ln E(t) has sixth differences of rounding; a step of 1e-11 where the sum changes its form
// would stand out twentyfold.
TEST(erlang, a_sum_over_blocks_goes_over_into_an_integral_without_a_step) {
  constexpr std::array<double, 7> binomial{1, -6, 15, -20, 15, -6, 1};
  for (const int k : {1, 3, 12}) {
    for (const double r : {0.05, 1.0, 30.0}) {
      const mbg_cnbd m{k, r, 1.0, 0.8, 2.5};
      std::array<double, 7> e{};
      int known = 0;
      for (double v = 4; v < 400; v *= 1.003) {
        std::move(e.begin() + 1, e.end(), e.begin());
        e.back() = std::log(expected_purchases(m, v));
        if (++known < 7) continue;
        double sixth = 0;
        for (std::size_t i = 0; i < 7; ++i) sixth += binomial[i] * e[i];
        EXPECT_NEAR(sixth, 0, 2e-10) << "k " << k << " r " << r << " v " << v;
      }
    }
  }
}

// Term by term: all are positive, so a plain sum keeps its digits.
TEST(erlang, weights_of_purchases_sum_up_for_small_a_and_b) {
  for (const double a : {1e-3, 1.3e-3, 0.02, 0.3, 0.49, 0.51, 1.0, 1 + 1e-9, 3.0}) {
    for (const double b : {1e-3, 1.1e-3, 0.05, 0.4, 0.9, 5.0}) {
      double sum = 0;
      double term = 1;
      for (int n = 0; n < 2000; ++n) {
        if (n > 0) {
          EXPECT_NEAR(numeric::beta_partial_sum(a, b, n), sum, 1e-13 * sum) << a << ' ' << b << ' ' << n;
        }
        sum += term;
        term *= (b + n) / (a + b + n);
      }
    }
  }
}

TEST(erlang, nobody_is_likelier_alive_later) {
  const bg_cnbd m{12, 3.0219689012310873, 0.010885198257844451, 0.006115277631559193, 14.757949782757883};
  for (double ahead = 1e-15; ahead < 1e3; ahead *= 1.7) {
    EXPECT_LE(p_alive(m, {0, 0, 67.2379965215246}, ahead), 1.0) << ahead;
  }
}

TEST(erlang, bad_input_has_no_answer) {
  const mbg_cnbd m{2, 0.5, 6.0, 0.9, 1.6};
  EXPECT_TRUE(std::isnan(log_likelihood(m, {2, 10, 20}))) << "gaps are needed";
  EXPECT_FALSE(std::isnan(log_likelihood(m, {0, 0, 20})));
  EXPECT_TRUE(std::isnan(log_likelihood(m, {2, 10, 20}, 2 * std::log(5.0) + 1e-3))) << "equal gaps have the most";
  EXPECT_FALSE(std::isnan(log_likelihood(m, {2, 10, 20}, 2 * std::log(5.0))));
  EXPECT_TRUE(std::isnan(log_likelihood(m, {0, 0, 20}, 0.5)));
  EXPECT_EQ(check_gaps({2, 10, 20}, not_a_value), status::missing);
  EXPECT_EQ(check_gaps({2, 10, 20}, -inf), status::invalid);
  for (const int k : {0, -1, 13}) {
    const mbg_cnbd wrong{k, 0.5, 6.0, 0.9, 1.6};
    EXPECT_FALSE(legal(wrong));
    EXPECT_THROW(require_legal(wrong), contract_error);
    EXPECT_TRUE(std::isnan(p_alive(wrong, {2, 10, 20})));
    EXPECT_TRUE(std::isnan(expected_purchases(wrong, 10)));
    EXPECT_TRUE(std::isnan(expected_purchases(given(wrong, {2, 10, 20}), 10)));
    EXPECT_TRUE(std::isnan(pmf(wrong, 1, 10)));
  }
}

// ---- simulated customers

template <class M>
void expect_the_models_own_customers(const M& m, double T, double later) {
  SCOPED_TRACE(testing::Message() << M::model_name << " k " << m.k);
  constexpr std::uint64_t customers = 100'000;
  constexpr double bound = 4.5;  // standard errors
  std::array<double, 8> counts{};
  double bought = 0, squares = 0, alive_now = 0, said = 0, variance = 0;
  std::array<double, 4> score{}, score_squares{};
  double next = 0, next_said = 0, next_squares = 0, alive_later = 0, said_later = 0;
  using number = numeric::dual<4>;
  std::array<number, 4> p;
  for (std::size_t i = 0; i < 4; ++i) p[i] = number::variable(m.parameters()[i], i);
  for (std::uint64_t i = 0; i < customers; ++i) {
    const simulated_customer c = simulate(m, T, 5, i);
    ASSERT_EQ(check(c.seen), status::ok);
    ASSERT_EQ(check_gaps(c.seen, c.log_gaps), status::ok);
    bought += c.seen.x;
    squares += c.seen.x * c.seen.x;
    if (c.seen.x < 8) counts[static_cast<std::size_t>(c.seen.x)] += 1;
    const double chance = p_alive(m, c.seen);
    alive_now += c.alive;
    said += chance;
    variance += chance * (1 - chance);
    if (i % 20 == 0) {
      // The same customer's longer life: number and seed make her, so T may be moved only in distribution; her future
      // is drawn by what is not seen of her, λ and p, through a customer of her own.
      const auto f = given(m, c.seen);
      const double e = expected_purchases(f, later);
      next_said += e;
      said_later += std::exp(log_survival(f, later));
    }
    // Score: the derivative of the log-likelihood has mean 0 over the model's own customers.
    if (i % 4 == 0) {
      const auto moving =
          alike<typename std::conditional_t<std::is_same_v<M, bg_cnbd>, basic_bg_cnbd<number>, basic_mbg_cnbd<number>>>(
              m, p);
      const number l = log_likelihood(moving, c.seen, c.log_gaps);
      for (std::size_t j = 0; j < 4; ++j) {
        score[j] += l.g[j];
        score_squares[j] += l.g[j] * l.g[j];
      }
    }
  }
  for (std::uint64_t i = 0; i < customers; ++i) {
    const simulated_customer c = simulate(m, T + later, 6, i);
    next += c.seen.x;
    next_squares += c.seen.x * c.seen.x;
    alive_later += c.alive;
  }
  constexpr auto n = static_cast<double>(customers);
  const auto error_of_mean = [&](double sum, double square) {
    return std::sqrt((square / n - sum / n * (sum / n)) / n);
  };
  EXPECT_NEAR(bought / n, expected_purchases(m, T), bound * error_of_mean(bought, squares));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double chance = pmf(m, static_cast<double>(i), T);
    EXPECT_NEAR(counts[i] / n, chance, bound * std::sqrt(chance * (1 - chance) / n)) << i << " purchases";
  }
  EXPECT_NEAR(alive_now, said, bound * std::sqrt(variance) + 1e-9);
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(score[j], 0.0, bound * std::sqrt(score_squares[j])) << j;
  // What is expected of those seen until T, taken together, is what comes in (T, T + later]: the closure in j, end to
  // end. Every 20th of them speaks for all, so the error is that of n/20 customers, and at most as wide as theirs.
  const double growth = next / n - expected_purchases(m, T);
  const double spread = error_of_mean(next, next_squares) * std::sqrt(21.0);
  EXPECT_NEAR(next_said / (n / 20), growth, bound * spread);
  const double share = alive_later / n;
  EXPECT_NEAR(said_later / (n / 20), share, bound * std::sqrt(21.0 * share * (1 - share) / n));
  // And without sampling: E[Y(T + later)] is told alike by a new customer and by her later self.
  EXPECT_NEAR(share, std::exp(log_survival(starting(m), T + later)), bound * std::sqrt(share * (1 - share) / n));
}

TEST(erlang, customers_are_the_models_own) {
  expect_the_models_own_customers(bg_cnbd{2, 0.8, 3.0, 0.8, 2.5}, 39.0, 26.0);
  expect_the_models_own_customers(mbg_cnbd{3, 1.5, 4.0, 0.9, 1.6}, 39.0, 52.0);
  expect_the_models_own_customers(mbg_cnbd{12, 3.0, 2.0, 1.0, 4.0}, 30.0, 10.0);
  expect_the_models_own_customers(bg_cnbd{1, 0.5, 4.0, 0.8, 2.5}, 39.0, 26.0);
}

}  // namespace

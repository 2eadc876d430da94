// What every model of purchases must keep, whatever its formulas. A model joins by one line in `models`.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <support/numbers.hpp>
#include <type_traits>
#include <vector>

namespace {

using namespace valorem;

using support::inf;

template <class M>
class battery : public testing::Test {};
using models = testing::Types<nbd, bg_nbd, mbg_nbd, pareto_nbd, ggompertz_nbd, bg_cnbd, mbg_cnbd>;
TYPED_TEST_SUITE(battery, models);

class dice {
 public:
  double wide(double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random_));
  }
  double part() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  template <class M>
  M model(double low, double high) {
    std::array<double, parameter_count<M>> p{};
    for (double& v : p) v = wide(low, high);
    // The removable poles of the dropout's second shape.
    if (p.size() == 4 && part() < 0.2) p[2] = part() < 0.5 ? 1.0 : 1.0 + (part() < 0.5 ? 1e-9 : -1e-6);
    // Where a Gompertz hazard does not move.
    if (p.size() == 5 && part() < 0.2) p[4] = part() < 0.5 ? 1.0 : 1.0 + (part() < 0.5 ? 1e-9 : -1e-6);
    M out = M::from(p);
    if constexpr (erlang_model<M>) out.k = static_cast<int>(wide(1, 12.99));
    return out;
  }
  history past(double most, double longest) {
    const double T = wide(1e-6, longest);
    const double x = std::floor(wide(1, most)) - 1;
    const double kind = part();
    if (x == 0) return {0, 0, kind < 0.1 ? 0.0 : T};
    return {x, kind < 0.2 ? T : T * std::max(1e-6, part()), T};
  }

 private:
  std::mt19937_64 random_{20};
};

/// Of a model with stages: with gaps that are as equal as can be.
template <class M>
double likelihood(const M& m, const history& h) {
  if constexpr (erlang_model<M>) {
    return log_likelihood(m, h, h.x > 0 ? h.x * std::log(h.t_x / h.x) : 0.0);
  } else {
    return log_likelihood(m, h);
  }
}

TYPED_TEST(battery, every_answer_is_a_number_in_its_range) {
  dice d;
  // Discounted sums over many Erlang stages take milliseconds.
  const int points = erlang_model<TypeParam> ? 60 : 600;
  for (int i = 0; i < points; ++i) {
    const auto m = d.model<TypeParam>(1e-3, 1e3);
    const history h = d.past(1e5, 1e6);
    const double t = (h.T > 0 ? h.T : 1.0) * d.wide(1e-4, 1e4);
    const double rate = d.wide(1e-3, 1e2) / t;
    SCOPED_TRACE(testing::Message() << "x " << h.x << " t_x " << h.t_x << " T " << h.T << " t " << t << " rate "
                                    << rate);
    EXPECT_TRUE(std::isfinite(likelihood(m, h)));
    EXPECT_LE(log_p_alive(m, h), 0);
    EXPECT_TRUE(std::isfinite(log_p_alive(m, h)));
    for (const auto& f : {starting(m), given(m, h)}) {
      const double now = alive(f);
      EXPECT_GE(now, 0);
      EXPECT_LE(now, 1);
      const double log_now = log_survival(f, 0);  // where the chance itself underflows too
      EXPECT_LE(log_survival(f, t), log_now + 1e-12 * std::fabs(log_now) + 1e-12);
      EXPECT_LE(log_survival(f, 2 * t), log_survival(f, t) + 1e-12 * std::fabs(log_survival(f, t)) + 1e-12);
      const double slack = 1 + 1e-11;
      const double bought = expected_purchases(f, t);
      EXPECT_TRUE(std::isfinite(bought) && bought >= 0);
      EXPECT_LE(bought, expected_purchases(f, 2 * t) * slack);
      const double worth = discounted_purchases(f, rate, t);
      EXPECT_TRUE(std::isfinite(worth) && worth >= 0);
      EXPECT_LE(worth, bought * slack);
      EXPECT_LE(worth, discounted_purchases(f, rate, inf) * slack);
      const double served = discounted_lifetime(f, rate, t);
      EXPECT_TRUE(std::isfinite(served) && served >= 0);
      EXPECT_LE(served, now * std::min(t, 1 / rate) * slack);
      for (const double n : {0.0, 1.0, 2.0, 50.0}) {
        for (const double p : {pmf(f, n, t), at_least(f, n, t), cdf(f, n, t)}) {
          EXPECT_GE(p, 0) << n;
          EXPECT_LE(p, 1 + 1e-12) << n;
        }
      }
    }
  }
}

TYPED_TEST(battery, chances_add_up_to_one_and_to_the_mean) {
  dice d;
  int checked = 0;
  for (int i = 0; i < 400 && checked < 60; ++i) {
    const auto m = d.model<TypeParam>(0.05, 50);
    const history h = d.past(20, 100);
    const auto f = i % 2 ? given(m, h) : starting(m);
    const double t = d.wide(0.1, 100);
    if (expected_purchases(f, t) > 100 || at_least(f, 3000, t) > 1e-14) continue;
    ++checked;
    double sum = 0, mean = 0;
    for (double n = 0; n <= 3000; ++n) {
      const double p = pmf(f, n, t);
      sum += p;
      mean += n * p;
      if (n < 40) {
        EXPECT_NEAR(cdf(f, n, t), sum, 2e-12) << n;
        EXPECT_NEAR(at_least(f, n + 1, t), 1 - sum, 2e-12) << n;
      }
      if (1 - sum < 1e-15 && n > 100) break;
    }
    EXPECT_NEAR(sum, 1, 1e-11);
    EXPECT_NEAR(mean, expected_purchases(f, t), 1e-9 * (1 + mean));
  }
  EXPECT_GE(checked, 40);
}

TYPED_TEST(battery, the_small_and_the_large_end_of_time) {
  dice d;
  for (int i = 0; i < (erlang_model<TypeParam> ? 15 : 200); ++i) {
    const auto m = d.model<TypeParam>(0.01, 100);
    const history h = d.past(1000, 1e4);
    const auto f = given(m, h);
    EXPECT_EQ(expected_purchases(f, 0), 0);
    EXPECT_EQ(discounted_purchases(f, 0.1, 0), 0);
    EXPECT_EQ(discounted_lifetime(f, 0.1, 0), 0);
    EXPECT_EQ(pmf(f, 0, 0), 1);
    EXPECT_EQ(pmf(f, 1, 0), 0);
    EXPECT_EQ(cdf(f, 0, 0), 1);
    EXPECT_EQ(at_least(f, 1, 0), 0);
    EXPECT_NEAR(std::exp(log_survival(f, 0)), alive(f), 1e-12 * alive(f));
    const double t = d.wide(0.1, 1e4);
    EXPECT_EQ(discounted_purchases(f, 0, t), expected_purchases(f, t));
    EXPECT_NEAR(discounted_purchases(f, 1e-14 / t, t), expected_purchases(f, t), 1e-11 * expected_purchases(f, t));
    const double rate = d.wide(1e-3, 10);
    const double for_ever = discounted_purchases(f, rate, inf);
    EXPECT_NEAR(discounted_purchases(f, rate, 60 / rate), for_ever, 1e-11 * for_ever);
    if constexpr (erlang_model<TypeParam>) continue;  // the next purchase is some stages away
    // She buys at once at the mean rate of the posterior: E[λ] = (r+x)/(α+T).
    const auto p = m.parameters();
    double tiny = 1e-9 / (1 + (p[0] + h.x) / (p[1] + h.T));
    // Unless she leaves that soon.
    while (log_survival(f, 0) - log_survival(f, tiny) > 1e-7) tiny *= 0.1;
    EXPECT_NEAR(expected_purchases(f, tiny) / tiny, alive(f) * (p[0] + h.x) / (p[1] + h.T),
                1e-6 * (p[0] + h.x) / (p[1] + h.T));
  }
}

TYPED_TEST(battery, the_next_purchase_comes_within_its_quantile) {
  dice d;
  int finite = 0;
  for (int i = 0; i < 300; ++i) {
    const auto m = d.model<TypeParam>(0.01, 100);
    const auto f = i % 2 ? given(m, d.past(100, 100)) : starting(m);
    const double q = d.part();
    const double u = next_purchase_quantile(f, q);
    if (std::isinf(u)) {
      EXPECT_LE(at_least(f, 1, 1e290), q * (1 + 1e-9));
      continue;
    }
    ++finite;
    EXPECT_GE(u, 0);
    if (u < 1e280) {
      EXPECT_NEAR(at_least(f, 1, u), q, 2e-12 * q + 1e-13) << u;
    }
    EXPECT_GE(next_purchase_quantile(f, q), next_purchase_quantile(f, 0.9 * q));
    EXPECT_EQ(next_purchase_quantile(f, 0), 0);
    EXPECT_TRUE(std::isnan(next_purchase_quantile(f, -0.1)));
    EXPECT_TRUE(std::isnan(next_purchase_quantile(f, 1.1)));
  }
  EXPECT_GE(finite, 60);
}

TYPED_TEST(battery, a_customer_of_today_is_a_new_one) {
  dice d;
  for (int i = 0; i < 50; ++i) {
    const auto m = d.model<TypeParam>(0.01, 100);
    const auto now = given(m, {0, 0, 0});
    const auto first = starting(m);
    EXPECT_NEAR(alive(now), alive(first), 1e-15);
    EXPECT_NEAR(likelihood(m, history{0, 0, 0}), 0, 1e-15) << "nothing was seen";
    EXPECT_NEAR(expected_purchases(now, 10), expected_purchases(first, 10),
                1e-12 * (1 + expected_purchases(first, 10)));
  }
}

TYPED_TEST(battery, a_column_is_its_rows) {
  dice d;
  const auto m = d.model<TypeParam>(0.1, 10);
  std::vector<double> x, t_x, T;
  for (int i = 0; i < 5000; ++i) {
    history h = d.past(100, 1e3);
    if (i % 50 == 0) h.t_x = h.T + 1;
    x.push_back(h.x);
    t_x.push_back(h.t_x);
    T.push_back(h.T);
  }
  std::vector<double> out(x.size());
  p_alive(m, history_columns{x, t_x, T}, out, {.workers = 2});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double want = p_alive(m, {x[i], t_x[i], T[i]});
    EXPECT_TRUE(out[i] == want || (std::isnan(out[i]) && std::isnan(want))) << i;
  }
}

TYPED_TEST(battery, a_lifetime_value_by_itself_is_the_desks) {
  dice d;
  int known = 0;
  for (int i = 0; i < 10; ++i) {
    const auto m = d.model<TypeParam>(0.1, 10);
    const history h = i == 9 ? history{1, 3, 2} : d.past(100, 100);
    const auto desk = prepare(m, gamma_gamma{6, 4, 15}, {.horizon = 52, .discount = 0.1, .margin = 0.3});
    for (const serving& cost : {serving{}, serving{2, 0}, serving{1, 0.1}}) {
      const double whole = desk(h, {h.x, 20}, cost).lifetime_value;
      const double alone = desk.lifetime_value(h, {h.x, 20}, cost);
      EXPECT_TRUE(alone == whole || (std::isnan(alone) && std::isnan(whole))) << alone << ' ' << whole;
      known += std::isnan(whole) ? 0 : 1;
    }
  }
  EXPECT_EQ(known, 27);
}

TYPED_TEST(battery, what_is_illegal_has_no_answer) {
  dice d;
  const auto m = d.model<TypeParam>(0.1, 10);
  for (const history h : {history{-1, 1, 2}, history{1.5, 1, 2}, history{1, 3, 2}, history{1, 0, 2}, history{0, 1, 2},
                          history{1, 1, inf}, history{std::nan(""), 1, 2}}) {
    EXPECT_TRUE(std::isnan(log_likelihood(m, h)));
    EXPECT_TRUE(std::isnan(p_alive(m, h)));
    EXPECT_TRUE(std::isnan(expected_purchases(given(m, h), 1)));
    EXPECT_TRUE(std::isnan(pmf(given(m, h), 0, 1)));
  }
  auto p = m.parameters();
  for (const double bad : {0.0, -1.0, inf, std::nan("")}) {
    for (std::size_t i = 0; i < p.size(); ++i) {
      auto q = p;
      q[i] = bad;
      const auto wrong = TypeParam::from(q);
      EXPECT_TRUE(std::isnan(log_likelihood(wrong, {1, 1, 2})));
      EXPECT_TRUE(std::isnan(p_alive(wrong, {1, 1, 2})));
      EXPECT_TRUE(std::isnan(expected_purchases(wrong, 1)));
      EXPECT_TRUE(std::isnan(discounted_lifetime(wrong, 0.1, 1)));
      EXPECT_TRUE(std::isnan(pmf(wrong, 1, 1)));
      EXPECT_THROW((void)prepare(wrong, gamma_gamma{1, 2, 3}, {.horizon = 1, .discount = 0.1, .margin = 0.3}),
                   contract_error);
    }
  }
  const auto f = starting(m);
  EXPECT_TRUE(std::isnan(pmf(f, -1, 1)));
  EXPECT_TRUE(std::isnan(pmf(f, 0.5, 1)));
  EXPECT_TRUE(std::isnan(pmf(f, 1, -1)));
  EXPECT_TRUE(std::isnan(at_least(f, 1, inf)));
  EXPECT_TRUE(std::isnan(expected_purchases(f, -1)));
  EXPECT_TRUE(std::isnan(discounted_purchases(f, -0.1, 1)));
  // Discounted beyond all numbers, nothing is left; and no one stays for ever, where leaving is thought of.
  for (const double horizon : {5.0, inf}) EXPECT_EQ(discounted_purchases(f, inf, horizon), 0.0);
  EXPECT_LE(discounted_purchases(f, 1e308, 5.0), 1e-290);
  // BG/BB counts periods, which have an end.
  const std::vector<double> later =
      std::is_same_v<TypeParam, bg_bb> ? std::vector{1e9, 1e12} : std::vector{1e18, 1e300, inf};
  double last = p_alive(m, history{2, 3, 5}, 1e6);
  for (const double t : later) {
    const double here = p_alive(m, history{2, 3, 5}, t);
    EXPECT_GE(here, 0.0) << t;
    EXPECT_LE(here, last) << t;
    last = here;
  }
}

}  // namespace

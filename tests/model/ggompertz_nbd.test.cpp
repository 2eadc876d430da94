// GGompertz/NBD at its limits, beside a plain twin, and fitted: published, simulated and at each of its edges.
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>
#include <valorem/numeric/gamma.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <support/cdnow.hpp>
#include <support/numbers.hpp>
#include <utility>
#include <vector>

namespace {

using namespace valorem;

using support::inf;

constexpr std::array<history, 5> pasts{
    {{2, 30.43, 38.86}, {0, 0, 38.86}, {26, 30.5, 31}, {1, 1.71, 38.86}, {40, 12, 12}}};

/// Every verb, by name, at a horizon and a discount; each is positive.
template <class M>
std::vector<std::pair<std::string, double>> answers(const M& m, const history& h) {
  const auto f = given(m, h);
  const double t = 39.0;
  return {{"likelihood", std::exp(log_likelihood(m, h) - log_likelihood(m, {h.x, h.t_x, h.t_x}))},
          {"p_alive", p_alive(m, h)},
          {"p_alive later", p_alive(m, h, t)},
          {"survival", std::exp(log_survival(starting(m), t))},
          {"purchases", expected_purchases(m, t)},
          {"her purchases", expected_purchases(f, t)},
          {"discounted", discounted_purchases(f, 0.01, t)},
          {"lifetime", discounted_lifetime(f, 0.01, t)},
          {"pmf 0", pmf(f, 0, t)},
          {"pmf 3", pmf(f, 3, t)},
          {"at least 2", at_least(f, 2, t)},
          {"cdf 2", cdf(f, 2, t)}};
}

// With β = b β_P, S differs from Pareto/NBD's by the factor (e^v - 1)/v = 1 + v/2 + ... of t in (1 + t/β_P)^-s, that is
// by at most s v/2 (1 + v) in its logarithm, v = bt; the hazard by at most v (1 + v); β_P of those still there at T by
// at most bT. Each verb adds up or divides such parts: at most (1 + s) b (T + t) for the hazard and S over the past and
// the future, and as much again where P(alive) comes in.
TEST(ggompertz_nbd, becomes_pareto_at_the_rate_of_b) {
  const pareto_nbd limit{.r = 0.553, .alpha = 10.578, .s = 0.606, .beta = 11.669};
  const auto near = [&](double b) { return ggompertz_nbd{limit.r, limit.alpha, b, limit.s, b * limit.beta}; };
  for (const history& h : pasts) {
    const auto want = answers(limit, h);
    const auto got = answers(near(1e-9), h);
    const double bound = 2 * (1 + limit.s) * 1e-9 * (h.T + 39.0) + 1e-12;
    const auto at_6 = answers(near(1e-6), h);
    const auto at_5 = answers(near(1e-5), h);
    for (std::size_t i = 0; i < want.size(); ++i) {
      EXPECT_NEAR(got[i].second, want[i].second, bound * want[i].second) << want[i].first;
      // Of first order in b: ten times b, ten times as far (where there is a difference at all).
      const double far = at_5[i].second - want[i].second;
      if (std::fabs(far) > 1e-7 * want[i].second) {
        EXPECT_NEAR(at_6[i].second - want[i].second, 0.1 * far, 0.002 * std::fabs(far)) << want[i].first;
      }
    }
    const double u = next_purchase_quantile(given(near(1e-9), h), 0.2 * alive(given(limit, h)));
    EXPECT_NEAR(at_least(given(limit, h), 1, u), 0.2 * alive(given(limit, h)), bound);
  }
  // The first order itself: d ln S / db = -s t² / (2 (β_P + t)).
  for (const double t : {1.0, 39.0, 400.0}) {
    const double slope = (log_survival(starting(near(1e-7)), t) - log_survival(starting(limit), t)) / 1e-7;
    EXPECT_NEAR(slope, -limit.s * t * t / (2 * (limit.beta + t)), 1e-4 * limit.s * t);
  }
}

// β = 1: S = e^(-bst) exactly, whatever b and s apart from their product.
TEST(ggompertz_nbd, is_exponential_at_beta_1) {
  for (const double s : {1e-3, 0.6, 40.0, 1e3}) {
    for (const double b : {1e-3, 0.02, 3.0}) {
      const ggompertz_nbd m{.r = 0.7, .alpha = 8.0, .b = b, .s = s, .beta = 1.0};
      const double mu = b * s;
      for (const double t : {1e-6, 1.0, 50.0, 1e4}) {
        EXPECT_NEAR(log_survival(starting(m), t), -mu * t, 4e-16 * mu * t);
        const double life = -std::expm1(-(mu + 0.01) * t) / (mu + 0.01);
        EXPECT_NEAR(discounted_lifetime(m, 0.01, t), life, 4e-15 * life * (1 + mu * t / std::expm1(mu * t)));
        EXPECT_NEAR(expected_purchases(m, t), 0.7 / 8.0 * -std::expm1(-mu * t) / mu,
                    1e-14 * 0.7 / 8.0 * std::min(t, 1 / mu));
      }
      EXPECT_NEAR(discounted_lifetime(m, 0.0, inf), 1 / mu, 4e-15 / mu);
      EXPECT_EQ(given(m, {0, 0, 30}).beta, 1.0);
      const ggompertz_nbd other{.r = 0.7, .alpha = 8.0, .b = 2 * b, .s = 0.5 * s, .beta = 1.0};
      EXPECT_NEAR(p_alive(m, {2, 20, 30}), p_alive(other, {2, 20, 30}), 1e-13 * p_alive(m, {2, 20, 30}));
    }
  }
}

/// The odds of having left, by the midpoint rule over the time of leaving.
double plain_odds(const ggompertz_nbd& m, const history& h) {
  constexpr int n = 200'000;
  const double step = (h.T - h.t_x) / n;
  const double k = m.r + h.x;
  const auto log_survival_to = [&](double y) { return m.s * std::log(m.beta / (m.beta - 1 + std::exp(m.b * y))); };
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double y = h.t_x + (i + 0.5) * step;
    const double hazard = m.b * m.s * std::exp(m.b * y) / (m.beta - 1 + std::exp(m.b * y));
    sum += step * hazard *
           std::exp(k * std::log((m.alpha + h.T) / (m.alpha + y)) + log_survival_to(y) - log_survival_to(h.T));
  }
  return sum;
}

TEST(ggompertz_nbd, p_alive_beside_a_plain_twin) {
  for (const ggompertz_nbd& m : {ggompertz_nbd{1, 10, .05, .5, 2}, ggompertz_nbd{.553, 10.6, .05, .6, .5},
                                 ggompertz_nbd{2, 5, .3, 1.5, 2000}, ggompertz_nbd{.5, 20, .4, .05, .05}}) {
    for (const history& h : pasts) {
      if (h.t_x == h.T) continue;
      // The rule leaves step² f''/24 of the whole, 1e-8 where f changes by e^10 within the gap.
      EXPECT_NEAR(p_alive(m, h), 1 / (1 + plain_odds(m, h)), 1e-8);
      const double alone = log_likelihood(m, h) + log_p_alive(m, h);
      const double want = numeric::lgamma(m.r + h.x) - numeric::lgamma(m.r) + m.r * std::log(m.alpha) -
                          (m.r + h.x) * std::log(m.alpha + h.T) + log_survival(starting(m), h.T);
      EXPECT_NEAR(alone, want, 1e-11 * std::fabs(want));
    }
  }
}

// Derivatives are those of the text: beside central differences, on both sides of β = 1 and where e^(bT) overflows.
TEST(ggompertz_nbd, gradients_are_the_slopes_of_the_values) {
  using dual = numeric::dual<5>;
  for (const std::array<double, 5>& at :
       {std::array{.553, 10.6, .05, .6, .5}, std::array{1.0, 5.0, .3, 1.5, 2000.0}, std::array{1.0, 5.0, .1, .5, 1.0},
        std::array{.5, 10.0, 2.0, .002, .5}, std::array{.55, 10.6, 1e-6, .6, 1.2e-5}}) {
    std::array<dual, 5> variables;
    for (std::size_t i = 0; i < 5; ++i) variables[i] = dual::variable(at[i], i);
    const auto same = [&](auto&& verb, const history& h) {
      const dual slope = verb(basic_ggompertz_nbd<dual>::from(variables), h);
      for (std::size_t i = 0; i < 5; ++i) {
        auto up = at;
        auto down = at;
        const double step = 1e-5 * at[i];
        up[i] += step;
        down[i] -= step;
        const double difference = (verb(ggompertz_nbd::from(up), h) - verb(ggompertz_nbd::from(down), h)) / (2 * step);
        // Differences lose eps/1e-5 of the value, and what a power of the parameter bends within the step.
        const double power = at[i] * difference / slope.v;
        const double bound = (2e-7 + 1e-10 * power * power) * std::fabs(difference) + 2e-7 * std::fabs(slope.v) / at[i];
        EXPECT_NEAR(slope.g[i], difference, bound) << i;
      }
    };
    for (const history& h :
         {history{2, 30.43, 38.86}, history{0, 0, 20}, history{26, 30.5, 31}, history{3, 400, 900}}) {
      same([](const auto& m, const history& g) { return log_likelihood(m, g); }, h);
      same([](const auto& m, const history& g) { return log_p_alive(m, g); }, h);
      same([](const auto& m, const history& g) { return expected_purchases(given(m, g), 39.0); }, h);
      same([](const auto& m, const history& g) { return discounted_lifetime(given(m, g), 0.002, inf); }, h);
    }
  }
}

TEST(ggompertz_nbd, does_not_overflow) {
  for (const double s : {1e-3, 1e3}) {
    for (const double beta : {1e-9, 1e-3, 1.0, 1e3}) {
      for (const history& h :
           {history{3, 5e8, 1e9}, history{0, 0, 1e9}, history{1e6, 1e9, 1e9}, history{1e6, 1e-7, 1e-6}}) {
        const ggompertz_nbd m{.r = 0.5, .alpha = 10, .b = 1e3, .s = s, .beta = beta};
        EXPECT_TRUE(std::isfinite(log_likelihood(m, h)));
        EXPECT_TRUE(std::isfinite(log_p_alive(m, h)));
        const double b_s = m.b * m.s;  // for ever after, where nothing is left of the first hazard
        EXPECT_NEAR(discounted_lifetime(given(m, {0, 0, 1e6}), 0, inf), alive(given(m, {0, 0, 1e6})) / b_s,
                    1e-12 / b_s);
        EXPECT_TRUE(std::isfinite(pmf(given(m, h), 2, 1e9)));
        EXPECT_GE(next_purchase_quantile(starting(m), 1e-6), 0);
      }
    }
  }
}

// As simulate.test.cpp holds the others; bindings/python/tests/test_ggompertz.py holds it in Python.
TEST(ggompertz_nbd, its_customers_have_the_same_bits_everywhere) {
  constexpr std::uint64_t frozen = 0x8d0f3bf309a5d764ULL;
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a over 64-bit words
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const simulated_customer c =
        simulate(ggompertz_nbd{.r = 0.553, .alpha = 10.6, .b = 0.05, .s = 0.6, .beta = 0.5}, 39.0, 1, i);
    for (const double x : {c.seen.x, c.seen.t_x, c.alive, c.purchase_rate, c.dropout}) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(x)) * 0x100000001b3ULL;
    }
  }
  EXPECT_EQ(hash, frozen) << std::hex << "0x" << hash;
}

// ---------------------------------------------------------------- fits

struct rows_of {
  std::vector<double> x, t_x, T, weight;
  void add(const history& h, double w = 1.0) {
    x.push_back(h.x);
    t_x.push_back(h.t_x);
    T.push_back(h.T);
    weight.push_back(w);
  }
  [[nodiscard]] fit_result<ggompertz_nbd> fitted() const {
    const auto rows = compress(history_columns{x, t_x, T}, weight);
    return fit<ggompertz_nbd>({rows.columns(), rows.weight});
  }
};

rows_of customers(std::size_t n, const std::function<history(std::uint64_t)>& one) {
  rows_of out;
  for (std::uint64_t i = 0; i < n; ++i) out.add(one(i));
  return out;
}

double log_likelihood_of(const ggompertz_nbd& m, const rows_of& d) {
  double sum = 0;
  for (std::size_t i = 0; i < d.x.size(); ++i) sum += log_likelihood(m, {d.x[i], d.t_x[i], d.T[i]});
  return sum;
}

// Bemmaor & Glady (2012) print b .0002, s .603, β .0026 and -9594.98 for CDNOW, on the way to Pareto/NBD's optimum.
TEST(ggompertz_nbd, cdnow_is_pareto) {
  const auto rows =
      compress(summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end,
                                                          .calibration_end = support::cdnow_calibration_end,
                                                          .unit = time_unit::week}));
  const auto f = fit<ggompertz_nbd>({rows.columns(), rows.weight});
  EXPECT_EQ(f.outcome, fit_status::boundary);
  EXPECT_EQ(f.limit, "Pareto/NBD (b and beta to 0)");
  EXPECT_GE(f.log_likelihood, -9594.97618);
  EXPECT_NEAR(f.model.r, .55327705, 1e-6);
  EXPECT_NEAR(f.model.alpha, 10.57768346, 1e-5);
  EXPECT_NEAR(f.model.s, .60623999, 1e-6);
  EXPECT_NEAR(f.model.beta / f.model.b, 11.66873527, 1e-4);
}

TEST(ggompertz_nbd, recovers_what_customers_were_drawn_from) {
  const ggompertz_nbd truth{.r = .553, .alpha = 10.6, .b = .05, .s = .6, .beta = .5};
  const bool full = std::getenv("VALOREM_FULL") != nullptr;  // the largest takes a minute
  std::vector<std::size_t> sizes{100, 2000};
  if (full) sizes.insert(sizes.end(), {10'000, 100'000});
  int sharp = 0;
  for (const std::size_t n : sizes) {
    const rows_of d = customers(n, [&](std::uint64_t i) { return simulate(truth, 78.0, 1, i).seen; });
    const auto f = d.fitted();
    EXPECT_GE(f.log_likelihood, log_likelihood_of(truth, d) - 1e-6) << n;
    if (f.outcome != fit_status::converged) {
      EXPECT_LE(n, 1000u) << name(f.outcome) << ' ' << f.limit;
      continue;
    }
    ++sharp;
    const auto p = f.model.parameters();
    const auto errors = f.standard_errors();
    for (std::size_t i = 0; i < p.size(); ++i) {
      // On the logarithm, in which the fit climbs and the likelihood is nearer to a parabola.
      EXPECT_LE(std::fabs(std::log(p[i] / truth.parameters()[i])), 4 * errors[i] / p[i]) << n << ' ' << i;
    }
    // The climb ends where a step would gain less than 1e-15 of ln L: half of g' C g, C the covariance of the
    // logarithms.
    double gain = 0.0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (std::size_t j = 0; j < p.size(); ++j) {
        gain += 0.5 * f.gradient[i] * f.gradient[j] * f.covariance[i][j] / (p[i] * p[j]);
      }
    }
    EXPECT_LE(gain, 1e-15 * std::fabs(f.log_likelihood)) << n;
  }
  EXPECT_GE(sharp, full ? 2 : 1);
}

// Hazards that rise, and so steeply that hardly any leave before one age.
TEST(ggompertz_nbd, recovers_rising_hazards) {
  for (const ggompertz_nbd& truth : {ggompertz_nbd{1, 5, .1, .5, 20}, ggompertz_nbd{1, 5, .3, 1, 1e6}}) {
    const rows_of d = customers(400, [&](std::uint64_t i) { return simulate(truth, 78.0, 1, i).seen; });
    const auto f = d.fitted();
    EXPECT_EQ(f.outcome, fit_status::converged) << f.limit;
    const auto p = f.model.parameters();
    const auto errors = f.standard_errors();
    for (std::size_t i = 0; i < p.size(); ++i) {
      EXPECT_LE(std::fabs(std::log(p[i] / truth.parameters()[i])), 4 * errors[i] / p[i]) << i;
    }
  }
}

void expect_limit(const rows_of& d, const std::string& limit) {
  const auto f = d.fitted();
  EXPECT_EQ(f.outcome, fit_status::boundary) << limit << ", not " << name(f.outcome);
  EXPECT_EQ(f.limit, limit);
}

TEST(ggompertz_nbd, names_the_limit_it_runs_to) {
  rows_of all_here;  // each bought on the last day
  for (const double x : {1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 30.0}) all_here.add({x, 40, 40}, 20);
  expect_limit(all_here, "NBD without dropout (the hazard to 0)");

  const ggompertz_nbd one_hazard{.r = 1, .alpha = 5, .b = .1, .s = 1e5, .beta = 3e6};
  expect_limit(customers(400, [&](std::uint64_t i) { return simulate(one_hazard, 60, 1, i).seen; }),
               "one Gompertz hazard for all (s and beta to infinity)");

  const nbd till_40{.r = 2, .alpha = 5};
  expect_limit(customers(400,
                         [&](std::uint64_t i) {
                           history h = simulate(till_40, 40, 1, i).seen;
                           h.T = 50;
                           return h;
                         }),
               "nobody leaves before one age (b and beta to infinity)");

  // A hundred of whom some bought once and never again.
  const ggompertz_nbd falling{.r = .553, .alpha = 10.6, .b = .05, .s = .6, .beta = .5};
  expect_limit(customers(100, [&](std::uint64_t i) { return simulate(falling, 78, 28, i).seen; }),
               "some leave at once and the others at one rate (s and beta to 0 as b to infinity)");

  // Purchases as regular as a clock's.
  const ggompertz_nbd leaving{.r = 1e9, .alpha = 1e9, .b = .3, .s = 1.5, .beta = 5000};
  expect_limit(customers(400,
                         [&](std::uint64_t i) {
                           numeric::random_stream from(3, i);
                           const double life = std::min(60.0, detail::draw_process(leaving, from).lifetime);
                           const double x = std::floor(life / 4);
                           return history{x, 4 * x, 60.0};
                         }),
               "one purchase rate for all (r and alpha to infinity)");

  rows_of hardly_any;
  hardly_any.add({0, 0, 40}, 1e6);
  hardly_any.add({0, 0, 30}, 1e6);
  hardly_any.add({1000, 20, 40});
  hardly_any.add({300, 39, 40});
  hardly_any.add({800, 12, 30});
  hardly_any.add({20, 29, 30});
  expect_limit(hardly_any, "hardly any buyer (r to 0)");
}

TEST(ggompertz_nbd, profiles_hold_the_truth_and_open_towards_pareto) {
  const ggompertz_nbd truth{.r = 1, .alpha = 5, .b = .2, .s = 1, .beta = 5};
  const rows_of d = customers(200, [&](std::uint64_t i) { return simulate(truth, 78.0, 1, i).seen; });
  const auto f = d.fitted();
  const auto ends = profile_intervals<ggompertz_nbd>({{d.x, d.t_x, d.T}, d.weight}, f, 0.95);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    EXPECT_LT(ends[i].low, truth.parameters()[i]) << i;
    EXPECT_GT(ends[i].high, truth.parameters()[i]) << i;
  }
  // Pareto/NBD's own customers: b may be anything down to 0, and β with it.
  const pareto_nbd steady{.r = 1, .alpha = 5, .s = .6, .beta = 12};
  const rows_of p = customers(200, [&](std::uint64_t i) { return simulate(steady, 60, 3, i).seen; });
  const auto open = profile_intervals<ggompertz_nbd>({{p.x, p.t_x, p.T}, p.weight}, p.fitted());
  EXPECT_EQ(open[2].low, 0.0);
  EXPECT_EQ(open[4].low, 0.0);
}

}  // namespace

// Draws from the posterior against brute force: sums over a grid in place of a sample.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <support/cdnow.hpp>
#include <support/refusal.hpp>
#include <vector>

namespace {

using namespace valorem;
using support::refusal;

template <class M>
std::vector<double> logs_of(const posterior_draws<M>& d, std::size_t k) {
  std::vector<double> out;
  for (const M& m : d.models) out.push_back(std::log(m.parameters()[k]));
  return out;
}

/// Share of draws beyond which a sample of that effective size does not stray, for a share p: five standard deviations.
double stray(double p, double effective, double size) {
  return 5 * std::sqrt(p * (1 - p) * (1 / effective + 1 / size));
}

/// The posterior of two log-parameters on a grid of eight Wald standard errors to either side.
template <class M>
struct grid {
  static constexpr int n = 401;
  std::array<std::vector<double>, 2> at;
  std::vector<double> density;  ///< relative to its largest, row by row
  double effective_share = 0;   ///< (∫p)² / ∫p²/q over proposals q of t with 5 degrees of freedom, ∫q = 1

  template <class LogPosterior>
  grid(const fit_result<M>& f, LogPosterior log_posterior) {
    const auto p = f.model.parameters();
    std::array<std::array<double, 2>, 2> c{};
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 2; ++j) c[i][j] = f.covariance[i][j] / (p[i] * p[j]);
      for (int k = 0; k < n; ++k) {
        at[i].push_back(std::log(p[i]) + 8 * std::sqrt(c[i][i]) * (2.0 * k / (n - 1) - 1));
      }
    }
    const double det = c[0][0] * c[1][1] - c[0][1] * c[1][0];
    const double cell = (at[0][1] - at[0][0]) * (at[1][1] - at[1][0]);
    const double top = log_posterior(f.model);
    double sum = 0;
    double squares = 0;
    for (const double u : at[0]) {
      for (const double v : at[1]) {
        const double d = std::exp(log_posterior(M::from({std::exp(u), std::exp(v)})) - top);
        density.push_back(d);
        const double a = u - std::log(p[0]);
        const double b = v - std::log(p[1]);
        const double distance2 = (a * a * c[1][1] - 2 * a * b * c[0][1] + b * b * c[0][0]) / det;
        // Bivariate t: Γ(7/2)/(Γ(5/2) 5 π √det) (1 + distance²/5)^(-7/2), and Γ(7/2)/Γ(5/2) = 5/2.
        const double q = std::pow(1 + distance2 / 5, -3.5) / (2 * 3.14159265358979323846 * std::sqrt(det));
        sum += d * cell;
        squares += d * d / q * cell;
      }
    }
    effective_share = sum * sum / squares;
  }

  /// Marginal of parameter k: its values and their shares.
  [[nodiscard]] std::vector<double> shares(std::size_t k) const {
    std::vector<double> out(n, 0.0);
    double sum = 0;
    for (std::size_t i = 0; i < density.size(); ++i) {
      out[k == 0 ? i / n : i % n] += density[i];
      sum += density[i];
    }
    for (double& s : out) s /= sum;
    return out;
  }
};

template <class M, class LogPosterior>
void expect_grid(const fit_result<M>& f, const posterior_draws<M>& d, LogPosterior log_posterior) {
  const grid<M> g(f, log_posterior);
  const double effective = d.effective_sample_size;
  const auto size = static_cast<double>(d.models.size());
  EXPECT_GT(effective, 0.5 * static_cast<double>(d.proposals));
  // Weights of a heavy-tailed proposal are bounded, so the estimate strays like a mean: by less than 5/√proposals.
  const auto proposals = static_cast<double>(d.proposals);
  EXPECT_NEAR(effective / proposals, g.effective_share, 5 / std::sqrt(proposals));
  for (std::size_t k = 0; k < 2; ++k) {
    const auto shares = g.shares(k);
    EXPECT_LT(shares.front() + shares.back(), 1e-6);
    double mean = 0;
    double variance = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) mean += shares[i] * g.at[k][i];
    for (std::size_t i = 0; i < shares.size(); ++i) variance += shares[i] * (g.at[k][i] - mean) * (g.at[k][i] - mean);
    auto drawn = logs_of(d, k);
    double drawn_mean = 0;
    double drawn_variance = 0;
    for (const double u : drawn) drawn_mean += u / size;
    for (const double u : drawn) drawn_variance += (u - drawn_mean) * (u - drawn_mean) / size;
    const double root = std::sqrt(1 / effective + 1 / size);
    EXPECT_NEAR(drawn_mean, mean, 5 * std::sqrt(variance) * root);
    // Kurtosis up to 5, as skewed as these are.
    EXPECT_NEAR(drawn_variance / variance, 1, 5 * 2 * root);
    std::ranges::sort(drawn);
    for (const double p : {0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975}) {
      const double quantile = drawn[static_cast<std::size_t>(p * size)];
      // The grid's distribution there, a straight line within a cell.
      const double step = g.at[k][1] - g.at[k][0];
      double below = 0;
      for (std::size_t i = 0; i < shares.size(); ++i) {
        below += shares[i] * std::clamp((quantile - g.at[k][i]) / step + 0.5, 0.0, 1.0);
      }
      EXPECT_NEAR(below, p, stray(p, effective, size)) << k;
    }
  }
}

weighted_histories customers_of(const nbd& truth, std::size_t n) {
  std::vector<double> x, t_x, T;
  for (std::size_t i = 0; i < n; ++i) {
    const auto c = simulate(truth, 30.0, 7, i);
    x.push_back(c.seen.x);
    t_x.push_back(c.seen.t_x);
    T.push_back(c.seen.T);
  }
  return compress(history_columns{x, t_x, T});
}

// Sixty customers leave a posterior that is far from normal.
TEST(posterior_draws, of_two_parameters_are_the_grid_s) {
  const auto rows = customers_of({.r = 0.8, .alpha = 12.0}, 60);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto log_likelihood_of = [&](const nbd& m) {
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) sum += rows.weight[i] * log_likelihood(m, rows.columns()[i]);
    return sum;
  };
  const draw_options many{.size = 40'000, .seed = 5, .proposals = 40'000};
  const auto plain = fit<nbd>(used);
  ASSERT_EQ(plain.outcome, fit_status::converged);
  expect_grid(plain, draw_posterior(used, plain, many), log_likelihood_of);
  const auto informed = fit<nbd>(used, {}, {.priors = {{"r", 2.0, 0.3}}});
  expect_grid(informed, draw_posterior(used, informed, many), [&](const nbd& m) {
    const double z = std::log(m.r / 2.0) / 0.3;
    return log_likelihood_of(m) - z * z / 2;
  });

  const std::vector<double> lost{20, 9, 5, 3};
  const cohort group{lost, 23};
  const auto contracts = compress(group);
  const auto open = fit<shifted_beta_geometric>(contracts);
  ASSERT_EQ(open.outcome, fit_status::converged);
  // Towards one chance for all this likelihood does not end, so a prior is needed to make it a density.
  const auto closed = fit<shifted_beta_geometric>(contracts, {}, {.strength = 1.0});
  ASSERT_EQ(closed.outcome, fit_status::converged);
  expect_grid(closed, draw_posterior(contracts, closed, many), [&](const shifted_beta_geometric& m) {
    const double a = std::log(m.alpha);
    const double b = std::log(m.beta);
    return log_likelihood(m, group) - (a * a + b * b) / 2;
  });
}

// With many rows the posterior is normal, and the draws say what Wald's errors say.
TEST(posterior_draws, of_many_rows_agree_with_wald) {
  const auto agree = [](const auto& f, const auto& d, double rest) {
    const double root = std::sqrt(1 / d.effective_sample_size + 1 / static_cast<double>(d.models.size()));
    for (std::size_t k = 0; k < f.size; ++k) {
      SCOPED_TRACE(k);
      const double error = f.standard_errors()[k] / f.model.parameters()[k];
      double mean = 0;
      double variance = 0;
      const auto drawn = logs_of(d, k);
      for (const double u : drawn) mean += u / static_cast<double>(drawn.size());
      for (const double u : drawn) variance += (u - mean) * (u - mean) / static_cast<double>(drawn.size());
      EXPECT_NEAR((mean - std::log(f.model.parameters()[k])) / error, 0, 5 * root + rest);
      EXPECT_NEAR(std::sqrt(variance) / error, 1, 5 * root + rest);
    }
  };
  // What is left of skewness: a tenth of a standard error at an error of 2 to 5 per cent.
  const auto rows = customers_of({.r = 0.8, .alpha = 12.0}, 20'000);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<nbd>(used);
  agree(f, draw_posterior(used, f), 0.1);
  std::vector<double> x, mean;
  const gamma_gamma truth{.p = 6.25, .q = 3.74, .v = 15.44};
  for (std::size_t i = 0; i < 4000; ++i) {
    const auto s = simulate(truth, 1.0 + static_cast<double>(i % 9), 3, i);
    x.push_back(s.x);
    mean.push_back(s.mean);
  }
  const auto spend = fit_spend(x, mean);
  agree(spend, draw_spend_posterior(x, mean, {}, spend, {.size = 2000, .seed = 1, .proposals = 2000}), 0.1);
}

// Four parameters, one skewed: the draws' shares between the ends of profile intervals are nearly the intervals' level.
TEST(posterior_draws, cdnow_has_a_long_tail_in_b) {
  const auto rows =
      compress(summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end,
                                                          .calibration_end = support::cdnow_calibration_end,
                                                          .unit = time_unit::week}));
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<mbg_nbd>(used);
  const auto d = draw_posterior(used, f, {.size = 4000, .seed = 11, .proposals = 4000}, threads(2));
  EXPECT_GT(d.effective_sample_size, 1000);
  const auto ends = profile_intervals<mbg_nbd>(used, f);
  for (std::size_t k = 0; k < 4; ++k) {
    double within = 0;
    for (const mbg_nbd& m : d.models) {
      within += m.parameters()[k] >= ends[k].low && m.parameters()[k] <= ends[k].high ? 1 : 0;
    }
    // The two differ by what a flat prior adds, of the order of skewness times the error: two points.
    EXPECT_NEAR(within / 4000, 0.95, stray(0.95, d.effective_sample_size, 4000) + 0.02) << k;
  }
  const auto again = draw_posterior(used, f, {.size = 100, .seed = 11, .proposals = 4000});
  EXPECT_EQ(again.effective_sample_size, d.effective_sample_size);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(again.models[i], d.models[i]) << i;
  EXPECT_EQ(d.mode, f.model);
  const auto other = draw_posterior(used, f, {.size = 100, .seed = 12, .proposals = 4000});
  EXPECT_FALSE(other.models[0] == again.models[0]);
  std::set<double> distinct;
  for (const mbg_nbd& m : d.models) distinct.insert(m.r);
  // Of 4,000 drawn from as many with equal weights 1 - 1/e are distinct; with these weights fewer.
  EXPECT_GT(distinct.size(), 1000U);
  EXPECT_LT(distinct.size(), 2600U);
}

TEST(posterior_draws, a_tight_prior_is_what_is_drawn) {
  const auto rows = customers_of({.r = 0.8, .alpha = 12.0}, 60);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<nbd>(used, {}, {.priors = {{"r", 1.0, 1e-3}, {"alpha", 10.0, 2e-3}}});
  const auto d = draw_posterior(used, f, {.size = 20'000, .seed = 2, .proposals = 20'000});
  for (const auto& [k, centre, sd] : {std::array{0.0, 1.0, 1e-3}, std::array{1.0, 10.0, 2e-3}}) {
    const auto drawn = logs_of(d, static_cast<std::size_t>(k));
    double within = 0;
    for (const double u : drawn) within += std::fabs(u - std::log(centre)) < sd ? 1 : 0;
    // The data move the centre by less than a hundredth of sd.
    EXPECT_NEAR(within / 20'000, 0.6826894921, stray(0.683, d.effective_sample_size, 20'000) + 0.001);
  }
}

// The same numbers stand in bindings/python/tests/test_draws.py: one answer for every compiler, in C++ and Python.
TEST(posterior_draws, are_one_set_of_bits) {
  const auto rows = customers_of({.r = 0.8, .alpha = 12.0}, 60);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<nbd>(used, {}, {.priors = {{"r", 2.0, 0.3}}});
  for (const unsigned workers : {1U, 2U, 5U}) {
    const auto d = draw_posterior(used, f, {.size = 3, .seed = 5, .proposals = 1000}, threads(workers));
    EXPECT_EQ(d.models[0], (nbd{.r = 0x1.38fe4288e3360p+0, .alpha = 0x1.dd353771dbb49p+3}));
    EXPECT_EQ(d.models[1], (nbd{.r = 0x1.2b664cf6acba8p+0, .alpha = 0x1.fa0ac6d82cd4fp+3}));
    EXPECT_EQ(d.models[2], (nbd{.r = 0x1.02857d9f37ef4p+0, .alpha = 0x1.b6bf21203ee02p+3}));
    EXPECT_EQ(d.effective_sample_size, 0x1.cb3b470ff9e76p+9);
    const auto b = bootstrap(used, f, {.size = 2, .seed = 5}, threads(workers));
    EXPECT_EQ(b.models[0].r, 0x1.714ba37fbe8a4p+0);
    EXPECT_EQ(b.models[1].r, 0x1.6633561e4ca54p+0);
  }
}

TEST(posterior_draws, spend_is_independent_of_purchases) {
  const summary s = summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end});
  const auto m = fit_models(s, "nbd");
  const auto d = draw_models(s, m, {.size = 4000, .seed = 3, .proposals = 4000});
  const auto& purchases = std::get<posterior_draws<nbd>>(d.purchases);
  ASSERT_TRUE(d.spend);
  const auto correlation = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sa += a[i];
      sb += b[i];
      saa += a[i] * a[i];
      sbb += b[i] * b[i];
      sab += a[i] * b[i];
    }
    const auto n = static_cast<double>(a.size());
    return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
  };
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_LT(std::fabs(correlation(logs_of(purchases, i), logs_of(*d.spend, j))), 5 / std::sqrt(2000.0));
    }
  }
}

TEST(posterior_draws, refuses_a_fit_without_a_peak_and_other_rows) {
  const std::vector<double> x{5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 4, 5}, t_x(12, 49.0), T(12, 50.0);
  const weighted_rows steady{{x, t_x, T}};
  const auto open = fit<nbd>(steady);
  EXPECT_EQ(refusal([&] { (void)draw_posterior(steady, open); }),
            "draws need a fit that converged, this one is 'boundary', towards homogeneous Poisson (r and alpha to "
            "infinity): fit with a penalty");
  const auto closed = fit<nbd>(steady, {}, {.strength = 1});
  EXPECT_EQ(draw_posterior(steady, closed).models.size(), 1000U);
  auto more = T;
  more[3] = 60;
  EXPECT_EQ(refusal([&] {
              (void)draw_posterior({{x, t_x, more}}, closed);
            }),
            "the rows are not those that the fit was made on: its log-likelihood is another");
  const std::vector<double> weight(12, 2.0);
  EXPECT_NE(refusal([&] {
              (void)draw_posterior({{x, t_x, T}, weight}, closed);
            }).find("not the rows of the fit"),
            std::string::npos);
  EXPECT_EQ(refusal([&] { (void)draw_posterior(steady, closed, {.size = 0}); }), "size must be 1 to 10,000,000 draws");
  EXPECT_EQ(refusal([&] { (void)draw_posterior(steady, closed, {.proposals = 99}); }),
            "proposals must be 100 to 10,000,000");
}

}  // namespace

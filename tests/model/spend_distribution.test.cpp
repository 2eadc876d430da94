// How a Gamma-Gamma customer's spend is distributed, and the likelihood of her purchases one by one.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <support/cdnow.hpp>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;

using support::eps;
using support::inf;
using support::nan;

const gamma_gamma cdnow{.p = 6.25, .q = 3.74, .v = 15.44};

// The bound of the doc line, over the legal domain: 40 eps (1 + |ln of the smaller side| + its slope in ln amount).
TEST(spend_distribution, quantile_comes_back) {
  std::mt19937_64 random(21);
  std::uniform_real_distribution<double> uniform(0, 1);
  const auto some = [&] { return std::pow(10.0, 6 * uniform(random) - 3); };
  int seen = 0;
  for (int i = 0; i < 3000; ++i) {
    const gamma_gamma m{some(), some(), some()};
    const double x = std::floor(std::pow(10.0, 6.5 * uniform(random)) - 1);
    const spend_history s{x, some()};
    const double u = i % 3 == 0 ? std::pow(10.0, -300 * uniform(random)) : uniform(random);
    const double amount = spend_quantile(m, s, u);
    ASSERT_TRUE(amount > 0) << u;
    if (amount > 1e290 || amount < 1e-290) continue;
    const double back = spend_cdf(m, s, amount);
    const bool lower = u <= 0.5;
    const double share = lower ? u : 1 - u;
    const double k = m.p * s.x + m.q;
    const double rate = m.p * (m.v + s.x * (s.x == 0 ? 0 : s.mean)) / amount;
    const double slope = std::exp(numeric::detail::log_density_of_gamma(k, rate)) / share;
    const double missed = std::fabs(back - u) / share;
    // Where u is above one half, back and u are rounded to eps/2 themselves.
    const double given = lower ? 0 : eps / share;
    EXPECT_LE(missed, 40 * eps * (1 + std::fabs(std::log(share)) + slope) + given)
        << m.p << " " << m.q << " " << m.v << " x " << x << " mean " << s.mean << " u " << u;
    ++seen;
  }
  EXPECT_GT(seen, 1500);
}

TEST(spend_distribution, of_many_purchases_is_narrow_around_their_mean) {
  const spend_history often{1e6, 40.0};
  EXPECT_NEAR(spend_quantile(cdnow, often, 0.5), 40.0, 1e-4);
  const double sd = spend_sd(cdnow, often);
  EXPECT_NEAR(spend_quantile(cdnow, often, 0.975) - spend_quantile(cdnow, often, 0.025), 2 * 1.959963985 * sd,
              1e-3 * sd);
  EXPECT_EQ(spend_cdf(cdnow, often, 39.0), 0.0);
  EXPECT_EQ(spend_cdf(cdnow, often, 41.0), 1.0);
}

// ∫ (1 - cdf) is the mean, of her mean spend and of her next purchase alike.
TEST(spend_distribution, areas_above_are_the_expected_spend) {
  for (const spend_history& s : {spend_history{0, 0}, spend_history{2, 22.35}, spend_history{30, 9.0}}) {
    const double want = expected_spend(cdnow, s);
    const auto area = [&](auto cdf) {
      double sum = 0;
      // In the logarithm of the amount; beyond e^14 less than 1e-12 of the mean is left.
      for (double y = -30; y < 14; y += 0.25) {
        sum += numeric::integrate_panel<double>(y, y + 0.25, [&](double t) {
          const double z = std::exp(t);
          return z * (1 - cdf(cdnow, s, z));
        });
      }
      return sum;
    };
    EXPECT_NEAR(area(spend_cdf), want, 1e-9 * want);
    EXPECT_NEAR(area(next_spend_cdf), want, 1e-9 * want);
    EXPECT_GT(next_spend_cdf(cdnow, s, 0.2 * want), spend_cdf(cdnow, s, 0.2 * want)) << "one purchase differs more";
  }
}

TEST(spend_distribution, exists_where_the_mean_does_not) {
  const gamma_gamma heavy{.p = 6.25, .q = 0.5, .v = 15.44};
  const spend_history nobody{0, 0};
  EXPECT_TRUE(std::isnan(expected_spend(heavy, nobody)));
  EXPECT_EQ(spend_status(heavy, nobody), status::undefined);
  EXPECT_EQ(spend_status(heavy, nobody, 0), status::ok);
  EXPECT_EQ(spend_status(gamma_gamma{6.25, 1.5, 15.44}, nobody, 1), status::ok);
  EXPECT_EQ(spend_status(gamma_gamma{6.25, 1.5, 15.44}, nobody, 2), status::undefined);
  // ν = χ²₁/(2v): the median of p/ν.
  EXPECT_NEAR(spend_quantile(heavy, nobody, 0.5), 2 * 6.25 * 15.44 / 0.454936423119572, 1e-9);
  EXPECT_GT(next_spend_cdf(heavy, nobody, 100.0), 0);
  const mean_and_variance of = posterior(cdnow, {2, 22.35});
  EXPECT_EQ(of.mean, expected_spend(cdnow, {2, 22.35}));
  EXPECT_EQ(of.variance, spend_sd(cdnow, {2, 22.35}) * spend_sd(cdnow, {2, 22.35}));
  EXPECT_TRUE(std::isnan(posterior(gamma_gamma{6.25, 1.5, 15.44}, nobody).variance));
}

TEST(spend_distribution, at_its_ends_and_outside) {
  const spend_history s{2, 22.35};
  EXPECT_EQ(spend_cdf(cdnow, s, 0), 0);
  EXPECT_EQ(spend_cdf(cdnow, s, inf), 1);
  EXPECT_EQ(next_spend_cdf(cdnow, s, 0), 0);
  EXPECT_EQ(next_spend_cdf(cdnow, s, inf), 1);
  EXPECT_EQ(spend_quantile(cdnow, s, 0), 0);
  EXPECT_EQ(spend_quantile(cdnow, s, 1), inf);
  EXPECT_EQ(spend_quantile(gamma_gamma{1e-3, 1e-3, 1e-3}, {0, 0}, 0.9), inf) << "above every double";
  for (const double bad : {-1.0, nan}) {
    EXPECT_TRUE(std::isnan(spend_cdf(cdnow, s, bad)));
    EXPECT_TRUE(std::isnan(next_spend_cdf(cdnow, s, bad)));
    EXPECT_TRUE(std::isnan(spend_quantile(cdnow, s, bad)));
  }
  EXPECT_TRUE(std::isnan(spend_quantile(cdnow, s, 1.5)));
  for (const spend_history& h :
       {spend_history{-1, 5}, spend_history{2, -5}, spend_history{2, nan}, spend_history{nan, 5}}) {
    EXPECT_TRUE(std::isnan(spend_cdf(cdnow, h, 5)));
    EXPECT_TRUE(std::isnan(next_spend_cdf(cdnow, h, 5)));
    EXPECT_TRUE(std::isnan(spend_quantile(cdnow, h, 0.5)));
  }
  EXPECT_TRUE(std::isnan(spend_cdf(gamma_gamma{0, 1, 1}, s, 5)));
}

// Her purchases one by one.

TEST(itemised_spend, of_one_purchase_is_its_mean) {
  for (const double z : {0.01, 3.0, 40.0, 1e5}) {
    const double mean = log_likelihood(cdnow, spend_history{1, z});
    EXPECT_NEAR(log_likelihood(cdnow, itemised_spend{1, z, std::log(z)}), mean, 1e-12 * std::max(1.0, std::fabs(mean)));
  }
  EXPECT_EQ(log_likelihood(cdnow, itemised_spend{0, 0, 0}), 0.0);
}

// The plain formula, with Gamma functions that are still small.
TEST(itemised_spend, is_the_product_of_densities_mixed) {
  const std::vector<double> z{12.5, 30.0, 7.25, 18.0};
  double sum = 0;
  double logs = 0;
  for (const double v : z) sum += v, logs += std::log(v);
  const double x = 4;
  const double shape = cdnow.p * x + cdnow.q;
  const double plain = (cdnow.p - 1) * logs - x * numeric::lgamma(cdnow.p) + cdnow.q * std::log(cdnow.v) -
                       numeric::lgamma(cdnow.q) + numeric::lgamma(shape) - shape * std::log(cdnow.v + sum);
  EXPECT_NEAR(log_likelihood(cdnow, itemised_spend{x, sum / x, logs}), plain, 1e-12 * std::fabs(plain));
}

TEST(itemised_spend, a_sum_of_logarithms_that_no_purchases_have_is_invalid) {
  const double top = 3 * std::log(20.0);
  EXPECT_EQ(check(itemised_spend{3, 20, top}), status::ok) << "three alike";
  EXPECT_EQ(check(itemised_spend{3, 20, top - 5}), status::ok);
  EXPECT_EQ(check(itemised_spend{3, 20, top + 1e-12}), status::ok) << "rounding";
  EXPECT_EQ(check(itemised_spend{3, 20, top + 1e-6}), status::invalid) << "Jensen";
  EXPECT_EQ(check(itemised_spend{1, 20, std::log(20.0)}), status::ok);
  EXPECT_EQ(check(itemised_spend{1, 20, std::log(19.0)}), status::invalid) << "one purchase is its mean";
  EXPECT_EQ(check(itemised_spend{3, 20, nan}), status::missing);
  EXPECT_EQ(check(itemised_spend{3, 20, -inf}), status::invalid);
  EXPECT_EQ(check(itemised_spend{3, -20, 1}), status::undefined);
  EXPECT_EQ(check(itemised_spend{0, nan, nan}), status::ok);
  EXPECT_TRUE(std::isnan(log_likelihood(cdnow, itemised_spend{3, 20, top + 1e-6})));
  EXPECT_TRUE(std::isnan(log_likelihood(gamma_gamma{0, 1, 1}, itemised_spend{3, 20, top})));
}

/// Customers whose purchases are drawn one by one.
struct itemised_columns {
  std::vector<double> x, mean, sum_log;
};
itemised_columns drawn(const gamma_gamma& m, int n, unsigned seed) {
  std::mt19937_64 random(seed);
  std::gamma_distribution<double> rate(m.q, 1 / m.v);
  itemised_columns out;
  for (int i = 0; i < n; ++i) {
    std::gamma_distribution<double> amount(m.p, 1 / rate(random));
    const int x = 1 + i % 5;
    double sum = 0;
    double logs = 0;
    for (int k = 0; k < x; ++k) {
      const double z = amount(random);
      sum += z;
      logs += std::log(z);
    }
    out.x.push_back(x);
    out.mean.push_back(sum / x);
    out.sum_log.push_back(logs);
  }
  return out;
}

TEST(itemised_spend, fit_recovers_the_parameters_and_knows_them_better_than_from_means) {
  for (const gamma_gamma& truth : {cdnow, gamma_gamma{.p = 1.5, .q = 6.0, .v = 100.0}}) {
    for (const unsigned seed : {1u, 2u, 3u}) {
      const auto c = drawn(truth, 2000, seed);
      const auto items = fit_itemised_spend(c.x, c.mean, c.sum_log);
      const auto means = fit_spend(c.x, c.mean);
      ASSERT_EQ(items.outcome, fit_status::converged) << items.limit;
      const auto got = items.model.parameters();
      const auto errors = items.standard_errors();
      const auto of_means = means.standard_errors();
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(got[i], truth.parameters()[i], 4 * errors[i])
            << gamma_gamma::parameter_names[i] << " seed " << seed;
        EXPECT_LE(errors[i] / got[i], of_means[i] / means.model.parameters()[i]) << gamma_gamma::parameter_names[i];
      }
      EXPECT_LT(errors[0], 0.5 * of_means[0]) << "most of what is known of p is how purchases of one customer differ";
    }
  }
}

TEST(itemised_spend, fit_of_cdnow) {
  const summary s = summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end,
                                                               .calibration_end = support::cdnow_calibration_end});
  const auto rows = compress_itemised_spend(s);
  const auto items = fit_itemised_spend(rows.x, rows.mean_spend, rows.sum_log_spend, rows.weight);
  const auto means = fit_models(s, "nbd").spend.value();
  ASSERT_EQ(items.outcome, fit_status::converged) << items.limit;
  for (const double g : items.gradient) EXPECT_LT(std::fabs(g), 1e-6);
  // All but repeaters with a purchase of 0, whose logarithm there is not.
  EXPECT_GT(items.rows, 0.95 * means.rows);
  EXPECT_LE(items.rows, means.rows);
  EXPECT_LT(items.standard_errors()[0], means.standard_errors()[0]);
  // The same through the whole summary, and with profile intervals around the estimate.
  const auto fitted = fit_models(s, "nbd", {}, {}, {}, spend_form::transactions);
  EXPECT_EQ(fitted.spend.value().model, items.model);
  EXPECT_EQ(fitted.spend.value().log_likelihood, items.log_likelihood);
  // Means alone are not silently taken for them, nor spend left out.
  summary without = s;
  without.sum_log_spend.clear();
  EXPECT_THROW((void)fit_models(without, "nbd", {}, {}, {}, spend_form::transactions), data_error);
  const auto ends = profile_itemised_spend_intervals(rows.x, rows.mean_spend, rows.sum_log_spend, rows.weight, items);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LT(ends[i].low, items.model.parameters()[i]);
    EXPECT_GT(ends[i].high, items.model.parameters()[i]);
    EXPECT_NEAR(ends[i].high - ends[i].low, 2 * 1.96 * items.standard_errors()[i], 0.5 * items.standard_errors()[i]);
  }
  RecordProperty("p", std::to_string(items.model.p));
  RecordProperty("q", std::to_string(items.model.q));
  RecordProperty("v", std::to_string(items.model.v));
}

// At the maximum of likelihood times prior what the purchases pull p by, here by differences, is what the prior pulls.
TEST(itemised_spend, a_penalty_pulls_against_the_purchases) {
  const auto c = drawn(cdnow, 300, 4);
  const named_prior tilted{.parameter = "p", .centre = 2.0, .sd = 0.05};
  const auto f = fit_itemised_spend(c.x, c.mean, c.sum_log, {}, {}, {.priors = {tilted}});
  const auto free = fit_itemised_spend(c.x, c.mean, c.sum_log);
  ASSERT_EQ(f.outcome, fit_status::converged) << f.limit;
  EXPECT_GT(f.model.p, 2.0);
  EXPECT_LT(f.model.p, free.model.p);
  const auto likelihood = [&](double p) {
    double sum = 0;
    for (std::size_t i = 0; i < c.x.size(); ++i) {
      sum += log_likelihood(gamma_gamma{p, f.model.q, f.model.v}, itemised_spend{c.x[i], c.mean[i], c.sum_log[i]});
    }
    return sum;
  };
  const double h = 1e-4;
  const double pulled = (likelihood(f.model.p * std::exp(h)) - likelihood(f.model.p * std::exp(-h))) / (2 * h);
  const double held = std::log(f.model.p / tilted.centre) / (tilted.sd * tilted.sd);
  // Differences err by h^2 of a third derivative near the pull itself, and by 1e-12 of the sum over h.
  EXPECT_NEAR(pulled, held, 1e-5 * held);
  EXPECT_NEAR(f.log_likelihood, likelihood(f.model.p), 1e-10 * std::fabs(f.log_likelihood));
  EXPECT_LT(f.log_posterior, f.log_likelihood);
}

TEST(itemised_spend, columns_of_unequal_length_are_refused) {
  const std::vector<double> one{1}, two{1, 2};
  EXPECT_THROW((void)fit_itemised_spend(one, one, two), contract_error);
  EXPECT_THROW((void)compress_itemised_spend(one, one, two), contract_error);
  EXPECT_THROW((void)fit_itemised_spend(one, one, std::vector<double>{nan}), data_error);
}

TEST(itemised_spend, compress_keeps_rows_with_a_sum_and_adds_up_equal_ones) {
  const std::vector<double> x{2, 2, 1, 2, 0, 2}, z{5, 5, 5, 5, 5, -1}, logs{3, 3, 1.6, nan, 0, 1};
  const auto w = compress_itemised_spend(x, z, logs);
  EXPECT_EQ(w.x, (std::vector<double>{1, 2}));
  EXPECT_EQ(w.sum_log_spend, (std::vector<double>{1.6, 3}));
  EXPECT_EQ(w.weight, (std::vector<double>{1, 2}));
}

}  // namespace

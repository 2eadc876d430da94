// Intervals of counts: against plain sums of the pmf, against what customers then do, and over draws of the parameters.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace valorem;

/// Chances of 0, 1, 2, ... added up one by one.
template <class Pmf>
void expect_central(const count_interval& got, double level, Pmf pmf_of) {
  const double tail = (1 - level) / 2;
  double below = 0;
  for (double n = 0; n < got.low; ++n) below += pmf_of(n);
  // Sums of at most some thousand chances, each to 1e-12 of itself.
  EXPECT_LE(below, tail + 1e-12);
  EXPECT_GT(below + pmf_of(got.low), tail - 1e-12);
  double within = below;
  for (double n = got.low; n < got.high; ++n) within += pmf_of(n);
  EXPECT_LT(within, 1 - tail + 1e-12) << "high could be smaller";
  EXPECT_GE(within + pmf_of(got.high), 1 - tail - 1e-12);
}

template <class M>
void expect_intervals_of(const M& m, const std::vector<history>& histories, const std::vector<double>& times) {
  SCOPED_TRACE(M::model_name);
  for (const double level : {0.5, 0.8, 0.95, 0.999}) {
    for (const double t : times) {
      expect_central(predictive_interval(m, t, level), level, [&](double n) { return pmf(m, n, t); });
      for (const history& h : histories) {
        const auto f = given(m, h);
        expect_central(predictive_interval(f, t, level), level, [&](double n) { return pmf(f, n, t); });
      }
    }
  }
}

TEST(predictive_interval, is_the_smallest_whose_tails_are_small) {
  const std::vector<history> some{{0, 0, 38.86}, {2, 30.43, 38.86}, {26, 30.86, 31}, {14, 10, 39}, {300, 38, 39}};
  const std::vector<double> times{0, 0.5, 39, 200};
  expect_intervals_of(nbd{.r = 0.385, .alpha = 12.07}, some, times);
  expect_intervals_of(bg_nbd{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}, some, times);
  expect_intervals_of(mbg_nbd{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614}, some, times);
  expect_intervals_of(pareto_nbd{.r = 0.553, .alpha = 10.578, .s = 0.606, .beta = 11.669}, some, times);
  expect_intervals_of(bg_bb{.alpha = 1.204, .beta = 0.75, .gamma = 0.657, .delta = 2.783},
                      {{0, 0, 6}, {3, 4, 6}, {6, 6, 6}}, {0, 1, 5, 40});
}

TEST(predictive_interval, over_draws_is_that_of_their_mean_pmf) {
  const std::vector<mbg_nbd> draws{{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614},
                                   {.r = 0.4, .alpha = 4.0, .a = 0.5, .b = 1.9},
                                   {.r = 3.0, .alpha = 1.0, .a = 0.1, .b = 3.0}};
  for (const double level : {0.5, 0.95}) {
    for (const history& h : {history{2, 30.43, 38.86}, history{9, 35, 39}}) {
      expect_central(predictive_interval<mbg_nbd>(draws, h, 26, level), level, [&](double n) {
        double sum = 0;
        for (const mbg_nbd& m : draws) sum += pmf(given(m, h), n, 26);
        return sum / 3;
      });
    }
    expect_central(predictive_interval<mbg_nbd>(draws, 26.0, level), level,
                   [&](double n) { return (pmf(draws[0], n, 26) + pmf(draws[1], n, 26) + pmf(draws[2], n, 26)) / 3; });
  }
  // One model many times is that model.
  const std::vector<mbg_nbd> one(7, draws[0]);
  const history h{2, 30.43, 38.86};
  EXPECT_EQ(predictive_interval<mbg_nbd>(one, h, 39), predictive_interval(given(draws[0], h), 39));
}

TEST(predictive_interval, finds_large_counts_in_few_steps) {
  int asked = 0;
  const double found = detail::first_count(
      max_frequency, [&](double n) { return ++asked, n; }, [](double n) { return n >= 654'321; });
  EXPECT_EQ(found, 654'321);
  EXPECT_LE(asked, 42);
  EXPECT_EQ(detail::first_count(
                10.0, [](double) { return 0.0; }, [](double) { return false; }),
            std::numeric_limits<double>::infinity());
  // A buyer of 300,000 times in a year: mean and standard deviation of the next are NBD's, normal to four digits.
  const nbd m{.r = 1, .alpha = 1};
  const history h{300'000, 364, 365};
  const auto got = predictive_interval(given(m, h), 365);
  const double s = 300'001;
  const double c = 366;
  const double mean = s * 365 / c;
  const double sd = std::sqrt(mean * (1 + 365 / c));
  EXPECT_NEAR(got.low, mean - 1.959964 * sd, 0.02 * sd);
  EXPECT_NEAR(got.high, mean + 1.959964 * sd, 0.02 * sd);
  EXPECT_TRUE(std::isinf(predictive_interval(given(m, h), 1e9).high));
}

TEST(predictive_interval, tells_what_it_cannot_say) {
  const bg_nbd m{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};
  for (const auto& [h, t] : {std::pair{history{2, 30, 20}, 5.0}, std::pair{history{2, 30, 39}, -1.0},
                             std::pair{history{2, 30, 39}, not_a_value}}) {
    const auto got = predictive_interval(given(m, h), t);
    EXPECT_TRUE(std::isnan(got.low) && std::isnan(got.high));
  }
  EXPECT_EQ(predictive_interval(m, 0.0), (count_interval{0, 0}));
  for (const double level : {0.0, 1.0, 95.0, not_a_value}) {
    EXPECT_THROW((void)predictive_interval(m, 5.0, level), contract_error);
  }
  EXPECT_THROW((void)predictive_interval(std::span<const bg_nbd>{}, 5.0), contract_error);
}

/// What a customer does after T: by single steps of the process, no formula of the model.
template <class M>
double next_purchases(const simulated_customer& c, double t, std::mt19937_64& random) {
  std::exponential_distribution<double> gap(1.0);
  std::uniform_real_distribution<double> uniform;
  if (c.alive == 0) return 0;
  double there = t;
  if constexpr (std::is_same_v<M, pareto_nbd>) there = std::min(t, gap(random) / c.dropout);
  double count = 0;
  for (double u = gap(random) / c.purchase_rate; u <= there; u += gap(random) / c.purchase_rate) {
    ++count;
    if (!std::is_same_v<M, pareto_nbd> && uniform(random) < c.dropout) break;
  }
  return count;
}

template <class M>
double mass(std::span<const M> draws, const history& h, double t, const count_interval& i) {
  return 1 - (i.low > 0 ? detail::mixed(draws, [&](const M& m) { return cdf(given(m, h), i.low - 1, t); }) : 0) -
         detail::mixed(draws, [&](const M& m) { return at_least(given(m, h), i.high + 1, t); });
}

// 10,000 customers at the true parameters: as many are within their intervals as these hold, to five deviations of a
// share of 5 % in 10,000.
template <class M>
void expect_covered(const M& m) {
  SCOPED_TRACE(M::model_name);
  std::mt19937_64 random(17);
  const int n = 10'000;
  double covered = 0;
  double held = 0;
  for (int i = 0; i < n; ++i) {
    const auto c = simulate(m, 39.0, 4, static_cast<std::uint64_t>(i));
    const auto interval = predictive_interval(given(m, c.seen), 39.0);
    const double own = mass<M>(std::span(&m, 1), c.seen, 39.0, interval);
    EXPECT_GE(own, 0.95 - 1e-12);
    held += own / n;
    const double count = next_purchases<M>(c, 39.0, random);
    covered += (interval.low <= count && count <= interval.high ? 1.0 : 0.0) / n;
  }
  EXPECT_NEAR(covered, held, 5 * std::sqrt(0.05 * 0.95 / n));
}

TEST(predictive_interval, holds_the_customers_it_says) {
  expect_covered(nbd{.r = 0.385, .alpha = 12.07});
  expect_covered(bg_nbd{.r = 0.9, .alpha = 4.414, .a = 0.793, .b = 2.426});
  expect_covered(mbg_nbd{.r = 0.9, .alpha = 4.0, .a = 0.5, .b = 3.0});
  expect_covered(pareto_nbd{.r = 0.9, .alpha = 5.0, .s = 0.606, .beta = 11.669});
}

// Populations whose parameters are drawn from the prior that the fit is told: then intervals over draws of the
// posterior hold what they say, however small the population. The band is five standard errors over the populations,
// for customers of one share their parameters' error. At the fitted parameters alone, the same intervals hold too few.
TEST(predictive_interval, over_draws_holds_when_the_parameters_are_not_known) {
  const penalty prior{.priors = {{"r", 1.0, 0.8}, {"alpha", 5.0, 0.8}}};
  const int populations = 200;
  const int customers = 8;
  double mean = 0;
  double squares = 0;
  double covered = 0;
  double plain = 0;
  std::mt19937_64 random(23);
  for (int p = 0; p < populations; ++p) {
    numeric::random_stream from(99, static_cast<std::uint64_t>(p));
    const nbd truth{.r = std::exp(0.8 * numeric::normal_variate(from)),
                    .alpha = 5 * std::exp(0.8 * numeric::normal_variate(from))};
    std::vector<double> x, t_x, T;
    std::vector<simulated_customer> drawn;
    for (int i = 0; i < customers; ++i) {
      drawn.push_back(simulate(truth, 4.0, static_cast<std::uint64_t>(p), static_cast<std::uint64_t>(i)));
      x.push_back(drawn.back().seen.x);
      t_x.push_back(drawn.back().seen.t_x);
      T.push_back(4.0);
    }
    const weighted_rows rows{{x, t_x, T}};
    const auto fitted = fit<nbd>(rows, {}, prior);
    ASSERT_EQ(fitted.outcome, fit_status::converged);
    const auto draws =
        draw_posterior(rows, fitted, {.size = 200, .seed = static_cast<std::uint64_t>(p), .proposals = 800});
    double difference = 0;
    for (const auto& c : drawn) {
      const auto interval = predictive_interval<nbd>(draws.models, c.seen, 40.0, 0.9);
      const auto narrow = predictive_interval(given(fitted.model, c.seen), 40.0, 0.9);
      const double count = next_purchases<nbd>(c, 40.0, random);
      const double hit = interval.low <= count && count <= interval.high ? 1 : 0;
      difference += (hit - mass<nbd>(draws.models, c.seen, 40.0, interval)) / customers;
      covered += hit / (populations * customers);
      plain += (narrow.low <= count && count <= narrow.high ? 1.0 : 0.0) / (populations * customers);
    }
    mean += difference / populations;
    squares += difference * difference / populations;
  }
  const double band = 5 * std::sqrt((squares - mean * mean) / populations);
  EXPECT_LT(band, 0.06);
  EXPECT_NEAR(mean, 0, band);
  EXPECT_GE(covered, 0.9 - band);
  EXPECT_LT(plain, covered);
}

}  // namespace

// The parametric bootstrap: its spread is Wald's where that holds, its populations are the model's, its endings
// counted.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace valorem;

struct columns {
  std::vector<double> x, t_x, T;
  [[nodiscard]] weighted_rows rows() const { return {{x, t_x, T}}; }
};

template <class M>
columns population(const M& m, std::size_t n, std::uint64_t seed, double T) {
  columns out;
  for (std::size_t i = 0; i < n; ++i) {
    const history h = simulate(m, T + static_cast<double>(i % 3), seed, i).seen;
    out.x.push_back(h.x);
    out.t_x.push_back(h.t_x);
    out.T.push_back(h.T);
  }
  return out;
}

// Over 200 populations a standard deviation strays by less than 5/√400, and a mean by 5/√200 of it; what the logarithms
// are skewed by is of the order of their error, here 3 per cent.
template <class M>
void expect_wald(const fit_result<M>& f, const bootstrap_fits<M>& b) {
  ASSERT_EQ(b.models.size(), 200U);
  EXPECT_EQ(b.count(fit_status::converged), 200U);
  for (std::size_t k = 0; k < f.size; ++k) {
    double mean = 0;
    double variance = 0;
    for (const M& m : b.models) mean += std::log(m.parameters()[k]) / 200;
    for (const M& m : b.models) variance += std::pow(std::log(m.parameters()[k]) - mean, 2) / 199;
    const double error = f.standard_errors()[k] / f.model.parameters()[k];
    EXPECT_NEAR(std::sqrt(variance) / error, 1, 5 / std::sqrt(400.0) + 0.03) << k;
    EXPECT_NEAR((mean - std::log(f.model.parameters()[k])) / error, 0, 5 / std::sqrt(200.0) + 0.1) << k;
  }
}

TEST(bootstrap, agrees_with_wald_where_there_are_many_rows) {
  const auto c = population(nbd{.r = 0.8, .alpha = 12.0}, 3000, 1, 30);
  const auto f = fit<nbd>(c.rows());
  ASSERT_EQ(f.outcome, fit_status::converged);
  const auto b = bootstrap(c.rows(), f, {.size = 200, .seed = 4});
  expect_wald(f, b);
  std::vector<double> x, mean;
  for (std::size_t i = 0; i < 2000; ++i) {
    x.push_back(1.0 + static_cast<double>(i % 9));
    mean.push_back(simulate(gamma_gamma{.p = 6.25, .q = 3.74, .v = 15.44}, x.back(), 3, i).mean);
  }
  const auto spend = fit_spend(x, mean);
  const auto of_spend = bootstrap_spend(x, mean, {}, spend, {.size = 20, .seed = 4});
  for (const gamma_gamma& m : of_spend.models) EXPECT_NEAR(std::log(m.q / spend.model.q), 0, 1);
}

TEST(bootstrap, populations_are_a_function_of_seed_and_number) {
  const auto c = population(bg_nbd{.r = 0.9, .alpha = 4.4, .a = 0.8, .b = 2.4}, 500, 1, 39);
  const auto f = fit<bg_nbd>(c.rows());
  const auto b = bootstrap(c.rows(), f, {.size = 8, .seed = 4});
  const auto more = bootstrap(c.rows(), f, {.size = 12, .seed = 4}, threads(3));
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(b.models[i], more.models[i]) << i;
    EXPECT_EQ(b.outcomes[i], more.outcomes[i]) << i;
  }
  EXPECT_FALSE(b.models[0] == b.models[1]);
  EXPECT_FALSE(b.models[0] == bootstrap(c.rows(), f, {.size = 1, .seed = 5}).models[0]);
  // By hand: the first population is fitted as it is drawn. Weights count customers.
  const std::vector<double> one_x{1}, one_t{5}, one_T{30}, weight{400};
  const nbd m{.r = 1.2, .alpha = 9};
  fit_result<nbd> made;
  made.model = m;
  made.rows = 400;
  const auto heavy = bootstrap({{one_x, one_t, one_T}, weight}, made, {.size = 3, .seed = 7});
  const std::vector<double> many_x(400, 1.0), many_t(400, 5.0), many_T(400, 30.0);
  const auto many = bootstrap({{many_x, many_t, many_T}}, made, {.size = 3, .seed = 7});
  EXPECT_EQ(heavy.models, many.models);
}

// Sixty customers of one rate: many of their like end on a boundary, and with a penalty none does.
TEST(bootstrap, counts_how_fits_end) {
  const auto c = population(nbd{.r = 30, .alpha = 200}, 60, 2, 30);
  fit_result<nbd> made;
  made.model = {.r = 30, .alpha = 200};
  made.rows = 60;
  const auto open = bootstrap(c.rows(), made, {.size = 100, .seed = 1});
  EXPECT_GT(open.count(fit_status::boundary), 5U);
  EXPECT_LT(open.count(fit_status::boundary), 95U);
  EXPECT_EQ(open.count(fit_status::boundary) + open.count(fit_status::converged) + open.count(fit_status::flat) +
                open.count(fit_status::failed),
            100U);
  const auto informed = fit<nbd>(c.rows(), {}, {.priors = {{"r", 10, 1}, {"alpha", 70, 1}}});
  ASSERT_EQ(informed.outcome, fit_status::converged);
  EXPECT_EQ(bootstrap(c.rows(), informed, {.size = 100, .seed = 1}).count(fit_status::converged), 100U);
}

TEST(bootstrap, of_whole_periods) {
  const bg_bb truth{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.78};
  const auto c = population(truth, 3000, 3, 6);
  const auto f = fit<bg_bb>(c.rows());
  const auto b = bootstrap(c.rows(), f, {.size = 5, .seed = 1});
  for (const bg_bb& m : b.models) EXPECT_NEAR(std::log(m.alpha / truth.alpha), 0, 1);
}

TEST(bootstrap, of_a_cohort) {
  const std::vector<double> lost{131, 126, 60, 42, 34, 23, 19};
  const cohort group{lost, 565};
  const auto f = fit<beta_discrete_weibull>(group);
  ASSERT_EQ(f.outcome, fit_status::converged);
  EXPECT_EQ(bootstrap(group, f, {.size = 5, .seed = 1}).models.size(), 5U);
  const auto plain = fit<shifted_beta_geometric>(group);
  expect_wald(plain, bootstrap(group, plain, {.size = 200, .seed = 3}));
  const std::vector<double> half{131.5, 126};
  auto other = plain;
  other.rows = 299.5;
  EXPECT_THROW((void)bootstrap(cohort{half, 42}, other), contract_error);
}

TEST(bootstrap, refuses_by_name_and_rule) {
  const auto c = population(nbd{.r = 0.8, .alpha = 12.0}, 100, 1, 30);
  const auto f = fit<nbd>(c.rows());
  EXPECT_THROW((void)bootstrap(c.rows(), f, {.size = 0}), contract_error);
  auto other = f;
  other.rows += 1;
  EXPECT_THROW((void)bootstrap(c.rows(), other), contract_error);
  const std::vector<double> half(100, 0.5);
  auto weighed = f;
  weighed.rows = 50;
  EXPECT_THROW((void)bootstrap({{c.x, c.t_x, c.T}, half}, weighed), contract_error);
}

}  // namespace

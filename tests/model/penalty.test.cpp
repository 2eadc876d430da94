// Fits with priors: the prior by hand, the unit, what each boundary becomes, and what a penalised fit refuses.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <support/cdnow.hpp>
#include <support/refusal.hpp>
#include <vector>

namespace {

using namespace valorem;
using support::refusal;

summary calibration(time_unit unit = time_unit::week) {
  return summarise(
      support::cdnow_sample().view(),
      {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end, .unit = unit});
}

weighted_histories cdnow(time_unit unit = time_unit::week) {
  return compress(calibration(unit));
}

/// A twin that shares nothing with the fit: the penalised log-likelihood in plain doubles, over the rows as they are.
template <class M>
double plain_posterior(const weighted_histories& rows, const std::vector<named_prior>& priors, const M& m) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) sum += rows.weight[i] * log_likelihood(m, rows.columns()[i]);
  for (const named_prior& p : priors) {
    for (std::size_t i = 0; i < M::parameter_names.size(); ++i) {
      if (M::parameter_names[i] != p.parameter) continue;
      const double z = (std::log(m.parameters()[i]) - std::log(p.centre)) / p.sd;
      sum -= z * z / 2;
    }
  }
  return sum;
}

// A maximum of the twin, whose slope and curvature by central differences are the fit's.
template <class M>
void expect_maximum(const weighted_histories& rows, const std::vector<named_prior>& priors) {
  SCOPED_TRACE(M::model_name);
  const auto f = fit<M>({rows.columns(), rows.weight}, {}, {.priors = priors});
  ASSERT_EQ(f.outcome, fit_status::converged);
  EXPECT_TRUE(f.penalised());
  EXPECT_NEAR(f.log_posterior, plain_posterior(rows, priors, f.model), 1e-9 * std::fabs(f.log_posterior));
  EXPECT_NEAR(f.log_likelihood, plain_posterior(rows, {}, f.model), 1e-9 * std::fabs(f.log_likelihood));
  EXPECT_LT(f.log_likelihood, (fit<M>({rows.columns(), rows.weight}).log_likelihood));
  constexpr std::size_t N = parameter_count<M>;
  std::array<std::array<double, N>, N> information{};
  const auto p = f.model.parameters();
  // Steps of 1e-3 in the logarithm: the fourth derivative leaves 1e-6 of the curvature, rounding of ln L 1e-5 of 1.
  const double h = 1e-3;
  const auto at = [&](std::size_t i, double a, std::size_t j, double b) {
    auto q = p;
    q[i] *= std::exp(a);
    q[j] *= std::exp(b);
    return plain_posterior(rows, priors, M::from(q));
  };
  for (std::size_t i = 0; i < N; ++i) {
    // The third derivative, up to some thousands, leaves a sixth of it times 1e-8 of the slope.
    EXPECT_NEAR((at(i, 1e-4, i, 0) - at(i, -1e-4, i, 0)) / 2e-4, 0, 1e-5) << i;
    for (std::size_t j = 0; j < N; ++j) {
      information[i][j] = -(at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h)) / (4 * h * h);
    }
  }
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = 0; j < N; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < N; ++k) product += information[i][k] * f.covariance[k][j] / (p[k] * p[j]);
      EXPECT_NEAR(product, i == j ? 1 : 0, 5e-3) << i << j;
    }
  }
}

TEST(penalty, is_a_maximum_with_the_curvature_of_likelihood_times_prior) {
  const auto rows = cdnow();
  expect_maximum<nbd>(rows, {{"r", 1.0, 0.2}, {"alpha", 20.0, 0.3}});
  expect_maximum<bg_nbd>(rows, {{"a", 1.5, 0.1}, {"b", 5.0, 0.4}});
  expect_maximum<mbg_nbd>(rows, {{"alpha", 9.0, 0.05}});
  expect_maximum<pareto_nbd>(rows, {{"s", 0.3, 0.1}, {"beta", 20.0, 0.5}, {"r", 0.6, 1.0}});
}

TEST(penalty, a_weak_prior_is_maximum_likelihood_and_a_strong_one_is_its_centre) {
  const auto rows = cdnow();
  const weighted_rows used{rows.columns(), rows.weight};
  const auto plain = fit<mbg_nbd>(used);
  EXPECT_FALSE(plain.penalised());
  EXPECT_EQ(plain.log_posterior, plain.log_likelihood);
  const auto weak = fit<mbg_nbd>(used, {}, {.priors = {{"r", 1.0, 1e4}, {"b", 1.0, 1e4}}});
  const auto strong = fit<mbg_nbd>(used, {}, {.priors = {{"r", 0.7, 1e-5}, {"alpha", 3.0, 1e-5}}});
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(weak.model.parameters()[i], plain.model.parameters()[i], 1e-6 * plain.model.parameters()[i]);
  }
  EXPECT_NEAR(strong.model.r, 0.7, 1e-6);
  EXPECT_NEAR(strong.model.alpha, 3.0, 1e-6);
  // A centre far beyond where the climbs start from: e^20.
  const auto far = fit<nbd>(used, {}, {.priors = {{"r", 5e8, 1e-6}}});
  EXPECT_NEAR(far.model.r, 5e8, 1e4);
}

// In days α, its centre and its error are seven times those in weeks, and nothing else moves; a strength needs no
// change at all.
TEST(penalty, follows_a_change_of_unit) {
  const auto weeks = cdnow();
  auto days = weeks;
  for (auto* column : {&days.t_x, &days.T}) {
    for (double& t : *column) t *= 7;
  }
  const auto both = [&](auto model, const penalty& in_weeks, const penalty& in_days) {
    using M = decltype(model);
    const auto a = fit<M>({weeks.columns(), weeks.weight}, {}, in_weeks);
    const auto b = fit<M>({days.columns(), days.weight}, {}, in_days);
    ASSERT_EQ(a.outcome, fit_status::converged);
    for (std::size_t i = 0; i < a.size; ++i) {
      const double unit = M::unit_powers[i] == 1 ? 7 : 1;
      // As near as two fits stop to one optimum.
      EXPECT_NEAR(b.model.parameters()[i], unit * a.model.parameters()[i], 2e-6 * unit * a.model.parameters()[i]) << i;
      EXPECT_NEAR(b.standard_errors()[i], unit * a.standard_errors()[i], 2e-5 * unit * a.standard_errors()[i]) << i;
    }
  };
  both(mbg_nbd{}, {.priors = {{"alpha", 9.0, 0.1}, {"a", 0.7, 0.1}}},
       {.priors = {{"alpha", 63.0, 0.1}, {"a", 0.7, 0.1}}});
  for (const double strength : {0.1, 10.0}) {
    both(nbd{}, {.strength = strength}, {.strength = strength});
    both(bg_nbd{}, {.strength = strength}, {.strength = strength});
    both(mbg_nbd{}, {.strength = strength}, {.strength = strength});
    both(pareto_nbd{}, {.strength = strength}, {.strength = strength});
  }
}

TEST(penalty, a_strength_is_priors_about_one_and_the_mean_age) {
  const auto rows = cdnow();
  const weighted_rows used{rows.columns(), rows.weight};
  double age = 0;
  double customers = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    age += rows.weight[i] * rows.T[i];
    customers += rows.weight[i];
  }
  age /= customers;
  const double sd = 1 / std::sqrt(30.0);
  const auto short_form = fit<pareto_nbd>(used, {}, {.strength = 30});
  const auto named =
      fit<pareto_nbd>(used, {}, {.priors = {{"r", 1, sd}, {"alpha", age, sd}, {"s", 1, sd}, {"beta", age, sd}}});
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(short_form.model.parameters()[i], named.model.parameters()[i], 1e-7 * named.model.parameters()[i]);
    EXPECT_NEAR(short_form.priors[i].centre, named.priors[i].centre, 1e-12 * named.priors[i].centre);
  }
  const std::vector<double> x{1, 3, 2, 8, 1, 4}, mean{10, 35, 22, 18, 60, 30};
  const auto spend = fit_spend(x, mean, {}, {}, {.strength = 1});
  EXPECT_EQ(spend.priors[0], (log_normal_prior{1, 1}));
  EXPECT_NEAR(spend.priors[2].centre, 175.0 / 6, 1e-12);
}

/// What maximum likelihood makes of a column, and what a proper prior does.
template <class F>
void expect_rescued(F fit_with, const penalty& proper) {
  const auto open = fit_with(penalty{});
  EXPECT_NE(open.outcome, fit_status::converged);
  const auto closed = fit_with(proper);
  EXPECT_EQ(closed.outcome, fit_status::converged) << name(closed.outcome) << ' ' << closed.limit;
  EXPECT_TRUE(closed.limit.empty());
  for (const double e : closed.standard_errors()) EXPECT_TRUE(e > 0 && numeric::is_finite(e));
  EXPECT_LE(closed.log_likelihood, open.log_likelihood + 1e-6);
}

// Every customer bought once a period without end: one rate for all, nobody leaves.
TEST(penalty, closes_what_maximum_likelihood_leaves_open) {
  const std::vector<double> x{5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 4, 5}, t_x(12, 49.0), T(12, 50.0);
  const weighted_rows steady{{x, t_x, T}};
  for (const penalty& proper : {penalty{.strength = 0.5}, penalty{.strength = 0.05}}) {
    expect_rescued([&](const penalty& p) { return fit<nbd>(steady, {}, p); }, proper);
    expect_rescued([&](const penalty& p) { return fit<bg_nbd>(steady, {}, p); }, proper);
    expect_rescued([&](const penalty& p) { return fit<mbg_nbd>(steady, {}, p); }, proper);
    expect_rescued([&](const penalty& p) { return fit<pareto_nbd>(steady, {}, p); }, proper);
  }
  const std::vector<double> nothing(50, 0.0), periods(50, 6.0);
  expect_rescued([&](const penalty& p) { return fit<bg_bb>({{nothing, nothing, periods}}, {}, p); }, {.strength = 0.5});
  const std::vector<double> ones(30, 1.0), alike(30, 20.0);
  expect_rescued([&](const penalty& p) { return fit_spend(ones, alike, {}, {}, p); }, {.strength = 0.5});
  const std::vector<double> none_lost(6, 0.0);
  const cohort faithful{none_lost, 100};
  expect_rescued([&](const penalty& p) { return fit<shifted_beta_geometric>(faithful, {}, p); }, {.strength = 0.5});
  expect_rescued([&](const penalty& p) { return fit<beta_discrete_weibull>(faithful, {}, p); }, {.strength = 0.5});
  expect_rescued([&](const penalty& p) { return fit<shifted_beta_geometric>(faithful, {}, p); },
                 {.priors = {{"alpha", 0.7, 1.0}, {"beta", 1.2, 1.0}}});
}

TEST(penalty, the_same_bits_with_any_threads) {
  const auto rows = compress(summarise(support::cdnow_master().view(), {.observation_end = support::cdnow_end}));
  const penalty prior{.priors = {{"alpha", 9.0, 0.05}, {"b", 2.0, 0.05}}};
  const auto want = fit<mbg_nbd>({rows.columns(), rows.weight}, {}, prior);
  const auto got = fit<mbg_nbd>({rows.columns(), rows.weight}, threads(3), prior);
  EXPECT_EQ(got.model, want.model);
  EXPECT_EQ(got.log_posterior, want.log_posterior);
  EXPECT_EQ(got.covariance, want.covariance);
}

// With a prior that is all there is to know, the profile of likelihood times prior is the prior's own interval.
TEST(penalty, profiles_follow_the_posterior) {
  const auto rows = cdnow();
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<nbd>(used, {}, {.priors = {{"alpha", 5.0, 1e-3}}});
  const auto ends = profile_intervals<nbd>(used, f);
  const double z = 1.959963984540054;
  EXPECT_NEAR(std::log(ends[1].low / f.model.alpha), -z * 1e-3, 2e-6);
  EXPECT_NEAR(std::log(ends[1].high / f.model.alpha), z * 1e-3, 2e-6);
  // Open without the prior, closed with it.
  const std::vector<double> x{5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 4, 5}, t_x(12, 49.0), T(12, 50.0);
  const weighted_rows steady{{x, t_x, T}};
  EXPECT_TRUE(std::isinf(profile_intervals<nbd>(steady, fit<nbd>(steady))[0].high));
  const auto closed = profile_intervals<nbd>(steady, fit<nbd>(steady, {}, {.strength = 0.5}));
  for (const interval& i : closed) EXPECT_TRUE(i.low > 0 && i.high > i.low && numeric::is_finite(i.high));
}

TEST(penalty, refuses_by_name_and_rule) {
  const auto rows = cdnow();
  const weighted_rows used{rows.columns(), rows.weight};
  const auto told = [&](const penalty& p) { return refusal([&] { (void)fit<bg_nbd>(used, {}, p); }); };
  EXPECT_EQ(told({.priors = {{"s", 1, 1}}}), "penalty: bg_nbd has no parameter 's'; it has r, alpha, a, b");
  EXPECT_EQ(told({.priors = {{"a", 1, 1}, {"a", 1, 1}}}), "penalty: a is given twice");
  for (const double bad : {0.0, -1.0, not_a_value, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(told({.priors = {{"a", bad, 1}}}),
              "penalty: centre and standard deviation of a must be above 0 and finite");
    EXPECT_EQ(told({.priors = {{"a", 1, bad}}}),
              "penalty: centre and standard deviation of a must be above 0 and finite");
  }
  for (const double bad : {-1.0, not_a_value, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(told({.strength = bad}), "penalty: the strength must be 0 or above and finite");
  }
  EXPECT_EQ(told({.priors = {{"a", 1, 1}}, .strength = 1}), "penalty: give priors by name or one strength, not both");
  const auto f = fit<bg_nbd>(used, {}, {.strength = 1});
  EXPECT_EQ(refusal([&] { (void)f.aic(); }).substr(0, 44), "AIC belongs to a maximum of the likelihood, ");
  EXPECT_EQ(refusal([&] { (void)f.bic(); }).substr(0, 44), "BIC belongs to a maximum of the likelihood, ");
  EXPECT_EQ(refusal([&] { (void)likelihood_ratio_test(fit<nbd>(used), f); }).substr(0, 23), "a likelihood-ratio test");
}

TEST(penalty, travels_with_the_file) {
  const auto m = fit_models(calibration(), "pareto_nbd", {},
                            {.purchases = {.priors = {{"beta", 12.0, 0.25}}}, .spend = {.strength = 0.5}});
  const std::string text = to_json(m);
  EXPECT_NE(text.find(R"("penalty":{"beta":{"centre":12,"sd":0.25}})"), std::string::npos) << text;
  const auto read = read_fitted_model(text);
  ASSERT_TRUE(read) << read.error().message;
  const auto& back = std::get<fit_result<pareto_nbd>>(read.value().purchases);
  const auto& first = std::get<fit_result<pareto_nbd>>(m.purchases);
  EXPECT_EQ(back.priors, first.priors);
  EXPECT_EQ(back.log_posterior, first.log_posterior);
  EXPECT_EQ(read.value().spend->priors, m.spend->priors);
  EXPECT_EQ(to_json(read.value()), text);
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    const auto r = read_fitted_model(other);
    return r ? "accepted" : r.error().pointer + " " + r.error().code;
  };
  EXPECT_EQ(refused(R"("centre":12)", R"("centre":0)"), "/purchases/penalty/beta/centre not_positive");
  EXPECT_EQ(refused(R"("penalty":{"beta":)", R"("penalty":{"bets":)"), "/purchases/penalty/bets unknown_key");
  EXPECT_EQ(refused(R"({"beta":{"centre":12,"sd":0.25}})", "{}"), "/purchases/penalty empty");
  EXPECT_EQ(refused(R"(,"penalty":{"beta":{"centre":12,"sd":0.25}})", ""), "/purchases/log_posterior unknown_key");
  // A file of a plain fit has neither member, and reads as one.
  const std::string plain = to_json(fit_models(calibration()));
  EXPECT_EQ(plain.find("log_posterior"), std::string::npos);
  EXPECT_EQ(std::get<fit_result<mbg_nbd>>(read_fitted_model(plain).value().purchases).log_posterior,
            std::get<fit_result<mbg_nbd>>(read_fitted_model(plain).value().purchases).log_likelihood);
}

}  // namespace

// Fits of contracts against the optima that are known, and the verdicts where there is none.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <random>

namespace {

using namespace valorem;

// Fader & Hardie (2007): per cent of two cohorts of 1,000 who are there after 0..12 years.
constexpr double regular_left[] = {100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3};
constexpr double high_end_left[] = {100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4};

struct group {
  std::vector<double> lost;
  double survivors;

  group(std::vector<double> l, double s) : lost(std::move(l)), survivors(s) {}
  group(std::span<const double> left, int years) : survivors(std::round(10 * left[static_cast<std::size_t>(years)])) {
    for (int t = 1; t <= years; ++t) {
      const auto i = static_cast<std::size_t>(t);
      lost.push_back(std::round(10 * left[i - 1]) - std::round(10 * left[i]));
    }
  }
  [[nodiscard]] cohort view() const { return {lost, survivors}; }
};

struct telecom {
  std::vector<double> tenure, churned, customers;

  telecom() {
    std::ifstream in(VALOREM_SOURCE_DIR "/examples/data/telecom_contracts.csv");
    std::string line;
    for (std::getline(in, line); std::getline(in, line);) {
      double v[3];
      const char* at = line.data();
      const char* const end = line.data() + line.size();
      for (double& x : v) {
        at = std::from_chars(at, end, x).ptr;
        at += at != end && *at == ',';
      }
      tenure.push_back(v[0]);
      churned.push_back(v[1]);
      customers.push_back(v[2]);
    }
    if (tenure.empty()) throw std::runtime_error("examples/data/telecom_contracts.csv is missing or empty");
  }
  [[nodiscard]] weighted_contracts view() const { return {{tenure, churned}, customers}; }
};

template <class M>
void expect_contract_optimum(const fit_result<M>& f, const std::vector<double>& want, double log_likelihood) {
  EXPECT_EQ(f.outcome, fit_status::converged) << f.limit;
  const auto p = f.model.parameters();
  // Eight decimals are known, of which the last of the flattest fit is off by four.
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(p[i], want[i], 1e-8 + 1e-8 * want[i]) << i;
  EXPECT_NEAR(f.log_likelihood, log_likelihood, 6e-7);
  for (const double g : f.gradient) EXPECT_LT(std::fabs(g), 1e-9);
}

// models.md C.5. The papers print .704 1.182 and .668 3.806.
TEST(fit_contracts, two_cohorts) {
  struct known {
    std::span<const double> left;
    int years;
    std::vector<double> geometric;
    double geometric_likelihood;
    std::vector<double> weibull;
    double weibull_likelihood;
  };
  const known all[] = {
      {regular_left, 7, {.7040773, 1.18204303}, -1680.265188, {.45561399, .77932551, 1.28345129}, -1679.602833},
      {high_end_left, 7, {.66808835, 3.80609496}, -1611.158147, {.21425334, 1.42657488, 1.72356485}, -1605.314213},
      {regular_left, 4, {.76366506, 1.29583027}, -1401.559424, {.52302931, .89428266, 1.19639871}, -1401.383052},
      {high_end_left, 4, {1.28097638, 7.79038406}, -1225.134907, {.25933573, 1.72255149, 1.58436151}, -1222.749318},
      {regular_left, 12, {.69736245, 1.16890462}, -1931.491694, {.5083087, .86884634, 1.20937788}, -1930.929729},
      {high_end_left, 12, {.5961112, 3.32696874}, -2010.858420, {.24964073, 1.65418096, 1.59679647}, -2004.816889}};
  for (const known& k : all) {
    const group g(k.left, k.years);
    expect_contract_optimum(fit<shifted_beta_geometric>(g.view()), k.geometric, k.geometric_likelihood);
    expect_contract_optimum(fit<beta_discrete_weibull>(g.view()), k.weibull, k.weibull_likelihood);
  }
  const auto errors = [](std::span<const double> left) {
    return fit<shifted_beta_geometric>(group(left, 7).view()).standard_errors();
  };
  EXPECT_NEAR(errors(regular_left)[0], .0656, 6e-5);
  EXPECT_NEAR(errors(regular_left)[1], .1525, 6e-5);
  EXPECT_NEAR(errors(high_end_left)[0], .1037, 6e-5);
  EXPECT_NEAR(errors(high_end_left)[1], .7855, 6e-5);
}

TEST(fit_contracts, seven_thousand_telecom_contracts) {
  const telecom data;
  const auto g = fit<shifted_beta_geometric>(data.view());
  EXPECT_EQ(g.outcome, fit_status::converged);
  EXPECT_NEAR(g.model.alpha, .136733, 6e-7);
  EXPECT_NEAR(g.model.beta, 4.032815, 6e-7);
  EXPECT_NEAR(g.log_likelihood, -10465.424707, 6e-7);
  EXPECT_EQ(g.rows, 7032);  // eleven have not run a month
  double sum = 0;
  for (std::size_t i = 0; i < data.tenure.size(); ++i) {
    sum += data.customers[i] * log_likelihood(g.model, {data.tenure[i], data.churned[i]});
  }
  EXPECT_NEAR(sum, g.log_likelihood, 1e-8);
  // These contracts want a chance to leave that falls with time in each customer, and no spread between them.
  const auto w = fit<beta_discrete_weibull>(data.view());
  EXPECT_EQ(w.outcome, fit_status::boundary);
  EXPECT_NE(w.limit.find("discrete Weibull"), std::string::npos) << w.limit;
  EXPECT_NEAR(w.log_likelihood, -10309.6497, 1e-3);
  EXPECT_NEAR(w.model.c, .5177, 1e-4);
}

TEST(fit_contracts, a_cohort_is_its_customers_one_by_one_in_any_order) {
  const group g(regular_left, 7);
  std::vector<double> duration, churned;
  for (std::size_t i = 0; i < g.lost.size(); ++i) {
    duration.insert(duration.end(), static_cast<std::size_t>(g.lost[i]), static_cast<double>(i + 1));
  }
  churned.assign(duration.size(), 1.0);
  duration.insert(duration.end(), static_cast<std::size_t>(g.survivors), 7.0);
  churned.resize(duration.size(), 0.0);
  std::mt19937_64 random(3);
  for (std::size_t i = duration.size(); i-- > 1;) {
    const std::size_t j = random() % (i + 1);
    std::swap(duration[i], duration[j]);
    std::swap(churned[i], churned[j]);
  }
  const auto whole = fit<beta_discrete_weibull>(g.view());
  const auto single = fit<beta_discrete_weibull>(weighted_contracts{{duration, churned}}, threads(3));
  EXPECT_EQ(single.model, whole.model);
  EXPECT_EQ(single.log_likelihood, whole.log_likelihood);
  EXPECT_EQ(single.covariance, whole.covariance);
  EXPECT_NEAR(log_likelihood(whole.model, g.view()), whole.log_likelihood, 1e-9);
  // Bad rows and rows without weight say nothing.
  for (const auto& [d, c] :
       {std::pair{0.0, 1.0}, std::pair{2.5, 0.0}, std::pair{not_a_value, 1.0}, std::pair{0.0, 0.0}}) {
    duration.push_back(d);
    churned.push_back(c);
  }
  EXPECT_EQ(fit<beta_discrete_weibull>(weighted_contracts{{duration, churned}}).model, whole.model);
}

template <class M>
void expect_verdict(const group& g, fit_status outcome, const std::string& limit) {
  const auto f = fit<M>(g.view());
  EXPECT_EQ(f.outcome, outcome) << M::model_name << ' ' << name(f.outcome) << ' ' << f.limit;
  EXPECT_NE(f.limit.find(limit), std::string::npos) << f.limit;
}

/// Cohort of n of whom S(t) are there after t = 1..periods.
template <class F>
group of_survival(double n, int periods, F S) {
  group out({}, n);
  for (int t = 1; t <= periods; ++t) {
    const double left = std::round(n * S(t));
    out.lost.push_back(out.survivors - left);
    out.survivors = left;
  }
  return out;
}

TEST(fit_contracts, limits_are_named) {
  using geometric = shifted_beta_geometric;
  using weibull = beta_discrete_weibull;
  const group nobody({0, 0, 0}, 100), everybody({100}, 0), once({50, 0, 0, 0}, 50), late({0, 0, 0, 0, 100}, 100);
  const auto one_chance = of_survival(1e5, 10, [](int t) { return std::pow(.7, t); });
  const auto one_weibull = of_survival(1e5, 10, [](int t) { return std::pow(.9, std::pow(t, 1.7)); });
  expect_verdict<geometric>(nobody, fit_status::boundary, "nobody leaves");
  expect_verdict<weibull>(nobody, fit_status::boundary, "nobody leaves");
  expect_verdict<geometric>(everybody, fit_status::boundary, "everybody leaves at the first chance (beta");
  expect_verdict<weibull>(everybody, fit_status::boundary, "everybody leaves at the first chance (beta");
  expect_verdict<geometric>(once, fit_status::boundary, "at the first chance or never");
  expect_verdict<weibull>(once, fit_status::boundary, "stays for ever (c to 0)");
  expect_verdict<geometric>(one_chance, fit_status::boundary, "geometric: one chance");
  expect_verdict<weibull>(one_chance, fit_status::boundary, "discrete Weibull: one chance");
  expect_verdict<weibull>(one_weibull, fit_status::boundary, "discrete Weibull: one chance");
  expect_verdict<weibull>(late, fit_status::boundary, "at one time");
}

TEST(fit_contracts, data_that_cannot_tell_the_parameters_apart_are_flat) {
  const group one_period({30}, 70), two_periods({30, 20}, 50);
  expect_verdict<shifted_beta_geometric>(one_period, fit_status::flat, "");
  expect_verdict<beta_discrete_weibull>(one_period, fit_status::flat, "");
  expect_verdict<beta_discrete_weibull>(two_periods, fit_status::flat, "");
  const auto f = fit<shifted_beta_geometric>(one_period.view());
  EXPECT_NEAR(f.model.beta / (f.model.alpha + f.model.beta), .7, 1e-12);
}

TEST(fit_contracts, what_overflows_fails) {
  expect_verdict<shifted_beta_geometric>(group({1e308, 1e308}, 1e308), fit_status::failed, "");
}

TEST(fit_contracts, what_cannot_be_fitted_is_refused) {
  const std::vector<double> one{1}, two{1, 1}, zero{0}, negative{-1, 1};
  EXPECT_THROW((void)fit<shifted_beta_geometric>(cohort{negative, 1}), contract_error);
  EXPECT_THROW((void)fit<shifted_beta_geometric>(cohort{one, not_a_value}), contract_error);
  EXPECT_THROW((void)fit<shifted_beta_geometric>(cohort{{}, 10}), data_error);
  EXPECT_THROW((void)fit<shifted_beta_geometric>(weighted_contracts{{two, one}}), contract_error);
  EXPECT_THROW((void)fit<shifted_beta_geometric>(weighted_contracts{{two, two}, one}), contract_error);
  EXPECT_THROW((void)fit<shifted_beta_geometric>(weighted_contracts{{two, two}, negative}), contract_error);
  EXPECT_THROW((void)fit<shifted_beta_geometric>(weighted_contracts{{zero, zero}}), data_error);
}

/// n lifetimes by plain simulation, each observed for 1 to `most` periods.
struct simulated_contracts {
  std::vector<double> duration, churned;

  simulated_contracts(std::size_t n, const beta_discrete_weibull& m, int most) {
    std::mt19937_64 random(17);
    std::gamma_distribution<double> x(m.alpha, 1.0), y(m.beta, 1.0);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    std::uniform_int_distribution<int> window(1, most);
    for (std::size_t i = 0; i < n; ++i) {
      const double a = x(random), b = y(random);
      // S(t) = (1-θ)^(t^c): t is the first whole number beyond (ln U / ln(1-θ))^(1/c).
      const double stay = std::log(b / (a + b));
      const double left = std::floor(std::pow(std::log(unit(random)) / stay, 1 / m.c)) + 1;
      const double seen = window(random);
      duration.push_back(std::min(left, seen));
      churned.push_back(left <= seen ? 1.0 : 0.0);
    }
  }
};

TEST(fit_contracts, simulated_populations_are_recovered) {
  for (const std::size_t n : {std::size_t{2000}, std::size_t{50000}}) {
    for (const auto& truth : {beta_discrete_weibull{.7, 2.0, 1.0}, beta_discrete_weibull{.9, 6.0, 1.6},
                              beta_discrete_weibull{1.5, 3.0, .8}}) {
      const simulated_contracts s(n, truth, 40);
      const auto f = fit<beta_discrete_weibull>(weighted_contracts{{s.duration, s.churned}});
      ASSERT_EQ(f.outcome, fit_status::converged) << f.limit;
      const auto got = f.model.parameters(), want = truth.parameters(), error = f.standard_errors();
      for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(got[i], want[i], 4 * error[i]) << n << ' ' << i;
      if (truth.c == 1) {
        const auto g = fit<shifted_beta_geometric>(weighted_contracts{{s.duration, s.churned}});
        EXPECT_NEAR(g.model.alpha, .7, 4 * g.standard_errors()[0]);
        EXPECT_NEAR(g.model.beta, 2.0, 4 * g.standard_errors()[1]);
        EXPECT_LE(g.log_likelihood, f.log_likelihood + 1e-9);
      }
    }
  }
}

}  // namespace

// Models with covariates: what a covariate does to a customer, by hand and at fifty digits; fits against populations
// whose coefficients are known, against differences of the likelihood at fifty digits, and against themselves in other
// units, orders and constraints.
#include <valorem/model/covariates.hpp>
#include <valorem/model/fit_covariates.hpp>
#include <valorem/model/simulate.hpp>
#include <valorem/model/verbs.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;
using exact = boost::multiprecision::cpp_bin_float_50;

using support::inf;
using support::nan;

TEST(covariates, a_share_is_moved_on_the_logit_and_its_sum_held) {
  for (const double a : {1e-3, 0.7, 30.0, 1e3}) {
    for (const double b : {1e-3, 2.4, 1e3}) {
      for (const double s : {0.0, 1e-9, 0.3, 2.0, 30.0, 300.0, 700.0, -1e-9, -0.3, -2.0, -30.0, -300.0, -700.0}) {
        const auto m = moved(bg_nbd{0.5, 4.0, a, b}, {0.0, s});
        const exact phi = 1 / (1 + exact(b) / a * exp(-exact(s)));
        const exact rest = 1 / (1 + exact(a) / b * exp(exact(s)));
        const exact want_a = (exact(a) + b) * phi;
        const exact want_b = (exact(a) + b) * rest;
        constexpr double bound = 8 * std::numeric_limits<double>::epsilon();
        EXPECT_LE(fabs(m.a / want_a - 1), bound) << a << ' ' << b << ' ' << s;
        EXPECT_LE(fabs(m.b / want_b - 1), bound) << a << ' ' << b << ' ' << s;
        EXPECT_EQ(m.r, 0.5);
        EXPECT_EQ(m.alpha, 4.0);
      }
    }
  }
}

TEST(covariates, rates_and_scales_are_multiplied) {
  const double bound = 8 * std::numeric_limits<double>::epsilon();
  for (const double s : {1e-9, 0.3, 20.0, 300.0, -0.3, -300.0}) {
    const auto m = moved(pareto_nbd{0.5, 10.0, 0.6, 12.0}, {s, -s});
    EXPECT_LE(fabs(m.alpha / (10 * exp(-exact(s))) - 1), bound) << s;
    EXPECT_LE(fabs(m.beta / (12 * exp(exact(s))) - 1), bound) << s;
    const auto g = moved(ggompertz_nbd{0.5, 10.0, 0.2, 0.6, 12.0}, {s, -s});
    EXPECT_EQ((std::array{g.r, g.alpha, g.b, g.s, g.beta}), (std::array{0.5, m.alpha, 0.2, 0.6, m.beta}));
    EXPECT_EQ(m.r, 0.5);
    EXPECT_EQ(m.s, 0.6);
    EXPECT_LE(fabs(moved(gamma_gamma{6.0, 4.0, 15.0}, {s}).v / (15 * exp(exact(s))) - 1), bound) << s;
  }
}

template <class M>
with_covariates<M> of_two(const M& base, std::array<std::array<double, 2>, process_count<M>> g) {
  with_covariates<M> out{base, {"member", "age"}, {}};
  for (std::size_t p = 0; p < g.size(); ++p) out.coefficients[p] = {{0, g[p][0]}, {1, g[p][1]}};
  return out;
}

template <class M>
void expect_plain_bits(const M& m) {
  const auto none = of_two(m, {});
  EXPECT_EQ(none.at(std::array{3.7, -12.0}), m) << M::model_name;
  EXPECT_EQ(moved(m, {}), m) << M::model_name;
}

TEST(covariates, a_coefficient_of_zero_changes_no_bit) {
  for (const double u : {1e-3, 0.3, 7.1, 1e3}) {
    for (const double v : {1e-3, 0.9, 1e3}) {
      expect_plain_bits(pareto_nbd{u, v, v, u});
      expect_plain_bits(ggompertz_nbd{u, v, u, v, u});
      expect_plain_bits(bg_nbd{u, v, u, v});
      expect_plain_bits(mbg_nbd{v, u, u, v});
      expect_plain_bits(shifted_beta_geometric{u, v});
      expect_plain_bits(gamma_gamma{u, v, u});
    }
  }
}

// One covariate with one coefficient in both processes of Pareto/NBD makes her clock run e^(g z) times as fast.
TEST(covariates, equal_coefficients_are_a_faster_clock) {
  const auto m = of_two(pareto_nbd{0.55, 10.6, 0.61, 11.7}, {{{0.4, 0.0}, {0.4, 0.0}}});
  const double faster = std::exp(0.4 * 1.5);
  for (const history h : {history{2, 30.4, 38.9}, history{0, 0, 38.9}, history{26, 30.9, 31}}) {
    const history hers{h.x, h.t_x * faster, h.T * faster};
    EXPECT_NEAR(p_alive(m.at(std::array{1.5, 9.0}), h), p_alive(m.base, hers), 1e-13);
    EXPECT_NEAR(expected_purchases(given(m.at(std::array{1.5, 9.0}), h), 39.0),
                expected_purchases(given(m.base, hers), 39.0 * faster), 1e-12);
  }
}

TEST(covariates, what_cannot_be_answered_has_a_status_and_no_value) {
  const auto m = of_two(bg_nbd{0.5, 4.0, 0.7, 2.4}, {{{0.3, 0.1}, {0.2, -0.1}}});
  const history h{2, 30.4, 38.9};
  const auto expect = [&](std::vector<double> z, status why) {
    EXPECT_EQ(check(m, z), why);
    EXPECT_EQ(std::isnan(p_alive(m.at(z), h)), why != status::ok);
    EXPECT_EQ(std::isnan(expected_purchases(m.at(z), 39.0)), why != status::ok);
  };
  expect({1, 2}, status::ok);
  expect({nan, 2}, status::missing);
  expect({inf, nan}, status::missing);
  expect({1, inf}, status::invalid);
  expect({1}, status::invalid);
  expect({1, 2, 3}, status::invalid);
  expect({1, 1e6}, status::invalid);  // e^1e5 is no double
}

TEST(covariates, illegal_models_are_refused_by_name) {
  const auto good = of_two(bg_nbd{0.5, 4.0, 0.7, 2.4}, {{{0.3, 0.1}, {0.2, -0.1}}});
  EXPECT_NO_THROW(require_legal(good));
  const auto refused = [&](auto change) {
    auto m = good;
    change(m);
    EXPECT_THROW(require_legal(m), contract_error);
  };
  refused([](auto& m) { m.base.r = 0; });
  refused([](auto& m) { m.names[1] = "member"; });
  refused([](auto& m) { m.names[1] = ""; });
  refused([](auto& m) { m.names.clear(); });
  refused([](auto& m) { m.names.assign(51, "x"); });
  refused([](auto& m) { m.coefficients[1][0].covariate = 2; });
  refused([](auto& m) { m.coefficients[1][0].covariate = 1; });
  refused([](auto& m) { m.coefficients[0][1].value = inf; });
}

/// Customers with a binary and a continuous covariate.
struct population {
  std::vector<double> member, age;

  population(std::size_t n, std::uint64_t seed) {
    for (std::size_t i = 0; i < n; ++i) {
      numeric::random_stream from(seed, i, 99);
      member.push_back(from.uniform() < 0.4 ? 1.0 : 0.0);
      age.push_back(numeric::normal_variate(from));
    }
  }
  [[nodiscard]] std::array<double, 2> z(std::size_t i) const { return {member[i], age[i]}; }
  [[nodiscard]] std::size_t size() const { return age.size(); }
  [[nodiscard]] covariate_plan plan() const { return {.names = {"member", "age"}, .columns = {member, age}}; }
};

template <class M>
struct buyers : population {
  std::vector<double> x, t_x, T;

  buyers(const with_covariates<M>& truth, std::size_t n, std::uint64_t seed) : population(n, seed) {
    for (std::size_t i = 0; i < n; ++i) {
      const history h = simulate(truth.at(z(i)), 30.0 + static_cast<double>(i % 20), seed, i).seen;
      x.push_back(h.x);
      t_x.push_back(h.t_x);
      T.push_back(h.T);
    }
  }
  [[nodiscard]] weighted_rows rows() const { return {.histories = {x, t_x, T}}; }
};

struct members_of_contract : population {
  std::vector<double> duration, churned;

  members_of_contract(const with_covariates<shifted_beta_geometric>& truth, std::size_t n, std::uint64_t seed)
      : population(n, seed) {
    for (std::size_t i = 0; i < n; ++i) {
      const contract_history h = simulate(truth.at(z(i)), 10.0, seed, i);
      duration.push_back(h.duration);
      churned.push_back(h.churned);
    }
  }
  [[nodiscard]] weighted_contracts rows() const { return {.contracts = {duration, churned}}; }
};

template <class M>
std::vector<double> truth_of(const with_covariates<M>& m) {
  const auto p = m.base.parameters();
  std::vector<double> out(p.begin(), p.end());
  for (const auto& of : m.coefficients) {
    for (const coefficient& c : of) out.push_back(c.value);
  }
  return out;
}

/// Seeds are fixed, so a bound of four standard errors either always holds or never does.
template <class M>
void expect_recovered(const covariate_fit<M>& fit, const with_covariates<M>& truth) {
  EXPECT_EQ(fit.outcome, fit_status::converged) << fit.limit;
  const auto want = truth_of(truth);
  const auto errors = fit.standard_errors();
  ASSERT_EQ(fit.values.size(), want.size());
  EXPECT_EQ(truth_of(fit.model), fit.values);
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_LT(std::fabs(fit.values[i] - want[i]), 4 * errors[i]) << M::model_name << ' ' << fit.parameter_names[i];
    if (i >= parameter_count<M>) {
      EXPECT_LT(errors[i], 0.25) << M::model_name << ' ' << fit.parameter_names[i];
    }
  }
  EXPECT_LT(likelihood_ratio_test(fit.without, fit).p_value, 1e-6);
  EXPECT_EQ(fit.free_parameters, want.size());
}

TEST(covariates, purchases_give_their_coefficients_back) {
  const auto pareto = of_two(pareto_nbd{0.9, 8.0, 0.8, 12.0}, {{{0.6, -0.25}, {-0.5, 0.2}}});
  const buyers pareto_buyers(pareto, 6000, 3);
  expect_recovered(fit_with_covariates<pareto_nbd>(pareto_buyers.rows(), pareto_buyers.plan()), pareto);
  const auto bg = of_two(bg_nbd{0.8, 5.0, 0.8, 2.5}, {{{0.5, -0.2}, {0.7, 0.3}}});
  const buyers bg_buyers(bg, 8000, 4);
  expect_recovered(fit_with_covariates<bg_nbd>(bg_buyers.rows(), bg_buyers.plan()), bg);
  const auto mbg = of_two(mbg_nbd{0.8, 5.0, 0.8, 2.5}, {{{0.5, -0.2}, {-0.6, 0.3}}});
  const buyers mbg_buyers(mbg, 8000, 5);
  expect_recovered(fit_with_covariates<mbg_nbd>(mbg_buyers.rows(), mbg_buyers.plan()), mbg);
  const auto ggompertz = of_two(ggompertz_nbd{1.5, 8.0, 0.08, 1.0, 3.0}, {{{0.6, -0.25}, {-0.5, 0.3}}});
  const buyers ggompertz_buyers(ggompertz, 1500, 3);
  expect_recovered(fit_with_covariates<ggompertz_nbd>(ggompertz_buyers.rows(), ggompertz_buyers.plan()), ggompertz);
}

TEST(covariates, contracts_and_spend_give_their_coefficients_back) {
  const auto contract = of_two(shifted_beta_geometric{0.7, 1.8}, {{{0.6, -0.3}}});
  const members_of_contract members(contract, 8000, 6);
  expect_recovered(fit_with_covariates<shifted_beta_geometric>(members.rows(), members.plan()), contract);
  const auto spend = of_two(gamma_gamma{6.0, 4.0, 15.0}, {{{0.4, 0.1}}});
  const population spenders(5000, 7);
  std::vector<double> x, mean;
  for (std::size_t i = 0; i < spenders.size(); ++i) {
    x.push_back(static_cast<double>(i % 6));
    mean.push_back(simulate(spend.at(spenders.z(i)), x[i], 7, i).mean);
  }
  expect_recovered(fit_spend_with_covariates(x, mean, {}, spenders.plan()), spend);
}

/// ln L of all rows as a function of a fit's values, written down from the definition.
template <template <class> class B, class Number, class Row>
Number log_likelihood_at(const std::vector<Number>& v, const population& who, const std::vector<Row>& rows) {
  using std::exp;
  constexpr std::size_t N = parameter_count<B<double>>;
  std::array<Number, N> p;
  std::copy_n(v.begin(), N, p.begin());
  Number sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::array<Number, N> q = p;
    for (std::size_t k = 0; k < process_count<B<double>>; ++k) {
      const Number s = v[N + 2 * k] * who.member[i] + v[N + 2 * k + 1] * who.age[i];
      const covariate_process c = processes<B<double>>[k];
      if (c.link == covariate_link::rate) q[c.parameter] *= exp(-s);
      if (c.link == covariate_link::scale) q[c.parameter] *= exp(s);
      if (c.link == covariate_link::share) {
        const Number both = p[c.parameter] + p[c.parameter + 1];
        const Number odds = p[c.parameter] / p[c.parameter + 1] * exp(s);
        q[c.parameter] = both * odds / (1 + odds);
        q[c.parameter + 1] = both / (1 + odds);
      }
    }
    sum += log_likelihood(B<Number>::from(q), rows[i]);
  }
  return sum;
}

/// How differences are taken, in standard errors, and what they leave open: at fifty digits nothing that counts.
template <class Number>
struct differences {
  Number of_slope{"1e-14"};
  Number of_curvature{"1e-14"};
  double error = 1e-5;
};
/// In doubles ln L has an error of some 1e-11; along a ridge, as of b and s, its curvature changes by a fifth within a
/// few hundredths of an error.
template <>
struct differences<double> {
  double of_slope = 1e-4;
  double of_curvature = 8e-4;
  double error = 1e-3;
};

/// At the top the slopes vanish, and the covariance is the inverse of minus the second differences: information times
/// covariance is one. Both hold only if the chain rule of the fit is right.
template <template <class> class B, class Number = exact, class Row>
void expect_top_and_curvature(const covariate_fit<B<double>>& fit, const population& who,
                              const std::vector<Row>& rows) {
  ASSERT_EQ(fit.outcome, fit_status::converged) << B<double>::model_name << ' ' << fit.limit;
  const std::size_t n = fit.values.size();
  const auto errors = fit.standard_errors();
  const differences<Number> by;
  const std::vector<Number> at(fit.values.begin(), fit.values.end());
  const auto value = [&](const Number& step, std::size_t i, int si, std::size_t j, int sj) {
    std::vector<Number> v = at;
    v[i] += si * step * errors[i];
    v[j] += sj * step * errors[j];
    return log_likelihood_at<B>(v, who, rows);
  };
  EXPECT_NEAR(fit.log_likelihood, static_cast<double>(value(by.of_slope, 0, 0, 0, 0)),
              1e-9 * std::fabs(fit.log_likelihood));
  std::vector<std::vector<double>> information(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    // In units of one standard error; a full Newton step would move the end by about this.
    const Number h = by.of_slope;
    EXPECT_NEAR(static_cast<double>((value(h, i, 1, i, 0) - value(h, i, -1, i, 0)) / (2 * h)), 0.0, by.error)
        << fit.parameter_names[i];
    const Number w = by.of_curvature;
    for (std::size_t j = 0; j <= i; ++j) {
      const Number bend = value(w, i, 1, j, 1) - value(w, i, 1, j, -1) - value(w, i, -1, j, 1) + value(w, i, -1, j, -1);
      information[i][j] = information[j][i] = -static_cast<double>(bend / (4 * w * w));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) {
        sum += information[i][k] * (fit.covariance[k][j] / (errors[k] * errors[j]));
      }
      EXPECT_NEAR(sum, i == j ? 1.0 : 0.0, by.error) << fit.parameter_names[i] << ' ' << fit.parameter_names[j];
    }
  }
}

template <template <class> class B, class Number = exact>
void check_purchases(const with_covariates<B<double>>& truth, std::uint64_t seed, std::size_t customers = 90) {
  const buyers<B<double>> who(truth, customers, seed);
  std::vector<history> rows;
  for (std::size_t i = 0; i < who.size(); ++i) rows.push_back(who.rows().histories[i]);
  expect_top_and_curvature<B, Number>(fit_with_covariates<B<double>>(who.rows(), who.plan()), who, rows);
}

TEST(covariates, slopes_and_curvature_are_those_of_the_likelihood) {
  check_purchases<basic_pareto_nbd>(of_two(pareto_nbd{1.5, 8.0, 1.2, 12.0}, {{{0.6, -0.25}, {-0.5, 0.2}}}), 21);
  check_purchases<basic_bg_nbd>(of_two(bg_nbd{1.5, 5.0, 0.8, 2.5}, {{{0.5, -0.2}, {0.7, 0.3}}}), 22);
  check_purchases<basic_mbg_nbd>(of_two(mbg_nbd{1.5, 5.0, 0.8, 2.5}, {{{0.5, -0.2}, {0.7, 0.3}}}), 23);
  // Nine parameters need more customers than fifty digits have time for.
  check_purchases<basic_ggompertz_nbd, double>(
      of_two(ggompertz_nbd{1.5, 8.0, 0.08, 1.0, 3.0}, {{{0.6, -0.25}, {-0.5, 0.3}}}), 3, 400);
  const members_of_contract contract(of_two(shifted_beta_geometric{0.9, 1.8}, {{{0.6, -0.3}}}), 200, 24);
  std::vector<contract_history> contracts;
  for (std::size_t i = 0; i < contract.size(); ++i) contracts.push_back(contract.rows().contracts[i]);
  expect_top_and_curvature<basic_shifted_beta_geometric>(
      fit_with_covariates<shifted_beta_geometric>(contract.rows(), contract.plan()), contract, contracts);
  const auto spend = of_two(gamma_gamma{6.0, 4.0, 15.0}, {{{0.4, 0.1}}});
  const population spenders(200, 25);
  std::vector<spend_history> spends;
  std::vector<double> x, mean;
  for (std::size_t i = 0; i < spenders.size(); ++i) {
    spends.push_back(simulate(spend.at(spenders.z(i)), 1.0 + static_cast<double>(i % 6), 25, i));
    x.push_back(spends[i].x);
    mean.push_back(spends[i].mean);
  }
  expect_top_and_curvature<basic_gamma_gamma>(fit_spend_with_covariates(x, mean, {}, spenders.plan()), spenders,
                                              spends);
}

const auto pareto_truth = of_two(pareto_nbd{0.9, 8.0, 0.8, 12.0}, {{{0.5, -0.3}, {0.5, 0.3}}});
const buyers<pareto_nbd>& pareto_buyers() {
  static const buyers<pareto_nbd> all(pareto_truth, 3000, 31);
  return all;
}
const auto bg_truth = of_two(bg_nbd{0.8, 5.0, 0.8, 2.5}, {{{0.5, -0.2}, {0.7, 0.3}}});
const buyers<bg_nbd>& bg_buyers() {
  static const buyers<bg_nbd> all(bg_truth, 3000, 32);
  return all;
}

// A coefficient is per unit of its covariate: in other units it changes by that factor, and nothing else does. Another
// origin moves the base alone.
template <class M>
void expect_no_unit(const buyers<M>& who) {
  const auto one = fit_with_covariates<M>(who.rows(), who.plan());
  for (const auto& [unit, origin] :
       {std::pair{1000.0, 0.0}, std::pair{-1e-30, 0.0}, std::pair{1e40, 0.0}, std::pair{3.0, 40.0}}) {
    std::vector<double> age;
    for (const double a : who.age) age.push_back(unit * a + origin);
    const auto other = fit_with_covariates<M>(who.rows(), {.names = {"member", "age"}, .columns = {who.member, age}});
    EXPECT_NEAR(other.log_likelihood, one.log_likelihood, 1e-9 * std::fabs(one.log_likelihood));
    constexpr std::size_t N = parameter_count<M>;
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      const bool per_age = i == N + 1 || i == N + 3;
      const double factor = per_age ? unit : 1.0;
      // One standard error is about 0.05: a millionth of it is what the end of a climb leaves open.
      if (origin == 0.0 || i >= N) {
        EXPECT_NEAR(other.values[i] * factor, one.values[i], 1e-7 * (1 + std::fabs(one.values[i]))) << i;
        EXPECT_NEAR(std::sqrt(other.covariance[i][i]) * std::fabs(factor), std::sqrt(one.covariance[i][i]),
                    1e-6 * std::sqrt(one.covariance[i][i]))
            << i;
      }
    }
    const auto here = one.model.at(std::array{1.0, 0.7}).parameters();
    const auto there = other.model.at(std::array{1.0, unit * 0.7 + origin}).parameters();
    for (std::size_t i = 0; i < N; ++i) EXPECT_NEAR(there[i], here[i], 1e-6 * here[i]) << unit << ' ' << i;
  }
}

TEST(covariates, nothing_depends_on_a_unit) {
  expect_no_unit(pareto_buyers());
  expect_no_unit(bg_buyers());
}

TEST(covariates, the_order_of_rows_and_the_threads_change_no_bit_and_a_weight_is_a_repetition) {
  const auto& all = bg_buyers();
  std::vector<double> x, t_x, T, member, age, weight, twice_x, twice_t_x, twice_T, twice_member, twice_age;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::size_t i = (k * 1009 + 17) % all.size();
    x.push_back(all.x[i]);
    t_x.push_back(all.t_x[i]);
    T.push_back(all.T[i]);
    member.push_back(all.member[i]);
    age.push_back(all.age[i]);
    weight.push_back(i % 3 == 0 ? 2.0 : 1.0);
    for (int copy = i % 3 == 0 ? 0 : 1; copy < 2; ++copy) {
      twice_x.push_back(all.x[i]);
      twice_t_x.push_back(all.t_x[i]);
      twice_T.push_back(all.T[i]);
      twice_member.push_back(all.member[i]);
      twice_age.push_back(all.age[i]);
    }
  }
  const auto straight = fit_with_covariates<bg_nbd>(all.rows(), all.plan());
  const covariate_plan shuffled{.names = {"member", "age"}, .columns = {member, age}};
  const auto turned = fit_with_covariates<bg_nbd>({.histories = {x, t_x, T}}, shuffled);
  EXPECT_EQ(turned.values, straight.values);
  EXPECT_EQ(turned.covariance, straight.covariance);
  EXPECT_EQ(turned.log_likelihood, straight.log_likelihood);
  EXPECT_EQ(turned.without.model, straight.without.model);
  const auto weighted = fit_with_covariates<bg_nbd>({.histories = {x, t_x, T}, .weight = weight}, shuffled);
  const weighted_rows twice{.histories = {twice_x, twice_t_x, twice_T}};
  const covariate_plan twice_plan{.names = {"member", "age"}, .columns = {twice_member, twice_age}};
  const auto repeated = fit_with_covariates<bg_nbd>(twice, twice_plan);
  EXPECT_EQ(weighted.values, repeated.values);
  EXPECT_EQ(weighted.rows, repeated.rows);
  const buyers<bg_nbd> many(bg_truth, 9000, 33);
  EXPECT_EQ(fit_with_covariates<bg_nbd>(many.rows(), many.plan(), threads(3)).values,
            fit_with_covariates<bg_nbd>(many.rows(), many.plan()).values);
}

TEST(covariates, coefficients_of_two_processes_may_be_one) {
  const auto& who = pareto_buyers();
  const auto free = fit_with_covariates<pareto_nbd>(who.rows(), who.plan());
  covariate_plan plan = who.plan();
  plan.equal = {0};
  plan.opposite = {1};
  const auto tied = fit_with_covariates<pareto_nbd>(who.rows(), plan);
  EXPECT_EQ(tied.model.coefficients[0][0], tied.model.coefficients[1][0]);
  EXPECT_EQ(tied.model.coefficients[0][1].value, -tied.model.coefficients[1][1].value);
  EXPECT_EQ(tied.free_parameters, 6u);
  EXPECT_EQ(tied.aic(), 12.0 - 2 * tied.log_likelihood);
  EXPECT_LE(tied.log_likelihood, free.log_likelihood);
  // The population is one of such customers, so the constraint costs about one of likelihood and saves on errors.
  EXPECT_GT(likelihood_ratio_test(tied, free).p_value, 1e-3);
  EXPECT_EQ(likelihood_ratio_test(tied, free).degrees_of_freedom, 2);
  const auto want = truth_of(pareto_truth);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double error = tied.standard_errors()[i];
    EXPECT_LT(std::fabs(tied.values[i] - want[i]), 4 * error) << tied.parameter_names[i];
    if (i >= 4) {
      EXPECT_LT(error, free.standard_errors()[i]) << tied.parameter_names[i];
    }
  }
  // The other way round is wrong by ten standard errors.
  plan.equal = {1};
  plan.opposite = {0};
  EXPECT_LT(likelihood_ratio_test(fit_with_covariates<pareto_nbd>(who.rows(), plan), free).p_value, 1e-9);
  // Restricted to one process the other has no coefficient.
  const auto one = fit_with_covariates<pareto_nbd>(
      who.rows(), {.names = {"member", "age"}, .columns = {who.member, who.age}, .moves = {{0, 1}, {0}}});
  EXPECT_EQ(one.free_parameters, 7u);
  EXPECT_EQ(one.parameter_names.back(), "dropout.member");
  EXPECT_LT(one.log_likelihood, free.log_likelihood);
  // A plan that a tie says by a column of the opposite sign is the same plan.
  std::vector<double> minus;
  for (const double a : who.age) minus.push_back(-a);
  const auto mirrored = fit_with_covariates<pareto_nbd>(who.rows(), {.names = {"member", "age", "minus"},
                                                                     .columns = {who.member, who.age, minus},
                                                                     .moves = {{0, 1}, {0, 2}},
                                                                     .equal = {0}});
  EXPECT_EQ(mirrored.free_parameters, 7u);
  EXPECT_NEAR(mirrored.log_likelihood,
              fit_with_covariates<pareto_nbd>(
                  who.rows(), {.names = {"member", "age"}, .columns = {who.member, who.age}, .equal = {0}})
                  .log_likelihood,
              1e-7);
}

TEST(covariates, a_ridge_pulls_towards_no_effect_and_a_prior_towards_its_mean) {
  const auto& who = bg_buyers();
  covariate_plan plan = who.plan();
  double last = inf;
  double top = inf;
  for (const double ridge : {0.0, 1.0, 30.0, 1e3, 1e5, 1e12}) {
    plan.ridge = ridge;
    const auto f = fit_with_covariates<bg_nbd>(who.rows(), plan);
    double length = 0;
    for (const auto& of : f.model.coefficients) {
      for (const coefficient& c : of) length += c.value * c.value;
    }
    EXPECT_LT(length, last) << ridge;
    EXPECT_LT(f.log_likelihood, top) << ridge;
    EXPECT_LE(f.log_posterior, f.log_likelihood) << ridge;
    last = length;
    top = f.log_likelihood;
    EXPECT_EQ(f.penalised, ridge > 0);
    if (ridge == 1e12) {
      EXPECT_LT(std::sqrt(length), 1e-8);
      EXPECT_NEAR(f.log_likelihood, f.without.log_likelihood, 1e-6);
      const auto plain = f.without.model.parameters();
      for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(f.values[i], plain[i], 1e-6 * plain[i]);
      EXPECT_THROW((void)likelihood_ratio_test(f.without, f), contract_error);
      EXPECT_THROW((void)f.aic(), contract_error);
    }
  }
  // A ridge is a normal prior of mean 0 and sd 1/sqrt(ridge) on each coefficient times its column's deviation.
  const auto deviation = [](const std::vector<double>& z) {
    double mean = 0, square = 0;
    for (const double v : z) mean += v / static_cast<double>(z.size());
    for (const double v : z) square += (v - mean) * (v - mean) / static_cast<double>(z.size());
    return std::sqrt(square);
  };
  plan.ridge = 30.0;
  const auto by_ridge = fit_with_covariates<bg_nbd>(who.rows(), plan);
  plan.ridge = 0.0;
  for (const std::size_t p : {0u, 1u}) {
    plan.priors.push_back({p, 0, 0.0, 1 / std::sqrt(30.0) / deviation(who.member)});
    plan.priors.push_back({p, 1, 0.0, 1 / std::sqrt(30.0) / deviation(who.age)});
  }
  const auto by_priors = fit_with_covariates<bg_nbd>(who.rows(), plan);
  for (std::size_t i = 0; i < by_ridge.values.size(); ++i) {
    EXPECT_NEAR(by_priors.values[i], by_ridge.values[i], 1e-6 * (1 + std::fabs(by_ridge.values[i])));
  }
  plan.priors = {{1, 1, -0.8, 1e-6}};
  const auto pinned = fit_with_covariates<bg_nbd>(who.rows(), plan);
  EXPECT_NEAR(pinned.model.coefficients[1][1].value, -0.8, 1e-6);
  EXPECT_GT(std::fabs(pinned.model.coefficients[1][0].value), 0.3);
}

TEST(covariates, a_group_that_never_leaves_has_a_coefficient_without_bound) {
  const members_of_contract some(of_two(shifted_beta_geometric{0.7, 1.8}, {}), 2000, 41);
  std::vector<double> churned = some.churned;
  std::vector<double> duration = some.duration;
  for (std::size_t i = 0; i < churned.size(); ++i) {
    if (some.member[i] == 1) churned[i] = 0, duration[i] = 10;
  }
  const auto f = fit_with_covariates<shifted_beta_geometric>({.contracts = {duration, churned}}, some.plan());
  EXPECT_EQ(f.outcome, fit_status::boundary);
  EXPECT_EQ(f.limit, "a coefficient without bound (churn.member)");
  EXPECT_LT(f.model.coefficients[0][0].value, -5);
}

TEST(covariates, a_population_of_one_rate_names_its_limit) {
  const buyers<pareto_nbd> who(of_two(pareto_nbd{0.9, 8.0, 1e-7, 1e9}, {{{0.6, -0.25}, {0.0, 0.0}}}), 2000, 42);
  const auto f = fit_with_covariates<pareto_nbd>(
      who.rows(), {.names = {"member", "age"}, .columns = {who.member, who.age}, .moves = {{0, 1}, {}}});
  EXPECT_EQ(f.outcome, fit_status::boundary) << f.model.base.s << ' ' << f.model.base.beta;
  EXPECT_EQ(f.limit.substr(0, 19), "NBD without dropout");
}

TEST(covariates, hazards_that_hardly_grow_name_their_limit) {
  const buyers<ggompertz_nbd> who(of_two(ggompertz_nbd{0.9, 8.0, 1e-7, 0.8, 12e-7}, {{{0.6, -0.25}, {-0.5, 0.3}}}), 400,
                                  3);
  const auto f = fit_with_covariates<ggompertz_nbd>(who.rows(), who.plan());
  EXPECT_EQ(f.outcome, fit_status::boundary);
  EXPECT_EQ(f.limit, "Pareto/NBD (b and beta to 0)");
}

// Without covariates these hundred customers look as if all left at one rate; the climb from there ends on a plateau.
TEST(covariates, a_plain_fit_at_a_limit_does_not_hold_the_other_back) {
  const auto truth = of_two(pareto_nbd{0.9, 8.0, 0.8, 12.0}, {{{0.6, -0.25}, {-0.5, 0.2}}});
  const buyers<pareto_nbd> who(truth, 100, 35);
  const auto f = fit_with_covariates<pareto_nbd>(who.rows(), who.plan());
  EXPECT_EQ(f.without.outcome, fit_status::boundary);
  EXPECT_EQ(f.outcome, fit_status::converged) << f.limit;
  double at_truth = 0;
  for (std::size_t i = 0; i < who.size(); ++i) {
    at_truth += log_likelihood(truth.at(who.z(i)), who.rows().histories[i]);
  }
  EXPECT_GT(f.log_likelihood, at_truth);
}

// Over 400 populations without effect a test at 5 % rejects within 5 ± 5·1.09 %.
TEST(covariates, the_test_of_no_effect_rejects_as_often_as_it_says) {
  int rejected = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const members_of_contract who(of_two(shifted_beta_geometric{0.7, 1.8}, {}), 400, 1000 + seed);
    const auto f = fit_with_covariates<shifted_beta_geometric>(who.rows(), who.plan());
    EXPECT_GE(f.log_likelihood, f.without.log_likelihood);
    rejected += likelihood_ratio_test(f.without, f).p_value < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(rejected / 400.0, 0.05, 0.0545);
  EXPECT_GT(rejected, 0);
}

template <class Error>
void expect_refusal(const covariate_plan& plan, const std::string& words) {
  try {
    (void)fit_with_covariates<bg_nbd>(bg_buyers().rows(), plan);
    ADD_FAILURE() << "accepted: " << words;
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find(words), std::string::npos) << e.what();
  }
}

TEST(covariates, columns_that_say_nothing_are_refused_by_name) {
  const auto& who = bg_buyers();
  const auto with = [&](std::vector<double> third) {
    static std::vector<double> kept;
    kept = std::move(third);
    return covariate_plan{.names = {"member", "age", "third"}, .columns = {who.member, who.age, kept}};
  };
  std::vector<double> z = who.age;
  z[7] = not_a_value;
  expect_refusal<data_error>(with(z), "'third' is not a finite number in row 8");
  z[7] = -inf;
  expect_refusal<data_error>(with(z), "'third' is not a finite number in row 8");
  z[7] = 1e101;
  expect_refusal<data_error>(with(z), "'third' exceeds 1e100 in row 8");
  expect_refusal<data_error>(with(std::vector<double>(z.size(), 0.1)), "'third' has one value in every row");
  expect_refusal<data_error>(with(std::vector<double>(z.size(), 0.0)), "'third' is 0 in every row");
  const auto combined = [&](double origin) {
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = origin - 3 * who.age[i] + 0.1 * who.member[i];
    return with(z);
  };
  expect_refusal<data_error>(combined(1e6), "'third' is a linear combination");
  // In different processes the same columns can be told apart; but where 0 is as far away as this, its customer's α
  // would be e^100000.
  for (const double origin : {1e6, 5.0}) {
    covariate_plan apart = combined(origin);
    apart.moves = {{0, 1}, {2}};
    if (origin == 5.0) {
      EXPECT_NO_THROW((void)fit_with_covariates<bg_nbd>(who.rows(), apart));
    } else {
      expect_refusal<data_error>(apart, "subtract from each its mean");
    }
  }
  z.pop_back();
  expect_refusal<contract_error>(with(z), "third has 2999");
  const auto changed = [&](auto change) {
    covariate_plan plan = who.plan();
    change(plan);
    return plan;
  };
  expect_refusal<contract_error>(changed([](auto& p) { p.names = {"age", "age"}; }), "called 'age'");
  expect_refusal<contract_error>(changed([](auto& p) { p.names.pop_back(); }), "1 names and 2 columns");
  expect_refusal<contract_error>(changed([](auto& p) { p.names.clear(); }), "from 1 to 50");
  expect_refusal<contract_error>(changed([](auto& p) { p.names.assign(51, "z"); }), "from 1 to 50");
  expect_refusal<contract_error>(changed([](auto& p) { p.moves = {{0}, {0}}; }), "'age' moves no process");
  expect_refusal<contract_error>(changed([](auto& p) { p.moves = {{0, 0}, {1}}; }), "stands twice");
  expect_refusal<contract_error>(changed([](auto& p) { p.moves = {{0}}; }), "2 processes");
  expect_refusal<contract_error>(changed([](auto& p) { p.moves = {{0, 1}, {2}}; }), "column 2 is unknown");
  expect_refusal<contract_error>(changed([](auto& p) { p.equal = {2}; }), "column 2 is unknown");
  expect_refusal<contract_error>(changed([](auto& p) { p.equal = p.opposite = {0}; }), "twice");
  expect_refusal<contract_error>(changed([](auto& p) { p.moves = {{0, 1}, {1}}, p.equal = {0}; }), "both processes");
  expect_refusal<contract_error>(changed([](auto& p) { p.ridge = -1; }), "ridge");
  expect_refusal<contract_error>(changed([](auto& p) { p.ridge = not_a_value; }), "ridge");
  expect_refusal<contract_error>(changed([](auto& p) { p.priors = {{0, 2, 0, 1}}; }), "no coefficient");
  expect_refusal<contract_error>(changed([](auto& p) { p.priors = {{0, 1, 0, 0}}; }), "'age' needs a finite mean");
  const members_of_contract members(of_two(shifted_beta_geometric{0.7, 1.8}, {}), 100, 51);
  covariate_plan plan = members.plan();
  plan.equal = {0};
  EXPECT_THROW((void)fit_with_covariates<shifted_beta_geometric>(members.rows(), plan), contract_error);
  // A row that is not used may hold anything.
  std::vector<double> weight(who.size(), 1.0);
  weight[7] = 0.0;
  std::vector<double> age = who.age;
  age[7] = not_a_value;
  EXPECT_NO_THROW((void)fit_with_covariates<bg_nbd>({.histories = {who.x, who.t_x, who.T}, .weight = weight},
                                                    {.names = {"member", "age"}, .columns = {who.member, age}}));
}

}  // namespace

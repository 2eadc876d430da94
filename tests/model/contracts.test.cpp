// Contracts: the published numbers, plain twins, and what must hold everywhere; reference.test.cpp holds them to
// tables.
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <support/numbers.hpp>

namespace {

using namespace valorem;

using support::inf;
using support::nan;

// Fader & Hardie (2007) fit two cohorts; models.md C.5 has their maximum to eight digits.
const shifted_beta_geometric regular{.alpha = .7040773, .beta = 1.18204303};
const shifted_beta_geometric high_end{.alpha = .66808835, .beta = 3.80609496};

TEST(contracts, survival_and_retention_of_the_two_cohorts) {
  const double S[2][12]{
      {.626706, .473819, .387974, .332068, .292347, .262456, .239024, .220085, .204411, .19119, .179865, .170037},
      {.850679, .746859, .669789, .609919, .561834, .522216, .488906, .46044, .43578, .414172, .395055, .377999}};
  const double r[2][12]{
      {.626706, .756047, .818823, .855903, .880383, .897754, .910719, .920767, .928781, .935323, .940765, .945362},
      {.850679, .877957, .896807, .910614, .921162, .929483, .936216, .941775, .946442, .950417, .953843, .956826}};
  for (int i = 0; i < 2; ++i) {
    const auto& m = i == 0 ? regular : high_end;
    for (int t = 1; t <= 12; ++t) {
      EXPECT_NEAR(survival(m, t), S[i][t - 1], 6e-7) << t;
      EXPECT_NEAR(retention(m, t), r[i][t - 1], 6e-7) << t;
      EXPECT_NEAR(pmf(m, t), survival(m, t - 1) - survival(m, t), 1e-15) << t;
    }
  }
}

// Fader & Hardie (2010), Table 3, prints two decimals; the six are from 2F1 at forty digits. The third and fourth lines
// are at the published parameters .704, 1.182 and .668, 3.806.
TEST(contracts, residual_lifetimes_at_ten_per_cent) {
  struct line {
    shifted_beta_geometric m;
    double lifetime;
    double residual[5];
  };
  const line lines[] = {{{3.8, 15.2}, 4.008926, {3.309818, 3.451000, 3.586544, 3.716812, 3.842134}},
                        {{.067, .267}, 7.973487, {7.670835, 9.455299, 9.850834, 10.056167, 10.188640}},
                        {{.704, 1.182}, 3.695147, {2.964662, 4.103459, 4.870137, 5.442391, 5.894423}},
                        {{.668, 3.806}, 5.922596, {5.414856, 5.901753, 6.294261, 6.620280, 6.897057}}};
  const double printed[2][5]{{3.31, 3.45, 3.59, 3.72, 3.84}, {7.68, 9.46, 9.86, 10.06, 10.19}};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(expected_lifetime(lines[i].m, .1), lines[i].lifetime, 6e-7);
    for (int n = 1; n <= 5; ++n) {
      const double got = residual_lifetime(lines[i].m, .1, n);
      EXPECT_NEAR(got, lines[i].residual[n - 1], 6e-7) << n;
      if (i < 2) {
        EXPECT_NEAR(got, printed[i][n - 1], .0101) << n;  // one in the last digit printed
      }
    }
  }
}

class draws {
 public:
  double wide(double low, double high) {
    return numeric::exp((low + (high - low) * unit_(random_)) * 2.302585092994045684);
  }
  double whole(double low, double high) { return std::floor(wide(low, high)); }

 private:
  std::mt19937_64 random_{7};
  std::uniform_real_distribution<double> unit_{0.0, 1.0};
};

// Two derivations with nothing in common but lgamma: closed forms, and sums over t.
TEST(contracts, at_c_1_the_weibull_is_the_geometric) {
  draws d;
  for (int i = 0; i < 3000; ++i) {
    const shifted_beta_geometric g{d.wide(-3, 6), d.wide(-3, 6)};
    const beta_discrete_weibull w{g.alpha, g.beta, 1.0};
    const double t = d.whole(0, 12), n = d.whole(0, i % 2 == 0 ? 1 : 9), h = d.whole(0, 9);
    const double rate = i % 5 == 0 ? 0.0 : d.wide(i % 3 == 0 ? -200 : -4, 1);
    const auto shown = testing::Message()
                       << g.alpha << ' ' << g.beta << " t " << t << " n " << n << " h " << h << " rate " << rate;
    EXPECT_EQ(log_survival(w, t), log_survival(g, t)) << shown;
    EXPECT_NEAR(log_retention(w, t), log_retention(g, t), 1e-13 * std::fabs(log_retention(g, t))) << shown;
    EXPECT_NEAR(log_loss(w, t), log_loss(g, t), 1e-13 * (1 + std::fabs(log_loss(g, t)))) << shown;
    const auto same = [&](double a, double b) {
      if (a != b) {
        EXPECT_NEAR(a, b, 2e-12 * b) << shown;
      }
    };
    // 1/(α - 1) amplifies the rounding of α itself.
    if (std::fabs(g.alpha - 1) > 0.01) same(residual_lifetime(w, rate, n), residual_lifetime(g, rate, n));
    if (std::fabs(g.alpha - 1) > 0.01 || rate > 0) same(expected_lifetime(w, rate), expected_lifetime(g, rate));
    same(expected_residual_lifetime(w, h, n), expected_residual_lifetime(g, h, n));
  }
}

TEST(contracts, sums_are_sums) {
  draws d;
  for (int i = 0; i < 300; ++i) {
    const beta_discrete_weibull m{d.wide(-2, 2), d.wide(-2, 2), d.wide(-1, 1)};
    const double rate = d.wide(-2, 0), n = d.whole(0, 2);
    double all = 0, within = 0;
    for (int k = 1; k <= 4000; ++k) {
      const double ratio = numeric::exp(log_survival(m, n - 1 + k) - log_survival(m, n - 1));
      all += ratio * numeric::exp(-(k - 1) * numeric::log1p(rate));
      within += ratio;
      if (k == 10 || k == 4000) {
        EXPECT_NEAR(expected_residual_lifetime(m, k, n), within, 1e-11 * within);
      }
    }
    EXPECT_NEAR(residual_lifetime(m, rate, n), all, 1e-11 * all);
  }
}

TEST(contracts, every_answer_is_a_number_and_keeps_its_order) {
  draws d;
  for (int i = 0; i < 3000; ++i) {
    const beta_discrete_weibull m{d.wide(-3, 6), d.wide(-3, 6), d.wide(-3, 3)};
    const double t = d.whole(0, 15), n = d.whole(0, 12), h = d.whole(0, 15), rate = d.wide(-12, 3);
    const auto shown = testing::Message() << m.alpha << ' ' << m.beta << ' ' << m.c << " t " << t << " n " << n << " h "
                                          << h << " rate " << rate;
    const double S = survival(m, t), r = retention(m, t), p = pmf(m, t);
    for (const double share : {S, r, p}) EXPECT_TRUE(share >= 0 && share <= 1) << share << shown;
    // Neighbours may be nearer to each other than their rounding.
    EXPECT_LE(log_survival(m, t), log_survival(m, t - 1) + 1e-12 * (1 - log_survival(m, t))) << shown;
    EXPECT_TRUE(numeric::is_finite(log_survival(m, t)) && numeric::is_finite(log_pmf(m, t))) << shown;
    constexpr double slack = 1 + 1e-11;
    const double left = residual_lifetime(m, rate, n), within = expected_residual_lifetime(m, h, n);
    EXPECT_TRUE(left >= 0 && left <= (1 + 1 / rate) * slack) << left << shown;
    EXPECT_TRUE(within >= 0 && within <= h * slack) << within << shown;
    EXPECT_LE(within, expected_residual_lifetime(m, 2 * std::min(h, 5e14), n) * slack) << shown;
    EXPECT_GE(left * slack, residual_lifetime(m, 2 * rate, n)) << shown;
    const double total = residual_lifetime(m, 0.0, n);
    EXPECT_TRUE(m.alpha * m.c <= 1 ? total == inf : total * slack >= within) << total << shown;
    EXPECT_TRUE(expected_lifetime(m, rate) >= 1) << shown;
  }
}

TEST(contracts, chances_add_up) {
  for (const beta_discrete_weibull& m : {beta_discrete_weibull{.7, 1.2, 1.0}, beta_discrete_weibull{3, 20, 2.2}}) {
    double sum = 0, product = 1;
    for (int t = 1; t <= 500; ++t) {
      sum += pmf(m, t);
      product *= retention(m, t);
      EXPECT_NEAR(sum + survival(m, t), 1, 1e-14);
      EXPECT_NEAR(product, survival(m, t), 1e-13 * product);
    }
  }
}

TEST(contracts, undiscounted_lifetimes) {
  EXPECT_NEAR(expected_lifetime(shifted_beta_geometric{3, 4}, 0), 1 + 4.0 / 2, 1e-15);
  EXPECT_EQ(expected_lifetime(shifted_beta_geometric{1, 4}, 0), inf);
  EXPECT_EQ(expected_lifetime(beta_discrete_weibull{2, 4, .5}, 0), inf);
  EXPECT_EQ(expected_residual_lifetime(shifted_beta_geometric{3, 4}, inf, 2), 5.0 / 2);
  EXPECT_EQ(expected_residual_lifetime(shifted_beta_geometric{3, 4}, 0), 0.0);
  EXPECT_EQ(expected_residual_lifetime(beta_discrete_weibull{3, 4, 2}, 0), 0.0);
  // α = 1, and its neighbours: Σ_{k<=H} β/(β+k).
  for (const double alpha : {1.0, 1 - 1e-9, 1 + 1e-9, 1 - 1e-6, 1 + 1e-6}) {
    double sum = 0;
    for (int k = 1; k <= 100; ++k) sum += survival(shifted_beta_geometric{alpha, 2}, k);
    EXPECT_NEAR(expected_residual_lifetime(shifted_beta_geometric{alpha, 2}, 100), sum, 1e-13 * sum) << alpha;
  }
}

TEST(contracts, what_lies_outside_is_no_value) {
  const auto refuses = [](const auto& m) {
    for (const double t : {-1.0, .5, 2e15, inf, nan}) {
      EXPECT_TRUE(numeric::is_nan(survival(m, t))) << t;
      EXPECT_TRUE(numeric::is_nan(retention(m, t))) << t;
      EXPECT_TRUE(numeric::is_nan(pmf(m, t))) << t;
      EXPECT_TRUE(numeric::is_nan(residual_lifetime(m, .1, t))) << t;
      EXPECT_TRUE(t == inf || numeric::is_nan(expected_residual_lifetime(m, t, 1))) << t;
    }
    EXPECT_EQ(survival(m, 0), 1);
    EXPECT_EQ(pmf(m, 0), 0);
    EXPECT_TRUE(numeric::is_nan(retention(m, 0)));
    for (const double rate : {-.1, inf, nan, 1e-300}) {
      EXPECT_TRUE(numeric::is_nan(residual_lifetime(m, rate, 1))) << rate;
      EXPECT_TRUE(numeric::is_nan(expected_lifetime(m, rate))) << rate;
    }
    EXPECT_TRUE(numeric::is_nan(residual_lifetime(m, .1, 0)));
    EXPECT_TRUE(numeric::is_nan(log_likelihood(m, contract_history{0, 1})));
    EXPECT_EQ(log_likelihood(m, contract_history{0, 0}), 0);
    EXPECT_EQ(log_likelihood(m, contract_history{3, 1}), log_pmf(m, 3));
    EXPECT_EQ(log_likelihood(m, contract_history{3, 0}), log_survival(m, 3));
    const std::vector<double> bad{1, -1};
    EXPECT_THROW((void)log_likelihood(m, cohort{bad, 1}), contract_error);
    EXPECT_THROW((void)log_likelihood(m, cohort{{}, nan}), contract_error);
  };
  refuses(regular);
  refuses(beta_discrete_weibull{.5, .8, 1.3});
  for (const double bad : {0.0, -1.0, nan, inf}) {
    EXPECT_TRUE(numeric::is_nan(survival(shifted_beta_geometric{bad, 1}, 2))) << bad;
    EXPECT_TRUE(numeric::is_nan(residual_lifetime(shifted_beta_geometric{1, bad}, .1, 2))) << bad;
    EXPECT_TRUE(numeric::is_nan(log_pmf(beta_discrete_weibull{1, 1, bad}, 2))) << bad;
    EXPECT_TRUE(numeric::is_nan(expected_lifetime(beta_discrete_weibull{bad, 1, 1}, .1))) << bad;
  }
  EXPECT_EQ(check(contract_history{nan, 0}), status::missing);
  EXPECT_EQ(check(contract_history{2, nan}), status::missing);
  EXPECT_EQ(check(contract_history{2, .5}), status::invalid);
  EXPECT_EQ(check(contract_history{1.5, 0}), status::invalid);
  EXPECT_EQ(check(contract_history{0, 1}), status::invalid);
  EXPECT_EQ(check(contract_history{0, 0}), status::ok);
  EXPECT_EQ(check_discount(1e-300, 1), status::not_converged);
  EXPECT_EQ(check_discount(-1, 1), status::invalid);
  EXPECT_EQ(check_discount(.1, nan), status::missing);
  EXPECT_EQ(check_horizon(inf, 1), status::ok);
  EXPECT_EQ(check_horizon(2.5, 1), status::invalid);
}

/// The likelihood's derivatives by dual numbers against central differences at fifty digits of the same text, itself
/// held against tables above.
template <template <class> class B, std::size_t N>
void check_derivatives(const std::array<double, N>& at, const contract_history& h) {
  using exact = boost::multiprecision::cpp_bin_float_50;
  using number = numeric::dual<N>;
  std::array<number, N> moving;
  for (std::size_t i = 0; i < N; ++i) moving[i] = number::variable(at[i], i);
  const number got = log_likelihood(B<number>::from(moving), h);
  const exact step("1e-15");
  const auto value = [&](std::size_t i, int si, std::size_t j, int sj) {
    std::array<exact, N> p;
    for (std::size_t k = 0; k < N; ++k) p[k] = at[k];
    p[i] += si * step * at[i];
    p[j] += sj * step * at[j];
    return log_likelihood(B<exact>::from(p), h);
  };
  for (std::size_t i = 0; i < N; ++i) {
    const double slope = static_cast<double>((value(i, 1, i, 0) - value(i, -1, i, 0)) / (2 * step * at[i]));
    EXPECT_NEAR(got.g[i], slope, 1e-11 * (std::fabs(slope) + 1 / at[i])) << i << " at " << h.duration;
    for (std::size_t j = 0; j <= i; ++j) {
      const exact bend = (value(i, 1, j, 1) - value(i, 1, j, -1) - value(i, -1, j, 1) + value(i, -1, j, -1)) /
                         (4 * step * step * at[i] * at[j]);
      const double want = static_cast<double>(bend);
      EXPECT_NEAR(got.h[number::index(i, j)], want, 1e-9 * (std::fabs(want) + 1 / (at[i] * at[j])))
          << i << ' ' << j << " at " << h.duration;
    }
  }
}

TEST(contracts, derivatives_are_slopes) {
  for (const contract_history h : {contract_history{1, 1}, contract_history{1, 0}, contract_history{7, 1},
                                   contract_history{72, 0}, contract_history{1000, 1}}) {
    for (const auto& p : {std::array{.7, 1.2}, std::array{.137, 4.03}, std::array{30.0, 700.0}}) {
      check_derivatives<basic_shifted_beta_geometric>(p, h);
      for (const double c : {.5, 1.0, 1.7}) {
        check_derivatives<basic_beta_discrete_weibull>(std::array{p[0], p[1], c}, h);
      }
    }
  }
}

TEST(contracts, names_and_text) {
  const beta_discrete_weibull m{.5, .8, 1.3};
  EXPECT_EQ(std::get<beta_discrete_weibull>(read_model(to_json(m)).value()), m);
  EXPECT_EQ(std::get<shifted_beta_geometric>(read_model(to_json(regular)).value()), regular);
  EXPECT_THROW(require_legal(beta_discrete_weibull{1, 1, 0}), contract_error);
}

}  // namespace

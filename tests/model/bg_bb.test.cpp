// BG/BB against the donations of Fader, Hardie & Shang (2010), sums of beta functions at 50 digits, and itself.
#include "model/reference_table.hpp"
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <support/numbers.hpp>

namespace {

using namespace valorem;
using exact = boost::multiprecision::cpp_bin_float_50;

using support::inf;

struct donations {
  std::vector<double> x, t_x, n, weight;
};
donations read_donations() {
  const char* folder = std::getenv("VALOREM_DATA_DIR");
  std::ifstream in(std::string(folder != nullptr ? folder : "build/data") + "/donations.csv");
  if (!in) throw std::runtime_error("donations.csv is missing: let tests/run fetch it");
  donations out;
  std::string line;
  for (std::getline(in, line); std::getline(in, line);) {
    const auto c = reference::split(line, ',');
    out.x.push_back(reference::number(c.at(0)));
    out.t_x.push_back(reference::number(c.at(1)));
    out.n.push_back(reference::number(c.at(2)));
    out.weight.push_back(reference::number(c.at(3)));
  }
  return out;
}

const bg_bb published{.alpha = 1.204, .beta = 0.750, .gamma = 0.657, .delta = 2.783};

// The paper's tables, recomputed at its rounded parameters: P(alive in 6 and in 7), expected purchases in 5 and 10
// periods, and the discounted expectation at ten per cent.
struct paper_row {
  double x, t_x, alive_6, alive_7, five, ten, for_ever;
};
constexpr paper_row paper_table[] = {
    {0, 0, .1160966, .1080166, .0728029, .1301038, .1146470},
    {1, 1, .0746001, .0694081, .0856354, .1530364, .1348551},
    {1, 2, .2735982, .2545565, .3140707, .5612660, .4945856},
    {1, 3, .5171746, .4811806, .5936785, 1.0609446, .9349006},
    {1, 4, .7311365, .6802512, .8392910, 1.4998712, 1.3216811},
    {1, 5, .8900098, .8280673, 1.0216658, 1.8257877, 1.6088776},
    {1, 6, 1, .9304025, 1.1479265, 2.0514243, 1.8077078},
    {2, 2, .0713450, .0663795, .1190580, .2127648, .1874876},
    {2, 3, .3211170, .2987681, .5358687, .9576345, .8438641},
    {2, 4, .6336119, .5895141, 1.0573489, 1.8895559, 1.6650699},
    {2, 5, .8646490, .8044716, 1.4428954, 2.5785541, 2.2722127},
    {2, 6, 1, .9304025, 1.6687644, 2.9821976, 2.6279019},
    {3, 3, .1020771, .0949728, .2235082, .3994247, .3519716},
    {3, 4, .4723363, .4394629, 1.0342285, 1.8482381, 1.6286608},
    {3, 5, .8240885, .7667341, 1.8044260, 3.2246344, 2.8415363},
    {3, 6, 1, .9304025, 2.1896022, 3.9129709, 3.4480960},
    {4, 4, .2151041, .2001334, .5830268, 1.0419094, .9181269},
    {4, 5, .7488168, .6967011, 2.0296230, 3.6270771, 3.1961674},
    {4, 6, 1, .9304025, 2.7104400, 4.8437442, 4.2682901},
    {5, 5, .5609489, .5219083, 1.8125817, 3.2392093, 2.8543796},
    {5, 6, 1, .9304025, 3.2312778, 5.7745175, 5.0884842},
    {6, 6, 1, .9304025, 3.7521156, 6.7052908, 5.9086783},
};

TEST(bg_bb, the_22_histories_of_the_donations) {
  for (const paper_row& r : paper_table) {
    const history h{r.x, r.t_x, 6};
    const auto future = given(published, h);
    EXPECT_NEAR(p_alive(published, h), r.alive_6, 6e-8);
    EXPECT_NEAR(std::exp(log_survival(future, 1)), r.alive_7, 6e-8);
    EXPECT_NEAR(expected_purchases(future, 5), r.five, 6e-8);
    EXPECT_NEAR(expected_purchases(future, 10), r.ten, 6e-8);
    EXPECT_NEAR(discounted_purchases(future, 0.1, inf), r.for_ever, 6e-8);
  }
}

TEST(bg_bb, purchases_of_a_new_donor) {
  const double want[] = {.49849,   .923217, 1.296649, 1.631984, 1.937707, 2.219631,
                         2.481934, 2.72773, 2.95941,  3.178854, 3.387571};
  for (int n = 1; n <= 11; ++n) EXPECT_NEAR(expected_purchases(starting(published), n), want[n - 1], 6e-7) << n;
}

TEST(bg_bb, fit_of_the_donations) {
  const donations d = read_donations();
  const auto f = fit<bg_bb>({{d.x, d.t_x, d.n}, d.weight});
  EXPECT_EQ(f.outcome, fit_status::converged);
  const double want[] = {1.20352235, .74971636, .65671821, 2.78344223};
  const double errors[] = {.06939, .02945, .05101, .32082};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(f.model.parameters()[i], want[i], 1e-6 * want[i]);
    EXPECT_NEAR(f.standard_errors()[i], errors[i], 6e-6);
  }
  EXPECT_NEAR(f.log_likelihood, -33225.581274, 1e-8 * 33225);
  EXPECT_EQ(f.rows, 11104);

  // The expected total of the next five periods (Hardie's note: 12884.2) and the counts in sample.
  double five = 0, zero = 0, six = 0;
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    five += d.weight[i] * expected_purchases(given(f.model, {d.x[i], d.t_x[i], d.n[i]}), 5);
  }
  EXPECT_NEAR(five, 12884.157, 6e-4);
  zero = 11104 * pmf(f.model, 0, 6);
  six = 11104 * pmf(f.model, 6, 6);
  EXPECT_NEAR(zero, 3454.9, 0.06);
  EXPECT_NEAR(six, 1253.1, 0.06);
}

exact beta_of(const exact& a, const exact& b) {
  return exp(boost::math::lgamma(a) + boost::math::lgamma(b) - boost::math::lgamma(exact(a + b)));
}

/// Eq. 5 term by term; the first term is the whole history alive.
std::pair<exact, exact> likelihood_by_sum(const bg_bb& m, const history& h) {
  const exact a = m.alpha, b = m.beta, g = m.gamma, d = m.delta;
  const exact scale = beta_of(a, b) * beta_of(g, d);
  const exact alive = beta_of(a + h.x, b + h.T - h.x) * beta_of(g, d + h.T) / scale;
  exact sum = alive;
  for (double i = 0; i < h.T - h.t_x; ++i) {
    sum += beta_of(a + h.x, b + h.t_x - h.x + i) * beta_of(g + 1, d + h.t_x + i) / scale;
  }
  return {sum, alive};
}

double wide(std::mt19937_64& random, double low, double high) {
  return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random));
}

TEST(bg_bb, random_histories_against_50_digits) {
  std::mt19937_64 random(4);
  for (int k = 0; k < 150; ++k) {
    const bg_bb m{wide(random, 1e-3, 1e3), wide(random, 1e-3, 1e3), wide(random, 1e-3, 1e3), wide(random, 1e-3, 1e3)};
    const double n = std::floor(wide(random, 1, 200));
    const double t = std::floor(std::uniform_real_distribution<double>(0, n + 1)(random));
    const double x = t == 0 ? 0 : 1 + std::floor(std::uniform_real_distribution<double>(0, t)(random));
    const history h{x, t, n};
    const auto [likelihood, alive] = likelihood_by_sum(m, h);
    const exact log_l = log(likelihood);
    const double cond = 8 * (x + n + 4);  // no parameter moves ln L by more than about n per unit of its logarithm
    const double bar = std::max(1e-12, 4 * 2.22e-16 * cond);
    EXPECT_LE(static_cast<double>(abs(log_likelihood(m, h) - log_l)),
              bar * std::max(1.0, static_cast<double>(abs(log_l))));
    const exact log_alive = log(exact(alive / likelihood));
    EXPECT_LE(static_cast<double>(abs(log_p_alive(m, h) - log_alive)),
              bar * std::max(1.0, static_cast<double>(abs(log_alive))));
  }
}

TEST(bg_bb, lifetimes_by_sum_by_poles_and_by_quadrature_agree) {
  std::mt19937_64 random(9);
  for (int k = 0; k < 200; ++k) {
    double g = wide(random, 1e-2, 30);
    if (k % 5 == 0) g = 1;
    if (k % 5 == 1) g = 1 + (k % 2 ? 1e-9 : -1e-6);
    const bg_bb_future f{1.3, 0.7, g, wide(random, 1e-2, 300), 0.0};
    const double rate = k % 3 == 0 ? 0.0 : wide(random, 1e-4, 1);
    const double m = std::floor(wide(random, 300, 10000));
    exact term = 1;
    exact sum = 0;
    for (double j = 1; j <= m; ++j) {
      term *= (exact(f.delta) + (j - 1)) / (exact(f.gamma) + f.delta + (j - 1)) / (1 + exact(rate));
      sum += term;
      if (term < sum * exact("1e-40")) break;
    }
    const double got = discounted_lifetime(f, rate, m);
    // 1/(1+rate) is rounded once and raised to the power of the periods that count.
    const double bar = 1e-12 + 4 * 2.22e-16 * std::min(m, rate > 0 ? 1 / rate : m);
    EXPECT_LE(static_cast<double>(abs(exact(got) / sum - 1)), bar)
        << "gamma " << g << " delta " << f.delta << " rate " << rate << " m " << m;
  }
}

TEST(bg_bb, chances_sum_to_one_and_to_the_mean) {
  std::mt19937_64 random(2);
  for (int k = 0; k < 60; ++k) {
    const bg_bb m{wide(random, 1e-2, 1e2), wide(random, 1e-2, 1e2), wide(random, 1e-2, 1e2), wide(random, 1e-2, 1e2)};
    const bg_bb_future f = k % 2 == 0 ? starting(m) : given(m, {2, 5, 9});
    const double periods = std::floor(wide(random, 1, 150));
    double sum = 0, mean = 0;
    for (double n = 0; n <= periods; ++n) {
      const double p = pmf(f, n, periods);
      EXPECT_GE(p, 0);
      sum += p;
      mean += n * p;
      EXPECT_NEAR(cdf(f, n, periods), sum, 1e-13 * periods);
      EXPECT_NEAR(at_least(f, n + 1, periods), 1 - sum, 1e-13 * periods);
    }
    EXPECT_NEAR(sum, 1, 1e-13 * periods);
    EXPECT_NEAR(mean, expected_purchases(f, periods), 1e-12 * (1 + mean));
    EXPECT_EQ(pmf(f, periods + 1, periods), 0);
  }
}

TEST(bg_bb, the_next_purchase_comes_within_its_quantile) {
  const auto f = given(published, {2, 3, 6});
  for (const double q : {0.01, 0.1, 0.2, 0.25}) {
    const double m = next_purchase_quantile(f, q);
    EXPECT_GE(at_least(f, 1, m), q);
    EXPECT_LT(at_least(f, 1, m - 1), q);
  }
  EXPECT_EQ(next_purchase_quantile(f, 0), 0);
  EXPECT_EQ(next_purchase_quantile(f, 0.9), inf) << "she is alive with .32 alone";
  EXPECT_TRUE(std::isnan(next_purchase_quantile(f, 1.5)));
}

TEST(bg_bb, a_column_is_its_rows) {
  std::vector<double> x, t, n, out(std::size(paper_table));
  for (const paper_row& r : paper_table) {
    x.push_back(r.x);
    t.push_back(r.t_x);
    n.push_back(6);
  }
  p_alive(published, history_columns{x, t, n}, out);
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], p_alive(published, {x[i], t[i], n[i]}));
}

TEST(bg_bb, a_hundred_years_of_days) {
  const bg_bb m{1.2, 0.8, 0.6, 250.0};
  for (const history h : {history{5000, 9000, 10000}, history{1, 1, 10000}, history{10000, 10000, 10000}}) {
    EXPECT_TRUE(std::isfinite(log_likelihood(m, h)));
    EXPECT_LE(log_p_alive(m, h), 0);
    const auto f = given(m, h);
    EXPECT_LE(expected_purchases(f, 10000), 10000);
    EXPECT_GE(expected_purchases(f, 10000), expected_purchases(f, 9999));
  }
}

TEST(bg_bb, histories_that_are_no_whole_periods_have_no_answer) {
  for (const history h : {history{1, 1.5, 6}, history{1, 1, 6.5}, history{3, 2, 6}, history{1, 0, 6},
                          history{1, 1, 2e6}, history{-1, 0, 6}}) {
    EXPECT_EQ(check_periods(h), status::invalid);
    EXPECT_TRUE(std::isnan(log_likelihood(published, h)));
    EXPECT_TRUE(std::isnan(expected_purchases(given(published, h), 5)));
  }
  EXPECT_EQ(check_periods({0, 0, 0}), status::ok);
  EXPECT_EQ(p_alive(published, {0, 0, 0}), 1);
  EXPECT_TRUE(std::isnan(pmf(published, 0.5, 3)));
  EXPECT_TRUE(std::isnan(expected_purchases(starting(published), 2.5)));
  EXPECT_TRUE(std::isnan(p_alive(bg_bb{1, 1, 1, -1}, {1, 1, 2})));
}

TEST(bg_bb, gradients_are_the_slopes_of_the_values) {
  using dual = numeric::dual<4>;
  const auto at = published.parameters();
  std::array<dual, 4> variables;
  for (std::size_t i = 0; i < 4; ++i) variables[i] = dual::variable(at[i], i);
  const auto moving = basic_bg_bb<dual>::from(variables);
  for (const history h : {history{2, 3, 6}, history{0, 0, 40}, history{6, 6, 6}, history{1, 1, 300}}) {
    const dual slope = log_likelihood(moving, h);
    for (std::size_t i = 0; i < 4; ++i) {
      auto up = at;
      auto down = at;
      const double step = 1e-5 * at[i];
      up[i] += step;
      down[i] -= step;
      const double difference =
          (log_likelihood(bg_bb::from(up), h) - log_likelihood(bg_bb::from(down), h)) / (2 * step);
      EXPECT_NEAR(slope.g[i], difference, 2e-8 * (1 + std::fabs(difference)));
    }
  }
}

TEST(bg_bb, limits_are_named) {
  // Nobody falls silent: the likelihood rises towards gamma = 0.
  const std::vector<double> x{3, 2, 5, 4, 6}, t{6, 6, 6, 6, 6}, n{6, 6, 6, 6, 6};
  const auto f = fit<bg_bb>({{x, t, n}, {}});
  EXPECT_EQ(f.outcome, fit_status::boundary);
  EXPECT_EQ(f.limit, "nobody leaves (gamma to 0)");
  const std::vector<double> none{0, 0};
  EXPECT_THROW((void)fit<bg_bb>({{none, none, none}, {}}), data_error);
}

}  // namespace

// Fits of BG/CNBD-k and MBG/CNBD-k: to customers of the model itself, to those of its simplest case, and to columns
// whose likelihood has no maximum inside.
#include <valorem/model/fit.hpp>
#include <valorem/model/inference.hpp>
#include <valorem/model/simulate.hpp>
#include <valorem/summary/compress.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace valorem;

struct table {
  std::vector<double> x, t_x, T, log_gaps;

  [[nodiscard]] history_columns histories() const { return {x, t_x, T}; }
  [[nodiscard]] weighted_rows rows() const { return {histories(), {}, log_gaps}; }
  void add(const history& h, double gaps) {
    x.push_back(h.x);
    t_x.push_back(h.t_x);
    T.push_back(h.T);
    log_gaps.push_back(gaps);
  }
};

template <class M>
table drawn(const M& m, double T, std::uint64_t size) {
  table out;
  for (std::uint64_t i = 0; i < size; ++i) {
    const simulated_customer c = simulate(m, T, 3, i);
    out.add(c.seen, c.log_gaps);
  }
  return out;
}

template <class M>
double total(const M& m, const table& d) {
  double sum = 0;
  for (std::size_t i = 0; i < d.x.size(); ++i) sum += log_likelihood(m, d.histories()[i], d.log_gaps[i]);
  return sum;
}

template <class M>
void expect_found(const M& truth, double T) {
  SCOPED_TRACE(testing::Message() << M::model_name << " k " << truth.k);
  const table d = drawn(truth, T, 3000);
  const auto f = fit<M>(d.rows());
  EXPECT_EQ(f.outcome, fit_status::converged);
  EXPECT_EQ(f.model.k, truth.k);
  const auto errors = f.standard_errors();
  for (std::size_t i = 0; i < 4; ++i) {
    // 4.5 standard errors, which the estimate's own logarithm is nearer to a normal one in.
    EXPECT_NEAR(std::log(f.model.parameters()[i] / truth.parameters()[i]), 0, 4.5 * errors[i] / f.model.parameters()[i])
        << M::parameter_names[i];
    EXPECT_LT(std::fabs(f.gradient[i]), 1e-3 * std::max(1.0, std::fabs(f.log_likelihood) * 1e-6));
  }
  EXPECT_NEAR(f.log_likelihood, total(f.model, d), 1e-10 * std::fabs(f.log_likelihood));
  EXPECT_GT(f.log_likelihood, total(truth, d));
  // What each k reaches: the k found is the best, and each is the fit at that k.
  ASSERT_EQ(f.log_likelihood_of_k.size(), static_cast<std::size_t>(max_stages));
  EXPECT_EQ(
      std::max_element(f.log_likelihood_of_k.begin(), f.log_likelihood_of_k.end()) - f.log_likelihood_of_k.begin(),
      truth.k - 1);
  EXPECT_EQ(f.free_parameters(), 5);
  EXPECT_DOUBLE_EQ(f.aic(), 10 - 2 * f.log_likelihood);
  EXPECT_DOUBLE_EQ(f.bic(), 5 * std::log(3000.0) - 2 * f.log_likelihood);
  const int other = truth.k == 1 ? 2 : truth.k - 1;
  for (const int k : {truth.k, other}) {
    const auto at = fit_at<M>(k, d.rows());
    EXPECT_EQ(at.model.k, k);
    EXPECT_TRUE(at.log_likelihood_of_k.empty());
    EXPECT_EQ(at.free_parameters(), 4);
    EXPECT_NEAR(at.log_likelihood, f.log_likelihood_of_k[static_cast<std::size_t>(k - 1)],
                1e-8 * std::fabs(at.log_likelihood));
    EXPECT_NEAR(at.log_likelihood, total(at.model, d), 1e-10 * std::fabs(at.log_likelihood));
  }
}

TEST(erlang_fit, finds_the_stages_and_parameters_that_customers_were_drawn_with) {
  expect_found(mbg_cnbd{3, 1.5, 2.0, 0.9, 2.5}, 52.0);
  expect_found(bg_cnbd{2, 1.2, 2.5, 0.8, 2.5}, 52.0);
  expect_found(mbg_cnbd{1, 0.8, 4.0, 0.9, 2.5}, 52.0);
}

TEST(erlang_fit, one_stage_is_the_plain_fit) {
  const table d = drawn(mbg_cnbd{1, 0.8, 4.0, 0.9, 2.5}, 52.0, 1500);
  const auto plain = fit<mbg_nbd>({d.histories()});
  const auto one = fit_at<mbg_cnbd>(1, {d.histories()});  // needs no gaps
  EXPECT_NEAR(one.log_likelihood, plain.log_likelihood, 1e-10 * std::fabs(plain.log_likelihood));
  const auto bg = fit<bg_nbd>({d.histories()});
  const auto one_bg = fit_at<bg_cnbd>(1, d.rows());
  EXPECT_NEAR(one_bg.log_likelihood, bg.log_likelihood, 1e-10 * std::fabs(bg.log_likelihood));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(one.model.parameters()[i], plain.model.parameters()[i], 1e-5 * plain.model.parameters()[i]);
    EXPECT_NEAR(one_bg.model.parameters()[i], bg.model.parameters()[i], 1e-5 * bg.model.parameters()[i]);
    EXPECT_NEAR(one.standard_errors()[i], plain.standard_errors()[i], 1e-4 * plain.standard_errors()[i]);
  }
}

TEST(erlang_fit, compressed_rows_in_any_order_and_any_threads_give_the_same_bits) {
  table d = drawn(mbg_cnbd{2, 1.0, 3.0, 0.9, 2.5}, 30.0, 5000);
  const auto of = [](const table& t, unsigned workers) {
    const auto rows = compress(t.histories(), {}, t.log_gaps);
    return fit<mbg_cnbd>({rows.columns(), rows.weight, rows.log_gaps}, threads(workers));
  };
  const auto want = of(d, 1);
  EXPECT_EQ(want.model.k, 2);
  EXPECT_NEAR(want.log_likelihood, total(want.model, d), 1e-10 * std::fabs(want.log_likelihood));
  std::vector<std::size_t> order(d.x.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::mt19937_64 random(4);
  std::ranges::shuffle(order, random);
  table shuffled;
  for (const std::size_t i : order) shuffled.add(d.histories()[i], d.log_gaps[i]);
  const auto got = of(shuffled, 2);
  EXPECT_EQ(got.model, want.model);
  EXPECT_EQ(got.log_likelihood, want.log_likelihood);
  EXPECT_EQ(got.log_likelihood_of_k, want.log_likelihood_of_k);
  EXPECT_EQ(got.covariance, want.covariance);
}

TEST(erlang_fit, profile_intervals_end_where_the_likelihood_has_fallen_by_half_a_quantile) {
  const table d = drawn(mbg_cnbd{2, 1.5, 3.0, 0.9, 2.5}, 40.0, 2000);
  const auto f = fit<mbg_cnbd>(d.rows());
  ASSERT_EQ(f.model.k, 2);
  const auto ends = profile_intervals(d.rows(), f);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_LT(ends[i].low, f.model.parameters()[i]);
    EXPECT_GT(ends[i].high, f.model.parameters()[i]);
    // At an end the best of the others falls short by 1.92 (a chi-square's 95 % half); with them left where they were
    // the likelihood is lower still.
    auto p = f.model.parameters();
    p[i] = ends[i].high;
    EXPECT_GE(f.log_likelihood - total(mbg_cnbd::from(p, 2), d), 1.9207);
  }
  EXPECT_THROW((void)profile_intervals({d.histories()}, f), contract_error) << "the gaps are needed";
}

/// Each limit that a fit names, with a column whose likelihood rises towards it.
TEST(erlang_fit, names_the_limit_that_the_likelihood_runs_to) {
  const auto limit_at = [](int k, const table& d) {
    const auto f = fit_at<mbg_cnbd>(k, d.rows());
    EXPECT_EQ(f.outcome, fit_status::boundary) << name(f.outcome) << " r " << f.model.r << " alpha " << f.model.alpha
                                               << " a " << f.model.a << " b " << f.model.b;
    return f.limit;
  };
  // Nobody leaves: a customer is one of many whose last purchase is never long ago.
  table stays;
  for (int i = 0; i < 200; ++i) {
    const auto c = simulate(bg_cnbd{2, 2.0, 1.0, 1e-9, 1e3}, 50.0, 5, static_cast<std::uint64_t>(i));
    stays.add(c.seen, c.log_gaps);
  }
  EXPECT_EQ(limit_at(2, stays), "NBD without dropout (a to 0)");
  // All leave after the first purchase.
  table once;
  for (int i = 0; i < 50; ++i) once.add({0, 0, 30.0}, 0.0);
  EXPECT_EQ(limit_at(2, once).empty(), false);
  // One event rate for all, and gaps more regular than the model's.
  EXPECT_EQ(limit_at(3, drawn(mbg_cnbd{6, 1e6, 5e5, 0.8, 2.5}, 60.0, 400)),
            "one purchase rate for all (r and alpha to infinity)");
  // One dropout chance for all.
  EXPECT_EQ(limit_at(2, drawn(mbg_cnbd{2, 2.0, 1.0, 1e6, 3e6}, 60.0, 400)),
            "one dropout chance for all (a and b to infinity)");
  // She leaves at once or never.
  EXPECT_EQ(limit_at(2, drawn(mbg_cnbd{2, 2.0, 1.0, 1e-6, 1e-6}, 60.0, 400)),
            "dropout for certain or never (a and b to 0)");
}

TEST(erlang_fit, refuses_what_cannot_be_fitted) {
  const table d = drawn(mbg_cnbd{2, 1.0, 3.0, 0.9, 2.5}, 30.0, 50);
  EXPECT_THROW((void)fit<mbg_cnbd>({d.histories()}), contract_error) << "no gaps";
  EXPECT_THROW((void)fit_at<bg_cnbd>(2, {d.histories()}), contract_error);
  for (const int k : {0, -3, 13}) EXPECT_THROW((void)fit_at<bg_cnbd>(k, d.rows()), contract_error);
  const std::vector<double> short_column(3, 0.0);
  EXPECT_THROW((void)fit<bg_cnbd>({d.histories(), {}, short_column}), contract_error);
  EXPECT_THROW((void)fit<bg_cnbd>({d.histories(), short_column, d.log_gaps}), contract_error);
}

TEST(erlang_fit, a_row_with_impossible_gaps_changes_nothing) {
  table d = drawn(mbg_cnbd{2, 1.0, 3.0, 0.9, 2.5}, 30.0, 300);
  const auto clean = fit_at<mbg_cnbd>(2, d.rows());
  d.add({2, 10, 20}, not_a_value);
  d.add({2, 10, 20}, 2 * std::log(5.0) + 0.1);
  d.add({0, 0, 20}, 1.0);
  EXPECT_EQ(fit_at<mbg_cnbd>(2, d.rows()).model, clean.model);
  const auto rows = compress(d.histories(), {}, d.log_gaps);
  double weight = 0;
  for (const double w : rows.weight) weight += w;
  EXPECT_EQ(weight, 300);
}

}  // namespace

#include <valorem/ledger/lifetime_ratio.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::lifetime_ratio;
using valorem::lifetime_ratio_result;
using valorem::status;
using column = std::vector<double>;

using support::inf;
using support::nan;

TEST(lifetime_ratio, golden_g3) {
  const column R{100, 60, 40}, C{20, 30, 50};
  const double rho[]{4, 1, -0.2};
  for (std::size_t t = 0; t < 3; ++t) EXPECT_EQ(valorem::ratio(R[t], C[t]).value, rho[t]);
  const auto all = lifetime_ratio(R, C);
  EXPECT_EQ(all.pooled.value, 1.0);
  EXPECT_EQ(all.mean_of_ratios.value, (4 + 1 - 0.2) / 3);
  EXPECT_NEAR(all.mean_of_ratios.value, 1.6, 0x1p-52);  // -0.2 is no double: the quotient lands one ulp below
  EXPECT_EQ(all.share_positive.value, 2.0 / 3);
  EXPECT_EQ(all.n_periods, 3u);
  EXPECT_EQ(all.n_undefined, 0u);
}

TEST(lifetime_ratio, pooled_is_the_cost_weighted_mean_of_the_ratios) {
  using wide = boost::multiprecision::cpp_bin_float_50;
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> money(1, 300);
  for (int customer = 0; customer < 500; ++customer) {
    column R, C;
    wide weighted = 0, costs = 0, mean = 0;
    for (int t = 0; t < 40; ++t) {
      R.push_back(money(random));
      C.push_back(money(random));
      const wide rho = (wide(R.back()) - wide(C.back())) / wide(C.back());
      weighted += rho * wide(C.back());
      costs += wide(C.back());
      mean += rho / 40;
    }
    const auto all = lifetime_ratio(R, C);
    // 40 additions to a sum below 12,000: an absolute error below 40 ulp of it, relative to a total cost above 4,000.
    EXPECT_NEAR(all.pooled.value, static_cast<double>(weighted / costs), 1e-14);
    // The ratios reach 300: 40 additions at ulp(12,000) = 1.8e-12, divided by 40.
    EXPECT_NEAR(all.mean_of_ratios.value, static_cast<double>(mean), 2e-12);
  }
}

TEST(lifetime_ratio, a_free_period_leaves_the_pooled_ratio_and_takes_the_mean) {
  const auto all = lifetime_ratio(column{100, 50, 0}, column{50, 0, 0});
  EXPECT_EQ(all.pooled.value, 2.0);
  EXPECT_EQ(all.pooled.why, status::ok);
  EXPECT_TRUE(std::isnan(all.mean_of_ratios.value));
  EXPECT_EQ(all.mean_of_ratios.why, status::undefined);
  EXPECT_EQ(all.n_undefined, 2u);
  EXPECT_EQ(all.share_positive.value,
            2.0 / 3);  // the free period with revenue counts as above 0, the idle one does not
}

TEST(lifetime_ratio, never_any_cost) {
  const auto paid = lifetime_ratio(column{1, 2}, column{0, 0});
  EXPECT_EQ(paid.pooled.why, status::no_cost);
  EXPECT_EQ(paid.pooled.value, inf);
  EXPECT_EQ(paid.n_undefined, 2u);
  const auto idle = lifetime_ratio(column{0, 0}, column{0, 0});
  EXPECT_EQ(idle.pooled.why, status::inactive);
  EXPECT_EQ(idle.share_positive.value, 0);
}

TEST(lifetime_ratio, no_periods) {
  const auto none = lifetime_ratio(column{}, column{});
  EXPECT_EQ(none.pooled.why, status::inactive);
  EXPECT_EQ(none.mean_of_ratios.why, status::undefined);
  EXPECT_EQ(none.share_positive.why, status::undefined);
  EXPECT_TRUE(std::isnan(none.share_positive.value));
  EXPECT_EQ(none.n_periods, 0u);
}

TEST(lifetime_ratio, one_bad_period_is_the_whole_customers_and_the_gravest_names_it) {
  const auto check = [](double r, double c, status why) {
    const auto all = lifetime_ratio(column{100, r, 40}, column{20, c, 50});
    for (const auto& a : {all.pooled, all.mean_of_ratios, all.share_positive}) {
      EXPECT_EQ(a.why, why);
      EXPECT_TRUE(std::isnan(a.value));
    }
    EXPECT_EQ(all.n_undefined, 1u);
  };
  check(nan, 1, status::missing);
  check(1, nan, status::missing);
  check(inf, 1, status::invalid);
  check(1, -1, status::negative_cost);
  const auto all = lifetime_ratio(column{1, nan, inf}, column{-1, 1, 1});
  EXPECT_EQ(all.pooled.why, status::missing);
}

TEST(lifetime_ratio, sums_that_overflow_are_invalid_not_infinite) {
  const column R{1e308, 1e308}, C{1e300, 1e300};
  const auto all = lifetime_ratio(R, C);
  EXPECT_EQ(all.pooled.why, status::invalid);
  EXPECT_TRUE(std::isnan(all.pooled.value));
  EXPECT_EQ(all.mean_of_ratios.why, status::ok);
  const auto steep = lifetime_ratio(column{1e308, 1e308}, column{1, 1});
  EXPECT_EQ(steep.mean_of_ratios.why, status::invalid);
}

TEST(lifetime_ratio, a_table_of_periods_gives_each_customer_her_own_answer) {
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> money(0, 90);
  std::uniform_int_distribution<std::size_t> length(0, 5);
  column R, C;
  std::vector<std::size_t> offsets{0};
  for (int i = 0; i < 9000; ++i) {
    for (std::size_t t = length(random); t > 0; --t) {
      R.push_back(money(random));
      C.push_back(i % 11 == 0 ? nan : money(random));
    }
    offsets.push_back(R.size());
  }
  for (const unsigned workers : {1u, 2u, 3u, 7u}) {
    std::vector<lifetime_ratio_result> out(9000);
    lifetime_ratio(R, C, offsets, out, valorem::threads(workers));
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto rows = offsets[i + 1] - offsets[i];
      const auto one = lifetime_ratio(std::span(R).subspan(offsets[i], rows), std::span(C).subspan(offsets[i], rows));
      ASSERT_EQ(out[i].pooled.why, one.pooled.why);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(out[i].pooled.value), std::bit_cast<std::uint64_t>(one.pooled.value));
      ASSERT_EQ(out[i].n_periods, rows);
    }
  }
}

TEST(lifetime_ratio, bad_offsets_are_refused) {
  const column R{1, 2, 3}, C{1, 1, 1};
  std::vector<lifetime_ratio_result> out(2);
  const auto with = [&](std::vector<std::size_t> offsets) { lifetime_ratio(R, C, offsets, out); };
  EXPECT_NO_THROW(with({0, 1, 3}));
  EXPECT_THROW(with({0, 3}), valorem::contract_error);
  EXPECT_THROW(with({0, 1, 2}), valorem::contract_error);
  EXPECT_THROW(with({1, 1, 3}), valorem::contract_error);
  EXPECT_THROW(with({0, 4, 3}), valorem::contract_error);
  EXPECT_THROW(with({}), valorem::contract_error);
  EXPECT_THROW((void)lifetime_ratio(R, column{1}), valorem::contract_error);
}

}  // namespace

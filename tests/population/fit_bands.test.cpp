#include <valorem/population/fit_bands.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::band_method;
using valorem::band_reason;
using valorem::bands;
using valorem::fit;
using valorem::quantile_bands;
using valorem::z_bands;
using column = std::vector<double>;

using support::inf;
using support::nan;
const column seed{-1, 0, 1, 2, 2, 3, 3, 4, 5, 11};

column to_column(std::span<const double> s) {
  return {s.begin(), s.end()};
}

column drawn_scores(std::size_t n) {
  column x(n);
  std::mt19937_64 random(17);
  std::normal_distribution<double> draw(2, 3);
  for (auto& v : x) v = draw(random);
  return x;
}

TEST(fit_z_bands, golden_g4) {
  const bands b = fit(z_bands{}, seed);
  EXPECT_EQ(b.origin().reason, band_reason::fitted);
  EXPECT_EQ(b.origin().method, band_method::z);
  EXPECT_EQ(b.origin().mean, 3);
  EXPECT_DOUBLE_EQ(b.origin().sd, 10.0 / 3);
  const column cuts{3 - 20.0 / 3, 3 - 10.0 / 3, 3 + 10.0 / 3, 3 + 20.0 / 3};
  for (std::size_t k = 0; k < 4; ++k) EXPECT_DOUBLE_EQ(b.cuts()[k], cuts[k]);
  EXPECT_EQ(b.origin().observed, (column{0, 0.1, 0.8, 0, 0.1}));
  const double shares[]{.0227501319481792, .1359051219832778, .6826894921370859, .1359051219832778, .0227501319481792};
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(b.origin().expected[k], shares[k], 1e-15);
  EXPECT_EQ(b.name(b.assign(-1)), "low");
  EXPECT_EQ(b.name(b.assign(11)), "very_high");
  for (const double x : {0., 1., 2., 3., 4., 5.}) EXPECT_EQ(b.name(b.assign(x)), "mid");
  EXPECT_EQ(b.origin().kept, b.origin().asked);
  EXPECT_TRUE(b.origin().merged.empty());
}

TEST(fit_z_bands, tail_shares) {
  const z_bands top = z_bands::above(column{0.05});
  ASSERT_EQ(top.cuts.size(), 1u);
  EXPECT_NEAR(top.cuts[0], 1.6448536269514727, 1e-14);
  const column x = drawn_scores(200000);
  const bands b = fit(top, x);
  EXPECT_NEAR(b.origin().expected[1], 0.05, 1e-15);
  EXPECT_NEAR(b.origin().observed[1], 0.05, 0.0025);  // five standard errors of a share of 0.05 among 200,000
  EXPECT_THROW((void)z_bands::above(column{0}), valorem::contract_error);
  EXPECT_THROW((void)z_bands::above(column{nan}), valorem::contract_error);
  EXPECT_THROW((void)fit(z_bands::above(column{0.05, 0.2}), x), valorem::contract_error);  // ascending shares
}

TEST(fit_z_bands, rows_without_a_finite_value_change_no_cut) {
  column x = seed;
  x.insert(x.begin(), {nan, inf, nan});
  x.push_back(-inf);
  const bands b = fit(z_bands{}, x), clean = fit(z_bands{}, seed);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_DOUBLE_EQ(b.cuts()[k], clean.cuts()[k]);
  EXPECT_EQ(b.origin().n_used, 10u);
  EXPECT_EQ(b.origin().n_missing, 2u);
  EXPECT_EQ(b.origin().n_infinite, 2u);
  // Twelve rows are in a band: the infinite ones rank at the ends.
  EXPECT_EQ(b.origin().observed, (column{1.0 / 12, 1.0 / 12, 8.0 / 12, 0, 2.0 / 12}));
}

TEST(fit_z_bands, nothing_to_cut) {
  const bands constant = fit(z_bands{}, column(100, 0.1));
  EXPECT_EQ(constant.origin().reason, band_reason::constant);
  EXPECT_EQ(constant.size(), 1u);
  EXPECT_EQ(constant.assign(5), 0);
  EXPECT_EQ(constant.origin().observed, column{1});
  EXPECT_EQ(constant.origin().expected, column{1});
  EXPECT_EQ(fit(z_bands{}, column{7}).origin().reason, band_reason::constant);
  const bands empty = fit(z_bands{}, column{nan, nan});
  EXPECT_EQ(empty.origin().reason, band_reason::empty);
  EXPECT_EQ(empty.size(), 1u);
  EXPECT_TRUE(std::isnan(empty.origin().observed[0]));
  EXPECT_EQ(fit(z_bands{}, column{}).origin().reason, band_reason::empty);
  EXPECT_EQ(fit(z_bands{}, column{inf, inf}).origin().reason, band_reason::empty);
  const double huge = std::numeric_limits<double>::max(), tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(fit(z_bands{}, column{huge, -huge, 0}).origin().reason, band_reason::unmeasurable);
  EXPECT_EQ(fit(z_bands{}, column{0, tiny}).origin().reason, band_reason::unmeasurable);
  EXPECT_EQ(fit(z_bands{}, column{huge, -huge}).size(), 1u);
}

TEST(fit_z_bands, cuts_that_doubles_cannot_tell_apart_are_merged_and_told) {
  // Around 2^53 the doubles are 2 apart; the spread is about 1.4, so neighbouring z fall on one double.
  const bands b = fit(z_bands{.cuts = {-.2, -.1, .1, .2}}, column{0x1p53, 0x1p53 + 2});
  EXPECT_LT(b.cuts().size(), 4u);
  EXPECT_EQ(b.origin().merged.size() + b.origin().kept.size(), 4u);
  EXPECT_NEAR(std::accumulate(b.origin().expected.begin(), b.origin().expected.end(), 0.0), 1, 1e-15);
}

TEST(fit_quantile_bands, golden_g6) {
  const bands b = fit(quantile_bands{}, seed);
  EXPECT_EQ(to_column(b.cuts()), (column{0.8, 2, 3, 4.2}));
  std::vector<std::int8_t> code(10);
  b.assign(seed, code);
  std::vector<int> count(5);
  for (const auto c : code) ++count[static_cast<std::size_t>(c)];
  EXPECT_EQ(count, (std::vector<int>{2, 1, 2, 3, 2}));
  EXPECT_EQ(b.origin().observed, (column{.2, .1, .2, .3, .2}));
  for (const double share : b.origin().expected) EXPECT_NEAR(share, 0.2, 1e-15);
  EXPECT_EQ(b.name(4), "very_high");
}

TEST(fit_quantile_bands, ties_are_merged_and_told) {
  column x(60, 0.0);
  for (int i = 1; i <= 40; ++i) x.push_back(i);
  const bands b = fit(quantile_bands{}, x);
  // The cuts at 20 % and 40 % are 0, and nothing lies below 0: they add no band.
  EXPECT_EQ(b.origin().merged, (column{.2, .4}));
  EXPECT_EQ(b.origin().kept, (column{.6, .8}));
  EXPECT_EQ(b.size(), 3u);
  EXPECT_EQ(b.name(0), "band_1");
  EXPECT_NEAR(b.origin().expected[0], 0.6, 1e-15);
  EXPECT_NEAR(b.origin().observed[0], 0.6, 1e-15);
  x.insert(x.end(), 30, -5);
  const bands twice = fit(quantile_bands{.shares = {.3, .4, .5, .9}}, x);
  EXPECT_EQ(twice.origin().merged, (column{.4, .5}));
  EXPECT_EQ(to_column(twice.cuts()).front(), 0);
}

TEST(fit_quantile_bands, nothing_to_cut) {
  const bands constant = fit(quantile_bands{}, column(9, 4.0));
  EXPECT_EQ(constant.origin().reason, band_reason::constant);
  EXPECT_EQ(constant.size(), 1u);
  EXPECT_EQ(fit(quantile_bands{}, column{}).origin().reason, band_reason::empty);
  EXPECT_EQ(fit(quantile_bands{}, column{nan}).origin().n_missing, 1u);
  EXPECT_EQ(fit(quantile_bands{}, column{-inf, -inf}).origin().reason, band_reason::constant);
}

TEST(fit_quantile_bands, infinite_rows_rank) {
  const bands b = fit(quantile_bands{.shares = {.25, .75}}, column{-inf, -inf, 1, 2, 3, 4, inf, inf, nan});
  EXPECT_EQ(b.origin().n_used, 4u);
  EXPECT_EQ(b.origin().n_infinite, 4u);
  // -inf has nothing below it; +inf cuts the customers without cost off from all others.
  EXPECT_EQ(to_column(b.cuts()), column{inf});
  EXPECT_EQ(b.origin().merged, column{.25});
  EXPECT_EQ(b.assign(1e308), 0);
  EXPECT_EQ(b.assign(inf), 1);
}

TEST(fit_bands, whole_weights_repeat_rows) {
  const column x{1, 2, 3, 4, 50}, w{3, 1, 0, 2, 1};
  const column repeated{1, 1, 1, 2, 4, 4, 50};
  const bands a = fit(z_bands{}, x, w), b = fit(z_bands{}, repeated);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_DOUBLE_EQ(a.cuts()[k], b.cuts()[k]);
  EXPECT_EQ(a.origin().observed, b.origin().observed);
  EXPECT_EQ(a.origin().n_used, 4u);
  const bands q = fit(quantile_bands{.shares = {.5}}, x, w);
  EXPECT_EQ(to_column(q.cuts()), column{2});
  EXPECT_NEAR(q.origin().observed[0], 3.0 / 7, 1e-15);
  EXPECT_THROW((void)fit(z_bands{}, x, column{1, 1, 1, 1, -1}), valorem::data_error);
  EXPECT_THROW((void)fit(quantile_bands{}, x, column{1, 1, 1, 1, -1}), valorem::data_error);
  EXPECT_THROW((void)fit(z_bands{}, x, column{1}), valorem::contract_error);
}

TEST(fit_bands, weights_that_are_all_zero_leave_nothing_to_cut) {
  EXPECT_THROW((void)fit(z_bands{}, seed, column(10, 0.0)), valorem::data_error);
  EXPECT_THROW((void)fit(quantile_bands{}, seed, column(10, 0.0)), valorem::data_error);
}

TEST(fit_bands, the_same_bits_for_any_number_of_threads_and_scaled_cuts_for_scaled_rows) {
  column x = drawn_scores(4096 * 3 + 1);
  const bands z = fit(z_bands{}, x), q = fit(quantile_bands{}, x);
  for (const unsigned workers : {2u, 3u, 7u}) {
    EXPECT_EQ(to_column(fit(z_bands{}, x, {}, valorem::threads(workers)).cuts()), to_column(z.cuts()));
    EXPECT_EQ(fit(z_bands{}, x, {}, valorem::threads(workers)).origin().observed, z.origin().observed);
    EXPECT_EQ(to_column(fit(quantile_bands{}, x, {}, valorem::threads(workers)).cuts()), to_column(q.cuts()));
  }
  column scaled = x;
  for (auto& v : scaled) v *= 0x1p-30;
  std::vector<std::int8_t> code(x.size()), again(x.size());
  z.assign(x, code);
  fit(z_bands{}, scaled).assign(scaled, again);
  EXPECT_EQ(code, again);
  std::shuffle(x.begin(), x.end(), std::mt19937_64(2));
  EXPECT_EQ(to_column(fit(quantile_bands{}, x).cuts()), to_column(q.cuts()));
  EXPECT_NEAR(std::accumulate(z.origin().observed.begin(), z.origin().observed.end(), 0.0), 1, 1e-15);
}

TEST(fit_bands, bad_options_are_refused) {
  for (const column& cuts : {column{}, column{1, 1}, column{2, 1}, column{nan}, column{inf}})
    EXPECT_THROW((void)fit(z_bands{.cuts = cuts}, seed), valorem::contract_error);
  for (const column& shares : {column{}, column{0, .5}, column{.5, 1}, column{.5, .5}, column{nan}})
    EXPECT_THROW((void)fit(quantile_bands{.shares = shares}, seed), valorem::contract_error);
  EXPECT_THROW((void)fit(z_bands{.cuts = column(127, 0)}, seed), valorem::contract_error);
}

}  // namespace

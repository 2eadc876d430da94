#include <valorem/population/bands.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::bands;
using valorem::missing_band;
using column = std::vector<double>;

using support::inf;
using support::nan;

int by_upper_bound(double x, const column& cuts) {
  if (std::isnan(x)) return -1;
  return static_cast<int>(std::upper_bound(cuts.begin(), cuts.end(), x) - cuts.begin());
}

TEST(bands, a_row_on_a_cut_belongs_above_it) {
  const bands b({-2, -1, 1, 2});
  EXPECT_EQ(b.size(), 5u);
  EXPECT_EQ(b.assign(-inf), 0);
  EXPECT_EQ(b.assign(-2.5), 0);
  EXPECT_EQ(b.assign(-2), 1);
  EXPECT_EQ(b.assign(std::nextafter(-2, -3)), 0);
  EXPECT_EQ(b.assign(0), 2);
  EXPECT_EQ(b.assign(std::nextafter(2, 0)), 3);
  EXPECT_EQ(b.assign(2), 4);
  EXPECT_EQ(b.assign(inf), 4);
  EXPECT_EQ(b.assign(nan), missing_band);
  EXPECT_EQ(b.assign(-nan), missing_band);
}

TEST(bands, signed_zeros_and_subnormals) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const bands b({0.0}), n({-0.0});
  for (const bands& each : {b, n}) {
    EXPECT_EQ(each.assign(-0.0), 1);
    EXPECT_EQ(each.assign(0.0), 1);
    EXPECT_EQ(each.assign(-tiny), 0);
    EXPECT_EQ(each.assign(tiny), 1);
  }
}

TEST(bands, an_infinite_cut_keeps_infinite_rows_apart) {
  const bands b({1, inf});
  EXPECT_EQ(b.assign(1e308), 1);
  EXPECT_EQ(b.assign(inf), 2);
  EXPECT_EQ(b.assign(nan), missing_band);
}

TEST(bands, names) {
  const bands five({-2, -1, 1, 2}), three({1, 2}), one(column{});
  EXPECT_EQ(five.name(0), "very_low");
  EXPECT_EQ(five.name(1), "low");
  EXPECT_EQ(five.name(2), "mid");
  EXPECT_EQ(five.name(3), "high");
  EXPECT_EQ(five.name(4), "very_high");
  EXPECT_EQ(five.name(missing_band), "missing");
  EXPECT_EQ(five.name(5), "unknown_band");
  EXPECT_EQ(five.name(-2), "unknown_band");
  EXPECT_EQ(three.name(0), "band_1");
  EXPECT_EQ(three.name(2), "band_3");
  EXPECT_EQ(one.size(), 1u);
  EXPECT_EQ(one.name(0), "band_1");
  EXPECT_EQ(one.assign(3), 0);
  EXPECT_EQ(one.assign(nan), missing_band);
}

TEST(bands, columns_agree_with_upper_bound_for_every_number_of_cuts_threads_and_batches) {
  std::mt19937_64 random(13);
  std::normal_distribution<double> draw(0, 40);
  column x(4096 * 2 + 19);
  for (auto& v : x) v = std::round(draw(random));
  for (std::size_t i = 0; i < x.size(); i += 37) x[i] = nan;
  for (std::size_t i = 5; i < x.size(); i += 41) x[i] = i % 2 ? inf : -inf;
  for (const std::size_t n : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 126}) {
    column cuts;
    for (std::size_t k = 0; k < n; ++k) cuts.push_back(static_cast<double>(k) - static_cast<double>(n / 2));
    const bands b(cuts);
    std::vector<std::int8_t> expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) expected[i] = static_cast<std::int8_t>(by_upper_bound(x[i], cuts));
    for (const unsigned workers : {1u, 2u, 3u, 7u}) {
      std::vector<std::int8_t> narrow(x.size(), 99);
      std::vector<std::int16_t> broad(x.size(), 99);
      b.assign(x, narrow, valorem::threads(workers));
      b.assign(x, broad, valorem::threads(workers));
      EXPECT_EQ(narrow, expected) << n;
      EXPECT_TRUE(std::equal(broad.begin(), broad.end(), expected.begin()));
    }
    for (const std::size_t batch : {1, 63, 1000, 4096}) {
      std::vector<std::int8_t> code(x.size(), 99);
      for (std::size_t at = 0; at < x.size(); at += batch) {
        const std::size_t rows = std::min(batch, x.size() - at);
        b.assign(std::span(x).subspan(at, rows), std::span(code).subspan(at, rows));
      }
      EXPECT_EQ(code, expected) << n << ", " << batch;
    }
    for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(b.assign(x[i]), expected[i]);
  }
}

TEST(bands, rise_with_the_value) {
  const bands b({-1, 0, 3, 8});
  int before = 0;
  for (double x = -5; x < 12; x += 0.001) {
    ASSERT_GE(b.assign(x), before);
    before = b.assign(x);
  }
  EXPECT_EQ(before, 4);
}

TEST(bands, bad_cuts_and_lengths_are_refused) {
  for (const column& cuts : {column{1, 1}, column{2, 1}, column{nan}, column{1, nan, 3}, column{0.0, -0.0}})
    EXPECT_THROW(bands{cuts}, valorem::contract_error);
  column many;
  for (int k = 0; k < 127; ++k) many.push_back(k);
  EXPECT_THROW(bands{many}, valorem::contract_error);
  std::vector<std::int8_t> code(2, 7);
  EXPECT_THROW(bands({1}).assign(column{1, 2, 3}, code), valorem::contract_error);
  EXPECT_EQ(code, std::vector<std::int8_t>(2, 7));
}

}  // namespace

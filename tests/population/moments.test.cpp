#include <valorem/population/moments.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <support/numbers.hpp>
#include <vector>

namespace {

using valorem::merge;
using valorem::moment_sums;
using valorem::moments;
using valorem::moments_of;
using wide = boost::multiprecision::cpp_bin_float_50;
using column = std::vector<double>;

using support::inf;
using support::nan;

bool same_bits(const moment_sums& a, const moment_sums& b) {
  const auto same = [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  return same(a.n, b.n) && same(a.mean, b.mean) && same(a.M2, b.M2) && same(a.M3, b.M3) && same(a.M4, b.M4) &&
         same(a.min, b.min) && same(a.max, b.max) && a.rows == b.rows && a.missing == b.missing &&
         a.infinite == b.infinite;
}

// The definition, in two passes of 50 digits.
struct exact {
  wide n = 0, mean = 0, M2 = 0, M3 = 0, M4 = 0, absolute3 = 0;
  explicit exact(const column& x, const column& w = {}) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const wide weight = w.empty() ? wide(1) : wide(w[i]);
      n += weight;
      mean += weight * wide(x[i]);
    }
    mean /= n;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const wide weight = w.empty() ? wide(1) : wide(w[i]), d = wide(x[i]) - mean;
      M2 += weight * d * d;
      M3 += weight * d * d * d;
      M4 += weight * d * d * d * d;
      absolute3 += weight * abs(d * d * d);
    }
  }
};

// The bound of the documentation.
void expect_close(const moments& m, const exact& e, const char* what) {
  const double n = static_cast<double>(e.n), mean = static_cast<double>(e.mean);
  const double sd = std::sqrt(static_cast<double>(e.M2) / n), k = std::max(1.0, std::abs(mean) / sd);
  const auto off = [](double got, const wide& want) { return static_cast<double>(abs(wide(got) - want)); };
  EXPECT_EQ(m.n(), n) << what;
  EXPECT_LE(off(m.sums.mean, e.mean), 1e-15 * (std::abs(mean) + sd)) << what;
  EXPECT_LE(off(m.sums.M2, e.M2), 4e-14 * k * static_cast<double>(e.M2)) << what;
  EXPECT_LE(off(m.sums.M3, e.M3), 4e-14 * k * static_cast<double>(e.absolute3)) << what;
  EXPECT_LE(off(m.sums.M4, e.M4), 4e-14 * k * static_cast<double>(e.M4)) << what;
}

column drawn_ratios(std::size_t n, unsigned seed = 1) {
  column x(n);
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> ratio(1, 1.2);
  for (auto& v : x) v = ratio(random) - 1;
  return x;
}

TEST(moments, golden_g4) {
  const moments m = moments_of(column{-1, 0, 1, 2, 2, 3, 3, 4, 5, 11});
  EXPECT_EQ(m.n(), 10);
  EXPECT_EQ(m.mean(), 3);
  EXPECT_EQ(m.sum(), 30);
  EXPECT_EQ(m.sums.M2, 100);
  EXPECT_EQ(m.sums.M3, 420);
  EXPECT_EQ(m.sums.M4, 4468);
  EXPECT_EQ(m.var_pop(), 10);
  EXPECT_EQ(m.var_sample(), 100.0 / 9);
  EXPECT_DOUBLE_EQ(m.sd_sample(), 10.0 / 3);
  EXPECT_EQ(m.sd_pop(), std::sqrt(10.0));
  EXPECT_EQ(m.min(), -1);
  EXPECT_EQ(m.max(), 11);
  // SciPy 1.17: skew(x), kurtosis(x), skew(x, bias=False), kurtosis(x, bias=False).
  EXPECT_DOUBLE_EQ(m.skew_pop(), 1.3281566172707193);
  EXPECT_DOUBLE_EQ(m.kurt_pop(), 1.468);
  EXPECT_DOUBLE_EQ(m.skew_sample(), 1.575);
  EXPECT_DOUBLE_EQ(m.kurt_sample(), 3.5595);
}

TEST(moments, golden_g8_two_clusters_by_sarle) {
  const moments m = moments_of(column{-1, -.8, -.5, 0, .1, 3.6, 3.9, 4, 4.2, 4.5});
  EXPECT_NEAR(m.bimodality_coefficient(), 0.5125582526420814, 1e-14);
}

TEST(moments, golden_g5_two_parts_are_the_whole) {
  const moments a = moments_of(column{-1, 0, 1, 2}), b = moments_of(column{2, 3, 3, 4, 5, 11});
  EXPECT_EQ(a.n(), 4);
  EXPECT_EQ(a.mean(), 0.5);
  EXPECT_EQ(a.sums.M2, 5);
  EXPECT_EQ(a.sums.M3, 0);
  EXPECT_EQ(a.sums.M4, 10.25);
  EXPECT_DOUBLE_EQ(b.mean(), 14.0 / 3);
  EXPECT_DOUBLE_EQ(b.sums.M2, 160.0 / 3);
  EXPECT_DOUBLE_EQ(b.sums.M3, 225 + 5.0 / 9);
  EXPECT_DOUBLE_EQ(b.sums.M4, 1675 + 1.0 / 9);
  for (const moments& m : {merge(a, b), merge(b, a)}) {
    // 14/3 is no double, so the merged sums may miss the whole numbers by some units in the last place.
    EXPECT_EQ(m.n(), 10);
    EXPECT_NEAR(m.mean(), 3, 4 * 0x1p-52);
    EXPECT_NEAR(m.sums.M2, 100, 100 * 4 * 0x1p-52);
    EXPECT_NEAR(m.sums.M3, 420, 420 * 8 * 0x1p-52);
    EXPECT_NEAR(m.sums.M4, 4468, 4468 * 8 * 0x1p-52);
    EXPECT_EQ(m.min(), -1);
    EXPECT_EQ(m.max(), 11);
  }
}

TEST(moments, agree_with_fifty_digits) {
  for (const std::size_t n : {2, 7, 8, 9, 100, 4096, 4097, 20000}) {
    column x = drawn_ratios(n);
    expect_close(moments_of(x), exact(x), "lognormal");
    for (auto& v : x) v += 1e6;
    expect_close(moments_of(x), exact(x), "far from zero");
    for (auto& v : x) v *= -1e-9;
    expect_close(moments_of(x), exact(x), "small");
    x[0] = 1e9;
    expect_close(moments_of(x), exact(x), "an outlier in the first row");
  }
  column x = drawn_ratios(5000), w(5000);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<double>(i % 5);
  expect_close(moments_of(x, w), exact(x, w), "weighted");
}

TEST(moments, one_set_of_bits_for_any_number_of_threads) {
  column x = drawn_ratios(4096 * 5 + 123), w(x.size(), 2.5);
  for (std::size_t i = 0; i < x.size(); i += 97) x[i] = i % 2 ? nan : inf;
  const moments alone = moments_of(x), weighted = moments_of(x, w);
  for (const unsigned workers : {1u, 2u, 3u, 7u}) {
    EXPECT_TRUE(same_bits(moments_of(x, valorem::threads(workers)).sums, alone.sums)) << workers;
    EXPECT_TRUE(same_bits(moments_of(x, w, valorem::threads(workers)).sums, weighted.sums)) << workers;
  }
}

TEST(moments, blocks_merged_in_their_order_are_the_whole_to_the_bit) {
  const column x = drawn_ratios(4096 * 3 + 50);
  moments parts;
  for (std::size_t at = 0; at < x.size(); at += 4096)
    parts = merge(parts, moments_of(std::span(x).subspan(at, std::min<std::size_t>(4096, x.size() - at))));
  EXPECT_TRUE(same_bits(parts.sums, moments_of(x).sums));
}

TEST(moments, any_partition_agrees_to_rounding) {
  const column x = drawn_ratios(3000);
  const exact e(x);
  for (const std::size_t batch : {1, 2, 63, 1000}) {
    moments parts;
    for (std::size_t at = 0; at < x.size(); at += batch)
      parts = merge(parts, moments_of(std::span(x).subspan(at, std::min(batch, x.size() - at))));
    EXPECT_NEAR(parts.mean() / static_cast<double>(e.mean), 1, 1e-13) << batch;
    EXPECT_NEAR(parts.sums.M2 / static_cast<double>(e.M2), 1, 1e-12) << batch;
    EXPECT_NEAR(parts.sums.M3 / static_cast<double>(e.M3), 1, 1e-12) << batch;
    EXPECT_NEAR(parts.sums.M4 / static_cast<double>(e.M4), 1, 1e-12) << batch;
  }
}

TEST(moments, merging_associates_to_rounding_and_forgets_nothing_about_empty_parts) {
  const moments a = moments_of(column{1, 5, nan}), b = moments_of(drawn_ratios(77)),
                c = moments_of(column{-40, inf, 2});
  const moments left = merge(merge(a, b), c), right = merge(a, merge(b, c));
  EXPECT_NEAR(left.sums.M4 / right.sums.M4, 1, 1e-13);
  EXPECT_NEAR(left.sums.M3 / right.sums.M3, 1, 1e-13);
  EXPECT_NEAR(left.mean(), right.mean(), 1e-13);
  EXPECT_EQ(left.n_missing(), 1u);
  EXPECT_EQ(left.n_infinite(), 1u);
  const moments nothing = moments_of(column{nan, -inf});
  const moments with = merge(nothing, b);
  EXPECT_EQ(with.sums.M4, b.sums.M4);
  EXPECT_EQ(with.n_missing(), 1u);
  EXPECT_TRUE(same_bits(merge(moments{}, b).sums, b.sums));
  EXPECT_TRUE(same_bits(merge(b, moments{}).sums, b.sums));
}

TEST(moments, shift_and_scale) {
  const column x = drawn_ratios(9000);
  const moments m = moments_of(x);
  column scaled = x, mirrored = x;
  for (auto& v : scaled) v *= 0x1p20;
  for (auto& v : mirrored) v = -v;
  const moments s = moments_of(scaled), r = moments_of(mirrored);
  EXPECT_EQ(s.mean(), m.mean() * 0x1p20);  // powers of two change no digit
  EXPECT_EQ(s.sums.M4, m.sums.M4 * 0x1p80);
  EXPECT_EQ(s.skew_pop(), m.skew_pop());
  EXPECT_EQ(r.mean(), -m.mean());
  EXPECT_EQ(r.sums.M3, -m.sums.M3);
  EXPECT_EQ(r.sums.M4, m.sums.M4);
  column shifted = x;
  for (auto& v : shifted) v += 1000;
  EXPECT_NEAR(moments_of(shifted).var_sample() / m.var_sample(), 1, 1e-13);
}

TEST(moments, permuting_rows_agrees_to_rounding) {
  column x = drawn_ratios(9000);
  const moments m = moments_of(x);
  std::shuffle(x.begin(), x.end(), std::mt19937_64(5));
  const moments p = moments_of(x);
  EXPECT_NEAR(p.mean(), m.mean(), 1e-13);
  EXPECT_NEAR(p.sums.M4 / m.sums.M4, 1, 1e-13);
  EXPECT_EQ(p.min(), m.min());
  EXPECT_EQ(p.max(), m.max());
}

TEST(moments, bad_rows_are_counted_and_leave_no_trace) {
  column x = drawn_ratios(6000), other;
  for (std::size_t i = 0; i < x.size(); i += 11) x[i] = nan;
  other = x;
  for (std::size_t i = 0; i < x.size(); i += 11) other[i] = i % 2 ? inf : -inf;
  const moments a = moments_of(x), b = moments_of(other);
  EXPECT_EQ(a.n_missing(), 546u);
  EXPECT_EQ(b.n_infinite(), 546u);
  EXPECT_EQ(a.n_rows(), 6000u - 546u);
  EXPECT_EQ(a.mean(), b.mean());
  EXPECT_EQ(a.sums.M4, b.sums.M4);
  column kept;
  for (const double v : x)
    if (!std::isnan(v)) kept.push_back(v);
  expect_close(a, exact(kept), "without the bad rows");
  column weights(x.size(), 1.0), full = drawn_ratios(6000);
  for (std::size_t i = 0; i < x.size(); i += 11) weights[i] = 0;
  const moments c = moments_of(full, weights);
  EXPECT_EQ(c.sums.M4, a.sums.M4);
  EXPECT_EQ(c.n_missing(), 0u);
}

TEST(moments, weights_of_one_change_no_bit_and_whole_weights_repeat_rows) {
  const column x = drawn_ratios(5000);
  EXPECT_TRUE(same_bits(moments_of(x, column(5000, 1.0)).sums, moments_of(x).sums));
  const moments repeated = moments_of(column{1, 1, 1, 4, 7, 7}),
                weighted = moments_of(column{1, 4, 7}, column{3, 1, 2});
  EXPECT_EQ(weighted.n(), 6);
  EXPECT_EQ(weighted.n_rows(), 3u);
  EXPECT_DOUBLE_EQ(weighted.var_sample(), repeated.var_sample());
  EXPECT_DOUBLE_EQ(weighted.kurt_sample(), repeated.kurt_sample());
}

TEST(moments, what_does_not_exist_is_not_a_number) {
  const moments none = moments_of(column{});
  for (const double v : {none.mean(), none.min(), none.max(), none.var_pop(), none.var_sample(), none.sd_pop(),
                         none.skew_pop(), none.kurt_sample(), none.bimodality_coefficient()})
    EXPECT_TRUE(std::isnan(v));
  EXPECT_EQ(none.n(), 0);
  EXPECT_EQ(none.sum(), 0);
  EXPECT_FALSE(none.constant());
  const moments one = moments_of(column{5});
  EXPECT_EQ(one.mean(), 5);
  EXPECT_EQ(one.var_pop(), 0);
  EXPECT_TRUE(std::isnan(one.var_sample()));
  EXPECT_TRUE(std::isnan(one.skew_pop()));
  EXPECT_TRUE(one.constant());
  const moments same = moments_of(column(10000, 0.1));
  EXPECT_EQ(same.mean(), 0.1);
  EXPECT_EQ(same.sums.M2, 0);
  EXPECT_EQ(same.var_sample(), 0);
  EXPECT_TRUE(std::isnan(same.skew_sample()));
  EXPECT_TRUE(std::isnan(same.kurt_pop()));
  EXPECT_TRUE(same.constant());
  EXPECT_TRUE(std::isnan(moments_of(column{1, 2}).skew_sample()));
  EXPECT_TRUE(std::isnan(moments_of(column{1, 2, 4}).kurt_sample()));
  EXPECT_FALSE(std::isnan(moments_of(column{1, 2, 4, 9}).kurt_sample()));
}

TEST(moments, amounts_at_the_ends_of_the_scale_give_a_number_or_none_but_no_infinity) {
  const double huge = std::numeric_limits<double>::max(), tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<column> ends{{huge, -huge}, {huge, huge, 1}, {1e308, 1e308, 1e308}, {1e200, -1e200, 3},
                                 {tiny, 0},     {tiny, tiny},    {1e75, -1e75, 1},      {0.0, -0.0}};
  for (const column& x : ends) {
    const moments m = moments_of(x);
    for (const double v : {m.mean(), m.sum(), m.var_pop(), m.var_sample(), m.sd_sample(), m.skew_pop(), m.kurt_pop(),
                           m.skew_sample(), m.kurt_sample(), m.bimodality_coefficient()})
      EXPECT_FALSE(std::isinf(v));
    EXPECT_EQ(m.n(), static_cast<double>(x.size()));
  }
  EXPECT_EQ(moments_of(ends[2]).mean(), 1e308);
  EXPECT_EQ(moments_of(ends[6]).kurt_pop(), -1.5);
  EXPECT_FALSE(std::signbit(moments_of(column{-0.0}).min()));
  EXPECT_FALSE(std::signbit(moments_of(column{-0.0}).max()));
}

TEST(moments, bad_weights_are_refused_by_row) {
  const column x{1, 2, 3};
  EXPECT_THROW((void)moments_of(x, column{1, 2}), valorem::contract_error);
  for (const double bad : {-1.0, nan, inf}) {
    try {
      (void)moments_of(x, column{1, bad, 1});
      FAIL();
    } catch (const valorem::data_error& e) {
      EXPECT_NE(std::string(e.what()).find("row 2, weight"), std::string::npos);
    }
  }
  EXPECT_EQ(moments_of(x, column{0, 0, 0}).n(), 0);
}

}  // namespace

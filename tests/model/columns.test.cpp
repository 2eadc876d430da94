// A column is its rows: the same bits on every instruction set, thread count, batch size and offset.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <random>
#include <vector>

namespace {

using namespace valorem;

struct columns {
  std::vector<double> x, t_x, T;
  [[nodiscard]] history_columns view(std::size_t first, std::size_t n) const {
    return {std::span(x).subspan(first, n), std::span(t_x).subspan(first, n), std::span(T).subspan(first, n)};
  }
};

/// Ordinary customers with every kind of broken row among them.
columns customers(std::size_t n) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  columns out;
  for (std::size_t i = 0; i < n; ++i) {
    const double T = 200.0 * unit(random);
    const double x = unit(random) < 0.5 ? 0.0 : std::floor(std::pow(10.0, 3.0 * unit(random)));
    out.x.push_back(x);
    out.t_x.push_back(x == 0 ? 0.0 : T * (1.0 - unit(random) * unit(random)));
    out.T.push_back(T);
    constexpr double inf = std::numeric_limits<double>::infinity();
    switch (i % 23) {
      case 3:
        out.x.back() = not_a_value;
        break;
      case 5:
        out.t_x.back() = T + 1.0;
        break;
      case 7:
        out.x.back() = 2.5;
        break;
      case 11:
        out.x.back() = -1.0;
        break;
      case 13:
        out.T.back() = inf;
        break;
      case 17:
        out.x.back() = 2.0;
        out.t_x.back() = 0.0;
        break;
      case 19:
        out.x.back() = 0.0;
        out.t_x.back() = 1.0;
        break;
      case 21:
        out.x.back() = 3e9;
        break;
      case 22:
        out.x.back() = inf;
        break;
      default:
        break;
    }
  }
  return out;
}

std::vector<std::uint64_t> bits(std::span<const double> v) {
  std::vector<std::uint64_t> out;
  for (const double d : v) out.push_back(numeric::is_nan(d) ? 1 : std::bit_cast<std::uint64_t>(d));
  return out;
}

template <class M>
void column_is_its_rows(const M& m) {
  const auto c = customers(20011);
  std::vector<double> rows(c.x.size());
  std::size_t broken = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const history h{c.x[i], c.t_x[i], c.T[i]};
    rows[i] = p_alive(m, h);
    broken += numeric::is_nan(rows[i]);
    ASSERT_EQ(numeric::is_nan(rows[i]), check(h) != status::ok) << i;
  }
  ASSERT_GT(broken, 5000u);
  const auto want = bits(rows);
  for (const auto isa : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
    if (runs_on(isa) != isa) {
      std::printf("[ not run  ] instruction set %d: this CPU lacks it\n", static_cast<int>(isa));
      continue;
    }
    for (const unsigned workers : {1u, 2u, 3u, 7u}) {
      for (const std::size_t batch : {std::size_t{1}, std::size_t{63}, std::size_t{1000}, rows.size()}) {
        if (batch == 1 && workers != 1) continue;
        execution how = threads(workers);
        how.isa = isa;
        std::vector<double> out(rows.size());
        for (std::size_t first = 0; first < out.size(); first += batch) {
          const std::size_t n = std::min(batch, out.size() - first);
          p_alive(m, c.view(first, n), std::span(out).subspan(first, n), how);
        }
        ASSERT_EQ(bits(out), want) << "isa " << static_cast<int>(isa) << " workers " << workers << " batch " << batch;
      }
    }
  }
}

TEST(columns, nbd) {
  column_is_its_rows(nbd{.r = 0.385, .alpha = 12.07});
}
TEST(columns, bg_nbd) {
  column_is_its_rows(bg_nbd{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426});
}
TEST(columns, mbg_nbd) {
  column_is_its_rows(mbg_nbd{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614});
}
TEST(columns, ggompertz_nbd) {
  column_is_its_rows(ggompertz_nbd{.r = 0.553, .alpha = 10.6, .b = 0.05, .s = 0.6, .beta = 0.5});
}

/// Horizons from a moment to many lifetimes, among them those that are none.
std::vector<double> horizons(std::size_t n) {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  constexpr std::array odd{0.0,    -1.0,  not_a_value, std::numeric_limits<double>::infinity(), 1e9, 1e-9, 1e-17,
                           1e-320, 1e299, 1e308};
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i)
    out[i] = i % 31 < odd.size() ? odd[i % 31] : std::pow(10.0, 4.0 * unit(random) - 1.0);
  return out;
}

template <class M>
void purchases_are_their_rows(const M& m) {
  const auto c = customers(1011);
  const auto t = horizons(c.x.size());
  const std::size_t n = t.size();
  std::vector<double> known(n);
  std::vector<double> fresh(n);
  for (std::size_t i = 0; i < n; ++i) {
    known[i] = expected_purchases(given(m, history{c.x[i], c.t_x[i], c.T[i]}), t[i]);
    fresh[i] = expected_purchases(m, t[i]);
  }
  for (const auto isa : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
    if (runs_on(isa) != isa) {
      std::printf("[ not run  ] instruction set %d: this CPU lacks it\n", static_cast<int>(isa));
      continue;
    }
    for (const std::size_t batch : {std::size_t{1}, std::size_t{63}, std::size_t{1000}, n}) {
      execution how = threads(batch == n ? 2 : 1);
      how.isa = isa;
      std::vector<double> given_out(n);
      std::vector<double> in_place = t;
      for (std::size_t first = 0; first < n; first += batch) {
        const std::size_t rows = std::min(batch, n - first);
        const auto ahead = std::span(t).subspan(first, rows);
        expected_purchases(m, c.view(first, rows), ahead, std::span(given_out).subspan(first, rows), how);
        const auto there = std::span(in_place).subspan(first, rows);
        expected_purchases(m, there, there, how);
      }
      ASSERT_EQ(bits(given_out), bits(known)) << "isa " << static_cast<int>(isa) << " batch " << batch;
      ASSERT_EQ(bits(in_place), bits(fresh)) << "isa " << static_cast<int>(isa) << " batch " << batch;
    }
  }
}

// Common shops, the removable pole a = 1, both forms of the series and neither of them.
TEST(columns, purchases_of_bg_nbd) {
  for (const bg_nbd& m : {bg_nbd{.243, 4.414, .793, 2.426}, bg_nbd{.243, 4.414, 1, 2.426}, bg_nbd{150, 300, 1.2, 3},
                          bg_nbd{.01, 1, 40, 60}, bg_nbd{3, 1, .02, .5}}) {
    purchases_are_their_rows(m);
  }
}
TEST(columns, purchases_of_mbg_nbd) {
  for (const mbg_nbd& m : {mbg_nbd{.525, 6.183, .891, 1.614}, mbg_nbd{.5, 6, 1, .01}, mbg_nbd{90, 3, 1 + 1e-9, 3},
                           mbg_nbd{.02, 1, 30, 9}}) {
    purchases_are_their_rows(m);
  }
}
TEST(columns, purchases_of_other_models) {
  purchases_are_their_rows(nbd{.r = 0.385, .alpha = 12.07});
  for (const double s : {1e-3, .606, 1.0, 1 + 0x1p-52, 1 + 1e-9, 12.0, 1e3}) {
    for (const double beta : {1e-300, 11.669, 1e300}) {
      purchases_are_their_rows(pareto_nbd{.r = .553, .alpha = 10.578, .s = s, .beta = beta});
    }
  }
}

TEST(columns, refused_before_anything_is_written) {
  const std::vector<double> three(3, 0.0);
  std::vector<double> out(2, 42.0);
  EXPECT_THROW(p_alive(bg_nbd{.r = 1, .alpha = 1, .a = 1, .b = 1}, {three, three, three}, out), contract_error);
  std::vector<double> fits(3, 42.0);
  EXPECT_THROW(p_alive(bg_nbd{.r = 1, .alpha = -1, .a = 1, .b = 1}, {three, three, three}, fits), contract_error);
  EXPECT_EQ(fits, std::vector<double>(3, 42.0));
  const bg_nbd m{.r = 1, .alpha = 1, .a = 1, .b = 1};
  EXPECT_THROW(expected_purchases(m, {three, three, three}, std::vector<double>(2), fits), contract_error);
  EXPECT_THROW(expected_purchases(m, {three, three, three}, three, out), contract_error);
  EXPECT_THROW(expected_purchases(m, three, out), contract_error);
  EXPECT_THROW(expected_purchases(bg_nbd{.r = 1, .alpha = 1, .a = 0, .b = 1}, three, fits), contract_error);
  EXPECT_EQ(fits, std::vector<double>(3, 42.0));
}

}  // namespace

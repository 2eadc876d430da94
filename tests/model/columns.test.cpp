// A column is its rows: the same bits on every instruction set, thread count, batch size and offset.
#include <valorem/model.hpp>

#include <gtest/gtest.h>

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

TEST(columns, refused_before_anything_is_written) {
  const std::vector<double> three(3, 0.0);
  std::vector<double> out(2, 42.0);
  EXPECT_THROW(p_alive(bg_nbd{.r = 1, .alpha = 1, .a = 1, .b = 1}, {three, three, three}, out), contract_error);
  std::vector<double> fits(3, 42.0);
  EXPECT_THROW(p_alive(bg_nbd{.r = 1, .alpha = -1, .a = 1, .b = 1}, {three, three, three}, fits), contract_error);
  EXPECT_EQ(fits, std::vector<double>(3, 42.0));
}

}  // namespace

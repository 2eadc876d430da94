// The trust region on functions whose minimum is known, and on ones that have none; the quadrature it stands beside.
#include <valorem/numeric/minimise.hpp>
#include <valorem/numeric/quadrature.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace valorem::numeric;

template <std::size_t N>
std::array<dual<N>, N> variables(const vector_n<N>& x) {
  std::array<dual<N>, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = dual<N>::variable(x[i], i);
  return out;
}

TEST(minimise, rosenbrock_from_its_hard_start) {
  const auto f = [](const vector_n<2>& x) {
    const auto [a, b] = variables(x);
    return (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a);
  };
  const auto at = minimise<2>(f, {-1.2, 1.0});
  EXPECT_TRUE(at.found);
  EXPECT_NEAR(at.x[0], 1, 1e-7);
  EXPECT_NEAR(at.x[1], 1, 1e-7);
  EXPECT_LT(at.evaluations, 60);
}

TEST(minimise, powell_where_the_hessian_is_singular_at_the_minimum) {
  const auto f = [](const vector_n<4>& x) {
    const auto [a, b, c, d] = variables(x);
    const auto square = [](const dual<4>& v) { return v * v; };
    return square(a + 10.0 * b) + 5.0 * square(c - d) + square(square(b - 2.0 * c)) + 10.0 * square(square(a - d));
  };
  const auto at = minimise<4>(f, {3, -1, 0, 1});
  EXPECT_TRUE(at.found);
  EXPECT_LT(at.f.v, 1e-12);
}

TEST(minimise, leaves_a_saddle) {
  const auto f = [](const vector_n<2>& x) {
    const auto [a, b] = variables(x);
    return a * a - b * b + b * b * b * b;
  };
  const auto at = minimise<2>(f, {0.0, 1e-3});
  EXPECT_TRUE(at.found);
  EXPECT_NEAR(std::fabs(at.x[1]), std::sqrt(0.5), 1e-7);
}

// A value of a million that is rounded to 1e-13 of itself, each time to the wrong side: the last steps seem to lead
// uphill, and the slope alone knows better. Where the value is believed, a third of the climbs end 1e-5 or more before
// the minimum.
TEST(minimise, is_not_stopped_by_the_rounding_of_a_large_value) {
  for (int i = 0; i < 100; ++i) {
    int calls = 0;
    const auto f = [&](const vector_n<2>& x) {
      const auto [a, b] = variables(x);
      return 1e6 + 1e-7 * ++calls + (exp(a) - a) + 10.0 * (exp(b - a) - (b - a));
    };
    const auto at = minimise<2>(f, {0.01 * i, -0.02 * i});
    EXPECT_TRUE(at.found) << i;
    EXPECT_NEAR(at.x[0], 0, 1e-10) << i;
    EXPECT_NEAR(at.x[1], 0, 1e-10) << i;
  }
}

TEST(minimise, runs_to_the_edge_of_its_box_where_there_is_no_minimum) {
  const auto f = [](const vector_n<1>& x) { return exp(-variables(x)[0]); };
  const auto at = minimise<1>(f, {0.0});
  EXPECT_FALSE(at.found && !at.at_edge && at.f.v > 1e-6);
  EXPECT_GT(at.x[0], 7.0);
}

TEST(minimise, an_objective_without_a_value_is_not_found) {
  const auto f = [](const vector_n<1>&) { return dual<1>(std::numeric_limits<double>::quiet_NaN()); };
  const auto at = minimise<1>(f, {0.0});
  EXPECT_FALSE(at.found);
  EXPECT_EQ(at.evaluations, 1);
}

TEST(minimise, steps_back_from_a_cliff) {
  // NaN beyond 2: the step is refused and shortened.
  const auto f = [](const vector_n<1>& x) {
    const auto [a] = variables(x);
    return x[0] > 2 ? dual<1>(std::numeric_limits<double>::quiet_NaN()) : a * a - 3.9 * a;
  };
  const auto at = minimise<1>(f, {-5.0});
  EXPECT_TRUE(at.found);
  EXPECT_NEAR(at.x[0], 1.95, 1e-9);
}

/// The same function for a number of variables that is known at run time.
template <std::size_t N, class F>
auto at_run_time(F f) {
  return [f](const std::vector<double>& x) {
    vector_n<N> point{};
    for (std::size_t i = 0; i < N; ++i) point[i] = x[i];
    const dual<N> at = f(point);
    expansion out(N);
    out.v = at.v;
    for (std::size_t i = 0; i < N; ++i) {
      out.g[i] = at.g[i];
      for (std::size_t j = 0; j < N; ++j) out.h[i][j] = at.h[dual<N>::index(i, j)];
    }
    return out;
  };
}

template <std::size_t N, class F>
void expect_one_way_for_both_sizes(F f, const vector_n<N>& start) {
  const auto fixed = minimise<N>(f, start);
  const auto free = minimise<run_time>(at_run_time<N>(f), {start.begin(), start.end()});
  EXPECT_EQ(fixed.evaluations, free.evaluations);
  EXPECT_EQ(fixed.found, free.found);
  EXPECT_EQ(fixed.at_edge, free.at_edge);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(fixed.f.v), std::bit_cast<std::uint64_t>(free.f.v));
  for (std::size_t i = 0; i < N; ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(fixed.x[i]), std::bit_cast<std::uint64_t>(free.x[i]));
  }
}

TEST(minimise, a_size_known_at_run_time_takes_the_same_steps) {
  expect_one_way_for_both_sizes<2>(
      [](const vector_n<2>& x) {
        const auto [a, b] = variables(x);
        return (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a);
      },
      {-1.2, 1.0});
  expect_one_way_for_both_sizes<2>(
      [](const vector_n<2>& x) {
        const auto [a, b] = variables(x);
        return a * a - b * b + b * b * b * b;
      },
      {0.0, 1e-3});
  expect_one_way_for_both_sizes<1>([](const vector_n<1>& x) { return exp(-variables(x)[0]); }, {0.0});
  expect_one_way_for_both_sizes<1>([](const vector_n<1>&) { return dual<1>(std::numeric_limits<double>::quiet_NaN()); },
                                   {0.0});
}

// Twenty variables, each tied to the next by Rosenbrock's valley: all 1 at the minimum.
TEST(minimise, twenty_variables_in_a_chain_of_valleys) {
  constexpr std::size_t n = 20;
  const auto f = [](const std::vector<double>& x) {
    expansion out(x.size());
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const auto a = dual<2>::variable(x[i], 0);
      const auto b = dual<2>::variable(x[i + 1], 1);
      const dual<2> part = (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a);
      out.v += part.v;
      for (std::size_t p = 0; p < 2; ++p) {
        out.g[i + p] += part.g[p];
        for (std::size_t q = 0; q < 2; ++q) out.h[i + p][i + q] += part.h[dual<2>::index(p, q)];
      }
    }
    return out;
  };
  std::vector<double> start(n);
  for (std::size_t i = 0; i < n; ++i) start[i] = i % 2 == 0 ? 0.5 : 1.5;
  const auto at = minimise<run_time>(f, start);
  EXPECT_TRUE(at.found);
  for (const double x : at.x) EXPECT_NEAR(x, 1, 1e-6);
}

TEST(eigen_system, gives_back_the_matrix) {
  const matrix_n<3> a{{{4, 1, -2}, {1, 3, 0.5}, {-2, 0.5, -1}}};
  const eigen_system<3> e(a);
  EXPECT_LE(e.values[0], e.values[1]);
  EXPECT_LE(e.values[1], e.values[2]);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double sum = 0;
      double unit = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += e.vectors[i][k] * e.values[k] * e.vectors[j][k];
      for (std::size_t k = 0; k < 3; ++k) unit += e.vectors[k][i] * e.vectors[k][j];
      EXPECT_NEAR(sum, a[i][j], 1e-14);
      EXPECT_NEAR(unit, i == j ? 1 : 0, 1e-15);
    }
  }
}

TEST(quadrature, is_exact_up_to_degree_31) {
  for (int k = 0; k <= 31; ++k) {
    const double got = integrate_panel<double>(0.5, 1.5, [k](double x) { return std::pow(x, k); });
    const double want = (std::pow(1.5, k + 1) - std::pow(0.5, k + 1)) / (k + 1);
    EXPECT_NEAR(got, want, 2e-14 * want) << k;
  }
}

TEST(quadrature, an_end_that_moves_has_a_slope) {
  const auto end = dual<1>::variable(2.0, 0);
  const auto got = integrate_panel<dual<1>>(dual<1>(0.0), end, [](const dual<1>& x) { return exp(x); });
  EXPECT_NEAR(got.v, std::exp(2.0) - 1, 1e-14);
  EXPECT_NEAR(got.g[0], std::exp(2.0), 1e-13);
  EXPECT_NEAR(got.h[0], std::exp(2.0), 1e-12);
}

}  // namespace

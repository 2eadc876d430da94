// Fits of simulated populations of 100 to 1,000,000 customers reach the optimum, or say why not.
// tests/reference/optima.csv holds what the long form found, docs/accuracy.md says it.
#include "model/populations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <support/long_form.hpp>
#include <support/record.hpp>

namespace {

using namespace populations;

// A model joins by one line here and in `every_model`: as published fits have it. CNBD-k has none, and GGompertz/NBD's
// ends at Pareto/NBD.
template <class M>
constexpr setting<M> shop{};
template <>
constexpr setting<nbd> shop<nbd>{{.r = .385, .alpha = 12.07}, 39};
template <>
constexpr setting<bg_nbd> shop<bg_nbd>{{.r = .243, .alpha = 4.414, .a = .793, .b = 2.426}, 39};
template <>
constexpr setting<mbg_nbd> shop<mbg_nbd>{{.r = .525, .alpha = 6.183, .a = .891, .b = 1.614}, 39};
template <>
constexpr setting<bg_cnbd> shop<bg_cnbd>{{.k = 2, .r = 1.5, .alpha = 2, .a = .9, .b = 2.5}, 52};
template <>
constexpr setting<mbg_cnbd> shop<mbg_cnbd>{{.k = 3, .r = 1.5, .alpha = 2, .a = .9, .b = 2.5}, 52};
template <>
constexpr setting<pareto_nbd> shop<pareto_nbd>{{.r = .553, .alpha = 10.58, .s = .606, .beta = 11.67}, 39};
template <>
constexpr setting<ggompertz_nbd> shop<ggompertz_nbd>{{.r = .553, .alpha = 10.6, .b = .05, .s = .6, .beta = .5}, 78};
template <>
constexpr setting<bg_bb> shop<bg_bb>{{.alpha = 1.204, .beta = .75, .gamma = .657, .delta = 2.783}, 6};
template <>
constexpr setting<shifted_beta_geometric> shop<shifted_beta_geometric>{{.alpha = .704, .beta = 1.182}, 8};
template <>
constexpr setting<beta_discrete_weibull> shop<beta_discrete_weibull>{{.alpha = .259, .beta = 1.722, .c = 1.584}, 8};
template <>
constexpr setting<gamma_gamma> shop<gamma_gamma>{{.p = 6.25, .q = 3.74, .v = 15.44}, 9};

/// The longest step that Newton's method would still take, in the logarithms of the parameters.
template <std::size_t N>
double newton_step(const numeric::dual<N>& f) {
  const numeric::eigen_system<N> e(numeric::hessian(f));
  std::array<double, N> step{};
  for (std::size_t k = 0; k < N; ++k) {
    double slope = 0;
    for (std::size_t i = 0; i < N; ++i) slope += e.vectors[i][k] * f.g[i];
    for (std::size_t i = 0; i < N; ++i) step[i] -= e.vectors[i][k] * slope / e.values[k];
  }
  double longest = 0;
  for (const double s : step) longest = std::max(longest, std::fabs(s));
  return longest;
}

/// What all fits of one model and size came to.
struct tally {
  int populations = 0;
  int converged = 0;
  double step = 0;
  std::map<std::string, int> others;
};

template <class M>
void fit_one(tally& to, std::uint64_t seed, std::size_t size) {
  SCOPED_TRACE(testing::Message() << M::model_name << ": population " << seed << " of " << size);
  constexpr std::size_t N = parameter_count<M>;
  const M& truth = shop<M>.truth;
  const auto rows = rows_of(shop<M>, seed, size);
  const fit_result<M> f = fitted(truth, rows);
  ++to.populations;
  // Both are sums of at most a million rows, each to 1e-12 of itself.
  EXPECT_NEAR(log_likelihood_of(f.model, rows), f.log_likelihood, 1e-11 * std::fabs(f.log_likelihood));
  const bool converged = f.outcome == fit_status::converged;
  if (!converged) ++to.others[std::string(name(f.outcome)) + (f.limit.empty() ? "" : ": ") + f.limit];
  ASSERT_NE(f.outcome, fit_status::failed);
  with_objective(rows, f, [&](auto& objective, const fit_result<M>& own) {
    const auto x = detail::log_parameters(own.model);
    const auto away = detail::log_parameters(truth);
    // Other ways up: from about the truth, the parameters moved against one another.
    numeric::minimum<N> best;
    best.f.v = std::numeric_limits<double>::infinity();
    std::vector<double> moves{0.3};
    if (size <= 10'000) moves = {0.5, -0.5, 1.5};
    for (const double move : moves) {
      auto start = away;
      for (std::size_t i = 0; i < N; ++i) start[i] += i % 2 == 0 ? move : -move;
      const auto at = numeric::minimise<N>(objective, start);
      if (at.f.v < best.f.v) best = at;
    }
    const double near = 1e-8 * std::fabs(own.log_likelihood);
    EXPECT_GE(own.log_likelihood, -best.f.v - near) << "another way leads higher";
    if (!converged) return;
    ++to.converged;
    const double step = newton_step(objective(x));
    EXPECT_LE(step, 1e-8);
    to.step = std::max(to.step, step);
    // Of few customers GGompertz/NBD has several hills, and the other ways may end on a lower one.
    if (std::is_same_v<M, ggompertz_nbd> && size < 10'000 && -best.f.v < own.log_likelihood - near) return;
    EXPECT_TRUE(best.found);
    EXPECT_NEAR(-best.f.v, own.log_likelihood, near);
    const auto errors = f.standard_errors();
    for (std::size_t i = 0; i < N; ++i) {
      EXPECT_NEAR(best.x[i], x[i], 1e-6) << M::parameter_names[i];
      EXPECT_NEAR(x[i], away[i], 5 * errors[i] / f.model.parameters()[i]) << M::parameter_names[i];
    }
  });
}

std::string figure(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.0e", x);
  return text.data();
}

template <class M>
support::fields line_of(const tally& t, std::size_t size) {
  std::string others;
  for (const auto& [what, count] : t.others) {
    others += (others.empty() ? "" : "; ") + std::to_string(count) + ' ' + what;
  }
  return {std::string(M::model_name),
          written(shop<M>.truth),
          std::to_string(static_cast<int>(shop<M>.T)),
          std::to_string(size),
          std::to_string(t.populations),
          std::to_string(t.converged),
          others,
          figure(t.step)};
}

template <class M>
class optimum : public testing::Test {};
TYPED_TEST_SUITE(optimum, every_model);

// From 10,000 customers on, every one of these populations determines its parameters.
TYPED_TEST(optimum, is_reached_at_every_size) {
  struct of_size {
    std::size_t size;
    int populations;
  };
  std::vector<of_size> sizes{{100, 3}, {1000, 1}};
  if (support::long_form()) sizes = {{100, 20}, {1000, 10}, {10'000, 3}, {100'000, 1}, {1'000'000, 1}};
  std::vector<support::fields> lines;
  for (const auto& [size, populations] : sizes) {
    tally t;
    for (int i = 0; i < populations; ++i) fit_one<TypeParam>(t, static_cast<std::uint64_t>(i), size);
    if (size >= 10'000) {
      EXPECT_EQ(t.converged, t.populations) << size;
    }
    lines.push_back(line_of<TypeParam>(t, size));
  }
  if (support::long_form()) support::record("optima.csv").expect(lines);
}

template <class... M>
std::vector<std::string> names_of(testing::Types<M...>) {
  return {std::string(M::model_name)...};
}

TEST(optima, the_page_says_what_was_found) {
  const support::record found("optima.csv");
  std::string page =
      "\n| model | truth | customers | populations | converged | others | longest step left | run "
      "|\n|---|---|---|---|---|---|---|---|\n";
  for (const std::string& model : names_of(every_model{})) {
    const auto lines = found.of(model);
    ASSERT_EQ(lines.size(), 5u) << model;
    for (const support::fields& f : lines) {
      ASSERT_EQ(f.size(), 10u) << model;
      page += "| " + model + " | " + f[1] + "; T " + f[2];
      for (std::size_t i = 3; i < 8; ++i) page += " | " + f[i];
      page += " | " + f[8] + ' ' + f[9] + " |\n";
    }
  }
  support::expect_part("docs/accuracy.md", "tests/model/optimum.test.cpp", page + "\n");
}

}  // namespace

// The published and recomputed single-customer points of tests/reference/buy_till_you_die_points.csv.
#include "model/reference_table.hpp"
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace {

using namespace valorem;

struct point {
  std::vector<double> params;
  double x, t_x, T, h;
  std::string quantity;
  double value;
};

std::vector<point> points_of(const std::string& model) {
  std::ifstream in(std::string(VALOREM_TEST_DIR) + "/reference/buy_till_you_die_points.csv");
  if (!in) throw std::runtime_error("tests/reference/buy_till_you_die_points.csv is missing");
  std::vector<point> out;
  std::string line;
  for (std::getline(in, line); std::getline(in, line);) {
    const auto c = reference::split(line, ',');
    if (c.at(0) != model) continue;
    point p{.params = {},
            .x = reference::number(c[2]),
            .t_x = reference::number(c[3]),
            .T = reference::number(c[4]),
            .h = c[5] == "inf" ? std::numeric_limits<double>::infinity() : reference::number(c[5]),
            .quantity = c[6],
            .value = reference::number(c[7])};
    for (const auto& v : reference::split(c[1], ' ')) p.params.push_back(reference::number(v));
    out.push_back(std::move(p));
  }
  return out;
}

template <class M>
double answer_to(const M& m, const point& p) {
  const history h{p.x, p.t_x, p.T};
  const double delta = numeric::log(1.15) / 52;
  if (p.quantity == "loglik") return log_likelihood(m, h);
  if (p.quantity == "p_alive") return p_alive(m, h);
  if (p.quantity == "log_p_alive") return log_p_alive(m, h);
  if (p.quantity == "p_alive_at_T_plus_h") return p_alive(m, h, p.h);
  if (p.quantity == "cond_expected_purchases") return expected_purchases(given(m, h), p.h);
  if (p.quantity == "expected_purchases_new_customer") return expected_purchases(m, p.h);
  if (p.quantity.starts_with("cond_pmf_")) return pmf(given(m, h), reference::number(p.quantity.substr(9)), p.h);
  if (p.quantity == "dert_delta_ln1.15/52" || p.quantity == "det_delta_ln1.15/52")
    return discounted_purchases(given(m, h), delta, p.h);
  throw std::runtime_error("no verb for " + p.quantity);
}

/// Σ |v ∂f/∂v| / |f| over parameters, t_x, T and h by central differences: the table carries no condition numbers.
template <class M>
double condition(const M& m, const point& p) {
  const double f = answer_to(m, p);
  double sum = 0.0;
  const auto slope = [&](auto&& moved) {
    constexpr double step = 1e-6;
    const double up = moved(1 + step);
    const double down = moved(1 - step);
    if (std::isfinite(up) && std::isfinite(down)) sum += std::fabs((up - down) / (2 * step * f));
  };
  for (std::size_t i = 0; i < parameter_count<M>; ++i) {
    slope([&](double by) {
      auto v = m.parameters();
      v[i] *= by;
      return answer_to(M::from(v), p);
    });
  }
  const auto with = [&](double point::*field) {
    slope([&](double by) {
      point q = p;
      q.*field *= by;
      return answer_to(m, q);
    });
  };
  if (p.t_x < p.T * (1 - 1e-5)) with(&point::t_x);
  if (p.T > 0) with(&point::T);
  if (p.h > 0 && std::isfinite(p.h)) with(&point::h);
  return sum;
}

template <class M>
std::size_t check_points(const std::string& model) {
  std::size_t n = 0;
  for (const point& p : points_of(model)) {
    std::array<double, parameter_count<M>> values{};
    std::copy(p.params.begin(), p.params.end(), values.begin());
    const M m = M::from(values);
    const double got = answer_to(m, p);
    const bool logarithm = p.quantity.starts_with("log");
    ++n;
    if (!logarithm && std::fabs(p.value) < std::numeric_limits<double>::min()) {
      EXPECT_LE(std::fabs(got), std::numeric_limits<double>::min());
      continue;
    }
    const double size = logarithm ? std::max(1.0, std::fabs(p.value)) : std::fabs(p.value);
    const double bar = std::max(1e-12, 4 * std::numeric_limits<double>::epsilon() * condition(m, p));
    EXPECT_LE(std::fabs(got - p.value), bar * size)
        << model << ' ' << p.quantity << " x " << p.x << " t_x " << p.t_x << " T " << p.T << " h " << p.h << " got "
        << got << " want " << p.value;
  }
  return n;
}

TEST(points, all_263_rows_of_bg_and_mbg) {
  EXPECT_EQ(check_points<bg_nbd>("bg_nbd") + check_points<mbg_nbd>("mbg_nbd"), 263u);
}

TEST(points, all_146_rows_of_pareto) {
  EXPECT_EQ(check_points<pareto_nbd>("pareto_nbd"), 146u);
}

TEST(points, all_24_rows_of_ggompertz) {
  EXPECT_EQ(check_points<ggompertz_nbd>("ggom_nbd"), 24u);
}

// Fader, Hardie & Lee (2005b) and Hardie's note 025, at their rounded parameters.
TEST(points, gamma_gamma) {
  const gamma_gamma m{.p = 6.25, .q = 3.74, .v = 15.44};
  const auto near = [&](double x, double mean, double want) {
    EXPECT_NEAR(expected_spend(m, {x, mean}), want, 5e-7 * want);
  };
  near(0, 0, 35.21898);
  near(1, 11.77, 18.916852);
  near(2, 22.35, 24.663714);
  near(7, 73.74, 71.469671);
  near(2, 35.71, 35.621719);
  near(2, 40, 39.140420);
}

TEST(points, purchases_of_new_customers_as_published_by_hardie) {
  // The BG/NBD spreadsheet of note 004, whose parameters were not rounded: three digits.
  const bg_nbd m{.r = .24259452, .alpha = 4.41360202, .a = .79292202, .b = 2.42590677};
  const std::pair<double, double> published[] = {{1. / 7, .0078},       {1, .0532},   {3, .1506},
                                                 {31 + 6. / 7, 1.0405}, {32, 1.0437}, {78, 1.8576}};
  for (const auto& [t, want] : published) EXPECT_NEAR(expected_purchases(m, t), want, 0.002 * want + 5e-5) << t;
}

// A gradient is the derivative of the same text: against central differences of the value, for every verb.
TEST(points, gradients_are_the_slopes_of_the_values) {
  using dual = numeric::dual<4>;
  const std::array<double, 4> at{.525, 6.183, .891, 1.614};
  std::array<dual, 4> variables;
  for (std::size_t i = 0; i < 4; ++i) variables[i] = dual::variable(at[i], i);
  const auto both = [&](auto&& verb) {
    for (const history h : {history{2, 30.43, 38.86}, history{0, 0, 20}, history{26, 30.5, 31}, history{400, 10, 12}}) {
      const dual slope = verb(basic_mbg_nbd<dual>::from(variables), h);
      for (std::size_t i = 0; i < 4; ++i) {
        auto up = at;
        auto down = at;
        const double step = 1e-5 * at[i];
        up[i] += step;
        down[i] -= step;
        const double difference = (verb(mbg_nbd::from(up), h) - verb(mbg_nbd::from(down), h)) / (2 * step);
        EXPECT_NEAR(slope.g[i], difference, 2e-7 * (std::fabs(difference) + std::fabs(slope.v) / at[i]));
      }
    }
  };
  both([](const auto& m, const history& h) { return log_likelihood(m, h); });
  both([](const auto& m, const history& h) { return log_p_alive(m, h); });
  both([](const auto& m, const history& h) { return expected_purchases(given(m, h), 39.0); });
  both([](const auto& m, const history& h) { return expected_purchases(given(m, h), 3900.0); });
  both([](const auto& m, const history& h) { return log_survival(given(m, h), 39.0); });
  both([](const auto& m, const history& h) { return discounted_purchases(given(m, h), 0.002, 520.0); });
  both([](const auto& m, const history& h) { return discounted_lifetime(given(m, h), 0.002, 520.0); });
}

}  // namespace

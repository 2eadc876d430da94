// One hash for each verb of each model over a small grid, whoever computes it: verbs.csv holds them, this test reads it
// in every leg of tests/run, and bindings/python/tests/test_golden_verbs.py asks the module the same questions in the
// same order. VALOREM_WRITE_DOCS=1 writes the file, on purpose, where the rounding of a formula changes.
#include "golden/hasher.hpp"
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <support/numbers.hpp>
#include <vector>

namespace {

using namespace valorem;
using golden::hasher;

using support::inf;

/// What is asked: past and future in the model's own time.
struct grid {
  std::vector<history> past;
  std::array<double, 3> ahead;
  double rate;
  std::array<double, 3> counts{0, 1, 5};
  std::array<double, 3> chances{0.125, 0.5, 0.875};
  std::array<double, 2> horizons{52, inf};
};

const grid& weeks() {
  static const grid g{.past = {{0, 0, 0},
                               {0, 0, 38.86},
                               {1, 1.71, 38.86},
                               {2, 30.43, 38.86},
                               {7, 35, 35},
                               {26, 30.5, 31},
                               {300, 100.25, 101}},
                      .ahead = {0.5, 39, 520},
                      .rate = 0.0027};
  return g;
}
const grid& periods() {
  static const grid g{.past = {{0, 0, 0}, {0, 0, 6}, {1, 1, 6}, {2, 4, 6}, {6, 6, 6}, {26, 30, 31}, {100, 180, 200}},
                      .ahead = {1, 5, 100},
                      .rate = 0.125};
  return g;
}

/// model,verb,hash as the file has them.
class page {
 public:
  void add(std::string_view model, std::string_view verb, const hasher& h) {
    text_ << model << ',' << verb << ",0x" << std::hex << std::setw(16) << std::setfill('0') << h.value() << '\n';
  }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_{"model,verb,hash\n", std::ios::ate};
};

template <class M>
double likelihood(const M& m, const history& h) {
  if constexpr (erlang_model<M>) {
    return log_likelihood(m, h, -2.0 * h.x);
  } else {
    return log_likelihood(m, h);
  }
}

template <template <class> class Basic>
void add_slopes(const Basic<double>& m, const grid& g, page& out) {
  constexpr std::size_t n = parameter_count<Basic<double>>;
  using number = numeric::dual<n>;
  std::array<number, n> variables;
  for (std::size_t i = 0; i < n; ++i) variables[i] = number::variable(m.parameters()[i], i);
  const auto moving = alike<Basic<number>>(m, variables);
  hasher h;
  for (const history& past : g.past) {
    number l;
    if constexpr (erlang_model<Basic<double>>) {
      l = log_likelihood(moving, past, -2.0 * past.x);
    } else {
      l = log_likelihood(moving, past);
    }
    for (const double slope : l.g) h.add(numeric::is_nan(l.v) ? not_a_value : slope);
  }
  out.add(Basic<double>::model_name, "log_likelihood_gradient", h);
}

/// ask(history, add) of each past.
template <class M, class Ask>
void add_verb(std::string_view verb, const grid& g, page& out, Ask&& ask) {
  hasher h;
  for (const history& past : g.past) ask(past, h);
  out.add(M::model_name, verb, h);
}

template <template <class> class Basic>
void add_purchases(const Basic<double>& m, const grid& g, page& out) {
  using M = Basic<double>;
  const double t = g.ahead[1];
  add_verb<M>("log_likelihood", g, out, [&](const history& p, hasher& h) { h.add(likelihood(m, p)); });
  add_slopes<Basic>(m, g, out);
  add_verb<M>("log_p_alive", g, out, [&](const history& p, hasher& h) { h.add(log_p_alive(m, p)); });
  add_verb<M>("p_alive", g, out, [&](const history& p, hasher& h) { h.add(p_alive(m, p)); });
  add_verb<M>("p_alive_ahead", g, out, [&](const history& p, hasher& h) { h.add(p_alive(m, p, t)); });
  const auto with_each = [&](std::string_view verb, const auto& values, auto&& of) {
    add_verb<M>(verb, g, out, [&](const history& p, hasher& h) {
      const auto future = given(m, p);
      for (const double v : values) h.add(of(future, v));
    });
  };
  with_each("expected_purchases", g.ahead, [](const auto& f, double v) { return expected_purchases(f, v); });
  with_each("pmf", g.counts, [&](const auto& f, double v) { return pmf(f, v, t); });
  with_each("cdf", g.counts, [&](const auto& f, double v) { return cdf(f, v, t); });
  with_each("at_least", g.counts, [&](const auto& f, double v) { return at_least(f, v, t); });
  with_each("next_purchase_quantile", g.chances, [](const auto& f, double v) { return next_purchase_quantile(f, v); });
  with_each("discounted_purchases", g.horizons,
            [&](const auto& f, double v) { return discounted_purchases(f, g.rate, v); });
  with_each("discounted_lifetime", g.horizons,
            [&](const auto& f, double v) { return discounted_lifetime(f, g.rate, v); });
  hasher fresh;
  for (const double v : g.ahead) fresh.add(expected_purchases(m, v));
  out.add(M::model_name, "expected_purchases_new", fresh);
  add_verb<M>("posterior_rates", g, out, [&](const history& p, hasher& h) {
    const rate_posterior r = posterior(m, p);
    for (const double v : {r.purchase_rate.mean, r.purchase_rate.variance, r.dropout.mean, r.dropout.variance})
      h.add(v);
  });
  const std::vector<M> one{m};
  add_verb<M>("predictive_interval", g, out, [&](const history& p, hasher& h) {
    const count_interval ends = predictive_interval(std::span<const M>(one), p, t);
    h.add(ends.low);
    h.add(ends.high);
  });
}

template <class M>
void add_contracts(const M& m, page& out) {
  hasher survived, logs, kept, lost, lifetimes, residual, left;
  for (const double t : {0.0, 1.0, 7.0, 1000.0}) {
    survived.add(survival(m, t));
    logs.add(log_survival(m, t));
    kept.add(retention(m, t));
    lost.add(pmf(m, t));
  }
  for (const double rate : {0.125, 0.01}) {
    lifetimes.add(expected_lifetime(m, rate));
    for (const double n : {0.0, 1.0, 5.0}) residual.add(residual_lifetime(m, rate, n));
  }
  for (const double horizon : {1.0, 12.0, 1000.0}) left.add(expected_residual_lifetime(m, horizon, 2.0));
  out.add(M::model_name, "survival", survived);
  out.add(M::model_name, "log_survival", logs);
  out.add(M::model_name, "retention", kept);
  out.add(M::model_name, "pmf", lost);
  out.add(M::model_name, "expected_lifetime", lifetimes);
  out.add(M::model_name, "residual_lifetime", residual);
  out.add(M::model_name, "expected_residual_lifetime", left);
}

void add_spend(const gamma_gamma& m, page& out) {
  hasher likelihoods, means, deviations, cdfs, quantiles, next;
  for (const spend_history& s :
       {spend_history{1, 11.75}, spend_history{2, 22.5}, spend_history{7, 73.75}, spend_history{500, 30}}) {
    likelihoods.add(log_likelihood(m, s));
    means.add(expected_spend(m, s));
    deviations.add(spend_sd(m, s));
    for (const double amount : {5.0, 35.0, 200.0}) {
      cdfs.add(spend_cdf(m, s, amount));
      next.add(next_spend_cdf(m, s, amount));
    }
    for (const double u : {0.125, 0.5, 0.875}) quantiles.add(spend_quantile(m, s, u));
  }
  out.add(gamma_gamma::model_name, "log_likelihood", likelihoods);
  out.add(gamma_gamma::model_name, "expected_spend", means);
  out.add(gamma_gamma::model_name, "spend_sd", deviations);
  out.add(gamma_gamma::model_name, "spend_cdf", cdfs);
  out.add(gamma_gamma::model_name, "spend_quantile", quantiles);
  out.add(gamma_gamma::model_name, "next_spend_cdf", next);
}

std::string computed() {
  page out;
  add_purchases<basic_nbd>({.r = 0.385, .alpha = 12.072}, weeks(), out);
  add_purchases<basic_bg_nbd>({.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}, weeks(), out);
  add_purchases<basic_mbg_nbd>({.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614}, weeks(), out);
  add_purchases<basic_bg_cnbd>({.k = 2, .r = 0.5, .alpha = 4.0, .a = 0.75, .b = 2.5}, weeks(), out);
  add_purchases<basic_mbg_cnbd>({.k = 3, .r = 0.75, .alpha = 3.0, .a = 0.75, .b = 2.5}, weeks(), out);
  add_purchases<basic_pareto_nbd>({.r = 0.553, .alpha = 10.578, .s = 0.606, .beta = 11.669}, weeks(), out);
  add_purchases<basic_ggompertz_nbd>({.r = 1, .alpha = 10, .b = 0.05, .s = 0.5, .beta = 2}, weeks(), out);
  add_purchases<basic_bg_bb>({.alpha = 1.204, .beta = 0.75, .gamma = 0.657, .delta = 2.783}, periods(), out);
  add_contracts(shifted_beta_geometric{.alpha = 0.704, .beta = 1.182}, out);
  add_contracts(beta_discrete_weibull{.alpha = 0.456, .beta = 0.779, .c = 1.283}, out);
  add_spend({.p = 6.25, .q = 3.74, .v = 15.44}, out);
  return out.text();
}

TEST(golden, every_verb_of_every_model_has_one_hash) {
  const std::string path = VALOREM_TEST_DIR "/golden/verbs.csv";
  const std::string got = computed();
  if (std::getenv("VALOREM_WRITE_DOCS") != nullptr) {
    std::ofstream(path, std::ios::binary) << got;
    std::cout << "wrote " << path << '\n';
  }
  std::ifstream file(path, std::ios::binary);
  std::istringstream answers(got);
  std::string want, line;
  while (std::getline(answers, line)) {
    ASSERT_TRUE(std::getline(file, want)) << "the file ends before " << line;
    EXPECT_EQ(line, want);
  }
  EXPECT_FALSE(std::getline(file, want)) << "the file has more: " << want;
}

}  // namespace

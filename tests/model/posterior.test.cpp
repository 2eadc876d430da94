// What a history says of a customer's own rates: against a table made by two routes, against derivatives of the
// likelihood, and against simulated customers whose rates are known.
#include <valorem/model.hpp>
#include <valorem/numeric/dual.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <support/numbers.hpp>
#include <type_traits>

namespace {

using namespace valorem;

using support::eps;

// The prior of λ is in the likelihood as α^r e^(-αλ), so d ln L/dα = r/α - E[λ] and d² ln L/dα² = Var[λ] - r/α²; the
// same of μ and β.
template <template <class> class B>
void expect_derivatives(const B<double>& m, const history& h) {
  constexpr std::size_t k = parameter_count<B<double>>;
  using number = numeric::dual<k>;
  std::array<number, k> v;
  for (std::size_t i = 0; i < k; ++i) v[i] = number::variable(m.parameters()[i], i);
  const number l = log_likelihood(B<number>::from(v), h);
  const rate_posterior of = posterior(m, h);
  const auto check_pair = [&](std::size_t shape, const mean_and_variance& got) {
    const double s = m.parameters()[shape];
    const double rate = m.parameters()[shape + 1];
    // The difference loses what the prior's part is larger than the moment, and the Hessian has its own noise.
    const double noise = 1e-9;
    EXPECT_NEAR(got.mean, s / rate - l.g[shape + 1], 1e-12 * got.mean + noise * s / rate)
        << h.x << " " << h.t_x << " " << h.T;
    EXPECT_NEAR(got.variance, s / rate / rate + l.h[number::index(shape + 1, shape + 1)],
                1e-9 * got.variance + noise * (s / rate / rate))
        << h.x << " " << h.t_x << " " << h.T;
  };
  check_pair(0, of.purchase_rate);
  if (B<double>::model_name == "pareto_nbd") check_pair(2, of.dropout);
  if constexpr (std::is_same_v<B<double>, ggompertz_nbd>) {
    check_pair(3, {of.dropout.mean / m.b, of.dropout.variance / m.b / m.b});  // of η
  }
}

TEST(posterior, rates_are_derivatives_of_the_likelihood) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> exponent(-1.5, 1.5);
  std::uniform_real_distribution<double> share(0, 1);
  const auto some = [&] { return std::pow(10.0, exponent(random)); };
  for (int i = 0; i < 300; ++i) {
    const double T = 30 * some();
    const double x = std::floor(some());
    const history h{x, x == 0 ? 0.0 : T * share(random), T};
    const double r = some(), alpha = 10 * some(), a = some(), b = some();
    expect_derivatives<basic_nbd>({r, alpha}, h);
    expect_derivatives<basic_bg_nbd>({r, alpha, a, b}, h);
    expect_derivatives<basic_mbg_nbd>({r, alpha, a, b}, h);
    expect_derivatives<basic_pareto_nbd>({r, alpha, a, 10 * b}, h);
    expect_derivatives<basic_ggompertz_nbd>({r, alpha, 0.01 * some(), a, b}, h);
  }
}

// Of customers whose rates are known, the mean is right on average and misses by its variance. Seeds are fixed, so five
// standard errors either always hold or never do.
template <class M>
void expect_calibrated(const M& m, double T) {
  SCOPED_TRACE(std::string(M::model_name));
  constexpr int customers = 8000;
  struct sums {
    double off = 0, off_squares = 0, excess = 0, excess_squares = 0;
    void add(double truth, const mean_and_variance& said) {
      const double d = truth - said.mean;
      const double e = d * d - said.variance;
      off += d, off_squares += d * d, excess += e, excess_squares += e * e;
    }
    void expect_none() const {
      EXPECT_LE(std::fabs(off), 5 * std::sqrt(off_squares));
      EXPECT_LE(std::fabs(excess), 5 * std::sqrt(excess_squares));
    }
  };
  sums buys;
  sums goes;
  for (std::uint64_t i = 0; i < customers; ++i) {
    const simulated_customer c = simulate(m, T, 12, i);
    const rate_posterior said = posterior(m, c.seen);
    buys.add(c.purchase_rate, said.purchase_rate);
    goes.add(c.dropout, said.dropout);
  }
  buys.expect_none();
  goes.expect_none();
}

TEST(posterior, is_calibrated_on_simulated_customers) {
  expect_calibrated(nbd{.r = 0.8, .alpha = 9.0}, 39);
  expect_calibrated(bg_nbd{.r = 2.0, .alpha = 9.0, .a = 1.5, .b = 4.0}, 39);
  expect_calibrated(mbg_nbd{.r = 2.0, .alpha = 9.0, .a = 1.5, .b = 4.0}, 39);
  expect_calibrated(pareto_nbd{.r = 2.0, .alpha = 9.0, .s = 3.0, .beta = 60.0}, 39);
  expect_calibrated(ggompertz_nbd{.r = 2.0, .alpha = 9.0, .b = 0.1, .s = 3.0, .beta = 20.0}, 39);
  expect_calibrated(bg_cnbd{.k = 3, .r = 2.0, .alpha = 3.0, .a = 1.5, .b = 4.0}, 39);
  expect_calibrated(mbg_cnbd{.k = 2, .r = 2.0, .alpha = 4.0, .a = 1.5, .b = 4.0}, 39);
  expect_calibrated(bg_bb{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8}, 8);
}

void expect_prior(const mean_and_variance& got, double mean, double variance) {
  EXPECT_NEAR(got.mean, mean, 4 * eps * mean);
  EXPECT_NEAR(got.variance, variance, 8 * eps * variance);
}

TEST(posterior, after_nothing_observed_is_the_prior) {
  const history nothing{0, 0, 0};
  expect_prior(posterior(nbd{2, 5}, nothing).purchase_rate, 0.4, 0.08);
  const auto bg = posterior(bg_nbd{2, 5, 1, 3}, nothing);
  expect_prior(bg.purchase_rate, 0.4, 0.08);
  expect_prior(bg.dropout, 0.25, 0.0375);
  const auto mbg = posterior(mbg_nbd{2, 5, 1, 3}, nothing);
  expect_prior(mbg.purchase_rate, 0.4, 0.08);
  expect_prior(mbg.dropout, 0.25, 0.0375);
  const auto pareto = posterior(pareto_nbd{2, 5, 1, 4}, nothing);
  expect_prior(pareto.purchase_rate, 0.4, 0.08);
  expect_prior(pareto.dropout, 0.25, 0.0625);
  const auto ggompertz = posterior(ggompertz_nbd{2, 5, 0.5, 1, 4}, nothing);
  expect_prior(ggompertz.purchase_rate, 0.4, 0.08);
  expect_prior(ggompertz.dropout, 0.125, 0.015625);
  const auto regular = posterior(bg_cnbd{4, 2, 5, 1, 3}, nothing);
  expect_prior(regular.purchase_rate, 0.1, 0.005);
  expect_prior(regular.dropout, 0.25, 0.0375);
  const auto modified = posterior(mbg_cnbd{4, 2, 5, 1, 3}, nothing);
  expect_prior(modified.purchase_rate, 0.1, 0.005);
  expect_prior(modified.dropout, 0.25, 0.0375);
  const auto bb = posterior(bg_bb{1, 3, 1, 4}, nothing);
  expect_prior(bb.purchase_rate, 0.25, 0.0375);
  expect_prior(bb.dropout, 0.2, 4.0 / 150);
}

// One stage is the plain model; of a narrow λ, and silent for long, she has left. The limit b to 0 with β/b fixed is
// Pareto/NBD, off by no more than the hazard's growth of (1 + s) b T.
TEST(posterior, of_a_simpler_model_is_the_same) {
  const auto expect_same = [](const rate_posterior& one, const rate_posterior& other, double part) {
    EXPECT_NEAR(one.purchase_rate.mean, other.purchase_rate.mean, part * other.purchase_rate.mean);
    EXPECT_NEAR(one.purchase_rate.variance, other.purchase_rate.variance, part * other.purchase_rate.variance);
    EXPECT_NEAR(one.dropout.mean, other.dropout.mean, part * other.dropout.mean);
    EXPECT_NEAR(one.dropout.variance, other.dropout.variance, part * other.dropout.variance);
  };
  for (const history& h :
       {history{0, 0, 38.86}, history{2, 30.43, 38.86}, history{26, 30.857, 31}, history{1, 31, 31}}) {
    expect_same(posterior(bg_cnbd{1, 0.5, 6, 0.9, 1.6}, h), posterior(bg_nbd{0.5, 6, 0.9, 1.6}, h), 1e-13);
    expect_same(posterior(mbg_cnbd{1, 0.5, 6, 0.9, 1.6}, h), posterior(mbg_nbd{0.5, 6, 0.9, 1.6}, h), 1e-13);
    const double b = 1e-10;
    expect_same(posterior(ggompertz_nbd{0.5, 10, b, 0.6, 12 * b}, h), posterior(pareto_nbd{0.5, 10, 0.6, 12}, h),
                4 * 1.6 * b * h.T);
  }
}

template <class M>
void expect_sound(const M& m, const history& h) {
  const rate_posterior of = posterior(m, h);
  for (const auto& [mean, variance] : {of.purchase_rate, of.dropout}) {
    const bool never = M::model_name == "nbd" && mean == 0 && variance == 0;
    EXPECT_TRUE(never || (mean > 0 && std::isfinite(mean) && variance > 0 && std::isfinite(variance)))
        << M::model_name << " x " << h.x << " t_x " << h.t_x << " T " << h.T << ": " << mean << " " << variance;
  }
}

TEST(posterior, has_no_hole_in_the_legal_domain) {
  for (const double small : {1e-3, 1.0, 1e3}) {
    for (const double large : {1e-3, 1.0, 1e3}) {
      for (const double T : {1e-6, 1.0, 1e4, 1e9}) {
        for (const double x : {0.0, 1.0, 40.0, 1e6}) {
          for (const double share : {1e-9, 0.5, 1 - 1e-9, 1.0}) {
            const history h{x, x == 0 ? 0.0 : share * T, T};
            expect_sound(nbd{small, large}, h);
            expect_sound(bg_nbd{small, large, large, small}, h);
            expect_sound(bg_nbd{large, small, small, large}, h);
            expect_sound(mbg_nbd{small, large, small, large}, h);
            expect_sound(pareto_nbd{small, large, large, small}, h);
            expect_sound(pareto_nbd{large, small, small, large}, h);
            for (const int k : {2, 12}) {
              expect_sound(bg_cnbd{k, small, large, large, small}, h);
              expect_sound(mbg_cnbd{k, small, large, small, large}, h);
            }
            // Later than that her hazard at the start, had she stayed, is below the smallest double.
            for (const double b : {1e-9, 1e-3, 1.0, 1e3}) {
              if (b * T > 300) continue;
              expect_sound(ggompertz_nbd{small, large, b, large, small}, h);
              expect_sound(ggompertz_nbd{large, small, b, small, large}, h);
            }
          }
        }
      }
      for (const history& h : {history{0, 0, 1e4}, history{1e4, 1e4, 1e4}, history{1, 1, 1e4}, history{3, 9000, 1e4}}) {
        expect_sound(bg_bb{small, large, large, small}, h);
        expect_sound(bg_bb{large, small, small, large}, h);
      }
    }
  }
}

template <class M>
void expect_nothing(const M& m, const history& h) {
  const rate_posterior of = posterior(m, h);
  for (const double v : {of.purchase_rate.mean, of.purchase_rate.variance, of.dropout.mean, of.dropout.variance}) {
    EXPECT_TRUE(std::isnan(v)) << M::model_name;
  }
}

TEST(posterior, of_bad_rows_and_parameters_is_nothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const history& h : {history{nan, 1, 2}, history{1, 3, 2}, history{1.5, 1, 2}, history{1, 1, nan}}) {
    expect_nothing(nbd{1, 1}, h);
    expect_nothing(bg_nbd{1, 1, 1, 1}, h);
    expect_nothing(mbg_nbd{1, 1, 1, 1}, h);
    expect_nothing(pareto_nbd{1, 1, 1, 1}, h);
    expect_nothing(ggompertz_nbd{1, 1, 1, 1, 1}, h);
    expect_nothing(bg_cnbd{2, 1, 1, 1, 1}, h);
    expect_nothing(mbg_cnbd{2, 1, 1, 1, 1}, h);
    expect_nothing(bg_bb{1, 1, 1, 1}, h);
  }
  expect_nothing(nbd{-1, 1}, {1, 1, 2});
  expect_nothing(bg_nbd{1, 1, 0, 1}, {1, 1, 2});
  expect_nothing(bg_nbd{1, 1, 0, 1}, {0, 0, 2});
  expect_nothing(mbg_nbd{1, 1, 0, 1}, {1, 1, 2});
  expect_nothing(pareto_nbd{1, 1, 1, nan}, {1, 1, 2});
  expect_nothing(ggompertz_nbd{1, 1, 0, 1, 1}, {1, 1, 2});
  expect_nothing(bg_cnbd{13, 1, 1, 1, 1}, {0, 0, 2});
  expect_nothing(mbg_cnbd{2, 1, 1, 1, 0}, {1, 1, 2});
  expect_nothing(bg_bb{1, 1, 1, -1}, {1, 1, 2});
}

}  // namespace

// Intervals and tests from fits: by hand, on CDNOW, and how often they are right over simulated populations.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <support/cdnow.hpp>
#include <type_traits>
#include <vector>

namespace {

using namespace valorem;

TEST(inference, intervals_by_hand) {
  // z of 95 % is 1.959963984540054 (Abramowitz & Stegun, Table 26.5 has 1.95996).
  const double z = 1.959963984540054;
  const interval natural = confidence_interval(2.0, 0.5, 0.95, parameter_scale::natural);
  EXPECT_NEAR(natural.low, 2.0 - 0.5 * z, 1e-13);
  EXPECT_NEAR(natural.high, 2.0 + 0.5 * z, 1e-13);
  const interval logarithm = confidence_interval(2.0, 0.5);
  EXPECT_NEAR(logarithm.low, 2.0 * std::exp(-0.25 * z), 1e-13);
  EXPECT_NEAR(logarithm.high, 2.0 * std::exp(0.25 * z), 1e-13);
  const interval unknown = confidence_interval(2.0, not_a_value);
  EXPECT_TRUE(std::isnan(unknown.low) && std::isnan(unknown.high));
  for (const double level : {0.0, 1.0, -0.5, 95.0, not_a_value}) {
    EXPECT_THROW((void)confidence_interval(2.0, 0.5, level), contract_error) << level;
  }
}

TEST(inference, ratio_by_hand) {
  const likelihood_ratio t = likelihood_ratio_test(-102.0, -100.0, 2);
  EXPECT_EQ(t.statistic, 4.0);
  EXPECT_NEAR(t.p_value, std::exp(-2.0), 1e-14);
  EXPECT_EQ(likelihood_ratio_test(-100.0, -100.0 - 1e-9, 1).p_value, 1.0);
  EXPECT_THROW((void)likelihood_ratio_test(-100.0, -101.0, 1), contract_error);
  EXPECT_THROW((void)likelihood_ratio_test(-100.0, -99.0, 0), contract_error);
  EXPECT_THROW((void)likelihood_ratio_test(not_a_value, -99.0, 1), contract_error);
}

// NBD is BG/NBD without dropout: on CDNOW dropout is beyond doubt.
TEST(inference, cdnow_has_dropout) {
  const summary s = summarise(support::cdnow_sample().view(), {.observation_end = support::cdnow_end,
                                                               .calibration_end = support::cdnow_calibration_end,
                                                               .unit = time_unit::week});
  const auto rows = compress(s);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto plain = fit<nbd>(used);
  const auto full = fit<bg_nbd>(used);
  const likelihood_ratio t = likelihood_ratio_test(plain, full);
  EXPECT_EQ(t.degrees_of_freedom, 2);
  EXPECT_EQ(t.statistic, 2 * (full.log_likelihood - plain.log_likelihood));
  EXPECT_LT(t.p_value, 1e-20);
  const auto ends = confidence_intervals(full);
  const auto values = full.model.parameters();
  const auto errors = full.standard_errors();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    EXPECT_EQ(ends[i], confidence_interval(values[i], errors[i]));
    EXPECT_LT(ends[i].low, values[i]);
    EXPECT_GT(ends[i].high, values[i]);
  }
  auto other = full;
  other.rows += 1;
  EXPECT_THROW((void)likelihood_ratio_test(plain, other), contract_error);
}

/// Contracts of one population, each seen for eight periods.
template <class M>
compressed_contracts contracts_of(const M& truth, std::uint64_t seed, std::size_t customers) {
  std::vector<double> duration(customers);
  std::vector<double> churned(customers);
  for (std::size_t i = 0; i < customers; ++i) {
    const contract_history h = simulate(truth, 8.0, seed, i);
    duration[i] = h.duration;
    churned[i] = h.churned;
  }
  return compress(weighted_contracts{.contracts = {duration, churned}});
}

// Four standard errors of a share over 2,000 populations: 1.95 % at 95 % and at 5 %.
TEST(inference, intervals_cover_and_tests_reject_as_often_as_they_say) {
  const shifted_beta_geometric truth{.alpha = 0.7, .beta = 1.2};
  constexpr std::uint64_t populations = 2000;
  int covered[4] = {};
  int rejected = 0;
  for (std::uint64_t seed = 0; seed < populations; ++seed) {
    const auto rows = contracts_of(truth, seed, 2000);
    const auto restricted = fit<shifted_beta_geometric>(rows);
    const auto full = fit<beta_discrete_weibull>(rows);
    ASSERT_EQ(restricted.outcome, fit_status::converged);
    ASSERT_EQ(full.outcome, fit_status::converged);
    const auto wald = confidence_intervals(restricted);
    const auto profile = profile_intervals(rows, restricted);
    for (std::size_t i = 0; i < 2; ++i) {
      const double p = truth.parameters()[i];
      covered[i] += wald[i].low <= p && p <= wald[i].high ? 1 : 0;
      covered[2 + i] += profile[i].low <= p && p <= profile[i].high ? 1 : 0;
    }
    rejected += likelihood_ratio_test(restricted, full).p_value < 0.05 ? 1 : 0;
  }
  const auto n = static_cast<double>(populations);
  for (const int c : covered) EXPECT_NEAR(c / n, 0.95, 0.0195);
  EXPECT_NEAR(rejected / n, 0.05, 0.0195);
}

/// Histories that a model imagines, as a fit takes them.
template <class M>
weighted_histories histories_of(const M& truth, double T, std::uint64_t seed, std::size_t customers) {
  std::vector<double> x(customers), t_x(customers), age(customers, T);
  for (std::size_t i = 0; i < customers; ++i) {
    const history h = simulate(truth, T, seed, i).seen;
    x[i] = h.x;
    t_x[i] = h.t_x;
  }
  return compress(history_columns{x, t_x, age});
}

/// The highest of f on [low, high], by golden section.
template <class F>
double highest(F&& f, double low, double high) {
  const double ratio = 0.5 * (std::sqrt(5.0) - 1);
  double a = high - ratio * (high - low);
  double b = low + ratio * (high - low);
  double at_a = f(a);
  double at_b = f(b);
  for (int k = 0; k < 32; ++k) {
    if (at_a > at_b) {
      high = b;
      b = a;
      at_b = at_a;
      at_a = f(a = high - ratio * (high - low));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      at_b = f(b = low + ratio * (high - low));
    }
  }
  return 0.5 * (low + high);
}

// A twin without derivatives: the likelihood in plain doubles, each other parameter in turn by golden section, then
// along the way that the turn went, until no turn helps.
template <class F>
double best_with(F&& log_likelihood_at, std::size_t held, std::vector<double> x) {
  double top = log_likelihood_at(x);
  for (int turn = 0; turn < 2000; ++turn) {
    const double before = top;
    const std::vector<double> start = x;
    const auto along = [&](const std::vector<double>& way, double low, double high) {
      const auto at = [&](double step) {
        std::vector<double> there = x;
        for (std::size_t i = 0; i < x.size(); ++i) there[i] += step * way[i];
        return there;
      };
      const auto best = at(highest([&](double step) { return log_likelihood_at(at(step)); }, low, high));
      const double value = log_likelihood_at(best);
      if (value > top) {
        top = value;
        x = best;
      }
    };
    for (std::size_t i = 0; i < x.size(); ++i) {
      std::vector<double> axis(x.size());
      axis[i] = 1;
      if (i != held) along(axis, -0.5, 0.5);
    }
    std::vector<double> way = x;
    for (std::size_t i = 0; i < x.size(); ++i) way[i] -= start[i];
    along(way, 0, 20);
    if (top - before < 1e-9) break;
  }
  return top;
}

// At each end the likelihood is short of the top by just what the level asks for: 2 (ln L - best) = z². 1e-6 of it
// moves an end by less than 2e-7 of its distance from the estimate.
template <class M, class Weights, class At>
void expect_ends(const fit_result<M>& f, const intervals_of<M>& ends, const Weights& weight, At&& row) {
  SCOPED_TRACE(std::string(M::model_name));
  ASSERT_EQ(f.outcome, fit_status::converged);
  const auto log_likelihood_at = [&](const std::vector<double>& x) {
    std::array<double, parameter_count<M>> p{};
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = std::exp(x[i]);
    const M m = M::from(p);
    double sum = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) sum += weight[i] * log_likelihood(m, row(i));
    return sum;
  };
  constexpr double z = 1.959963984540054;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    for (const double end : {ends[i].low, ends[i].high}) {
      std::vector<double> x;
      for (const double p : f.model.parameters()) x.push_back(std::log(p));
      ASSERT_TRUE(end > 0 && std::isfinite(end)) << i;
      x[i] = std::log(end);
      EXPECT_NEAR(2 * (f.log_likelihood - best_with(log_likelihood_at, i, x)), z * z, 1e-6) << i;
    }
  }
}

TEST(inference, profile_intervals_of_contracts_against_a_twin) {
  const auto rows = contracts_of(beta_discrete_weibull{.alpha = 0.7, .beta = 1.2, .c = 1.2}, 3, 4000);
  const auto row = [&](std::size_t i) { return rows.columns()[i]; };
  const auto weibull = fit<beta_discrete_weibull>(rows);
  expect_ends(weibull, profile_intervals(rows, weibull), rows.weight, row);
  const auto geometric = fit<shifted_beta_geometric>(rows);
  expect_ends(geometric, profile_intervals(rows, geometric), rows.weight, row);
}

template <class M>
void expect_ends_of_its_own(const M& truth, double T, std::size_t customers) {
  const auto rows = histories_of(truth, T, 5, customers);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<M>(used);
  expect_ends(f, profile_intervals(used, f), rows.weight, [&](std::size_t i) { return rows.columns()[i]; });
}

TEST(inference, profile_intervals_of_purchases_against_a_twin) {
  expect_ends_of_its_own(nbd{.r = 0.8, .alpha = 8.0}, 39.0, 300);
  expect_ends_of_its_own(bg_nbd{.r = 1.5, .alpha = 4.0, .a = 1.5, .b = 2.5}, 39.0, 300);
  expect_ends_of_its_own(mbg_nbd{.r = 1.5, .alpha = 4.0, .a = 1.5, .b = 2.5}, 39.0, 300);
  expect_ends_of_its_own(pareto_nbd{.r = 1.5, .alpha = 4.0, .s = 1.5, .beta = 20.0}, 39.0, 300);
  expect_ends_of_its_own(bg_bb{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8}, 12.0, 3000);
}

TEST(inference, profile_intervals_of_spend_against_a_twin) {
  const gamma_gamma truth{.p = 6.25, .q = 3.74, .v = 15.44};
  std::vector<double> x(300), mean(300);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = 1.0 + static_cast<double>(i % 9);
    mean[i] = simulate(truth, x[i], 5, i).mean;
  }
  const auto rows = compress_spend(x, mean);
  const auto f = fit_spend(rows.x, rows.mean_spend, rows.weight);
  expect_ends(f, profile_spend_intervals(rows.x, rows.mean_spend, rows.weight, f), rows.weight, [&](std::size_t i) {
    return spend_history{rows.x[i], rows.mean_spend[i]};
  });
}

summary sample_in(time_unit unit) {
  return summarise(
      support::cdnow_sample().view(),
      {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end, .unit = unit});
}

template <class M>
intervals_of<M> profile_of(const summary& s, double level = 0.95) {
  const auto rows = compress(s);
  const weighted_rows used{rows.columns(), rows.weight};
  return profile_intervals<M>(used, fit<M>(used), level);
}

TEST(inference, profiles_of_cdnow) {
  const summary weeks = sample_in(time_unit::week);
  const summary days = sample_in(time_unit::day);
  const auto expect_scaled = [&]<class M>(std::type_identity<M>) {
    const auto a = profile_of<M>(weeks);
    const auto b = profile_of<M>(days);
    const auto wider = profile_of<M>(weeks, 0.99);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::string_view name = M::parameter_names[i];
      const double unit = name == "alpha" || name == "beta" ? 7.0 : 1.0;
      EXPECT_NEAR(b[i].low, unit * a[i].low, 1e-6 * unit * a[i].low) << name;
      EXPECT_NEAR(b[i].high, unit * a[i].high, 1e-6 * unit * a[i].high) << name;
      EXPECT_LT(wider[i].low, a[i].low) << name;
      EXPECT_GT(wider[i].high, a[i].high) << name;
    }
  };
  expect_scaled(std::type_identity<nbd>{});
  expect_scaled(std::type_identity<bg_nbd>{});
  expect_scaled(std::type_identity<mbg_nbd>{});
  expect_scaled(std::type_identity<pareto_nbd>{});
}

// Customers who never leave: a and b may be anything that keeps a small beside b, so the interval of a reaches 0.
TEST(inference, a_profile_is_open_towards_a_limit) {
  const auto rows = histories_of(nbd{.r = 1.0, .alpha = 10.0}, 39.0, 2, 3000);
  const weighted_rows used{rows.columns(), rows.weight};
  const auto f = fit<bg_nbd>(used);
  EXPECT_NE(f.outcome, fit_status::converged);
  const auto ends = profile_intervals(used, f);
  EXPECT_EQ(ends[2].low, 0.0);
  // r is that of the NBD, and known as well as there, but for the little dropout that chance lets the fit find: its
  // likelihood is less than 0.5 above the NBD's, which moves an end by less than a tenth of its distance.
  const auto plain = fit<nbd>(used);
  const auto of_plain = profile_intervals(used, plain);
  EXPECT_LT(f.log_likelihood - plain.log_likelihood, 0.5);
  const double r = plain.model.r;
  EXPECT_NEAR(ends[0].low, of_plain[0].low, 0.1 * (r - of_plain[0].low));
  EXPECT_NEAR(ends[0].high, of_plain[0].high, 0.1 * (of_plain[0].high - r));
  auto of_others = f;
  of_others.rows += 1;
  EXPECT_THROW((void)profile_intervals(used, of_others), contract_error);
  const auto others = histories_of(nbd{.r = 1.0, .alpha = 10.0}, 39.0, 3, 3000);  // as many, and not the same
  EXPECT_THROW((void)profile_intervals(weighted_rows{others.columns(), others.weight}, f), contract_error);
  EXPECT_THROW((void)profile_intervals(used, f, 1.0), contract_error);
}

// A handful of customers: whatever the likelihood does, the search ends, and an end that is found lies beyond the
// estimate.
TEST(inference, profiles_of_tiny_samples_end) {
  int open = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto rows = histories_of(nbd{.r = 0.5, .alpha = 8.0}, 25.0, seed, 30);
    const weighted_rows used{rows.columns(), rows.weight};
    const auto expect_around = [&]<class M>(const fit_result<M>& f) {
      const auto ends = profile_intervals(used, f);
      const auto p = f.model.parameters();
      for (std::size_t i = 0; i < ends.size(); ++i) {
        EXPECT_FALSE(ends[i].low > p[i] || ends[i].high < p[i]) << M::model_name << " " << i << " of seed " << seed;
        open += ends[i].low == 0 || std::isinf(ends[i].high) ? 1 : 0;
      }
    };
    expect_around(fit<nbd>(used));
    expect_around(fit<bg_nbd>(used));
    expect_around(fit<mbg_nbd>(used));
    if (seed < 6) expect_around(fit<pareto_nbd>(used));  // its likelihood costs thirty times as much
  }
  EXPECT_GT(open, 0);
}

}  // namespace

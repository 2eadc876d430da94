// How often intervals hold what they should: the true value of each parameter, and a customer's next purchases, over
// populations that each model imagines. tests/reference/coverage.csv holds what the long form counted, docs/accuracy.md
// says it.
#include "model/populations.hpp"
#include "model/walk.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <support/long_form.hpp>
#include <support/record.hpp>
#include <thread>
#include <vector>

namespace {

using namespace populations;

constexpr double level = 0.95;

/// Customers seen for T, of the smallest size of 10, 20, 50, 100, ... from which each of 2,000 populations has its
/// likelihood's maximum inside; of `smaller`, the size before, population number `edge` has not. `brief`: how many
/// populations the short form takes, which is about a quarter of a second.
template <class M>
struct plan {
  setting<M> of;
  std::size_t size;
  std::size_t smaller;
  std::uint64_t edge;
  int brief;
};

// A model joins by one line here and in `every_model`. GGompertz/NBD's hazard must move while it is seen (b T = 16):
// where it hardly does, that is Pareto/NBD, and b is not determined.
template <class M>
constexpr plan<M> plan_of{};
template <>
constexpr plan<nbd> plan_of<nbd>{{{.r = .385, .alpha = 12.07}, 39}, 50, 20, 322, 400};
template <>
constexpr plan<bg_nbd> plan_of<bg_nbd>{{{.r = .243, .alpha = 4.414, .a = .793, .b = 2.426}, 39}, 1000, 500, 20, 10};
template <>
constexpr plan<mbg_nbd> plan_of<mbg_nbd>{{{.r = .525, .alpha = 6.183, .a = .891, .b = 1.614}, 39}, 1000, 500, 159, 10};
template <>
constexpr plan<bg_cnbd> plan_of<bg_cnbd>{{{.k = 2, .r = 1.5, .alpha = 2, .a = .9, .b = 2.5}, 52}, 100, 50, 16, 30};
template <>
constexpr plan<mbg_cnbd> plan_of<mbg_cnbd>{{{.k = 3, .r = 1.5, .alpha = 2, .a = .9, .b = 2.5}, 52}, 200, 100, 904, 15};
template <>
constexpr plan<pareto_nbd> plan_of<pareto_nbd>{{{.r = 1.5, .alpha = 2, .s = 1.5, .beta = 20}, 52}, 200, 100, 0, 5};
template <>
constexpr plan<ggompertz_nbd> plan_of<ggompertz_nbd>{
    {{.r = 2, .alpha = 2, .b = .2, .s = .6, .beta = 1000}, 78}, 200, 100, 1760, 1};
template <>
constexpr plan<bg_bb> plan_of<bg_bb>{
    {{.alpha = 1.204, .beta = .75, .gamma = .657, .delta = 2.783}, 12}, 500, 200, 353, 5};
template <>
constexpr plan<shifted_beta_geometric> plan_of<shifted_beta_geometric>{
    {{.alpha = .704, .beta = 1.182}, 8}, 100, 50, 410, 400};
template <>
constexpr plan<beta_discrete_weibull> plan_of<beta_discrete_weibull>{
    {{.alpha = .7, .beta = 1.2, .c = 1.2}, 8}, 1000, 500, 1069, 100};
template <>
constexpr plan<gamma_gamma> plan_of<gamma_gamma>{{{.p = 6.25, .q = 3.74, .v = 15.44}, 9}, 2000, 1000, 916, 2};

/// Counted at the size of CDNOW's sample too, which many know.
using cdnow_models = testing::Types<bg_nbd, mbg_nbd>;

/// In how many populations an interval held what it should.
template <class M>
struct counts {
  int populations = 0;
  std::array<int, parameter_count<M>> profile{}, wald_log{}, wald_natural{};
  int purchases = 0;
};

/// Of a model of purchases; contracts and spend have no count of what comes next.
template <class M>
constexpr bool has_purchases = std::is_same_v<decltype(rows_of(setting<M>{}, 0, 0)), weighted_histories>;

bool holds(const interval& i, double value) {
  return i.low <= value && value <= i.high;
}

/// Whether a customer who is none of the population buys in the time after T as often as its draws say.
template <class M>
bool foretold(const M& truth, double T, const weighted_histories& rows, const fit_result<M>& f, std::uint64_t seed) {
  const walked_customer one = walk(truth, T, seed, 0);
  const auto draws = draw_posterior(used(rows), f, {.size = 50, .seed = seed, .proposals = 100});
  const count_interval i = predictive_interval<M>(draws.models, one.seen, T, level);
  return i.low <= one.later && one.later <= i.high;
}

template <class M>
void count_one(counts<M>& to, std::uint64_t seed, std::size_t size) {
  const setting<M>& s = plan_of<M>.of;
  const auto rows = rows_of(s, seed, size);
  const fit_result<M> f = fitted(s.truth, rows);
  to.populations = 1;
  ASSERT_EQ(f.outcome, fit_status::converged) << "population " << seed << ": " << f.limit;
  const double z = z_for_level(level);
  const auto profile = within_profile(rows, f, s.truth, z);
  const auto log_scale = confidence_intervals(f, level, parameter_scale::logarithm);
  const auto natural = confidence_intervals(f, level, parameter_scale::natural);
  for (std::size_t i = 0; i < profile.size(); ++i) {
    const double value = s.truth.parameters()[i];
    EXPECT_FALSE(std::isnan(profile[i])) << "population " << seed << ' ' << M::parameter_names[i];
    to.profile[i] = profile[i] == 1 ? 1 : 0;
    to.wald_log[i] = holds(log_scale[i], value) ? 1 : 0;
    to.wald_natural[i] = holds(natural[i], value) ? 1 : 0;
  }
  if constexpr (has_purchases<M>) to.purchases = foretold(s.truth, s.T, rows, f, seed) ? 1 : 0;
}

/// Over populations number 0 to n - 1, the long form's on every core.
template <class M>
counts<M> count(int n, std::size_t size) {
  std::vector<counts<M>> each(static_cast<std::size_t>(n));
  const execution how = support::long_form() ? threads(std::thread::hardware_concurrency()) : execution{};
  numeric::for_items(each.size(), how, [&](std::size_t i) { count_one(each[i], i, size); });
  counts<M> out;
  for (const counts<M>& one : each) {
    out.populations += one.populations;
    for (std::size_t i = 0; i < out.profile.size(); ++i) {
      out.profile[i] += one.profile[i];
      out.wald_log[i] += one.wald_log[i];
      out.wald_natural[i] += one.wald_natural[i];
    }
    out.purchases += one.purchases;
  }
  return out;
}

/// How many intervals are held to the band: each parameter's from both sides, purchases' from below.
template <class... M>
constexpr int intervals_of_all(testing::Types<M...>) {
  return ((static_cast<int>(parameter_count<M>) + (has_purchases<M> ? 1 : 0)) + ...);
}
constexpr int bands = intervals_of_all(every_model{}) + intervals_of_all(cdnow_models{});

/// Of n intervals that each miss with a chance of 5 %, the fewest and the most misses that are not called a failure:
/// beyond either lies at most its share of 1e-3, which all sides of all bands have together (Bonferroni).
struct band {
  explicit band(int n) {
    const double of_one_side = 1e-3 / bands / 2;
    double p = numeric::exp(n * numeric::log(level));  // of `misses`
    double below = 0;
    for (int misses = 0; misses <= n; ++misses) {
      if (below + p <= of_one_side) fewest = misses + 1;
      below += p;
      if (1 - below > of_one_side) most = misses + 1;
      p *= (n - misses) / (misses + 1.0) * (1 - level) / level;
    }
  }
  int fewest = 0;
  int most = 0;
};

template <class M>
void expect_within_band(const counts<M>& c) {
  const band allowed(c.populations);
  for (std::size_t i = 0; i < c.profile.size(); ++i) {
    EXPECT_GE(c.populations - c.profile[i], allowed.fewest) << M::parameter_names[i];
    EXPECT_LE(c.populations - c.profile[i], allowed.most) << M::parameter_names[i];
  }
  if (has_purchases<M>) {
    EXPECT_LE(c.populations - c.purchases, allowed.most);
  }
}

constexpr int populations_of_long_form = 2000;

/// `name` is the model's, or tells what else of it was counted.
template <class M>
std::vector<support::fields> lines_of(const counts<M>& c, std::string_view name = M::model_name,
                                      std::size_t size = plan_of<M>.size) {
  const support::fields head{std::string(name), written(plan_of<M>.of.truth),
                             std::to_string(static_cast<int>(plan_of<M>.of.T)), std::to_string(size),
                             std::to_string(c.populations)};
  std::vector<support::fields> out;
  const auto add = [&](std::string_view what, std::string_view interval, int held) {
    out.push_back(head);
    out.back().insert(out.back().end(), {std::string(what), std::string(interval), std::to_string(held)});
  };
  for (std::size_t i = 0; i < c.profile.size(); ++i) {
    add(M::parameter_names[i], "profile", c.profile[i]);
    add(M::parameter_names[i], "wald_log", c.wald_log[i]);
    add(M::parameter_names[i], "wald_natural", c.wald_natural[i]);
  }
  if (has_purchases<M>) add("purchases", "predictive", c.purchases);
  return out;
}

template <class M>
class coverage : public testing::Test {};
TYPED_TEST_SUITE(coverage, every_model);

TYPED_TEST(coverage, intervals_hold_as_often_as_they_say) {
  const int n = support::long_form() ? populations_of_long_form : plan_of<TypeParam>.brief;
  const auto c = count<TypeParam>(n, plan_of<TypeParam>.size);
  expect_within_band(c);
  if (support::long_form()) support::record("coverage.csv").expect(lines_of(c));
}

/// As many customers as CDNOW's sample has, drawn as its fits are.
constexpr std::size_t cdnow_size = 2357;

template <class M>
std::string name_at_cdnow_size() {
  return std::string(M::model_name) + " as large as CDNOW";
}

template <class M>
class coverage_at_cdnow_size : public testing::Test {};
TYPED_TEST_SUITE(coverage_at_cdnow_size, cdnow_models);

TYPED_TEST(coverage_at_cdnow_size, is_counted_too) {
  const int n = support::long_form() ? populations_of_long_form : 3;
  const auto c = count<TypeParam>(n, cdnow_size);
  expect_within_band(c);
  if (support::long_form()) {
    support::record("coverage.csv").expect(lines_of(c, name_at_cdnow_size<TypeParam>(), cdnow_size));
  }
}

template <class M>
class coverage_size : public testing::Test {};
TYPED_TEST_SUITE(coverage_size, every_model);

// Were it smaller, some population would have no maximum inside.
TYPED_TEST(coverage_size, is_the_smallest_that_has_a_maximum) {
  const plan<TypeParam>& p = plan_of<TypeParam>;
  EXPECT_NE(fitted(p.of.truth, rows_of(p.of, p.edge, p.smaller)).outcome, fit_status::converged);
}

// Coverage asks for one value's loss of likelihood, not for an interval's ends.
TYPED_TEST(coverage, is_counted_as_intervals_would) {
  const plan<TypeParam>& p = plan_of<TypeParam>;
  // An interval of GGompertz/NBD is a matter of seconds.
  constexpr std::size_t most = std::is_same_v<TypeParam, ggompertz_nbd> ? 50 : 500;
  const auto rows = rows_of(p.of, 0, std::min(p.size, most));
  const auto f = fitted(p.of.truth, rows);
  ASSERT_EQ(f.outcome, fit_status::converged);
  const auto ends = intervals(rows, f);
  const double z = z_for_level(level);
  for (const bool low : {false, true}) {
    auto at = f.model.parameters();
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = low ? ends[i].low : ends[i].high;
    for (const double beyond : {-1e-4, 1e-4}) {
      auto held = at;
      for (double& v : held) v *= 1 + (low ? -beyond : beyond);
      const auto within = within_profile(rows, f, alike<TypeParam>(f.model, held), z);
      for (std::size_t i = 0; i < at.size(); ++i) {
        EXPECT_EQ(within[i], beyond < 0 ? 1 : 0) << TypeParam::parameter_names[i];
      }
    }
  }
}

/// Customers walked through, in the mean: what they buy before T and after it, to five standard errors.
template <class M>
void expect_the_models_own_walk() {
  const setting<M>& s = plan_of<M>.of;
  constexpr int n = 4000;
  std::array<double, 2> sum{}, squares{};
  for (int i = 0; i < n; ++i) {
    const walked_customer c = walk(s.truth, s.T, 5, static_cast<std::uint64_t>(i));
    ASSERT_EQ(check(c.seen), status::ok);
    const std::array<double, 2> bought{c.seen.x, c.later};
    for (std::size_t k = 0; k < 2; ++k) {
      sum[k] += bought[k] / n;
      squares[k] += bought[k] * bought[k] / n;
    }
  }
  const double until = expected_purchases(s.truth, s.T);
  const std::array<double, 2> said{until, expected_purchases(s.truth, 2 * s.T) - until};
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(sum[k], said[k], 5 * std::sqrt((squares[k] - sum[k] * sum[k]) / n)) << M::model_name << ' ' << k;
  }
}

TEST(coverage_of, customers_that_are_the_models_own) {
  const auto every = []<class... M>(testing::Types<M...>) {
    (
        [] {
          if constexpr (has_purchases<M>) expect_the_models_own_walk<M>();
        }(),
        ...);
  };
  every(every_model{});
}

// Sums of binomial chances by another way: the incomplete beta function.
TEST(coverage_of, band_is_missed_once_in_a_thousand_runs) {
  EXPECT_EQ(bands, 57);
  const double of_one_side = 1e-3 / 57 / 2;
  for (const int n : {100, 2000}) {
    const band b(n);
    const auto above = [n](int misses) {  // P(more than that many) = I_{0.05}(misses + 1, n - misses)
      return boost::math::ibeta(misses + 1.0, static_cast<double>(n - misses), 1 - level);
    };
    EXPECT_LE(above(b.most), of_one_side);
    EXPECT_GT(above(b.most - 1), of_one_side);
    if (b.fewest == 0) continue;
    EXPECT_LE(1 - above(b.fewest - 1), of_one_side);
    EXPECT_GT(1 - above(b.fewest), of_one_side);
  }
}

std::string share(int part, int whole) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(part) / whole);
  return text.data();
}

/// What is recorded of one model, as the page says it.
struct recorded {
  std::string populations, parameters, purchases;
};

template <class M>
recorded read_record(const support::record& all, const std::string& name = std::string(M::model_name),
                     std::size_t size = plan_of<M>.size) {
  SCOPED_TRACE(name);
  counts<M> c;
  const auto lines = all.of(name);
  recorded out;
  if (lines.size() != lines_of(c, name, size).size()) {
    ADD_FAILURE() << "coverage.csv has " << lines.size() << " lines of it";
    return out;
  }
  std::map<std::string, int> held;
  for (const support::fields& f : lines) held[f.at(5) + ' ' + f.at(6)] = std::stoi(f.at(7));
  c.populations = std::stoi(lines[0].at(4));
  for (std::size_t i = 0; i < c.profile.size(); ++i) {
    const std::string p(M::parameter_names[i]);
    c.profile[i] = held.at(p + " profile");
    c.wald_log[i] = held.at(p + " wald_log");
    c.wald_natural[i] = held.at(p + " wald_natural");
    out.parameters += "| " + name + " | " + p + " | " + share(c.profile[i], c.populations) + " | " +
                      share(c.wald_log[i], c.populations) + " | " + share(c.wald_natural[i], c.populations) + " |\n";
  }
  if (has_purchases<M>) {
    c.purchases = held.at("purchases predictive");
    out.purchases = "| " + name + " | " + share(c.purchases, c.populations) + " |\n";
  }
  out.populations = "| " + name + " | " + lines[0].at(1) + " | " + lines[0].at(2) + " | " + lines[0].at(3) + " | " +
                    lines[0].at(4) + " | " + lines[0].at(8) + ", " + lines[0].at(9) + " |\n";
  EXPECT_EQ(c.populations, populations_of_long_form);
  const auto planned = lines_of(c, name, size);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    support::fields without_stamp = lines[i];
    without_stamp.resize(planned[i].size());
    EXPECT_EQ(support::joined(without_stamp), support::joined(planned[i])) << "not what the plan says";
  }
  expect_within_band(c);
  return out;
}

// The record is of the plans above, and within the band.
TEST(coverage_of, the_page_says_what_was_counted) {
  const support::record all("coverage.csv");
  recorded page;
  const auto put = [&page](const recorded& r) {
    page.populations += r.populations;
    page.parameters += r.parameters;
    page.purchases += r.purchases;
  };
  const auto every = [&]<class... M>(testing::Types<M...>) { (put(read_record<M>(all)), ...); };
  every(every_model{});
  const auto at_cdnow_size = [&]<class... M>(testing::Types<M...>) {
    (put(read_record<M>(all, name_at_cdnow_size<M>(), cdnow_size)), ...);
  };
  at_cdnow_size(cdnow_models{});
  const int n = populations_of_long_form;
  const band allowed(n);
  const std::string text =
      "\n| model | customers drawn from | T | customers | populations | counted on, at commit "
      "|\n|---|---|---|---|---|---|\n" +
      page.populations + "\nThe band: " + share(n - allowed.most, n) + " to " + share(n - allowed.fewest, n) +
      ", for " + std::to_string(bands) +
      " intervals together.\n\n| model | parameter | profile | Wald, log scale | Wald, natural scale |\n"
      "|---|---|---|---|---|\n" +
      page.parameters + "\n| model | next purchases |\n|---|---|\n" + page.purchases + "\n";
  support::expect_part("docs/accuracy.md", "tests/model/coverage.test.cpp", text);
}

}  // namespace

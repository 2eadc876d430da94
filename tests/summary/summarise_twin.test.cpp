// Random purchase logs against a second, deliberately plain summary, and against themselves in another order.
#include <valorem/summary/summarise.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <support/lines.hpp>

namespace {

using namespace valorem;
using support::lines;

/// The start of a collapse unit and the length of a span between two starts, by the calendar of the standard library.
struct plain_units {
  time_unit collapse;

  [[nodiscard]] std::int32_t start(std::int32_t day) const {
    using namespace std::chrono;
    const sys_days d{days{day}};
    const year_month_day f{d};
    sys_days out = d;
    if (collapse == time_unit::week) out = d - (weekday{d} - Monday);
    if (collapse == time_unit::month) out = sys_days{f.year() / f.month() / 1};
    if (collapse == time_unit::year) out = sys_days{f.year() / 1 / 1};
    return static_cast<std::int32_t>(out.time_since_epoch().count());
  }
  /// In days: months and years have their mean length.
  [[nodiscard]] double span(std::int32_t from, std::int32_t to) const {
    if (collapse <= time_unit::week) return start(to) - start(from);
    double units = 0;
    for (std::int32_t d = from; start(d) != start(to); ++d) units += start(d) != start(d + 1);
    return units * (collapse == time_unit::month ? 365.25 / 12 : 365.25);
  }
};

struct plain_customer {
  double x, t_x, T, mean, revenue, units, log_gap, log_spend, spend_12m, orders_12m, tenure, holdout_x, holdout_spend;
};

/// By the words of the documentation, scanning all lines for every question; amounts in cents.
class plain_summary {
 public:
  plain_summary(const lines& log, const summary_options& how) : log_(log), how_(how), units_{how.collapse} {}

  std::map<std::int64_t, plain_customer> run() const {
    std::map<std::int64_t, plain_customer> out;
    for (const std::int64_t who : std::set(log_.customer.begin(), log_.customer.end())) {
      const auto all = purchases(who, -1'000'000, how_.observation_end.days);
      if (all.empty() || *all.begin() > end()) continue;
      out[who] = customer(who, *all.begin());
    }
    return out;
  }

  /// Repeat purchases of all customers by their time since the earliest of the first ones.
  std::map<double, double> repeats() const {
    const auto per_unit = hours_per(how_.unit) / 24;
    std::vector<std::set<std::int32_t>> all;
    for (const std::int64_t who : std::set(log_.customer.begin(), log_.customer.end())) {
      const auto days = purchases(who, -1'000'000, how_.observation_end.days);
      if (!days.empty() && *days.begin() <= end()) all.push_back(starts(days));
    }
    std::int32_t earliest = 1'000'000;
    for (const auto& hers : all) earliest = std::min(earliest, *hers.begin());
    std::map<double, double> out;
    for (const auto& hers : all)
      for (auto it = std::next(hers.begin()); it != hers.end(); ++it) ++out[units_.span(earliest, *it) / per_unit];
    return out;
  }

 private:
  [[nodiscard]] std::int32_t end() const { return how_.calibration_end.value_or(how_.observation_end).days; }
  [[nodiscard]] bool used(std::size_t i) const { return how_.returns == returns_policy::net || log_.amount[i] >= 0; }
  [[nodiscard]] bool within(std::size_t i, std::int64_t who, std::int32_t after, std::int32_t to) const {
    return used(i) && log_.customer[i] == who && log_.day[i] > after && log_.day[i] <= to;
  }
  [[nodiscard]] std::set<std::int32_t> purchases(std::int64_t who, std::int32_t after, std::int32_t to) const {
    std::set<std::int32_t> days;
    for (std::size_t i = 0; i < log_.size(); ++i)
      if (within(i, who, after, to) && log_.amount[i] >= 0) days.insert(log_.day[i]);
    return days;
  }
  [[nodiscard]] std::set<std::int32_t> starts(const std::set<std::int32_t>& days) const {
    std::set<std::int32_t> out;
    for (const auto d : days) out.insert(units_.start(d));
    return out;
  }
  [[nodiscard]] double cents(std::int64_t who, std::int32_t after, std::int32_t to) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < log_.size(); ++i)
      if (within(i, who, after, to)) sum += std::llround(log_.amount[i] * 100);
    return static_cast<double>(sum);
  }

  [[nodiscard]] plain_customer customer(std::int64_t who, std::int32_t first) const {
    const double per_unit = hours_per(how_.unit) / 24;
    const std::int32_t never = -1'000'000;
    const auto bought = starts(purchases(who, never, end()));
    std::int32_t first_unit_end = first;
    while (units_.start(first_unit_end + 1) == units_.start(first)) ++first_unit_end;
    plain_customer c{};
    c.x = static_cast<double>(bought.size()) - 1;
    c.t_x = units_.span(first, *bought.rbegin()) / per_unit;
    c.T = units_.span(first, end()) / per_unit;
    c.mean = c.x > 0 ? cents(who, first_unit_end, end()) / (100 * c.x) : 0;
    c.revenue = cents(who, never, end()) / 100;
    for (std::size_t i = 0; i < log_.size(); ++i)
      if (within(i, who, never, end()) && log_.amount[i] >= 0) c.units += log_.units[i];
    std::int32_t from = first_unit_end;  // where the lines of the repeat purchase under way begin
    for (auto it = std::next(bought.begin()); it != bought.end(); ++it) {
      c.log_gap += std::log(units_.span(*std::prev(it), *it) / per_unit);
      const std::int32_t to = std::next(it) == bought.end() ? end() : *std::next(it) - 1;
      const double spend = cents(who, from, to) / 100;
      c.log_spend += spend > 0 ? std::log(spend) : std::numeric_limits<double>::quiet_NaN();
      from = to;
    }
    const std::int32_t window = add_months(date{end()}, -12).days;
    c.spend_12m = cents(who, window, end()) / 100;
    c.orders_12m = static_cast<double>(starts(purchases(who, window, end())).size());
    while (add_months(date{first}, static_cast<int>(c.tenure) + 1).days <= end()) ++c.tenure;
    auto later = starts(purchases(who, end(), how_.observation_end.days));
    later.erase(*bought.rbegin());
    c.holdout_x = static_cast<double>(later.size());
    c.holdout_spend = cents(who, end(), how_.observation_end.days) / 100;
    return c;
  }

  const lines& log_;
  const summary_options& how_;
  plain_units units_;
};

lines random_log(unsigned seed, int customers, int rows, bool whole_cents) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  lines log;
  for (int i = 0; i < rows; ++i) {
    const int kind = below(10);
    double amount = kind == 0 ? 0 : (1 + below(20'000)) / 100.0;
    if (kind == 1 || kind == 2) amount = -amount / 4;
    if (!whole_cents) amount *= 1.0 + 1.0 / (1 + below(1000));
    if (whole_cents) amount = std::round(amount * 100) / 100;
    log.add(below(customers) - customers / 2, 18'900 + below(900), amount, below(5));
  }
  return log;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double l, double r) {
    return std::bit_cast<std::uint64_t>(l) == std::bit_cast<std::uint64_t>(r);
  });
}

const std::vector<std::pair<std::string, std::vector<double> summary::*>> columns{
    {"frequency", &summary::frequency},
    {"recency", &summary::recency},
    {"T", &summary::T},
    {"monetary_value", &summary::monetary_value},
    {"revenue", &summary::revenue},
    {"orders", &summary::orders},
    {"units", &summary::units},
    {"units_per_order", &summary::units_per_order},
    {"sum_log_gap", &summary::sum_log_gap},
    {"sum_log_spend", &summary::sum_log_spend},
    {"spend_12m", &summary::spend_12m},
    {"orders_12m", &summary::orders_12m},
    {"tenure_months", &summary::tenure_months},
    {"holdout_frequency", &summary::holdout_frequency},
    {"holdout_spend", &summary::holdout_spend},
    {"holdout_length", &summary::holdout_length}};

std::vector<summary_options> many_options() {
  std::vector<summary_options> out;
  for (const auto collapse : {time_unit::day, time_unit::week, time_unit::month, time_unit::year})
    for (const auto unit : {time_unit::day, time_unit::week, time_unit::month})
      for (const auto policy : {returns_policy::net, returns_policy::drop})
        for (const int calibration : {0, 19'300, 19'423})
          out.push_back({.observation_end = date{19'790},
                         .calibration_end = calibration == 0 ? std::nullopt : std::optional(date{calibration}),
                         .unit = unit,
                         .collapse = collapse,
                         .returns = policy});
  return out;
}

// The logarithms of both sides are within an ulp or two, and there are at most a few dozen of them.
void expect_sum_of_logs(double a, double b) {
  if (std::isnan(b)) {
    EXPECT_TRUE(std::isnan(a));
  } else {
    EXPECT_NEAR(a, b, 1e-13 * (10 + std::abs(b)));
  }
}

TEST(summarise_twin, agrees_with_the_plain_summary) {
  unsigned seed = 1;
  for (const auto& how : many_options()) {
    const lines log = random_log(++seed, 30, 400, true);
    const summary s = summarise(log.view(), how);
    const auto plain = plain_summary(log, how).run();
    ASSERT_EQ(s.size(), plain.size());
    std::size_t i = 0;
    for (const auto& [who, c] : plain) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", customer " + std::to_string(who));
      ASSERT_EQ(log.customer[s.first_row[i]], who);
      EXPECT_EQ(s.frequency[i], c.x);
      EXPECT_EQ(s.recency[i], c.t_x);
      EXPECT_EQ(s.T[i], c.T);
      EXPECT_EQ(s.monetary_value[i], c.mean);
      EXPECT_EQ(s.revenue[i], c.revenue);
      EXPECT_EQ(s.orders[i], c.x + 1);
      EXPECT_EQ(s.units[i], c.units);
      EXPECT_EQ(s.units_per_order[i], c.units / (c.x + 1));
      EXPECT_EQ(s.spend_12m[i], c.spend_12m);
      EXPECT_EQ(s.orders_12m[i], c.orders_12m);
      EXPECT_EQ(s.tenure_months[i], c.tenure);
      expect_sum_of_logs(s.sum_log_gap[i], c.log_gap);
      expect_sum_of_logs(s.sum_log_spend[i], c.log_spend);
      if (how.calibration_end) {
        EXPECT_EQ(s.holdout_frequency[i], c.holdout_x);
        EXPECT_EQ(s.holdout_spend[i], c.holdout_spend);
      }
      EXPECT_EQ(check(s.histories()[i]), status::ok);
      ++i;
    }
    const auto repeats = plain_summary(log, how).repeats();
    ASSERT_EQ(s.repeats.time.size(), repeats.size());
    std::size_t at = 0;
    for (const auto& [time, purchases] : repeats) {
      EXPECT_EQ(s.repeats.time[at], time);
      EXPECT_EQ(s.repeats.purchases[at++], purchases);
    }
    const auto& o = s.origin;
    EXPECT_EQ(o.rows, o.rows_used + o.rows_dropped + o.rows_after_end + o.rows_refused);
  }
}

TEST(summarise_twin, the_order_of_the_rows_changes_no_bit) {
  for (const bool whole_cents : {true, false}) {
    unsigned seed = 100;
    for (const auto& how : many_options()) {
      const lines log = random_log(++seed, 12, 300, whole_cents), other = log.shuffled(seed);
      const summary a = summarise(log.view(), how), b = summarise(other.view(), how);
      ASSERT_EQ(a.size(), b.size());
      for (const auto& [name, column] : columns) EXPECT_TRUE(same_bits(a.*column, b.*column)) << name;
      EXPECT_TRUE(same_bits(a.repeats.time, b.repeats.time) && same_bits(a.repeats.purchases, b.repeats.purchases));
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_EQ(log.customer[a.first_row[i]], other.customer[b.first_row[i]]);
    }
  }
}

TEST(summarise_twin, what_comes_after_the_calibration_changes_nothing_before_it) {
  for (const bool whole_cents : {true, false}) {
    const lines log = random_log(7, 20, 600, whole_cents);
    const date end{19'300};
    const summary split = summarise(log.view(), {.observation_end = date{19'790}, .calibration_end = end});
    const summary early = summarise(log.view(), {.observation_end = end});
    ASSERT_EQ(split.size(), early.size());
    for (const auto& [name, column] : columns)
      EXPECT_TRUE(name.starts_with("holdout") || same_bits(split.*column, early.*column)) << name;
  }
}

TEST(summarise_twin, a_customer_does_not_depend_on_the_others) {
  const lines log = random_log(8, 20, 600, false);
  const summary all = summarise(log.view(), {.observation_end = date{19'790}});
  for (std::size_t i = 0; i < all.size(); ++i) {
    lines hers;
    for (std::size_t k = 0; k < log.size(); ++k)
      if (log.customer[k] == log.customer[all.first_row[i]])
        hers.add(log.customer[k], log.day[k], log.amount[k], log.units[k]);
    const summary alone = summarise(hers.view(), {.observation_end = date{19'790}});
    for (const auto& [name, column] : columns)
      EXPECT_TRUE(name.starts_with("holdout") || same_bits(alone.*column, {(all.*column)[i]})) << name;
  }
}

TEST(summarise_twin, texts_as_ids_give_the_same_as_numbers) {
  lines log = random_log(9, 300, 3'000, true);
  for (auto& who : log.customer) who += 200'000;  // so that texts order as the numbers do
  std::vector<std::string> names;
  for (const auto who : log.customer) names.push_back("customer-number-" + std::to_string(who) + "@example.org");
  const std::vector<std::string_view> ids(names.begin(), names.end());
  auto view = log.view();
  const summary numbers = summarise(view, {.observation_end = date{19'790}});
  view.customer = std::span(ids);
  const summary texts = summarise(view, {.observation_end = date{19'790}});
  EXPECT_EQ(texts.first_row, numbers.first_row);
  for (const auto& [name, column] : columns) EXPECT_TRUE(same_bits(texts.*column, numbers.*column)) << name;
}

}  // namespace

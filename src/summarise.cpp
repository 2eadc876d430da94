#include "customer_groups.hpp"
#include "decimal_sum.hpp"
#include "report_text.hpp"
#include <valorem/numeric/blocks.hpp>
#include <valorem/numeric/elementary.hpp>
#include <valorem/record/calendar_text.hpp>
#include <valorem/summary/summarise.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace valorem::inline VALOREM_ABI {

namespace {

using detail::decimal;
using detail::decimal_sum;
using detail::floor_div;

using numeric::detail::not_a_number;

/// Number of the collapse unit that holds a moment, in a count without gaps: lengths are differences of it.
std::int64_t collapse_index(time_unit collapse, std::int32_t day, std::int64_t hour) noexcept {
  switch (collapse) {
    case time_unit::hour:
      return hour;
    case time_unit::day:
      return day;
    case time_unit::week:
      return floor_div(day + std::int64_t{3}, 7);  // 1970-01-01 was a Thursday
    default:
      break;
  }
  const auto f = detail::fields(date{day});
  const std::int64_t year = static_cast<int>(f.year());
  return collapse == time_unit::year ? year : year * 12 + static_cast<unsigned>(f.month());
}

/// One line of one customer's account.
struct line {
  std::int64_t unit;  ///< collapse unit
  std::int32_t day;
  decimal amount;
  decimal units;

  [[nodiscard]] bool is_purchase() const noexcept { return !(amount.value < 0); }
  friend bool operator<(const line& a, const line& b) noexcept {
    return std::tie(a.unit, a.day, a.amount.value, a.units.value) <
           std::tie(b.unit, b.day, b.amount.value, b.units.value);
  }
};

/// What one customer's account adds up to within the calibration, or after it.
struct account {
  decimal_sum revenue, repeat_spend, units, spend_12m;
  std::int64_t first = 0, last = 0;  ///< collapse units of the first and the last purchase
  double purchases = 0;
  double purchases_12m = 0;
  double sum_log_gap = 0;
  double sum_log_spend = 0;
};

/// Purchases by collapse unit. Hours of many years are many units, most of them empty: they are kept in pieces.
class unit_counts {
 public:
  void add(std::int64_t unit) {
    const std::int64_t piece = floor_div(unit, size);
    if (here_ == nullptr || piece != at_) here_ = &pieces_[at_ = piece];
    ++(*here_)[static_cast<std::size_t>(unit - piece * size)];
  }
  /// f(unit, purchases) for every unit that has some, ascending.
  template <class F>
  void each(F&& f) const {
    for (const auto& [piece, counts] : pieces_)
      for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] != 0) f(piece * size + static_cast<std::int64_t>(i), static_cast<double>(counts[i]));
  }

 private:
  static constexpr std::int64_t size = 512;
  using piece_counts = std::array<std::uint32_t, static_cast<std::size_t>(size)>;
  std::map<std::int64_t, piece_counts> pieces_;
  piece_counts* here_ = nullptr;
  std::int64_t at_ = 0;
};

class summariser {
 public:
  summariser(const transactions& rows, const summary_options& how) : rows_(rows), how_(how) {}

  summary run() {
    check_options();
    check_columns();
    begin();
    const auto groups = detail::group_customers(rows_.customer, good_rows());
    for (std::size_t g = 0; g < groups.size(); ++g)
      add_customer(std::span(groups.rows).subspan(groups.begin[g], groups.begin[g + 1] - groups.begin[g]));
    require_customers();
    write_repeats();
    return std::move(out_);
  }

 private:
  void check_options() const {
    const auto sensible = [](date d) { return d >= first_sensible_date && d <= last_sensible_date; };
    if (!sensible(how_.observation_end)) throw contract_error("observation_end lies outside 1900-01-01 to 9999-12-31");
    if (how_.calibration_end && !sensible(*how_.calibration_end))
      throw contract_error("calibration_end lies outside 1900-01-01 to 9999-12-31");
    if (how_.calibration_end && *how_.calibration_end >= how_.observation_end)
      throw contract_error("calibration_end must be earlier than observation_end");
    if (how_.unit > time_unit::year || how_.collapse > time_unit::year || how_.returns > returns_policy::refuse)
      throw contract_error("an option of summarise has no such value");
    if (how_.collapse == time_unit::hour && instants() == nullptr)
      throw contract_error("civil dates have no hours to collapse by: give instants with a named offset");
  }

  void check_columns() const {
    require_equal_length(rows_.size(), "customer_id", size(rows_.time), "date");
    if (!rows_.amount.empty()) require_equal_length(rows_.size(), "customer_id", rows_.amount.size(), "amount");
    if (!rows_.units.empty()) require_equal_length(rows_.size(), "customer_id", rows_.units.size(), "units");
    if (!rows_.found_wrong.empty())
      require_equal_length(rows_.size(), "customer_id", rows_.found_wrong.size(), "found_wrong");
  }

  void begin() {
    auto& o = out_.origin;
    o.units = {.time = how_.unit, .collapse = how_.collapse, .currency = how_.currency};
    o.returns = how_.returns;
    o.as_of = how_.calibration_end.value_or(how_.observation_end);
    o.calibration_end = how_.calibration_end;
    o.observation_end = how_.observation_end;
    o.rows = rows_.size();
    out_.report.limit = how_.issue_limit;
    as_of_ = last_unit_of(*o.as_of);
    window_start_ = add_months(*o.as_of, -12);
    per_unit_ = hours_per(how_.collapse);
  }

  [[nodiscard]] const instant_column* instants() const noexcept { return std::get_if<instant_column>(&rows_.time); }
  [[nodiscard]] std::int64_t last_unit_of(date d) const noexcept {
    return collapse_index(how_.collapse, d.days, d.days * std::int64_t{24} + 23);
  }
  /// Whole collapse units as time. Both factors are exact, so 30 days are 30 / 7 weeks, rounded once.
  [[nodiscard]] double time_of(std::int64_t units) const noexcept {
    return static_cast<double>(units) * per_unit_ / hours_per(how_.unit);
  }

  /// Local seconds since 1970-01-01T00:00:00, or what is wrong with the row's date.
  [[nodiscard]] std::pair<std::int64_t, row_rule> local_time(std::size_t i) const noexcept {
    constexpr std::int64_t day = 86'400, far = std::int64_t{1} << 60;
    std::int64_t seconds = 0;
    if (const auto* t = instants()) {
      const std::int64_t at = t->seconds[i];
      if (at == no_instant) return {0, row_rule::missing_date};
      if (at < -far || at > far) return {0, row_rule::date_out_of_range};
      seconds = detail::local_seconds(instant{at}, t->offset);
    } else {
      const std::int32_t at = (*std::get_if<std::span<const std::int32_t>>(&rows_.time))[i];
      if (at == no_day) return {0, row_rule::missing_date};
      seconds = at * day;
    }
    const bool sensible = seconds >= first_sensible_date.days * day && seconds < (last_sensible_date.days + 1) * day;
    return {seconds, sensible ? row_rule::none : row_rule::date_out_of_range};
  }

  [[nodiscard]] row_rule check_amounts(std::size_t i) const noexcept {
    const double amount = rows_.amount.empty() ? 0 : rows_.amount[i];
    if (numeric::is_nan(amount)) return row_rule::missing_amount;
    if (!numeric::is_finite(amount)) return row_rule::infinite_amount;
    if (amount < 0 && how_.returns == returns_policy::refuse) return row_rule::negative_amount;
    if (rows_.units.empty()) return row_rule::none;
    const double units = rows_.units[i];
    if (numeric::is_nan(units)) return row_rule::missing_units;
    if (!numeric::is_finite(units) || (units < 0 && !(amount < 0))) return row_rule::invalid_units;
    return row_rule::none;
  }

  /// Ascending; the others are counted by what became of them.
  std::vector<std::size_t> good_rows() {
    auto& o = out_.origin;
    const auto* texts = std::get_if<std::span<const std::string_view>>(&rows_.customer);
    const std::int64_t end = (how_.observation_end.days + std::int64_t{1}) * 86'400;
    std::vector<std::size_t> good;
    good.reserve(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      row_rule rule = rows_.found_wrong.empty() ? row_rule::none : rows_.found_wrong[i];
      if (rule == row_rule::none && texts != nullptr && (*texts)[i].empty()) rule = row_rule::missing_customer;
      if (rule == row_rule::none) {
        const auto [seconds, wrong] = local_time(i);
        rule = wrong;
        if (rule == row_rule::none && seconds >= end) {
          ++o.rows_after_end;
          continue;
        }
      }
      if (rule == row_rule::none) rule = check_amounts(i);
      if (rule != row_rule::none) {
        ++o.rows_refused;
        out_.report.add(i, rule, rows_.read);
        continue;
      }
      const double amount = rows_.amount.empty() ? 1 : rows_.amount[i];
      if (amount < 0 && how_.returns == returns_policy::drop) {
        ++o.rows_dropped;
        continue;
      }
      o.returns_used += amount < 0;
      o.zero_amounts += amount == 0;
      good.push_back(i);
    }
    o.rows_used = good.size();
    return good;
  }

  /// The customer's lines in an order that does not depend on that of the rows.
  void read_lines(std::span<const std::size_t> rows) {
    lines_.clear();
    for (const std::size_t i : rows) {
      const std::int64_t seconds = local_time(i).first;
      const auto day = static_cast<std::int32_t>(floor_div(seconds, 86'400));
      lines_.push_back({.unit = collapse_index(how_.collapse, day, floor_div(seconds, 3'600)),
                        .day = day,
                        .amount = decimal(rows_.amount.empty() ? 0 : rows_.amount[i]),
                        .units = decimal(rows_.units.empty() ? 0 : rows_.units[i])});
    }
    std::sort(lines_.begin(), lines_.end());
  }

  void add_customer(std::span<const std::size_t> rows) {
    read_lines(rows);
    const auto first = std::find_if(lines_.begin(), lines_.end(), [](const line& l) { return l.is_purchase(); });
    if (first == lines_.end()) {
      ++out_.origin.customers_without_purchase;
      return;
    }
    const std::int32_t end = out_.origin.as_of->days;
    if (first->day > end) {
      ++out_.origin.customers_after_calibration;
      return;
    }
    const auto split = std::find_if(lines_.begin(), lines_.end(), [&](const line& l) { return l.day > end; });
    const account past = add_up({lines_.begin(), split}, first->unit);
    out_.first_row.push_back(rows.front());
    out_.first_purchase.push_back(first->day);
    earliest_ = std::min(earliest_, first->unit);
    write(past, date{first->day});
    if (how_.calibration_end) write_holdout({split, lines_.end()}, past.last);
  }

  /// Adds up lines, whose first purchase falls into the collapse unit `first`.
  [[nodiscard]] account add_up(std::span<const line> lines, std::int64_t first) {
    account a;
    a.first = a.last = first;
    decimal_sum spend;  // of the repeat purchase under way, and of returns that wait for the first one
    const auto close = [&] { a.sum_log_spend += log_of(spend.value()), spend = {}; };
    for (auto l = lines.begin(); l != lines.end();) {
      const auto unit_end = std::find_if(l, lines.end(), [&](const line& other) { return other.unit != l->unit; });
      const auto is_purchase = [](const line& other) { return other.is_purchase(); };
      const auto in_window = [&](const line& other) { return date{other.day} > window_start_; };
      if (std::any_of(l, unit_end, is_purchase)) {
        if (l->unit > first) {
          if (a.purchases > 1) close();
          a.sum_log_gap += numeric::log(time_of(l->unit - a.last));
          repeats_.add(l->unit);
        }
        a.last = l->unit;
        ++a.purchases;
        a.purchases_12m += std::any_of(l, unit_end, [&](const line& o) { return is_purchase(o) && in_window(o); });
      }
      for (; l != unit_end; ++l) {
        a.revenue.add(l->amount);
        if (in_window(*l)) a.spend_12m.add(l->amount);
        if (is_purchase(*l)) a.units.add(l->units);
        if (l->unit > first) a.repeat_spend.add(l->amount), spend.add(l->amount);
      }
    }
    if (a.purchases > 1) close();
    return a;
  }

  [[nodiscard]] static double log_of(double spend) noexcept { return spend > 0 ? numeric::log(spend) : not_a_number; }

  void write(const account& a, date first_day) {
    auto& o = out_.origin;
    const double x = a.purchases - 1;
    ++o.customers;
    o.repeaters += x > 0;
    out_.frequency.push_back(x);
    out_.recency.push_back(time_of(a.last - a.first));
    out_.T.push_back(time_of(as_of_ - a.first));
    out_.orders.push_back(a.purchases);
    out_.sum_log_gap.push_back(a.sum_log_gap);
    out_.orders_12m.push_back(a.purchases_12m);
    out_.tenure_months.push_back(whole_months(first_day, *o.as_of));
    out_.history_status.push_back(status::ok);
    if (!rows_.units.empty()) {
      out_.units.push_back(a.units.value());
      out_.units_per_order.push_back(a.units.divided_by(a.purchases));
    }
    if (rows_.amount.empty()) return;
    const double mean = x > 0 ? a.repeat_spend.divided_by(x) : 0;
    const bool undefined = x > 0 && !(mean > 0);
    o.repeaters_without_positive_spend += undefined;
    out_.monetary_value.push_back(mean);
    out_.revenue.push_back(a.revenue.value());
    out_.spend_12m.push_back(a.spend_12m.value());
    out_.sum_log_spend.push_back(a.sum_log_spend);
    out_.spend_status.push_back(undefined ? status::undefined : status::ok);
  }

  void write_holdout(std::span<const line> lines, std::int64_t last) {
    decimal_sum spend;
    double purchases = 0;
    for (const line& l : lines) {
      spend.add(l.amount);
      if (!l.is_purchase() || l.unit == last) continue;
      ++purchases;
      last = l.unit;
      repeats_.add(l.unit);
    }
    out_.holdout_frequency.push_back(purchases);
    out_.holdout_length.push_back(time_of(last_unit_of(how_.observation_end) - as_of_));
    if (!rows_.amount.empty()) out_.holdout_spend.push_back(spend.value());
  }

  void write_repeats() {
    repeats_.each([&](std::int64_t unit, double purchases) {
      out_.repeats.time.push_back(time_of(unit - earliest_));
      out_.repeats.purchases.push_back(purchases);
    });
    out_.repeats.known_until = time_of(last_unit_of(how_.observation_end) - earliest_);
  }

  void require_customers() const {
    if (out_.size() != 0) return;
    const auto& o = out_.origin;
    const auto many = [](std::size_t n) { return detail::grouped(static_cast<double>(n), 0); };
    std::string why =
        "no customer can be summarised: of " + many(o.rows) + " rows, " + many(o.rows_refused) + " were refused";
    if (!out_.report.issues.empty()) why += " (first: " + text(out_.report.issues.front()) + ")";
    why += ", " + many(o.rows_after_end) + " lie after " + text(how_.observation_end) + ", " + many(o.rows_dropped) +
           " are returns left aside; " + many(o.customers_without_purchase) + " customers have returns alone, " +
           many(o.customers_after_calibration) + " first bought after the calibration";
    throw data_error(why);
  }

  const transactions& rows_;
  const summary_options& how_;
  summary out_;
  std::vector<line> lines_;
  unit_counts repeats_;
  std::int64_t earliest_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t as_of_ = 0;
  date window_start_;
  double per_unit_ = 0;
};

}  // namespace

summary summarise(const transactions& rows, const summary_options& how) {
  return summariser(rows, how).run();
}

}  // namespace valorem::inline VALOREM_ABI

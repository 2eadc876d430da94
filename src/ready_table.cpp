#include <valorem/numeric/blocks.hpp>
#include <valorem/summary/summarise.hpp>

#include <utility>

namespace valorem::inline VALOREM_ABI {

namespace {

void check_lengths(const ready_table& t) {
  const auto same = [&](std::size_t n, const char* name) {
    require_equal_length(t.frequency.size(), "frequency", n, name);
  };
  same(t.recency.size(), "recency");
  same(t.T.size(), "T");
  if (!t.monetary_value.empty()) same(t.monetary_value.size(), "monetary_value");
  if (!t.revenue.empty()) same(t.revenue.size(), "revenue");
  if (!t.found_wrong.empty()) same(t.found_wrong.size(), "found_wrong");
}

/// What is wrong with the mean spend of a customer with a good history.
row_rule spend_rule(double x, double mean) noexcept {
  if (x == 0) return row_rule::none;
  if (numeric::is_nan(mean)) return row_rule::missing_spend;
  if (!numeric::is_finite(mean)) return row_rule::infinite_spend;
  return mean > 0 ? row_rule::none : row_rule::spend_not_positive;
}

status spend_state(row_rule rule) noexcept {
  switch (rule) {
    case row_rule::none:
      return status::ok;
    case row_rule::missing_spend:
      return status::missing;
    case row_rule::infinite_spend:
      return status::invalid;
    default:
      return status::undefined;
  }
}

row_rule revenue_rule(double revenue) noexcept {
  if (numeric::is_nan(revenue)) return row_rule::missing_revenue;
  return numeric::is_finite(revenue) ? row_rule::none : row_rule::infinite_revenue;
}

class table_reader {
 public:
  table_reader(const ready_table& table, measure_units units, std::size_t issue_limit) : table_(table) {
    out_.origin.units = std::move(units);
    out_.report.limit = issue_limit;
  }

  summary run() {
    check_lengths(table_);
    copy_columns();
    for (std::size_t i = 0; i < out_.size(); ++i) check_row(i);
    auto& o = out_.origin;
    o.rows = o.customers = out_.size();
    o.rows_used = o.rows - o.rows_refused;
    if (o.rows_used == 0) {
      std::string why = "no row of the table has a usable history: of " + std::to_string(o.rows) + " rows, " +
                        std::to_string(o.rows_refused) + " were refused";
      if (!out_.report.issues.empty()) why += " (first: " + text(out_.report.issues.front()) + ")";
      throw data_error(why);
    }
    return std::move(out_);
  }

 private:
  void copy_columns() {
    const auto copy = [](std::span<const double> from, std::vector<double>& to) {
      to.assign(from.begin(), from.end());
    };
    copy(table_.frequency, out_.frequency);
    copy(table_.recency, out_.recency);
    copy(table_.T, out_.T);
    copy(table_.monetary_value, out_.monetary_value);
    copy(table_.revenue, out_.revenue);
    out_.first_row.resize(out_.size());
    for (std::size_t i = 0; i < out_.size(); ++i) out_.first_row[i] = i;
  }

  void check_row(std::size_t i) {
    const history h = out_.histories()[i];
    const row_rule mark = table_.found_wrong.empty() ? row_rule::none : table_.found_wrong[i];
    if (mark != row_rule::none) out_.report.add(i, mark, table_.read);
    const status state = mark == row_rule::missing_customer    ? status::missing
                         : mark == row_rule::repeated_customer ? status::invalid
                                                               : check(h);
    out_.history_status.push_back(state);
    if (state != status::ok) {
      ++out_.origin.rows_refused;
      if (mark == row_rule::none) out_.report.add(i, broken_rule(h));
    } else {
      out_.origin.repeaters += h.x > 0;
    }
    if (!table_.monetary_value.empty()) {
      const row_rule rule = state == status::ok ? spend_rule(h.x, table_.monetary_value[i]) : row_rule::none;
      if (rule != row_rule::none && text(mark).field != text(rule).field) out_.report.add(i, rule);
      out_.origin.repeaters_without_positive_spend += rule == row_rule::spend_not_positive;
      out_.spend_status.push_back(state == status::ok ? spend_state(rule) : state);
    }
    if (!table_.revenue.empty()) {
      const row_rule rule = revenue_rule(table_.revenue[i]);
      if (rule != row_rule::none && text(mark).field != text(rule).field) out_.report.add(i, rule);
    }
  }

  const ready_table& table_;
  summary out_;
};

}  // namespace

summary from_columns(const ready_table& table, measure_units units, std::size_t issue_limit) {
  return table_reader(table, std::move(units), issue_limit).run();
}

row_rule broken_rule(const history& h) noexcept {
  using numeric::is_finite;
  using numeric::is_nan;
  if (check(h) == status::ok) return row_rule::none;
  if (is_nan(h.x)) return row_rule::missing_frequency;
  if (is_nan(h.t_x)) return row_rule::missing_recency;
  if (is_nan(h.T)) return row_rule::missing_age;
  if (check({.x = h.x, .t_x = h.x > 0 ? 1.0 : 0.0, .T = 1}) != status::ok) return row_rule::invalid_frequency;
  if (h.t_x < 0 || !is_finite(h.t_x)) return row_rule::invalid_recency;
  if (h.T < 0 || !is_finite(h.T)) return row_rule::invalid_age;
  if (h.x > 0 && h.t_x == 0) return row_rule::repeats_without_recency;
  if (h.t_x > h.T) return row_rule::recency_after_end;
  return row_rule::recency_without_repeats;
}

}  // namespace valorem::inline VALOREM_ABI

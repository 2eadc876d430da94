// Rooms 1 and 2: purchases become one row a customer. The Python half hands over clean columns.
#include "bindings.hpp"
#include "states.hpp"
#include "summaries.hpp"
#include <valorem/record.hpp>

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <variant>

namespace valorem::python {

namespace {

time_unit unit_named(const std::string& text, const char* argument) {
  const auto unit = time_unit_named(text);
  if (!unit)
    throw contract_error(std::string(argument) + ": must be 'hour', 'day', 'week', 'month' or 'year', not '" + text +
                         "'");
  return *unit;
}

returns_policy policy_named(const std::string& text) {
  for (const auto p : {returns_policy::net, returns_policy::drop, returns_policy::refuse}) {
    if (text == name(p)) return p;
  }
  throw contract_error("returns: must be 'net', 'drop' or 'refuse', not '" + text + "'");
}

std::optional<date> day(std::optional<int> days) {
  return days ? std::optional(date{*days}) : std::nullopt;
}

/// The summary, and where in the input the ids of its customers stand: from here on they stand in its own order.
std::pair<shared_summary, py::array_t<std::size_t>> summarise_columns(
    const py::object& customer, const py::object& customer_missing, const std::string& time_kind,
    const py::object& time, const py::object& amount, const py::object& units, int observation_end,
    std::optional<int> calibration_end, const std::string& unit, const std::string& collapse,
    const std::string& returns, const std::string& currency, std::optional<int> offset, const std::string& order,
    const std::string& decimal, std::size_t issue_limit) {
  const char mark = decimal_mark_named(decimal);
  const summary_options how{.observation_end = {observation_end},
                            .calibration_end = day(calibration_end),
                            .unit = unit_named(unit, "time_unit"),
                            .collapse = unit_named(collapse, "collapse"),
                            .returns = policy_named(returns),
                            .currency = currency,
                            .issue_limit = issue_limit};
  const id_argument ids(customer);
  marks wrong(size(ids.column()));
  wrong.mark_missing_customers(customer_missing);
  const time_argument when(time_kind, time, offset, how.collapse == time_unit::hour, date_order_named(order), wrong);
  const number_argument paid(amount, "amount", row_rule::missing_amount, row_rule::unreadable_amount, mark, wrong);
  const number_argument pieces(units, "units", row_rule::missing_units, row_rule::unreadable_units, mark, wrong);
  const transactions rows{.customer = ids.column(),
                          .time = when.column(),
                          .amount = paid.span(),
                          .units = pieces.span(),
                          .found_wrong = wrong.found(),
                          .read = wrong.read()};
  const auto made = std::make_shared<summary>();
  {
    const py::gil_scoped_release others_may_run;
    *made = summarise(rows, how);
  }
  const auto first_row = std::make_shared<const std::vector<std::size_t>>(std::exchange(made->first_row, {}));
  return {made, view(*first_row, first_row)};
}

shared_summary summary_from_columns(const py::object& customer, const py::object& customer_missing,
                                    const py::object& frequency, const py::object& recency, const py::object& T,
                                    const py::object& monetary_value, const py::object& revenue,
                                    const std::string& unit, const std::string& currency, const std::string& decimal,
                                    std::size_t issue_limit) {
  using enum row_rule;
  const char mark = decimal_mark_named(decimal);
  const id_argument ids(customer);
  const std::size_t rows = size(ids.column());
  marks wrong(rows);
  wrong.mark_missing_customers(customer_missing);
  wrong.mark_repeated_customers(ids.column());
  const number_argument x(frequency, "frequency", missing_frequency, unreadable_frequency, mark, wrong);
  const number_argument t_x(recency, "recency", missing_recency, unreadable_recency, mark, wrong);
  const number_argument age(T, "T", missing_age, unreadable_age, mark, wrong);
  const number_argument spend(monetary_value, "monetary_value", missing_spend, unreadable_spend, mark, wrong);
  const number_argument paid(revenue, "revenue", missing_revenue, unreadable_revenue, mark, wrong);
  require_equal_length(rows, "customer_id", x.span().size(), "frequency");
  const ready_table table{.frequency = x.span(),
                          .recency = t_x.span(),
                          .T = age.span(),
                          .monetary_value = spend.span(),
                          .revenue = paid.span(),
                          .found_wrong = wrong.found(),
                          .read = wrong.read()};
  const measure_units in{.time = unit_named(unit, "time_unit"), .collapse = std::nullopt, .currency = currency};
  const py::gil_scoped_release others_may_run;
  return std::make_shared<summary>(from_columns(table, in, issue_limit));
}

/// Every column that the data could fill, by name, in the order of the struct.
py::dict filled_columns(const shared_summary& s) {
  py::dict out;
  const auto put = [&](const char* name, const std::vector<double>& column) {
    if (!column.empty()) out[name] = view(column, s);
  };
  put("frequency", s->frequency);
  put("recency", s->recency);
  put("T", s->T);
  put("monetary_value", s->monetary_value);
  put("revenue", s->revenue);
  put("orders", s->orders);
  put("units", s->units);
  put("units_per_order", s->units_per_order);
  put("sum_log_gap", s->sum_log_gap);
  put("sum_log_spend", s->sum_log_spend);
  put("spend_12m", s->spend_12m);
  put("orders_12m", s->orders_12m);
  put("tenure_months", s->tenure_months);
  put("holdout_frequency", s->holdout_frequency);
  put("holdout_spend", s->holdout_spend);
  put("holdout_length", s->holdout_length);
  if (!s->first_purchase.empty()) out["first_purchase"] = view(s->first_purchase, s);
  if (!s->history_status.empty()) out["status"] = status_labels(s->history_status);
  if (!s->spend_status.empty()) out["spend_status"] = status_labels(s->spend_status);
  return out;
}

py::dict origin_of(const summary& s) {
  const provenance& o = s.origin;
  py::dict out;
  out["time_unit"] = std::string(name(o.units.time));
  out["collapse"] = o.units.collapse ? py::object(py::str(std::string(name(*o.units.collapse)))) : py::none();
  out["currency"] = o.units.currency;
  out["returns"] = std::string(name(o.returns));
  out["as_of"] = day_or_none(o.as_of);
  out["calibration_end"] = day_or_none(o.calibration_end);
  out["observation_end"] = day_or_none(o.observation_end);
  out["rows"] = o.rows;
  out["rows_used"] = o.rows_used;
  out["rows_dropped"] = o.rows_dropped;
  out["rows_after_end"] = o.rows_after_end;
  out["rows_refused"] = o.rows_refused;
  out["returns_used"] = o.returns_used;
  out["zero_amounts"] = o.zero_amounts;
  out["customers"] = o.customers;
  out["customers_after_calibration"] = o.customers_after_calibration;
  out["customers_without_purchase"] = o.customers_without_purchase;
  out["repeaters"] = o.repeaters;
  out["repeaters_without_positive_spend"] = o.repeaters_without_positive_spend;
  return out;
}

py::array_t<std::int64_t> rows_of(const py::object& wanted, const py::object& table) {
  const id_argument asked(wanted);
  const id_argument known(table);
  std::vector<std::size_t> found(size(asked.column()));
  {
    const py::gil_scoped_release others_may_run;
    find_customers(known.column(), asked.column(), found);
  }
  py::array_t<std::int64_t> out(static_cast<py::ssize_t>(found.size()));
  std::transform(found.begin(), found.end(), out.mutable_data(),
                 [](std::size_t row) { return row == no_row ? std::int64_t{-1} : static_cast<std::int64_t>(row); });
  return out;
}

std::optional<std::size_t> repeated(const py::object& customer) {
  const id_argument ids(customer);
  std::vector<std::size_t> first(size(ids.column()));
  const py::gil_scoped_release others_may_run;
  find_customers(ids.column(), ids.column(), first);
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] != i && first[i] != no_row) return i;
  }
  return std::nullopt;
}

}  // namespace

date_order date_order_named(const std::string& text) {
  for (const date_order o : date_orders) {
    if (text == name(o)) return o;
  }
  throw contract_error("date_order: must be 'ymd', 'dmy' or 'mdy', not '" + text + "'");
}

char decimal_mark_named(const std::string& text) {
  if (text == "." || text == ",") return text[0];
  throw contract_error("decimal: must be '.' or ',', not '" + text + "'");
}

std::vector<std::string_view> cells_of(const text& t) {
  std::vector<std::string_view> out(t.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (t.is_valid(i)) out[i] = t[i];
  }
  return out;
}

void marks::require_rows(std::size_t rows, const char* name) const {
  require_equal_length(rows_, "customer_id", rows, name);
}

std::span<const std::string_view> marks::keep(const char* field, std::vector<std::string_view> cells,
                                              date_order order) {
  const std::vector<std::string_view>& kept = cells_.emplace_back(std::move(cells));
  read_.push_back({field, kept, order});
  return kept;
}

void marks::mark_missing_customers(const py::object& missing) {
  if (missing.is_none()) return;
  const auto gone = missing.cast<py::array_t<bool, py::array::c_style>>();
  const std::span<row_rule> rules = all();
  if (static_cast<std::size_t>(gone.size()) != rules.size())
    throw contract_error("missing ids: another number of rows");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (gone.data()[i] && rules[i] == row_rule::none) rules[i] = row_rule::missing_customer;
  }
}

void marks::mark_repeated_customers(const customer_column& ids) {
  std::visit(
      [this]<class Id>(std::span<const Id> cells) {
        std::unordered_set<Id> seen;
        seen.reserve(cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
          bool nameless = !rules_.empty() && rules_[i] == row_rule::missing_customer;
          if constexpr (std::is_same_v<Id, std::string_view>) nameless = cells[i].empty();
          if (nameless) {
            all()[i] = row_rule::missing_customer;
          } else if (!seen.insert(cells[i]).second) {
            all()[i] = row_rule::repeated_customer;
          }
        }
      },
      ids);
}

number_argument::number_argument(const py::object& source, const char* name, row_rule missing, row_rule unreadable,
                                 char decimal_mark, marks& wrong) {
  if (source.is_none()) return;
  if (py::isinstance<text>(source)) {
    const std::span<const std::string_view> cells = wrong.keep(name, cells_of(source.cast<const text&>()));
    wrong.require_rows(cells.size(), name);
    values_.emplace(static_cast<py::ssize_t>(cells.size()));
    read_numbers(cells, missing, unreadable, {values_->mutable_data(), cells.size()}, wrong.all(), decimal_mark);
  } else {
    values_ = table_column(source, name);
  }
}

std::span<const double> number_argument::span() const {
  if (!values_) return {};
  return {values_->data(), static_cast<std::size_t>(values_->size())};
}

time_argument::time_argument(const std::string& kind, const py::object& source, std::optional<int> offset, bool by_hour,
                             date_order order, marks& wrong) {
  const auto named = offset ? std::optional(utc_offset{*offset}) : std::nullopt;
  if (kind == "days") {
    const auto days = source.cast<py::array_t<std::int32_t, py::array::c_style>>();
    keep_ = days;
    column_ = std::span<const std::int32_t>(days.data(), static_cast<std::size_t>(days.size()));
  } else if (kind == "instants") {
    const auto seconds = source.cast<py::array_t<std::int64_t, py::array::c_style>>();
    keep_ = seconds;
    column_ = instant_column{{seconds.data(), static_cast<std::size_t>(seconds.size())}, named.value()};
  } else {
    read(cells_of(source.cast<const text&>()), named, by_hour, order, wrong);
  }
}

void time_argument::read(std::vector<std::string_view> texts, std::optional<utc_offset> named, bool by_hour,
                         date_order order, marks& wrong) {
  const std::span<const std::string_view> cells = wrong.keep("date", std::move(texts), order);
  wrong.require_rows(cells.size(), "date");
  if (by_hour && named) {
    seconds_.resize(cells.size());
    read_instants(cells, *named, seconds_, wrong.all(), order);
    column_ = instant_column{seconds_, *named};
  } else {
    days_.resize(cells.size());
    read_days(cells, named, days_, wrong.all(), order);
    column_ = std::span<const std::int32_t>(days_);
  }
}

id_argument::id_argument(const py::object& source) : keep_(source) {
  if (py::isinstance<text>(source)) {
    cells_ = cells_of(source.cast<const text&>());
    column_ = std::span<const std::string_view>(cells_);
  } else {
    const auto numbers = source.cast<py::array_t<std::int64_t, py::array::c_style>>();
    keep_ = numbers;
    column_ = std::span<const std::int64_t>(numbers.data(), static_cast<std::size_t>(numbers.size()));
  }
}

py::list issues_of(const row_report& report) {
  py::list out;
  for (const row_issue& i : report.issues) {
    const row_rule_text& t = valorem::text(i.rule);
    out.append(py::make_tuple(i.row + 1, std::string(t.field), std::string(t.rule), sentence(i)));
  }
  return out;
}

py::dict issue_counts(const row_report& report) {
  py::dict out;
  for (std::size_t i = 1; i < row_rule_count; ++i) {
    if (report.counts[i] != 0) out[py::str(std::string(row_rule_texts[i].rule))] = report.counts[i];
  }
  return out;
}

labels status_labels(const std::vector<status>& states) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < status_count; ++i) names.emplace_back(name(static_cast<status>(i)));
  return labels_of(states, names);
}

py::object day_or_none(const std::optional<date>& d) {
  if (!d) return py::none();
  return py::int_(d->days);
}

void bind_summary(py::module_& m) {
  py::class_<summary, std::shared_ptr<summary>>(m, "SummaryData", "One row a customer, as the core keeps it.")
      .def("__len__", &summary::size)
      .def("columns", [](const std::shared_ptr<summary>& s) { return filled_columns(s); })
      .def("origin", &origin_of)
      .def("repeats",
           [](const std::shared_ptr<summary>& s) {
             py::dict out;
             out["time"] = view(s->repeats.time, s);
             out["purchases"] = view(s->repeats.purchases, s);
             return out;
           })
      .def_property_readonly("known_until", [](const summary& s) { return s.repeats.known_until; })
      .def(
          "issues", [](const summary& s) { return issues_of(s.report); },
          "Row (from 1), field, rule and sentence of the first bad rows.")
      .def("issue_counts", [](const summary& s) { return issue_counts(s.report); })
      .def(py::pickle(&state_of_summary, &summary_of_state));

  using py::arg;
  m.def("find_customers", &rows_of, arg("wanted"), arg("table"),
        "For each wanted id the first row of the table that has it, or -1.");
  m.def("repeated_customer", &repeated, arg("customer"), "The first row whose id stood in a row before it, or None.");
  m.def("summarise", &summarise_columns, arg("customer"), arg("customer_missing"), arg("time_kind"), arg("time"),
        arg("amount"), arg("units"), arg("observation_end"), arg("calibration_end"), arg("time_unit"), arg("collapse"),
        arg("returns"), arg("currency"), arg("utc_offset"), arg("date_order"), arg("decimal"), arg("issue_limit"));
  m.def("summary_from_columns", &summary_from_columns, arg("customer"), arg("customer_missing"), arg("frequency"),
        arg("recency"), arg("T"), arg("monetary_value"), arg("revenue"), arg("time_unit"), arg("currency"),
        arg("decimal"), arg("issue_limit"));
}

}  // namespace valorem::python

// Summaries as tuples, and back to the same bits.
#include "states.hpp"

#include <valorem/version.hpp>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <array>
#include <string>
#include <vector>

namespace valorem::python {

namespace py = pybind11;

namespace {

/// Every column of numbers of a summary.
constexpr std::array summary_numbers{
    &summary::frequency,      &summary::recency,           &summary::T,
    &summary::monetary_value, &summary::revenue,           &summary::orders,
    &summary::units,          &summary::units_per_order,   &summary::sum_log_gap,
    &summary::sum_log_spend,  &summary::spend_12m,         &summary::orders_12m,
    &summary::tenure_months,  &summary::holdout_frequency, &summary::holdout_spend,
    &summary::holdout_length,
};
constexpr std::array summary_statuses{&summary::history_status, &summary::spend_status};
constexpr std::array provenance_counts{
    &provenance::rows,
    &provenance::rows_used,
    &provenance::rows_dropped,
    &provenance::rows_after_end,
    &provenance::rows_refused,
    &provenance::returns_used,
    &provenance::zero_amounts,
    &provenance::customers,
    &provenance::customers_after_calibration,
    &provenance::customers_without_purchase,
    &provenance::repeaters,
    &provenance::repeaters_without_positive_spend,
};

void require_own(const py::tuple& state, std::size_t size, const char* what) {
  if (state.size() == size && py::isinstance<py::str>(state[0]) && state[0].cast<std::string>() == version) return;
  throw contract_error(std::string(what) + ": pickled by another version of valorem than " + version +
                       "; make it anew from its data");
}

template <class T, class Values>
py::array_t<T> stored(const Values& values) {
  py::array_t<T> out(static_cast<py::ssize_t>(values.size()));
  T* to = out.mutable_data();
  for (const auto& v : values) *to++ = static_cast<T>(v);
  return out;
}

template <class T, class Stored>
std::vector<T> taken(const py::handle& source) {
  const auto a = source.cast<py::array_t<Stored, py::array::c_style>>();
  std::vector<T> out;
  out.reserve(static_cast<std::size_t>(a.size()));
  for (py::ssize_t i = 0; i < a.size(); ++i) out.push_back(static_cast<T>(a.data()[i]));
  return out;
}

py::object stored(const std::optional<date>& d) {
  return d ? py::object(py::int_(d->days)) : py::none();
}

std::optional<date> taken_date(const py::handle& source) {
  return source.is_none() ? std::nullopt : std::optional(date{source.cast<std::int32_t>()});
}

py::tuple stored(const measure_units& u) {
  return py::make_tuple(static_cast<int>(u.time), u.collapse ? static_cast<int>(*u.collapse) : -1, u.currency);
}

measure_units taken_units(const py::handle& source) {
  const auto t = source.cast<py::tuple>();
  const int collapse = t[1].cast<int>();
  return {.time = static_cast<time_unit>(t[0].cast<int>()),
          .collapse = collapse < 0 ? std::nullopt : std::optional(static_cast<time_unit>(collapse)),
          .currency = t[2].cast<std::string>()};
}

}  // namespace

py::tuple state_of_summary(const summary& s) {
  py::list numbers;
  for (const auto column : summary_numbers) numbers.append(stored<double>(s.*column));
  py::list statuses;
  for (const auto column : summary_statuses) statuses.append(stored<std::uint8_t>(s.*column));
  const provenance& o = s.origin;
  py::list counts;
  for (const auto count : provenance_counts) counts.append(o.*count);
  py::list issues;
  for (const row_issue& i : s.report.issues) issues.append(py::make_tuple(i.row, static_cast<int>(i.rule), i.shown));
  return py::make_tuple(
      std::string(version), numbers, statuses, stored<std::int32_t>(s.first_purchase),
      stored<std::uint64_t>(s.first_row), stored(o.units), static_cast<int>(o.returns), stored(o.as_of),
      stored(o.calibration_end), stored(o.observation_end), counts, s.report.limit, issues,
      stored<std::uint64_t>(s.report.counts),
      py::make_tuple(stored<double>(s.repeats.time), stored<double>(s.repeats.purchases), s.repeats.known_until));
}

std::shared_ptr<summary> summary_of_state(const py::tuple& state) {
  require_own(state, 15, "Summary");
  auto out = std::make_shared<summary>();
  const auto numbers = state[1].cast<py::list>();
  for (std::size_t i = 0; i < summary_numbers.size(); ++i)
    (*out).*summary_numbers[i] = taken<double, double>(numbers[i]);
  const auto statuses = state[2].cast<py::list>();
  for (std::size_t i = 0; i < summary_statuses.size(); ++i)
    (*out).*summary_statuses[i] = taken<status, std::uint8_t>(statuses[i]);
  out->first_purchase = taken<std::int32_t, std::int32_t>(state[3]);
  out->first_row = taken<std::size_t, std::uint64_t>(state[4]);
  provenance& o = out->origin;
  o.units = taken_units(state[5]);
  o.returns = static_cast<returns_policy>(state[6].cast<int>());
  o.as_of = taken_date(state[7]);
  o.calibration_end = taken_date(state[8]);
  o.observation_end = taken_date(state[9]);
  const auto counts = state[10].cast<py::list>();
  for (std::size_t i = 0; i < provenance_counts.size(); ++i) o.*provenance_counts[i] = counts[i].cast<std::size_t>();
  out->report.limit = state[11].cast<std::size_t>();
  for (const auto& issue : state[12].cast<py::list>()) {
    const auto t = issue.cast<py::tuple>();
    out->report.issues.push_back(
        {t[0].cast<std::size_t>(), static_cast<row_rule>(t[1].cast<int>()), t[2].cast<std::string>()});
  }
  const auto by_rule = taken<std::size_t, std::uint64_t>(state[13]);
  if (by_rule.size() != out->report.counts.size()) throw contract_error("Summary: other rules than this version has");
  std::copy(by_rule.begin(), by_rule.end(), out->report.counts.begin());
  const auto repeats = state[14].cast<py::tuple>();
  out->repeats = {.time = taken<double, double>(repeats[0]),
                  .purchases = taken<double, double>(repeats[1]),
                  .known_until = repeats[2].cast<double>()};
  return out;
}

}  // namespace valorem::python

// A summary as Python holds it, for the rooms that read one.
#ifndef VALOREM_PYTHON_SUMMARIES_HPP
#define VALOREM_PYTHON_SUMMARIES_HPP

#include "columns.hpp"
#include <valorem/record.hpp>
#include <valorem/summary/summarise.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace valorem::python {

using shared_summary = std::shared_ptr<summary>;

/// Ids as an argument: int64 or text, read in place.
class id_argument {
 public:
  explicit id_argument(const py::object& source);
  id_argument(const id_argument&) = delete;
  id_argument& operator=(const id_argument&) = delete;
  [[nodiscard]] const customer_column& column() const { return column_; }

 private:
  py::object keep_;
  std::vector<std::string_view> cells_;
  customer_column column_;
};

/// Cells of a text as the core takes them; a null is an empty text.
[[nodiscard]] std::vector<std::string_view> cells_of(const text& t);

/// What a reader of text found wrong by row; empty while nothing was.
class marks {
 public:
  explicit marks(std::size_t rows) : rows_(rows) {}
  std::span<row_rule> all() {
    if (rules_.empty()) rules_.resize(rows_);
    return rules_;
  }
  [[nodiscard]] std::span<const row_rule> found() const { return rules_; }
  /// missing: None, or a bool for each row.
  void mark_missing_customers(const py::object& missing);
  /// For a table of one row a customer: an empty id is missing, and one that stood in a row before is repeated.
  void mark_repeated_customers(const customer_column& ids);
  /// Refuses a column of another length than the ids.
  void require_rows(std::size_t rows, const char* name) const;
  /// Cells of text, kept until the rows are judged so that messages can show them. field: the rules' name.
  std::span<const std::string_view> keep(const char* field, std::vector<std::string_view> cells,
                                         date_order order = date_order::ymd);
  [[nodiscard]] std::span<const text_column> read() const { return read_; }

 private:
  std::deque<std::vector<std::string_view>> cells_;
  std::vector<text_column> read_;
  std::size_t rows_;
  std::vector<row_rule> rules_;
};

/// A column of numbers that may have come as text; absent where the argument is None.
class number_argument {
 public:
  number_argument(const py::object& source, const char* name, row_rule missing, row_rule unreadable, char decimal_mark,
                  marks& wrong);
  [[nodiscard]] std::span<const double> span() const;

 private:
  std::optional<py::array_t<double>> values_;
};

/// Days, instants of UTC, or text that is read as either.
class time_argument {
 public:
  time_argument(const std::string& kind, const py::object& source, std::optional<int> offset, bool by_hour,
                date_order order, marks& wrong);
  time_argument(const time_argument&) = delete;
  time_argument& operator=(const time_argument&) = delete;
  [[nodiscard]] const time_column& column() const { return column_; }

 private:
  void read(std::vector<std::string_view> texts, std::optional<utc_offset> named, bool by_hour, date_order order,
            marks& wrong);

  py::object keep_;
  std::vector<std::int32_t> days_;
  std::vector<std::int64_t> seconds_;
  time_column column_;
};

/// date_order= and decimal= as the core takes them.
[[nodiscard]] date_order date_order_named(const std::string& text);
[[nodiscard]] char decimal_mark_named(const std::string& text);

/// Bad rows as tuples of row (from 1), field, rule and sentence; and how many there are by rule.
[[nodiscard]] py::list issues_of(const row_report& report);
[[nodiscard]] py::dict issue_counts(const row_report& report);

/// A read-only NumPy view of a vector that `keep` owns.
template <class T>
py::array_t<T> view(const std::vector<T>& values, const std::shared_ptr<const void>& keep) {
  const py::capsule owner(new std::shared_ptr<const void>(keep),
                          [](void* p) { delete static_cast<std::shared_ptr<const void>*>(p); });
  py::array_t<T> out(static_cast<py::ssize_t>(values.size()), values.data(), owner);
  py::detail::array_proxy(out.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

/// Statuses as labels; every name is a category.
[[nodiscard]] labels status_labels(const std::vector<status>& states);
/// Labels from any codes; a code below 0 is a missing cell.
template <class Code>
labels labels_of(const std::vector<Code>& codes, const std::vector<std::string>& names) {
  text_builder categories;
  for (const std::string& n : names) categories.add(n);
  labels out{py::array_t<std::int32_t>(static_cast<py::ssize_t>(codes.size())), categories.finish()};
  std::int32_t* to = out.codes.mutable_data();
  for (const Code c : codes) *to++ = static_cast<std::int32_t>(c);
  return out;
}

/// A day as an integer, or None.
[[nodiscard]] py::object day_or_none(const std::optional<date>& d);

}  // namespace valorem::python

#endif

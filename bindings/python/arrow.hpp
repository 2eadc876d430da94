// The Arrow C data interface and its PyCapsules, in and out: https://arrow.apache.org/docs/format/CDataInterface.html
#ifndef VALOREM_PYTHON_ARROW_HPP
#define VALOREM_PYTHON_ARROW_HPP

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif

}  // extern "C"

namespace valorem::python {

namespace py = pybind11;

/// Text cells in Arrow's layout: cell i is bytes [offsets[i], offsets[i + 1]), UTF-8. valid is empty, or 0 where a cell
/// is null.
struct text {
  py::array_t<std::int64_t> offsets;
  py::array_t<char> bytes;
  std::optional<py::array_t<bool>> valid;

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(offsets.size()) - 1; }
  [[nodiscard]] bool is_valid(std::size_t i) const { return !valid || valid->data()[i]; }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    const std::int64_t* at = offsets.data();
    return {bytes.data() + at[i], static_cast<std::size_t>(at[i + 1] - at[i])};
  }
};

/// Grows cell by cell, then becomes a text.
class text_builder {
 public:
  void reserve(std::size_t cells) { offsets_.reserve(cells + 1); }
  void add(std::string_view cell);
  void add_null();
  [[nodiscard]] text finish();

 private:
  std::vector<std::int64_t> offsets_{0};
  std::string bytes_;
  std::vector<bool> valid_;
  bool any_null_ = false;
};

/// What a column holds, as its Arrow format string says.
enum class arrow_kind { null, boolean, integer, floating, decimal, text, date, timestamp, other };

/// One column of a stream: the pieces that came, kept alive as long as anything looks at them.
class arrow_column {
 public:
  [[nodiscard]] arrow_kind kind() const;
  /// For messages: "Arrow utf8", "Arrow timestamp[ms, UTC]".
  [[nodiscard]] std::string type_name() const;
  [[nodiscard]] std::size_t size() const;
  /// Numbers as float64, null as NaN: the producer's own memory where that is one piece of float64 without nulls.
  [[nodiscard]] py::array_t<double> numbers() const;
  /// Integers as int64 and where one is null (0 stands there). Throws py::type_error for another kind, data_error for
  /// what does not fit.
  [[nodiscard]] std::pair<py::array_t<std::int64_t>, py::array_t<bool>> integers(std::string_view name) const;
  [[nodiscard]] text texts() const;
  /// numpy.datetime64 in the column's own unit, null as NaT; time_zone() is not applied.
  [[nodiscard]] py::array dates() const;
  [[nodiscard]] std::string time_zone() const;
  /// True or false in a row, 0 or 1; null as NaN.
  [[nodiscard]] py::array_t<double> booleans() const;

  struct batches;  // what the stream gave, and the duty to release it
  arrow_column(std::shared_ptr<const batches> all, std::optional<std::size_t> child)
      : all_(std::move(all)), child_(child) {}

 private:
  friend struct column_pieces;
  std::shared_ptr<const batches> all_;
  std::optional<std::size_t> child_;  // of a table; none where the stream is one column
};

/// A stream of record batches as named columns, in order.
using arrow_table = std::vector<std::pair<std::string, arrow_column>>;

[[nodiscard]] bool speaks_arrow(py::handle source);
/// Throws py::type_error where the object is not one column, or not a table.
[[nodiscard]] arrow_column read_arrow_column(py::handle source);
[[nodiscard]] arrow_table read_arrow_table(py::handle source);

/// Cells that repeat few texts: cell i is categories[codes[i]], null where the code is -1.
struct labels {
  py::array_t<std::int32_t> codes;
  text categories;
};

/// A capsule "arrow_array_stream" of one record batch over the columns' own memory. A column is a NumPy array
/// (floating, integer, bool, datetime64), a text or labels.
[[nodiscard]] py::capsule arrow_stream(const std::vector<std::string>& names, const std::vector<py::object>& columns,
                                       std::int64_t rows);

}  // namespace valorem::python

#endif

// The cells of one Arrow array as C++ values: what its type and its validity bits say.
#ifndef VALOREM_PYTHON_ARROW_CELLS_HPP
#define VALOREM_PYTHON_ARROW_CELLS_HPP

#include "arrow.hpp"
#include <valorem/status.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace valorem::python {

inline constexpr double null_number = std::numeric_limits<double>::quiet_NaN();

[[nodiscard]] inline bool bit(const std::uint8_t* bits, std::int64_t i) {
  return ((bits[i / 8] >> (i % 8)) & 1U) != 0;
}

/// Rows [first, first + length) of one array's buffers, and of the table's that it is a column of.
struct piece {
  const ArrowSchema* schema;
  const ArrowArray* array;
  std::int64_t first;
  std::int64_t length;
  const std::uint8_t* row_valid = nullptr;
  std::int64_t row_first = 0;

  template <class T>
  [[nodiscard]] const T* buffer(std::int64_t which) const {
    if (which >= array->n_buffers) throw data_error("an Arrow array has too few buffers for its type");
    return static_cast<const T*>(array->buffers[which]);
  }
  /// Null where no row can be null.
  [[nodiscard]] const std::uint8_t* own_valid() const {
    if (array->null_count == 0 || schema->format[0] == 'n' || array->n_buffers == 0) return nullptr;
    return static_cast<const std::uint8_t*>(array->buffers[0]);
  }
  [[nodiscard]] bool is_valid(std::int64_t i) const {
    if (schema->format[0] == 'n') return false;
    const std::uint8_t* own = own_valid();
    return (own == nullptr || bit(own, first + i)) && (row_valid == nullptr || bit(row_valid, row_first + i));
  }
  [[nodiscard]] bool any_null() const {
    if (own_valid() == nullptr && row_valid == nullptr && schema->format[0] != 'n') return false;
    for (std::int64_t i = 0; i < length; ++i) {
      if (!is_valid(i)) return true;
    }
    return false;
  }
  [[nodiscard]] piece dictionary() const {
    if (array->dictionary == nullptr) throw data_error("an Arrow dictionary array came without its dictionary");
    return {schema->dictionary, array->dictionary, array->dictionary->offset, array->dictionary->length};
  }
};

[[nodiscard]] arrow_kind kind_of(std::string_view format);

/// The unit letter of a timestamp format as NumPy spells it.
[[nodiscard]] std::string unit_name(char unit);

/// A format string in the words of messages: "utf8", "timestamp[ms, UTC]".
[[nodiscard]] std::string spelled(std::string_view format);

/// Numbers as doubles, null as NaN. Throws py::type_error where the piece holds something else.
void fill_numbers(const piece& p, double* out);

/// Throws py::type_error where the piece holds no text.
void add_texts(const piece& p, text_builder& out);

/// f of each cell, `null` where there is none.
template <class T, class U, class F>
void convert(const piece& p, U* out, U null, F f) {
  const T* data = p.buffer<T>(1) + p.first;
  for (std::int64_t i = 0; i < p.length; ++i) out[i] = p.is_valid(i) ? f(data[i]) : null;
}

/// Calls f with the value type of an integer format.
template <class F>
bool with_integer(char code, F f) {
  switch (code) {
    case 'c':
      f(std::int8_t{});
      return true;
    case 'C':
      f(std::uint8_t{});
      return true;
    case 's':
      f(std::int16_t{});
      return true;
    case 'S':
      f(std::uint16_t{});
      return true;
    case 'i':
      f(std::int32_t{});
      return true;
    case 'I':
      f(std::uint32_t{});
      return true;
    case 'l':
      f(std::int64_t{});
      return true;
    case 'L':
      f(std::uint64_t{});
      return true;
    default:
      return false;
  }
}

}  // namespace valorem::python

#endif

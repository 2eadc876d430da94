// A summary as Python holds it, for the rooms that read one.
#ifndef VALOREM_PYTHON_SUMMARIES_HPP
#define VALOREM_PYTHON_SUMMARIES_HPP

#include "columns.hpp"
#include <valorem/record/customer.hpp>
#include <valorem/summary/summarise.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace valorem::python {

using shared_summary = std::shared_ptr<const summary>;

/// Ids as an argument: int64 or text, read in place.
class id_argument {
 public:
  explicit id_argument(const py::object& source);
  [[nodiscard]] const customer_column& column() const { return column_; }

 private:
  py::object keep_;
  std::vector<std::string_view> cells_;
  customer_column column_;
};

/// Cells of a text as the core takes them; a null is an empty text.
[[nodiscard]] std::vector<std::string_view> cells_of(const text& t);

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

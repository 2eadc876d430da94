// Nothing of the domain: the door for columns as such, for the package's own Python half.
#include "bindings.hpp"
#include "summaries.hpp"

#include <pybind11/stl.h>

#include <utility>
#include <vector>

namespace valorem::python {

namespace {

/// Text as numbers: empty cells and cells that are none are NaN; the rows of the latter are told, from 0.
std::pair<py::array_t<double>, std::vector<std::size_t>> numbers_in(const text& t, const std::string& decimal) {
  const std::vector<std::string_view> cells = cells_of(t);
  py::array_t<double> values(static_cast<py::ssize_t>(cells.size()));
  std::vector<row_rule> rules(cells.size());
  read_numbers(cells, row_rule::none, row_rule::unreadable_amount, {values.mutable_data(), cells.size()}, rules,
               decimal_mark_named(decimal));
  std::vector<std::size_t> bad;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i] != row_rule::none) bad.push_back(i);
  }
  return {values, bad};
}

}  // namespace

void bind_columns(py::module_& m) {
  m.def("numbers", &table_column, py::arg("column"), py::arg("name"),
        "A column as float64, by the rules of every function that takes numbers.");
  m.def("json_text", &json_text, py::arg("source"), py::arg("name"), "One text of JSON, not a file's name.");
  m.def("numbers_in", &numbers_in, py::arg("cells"), py::arg("decimal") = ".",
        "Text as float64, NaN where a cell is empty or no number, and the rows (from 0) of the latter.");
}

}  // namespace valorem::python

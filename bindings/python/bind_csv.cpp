// Any table as CSV, by the core's rules for cells.
#include "bindings.hpp"
#include "summaries.hpp"
#include <valorem/report/csv.hpp>

#include <pybind11/stl.h>

#include <functional>

namespace valorem::python {

namespace {

/// Appends the cell of one row.
using cell_writer = std::function<void(std::string&, std::size_t)>;

cell_writer text_cells(const text& t) {
  return [&t](std::string& to, std::size_t i) {
    if (t.is_valid(i)) append_csv_text(to, t[i]);
  };
}

cell_writer label_cells(const labels& l) {
  return [&l](std::string& to, std::size_t i) {
    const std::int32_t code = l.codes.data()[i];
    if (code >= 0 && l.categories.is_valid(static_cast<std::size_t>(code))) {
      append_csv_text(to, l.categories[static_cast<std::size_t>(code)]);
    }
  };
}

cell_writer array_cells(const py::array& a) {
  if (py::isinstance<py::array_t<double>>(a)) {
    const double* data = static_cast<const double*>(a.data());
    return [data](std::string& to, std::size_t i) { append_csv_number(to, data[i]); };
  }
  if (py::isinstance<py::array_t<bool>>(a)) {
    const bool* data = static_cast<const bool*>(a.data());
    return [data](std::string& to, std::size_t i) { to += data[i] ? "true" : "false"; };
  }
  if (py::isinstance<py::array_t<std::int64_t>>(a)) {
    const auto* data = static_cast<const std::int64_t*>(a.data());
    return [data](std::string& to, std::size_t i) { to += std::to_string(data[i]); };
  }
  throw py::type_error("a column of dtype " + py::str(a.dtype()).cast<std::string>() + " has no form in CSV");
}

cell_writer writer_of(const py::object& column) {
  if (py::isinstance<text>(column)) return text_cells(column.cast<const text&>());
  if (py::isinstance<labels>(column)) return label_cells(column.cast<const labels&>());
  return array_cells(column.cast<py::array>());
}

py::bytes csv_lines(const std::vector<py::object>& columns, std::size_t first, std::size_t last) {
  std::vector<cell_writer> cells;
  for (const py::object& c : columns) cells.push_back(writer_of(c));
  std::string out;
  {
    const py::gil_scoped_release others_may_run;
    for (std::size_t i = first; i < last; ++i) {
      for (std::size_t c = 0; c < cells.size(); ++c) {
        if (c > 0) out += ',';
        cells[c](out, i);
      }
      out += '\n';
    }
  }
  return out;
}

}  // namespace

void bind_csv(py::module_& m) {
  m.def("csv_lines", &csv_lines, py::arg("columns"), py::arg("first"), py::arg("last"),
        "Rows [first, last) of columns (float64, int64, bool, Text or Labels) as lines of CSV.");
}

}  // namespace valorem::python

// Arrow columns, text and labels as Python sees them.
#include "arrow.hpp"
#include "bindings.hpp"
#include <valorem/status.hpp>

#include <pybind11/stl.h>

namespace valorem::python {

namespace {

std::size_t index(py::ssize_t i, std::size_t n) {
  const auto rows = static_cast<py::ssize_t>(n);
  if (i < 0) i += rows;
  if (i < 0 || i >= rows) throw py::index_error("row out of range");
  return static_cast<std::size_t>(i);
}

py::object cell(const text& t, std::size_t i) {
  if (!t.is_valid(i)) return py::none();
  return py::str(t[i].data(), t[i].size());
}

/// An object array of n cells; make(i) gives a new reference.
template <class F>
py::array object_array(std::size_t n, F make) {
  py::array out(py::dtype("O"), std::vector<py::ssize_t>{static_cast<py::ssize_t>(n)});
  auto** cells = static_cast<PyObject**>(out.mutable_data());
  for (std::size_t i = 0; i < n; ++i) {
    PyObject* fresh = make(i).release().ptr();
    std::swap(fresh, cells[i]);
    Py_XDECREF(fresh);
  }
  return out;
}

text text_from(const py::iterable& cells) {
  text_builder out;
  std::size_t row = 0;
  for (const py::handle c : cells) {
    if (c.is_none()) {
      out.add_null();
    } else if (PyUnicode_Check(c.ptr()) != 0) {
      py::ssize_t length = 0;
      const char* bytes = PyUnicode_AsUTF8AndSize(c.ptr(), &length);
      if (bytes == nullptr) {
        PyErr_Clear();
        throw data_error("row " + std::to_string(row + 1) + ": half of a surrogate pair, which no text holds");
      }
      out.add({bytes, static_cast<std::size_t>(length)});
    } else {
      throw py::type_error("row " + std::to_string(row + 1) + ": " +
                           py::str(py::type::handle_of(c).attr("__name__")).cast<std::string>() +
                           " where text is expected");
    }
    ++row;
  }
  return out.finish();
}

text take_rows(const text& t, const py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>& rows) {
  text_builder out;
  out.reserve(static_cast<std::size_t>(rows.size()));
  for (py::ssize_t i = 0; i < rows.size(); ++i) {
    const std::size_t row = index(rows.data()[i], t.size());
    t.is_valid(row) ? out.add(t[row]) : out.add_null();
  }
  return out.finish();
}

py::array texts_to_numpy(const text& t) {
  return object_array(t.size(), [&](std::size_t i) { return cell(t, i); });
}

std::vector<py::object> shared_cells(const labels& l) {
  std::vector<py::object> out;
  for (std::size_t i = 0; i < l.categories.size(); ++i) out.push_back(cell(l.categories, i));
  return out;
}

labels labels_from(const py::array_t<std::int32_t>& codes, const py::iterable& categories) {
  labels out{codes, text_from(categories)};
  const auto known = static_cast<std::int32_t>(out.categories.size());
  if (codes.ndim() != 1) throw py::value_error("codes must have one dimension");
  for (py::ssize_t i = 0; i < codes.size(); ++i) {
    if (codes.at(i) >= known) throw py::value_error("row " + std::to_string(i + 1) + ": no category has this code");
  }
  return out;
}

const char* kind_name(const arrow_column& c) {
  switch (c.kind()) {
    case arrow_kind::null:
    case arrow_kind::text:
      return "text";
    case arrow_kind::boolean:
      return "boolean";
    case arrow_kind::integer:
      return "integer";
    case arrow_kind::floating:
    case arrow_kind::decimal:
      return "number";
    case arrow_kind::date:
    case arrow_kind::timestamp:
      return "date";
    default:
      return "other";
  }
}

}  // namespace

void bind_arrow(py::module_& m) {
  py::class_<text>(m, "Text", "A column of text: immutable UTF-8 cells, None where a cell is missing.")
      .def(py::init(&text_from), py::arg("cells"))
      .def("__len__", &text::size)
      .def(
          "__getitem__", [](const text& t, py::ssize_t i) { return cell(t, index(i, t.size())); }, py::arg("row"))
      .def("take", &take_rows, py::arg("rows"), "The cells of these rows, in this order.")
      .def("to_numpy", &texts_to_numpy, "An object array of str and None.")
      .def("__reduce__", [](const text& t) {
        return py::make_tuple(py::type::of<text>(), py::make_tuple(texts_to_numpy(t).attr("tolist")()));
      });

  py::class_<labels>(m, "Labels",
                     "A column of few repeating texts: codes into categories, None where a code is negative.")
      .def(py::init(&labels_from), py::arg("codes"), py::arg("categories"))
      .def("__len__", [](const labels& l) { return static_cast<std::size_t>(l.codes.size()); })
      .def(
          "__getitem__",
          [](const labels& l, py::ssize_t i) -> py::object {
            const auto code = l.codes.data()[index(i, static_cast<std::size_t>(l.codes.size()))];
            if (code < 0) return py::none();
            return cell(l.categories, static_cast<std::size_t>(code));
          },
          py::arg("row"))
      .def_property_readonly("codes", [](const labels& l) { return l.codes; })
      .def_property_readonly("categories", &shared_cells)
      .def(
          "to_numpy",
          [](const labels& l) {
            const std::vector<py::object> known = shared_cells(l);
            return object_array(static_cast<std::size_t>(l.codes.size()), [&](std::size_t i) -> py::object {
              const auto code = l.codes.data()[i];
              return code < 0 ? py::none() : known[static_cast<std::size_t>(code)];
            });
          },
          "An object array of str and None.")
      .def("__reduce__", [](const labels& l) {
        return py::make_tuple(py::type::of<labels>(), py::make_tuple(l.codes, shared_cells(l)));
      });

  py::class_<arrow_column>(m, "ArrowColumn", "One column of a table that came through a PyCapsule.")
      .def("__len__", &arrow_column::size)
      .def_property_readonly("type_name", &arrow_column::type_name)
      .def_property_readonly("time_zone", &arrow_column::time_zone)
      .def_property_readonly("kind", &kind_name, "'text', 'integer', 'date', 'boolean', 'number' or 'other'.")
      .def("numbers", &arrow_column::numbers)
      .def("booleans", &arrow_column::booleans)
      .def("integers", &arrow_column::integers, py::arg("name"))
      .def("texts", &arrow_column::texts)
      .def("dates", &arrow_column::dates);

  m.def("arrow_column", &read_arrow_column, py::arg("column"), "A column that speaks Arrow.");
  m.def("arrow_columns", &read_arrow_table, py::arg("table"), "Names and columns of an object that speaks Arrow.");
  m.def("arrow_stream", &arrow_stream, py::arg("names"), py::arg("columns"), py::arg("rows"),
        "A capsule arrow_array_stream of one record batch over the columns' memory.");
}

}  // namespace valorem::python

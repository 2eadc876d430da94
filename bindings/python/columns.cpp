#include "columns.hpp"

#include <pybind11/gil_safe_call_once.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <functional>

namespace valorem::python {

namespace {

py::module_ numpy() {
  return py::module_::import("numpy");
}

std::string type_name(py::handle source) {
  return py::str(py::type::handle_of(source).attr("__name__")).cast<std::string>();
}

[[noreturn]] void refuse(std::string_view name, const std::string& what) {
  throw py::type_error(std::string(name) + ": " + what);
}

bool is_ready(const py::array& a) {
  using py::detail::npy_api;
  return py::isinstance<py::array_t<double, py::array::c_style>>(a) && (a.flags() & npy_api::NPY_ARRAY_ALIGNED_) != 0;
}

/// The one place where numbers change their type, all of them in sight: integers and short floats of any layout and
/// byte order become float64, masked cells NaN.
py::array_t<double> from_numpy(const py::array& a, std::string_view name) {
  const py::dtype type = a.dtype();
  const char kind = type.kind();
  if (kind != 'f' && kind != 'i' && kind != 'u') {
    const std::string hint = kind == 'b'   ? "; write .astype(float) if true means 1"
                             : kind == 'O' ? "; give float64, with NaN where a value is missing"
                                           : "";
    refuse(name, "dtype " + py::str(type).cast<std::string>() + " where numbers are expected" + hint);
  }
  if (kind == 'f' && type.itemsize() > 8)
    refuse(name, "dtype " + py::str(type).cast<std::string>() + " holds more digits than float64; convert it first");
  if (py::isinstance(a, numpy().attr("ma").attr("MaskedArray"))) {
    return numpy().attr("ascontiguousarray")(
        a.attr("astype")("float64", py::arg("order") = "C").attr("filled")(std::numeric_limits<double>::quiet_NaN()));
  }
  if (is_ready(a)) return py::reinterpret_borrow<py::array_t<double>>(a);
  return a.attr("astype")("float64", py::arg("order") = "C");
}

bool is_pandas(py::handle source) {
  const py::object module = py::getattr(py::type::handle_of(source), "__module__", py::none());
  if (!py::isinstance<py::str>(module)) return false;
  const auto path = module.cast<std::string>();
  return path == "pandas" || path.starts_with("pandas.");
}

/// pandas keeps NumPy arrays or types of its own; neither needs Arrow installed beside it.
py::array_t<double> from_pandas(py::handle source, std::string_view name) {
  if (!py::hasattr(source, "dtype")) refuse(name, "a whole " + type_name(source) + " where one column is expected");
  const py::object type = source.attr("dtype");
  if (py::isinstance<py::dtype>(type)) return from_numpy(source.attr("to_numpy")(), name);
  const auto kind = py::str(py::getattr(type, "kind", py::str("O"))).cast<std::string>();
  if (kind != "i" && kind != "u" && kind != "f")
    refuse(name, "dtype " + py::str(type).cast<std::string>() + " where numbers are expected");
  const py::object values = source.attr("to_numpy")(py::arg("dtype") = "float64",
                                                    py::arg("na_value") = std::numeric_limits<double>::quiet_NaN());
  return from_numpy(values, name);
}

/// A list or another sequence of numbers.
py::array as_array(py::handle source, std::string_view name) {
  try {
    return numpy().attr("asarray")(source);
  } catch (py::error_already_set& e) {
    if (!e.matches(PyExc_ValueError) && !e.matches(PyExc_TypeError) && !e.matches(PyExc_OverflowError)) throw;
  }
  refuse(name, "this " + type_name(source) + " does not make an array of numbers");
}

py::array_t<double> read_array(py::handle source, std::string_view name) {
  if (py::isinstance<py::array>(source)) return from_numpy(py::reinterpret_borrow<py::array>(source), name);
  if (py::isinstance<arrow_column>(source)) return source.cast<const arrow_column&>().numbers();
  if (py::isinstance<py::str>(source) || py::isinstance<py::bytes>(source) || source.is_none() ||
      py::isinstance<py::dict>(source)) {
    refuse(name, type_name(source) + " where numbers are expected");
  }
  if (is_pandas(source)) return from_pandas(source, name);
  if (speaks_arrow(source)) {
    try {
      return read_arrow_column(source).numbers();
    } catch (const py::type_error& e) {
      refuse(name, e.what());
    }
  }
  return from_numpy(as_array(source, name), name);
}

std::vector<py::ssize_t> shape_of(const py::array& a) {
  return {a.shape(), a.shape() + a.ndim()};
}

std::string spelled(const std::vector<py::ssize_t>& shape) {
  if (shape.size() == 1) return std::to_string(shape[0]) + " rows";
  std::string out = "shape (";
  for (std::size_t i = 0; i < shape.size(); ++i) out += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return out + ")";
}

/// NumPy's rule: aligned at the last axis, lengths equal or 1.
std::vector<py::ssize_t> common_shape(const std::vector<column>& inputs, std::initializer_list<argument> names) {
  std::vector<py::ssize_t> out;
  const char* widest = "";
  std::size_t i = 0;
  for (const argument& a : names) {
    std::vector<py::ssize_t> shape = inputs[i++].shape();
    const std::vector<py::ssize_t> mine = shape;
    const std::vector<py::ssize_t> before = out;
    if (shape.size() < out.size()) shape.insert(shape.begin(), out.size() - shape.size(), 1);
    if (out.size() < shape.size()) out.insert(out.begin(), shape.size() - out.size(), 1);
    for (std::size_t k = 0; k < out.size(); ++k) {
      if (out[k] == 1) {
        out[k] = shape[k];
      } else if (shape[k] != 1 && shape[k] != out[k]) {
        throw contract_error(std::string("columns of unequal length: ") + widest + " has " + spelled(before) + ", " +
                             a.name + " has " + spelled(mine));
      }
    }
    if (out != before) widest = a.name;
  }
  return out;
}

void check_out(const py::array& a, const std::vector<py::ssize_t>& shape) {
  if (!is_ready(a))
    throw py::type_error("out: must be a float64 array in C order, is " + py::str(a.dtype()).cast<std::string>() +
                         (py::isinstance<py::array_t<double>>(a) ? " with strides" : ""));
  if (!a.writeable()) throw contract_error("out: the array is read-only");
  if (shape_of(a) != shape)
    throw contract_error("out: has " + spelled(shape_of(a)) + ", the answer has " + spelled(shape));
}

}  // namespace

column::column(py::handle source, std::string_view name) {
  if (PyFloat_Check(source.ptr()) != 0) {
    one_ = PyFloat_AS_DOUBLE(source.ptr());
    return;
  }
  if (PyBool_Check(source.ptr()) != 0) refuse(name, "bool where numbers are expected");
  if (PyLong_Check(source.ptr()) != 0) {
    one_ = PyLong_AsDouble(source.ptr());
    if (one_ == -1.0 && PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      throw contract_error(std::string(name) + ": an integer too large for float64");
    }
    return;
  }
  values_ = read_array(source, name);
  if (values_->ndim() == 0) {
    one_ = *values_->data();
    values_.reset();
  }
}

std::vector<py::ssize_t> column::shape() const {
  return values_ ? shape_of(*values_) : std::vector<py::ssize_t>{};
}

std::span<const double> column::span() const {
  if (!values_) return {&one_, 1};
  return {values_->data(), static_cast<std::size_t>(values_->size())};
}

void column::broadcast_to(const std::vector<py::ssize_t>& shape) {
  if (this->shape() == shape) return;
  if (!values_) {
    const double x = one_;
    values_.emplace(shape);
    std::fill_n(values_->mutable_data(), values_->size(), x);
    return;
  }
  values_ = numpy().attr("ascontiguousarray")(numpy().attr("broadcast_to")(*values_, py::cast(shape)));
}

bool column::touches(const void* first, const void* last) const {
  if (!values_) return false;
  const std::less<const void*> before;
  const double* mine = values_->data();
  return before(mine, last) && before(first, mine + values_->size());
}

void column::copy() {
  values_ = values_->attr("copy")();
}

py::array_t<double> table_column(py::handle source, std::string_view name) {
  py::array_t<double> out = read_array(source, name);
  if (out.ndim() != 1)
    throw contract_error(std::string(name) + ": a column of a table has one dimension, this has " +
                         std::to_string(out.ndim()));
  return out;
}

double one_number(py::handle source, std::string_view name) {
  const column c(source, name);
  if (!c.is_scalar()) refuse(name, "an array where one number is expected");
  return c.span()[0];
}

long long one_count(py::handle source, std::string_view name) {
  if (PyBool_Check(source.ptr()) != 0 || PyIndex_Check(source.ptr()) == 0)
    refuse(name, type_name(source) + " where a whole number is expected");
  const auto whole = py::reinterpret_steal<py::object>(PyNumber_Index(source.ptr()));
  int overflow = 0;
  const long long n = whole ? PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow) : 0;
  PyErr_Clear();
  if (!whole || overflow != 0) refuse(name, whole ? "a number out of range" : "an array where one number is expected");
  return n;
}

std::string one_text(py::handle source, std::string_view name) {
  if (PyUnicode_Check(source.ptr()) == 0) refuse(name, type_name(source) + " where text is expected");
  py::ssize_t length = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(source.ptr(), &length);
  if (bytes == nullptr) {
    PyErr_Clear();
    throw contract_error(std::string(name) + ": half of a surrogate pair, which no text holds");
  }
  return {bytes, static_cast<std::size_t>(length)};
}

std::string json_text(py::handle source, std::string_view name) {
  std::string text = one_text(source, name);
  if (text.ends_with(".json") && text.find('{') == std::string::npos) {
    throw contract_error(std::string(name) + ": '" + text +
                         "' is the name of a file: open it, and give the text that it holds");
  }
  return text;
}

execution threads_argument(py::handle threads) {
  const long long n = one_count(threads, "threads");
  if (n < 1) throw contract_error("threads: must be at least 1, is " + std::to_string(n));
  return valorem::threads(static_cast<unsigned>(std::min(n, 1LL << 16)));
}

py::array_t<double> out_argument(const py::object& out, const std::vector<py::ssize_t>& shape) {
  if (!py::isinstance<py::array>(out)) throw py::type_error("out: must be a NumPy array, is " + type_name(out));
  check_out(out.cast<py::array>(), shape);
  return out.cast<py::array_t<double>>();
}

batch::batch(std::initializer_list<argument> inputs, const py::object& out, py::handle threads)
    : how_(threads_argument(threads)) {
  inputs_.reserve(inputs.size());
  for (const argument& a : inputs) inputs_.emplace_back(a.source, a.name);
  shape_ = common_shape(inputs_, inputs);
  scalar_ = std::all_of(inputs_.begin(), inputs_.end(), [](const column& c) { return c.is_scalar(); });
  if (!out.is_none()) {
    values_ = out_argument(out, shape_);
    given_ = true;
  } else if (!scalar_) {
    values_.emplace(shape_);
  }
  out_ = values_ ? std::span<double>(values_->mutable_data(), static_cast<std::size_t>(values_->size()))
                 : std::span<double>(&one_, 1);
  for (column& c : inputs_) {
    if (!c.is_scalar()) c.broadcast_to(shape_);
    if (given_ && c.touches(out_.data(), out_.data() + out_.size())) c.copy();
  }
  look();
}

void batch::look() {
  cells_.clear();
  for (const column& c : inputs_) cells_.push_back({c.span().data(), c.is_scalar() ? std::size_t{0} : std::size_t{1}});
}

void batch::keep_clear_of(const double* first, const double* last) {
  for (column& c : inputs_) {
    if (c.touches(first, last)) c.copy();
  }
  look();
}

void batch::spread() {
  if (scalar_) return;
  for (column& c : inputs_) c.broadcast_to(shape_);
  look();
}

py::object batch::result() const {
  if (values_) return *values_;
  return py::float_(one_);
}

py::str status_name(status s) {
  using table = std::array<py::str, status_count>;
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<table> names;
  const table& all = names
                         .call_once_and_store_result([] {
                           table t;
                           for (std::size_t i = 0; i < status_count; ++i) {
                             const std::string_view word = name(static_cast<status>(i));
                             t[i] = py::str(word.data(), word.size());
                           }
                           return t;
                         })
                         .get_stored();
  return all.at(static_cast<std::size_t>(s));
}

namespace {

py::array names_of(std::span<const status> states, const std::vector<py::ssize_t>& shape) {
  py::array out(py::dtype("O"), shape);
  auto** cells = static_cast<PyObject**>(out.mutable_data());
  for (std::size_t i = 0; i < states.size(); ++i) {
    PyObject* old = std::exchange(cells[i], status_name(states[i]).release().ptr());
    Py_XDECREF(old);
  }
  return out;
}

}  // namespace

py::array status_names(std::span<const status> states) {
  return names_of(states, {static_cast<py::ssize_t>(states.size())});
}

py::object batch::names(std::span<const status> states) const {
  if (scalar_) return status_name(states[0]);
  return names_of(states, shape_);
}

}  // namespace valorem::python

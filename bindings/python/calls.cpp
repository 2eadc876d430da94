// Calls that fit no signature: a sentence in place of pybind11's list of types and dump of every argument.
#include "bindings.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace valorem::python {

namespace {

namespace py = pybind11;

/// pybind11's, which every function of a module shares; before its version 3.1 one of tuples.
_PyCFunctionFastWithKeywords by_vector = nullptr;
PyCFunctionWithKeywords by_tuple = nullptr;

/// Puts a sentence in the place of a TypeError that says no overload fits; any other stays as it is.
template <class Arguments>
void say_what_is_wrong(Arguments given) {
  if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) return;
  py::error_already_set raised;
  const std::string text = py::str(raised.value());
  if (text.find("(): incompatible ") == std::string::npos) {
    raised.restore();
    return;
  }
  try {
    const auto [args, kwargs] = given();
    const py::object sentence = py::module_::import("valorem._calls").attr("sentence")(text, args, kwargs);
    PyErr_SetString(PyExc_TypeError, sentence.cast<std::string>().c_str());
  } catch (const py::error_already_set&) {
    raised.restore();
  }
}

PyObject* call_by_vector(PyObject* self, PyObject* const* args, py::ssize_t count, PyObject* names) {
  PyObject* const out = by_vector(self, args, count, names);
  if (out == nullptr) {
    say_what_is_wrong([&] {
      const py::ssize_t n = PyVectorcall_NARGS(static_cast<std::size_t>(count));
      py::list places;
      for (py::ssize_t i = 0; i < n; ++i) places.append(py::handle(args[i]));
      py::dict named;
      for (py::ssize_t i = 0; names != nullptr && i < PyTuple_Size(names); ++i) {
        named[py::handle(PyTuple_GetItem(names, i))] = py::handle(args[n + i]);
      }
      return std::pair(places, named);
    });
  }
  return out;
}

PyObject* call_by_tuple(PyObject* self, PyObject* args, PyObject* kwargs) {
  PyObject* const out = by_tuple(self, args, kwargs);
  if (out == nullptr) {
    say_what_is_wrong([&] {
      return std::pair(py::list(py::reinterpret_borrow<py::object>(args)),
                       kwargs == nullptr ? py::dict() : py::dict(py::reinterpret_borrow<py::dict>(kwargs)));
    });
  }
  return out;
}

/// A pointer to a function as one of another type, as Python keeps it.
template <class To, class From>
To as_kept(From function) {
  return reinterpret_cast<To>(reinterpret_cast<void (*)()>(function));
}

/// Puts `mine` in the place of the function that all share; the first that is seen is that.
template <class F>
void replace(PyMethodDef* def, F& shared, F mine) {
  const F now = as_kept<F>(def->ml_meth);
  if (shared == nullptr) shared = now;
  if (now == shared) def->ml_meth = as_kept<PyCFunction>(mine);
}

void explain(py::handle function) {
  if (PyInstanceMethod_Check(function.ptr())) function = PyInstanceMethod_Function(function.ptr());
  const py::object inside = py::getattr(function, "__func__", py::none());  // of a staticmethod
  if (!inside.is_none()) function = inside;
  if (!PyCFunction_Check(function.ptr())) return;
  PyMethodDef* const def = reinterpret_cast<PyCFunctionObject*>(function.ptr())->m_ml;
  if (def->ml_flags == (METH_FASTCALL | METH_KEYWORDS)) {
    replace<_PyCFunctionFastWithKeywords>(def, by_vector, &call_by_vector);
  } else if (def->ml_flags == (METH_VARARGS | METH_KEYWORDS)) {
    replace<PyCFunctionWithKeywords>(def, by_tuple, &call_by_tuple);
  }
}

}  // namespace

void explain_calls(py::module_& m) {
  const py::object name = m.attr("__name__");
  for (const auto& [key, value] : py::dict(m.attr("__dict__"))) {
    if (!PyType_Check(value.ptr())) {
      explain(value);
    } else if (py::getattr(value, "__module__").equal(name)) {
      for (const auto& [of_class, member] : py::dict(value.attr("__dict__"))) explain(member);
    }
  }
}

}  // namespace valorem::python

// Statuses and errors: what the core throws becomes the classes of valorem.errors.
#include "bindings.hpp"
#include <valorem/status.hpp>

#include <pybind11/stl.h>

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace valorem::python {

namespace py = pybind11;

namespace {

void raise(const char* name, const py::tuple& arguments) {
  const py::object type = py::module_::import("valorem.errors").attr(name);
  const py::object value = type(*arguments);
  PyErr_SetObject(type.ptr(), value.ptr());
}

void translate(std::exception_ptr p) {
  try {
    if (p) std::rethrow_exception(p);
  } catch (const program_error& e) {
    const read_error& why = e.why();
    raise("ProgramError", py::make_tuple(e.what(), why.line, why.column, why.pointer, why.code, why.message));
  } catch (const data_error& e) {
    raise("DataError", py::make_tuple(e.what()));
  } catch (const contract_error& e) {
    raise("ContractError", py::make_tuple(e.what()));
  } catch (const error& e) {
    raise("Error", py::make_tuple(e.what()));
  }
}

}  // namespace

void bind_status(py::module_& m) {
  py::register_local_exception_translator(translate);
  m.def(
      "status_sentences",
      [] {
        std::vector<std::pair<std::string, std::string>> out;
        for (std::size_t i = 0; i < status_count; ++i) {
          const auto s = static_cast<status>(i);
          out.emplace_back(name(s), sentence(s));
        }
        return out;
      },
      "Name and sentence of every status, in order.");
}

}  // namespace valorem::python

// Nothing of the domain: the door for columns as such, for the package's own Python half.
#include "bindings.hpp"
#include "columns.hpp"

namespace valorem::python {

void bind_columns(py::module_& m) {
  m.def("numbers", &table_column, py::arg("column"), py::arg("name"),
        "A column as float64, by the rules of every function that takes numbers.");
}

}  // namespace valorem::python

// A customer's history among the arguments of a call.
#ifndef VALOREM_PYTHON_HISTORIES_HPP
#define VALOREM_PYTHON_HISTORIES_HPP

#include "columns.hpp"
#include <valorem/summary/history.hpp>

#include <pybind11/pybind11.h>

#include <cstddef>

namespace valorem::python {

/// True: frequency, recency and T are given. False: none of them, a new customer.
[[nodiscard]] inline bool given_history(const py::object& frequency, const py::object& recency, const py::object& T) {
  const int given = !frequency.is_none() + !recency.is_none() + !T.is_none();
  if (given != 0 && given != 3)
    throw contract_error("a history is frequency, recency and T: give all three, or none for a new customer");
  return given == 3;
}

[[nodiscard]] inline history history_at(const batch& b, std::size_t i) {
  return {b(0, i), b(1, i), b(2, i)};
}

}  // namespace valorem::python

#endif

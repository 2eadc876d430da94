// What pickle keeps of a summary: a plain tuple of numbers, texts and arrays.
#ifndef VALOREM_PYTHON_STATES_HPP
#define VALOREM_PYTHON_STATES_HPP

#include <valorem/summary/summarise.hpp>

#include <pybind11/pybind11.h>

#include <memory>

namespace valorem::python {

/// A state is read by the version that wrote it alone, and refused by the others with a contract_error.
[[nodiscard]] pybind11::tuple state_of_summary(const summary& s);
[[nodiscard]] std::shared_ptr<summary> summary_of_state(const pybind11::tuple& state);

}  // namespace valorem::python

#endif

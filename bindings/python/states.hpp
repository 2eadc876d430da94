// What pickle keeps of a summary and of a fitted model: plain tuples of numbers, texts and arrays.
#ifndef VALOREM_PYTHON_STATES_HPP
#define VALOREM_PYTHON_STATES_HPP

#include <valorem/model/fitted_model.hpp>
#include <valorem/summary/summarise.hpp>

#include <pybind11/pybind11.h>

#include <memory>

namespace valorem::python {

[[nodiscard]] pybind11::tuple state_of_summary(const summary& s);
[[nodiscard]] std::shared_ptr<summary> summary_of_state(const pybind11::tuple& state);

/// A state is read by the version that wrote it alone, and refused by the others with a contract_error.
[[nodiscard]] pybind11::tuple state_of_fitted(const fitted_model& m);
[[nodiscard]] fitted_model fitted_of_state(const pybind11::tuple& state);

}  // namespace valorem::python

#endif

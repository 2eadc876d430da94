// One function for each room; module.cpp calls them in the order of the rooms.
#ifndef VALOREM_PYTHON_BINDINGS_HPP
#define VALOREM_PYTHON_BINDINGS_HPP

#include <pybind11/pybind11.h>

namespace valorem::python {

void bind_status(pybind11::module_& m);
void bind_arrow(pybind11::module_& m);
void bind_columns(pybind11::module_& m);
void bind_summary(pybind11::module_& m);
void bind_model(pybind11::module_& m);
void bind_spend(pybind11::module_& m);
void bind_contracts(pybind11::module_& m);
void bind_fit(pybind11::module_& m);
void bind_draws(pybind11::module_& m);
void bind_covariates(pybind11::module_& m);
void bind_ledger(pybind11::module_& m);
void bind_population(pybind11::module_& m);
void bind_tier(pybind11::module_& m);
void bind_service(pybind11::module_& m);
void bind_score(pybind11::module_& m);
void bind_csv(pybind11::module_& m);
void bind_diagnostics(pybind11::module_& m);

/// Of everything that the module holds by now: a call that fits no signature raises TypeError with one sentence.
void explain_calls(pybind11::module_& m);

}  // namespace valorem::python

#endif

// valorem._core: the compiled half of the Python package.
#include "bindings.hpp"
#include <valorem/version.hpp>

PYBIND11_MODULE(_core, m, pybind11::mod_gil_not_used()) {
  m.doc() = "The compiled half of valorem.";
  m.attr("__version__") = valorem::version;
  valorem::python::bind_status(m);
  valorem::python::bind_arrow(m);
  valorem::python::bind_columns(m);
  valorem::python::bind_summary(m);
  valorem::python::bind_service(m);
  valorem::python::bind_fit(m);
  valorem::python::bind_draws(m);
  valorem::python::bind_model(m);
  valorem::python::bind_spend(m);
  valorem::python::bind_contracts(m);
  valorem::python::bind_covariates(m);
  valorem::python::bind_ledger(m);
  valorem::python::bind_population(m);
  valorem::python::bind_tier(m);
  valorem::python::bind_score(m);
  valorem::python::bind_csv(m);
  valorem::python::bind_diagnostics(m);
  valorem::python::explain_calls(m);
}

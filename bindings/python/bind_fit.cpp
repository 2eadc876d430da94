// What a fit tells beside its model.
#include "bindings.hpp"
#include "models.hpp"

#include <pybind11/stl.h>

namespace valorem::python {

namespace {

py::array_t<double> square(const std::vector<double>& cells, std::size_t k) {
  const auto n = static_cast<py::ssize_t>(k);
  return py::array_t<double>(std::vector<py::ssize_t>{n, n}, cells.data());
}

std::string shown(double x, const char* format) {
  return py::str(py::module_::import("builtins").attr("format")(x, format)).cast<std::string>();
}

std::string fit_repr(const fit_record& f) {
  std::string out = "Fit of " + f.name + ": " + std::string(name(f.outcome));
  if (!f.limit.empty()) out += " (towards " + f.limit + ")";
  out += ", log-likelihood " + shown(f.log_likelihood, ".6f") + ", " + shown(f.rows, ",.10g") + " rows";
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    out += "\n  " + f.parameters[i] + std::string(8 - std::min<std::size_t>(7, f.parameters[i].size()), ' ') +
           shown(f.values[i], "<12.8g") + " ± " + shown(f.standard_errors[i], ".3g");
  }
  return out;
}

}  // namespace

fit_record warned(fit_record f) {
  if (f.outcome == fit_status::converged) return f;
  std::string why = f.name + ": ";
  if (f.outcome == fit_status::boundary) {
    why += "the likelihood has no maximum inside, it rises towards " + f.limit;
  } else if (f.outcome == fit_status::flat) {
    why += "some combination of parameters hardly changes the likelihood, so they are not known one by one";
  } else {
    why += "no maximum was found within the bounded effort";
  }
  const py::object type = py::module_::import("valorem.errors").attr("ConvergenceWarning");
  if (PyErr_WarnEx(type.ptr(), why.c_str(), 1) != 0) throw py::error_already_set();
  return f;
}

void bind_fit(py::module_& m) {
  py::class_<fit_record>(m, "Fit", "A fitted model with its uncertainty and how the fit ended.")
      .def_readonly("model", &fit_record::model, "The model with the parameters that were found.")
      .def_readonly("log_likelihood", &fit_record::log_likelihood, "Of all rows used, by weight.")
      .def_property_readonly(
          "status", [](const fit_record& f) { return std::string(name(f.outcome)); },
          "'converged', 'boundary', 'flat' or 'failed'.")
      .def_readonly("limit", &fit_record::limit, "The limiting model, where status is 'boundary'.")
      .def_readonly("parameter_names", &fit_record::parameters, "In constructor order.")
      .def_property_readonly(
          "parameters",
          [](const fit_record& f) {
            return py::array_t<double>(static_cast<py::ssize_t>(f.values.size()), f.values.data());
          },
          "In the order of parameter_names, as are standard_errors, covariance and gradient.")
      .def_property_readonly(
          "standard_errors",
          [](const fit_record& f) {
            return py::array_t<double>(static_cast<py::ssize_t>(f.standard_errors.size()), f.standard_errors.data());
          },
          "Of the natural parameters; NaN where the likelihood is not sharp.")
      .def_property_readonly(
          "covariance", [](const fit_record& f) { return square(f.covariance, f.parameters.size()); },
          "Of the natural parameters, (k, k).")
      .def_property_readonly(
          "gradient",
          [](const fit_record& f) {
            return py::array_t<double>(static_cast<py::ssize_t>(f.gradient.size()), f.gradient.data());
          },
          "d ln L / d ln(parameter) at the end.")
      .def_readonly("aic", &fit_record::aic, "2 k - 2 ln L (Akaike 1974).")
      .def_readonly("bic", &fit_record::bic, "k ln(rows) - 2 ln L (Schwarz 1978).")
      .def_readonly("rows", &fit_record::rows, "Total weight of the rows used.")
      .def_readonly("distinct_rows", &fit_record::distinct_rows, "Equal rows count once here.")
      .def_readonly("evaluations", &fit_record::evaluations, "Of the likelihood, until the fit ended.")
      .def(
          "summary",
          [](const fit_record& f) {
            py::dict columns;
            columns["parameter"] = f.parameters;
            columns["value"] = f.values;
            columns["standard_error"] = f.standard_errors;
            return py::module_::import("valorem.table").attr("Table")(columns);
          },
          "A table: parameter, value, standard_error.")
      .def(py::pickle(
          [](const fit_record& f) {
            return py::make_tuple(f.model, f.name, f.parameters, f.values, f.standard_errors, f.covariance, f.gradient,
                                  f.log_likelihood, f.aic, f.bic, static_cast<int>(f.outcome), f.limit, f.rows,
                                  f.distinct_rows, f.evaluations);
          },
          [](const py::tuple& t) {
            if (t.size() != 15) throw contract_error("Fit: this was pickled by another version");
            using names = std::vector<std::string>;
            using numbers = std::vector<double>;
            return fit_record{t[0],
                              t[1].cast<std::string>(),
                              t[2].cast<names>(),
                              t[3].cast<numbers>(),
                              t[4].cast<numbers>(),
                              t[5].cast<numbers>(),
                              t[6].cast<numbers>(),
                              t[7].cast<double>(),
                              t[8].cast<double>(),
                              t[9].cast<double>(),
                              static_cast<fit_status>(t[10].cast<int>()),
                              t[11].cast<std::string>(),
                              t[12].cast<double>(),
                              t[13].cast<std::size_t>(),
                              t[14].cast<int>()};
          }))
      .def("__repr__", &fit_repr);
}

}  // namespace valorem::python

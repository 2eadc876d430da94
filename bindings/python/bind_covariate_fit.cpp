// A fit with covariates: its numbers, intervals, and the test against one without.
#include "covariates.hpp"

#include <algorithm>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

std::string repr_of(const covariate_record& f) {
  std::string out = "CovariateFit of " + f.name + ": " + std::string(name(f.outcome));
  if (!f.limit.empty()) out += " (towards " + f.limit + ")";
  out += ", log-likelihood " + shown(f.log_likelihood, ".6f") + ", " + shown(f.rows, ",.10g") + " rows";
  std::size_t widest = 0;
  for (const std::string& p : f.parameters) widest = std::max(widest, p.size());
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    out += "\n  " + f.parameters[i] + std::string(widest + 1 - f.parameters[i].size(), ' ') +
           shown(f.values[i], "<12.8g") + " ± " + shown(f.standard_errors[i], ".3g");
  }
  return out;
}

/// The base's parameters are above 0, so theirs are intervals of the logarithm; coefficients have any sign.
std::vector<interval> ends_of(const covariate_record& f, O level) {
  const double covered = one_number(level, "level");
  std::vector<interval> out;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    out.push_back(confidence_interval(f.values[i], f.standard_errors[i], covered,
                                      i < f.positive ? parameter_scale::logarithm : parameter_scale::natural));
  }
  return out;
}

template <std::size_t... I>
void define_record(py::class_<covariate_record>& c, std::index_sequence<I...>) {
  c.def(py::pickle(
      [](const covariate_record& f) {
        return py::make_tuple(f.model, f.name, f.parameters, f.values, f.standard_errors, f.covariance, f.positive,
                              f.free, f.log_likelihood, f.log_posterior, f.aic, f.bic, static_cast<int>(f.outcome),
                              f.limit, f.rows, f.distinct_rows, f.evaluations, f.penalised, f.without);
      },
      [](const py::tuple& t) {
        if (t.size() != sizeof...(I)) throw contract_error("CovariateFit: this was pickled by another version");
        using names = std::vector<std::string>;
        using numbers = std::vector<double>;
        return covariate_record{t[0],
                                t[1].cast<std::string>(),
                                t[2].cast<names>(),
                                t[3].cast<numbers>(),
                                t[4].cast<numbers>(),
                                t[5].cast<numbers>(),
                                t[6].cast<std::size_t>(),
                                t[7].cast<std::size_t>(),
                                t[8].cast<double>(),
                                t[9].cast<double>(),
                                t[10].cast<double>(),
                                t[11].cast<double>(),
                                static_cast<fit_status>(t[12].cast<int>()),
                                t[13].cast<std::string>(),
                                t[14].cast<double>(),
                                t[15].cast<std::size_t>(),
                                t[16].cast<int>(),
                                t[17].cast<bool>(),
                                t[18]};
      }));
}

template <class Restricted>
likelihood_ratio compared(const Restricted& restricted, std::size_t fewer, const covariate_record& full) {
  if (restricted.name != full.name) {
    throw contract_error("a likelihood-ratio test with covariates is within one model, and these are " +
                         restricted.name + " and " + full.name + "; compare their aic or bic");
  }
  require_same_rows(restricted.rows, full.rows);
  require_unpenalised(full.penalised, "a likelihood-ratio test");
  return likelihood_ratio_test(restricted.log_likelihood, full.log_likelihood,
                               static_cast<int>(full.free) - static_cast<int>(fewer));
}

}  // namespace

void bind_covariate_fit(py::module_& m) {
  using F = covariate_record;
  const auto numbers = [](const std::vector<double>& v) {
    return py::array_t<double>(static_cast<py::ssize_t>(v.size()), v.data());
  };
  py::class_<F> c(m, "CovariateFit", "A fitted model with covariates, its uncertainty and how the fit ended.");
  c.def_readonly("model", &F::model, "The model with the parameters and coefficients that were found.")
      .def_readonly("log_likelihood", &F::log_likelihood, "Of all rows used, by weight; without any penalty.")
      .def_readonly("log_posterior", &F::log_posterior, "The same less the penalty: what the fit made largest.")
      .def_property_readonly(
          "status", [](const F& f) { return std::string(name(f.outcome)); },
          "'converged', 'boundary', 'flat' or 'failed'.")
      .def_readonly("limit", &F::limit, "What the likelihood rises towards, where status is 'boundary'.")
      .def_readonly("parameter_names", &F::parameters, "Of the base, then 'process.covariate'.")
      .def_property_readonly(
          "parameters", [numbers](const F& f) { return numbers(f.values); },
          "In the order of parameter_names, as are standard_errors and covariance.")
      .def_property_readonly(
          "standard_errors", [numbers](const F& f) { return numbers(f.standard_errors); },
          "In the parameters' own scale; NaN where the likelihood is not sharp.")
      .def_property_readonly(
          "covariance",
          [](const F& f) {
            const auto k = static_cast<py::ssize_t>(f.values.size());
            return py::array_t<double>(std::vector<py::ssize_t>{k, k}, f.covariance.data());
          },
          "(k, k); singular where two coefficients are made one.")
      .def_readonly("free_parameters", &F::free, "A coefficient of two processes counts once.")
      .def_readonly("aic", &F::aic, "2 k - 2 ln L (Akaike 1974), k the free parameters; NaN of a penalised fit.")
      .def_readonly("bic", &F::bic, "k ln(rows) - 2 ln L (Schwarz 1978); NaN of a penalised fit.")
      .def_readonly("rows", &F::rows, "Total weight of the rows used.")
      .def_readonly("distinct_rows", &F::distinct_rows, "Equal rows count once here.")
      .def_readonly("evaluations", &F::evaluations, "Of the likelihood with covariates, until the fit ended.")
      .def_readonly("without", &F::without, "The Fit of the same rows without covariates.")
      .def(
          "confidence_interval", [](const F& f, O level) { return ends_array(ends_of(f, level)); }, arg("level") = 0.95,
          "Wald's intervals, (k, 2): of the base's parameters on the log scale, of the coefficients on their own.")
      .def(
          "summary",
          [](const F& f, O level) {
            py::dict columns;
            columns["parameter"] = f.parameters;
            columns["value"] = f.values;
            columns["standard_error"] = f.standard_errors;
            std::vector<double> low;
            std::vector<double> high;
            for (const interval& i : ends_of(f, level)) {
              low.push_back(i.low);
              high.push_back(i.high);
            }
            columns["low"] = low;
            columns["high"] = high;
            return py::module_::import("valorem.table").attr("Table")(columns);
          },
          arg("level") = 0.95, "A table: parameter, value, standard_error, low and high of confidence_interval.")
      .def("__repr__", &repr_of);
  define_record(c, std::make_index_sequence<19>{});
  m.def(
      "likelihood_ratio_test",
      [](const fit_record& restricted, const F& full) {
        require_unpenalised(restricted.penalised(), "a likelihood-ratio test");
        return compared(restricted, restricted.values.size(), full);
      },
      arg("restricted"), arg("full"), "Of a fit with covariates against one without.");
  m.def(
      "likelihood_ratio_test",
      [](const F& restricted, const F& full) {
        require_unpenalised(restricted.penalised, "a likelihood-ratio test");
        return compared(restricted, restricted.free, full);
      },
      arg("restricted"), arg("full"), "Of two fits with covariates, one within the other.");
}

}  // namespace valorem::python

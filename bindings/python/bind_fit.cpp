// What a fit tells beside its model.
#include "bindings.hpp"
#include "models.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace valorem::python {

namespace {

py::array_t<double> square(const std::vector<double>& cells, std::size_t k) {
  const auto n = static_cast<py::ssize_t>(k);
  return py::array_t<double>(std::vector<py::ssize_t>{n, n}, cells.data());
}

std::string fit_repr(const fit_record& f) {
  std::string out = "Fit of " + f.name + ": " + std::string(name(f.outcome));
  if (!f.limit.empty()) out += " (towards " + f.limit + ")";
  if (f.penalised()) out += ", penalised";
  out += ", log-likelihood " + shown(f.log_likelihood, ".6f") + ", " + shown(f.rows, ",.10g") + " rows";
  if (py::hasattr(f.model, "k")) out += "\n  k       " + py::str(f.model.attr("k")).cast<std::string>();
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    out += "\n  " + f.parameters[i] + std::string(8 - std::min<std::size_t>(7, f.parameters[i].size()), ' ') +
           shown(f.values[i], "<12.8g") + " ± " + shown(f.standard_errors[i], ".3g");
  }
  return out;
}

std::vector<double> prior_cells(const fit_record& f) {
  std::vector<double> out;
  for (const log_normal_prior& p : f.priors) out.insert(out.end(), {p.centre, p.sd});
  return out;
}

std::vector<log_normal_prior> priors_of_cells(const std::vector<double>& cells) {
  std::vector<log_normal_prior> out(cells.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = {cells[2 * i], cells[2 * i + 1]};
  return out;
}

std::vector<interval> ends_of(const fit_record& f, const py::object& level, const py::object& scale) {
  const double covered = one_number(level, "level");
  const std::string on = one_text(scale, "scale");
  if (on != "log" && on != "natural") throw contract_error("scale is 'log' or 'natural', not '" + on + "'");
  std::vector<interval> out;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    out.push_back(confidence_interval(f.values[i], f.standard_errors[i], covered,
                                      on == "log" ? parameter_scale::logarithm : parameter_scale::natural));
  }
  return out;
}

/// Whether the second holds the first as a special case or a limit, as far as models of different names can.
bool nested(std::string_view in, std::string_view of) {
  using pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array<pair, 6> known{
      pair{"nbd", "bg_nbd"},           {"nbd", "mbg_nbd"},
      {"nbd", "pareto_nbd"},           {"nbd", "ggompertz_nbd"},
      {"pareto_nbd", "ggompertz_nbd"}, {"shifted_beta_geometric", "beta_discrete_weibull"}};
  return in == of || std::find(known.begin(), known.end(), pair{in, of}) != known.end();
}

likelihood_ratio compared(const fit_record& restricted, const fit_record& full) {
  if (!nested(restricted.name, full.name)) {
    throw contract_error("a likelihood-ratio test is of a model within a larger one, and " + restricted.name +
                         " is no special case of " + full.name + "; compare their aic or bic");
  }
  for (const fit_record* f : {&restricted, &full}) require_unpenalised(f->penalised(), "a likelihood-ratio test");
  require_same_rows(restricted.rows, full.rows);
  return likelihood_ratio_test(restricted.log_likelihood, full.log_likelihood,
                               static_cast<int>(full.values.size()) - static_cast<int>(restricted.values.size()));
}

}  // namespace

penalty penalty_argument(const py::object& source) {
  penalty out;
  if (source.is_none()) return out;
  if (!py::isinstance<py::dict>(source)) {
    out.strength = one_number(source, "penalty");
    return out;
  }
  for (const auto& [name, prior] : source.cast<py::dict>()) {
    const std::string parameter = one_text(name, "penalty's names");
    if ((!py::isinstance<py::tuple>(prior) && !py::isinstance<py::list>(prior)) || py::len(prior) != 2) {
      throw contract_error("penalty: " + parameter + " needs a pair (centre, sd of its logarithm)");
    }
    const auto pair = prior.cast<py::sequence>();
    out.priors.push_back({parameter, one_number(py::object(pair[0]), "penalty: centre of " + parameter),
                          one_number(py::object(pair[1]), "penalty: sd of " + parameter)});
  }
  return out;
}

py::array_t<double> ends_array(std::span<const interval> ends) {
  py::array_t<double> out(std::vector<py::ssize_t>{static_cast<py::ssize_t>(ends.size()), 2});
  double* cell = out.mutable_data();
  for (const interval& i : ends) {
    *cell++ = i.low;
    *cell++ = i.high;
  }
  return out;
}

std::string shown(double x, const char* format) {
  return py::str(py::module_::import("builtins").attr("format")(x, format)).cast<std::string>();
}

void warn_unless_converged(const std::string& model, fit_status outcome, const std::string& limit) {
  if (outcome == fit_status::converged) return;
  std::string why = model + ": ";
  if (outcome == fit_status::boundary) {
    why += "the likelihood has no maximum inside, it rises towards " + limit;
  } else if (outcome == fit_status::flat) {
    why += "some combination of parameters hardly changes the likelihood, so they are not known one by one";
  } else {
    why += "no maximum was found within the bounded effort";
  }
  const py::object type = py::module_::import("valorem.errors").attr("ConvergenceWarning");
  if (PyErr_WarnEx(type.ptr(), why.c_str(), 1) != 0) throw py::error_already_set();
}

void warn_left_out(const std::string& model, std::size_t left, std::size_t rows, std::size_t first, status why) {
  const auto count = [](std::size_t n) { return shown(static_cast<double>(n), ",.10g"); };
  const std::string text = model + ": " + count(left) + " of " + count(rows) + " rows left out of the fit, row " +
                           count(first + 1) + " the first, as " + std::string(name(why)) + ": " +
                           // undefined is said of spends alone.
                           (why == status::undefined ? "The mean spend is not above 0." : std::string(sentence(why)));
  const py::object type = py::module_::import("valorem.errors").attr("RowsLeftOutWarning");
  if (PyErr_WarnEx(type.ptr(), text.c_str(), 1) != 0) throw py::error_already_set();
}

fit_record warned(fit_record f) {
  warn_unless_converged(f.name, f.outcome, f.limit);
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
          "d log_posterior / d ln(parameter) at the end.")
      .def_readonly("log_posterior", &fit_record::log_posterior,
                    "log_likelihood less the penalty, sum of (ln parameter - ln centre)^2 / (2 sd^2); the same without "
                    "penalty.")
      .def_property_readonly(
          "penalty",
          [](const fit_record& f) -> py::object {
            if (!f.penalised()) return py::none();
            py::dict out;
            for (std::size_t i = 0; i < f.priors.size(); ++i) {
              if (numeric::is_finite(f.priors[i].sd))
                out[f.parameters[i].c_str()] = py::make_tuple(f.priors[i].centre, f.priors[i].sd);
            }
            return out;
          },
          "The priors of the fit, {parameter: (centre, sd of its logarithm)}; None without penalty.")
      .def_property_readonly(
          "aic",
          [](const fit_record& f) {
            require_unpenalised(f.penalised(), "AIC");
            return f.aic;
          },
          "2 k - 2 ln L (Akaike 1974); ContractError for a penalised fit, which is no maximum of the likelihood.")
      .def_property_readonly(
          "bic",
          [](const fit_record& f) {
            require_unpenalised(f.penalised(), "BIC");
            return f.bic;
          },
          "k ln(rows) - 2 ln L (Schwarz 1978); ContractError for a penalised fit.")
      .def_readonly("rows", &fit_record::rows, "Total weight of the rows used.")
      .def_readonly("distinct_rows", &fit_record::distinct_rows, "Equal rows count once here.")
      .def_readonly("evaluations", &fit_record::evaluations, "Of the likelihood, until the fit ended.")
      .def_property_readonly(
          "log_likelihood_of_k",
          [](const fit_record& f) -> py::object {
            const std::vector<double>& of_k = f.log_likelihood_of_k;
            if (of_k.empty()) return py::none();
            return py::array_t<double>(static_cast<py::ssize_t>(of_k.size()), of_k.data());
          },
          "ln L at its best for k = 1, 2, ..., where the fit chose k; else None. aic and bic then count k as one more\n"
          "parameter.")
      .def(
          "confidence_interval",
          [](const fit_record& f, const py::object& level, const py::object& scale) {
            return ends_array(ends_of(f, level, scale));
          },
          py::arg("level") = 0.95, py::arg("scale") = "log",
          "Wald's intervals of the parameters, (k, 2): low and high. scale: 'log', value * exp(-+ z se / value), "
          "above 0; or\n"
          "'natural', value -+ z se. NaN where the standard error is. They keep their level where the likelihood is "
          "near a\n"
          "parabola; the model's profile_intervals follow the likelihood itself.")
      .def(
          "summary",
          [](const fit_record& f, const py::object& level, const py::object& scale) {
            py::dict columns;
            columns["parameter"] = f.parameters;
            columns["value"] = f.values;
            columns["standard_error"] = f.standard_errors;
            std::vector<double> low;
            std::vector<double> high;
            for (const interval& i : ends_of(f, level, scale)) {
              low.push_back(i.low);
              high.push_back(i.high);
            }
            columns["low"] = low;
            columns["high"] = high;
            return py::module_::import("valorem.table").attr("Table")(columns);
          },
          py::arg("level") = 0.95, py::arg("scale") = "log",
          "A table: parameter, value, standard_error, and low and high of confidence_interval.")
      .def(py::pickle(
          [](const fit_record& f) {
            return py::make_tuple(f.model, f.name, f.parameters, f.values, f.standard_errors, f.covariance, f.gradient,
                                  f.log_likelihood, f.aic, f.bic, static_cast<int>(f.outcome), f.limit, f.rows,
                                  f.distinct_rows, f.evaluations, f.log_posterior, prior_cells(f),
                                  f.log_likelihood_of_k);
          },
          [](const py::tuple& t) {
            if (t.size() != 18) throw contract_error("Fit: this was pickled by another version");
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
                              t[14].cast<int>(),
                              t[15].cast<double>(),
                              priors_of_cells(t[16].cast<numbers>()),
                              t[17].cast<numbers>()};
          }))
      .def("__repr__", &fit_repr);
  py::class_<likelihood_ratio>(m, "LikelihoodRatio", "What vl.likelihood_ratio_test found.")
      .def_readonly("statistic", &likelihood_ratio::statistic, "2 (ln L full - ln L restricted).")
      .def_readonly("degrees_of_freedom", &likelihood_ratio::degrees_of_freedom,
                    "Parameters that the full model has more.")
      .def_readonly("p_value", &likelihood_ratio::p_value,
                    "Chance of that statistic or more where the restriction holds.")
      .def("__repr__", [](const likelihood_ratio& t) {
        return "LikelihoodRatio(statistic=" + shown(t.statistic, ".6g") +
               ", degrees_of_freedom=" + std::to_string(t.degrees_of_freedom) + ", p_value=" + shown(t.p_value, ".3g") +
               ")";
      });
  m.def(
      "likelihood_ratio_test", &compared, py::arg("restricted"), py::arg("full"),
      "Whether the full model is worth its parameters (Wilks 1938), from two fits on the same rows, one model within "
      "the\n"
      "other: .statistic, .degrees_of_freedom, .p_value. Where the restriction lies on the edge of the full model (no\n"
      "dropout, one rate for all) the p-value is larger than the true one, so a rejection stands.");
}

}  // namespace valorem::python

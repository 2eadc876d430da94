// What the bindings of models with covariates share: rows of covariates, a fit as Python sees it, one plain model for
// each row, and the class of such a model.
#ifndef VALOREM_PYTHON_COVARIATES_HPP
#define VALOREM_PYTHON_COVARIATES_HPP

#include "models.hpp"
#include "simulations.hpp"
#include <valorem/model/fit_covariates.hpp>
#include <valorem/model/saved_covariates.hpp>

#include <pybind11/stl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace valorem::python {

template <class M>
std::vector<std::string> process_names() {
  std::vector<std::string> out;
  for (const covariate_process& p : processes<M>) out.emplace_back(p.name);
  return out;
}

/// Covariates of a call, one row of numbers for each customer, and the row's number as a column: what has the shape of
/// the customers and meets the other arguments in one shape.
struct covariate_rows {
  covariate_rows(const py::object& source, const std::vector<std::string>& known_processes, const py::object& wanted) {
    const auto read =
        py::module_::import("valorem._covariates").attr("table")(source, known_processes, wanted).cast<py::tuple>();
    names = read[0].cast<std::vector<std::string>>();
    values = read[1].cast<py::array_t<double, py::array::c_style>>();
    moves = read[2].cast<std::vector<std::vector<std::size_t>>>();
    if (read[3].cast<bool>()) {
      row = py::float_(0.0);
    } else {
      row = py::module_::import("numpy").attr("arange")(static_cast<double>(values.shape(0)));
    }
  }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(values.shape(0)); }
  [[nodiscard]] std::span<const double> of(double number) const {
    return {first() + static_cast<std::size_t>(number) * names.size(), names.size()};
  }
  [[nodiscard]] const double* first() const { return values.data(); }

  std::vector<std::string> names;
  py::array_t<double, py::array::c_style> values;
  std::vector<std::vector<std::size_t>> moves;
  py::object row;
};

template <class M>
covariate_rows known_covariates(const py::object& source, const with_covariates<M>& m) {
  return {source, process_names<M>(), py::cast(m.names)};
}

/// A fit with covariates as Python sees it.
struct covariate_record {
  py::object model;
  std::string name;
  std::vector<std::string> parameters;
  std::vector<double> values;
  std::vector<double> standard_errors;
  std::vector<double> covariance;  // row by row
  std::size_t positive;            // how many of the parameters are the base's
  std::size_t free;
  double log_likelihood;
  double log_posterior;
  double aic;
  double bic;
  fit_status outcome;
  std::string limit;
  double rows;
  std::size_t distinct_rows;
  int evaluations;
  bool penalised;
  py::object without;
};

template <class M>
covariate_record covariate_record_of(const covariate_fit<M>& f) {
  covariate_record out{py::cast(f.model),
                       std::string(M::model_name),
                       f.parameter_names,
                       f.values,
                       f.standard_errors(),
                       {},
                       parameter_count<M>,
                       f.free_parameters,
                       f.log_likelihood,
                       f.log_posterior,
                       f.penalised ? not_a_value : f.aic(),
                       f.penalised ? not_a_value : f.bic(),
                       f.outcome,
                       f.limit,
                       f.rows,
                       f.distinct_rows,
                       f.evaluations,
                       f.penalised,
                       py::cast(record_of(f.without))};
  for (const auto& row : f.covariance) out.covariance.insert(out.covariance.end(), row.begin(), row.end());
  warn_unless_converged(out.name + " with covariates", f.outcome, f.limit);
  return out;
}

/// The columns of a matrix and the constraints on their coefficients. The columns live here.
struct plan_argument {
  plan_argument(const std::vector<std::string>& known_processes, const py::object& covariates, const py::object& equal,
                const py::object& opposite, const py::object& penalty, const py::object& priors) {
    const covariate_rows z(covariates, known_processes, py::none());
    const std::size_t k = z.names.size();
    columns.assign(k, std::vector<double>(z.size()));
    for (std::size_t j = 0; j < k; ++j) {
      for (std::size_t i = 0; i < z.size(); ++i) columns[j][i] = z.first()[i * k + j];
    }
    plan.names = z.names;
    for (const auto& c : columns) plan.columns.emplace_back(c);
    plan.moves = z.moves;
    plan.ridge = one_number(penalty, "coefficient_penalty");
    const auto read = py::module_::import("valorem._covariates")
                          .attr("constraints")(z.names, z.moves, known_processes, equal, opposite, priors)
                          .cast<py::tuple>();
    plan.equal = read[0].cast<std::vector<std::size_t>>();
    plan.opposite = read[1].cast<std::vector<std::size_t>>();
    for (const auto& p : read[2].cast<std::vector<std::tuple<std::size_t, std::size_t, double, double>>>()) {
      plan.priors.push_back({std::get<0>(p), std::get<1>(p), std::get<2>(p), std::get<3>(p)});
    }
  }
  plan_argument(const plan_argument&) = delete;
  plan_argument& operator=(const plan_argument&) = delete;

  std::vector<std::vector<double>> columns;
  covariate_plan plan;
};

[[nodiscard]] inline std::span<const double> span_of(const py::array_t<double>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

/// out[i] = f(her plain model, batch, i); the covariates' row is the argument after the given ones.
template <class M, std::size_t N, class F>
py::object per_customer(const with_covariates<M>& m, const std::array<argument, N>& inputs,
                        const py::object& covariates, const py::object& threads, const py::object& out, F f) {
  const covariate_rows z = known_covariates(covariates, m);
  const argument row{"covariates", z.row};
  const auto run = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return compute_rows({inputs[I]..., row}, out, threads,
                        [&](const batch& b, std::size_t i) { return f(m.at(z.of(b(N, i))), b, i); });
  };
  return run(std::make_index_sequence<N>{});
}

template <class M, std::size_t N, class Check>
py::object status_per_customer(const with_covariates<M>& m, const std::array<argument, N>& inputs,
                               const py::object& covariates, Check row_status) {
  const covariate_rows z = known_covariates(covariates, m);
  const argument row{"covariates", z.row};
  const auto run = [&]<std::size_t... I>(std::index_sequence<I...>) {
    const batch b({inputs[I]..., row}, py::none(), py::int_(1));
    std::vector<status> why(b.size());
    for (std::size_t i = 0; i < why.size(); ++i) {
      const std::span<const double> hers = z.of(b(N, i));
      why[i] = gravest(row_status(m.at(hers), b, i), check(m, hers));
    }
    return py::object(b.names(why));
  };
  return run(std::make_index_sequence<N>{});
}

/// T as given, one row for each customer.
template <class M, std::size_t N, class Row>
py::object simulated_customers(const with_covariates<M>& m, const std::array<const char*, N>& names,
                               const py::object& T, const py::object& seed, const py::object& covariates,
                               const py::object& threads, Row row) {
  const covariate_rows z = known_covariates(covariates, m);
  const column times(T, "T");
  if (!times.is_scalar() && times.span().size() != z.size()) {
    throw contract_error("columns of unequal length: T has " + std::to_string(times.span().size()) +
                         " rows, covariates has " + std::to_string(z.size()));
  }
  const py::object size = times.is_scalar() ? py::object(py::int_(z.size())) : py::object(py::none());
  return simulated_table(names, T, seed, size, threads, [&](double t, std::uint64_t number, std::size_t i) {
    return row(m.at(z.of(static_cast<double>(i))), t, number, i);
  });
}

template <class M>
with_covariates<M> covariate_model_of(const M& base, const py::dict& coefficients) {
  with_covariates<M> out;
  out.base = base;
  for (const auto& [key, value] : coefficients) {
    const std::string process = one_text(key, "process");
    const std::vector<std::string> known = process_names<M>();
    const auto at = std::find(known.begin(), known.end(), process);
    if (at == known.end()) throw contract_error("coefficients: this model has no process '" + process + "'");
    const auto of_process = py::reinterpret_borrow<py::object>(value).template cast<py::dict>();
    for (const auto& [covariate, number] : of_process) {
      const std::string name = one_text(covariate, "covariate");
      const auto place = std::find(out.names.begin(), out.names.end(), name);
      const auto index = static_cast<std::size_t>(place - out.names.begin());
      if (place == out.names.end()) out.names.push_back(name);
      out.coefficients[static_cast<std::size_t>(at - known.begin())].push_back({index, one_number(number, name)});
    }
  }
  require_legal(out);
  return out;
}

template <class M>
py::dict coefficients_of(const with_covariates<M>& m) {
  py::dict out;
  for (std::size_t p = 0; p < process_count<M>; ++p) {
    py::dict of;
    for (const coefficient& c : m.coefficients[p]) of[py::str(m.names[c.covariate])] = c.value;
    out[py::str(std::string(processes<M>[p].name))] = of;
  }
  return out;
}

/// Constructor, parts, ==, hash, repr, JSON and pickle.
template <class M>
void define_parts(py::class_<with_covariates<M>>& c, const char* class_name) {
  using W = with_covariates<M>;
  c.def(py::init(&covariate_model_of<M>), py::arg("base"), py::arg("coefficients"));
  c.def_readonly("base", &W::base, "The model of a customer whose covariates are all 0.");
  c.def_readonly("covariates", &W::names, "Names of the covariates, in the order of a matrix's columns.");
  c.def_property_readonly(
      "coefficients", &coefficients_of<M>,
      "By process and covariate: how much one unit of the covariate moves the process; above 0 is more of it.");
  c.def(
      "at",
      [](const W& m, const py::object& covariates) {
        const covariate_rows z = known_covariates(covariates, m);
        if (z.size() != 1) throw contract_error("covariates: one customer's are expected");
        if (const status why = check(m, z.of(0.0)); why != status::ok) {
          throw contract_error("covariates: " + std::string(name(why)));
        }
        return m.at(z.of(0.0));
      },
      py::arg("covariates"), "The plain model of a customer with these covariates, {name: number}.");
  c.def(
      "__eq__",
      [](const W& a, const py::object& b) -> py::object {
        if (!py::isinstance<W>(b)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
        return py::bool_(a == b.cast<const W&>());
      },
      py::arg("other"));
  c.def("__hash__", [](const W& m) { return py::hash(py::str(to_json(m))); });
  c.def("__repr__", [class_name](const W& m) {
    return std::string(class_name) + "(base=" + py::repr(py::cast(m.base)).template cast<std::string>() +
           ", coefficients=" + py::repr(coefficients_of(m)).template cast<std::string>() + ")";
  });
  c.def(
      "to_json", [](const W& m) { return to_json(m); },
      "One line of versioned JSON; vl.load_model reads it back to the same bits.");
  c.def("__reduce__", [](const W& m) {
    return py::make_tuple(py::module_::import("valorem").attr("load_model"), py::make_tuple(to_json(m)));
  });
}

/// bind_covariates calls them.
void bind_covariate_contracts(py::module_& m);
void bind_covariate_spend(py::module_& m);
void bind_covariate_fit(py::module_& m);

}  // namespace valorem::python

#endif

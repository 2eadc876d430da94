// What the bindings of all models share: parameters as properties, equality, repr, JSON, and a fit as Python sees it.
#ifndef VALOREM_PYTHON_MODELS_HPP
#define VALOREM_PYTHON_MODELS_HPP

#include "columns.hpp"
#include <valorem/model/fit.hpp>
#include <valorem/model/inference.hpp>
#include <valorem/model/parameters.hpp>
#include <valorem/model/saved_model.hpp>

#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace valorem::python {

template <parametric M>
std::string class_repr(const M& m, const char* class_name) {
  std::string out = std::string(class_name) + "(";
  if constexpr (erlang_model<M>) out += "k=" + std::to_string(m.k) + ", ";
  const auto values = m.parameters();
  for (std::size_t i = 0; i < values.size(); ++i) {
    out += (i == 0 ? "" : ", ") + std::string(M::parameter_names[i]) + "=" +
           py::repr(py::float_(values[i])).cast<std::string>();
  }
  return out + ")";
}

/// k= of a model with stages; throws contract_error for what is no number of them.
[[nodiscard]] inline int stages_argument(const py::object& k) {
  const long long stages = one_count(k, "k");
  if (stages < 1 || stages > max_stages) {
    throw contract_error("k must be a whole number from 1 to " + std::to_string(max_stages) + ", not " +
                         std::to_string(stages));
  }
  return static_cast<int>(stages);
}

template <parametric M, std::size_t... I>
void define_parameters(py::class_<M>& c, std::index_sequence<I...>) {
  if constexpr (erlang_model<M>) {
    c.def(py::init([](const py::object& k, const decltype((void)I, py::object{})&... p) {
            const M m = M::from({one_number(p, M::parameter_names[I])...}, stages_argument(k));
            require_legal(m);
            return m;
          }),
          py::arg("k"), py::arg(M::parameter_names[I].data())...);
    c.def_property_readonly(
        "k", [](const M& m) { return m.k; }, "Events to a purchase: whole, 1 to 12; the higher, the more regular.");
  } else {
    c.def(py::init([](const decltype((void)I, py::object{})&... p) {
            const M m = M::from({one_number(p, M::parameter_names[I])...});
            require_legal(m);
            return m;
          }),
          py::arg(M::parameter_names[I].data())...);
  }
  (c.def_property_readonly(
       M::parameter_names[I].data(), [](const M& m) { return m.parameters()[I]; },
       "A parameter, above 0; in which unit, the class says."),
   ...);
}

/// Constructor, read-only parameters, ==, hash, repr, JSON and pickle.
template <parametric M>
void define_model(py::class_<M>& c, const char* class_name) {
  define_parameters(c, std::make_index_sequence<parameter_count<M>>{});
  c.def(
      "__eq__",
      [](const M& a, const py::object& b) -> py::object {
        if (!py::isinstance<M>(b)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
        return py::bool_(a == b.cast<const M&>());
      },
      py::arg("other"));
  c.def("__hash__", [](const M& m) { return py::hash(py::str(to_json(m))); });
  c.def("__repr__", [class_name](const M& m) { return class_repr(m, class_name); });
  c.def(
      "to_json", [](const M& m) { return to_json(m); },
      "One line of versioned JSON; vl.load_model reads it back to the same bits.");
  c.def("__reduce__", [](const M& m) {
    return py::make_tuple(py::module_::import("valorem").attr("load_model"), py::make_tuple(to_json(m)));
  });
}

/// A finished fit of any model.
struct fit_record {
  py::object model;
  std::string name;
  std::vector<std::string> parameters;
  std::vector<double> values;
  std::vector<double> standard_errors;
  std::vector<double> covariance;  // row by row
  std::vector<double> gradient;
  double log_likelihood;
  double aic;
  double bic;
  fit_status outcome;
  std::string limit;
  double rows;
  std::size_t distinct_rows;
  int evaluations;
  double log_posterior;
  std::vector<log_normal_prior> priors;
  std::vector<double> log_likelihood_of_k;  // empty where no k was chosen

  [[nodiscard]] bool penalised() const {
    return std::any_of(priors.begin(), priors.end(),
                       [](const log_normal_prior& p) { return numeric::is_finite(p.sd); });
  }
};

/// penalty=: None, one strength, or {parameter: (centre, sd of the logarithm)}.
[[nodiscard]] penalty penalty_argument(const py::object& source);

inline constexpr const char* penalty_doc =
    "penalty: {parameter: (centre, sd)} says that ln(parameter) is normal about ln(centre) with that sd, so the fit "
    "ends at\n"
    "the maximum of likelihood times prior; a centre is in the parameter's unit, of alpha the time unit of the data. "
    "One\n"
    "number w instead adds w/2 (ln parameter - ln c)^2 for every parameter, c being 1, or for a parameter with a unit "
    "the\n"
    "mean T (of Gamma-Gamma: the mean spend) of the rows, so it means the same in any unit.";

/// A number as Python's format() writes it.
[[nodiscard]] std::string shown(double x, const char* format);

/// Warns with ConvergenceWarning unless the fit converged.
void warn_unless_converged(const std::string& model, fit_status outcome, const std::string& limit);
/// The same, and hands the fit on.
fit_record warned(fit_record f);

/// Warns with RowsLeftOutWarning: so many of all rows, the first with its reason.
void warn_left_out(const std::string& model, std::size_t left, std::size_t rows, std::size_t first, status why);

/// The same where any row of a weight above 0 has another status than ok, status_at(i).
template <class StatusAt>
void warn_left_out(const std::string& model, std::size_t rows, std::span<const double> weight, StatusAt status_at) {
  std::size_t left = 0;
  std::size_t first = 0;
  status why = status::ok;
  for (std::size_t i = 0; i < rows; ++i) {
    const status s = weight.empty() || weight[i] > 0 ? status_at(i) : status::ok;
    if (s == status::ok) continue;
    if (left == 0) {
      first = i;
      why = s;
    }
    ++left;
  }
  if (left > 0) warn_left_out(model, left, rows, first, why);
}

template <parametric M>
fit_record record_of(const fit_result<M>& f) {
  const auto values = f.model.parameters();
  const auto errors = f.standard_errors();
  fit_record out{py::cast(f.model),
                 std::string(M::model_name),
                 {M::parameter_names.begin(), M::parameter_names.end()},
                 {values.begin(), values.end()},
                 {errors.begin(), errors.end()},
                 {},
                 {f.gradient.begin(), f.gradient.end()},
                 f.log_likelihood,
                 f.penalised() ? not_a_value : f.aic(),
                 f.penalised() ? not_a_value : f.bic(),
                 f.outcome,
                 f.limit,
                 f.rows,
                 f.distinct_rows,
                 f.evaluations,
                 f.log_posterior,
                 {f.priors.begin(), f.priors.end()},
                 f.log_likelihood_of_k};
  for (const auto& row : f.covariance) out.covariance.insert(out.covariance.end(), row.begin(), row.end());
  return out;
}

/// The fit of an M that a Fit holds: as much of it as intervals need.
template <parametric M>
fit_result<M> result_of(const fit_record& f) {
  if (!py::isinstance<M>(f.model)) {
    throw contract_error("fit: a fit of " + std::string(M::model_name) + " is expected, this is one of " + f.name);
  }
  fit_result<M> out;
  out.model = f.model.cast<M>();
  out.log_likelihood = f.log_likelihood;
  out.log_posterior = f.log_posterior;
  out.outcome = f.outcome;
  out.limit = f.limit;
  out.rows = f.rows;
  std::copy(f.priors.begin(), f.priors.end(), out.priors.begin());
  for (std::size_t i = 0; i < f.covariance.size(); ++i) {
    out.covariance[i / parameter_count<M>][i % parameter_count<M>] = f.covariance[i];
  }
  return out;
}

/// (k, 2): low and high of each.
py::array_t<double> ends_array(std::span<const interval> ends);

inline constexpr const char* profile_doc =
    "Profile-likelihood intervals of the parameters, (k, 2): low and high, from a fit and the rows that it was made "
    "on.\n"
    "They keep their level where the likelihood is no parabola (Venzon & Moolgavkar 1988). An end is 0 or inf where "
    "the\n"
    "likelihood does not fall that far, NaN where the bounded effort did not find it. Of a penalised fit: the same of "
    "its\n"
    "log_posterior.";

/// A column that may be absent, weights= or log_gaps=: no span where it is None.
struct weights_argument {
  explicit weights_argument(const py::object& source, std::string_view name = "weights") {
    if (!source.is_none()) values = table_column(source, name);
  }
  [[nodiscard]] std::span<const double> span() const {
    return values ? std::span<const double>(values->data(), static_cast<std::size_t>(values->size()))
                  : std::span<const double>{};
  }
  std::optional<py::array_t<double>> values;
};

}  // namespace valorem::python

#endif

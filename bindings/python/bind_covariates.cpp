// Room 3, models whose customers differ by covariates: the verbs of each model, one plain model for each row.
#include "bindings.hpp"
#include "histories.hpp"
#include "models.hpp"
#include "simulations.hpp"
#include <valorem/model/fit_covariates.hpp>
#include <valorem/model/saved_covariates.hpp>
#include <valorem/summary/compress.hpp>

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

constexpr auto maybe = [](const char* name) { return arg(name) = py::none(); };
constexpr auto threads_one = [] { return arg("threads") = 1; };
constexpr auto no_out = [] { return arg("out") = py::none(); };

template <class M>
std::vector<std::string> process_names() {
  std::vector<std::string> out;
  for (const covariate_process& p : processes<M>) out.emplace_back(p.name);
  return out;
}

/// Covariates of a call, one row of numbers for each customer, and the row's number as a column: what has the shape of
/// the customers and meets the other arguments in one shape.
struct covariate_rows {
  covariate_rows(O source, const std::vector<std::string>& known_processes, const py::object& wanted) {
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
covariate_rows known_covariates(O source, const with_covariates<M>& m) {
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

/// Warns as a plain fit does.
void warn_of(const std::string& name, fit_status outcome, const std::string& limit) {
  fit_record plain{};
  plain.name = name;
  plain.outcome = outcome;
  plain.limit = limit;
  (void)warned(std::move(plain));
}

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
  warn_of(out.name + " with covariates", f.outcome, f.limit);
  return out;
}

/// The columns of a matrix and the constraints on their coefficients. The columns live here.
struct plan_argument {
  plan_argument(const std::vector<std::string>& known_processes, O covariates, O equal, O opposite, O penalty,
                O priors) {
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

std::span<const double> span_of(const py::array_t<double>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

template <class M>
covariate_record fit_purchases(O frequency, O recency, O T, O weights, O covariates, O equal, O opposite, O penalty,
                               O priors, O threads) {
  const py::array_t<double> x = table_column(frequency, "frequency");
  const py::array_t<double> t_x = table_column(recency, "recency");
  const py::array_t<double> age = table_column(T, "T");
  const weights_argument w(weights);
  const execution how = threads_argument(threads);
  const plan_argument with(process_names<M>(), covariates, equal, opposite, penalty, priors);
  covariate_fit<M> result;
  {
    const py::gil_scoped_release others_may_run;
    result = fit_with_covariates<M>({{span_of(x), span_of(t_x), span_of(age)}, w.span()}, with.plan, how);
  }
  return covariate_record_of(result);
}

covariate_record fit_contracts_of(O duration, O churned, O weights, O covariates, O penalty, O priors, O threads) {
  const py::array_t<double> t = table_column(duration, "duration");
  const py::array_t<double> ended =
      table_column(py::module_::import("numpy").attr("asarray")(churned, arg("dtype") = "float64"), "churned");
  const weights_argument w(weights);
  const execution how = threads_argument(threads);
  const plan_argument with(process_names<shifted_beta_geometric>(), covariates, py::none(), py::none(), penalty,
                           priors);
  covariate_fit<shifted_beta_geometric> result;
  {
    const py::gil_scoped_release others_may_run;
    result = fit_with_covariates<shifted_beta_geometric>({{span_of(t), span_of(ended)}, w.span()}, with.plan, how);
  }
  return covariate_record_of(result);
}

covariate_record fit_spend_of(O frequency, O monetary_value, O weights, O covariates, O penalty, O priors, O threads) {
  const py::array_t<double> x = table_column(frequency, "frequency");
  const py::array_t<double> mean = table_column(monetary_value, "monetary_value");
  const weights_argument w(weights);
  const execution how = threads_argument(threads);
  const plan_argument with(process_names<gamma_gamma>(), covariates, py::none(), py::none(), penalty, priors);
  covariate_fit<gamma_gamma> result;
  {
    const py::gil_scoped_release others_may_run;
    result = fit_spend_with_covariates(span_of(x), span_of(mean), w.span(), with.plan, how);
  }
  return covariate_record_of(result);
}

/// out[i] = f(her plain model, batch, i); the covariates' row is the argument after the given ones.
template <class M, std::size_t N, class F>
py::object per_customer(const with_covariates<M>& m, const std::array<argument, N>& inputs, O covariates, O threads,
                        O out, F f) {
  const covariate_rows z = known_covariates(covariates, m);
  const argument row{"covariates", z.row};
  const auto run = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return compute_rows({inputs[I]..., row}, out, threads,
                        [&](const batch& b, std::size_t i) { return f(m.at(z.of(b(N, i))), b, i); });
  };
  return run(std::make_index_sequence<N>{});
}

template <class M, std::size_t N, class Check>
py::object status_per_customer(const with_covariates<M>& m, const std::array<argument, N>& inputs, O covariates,
                               Check row_status) {
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
py::object simulated_customers(const with_covariates<M>& m, const std::array<const char*, N>& names, O T, O seed,
                               O covariates, O threads, Row row) {
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
  c.def(py::init(&covariate_model_of<M>), arg("base"), arg("coefficients"));
  c.def_readonly("base", &W::base, "The model of a customer whose covariates are all 0.");
  c.def_readonly("covariates", &W::names, "Names of the covariates, in the order of a matrix's columns.");
  c.def_property_readonly(
      "coefficients", &coefficients_of<M>,
      "By process and covariate: how much one unit of the covariate moves the process; above 0 is more of it.");
  c.def(
      "at",
      [](const W& m, O covariates) {
        const covariate_rows z = known_covariates(covariates, m);
        if (z.size() != 1) throw contract_error("covariates: one customer's are expected");
        if (const status why = check(m, z.of(0.0)); why != status::ok) {
          throw contract_error("covariates: " + std::string(name(why)));
        }
        return m.at(z.of(0.0));
      },
      arg("covariates"), "The plain model of a customer with these covariates, {name: number}.");
  c.def(
      "__eq__",
      [](const W& a, const py::object& b) -> py::object {
        if (!py::isinstance<W>(b)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
        return py::bool_(a == b.cast<const W&>());
      },
      arg("other"));
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

template <class M, class F>
void define_history_verb(py::class_<with_covariates<M>>& c, const char* name, F f, const char* doc) {
  c.def(
      name,
      [f](const with_covariates<M>& m, O frequency, O recency, O T, O ahead, O covariates, O threads, O out) {
        const std::array<argument, 4> inputs{
            {{"frequency", frequency}, {"recency", recency}, {"T", T}, {"ahead", ahead}}};
        return per_customer(m, inputs, covariates, threads, out, [f](const M& hers, const batch& b, std::size_t i) {
          const history h = history_at(b, i);
          return check(h) == status::ok ? f(hers, h, b(3, i)) : not_a_value;
        });
      },
      arg("frequency"), arg("recency"), arg("T"), arg("ahead") = 0.0, py::kw_only(), arg("covariates"), threads_one(),
      no_out(), doc);
}

/// f(future, p, q) of a new customer or, given her history, of this one.
template <class M, class F>
py::object from_now_on(const with_covariates<M>& m, const argument& p, const argument& q, O frequency, O recency, O T,
                       O covariates, O threads, O out, F f) {
  if (!given_history(frequency, recency, T)) {
    return per_customer(
        m, std::array{p, q}, covariates, threads, out,
        [f](const M& hers, const batch& b, std::size_t i) { return f(starting(hers), b(0, i), b(1, i)); });
  }
  const std::array<argument, 5> inputs{{{"frequency", frequency}, {"recency", recency}, {"T", T}, p, q}};
  return per_customer(m, inputs, covariates, threads, out, [f](const M& hers, const batch& b, std::size_t i) {
    const history h = history_at(b, i);
    return check(h) == status::ok ? f(given(hers, h), b(3, i), b(4, i)) : not_a_value;
  });
}

template <class M, class F>
void define_future_verb(py::class_<with_covariates<M>>& c, const char* name, const char* input, F f, const char* doc) {
  c.def(
      name,
      [f, input](const with_covariates<M>& m, O value, O frequency, O recency, O T, O covariates, O threads, O out) {
        const py::float_ nothing(0.0);
        return from_now_on(m, {input, value}, {"nothing", nothing}, frequency, recency, T, covariates, threads, out,
                           [f](const auto& future, double x, double) { return f(future, x); });
      },
      arg(input), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), arg("covariates"), threads_one(),
      no_out(), doc);
}

template <class M, class F>
void define_future_verb(py::class_<with_covariates<M>>& c, const char* name, const char* first, const char* second, F f,
                        const char* doc) {
  c.def(
      name,
      [f, first, second](const with_covariates<M>& m, O p, O q, O frequency, O recency, O T, O covariates, O threads,
                         O out) {
        return from_now_on(m, {first, p}, {second, q}, frequency, recency, T, covariates, threads, out, f);
      },
      arg(first), arg(second), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), arg("covariates"),
      threads_one(), no_out(), doc);
}

template <class M>
void define_futures(py::class_<with_covariates<M>>& c) {
  define_future_verb(
      c, "expected_purchases", "t", [](const auto& f, double t) { return expected_purchases(f, t); },
      "Expected purchases within t time units, of a new customer or, with a history, of this one.");
  define_future_verb(
      c, "next_purchase_quantile", "q", [](const auto& f, double q) { return next_purchase_quantile(f, q); },
      "The time within which the next purchase comes with chance q; inf where it may never come.");
  define_future_verb(
      c, "pmf", "n", "t", [](const auto& f, double n, double t) { return pmf(f, n, t); },
      "P(n purchases within t time units).");
  define_future_verb(
      c, "cdf", "n", "t", [](const auto& f, double n, double t) { return cdf(f, n, t); },
      "P(at most n purchases within t time units).");
  define_future_verb(
      c, "at_least", "n", "t", [](const auto& f, double n, double t) { return at_least(f, n, t); },
      "P(at least n purchases within t time units).");
  define_future_verb(
      c, "discounted_lifetime", "rate", "horizon",
      [](const auto& f, double rate, double horizon) { return discounted_lifetime(f, rate, horizon); },
      "Time that she will still be a customer within horizon, discounted at the continuous rate.");
  define_future_verb(
      c, "discounted_purchases", "rate", "horizon",
      [](const auto& f, double rate, double horizon) { return discounted_purchases(f, rate, horizon); },
      "Purchases within horizon, each worth exp(-rate u) at time u; horizon may be inf.");
}

template <class M>
void define_purchases(py::module_& module, const char* class_name, const char* plain_name) {
  using W = with_covariates<M>;
  py::class_<W> c(
      module, class_name,
      "The model whose customers differ by covariates. Every verb is that of the plain model, of each row's "
      "own\ncovariates= : {name: column}, a frame that has the names, or a matrix in the order of .covariates; "
      "a row\nwhose covariates are missing or not finite is NaN.");
  define_parts(c, class_name);
  c.def(
      "log_likelihood",
      [](const W& m, O frequency, O recency, O T, O covariates, O threads, O out) {
        const std::array<argument, 3> inputs{{{"frequency", frequency}, {"recency", recency}, {"T", T}}};
        return per_customer(m, inputs, covariates, threads, out, [](const M& hers, const batch& b, std::size_t i) {
          return log_likelihood(hers, history_at(b, i));
        });
      },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), arg("covariates"), threads_one(), no_out(),
      "ln likelihood of each customer.");
  c.def(
      "status",
      [](const W& m, O frequency, O recency, O T, O covariates) {
        const std::array<argument, 3> inputs{{{"frequency", frequency}, {"recency", recency}, {"T", T}}};
        return status_per_customer(m, inputs, covariates,
                                   [](const M&, const batch& b, std::size_t i) { return check(history_at(b, i)); });
      },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), arg("covariates"),
      "Why a row's answers are NaN: 'ok', 'missing' (a NaN) or 'invalid', of its history or its covariates.");
  define_history_verb(
      c, "p_alive", [](const M& m, const history& h, double t) { return p_alive(m, h, t); },
      "P(still a customer at T + ahead | history, covariates).");
  define_history_verb(
      c, "log_p_alive",
      [](const M& m, const history& h, double t) { return t == 0 ? log_p_alive(m, h) : log_p_alive(m, h, t); },
      "Its logarithm, exact where the chance itself underflows.");
  define_futures(c);
  c.def(
      "simulate",
      [](const W& m, O T, O seed, O covariates, O threads) {
        constexpr std::array names{"frequency", "recency", "T", "alive", "purchase_rate", "dropout"};
        return simulated_customers(
            m, names, T, seed, covariates, threads, [](const M& hers, double t, std::uint64_t number, std::size_t i) {
              const simulated_customer s = simulate(hers, t, number, i);
              return std::array{s.seen.x, s.seen.t_x, s.seen.T, s.alive, s.purchase_rate, s.dropout};
            });
      },
      arg("T"), arg("seed"), py::kw_only(), arg("covariates"), threads_one(),
      "A table of customers with these covariates, as the plain model's simulate draws them; T one number or one for "
      "each.");
  auto plain = py::reinterpret_borrow<py::class_<M>>(module.attr(plain_name));
  plain.def_static(
      "fit", &fit_purchases<M>, arg("frequency"), arg("recency"), arg("T"), maybe("weights"), py::kw_only(),
      arg("covariates"), maybe("equal"), maybe("opposite"), arg("coefficient_penalty") = 0.0,
      maybe("coefficient_priors"), threads_one(),
      "Maximum likelihood with covariates, a CovariateFit: covariates={name: column} moves both processes, "
      "'transaction' and\n"
      "'dropout'; {process: {name: column}} each its own. equal=True, or names: one coefficient for both processes; "
      "opposite=:\n"
      "the same but for its sign. coefficient_penalty: lambda / 2 times the sum of (coefficient x its column's sd)^2; "
      "\n"
      "coefficient_priors={name: (mean, sd)}, or by process: normal. Raises DataError, with the name, for a covariate "
      "that is\n"
      "not finite, constant, or a linear combination of others.");
}

template <class M, class F>
void define_contract_verb(py::class_<with_covariates<M>>& c, const char* name, const char* input, F f,
                          const char* doc) {
  c.def(
      name,
      [f, input](const with_covariates<M>& m, O x, O covariates, O threads, O out) {
        return per_customer(m, std::array<argument, 1>{{{input, x}}}, covariates, threads, out,
                            [f](const M& hers, const batch& b, std::size_t i) { return f(hers, b(0, i)); });
      },
      arg(input), py::kw_only(), arg("covariates"), threads_one(), no_out(), doc);
}

template <class M, class F>
void define_residual_verb(py::class_<with_covariates<M>>& c, const char* name, const char* first, F f,
                          const char* doc) {
  c.def(
      name,
      [f, first](const with_covariates<M>& m, O p, O renewals, O covariates, O threads, O out) {
        const std::array<argument, 2> inputs{{{first, p}, {"renewals", renewals}}};
        return per_customer(m, inputs, covariates, threads, out,
                            [f](const M& hers, const batch& b, std::size_t i) { return f(hers, b(0, i), b(1, i)); });
      },
      arg(first), arg("renewals") = 1.0, py::kw_only(), arg("covariates"), threads_one(), no_out(), doc);
}

void define_contracts(py::module_& module) {
  using M = shifted_beta_geometric;
  using W = with_covariates<M>;
  py::class_<W> c(module, "ShiftedBetaGeometricWithCovariates",
                  "The shifted beta-geometric whose customers differ by covariates: they move the logit of the mean "
                  "chance to\nleave. Every verb is that of the plain model, of each row's own covariates=.");
  define_parts(c, "ShiftedBetaGeometricWithCovariates");
  c.def(
      "log_likelihood",
      [](const W& m, O duration, O churned, O covariates, O threads, O out) {
        const std::array<argument, 2> inputs{{{"duration", duration}, {"churned", churned}}};
        return per_customer(m, inputs, covariates, threads, out, [](const M& hers, const batch& b, std::size_t i) {
          return log_likelihood(hers, contract_history{b(0, i), b(1, i)});
        });
      },
      arg("duration"), arg("churned"), py::kw_only(), arg("covariates"), threads_one(), no_out(),
      "ln likelihood of single contracts: churned 1 where one ended with period duration, 0 where it still ran.");
  c.def(
      "status",
      [](const W& m, O duration, O churned, O covariates) {
        const std::array<argument, 2> inputs{{{"duration", duration}, {"churned", churned}}};
        return status_per_customer(m, inputs, covariates, [](const M&, const batch& b, std::size_t i) {
          return check(contract_history{b(0, i), b(1, i)});
        });
      },
      arg("duration"), arg("churned"), py::kw_only(), arg("covariates"),
      "Why a row is NaN: 'ok', 'missing', 'invalid'.");
  define_contract_verb(
      c, "survival", "t", [](const M& m, double t) { return survival(m, t); },
      "The chance of still being there after t whole periods.");
  define_contract_verb(
      c, "log_survival", "t", [](const M& m, double t) { return log_survival(m, t); }, "Its logarithm.");
  define_contract_verb(
      c, "retention", "t", [](const M& m, double t) { return retention(m, t); }, "survival(t) / survival(t - 1).");
  define_contract_verb(
      c, "pmf", "t", [](const M& m, double t) { return pmf(m, t); }, "P(the contract ends with period t).");
  define_contract_verb(
      c, "expected_lifetime", "rate", [](const M& m, double rate) { return expected_lifetime(m, rate); },
      "Discounted expected lifetime of a new customer, rate per period.");
  define_residual_verb(
      c, "residual_lifetime", "rate", [](const M& m, double rate, double n) { return residual_lifetime(m, rate, n); },
      "Discounted expected residual lifetime just before renewal number renewals.");
  define_residual_verb(
      c, "expected_residual_lifetime", "horizon",
      [](const M& m, double horizon, double n) { return expected_residual_lifetime(m, horizon, n); },
      "Expected periods within the next horizon just before renewal number renewals.");
  c.def(
      "simulate",
      [](const W& m, O T, O seed, O covariates, O threads) {
        return simulated_customers(m, std::array{"duration", "churned"}, T, seed, covariates, threads,
                                   [](const M& hers, double t, std::uint64_t number, std::size_t i) {
                                     const contract_history h = simulate(hers, t, number, i);
                                     return std::array{h.duration, h.churned};
                                   });
      },
      arg("T"), arg("seed"), py::kw_only(), arg("covariates"), threads_one(),
      "A table of contracts of customers with these covariates: duration, churned.");
  auto plain = py::reinterpret_borrow<py::class_<M>>(module.attr("ShiftedBetaGeometric"));
  plain.def_static("fit", &fit_contracts_of, py::kw_only(), arg("duration"), arg("churned"), maybe("weights"),
                   arg("covariates"), arg("coefficient_penalty") = 0.0, maybe("coefficient_priors"), threads_one(),
                   "Maximum likelihood of single contracts with covariates, a CovariateFit: each moves the process "
                   "'churn'. The\nother arguments as in BGNBD.fit.");
}

void define_spend(py::module_& module) {
  using M = gamma_gamma;
  using W = with_covariates<M>;
  py::class_<W> c(module, "GammaGammaWithCovariates",
                  "Gamma-Gamma whose customers differ by covariates: they multiply the mean spend. Every verb is that "
                  "of the\nplain model, of each row's own covariates=.");
  define_parts(c, "GammaGammaWithCovariates");
  const auto verb = [&c](const char* name, auto f, const char* doc) {
    c.def(
        name,
        [f](const W& m, O frequency, O monetary_value, O covariates, O threads, O out) {
          const std::array<argument, 2> inputs{{{"frequency", frequency}, {"monetary_value", monetary_value}}};
          return per_customer(m, inputs, covariates, threads, out, [f](const M& hers, const batch& b, std::size_t i) {
            return f(hers, spend_history{b(0, i), b(1, i)});
          });
        },
        arg("frequency"), arg("monetary_value"), py::kw_only(), arg("covariates"), threads_one(), no_out(), doc);
  };
  verb(
      "log_likelihood", [](const M& m, const spend_history& s) { return log_likelihood(m, s); },
      "ln density of a customer's mean spend.");
  verb(
      "expected_spend", [](const M& m, const spend_history& s) { return expected_spend(m, s); },
      "Expected value of her next purchase, in money.");
  verb(
      "spend_sd", [](const M& m, const spend_history& s) { return spend_sd(m, s); },
      "Standard deviation of her mean spend, given the history, in money.");
  c.def(
      "status",
      [](const W& m, O frequency, O monetary_value, O covariates) {
        const std::array<argument, 2> inputs{{{"frequency", frequency}, {"monetary_value", monetary_value}}};
        return status_per_customer(m, inputs, covariates, [](const M& hers, const batch& b, std::size_t i) {
          const spend_history s{b(0, i), b(1, i)};
          return legal(hers) ? spend_status(hers, s) : check(s);
        });
      },
      arg("frequency"), arg("monetary_value"), py::kw_only(), arg("covariates"),
      "Why expected_spend is NaN: 'ok', 'missing', 'invalid' or 'undefined'.");
  c.def(
      "simulate",
      [](const W& m, O frequency, O seed, O covariates, O threads, O out) {
        const std::uint64_t number = seed_argument(seed);
        return per_customer(
            m, std::array<argument, 1>{{{"frequency", frequency}}}, covariates, threads, out,
            [number](const M& hers, const batch& b, std::size_t i) { return simulate(hers, b(0, i), number, i).mean; });
      },
      arg("frequency"), arg("seed"), py::kw_only(), arg("covariates"), threads_one(), no_out(),
      "Mean spends of customers with these covariates over frequency purchases, in money; 0 where frequency is 0.");
  auto plain = py::reinterpret_borrow<py::class_<M>>(module.attr("GammaGamma"));
  plain.def_static("fit", &fit_spend_of, arg("frequency"), arg("monetary_value"), maybe("weights"), py::kw_only(),
                   arg("covariates"), arg("coefficient_penalty") = 0.0, maybe("coefficient_priors"), threads_one(),
                   "Maximum likelihood with covariates, a CovariateFit: each multiplies the mean spend, the process "
                   "'spend'. The\nother arguments as in BGNBD.fit.");
}

std::string shown(double x, const char* format) {
  return py::str(py::module_::import("builtins").attr("format")(x, format)).cast<std::string>();
}

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

likelihood_ratio compared(double restricted, std::size_t fewer, double rows, const covariate_record& full) {
  require_same_rows(rows, full.rows);
  require_unpenalised(full.penalised, "a likelihood-ratio test");
  return likelihood_ratio_test(restricted, full.log_likelihood, static_cast<int>(full.free) - static_cast<int>(fewer));
}

void define_fit(py::module_& m) {
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
        return compared(restricted.log_likelihood, restricted.values.size(), restricted.rows, full);
      },
      arg("restricted"), arg("full"), "Of a fit with covariates against one without.");
  m.def(
      "likelihood_ratio_test",
      [](const F& restricted, const F& full) {
        require_unpenalised(restricted.penalised, "a likelihood-ratio test");
        return compared(restricted.log_likelihood, restricted.free, restricted.rows, full);
      },
      arg("restricted"), arg("full"), "Of two fits with covariates, one within the other.");
}

}  // namespace

void bind_covariates(py::module_& m) {
  define_purchases<pareto_nbd>(m, "ParetoNBDWithCovariates", "ParetoNBD");
  define_purchases<bg_nbd>(m, "BGNBDWithCovariates", "BGNBD");
  define_purchases<mbg_nbd>(m, "MBGNBDWithCovariates", "MBGNBD");
  define_contracts(m);
  define_spend(m);
  define_fit(m);
}

}  // namespace valorem::python

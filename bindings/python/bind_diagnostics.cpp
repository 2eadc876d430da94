// Does the model fit? Counts, tracking, cohorts and the holdout, as columns that the Python half makes tables of.
#include "bindings.hpp"
#include "models.hpp"
#include "summaries.hpp"
#include <valorem/model.hpp>
#include <valorem/population.hpp>
#include <valorem/report/holdout.hpp>

#include <pybind11/stl.h>

#include <string>
#include <variant>
#include <vector>

namespace valorem::python {

namespace {

using O = const py::object&;
using py::arg;

std::span<const double> span_of(const py::array_t<double>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

py::array_t<double> array_of(const std::vector<double>& v) {
  return py::array_t<double>(static_cast<py::ssize_t>(v.size()), v.data());
}

template <class F, class... M>
bool with_one_of(O model, F&& f, const std::variant<M...>*) {
  return ((py::isinstance<M>(model) && (f(model.cast<const M&>()), true)) || ...);
}

/// f(model) with the C++ model behind a Python one.
template <class F>
void with_purchases(O model, F&& f) {
  if (with_one_of(model, f, static_cast<const any_purchase_model*>(nullptr))) return;
  if (py::isinstance<bg_bb>(model)) return f(model.cast<const bg_bb&>());
  throw py::type_error("fitted: " + py::str(py::type::of(model).attr("__name__")).cast<std::string>() +
                       " where a model of purchases, its fit or vl.FittedModel is expected");
}

/// f(model of that name, whose parameters are all 0).
template <class F>
void with_purchases_named(const std::string& name, F&& f) {
  if (name == bg_bb::model_name) return f(bg_bb{});
  with_purchase_model(name, f);
}

/// frequency=, recency=, T= and weights= as columns.
struct history_argument {
  history_argument(O frequency, O recency, O T, O weights)
      : x(table_column(frequency, "frequency")),
        t_x(table_column(recency, "recency")),
        age(table_column(T, "T")),
        weight(weights) {}
  [[nodiscard]] history_columns columns() const { return {span_of(x), span_of(t_x), span_of(age)}; }
  [[nodiscard]] weighted_histories distinct() const { return compress(columns(), weight.span()); }

  py::array_t<double> x, t_x, age;
  weights_argument weight;
};

py::dict frequency_columns(O model, O frequency, O recency, O T, O weights, O most, O fitted_parameters) {
  const history_argument rows(frequency, recency, T, weights);
  const auto places = static_cast<int>(std::min<long long>(one_count(most, "most"), 1'000'000));
  frequency_table t;
  with_purchases(model, [&]<class M>(const M& m) {
    const int fitted =
        fitted_parameters.is_none()
            ? static_cast<int>(parameter_count<M>)
            : static_cast<int>(std::min<long long>(one_count(fitted_parameters, "fitted_parameters"), 1'000'000));
    const py::gil_scoped_release others_may_run;
    t = frequencies(m, rows.distinct(), places, fitted);
  });
  py::dict out;
  out["expected"] = array_of(t.expected);
  out["actual"] = array_of(t.actual);
  out["chi_square"] = t.chi_square;
  out["cells"] = t.cells;
  out["degrees_of_freedom"] = t.degrees_of_freedom;
  out["p_value"] = t.p_value;
  return out;
}

py::array_t<double> expected_through_time(O model, O frequency, O recency, O T, O weights, O times) {
  const history_argument rows(frequency, recency, T, weights);
  const py::array_t<double> ends = table_column(times, "times");
  std::vector<double> out;
  with_purchases(model, [&](const auto& m) {
    const py::gil_scoped_release others_may_run;
    out = expected_repeats(m, rows.distinct(), span_of(ends));
  });
  return array_of(out);
}

py::dict group_columns(const std::vector<forecast_group>& groups) {
  std::vector<double> customers, predicted, actual, mean_predicted, mean_actual;
  for (const forecast_group& g : groups) {
    customers.push_back(g.customers);
    predicted.push_back(g.predicted);
    actual.push_back(g.actual);
    mean_predicted.push_back(g.predicted / g.customers);  // NaN for no customer
    mean_actual.push_back(g.actual / g.customers);
  }
  py::dict out;
  out["customers"] = array_of(customers);
  out["expected"] = array_of(predicted);
  out["actual"] = array_of(actual);
  out["mean_expected"] = array_of(mean_predicted);
  out["mean_actual"] = array_of(mean_actual);
  return out;
}

py::dict bin_columns(const std::vector<forecast_bin>& bins) {
  std::vector<double> low, high;
  std::vector<forecast_group> groups;
  for (const forecast_bin& b : bins) {
    low.push_back(b.low);
    high.push_back(b.high);
    groups.push_back(b.group);
  }
  py::dict out;
  out["low"] = array_of(low);
  out["high"] = array_of(high);
  out.attr("update")(group_columns(groups));
  return out;
}

py::dict rank_columns(const std::vector<forecast_rank>& ranks) {
  std::vector<double> gain, lift;
  std::vector<forecast_group> groups;
  for (const forecast_rank& r : ranks) {
    groups.push_back(r.group);
    gain.push_back(r.gain);
    lift.push_back(r.lift);
  }
  py::dict out = group_columns(groups);
  out["gain"] = array_of(gain);
  out["lift"] = array_of(lift);
  return out;
}

py::dict line_columns(const std::vector<forecast_line>& lines) {
  py::dict out;
  std::vector<std::string> names;
  for (const forecast_line& l : lines) names.push_back(l.forecast);
  out["forecast"] = names;
  const auto put = [&](const char* name, auto number) {
    std::vector<double> cells;
    for (const forecast_line& l : lines) cells.push_back(number(l));
    out[name] = array_of(cells);
  };
  put("expected", [](const forecast_line& l) { return l.errors.predicted; });
  put("actual", [](const forecast_line& l) { return l.errors.actual; });
  put("bias", [](const forecast_line& l) { return l.errors.bias; });
  put("mae", [](const forecast_line& l) { return l.errors.mae; });
  put("rmse", [](const forecast_line& l) { return l.errors.rmse; });
  put("correlation", [](const forecast_line& l) { return l.errors.correlation; });
  put("normalized_gini", [](const forecast_line& l) { return l.normalized_gini; });
  return out;
}

/// What the holdout functions are asked about.
struct holdout_argument {
  holdout_argument(O expected, O frequency, O recency, O T, O length, O purchases, O weights)
      : said(table_column(expected, "expected")),
        rows(frequency, recency, T, weights),
        lasts(table_column(length, "holdout_length")),
        seen(table_column(purchases, "holdout_frequency")) {}
  [[nodiscard]] holdout_columns columns() const {
    return {rows.columns(), span_of(lasts), span_of(seen), rows.weight.span()};
  }

  py::array_t<double> said;
  history_argument rows;
  py::array_t<double> lasts, seen;
};

py::dict holdout_parts(const std::string& model, O expected, O frequency, O recency, O T, O length, O purchases,
                       O weights, O threads) {
  const holdout_argument in(expected, frequency, recency, T, length, purchases, weights);
  const execution how = threads_argument(threads);
  holdout_report r;
  {
    const py::gil_scoped_release others_may_run;
    const auto said = span_of(in.said);
    r = report_holdout(model, {said.begin(), said.end()}, in.columns(), how);
  }
  py::dict out;
  out["forecasts"] = line_columns(r.forecasts);
  out["deciles"] = rank_columns(r.deciles);
  out["decile_error"] = r.decile_error;
  out["by_frequency"] = bin_columns(r.by_frequency);
  out["by_recency"] = bin_columns(r.by_recency);
  return out;
}

py::dict cohort_parts(const std::string& model, O frequency, O recency, O T, O weights, O threads) {
  const history_argument rows(frequency, recency, T, weights);
  const execution how = threads_argument(threads);
  py::dict out;
  with_purchases_named(model, [&]<class M>(const M&) {
    cohort_comparison<M> c;
    {
      const py::gil_scoped_release others_may_run;
      c = compare_cohorts<M>(rows.distinct(), how);
    }
    out["split"] = c.split;
    out["first_purchases"] = c.first_purchases;
    out["whole"] = record_of(c.whole);
    out["early"] = record_of(c.early);
    out["late"] = record_of(c.late);
    out["horizon"] = c.horizon;
    out["early_expected"] = c.early_expected;
    out["late_expected"] = c.late_expected;
    out["statistic"] = c.test.statistic;
    out["degrees_of_freedom"] = c.test.degrees_of_freedom;
    out["p_value"] = c.test.p_value;
  });
  return out;
}

void define_correlations(py::module_& m) {
  py::class_<correlation>(m, "Correlation", "What vl.pearson and vl.spearman found.")
      .def_readonly("coefficient", &correlation::coefficient, "From -1 to 1; NaN where a column has no spread.")
      .def_readonly("p_value", &correlation::p_value,
                    "Two-sided: the chance of one as far from 0 where the columns do not go together.")
      .def_readonly("n", &correlation::n, "Rows in which both numbers are finite.")
      .def("__repr__", [](const correlation& c) {
        return "Correlation(coefficient=" + shown(c.coefficient, ".6g") + ", p_value=" + shown(c.p_value, ".6g") +
               ", n=" + std::to_string(c.n) + ")";
      });
  py::class_<variance_ratio>(m, "VarianceRatio", "What vl.eta_squared found.")
      .def_readonly("eta_squared", &variance_ratio::eta_squared,
                    "Share of the spread of y that lies between the groups.")
      .def_readonly("f", &variance_ratio::f, "Mean square between the groups over the mean square within.")
      .def_readonly("p_value", &variance_ratio::p_value, "Chance of that F or more where all groups are alike.")
      .def_readonly("groups", &variance_ratio::groups, "How many different x there are.")
      .def_readonly("n", &variance_ratio::n, "Rows in which both numbers are finite.")
      .def("__repr__", [](const variance_ratio& v) {
        return "VarianceRatio(eta_squared=" + shown(v.eta_squared, ".6g") + ", f=" + shown(v.f, ".6g") +
               ", p_value=" + shown(v.p_value, ".6g") + ", groups=" + std::to_string(v.groups) +
               ", n=" + std::to_string(v.n) + ")";
      });
  const auto two = [](auto f) {
    return [f](O x, O y) {
      const py::array_t<double> a = table_column(x, "x");
      const py::array_t<double> b = table_column(y, "y");
      const py::gil_scoped_release others_may_run;
      return f(span_of(a), span_of(b));
    };
  };
  using columns = std::span<const double>;
  m.def("pearson", two([](columns x, columns y) { return pearson(x, y); }), arg("x"), arg("y"),
        "Pearson's correlation of two columns: .coefficient, .p_value (Student's t, n - 2 degrees), .n. Rows with NaN "
        "or\n"
        "an infinity are left out; NaN where a column has no spread.");
  m.def("spearman", two([](columns x, columns y) { return spearman(x, y); }), arg("x"), arg("y"),
        "Spearman's rank correlation (1904), equal rows sharing the mean of their ranks; otherwise as vl.pearson.");
  m.def("eta_squared", two([](columns x, columns y) { return eta_squared(x, y); }), arg("x"), arg("y"),
        "How much of the spread of y lies between the groups of equal x (Fisher 1925), from 0 to 1: .eta_squared, .f,\n"
        ".p_value, .groups, .n. Rows with NaN or an infinity are left out; NaN where no group has two rows.");
  m.def(
      "normalized_gini",
      [](O predicted, O actual, O weights) {
        const py::array_t<double> said = table_column(predicted, "predicted");
        const py::array_t<double> seen = table_column(actual, "actual");
        const weights_argument weight(weights);
        const py::gil_scoped_release others_may_run;
        return normalized_gini({span_of(said), span_of(seen), weight.span()}).value;
      },
      arg("predicted"), arg("actual"), arg("weights") = py::none(),
      "How well a forecast ranks: Gini's coefficient of what came in the forecast's order, over that in its own "
      "order.\n"
      "1: a perfect order, 0: one that knows nothing. Equal forecasts count as in the mean over every order of "
      "theirs.\n"
      "NaN where an actual number is negative or all are alike.");
}

}  // namespace

void bind_diagnostics(py::module_& m) {
  define_correlations(m);
  m.def("frequency_columns", &frequency_columns, arg("model"), arg("frequency"), arg("recency"), arg("T"),
        arg("weights"), arg("most"), arg("fitted_parameters"));
  m.def("expected_repeats", &expected_through_time, arg("model"), arg("frequency"), arg("recency"), arg("T"),
        arg("weights"), arg("times"));
  m.def(
      "actual_repeats",
      [](const summary& s, O times) {
        const py::array_t<double> ends = table_column(times, "times");
        return array_of(actual_repeats(s, span_of(ends)));
      },
      arg("summary"), arg("times"));
  m.def(
      "period_ends",
      [](O every, O until) { return array_of(period_ends(one_number(every, "every"), one_number(until, "until"))); },
      arg("every"), arg("until"));
  m.def("holdout_parts", &holdout_parts, arg("model"), arg("expected"), arg("frequency"), arg("recency"), arg("T"),
        arg("length"), arg("purchases"), arg("weights"), arg("threads"));
  m.def(
      "by_frequency",
      [](O expected, O frequency, O recency, O T, O length, O purchases, O weights, O most) {
        const holdout_argument in(expected, frequency, recency, T, length, purchases, weights);
        const auto top = static_cast<int>(std::min<long long>(one_count(most, "most"), 1'000'000));
        return bin_columns(by_frequency(span_of(in.said), in.columns(), top));
      },
      arg("expected"), arg("frequency"), arg("recency"), arg("T"), arg("length"), arg("purchases"), arg("weights"),
      arg("most"));
  m.def(
      "by_recency",
      [](O expected, O frequency, O recency, O T, O length, O purchases, O weights, O bins) {
        const holdout_argument in(expected, frequency, recency, T, length, purchases, weights);
        const auto many = static_cast<int>(std::min<long long>(one_count(bins, "bins"), 1'000'000));
        return bin_columns(by_recency(span_of(in.said), in.columns(), many));
      },
      arg("expected"), arg("frequency"), arg("recency"), arg("T"), arg("length"), arg("purchases"), arg("weights"),
      arg("bins"));
  m.def("cohort_parts", &cohort_parts, arg("model"), arg("frequency"), arg("recency"), arg("T"), arg("weights"),
        arg("threads"));
}

}  // namespace valorem::python

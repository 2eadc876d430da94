// Room 5, population: moments, quantiles, concentration and bands of a column.
#include "bindings.hpp"
#include "summaries.hpp"
#include <valorem/population.hpp>

#include <pybind11/stl.h>

#include <optional>

namespace valorem::python {

namespace {

using O = const py::object&;
using py::arg;

std::span<const double> span_of(const py::array_t<double>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

/// weights= may be None.
struct weighted {
  weighted(O x, O weights) : values(table_column(x, "x")) {
    if (!weights.is_none()) weight = table_column(weights, "weights");
  }
  [[nodiscard]] std::span<const double> x() const { return span_of(values); }
  [[nodiscard]] std::span<const double> w() const { return weight ? span_of(*weight) : std::span<const double>{}; }

  py::array_t<double> values;
  std::optional<py::array_t<double>> weight;
};

moments bound_moments(O x, O weights, O threads) {
  const weighted in(x, weights);
  const execution how = threads_argument(threads);
  const py::gil_scoped_release others_may_run;
  return moments_of(in.x(), in.w(), how);
}

void define_moments(py::module_& m) {
  py::class_<moments> c(m, "Moments", "Moments of a column. pop divides by n, sample is adjusted; kurtosis is excess.");
  const auto number = [&c](const char* name, auto f, const char* doc) {
    c.def_property_readonly(
        name, [f](const moments& s) { return (s.*f)(); }, doc);
  };
  number("n", &moments::n, "Total weight of the finite rows.");
  number("n_rows", &moments::n_rows, "Finite rows.");
  number("n_missing", &moments::n_missing, "Rows that are NaN.");
  number("n_infinite", &moments::n_infinite, "Rows that are infinite.");
  number("mean", &moments::mean, "NaN where no row is finite.");
  number("sum", &moments::sum, "Of the finite rows, by weight.");
  number("min", &moments::min, "Of the finite rows.");
  number("max", &moments::max, "Of the finite rows.");
  number("var_pop", &moments::var_pop, "Divided by n.");
  number("var_sample", &moments::var_sample, "Divided by n - 1.");
  number("sd_pop", &moments::sd_pop, "Root of var_pop.");
  number("sd_sample", &moments::sd_sample, "Root of var_sample.");
  number("skew_pop", &moments::skew_pop, "m3 / m2^1.5.");
  number("skew_sample", &moments::skew_sample, "skew_pop, adjusted as in spreadsheets and pandas.");
  number("kurt_pop", &moments::kurt_pop, "m4 / m2^2 - 3: excess.");
  number("kurt_sample", &moments::kurt_sample, "kurt_pop, adjusted as in spreadsheets and pandas.");
  number("bimodality_coefficient", &moments::bimodality_coefficient, "Sarle's: above 5/9 hints at two groups.");
  c.def(
      "merge", [](const moments& a, const moments& b) { return merge(a, b); }, arg("other"),
      "The moments of both parts together; equal to the whole's to rounding.");
  c.def("__repr__", [](const moments& s) {
    return py::str("Moments(n={:.10g}, mean={:.6g}, sd_sample={:.6g}, skew_sample={:.4g}, kurt_sample={:.4g})")
        .format(s.n(), s.mean(), s.sd_sample(), s.skew_sample(), s.kurt_sample());
  });
  m.def("moments", &bound_moments, arg("x"), arg("weights") = py::none(), py::kw_only(), arg("threads") = 1,
        "Moments of the finite rows of a column, weights finite and from 0 up (DataError names a row that is not); NaN "
        "and\n"
        "infinities are counted apart. The same rows in the same order give the same bits with any number of threads.");
}

py::object bound_quantile(O x, O p, O type, O weights) {
  if (const long long asked = one_count(type, "type"); asked != 7)
    throw contract_error("type: only 7 is offered (NumPy's, pandas' and R's default), not " + std::to_string(asked));
  const weighted in(x, weights);
  const column shares(p, "p");
  std::vector<double> found;
  {
    const py::gil_scoped_release others_may_run;
    found = in.weight ? quantiles(in.x(), shares.span(), in.w()) : quantiles(in.x(), shares.span());
  }
  if (shares.is_scalar()) return py::float_(found[0]);
  return py::array_t<double>(shares.shape(), found.data());
}

concentration concentration_of(O x) {
  const py::array_t<double> values = table_column(x, "x");
  const py::gil_scoped_release others_may_run;
  return concentration(span_of(values));
}

py::array_t<double> lorenz_of(const concentration& c) {
  const std::vector<double> held = c.lorenz();
  return py::array_t<double>(static_cast<py::ssize_t>(held.size()), held.data());
}

py::object top_share_of(const concentration& c, O share) {
  const column shares(share, "share");
  const std::span<const double> asked = shares.span();
  if (shares.is_scalar()) return py::float_(c.top_share(asked[0]).value);
  py::array_t<double> out(shares.shape());
  for (std::size_t i = 0; i < asked.size(); ++i) out.mutable_data()[i] = c.top_share(asked[i]).value;
  return out;
}

void define_concentration(py::module_& m) {
  py::class_<concentration>(m, "Concentration",
                            "How unequally a column of amounts is spread: sorted once, asked often.")
      .def(py::init(&concentration_of), arg("x"))
      .def_property_readonly("n", &concentration::n, "Rows that count.")
      .def_property_readonly("n_missing", &concentration::n_missing, "Rows that are NaN.")
      .def_property_readonly("n_infinite", &concentration::n_infinite, "Rows that are infinite.")
      .def_property_readonly("total", &concentration::total, "Sum of the rows that count.")
      .def_property_readonly(
          "reason", [](const concentration& c) { return std::string(name(c.reason())); },
          "'none', or why the measures are NaN: 'empty', 'negative_values', 'total_not_positive', 'overflow'.")
      .def_property_readonly(
          "gini", [](const concentration& c) { return c.gini().value; }, "As vl.gini(x).")
      .def_property_readonly(
          "gini_sample", [](const concentration& c) { return c.gini_sample().value; }, "As vl.gini(x, sample=True).")
      .def("top_share", &top_share_of, arg("share"), "As vl.top_share.")
      .def("lorenz", &lorenz_of, "As vl.lorenz.");
  m.def(
      "gini",
      [](O x, bool sample) {
        const concentration c = concentration_of(x);
        return (sample ? c.gini_sample() : c.gini()).value;
      },
      arg("x"), arg("sample") = false,
      "Gini coefficient of amounts from 0 up, or its estimate from a sample; NaN where vl.Concentration(x).reason says "
      "why.");
  m.def(
      "lorenz", [](O x) { return lorenz_of(concentration_of(x)); }, arg("x"),
      "Share of the total that the poorest i + 1 hold, for each of the n rows; empty where undefined (Lorenz 1905).");
  m.def(
      "top_share", [](O x, O share) { return top_share_of(concentration_of(x), share); }, arg("x"), arg("share"),
      "Share of the total that the richest share hold, in the shape of share; NaN where share is outside 0 to 1 or "
      "the\n"
      "column is not one of amounts (vl.Concentration(x).reason says why).");
}

bands fit_bands(O x, O method_name, O cuts, O shares, O weights, O threads) {
  const std::string method = one_text(method_name, "method");
  const weighted in(x, weights);
  const execution how = threads_argument(threads);
  const auto list = [](O source, const char* name) {
    const py::array_t<double> a = table_column(source, name);
    return std::vector<double>(a.data(), a.data() + a.size());
  };
  if (method == "z") {
    if (!shares.is_none()) throw contract_error("shares: they are for method='quantile'; z bands take cuts");
    z_bands wanted;
    if (!cuts.is_none()) wanted.cuts = list(cuts, "cuts");
    const py::gil_scoped_release others_may_run;
    return fit(wanted, in.x(), in.w(), how);
  }
  if (method == "quantile") {
    if (!cuts.is_none()) throw contract_error("cuts: they are for method='z'; quantile bands take shares");
    quantile_bands wanted;
    if (!shares.is_none()) wanted.shares = list(shares, "shares");
    const py::gil_scoped_release others_may_run;
    return fit(wanted, in.x(), in.w(), how);
  }
  throw contract_error("method: must be 'z' or 'quantile', not '" + method + "'");
}

py::dict origin_of_bands(const bands& b) {
  const band_provenance& o = b.origin();
  py::dict out;
  out["method"] = std::string(name(o.method));
  out["reason"] = std::string(name(o.reason));
  out["n_used"] = o.n_used;
  out["n_missing"] = o.n_missing;
  out["n_infinite"] = o.n_infinite;
  out["mean"] = o.mean;
  out["sd"] = o.sd;
  out["asked"] = o.asked;
  out["merged"] = o.merged;
  out["kept"] = o.kept;
  out["expected"] = o.expected;
  out["observed"] = o.observed;
  return out;
}

py::object codes_of(const bands& b, O x, O threads) {
  const column rows(x, "x");
  const execution how = threads_argument(threads);
  if (rows.is_scalar()) return py::int_(b.assign(rows.span()[0]));
  py::array_t<std::int8_t> out(rows.shape());
  const std::span<std::int8_t> codes(out.mutable_data(), static_cast<std::size_t>(out.size()));
  {
    const py::gil_scoped_release others_may_run;
    b.assign(rows.span(), codes, how);
  }
  return out;
}

py::object names_of(const bands& b, O x, O threads) {
  const py::object codes = codes_of(b, x, threads);
  if (py::isinstance<py::int_>(codes)) return py::str(std::string(b.name(codes.cast<int>())));
  py::list known;
  for (std::size_t i = 0; i < b.size(); ++i) known.append(std::string(b.name(static_cast<int>(i))));
  known.append(std::string(b.name(missing_band)));  // code -1 is the last one
  const auto numpy = py::module_::import("numpy");
  return numpy.attr("array")(known, py::arg("dtype") = "O").attr("take")(codes.attr("astype")("intp"));
}

void define_bands(py::module_& m) {
  py::class_<bands>(m, "Bands", "Cuts in ascending order; a band is [low, high). Fitted once, applied to any rows.")
      .def(py::init([](O cuts) {
             const py::array_t<double> a = table_column(cuts, "cuts");
             return bands(std::vector<double>(a.data(), a.data() + a.size()));
           }),
           arg("cuts"))
      .def_static("fit", &fit_bands, arg("x"), arg("method") = "z", py::kw_only(), arg("cuts") = py::none(),
                  arg("shares") = py::none(), arg("weights") = py::none(), arg("threads") = 1,
                  "method='z': cuts in units of the sample's standard deviation around the mean (-2, -1, 1, 2);\n"
                  "method='quantile': shares of the rows below each cut (0.2, 0.4, 0.6, 0.8).")
      .def("__len__", &bands::size)
      .def_property_readonly(
          "cuts",
          [](const bands& b) {
            return py::array_t<double>(static_cast<py::ssize_t>(b.cuts().size()), b.cuts().data());
          },
          "In ascending order.")
      .def_property_readonly(
          "names",
          [](const bands& b) {
            std::vector<std::string> out;
            for (std::size_t i = 0; i < b.size(); ++i) out.emplace_back(b.name(static_cast<int>(i)));
            return out;
          },
          "Of the bands, lowest first.")
      .def_property_readonly("origin", &origin_of_bands,
                             "Where the cuts come from: what was asked, what the column held.")
      .def("assign", &names_of, arg("x"), py::kw_only(), arg("threads") = 1,
           "Name of each row's band; 'missing' for NaN.")
      .def("codes", &codes_of, arg("x"), py::kw_only(), arg("threads") = 1,
           "Place of each row's band, 0 the lowest; -1 for NaN.")
      .def(py::pickle(
          [](const bands& b) {
            const band_provenance& o = b.origin();
            return py::make_tuple(std::vector<double>(b.cuts().begin(), b.cuts().end()), static_cast<int>(o.method),
                                  static_cast<int>(o.reason), o.n_used, o.n_missing, o.n_infinite, o.mean, o.sd,
                                  o.asked, o.merged, o.kept, o.expected, o.observed);
          },
          [](const py::tuple& t) {
            if (t.size() != 13) throw contract_error("Bands: this was pickled by another version");
            using numbers = std::vector<double>;
            return bands(t[0].cast<numbers>(), {.method = static_cast<band_method>(t[1].cast<int>()),
                                                .reason = static_cast<band_reason>(t[2].cast<int>()),
                                                .n_used = t[3].cast<std::size_t>(),
                                                .n_missing = t[4].cast<std::size_t>(),
                                                .n_infinite = t[5].cast<std::size_t>(),
                                                .mean = t[6].cast<double>(),
                                                .sd = t[7].cast<double>(),
                                                .asked = t[8].cast<numbers>(),
                                                .merged = t[9].cast<numbers>(),
                                                .kept = t[10].cast<numbers>(),
                                                .expected = t[11].cast<numbers>(),
                                                .observed = t[12].cast<numbers>()});
          }))
      .def("__repr__", [](const bands& b) {
        return "Bands(" +
               py::repr(py::cast(std::vector<double>(b.cuts().begin(), b.cuts().end()))).cast<std::string>() +
               ", method=" + std::string(name(b.origin().method)) + ", reason=" + std::string(name(b.origin().reason)) +
               ")";
      });
}

}  // namespace

void bind_population(py::module_& m) {
  define_moments(m);
  m.def(
      "quantile", &bound_quantile, arg("x"), arg("p"), arg("type") = 7, arg("weights") = py::none(),
      "Quantiles of the rows that are not NaN, in the shape of p (ContractError outside 0 to 1); NaN where no row is\n"
      "left. type=7 interpolates as NumPy and R do (Hyndman & Fan 1996); with weights the distribution function is\n"
      "inverted, without interpolation.");
  define_concentration(m);
  define_bands(m);
}

}  // namespace valorem::python

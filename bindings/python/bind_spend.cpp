// Room 3, what a purchase is worth; and models as text.
#include "bindings.hpp"
#include "draws.hpp"
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/saved_covariates.hpp>
#include <valorem/summary/compress.hpp>

#include <pybind11/stl.h>

#include <type_traits>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

template <class F>
py::object per_spend(O frequency, O monetary_value, O threads, O out, F f) {
  return compute_rows({{"frequency", frequency}, {"monetary_value", monetary_value}}, out, threads,
                      [&](const batch& b, std::size_t i) {
                        return f(spend_history{b(0, i), b(1, i)});
                      });
}

/// Spends as fit reads them: f(rows, how) with Python's lock released.
template <class F>
auto with_spends(O frequency, O monetary_value, O weights, O threads, F f) {
  const py::array_t<double> x = table_column(frequency, "frequency");
  const py::array_t<double> mean = table_column(monetary_value, "monetary_value");
  const weights_argument w(weights);
  const execution how = threads_argument(threads);
  const py::gil_scoped_release others_may_run;
  return f(compress_spend({x.data(), static_cast<std::size_t>(x.size())},
                          {mean.data(), static_cast<std::size_t>(mean.size())}, w.span()),
           how);
}

fit_record fit_gamma_gamma(O frequency, O monetary_value, O weights, O prior, O threads) {
  const penalty known = penalty_argument(prior);
  return warned(record_of(
      with_spends(frequency, monetary_value, weights, threads, [&](const weighted_spends& rows, const execution& how) {
        return fit_spend(rows.x, rows.mean_spend, rows.weight, how, known);
      })));
}

py::array_t<double> profile_gamma_gamma(const fit_record& record, O frequency, O monetary_value, O weights, O level,
                                        O threads) {
  const fit_result<gamma_gamma> f = result_of<gamma_gamma>(record);
  const double covered = one_number(level, "level");
  return ends_array(
      with_spends(frequency, monetary_value, weights, threads, [&](const weighted_spends& rows, const execution& how) {
        return profile_spend_intervals(rows.x, rows.mean_spend, rows.weight, f, covered, how);
      }));
}

draws_record draws_of_gamma_gamma(const fit_record& record, O frequency, O monetary_value, O weights, O size, O seed,
                                  O proposals, O threads) {
  const fit_result<gamma_gamma> f = result_of<gamma_gamma>(record);
  const draw_options asked = draws_asked(size, seed, proposals);
  return warned(record_of(
      with_spends(frequency, monetary_value, weights, threads, [&](const weighted_spends& rows, const execution& how) {
        return draw_spend_posterior(rows.x, rows.mean_spend, rows.weight, f, asked, how);
      })));
}

py::object bootstrapped_gamma_gamma(const fit_record& record, O frequency, O monetary_value, O weights, O size, O seed,
                                    O threads) {
  const fit_result<gamma_gamma> f = result_of<gamma_gamma>(record);
  const bootstrap_options asked = bootstrap_asked(size, seed);
  return table_of(
      with_spends(frequency, monetary_value, weights, threads, [&](const weighted_spends& rows, const execution& how) {
        return bootstrap_spend(rows.x, rows.mean_spend, rows.weight, f, asked, how);
      }));
}

}  // namespace

void bind_spend(py::module_& m) {
  py::class_<gamma_gamma> c(m, "GammaGamma",
                            "Gamma-Gamma (Fader, Hardie & Lee 2005): what a purchase is worth. v in money; it is the\n"
                            "papers' gamma.");
  define_model(c, "GammaGamma");
  const auto verb = [&c](const char* name, auto f, const char* doc) {
    c.def(
        name,
        [f](const gamma_gamma& g, O frequency, O monetary_value, O threads, O out) {
          return per_spend(frequency, monetary_value, threads, out, [&](const spend_history& s) { return f(g, s); });
        },
        arg("frequency"), arg("monetary_value"), py::kw_only(), arg("threads") = 1, arg("out") = py::none(), doc);
  };
  verb(
      "log_likelihood", [](const gamma_gamma& g, const spend_history& s) { return log_likelihood(g, s); },
      "ln density of a customer's mean spend over frequency repeat purchases; 0 where frequency is 0, NaN where status "
      "is\n"
      "not 'ok'. frequency whole, from 0 up; monetary_value above 0, in the currency of v. They broadcast.");
  verb(
      "expected_spend", [](const gamma_gamma& g, const spend_history& s) { return expected_spend(g, s); },
      "Expected value of her next purchase, in money; the population's mean where frequency is 0; NaN where q <= 1 "
      "leaves\n"
      "none, or the row is bad (see status).");
  verb(
      "spend_sd", [](const gamma_gamma& g, const spend_history& s) { return spend_sd(g, s); },
      "Standard deviation of her mean spend, given the history, in money; NaN where it does not exist.");
  c.def(
      "simulate",
      [](const gamma_gamma& g, O frequency, O seed, O threads, O out) {
        return compute_rows({{"frequency", frequency}}, out, threads,
                            [&g, number = seed_argument(seed)](const batch& b, std::size_t i) {
                              return simulate(g, b(0, i), number, i).mean;
                            });
      },
      arg("frequency"), arg("seed"), py::kw_only(), arg("threads") = 1, arg("out") = py::none(),
      "Mean spends over frequency purchases of customers that the model imagines, in money; 0 where frequency is 0. "
      "Row "
      "i\n"
      "is a function of the seed (whole, from 0 up) and i alone, and independent of what a model of purchases "
      "simulates\n"
      "with that seed.");
  c.def(
      "status",
      [](const gamma_gamma& g, O frequency, O monetary_value) {
        const batch b({{"frequency", frequency}, {"monetary_value", monetary_value}}, py::none(), py::int_(1));
        std::vector<status> why(b.size());
        for (std::size_t i = 0; i < why.size(); ++i) why[i] = spend_status(g, {b(0, i), b(1, i)});
        return b.names(why);
      },
      arg("frequency"), arg("monetary_value"), "Why expected_spend is NaN: 'ok', 'missing', 'invalid' or 'undefined'.");
  c.def_static("profile_intervals", &profile_gamma_gamma, arg("fit"), arg("frequency"), arg("monetary_value"),
               arg("weights") = py::none(), py::kw_only(), arg("level") = 0.95, arg("threads") = 1, profile_doc);
  c.def_static("draws", &draws_of_gamma_gamma, arg("fit"), arg("frequency"), arg("monetary_value"),
               arg("weights") = py::none(), py::kw_only(), arg("size") = 1000, arg("seed"), arg("proposals") = 4000,
               arg("threads") = 1, draws_doc);
  c.def_static("bootstrap", &bootstrapped_gamma_gamma, arg("fit"), arg("frequency"), arg("monetary_value"),
               arg("weights") = py::none(), py::kw_only(), arg("size") = 200, arg("seed"), arg("threads") = 1,
               bootstrap_doc);
  const std::string fit_doc =
      "Maximum likelihood over customers with frequency >= 1 and a mean spend above 0; the others are left out. "
      "Raises\n"
      "DataError where none is left; warns with ConvergenceWarning where there is no sharp maximum.\n" +
      std::string(penalty_doc);
  c.def_static("fit", &fit_gamma_gamma, arg("frequency"), arg("monetary_value"), arg("weights") = py::none(),
               arg("penalty") = py::none(), py::kw_only(), arg("threads") = 1, fit_doc.c_str());

  m.def(
      "load_model",
      [](O text) {
        const std::string json = one_text(text, "text");
        const auto held = [](const auto& model) -> py::object { return py::cast(model); };
        // The schema's name says who reads it; where it stands elsewhere, that reader refuses the text in its place.
        if (json.find("\"valorem-covariate-model/") != std::string::npos) {
          return std::visit(held, read_covariate_model(json).value());
        }
        return std::visit(held, read_model(json).value());
      },
      arg("text"), "The model that to_json wrote; ProgramError says where a text is wrong.");
}

}  // namespace valorem::python

// Room 3, what a purchase is worth; and models as text.
#include "bindings.hpp"
#include "draws.hpp"
#include "gradients.hpp"
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/saved_covariates.hpp>
#include <valorem/model/spend_distribution.hpp>
#include <valorem/summary/compress.hpp>

#include <pybind11/stl.h>

#include <span>
#include <string>
#include <type_traits>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

/// f(history, at) of each row; without frequency and monetary_value, of a new customer.
template <class F>
py::object per_spend(O frequency, O monetary_value, const argument& at, O threads, O out, F f) {
  if (frequency.is_none() != monetary_value.is_none()) {
    throw contract_error("a history is frequency and monetary_value: give both, or neither for a new customer");
  }
  const py::float_ none(0.0);
  const bool fresh = frequency.is_none();
  return compute_rows({{"frequency", fresh ? none : frequency}, {"monetary_value", fresh ? none : monetary_value}, at},
                      out, threads, [&](const batch& b, std::size_t i) {
                        return f(spend_history{b(0, i), b(1, i)}, b(2, i));
                      });
}

py::object log_likelihoods(const gamma_gamma& g, O frequency, O monetary_value, O log_spend, O threads, O out) {
  if (log_spend.is_none()) {
    return compute_rows({{"frequency", frequency}, {"monetary_value", monetary_value}}, out, threads,
                        [&](const batch& b, std::size_t i) {
                          return log_likelihood(g, spend_history{b(0, i), b(1, i)});
                        });
  }
  return compute_rows({{"frequency", frequency}, {"monetary_value", monetary_value}, {"log_spend", log_spend}}, out,
                      threads, [&](const batch& b, std::size_t i) {
                        return log_likelihood(g, itemised_spend{b(0, i), b(1, i), b(2, i)});
                      });
}

py::array_t<double> gradients(const gamma_gamma& g, O frequency, O monetary_value, O log_spend, O threads, O out) {
  constexpr std::size_t k = parameter_count<gamma_gamma>;
  const auto moving = basic_gamma_gamma<numeric::dual<k>>::from(variables_of(g));
  if (log_spend.is_none()) {
    return gradient_rows<k>({{"frequency", frequency}, {"monetary_value", monetary_value}}, out, threads,
                            [&](const batch& b, std::size_t i) {
                              return log_likelihood(moving, spend_history{b(0, i), b(1, i)});
                            });
  }
  return gradient_rows<k>({{"frequency", frequency}, {"monetary_value", monetary_value}, {"log_spend", log_spend}}, out,
                          threads, [&](const batch& b, std::size_t i) {
                            return log_likelihood(moving, itemised_spend{b(0, i), b(1, i), b(2, i)});
                          });
}

/// Which moment of her mean spend a verb needs.
double moment_for(const std::string& verb) {
  if (verb == "expected_spend") return 1;
  if (verb == "spend_sd") return 2;
  for (const char* const name : {"log_likelihood", "spend_cdf", "spend_quantile", "next_spend_cdf"}) {
    if (verb == name) return 0;
  }
  throw contract_error("of: no verb of GammaGamma is called '" + verb + "'");
}

py::object spend_statuses(const gamma_gamma& g, O frequency, O monetary_value, O log_spend, O of) {
  const double moment = moment_for(one_text(of, "of"));
  const py::float_ none(0.0);
  const bool itemised = !log_spend.is_none();
  const batch b(
      {{"frequency", frequency}, {"monetary_value", monetary_value}, {"log_spend", itemised ? log_spend : none}},
      py::none(), py::int_(1));
  std::vector<status> why(b.size());
  for (std::size_t i = 0; i < why.size(); ++i) {
    why[i] = spend_status(g, {b(0, i), b(1, i)}, moment);
    if (itemised && why[i] == status::ok) why[i] = check(itemised_spend{b(0, i), b(1, i), b(2, i)});
  }
  return b.names(why);
}

std::span<const double> span_over(const py::array_t<double>& column) {
  return {column.data(), static_cast<std::size_t>(column.size())};
}

/// Mean spends as fit reads them: f(rows, how) with Python's lock released.
template <class F>
auto with_spends(O frequency, O monetary_value, O weights, O threads, F f) {
  const py::array_t<double> x = table_column(frequency, "frequency");
  const py::array_t<double> mean = table_column(monetary_value, "monetary_value");
  const weights_argument w(weights);
  const execution how = threads_argument(threads);
  const py::gil_scoped_release others_may_run;
  return f(compress_spend(span_over(x), span_over(mean), w.span()), how);
}

/// With log_spend of_purchases(rows, how) of purchases one by one, else of_means as above.
template <class F, class G>
auto with_spends(O frequency, O monetary_value, O weights, O log_spend, O threads, F of_means, G of_purchases) {
  if (log_spend.is_none()) return with_spends(frequency, monetary_value, weights, threads, of_means);
  const py::array_t<double> x = table_column(frequency, "frequency");
  const py::array_t<double> mean = table_column(monetary_value, "monetary_value");
  const py::array_t<double> logs = table_column(log_spend, "log_spend");
  const weights_argument w(weights);
  const execution how = threads_argument(threads);
  const py::gil_scoped_release others_may_run;
  return of_purchases(compress_itemised_spend(span_over(x), span_over(mean), span_over(logs), w.span()), how);
}

fit_record fit_gamma_gamma(O frequency, O monetary_value, O weights, O prior, O log_spend, O threads) {
  const penalty known = penalty_argument(prior);
  const fit_record out = warned(record_of(with_spends(
      frequency, monetary_value, weights, log_spend, threads,
      [&](const weighted_spends& rows, const execution& how) {
        return fit_spend(rows.x, rows.mean_spend, rows.weight, how, known);
      },
      [&](const weighted_itemised_spends& rows, const execution& how) {
        return fit_itemised_spend(rows.x, rows.mean_spend, rows.sum_log_spend, rows.weight, how, known);
      })));
  const py::array_t<double> x = table_column(frequency, "frequency");
  const py::array_t<double> mean = table_column(monetary_value, "monetary_value");
  const weights_argument w(weights);
  const weights_argument logs(log_spend, "log_spend");
  warn_left_out(out.name, span_over(x).size(), w.span(), [&](std::size_t i) {
    const spend_history s{span_over(x)[i], span_over(mean)[i]};
    return log_spend.is_none() ? check(s) : check(itemised_spend{s.x, s.mean, logs.span()[i]});
  });
  return out;
}

py::array_t<double> profile_gamma_gamma(const fit_record& record, O frequency, O monetary_value, O weights, O log_spend,
                                        O level, O threads) {
  const fit_result<gamma_gamma> f = result_of<gamma_gamma>(record);
  const double covered = one_number(level, "level");
  return ends_array(with_spends(
      frequency, monetary_value, weights, log_spend, threads,
      [&](const weighted_spends& rows, const execution& how) {
        return profile_spend_intervals(rows.x, rows.mean_spend, rows.weight, f, covered, how);
      },
      [&](const weighted_itemised_spends& rows, const execution& how) {
        return profile_itemised_spend_intervals(rows.x, rows.mean_spend, rows.sum_log_spend, rows.weight, f, covered,
                                                how);
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

/// Verbs of her mean spend: without a history, of a new customer.
void define_spend_verbs(py::class_<gamma_gamma>& c) {
  const auto verb = [&c](const char* name, auto f, const char* doc) {
    c.def(
        name,
        [f](const gamma_gamma& g, O frequency, O monetary_value, O threads, O out) {
          const py::float_ nothing(0.0);
          return per_spend(frequency, monetary_value, {"nothing", nothing}, threads, out,
                           [&](const spend_history& s, double) { return f(g, s); });
        },
        maybe("frequency"), maybe("monetary_value"), py::kw_only(), arg("threads") = 1, maybe("out"), doc);
  };
  verb(
      "expected_spend", [](const gamma_gamma& g, const spend_history& s) { return expected_spend(g, s); },
      "Expected value of her next purchase, in money; the population's mean where frequency is 0, or without a "
      "history;\n"
      "NaN where q <= 1 leaves none, or the row is bad (see status).");
  verb(
      "spend_sd", [](const gamma_gamma& g, const spend_history& s) { return spend_sd(g, s); },
      "Standard deviation of her mean spend, given the history, in money; NaN where it does not exist.");
  const auto verb_at = [&c](const char* name, const char* at, auto f, const char* doc) {
    c.def(
        name,
        [f, at](const gamma_gamma& g, O where, O frequency, O monetary_value, O threads, O out) {
          return per_spend(frequency, monetary_value, {at, where}, threads, out,
                           [&](const spend_history& s, double x) { return f(g, s, x); });
        },
        arg(at), maybe("frequency"), maybe("monetary_value"), py::kw_only(), arg("threads") = 1, maybe("out"), doc);
  };
  verb_at(
      "spend_cdf", "m", [](const gamma_gamma& g, const spend_history& s, double m) { return spend_cdf(g, s, m); },
      "P(her mean spend is at most m), m in money from 0 up: given her history, or without one of a new customer. It "
      "exists\n"
      "for every q. NaN outside. They broadcast.");
  verb_at(
      "spend_quantile", "u",
      [](const gamma_gamma& g, const spend_history& s, double u) { return spend_quantile(g, s, u); },
      "The amount, in money, below which her mean spend lies with chance u, 0 <= u <= 1: 0 at 0, inf at 1. NaN "
      "outside.\n"
      "spend_quantile([0.05, 0.95], f, m) is a 90 % interval of one customer; of a column give u as [[0.05], [0.95]].");
  verb_at(
      "next_spend_cdf", "z",
      [](const gamma_gamma& g, const spend_history& s, double z) { return next_spend_cdf(g, s, z); },
      "P(her next purchase is worth at most z), z in money from 0 up: wider than her mean spend, for purchases of one\n"
      "customer differ. NaN outside.");
}

}  // namespace

void bind_spend(py::module_& m) {
  py::class_<gamma_gamma> c(m, "GammaGamma",
                            "Gamma-Gamma (Fader, Hardie & Lee 2005): what a purchase is worth. v in money; it is the\n"
                            "papers' gamma.");
  define_model(c, "GammaGamma");
  c.def("log_likelihood", &log_likelihoods, arg("frequency"), arg("monetary_value"), py::kw_only(), maybe("log_spend"),
        arg("threads") = 1, maybe("out"),
        "ln density of a customer's mean spend over frequency repeat purchases; 0 where frequency is 0, NaN where "
        "status is\n"
        "not 'ok'. frequency whole, from 0 up; monetary_value above 0, in the currency of v. They broadcast. With "
        "log_spend,\n"
        "the sum of ln(amount) over these purchases (a summary's sum_log_spend), it is the density of the purchases "
        "one by one.");
  c.def("log_likelihood_gradient", &gradients, arg("frequency"), arg("monetary_value"), py::kw_only(),
        maybe("log_spend"), threads_one(), no_out(),
        "d log_likelihood / d (p, q, v), in one more axis at the end; NaN where log_likelihood is.");
  define_spend_verbs(c);
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
  c.def("status", &spend_statuses, arg("frequency"), arg("monetary_value"), py::kw_only(), maybe("log_spend"),
        arg("of") = "expected_spend",
        "Why the verb `of` is NaN: 'ok', 'missing', 'invalid' or 'undefined'. A log_spend that no purchases of this "
        "mean\n"
        "have (above frequency * ln(monetary_value), or below it for one purchase) is 'invalid'.");
  c.def_static("profile_intervals", &profile_gamma_gamma, arg("fit"), arg("frequency"), arg("monetary_value"),
               maybe("weights"), maybe("log_spend"), py::kw_only(), arg("level") = 0.95, arg("threads") = 1,
               profile_doc);
  c.def_static("draws", &draws_of_gamma_gamma, arg("fit"), arg("frequency"), arg("monetary_value"), maybe("weights"),
               py::kw_only(), arg("size") = 1000, arg("seed"), arg("proposals") = 4000, arg("threads") = 1, draws_doc);
  c.def_static("bootstrap", &bootstrapped_gamma_gamma, arg("fit"), arg("frequency"), arg("monetary_value"),
               maybe("weights"), py::kw_only(), arg("size") = 200, arg("seed"), arg("threads") = 1, bootstrap_doc);
  const std::string fit_doc =
      "Maximum likelihood over customers with frequency >= 1 and a mean spend above 0; the others are left out. With\n"
      "log_spend, over their purchases one by one, which tell more; rows whose status is then not 'ok' are left out. "
      "Raises\n"
      "DataError where none is left; warns with ConvergenceWarning where there is no sharp maximum.\n" +
      std::string(penalty_doc);
  c.def_static("fit", &fit_gamma_gamma, arg("frequency"), arg("monetary_value"), maybe("weights"), maybe("penalty"),
               maybe("log_spend"), py::kw_only(), arg("threads") = 1, fit_doc.c_str());

  m.def(
      "load_model",
      [](O text) {
        const std::string json = json_text(text, "text");
        const auto held = [](const auto& model) -> py::object { return py::cast(model); };
        if (json.find("\"valorem-fitted-model/") != std::string::npos) {
          throw contract_error("text: this is a fitted model: vl.FittedModel.from_json reads it");
        }
        // The schema's name says who reads it; where it stands elsewhere, that reader refuses the text in its place.
        if (json.find("\"valorem-covariate-model/") != std::string::npos) {
          return std::visit(held, read_covariate_model(json).value());
        }
        return std::visit(held, read_model(json).value());
      },
      arg("text"), "The model that to_json wrote; ProgramError says where a text is wrong.");
}

}  // namespace valorem::python

// Contracts and spends whose customers differ by covariates.
#include "covariates.hpp"
#include <valorem/summary/compress.hpp>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

covariate_record fit_churn(O duration, O churned, O weights, O covariates, O penalty, O priors, O threads) {
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
  const covariate_record out = covariate_record_of(result);
  warn_left_out(out.name, span_of(t).size(), w.span(), [&](std::size_t i) {
    return check(contract_history{span_of(t)[i], span_of(ended)[i]});
  });
  return out;
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
  const covariate_record out = covariate_record_of(result);
  warn_left_out(out.name, span_of(x).size(), w.span(), [&](std::size_t i) {
    return check(spend_history{span_of(x)[i], span_of(mean)[i]});
  });
  return out;
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

}  // namespace

void bind_covariate_contracts(py::module_& module) {
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
  plain.def_static("fit", &fit_churn, py::kw_only(), arg("duration"), arg("churned"), maybe("weights"),
                   arg("covariates"), arg("coefficient_penalty") = 0.0, maybe("coefficient_priors"), threads_one(),
                   "Maximum likelihood of single contracts with covariates, a CovariateFit: each moves the process "
                   "'churn'. The\nother arguments as in BGNBD.fit.");
}

void bind_covariate_spend(py::module_& module) {
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

}  // namespace valorem::python

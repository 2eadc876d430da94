// Room 3, contracts: how long customers stay whose leaving is seen.
#include "bindings.hpp"
#include "draws.hpp"
#include "gradients.hpp"
#include <valorem/model/fit_contracts.hpp>
#include <valorem/model/kaplan_meier.hpp>

#include <pybind11/stl.h>

#include <array>
#include <cstddef>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

/// True: the cohort is given, lost and survivors. False: single contracts, duration and churned.
bool cohort_given(O lost, O survivors, O duration, O churned) {
  const bool cohort = !lost.is_none() && !survivors.is_none() && duration.is_none() && churned.is_none();
  const bool single = lost.is_none() && survivors.is_none() && !duration.is_none() && !churned.is_none();
  if (!cohort && !single) {
    throw contract_error(
        "contracts are lost and survivors of a cohort, or duration and churned of each: give one pair");
  }
  return cohort;
}

std::span<const double> span_of(const py::array_t<double>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

/// churned as numbers: a flag may come as True and False too.
py::object flags(O churned) {
  if (PyBool_Check(churned.ptr()) != 0) return py::float_(churned.ptr() == Py_True ? 1.0 : 0.0);
  if (!py::isinstance<py::array>(churned) && !py::isinstance<py::list>(churned)) return churned;
  const py::object array = py::module_::import("numpy").attr("asarray")(churned);
  const bool boolean = array.attr("dtype").attr("kind").cast<std::string>() == "b";
  return boolean ? array.attr("astype")("float64") : churned;
}

/// A cohort's counts, kept alive.
struct cohort_argument {
  cohort_argument(O lost_source, O survivors_source)
      : lost(table_column(lost_source, "lost")), survivors(one_number(survivors_source, "survivors")) {}
  [[nodiscard]] cohort view() const { return {span_of(lost), survivors}; }

  py::array_t<double> lost;
  double survivors;
};

contract_history contract_at(const batch& b, std::size_t i) {
  return {b(0, i), b(1, i)};
}

/// Rows of either kind, brought to their compressed form.
compressed_contracts contracts_of(O lost, O survivors, O duration, O churned, O weights) {
  if (cohort_given(lost, survivors, duration, churned)) {
    if (!weights.is_none())
      throw contract_error("weights belong to duration and churned: lost already counts customers");
    return compress(cohort_argument(lost, survivors).view());
  }
  const py::array_t<double> t = table_column(duration, "duration");
  const py::array_t<double> ended = table_column(flags(churned), "churned");
  const weights_argument w(weights);
  const py::gil_scoped_release others_may_run;
  return compress(weighted_contracts{{span_of(t), span_of(ended)}, w.span()});
}

template <class M>
fit_record fit_contracts_of(O lost, O survivors, O duration, O churned, O weights, O prior, O threads) {
  const penalty known = penalty_argument(prior);
  const execution how = threads_argument(threads);
  const compressed_contracts rows = contracts_of(lost, survivors, duration, churned, weights);
  fit_result<M> result;
  {
    const py::gil_scoped_release others_may_run;
    result = fit<M>(rows, how, known);
  }
  const fit_record out = warned(record_of(result));
  if (duration.is_none()) return out;
  const py::array_t<double> t = table_column(duration, "duration");
  const py::array_t<double> ended = table_column(flags(churned), "churned");
  const weights_argument w(weights);
  warn_left_out(out.name, span_of(t).size(), w.span(), [&](std::size_t i) {
    return check(contract_history{span_of(t)[i], span_of(ended)[i]});
  });
  return out;
}

template <class M>
py::array_t<double> contract_profile(const fit_record& record, O lost, O survivors, O duration, O churned, O weights,
                                     O level, O threads) {
  const fit_result<M> f = result_of<M>(record);
  const double covered = one_number(level, "level");
  const execution how = threads_argument(threads);
  const compressed_contracts rows = contracts_of(lost, survivors, duration, churned, weights);
  intervals_of<M> ends{};
  {
    const py::gil_scoped_release others_may_run;
    ends = profile_intervals<M>(rows, f, covered, how);
  }
  return ends_array(ends);
}

template <class M>
draws_record contract_draws(const fit_record& record, O lost, O survivors, O duration, O churned, O weights, O size,
                            O seed, O proposals, O threads) {
  const fit_result<M> f = result_of<M>(record);
  const draw_options asked = draws_asked(size, seed, proposals);
  const execution how = threads_argument(threads);
  const compressed_contracts rows = contracts_of(lost, survivors, duration, churned, weights);
  posterior_draws<M> drawn;
  {
    const py::gil_scoped_release others_may_run;
    drawn = draw_posterior(rows, f, asked, how);
  }
  return warned(record_of(drawn));
}

template <class M>
py::object contract_bootstrap(const fit_record& record, O lost, O survivors, O size, O seed, O threads) {
  const fit_result<M> f = result_of<M>(record);
  const bootstrap_options asked = bootstrap_asked(size, seed);
  const execution how = threads_argument(threads);
  const cohort_argument group(lost, survivors);
  bootstrap_fits<M> fits;
  {
    const cohort counts = group.view();
    const py::gil_scoped_release others_may_run;
    fits = bootstrap(counts, f, asked, how);
  }
  return table_of(fits);
}

template <template <class> class B>
py::array_t<double> contract_gradients(const B<double>& m, O lost, O survivors, O duration, O churned) {
  constexpr std::size_t k = parameter_count<B<double>>;
  const auto moving = B<numeric::dual<k>>::from(variables_of(m));
  if (cohort_given(lost, survivors, duration, churned)) {
    const auto l = log_likelihood(moving, cohort_argument(lost, survivors).view());
    return py::array_t<double>(static_cast<py::ssize_t>(k), l.g.data());
  }
  return gradient_rows<k>({{"duration", duration}, {"churned", flags(churned)}}, py::none(), py::int_(1),
                          [&](const batch& b, std::size_t i) { return log_likelihood(moving, contract_at(b, i)); });
}

/// A verb of one argument.
template <class M, class F>
void define_verb(py::class_<M>& c, const char* name, const char* input, F f, const char* doc) {
  c.def(
      name,
      [f, input](const M& m, O x, O threads, O out) {
        return compute_rows({{input, x}}, out, threads, [&](const batch& b, std::size_t i) { return f(m, b(0, i)); });
      },
      arg(input), py::kw_only(), threads_one(), maybe("out"), doc);
}

template <class M>
void define_lifetimes(py::class_<M>& c) {
  define_verb(
      c, "survival", "t", [](const M& m, double t) { return survival(m, t); },
      "The chance of still being there after t whole periods.");
  define_verb(
      c, "log_survival", "t", [](const M& m, double t) { return log_survival(m, t); },
      "Its logarithm, exact where the chance itself underflows.");
  define_verb(
      c, "retention", "t", [](const M& m, double t) { return retention(m, t); },
      "The share that stays for period t of those who were there in period t - 1: survival(t) / survival(t - 1).");
  define_verb(
      c, "pmf", "t", [](const M& m, double t) { return pmf(m, t); }, "P(the contract ends with period t).");
  define_verb(
      c, "expected_lifetime", "rate", [](const M& m, double rate) { return expected_lifetime(m, rate); },
      "Discounted expected lifetime (DEL) of a new customer: the sum over t >= 0 of survival(t) / (1 + rate)^t, rate "
      "per "
      "period.\ninf where the sum does not converge.");
  c.def(
      "residual_lifetime",
      [](const M& m, O rate, O renewals, O threads, O out) {
        return compute_rows({{"rate", rate}, {"renewals", renewals}}, out, threads,
                            [&](const batch& b, std::size_t i) { return residual_lifetime(m, b(0, i), b(1, i)); });
      },
      arg("rate"), arg("renewals"), py::kw_only(), threads_one(), maybe("out"),
      "Discounted expected residual lifetime (DERL) just before renewal number n = renewals >= 1: the sum over t >= n "
      "of\n"
      "survival(t) / survival(n - 1) / (1 + rate)^(t - n).");
  c.def(
      "expected_residual_lifetime",
      [](const M& m, O horizon, O renewals, O threads, O out) {
        return compute_rows(
            {{"horizon", horizon}, {"renewals", renewals}}, out, threads,
            [&](const batch& b, std::size_t i) { return expected_residual_lifetime(m, b(0, i), b(1, i)); });
      },
      arg("horizon"), arg("renewals") = 1.0, py::kw_only(), threads_one(), maybe("out"),
      "Expected periods within the next horizon, whole or inf, of a customer just before renewal number renewals; 1 is "
      "a\n"
      "new customer.");
}

template <template <class> class B>
void define_contract_model(py::module_& module, const char* class_name, const char* doc) {
  using M = B<double>;
  py::class_<M> c(module, class_name, doc);
  define_model(c, class_name);
  c.def(
      "log_likelihood",
      [](const M& m, O lost, O survivors, O duration, O churned, O threads, O out) -> py::object {
        if (cohort_given(lost, survivors, duration, churned)) {
          return py::float_(log_likelihood(m, cohort_argument(lost, survivors).view()));
        }
        const py::object ended = flags(churned);
        return compute_rows({{"duration", duration}, {"churned", ended}}, out, threads,
                            [&](const batch& b, std::size_t i) { return log_likelihood(m, contract_at(b, i)); });
      },
      py::kw_only(), maybe("lost"), maybe("survivors"), maybe("duration"), maybe("churned"), threads_one(),
      maybe("out"),
      "ln likelihood of a cohort, lost[i] of whom left at the end of period i + 1 while survivors stayed, as one "
      "number;\n"
      "or of single contracts: churned 1 where one ended with period duration, 0 where it still ran then.");
  c.def("log_likelihood_gradient", &contract_gradients<B>, py::kw_only(), maybe("lost"), maybe("survivors"),
        maybe("duration"), maybe("churned"),
        "d log_likelihood / d parameter, one more axis at the end, in constructor order.");
  c.def(
      "status",
      [](const M&, O duration, O churned) {
        const py::object ended = flags(churned);
        const batch b({{"duration", duration}, {"churned", ended}}, py::none(), py::int_(1));
        std::vector<status> why(b.size());
        for (std::size_t i = 0; i < why.size(); ++i) why[i] = check(contract_at(b, i));
        return b.names(why);
      },
      arg("duration"), arg("churned"), "Why a contract's log_likelihood is NaN: 'ok', 'missing' or 'invalid'.");
  define_lifetimes(c);
  c.def(
      "simulate",
      [](const M& m, O T, O seed, O size, O threads) {
        return simulated_table(std::array{"duration", "churned"}, T, seed, size, threads,
                               [&](double t, std::uint64_t number, std::size_t i) {
                                 const contract_history h = simulate(m, t, number, i);
                                 return std::array{h.duration, h.churned};
                               });
      },
      arg("T"), arg("seed"), maybe("size"), py::kw_only(), threads_one(),
      "A table of contracts that the model imagines, as fit reads them: duration, and churned: 1 where it ended within "
      "T\n"
      "whole periods, 0 where it still runs after T. T: one number for size contracts, or a number for each; a row "
      "whose\n"
      "T is illegal is NaN. Row i is a function of the seed (whole, from 0 up) and i alone.");
  c.def_static("profile_intervals", &contract_profile<M>, arg("fit"), py::kw_only(), maybe("lost"), maybe("survivors"),
               maybe("duration"), maybe("churned"), maybe("weights"), arg("level") = 0.95, threads_one(), profile_doc);
  c.def_static("draws", &contract_draws<M>, arg("fit"), py::kw_only(), maybe("lost"), maybe("survivors"),
               maybe("duration"), maybe("churned"), maybe("weights"), arg("size") = 1000, arg("seed"),
               arg("proposals") = 4000, threads_one(), draws_doc);
  c.def_static(
      "bootstrap", &contract_bootstrap<M>, arg("fit"), py::kw_only(), arg("lost"), arg("survivors"), arg("size") = 200,
      arg("seed"), threads_one(),
      "The parametric bootstrap of a cohort, as a table of size rows: as many customers as it had are simulated "
      "from\n"
      "the fit and seen for as many periods as lost has, and the cohort is fitted as the first one was, with the "
      "same\n"
      "penalty; its parameters and status are a row. Counts must add up to a whole number. Row i is a function of the "
      "seed and i.");
  const std::string fit_doc =
      "Maximum likelihood from a cohort's counts (lost, survivors) or from single contracts (duration, churned, with\n"
      "weights). Contracts with a status other than 'ok' are left out; their order does not matter.\n" +
      std::string(penalty_doc);
  c.def_static("fit", &fit_contracts_of<M>, py::kw_only(), maybe("lost"), maybe("survivors"), maybe("duration"),
               maybe("churned"), maybe("weights"), maybe("penalty"), threads_one(), fit_doc.c_str());
}

py::object kaplan_meier_table(O duration, O churned, O lost, O survivors, O weights, O level) {
  const compressed_contracts rows = contracts_of(lost, survivors, duration, churned, weights);
  const kaplan_meier_curve curve = kaplan_meier(rows, one_number(level, "level"));
  const auto values = [](const std::vector<double>& v) {
    return py::array_t<double>(static_cast<py::ssize_t>(v.size()), v.data());
  };
  py::dict columns;
  columns["t"] = values(curve.t);
  columns["at_risk"] = values(curve.at_risk);
  columns["lost"] = values(curve.lost);
  columns["censored"] = values(curve.censored);
  columns["survival"] = values(curve.survival);
  columns["variance"] = values(curve.variance);
  columns["low"] = values(curve.low);
  columns["high"] = values(curve.high);
  return py::module_::import("valorem.table").attr("Table")(columns);
}

}  // namespace

void bind_contracts(py::module_& m) {
  define_contract_model<basic_shifted_beta_geometric>(
      m, "ShiftedBetaGeometric",
      "Shifted beta-geometric (Fader & Hardie 2007): each customer leaves with her own constant chance at the end of\n"
      "every period.");
  define_contract_model<basic_beta_discrete_weibull>(
      m, "BetaDiscreteWeibull",
      "Beta-discrete-Weibull (Fader, Hardie, Liu, Davin & Steenburgh 2018): a chance to leave that grows with time "
      "where\n"
      "c > 1 and falls where c < 1; c = 1 is the shifted beta-geometric.");
  m.def("kaplan_meier", &kaplan_meier_table, maybe("duration"), maybe("churned"), py::kw_only(), maybe("lost"),
        maybe("survivors"), maybe("weights"), arg("level") = 0.95,
        "Kaplan-Meier's estimate of survival, as a table: t, at_risk, lost, censored, survival, Greenwood's variance, "
        "and "
        "the\nband [low, high] of the given level on the scale ln(-ln survival); NaN where survival is 1 or 0.");
}

}  // namespace valorem::python

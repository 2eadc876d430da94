// The likelihood of the models of purchases, and what is found by it: fits, intervals, draws, bootstrapped fits.
#include "draws.hpp"
#include "gradients.hpp"
#include "histories.hpp"
#include "likelihoods.hpp"
#include <valorem/model.hpp>
#include <valorem/summary/compress.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace valorem::python {

namespace {

using py::arg;

/// log_gaps= as a column: the models with stages need it above k = 1, the others do not read it.
template <class M>
py::object gaps_argument(const M& m, const py::object& log_gaps) {
  if (!log_gaps.is_none()) return log_gaps;
  if constexpr (erlang_model<M>) {
    if (m.k > 1) {
      throw contract_error("log_gaps: needed for k above 1: the sum of ln(gap) between a customer's purchases");
    }
  }
  return py::float_(0.0);
}

template <class M>
auto likelihood_of(const M& m, const history& h, double log_gaps) {
  if constexpr (erlang_model<M>) {
    return log_likelihood(m, h, log_gaps);
  } else {
    return log_likelihood(m, h);
  }
}

template <template <class> class B>
py::array_t<double> gradients(const B<double>& m, const py::object& frequency, const py::object& recency,
                              const py::object& T, const py::object& log_gaps, const py::object& threads,
                              const py::object& out) {
  constexpr std::size_t k = parameter_count<B<double>>;
  using number = numeric::dual<k>;
  const auto moving = alike<B<number>>(m, variables_of(m));
  return gradient_rows<k>(
      {{"frequency", frequency}, {"recency", recency}, {"T", T}, {"log_gaps", gaps_argument(m, log_gaps)}}, out,
      threads, [&](const batch& b, std::size_t i) {
        const history h = history_at(b, i);
        return row_status(m, h) == status::ok ? likelihood_of(moving, h, b(3, i)) : number(not_a_value);
      });
}

template <class M>
status status_of(const M& m, const history& h, double log_gaps) {
  const status s = row_status(m, h);
  if constexpr (erlang_model<M>) {
    return s == status::ok && m.k > 1 ? check_gaps(h, log_gaps) : s;
  } else {
    return s;
  }
}

/// Columns that a model is fitted to.
struct fitted_columns {
  fitted_columns(const py::object& frequency, const py::object& recency, const py::object& T, const py::object& weights,
                 const py::object& log_gaps)
      : x(table_column(frequency, "frequency")),
        t_x(table_column(recency, "recency")),
        age(table_column(T, "T")),
        weight(weights),
        gaps(log_gaps, "log_gaps") {}

  [[nodiscard]] history_columns histories() const {
    const auto span = [](const py::array_t<double>& a) {
      return std::span<const double>(a.data(), static_cast<std::size_t>(a.size()));
    };
    return {span(x), span(t_x), span(age)};
  }

  py::array_t<double> x, t_x, age;
  weights_argument weight, gaps;
};

/// f(rows, how) with Python's lock released.
template <class F>
auto with_rows(const fitted_columns& given, const py::object& threads, F f) {
  const history_columns columns = given.histories();
  const std::span<const double> weight = given.weight.span();
  const std::span<const double> gaps = given.gaps.span();
  const execution how = threads_argument(threads);
  const py::gil_scoped_release others_may_run;
  const weighted_histories rows = compress(columns, weight, gaps);
  return f(weighted_rows{rows.columns(), rows.weight, rows.log_gaps}, how);
}

/// The fit's record, after warnings about how it ended and about rows that are no histories.
template <class M>
fit_record told(const fit_result<M>& fit, const fitted_columns& given) {
  const history_columns columns = given.histories();
  const std::span<const double> gaps = given.gaps.span();
  const fit_record out = warned(record_of(fit));
  warn_left_out(out.name, columns.size(), given.weight.span(),
                [&](std::size_t i) { return status_of(fit.model, columns[i], gaps.empty() ? not_a_value : gaps[i]); });
  return out;
}

template <class M>
fit_record fit_model(const py::object& frequency, const py::object& recency, const py::object& T,
                     const py::object& weights, const py::object& prior, const py::object& threads) {
  const penalty known = penalty_argument(prior);
  const fitted_columns given(frequency, recency, T, weights, py::none());
  return told(with_rows(given, threads,
                        [&](const weighted_rows& rows, const execution& how) { return fit<M>(rows, how, known); }),
              given);
}

template <class M>
fit_record fit_stages(const py::object& frequency, const py::object& recency, const py::object& T,
                      const py::object& weights, const py::object& prior, const py::object& log_gaps,
                      const py::object& k, const py::object& threads) {
  const penalty known = penalty_argument(prior);
  const std::optional<int> stages = k.is_none() ? std::nullopt : std::optional(stages_argument(k));
  const fitted_columns given(frequency, recency, T, weights, log_gaps);
  return told(with_rows(given, threads,
                        [&](const weighted_rows& rows, const execution& how) {
                          return stages ? fit_at<M>(*stages, rows, how, known) : fit<M>(rows, how, known);
                        }),
              given);
}

template <class M>
py::array_t<double> profile_of(const fit_record& record, const py::object& frequency, const py::object& recency,
                               const py::object& T, const py::object& weights, const py::object& log_gaps,
                               const py::object& level, const py::object& threads) {
  const fit_result<M> f = result_of<M>(record);
  const double covered = one_number(level, "level");
  return ends_array(with_rows(
      fitted_columns(frequency, recency, T, weights, log_gaps), threads,
      [&](const weighted_rows& rows, const execution& how) { return profile_intervals<M>(rows, f, covered, how); }));
}

template <class M>
draws_record drawn_of(const fit_record& record, const py::object& frequency, const py::object& recency,
                      const py::object& T, const py::object& weights, const py::object& log_gaps,
                      const py::object& size, const py::object& seed, const py::object& proposals,
                      const py::object& threads) {
  const fit_result<M> f = result_of<M>(record);
  const draw_options asked = draws_asked(size, seed, proposals);
  return record_of(
      with_rows(fitted_columns(frequency, recency, T, weights, log_gaps), threads,
                [&](const weighted_rows& rows, const execution& how) { return draw_posterior(rows, f, asked, how); }));
}

template <class M>
py::object bootstrapped(const fit_record& record, const py::object& frequency, const py::object& recency,
                        const py::object& T, const py::object& weights, const py::object& log_gaps,
                        const py::object& size, const py::object& seed, const py::object& threads) {
  const fit_result<M> f = result_of<M>(record);
  const bootstrap_options asked = bootstrap_asked(size, seed);
  return table_of(
      with_rows(fitted_columns(frequency, recency, T, weights, log_gaps), threads,
                [&](const weighted_rows& rows, const execution& how) { return bootstrap(rows, f, asked, how); }));
}

template <class M>
py::object likelihoods(const M& m, const py::object& frequency, const py::object& recency, const py::object& T,
                       const py::object& log_gaps, const delivery& to) {
  const py::object gaps = gaps_argument(m, log_gaps);
  return compute_rows({{"frequency", frequency}, {"recency", recency}, {"T", T}, {"log_gaps", gaps}}, to.out,
                      to.threads,
                      [&](const batch& b, std::size_t i) { return likelihood_of(m, history_at(b, i), b(3, i)); });
}

/// log_gaps None: the gaps are not asked about.
template <class M>
py::object statuses(const M& m, const py::object& frequency, const py::object& recency, const py::object& T,
                    const py::object& log_gaps) {
  const py::object gaps = log_gaps.is_none() ? py::object(py::float_(0.0)) : log_gaps;
  const batch b({{"frequency", frequency}, {"recency", recency}, {"T", T}, {"log_gaps", gaps}}, py::none(),
                py::int_(1));
  std::vector<status> why(b.size());
  for (std::size_t i = 0; i < why.size(); ++i) {
    const history h = history_at(b, i);
    why[i] = log_gaps.is_none() ? row_status(m, h) : status_of(m, h, b(3, i));
  }
  return b.names(why);
}

}  // namespace

template <template <class> class B>
void define_likelihood(py::class_<B<double>>& c) {
  using M = B<double>;
  using O = const py::object&;
  c.def(
      "log_likelihood",
      [](const M& m, O frequency, O recency, O T, O threads, O out) {
        return likelihoods(m, frequency, recency, T, py::none(), {threads, out});
      },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), threads_one(), no_out(),
      "ln likelihood of each customer, as in the paper: without x! and binomial constants. frequency: repeat "
      "purchases,\n"
      "whole, from 0 up; recency <= T: time from the first purchase to the last and to now, in the model's time unit.\n"
      "They broadcast; scalars give a float. A row that breaks this is NaN, and status says why.");
  c.def(
      "log_likelihood_gradient",
      [](const M& m, O frequency, O recency, O T, O threads, O out) {
        return gradients<B>(m, frequency, recency, T, py::none(), threads, out);
      },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), threads_one(), no_out(),
      "d log_likelihood / d parameter: the rows' shape and one more axis at the end, in constructor order. NaN as in\n"
      "log_likelihood.");
  c.def(
      "status", [](const M& m, O frequency, O recency, O T) { return statuses(m, frequency, recency, T, py::none()); },
      arg("frequency"), arg("recency"), arg("T"),
      "Why a row's answers are NaN: 'ok', 'missing' (NaN) or 'invalid'; a str, or an object array of the rows' shape.");
  c.def_static(
      "profile_intervals",
      [](const fit_record& fit, O frequency, O recency, O T, O weights, O level, O threads) {
        return profile_of<M>(fit, frequency, recency, T, weights, py::none(), level, threads);
      },
      arg("fit"), arg("frequency"), arg("recency"), arg("T"), maybe("weights"), py::kw_only(), arg("level") = 0.95,
      threads_one(), profile_doc);
  c.def_static(
      "draws",
      [](const fit_record& fit, O frequency, O recency, O T, O weights, O size, O seed, O proposals, O threads) {
        return drawn_of<M>(fit, frequency, recency, T, weights, py::none(), size, seed, proposals, threads);
      },
      arg("fit"), arg("frequency"), arg("recency"), arg("T"), maybe("weights"), py::kw_only(), arg("size") = 1000,
      arg("seed"), arg("proposals") = 4000, threads_one(), draws_doc);
  c.def_static(
      "bootstrap",
      [](const fit_record& fit, O frequency, O recency, O T, O weights, O size, O seed, O threads) {
        return bootstrapped<M>(fit, frequency, recency, T, weights, py::none(), size, seed, threads);
      },
      arg("fit"), arg("frequency"), arg("recency"), arg("T"), maybe("weights"), py::kw_only(), arg("size") = 200,
      arg("seed"), threads_one(), bootstrap_doc);
  const std::string fit_doc =
      "Maximum likelihood over columns of equal length, weights from 0 up. Rows with a status other than 'ok' are "
      "left\n"
      "out; the order of the rows does not matter. Raises DataError where no row is left; warns with "
      "ConvergenceWarning\n"
      "where there is no sharp maximum, and with RowsLeftOutWarning where rows were left out.\n" +
      std::string(penalty_doc);
  c.def_static("fit", &fit_model<M>, arg("frequency"), arg("recency"), arg("T"), maybe("weights"), maybe("penalty"),
               py::kw_only(), threads_one(), fit_doc.c_str());
}

template <template <class> class B>
void define_stages_likelihood(py::class_<B<double>>& c) {
  using M = B<double>;
  using O = const py::object&;
  c.def(
      "log_likelihood",
      [](const M& m, O frequency, O recency, O T, O log_gaps, O threads, O out) {
        return likelihoods(m, frequency, recency, T, log_gaps, {threads, out});
      },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), maybe("log_gaps"), threads_one(), no_out(),
      "ln likelihood of each customer, without x! and binomial constants. frequency: repeat purchases, whole, from 0 "
      "up;\n"
      "recency <= T: time from the first purchase to the last and to now; log_gaps: the sum of ln(gap) between her\n"
      "purchases, needed for k above 1: the summary's column sum_log_gap. All in the model's time unit. They "
      "broadcast;\n"
      "scalars give a float. A row that breaks this is NaN, and status says why.");
  c.def(
      "log_likelihood_gradient",
      [](const M& m, O frequency, O recency, O T, O log_gaps, O threads, O out) {
        return gradients<B>(m, frequency, recency, T, log_gaps, threads, out);
      },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), maybe("log_gaps"), threads_one(), no_out(),
      "d log_likelihood / d parameter: the rows' shape and one more axis at the end: r, alpha, a, b. NaN as in\n"
      "log_likelihood.");
  c.def(
      "status",
      [](const M& m, O frequency, O recency, O T, O log_gaps) { return statuses(m, frequency, recency, T, log_gaps); },
      arg("frequency"), arg("recency"), arg("T"), py::kw_only(), maybe("log_gaps"),
      "Why a row's answers are NaN: 'ok', 'missing' (NaN) or 'invalid'; a str, or an object array of the rows' shape.\n"
      "log_gaps, where given, cannot be above frequency * ln(recency / frequency), which equal gaps have.");
  c.def_static(
      "profile_intervals",
      [](const fit_record& fit, O frequency, O recency, O T, O weights, O log_gaps, O level, O threads) {
        return profile_of<M>(fit, frequency, recency, T, weights, log_gaps, level, threads);
      },
      arg("fit"), arg("frequency"), arg("recency"), arg("T"), maybe("weights"), py::kw_only(), maybe("log_gaps"),
      arg("level") = 0.95, threads_one(), profile_doc);
  c.def_static("draws", &drawn_of<M>, arg("fit"), arg("frequency"), arg("recency"), arg("T"), maybe("weights"),
               py::kw_only(), maybe("log_gaps"), arg("size") = 1000, arg("seed"), arg("proposals") = 4000,
               threads_one(), draws_doc);
  c.def_static("bootstrap", &bootstrapped<M>, arg("fit"), arg("frequency"), arg("recency"), arg("T"), maybe("weights"),
               py::kw_only(), maybe("log_gaps"), arg("size") = 200, arg("seed"), threads_one(), bootstrap_doc);
  c.def_static(
      "fit", &fit_stages<M>, arg("frequency"), arg("recency"), arg("T"), maybe("weights"), maybe("penalty"),
      py::kw_only(), maybe("log_gaps"), maybe("k"), threads_one(),
      "Maximum likelihood over columns of equal length, weights from 0 up, at the k of 1 to 12 with the "
      "highest\n"
      "likelihood, which log_likelihood_of_k tells of each; or at the given k. log_gaps: the sum of ln(gap) "
      "between a\n"
      "customer's purchases, needed but for k=1. Rows with a status other than 'ok' are left out; the order of "
      "the rows\n"
      "does not matter. Raises DataError where no row is left; warns with ConvergenceWarning where there is no "
      "sharp\n"
      "maximum.");
}

template void define_likelihood(py::class_<nbd>& c);
template void define_likelihood(py::class_<bg_nbd>& c);
template void define_likelihood(py::class_<mbg_nbd>& c);
template void define_likelihood(py::class_<pareto_nbd>& c);
template void define_likelihood(py::class_<ggompertz_nbd>& c);
template void define_likelihood(py::class_<bg_bb>& c);
template void define_stages_likelihood(py::class_<bg_cnbd>& c);
template void define_stages_likelihood(py::class_<mbg_cnbd>& c);

}  // namespace valorem::python

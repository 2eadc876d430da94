// Room 3, models of purchases whose customers differ by covariates: the verbs of each, one plain model for each row.
#include "bindings.hpp"
#include "covariates.hpp"
#include "histories.hpp"
#include <valorem/summary/compress.hpp>

namespace valorem::python {

namespace {

using py::arg;
using O = const py::object&;

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
  const covariate_record out = covariate_record_of(result);
  warn_left_out(out.name, span_of(x).size(), w.span(), [&](std::size_t i) {
    return check(history{span_of(x)[i], span_of(t_x)[i], span_of(age)[i]});
  });
  return out;
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

}  // namespace

void bind_covariates(py::module_& m) {
  define_purchases<pareto_nbd>(m, "ParetoNBDWithCovariates", "ParetoNBD");
  define_purchases<ggompertz_nbd>(m, "GGompertzNBDWithCovariates", "GGompertzNBD");
  define_purchases<bg_nbd>(m, "BGNBDWithCovariates", "BGNBD");
  define_purchases<mbg_nbd>(m, "MBGNBDWithCovariates", "MBGNBD");
  bind_covariate_contracts(m);
  bind_covariate_spend(m);
  bind_covariate_fit(m);
}

}  // namespace valorem::python

// Room 3, models of purchases: each answers the same verbs.
#include "bindings.hpp"
#include "draws.hpp"
#include "histories.hpp"
#include "likelihoods.hpp"
#include "simulations.hpp"
#include <valorem/model.hpp>

#include <pybind11/stl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace valorem::python {

namespace {

using py::arg;

/// f(future, p, q), where the future is a new customer's or, given her history, this customer's.
template <class M, class F>
py::object from_now_on(const M& m, const py::object& frequency, const py::object& recency, const py::object& T,
                       const argument& p, const argument& q, const delivery& to, F f) {
  if (!given_history(frequency, recency, T)) {
    const auto future = starting(m);
    return compute_rows({p, q}, to.out, to.threads,
                        [&](const batch& b, std::size_t i) { return f(future, b(0, i), b(1, i)); });
  }
  return compute_rows({{"frequency", frequency}, {"recency", recency}, {"T", T}, p, q}, to.out, to.threads,
                      [&](const batch& b, std::size_t i) {
                        const history h = history_at(b, i);
                        return row_status(m, h) == status::ok ? f(given(m, h), b(3, i), b(4, i)) : not_a_value;
                      });
}

/// E[purchases within t]: by column where the library has one for the model.
template <class M>
py::object purchases_within(const M& m, const py::object& t, const py::object& frequency, const py::object& recency,
                            const py::object& T, const delivery& to) {
  if constexpr (std::is_constructible_v<any_purchase_model, const M&>) {
    if (!given_history(frequency, recency, T)) {
      return compute({{"t", t}}, to.out, to.threads, [&](batch& b) { expected_purchases(m, b[0], b.out(), b.how()); });
    }
    return compute({{"frequency", frequency}, {"recency", recency}, {"T", T}, {"t", t}}, to.out, to.threads,
                   [&](batch& b) {
                     expected_purchases(m, {b[0], b[1], b[2]}, b[3], b.out(), b.how());
                   });
  } else {
    const py::float_ nothing(0.0);
    return from_now_on(m, frequency, recency, T, {"t", t}, {"nothing", nothing}, to,
                       [](const auto& f, double time, double) { return expected_purchases(f, time); });
  }
}

/// f(history, ahead) where the history is good.
template <class M, class F>
py::object alive_ahead(const M& m, const py::object& frequency, const py::object& recency, const py::object& T,
                       const py::object& ahead, const delivery& to, F f) {
  return compute_rows({{"frequency", frequency}, {"recency", recency}, {"T", T}, {"ahead", ahead}}, to.out, to.threads,
                      [&](const batch& b, std::size_t i) {
                        const history h = history_at(b, i);
                        return row_status(m, h) == status::ok ? f(h, b(3, i)) : not_a_value;
                      });
}

/// Two answers a row, low and high, in one more axis at the end; interval(batch, i) gives them.
template <class F>
py::array_t<double> ends_of_rows(std::initializer_list<argument> inputs, const py::object& out,
                                 const py::object& threads, F interval) {
  batch b(inputs, py::none(), threads);
  std::vector<py::ssize_t> shape = b.shape();
  shape.push_back(2);
  py::array_t<double> answer = out.is_none() ? py::array_t<double>(shape) : out_argument(out, shape);
  double* const cells = answer.mutable_data();
  b.keep_clear_of(cells, cells + answer.size());
  const py::gil_scoped_release others_may_run;
  numeric::for_items(b.size(), b.how(), [&](std::size_t i) noexcept {
    const count_interval ends = interval(std::as_const(b), i);
    cells[2 * i] = ends.low;
    cells[2 * i + 1] = ends.high;
  });
  return answer;
}

template <class M>
py::array_t<double> predicted(const M& m, const py::object& t, const py::object& frequency, const py::object& recency,
                              const py::object& T, const py::object& level, const py::object& draws,
                              const py::object& threads, const py::object& out) {
  const double covered = one_number(level, "level");
  // Refused here, at the door, and by no row.
  if (!(covered > 0 && covered < 1)) throw contract_error("level must lie between 0 and 1, both excluded");
  std::vector<M> models{m};
  if (!draws.is_none()) {
    if (!py::isinstance<draws_record>(draws)) throw py::type_error("draws: what M.draws returns is expected");
    auto drawn = draws_of<M>(draws.cast<const draws_record&>());
    if (!(drawn.mode == m)) throw contract_error("draws: they lie about another model than this one");
    models = std::move(drawn.models);
  }
  const std::span<const M> all(models);
  if (!given_history(frequency, recency, T)) {
    return ends_of_rows({{"t", t}}, out, threads,
                        [&](const batch& b, std::size_t i) { return predictive_interval(all, b(0, i), covered); });
  }
  return ends_of_rows({{"frequency", frequency}, {"recency", recency}, {"T", T}, {"t", t}}, out, threads,
                      [&](const batch& b, std::size_t i) {
                        const history h = history_at(b, i);
                        return row_status(m, h) == status::ok ? predictive_interval(all, h, b(3, i), covered)
                                                              : count_interval{not_a_value, not_a_value};
                      });
}

template <class M>
void define_alive(py::class_<M>& c) {
  using O = const py::object&;
  c.def(
      "p_alive",
      [](const M& m, O frequency, O recency, O T, O ahead, O threads, O out) {
        if (PyFloat_CheckExact(ahead.ptr()) != 0 && PyFloat_AS_DOUBLE(ahead.ptr()) == 0) {
          return compute({{"frequency", frequency}, {"recency", recency}, {"T", T}}, out, threads, [&](batch& b) {
            p_alive(m, history_columns{b[0], b[1], b[2]}, b.out(), b.how());
          });
        }
        return alive_ahead(m, frequency, recency, T, ahead, {threads, out},
                           [&](const history& h, double t) { return p_alive(m, h, t); });
      },
      arg("frequency"), arg("recency"), arg("T"), arg("ahead") = 0.0, py::kw_only(), threads_one(), no_out(),
      "P(still a customer at T + ahead | history), in [0, 1]; ahead from 0 up, in time units. NaN outside.");
  c.def(
      "log_p_alive",
      [](const M& m, O frequency, O recency, O T, O ahead, O threads, O out) {
        return alive_ahead(m, frequency, recency, T, ahead, {threads, out}, [&](const history& h, double t) {
          return t == 0 ? log_p_alive(m, h) : log_p_alive(m, h, t);
        });
      },
      arg("frequency"), arg("recency"), arg("T"), arg("ahead") = 0.0, py::kw_only(), threads_one(), no_out(),
      "Its logarithm, exact where the chance itself underflows.");
}

template <class M>
void define_future(py::class_<M>& c) {
  using O = const py::object&;
  c.def(
      "expected_purchases",
      [](const M& m, O t, O frequency, O recency, O T, O threads, O out) {
        return purchases_within(m, t, frequency, recency, T, {threads, out});
      },
      arg("t"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), threads_one(), no_out(),
      "Expected purchases within t time units, t from 0 up: of a customer who starts now (her first purchase not "
      "counted),\n"
      "or with a history, of this customer. NaN outside.");
  c.def(
      "pmf",
      [](const M& m, O n, O t, O frequency, O recency, O T, O threads, O out) {
        return from_now_on(m, frequency, recency, T, {"n", n}, {"t", t}, {threads, out},
                           [](const auto& f, double count, double time) { return pmf(f, count, time); });
      },
      arg("n"), arg("t"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), threads_one(), no_out(),
      "P(n purchases within t time units), n whole and from 0 up: of a new customer, or with a history, of this one. "
      "NaN\n"
      "outside.");
  c.def(
      "cdf",
      [](const M& m, O n, O t, O frequency, O recency, O T, O threads, O out) {
        return from_now_on(m, frequency, recency, T, {"n", n}, {"t", t}, {threads, out},
                           [](const auto& f, double count, double time) { return cdf(f, count, time); });
      },
      arg("n"), arg("t"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), threads_one(), no_out(),
      "P(at most n purchases within t time units), as pmf; small chances keep their digits. NaN outside.");
  c.def(
      "at_least",
      [](const M& m, O n, O t, O frequency, O recency, O T, O threads, O out) {
        return from_now_on(m, frequency, recency, T, {"n", n}, {"t", t}, {threads, out},
                           [](const auto& f, double count, double time) { return at_least(f, count, time); });
      },
      arg("n"), arg("t"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), threads_one(), no_out(),
      "P(at least n purchases within t time units), as pmf; small chances keep their digits. NaN outside.");
  c.def(
      "next_purchase_quantile",
      [](const M& m, O q, O frequency, O recency, O T, O threads, O out) {
        const py::float_ nothing(0.0);
        return from_now_on(m, frequency, recency, T, {"q", q}, {"nothing", nothing}, {threads, out},
                           [](const auto& f, double chance, double) { return next_purchase_quantile(f, chance); });
      },
      arg("q"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), threads_one(), no_out(),
      "The time within which the next purchase comes with chance q, 0 <= q <= 1: inf where the chance of no further\n"
      "purchase is above 1 - q. NaN outside.");
  c.def("predictive_interval", &predicted<M>, arg("t"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(),
        arg("level") = 0.95, arg("draws") = py::none(), threads_one(), no_out(),
        "How many purchases within t time units, as an interval, low and high in one more axis at the end: low is the "
        "largest\n"
        "n with P(fewer than n) <= (1 - level)/2, high the smallest with P(more than n) <= (1 - level)/2, so that the\n"
        "interval holds the count with a chance of at least level. Of a new customer, or with a history, of this one. "
        "t from 0\n"
        "up, in the model's unit; level inside (0, 1). draws: what draws() gave for this model's fit (of vl.draws, its "
        ".purchases);\n"
        "the interval then holds what the parameters leave open too, and takes as many times as long as there are "
        "draws. NaN\n"
        "where pmf is.");
  c.def(
      "discounted_purchases",
      [](const M& m, O rate, O horizon, O frequency, O recency, O T, O step, O threads, O out) {
        const double length = step.is_none() ? 0 : one_number(step, "step");
        if (!step.is_none() && !(length > 0 && numeric::is_finite(length)))
          throw contract_error("step: must be above 0 and finite");
        return from_now_on(m, frequency, recency, T, {"rate", rate}, {"horizon", horizon}, {threads, out},
                           [length](const auto& f, double r, double h) {
                             return length > 0 ? discounted_purchases_stepwise(f, r, h, length)
                                               : discounted_purchases(f, r, h);
                           });
      },
      arg("rate"), arg("horizon"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(),
      arg("step") = py::none(), threads_one(), no_out(),
      "Purchases within horizon, each worth exp(-rate u) at time u: rate is continuous per time unit, horizon may be "
      "inf.\n"
      "With step=s, purchases count at the ends of steps of length s, and rate is per step: 1 / (1 + rate)^k.\n"
      "NaN for a rate below 0 or a horizon below 0; ContractError for a step that is not above 0.");
  c.def(
      "discounted_lifetime",
      [](const M& m, O rate, O horizon, O frequency, O recency, O T, O threads, O out) {
        return from_now_on(m, frequency, recency, T, {"rate", rate}, {"horizon", horizon}, {threads, out},
                           [](const auto& f, double r, double h) { return discounted_lifetime(f, r, h); });
      },
      arg("rate"), arg("horizon"), maybe("frequency"), maybe("recency"), maybe("T"), py::kw_only(), threads_one(),
      no_out(),
      "Time that she will still be a customer within horizon, discounted at the continuous rate: what serving her "
      "costs\n"
      "per unit of cost rate. In time units; NaN for a rate or a horizon below 0.");
}

/// Four columns of one shape as valorem.posterior.PosteriorRates.
template <class M>
py::object posterior_rates(const M& m, const py::object& frequency, const py::object& recency, const py::object& T,
                           const py::object& threads) {
  const batch b({{"frequency", frequency}, {"recency", recency}, {"T", T}}, py::none(), threads);
  const std::array<py::array_t<double>, 4> columns{py::array_t<double>(b.shape()), py::array_t<double>(b.shape()),
                                                   py::array_t<double>(b.shape()), py::array_t<double>(b.shape())};
  std::array<double*, 4> cells{};
  for (std::size_t j = 0; j < 4; ++j) cells[j] = py::array_t<double>(columns[j]).mutable_data();
  {
    const py::gil_scoped_release others_may_run;
    numeric::for_blocks(b.size(), b.how(), [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      for (std::size_t i = first; i < last; ++i) {
        const rate_posterior of = posterior(m, history_at(b, i));
        cells[0][i] = of.purchase_rate.mean;
        cells[1][i] = of.purchase_rate.variance;
        cells[2][i] = of.dropout.mean;
        cells[3][i] = of.dropout.variance;
      }
    });
  }
  const auto shown = [&](std::size_t j) -> py::object {
    return b.shape().empty() ? py::object(py::float_(*cells[j])) : py::object(columns[j]);
  };
  return py::module_::import("valorem.posterior").attr("PosteriorRates")(shown(0), shown(1), shown(2), shown(3));
}

template <class M>
void define_posterior(py::class_<M>& c) {
  c.def("posterior_rates", &posterior_rates<M>, arg("frequency"), arg("recency"), arg("T"), py::kw_only(),
        threads_one(),
        "What her history says of her own rates, whether she is still a customer or not: a named tuple purchase_rate,\n"
        "purchase_rate_variance, dropout, dropout_variance, each of the rows' shape. purchase_rate is per time unit "
        "while\n"
        "she stays (of BG/BB her chance to buy in a period); dropout her chance to leave at each chance (of Pareto/NBD "
        "and\n"
        "GGompertzNBD her rate of leaving per time unit, of the latter at her first purchase; of NBD 0). NaN where "
        "status is\n"
        "not 'ok'.");
}

template <class M>
void define_simulate(py::class_<M>& c) {
  using O = const py::object&;
  const auto table = [](const M& m, O T, O seed, O size, O threads) {
    if constexpr (erlang_model<M>) {
      constexpr std::array names{"frequency", "recency", "T", "log_gaps", "alive", "purchase_rate", "dropout"};
      return simulated_table(names, T, seed, size, threads, [&](double t, std::uint64_t number, std::size_t i) {
        const simulated_customer drawn = simulate(m, t, number, i);
        return std::array{drawn.seen.x, drawn.seen.t_x,      drawn.seen.T, drawn.log_gaps,
                          drawn.alive,  drawn.purchase_rate, drawn.dropout};
      });
    } else {
      constexpr std::array names{"frequency", "recency", "T", "alive", "purchase_rate", "dropout"};
      return simulated_table(names, T, seed, size, threads, [&](double t, std::uint64_t number, std::size_t i) {
        const simulated_customer drawn = simulate(m, t, number, i);
        return std::array{drawn.seen.x, drawn.seen.t_x, drawn.seen.T, drawn.alive, drawn.purchase_rate, drawn.dropout};
      });
    }
  };
  c.def(
      "simulate", table, arg("T"), arg("seed"), maybe("size"), py::kw_only(), threads_one(),
      "A table of customers that the model imagines: frequency, recency, T; and what nobody sees: alive (1 or 0 at "
      "T),\n"
      "purchase_rate (per time unit; of BG/BB her chance to buy in a period) and dropout (her chance to leave at each\n"
      "chance; of Pareto/NBD and, at the start, GGompertz/NBD her rate of leaving; 0 of NBD). CNBD-k models have "
      "log_gaps\n"
      "beside them, the sum of ln(gap) between her purchases. T: one number for size customers, or a\n"
      "number for each; a row whose T is illegal is NaN. Customer i is a function of the seed (whole, from 0 up) and "
      "i\n"
      "alone: the same on every machine, with any size and number of threads.");
}

template <template <class> class B>
void define_purchase_model(py::module_& m, const char* class_name, const char* doc) {
  py::class_<B<double>> c(m, class_name, doc);
  define_model(c, class_name);
  if constexpr (erlang_model<B<double>>) {
    define_stages_likelihood<B>(c);
  } else {
    define_likelihood<B>(c);
  }
  define_alive(c);
  define_future(c);
  if constexpr (requires(const B<double>& model, const history& h) { posterior(model, h); }) define_posterior(c);
  define_simulate(c);
}

}  // namespace

void bind_model(py::module_& m) {
  define_purchase_model<basic_nbd>(m, "NBD", "NBD (Ehrenberg 1959): nobody ever leaves. alpha in time units.");
  define_purchase_model<basic_bg_nbd>(
      m, "BGNBD",
      "BG/NBD (Fader, Hardie & Lee 2005): a customer may leave after each repeat purchase. alpha in time units.");
  define_purchase_model<basic_mbg_nbd>(m, "MBGNBD",
                                       "MBG/NBD (Batislam, Denizel & Filiztekin 2007): she may leave after the first "
                                       "purchase too. alpha in time units.");
  define_purchase_model<basic_pareto_nbd>(
      m, "ParetoNBD",
      "Pareto/NBD (Schmittlein, Morrison & Colombo 1987): a customer may leave at any time, whether she buys or not.\n"
      "alpha and beta in time units; the mean rates are r / alpha purchases and s / beta departures per time unit.");
  define_purchase_model<basic_ggompertz_nbd>(
      m, "GGompertzNBD",
      "GGompertz/NBD (Bemmaor & Glady 2012): as Pareto/NBD, but her rate of leaving grows by e^(b t) while she stays. "
      "Over\n"
      "all customers the rate falls with time where beta < 1, rises where beta > 1, and is b s for all where beta = 1. "
      "alpha\n"
      "in time units, b per time unit; as b goes to 0 with beta / b fixed this is ParetoNBD(r, alpha, s, beta / b).");
  define_purchase_model<basic_bg_bb>(
      m, "BGBB",
      "BG/BB (Fader, Hardie & Shang 2010): in each period a customer who is alive buys or not, and she may leave at "
      "the\n"
      "start of each. A history counts whole periods: frequency of them with a purchase, recency the last of these, T\n"
      "seen; t, ahead and horizon are whole numbers of periods too, and rate is per period: 1 / (1 + rate)^k.");
  define_purchase_model<basic_bg_cnbd>(
      m, "BGCNBD",
      "BG/CNBD-k (Reutterer, Platzer & Schröder 2021): BG/NBD with Erlang-k gaps between purchases, every k-th event "
      "of\n"
      "rate r / alpha being one, so the higher k (1 to 12), the more regular she buys. alpha in time units. Its verbs "
      "take\n"
      "microseconds a customer, discounted ones hundreds of them.");
  define_purchase_model<basic_mbg_cnbd>(
      m, "MBGCNBD",
      "MBG/CNBD-k (Reutterer, Platzer & Schröder 2021): MBG/NBD with Erlang-k gaps between purchases, every k-th event "
      "of\n"
      "rate r / alpha being one, so the higher k (1 to 12), the more regular she buys. alpha in time units. Its verbs "
      "take\n"
      "microseconds a customer, discounted ones hundreds of them.");
  m.def(
      "purchase_models",
      [] { return std::vector<std::string>(purchase_model_names.begin(), purchase_model_names.end()); },
      "Names of all models of purchases, the default first.");
}

}  // namespace valorem::python

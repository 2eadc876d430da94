// What every fit shares: rows that can be used, the trust region on log-parameters, and the verdict on where it ended.
#ifndef VALOREM_SRC_FIT_ROWS_HPP
#define VALOREM_SRC_FIT_ROWS_HPP

#include <valorem/model/contract.hpp>
#include <valorem/model/fit.hpp>
#include <valorem/numeric/minimise.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI::detail {

using numeric::dual;
using numeric::vector_n;

template <class Row>
struct usable_rows {
  std::vector<Row> rows;
  std::vector<double> weight;
  double total = 0.0;
};

template <class Row, class At>
usable_rows<Row> usable(std::size_t n, std::span<const double> weight, At&& at, auto&& wanted) {
  if (!weight.empty()) require_equal_length(n, "rows", weight.size(), "weight");
  usable_rows<Row> out;
  for (std::size_t i = 0; i < n; ++i) {
    const double w = weight.empty() ? 1.0 : weight[i];
    if (!numeric::is_finite(w) || w < 0) {
      throw contract_error("weight of row " + std::to_string(i + 1) + " must be finite and not negative");
    }
    const Row row = at(i);
    if (w == 0 || !wanted(row)) continue;
    out.rows.push_back(row);
    out.weight.push_back(w);
    out.total += w;
  }
  if (out.rows.empty())
    throw data_error("no row can be used for the fit: each is bad, as its status says, or has no weight");
  return out;
}

/// Throws contract_error where rows give another log posterior at a fit's parameters than the fit has: two sums over
/// the same rows agree to their rounding, other rows do not.
inline void require_log_posterior(double of_rows, double of_fit) {
  if (!(std::fabs(of_rows - of_fit) <= 1e-9 * std::max(1.0, std::fabs(of_fit)))) {
    throw contract_error("the rows are not those that the fit was made on: its log-likelihood is another");
  }
}

/// What the parameters run to where the likelihood has no maximum inside, and how far is far.
struct limit_rule {
  bool (*holds)(std::span<const double> parameters, double scale);
  const char* name;
};

inline constexpr double far = 1e4;

/// The name of the first rule that holds, else empty.
inline std::string limit_among(std::span<const limit_rule> limits, std::span<const double> parameters, double scale) {
  for (const limit_rule& rule : limits) {
    if (rule.holds(parameters, scale)) return rule.name;
  }
  return {};
}

/// How a fit ended, from the information's eigenvalues, ascending, where it did; limit() names the limiting model that
/// the end is near, if any.
template <class Limit>
std::pair<fit_status, std::string> verdict(bool found, std::span<const double> information, Limit&& limit) {
  // A standard deviation above ten in the logarithm of some combination of parameters leaves it undetermined.
  constexpr double undetermined = 0.01;
  const double least = information.front();
  if (found && least >= undetermined) return {fit_status::converged, {}};
  std::string near = limit();
  if (!near.empty()) return {fit_status::boundary, std::move(near)};
  // No curvature at all is as flat as can be; its sign is then rounding.
  const bool maximum = found && least > -1e-12 * std::fabs(information.back());
  return {maximum ? fit_status::flat : fit_status::failed, {}};
}

template <class M>
void judge(fit_result<M>& fit, const numeric::minimum<parameter_count<M>>& at, std::span<const limit_rule> limits,
           double scale) {
  constexpr std::size_t N = parameter_count<M>;
  const auto p = fit.model.parameters();
  const numeric::eigen_system<N> e(numeric::hessian(at.f));
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = 0; j < N; ++j) {
      double c = 0.0;
      for (std::size_t k = 0; k < N; ++k) c += e.vectors[i][k] * e.vectors[j][k] / e.values[k];
      fit.covariance[i][j] = e.values[0] > 0 ? c * p[i] * p[j] : not_a_value;
    }
    fit.gradient[i] = -at.f.g[i];
  }
  std::tie(fit.outcome, fit.limit) = verdict(at.found, e.values, [&] { return limit_among(limits, p, scale); });
}

/// Of a model over double, the family over any number type.
template <class M>
struct family_of;
template <template <class> class Basic>
struct family_of<Basic<double>> {
  template <class R>
  using over = Basic<R>;
};

/// -ln L and its derivatives in the logarithms of the parameters; block(m, rows, weight) adds up one block of rows in
/// dual numbers. `like` is of the model's kind and has its k, where it has one.
template <class M, template <class> class Basic, class Row, class Block>
auto negative_log_likelihood(const usable_rows<Row>& data, const M& like, const execution& how, const Block& block) {
  constexpr std::size_t N = parameter_count<M>;
  const std::size_t n = data.rows.size();
  return [&data, like, &how, &block, n,
          parts = std::vector<dual<N>>(numeric::block_count(n))](const vector_n<N>& log_parameters) mutable {
    std::array<dual<N>, N> p;
    for (std::size_t i = 0; i < N; ++i) p[i] = exp(dual<N>::variable(log_parameters[i], i));
    const auto m = alike<Basic<dual<N>>>(like, p);
    numeric::for_blocks(n, how, [&](std::size_t index, std::size_t first, std::size_t last) noexcept {
      parts[index] = block(m, std::span(data.rows).subspan(first, last - first),
                           std::span(data.weight).subspan(first, last - first));
    });
    dual<N> total;
    for (const auto& part : parts) total += part;
    return -total;
  };
}

/// The same less share times the logarithm of the priors' density (without its constant).
template <class M, template <class> class Basic, class Row, class Block>
auto negative_log_posterior(const usable_rows<Row>& data, const M& like, const priors_of<M>& priors, double share,
                            const execution& how, const Block& block) {
  constexpr std::size_t N = parameter_count<M>;
  return [likelihood = negative_log_likelihood<M, Basic>(data, like, how, block), priors,
          share](const vector_n<N>& log_parameters) mutable {
    dual<N> f = likelihood(log_parameters);
    for (std::size_t i = 0; i < N; ++i) {
      if (!numeric::is_finite(priors[i].sd)) continue;
      const double z = (log_parameters[i] - numeric::log(priors[i].centre)) / priors[i].sd;
      f.v += share * 0.5 * z * z;
      f.g[i] += share * z / priors[i].sd;
      f.h[dual<N>::index(i, i)] += share / (priors[i].sd * priors[i].sd);
    }
    return f;
  };
}

template <class M>
vector_n<parameter_count<M>> log_parameters(const M& m) {
  vector_n<parameter_count<M>> x{};
  const auto p = m.parameters();
  for (std::size_t i = 0; i < p.size(); ++i) x[i] = numeric::log(p[i]);
  return x;
}

template <class M>
M model_at(const M& like, const numeric::minimum<parameter_count<M>>& at) {
  std::array<double, parameter_count<M>> p{};
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = numeric::exp(at.x[i]);
  return alike<M>(like, p);
}

/// Every k-th row, where there are many: enough to tell which hill is the highest.
template <class Row>
usable_rows<Row> thinned(const usable_rows<Row>& data) {
  constexpr std::size_t enough = 4096;
  const std::size_t step = 1 + (data.rows.size() - 1) / enough;
  usable_rows<Row> out;
  for (std::size_t i = 0; i < data.rows.size(); i += step) {
    out.rows.push_back(data.rows[i]);
    out.weight.push_back(data.weight[i]);
    out.total += data.weight[i];
  }
  return out;
}

/// Σ weight × value / Σ weight.
template <class Row, class Value>
double mean_of(const usable_rows<Row>& data, Value&& value) {
  double sum = 0.0;
  for (std::size_t i = 0; i < data.rows.size(); ++i) sum += data.weight[i] * value(data.rows[i]);
  return sum / data.total;
}

/// What a penalty's short form takes as the rows' unit: of time their age, of money their mean spend.
inline double unit_of(const history& h) {
  return h.T;
}
inline double unit_of(const spend_history& s) {
  return s.mean;
}
inline double unit_of(const itemised_spend& s) {
  return s.mean;
}
inline double unit_of(const contract_history&) {
  return 1.0;
}

/// A start at the priors' centres where there are any, for the others at `first`.
template <class M>
M start_at(const priors_of<M>& priors, const M& first) {
  auto p = first.parameters();
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (numeric::is_finite(priors[i].sd)) p[i] = priors[i].centre;
  }
  return alike<M>(first, p);
}

/// The likelihood may have several hills: each start climbs one, and the highest counts. Of equals the first.
template <class M, template <class> class Basic, class Row, class Block>
fit_result<M> fit_rows(const usable_rows<Row>& data, std::vector<M> starts, std::span<const limit_rule> limits,
                       double scale, const execution& how, const penalty& prior, const Block& block) {
  constexpr std::size_t N = parameter_count<M>;
  fit_result<M> fit;
  fit.priors = priors_from<M>(prior, mean_of(data, [](const Row& row) { return unit_of(row); }));
  if (fit.penalised()) starts.push_back(start_at(fit.priors, starts.front()));
  const bool few = data.rows.size() == thinned(data).rows.size();
  const usable_rows<Row> part = few || starts.size() == 1 ? usable_rows<Row>{} : thinned(data);
  numeric::minimum<N> best;
  best.f = dual<N>(not_a_value);
  const auto climb_from = [&](const M& start, const usable_rows<Row>& rows) {
    const auto at = numeric::minimise<N>(
        negative_log_posterior<M, Basic>(rows, start, fit.priors, rows.total / data.total, how, block),
        log_parameters(start));
    fit.evaluations += at.evaluations;
    if (!numeric::is_finite(best.f.v) || at.f.v < best.f.v - 1e-9 * std::fabs(best.f.v)) best = at;
  };
  for (const M& start : starts) climb_from(start, part.rows.empty() ? data : part);
  if (!part.rows.empty()) {
    const numeric::minimum<N> of_part = best;
    best.f = dual<N>(not_a_value);
    climb_from(model_at(starts.front(), of_part), data);
    // A part may lack the top that the whole has; its edge is then no place to start from.
    if (!of_part.found) climb_from(starts.front(), data);
  }
  fit.model = model_at(starts.front(), best);
  fit.log_posterior = -best.f.v;
  fit.log_likelihood = fit.penalised() ? fit.log_posterior + penalty_at(fit.priors, fit.model) : fit.log_posterior;
  fit.rows = data.total;
  fit.distinct_rows = data.rows.size();
  judge(fit, best, limits, scale);
  return fit;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

#include "covariate_likelihood.hpp"
#include "limits.hpp"
#include <valorem/model/fit_covariates.hpp>
#include <valorem/summary/compress.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

namespace valorem::inline VALOREM_ABI {

namespace {

using detail::column_scale;
using detail::covariate_rows;
using detail::held_count;
using detail::layout;
using detail::rescaled;
using numeric::dual;
using numeric::run_time;

/// The model, its parameters by name, and their covariance from that of the free variables (by information's inverse):
/// each is a function of the variables whose slopes dual numbers give.
template <template <class> class Basic, class M = Basic<double>>
void describe(covariate_fit<M>& fit, const M& without, const layout<M>& where, const covariate_plan& plan,
              std::span<const column_scale> scale, const std::vector<double>& x,
              const numeric::eigen_system<run_time>& information) {
  constexpr std::size_t N = parameter_count<M>;
  constexpr std::size_t P = process_count<M>;
  constexpr std::size_t H = held_count<M>;
  std::array<dual<N>, P> at_zero;
  for (std::size_t p = 0; p < P; ++p) {
    double s = x[where.level[p]];
    for (std::size_t j = 0; j < where.moves[p].size(); ++j) {
      const column_scale& c = scale[where.moves[p][j]];
      s -= x[where.level[p] + 1 + j] * (c.mean / c.deviation);
    }
    at_zero[p] = dual<N>::variable(s, H + p);
  }
  const auto base = moved(rescaled<Basic>(without, x), at_zero).parameters();
  std::array<double, N> values{};
  std::vector<std::vector<double>> slopes;
  for (std::size_t i = 0; i < N; ++i) {
    values[i] = base[i].v;
    fit.parameter_names.emplace_back(M::parameter_names[i]);
    std::vector<double>& slope = slopes.emplace_back(where.size);
    for (std::size_t a = 0; a < H; ++a) slope[a] = base[i].g[a];
    for (std::size_t p = 0; p < P; ++p) {
      slope[where.level[p]] = base[i].g[H + p];
      for (std::size_t j = 0; j < where.moves[p].size(); ++j) {
        const column_scale& c = scale[where.moves[p][j]];
        slope[where.level[p] + 1 + j] = -base[i].g[H + p] * (c.mean / c.deviation);
      }
    }
  }
  fit.model.base = M::from(values);
  fit.model.names = plan.names;
  fit.values.assign(values.begin(), values.end());
  for (std::size_t p = 0; p < P; ++p) {
    for (std::size_t j = 0; j < where.moves[p].size(); ++j) {
      const std::size_t column = where.moves[p][j];
      const std::size_t u = where.level[p] + 1 + j;
      const double value = x[u] / scale[column].deviation;
      fit.model.coefficients[p].push_back({column, value});
      fit.parameter_names.push_back(std::string(processes<M>[p].name) + "." + plan.names[column]);
      fit.values.push_back(value);
      slopes.emplace_back(where.size)[u] = 1.0 / scale[column].deviation;
    }
  }
  if (!legal(fit.model.base)) {
    throw data_error("a customer whose covariates are all 0 lies too far from these: subtract from each its mean");
  }
  // Along each eigenvector of the information: how far one standard deviation moves each parameter.
  const std::size_t k = where.free_size;
  std::vector<std::vector<double>> along(slopes.size(), std::vector<double>(k));
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    for (std::size_t e = 0; e < k; ++e) {
      for (std::size_t u = 0; u < where.size; ++u) {
        along[i][e] += slopes[i][u] * where.sign[u] * information.vectors[where.free[u]][e];
      }
      along[i][e] /= std::sqrt(information.values[e]);
    }
  }
  const bool definite = information.values[0] > 0;
  fit.covariance.assign(slopes.size(), std::vector<double>(slopes.size(), not_a_value));
  for (std::size_t i = 0; definite && i < slopes.size(); ++i) {
    for (std::size_t j = 0; j < slopes.size(); ++j) {
      fit.covariance[i][j] = 0.0;
      for (std::size_t e = 0; e < k; ++e) fit.covariance[i][j] += along[i][e] * along[j][e];
    }
  }
}

/// Names the coefficient that runs away, or the limit that the average customer's model is near.
template <template <class> class Basic, class M = Basic<double>>
std::string limit_of(const M& without, const layout<M>& where, const covariate_plan& plan, const std::vector<double>& x,
                     double scale) {
  constexpr std::size_t N = parameter_count<M>;
  // e^6 times as much for one standard deviation of a covariate is no effect that data show.
  constexpr double running = 6.0;
  std::array<dual<N>, process_count<M>> level;
  for (std::size_t p = 0; p < process_count<M>; ++p) {
    level[p] = dual<N>(x[where.level[p]]);
    for (std::size_t j = 0; j < where.moves[p].size(); ++j) {
      if (std::fabs(x[where.level[p] + 1 + j]) > running) {
        return "a coefficient without bound (" + std::string(processes<M>[p].name) + "." +
               plan.names[where.moves[p][j]] + ")";
      }
    }
  }
  const auto average = moved(rescaled<Basic>(without, x), level).parameters();
  std::array<double, N> values{};
  for (std::size_t i = 0; i < N; ++i) values[i] = average[i].v;
  return detail::limit_near(M::from(values), scale);
}

/// The end of a climb, whose variables count from a model without covariates.
template <class M>
struct climbed {
  M from;
  numeric::minimum<run_time> at;
};

/// Where the fit without covariates ran to a limit it may have left the climb on a plateau, so another starts at
/// `middle`. Of equals the first counts.
template <template <class> class Basic, class Row, class M = Basic<double>>
covariate_fit<M> fit_rows_with(const fit_result<M>& without, const M& middle, const covariate_rows<Row>& rows,
                               const layout<M>& where, const covariate_plan& plan, double scale, const execution& how) {
  covariate_fit<M> fit;
  const auto climb = [&](const M& from) {
    auto objective = detail::objective_of<Basic>(rows, from, where, plan, how);
    climbed<M> out{from, numeric::minimise<run_time>(objective, std::vector<double>(where.free_size))};
    fit.evaluations += out.at.evaluations;
    return out;
  };
  climbed<M> best = climb(without.model);
  if (without.outcome != fit_status::converged || !best.at.found) {
    climbed<M> other = climb(middle);
    const double before = best.at.f.v;
    if (!numeric::is_finite(before) || other.at.f.v < before - 1e-9 * std::fabs(before)) best = std::move(other);
  }
  const auto& [from, at] = best;
  const std::vector<double> x = where.spread(at.x);
  const numeric::eigen_system<run_time> information(at.f.h);
  fit.without = without;
  fit.log_posterior = -at.f.v;
  // What the penalty takes at the end, by the same text that took it on the way.
  numeric::expansion penalty(where.size);
  detail::add_priors(plan, where, rows.scale, x, penalty);
  fit.log_likelihood = fit.log_posterior + detail::gathered(penalty, where, plan.ridge, at.x).v;
  fit.free_parameters = where.free_size;
  fit.rows = rows.data.total;
  fit.distinct_rows = rows.data.rows.size();
  fit.penalised = plan.ridge > 0 || !plan.priors.empty();
  const auto limit = [&, &start = from] { return limit_of<Basic>(start, where, plan, x, scale); };
  std::tie(fit.outcome, fit.limit) = detail::verdict(at.found, information.values, limit);
  describe<Basic>(fit, from, where, plan, rows.scale, x, information);
  return fit;
}

// Models in the middle of what is usual, at the rows' means.

template <class M>
M middle_of_beta_geometric(double rate, double) {
  return {.r = 1.0, .alpha = 1.0 / rate, .a = 1.0, .b = 3.0};
}
pareto_nbd middle_of_pareto(double rate, double age) {
  return {.r = 1.0, .alpha = 1.0 / rate, .s = 1.0, .beta = age};
}
/// Hazards that fall, half of the customers gone before their mean age.
ggompertz_nbd middle_of_ggompertz(double rate, double age) {
  return {.r = 1.0, .alpha = 1.0 / rate, .b = 1.0 / age, .s = 0.5, .beta = 0.5};
}

template <template <class> class Basic>
covariate_fit<Basic<double>> fit_purchases(const weighted_rows& rows, const covariate_plan& plan, const execution& how,
                                           Basic<double> (*middle)(double rate, double age)) {
  using M = Basic<double>;
  const history_columns& h = rows.histories;
  require_equal_length(h.x.size(), "x", h.t_x.size(), "t_x");
  require_equal_length(h.x.size(), "x", h.T.size(), "T");
  const auto where = detail::checked_layout<M>(plan, h.size());
  const auto used = detail::rows_with_covariates<history>(
      h.size(), rows.weight, plan, where.moves, [&](std::size_t i) { return h[i]; },
      [](const history& row) { return check(row) == status::ok; });
  const weighted_histories merged = compress(h, rows.weight);
  const fit_result<M> without = fit<M>(weighted_rows{merged.columns(), merged.weight}, how);
  const double age = detail::mean_of(used.data, [](const history& row) { return row.T; });
  const double x = detail::mean_of(used.data, [](const history& row) { return row.x; });
  return fit_rows_with<Basic>(without, middle(std::max(x, 0.01) / age, age), used, where, plan, age, how);
}

}  // namespace

template <>
covariate_fit<bg_nbd> fit_with_covariates<bg_nbd>(const weighted_rows& rows, const covariate_plan& plan,
                                                  const execution& how) {
  return fit_purchases<basic_bg_nbd>(rows, plan, how, middle_of_beta_geometric<bg_nbd>);
}
template <>
covariate_fit<mbg_nbd> fit_with_covariates<mbg_nbd>(const weighted_rows& rows, const covariate_plan& plan,
                                                    const execution& how) {
  return fit_purchases<basic_mbg_nbd>(rows, plan, how, middle_of_beta_geometric<mbg_nbd>);
}
template <>
covariate_fit<pareto_nbd> fit_with_covariates<pareto_nbd>(const weighted_rows& rows, const covariate_plan& plan,
                                                          const execution& how) {
  return fit_purchases<basic_pareto_nbd>(rows, plan, how, middle_of_pareto);
}
template <>
covariate_fit<ggompertz_nbd> fit_with_covariates<ggompertz_nbd>(const weighted_rows& rows, const covariate_plan& plan,
                                                                const execution& how) {
  return fit_purchases<basic_ggompertz_nbd>(rows, plan, how, middle_of_ggompertz);
}

template <>
covariate_fit<shifted_beta_geometric> fit_with_covariates<shifted_beta_geometric>(const weighted_contracts& rows,
                                                                                  const covariate_plan& plan,
                                                                                  const execution& how) {
  const contract_columns& c = rows.contracts;
  require_equal_length(c.duration.size(), "duration", c.churned.size(), "churned");
  const auto where = detail::checked_layout<shifted_beta_geometric>(plan, c.size());
  const auto used = detail::rows_with_covariates<contract_history>(
      c.size(), rows.weight, plan, where.moves, [&](std::size_t i) { return c[i]; },
      [](const contract_history& h) { return check(h) == status::ok && h.duration > 0; });
  const double leaving = detail::mean_of(used.data, [](const contract_history& h) { return h.churned; }) /
                         detail::mean_of(used.data, [](const contract_history& h) { return h.duration; });
  const auto without = fit<shifted_beta_geometric>(rows, how);
  const double share = std::clamp(leaving, 0.001, 0.999);
  const shifted_beta_geometric middle{.alpha = 1.0, .beta = (1.0 - share) / share};
  return fit_rows_with<basic_shifted_beta_geometric>(without, middle, used, where, plan, leaving, how);
}

covariate_fit<gamma_gamma> fit_spend_with_covariates(std::span<const double> x, std::span<const double> mean,
                                                     std::span<const double> weight, const covariate_plan& plan,
                                                     const execution& how) {
  require_equal_length(x.size(), "x", mean.size(), "mean");
  const auto where = detail::checked_layout<gamma_gamma>(plan, x.size());
  const auto used = detail::rows_with_covariates<spend_history>(
      x.size(), weight, plan, where.moves,
      [&](std::size_t i) {
        return spend_history{x[i], mean[i]};
      },
      [](const spend_history& row) { return row.x >= 1 && check(row) == status::ok; });
  const weighted_spends merged = compress_spend(x, mean, weight);
  const auto without = fit_spend(merged.x, merged.mean_spend, merged.weight, how);
  const double level = detail::mean_of(used.data, [](const spend_history& s) { return s.mean; });
  // p v / (q - 1) is the mean spend.
  const gamma_gamma middle{.p = 2.0, .q = 3.0, .v = level};
  return fit_rows_with<basic_gamma_gamma>(without, middle, used, where, plan, level, how);
}

}  // namespace valorem::inline VALOREM_ABI

#include "likelihood_blocks.hpp"
#include "limits.hpp"
#include "profile_rows.hpp"
#include <valorem/model/fit.hpp>

#include <algorithm>

namespace valorem::inline VALOREM_ABI {
namespace {

using detail::blocks;
using detail::far;
using detail::fit_rows;
using detail::gapped_rows;
using detail::limit_rule;
using detail::mean_of;
using detail::profile_rows;
using detail::usable_gaps;
using detail::usable_histories;
using detail::usable_itemised_spends;
using detail::usable_rows;
using detail::usable_spends;
using detail::with_gaps;

constexpr limit_rule nbd_limits[] = {
    {[](std::span<const double> p, double) { return p[0] > far; }, "homogeneous Poisson (r and alpha to infinity)"},
    {[](std::span<const double> p, double) { return p[0] < 1 / far; }, "hardly any buyer (r to 0)"},
};
constexpr limit_rule beta_geometric_limits[] = {
    {[](std::span<const double> p, double) { return p[2] < 1e-5 * p[3]; }, "NBD without dropout (a to 0)"},
    {[](std::span<const double> p, double) { return p[3] < 1e-5 * p[2]; }, "dropout after the first chance (b to 0)"},
    {[](std::span<const double> p, double) { return p[2] + p[3] > far; },
     "one dropout chance for all (a and b to infinity)"},
    {[](std::span<const double> p, double) { return p[2] + p[3] < 1 / far; },
     "dropout for certain or never (a and b to 0)"},
    {[](std::span<const double> p, double) { return p[0] > far; },
     "one purchase rate for all (r and alpha to infinity)"},
    {[](std::span<const double> p, double) { return p[0] < 1 / far; }, "hardly any buyer (r to 0)"},
};
constexpr limit_rule pareto_limits[] = {
    {[](std::span<const double> p, double) { return p[2] < 1e-5; }, "NBD without dropout (s to 0)"},
    {[](std::span<const double> p, double) { return p[2] > far; },
     "one rate of leaving for all (s and beta to infinity)"},
    {[](std::span<const double> p, double) { return p[0] > far; },
     "one purchase rate for all (r and alpha to infinity)"},
    {[](std::span<const double> p, double) { return p[0] < 1 / far; }, "hardly any buyer (r to 0)"},
};
// Of so few buyers nothing is learnt of leaving, so that limit comes first.
constexpr limit_rule ggompertz_limits[] = {
    {[](std::span<const double> p, double) { return p[0] < 1 / far; }, "hardly any buyer (r to 0)"},
    {[](std::span<const double> p, double age) { return p[3] * numeric::gompertz_at(p[4], p[2] * age).spent < 1e-3; },
     "NBD without dropout (the hazard to 0)"},
    {[](std::span<const double> p, double age) { return p[2] * age < 1e-3 && p[3] <= far; },
     "Pareto/NBD (b and beta to 0)"},
    // (β / (β + e^(bt) - 1))^s is soon β^s e^(-sbt).
    {[](std::span<const double> p, double age) { return p[2] * age > 30 && p[3] < 0.1 && p[4] < 1e-3; },
     "some leave at once and the others at one rate (s and beta to 0 as b to infinity)"},
    {[](std::span<const double> p, double) { return p[3] > far; },
     "one Gompertz hazard for all (s and beta to infinity)"},
    {[](std::span<const double> p, double) { return p[4] > far * far; },
     "nobody leaves before one age (b and beta to infinity)"},
    {[](std::span<const double> p, double) { return p[0] > far; },
     "one purchase rate for all (r and alpha to infinity)"},
};
constexpr limit_rule bg_bb_limits[] = {
    {[](std::span<const double> p, double) { return p[2] < 1e-3 * p[3]; }, "nobody leaves (gamma to 0)"},
    {[](std::span<const double> p, double) { return p[3] < 1e-5 * p[2]; }, "all leave at once (delta to 0)"},
    {[](std::span<const double> p, double) { return p[2] + p[3] > far; },
     "one chance of leaving for all (gamma and delta to infinity)"},
    {[](std::span<const double> p, double) { return p[2] + p[3] < 1 / far; },
     "leaves at once or never (gamma and delta to 0)"},
    {[](std::span<const double> p, double) { return p[0] + p[1] > far; },
     "one chance of buying for all (alpha and beta to infinity)"},
    {[](std::span<const double> p, double) { return p[0] + p[1] < 1 / far; },
     "buys always or never (alpha and beta to 0)"},
    {[](std::span<const double> p, double) { return p[0] < 1e-5 * p[1]; }, "hardly any buyer (alpha to 0)"},
    {[](std::span<const double> p, double) { return p[1] < 1e-5 * p[0]; }, "buys in every period (beta to 0)"},
};
constexpr limit_rule spend_limits[] = {
    {[](std::span<const double> p, double) { return p[1] > far; }, "one mean spend for all (q and v to infinity)"},
    {[](std::span<const double> p, double) { return p[0] > far; },
     "every purchase of a customer alike (p to infinity)"},
    {[](std::span<const double> p, double) { return p[0] < 1 / far || p[1] < 1 / far; },
     "a spread without mean (p or q to 0)"},
    {[](std::span<const double> p, double s) { return p[2] < 1e-7 * s; }, "a spread without scale (v to 0)"},
};

/// Of means alone or of purchases one by one: the likelihood goes by the row.
template <class Row>
fit_result<gamma_gamma> fit_spend_rows(const usable_rows<Row>& data, const execution& how, const penalty& prior) {
  const double level = mean_of(data, [](const Row& s) { return s.mean; });
  // p v / (q - 1) = level at p = 4, q = 4.
  return fit_rows<gamma_gamma, basic_gamma_gamma>(data, {{.p = 4.0, .q = 4.0, .v = 0.75 * level}}, spend_limits, level,
                                                  how, prior, blocks);
}

/// α that makes a rate of shape r match the mean count per time; any positive number will do where nobody bought.
double matching_alpha(const usable_rows<history>& data, double r) {
  const double T = mean_of(data, [](const history& h) { return h.T; });
  const double x = mean_of(data, [](const history& h) { return h.x; });
  if (!(T > 0)) throw data_error("every history has length 0: nothing can be learnt from them");
  return r * T / std::max(x, 0.01);
}

/// Where nobody came back the likelihood rises as purchases get rarer; whichever limit the climb ended near, that is
/// the one to name.
template <class M>
fit_result<M> unless_nobody_bought(fit_result<M> fit, const usable_rows<history>& data) {
  const auto bought = [](const history& h) { return h.x > 0; };
  if (fit.outcome == fit_status::converged || std::any_of(data.rows.begin(), data.rows.end(), bought)) return fit;
  fit.outcome = fit_status::boundary;
  fit.limit = "no purchase ever again (r/alpha to 0)";
  return fit;
}

/// Two hills are common in small samples: few customers lost and slow buyers, or many lost early and quick ones. And
/// the likelihood may rise towards no dropout at all, or towards one chance for all.
template <class M>
std::vector<M> beta_geometric_starts(const usable_rows<history>& data) {
  const double quarter = 0.5 * matching_alpha(data, 0.5);
  return {{.r = 0.5, .alpha = quarter, .a = 0.7, .b = 2.0},
          {.r = 1.5, .alpha = 3 * quarter, .a = 0.25, .b = 0.2},
          {.r = 1.0, .alpha = 4 * quarter, .a = 0.01, .b = 0.1},
          {.r = 0.5, .alpha = quarter, .a = 50.0, .b = 200.0}};
}

/// The starts of k = 1 with k events to a purchase.
template <class M>
std::vector<M> erlang_starts(const usable_rows<history>& data, int k) {
  std::vector<M> out;
  for (const mbg_nbd& m : beta_geometric_starts<mbg_nbd>(data)) {
    out.push_back(M::from({m.r, m.alpha / k, m.a, m.b}, k));
  }
  return out;
}

template <class M, template <class> class Basic>
fit_result<M> fit_from(const gapped_rows& rows, const std::vector<M>& starts, const execution& how,
                       const penalty& prior) {
  const auto fit = fit_rows<M, Basic>(rows.data, starts, beta_geometric_limits, 1.0, how, prior, blocks);
  return unless_nobody_bought(with_gaps(fit, rows, 1.0), rows.data);
}

/// Each k climbs from where the one before it ended, and the best one once more from every start.
template <class M, template <class> class Basic>
fit_result<M> fit_every_k(const weighted_rows& all, const execution& how, const penalty& prior) {
  const gapped_rows rows = usable_gaps(all, true);
  fit_result<M> best;
  M last{};
  int evaluations = 0;
  std::vector<double> of_k;
  for (int k = 1; k <= max_stages; ++k) {
    std::vector<M> starts = erlang_starts<M>(rows.data, k);
    if (k > 1) {
      last.k = k;
      last.alpha *= (k - 1.0) / k;
      starts = {last, starts.front()};
    }
    const fit_result<M> at = fit_from<M, Basic>(rows, starts, how, prior);
    last = at.model;
    evaluations += at.evaluations;
    of_k.push_back(at.log_likelihood);
    if (k == 1 || at.log_posterior > best.log_posterior) best = at;
  }
  if (best.model.k > 1) {
    const fit_result<M> again = fit_from<M, Basic>(rows, erlang_starts<M>(rows.data, best.model.k), how, prior);
    evaluations += again.evaluations;
    if (again.log_posterior > best.log_posterior) best = again;
    of_k[static_cast<std::size_t>(best.model.k - 1)] = best.log_likelihood;
  }
  best.evaluations = evaluations;
  best.log_likelihood_of_k = of_k;
  return best;
}

template <class M, template <class> class Basic>
fit_result<M> fit_one_k(int k, const weighted_rows& all, const execution& how, const penalty& prior) {
  if (!legal_stages(k)) {
    throw contract_error("k must be a whole number from 1 to " + std::to_string(max_stages) + ", not " +
                         std::to_string(k));
  }
  const gapped_rows rows = usable_gaps(all, k > 1);
  return fit_from<M, Basic>(rows, erlang_starts<M>(rows.data, k), how, prior);
}

template <class M, template <class> class Basic>
intervals_of<M> profile_gapped(const weighted_rows& all, const fit_result<M>& fit, double level, const execution& how) {
  const gapped_rows rows = usable_gaps(all, fit.model.k > 1);
  return profile_rows<M, Basic>(rows.data, with_gaps(fit, rows, -1.0), level, how, blocks);
}

}  // namespace

template <>
fit_result<bg_cnbd> fit<bg_cnbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  return fit_every_k<bg_cnbd, basic_bg_cnbd>(rows, how, prior);
}
template <>
fit_result<mbg_cnbd> fit<mbg_cnbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  return fit_every_k<mbg_cnbd, basic_mbg_cnbd>(rows, how, prior);
}
template <>
fit_result<bg_cnbd> fit_at<bg_cnbd>(int k, const weighted_rows& rows, const execution& how, const penalty& prior) {
  return fit_one_k<bg_cnbd, basic_bg_cnbd>(k, rows, how, prior);
}
template <>
fit_result<mbg_cnbd> fit_at<mbg_cnbd>(int k, const weighted_rows& rows, const execution& how, const penalty& prior) {
  return fit_one_k<mbg_cnbd, basic_mbg_cnbd>(k, rows, how, prior);
}

template <>
fit_result<nbd> fit<nbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  const auto data = usable_histories(rows);
  const nbd start{.r = 0.5, .alpha = matching_alpha(data, 0.5)};
  return unless_nobody_bought(fit_rows<nbd, basic_nbd>(data, {start}, nbd_limits, 1.0, how, prior, blocks), data);
}

template <>
fit_result<bg_nbd> fit<bg_nbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  const auto data = usable_histories(rows);
  const auto starts = beta_geometric_starts<bg_nbd>(data);
  return unless_nobody_bought(
      fit_rows<bg_nbd, basic_bg_nbd>(data, starts, beta_geometric_limits, 1.0, how, prior, blocks), data);
}

template <>
fit_result<mbg_nbd> fit<mbg_nbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  const auto data = usable_histories(rows);
  const auto starts = beta_geometric_starts<mbg_nbd>(data);
  return unless_nobody_bought(
      fit_rows<mbg_nbd, basic_mbg_nbd>(data, starts, beta_geometric_limits, 1.0, how, prior, blocks), data);
}

template <>
fit_result<pareto_nbd> fit<pareto_nbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  const auto data = usable_histories(rows);
  const double alpha = 0.5 * matching_alpha(data, 0.5);
  const double age = mean_of(data, [](const history& h) { return h.T; });
  const pareto_nbd start{.r = 0.5, .alpha = alpha, .s = 0.5, .beta = 0.5 * age};
  return unless_nobody_bought(
      fit_rows<pareto_nbd, basic_pareto_nbd>(data, {start}, pareto_limits, 1.0, how, prior, blocks), data);
}

template <>
fit_result<ggompertz_nbd> fit<ggompertz_nbd>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  const auto data = usable_histories(rows);
  const double age = mean_of(data, [](const history& h) { return h.T; });
  const pareto_nbd edge = fit<pareto_nbd>(rows, how).model;
  const double b = 1e-9 / age;
  // Pareto/NBD itself first, so that it is named where nothing is better; then hazards that fall, that rise, and that
  // rise so steeply that most leave at one age. The last two are of few customers: some leave at once, the others
  // hardly.
  const std::vector<ggompertz_nbd> starts{
      {.r = edge.r, .alpha = edge.alpha, .b = b, .s = edge.s, .beta = b * edge.beta},
      {.r = edge.r, .alpha = edge.alpha, .b = 1.0 / age, .s = 0.5, .beta = 0.5},
      {.r = edge.r, .alpha = edge.alpha, .b = 3.0 / age, .s = 0.5, .beta = 10.0},
      {.r = edge.r, .alpha = edge.alpha, .b = 30.0 / age, .s = 0.5, .beta = 1e11},
      {.r = edge.r, .alpha = edge.alpha, .b = 10.0 / age, .s = 0.2, .beta = 0.1},
      {.r = edge.r, .alpha = edge.alpha, .b = 100.0 / age, .s = 0.2, .beta = 0.1}};
  return unless_nobody_bought(
      fit_rows<ggompertz_nbd, basic_ggompertz_nbd>(data, starts, ggompertz_limits, age, how, prior, blocks), data);
}

template <>
fit_result<bg_bb> fit<bg_bb>(const weighted_rows& rows, const execution& how, const penalty& prior) {
  const auto data = usable_histories(rows, check_periods);
  if (!(mean_of(data, [](const history& h) { return h.T; }) > 0)) {
    throw data_error("every history has no period: nothing can be learnt from them");
  }
  const std::vector<bg_bb> starts{{.alpha = 1.0, .beta = 1.0, .gamma = 0.5, .delta = 2.5},
                                  {.alpha = 0.5, .beta = 2.0, .gamma = 0.2, .delta = 0.5},
                                  {.alpha = 1.0, .beta = 3.0, .gamma = 0.02, .delta = 1.0}};
  return fit_rows<bg_bb, basic_bg_bb>(data, starts, bg_bb_limits, 1.0, how, prior, blocks);
}

fit_result<gamma_gamma> fit_spend(std::span<const double> x, std::span<const double> mean,
                                  std::span<const double> weight, const execution& how, const penalty& prior) {
  return fit_spend_rows(usable_spends(x, mean, weight), how, prior);
}

fit_result<gamma_gamma> fit_itemised_spend(std::span<const double> x, std::span<const double> mean,
                                           std::span<const double> sum_log, std::span<const double> weight,
                                           const execution& how, const penalty& prior) {
  return fit_spend_rows(usable_itemised_spends(x, mean, sum_log, weight), how, prior);
}

template <>
intervals_of<nbd> profile_intervals<nbd>(const weighted_rows& rows, const fit_result<nbd>& fit, double level,
                                         const execution& how) {
  return profile_rows<nbd, basic_nbd>(usable_histories(rows), fit, level, how, blocks);
}
template <>
intervals_of<bg_nbd> profile_intervals<bg_nbd>(const weighted_rows& rows, const fit_result<bg_nbd>& fit, double level,
                                               const execution& how) {
  return profile_rows<bg_nbd, basic_bg_nbd>(usable_histories(rows), fit, level, how, blocks);
}
template <>
intervals_of<mbg_nbd> profile_intervals<mbg_nbd>(const weighted_rows& rows, const fit_result<mbg_nbd>& fit,
                                                 double level, const execution& how) {
  return profile_rows<mbg_nbd, basic_mbg_nbd>(usable_histories(rows), fit, level, how, blocks);
}
template <>
intervals_of<bg_cnbd> profile_intervals<bg_cnbd>(const weighted_rows& rows, const fit_result<bg_cnbd>& fit,
                                                 double level, const execution& how) {
  return profile_gapped<bg_cnbd, basic_bg_cnbd>(rows, fit, level, how);
}
template <>
intervals_of<mbg_cnbd> profile_intervals<mbg_cnbd>(const weighted_rows& rows, const fit_result<mbg_cnbd>& fit,
                                                   double level, const execution& how) {
  return profile_gapped<mbg_cnbd, basic_mbg_cnbd>(rows, fit, level, how);
}
template <>
intervals_of<pareto_nbd> profile_intervals<pareto_nbd>(const weighted_rows& rows, const fit_result<pareto_nbd>& fit,
                                                       double level, const execution& how) {
  return profile_rows<pareto_nbd, basic_pareto_nbd>(usable_histories(rows), fit, level, how, blocks);
}
template <>
intervals_of<ggompertz_nbd> profile_intervals<ggompertz_nbd>(const weighted_rows& rows,
                                                             const fit_result<ggompertz_nbd>& fit, double level,
                                                             const execution& how) {
  return profile_rows<ggompertz_nbd, basic_ggompertz_nbd>(usable_histories(rows), fit, level, how, blocks);
}
template <>
intervals_of<bg_bb> profile_intervals<bg_bb>(const weighted_rows& rows, const fit_result<bg_bb>& fit, double level,
                                             const execution& how) {
  return profile_rows<bg_bb, basic_bg_bb>(usable_histories(rows, check_periods), fit, level, how, blocks);
}

intervals_of<gamma_gamma> profile_spend_intervals(std::span<const double> x, std::span<const double> mean,
                                                  std::span<const double> weight, const fit_result<gamma_gamma>& fit,
                                                  double level, const execution& how) {
  return profile_rows<gamma_gamma, basic_gamma_gamma>(usable_spends(x, mean, weight), fit, level, how, blocks);
}

intervals_of<gamma_gamma> profile_itemised_spend_intervals(std::span<const double> x, std::span<const double> mean,
                                                           std::span<const double> sum_log,
                                                           std::span<const double> weight,
                                                           const fit_result<gamma_gamma>& fit, double level,
                                                           const execution& how) {
  return profile_rows<gamma_gamma, basic_gamma_gamma>(usable_itemised_spends(x, mean, sum_log, weight), fit, level, how,
                                                      blocks);
}

template <>
std::string detail::limit_near(const bg_nbd& m, double scale) {
  return limit_among(beta_geometric_limits, m.parameters(), scale);
}
template <>
std::string detail::limit_near(const mbg_nbd& m, double scale) {
  return limit_among(beta_geometric_limits, m.parameters(), scale);
}
template <>
std::string detail::limit_near(const pareto_nbd& m, double scale) {
  // A covariate's process may leave s where it is and let beta run.
  if (m.s * scale < 1e-5 * m.beta) return "NBD without dropout (s/beta to 0)";
  return limit_among(pareto_limits, m.parameters(), scale);
}
template <>
std::string detail::limit_near(const ggompertz_nbd& m, double scale) {
  return limit_among(ggompertz_limits, m.parameters(), scale);
}
template <>
std::string detail::limit_near(const gamma_gamma& m, double scale) {
  return limit_among(spend_limits, m.parameters(), scale);
}

}  // namespace valorem::inline VALOREM_ABI

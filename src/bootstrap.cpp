#include "likelihood_blocks.hpp"
#include <valorem/model/bootstrap.hpp>
#include <valorem/model/inference.hpp>
#include <valorem/model/simulate.hpp>
#include <valorem/numeric/random.hpp>
#include <valorem/summary/compress.hpp>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {
namespace {

using namespace detail;

/// A seed for each population, so that none shares a customer with another, or with simulate() by the seed itself.
std::uint64_t seed_of_population(std::uint64_t seed, std::size_t i) {
  constexpr std::uint32_t purpose = 32;
  const auto low = static_cast<std::uint32_t>(i);
  const auto high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(i) >> 32);
  const auto bits = numeric::philox({0, purpose, low, high},
                                    {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return std::uint64_t{bits[1]} << 32 | bits[0];
}

/// One row a customer.
template <class Row>
std::vector<Row> customers_of(const usable_rows<Row>& data) {
  std::vector<Row> out;
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    if (data.weight[i] != std::floor(data.weight[i])) {
      throw contract_error("bootstrap: a weight is a number of customers and must be whole, not " +
                           std::to_string(data.weight[i]));
    }
    out.insert(out.end(), static_cast<std::size_t>(data.weight[i]), data.rows[i]);
  }
  return out;
}

template <class M>
penalty penalty_of(const fit_result<M>& f) {
  penalty out;
  for (std::size_t i = 0; i < f.priors.size(); ++i) {
    if (numeric::is_finite(f.priors[i].sd)) {
      out.priors.push_back({std::string(M::parameter_names[i]), f.priors[i].centre, f.priors[i].sd});
    }
  }
  return out;
}

template <class M>
fit_result<M> refit(const M& m, const std::vector<history>& customers, const penalty& prior, std::uint64_t seed) {
  std::vector<double> x(customers.size());
  std::vector<double> t_x(customers.size());
  std::vector<double> T(customers.size());
  std::vector<double> log_gaps(customers.size());
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const simulated_customer drawn = simulate(m, customers[i].T, seed, i);
    const history& seen = drawn.seen;
    log_gaps[i] = drawn.log_gaps;
    x[i] = seen.x;
    t_x[i] = seen.t_x;
    T[i] = seen.T;
  }
  if constexpr (erlang_model<M>) {
    const weighted_histories rows = compress(history_columns{x, t_x, T}, {}, log_gaps);
    return fit_at<M>(m.k, {rows.columns(), rows.weight, rows.log_gaps}, {}, prior);
  } else {
    const weighted_histories rows = compress(history_columns{x, t_x, T});
    return fit<M>({rows.columns(), rows.weight}, {}, prior);
  }
}

fit_result<gamma_gamma> refit(const gamma_gamma& m, const std::vector<spend_history>& customers, const penalty& prior,
                              std::uint64_t seed) {
  std::vector<double> x(customers.size());
  std::vector<double> mean(customers.size());
  for (std::size_t i = 0; i < customers.size(); ++i) {
    x[i] = customers[i].x;
    mean[i] = simulate(m, x[i], seed, i).mean;
  }
  return fit_spend(x, mean, {}, {}, prior);
}

template <contract_model M>
fit_result<M> refit(const M& m, const std::vector<contract_history>& customers, const penalty& prior,
                    std::uint64_t seed) {
  std::vector<double> duration(customers.size());
  std::vector<double> churned(customers.size());
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const contract_history seen = simulate(m, customers[i].duration, seed, i);
    duration[i] = seen.duration;
    churned[i] = seen.churned;
  }
  return fit<M>(weighted_contracts{.contracts = {duration, churned}}, {}, prior);
}

template <class M, class Row>
bootstrap_fits<M> bootstrap_rows(const usable_rows<Row>& data, const fit_result<M>& from,
                                 const bootstrap_options& options, const execution& how) {
  if (options.size < 1 || options.size > max_bootstrap) {
    throw contract_error("size must be 1 to 1,000,000 populations");
  }
  require_legal(from.model);
  require_same_rows(data.total, from.rows);
  const std::vector<Row> customers = customers_of(data);
  const penalty prior = penalty_of(from);
  bootstrap_fits<M> out;
  out.models.resize(options.size);
  out.outcomes.resize(options.size, fit_status::failed);
  numeric::for_items(options.size, how, [&](std::size_t i) noexcept {
    std::array<double, parameter_count<M>> unknown{};
    unknown.fill(not_a_value);
    out.models[i] = alike<M>(from.model, unknown);
    try {
      const fit_result<M> f = refit(from.model, customers, prior, seed_of_population(options.seed, i));
      out.models[i] = f.model;
      out.outcomes[i] = f.outcome;
    } catch (const data_error&) {
      // A population without a row to learn from has told what it can: the fit failed.
    }
  });
  return out;
}

}  // namespace

template <class M>
bootstrap_fits<M> bootstrap(const weighted_rows& rows, const fit_result<M>& from, const bootstrap_options& options,
                            const execution& how) {
  if constexpr (erlang_model<M>) {
    return bootstrap_rows(usable_gaps(rows, from.model.k > 1).data, from, options, how);
  } else {
    return bootstrap_rows(usable_for<M>(rows), from, options, how);
  }
}

template <contract_model M>
bootstrap_fits<M> bootstrap(const cohort& group, const fit_result<M>& from, const bootstrap_options& options,
                            const execution& how) {
  require_counts(group);
  // Customers who are all seen for as long: the end of each is drawn.
  usable_rows<contract_history> data;
  data.rows.push_back({static_cast<double>(group.lost.size()), 0.0});
  data.total = std::accumulate(group.lost.begin(), group.lost.end(), group.survivors);
  data.weight.push_back(data.total);
  return bootstrap_rows(data, from, options, how);
}

bootstrap_fits<gamma_gamma> bootstrap_spend(std::span<const double> x, std::span<const double> mean,
                                            std::span<const double> weight, const fit_result<gamma_gamma>& from,
                                            const bootstrap_options& options, const execution& how) {
  return bootstrap_rows(usable_spends(x, mean, weight), from, options, how);
}

// One line for each model.
template bootstrap_fits<nbd> bootstrap(const weighted_rows&, const fit_result<nbd>&, const bootstrap_options&,
                                       const execution&);
template bootstrap_fits<bg_nbd> bootstrap(const weighted_rows&, const fit_result<bg_nbd>&, const bootstrap_options&,
                                          const execution&);
template bootstrap_fits<mbg_nbd> bootstrap(const weighted_rows&, const fit_result<mbg_nbd>&, const bootstrap_options&,
                                           const execution&);
template bootstrap_fits<bg_cnbd> bootstrap(const weighted_rows&, const fit_result<bg_cnbd>&, const bootstrap_options&,
                                           const execution&);
template bootstrap_fits<mbg_cnbd> bootstrap(const weighted_rows&, const fit_result<mbg_cnbd>&, const bootstrap_options&,
                                            const execution&);
template bootstrap_fits<pareto_nbd> bootstrap(const weighted_rows&, const fit_result<pareto_nbd>&,
                                              const bootstrap_options&, const execution&);
template bootstrap_fits<ggompertz_nbd> bootstrap(const weighted_rows&, const fit_result<ggompertz_nbd>&,
                                                 const bootstrap_options&, const execution&);
template bootstrap_fits<shifted_beta_geometric> bootstrap(const cohort&, const fit_result<shifted_beta_geometric>&,
                                                          const bootstrap_options&, const execution&);
template bootstrap_fits<beta_discrete_weibull> bootstrap(const cohort&, const fit_result<beta_discrete_weibull>&,
                                                         const bootstrap_options&, const execution&);
template bootstrap_fits<bg_bb> bootstrap(const weighted_rows&, const fit_result<bg_bb>&, const bootstrap_options&,
                                         const execution&);

}  // namespace valorem::inline VALOREM_ABI

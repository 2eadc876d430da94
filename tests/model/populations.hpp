// Populations as each model imagines them, their fits, and how much likelihood a value of one parameter costs: what the
// tests of fits over many populations share. A model joins by where its customers come from: purchases, contracts or
// spend.
#ifndef VALOREM_TESTS_MODEL_POPULATIONS_HPP
#define VALOREM_TESTS_MODEL_POPULATIONS_HPP

#include "contract_rows.hpp"
#include "likelihood_blocks.hpp"
#include "profile_rows.hpp"
#include <valorem/model.hpp>
#include <valorem/summary/compress.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace populations {

using namespace valorem;

/// Customers of a model, each seen for T.
template <class M>
struct setting {
  M truth;
  double T;
};

// Of purchases.

template <class M>
weighted_histories rows_of(const setting<M>& s, std::uint64_t seed, std::size_t size) {
  std::vector<double> x(size), t_x(size), age(size, s.T), log_gaps(size);
  for (std::size_t i = 0; i < size; ++i) {
    const simulated_customer c = simulate(s.truth, s.T, seed, i);
    x[i] = c.seen.x;
    t_x[i] = c.seen.t_x;
    log_gaps[i] = c.log_gaps;
  }
  const history_columns columns{x, t_x, age};
  return erlang_model<M> ? compress(columns, {}, log_gaps) : compress(columns);
}

inline weighted_rows used(const weighted_histories& rows) {
  return {rows.columns(), rows.weight, rows.log_gaps};
}

/// k, where there is one, is that of `like`.
template <class M>
fit_result<M> fitted(const M& like, const weighted_histories& rows, const penalty& prior = {}) {
  if constexpr (erlang_model<M>) {
    return fit_at<M>(like.k, used(rows), {}, prior);
  } else {
    return fit<M>(used(rows), {}, prior);
  }
}

template <class M>
intervals_of<M> intervals(const weighted_histories& rows, const fit_result<M>& f) {
  return profile_intervals<M>(used(rows), f);
}

/// Row by row, by the public function.
template <class M>
double log_likelihood_of(const M& m, const weighted_histories& rows) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if constexpr (erlang_model<M>) {
      sum += rows.weight[i] * log_likelihood(m, rows.columns()[i], rows.log_gaps[i]);
    } else {
      sum += rows.weight[i] * log_likelihood(m, rows.columns()[i]);
    }
  }
  return sum;
}

/// use(rows, block, fit of these rows alone): what of a fit's own likelihood the blocks do not hold is taken off.
template <class M, class Use>
auto with_likelihood(const weighted_histories& rows, const fit_result<M>& f, Use&& use) {
  if constexpr (erlang_model<M>) {
    const auto gapped = detail::usable_gaps(used(rows), f.model.k > 1);
    return use(gapped.data, detail::blocks, detail::with_gaps(f, gapped, -1.0));
  } else {
    return use(detail::usable_for<M>(used(rows)), detail::blocks, f);
  }
}

// Of contracts.

template <contract_model M>
compressed_contracts rows_of(const setting<M>& s, std::uint64_t seed, std::size_t size) {
  std::vector<double> duration(size), churned(size);
  for (std::size_t i = 0; i < size; ++i) {
    const contract_history c = simulate(s.truth, s.T, seed, i);
    duration[i] = c.duration;
    churned[i] = c.churned;
  }
  return compress(weighted_contracts{.contracts = {duration, churned}});
}

template <class M>
fit_result<M> fitted(const M&, const compressed_contracts& rows, const penalty& prior = {}) {
  return fit<M>(rows, {}, prior);
}

template <class M>
intervals_of<M> intervals(const compressed_contracts& rows, const fit_result<M>& f) {
  return profile_intervals<M>(rows, f);
}

template <class M>
double log_likelihood_of(const M& m, const compressed_contracts& rows) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) sum += rows.weight[i] * log_likelihood(m, rows.columns()[i]);
  return sum;
}

template <class M, class Use>
auto with_likelihood(const compressed_contracts& rows, const fit_result<M>& f, Use&& use) {
  return use(detail::prepare_contracts(rows).data, detail::contract_blocks, f);
}

// Of spend: customer i bought 1 + i mod T times.

inline weighted_spends rows_of(const setting<gamma_gamma>& s, std::uint64_t seed, std::size_t size) {
  std::vector<double> x(size), mean(size);
  for (std::size_t i = 0; i < size; ++i) {
    x[i] = 1.0 + static_cast<double>(i % static_cast<std::size_t>(s.T));
    mean[i] = simulate(s.truth, x[i], seed, i).mean;
  }
  return compress_spend(x, mean);
}

inline fit_result<gamma_gamma> fitted(const gamma_gamma&, const weighted_spends& rows, const penalty& prior = {}) {
  return fit_spend(rows.x, rows.mean_spend, rows.weight, {}, prior);
}

inline intervals_of<gamma_gamma> intervals(const weighted_spends& rows, const fit_result<gamma_gamma>& f) {
  return profile_spend_intervals(rows.x, rows.mean_spend, rows.weight, f);
}

inline double log_likelihood_of(const gamma_gamma& m, const weighted_spends& rows) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sum += rows.weight[i] * log_likelihood(m, spend_history{rows.x[i], rows.mean_spend[i]});
  }
  return sum;
}

template <class Use>
auto with_likelihood(const weighted_spends& rows, const fit_result<gamma_gamma>& f, Use&& use) {
  return use(detail::usable_spends(rows.x, rows.mean_spend, rows.weight), detail::blocks, f);
}

// Of all.

/// use(objective, at), for -ln L of the rows as a fit takes it, over the logarithms of the parameters, and the fit that
/// reached its minimum.
template <class M, class Rows, class Use>
auto with_objective(const Rows& rows, const fit_result<M>& of, Use&& use) {
  return with_likelihood(rows, of, [&](const auto& data, const auto& block, const fit_result<M>& f) {
    const execution alone;
    auto objective = detail::negative_log_posterior<M, detail::family_of<M>::template over>(data, f.model, f.priors,
                                                                                            1.0, alone, block);
    return use(objective, f);
  });
}

/// Whether 2 (ln L of the fit - ln L at its best with parameter k at its value in `at`) is at most z², for each k: then
/// the profile's interval of the level that z belongs to holds that value. NaN where the others' best was not found.
template <class M, class Rows>
std::array<double, parameter_count<M>> within_profile(const Rows& rows, const fit_result<M>& of, const M& at,
                                                      double z) {
  constexpr std::size_t N = parameter_count<M>;
  return with_objective(rows, of, [&](auto& objective, const fit_result<M>& f) {
    const auto from = detail::log_parameters(f.model);
    const auto to = detail::log_parameters(at);
    const auto p = f.model.parameters();
    std::array<double, N> out{};
    for (std::size_t k = 0; k < N; ++k) {
      // Where the likelihood is a parabola, the others go along with the held one by their covariance.
      auto near = from;
      for (std::size_t i = 0; i < N; ++i) {
        near[i] += f.covariance[i][k] / f.covariance[k][k] * (p[k] / p[i]) * (to[k] - from[k]);
      }
      near[k] = to[k];
      // What is within there is so at the best of the others all the more.
      out[k] = 2 * (objective(near).v + f.log_posterior) <= z * z ? 1 : 0;
      if (out[k] == 1) continue;
      const auto best = detail::profile_at(objective, f.log_posterior, k, to[k], near);
      out[k] = !best.found ? not_a_value : best.deviance <= z * z ? 1 : 0;
    }
    return out;
  });
}

/// "r 0.385; alpha 12.07", with k first where there is one.
template <class M>
std::string written(const M& m) {
  std::string out;
  const auto add = [&out](std::string_view name, double value) {
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), " %.6g", value);
    out += (out.empty() ? "" : "; ") + std::string(name) + number.data();
  };
  if constexpr (erlang_model<M>) add("k", m.k);
  for (std::size_t i = 0; i < M::parameter_names.size(); ++i) add(M::parameter_names[i], m.parameters()[i]);
  return out;
}

using every_model = testing::Types<nbd, bg_nbd, mbg_nbd, bg_cnbd, mbg_cnbd, pareto_nbd, ggompertz_nbd, bg_bb,
                                   shifted_beta_geometric, beta_discrete_weibull, gamma_gamma>;

}  // namespace populations

#endif

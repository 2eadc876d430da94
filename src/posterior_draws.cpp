#include "contract_rows.hpp"
#include "likelihood_blocks.hpp"
#include <valorem/model/inference.hpp>
#include <valorem/model/posterior_draws.hpp>
#include <valorem/numeric/random.hpp>
#include <valorem/summary/compress.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace valorem::inline VALOREM_ABI {
namespace {

using namespace detail;

/// Which draws of a seed, beside those of simulated customers: nothing is shared by purchases, spend and contracts.
enum class drawing : std::uint32_t { purchases = 16, spend = 18, contracts = 20 };

constexpr double degrees_of_freedom = 5.0;

/// ln L over the rows in plain numbers, in the blocks and the order of every other sum over them.
template <class M, class Row, class Block>
double log_likelihood_of(const usable_rows<Row>& data, const M& m, const Block& block) {
  double total = 0.0;
  for (std::size_t first = 0; first < data.rows.size(); first += numeric::block_rows) {
    const std::size_t n = std::min(numeric::block_rows, data.rows.size() - first);
    total += block(m, std::span(data.rows).subspan(first, n), std::span(data.weight).subspan(first, n));
  }
  return total;
}

template <class M>
void require_drawable(const fit_result<M>& fit, const draw_options& options) {
  if (options.size < 1 || options.size > max_draws) throw contract_error("size must be 1 to 10,000,000 draws");
  if (options.proposals < 100 || options.proposals > max_draws) {
    throw contract_error("proposals must be 100 to 10,000,000");
  }
  if (fit.outcome == fit_status::converged) return;
  const std::string towards = fit.limit.empty() ? "" : ", towards " + fit.limit;
  throw contract_error("draws need a fit that converged, this one is '" + std::string(name(fit.outcome)) + "'" +
                       towards + ": fit with a penalty");
}

template <class M>
struct proposal {
  M model;
  double log_weight;
};

/// The Laplace approximation with heavier tails: Student's t about the mode in the logarithms of the parameters.
template <class M>
class proposals_about {
 public:
  static constexpr std::size_t N = parameter_count<M>;

  proposals_about(const M& fitted, const numeric::eigen_system<N>& information)
      : like_(fitted), mode_(log_parameters(fitted)) {
    for (std::size_t i = 0; i < N; ++i) {
      for (std::size_t k = 0; k < N; ++k) spread_[i][k] = information.vectors[i][k] / std::sqrt(information.values[k]);
    }
  }

  /// The model, and -ln of the proposal's density but for its constant.
  [[nodiscard]] proposal<M> operator()(numeric::random_stream& from) const {
    vector_n<N> z{};
    double length2 = 0.0;
    for (double& c : z) {
      c = numeric::normal_variate(from);
      length2 += c * c;
    }
    const double chi_square = 2.0 * numeric::exp(numeric::log_gamma_variate(0.5 * degrees_of_freedom, from));
    const double stretch = std::sqrt(degrees_of_freedom / chi_square);
    std::array<double, N> p{};
    for (std::size_t i = 0; i < N; ++i) {
      double u = mode_[i];
      for (std::size_t k = 0; k < N; ++k) u += spread_[i][k] * z[k] * stretch;
      p[i] = numeric::exp(u);
    }
    const double n = static_cast<double>(N);
    return {alike<M>(like_, p), 0.5 * (degrees_of_freedom + n) * numeric::log1p(length2 / chi_square)};
  }

 private:
  M like_;
  vector_n<N> mode_;
  numeric::matrix_n<N> spread_{};
};

/// Weights relative to the largest, as running sums; 0 where a proposal has no likelihood at all.
template <class M>
std::vector<double> running_weights(const std::vector<proposal<M>>& from, double& effective) {
  double top = -std::numeric_limits<double>::infinity();
  for (const auto& p : from) top = p.log_weight > top ? p.log_weight : top;
  std::vector<double> sums;
  sums.reserve(from.size());
  double sum = 0.0;
  double squares = 0.0;
  for (const auto& p : from) {
    const double w = p.log_weight <= top ? numeric::exp(p.log_weight - top) : 0.0;
    sum += w;
    squares += w * w;
    sums.push_back(sum);
  }
  effective = sum * sum / squares;
  return sums;
}

template <class M, class Row, class Block>
posterior_draws<M> draw_rows(const usable_rows<Row>& data, const fit_result<M>& fit, const draw_options& options,
                             const execution& how, drawing purpose, const Block& block) {
  constexpr std::size_t N = parameter_count<M>;
  require_drawable(fit, options);
  require_same_rows(data.total, fit.rows);
  const vector_n<N> mode = log_parameters(fit.model);
  const dual<N> top =
      negative_log_posterior<M, family_of<M>::template over>(data, fit.model, fit.priors, 1.0, how, block)(mode);
  require_log_posterior(-top.v, fit.log_posterior);
  const numeric::eigen_system<N> information(numeric::hessian(top));
  if (!(information.values[0] > 0)) throw contract_error("draws need a fit at a sharp maximum");
  const proposals_about<M> propose(fit.model, information);
  std::vector<proposal<M>> proposed(options.proposals);
  const auto stream = static_cast<std::uint32_t>(purpose);
  numeric::for_items(proposed.size(), how, [&](std::size_t i) noexcept {
    numeric::random_stream from(options.seed, i, stream);
    proposed[i] = propose(from);
    const M& m = proposed[i].model;
    const double log_posterior = legal(m) ? log_likelihood_of(data, m, block) - penalty_at(fit.priors, m) : not_a_value;
    proposed[i].log_weight += log_posterior + top.v;
  });
  posterior_draws<M> out{.mode = fit.model, .models = {}, .proposals = options.proposals};
  const std::vector<double> sums = running_weights(proposed, out.effective_sample_size);
  out.models.reserve(options.size);
  for (std::size_t i = 0; i < options.size; ++i) {
    numeric::random_stream from(options.seed, i, stream + 1);
    const auto at = std::upper_bound(sums.begin(), sums.end() - 1, from.uniform() * sums.back());
    out.models.push_back(proposed[static_cast<std::size_t>(at - sums.begin())].model);
  }
  return out;
}

}  // namespace

template <class M>
posterior_draws<M> draw_posterior(const weighted_rows& rows, const fit_result<M>& fit, const draw_options& options,
                                  const execution& how) {
  if constexpr (erlang_model<M>) {
    const gapped_rows gapped = usable_gaps(rows, fit.model.k > 1);
    return draw_rows(gapped.data, with_gaps(fit, gapped, -1.0), options, how, drawing::purchases, blocks);
  } else {
    return draw_rows(usable_for<M>(rows), fit, options, how, drawing::purchases, blocks);
  }
}

template <class M>
posterior_draws<M> draw_posterior(const compressed_contracts& rows, const fit_result<M>& fit,
                                  const draw_options& options, const execution& how) {
  return draw_rows(prepare_contracts(rows).data, fit, options, how, drawing::contracts, contract_blocks);
}

posterior_draws<gamma_gamma> draw_spend_posterior(std::span<const double> x, std::span<const double> mean,
                                                  std::span<const double> weight, const fit_result<gamma_gamma>& fit,
                                                  const draw_options& options, const execution& how) {
  return draw_rows(usable_spends(x, mean, weight), fit, options, how, drawing::spend, blocks);
}

fitted_draws draw_models(const summary& s, const fitted_model& m, const draw_options& options, const execution& how) {
  if (m.spend && m.spend_fitted_to != spend_form::mean) {
    throw contract_error("draws are of spend models fitted to means, this one is fitted to transactions");
  }
  const weighted_histories compressed = compress(s);
  const weighted_rows rows{compressed.columns(), compressed.weight, compressed.log_gaps};
  fitted_draws out;
  std::visit([&](const auto& fit) { out.purchases = draw_posterior(rows, fit, options, how); }, m.purchases);
  if (!m.spend) return out;
  const weighted_spends spends = compress_spend(s);
  out.spend = draw_spend_posterior(spends.x, spends.mean_spend, spends.weight, *m.spend, options, how);
  return out;
}

// One line for each model.
template posterior_draws<bg_bb> draw_posterior(const weighted_rows&, const fit_result<bg_bb>&, const draw_options&,
                                               const execution&);
template posterior_draws<shifted_beta_geometric> draw_posterior(const compressed_contracts&,
                                                                const fit_result<shifted_beta_geometric>&,
                                                                const draw_options&, const execution&);
template posterior_draws<beta_discrete_weibull> draw_posterior(const compressed_contracts&,
                                                               const fit_result<beta_discrete_weibull>&,
                                                               const draw_options&, const execution&);
template posterior_draws<nbd> draw_posterior(const weighted_rows&, const fit_result<nbd>&, const draw_options&,
                                             const execution&);
template posterior_draws<bg_nbd> draw_posterior(const weighted_rows&, const fit_result<bg_nbd>&, const draw_options&,
                                                const execution&);
template posterior_draws<mbg_nbd> draw_posterior(const weighted_rows&, const fit_result<mbg_nbd>&, const draw_options&,
                                                 const execution&);
template posterior_draws<bg_cnbd> draw_posterior(const weighted_rows&, const fit_result<bg_cnbd>&, const draw_options&,
                                                 const execution&);
template posterior_draws<mbg_cnbd> draw_posterior(const weighted_rows&, const fit_result<mbg_cnbd>&,
                                                  const draw_options&, const execution&);
template posterior_draws<pareto_nbd> draw_posterior(const weighted_rows&, const fit_result<pareto_nbd>&,
                                                    const draw_options&, const execution&);
template posterior_draws<ggompertz_nbd> draw_posterior(const weighted_rows&, const fit_result<ggompertz_nbd>&,
                                                       const draw_options&, const execution&);

}  // namespace valorem::inline VALOREM_ABI

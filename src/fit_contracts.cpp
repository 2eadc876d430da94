#include "contract_rows.hpp"
#include "limits.hpp"
#include "profile_rows.hpp"
#include <valorem/model/fit_contracts.hpp>

#include <algorithm>
#include <array>

namespace valorem::inline VALOREM_ABI {

namespace {

using detail::contract_blocks;
using detail::far;
using detail::limit_rule;
using detail::prepare_contracts;

/// Duration, churned, weight: sorted as a whole, so that equal contracts add up their weights in one order.
using duration_row = std::array<double, 3>;

compressed_contracts merged(std::vector<duration_row> rows) {
  std::sort(rows.begin(), rows.end());
  compressed_contracts out;
  for (const auto& [duration, churned, weight] : rows) {
    if (out.size() != 0 && out.duration.back() == duration && out.churned.back() == churned) {
      out.weight.back() += weight;
    } else {
      out.duration.push_back(duration);
      out.churned.push_back(churned);
      out.weight.push_back(weight);
    }
  }
  return out;
}

// The scale of these rules is the share of decisions that ended a contract.
constexpr limit_rule nobody{[](std::span<const double>, double leaving) { return leaving < 1e-12; },
                            "nobody leaves (alpha to 0)"};
constexpr limit_rule everybody{[](std::span<const double>, double leaving) { return leaving == 1; },
                               "everybody leaves at the first chance (beta to 0)"};
constexpr limit_rule once_or_never{[](std::span<const double> p, double) { return p[0] + p[1] < 1 / far; },
                                   "everybody leaves at the first chance or never (alpha and beta to 0)"};
constexpr limit_rule geometric_limits[] = {
    nobody,
    everybody,
    once_or_never,
    {[](std::span<const double> p, double) { return std::min(p[0], p[1]) > far; },
     "geometric: one chance to leave for all (alpha and beta to infinity)"},
    {[](std::span<const double> p, double) { return p[0] < 1e-5; }, "nobody leaves (alpha to 0)"},
    {[](std::span<const double> p, double) { return p[1] < 1e-5; }, "everybody leaves at the first chance (beta to 0)"},
};
// Where c runs away, β runs with it: (1 + t^c/β)^-α falls at t = β^(1/c), ever more steeply.
constexpr limit_rule weibull_limits[] = {
    nobody,
    everybody,
    once_or_never,
    {[](std::span<const double> p, double) { return p[2] < 0.02; },
     "whoever stays at the first chance stays for ever (c to 0)"},
    {[](std::span<const double> p, double) { return p[2] > 100 || (p[2] > 3 && p[1] > 1e5 && p[0] < 1e3); },
     "all who leave do so at one time (beta and c to infinity)"},
    {[](std::span<const double> p, double) { return p[0] > 1e3 && p[1] > 1e3 && p[0] + p[1] > far; },
     "discrete Weibull: one chance to leave for all (alpha and beta to infinity)"},
    {[](std::span<const double> p, double) { return p[0] < 1e-5; }, "nobody leaves (alpha to 0)"},
    {[](std::span<const double> p, double) { return p[1] < 1e-5; }, "everybody leaves at the first chance (beta to 0)"},
};

/// β that makes the mean chance to leave the observed one at this α.
double matching_beta(double alpha, double leaving) {
  const double share = std::clamp(leaving, 1e-12, 0.999);
  return alpha * (1.0 - share) / share;
}

}  // namespace

compressed_contracts compress(const weighted_contracts& rows) {
  const contract_columns& c = rows.contracts;
  require_equal_length(c.duration.size(), "duration", c.churned.size(), "churned");
  if (!rows.weight.empty()) require_equal_length(c.size(), "duration", rows.weight.size(), "weights");
  std::vector<duration_row> good;
  good.reserve(c.size());
  for (std::size_t i = 0; i < c.size(); ++i) {
    const double w = rows.weight.empty() ? 1.0 : rows.weight[i];
    if (!(w >= 0) || !numeric::is_finite(w)) {
      throw contract_error("weight of row " + std::to_string(i + 1) + " must be finite and not negative");
    }
    // + 0.0: of two zeros the positive one.
    if (check(c[i]) == status::ok && w > 0) good.push_back({c.duration[i] + 0.0, c.churned[i] + 0.0, w});
  }
  return merged(std::move(good));
}

compressed_contracts compress(const cohort& group) {
  require_counts(group);
  std::vector<duration_row> rows;
  for (std::size_t i = 0; i < group.lost.size(); ++i) {
    if (group.lost[i] > 0) rows.push_back({static_cast<double>(i + 1), 1.0, group.lost[i]});
  }
  if (group.survivors > 0) rows.push_back({static_cast<double>(group.lost.size()), 0.0, group.survivors});
  return merged(std::move(rows));
}

template <>
fit_result<shifted_beta_geometric> fit<shifted_beta_geometric>(const compressed_contracts& rows, const execution& how,
                                                               const penalty& prior) {
  const auto [data, leaving] = prepare_contracts(rows);
  const shifted_beta_geometric start{.alpha = 1.0, .beta = matching_beta(1.0, leaving)};
  return detail::fit_rows<shifted_beta_geometric, basic_shifted_beta_geometric>(data, {start}, geometric_limits,
                                                                                leaving, how, prior, contract_blocks);
}

template <>
fit_result<beta_discrete_weibull> fit<beta_discrete_weibull>(const compressed_contracts& rows, const execution& how,
                                                             const penalty& prior) {
  const auto [data, leaving] = prepare_contracts(rows);
  const beta_discrete_weibull start{.alpha = 1.0, .beta = matching_beta(1.0, leaving), .c = 1.0};
  return detail::fit_rows<beta_discrete_weibull, basic_beta_discrete_weibull>(data, {start}, weibull_limits, leaving,
                                                                              how, prior, contract_blocks);
}

template <>
intervals_of<shifted_beta_geometric> profile_intervals<shifted_beta_geometric>(
    const compressed_contracts& rows, const fit_result<shifted_beta_geometric>& fit, double level,
    const execution& how) {
  return detail::profile_rows<shifted_beta_geometric, basic_shifted_beta_geometric>(prepare_contracts(rows).data, fit,
                                                                                    level, how, contract_blocks);
}
template <>
intervals_of<beta_discrete_weibull> profile_intervals<beta_discrete_weibull>(
    const compressed_contracts& rows, const fit_result<beta_discrete_weibull>& fit, double level,
    const execution& how) {
  return detail::profile_rows<beta_discrete_weibull, basic_beta_discrete_weibull>(prepare_contracts(rows).data, fit,
                                                                                  level, how, contract_blocks);
}

template <>
std::string detail::limit_near(const shifted_beta_geometric& m, double scale) {
  return limit_among(geometric_limits, m.parameters(), scale);
}

}  // namespace valorem::inline VALOREM_ABI

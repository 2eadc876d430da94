// Which limiting model parameters are near: the rules stand beside each model's fit.
#ifndef VALOREM_SRC_LIMITS_HPP
#define VALOREM_SRC_LIMITS_HPP

#include <valorem/model/bg_nbd.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/ggompertz_nbd.hpp>
#include <valorem/model/mbg_nbd.hpp>
#include <valorem/model/pareto_nbd.hpp>
#include <valorem/model/shifted_beta_geometric.hpp>

#include <string>

namespace valorem::inline VALOREM_ABI::detail {

/// The limit's name, empty where m is near none. scale is what the model's rules measure by: the rows' mean age, mean
/// spend, or the share of decisions that ended a contract.
template <class M>
[[nodiscard]] std::string limit_near(const M& m, double scale);
template <>
std::string limit_near(const bg_nbd& m, double scale);
template <>
std::string limit_near(const mbg_nbd& m, double scale);
template <>
std::string limit_near(const pareto_nbd& m, double scale);
template <>
std::string limit_near(const ggompertz_nbd& m, double scale);
template <>
std::string limit_near(const gamma_gamma& m, double scale);
template <>
std::string limit_near(const shifted_beta_geometric& m, double scale);

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

// Models whose customers differ by what is known of them beside their histories: region, channel, age. Fader & Hardie
// (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models" (note 019).
//
// A covariate moves a *process* of the model. With g the coefficients of a process and z a customer's covariates:
//   rate   ln(θ) falls by g'z, where θ is the rate parameter of a gamma mixture: the mean rate grows by e^(g'z)
//   scale  ln(θ) grows by g'z
//   share  logit(φ) grows by g'z, φ = a/(a+b) the mean of a beta mixture, a+b held (one coefficient on each of a and b
//          could not tell a common factor from nothing at all)
// so a positive coefficient always means more of the process: more purchases, more dropout, more spend, more churn.
#ifndef VALOREM_MODEL_COVARIATES_HPP
#define VALOREM_MODEL_COVARIATES_HPP

#include <valorem/model/bg_nbd.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/ggompertz_nbd.hpp>
#include <valorem/model/mbg_nbd.hpp>
#include <valorem/model/pareto_nbd.hpp>
#include <valorem/model/shifted_beta_geometric.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI {

enum class covariate_link : std::uint8_t { rate, scale, share };

/// A process that covariates move: its name in the field, its parameter's place (for a share that of a; b is the next).
struct covariate_process {
  std::string_view name;
  std::size_t parameter;
  covariate_link link;
};

/// The processes of a model; a model without a line here has none. This line is all that another model needs, and its
/// fit an instance in src/fit_covariates.cpp.
template <class M>
inline constexpr std::array<covariate_process, 0> processes{};
template <>
inline constexpr std::array<covariate_process, 2> processes<pareto_nbd>{
    {{"transaction", 1, covariate_link::rate}, {"dropout", 3, covariate_link::rate}}};
template <>
inline constexpr std::array<covariate_process, 2> processes<ggompertz_nbd>{
    {{"transaction", 1, covariate_link::rate}, {"dropout", 4, covariate_link::rate}}};
template <>
inline constexpr std::array<covariate_process, 2> processes<bg_nbd>{
    {{"transaction", 1, covariate_link::rate}, {"dropout", 2, covariate_link::share}}};
template <>
inline constexpr std::array<covariate_process, 2> processes<mbg_nbd> = processes<bg_nbd>;
template <>
inline constexpr std::array<covariate_process, 1> processes<shifted_beta_geometric>{
    {{"churn", 0, covariate_link::share}}};
template <>
inline constexpr std::array<covariate_process, 1> processes<gamma_gamma>{{{"spend", 2, covariate_link::scale}}};

template <class M>
inline constexpr std::size_t process_count = processes<M>.size();

/// A model that covariates can move.
template <class M>
concept with_processes = parametric<M> && process_count<M> != 0;

/// How many covariates a model may have.
inline constexpr std::size_t max_covariates = 50;

namespace detail {

/// Moves logit(a/(a+b)) by s and holds a+b. Only positive numbers are added, so nothing cancels near 0 or 1; s = 0
/// changes no bit.
template <class R>
void move_share(R& a, R& b, const R& s) {
  const bool up = numeric::value_of(s) >= 0;
  R& grows = up ? a : b;
  R& falls = up ? b : a;
  const R less = up ? R(-s) : s;  // <= 0
  const R kept = numeric::exp(less);
  const R scale = kept - grows / (grows + falls) * numeric::expm1(less);
  grows = grows / scale;
  falls = falls * kept / scale;
}

/// Throws contract_error for a name that is empty, that no text would hold, or that stands twice, and for none or too
/// many of them.
inline void require_names(const std::string& of, const std::vector<std::string>& names) {
  if (names.empty() || names.size() > max_covariates) {
    throw contract_error(of + "from 1 to " + std::to_string(max_covariates) + " covariates are possible, not " +
                         std::to_string(names.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) throw contract_error(of + "covariate " + std::to_string(i) + " has no name");
    const auto odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (names[i].size() > 256 || std::any_of(names[i].begin(), names[i].end(), odd)) {
      throw contract_error(of + "the name of covariate " + std::to_string(i) +
                           " is longer than 256 bytes or has a control character");
    }
    const auto before = std::span(names).first(i);
    if (std::find(before.begin(), before.end(), names[i]) != before.end()) {
      throw contract_error(of + "two covariates are called '" + names[i] + "'");
    }
  }
}

}  // namespace detail

/// m with each process moved by its s: what g'z makes of the customer with all covariates 0. Moves add up. Same-bits;
/// s = 0 changes no bit. A parameter errs by at most 8 eps, relative, where s is exact.
template <template <class> class Basic, class R>
  requires with_processes<Basic<double>>
[[nodiscard]] Basic<R> moved(const Basic<R>& m, const std::array<R, process_count<Basic<double>>>& s) {
  constexpr auto links = processes<Basic<double>>;
  auto p = m.parameters();
  for (std::size_t k = 0; k < links.size(); ++k) {
    const std::size_t i = links[k].parameter;
    if (links[k].link == covariate_link::share) {
      detail::move_share(p[i], p[i + 1], s[k]);
    } else {
      p[i] = p[i] * numeric::exp(links[k].link == covariate_link::rate ? R(-s[k]) : s[k]);
    }
  }
  return Basic<R>::from(p);
}

/// A coefficient: which covariate, and by how much one unit of it moves the process.
struct coefficient {
  std::size_t covariate;
  double value;

  [[nodiscard]] friend bool operator==(const coefficient&, const coefficient&) = default;
};

/// A model of customers who differ by covariates. Every verb of M works on at(z): p_alive(m.at(z), h).
template <with_processes M>
struct with_covariates {
  M base{};                                                             ///< the customer whose covariates are all 0
  std::vector<std::string> names;                                       ///< of the covariates, in the order of z
  std::array<std::vector<coefficient>, process_count<M>> coefficients;  ///< by process

  /// The model of a customer with these covariates, in the order of names: illegal, so that every verb is NaN, where z
  /// has another length, where one of them is NaN or infinite, or where a parameter leaves the doubles. Same-bits.
  [[nodiscard]] M at(std::span<const double> z) const noexcept {
    std::array<double, process_count<M>> s{};
    bool good = z.size() == names.size();
    for (const double x : z) good = good && numeric::is_finite(x);
    for (std::size_t k = 0; good && k < s.size(); ++k) {
      for (const coefficient& c : coefficients[k]) s[k] += c.value * z[c.covariate];
    }
    if (!good) s.fill(not_a_value);
    return moved(base, s);
  }

  [[nodiscard]] friend bool operator==(const with_covariates&, const with_covariates&) = default;
};

/// Why at(z) answers nothing: missing for a NaN, invalid for an infinite value, a wrong number of them, or parameters
/// beyond the doubles.
template <with_processes M>
[[nodiscard]] status check(const with_covariates<M>& m, std::span<const double> z) noexcept {
  if (z.size() != m.names.size()) return status::invalid;
  bool finite = true;
  for (const double x : z) {
    if (numeric::is_nan(x)) return status::missing;
    finite = finite && numeric::is_finite(x);
  }
  return finite && legal(m.at(z)) ? status::ok : status::invalid;
}

/// Throws contract_error for illegal parameters of the base, a coefficient that is not finite or whose covariate is
/// unknown or named twice, a name that is empty or stands twice, and for more than max_covariates.
template <with_processes M>
void require_legal(const with_covariates<M>& m) {
  require_legal(m.base);
  const std::string of = std::string(M::model_name) + ": ";
  detail::require_names(of, m.names);
  for (std::size_t k = 0; k < m.coefficients.size(); ++k) {
    std::vector<bool> seen(m.names.size());
    for (const coefficient& c : m.coefficients[k]) {
      const std::string which = "coefficient of the process " + std::string(processes<M>[k].name) + " ";
      if (c.covariate >= m.names.size()) throw contract_error(of + which + "belongs to no covariate");
      if (seen[c.covariate]) throw contract_error(of + which + "stands twice for '" + m.names[c.covariate] + "'");
      if (!numeric::is_finite(c.value)) throw contract_error(of + which + "must be finite");
      seen[c.covariate] = true;
    }
  }
}

}  // namespace valorem::inline VALOREM_ABI

#endif

// What every model struct offers beside its named fields: its parameters as an array, and one check of their domain.
#ifndef VALOREM_MODEL_PARAMETERS_HPP
#define VALOREM_MODEL_PARAMETERS_HPP

#include <valorem/numeric/real.hpp>
#include <valorem/status.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

/// A plain struct of parameters: its name, theirs, and the way to an array and back.
template <class M>
concept parametric = requires(const M& m) {
  { M::model_name } -> std::convertible_to<std::string_view>;
  { M::parameter_names.size() } -> std::convertible_to<std::size_t>;
  { m.parameters() };
};

template <parametric M>
inline constexpr std::size_t parameter_count = M::parameter_names.size();

inline constexpr double not_a_value = std::numeric_limits<double>::quiet_NaN();

/// The most stages that a gap between purchases may have.
inline constexpr int max_stages = 12;

/// A model whose gaps between purchases are Erlang-k: k is a whole number beside the parameters, and no derivative is
/// taken in it.
template <class M>
concept erlang_model = parametric<M> && requires(const M& m) {
  { m.k } -> std::convertible_to<int>;
};

/// Whether k is a number of stages.
[[nodiscard]] inline bool legal_stages(int k) noexcept {
  return k >= 1 && k <= max_stages;
}

/// Another model of the same kind, and with the same k where it has one, at parameters p.
template <class Other, class M, class Array>
[[nodiscard]] Other alike(const M& m, const Array& p) {
  Other out = Other::from(p);
  if constexpr (erlang_model<M>) out.k = m.k;
  return out;
}

/// Every parameter is positive and finite.
template <parametric M>
[[nodiscard]] bool legal(const M& m) noexcept {
  if constexpr (erlang_model<M>) {
    if (!legal_stages(m.k)) return false;
  }
  for (const auto& p : m.parameters()) {
    const double v = numeric::value_of(p);
    if (!(v > 0 && numeric::is_finite(v))) return false;
  }
  return true;
}

/// Every parameter must be positive and finite. Throws contract_error naming model, parameter and value.
template <parametric M>
void require_legal(const M& m) {
  if constexpr (erlang_model<M>) {
    if (!legal_stages(m.k)) {
      throw contract_error(std::string(M::model_name) + ": k must be a whole number from 1 to " +
                           std::to_string(max_stages) + ", not " + std::to_string(m.k));
    }
  }
  const auto values = m.parameters();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double v = numeric::value_of(values[i]);
    if (!(numeric::is_finite(v) && v > 0)) {
      throw contract_error(std::string(M::model_name) + ": parameter " + std::string(M::parameter_names[i]) +
                           " must be positive and finite, not " + std::to_string(v));
    }
  }
}

}  // namespace valorem::inline VALOREM_ABI

#endif

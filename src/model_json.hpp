// How a model's parameters stand in JSON: shared by models and by what was fitted.
#ifndef VALOREM_SRC_MODEL_JSON_HPP
#define VALOREM_SRC_MODEL_JSON_HPP

#include "json.hpp"
#include <valorem/model/parameters.hpp>

#include <array>
#include <cstddef>

namespace valorem::inline VALOREM_ABI::detail {

/// The members "model" and "parameters". Throws contract_error for parameters outside their domain.
template <parametric M>
void write_parameters(json::writer& out, const M& model) {
  require_legal(model);
  out.key("model").text(M::model_name).key("parameters").begin_object();
  if constexpr (erlang_model<M>) out.key("k").whole(model.k);
  const auto values = model.parameters();
  for (std::size_t i = 0; i < values.size(); ++i) out.key(M::parameter_names[i]).number(values[i]);
  out.end_object();
}

template <parametric M>
M read_parameters(json::value object) {
  json::fields members(object);
  [[maybe_unused]] int k = 1;
  if constexpr (erlang_model<M>) k = static_cast<int>(members.require("k").whole_within(1, max_stages));
  std::array<double, parameter_count<M>> p{};
  for (std::size_t i = 0; i < p.size(); ++i) {
    const json::value v = members.require(M::parameter_names[i]);
    p[i] = v.number();
    if (!(p[i] > 0)) v.refuse("not_positive", "a parameter must be above 0");
  }
  members.close();
  if constexpr (erlang_model<M>)
    return M::from(p, k);
  else
    return M::from(p);
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

#include "model_json.hpp"
#include <valorem/model/saved_model.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace valorem::inline VALOREM_ABI {

namespace {

using namespace detail;

constexpr std::string_view model_schema = "valorem-model/1";

/// Calls f with each model type until one returns something.
template <class... M, class F>
std::optional<any_model> first_of(std::variant<M...>*, F f) {
  std::optional<any_model> out;
  const auto attempt = [&]<class T>(const T*) {
    if (!out) out = f(static_cast<const T*>(nullptr));
  };
  (attempt(static_cast<const M*>(nullptr)), ...);
  return out;
}

template <class... M>
constexpr auto model_names(std::variant<M...>*) {
  return std::array{M::model_name...};
}

any_model build_model(json::value root) {
  json::fields members(root);
  (void)members.require("schema").one_of(std::array{model_schema});
  constexpr auto names = model_names(static_cast<any_model*>(nullptr));
  const std::string_view name = names[members.require("model").one_of(names)];
  const json::value parameters = members.require("parameters");
  members.close();
  return *first_of(static_cast<any_model*>(nullptr), [&]<class M>(const M*) -> std::optional<any_model> {
    if (M::model_name != name) return std::nullopt;
    return read_parameters<M>(parameters);
  });
}

}  // namespace

std::string to_json(const any_model& m) {
  json::writer out;
  std::visit(
      [&]<class M>(const M& model) {
        out.begin_object().key("schema").text(model_schema);
        write_parameters(out, model);
        out.end_object();
      },
      m);
  return out.str();
}

result<any_model> read_model(std::string_view text) {
  return json::guarded(text, {.bytes = 4096, .depth = 4, .values = 64}, build_model);
}

}  // namespace valorem::inline VALOREM_ABI

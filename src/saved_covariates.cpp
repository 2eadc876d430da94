#include "model_json.hpp"
#include <valorem/model/saved_covariates.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI {

namespace {

using namespace detail;

constexpr std::string_view covariate_model_schema = "valorem-covariate-model/1";

template <class... M>
constexpr auto base_names(std::variant<with_covariates<M>...>*) {
  return std::array{M::model_name...};
}

template <class... M, class F>
std::optional<any_covariate_model> first_of(std::variant<with_covariates<M>...>*, F f) {
  std::optional<any_covariate_model> out;
  const auto attempt = [&]<class T>(const T*) {
    if (!out) out = f(static_cast<const T*>(nullptr));
  };
  (attempt(static_cast<const M*>(nullptr)), ...);
  return out;
}

std::vector<std::string> read_names(json::value list) {
  std::vector<std::string> out;
  for (const json::value item : list.expect(json::kind::array)) {
    if (std::find(out.begin(), out.end(), item.name()) != out.end()) {
      item.refuse("duplicate_name", "two covariates are called " + json::quoted(item.name()));
    }
    out.push_back(item.name());
  }
  if (out.empty() || out.size() > max_covariates) {
    list.refuse("wrong_size", "from 1 to " + std::to_string(max_covariates) + " covariates are possible, found " +
                                  std::to_string(out.size()));
  }
  return out;
}

std::vector<coefficient> read_coefficients(json::value object, const std::vector<std::string>& names) {
  std::vector<coefficient> out;
  for (const json::value member : object.expect(json::kind::object)) {
    const auto at = std::find(names.begin(), names.end(), member.key());
    if (at == names.end()) {
      const std::vector<std::string_view> known(names.begin(), names.end());
      member.refuse_key("unknown_covariate", json::unknown("covariate", member.key(), known));
    }
    out.push_back({static_cast<std::size_t>(at - names.begin()), member.number()});
  }
  return out;
}

template <class M>
with_covariates<M> read_model_of(json::fields& members) {
  with_covariates<M> out;
  out.base = read_parameters<M>(members.require("parameters"));
  out.names = read_names(members.require("covariates"));
  json::fields by_process(members.require("coefficients"));
  for (std::size_t p = 0; p < process_count<M>; ++p) {
    out.coefficients[p] = read_coefficients(by_process.require(processes<M>[p].name), out.names);
  }
  by_process.close();
  members.close();
  return out;
}

any_covariate_model build_covariate_model(json::value root) {
  json::fields members(root);
  (void)members.require("schema").one_of(std::array{covariate_model_schema});
  constexpr auto names = base_names(static_cast<any_covariate_model*>(nullptr));
  const std::string_view name = names[members.require("model").one_of(names)];
  return *first_of(static_cast<any_covariate_model*>(nullptr),
                   [&]<class M>(const M*) -> std::optional<any_covariate_model> {
                     if (M::model_name != name) return std::nullopt;
                     return read_model_of<M>(members);
                   });
}

}  // namespace

std::string to_json(const any_covariate_model& m) {
  json::writer out;
  std::visit(
      [&]<class M>(const with_covariates<M>& model) {
        require_legal(model);
        out.begin_object().key("schema").text(covariate_model_schema);
        write_parameters(out, model.base);
        out.key("covariates").begin_array();
        for (const std::string& name : model.names) out.text(name);
        out.end_array().key("coefficients").begin_object();
        for (std::size_t p = 0; p < process_count<M>; ++p) {
          out.key(processes<M>[p].name).begin_object();
          for (const coefficient& c : model.coefficients[p]) out.key(model.names[c.covariate]).number(c.value);
          out.end_object();
        }
        out.end_object().end_object();
      },
      m);
  return out.str();
}

result<any_covariate_model> read_covariate_model(std::string_view text) {
  // The longest names with every character escaped, three times over, fit in this.
  return json::guarded(text, {.bytes = std::size_t{1} << 18, .depth = 4, .values = 256}, build_covariate_model);
}

}  // namespace valorem::inline VALOREM_ABI

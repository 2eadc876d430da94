#include "json.hpp"
#include <valorem/service/rates.hpp>

#include <algorithm>

namespace valorem::inline VALOREM_ABI {
namespace {

namespace json = detail::json;

constexpr double dearest = 1e12;

/// A number, or named parts that add up.
double rate(const json::value& v) {
  if (v.type() != json::kind::object) return v.number_within(0, dearest);
  if (v.empty()) v.refuse("empty_list", "a rate in parts needs at least one part");
  double sum = 0;
  for (const json::value part : v) {
    (void)part.key_name();
    sum += part.number_within(0, dearest);
  }
  return sum;
}

service_rates build(const json::value& root) {
  json::fields keys(root);
  const json::value schema = keys.require("schema");
  if (schema.text() != "rates/1") schema.refuse("unsupported_schema", "only \"rates/1\" is understood here");
  service_rates out;
  out.currency = keys.require("currency").name(16);
  if (const auto v = keys.find("per_order")) out.per_order = rate(*v);
  if (const auto v = keys.find("per_unit")) out.per_unit = rate(*v);
  if (const auto v = keys.find("per_year")) out.per_year = rate(*v);
  if (const auto v = keys.find("per_minute")) {
    for (const json::value channel : v->expect(json::kind::object)) {
      out.channels.push_back({channel.key_name(), rate(channel)});
    }
  }
  if (const auto v = keys.find("note")) out.note = v->text();
  keys.close();
  return out;
}

}  // namespace

result<service_rates> parse_rates(std::string_view text) {
  return json::guarded(text, {}, [](const json::value& root) { return build(root); });
}

}  // namespace valorem::inline VALOREM_ABI

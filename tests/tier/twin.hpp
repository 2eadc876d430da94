// A deliberately plain second engine: three-valued logic by recursion over the JSON text itself, read by other means.
#ifndef VALOREM_TESTS_TIER_TWIN_HPP
#define VALOREM_TESTS_TIER_TWIN_HPP

#include <rapidjson/document.h>

#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace tiers_test {

class twin {
 public:
  struct answer {
    int tier, candidate;
    bool could_change, undecided;
  };

  explicit twin(const std::string& json) {
    doc_.Parse(json.c_str());
    if (doc_.HasParseError()) throw std::runtime_error("twin: no JSON");
  }

  /// Facts in the order of the measures that are no score.
  [[nodiscard]] answer decide(const std::vector<double>& facts) const {
    const facts_by_name named = name(facts);
    const int candidate = highest(named, unknown_as::itself);
    bool undecided = false;
    const int now = under_gates(candidate, named, unknown_as::itself, &undecided);
    // With monotone rules the extremes are reached when every open condition falls, or holds.
    const int low = under_gates(highest(named, unknown_as::no), named, unknown_as::no, nullptr);
    const int high = under_gates(highest(named, unknown_as::yes), named, unknown_as::yes, nullptr);
    if (undecided) return {0, candidate, true, true};
    return {now, candidate, low != now || high != now, false};
  }

 private:
  using value = rapidjson::Value;
  using facts_by_name = std::map<std::string, double>;
  using kleene = std::optional<bool>;
  enum class unknown_as { itself, no, yes };

  [[nodiscard]] facts_by_name name(const std::vector<double>& facts) const {
    facts_by_name out;
    std::size_t i = 0;
    for (const auto& m : doc_["measures"].GetObject()) {
      if (m.value.HasMember("score")) continue;
      double x = facts.at(i++);
      if (std::isnan(x) && m.value.HasMember("missing")) x = number(m.value["missing"], m.value);
      out[m.name.GetString()] = x;
    }
    return out;
  }

  static double number(const value& v, const value& measure) {
    if (v.IsBool()) return v.GetBool() ? 1 : 0;
    if (!v.IsString()) return v.GetDouble();
    const auto& levels = measure["levels"];
    for (unsigned i = 0; i < levels.Size(); ++i) {
      if (levels[i] == v) return i;
    }
    throw std::runtime_error("twin: no such level");
  }

  static bool lower(const value& measure) { return measure.HasMember("better") && measure["better"] == "lower"; }

  [[nodiscard]] kleene atom(const std::string& key, const value& bar, const facts_by_name& facts) const {
    const value& measure = doc_["measures"][key.c_str()];
    if (measure.HasMember("score")) return score(measure, bar.GetDouble(), facts);
    const double x = facts.at(key);
    if (std::isnan(x)) return std::nullopt;
    const double threshold = number(bar, measure);
    return lower(measure) ? x <= threshold : x >= threshold;
  }

  [[nodiscard]] kleene score(const value& measure, double bar, const facts_by_name& facts) const {
    double least = 0, most = 0;
    for (const auto& term : measure["score"].GetArray()) {
      const value& of = doc_["measures"][term["of"].GetString()];
      const double x = facts.at(term["of"].GetString());
      double got = 0, best = 0;
      for (const auto& step : term["steps"].GetArray()) {
        const double from = number(step[0], of);
        best = step[1].GetDouble();
        if (lower(of) ? x <= from : x >= from) got = best;
      }
      least += got;
      most += std::isnan(x) ? best : got;
    }
    if (least >= bar) return true;
    if (most < bar) return false;
    return std::nullopt;
  }

  [[nodiscard]] kleene holds(const value& rule, const facts_by_name& facts, unknown_as u) const {
    const value* list = nullptr;
    std::size_t need = 1;
    for (const auto& member : rule.GetObject()) {
      const std::string key = member.name.GetString();
      if (key == "note") continue;
      if (key == "all") need = member.value.Size();
      if (key == "at_least") {
        need = member.value.GetUint();
      } else if (key == "all" || key == "any" || key == "of") {
        list = &member.value;
      } else {
        const kleene k = atom(key, member.value, facts);
        if (!k && u != unknown_as::itself) return u == unknown_as::yes;
        return k;
      }
    }
    std::size_t yes = 0, open = 0;
    for (const auto& child : list->GetArray()) {
      const kleene k = holds(child, facts, u);
      yes += k == true;
      open += !k;
    }
    if (yes >= need) return true;
    if (yes + open < need) return false;
    return std::nullopt;
  }

  [[nodiscard]] int highest(const facts_by_name& facts, unknown_as u) const {
    const auto& tiers = doc_["tiers"];
    for (int t = static_cast<int>(tiers.Size()) - 1; t > 0; --t) {
      if (holds(tiers[static_cast<unsigned>(t)]["enter"], facts, u) == true) return t;
    }
    return 0;
  }

  [[nodiscard]] int under_gates(int tier, const facts_by_name& facts, unknown_as u, bool* undecided) const {
    if (!doc_.HasMember("gates")) return tier;
    for (const auto& gate : doc_["gates"].GetArray()) {
      const kleene k = holds(gate["require"], facts, u);
      if (k == true) continue;
      const std::string way = gate.HasMember("unknown") ? gate["unknown"].GetString() : "fail";
      if (!k && way == "error" && undecided != nullptr) *undecided = true;
      if (!k && way != "fail") continue;
      const auto& tiers = doc_["tiers"];
      for (unsigned t = 0; t < tiers.Size(); ++t) {
        if (tiers[t]["id"] == gate["else"]) tier = std::min(tier, static_cast<int>(t));
      }
    }
    return tier;
  }

  rapidjson::Document doc_;
};

/// A rule over the measures a, b, c (higher is better) and d (lower), thresholds 1 to 4.
inline std::string random_rule(std::mt19937& random, int depth) {
  if (depth == 0 || random() % 3 == 0) {
    return std::string("{\"") + "abcd"[random() % 4] + "\": " + std::to_string(1 + random() % 4) + "}";
  }
  const unsigned n = 1 + random() % 4;
  std::string list;
  for (unsigned i = 0; i < n; ++i) list += (i == 0 ? "" : ", ") + random_rule(random, depth - 1);
  switch (random() % 3) {
    case 0:
      return "{\"all\": [" + list + "]}";
    case 1:
      return "{\"any\": [" + list + "]}";
    default:
      return "{\"at_least\": " + std::to_string(1 + random() % n) + ", \"of\": [" + list + "]}";
  }
}

inline std::string random_program(std::mt19937& random, int depth = 3, bool with_gate = true) {
  std::string text = R"({"schema": "tier-program/1", "id": "r", "version": "1",
    "measures": {"a": {}, "b": {}, "c": {}, "d": {"better": "lower"}}, )";
  if (with_gate) {
    const char* const ways[] = {"fail", "pass", "error"};
    text += R"("gates": [{"id": "g", "require": )" + random_rule(random, 1) + R"(, "else": "t)" +
            std::to_string(random() % 3) + R"(", "unknown": ")" + ways[random() % 3] + "\"}], ";
  }
  text += R"("tiers": [{"id": "t0"})";
  for (int t = 1; t < 4; ++t)
    text += R"(, {"id": "t)" + std::to_string(t) + R"(", "enter": )" + random_rule(random, depth) + "}";
  return text + "]}";
}

}  // namespace tiers_test

#endif

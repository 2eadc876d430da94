// Room 7, tiers: programs, decisions, and what a customer lacks.
#include "bindings.hpp"
#include "programs.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>

namespace valorem::python {

namespace {

using py::arg;

tier::language language_named(const std::string& text) {
  if (text == "en") return tier::language::english;
  if (text == "zh") return tier::language::chinese;
  throw contract_error("language: must be 'en' or 'zh', not '" + text + "'");
}

std::vector<std::string> tier_ids(const tier::program& p) {
  std::vector<std::string> out;
  for (const tier::rule& r : p.tiers) out.push_back(r.id);
  return out;
}

tier::ordinal tier_named(const tier::program& p, const std::string& id) {
  const tier::ordinal t = tier::find_tier(p, id);
  if (t != tier::no_ordinal) return t;
  std::string known;
  for (const std::string& k : tier_ids(p)) known += (known.empty() ? "" : ", ") + k;
  throw contract_error("target: the program has no tier '" + id + "'; there are " + known);
}

/// One column per fact, in the engine's order.
struct fact_columns {
  explicit fact_columns(const std::vector<py::object>& sources, const tier::engine& e) {
    if (sources.size() != e.facts().size()) throw contract_error("facts: one column for each fact of the program");
    for (std::size_t i = 0; i < sources.size(); ++i) {
      keep.push_back(table_column(sources[i], e.facts()[i]));
      columns.emplace_back(keep[i].data(), static_cast<std::size_t>(keep[i].size()));
    }
  }
  std::vector<py::array_t<double>> keep;
  std::vector<std::span<const double>> columns;
};

py::dict decide(const tier::engine& e, const std::vector<py::object>& sources, std::size_t rows,
                const std::string& language, bool reasons, const py::object& threads) {
  const fact_columns facts(sources, e);
  const tier::language in = language_named(language);
  const execution how = threads_argument(threads);
  std::vector<tier::decision> made(rows);
  text_builder why;
  {
    const py::gil_scoped_release others_may_run;
    e.decide(facts.columns, made, how);
    std::vector<double> row(facts.columns.size());
    for (std::size_t i = 0; reasons && i < rows; ++i) {
      for (std::size_t f = 0; f < row.size(); ++f) row[f] = facts.columns[f][i];
      why.add(tier::reason(e, row, in));
    }
  }
  std::vector<std::int32_t> tier_codes, candidates, gates, outcomes;
  std::vector<status> states;
  py::array_t<bool> vip(static_cast<py::ssize_t>(rows));
  for (std::size_t i = 0; i < rows; ++i) {
    const tier::decision& d = made[i];
    tier_codes.push_back(d.tier);
    candidates.push_back(d.candidate);
    gates.push_back(d.gate == tier::no_gate ? -1 : d.gate);
    outcomes.push_back(static_cast<std::int32_t>(d.how));
    states.push_back(d.state);
    vip.mutable_data()[i] = d.vip;
  }
  std::vector<std::string> gate_ids;
  for (const tier::gate& g : e.source().gates) gate_ids.push_back(g.id);
  py::dict out;
  out["tier"] = labels_of(tier_codes, tier_ids(e.source()));
  out["vip"] = vip;
  out["outcome"] = labels_of(outcomes, {"granted", "gate", "undecided"});
  out["status"] = status_labels(states);
  out["candidate"] = labels_of(candidates, tier_ids(e.source()));
  out["gate"] = labels_of(gates, gate_ids);
  if (reasons) out["reasons"] = why.finish();
  return out;
}

py::dict shortfall_of(const tier::program& p, const tier::shortfall& s) {
  py::dict out;
  out["measure"] = p.measures[s.measure].name;
  out["have"] = s.have;
  out["need"] = s.need;
  out["gap"] = s.gap;
  out["unit"] = p.measures[s.measure].unit;
  out["unknown"] = s.unknown;
  return out;
}

py::list options_of(const tier::program& p, const std::vector<tier::option>& options) {
  py::list out;
  for (const tier::option& o : options) {
    py::list gaps;
    for (const tier::shortfall& s : o.gaps) gaps.append(shortfall_of(p, s));
    out.append(py::make_tuple(gaps, o.cost));
  }
  return out;
}

const char* word(tier::verdict v) {
  return v == tier::verdict::yes ? "yes" : v == tier::verdict::no ? "no" : "unknown";
}

std::vector<double> weights_of(const tier::program& p, const py::dict& named) {
  std::vector<double> out;
  if (named.empty()) return out;
  out.resize(p.measures.size());
  for (const auto& [key, weight] : named) {
    const auto measure = key.cast<std::string>();
    const tier::ordinal m = tier::find_measure(p, measure);
    if (m == tier::no_ordinal) throw contract_error("weights: the program has no measure '" + measure + "'");
    out[m] = weight.cast<double>();
  }
  return out;
}

py::dict explain(const tier::engine& e, const std::vector<double>& facts, const std::optional<std::string>& target,
                 const py::dict& weights) {
  const tier::program& p = e.source();
  const tier::decision now = e.decide(facts);
  const auto next = std::min<std::size_t>(static_cast<std::size_t>(now.tier) + 1, p.tiers.size() - 1);
  const tier::explanation why = tier::explain(
      e, facts, target ? tier_named(p, *target) : static_cast<tier::ordinal>(next), weights_of(p, weights));
  py::dict out;
  out["tier"] = p.tiers[now.tier].id;
  out["target"] = p.tiers[why.target].id;
  out["enters"] = word(why.enters);
  out["too_complex"] = why.too_complex;
  py::list gates;
  for (const tier::gate_gap& g : why.gates) gates.append(py::make_tuple(p.gates[g.gate].id, options_of(p, g.options)));
  out["gates"] = gates;
  out["options"] = options_of(p, why.options);
  py::list unknown;
  for (const tier::ordinal m : why.unknown) unknown.append(p.measures[m].name);
  out["unknown"] = unknown;
  py::dict texts;
  texts["en"] = tier::to_text(e, why, tier::language::english);
  texts["zh"] = tier::to_text(e, why, tier::language::chinese);
  out["text"] = texts;
  return out;
}

std::string hex(std::uint64_t x) {
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; x >>= 4U) out[i] = "0123456789abcdef"[x & 15U];
  return out;
}

/// What Python needs to know of a measure to read its column.
py::dict measure_of(const tier::measure& m) {
  py::dict out;
  const bool flag = m.is == tier::measure::kind::flag;
  const bool levels = m.is == tier::measure::kind::levels;
  out["kind"] = flag ? "flag" : levels ? "levels" : m.is == tier::measure::kind::score ? "score" : "number";
  out["label"] = m.label;
  out["unit"] = m.unit;
  out["better"] = m.direction == tier::better::higher ? "higher" : "lower";
  out["levels"] = m.levels;
  return out;
}

}  // namespace

void bind_tier(py::module_& m) {
  py::class_<tier::engine, std::shared_ptr<tier::engine>>(m, "TierEngine", "A tier program made ready to decide.")
      .def(py::init([](const std::string& json) { return std::make_shared<tier::engine>(tier::parse(json).value()); }),
           arg("json"))
      .def_property_readonly("id", [](const tier::engine& e) { return e.source().id; })
      .def_property_readonly("version", [](const tier::engine& e) { return e.source().version; })
      .def_property_readonly("fingerprint", [](const tier::engine& e) { return hex(e.source().fingerprint); })
      .def_property_readonly("tiers", [](const tier::engine& e) { return tier_ids(e.source()); })
      .def_property_readonly(
          "facts", [](const tier::engine& e) { return std::vector<std::string>(e.facts().begin(), e.facts().end()); })
      .def_property_readonly("not_applied", [](const tier::engine& e) { return tier::not_applied(e.source()); })
      .def("measures",
           [](const tier::engine& e) {
             py::dict out;
             for (const tier::measure& x : e.source().measures) out[py::str(x.name)] = measure_of(x);
             return out;
           })
      .def(
          "covers", [](const tier::engine& e, int day) { return tier::covers(e.source(), {day}); }, arg("day"))
      .def("decide", &decide, arg("facts"), arg("rows"), arg("language"), arg("reasons"), arg("threads"))
      .def("explain", &explain, arg("facts"), arg("target"), arg("weights"))
      .def(
          "record",
          [](const tier::engine& e, const std::vector<double>& facts, int day, const std::string& language) {
            return tier::to_text(e, tier::record(e, facts, {day}), language_named(language));
          },
          arg("facts"), arg("day"), arg("language"));
}

}  // namespace valorem::python

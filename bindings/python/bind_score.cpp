// The fitted model of a summary, and room 8: one table that answers the question.
#include "bindings.hpp"
#include "draws.hpp"
#include "programs.hpp"
#include "states.hpp"
#include <valorem/model/fitted_model.hpp>
#include <valorem/model/saved_fit.hpp>
#include <valorem/report.hpp>

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <variant>

namespace valorem::python {

namespace {

using py::arg;

fit_record purchases_of(const fitted_model& m) {
  return std::visit([](const auto& f) { return record_of(f); }, m.purchases);
}

fitted_model fit_summary(const summary& s, const std::string& model, bool with_spend, const py::object& prior,
                         const py::object& spend_prior, const py::object& k, const std::string& form,
                         const py::object& threads) {
  const fit_penalties known{.purchases = penalty_argument(prior), .spend = penalty_argument(spend_prior)};
  const execution how = threads_argument(threads);
  const std::optional<int> stages = k.is_none() ? std::nullopt : std::optional(stages_argument(k));
  if (form != "mean" && form != "transactions") {
    throw contract_error("spend_form is 'mean' or 'transactions', not '" + form + "'");
  }
  const spend_form of = form == "mean" ? spend_form::mean : spend_form::transactions;
  fitted_model out;
  {
    const py::gil_scoped_release others_may_run;
    out = fit_models(s, model, how, known, stages, of);
  }
  if (!with_spend) {
    out.spend.reset();
    out.spend_fitted_to = spend_form::mean;
  }
  warned(purchases_of(out));
  if (out.spend) warned(record_of(*out.spend));
  return out;
}

std::variant<z_bands, quantile_bands> banding_of(const std::string& method,
                                                 const std::optional<std::vector<double>>& points) {
  if (method == "z") return points ? z_bands{.cuts = *points} : z_bands{};
  if (method == "quantile") return points ? quantile_bands{.shares = *points} : quantile_bands{};
  throw contract_error("bands: must be 'z' or 'quantile', not '" + method + "'");
}

/// Columns that Python owns, and spans over them.
class named_arrays {
 public:
  explicit named_arrays(const py::dict& columns) {
    for (const auto& [key, values] : columns) {
      names_.push_back(key.cast<std::string>());
      keep_.push_back(table_column(values, names_.back()));
    }
    for (std::size_t i = 0; i < names_.size(); ++i) columns_.push_back({names_[i], span(i)});
  }
  [[nodiscard]] std::span<const named_column> columns() const { return columns_; }
  [[nodiscard]] std::span<const double> operator[](std::string_view name) const {
    for (const named_column& c : columns_) {
      if (c.name == name) return c.values;
    }
    throw contract_error("costs: no column '" + std::string(name) + "'");
  }

 private:
  [[nodiscard]] std::span<const double> span(std::size_t i) const {
    return {keep_[i].data(), static_cast<std::size_t>(keep_[i].size())};
  }
  std::vector<std::string> names_;
  std::vector<py::array_t<double>> keep_;
  std::vector<named_column> columns_;
};

/// The draws as the core takes them; of another model than the fit's, refused.
fitted_draws fitted_draws_of(const fitted_model& m, const both_draws& draws) {
  fitted_draws out;
  std::visit([&]<class M>(const fit_result<M>&) { out.purchases = draws_of<M>(draws.purchases); }, m.purchases);
  if (!draws.spend.is_none()) out.spend = draws_of<gamma_gamma>(draws.spend.cast<const draws_record&>());
  return out;
}

using shared_table = std::shared_ptr<score_table>;

shared_table score_summary(const summary& s, const fitted_model& m, const py::object& horizon,
                           const py::object& discount, const py::object& margin, const std::optional<py::dict>& costs,
                           const tier::engine* program, const py::dict& facts, const std::string& bands,
                           const std::optional<std::vector<double>>& band_points, const both_draws* draws,
                           const py::object& level, const py::object& threads) {
  const named_arrays known(facts);
  const named_arrays money(costs.value_or(py::dict()));
  score_request what{.horizon = one_number(horizon, "horizon"),
                     .discount = one_number(discount, "discount"),
                     .margin = one_number(margin, "margin")};
  if (costs) what.costs = cost_columns{money["so_far"], money["per_purchase"], money["per_time"]};
  what.program = program;
  what.facts = known.columns();
  what.banding = banding_of(bands, band_points);
  what.how = threads_argument(threads);
  std::optional<fitted_draws> drawn;
  if (draws != nullptr) drawn = fitted_draws_of(m, *draws);
  what.draws = drawn ? &*drawn : nullptr;
  what.level = one_number(level, "level");
  const py::gil_scoped_release others_may_run;
  return std::make_shared<score_table>(score(s, m, what));
}

labels band_labels(const score_table& t) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < t.cuts.size(); ++i) names.emplace_back(t.cuts.name(static_cast<int>(i)));
  std::vector<std::int32_t> codes(t.band.begin(), t.band.end());
  std::replace(codes.begin(), codes.end(), std::int32_t{missing_band}, static_cast<std::int32_t>(names.size()));
  names.emplace_back(t.cuts.name(missing_band));
  return labels_of(codes, names);
}

/// True or false in every row, or without a program a column that knows nothing.
py::object vip_column(const score_table& t) {
  if (t.vip.empty()) return py::cast(labels_of(std::vector<std::int32_t>(t.size(), -1), {}));
  const auto n = static_cast<py::ssize_t>(t.size());
  py::array_t<bool> out(n);
  for (py::ssize_t i = 0; i < n; ++i) out.mutable_data()[i] = t.vip[static_cast<std::size_t>(i)] != 0;
  return out;
}

py::dict table_columns(const shared_table& t) {
  py::dict out;
  out["frequency"] = view(t->frequency, t);
  out["recency"] = view(t->recency, t);
  out["T"] = view(t->T, t);
  out["monetary_value"] = view(t->monetary_value, t);
  out["p_alive"] = view(t->p_alive, t);
  out["expected_purchases"] = view(t->expected_purchases, t);
  out["lifetime_value"] = view(t->lifetime_value, t);
  if (!t->lifetime_value_low.empty()) {
    out["lifetime_value_low"] = view(t->lifetime_value_low, t);
    out["lifetime_value_high"] = view(t->lifetime_value_high, t);
  }
  out["revenue"] = view(t->revenue, t);
  out["service_cost"] = view(t->service_cost, t);
  out["ratio"] = view(t->ratio, t);
  out["forward_ratio"] = view(t->forward_ratio, t);
  out["band"] = band_labels(*t);
  out["tier"] =
      t->tier.empty() ? labels_of(std::vector<std::int32_t>(t->size(), -1), {}) : labels_of(t->tier, t->tier_names);
  out["vip"] = vip_column(*t);
  text_builder reasons;
  for (const std::string& r : t->reasons) reasons.add(r);
  out["reasons"] = reasons.finish();
  out["status"] = status_labels(t->row_status);
  out["status_value"] = status_labels(t->status_value);
  out["status_ratio"] = status_labels(t->status_ratio);
  out["status_tier"] = status_labels(t->status_tier);
  return out;
}

/// What the values are made of: kept beside the table.
py::dict parts_of(const shared_table& t) {
  py::dict out;
  out["discounted_purchases"] = view(t->discounted_purchases, t);
  out["discounted_lifetime"] = view(t->discounted_lifetime, t);
  out["expected_spend"] = view(t->expected_spend, t);
  out["discounted_margin"] = view(t->discounted_margin, t);
  out["discounted_cost"] = view(t->discounted_cost, t);
  return out;
}

py::dict origin_of_table(const score_table& t) {
  const score_provenance& o = t.origin;
  py::dict out;
  out["model"] = o.model;
  out["horizon"] = o.terms.horizon;
  out["discount"] = o.terms.discount;
  out["margin"] = o.terms.margin;
  out["time_unit"] = std::string(name(o.units.time));
  out["currency"] = o.units.currency;
  out["as_of"] = day_or_none(o.as_of);
  out["band_column"] = o.band_column;
  out["program"] = o.program;
  out["program_version"] = o.program_version;
  out["program_in_effect"] = o.program_in_effect;
  out["not_applied"] = o.not_applied;
  out["always_alive"] = o.always_alive;
  if (o.draws > 0) {
    out["draws"] = o.draws;
    out["level"] = o.level;
  }
  out["purchases_fit"] = std::string(name(o.purchases_fit.outcome));
  out["purchases_limit"] = o.purchases_fit.limit;
  out["spend"] = std::string(name(o.spend));
  out["spend_fit"] =
      o.spend == spend_basis::fitted ? py::object(py::str(std::string(name(o.spend_fit.outcome)))) : py::none();
  out["spend_limit"] = o.spend_fit.limit;
  return out;
}

}  // namespace

void bind_score(py::module_& m) {
  py::class_<fitted_model>(m, "FittedModel",
                           "A purchase model and a spend model fitted to one summary, with its units.")
      .def_property_readonly("purchases", &purchases_of, "The fit of the purchase model.")
      .def_property_readonly(
          "spend",
          [](const fitted_model& f) -> py::object {
            if (!f.spend) return py::none();
            return py::cast(record_of(*f.spend));
          },
          "The fit of the spend model, or None.")
      .def_property_readonly(
          "spend_form",
          [](const fitted_model& f) { return f.spend_fitted_to == spend_form::mean ? "mean" : "transactions"; },
          "What the spend model is fitted to: 'mean' or 'transactions', as vl.fit was told.")
      .def_property_readonly(
          "time_unit", [](const fitted_model& f) { return std::string(name(f.units.time)); }, "Of every time and rate.")
      .def_property_readonly(
          "currency", [](const fitted_model& f) { return f.units.currency; }, "Its label; empty where none was named.")
      .def_property_readonly(
          "as_of",
          [](const fitted_model& f) -> py::object {
            if (!f.as_of) return py::none();
            constexpr int epoch = 719163;  // Python counts days from the year 1
            return py::module_::import("datetime").attr("date").attr("fromordinal")(f.as_of->days + epoch);
          },
          "The day that the histories it was fitted to end, or None where they name none.")
      .def_readonly("customers", &fitted_model::customers, "Customers with a good history.")
      .def_readonly("spend_excluded", &fitted_model::spend_excluded,
                    "Repeat customers whose mean spend is not above 0.")
      .def_property_readonly(
          "library_version", [](const fitted_model& f) { return f.library_version; }, "Which fitted it.")
      .def(
          "to_json", [](const fitted_model& f) { return to_json(f); },
          "One line of versioned JSON, under 4 KB and without customer data; from_json reads it back to the same "
          "bits.\n"
          "docs/schema/fitted-model-1.schema.json describes it.")
      .def_static(
          "from_json", [](const py::object& text) { return read_fitted_model(json_text(text, "text")).value(); },
          arg("text"), "What to_json wrote, by any version of this form; ProgramError says where a text is wrong.")
      .def(py::pickle([](const fitted_model& f) { return py::str(to_json(f)); },
                      [](const py::str& text) { return read_fitted_model(text.cast<std::string>()).value(); }))
      .def("__repr__", &describe);
  m.def("fit_summary", &fit_summary, arg("summary"), arg("model"), arg("with_spend"), arg("penalty"),
        arg("spend_penalty"), arg("k"), arg("spend_form"), arg("threads"));

  py::class_<score_table, shared_table>(m, "ScoreData", "A scored table as the core keeps it.")
      .def("columns", &table_columns)
      .def("parts", &parts_of)
      .def("origin", &origin_of_table)
      .def("bands", [](const score_table& t) { return t.cuts; })
      .def("census", &census)
      .def("scorecard", &scorecard, arg("row"), arg("customer"))
      .def(
          "csv",
          [](const score_table& t, const py::object& ids, bool bom) {
            const id_argument known(ids);
            return py::bytes(csv(t, known.column(), {.byte_order_mark = bom}));
          },
          arg("ids"), arg("bom"));
  m.def("score_summary", &score_summary, arg("summary"), arg("fitted"), arg("horizon"), arg("discount"), arg("margin"),
        arg("costs"), arg("program"), arg("facts"), arg("bands"), arg("band_points"), arg("draws"), arg("level"),
        arg("threads"));
}

}  // namespace valorem::python

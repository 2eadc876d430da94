#include "model_json.hpp"
#include <valorem/model/saved_fit.hpp>
#include <valorem/record/calendar_text.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace valorem::inline VALOREM_ABI {

namespace {

using namespace detail;

constexpr std::string_view fitted_model_schema = "valorem-fitted-model/1";
constexpr std::array fit_outcomes{fit_status::converged, fit_status::boundary, fit_status::flat, fit_status::failed};
constexpr std::array time_units{time_unit::hour, time_unit::day, time_unit::week, time_unit::month, time_unit::year};
constexpr std::string_view of_transactions = "transactions";
constexpr std::int64_t most_rows = std::int64_t{1} << 53;

/// The one of `all` whose name stands here.
template <class T, std::size_t N>
T named(json::value v, const std::array<T, N>& all) {
  std::array<std::string_view, N> words{};
  for (std::size_t i = 0; i < N; ++i) words[i] = name(all[i]);
  return all[v.one_of(words)];
}

void write_number(json::writer& out, double x) {
  if (numeric::is_finite(x)) {
    out.number(x);
  } else {
    out.null();
  }
}

double read_number(json::value v) {
  return v.type() == json::kind::null ? not_a_value : v.number();
}

template <std::size_t N>
void write_numbers(json::writer& out, const std::array<double, N>& numbers) {
  out.begin_array();
  for (const double x : numbers) write_number(out, x);
  out.end_array();
}

/// The members of a JSON array that must have N, each read by f.
template <std::size_t N, class F>
auto read_array(json::value v, F f) {
  std::array<decltype(f(v)), N> out{};
  if (v.expect(json::kind::array).size() != N) {
    v.refuse("wrong_size",
             "expected " + std::to_string(N) + " entries, one for each parameter, found " + std::to_string(v.size()));
  }
  std::size_t i = 0;
  for (const json::value item : v) out[i++] = f(item);
  return out;
}

/// The members "penalty" and "log_posterior", where there are priors.
template <class M>
void write_penalty(json::writer& out, const fit_result<M>& f) {
  if (!f.penalised()) return;
  write_number(out.key("log_posterior"), f.log_posterior);
  out.key("penalty").begin_object();
  for (std::size_t i = 0; i < f.priors.size(); ++i) {
    if (!numeric::is_finite(f.priors[i].sd)) continue;
    out.key(M::parameter_names[i]).begin_object();
    out.key("centre").number(f.priors[i].centre).key("sd").number(f.priors[i].sd).end_object();
  }
  out.end_object();
}

double read_positive(json::value v) {
  const double x = v.number();
  if (!(x > 0)) v.refuse("not_positive", "a prior's centre and standard deviation must be above 0");
  return x;
}

template <class M>
void read_penalty(json::fields& members, fit_result<M>& f) {
  f.log_posterior = f.log_likelihood;
  const auto penalty = members.find("penalty");
  if (!penalty) return;
  json::fields priors(*penalty);
  for (std::size_t i = 0; i < f.priors.size(); ++i) {
    const auto one = priors.find(M::parameter_names[i]);
    if (!one) continue;
    json::fields prior(*one);
    f.priors[i] = {read_positive(prior.require("centre")), read_positive(prior.require("sd"))};
    prior.close();
  }
  priors.close();
  if (!f.penalised()) penalty->refuse("empty", "a penalty has at least one prior");
  f.log_posterior = read_number(members.require("log_posterior"));
}

/// form: of a spend model that is not fitted to means, to what.
template <class M>
void write_fit(json::writer& out, const fit_result<M>& f, std::string_view form = {}) {
  out.begin_object();
  write_parameters(out, f.model);
  if (!form.empty()) out.key("form").text(form);
  write_number(out.key("log_likelihood"), f.log_likelihood);
  write_penalty(out, f);
  out.key("status").text(name(f.outcome));
  if (f.outcome == fit_status::boundary) out.key("limit").text(f.limit);
  out.key("covariance").begin_array();
  for (const auto& row : f.covariance) write_numbers(out, row);
  out.end_array();
  write_numbers(out.key("gradient"), f.gradient);
  out.key("rows").number(f.rows).key("distinct_rows").whole(static_cast<std::int64_t>(f.distinct_rows));
  out.key("evaluations").whole(f.evaluations);
  if (!f.log_likelihood_of_k.empty()) {
    out.key("log_likelihood_of_k").begin_array();
    for (const double l : f.log_likelihood_of_k) write_number(out, l);
    out.end_array();
  }
  out.end_object();
}

template <class M>
fit_result<M> read_fit(json::fields& members) {
  constexpr std::size_t N = parameter_count<M>;
  fit_result<M> f;
  f.model = read_parameters<M>(members.require("parameters"));
  f.log_likelihood = read_number(members.require("log_likelihood"));
  read_penalty(members, f);
  f.outcome = named(members.require("status"), fit_outcomes);
  if (f.outcome == fit_status::boundary) f.limit = members.require("limit").name();
  f.covariance =
      read_array<N>(members.require("covariance"), [](json::value row) { return read_array<N>(row, read_number); });
  f.gradient = read_array<N>(members.require("gradient"), read_number);
  f.rows = members.require("rows").number_within(0.0, 1e300);
  f.distinct_rows = static_cast<std::size_t>(members.require("distinct_rows").whole_within(0, most_rows));
  f.evaluations = static_cast<int>(members.require("evaluations").whole_within(0, 1'000'000'000));
  if constexpr (erlang_model<M>) {
    if (const auto v = members.find("log_likelihood_of_k")) {
      const auto of_k = read_array<static_cast<std::size_t>(max_stages)>(*v, read_number);
      f.log_likelihood_of_k.assign(of_k.begin(), of_k.end());
    }
  }
  members.close();
  return f;
}

template <std::size_t N>
std::string_view model_of(json::fields& members, const std::array<std::string_view, N>& known) {
  return known[members.require("model").one_of(known)];
}

measure_units read_units(json::fields& members) {
  measure_units out;
  out.time = named(members.require("time_unit"), time_units);
  out.collapse.reset();
  if (const auto v = members.find("collapse_unit")) out.collapse = named(*v, time_units);
  if (const auto v = members.find("currency")) out.currency = v->name();
  return out;
}

date read_date(json::value v) {
  const auto d = parse_date(v.text());
  if (!d) v.refuse(d.error().code, d.error().message);
  return d.value();
}

fitted_model build_fitted_model(json::value root) {
  fitted_model out;
  json::fields members(root);
  (void)members.require("schema").one_of(std::array{fitted_model_schema});
  out.library_version = members.require("library_version").name(64);
  out.units = read_units(members);
  if (const auto v = members.find("as_of")) out.as_of = read_date(*v);
  out.customers = static_cast<std::size_t>(members.require("customers").whole_within(0, most_rows));
  out.spend_excluded = static_cast<std::size_t>(members.require("spend_excluded").whole_within(0, most_rows));
  json::fields purchases(members.require("purchases"));
  with_purchase_model(model_of(purchases, purchase_model_names),
                      [&]<class M>(const M&) { out.purchases = read_fit<M>(purchases); });
  if (const auto v = members.find("spend")) {
    json::fields spend(*v);
    (void)model_of(spend, std::array{gamma_gamma::model_name});
    if (const auto form = spend.find("form")) {
      (void)form->one_of(std::array{of_transactions});
      out.spend_fitted_to = spend_form::transactions;
    }
    out.spend = read_fit<gamma_gamma>(spend);
  }
  members.close();
  return out;
}

}  // namespace

std::string to_json(const fitted_model& m) {
  json::writer out;
  out.begin_object().key("schema").text(fitted_model_schema).key("library_version").text(m.library_version);
  out.key("time_unit").text(name(m.units.time));
  if (m.units.collapse) out.key("collapse_unit").text(name(*m.units.collapse));
  if (!m.units.currency.empty()) out.key("currency").text(m.units.currency);
  if (m.as_of) out.key("as_of").text(text(*m.as_of));
  out.key("customers").whole(static_cast<std::int64_t>(m.customers));
  out.key("spend_excluded").whole(static_cast<std::int64_t>(m.spend_excluded));
  out.key("purchases");
  std::visit([&](const auto& f) { write_fit(out, f); }, m.purchases);
  if (m.spend) {
    write_fit(out.key("spend"), *m.spend, m.spend_fitted_to == spend_form::mean ? std::string_view() : of_transactions);
  }
  out.end_object();
  if (out.str().size() > max_fitted_model_bytes) {
    throw contract_error("a fitted model is saved in at most 4096 bytes: its labels are too long");
  }
  return out.str();
}

result<fitted_model> read_fitted_model(std::string_view text) {
  return json::guarded(text, {.bytes = max_fitted_model_bytes, .depth = 4, .values = 256}, build_fitted_model);
}

}  // namespace valorem::inline VALOREM_ABI

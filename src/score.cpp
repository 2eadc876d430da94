#include "value_interval.hpp"
#include <valorem/ledger/ratio.hpp>
#include <valorem/report/score.hpp>
#include <valorem/tier/text.hpp>

#include <algorithm>
#include <array>

namespace valorem::inline VALOREM_ABI {
namespace {

std::vector<double> or_missing(const std::vector<double>& column, std::size_t n) {
  return column.empty() ? std::vector<double>(n, not_a_value) : column;
}

void start(score_table& t, const summary& s) {
  const std::size_t n = s.size();
  t.first_row = s.first_row;
  t.frequency = s.frequency;
  t.recency = s.recency;
  t.T = s.T;
  t.monetary_value = or_missing(s.monetary_value, n);
  t.revenue = or_missing(s.revenue, n);
  for (auto* column :
       {&t.p_alive, &t.expected_purchases, &t.lifetime_value, &t.service_cost, &t.ratio, &t.forward_ratio,
        &t.discounted_purchases, &t.discounted_lifetime, &t.expected_spend, &t.discounted_margin, &t.discounted_cost}) {
    column->assign(n, not_a_value);
  }
  for (auto* column : {&t.row_status, &t.status_value, &t.status_ratio, &t.status_tier})
    column->assign(n, status::missing);
  t.reasons.resize(n);
}

/// A good history that is not known to be one customer's (no id, or one that stood before) is worth nothing to anyone.
void blank_rows_of_nobody(score_table& t, const summary& s, std::span<status> purchases) {
  for (std::size_t i = 0; i < s.history_status.size(); ++i) {
    if (s.history_status[i] == status::ok || purchases[i] != status::ok) continue;
    purchases[i] = s.history_status[i];
    t.status_value[i] = gravest(t.status_value[i], s.history_status[i]);
    for (auto* column : {&t.p_alive, &t.expected_purchases, &t.lifetime_value, &t.discounted_purchases,
                         &t.discounted_lifetime, &t.expected_spend, &t.discounted_margin, &t.discounted_cost})
      (*column)[i] = not_a_value;
  }
}

/// The draws must lie about the models of the fit, in pairs.
template <class M>
void require_draws_of(const posterior_draws<M>& d, const M& model) {
  if (!(d.mode == model) || d.models.empty()) {
    throw contract_error("draws: they lie about another fit than the fitted model");
  }
}

/// Rows without a value have no interval either.
void value_ends_of(score_table& t, const fitted_model& m, const score_request& what, const book& customers) {
  if (what.draws == nullptr) return;
  if (!(what.level > 0 && what.level < 1)) throw contract_error("level must lie between 0 and 1, both excluded");
  t.lifetime_value_low.assign(t.size(), not_a_value);
  t.lifetime_value_high.assign(t.size(), not_a_value);
  t.origin.level = what.level;
  std::visit(
      [&]<class M>(const fit_result<M>& fit) {
        const auto* purchases = std::get_if<posterior_draws<M>>(&what.draws->purchases);
        require_draws_of(purchases == nullptr ? posterior_draws<M>{} : *purchases, fit.model);
        t.origin.draws = purchases->models.size();
        if (!m.spend) return;
        require_draws_of(what.draws->spend.value_or(posterior_draws<gamma_gamma>{}), m.spend->model);
        const auto& spends = what.draws->spend->models;
        require_equal_length(purchases->models.size(), "draws of purchases", spends.size(), "draws of spend");
        detail::value_intervals<M>(purchases->models, spends, t.origin.terms, customers, what.level,
                                   {t.lifetime_value_low, t.lifetime_value_high}, what.how);
      },
      m.purchases);
}

/// A customer's value needs a spend model; without one the purchases are known and the money is not.
void value(score_table& t, const summary& s, const fitted_model& m, const score_request& what) {
  const gamma_gamma none{.p = 1, .q = 2, .v = 1};
  const gamma_gamma spend = m.spend ? m.spend->model : none;
  std::vector<status> purchases(t.size());
  const book customers{{t.frequency, t.recency, t.T},
                       t.monetary_value,
                       what.costs ? what.costs->per_purchase : std::span<const double>{},
                       what.costs ? what.costs->per_time : std::span<const double>{}};
  const valuation_columns out{.p_alive = t.p_alive,
                              .expected_purchases = t.expected_purchases,
                              .discounted_purchases = t.discounted_purchases,
                              .discounted_lifetime = t.discounted_lifetime,
                              .expected_spend = t.expected_spend,
                              .discounted_margin = t.discounted_margin,
                              .discounted_cost = t.discounted_cost,
                              .lifetime_value = t.lifetime_value,
                              .purchases_status = purchases,
                              .value_status = t.status_value};
  std::visit([&](const auto& fit) { prepare(fit.model, spend, t.origin.terms)(customers, out, what.how); },
             m.purchases);
  value_ends_of(t, m, what, customers);
  blank_rows_of_nobody(t, s, purchases);
  for (std::size_t i = 0; i < t.lifetime_value_low.size(); ++i) {
    if (t.status_value[i] != status::ok) t.lifetime_value_low[i] = t.lifetime_value_high[i] = not_a_value;
  }
  if (m.spend) return;
  for (auto* column : {&t.expected_spend, &t.discounted_margin, &t.lifetime_value})
    column->assign(t.size(), not_a_value);
  for (std::size_t i = 0; i < t.size(); ++i) t.status_value[i] = gravest(purchases[i], status::missing);
}

void weigh(score_table& t, const score_request& what) {
  if (!what.costs) return;
  t.service_cost.assign(what.costs->so_far.begin(), what.costs->so_far.end());
  ratio(t.revenue, t.service_cost, t.ratio, t.status_ratio, what.how);
  std::vector<status> ahead(t.size());
  forward_ratio(t.discounted_margin, t.discounted_cost, t.forward_ratio, ahead, what.how);
}

void band(score_table& t, const score_request& what) {
  const std::vector<double>& by = what.costs ? t.ratio : t.lifetime_value;
  t.origin.band_column = what.costs ? "ratio" : "lifetime_value";
  t.cuts = std::visit([&](const auto& wanted) { return fit(wanted, by, {}, what.how); }, what.banding);
  t.band.resize(t.size());
  t.cuts.assign(by, t.band, what.how);
}

/// Every name that a program may ask for, and the column behind it.
std::vector<named_column> known_facts(const score_table& t, const summary& s, const score_request& what) {
  std::vector<named_column> known{{"frequency", t.frequency},
                                  {"recency", t.recency},
                                  {"T", t.T},
                                  {"monetary_value", t.monetary_value},
                                  {"p_alive", t.p_alive},
                                  {"expected_purchases", t.expected_purchases},
                                  {"lifetime_value", t.lifetime_value},
                                  {"revenue", t.revenue},
                                  {"service_cost", t.service_cost},
                                  {"ratio", t.ratio},
                                  {"forward_ratio", t.forward_ratio}};
  const auto windowed = [&](std::string_view name, const std::vector<double>& column) {
    if (!column.empty()) known.push_back({name, column});
  };
  windowed("lifetime_value_low", t.lifetime_value_low);
  windowed("lifetime_value_high", t.lifetime_value_high);
  windowed("spend_12m", s.spend_12m);
  windowed("orders_12m", s.orders_12m);
  windowed("tenure_months", s.tenure_months);
  for (const named_column& f : what.facts) {
    require_equal_length(t.size(), "the summary", f.values.size(), "a column of facts");
    if (std::ranges::find(known, f.name, &named_column::name) != known.end()) {
      throw contract_error("the fact " + std::string(f.name) + " is given twice, or is a column of the table itself");
    }
    known.push_back(f);
  }
  return known;
}

std::span<const double> bind(const std::vector<named_column>& known, const std::string& fact) {
  const auto found = std::ranges::find(known, std::string_view(fact), &named_column::name);
  if (found != known.end()) return found->values;
  std::string names;
  for (const named_column& k : known) names += (names.empty() ? "" : ", ") + std::string(k.name);
  throw contract_error("the tier program asks for the fact " + fact + ", which is none of: " + names);
}

/// Amounts of the table are in the summary's currency; a program that states them in another one means something else.
void require_same_money(const tier::program& p, const measure_units& units) {
  constexpr std::array<std::string_view, 7> money{
      "monetary_value", "lifetime_value", "lifetime_value_low", "lifetime_value_high",
      "revenue",        "service_cost",   "spend_12m"};
  if (units.currency.empty()) return;
  for (const tier::measure& m : p.measures) {
    if (m.unit.empty() || m.unit == units.currency || std::ranges::find(money, m.name) == money.end()) continue;
    throw contract_error("the tier program states " + m.name + " in " + m.unit + ", the summary is in " +
                         units.currency + ": nothing is converted");
  }
}

void place_in_tiers(score_table& t, const summary& s, const score_request& what) {
  if (what.program == nullptr) return;
  const tier::engine& engine = *what.program;
  const tier::program& program = engine.source();
  t.origin.program = program.id;
  t.origin.program_version = program.version;
  t.origin.program_fingerprint = program.fingerprint;
  t.origin.program_in_effect = !t.origin.as_of || tier::covers(program, *t.origin.as_of);
  t.origin.not_applied = tier::not_applied(program);
  require_same_money(program, t.origin.units);
  for (const tier::rule& r : program.tiers) t.tier_names.push_back(r.id);

  const auto known = known_facts(t, s, what);
  std::vector<std::span<const double>> columns;
  for (const std::string& fact : engine.facts()) columns.push_back(bind(known, fact));
  t.decisions.resize(t.size());
  engine.decide(columns, t.decisions, what.how);
  t.tier.resize(t.size());
  t.vip.resize(t.size());
  std::vector<double> facts(columns.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    const tier::decision& d = t.decisions[i];
    t.tier[i] = d.tier;
    t.vip[i] = d.vip ? 1 : 0;
    t.status_tier[i] = d.state;
    for (std::size_t f = 0; f < facts.size(); ++f) facts[f] = columns[f][i];
    t.reasons[i] = tier::reason(engine, facts);
  }
}

void add_reason(std::string& to, std::string_view more) {
  if (!to.empty()) to += "; ";
  to += more;
}

/// What the numbers of a row do not know, told beside what she lacks.
void explain(score_table& t, const fitted_model& m, const score_request& what) {
  const auto calls_alive = [&](const history& h) {
    return std::visit(
        [&](const auto& f) {
          if constexpr (requires { always_alive(f.model, h); }) {
            return always_alive(f.model, h);
          } else {
            return false;
          }
        },
        m.purchases);
  };
  for (std::size_t i = 0; i < t.size(); ++i) {
    const history h{t.frequency[i], t.recency[i], t.T[i]};
    const auto tell = [&](std::string_view what_of, status why) {
      if (why != status::ok) add_reason(t.reasons[i], std::string(what_of) + ": " + std::string(name(why)));
    };
    if (check(h) == status::ok && calls_alive(h)) {
      ++t.origin.always_alive;
      add_reason(t.reasons[i], "one-time buyer: BG/NBD calls her alive whatever her silence");
    }
    tell("value", t.status_value[i]);
    t.row_status[i] = t.status_value[i];
    if (what.costs) {
      tell("ratio", t.status_ratio[i]);
      t.row_status[i] = gravest(t.row_status[i], t.status_ratio[i]);
    }
    if (what.program != nullptr) {
      tell("tier", t.status_tier[i]);
      t.row_status[i] = gravest(t.row_status[i], t.status_tier[i]);
    }
  }
}

template <class M>
fit_ending ending_of(const fit_result<M>& f) {
  return {f.outcome, f.limit};
}

spend_basis basis_of(const summary& s, const fitted_model& m) {
  if (m.spend) return spend_basis::fitted;
  if (s.monetary_value.empty()) return spend_basis::no_amounts;
  bool repeats = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!(s.frequency[i] >= 1) || (!s.history_status.empty() && s.history_status[i] != status::ok)) continue;
    repeats = true;
    if (s.monetary_value[i] > 0) return spend_basis::not_asked;
  }
  return repeats ? spend_basis::no_positive_spend : spend_basis::no_repeat_buyers;
}

}  // namespace

score_table score(const summary& s, const fitted_model& m, const score_request& what) {
  require_same_units(m.units, s.origin.units);
  if (what.costs) {
    require_equal_length(s.size(), "the summary", what.costs->so_far.size(), "costs so far");
    require_equal_length(s.size(), "the summary", what.costs->per_purchase.size(), "costs per purchase");
    require_equal_length(s.size(), "the summary", what.costs->per_time.size(), "costs per time");
  }
  score_table t;
  t.origin.model = std::visit([](const auto& fit) { return std::string(fit.model.model_name); }, m.purchases);
  t.origin.purchases_fit = std::visit([](const auto& fit) { return ending_of(fit); }, m.purchases);
  if (m.spend) t.origin.spend_fit = ending_of(*m.spend);
  t.origin.spend = basis_of(s, m);
  t.origin.terms = {
      .horizon = what.horizon, .discount = what.discount, .margin = what.margin, .unit = s.origin.units.time};
  t.origin.units = s.origin.units;
  t.origin.as_of = s.origin.as_of;
  start(t, s);
  value(t, s, m, what);
  weigh(t, what);
  band(t, what);
  place_in_tiers(t, s, what);
  explain(t, m, what);
  return t;
}

}  // namespace valorem::inline VALOREM_ABI

#include "report_text.hpp"
#include <valorem/population/by_band.hpp>
#include <valorem/population/concentration.hpp>
#include <valorem/report/census.hpp>

#include <algorithm>
#include <array>

namespace valorem::inline VALOREM_ABI {
namespace {

using detail::counted;
using detail::grouped;
using detail::percent;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string currency_of(const measure_units& units) {
  return units.currency.empty() ? "" : " " + units.currency;
}

/// Sum of the finite values, and of how many.
std::pair<double, std::size_t> total(std::span<const double> column) {
  double sum = 0.0;
  std::size_t n = 0;
  for (const double v : column) {
    if (!numeric::is_finite(v)) continue;
    sum += v;
    ++n;
  }
  return {sum, n};
}

/// What a fit that did not end in a sharp maximum means for whoever reads the values; nothing where it did.
void doubt(std::string& out, std::string_view what, const fit_ending& e) {
  constexpr std::string_view head = "  not determined   ";
  const std::string model = "the model of " + std::string(what) + " is not determined by these data: ";
  switch (e.outcome) {
    case fit_status::converged:
      return;
    case fit_status::boundary:
      return detail::append_line(out, std::string(head),
                                 model + "they agree with it the better, the nearer it comes to " + e.limit +
                                     "; take the values below as rough");
    case fit_status::flat:
      return detail::append_line(out, std::string(head),
                                 model +
                                     "other parameters agree with them almost as well, and give other values; take "
                                     "the values below as rough");
    case fit_status::failed:
      return detail::append_line(out, std::string(head),
                                 model + "no best parameters were found; do not rely on the values below");
  }
}

std::string_view why_no_spend(spend_basis b) {
  switch (b) {
    case spend_basis::no_amounts:
      return "the purchases have no amounts";
    case spend_basis::no_repeat_buyers:
      return "nobody bought twice";
    case spend_basis::no_positive_spend:
      return "nobody who bought twice spent more than 0 on average";
    case spend_basis::not_asked:
      return "none was asked for";
    default:
      return "";
  }
}

void assumptions(std::string& out, const score_table& t) {
  const score_provenance& o = t.origin;
  out += fmt::format("CENSUS of {}", counted(static_cast<double>(t.size()), "customer"));
  if (o.as_of) out += " as of " + detail::iso(*o.as_of);
  out += "\n\n";
  out += fmt::format("  model            {}, times in {}s\n", o.model, name(o.units.time));
  doubt(out, "purchases", o.purchases_fit);
  if (o.spend == spend_basis::fitted) {
    doubt(out, "spend", o.spend_fit);
  } else {
    detail::append_line(out, "  no spend model   ", std::string(why_no_spend(o.spend)) + ", so no value can be known");
  }
  out += "  horizon          ";
  out += numeric::is_finite(o.terms.horizon) ? detail::length_of(o.terms.horizon, o.terms.unit) : "without end";
  out += fmt::format(", discounted at {} a year; margin {} of what is spent\n", percent(o.terms.discount),
                     percent(o.terms.margin));
  out += fmt::format("  currency         {}\n", o.units.currency.empty() ? "not named" : o.units.currency);
  if (!o.program.empty()) {
    detail::append_line(out, "  tier program     ",
                        fmt::format("{} version {}, fingerprint {:016x}{}", o.program, o.program_version,
                                    o.program_fingerprint, o.program_in_effect ? "" : " (NOT in effect on that day)"));
    std::string parts;
    for (const std::string& p : o.not_applied) parts += (parts.empty() ? "" : ", ") + p;
    if (!parts.empty())
      detail::append_line(out, "  not applied      ", parts + " (kept in the program, not acted on here)");
  }
}

/// All revenue over all cost, of the customers whose revenue and cost can be compared.
double pooled_ratio(const score_table& t) {
  double paid = 0, cost = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const status s = t.status_ratio[i];
    if (s != status::ok && s != status::no_cost && s != status::inactive) continue;
    paid += t.revenue[i];
    cost += t.service_cost[i];
  }
  return cost > 0 ? (paid - cost) / cost : std::numeric_limits<double>::quiet_NaN();
}

void totals(std::string& out, const score_table& t) {
  const auto [paid, payers] = total(t.revenue);
  const auto [cost, served] = total(t.service_cost);
  const auto [value, valued] = total(t.lifetime_value);
  const auto [buys, expected] = total(t.expected_purchases);
  const std::string currency = currency_of(t.origin.units);
  out += "\nTOTALS\n";
  if (payers > 0) out += fmt::format("  paid so far      {}{}\n", grouped(paid), currency);
  if (served > 0) {
    out += fmt::format("  cost so far      {}{}\n", grouped(cost), currency);
    out += fmt::format("  pooled ratio     {} = (paid - cost) / cost of all who can be compared\n",
                       grouped(pooled_ratio(t)));
  }
  if (expected > 0) out += fmt::format("  expected         {} within the horizon\n", counted(buys, "purchase"));
  if (valued > 0) {
    out += fmt::format("  lifetime value   {}{}, {} a customer\n", grouped(value), currency,
                       grouped(value / static_cast<double>(valued)));
  }
}

void alive(std::string& out, const score_table& t) {
  std::array<std::size_t, 5> bins{};
  double sum = 0.0;
  std::size_t known = 0;
  for (const double p : t.p_alive) {
    if (numeric::is_nan(p)) continue;
    ++bins[std::min<std::size_t>(4, static_cast<std::size_t>(p * 5))];
    sum += p;
    ++known;
  }
  if (known == 0) return;
  out += fmt::format("\nP(ALIVE), mean {}\n", grouped(sum / static_cast<double>(known), 3));
  for (std::size_t b = 0; b < bins.size(); ++b) {
    const double share = static_cast<double>(bins[b]) / static_cast<double>(known);
    const std::string bar(static_cast<std::size_t>(share * 40 + 0.5), '#');
    out += fmt::format("  {:.1f} to {:.1f}  {:>10}  {:>7}{}{}\n", 0.2 * static_cast<double>(b),
                       0.2 * static_cast<double>(b + 1), grouped(static_cast<double>(bins[b]), 0), percent(share),
                       bar.empty() ? "" : "  ", bar);
  }
}

/// One table row a group: how many, and which share of people, revenue and value.
void groups(std::string& out, const score_table& t, std::string_view title, std::span<const std::int8_t> code,
            std::span<const std::string> names) {
  const band_totals people = count_by_band(code, names.size());
  const band_totals paid = sum_by_band(code, names.size(), t.revenue);
  const band_totals value = sum_by_band(code, names.size(), t.lifetime_value);
  out += fmt::format("\n{:<44}{:>10}  {:>9}  {:>9}  {:>9}\n", title, "customers", "share", "of paid", "of value");
  for (std::size_t b = names.size(); b-- > 0;) {
    out += fmt::format("  {}{:>10}  {:>9}  {:>9}  {:>9}\n", detail::padded(names[b], 42), grouped(people.total[b], 0),
                       percent(people.share[b]), percent(paid.share[b]), percent(value.share[b]));
  }
  if (people.unbanded > 0) {
    out += fmt::format("  {:<42}{:>10}  {:>9}\n", "not known", grouped(people.unbanded, 0),
                       percent(people.unbanded_share));
  }
}

std::vector<std::string> band_names(const bands& b) {
  std::vector<std::string> out;
  const auto cuts = b.cuts();
  for (std::size_t k = 0; k < b.size(); ++k) {
    const std::string from = k == 0 ? "" : detail::bound(cuts[k - 1]);
    const std::string to = k == cuts.size() ? "" : detail::bound(cuts[k]);
    const std::string range = cuts.empty()       ? "all"
                              : k == 0           ? "below " + to
                              : k == cuts.size() ? from + " or more"
                                                 : from + " to " + to;
    out.push_back(fmt::format("{:<12} {}", b.name(static_cast<int>(k)), range));
  }
  return out;
}

void tiers(std::string& out, const score_table& t) {
  if (t.tier.empty() || t.tier_names.size() > most_cuts) return;
  std::vector<std::int8_t> code;
  double vips = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    code.push_back(static_cast<std::int8_t>(t.tier[i]));
    vips += t.vip[i];
  }
  groups(out, t, "TIERS", code, t.tier_names);
  out += fmt::format("  VIPs: {} ({})\n", grouped(vips, 0), percent(vips / static_cast<double>(t.size())));
}

std::string why_not_measured(const concentration& c, std::span<const double> column) {
  switch (c.reason()) {
    case concentration_reason::empty:
      return "no value is known";
    case concentration_reason::negative_values: {
      const auto below = std::count_if(column.begin(), column.end(), [](double v) { return v < 0; });
      return fmt::format("{} of {} are below 0", grouped(static_cast<double>(below), 0),
                         grouped(static_cast<double>(c.n()), 0));
    }
    case concentration_reason::total_not_positive:
      return "the total is 0";
    case concentration_reason::overflow:
      return "the total is beyond what can be added up";
    default:
      return "";
  }
}

void concentration_of(std::string& out, std::string_view what, std::span<const double> column) {
  const concentration c(column);
  if (const std::string why = why_not_measured(c, column); !why.empty()) {
    out += fmt::format("  {:<17}not measured: {}\n", what, why);
    return;
  }
  out +=
      fmt::format("  {:<42}{:>10}  {:>9}  {:>9}  {:>9}\n", what, grouped(c.gini().value, 3),
                  percent(c.top_share(0.01).value), percent(c.top_share(0.05).value), percent(c.top_share(0.20).value));
}

void statuses(std::string& out, const score_table& t) {
  std::array<std::size_t, status_count> seen{};
  for (const status s : t.row_status) ++seen[static_cast<std::size_t>(s)];
  out += "\nSTATUS\n";
  for (std::size_t s = 0; s < seen.size(); ++s) {
    if (seen[s] == 0) continue;
    const auto why = static_cast<status>(s);
    detail::append_line(out, fmt::format("  {:<17}{:>10}  ", name(why), grouped(static_cast<double>(seen[s]), 0)),
                        sentence(why));
  }
  if (t.origin.always_alive > 0) {
    out += fmt::format("  {} bought once: BG/NBD calls these alive whatever their silence; MBG/NBD does not\n",
                       counted(static_cast<double>(t.origin.always_alive), "customer"));
  }
}

}  // namespace

std::string census(const score_table& t) {
  std::string out;
  assumptions(out, t);
  if (t.size() == 0) return out;
  totals(out, t);
  alive(out, t);
  groups(out, t, "BANDS by " + t.origin.band_column, t.band, band_names(t.cuts));
  tiers(out, t);
  out +=
      fmt::format("\n{:<44}{:>10}  {:>9}  {:>9}  {:>9}\n", "CONCENTRATION", "Gini", "top 1 %", "top 5 %", "top 20 %");
  concentration_of(out, "paid so far", t.revenue);
  concentration_of(out, "lifetime value", t.lifetime_value);
  statuses(out, t);
  return out;
}

namespace {

template <class M>
void describe_fit(std::string& out, const fit_result<M>& f) {
  const auto p = f.model.parameters();
  const auto se = f.standard_errors();
  const auto known = [](double v, int decimals) {
    if (numeric::is_nan(v)) return std::string("unknown");
    const bool plain = v == 0 || (std::fabs(v) >= 1e-3 && std::fabs(v) < 1e5);
    return plain ? fmt::format("{:.{}f}", v, decimals) : fmt::format("{:.{}e}", v, decimals);
  };
  detail::append_line(
      out, upper(M::model_name) + ": ",
      fmt::format("{}{}, log-likelihood {}, {} ({} distinct), {}", name(f.outcome),
                  f.limit.empty() ? "" : " (" + f.limit + ")", known(f.log_likelihood, 6), counted(f.rows, "row"),
                  grouped(static_cast<double>(f.distinct_rows), 0), counted(f.evaluations, "evaluation")));
  if constexpr (erlang_model<M>) {
    out += fmt::format("  {:<6} {:>14}   stages from one purchase to the next\n", "k", f.model.k);
  }
  for (std::size_t i = 0; i < p.size(); ++i) {
    out += fmt::format("  {:<6} {:>14}   standard error {}\n", M::parameter_names[i], known(p[i], 8), known(se[i], 6));
  }
}

}  // namespace

std::string describe(const fitted_model& m) {
  std::string out = "FIT\n";
  std::visit([&](const auto& f) { describe_fit(out, f); }, m.purchases);
  if (m.spend) describe_fit(out, *m.spend);
  if (!m.spend) out += "GAMMA_GAMMA: not fitted\n";
  if (m.spend_excluded > 0) {
    out += fmt::format("  {} without positive mean spend stayed out of the spend fit\n",
                       counted(static_cast<double>(m.spend_excluded), "repeat buyer"));
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#include "report_text.hpp"
#include <valorem/report/scorecard.hpp>

namespace valorem::inline VALOREM_ABI {
namespace {

using detail::counted;
using detail::grouped;
using detail::length_of;
using detail::percent;

std::string money(const score_table& t, double amount) {
  const std::string& currency = t.origin.units.currency;
  return grouped(amount) + (currency.empty() || numeric::is_nan(amount) ? "" : " " + currency);
}

void add_entry(std::string& out, std::string_view what, const std::string& text) {
  detail::append_line(out, fmt::format("  {:<17}", what), text);
}

std::string past(const score_table& t, std::size_t i) {
  const time_unit unit = t.origin.units.time;
  if (check(history{t.frequency[i], t.recency[i], t.T[i]}) != status::ok) return "not usable";
  const std::string since = length_of(t.T[i], unit);
  if (t.frequency[i] == 0) return "1 purchase " + since + " ago, none since";
  return fmt::format("{} in {}; the last one {} ago", counted(t.frequency[i] + 1, "purchase"), since,
                     length_of(t.T[i] - t.recency[i], unit));
}

std::string range_of(const bands& b, int code) {
  const auto cuts = b.cuts();
  const auto at = static_cast<std::size_t>(code);
  if (cuts.empty()) return "";
  if (at == 0) return fmt::format(" (below {})", detail::bound(cuts[0]));
  if (at == cuts.size()) return fmt::format(" ({} or more)", detail::bound(cuts[at - 1]));
  return fmt::format(" ({} to {})", detail::bound(cuts[at - 1]), detail::bound(cuts[at]));
}

std::string expected(const score_table& t, std::size_t i) {
  if (numeric::is_nan(t.expected_purchases[i])) return "unknown";
  const plan& terms = t.origin.terms;
  const bool limited = numeric::is_finite(t.expected_purchases[i]);
  const bool known = !numeric::is_nan(t.expected_spend[i]);
  return fmt::format(
      "{} purchases of {}, {}", limited ? grouped(t.expected_purchases[i]) : "unlimited",
      known ? money(t, t.expected_spend[i]) : "unknown amount",
      numeric::is_finite(terms.horizon) ? "within " + length_of(terms.horizon, terms.unit) : "without a horizon");
}

std::string value(const score_table& t, std::size_t i, bool costs) {
  if (numeric::is_nan(t.lifetime_value[i]) || !costs) return money(t, t.lifetime_value[i]);
  return fmt::format("{} = {} margin - {} cost to serve", money(t, t.lifetime_value[i]),
                     grouped(t.discounted_margin[i]), grouped(t.discounted_cost[i]));
}

/// The two ratios, each with what it is made of: they stand on different bases.
std::string returned(const score_table& t, std::size_t i) {
  if (numeric::is_nan(t.ratio[i])) return "unknown";
  const bool ahead = !numeric::is_nan(t.forward_ratio[i]);
  return fmt::format("{} = (paid - cost) / cost so far; ahead {}{}", grouped(t.ratio[i]), grouped(t.forward_ratio[i]),
                     ahead ? " = lifetime value / cost to serve" : "");
}

}  // namespace

std::string scorecard(const score_table& t, std::size_t i, std::string_view customer) {
  if (i >= t.size()) throw contract_error(fmt::format("scorecard: row {} of a table of {}", i, t.size()));
  const bool costs = t.origin.band_column == "ratio";
  std::string out = fmt::format("Customer {}\n", customer);
  add_entry(out, "history", past(t, i));
  add_entry(out, "alive", numeric::is_nan(t.p_alive[i]) ? "unknown" : percent(t.p_alive[i]) + " likely");
  add_entry(out, "expected", expected(t, i));
  add_entry(out, "lifetime value", value(t, i, costs));
  add_entry(out, "paid so far", money(t, t.revenue[i]));
  if (costs) {
    add_entry(out, "cost so far", money(t, t.service_cost[i]));
    add_entry(out, "ratio", returned(t, i));
  }
  add_entry(out, "band",
            t.band[i] == missing_band
                ? "unknown, for want of " + t.origin.band_column
                : fmt::format("{}{} by {}", t.cuts.name(t.band[i]), range_of(t.cuts, t.band[i]), t.origin.band_column));
  if (!t.tier.empty()) {
    add_entry(out, "tier", fmt::format("{}{}", t.tier_names[t.tier[i]], t.vip[i] != 0 ? ", a VIP" : ""));
  }
  if (!t.reasons[i].empty()) add_entry(out, "reasons", t.reasons[i]);
  if (t.row_status[i] != status::ok)
    add_entry(out, "status", fmt::format("{}: {}", name(t.row_status[i]), sentence(t.row_status[i])));
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

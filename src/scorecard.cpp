#include "report_text.hpp"
#include <valorem/report/scorecard.hpp>

namespace valorem::inline VALOREM_ABI {
namespace {

using detail::counted;
using detail::grouped;
using detail::percent;

std::string money(const score_table& t, double amount) {
  const std::string& currency = t.origin.units.currency;
  return grouped(amount) + (currency.empty() || numeric::is_nan(amount) ? "" : " " + currency);
}

std::string span_of(double length, time_unit unit) {
  return fmt::format("{} {}s", grouped(length, 1), name(unit));
}

void line(std::string& out, std::string_view what, const std::string& text) {
  out += fmt::format("  {:<17}{}\n", what, text);
}

std::string past(const score_table& t, std::size_t i) {
  const time_unit unit = t.origin.units.time;
  if (check(history{t.frequency[i], t.recency[i], t.T[i]}) != status::ok) return "not usable";
  const std::string since = span_of(t.T[i], unit);
  if (t.frequency[i] == 0) return "1 purchase " + since + " ago, none since";
  return fmt::format("{} in {}; the last one {} ago", counted(t.frequency[i] + 1, "purchase"), since,
                     span_of(t.T[i] - t.recency[i], unit));
}

std::string range_of(const bands& b, int code) {
  const auto cuts = b.cuts();
  const auto at = static_cast<std::size_t>(code);
  if (code == missing_band || cuts.empty()) return "";
  if (at == 0) return fmt::format(" (below {})", grouped(cuts[0]));
  if (at == cuts.size()) return fmt::format(" ({} or more)", grouped(cuts[at - 1]));
  return fmt::format(" ({} to {})", grouped(cuts[at - 1]), grouped(cuts[at]));
}

}  // namespace

std::string scorecard(const score_table& t, std::size_t i, std::string_view customer) {
  if (i >= t.size()) throw contract_error(fmt::format("scorecard: row {} of a table of {}", i, t.size()));
  const plan& terms = t.origin.terms;
  std::string out = fmt::format("Customer {}\n", customer);
  line(out, "history", past(t, i));
  line(out, "alive", fmt::format("{} likely", percent(t.p_alive[i])));
  line(out, "expected",
       numeric::is_finite(terms.horizon)
           ? fmt::format("{} purchases of {} in the next {}", grouped(t.expected_purchases[i]),
                         money(t, t.expected_spend[i]), span_of(terms.horizon, terms.unit))
           : fmt::format("{} purchases of {}, without end", grouped(t.expected_purchases[i]),
                         money(t, t.expected_spend[i])));
  line(out, "lifetime value",
       fmt::format("{} = {} margin - {} cost to serve", money(t, t.lifetime_value[i]), grouped(t.discounted_margin[i]),
                   grouped(t.discounted_cost[i])));
  line(out, "paid so far", money(t, t.revenue[i]));
  if (t.status_ratio[i] != status::missing || !numeric::is_nan(t.service_cost[i])) {
    line(out, "cost so far", money(t, t.service_cost[i]));
    line(out, "ratio",
         fmt::format("{} (revenue - cost) / cost; ahead {}", grouped(t.ratio[i]), grouped(t.forward_ratio[i])));
  }
  line(out, "band",
       fmt::format("{}{} by {}", t.cuts.name(t.band[i]), range_of(t.cuts, t.band[i]), t.origin.band_column));
  if (!t.tier.empty()) {
    line(out, "tier", fmt::format("{}{}", t.tier_names[t.tier[i]], t.vip[i] != 0 ? ", a VIP" : ""));
  }
  if (!t.reasons[i].empty()) line(out, "reasons", t.reasons[i]);
  if (t.row_status[i] != status::ok)
    line(out, "status", fmt::format("{}: {}", name(t.row_status[i]), sentence(t.row_status[i])));
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

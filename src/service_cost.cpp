#include <valorem/numeric/blocks.hpp>
#include <valorem/service/cost.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace valorem::inline VALOREM_ABI {
namespace {

/// Contacts that count: which customer of the summary, which channel of the rates, how long.
struct counted_contact {
  std::size_t customer;
  std::size_t channel;
  double minutes;
  friend auto operator<=>(const counted_contact&, const counted_contact&) = default;
};

date date_of(const time_column& time, std::size_t row) {
  if (const auto* days = std::get_if<std::span<const std::int32_t>>(&time)) return {(*days)[row]};
  const auto& instants = *std::get_if<instant_column>(&time);
  const std::int64_t seconds = instants.seconds[row];
  return seconds == no_instant ? date{no_day} : date_at({seconds}, instants.offset);
}

std::size_t channel_of(const service_rates& r, std::string_view channel, std::size_t row) {
  const auto found = std::ranges::find(r.channels, channel, &channel_rate::channel);
  if (found != r.channels.end()) return static_cast<std::size_t>(found - r.channels.begin());
  std::string known;
  for (const channel_rate& c : r.channels) known += (known.empty() ? "" : ", ") + c.channel;
  throw data_error("contact row " + std::to_string(row + 1) + ", channel: no rate for \"" + std::string(channel) +
                   "\"; the rates know " + (known.empty() ? "no channel" : known));
}

/// The ids of the summary's customers, picked from the column they came from.
template <class Id>
std::vector<Id> ids_of(const summary& s, std::span<const Id> ids) {
  std::vector<Id> out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    const std::size_t row = s.first_row.empty() ? i : s.first_row[i];
    if (row >= ids.size()) throw contract_error("cost_to_serve: fewer ids than the summary refers to");
    out.push_back(ids[row]);
  }
  return out;
}

std::vector<std::size_t> customers_of(const summary& s, const contacts& rows, const customer_column& ids) {
  std::vector<std::size_t> found(rows.size());
  if (const auto* numbers = std::get_if<std::span<const std::int64_t>>(&ids)) {
    const auto mine = ids_of(s, *numbers);
    find_customers(std::span<const std::int64_t>(mine), rows.customer, found);
  } else {
    const auto mine = ids_of(s, *std::get_if<std::span<const std::string_view>>(&ids));
    find_customers(std::span<const std::string_view>(mine), rows.customer, found);
  }
  return found;
}

bool nameless(const customer_column& c, std::size_t row) {
  const auto* texts = std::get_if<std::span<const std::string_view>>(&c);
  return texts != nullptr && (*texts)[row].empty();
}

/// The rule that a contact breaks first.
row_rule broken_rule(const contacts& rows, std::size_t i) {
  if (!rows.found_wrong.empty() && rows.found_wrong[i] != row_rule::none) return rows.found_wrong[i];
  if (nameless(rows.customer, i)) return row_rule::missing_customer;
  const date day = date_of(rows.time, i);
  if (day.days == no_day) return row_rule::missing_date;
  if (day < first_sensible_date || day > last_sensible_date) return row_rule::date_out_of_range;
  return check_contact(rows.channel[i], rows.minutes[i]);
}

void require_lengths(const contacts& rows) {
  require_equal_length(rows.size(), "customer", size(rows.time), "time");
  require_equal_length(rows.size(), "customer", rows.channel.size(), "channel");
  require_equal_length(rows.size(), "customer", rows.minutes.size(), "minutes");
  if (!rows.found_wrong.empty()) require_equal_length(rows.size(), "customer", rows.found_wrong.size(), "found_wrong");
}

void require_same_currency(const summary& s, const service_rates& r) {
  if (s.origin.units.currency == r.currency) return;
  throw contract_error("the rates are in " + r.currency + ", the summary in " +
                       (s.origin.units.currency.empty() ? "(not named)" : s.origin.units.currency) +
                       ": nothing is converted; currency=\"" + r.currency + "\" says that the amounts are in it too");
}

/// A column of the summary that a rate above 0 needs.
std::span<const double> needed(double rate, const std::vector<double>& column, const char* name, const char* source) {
  if (column.empty() && rate > 0)
    throw data_error(std::string("the rates need the column ") + name + ", which the summary lacks; " + source);
  return column;
}

constexpr const char* name_units = "units= names the column of a table of purchases that holds them";

void fill(service_costs& out, const summary& s, const service_rates& r) {
  const auto orders = needed(r.per_order, s.orders, "orders", "it is counted from a table of purchases");
  const auto units = needed(r.per_unit, s.units, "units", name_units);
  const auto per_order = needed(r.per_unit, s.units_per_order, "units_per_order", name_units);
  const double years = hours_per(s.origin.units.time) / hours_per(time_unit::year);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const cost_drivers d{.contact_cost = out.contact_cost[i],
                         .orders = orders.empty() ? 0 : orders[i],
                         .units = units.empty() ? 0 : units[i],
                         .years = s.T[i] * years};
    out.so_far.push_back(cost_so_far(d, r));
    out.per_purchase.push_back(cost_per_purchase(per_order.empty() ? 0 : per_order[i], r));
    out.per_time.push_back(cost_per_year(d, r) * years);
  }
}

}  // namespace

service_costs cost_to_serve(const summary& s, const service_rates& r) {
  require_same_currency(s, r);
  service_costs out;
  out.contact_cost.assign(s.size(), 0.0);
  fill(out, s, r);
  return out;
}

service_costs cost_to_serve(const summary& s, const service_rates& r, const contacts& rows,
                            const customer_column& ids) {
  require_same_currency(s, r);
  require_lengths(rows);
  service_costs out;
  out.contact_cost.assign(s.size(), 0.0);
  const auto customer = customers_of(s, rows, ids);
  std::vector<counted_contact> counted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const row_rule rule = broken_rule(rows, i);
    if (rule != row_rule::none) {
      out.report.add(i, rule, rows.read);
      continue;
    }
    const std::size_t channel = channel_of(r, rows.channel[i], i);
    if (s.origin.as_of && date_of(rows.time, i) > *s.origin.as_of) {
      ++out.contacts_after_end;
    } else if (customer[i] == no_row) {
      ++out.contacts_unmatched;
    } else {
      counted.push_back({customer[i], channel, rows.minutes[i]});
    }
  }
  out.contacts_used = counted.size();
  std::ranges::sort(counted);
  for (const counted_contact& c : counted) out.contact_cost[c.customer] += c.minutes * r.channels[c.channel].per_minute;
  fill(out, s, r);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

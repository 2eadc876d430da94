// What a minute, an order, a piece and a year of service cost: the rates behind every cost, read from a file people
// edit.
#ifndef VALOREM_SERVICE_RATES_HPP
#define VALOREM_SERVICE_RATES_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/status.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Cost of one minute of a channel, in money: the sum of its parts (telephony, equipment, labour, ...).
struct channel_rate {
  std::string channel;
  double per_minute = 0;
  bool operator==(const channel_rate&) const = default;
};

/// Rates in one currency (time-driven activity costing: Kaplan & Anderson 2004). All finite and not negative.
struct service_rates {
  std::string currency;
  double per_order = 0;
  double per_unit = 0;
  double per_year = 0;  ///< for each customer and year of 365.25 days
  std::vector<channel_rate> channels = {};
  std::string note = {};
  bool operator==(const service_rates&) const = default;

  /// Cost of a minute of that channel; nothing where the rates have none.
  [[nodiscard]] std::optional<double> per_minute(std::string_view channel) const noexcept {
    for (const channel_rate& r : channels) {
      if (r.channel == channel) return r.per_minute;
    }
    return std::nullopt;
  }
};

/// Reads {"schema": "rates/1", "currency": "USD", "per_order": 1.2, "per_unit": .3, "per_year": 2, "per_minute":
/// {"phone":
/// {"telephony": .02, "equipment": .03, "labour": .5}, "mail": .4}, "note": "..."} (docs/schema/rates-1.schema.json).
/// Every rate may be a number or an object of named parts, which are added; schema and currency are required. Refused
/// with line, column and pointer: errors of syntax, unknown keys, rates below 0 or not numbers, a channel twice. Needs
/// valorem::compiled.
[[nodiscard]] VALOREM_EXPORT result<service_rates> parse_rates(std::string_view json);

}  // namespace valorem::inline VALOREM_ABI

#endif

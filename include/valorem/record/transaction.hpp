// A table of purchases as columns that the caller owns.
#ifndef VALOREM_RECORD_TRANSACTION_HPP
#define VALOREM_RECORD_TRANSACTION_HPP

#include <valorem/record/calendar.hpp>
#include <valorem/record/customer.hpp>
#include <valorem/record/row_report.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

/// Instants, and the offset that makes civil dates of them; no_instant is a missing one.
struct instant_column {
  std::span<const std::int64_t> seconds;
  utc_offset offset;
};

/// Civil dates (days since 1970-01-01; no_day is a missing one), or instants with a named offset.
using time_column = std::variant<std::span<const std::int32_t>, instant_column>;

/// Number of rows.
[[nodiscard]] constexpr std::size_t size(const time_column& c) noexcept {
  const auto* instants = std::get_if<instant_column>(&c);
  return instants != nullptr ? instants->seconds.size() : std::get_if<std::span<const std::int32_t>>(&c)->size();
}

/// What a negative amount means. None of them ever makes or removes a purchase.
enum class returns_policy : std::uint8_t {
  net,     ///< it comes off revenue and spend
  drop,    ///< the row is left aside, and counted
  refuse,  ///< the row is bad: reported by row, field and rule, and left aside
};

/// "net", "drop", "refuse".
[[nodiscard]] constexpr std::string_view name(returns_policy p) noexcept {
  return p == returns_policy::net ? "net" : p == returns_policy::drop ? "drop" : "refuse";
}

/// One row a line of a purchase or of a return; rows stand in any order.
struct transactions {
  customer_column customer;
  time_column time;
  std::span<const double> amount;  ///< money, one currency; negative: a return; 0.00 is a purchase; empty: not known
  std::span<const double> units = {};          ///< pieces bought; empty where they are not known
  std::span<const row_rule> found_wrong = {};  ///< by whoever read the columns from text; empty: nothing
  std::span<const text_column> read = {};      ///< the columns that came as text, for messages

  [[nodiscard]] std::size_t size() const noexcept { return valorem::size(customer); }
};

}  // namespace valorem::inline VALOREM_ABI

#endif

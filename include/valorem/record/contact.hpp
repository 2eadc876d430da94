// A table of service contacts as columns that the caller owns: who called, when, how, and how long it took.
#ifndef VALOREM_RECORD_CONTACT_HPP
#define VALOREM_RECORD_CONTACT_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/record/transaction.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

/// One row a contact; rows stand in any order.
struct contacts {
  customer_column customer;
  time_column time;
  std::span<const std::string_view> channel;   ///< as in the rates file: "phone", "shop", ...; an empty one is missing
  std::span<const double> minutes;             ///< of the server's time, >= 0
  std::span<const row_rule> found_wrong = {};  ///< by whoever read the columns from text; empty: nothing
  std::span<const text_column> read = {};      ///< the columns that came as text, for messages

  [[nodiscard]] std::size_t size() const noexcept { return valorem::size(customer); }
};

/// What is wrong with a contact's channel and minutes, the first of them; none where both are good.
[[nodiscard]] inline row_rule check_contact(std::string_view channel, double minutes) noexcept {
  if (channel.empty()) return row_rule::missing_channel;
  if (numeric::is_nan(minutes)) return row_rule::missing_minutes;
  if (minutes < 0 || !numeric::is_finite(minutes)) return row_rule::invalid_minutes;
  return row_rule::none;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

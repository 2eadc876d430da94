// Columns of text, as a file or a data base gives them, become columns of numbers; what cannot be read is marked by
// row.
#ifndef VALOREM_RECORD_READ_TEXT_HPP
#define VALOREM_RECORD_READ_TEXT_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/record/row_report.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

namespace detail {

/// Calls f(i) for each row that is not already found wrong, and notes the rule that it returns.
template <class F>
void read_rows(std::span<const std::string_view> texts, std::size_t out_size, std::span<row_rule> found_wrong, F&& f) {
  require_equal_length(texts.size(), "texts", out_size, "out");
  require_equal_length(texts.size(), "texts", found_wrong.size(), "found_wrong");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const row_rule rule = f(i);
    if (found_wrong[i] == row_rule::none) found_wrong[i] = rule;
  }
}

}  // namespace detail

/// Decimal numbers; an empty or blank text is missing. out is NaN where there is none. Marks rows not already marked.
/// decimal_mark: '.' or ','; the other one is then no part of a number. Throws contract_error for another mark.
inline void read_numbers(std::span<const std::string_view> texts, row_rule missing, row_rule unreadable,
                         std::span<double> out, std::span<row_rule> found_wrong, char decimal_mark = '.') {
  if (decimal_mark != '.' && decimal_mark != ',') throw contract_error("decimal: must be '.' or ','");
  detail::read_rows(texts, out.size(), found_wrong, [&](std::size_t i) {
    const auto value = detail::read_decimal(texts[i], decimal_mark);
    out[i] = value.value_or(std::numeric_limits<double>::quiet_NaN());
    return value ? row_rule::none : detail::trimmed(texts[i]).empty() ? missing : unreadable;
  });
}

/// Dates in that order (see read_date), or timestamps, a date and a clock, whose date is read at `offset`; a timestamp
/// is refused where no offset is named, even one that carries its own: that says when it was, not which day it was for
/// the business. out is no_day where there is none.
inline void read_days(std::span<const std::string_view> texts, std::optional<utc_offset> offset,
                      std::span<std::int32_t> out, std::span<row_rule> found_wrong,
                      date_order order = date_order::ymd) {
  detail::read_rows(texts, out.size(), found_wrong, [&](std::size_t i) {
    out[i] = no_day;
    const std::string_view text = detail::trimmed(texts[i]);
    if (text.empty()) return row_rule::missing_date;
    const auto found = detail::leading_date(text, order);
    if (!found) return row_rule::unreadable_date;
    if (found->rest.empty()) {
      out[i] = found->day.days;
      return row_rule::none;
    }
    const auto reading = detail::read_clock(found->day, found->rest);
    if (!reading) return row_rule::unreadable_date;
    if (!offset) return row_rule::offset_not_named;
    out[i] = date_at(detail::instant_of(*reading, *offset), *offset).days;
    return row_rule::none;
  });
}

/// Timestamps as instants, for tables that are collapsed by the hour; a text without its own offset is read at
/// `offset`. out is no_instant where there is none.
inline void read_instants(std::span<const std::string_view> texts, utc_offset offset, std::span<std::int64_t> out,
                          std::span<row_rule> found_wrong, date_order order = date_order::ymd) {
  detail::read_rows(texts, out.size(), found_wrong, [&](std::size_t i) {
    const std::string_view text = detail::trimmed(texts[i]);
    const auto found = detail::leading_date(text, order);
    const auto reading = found ? detail::read_clock(found->day, found->rest) : std::nullopt;
    out[i] = reading ? detail::instant_of(*reading, offset).seconds : no_instant;
    return reading ? row_rule::none : text.empty() ? row_rule::missing_date : row_rule::unreadable_date;
  });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

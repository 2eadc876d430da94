// Columns of text, as a file or a data base gives them, become columns of numbers; what cannot be read is marked by
// row.
#ifndef VALOREM_RECORD_READ_TEXT_HPP
#define VALOREM_RECORD_READ_TEXT_HPP

#include <valorem/numeric/blocks.hpp>
#include <valorem/record/calendar_text.hpp>
#include <valorem/record/row_report.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

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

/// A decimal number and nothing else: no blanks, no separators of thousands, no "inf" or "nan", no overflow.
inline std::optional<double> decimal(std::string_view text) noexcept {
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (text.size() == first || !((text[first] >= '0' && text[first] <= '9') || text[first] == '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace detail

/// Decimal numbers; an empty text is missing. out is NaN where there is none. Marks rows not already marked.
inline void read_numbers(std::span<const std::string_view> texts, row_rule missing, row_rule unreadable,
                         std::span<double> out, std::span<row_rule> found_wrong) {
  detail::read_rows(texts, out.size(), found_wrong, [&](std::size_t i) {
    const auto value = detail::decimal(texts[i]);
    out[i] = value.value_or(std::numeric_limits<double>::quiet_NaN());
    return value ? row_rule::none : texts[i].empty() ? missing : unreadable;
  });
}

/// Dates YYYY-MM-DD, or timestamps whose date is read at `offset`; a timestamp is refused where no offset is named,
/// even one that carries its own: that says when it was, not which day it was for the business. out is no_day where
/// there is none.
inline void read_days(std::span<const std::string_view> texts, std::optional<utc_offset> offset,
                      std::span<std::int32_t> out, std::span<row_rule> found_wrong) {
  detail::read_rows(texts, out.size(), found_wrong, [&](std::size_t i) {
    out[i] = no_day;
    if (texts[i].empty()) return row_rule::missing_date;
    if (texts[i].size() == 10) {
      const auto d = detail::leading_date(texts[i]);
      if (d) out[i] = d->days;
      return d ? row_rule::none : row_rule::unreadable_date;
    }
    const auto reading = detail::read_clock(texts[i]);
    if (!reading) return row_rule::unreadable_date;
    if (!offset) return row_rule::offset_not_named;
    out[i] = date_at(detail::instant_of(*reading, *offset), *offset).days;
    return row_rule::none;
  });
}

/// Timestamps as instants, for tables that are collapsed by the hour; a text without its own offset is read at
/// `offset`. out is no_instant where there is none.
inline void read_instants(std::span<const std::string_view> texts, utc_offset offset, std::span<std::int64_t> out,
                          std::span<row_rule> found_wrong) {
  detail::read_rows(texts, out.size(), found_wrong, [&](std::size_t i) {
    const auto reading = detail::read_clock(texts[i]);
    out[i] = reading ? detail::instant_of(*reading, offset).seconds : no_instant;
    return reading ? row_rule::none : texts[i].empty() ? row_rule::missing_date : row_rule::unreadable_date;
  });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

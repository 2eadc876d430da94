// Cells as they were read, so that a refusal can show what it refuses.
#ifndef VALOREM_RECORD_TEXT_COLUMN_HPP
#define VALOREM_RECORD_TEXT_COLUMN_HPP

#include <valorem/record/date_order.hpp>

#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace valorem::inline VALOREM_ABI {

/// A column of text behind a column of numbers or dates. field is the rules' name of it.
struct text_column {
  std::string_view field;
  std::span<const std::string_view> cells;
  date_order order = date_order::ymd;  ///< of a column of dates
};

namespace detail {

/// A decimal number with blanks around it at most: no separators of thousands, no "inf" or "nan", no overflow.
inline std::optional<double> read_decimal(std::string_view text, char mark = '.') {
  text = trimmed(text);
  std::string pointed;
  if (mark != '.') {
    if (text.find('.') != std::string_view::npos) return std::nullopt;
    pointed = text;
    for (char& c : pointed) c = c == mark ? '.' : c;
    text = pointed;
  }
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (text.size() == first || !((text[first] >= '0' && text[first] <= '9') || text[first] == '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The cell between quotes, control characters escaped, cut after 40 characters.
inline std::string quoted_cell(std::string_view cell) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  std::size_t characters = 0;
  for (const char c : cell) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U && characters++ == 40) return out + "...\"";
    if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

/// "day.month.year" with the mark that stands in the cell.
inline std::string order_in_words(date_order order, char mark) {
  std::string out = order == date_order::ymd   ? "year-month-day"
                    : order == date_order::dmy ? "day-month-year"
                                               : "month-day-year";
  for (char& c : out) c = c == '-' ? mark : c;
  return out;
}

/// ' (date_order="dmy" reads day.month.year)' for each order that would read the cell, else "".
inline std::string orders_that_read(std::string_view cell, date_order asked) {
  const std::string_view text = trimmed(cell);
  const std::size_t mark = text.find_first_of("-/.");
  std::string out;
  for (const date_order o : date_orders) {
    if (o == asked || !leading_date(text, o)) continue;
    out += out.empty() ? " (" : ", ";
    out += "date_order=\"" + std::string(name(o)) + "\" reads " +
           (mark == std::string_view::npos ? "yearmonthday" : order_in_words(o, text[mark]));
  }
  return out.empty() ? out : out + ")";
}

/// Why this cell was refused as a date: '"01.02.2024" is neither a date YYYY-MM-DD nor a timestamp (...)'.
inline std::string refused_date(std::string_view cell, date_order asked) {
  const std::string_view form = asked == date_order::ymd   ? "YYYY-MM-DD"
                                : asked == date_order::dmy ? "DD.MM.YYYY"
                                                           : "MM/DD/YYYY";
  return quoted_cell(cell) + " is neither a date " + std::string(form) + " nor a timestamp" +
         orders_that_read(cell, asked);
}

/// Why this cell was refused as a number. One that a decimal comma makes readable was read without it.
inline std::string refused_number(std::string_view cell) {
  const bool with_comma = cell.find(',') != std::string_view::npos && read_decimal(cell, ',');
  return quoted_cell(cell) + " is not a number" +
         (with_comma ? " (decimal=\",\" takes the comma for the decimal mark)" : "");
}

}  // namespace detail

}  // namespace valorem::inline VALOREM_ABI

#endif

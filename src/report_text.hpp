// Numbers as people write them, the same in every locale.
#ifndef VALOREM_SRC_REPORT_TEXT_HPP
#define VALOREM_SRC_REPORT_TEXT_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/record/calendar.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace valorem::inline VALOREM_ABI::detail {

/// 1234567.891 with two decimals: "1,234,567.89". "unknown" for NaN; past 1e15 in scientific form.
inline std::string grouped(double value, int decimals = 2) {
  if (numeric::is_nan(value)) return "unknown";
  if (!numeric::is_finite(value)) return value > 0 ? "infinite" : "minus infinite";
  if (std::fabs(value) >= 1e15) return fmt::format("{:.{}e}", value, decimals + 3);
  std::string digits = fmt::format("{:.{}f}", value, decimals);
  if (digits.find_first_not_of("-0.") == std::string::npos && digits.front() == '-') digits.erase(0, 1);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  std::size_t at = digits.find('.');
  if (at == std::string::npos) at = digits.size();
  while (at > first + 3) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

/// "1997-09-30".
inline std::string iso(date d) {
  const auto f = fields(d);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(f.year()), static_cast<unsigned>(f.month()),
                     static_cast<unsigned>(f.day()));
}

/// "12.3 %".
inline std::string percent(double share) {
  return numeric::is_nan(share) ? "unknown" : grouped(100 * share, 1) + " %";
}

/// A bound between bands: two decimals, but never so few digits or so many that it cannot be told from the next one.
inline std::string bound(double value) {
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 0.1 && size < 1e9) || !numeric::is_finite(value);
  return plain ? grouped(value) : fmt::format("{:.3g}", value);
}

/// "1 purchase", "2 purchases": what is written decides, not what was rounded.
inline std::string counted(double n, std::string_view one, int decimals = 0) {
  const std::string digits = grouped(n, decimals);
  return fmt::format("{} {}{}", digits, one, digits == "1" ? "" : "s");
}

/// "1 week", "39 weeks", "31.4 weeks".
inline std::string length_of(double length, time_unit unit) {
  const bool whole = grouped(length, 1) == grouped(length, 0) + ".0";
  return counted(length, name(unit), whole ? 0 : 1);
}

/// Columns on a screen: the letters of East Asia take two each.
inline std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) width += byte >= 0xe3 ? 2 : 1;
  }
  return width;
}

/// The text with spaces after it up to that width.
inline std::string padded(std::string text, std::size_t width) {
  const std::size_t now = width_of(text);
  if (now < width) text.append(width - now, ' ');
  return text;
}

inline constexpr std::size_t page_width = 100;

/// A line of `head` and words; where they do not fit the page they go on below the first one.
inline void append_line(std::string& out, const std::string& head, std::string_view words) {
  const std::size_t indent = width_of(head);
  std::size_t at = indent;
  out += head;
  for (bool first = true; !words.empty(); first = false) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const bool fits = first || at + 1 + width_of(word) <= page_width;
    if (!fits) out += '\n' + std::string(indent, ' ');
    if (!fits) at = indent;
    if (fits && !first) out += ' ';
    if (fits && !first) ++at;
    out += word;
    at += width_of(word);
  }
  out += '\n';
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

// Dates as tables write them, in an order that is named and never guessed.
#ifndef VALOREM_RECORD_DATE_ORDER_HPP
#define VALOREM_RECORD_DATE_ORDER_HPP

#include <valorem/record/calendar_text.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

/// How the parts of a date follow each other. 03/04/2024 is a day under dmy and another under mdy: somebody must say.
enum class date_order : std::uint8_t { ymd, dmy, mdy };

inline constexpr std::array<date_order, 3> date_orders{date_order::ymd, date_order::dmy, date_order::mdy};

/// "ymd", "dmy", "mdy".
[[nodiscard]] constexpr std::string_view name(date_order o) noexcept {
  return o == date_order::ymd ? "ymd" : o == date_order::dmy ? "dmy" : "mdy";
}

namespace detail {

/// Without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// How many decimal digits stand at text[at], at most five.
constexpr std::size_t run_of_digits(std::string_view text, std::size_t at) noexcept {
  std::size_t n = 0;
  while (n < 5 && at + n < text.size() && text[at + n] >= '0' && text[at + n] <= '9') ++n;
  return n;
}

struct dated_text {
  date day;
  std::string_view rest;  ///< what stands behind the date
};

/// A date at the head of a text: a year of four digits, day and month of one or two, parted twice by the same one of
/// - / . ; under ymd also YYYYMMDD.
constexpr std::optional<dated_text> leading_date(std::string_view text, date_order order) noexcept {
  std::array<int, 3> part{};
  std::array<std::size_t, 3> length{};
  std::size_t at = 0;
  if (order == date_order::ymd && digits(text, 0, 8) >= 0 && run_of_digits(text, 8) == 0) {
    part = {digits(text, 0, 4), digits(text, 4, 2), digits(text, 6, 2)};
    length = {4, 2, 2};
    at = 8;
  } else {
    char mark = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (i != 0) {
        const char here = at < text.size() ? text[at++] : '\0';
        if ((here != '-' && here != '/' && here != '.') || (i == 2 && here != mark)) return std::nullopt;
        mark = here;
      }
      length[i] = run_of_digits(text, at);
      part[i] = digits(text, at, length[i]);
      at += length[i];
    }
  }
  const std::size_t y = order == date_order::ymd ? 0 : 2;
  const std::size_t m = order == date_order::mdy ? 0 : 1;
  const std::size_t d = 3 - y - m;
  if (length[y] != 4 || length[m] < 1 || length[m] > 2 || length[d] < 1 || length[d] > 2 || part[y] < 1)
    return std::nullopt;
  const std::chrono::year_month_day f{std::chrono::year{part[y]}, std::chrono::month(static_cast<unsigned>(part[m])),
                                      std::chrono::day(static_cast<unsigned>(part[d]))};
  if (!f.ok()) return std::nullopt;
  return dated_text{date_of(f), text.substr(at)};
}

}  // namespace detail

/// A date in that order and nothing else but blanks around it: 2024-02-01, 2024/2/1, 20240201 under ymd, 1.2.2024 under
/// dmy, 2/1/2024 under mdy.
[[nodiscard]] constexpr std::optional<date> read_date(std::string_view text, date_order order) noexcept {
  const auto found = detail::leading_date(detail::trimmed(text), order);
  return found && found->rest.empty() ? std::optional(found->day) : std::nullopt;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

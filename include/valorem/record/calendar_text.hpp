// Dates and timestamps as people write them: ISO 8601, read strictly.
#ifndef VALOREM_RECORD_CALENDAR_TEXT_HPP
#define VALOREM_RECORD_CALENDAR_TEXT_HPP

#include <valorem/record/calendar.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace valorem::inline VALOREM_ABI {

namespace detail {

/// Exactly `count` decimal digits from text[at], else -1.
constexpr int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (text.size() < at + count) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

inline read_error refused_time(const char* code, std::string_view text, const char* why) {
  std::string message = "\"" + std::string(text.substr(0, 40)) + "\" " + why;
  return {.line = 0, .column = 0, .pointer = {}, .code = code, .message = std::move(message)};
}

/// YYYY-MM-DD at the head of text; nothing where that is no date.
constexpr std::optional<date> leading_date(std::string_view text) noexcept {
  const int y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (y < 1 || m < 1 || d < 1 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day f{std::chrono::year{y}, std::chrono::month(static_cast<unsigned>(m)),
                                      std::chrono::day(static_cast<unsigned>(d))};
  if (!f.ok()) return std::nullopt;
  return date_of(f);
}

struct clock_reading {
  std::int64_t local_seconds;            ///< as the text shows them, from 1970-01-01T00:00:00
  std::optional<utc_offset> own_offset;  ///< where the text carries one
};

/// Z, +08, +0800, +08:00 and the like; nothing where it is none of them.
constexpr std::optional<utc_offset> offset_of(std::string_view text) noexcept {
  if (text == "Z" || text == "z") return utc_offset{0};
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int h = digits(text, 1, 2);
  int m = 0;
  if (text.size() == 5) m = digits(text, 3, 2);
  if (text.size() == 6) m = text[3] == ':' ? digits(text, 4, 2) : -1;
  if (h < 0 || h > 18 || m < 0 || m > 59 || text.size() == 4 || text.size() > 6) return std::nullopt;
  return utc_offset{(text[0] == '-' ? -1 : 1) * (h * 60 + m)};
}

/// What follows a date: T or a space, HH:MM, then perhaps :SS, a decimal fraction (cut off), an offset.
constexpr std::optional<clock_reading> read_clock(date day, std::string_view text) noexcept {
  if (text.size() < 6 || (text[0] != 'T' && text[0] != 't' && text[0] != ' ') || text[3] != ':') return std::nullopt;
  const int h = digits(text, 1, 2), m = digits(text, 4, 2);
  int s = 0;
  std::size_t at = 6;
  if (at < text.size() && text[at] == ':') {
    s = digits(text, at + 1, 2);
    at += 3;
    if (s >= 0 && at < text.size() && text[at] == '.') {
      const std::size_t fraction = ++at;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
      if (at == fraction) return std::nullopt;
    }
  }
  if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) return std::nullopt;
  clock_reading out{day.days * std::int64_t{86400} + h * 3600 + m * 60 + s, std::nullopt};
  if (at == text.size()) return out;
  out.own_offset = offset_of(text.substr(at));
  if (!out.own_offset) return std::nullopt;
  return out;
}

/// YYYY-MM-DD and a clock.
constexpr std::optional<clock_reading> read_clock(std::string_view text) noexcept {
  const auto day = leading_date(text);
  return day ? read_clock(*day, text.substr(10)) : std::nullopt;
}

/// The moment of a reading; `unmarked` is for one without an offset of its own.
constexpr instant instant_of(const clock_reading& reading, utc_offset unmarked) noexcept {
  return {reading.local_seconds - reading.own_offset.value_or(unmarked).minutes * std::int64_t{60}};
}

}  // namespace detail

/// A date written YYYY-MM-DD and nothing else. code: "not_a_date".
[[nodiscard]] inline result<date> parse_date(std::string_view text) {
  const auto d = text.size() == 10 ? detail::leading_date(text) : std::nullopt;
  if (d) return *d;
  return detail::refused_time("not_a_date", text, "is not a date YYYY-MM-DD");
}

/// A timestamp: YYYY-MM-DD, T or a space, HH:MM, then perhaps :SS and a decimal fraction (cut off), then perhaps Z or
/// an offset. A text without its own offset is read as clocks show it where they are `unmarked` ahead of UTC; where the
/// caller names none, it is refused. codes: "not_a_timestamp", "offset_not_named".
[[nodiscard]] inline result<instant> parse_timestamp(std::string_view text, std::optional<utc_offset> unmarked) {
  const auto reading = detail::read_clock(text);
  if (!reading)
    return detail::refused_time("not_a_timestamp", text, "is not a timestamp YYYY-MM-DDTHH:MM[:SS][offset]");
  if (!reading->own_offset && !unmarked)
    return detail::refused_time("offset_not_named", text, "has no offset from UTC, and none was named");
  return detail::instant_of(*reading, unmarked.value_or(utc_offset{0}));
}

/// YYYY-MM-DD. Dates of the years 1..9999; others as "day N".
[[nodiscard]] inline std::string text(date d) {
  if (d < date{-719162} || d > last_sensible_date) return "day " + std::to_string(d.days);
  const auto f = detail::fields(d);
  std::string out = "0000-00-00";
  const auto put = [&](std::size_t end, unsigned value) {
    for (std::size_t i = end; value != 0; value /= 10) out[--i] = static_cast<char>('0' + value % 10);
  };
  put(4, static_cast<unsigned>(static_cast<int>(f.year())));
  put(7, static_cast<unsigned>(f.month()));
  put(10, static_cast<unsigned>(f.day()));
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

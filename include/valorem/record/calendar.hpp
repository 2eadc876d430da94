// Civil dates, instants and units of time. Nothing here asks a clock or a time-zone database.
#ifndef VALOREM_RECORD_CALENDAR_HPP
#define VALOREM_RECORD_CALENDAR_HPP

#include <valorem/status.hpp>

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

/// A civil date of the proleptic Gregorian calendar, as days since 1970-01-01 (Arrow's date32, NumPy's datetime64[D]).
struct date {
  std::int32_t days = 0;
  friend constexpr auto operator<=>(const date&, const date&) = default;
};

/// A moment, as seconds since 1970-01-01T00:00:00Z. It has a date only where an offset is named: date_at.
struct instant {
  std::int64_t seconds = 0;
  friend constexpr auto operator<=>(const instant&, const instant&) = default;
};

/// How far local clocks are ahead of UTC: +480 minutes in Guangzhou. Fixed: daylight saving is the caller's business.
struct utc_offset {
  std::int32_t minutes;
  friend constexpr auto operator<=>(const utc_offset&, const utc_offset&) = default;
};

/// Marks of a missing date or instant in a column (the second is NumPy's NaT).
inline constexpr std::int32_t no_day = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t no_instant = std::numeric_limits<std::int64_t>::min();

/// The dates that a record may carry; outside lies a slip of the pen or of a spreadsheet's epoch.
inline constexpr date first_sensible_date{-25567};  // 1900-01-01
inline constexpr date last_sensible_date{2932896};  // 9999-12-31

/// Units of time: day = 24 hours, week = 7 days, year = 365.25 days, month = year / 12.
enum class time_unit : std::uint8_t { hour, day, week, month, year };

/// Hours in a unit; each value is exact in a double.
[[nodiscard]] constexpr double hours_per(time_unit u) noexcept {
  constexpr std::array<double, 5> hours{1, 24, 168, 730.5, 8766};
  return hours[static_cast<std::size_t>(u)];
}

/// "hour", "day", "week", "month", "year".
[[nodiscard]] constexpr std::string_view name(time_unit u) noexcept {
  constexpr std::array<std::string_view, 5> names{"hour", "day", "week", "month", "year"};
  const auto i = static_cast<std::size_t>(u);
  return i < names.size() ? names[i] : std::string_view{"unknown_time_unit"};
}

/// The unit of that name; nothing where there is none.
[[nodiscard]] constexpr std::optional<time_unit> time_unit_named(std::string_view text) noexcept {
  for (const auto u : {time_unit::hour, time_unit::day, time_unit::week, time_unit::month, time_unit::year})
    if (text == name(u)) return u;
  return std::nullopt;
}

namespace detail {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

constexpr std::int64_t local_seconds(instant t, utc_offset offset) noexcept {
  return t.seconds + offset.minutes * std::int64_t{60};
}

constexpr std::chrono::year_month_day fields(date d) noexcept {
  return std::chrono::sys_days{std::chrono::days{d.days}};
}
constexpr date date_of(std::chrono::year_month_day f) noexcept {
  return {static_cast<std::int32_t>(std::chrono::sys_days{f}.time_since_epoch().count())};
}

}  // namespace detail

/// The civil date year-month-day, year in 1..9999. Throws contract_error where the calendar has no such day.
[[nodiscard]] constexpr date civil_date(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day f{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (year < 1 || year > 9999 || !f.ok()) throw contract_error("the calendar has no such day");
  return detail::date_of(f);
}

/// The date that clocks show at that moment where they are `offset` ahead of UTC. Moments of the years 1..9999.
[[nodiscard]] constexpr date date_at(instant t, utc_offset offset) noexcept {
  const auto local = detail::local_seconds(t, offset);
  return {static_cast<std::int32_t>(detail::floor_div(local, 86400))};
}

/// The same day of the month n months on (n may be negative), or the last day of a month too short for it:
/// 31 January + 1 month = 28 or 29 February. Dates of the years 1..9999.
[[nodiscard]] constexpr date add_months(date d, int n) noexcept {
  using namespace std::chrono;
  const year_month_day f = detail::fields(d);
  const year_month target = year_month{f.year(), f.month()} + months{n};
  const auto last = year_month_day_last{target.year(), month_day_last{target.month()}}.day();
  return detail::date_of(target / (f.day() < last ? f.day() : last));
}

/// Whole months from one date to a later one: the largest n with add_months(from, n) <= to. From 31 January, one month
/// is complete on the last day of February. Negative where `to` lies before `from`.
[[nodiscard]] constexpr int whole_months(date from, date to) noexcept {
  const auto a = detail::fields(from), b = detail::fields(to);
  const int n =
      (static_cast<int>(b.year()) - static_cast<int>(a.year())) * 12 +
      (static_cast<int>(static_cast<unsigned>(b.month())) - static_cast<int>(static_cast<unsigned>(a.month())));
  return add_months(from, n) <= to ? n : n - 1;
}

}  // namespace valorem::inline VALOREM_ABI

#endif

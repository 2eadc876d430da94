// Numbers as people write them, the same in every locale.
#ifndef VALOREM_SRC_REPORT_TEXT_HPP
#define VALOREM_SRC_REPORT_TEXT_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/record/calendar.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string>

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
  return numeric::is_nan(share) ? "unknown" : fmt::format("{:.1f} %", 100 * share);
}

/// "1 purchase", "2 purchases".
inline std::string counted(double n, std::string_view one) {
  return fmt::format("{} {}{}", grouped(n, 0), one, n == 1 ? "" : "s");
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

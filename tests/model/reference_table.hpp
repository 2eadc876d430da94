// Reads the tables of tests/reference, made at high precision by two routes (see the README there).
#ifndef VALOREM_TESTS_REFERENCE_TABLE_HPP
#define VALOREM_TESTS_REFERENCE_TABLE_HPP

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace reference {

struct row {
  std::string model;
  std::vector<double> params;
  double x, t_x, T, h, rate, n;  // NaN where the table has no entry
  std::string quantity, region;
  double value;
  double cond;
  std::size_t line;
};

inline double number(std::string_view text) {
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (text.front() == '+') text.remove_prefix(1);
  double out = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (end != text.data() + text.size()) throw std::runtime_error("not a number: " + std::string(text));
  if (code == std::errc::result_out_of_range) {
    // A reference below the smallest double: its sign and size do not matter, only that it is nothing.
    return text.find("e-") != std::string_view::npos ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return out;
}

inline std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == by) {
      out.emplace_back();
    } else if (c != '\r') {
      out.back() += c;
    }
  }
  return out;
}

/// model,params,x,t_x,T,h,rate,n,quantity,value,cond,region
inline std::vector<row> read(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("no reference table at " + path);
  std::string line;
  std::getline(in, line);
  std::vector<row> out;
  for (std::size_t at = 2; std::getline(in, line); ++at) {
    const auto cells = split(line, ',');
    if (cells.size() != 12) throw std::runtime_error(path + ": line " + std::to_string(at) + " has no 12 cells");
    row r{.model = cells[0],
          .params = {},
          .x = number(cells[2]),
          .t_x = number(cells[3]),
          .T = number(cells[4]),
          .h = number(cells[5]),
          .rate = number(cells[6]),
          .n = number(cells[7]),
          .quantity = cells[8],
          .region = cells[11],
          .value = number(cells[9]),
          .cond = number(cells[10]),
          .line = at};
    for (const auto& p : split(cells[1], ' ')) r.params.push_back(number(p));
    out.push_back(std::move(r));
  }
  return out;
}

/// Values below it are judged through their logarithm.
inline constexpr double smallest_normal = std::numeric_limits<double>::min();

/// The bar for a row: max(1e-12, 4 eps cond), of |value| or, for logarithms, of max(|value|, 1).
inline double allowed(const row& r) {
  return std::max(1e-12, 4 * std::numeric_limits<double>::epsilon() * r.cond);
}
inline double error(const row& r, double got, bool logarithm) {
  if (got == r.value) return 0.0;
  const double size = logarithm ? std::max(std::fabs(r.value), 1.0) : std::fabs(r.value);
  return std::fabs(got - r.value) / size;
}

}  // namespace reference

#endif

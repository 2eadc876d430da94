// The public purchase records of CDNOW, as set-up takes them from the wheel of `lifetimes` (lifetimes/datasets).
#ifndef VALOREM_TESTS_SUPPORT_CDNOW_HPP
#define VALOREM_TESTS_SUPPORT_CDNOW_HPP

#include <valorem/record/transaction.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace support {

/// Columns of purchases that own their numbers.
struct purchases {
  std::vector<std::int64_t> customer;
  std::vector<std::int32_t> day;  ///< since 1970-01-01
  std::vector<double> units, amount;

  [[nodiscard]] valorem::transactions view() const {
    return {.customer = std::span(customer), .time = std::span(day), .amount = amount, .units = units};
  }
};

/// Ends of the calibration (39 weeks) and of the records (78 weeks) in the papers.
inline constexpr valorem::date cdnow_calibration_end = valorem::civil_date(1997, 9, 30);
inline constexpr valorem::date cdnow_end = valorem::civil_date(1998, 6, 30);

namespace detail {

/// Rows of `fields` numbers parted by blanks: the customer's id at `id`, the last three date (YYYYMMDD), units, amount.
/// Throws where the file or a row of it is not as expected: a test must fail without its data, not pass without a look.
inline purchases read(const std::string& name, std::size_t fields, std::size_t id, std::size_t rows) {
  const char* folder = std::getenv("VALOREM_DATA_DIR");
  const std::string path = std::string(folder != nullptr ? folder : "build/data") + "/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot open " + path +
                             ": let tests/run fetch it, or set VALOREM_DATA_DIR to the folder " +
                             "with lifetimes/datasets/" + name + " of the wheel lifetimes 0.11.3");
  purchases out;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::vector<std::string> word;
    for (std::string w; words >> w;) word.push_back(w);
    if (word.empty() || word[0] == "customer_id") continue;
    std::int64_t customer = 0;
    double units = 0, amount = 0;
    const auto number = [](const std::string& text, auto& value) {
      return std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size();
    };
    if (word.size() != fields || word[fields - 3].size() != 8 || !number(word[id], customer) ||
        !number(word[fields - 2], units) || !number(word[fields - 1], amount))
      throw std::runtime_error(path + ": not a row of purchases: " + line);
    const std::string& d = word[fields - 3];
    out.customer.push_back(customer);
    out.day.push_back(valorem::civil_date(std::stoi(d.substr(0, 4)), static_cast<unsigned>(std::stoi(d.substr(4, 2))),
                                          static_cast<unsigned>(std::stoi(d.substr(6, 2))))
                          .days);
    out.units.push_back(units);
    out.amount.push_back(amount);
  }
  if (out.customer.size() != rows)
    throw std::runtime_error(path + ": " + std::to_string(out.customer.size()) + " rows instead of " +
                             std::to_string(rows));
  return out;
}

}  // namespace detail

/// All 69,659 purchases of the 23,570 customers who first bought in the first quarter of 1997.
inline const purchases& cdnow_master() {
  static const purchases data = detail::read("CDNOW_master.txt", 4, 0, 69'659);
  return data;
}

/// The 6,919 purchases of the 2,357 customers in the papers' systematic sample of one in ten.
inline const purchases& cdnow_sample() {
  static const purchases data = detail::read("CDNOW_sample.txt", 5, 1, 6'919);
  return data;
}

}  // namespace support

#endif

// A small purchase log for tests: lines are added one by one, then viewed as columns.
#ifndef VALOREM_TESTS_SUPPORT_LINES_HPP
#define VALOREM_TESTS_SUPPORT_LINES_HPP

#include <valorem/record/calendar_text.hpp>
#include <valorem/record/transaction.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

namespace support {

struct lines {
  std::vector<std::int64_t> customer;
  std::vector<std::int32_t> day;
  std::vector<double> amount, units;

  lines& add(std::int64_t who, std::int32_t when, double money, double pieces = 1) {
    customer.push_back(who);
    day.push_back(when);
    amount.push_back(money);
    units.push_back(pieces);
    return *this;
  }
  lines& add(std::int64_t who, std::string_view when, double money, double pieces = 1) {
    return add(who, valorem::parse_date(when).value().days, money, pieces);
  }
  [[nodiscard]] std::size_t size() const { return customer.size(); }
  [[nodiscard]] valorem::transactions view() const {
    return {.customer = std::span(customer), .time = std::span(day), .amount = amount, .units = units};
  }
  /// The same lines in another order.
  [[nodiscard]] lines shuffled(unsigned seed) const {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    lines out;
    for (const std::size_t i : order) out.add(customer[i], day[i], amount[i], units[i]);
    return out;
  }
};

}  // namespace support

#endif

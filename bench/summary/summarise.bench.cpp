// From purchases to one row a customer: half a million lines, ordered by time or shuffled; ids as numbers or as texts.
#include "harness.hpp"
#include <valorem/summary.hpp>

#include <memory>
#include <numeric>
#include <random>

namespace {

using namespace valorem;

constexpr std::size_t rows = 500'000, people = 50'000;

struct purchases {
  std::vector<std::int64_t> customer;
  std::vector<std::int32_t> day;
  std::vector<double> amount;
  std::vector<std::string> texts;
  std::vector<std::string_view> names;

  explicit purchases(bool shuffled) : customer(rows), day(rows), amount(rows) {
    std::mt19937_64 random(1998);
    const std::int32_t first = civil_date(1997, 1, 1).days;
    for (std::size_t i = 0; i < rows; ++i) {
      day[i] = first + static_cast<std::int32_t>(i * 545 / rows);
      customer[i] = static_cast<std::int64_t>(random() % people);
      amount[i] = static_cast<double>(100 + random() % 9900) / 100;
    }
    if (shuffled) {
      for (std::size_t i = rows; i-- > 1;) {
        const std::size_t j = random() % (i + 1);
        std::swap(day[i], day[j]);
        std::swap(customer[i], customer[j]);
      }
    }
    for (const std::int64_t id : customer) texts.push_back("C" + std::to_string(id + 1'000'000));
    names.assign(texts.begin(), texts.end());
  }
};

void add_summary(const std::string& name, bool shuffled, bool texts) {
  bench::add(name, {rows, 3, 0}, [=] {
    auto data = std::make_shared<purchases>(shuffled);
    auto total = std::make_shared<double>(0);
    return std::pair(
        [=] {
          const customer_column ids = texts ? customer_column(std::span<const std::string_view>(data->names))
                                            : customer_column(std::span<const std::int64_t>(data->customer));
          const summary s =
              summarise({.customer = ids, .time = std::span<const std::int32_t>(data->day), .amount = data->amount},
                        {.observation_end = civil_date(1998, 6, 30)});
          *total = std::accumulate(s.frequency.begin(), s.frequency.end(), 0.0) +
                   std::accumulate(s.recency.begin(), s.recency.end(), 0.0);
        },
        [=] { return *total; });
  });
}

const int registered = [] {
  add_summary("summarise, numbers, by time", false, false);
  add_summary("summarise, numbers, shuffled", true, false);
  add_summary("summarise, texts, by time", false, true);
  return 0;
}();

}  // namespace

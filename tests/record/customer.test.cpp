#include <valorem/record/customer.hpp>
#include <valorem/status.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace valorem;

template <class Id, class Text>
std::vector<std::size_t> plain(const std::vector<Id>& table, const std::vector<Text>& wanted) {
  std::map<Id, std::size_t> first;
  for (std::size_t i = 0; i < table.size(); ++i) first.emplace(table[i], i);
  std::vector<std::size_t> out;
  for (const auto& w : wanted) out.push_back(first.contains(w) ? first[w] : no_row);
  return out;
}

TEST(find_customers, numbers_as_a_map_would) {
  std::mt19937_64 random(1);
  for (const std::int64_t spread : {std::int64_t{50}, std::int64_t{100'000}, std::int64_t{1} << 62}) {
    for (const std::size_t n : {std::size_t{0}, std::size_t{5}, std::size_t{3'000}}) {
      const auto column = [&] {
        std::vector<std::int64_t> out(n);
        for (auto& id : out) id = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread)) - spread / 2;
        return out;
      };
      const auto table = column(), wanted = column();
      std::vector<std::size_t> out(n);
      find_customers(std::span(table), std::span(wanted), out);
      EXPECT_EQ(out, plain(table, wanted));
    }
  }
}

TEST(find_customers, extreme_numbers) {
  const std::vector<std::int64_t> table{0, std::numeric_limits<std::int64_t>::max(),
                                        std::numeric_limits<std::int64_t>::min(), -1};
  std::vector<std::size_t> out(4);
  find_customers(std::span(table), std::span(table), out);
  EXPECT_EQ(out, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(find_customers, texts_as_a_map_would) {
  std::mt19937 random(2);
  // Few letters, zero bytes and high bytes among them, around the borders of eight: many ids are others' beginnings.
  const std::string letters("\0ab\xff", 4);
  for (const std::size_t n : {std::size_t{10}, std::size_t{4'000}}) {
    const auto column = [&] {
      std::vector<std::string> out(n);
      for (auto& id : out) {
        id = std::string(random() % 3 * 8, 'c');
        for (auto k = random() % 11; k > 0; --k) id += letters[random() % letters.size()];
        if (id.empty()) id = "x";
      }
      return out;
    };
    const auto table = column(), wanted = column();
    const std::vector<std::string_view> t(table.begin(), table.end()), w(wanted.begin(), wanted.end());
    std::vector<std::size_t> out(n);
    find_customers(std::span(t), std::span(w), out);
    EXPECT_EQ(out, plain(table, wanted));
  }
}

TEST(find_customers, one_long_text_over_and_over_is_no_trouble) {
  const std::string same(10'000, 'z'), other = same + "!";
  const std::vector<std::string_view> table(2'000, same), wanted{other, same};
  std::vector<std::size_t> out(2);
  find_customers(std::span(table), std::span(wanted), out);
  EXPECT_EQ(out, (std::vector<std::size_t>{no_row, 0}));
}

TEST(find_customers, an_empty_text_finds_nothing) {
  const std::vector<std::string_view> table{"", "a"}, wanted{"", "a"};
  std::vector<std::size_t> out(2);
  find_customers(std::span(table), std::span(wanted), out);
  EXPECT_EQ(out, (std::vector<std::size_t>{no_row, 1}));
}

TEST(find_customers, broken_contracts) {
  const std::vector<std::int64_t> numbers{1};
  const std::vector<std::string_view> texts{"1"};
  std::vector<std::size_t> out(1), short_out;
  EXPECT_THROW(find_customers(std::span(numbers), std::span(texts), out), contract_error);
  EXPECT_THROW(find_customers(std::span(numbers), std::span(numbers), short_out), contract_error);
}

}  // namespace

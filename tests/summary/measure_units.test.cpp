#include <valorem/summary/measure_units.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace valorem;

std::string refusal(const measure_units& model, const measure_units& data) {
  try {
    require_same_units(model, data);
  } catch (const contract_error& e) {
    return e.what();
  }
  return "accepted";
}

TEST(measure_units, the_same_units_meet) {
  const measure_units u{.time = time_unit::week, .collapse = time_unit::day, .currency = "USD"};
  EXPECT_EQ(refusal(u, u), "accepted");
  EXPECT_EQ(refusal(u, {.time = time_unit::week, .collapse = std::nullopt, .currency = "USD"}), "accepted");
}

TEST(measure_units, another_unit_or_currency_is_refused_in_a_sentence) {
  const measure_units u{.time = time_unit::week, .collapse = time_unit::day, .currency = "USD"};
  auto other = u;
  other.time = time_unit::day;
  EXPECT_EQ(refusal(u, other),
            "the model was fitted with time unit week, the data have time unit day: nothing is converted, so the two "
            "cannot be combined");
  other = u;
  other.collapse = time_unit::week;
  EXPECT_NE(refusal(u, other).find("collapse unit day"), std::string::npos);
  other = u;
  other.currency = "EUR";
  EXPECT_NE(refusal(u, other).find("currency USD, the data have currency EUR"), std::string::npos);
  other.currency = "";
  EXPECT_NE(refusal(u, other).find("(not named)"), std::string::npos);
  EXPECT_NE(refusal(other, u), "accepted");
}

}  // namespace

// What a refused program must say: code, pointer, and the place that the text itself marks.
#ifndef VALOREM_TESTS_TIER_REFUSALS_HPP
#define VALOREM_TESTS_TIER_REFUSALS_HPP

#include <valorem/tier/parse.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tiers_test {

/// A program around the parts that a case is about. Line 2 holds the measures, 3 the gates, 4 the tiers, 5 the rest.
struct parts {
  std::string measures = R"("points": {"domain": [0, 1e6]}, "fee": {}, "overdue": {"better": "lower"})";
  std::string gates = "";
  std::string enter = R"({"points": 100})";
  std::string rest = "";

  [[nodiscard]] std::string text() const {
    return "{\"schema\": \"tier-program/1\", \"id\": \"p\", \"version\": \"1\",\n\"measures\": {" + measures +
           "},\n\"gates\": [" + gates + "],\n\"tiers\": [{\"id\": \"base\"}, {\"id\": \"gold\", \"enter\": " + enter +
           "}]" + (rest.empty() ? "" : ",\n" + rest) + "}";
  }
};

/// The text holds the sign § where the trouble is to be found; it is taken out before reading.
inline void expect_refused(std::string text, std::string_view code, std::string_view pointer,
                           std::string_view in_message = "") {
  const std::size_t at = text.find("§");
  ASSERT_NE(at, std::string::npos) << text;
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < at; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      ++line;
      column = 1;
    } else if ((byte & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  text.erase(at, std::string_view("§").size());
  const auto got = valorem::tier::parse(text);
  ASSERT_FALSE(got) << text;
  EXPECT_EQ(got.error().code, code) << text << "\n" << got.error().text();
  EXPECT_EQ(got.error().line, line) << text << "\n" << got.error().text();
  EXPECT_EQ(got.error().column, column) << text << "\n" << got.error().text();
  EXPECT_EQ(got.error().pointer, pointer) << text << "\n" << got.error().text();
  EXPECT_NE(got.error().message.find(in_message), std::string::npos) << got.error().message;
}

inline void expect_enter_refused(const std::string& enter, std::string_view code, std::string_view within,
                                 std::string_view in_message = "") {
  expect_refused(parts{.enter = enter}.text(), code, "/tiers/1/enter" + std::string(within), in_message);
}
inline void expect_measures_refused(const std::string& measures, std::string_view code, std::string_view within,
                                    std::string_view in_message = "") {
  expect_refused(parts{.measures = measures, .enter = R"({"a": 1})"}.text(), code, "/measures" + std::string(within),
                 in_message);
}
inline void expect_rest_refused(const std::string& rest, std::string_view code, std::string_view pointer,
                                std::string_view in_message = "") {
  expect_refused(parts{.rest = rest}.text(), code, pointer, in_message);
}

}  // namespace tiers_test

#endif

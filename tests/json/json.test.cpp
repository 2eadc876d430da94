// The reader: what it accepts, what it refuses and where it says the trouble stands.
#include "json.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cfloat>
#include <clocale>
#include <cmath>
#include <locale>
#include <random>
#include <string>
#include <string_view>

namespace json = valorem::detail::json;
using json::kind;

namespace {

struct refused {
  std::string_view text;
  std::string_view code;
  std::size_t line, column;
  std::string_view pointer;
};

void expect_refused(const refused& want, const json::limits& most = {}) {
  const auto got = json::read(want.text, most);
  ASSERT_FALSE(got) << want.text;
  EXPECT_EQ(got.error().code, want.code) << want.text << " -> " << got.error().text();
  EXPECT_EQ(got.error().line, want.line) << want.text << " -> " << got.error().text();
  EXPECT_EQ(got.error().column, want.column) << want.text << " -> " << got.error().text();
  EXPECT_EQ(got.error().pointer, want.pointer) << want.text << " -> " << got.error().text();
  EXPECT_FALSE(got.error().message.empty());
}

double number_in(std::string_view text) {
  return json::read(text).value().root().number();
}

constexpr std::string_view sample = R"({
 "id": "gz-vip", "n": [1, 2.5, -3e2, true, false, null],
 "银卡": {"a/b": {"m~n": "é€😀\u00e9\ud83d\ude00\n"}}, "": []
})";

}  // namespace

TEST(json_read, keeps_order_places_and_pointers) {
  const auto doc = json::read(sample);
  const json::value root = doc.value().root();
  ASSERT_EQ(root.type(), kind::object);
  ASSERT_EQ(root.size(), 4U);
  std::string keys;
  for (const auto member : root) keys += member.key() + ",";
  EXPECT_EQ(keys, "id,n,银卡,,");
  EXPECT_EQ(root.line(), 1U);
  EXPECT_EQ(root.column(), 1U);
  const auto id = root.find("id");
  EXPECT_EQ(id->text(), "gz-vip");
  EXPECT_EQ(id->line(), 2U);
  EXPECT_EQ(id->column(), 8U);
  EXPECT_EQ(id->pointer(), "/id");
  std::string numbers;
  const json::value list = *root.find("n");
  for (const auto item : list) {
    numbers += item.pointer() + "@" + std::to_string(item.column()) +
               (item.type() == kind::number ? "=" + json::number_text(item.number()) : "") + " ";
  }
  EXPECT_EQ(numbers, "/n/0@24=1 /n/1@27=2.5 /n/2@32=-300 /n/3@38 /n/4@44 /n/5@51 ");
  const auto deep = root.find("银卡")->find("a/b")->find("m~n");
  EXPECT_EQ(deep->pointer(), "/银卡/a~1b/m~0n");
  EXPECT_EQ(deep->text(), "é€😀é😀\n");
  EXPECT_EQ(deep->line(), 3U);
  EXPECT_EQ(deep->column(), 24U) << "characters, not bytes";
  EXPECT_TRUE(root.find("")->empty());
  EXPECT_FALSE(root.find("missing"));
}

TEST(json_read, values_survive_a_move_of_the_document) {
  auto first = json::read("[\"a long enough string to live on the heap\"]").value();
  const json::value root = first.root();
  const json::document second = std::move(first);
  EXPECT_EQ((*root.begin()).text(), "a long enough string to live on the heap");
}

TEST(json_read, accepts_any_value_and_a_byte_order_mark) {
  EXPECT_EQ(number_in(" 7 "), 7);
  EXPECT_EQ(json::read("\"x\"").value().root().text(), "x");
  EXPECT_EQ(json::read("null").value().root().type(), kind::null);
  const auto marked = json::read("\xEF\xBB\xBF[1,\n 2]");
  EXPECT_EQ(marked.value().root().column(), 1U);
  expect_refused({"\xEF\xBB\xBF[1,\n ?]", "syntax", 2, 2, "/1"});
}

TEST(json_read, refuses_what_is_not_json) {
  expect_refused({"", "empty", 1, 1, ""});
  expect_refused({" \n ", "empty", 2, 2, ""});
  expect_refused({"{", "truncated", 1, 2, ""});
  expect_refused({"{\"a\": [1, {\"b\": ", "truncated", 1, 17, "/a/1/b"});
  expect_refused({"[1] x", "trailing_bytes", 1, 5, ""});
  expect_refused({"{}{}", "trailing_bytes", 1, 3, ""});
  expect_refused({"1 2", "trailing_bytes", 1, 3, ""});
  expect_refused({"[1,]", "syntax", 1, 4, "/1"});
  expect_refused({"{\"a\":1,}", "syntax", 1, 8, ""});
  expect_refused({"{\"a\" 1}", "syntax", 1, 6, "/a"});
  expect_refused({"{a: 1}", "syntax", 1, 2, ""});
  expect_refused({"{'a': 1}", "syntax", 1, 2, ""});
  expect_refused({"[1 2]", "syntax", 1, 4, ""});
  expect_refused({"{\"a\": 1 \"b\": 2}", "syntax", 1, 9, ""});
  expect_refused({"[tru]", "syntax", 1, 5, "/0"});
  expect_refused({"// no\n1", "syntax", 1, 1, ""});
  expect_refused({"[1, /* no */ 2]", "syntax", 1, 5, "/1"});
  expect_refused({"[\"a\tb\"]", "syntax", 1, 4, ""});
  expect_refused({"[\"a\\q\"]", "syntax", 1, 4, ""});
  expect_refused({"[\"\\u12g4\"]", "syntax", 1, 3, ""});
}

TEST(json_read, refuses_numbers_that_are_none) {
  for (const std::string_view bad :
       {"01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "--1", "-", "0x1p3", "1_000", "1,5"}) {
    EXPECT_FALSE(json::read(bad)) << bad;
  }
  expect_refused({"{\"a\": [0, NaN]}", "not_a_number", 1, 11, "/a/1"});
  expect_refused({"[nan]", "not_a_number", 1, 2, "/0"});
  expect_refused({"[-Infinity]", "not_a_number", 1, 2, "/0"});
  expect_refused({"Infinity", "not_a_number", 1, 1, ""});
  expect_refused({"{\"a\":\n  [1, 1e400]}", "number_out_of_range", 2, 7, "/a/1"});
  expect_refused({"{\"a\": -1e400}", "number_out_of_range", 1, 7, "/a"});
  expect_refused({"{\"a\": 123456789e301}", "number_out_of_range", 1, 7, "/a"});
  expect_refused({"{\"a\": 1.7976931348623159e308}", "number_out_of_range", 1, 7, "/a"});
  expect_refused({"{\"a\": 1e-400}", "number_out_of_range", 1, 7, "/a"});
  expect_refused({"[" + std::string(1'000, '9') + "]", "number_out_of_range", 1, 2, "/0"});
}

TEST(json_read, numbers_are_correctly_rounded) {
  EXPECT_EQ(number_in("0.1"), 0.1);
  EXPECT_EQ(number_in("5e-324"), 5e-324);
  EXPECT_EQ(number_in("2.2250738585072011e-308"), 2.2250738585072011e-308);
  EXPECT_EQ(number_in("1.7976931348623157e308"), DBL_MAX);
  EXPECT_EQ(number_in("1.7976931348623158e308"), DBL_MAX);
  EXPECT_EQ(number_in("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(number_in("9007199254740993.0000000000000000000000000000000000000000000000001"), 9007199254740994.0);
  EXPECT_EQ(number_in("0." + std::string(400, '0') + "1e401"), 1.0);
  EXPECT_TRUE(std::signbit(number_in("-0")));
  EXPECT_EQ(number_in("0e-999999999999999999999"), 0.0);
  EXPECT_EQ(number_in("1E+2"), 100.0);
}

TEST(json_read, numbers_do_not_depend_on_the_locale) {
  struct comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const std::locale streams = std::locale::global(std::locale(std::locale::classic(), new comma));
  for (const char* name : {"C", "de_DE.UTF-8", "fr_FR.UTF-8"}) {  // those that this machine has
    (void)std::setlocale(LC_ALL, name);
    EXPECT_EQ(number_in("1234567.5"), 1234567.5) << name;
    EXPECT_EQ(json::number_text(1234567.5), "1234567.5") << name;
  }
  std::locale::global(streams);
  (void)std::setlocale(LC_ALL, before.c_str());
}

TEST(json_read, every_double_comes_back) {
  std::mt19937_64 bits(20160101);
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::bit_cast<double>(bits());
    if (!std::isfinite(x)) continue;
    const std::string text = json::number_text(x);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(number_in(text)), std::bit_cast<std::uint64_t>(x)) << text;
  }
}

TEST(json_read, refuses_a_key_twice) {
  expect_refused({"{\"a\": 1,\n \"b\": {\"c\": 1, \"d\": 2, \"c\": 3}}", "duplicate_key", 2, 24, "/b/c"});
  expect_refused({"{\"a\": 1, \"\\u0061\": 2}", "duplicate_key", 1, 10, "/a"});
  expect_refused({"{\"x\": 1, \"b\": 1, \"b\": 2, \"a\": 3, \"a\": 4, \"x\": 5}", "duplicate_key", 1, 18, "/b"});
  EXPECT_TRUE(json::read("[{\"a\": 1}, {\"a\": 2}]"));
}

TEST(json_read, a_wide_object_is_checked_in_reasonable_time) {
  std::string wide = "{";
  for (int i = 0; i < 60'000; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(json::read(wide + "\"z\":1}"));
  const auto twice = json::read(wide + "\"k59999\":1}");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, "duplicate_key");
}

TEST(json_read, bounds_depth_size_and_count) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(json::read(nested(64)));
  expect_refused({nested(65), "too_deep", 1, 65, [] {
                    static std::string deep;
                    for (int i = 0; i < 64; ++i) deep += "/0";
                    return std::string_view(deep);
                  }()});
  for (const std::size_t n : {std::size_t{10'000}, std::size_t{500'000}}) {
    const auto got = json::read(nested(n));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "too_deep");
    EXPECT_EQ(got.error().column, 65U);
    EXPECT_FALSE(json::read(std::string(n, '[')));
  }
  EXPECT_TRUE(json::read(nested(100'000), {.depth = 100'000, .values = 1'000'000})) << "the stack is not the limit";
  const std::string spaces(std::size_t{1} << 20, ' ');
  expect_refused({spaces + "1", "too_large", 1, 1, ""});
  expect_refused({"[1,2,3,4]", "too_large", 1, 8, ""}, {.values = 4});
  EXPECT_TRUE(json::read("[1,2,3]", {.values = 4}));
}

TEST(json_read, refuses_what_is_not_utf8) {
  using namespace std::string_literals;
  expect_refused({"{\"a\": \"\xFF\"}", "not_utf8", 1, 8, ""});
  expect_refused({"[\"\xC0\xAF\"]", "not_utf8", 1, 3, ""});          // overlong
  expect_refused({"[\"\xE0\x80\xAF\"]", "not_utf8", 1, 3, ""});      // overlong
  expect_refused({"[\"\xF0\x80\x80\xAF\"]", "not_utf8", 1, 3, ""});  // overlong
  expect_refused({"[\"\xED\xA0\x80\"]", "not_utf8", 1, 3, ""});      // surrogate
  expect_refused({"[\"\xF4\x90\x80\x80\"]", "not_utf8", 1, 3, ""});  // beyond U+10FFFF
  expect_refused({"[\"\xE2\x82\"]", "not_utf8", 1, 3, ""});          // cut short
  expect_refused({"[\"\x80\"]", "not_utf8", 1, 3, ""});              // tail alone
  expect_refused({"[\"\xD2\xF8\xBF\xA8\"]", "not_utf8", 1, 3, ""});  // 银卡 in GBK
  expect_refused({"\xFF\xFE{\0}\0"s, "not_utf8", 1, 1, ""});
  expect_refused({"{\0}\0"s, "not_utf8", 1, 1, ""});
  expect_refused({"[\"a\0b\"]"s, "embedded_nul", 1, 4, ""});
  expect_refused({"[1]\0[2]"s, "embedded_nul", 1, 4, ""});
  expect_refused({"[\"a\\u0000b\"]", "embedded_nul", 1, 4, "/0"});
  expect_refused({"{\"a\\u0000b\": 1}", "embedded_nul", 1, 4, ""});
  expect_refused({"[\"\\\\u0000 \\udc00\"]", "lone_surrogate", 1, 11, "/0"});
  expect_refused({"[\"\\ud800x\"]", "lone_surrogate", 1, 3, ""});
  expect_refused({"[\"\\ud800\\u0041\"]", "lone_surrogate", 1, 3, ""});
  expect_refused({"[\"\\ud83d\\ude00\\ude00\"]", "lone_surrogate", 1, 15, "/0"});
}

TEST(json_read, every_truncation_is_refused) {
  for (std::size_t n = 0; n < sample.size(); ++n) {
    const auto got = json::read(sample.substr(0, n));
    ASSERT_FALSE(got) << n;
    const std::string& code = got.error().code;
    EXPECT_TRUE(code == "truncated" || code == "empty" || code == "not_utf8") << n << " " << code;
  }
}

TEST(json_read, random_damage_never_breaks_the_reader) {
  std::mt19937 random(7);
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text(sample);
    for (unsigned k = 0; k <= random() % 4; ++k) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text.erase(at, 1 + random() % 5);
          break;
        default:
          text.insert(at, 1, "{}[]\",:\\0"[random() % 9]);
          break;
      }
    }
    const auto got = json::read(text);
    if (got) {
      ++accepted;
      const std::string once = json::canonical(got.value().root());
      const auto again = json::read(once);
      ASSERT_TRUE(again) << once;
      ASSERT_EQ(json::canonical(again.value().root()), once);
    } else {
      ASSERT_GE(got.error().line, 1U);
      ASSERT_GE(got.error().column, 1U);
    }
  }
  EXPECT_GT(accepted, 100U);
}

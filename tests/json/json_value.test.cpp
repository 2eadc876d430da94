// Accessors with their errors, names that were nearly right, and the writer.
#include "json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace json = valorem::detail::json;

namespace {

template <class Read>
valorem::read_error refusal_of(std::string_view text, Read&& read) {
  const auto got = json::guarded(text, {}, [&](json::value root) {
    read(root);
    return 0;
  });
  if (got) {
    ADD_FAILURE() << "accepted " << text;
    return {};
  }
  return got.error();
}

void expect(const valorem::read_error& e, std::string_view code, std::size_t column, std::string_view pointer,
            std::string_view message) {
  EXPECT_EQ(e.code, code);
  EXPECT_EQ(e.line, 1U);
  EXPECT_EQ(e.column, column);
  EXPECT_EQ(e.pointer, pointer);
  EXPECT_EQ(e.message, message);
}

json::value at(json::value root, std::string_view key) {
  return *root.find(key);
}

}  // namespace

TEST(json_value, says_what_it_expected_and_found) {
  constexpr std::string_view text = R"({"s": "x", "n": 2.5, "b": true, "z": null, "a": [], "o": {}})";
  expect(refusal_of(text, [](auto r) { (void)at(r, "s").number(); }), "wrong_type", 7, "/s",
         "expected a number, found a string");
  expect(refusal_of(text, [](auto r) { (void)at(r, "n").text(); }), "wrong_type", 17, "/n",
         "expected a string, found a number");
  expect(refusal_of(text, [](auto r) { (void)at(r, "z").boolean(); }), "wrong_type", 38, "/z",
         "expected a boolean, found null");
  expect(refusal_of(text, [](auto r) { (void)at(r, "a").expect(json::kind::object); }), "wrong_type", 49, "/a",
         "expected an object, found an array");
  expect(refusal_of(text, [](auto r) { (void)at(r, "o").expect(json::kind::array); }), "wrong_type", 58, "/o",
         "expected an array, found an object");
  expect(refusal_of(text, [](auto r) { (void)at(r, "n").whole_within(0, 9); }), "out_of_range", 17, "/n",
         "expected a whole number, found 2.5");
  expect(refusal_of(text, [](auto r) { (void)at(r, "n").number_within(0, 1); }), "out_of_range", 17, "/n",
         "2.5 is not within 0 to 1");
  expect(refusal_of("[7]", [](auto r) { (void)(*r.begin()).whole_within(1, 6); }), "out_of_range", 2, "/0",
         "7 is not within 1 to 6");
  expect(refusal_of("[\"\"]", [](auto r) { (void)(*r.begin()).name(); }), "bad_name", 2, "/0",
         "a name must not be empty");
  expect(refusal_of("[\"a\\nb\"]", [](auto r) { (void)(*r.begin()).name(); }), "bad_name", 2, "/0",
         "the name \"a\\u000ab\" holds a control character");
}

TEST(json_value, reads_what_is_there) {
  const auto got = json::guarded(R"({"n": 12, "b": false, "w": "next_period"})", {}, [](json::value root) {
    constexpr std::array<std::string_view, 2> words{"immediate", "next_period"};
    json::fields f(root);
    const auto n = f.require("n").whole_within(1, 12);
    const bool b = f.require("b").boolean();
    const auto w = f.require("w").one_of(words);
    f.allow("note");
    f.close();
    return std::to_string(n) + (b ? "T" : "F") + std::to_string(w) + (f.find("label") ? "L" : "-");
  });
  EXPECT_EQ(got.value(), "12F1-");
}

TEST(json_value, refuses_missing_and_unknown_keys) {
  expect(refusal_of(R"({"a": {}})", [](auto r) { (void)json::fields(at(r, "a")).require("id"); }), "missing_key", 7,
         "/a", "the key \"id\" is missing");
  const auto only = [](json::value r) {
    json::fields f(r);
    for (const std::string_view key : {"enter", "keep", "label"}) f.allow(key);
    f.close();
  };
  expect(refusal_of(R"({"keep": 1, "etner": 2})", only), "unknown_key", 13, "/etner",
         "unknown key \"etner\"; did you mean \"enter\"?");
  expect(refusal_of(R"({"zzzzzz": 1})", only), "unknown_key", 2, "/zzzzzz",
         "unknown key \"zzzzzz\"; known: \"enter\", \"keep\", \"label\"");
  constexpr std::array<std::string_view, 2> words{"higher", "lower"};
  expect(refusal_of(R"(["highr"])", [&](auto r) { (void)(*r.begin()).one_of(words); }), "unknown_value", 2, "/0",
         "unknown value \"highr\"; did you mean \"higher\"?");
}

TEST(json_value, offers_the_nearest_name) {
  constexpr std::array<std::string_view, 5> names{"points", "fee", "tenure", "overdue", "年积分"};
  EXPECT_EQ(json::nearest("pionts", names), "points");  // swapped
  EXPECT_EQ(json::nearest("point", names), "points");
  EXPECT_EQ(json::nearest("FEE", names), "fee");
  EXPECT_EQ(json::nearest("fees", names), "fee");
  EXPECT_EQ(json::nearest("overdu", names), "overdue");
  EXPECT_EQ(json::nearest("年积份", names), "年积分");
  EXPECT_EQ(json::nearest("x", names), "");
  EXPECT_EQ(json::nearest("revenue", names), "");
  EXPECT_EQ(json::nearest("", names), "");
  EXPECT_EQ(json::nearest(std::string(1'000'000, 'p'), names), "");
}

TEST(json_value, quotes_foreign_text_safely) {
  EXPECT_EQ(json::quoted("a\"b\\c\x1b[31m"), "\"a\\\"b\\\\c\\u001b[31m\"");
  const std::string longer = json::quoted(std::string(1'000'000, 'x'));
  EXPECT_EQ(longer, "\"" + std::string(60, 'x') + "...\"");
  std::string cards;
  for (int i = 0; i < 61; ++i) cards += "银";
  EXPECT_EQ(json::quoted(cards), "\"" + cards.substr(3) + "...\"") << "cut between characters";
}

TEST(json_write, numbers_as_rfc_8785_appendix_b_lists_them) {
  const auto text = [](std::uint64_t bits) { return json::number_text(std::bit_cast<double>(bits)); };
  EXPECT_EQ(text(0x0000000000000000), "0");
  EXPECT_EQ(text(0x8000000000000000), "0");
  EXPECT_EQ(text(0x0000000000000001), "5e-324");
  EXPECT_EQ(text(0x8000000000000001), "-5e-324");
  EXPECT_EQ(text(0x7fefffffffffffff), "1.7976931348623157e+308");
  EXPECT_EQ(text(0x4340000000000000), "9007199254740992");
  EXPECT_EQ(text(0xc340000000000000), "-9007199254740992");
  EXPECT_EQ(text(0x4430000000000000), "295147905179352830000");
  EXPECT_EQ(text(0x44b52d02c7e14af5), "9.999999999999997e+22");
  EXPECT_EQ(text(0x44b52d02c7e14af6), "1e+23");
  EXPECT_EQ(text(0x444b1ae4d6e2ef4e), "999999999999999700000");
  EXPECT_EQ(text(0x444b1ae4d6e2ef4f), "999999999999999900000");
  EXPECT_EQ(text(0x444b1ae4d6e2ef50), "1e+21");
  EXPECT_EQ(text(0x3eb0c6f7a0b5ed8c), "9.999999999999997e-7");
  EXPECT_EQ(text(0x3eb0c6f7a0b5ed8d), "0.000001");
  EXPECT_EQ(text(0x41b3de4355555555), "333333333.3333333");
  EXPECT_EQ(text(0xbecbf647612f3696), "-0.0000033333333333333333");
  EXPECT_EQ(json::number_text(100000), "100000");
  EXPECT_THROW((void)json::number_text(std::numeric_limits<double>::quiet_NaN()), valorem::contract_error);
  EXPECT_THROW((void)json::number_text(std::numeric_limits<double>::infinity()), valorem::contract_error);
}

TEST(json_write, canonical_form_of_rfc_8785) {
  const auto form = [](std::string_view text) { return json::canonical(json::read(text).value().root()); };
  EXPECT_EQ(form(R"({ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] })"),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
  // Sorted by UTF-16 code units: the smiling face (D83D ..) stands before U+FB33.
  EXPECT_EQ(form(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})"),
            "{\"\\r\":2,\"1\":4,\"\xC2\x80\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\xEF\xAC\xB3\":3}");
  EXPECT_EQ(form("{\"b\":1,\"a\":-0.0, \"\":[{},[]]}"), form("{\"\" : [ { } , [ ] ], \"a\":0,\"b\":1.0}"));
}

TEST(json_write, writes_in_the_order_given) {
  json::writer line;
  line.begin_object()
      .key("z")
      .number(0.1)
      .key("a")
      .begin_array()
      .whole(-7)
      .text("\"\b\x1f\v银")
      .boolean(true)
      .null()
      .end_array();
  line.key("e").begin_object().end_object().end_object();
  EXPECT_EQ(line.str(), R"({"z":0.1,"a":[-7,"\"\b\u001f\u000b银",true,null],"e":{}})");
  json::writer page(2);
  page.begin_object()
      .key("a")
      .begin_array()
      .whole(1)
      .whole(2)
      .end_array()
      .key("b")
      .begin_array()
      .end_array()
      .end_object();
  EXPECT_EQ(page.str(), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
}

TEST(json_write, fingerprint_is_fnv1a) {
  EXPECT_EQ(json::fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(json::fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(json::fnv1a("foobar"), 0x85944171f73967e8ULL);
}

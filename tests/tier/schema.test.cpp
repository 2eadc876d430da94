// The published schema and the reader know the same keys.
#include "tier/programs.hpp"
#include <valorem/tier/parse.hpp>

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <set>
#include <string>
#include <string_view>

using namespace tiers_test;
namespace tier = valorem::tier;

namespace {

/// The reader lists what it knows where a key is like none of them.
std::set<std::string> known_to_the_reader(const std::string& text) {
  const auto got = tier::parse(text);
  if (got) {
    ADD_FAILURE() << text;
    return {};
  }
  EXPECT_EQ(got.error().code, "unknown_key") << got.error().text();
  EXPECT_EQ(got.error().message.find(" more"), std::string::npos) << "the list was cut";
  std::set<std::string> keys;
  const std::string& message = got.error().message;
  for (std::size_t at = message.find("known: "); (at = message.find('"', at)) != std::string::npos;) {
    const std::size_t end = message.find('"', at + 1);
    keys.insert(message.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return keys;
}

rapidjson::Document schema() {
  rapidjson::Document doc;
  doc.Parse(read_source_file("docs/schema/tier-program-1.schema.json").c_str());
  return doc;
}

std::set<std::string> keys_of(const rapidjson::Value& object) {
  std::set<std::string> keys;
  for (const auto& member : object["properties"].GetObject()) keys.insert(member.name.GetString());
  return keys;
}

}  // namespace

TEST(tier_schema, names_the_keys_that_the_reader_knows) {
  const rapidjson::Document doc = schema();
  ASSERT_FALSE(doc.HasParseError());
  const std::string odd = R"("zzzzzzzzzzzz": 0, )";
  const std::string all(everything);
  const auto within = [&](std::string_view opening) {
    return known_to_the_reader(with(all, opening, std::string(opening) + odd));
  };
  EXPECT_EQ(known_to_the_reader("{" + odd + all.substr(1)), keys_of(doc));
  const auto& defs = doc["$defs"];
  EXPECT_EQ(within(R"("effective": {)"), keys_of(defs["effective"]));
  EXPECT_EQ(within(R"("contract": {)"), keys_of(defs["measure"]));
  EXPECT_EQ(within(R"("window": {"rolling_months": 12, )"), keys_of(defs["window"]));
  EXPECT_EQ(within(R"("score": [{)"), keys_of(defs["score_term"]));
  EXPECT_EQ(within(R"({"id": "black", )"), keys_of(defs["gate"]));
  EXPECT_EQ(within(R"({"id": "gold", )"), keys_of(defs["tier"]));
  EXPECT_EQ(within(R"("review": {)"), keys_of(defs["review"]));
  EXPECT_EQ(within(R"({"tiers": ["gold", "silver"], )"), keys_of(defs["quota"]));
  EXPECT_EQ(within(R"("queue_priority": {)"), keys_of(defs["benefit"]));
  EXPECT_EQ(within(R"({"customer": "c8", )"), keys_of(defs["override"]));
  EXPECT_EQ(within(R"({"at_least": 2, )"), keys_of(defs["rule"]["oneOf"][2]));
}

TEST(tier_schema, requires_what_the_reader_requires) {
  const rapidjson::Document doc = schema();
  std::set<std::string> required;
  for (const auto& key : doc["required"].GetArray()) required.insert(key.GetString());
  for (const std::string& key : keys_of(doc)) {
    rapidjson::Document program;
    program.Parse(std::string(everything).c_str());
    program.RemoveMember(key.c_str());
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    program.Accept(writer);
    const auto got = tier::parse(text.GetString());
    EXPECT_EQ(static_cast<bool>(got), !required.contains(key)) << key;
    if (!got) {
      EXPECT_EQ(got.error().message, "the key \"" + key + "\" is missing");
    }
  }
}

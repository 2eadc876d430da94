// Models as text: back to the same bits, and every refusal in its place.
#include <valorem/model/saved_model.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace valorem;

read_error why_no_model(std::string_view text) {
  const auto r = read_model(text);
  EXPECT_FALSE(r) << text;
  return r ? read_error{} : r.error();
}

TEST(SavedModel, WritesOneLine) {
  EXPECT_EQ(
      to_json(bg_nbd{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}),
      R"({"schema":"valorem-model/1","model":"bg_nbd","parameters":{"r":0.243,"alpha":4.414,"a":0.793,"b":2.426}})");
}

TEST(SavedModel, ReadsBackEveryModel) {
  for (const any_model& m : {any_model(nbd{0.1, 1e-300}), any_model(bg_nbd{1, 2, 3, 4}), any_model(mbg_nbd{1, 2, 3, 4}),
                             any_model(pareto_nbd{1, 2, 3, 4}), any_model(ggompertz_nbd{1, 2, 3, 4, 5}),
                             any_model(bg_bb{1, 2, 3, 4}), any_model(gamma_gamma{6.25, 3.74, 15.44}),
                             any_model(bg_cnbd{12, 1, 2, 3, 4}), any_model(mbg_cnbd{2, 1, 2, 3, 4})}) {
    EXPECT_EQ(read_model(to_json(m)).value(), m);
  }
}

TEST(SavedModel, StagesStandBeforeTheParameters) {
  const std::string text = to_json(mbg_cnbd{2, 0.5, 3, 1, 2});
  EXPECT_EQ(text,
            R"({"schema":"valorem-model/1","model":"mbg_cnbd","parameters":{"k":2,"r":0.5,"alpha":3,"a":1,"b":2}})");
  for (const std::string_view k : {"0", "13", "2.5"}) {
    std::string wrong = text;
    wrong.replace(wrong.find("\"k\":2") + 4, 1, k);
    EXPECT_EQ(why_no_model(wrong).pointer, "/parameters/k") << wrong;
  }
  EXPECT_THROW((void)to_json(mbg_cnbd{0, 0.5, 3, 1, 2}), contract_error);
}

TEST(SavedModel, KeepsEveryBit) {
  std::mt19937_64 rng(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto positive = [&] {
      const std::uint64_t bits = rng() % 0x7ff0'0000'0000'0000ULL;
      return std::bit_cast<double>(bits == 0 ? std::uint64_t{1} : bits);
    };
    const nbd m{positive(), positive()};
    const auto back = std::get<nbd>(read_model(to_json(m)).value());
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back.r), std::bit_cast<std::uint64_t>(m.r));
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back.alpha), std::bit_cast<std::uint64_t>(m.alpha));
  }
}

TEST(SavedModel, RefusesInPlace) {
  const auto unknown = why_no_model("{\"schema\": \"valorem-model/1\",\n \"model\": \"bg_ndb\", \"parameters\": {}}");
  EXPECT_EQ(unknown.line, 2U);
  EXPECT_EQ(unknown.column, 11U);
  EXPECT_EQ(unknown.pointer, "/model");
  EXPECT_NE(unknown.message.find("bg_nbd"), std::string::npos) << unknown.message;
  const auto below = why_no_model(R"({"schema":"valorem-model/1","model":"nbd","parameters":{"r":0,"alpha":1}})");
  EXPECT_EQ(below.pointer, "/parameters/r");
  EXPECT_EQ(below.code, "not_positive");
  EXPECT_EQ(why_no_model(R"({"schema":"valorem-model/1","model":"nbd","parameters":{"r":1}})").pointer, "/parameters");
  EXPECT_EQ(why_no_model(R"({"schema":"valorem-model/1","model":"nbd","parameters":{"r":1,"alpha":1,"a":1}})").pointer,
            "/parameters/a");
  EXPECT_EQ(why_no_model(R"({"schema":"valorem-model/2","model":"nbd","parameters":{"r":1,"alpha":1}})").pointer,
            "/schema");
  EXPECT_EQ(why_no_model(R"({"schema":"valorem-model/1","model":"nbd","parameters":{"r":1,"r":1,"alpha":1}})").code,
            "duplicate_key");
  EXPECT_EQ(why_no_model(R"({"schema":"valorem-model/1","model":"nbd","parameters":{"r":1e400,"alpha":1}})").code,
            "number_out_of_range");
  EXPECT_EQ(why_no_model("").code, "empty");
}

TEST(SavedModel, RefusesToWriteWhatItWouldNotRead) {
  EXPECT_THROW((void)to_json(nbd{-1, 1}), contract_error);
  EXPECT_THROW((void)to_json(nbd{1, std::numeric_limits<double>::infinity()}), contract_error);
}

}  // namespace

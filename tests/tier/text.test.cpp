// Reasons in words: the worked examples in both languages.
#include "tier/programs.hpp"
#include <valorem/tier/text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>

using namespace tiers_test;
namespace tier = valorem::tier;
using tier::language;

namespace {

/// The cards with names for Chinese readers.
std::string labelled() {
  std::string text =
      with(cards(), R"("points":  {"unit": "point",)", R"("points":  {"label": "积分", "unit": "point",)");
  text = with(text, R"("fee":     {"unit": "CNY/month",)", R"("fee":     {"label": "套餐", "unit": "元",)");
  text = with(text, R"("tenure":  {"unit": "month", )", R"("tenure":  {"label": "网龄", "unit": "个月", )");
  text = with(text, R"("overdue": {"unit": "event", )", R"("overdue": {"label": "欠费", "unit": "次", )");
  return with(text, R"({"id": "credit", )", R"({"id": "credit", "label": "信用", )");
}

using facts = std::array<double, 4>;
constexpr facts c1{7160, 128, 30, 0}, c2{21000, 0, 18, 0}, c3{25000, 900, 60, 3}, c4{unknown, 400, 40, 0},
    c5{10, 58, 3, 0};

}  // namespace

TEST(tier_text, english_reasons) {
  const tier::engine e = engine_of(cards());
  EXPECT_EQ(tier::reason(e, c1), "gold: points short 1,240 or fee short 260 CNY/month");
  EXPECT_EQ(tier::reason(e, c2), "diamond: tenure short 6 months");
  EXPECT_EQ(tier::reason(e, c3), "credit: overdue 1 too many (3, at most 2)");
  EXPECT_EQ(tier::reason(e, c4), "diamond: fee short 488 CNY/month or points unknown");
  EXPECT_EQ(
      tier::reason(e, c5),
      "silver: points short 3,590 and tenure short 3 months or fee short 130 CNY/month and tenure short 3 months");
  EXPECT_EQ(tier::reason(e, facts{1e6, 0, 60, 0}), "") << "nothing above";
  EXPECT_EQ(tier::reason(e, facts{1e6, 0, 60, unknown}), "credit: overdue unknown");
  EXPECT_EQ(tier::reason(e, facts{0, 187, 5, 0}),
            "silver: points short 3,600 and tenure short 1 month or fee short 1 CNY/month and tenure short 1 month");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, c3, 3)), "credit: overdue 1 too many (3, at most 2)");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, facts{0, 900, 6, 9}, 2)),
            "credit: overdue 7 too many (9, at most 2); gold: tenure short 6 months");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, c1, 1)), "silver: nothing is missing");
}

TEST(tier_text, chinese_reasons) {
  const tier::engine e = engine_of(labelled());
  EXPECT_EQ(tier::reason(e, c1, language::chinese), "金卡: 积分差1,240 或 套餐差260元");
  EXPECT_EQ(tier::reason(e, c2, language::chinese), "钻卡: 网龄差6个月");
  EXPECT_EQ(tier::reason(e, c3, language::chinese), "信用: 欠费3次，上限2次");
  EXPECT_EQ(tier::reason(e, c4, language::chinese), "钻卡: 套餐差488元 或 积分未知");
  EXPECT_EQ(tier::reason(e, c5, language::chinese), "银卡: 积分差3,590 且 网龄差3个月 或 套餐差130元 且 网龄差3个月");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, c1, 1), language::chinese), "银卡: 已满足");
  EXPECT_EQ(tier::reason(engine_of(cards()), c1, language::chinese), "金卡: points差1,240 或 fee差260 CNY/month");
}

TEST(tier_text, numbers) {
  const auto gap = [](std::string_view bar, double have) {
    const tier::engine e = engine_of(R"({"schema": "tier-program/1", "id": "p", "version": "1", "measures": {"x": {}},
      "tiers": [{"id": "b"}, {"id": "t", "enter": {"x": )" +
                                     std::string(bar) + "}}]}");
    return tier::reason(e, std::array<double, 1>{have});
  };
  EXPECT_EQ(gap("388", 128.1), "t: x short 259.9");
  EXPECT_EQ(gap("1", 0.9), "t: x short 0.1");
  EXPECT_EQ(gap("1", 0.9999994), "t: x short 0.000001") << "six decimals";
  EXPECT_EQ(gap("1", 0.99999999), "t: x short 1.0000000050247593e-08") << "never 0";
  EXPECT_EQ(gap("0.7", 0.57654321), "t: x short 0.124") << "three digits, up";
  EXPECT_EQ(gap("0.7", 0.6), "t: x short 0.1");
  EXPECT_EQ(gap("0.9", 0.8998765), "t: x short 0.000124");
  EXPECT_EQ(gap("1000000", 0), "t: x short 1,000,000");
  EXPECT_EQ(gap("999", 0), "t: x short 999");
  EXPECT_EQ(gap("1234567.25", 0), "t: x short 1,234,567.25");
  EXPECT_EQ(gap("1e15", 0), "t: x short 1e+15");
  EXPECT_EQ(gap("0", -std::numeric_limits<double>::infinity()), "t: x short infinite");
}

TEST(tier_text, every_kind_of_measure) {
  const tier::engine e = engine_of(R"({"schema": "tier-program/1", "id": "p", "version": "1",
    "measures": {"contract": {"flag": true}, "blacklisted": {"flag": true, "better": "lower", "label": "黑名单"},
                 "grade": {"levels": ["D", "C", "B", "A"]}, "cost": {"better": "lower", "unit": "CNY"},
                 "stars": {"score": [{"of": "grade", "steps": [["C", 1], ["A", 3]]}]}},
    "tiers": [{"id": "b"}, {"id": "t", "enter": {"all": [{"contract": true}, {"blacklisted": false}, {"grade": "B"}, {"cost": 9.5}]}},
              {"id": "s", "enter": {"stars": 3}}]})");
  const std::array<double, 4> poor{0, 1, 1, 12};
  EXPECT_EQ(tier::to_text(e, tier::explain(e, poor, 1)),
            "t: contract required and blacklisted must not hold and grade C, at least B and cost 2.5 too high (12, at "
            "most 9.5)");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, poor, 1), language::chinese),
            "t: 需要contract 且 不得黑名单 且 gradeC，下限B 且 cost超2.5 CNY");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, poor, 2)), "s: stars short 2");
  EXPECT_EQ(tier::to_text(e, tier::explain(e, std::array<double, 4>{0, 1, unknown, 12}, 2)),
            "s: stars short 3 at most, with facts unknown");
}

TEST(tier_text, records) {
  const tier::engine e = engine_of(cards());
  const auto r = tier::record(e, c4, valorem::civil_date(2016, 6, 1));
  EXPECT_EQ(tier::to_text(e, r),
            "tier gold (granted), unknown_fact\n"
            "program gz-vip 2016.1 ec4b2b40b91f3c7f, as of 2016-06-01\n"
            "  credit: overdue 0 events <= 2 events: holds (+2)\n"
            "  gold: points ? >= 8,400: unknown\n"
            "  gold: fee 400 CNY/month >= 388 CNY/month: holds (+12)\n"
            "  gold: tenure 40 months >= 12 months: holds (+28)\n"
            "  diamond: points ? >= 20,400: unknown\n"
            "  diamond: fee 400 CNY/month >= 888 CNY/month: fails (-488)\n"
            "  diamond: tenure 40 months >= 24 months: holds (+16)\n"
            "not applied: keep review quota benefits");
  const auto late = tier::to_text(e, tier::record(e, c3, valorem::civil_date(2020, 1, 1)), language::chinese);
  EXPECT_EQ(late.substr(0, late.find("\n  ")),
            "等级 none (gate) credit\n规则 gz-vip 2016.1 ec4b2b40b91f3c7f, 日期 2020-01-01，不在有效期内");
}

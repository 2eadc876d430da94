// Costs from drivers and rates: the worked example of time-driven costing, contacts in any order, and what is refused.
#include <valorem/service.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace {

using namespace valorem;

constexpr const char* text = R"({"schema": "rates/1", "currency": "CNY", "per_order": {"picking": 1, "postage": 0.5},
  "per_unit": 0.25, "per_year": 12, "per_minute": {"phone": {"telephony": 0.10, "equipment": 0.05, "labour": 0.80},
  "shop": 2}})";

service_rates rates() {
  return parse_rates(text).value();
}

// Kaplan & Anderson (2004): 560,000 for 700,000 minutes is 0.80 a minute; one inquiry of 44, one order of 8 and one
// credit check of 50 minutes are 102 minutes, which at 0.80 + 0.10 + 0.05 a minute cost 96.90.
TEST(cost, one_of_each_in_time_driven_costing) {
  const service_rates r =
      parse_rates(
          R"({"schema":"rates/1","currency":"USD","per_minute":{"desk":{"labour":0.8,"telephony":0.1,"equipment":0.05}}})")
          .value();
  EXPECT_NEAR((8 + 44 + 50) * *r.per_minute("desk"), 96.90, 1e-12);
  EXPECT_FALSE(r.per_minute("letter"));
}

TEST(cost, the_rates_are_the_sum_of_their_parts) {
  const service_rates r = rates();
  EXPECT_EQ(r.currency, "CNY");
  EXPECT_EQ(r.per_order, 1.5);
  EXPECT_EQ(r.per_unit, 0.25);
  EXPECT_EQ(r.per_year, 12.0);
  EXPECT_EQ(r.per_minute("phone"), 0.10 + 0.05 + 0.80);
  EXPECT_EQ(r.per_minute("shop"), 2.0);
}

void expect_refused(const char* json, std::string_view code, std::string_view pointer) {
  const auto r = parse_rates(json);
  ASSERT_FALSE(r) << json;
  EXPECT_EQ(r.error().code, code) << r.error().text();
  EXPECT_EQ(r.error().pointer, pointer) << r.error().text();
  EXPECT_GE(r.error().line, 1u);
  EXPECT_FALSE(r.error().message.empty());
}

TEST(cost, rates_files_that_are_refused) {
  expect_refused(R"({"schema":"rates/2","currency":"USD"})", "unsupported_schema", "/schema");
  expect_refused(R"({"schema":"rates/1"})", "missing_key", "");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_ordr":1})", "unknown_key", "/per_ordr");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_order":-1})", "out_of_range", "/per_order");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_order":"1"})", "wrong_type", "/per_order");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_order":{}})", "empty_list", "/per_order");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_order":{"a":{"b":1}}})", "wrong_type", "/per_order/a");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_minute":{"a":1,"a":2}})", "duplicate_key",
                 "/per_minute/a");
  expect_refused(R"({"schema":"rates/1","currency":"USD","per_order":1e400})", "number_out_of_range", "/per_order");
  expect_refused(R"({"schema":"rates/1","currency":"USD"} x)", "trailing_bytes", "");
}

TEST(cost, every_truncation_of_a_good_file_is_refused) {
  const std::string whole = text;
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse_rates(whole.substr(0, n))) << n;
}

/// Three customers of 2020, weeks, summarised to 2020-12-31.
struct shop {
  std::vector<std::int64_t> customer{7, 7, 9, 7, 11};
  std::vector<std::int32_t> day;
  std::vector<double> amount{10, 20, 5, 30, 7}, units{1, 2, 1, 3, 1};
  summary s;
  shop() {
    for (const auto& [m, d] : {std::pair{1u, 1u}, {3u, 1u}, {6u, 1u}, {9u, 1u}, {12u, 31u}}) {
      day.push_back(civil_date(2020, m, d).days);
    }
    s = summarise({.customer = std::span<const std::int64_t>(customer),
                   .time = std::span<const std::int32_t>(day),
                   .amount = amount,
                   .units = units},
                  {.observation_end = civil_date(2020, 12, 31), .currency = "CNY"});
  }
};

TEST(cost, orders_units_and_years) {
  const shop h;
  const service_costs c = cost_to_serve(h.s, rates());
  ASSERT_EQ(c.so_far.size(), 3u);
  // 365 days of customer 7 in years of 365.25 days; 3 orders, 6 pieces.
  EXPECT_NEAR(c.so_far[0], 3 * 1.5 + 6 * 0.25 + 12 * 365 / 365.25, 1e-12);
  EXPECT_NEAR(c.so_far[1], 1.5 + 0.25 + 12 * 213 / 365.25, 1e-12);
  EXPECT_EQ(c.so_far[2], 1.5 + 0.25);  // a customer of today
  EXPECT_EQ(c.per_purchase[0], 1.5 + 0.25 * 2);
  EXPECT_NEAR(c.per_time[0], 12 * 7 / 365.25, 1e-12);
  EXPECT_EQ(c.per_time[2], c.per_time[0]);
}

struct calls {
  std::vector<std::int64_t> customer{7, 7, 9, 5, 7, 9, 7, 9};
  std::vector<std::int32_t> day = std::vector<std::int32_t>(8, civil_date(2020, 7, 1).days);
  std::vector<std::string_view> channel{"phone", "shop", "phone", "phone", "phone", "", "phone", "shop"};
  std::vector<double> minutes{3, 5, 2, 9, 0.1, 1, -4, std::numeric_limits<double>::quiet_NaN()};
  [[nodiscard]] contacts view() const {
    return {.customer = std::span<const std::int64_t>(customer),
            .time = std::span<const std::int32_t>(day),
            .channel = channel,
            .minutes = minutes};
  }
};

TEST(cost, contacts_by_channel_and_what_is_wrong_with_them) {
  const shop h;
  const calls c;
  const auto out = cost_to_serve(h.s, rates(), c.view(), std::span<const std::int64_t>(h.customer));
  EXPECT_NEAR(out.contact_cost[0], 3.1 * 0.95 + 5 * 2, 1e-12);
  EXPECT_NEAR(out.contact_cost[1], 2 * 0.95, 1e-12);
  EXPECT_EQ(out.contact_cost[2], 0.0);
  EXPECT_EQ(out.contacts_used, 4u);
  EXPECT_EQ(out.contacts_unmatched, 1u);
  EXPECT_EQ(out.report.total(), 3u);
  EXPECT_EQ(out.report.count(row_rule::missing_channel), 1u);
  EXPECT_EQ(out.report.count(row_rule::invalid_minutes), 1u);
  EXPECT_EQ(out.report.count(row_rule::missing_minutes), 1u);
  EXPECT_EQ(out.report.issues[0].row, 5u);
  const auto without = cost_to_serve(h.s, rates());
  EXPECT_NEAR(out.so_far[0], without.so_far[0] + out.contact_cost[0], 1e-12);
  EXPECT_NEAR(out.per_time[0], without.per_time[0] + out.contact_cost[0] / (365 / 365.25) * 7 / 365.25, 1e-12);
  EXPECT_EQ(out.per_time[2], without.per_time[2]);
}

TEST(cost, any_order_of_the_contacts_gives_the_same_bits) {
  const shop h;
  std::mt19937_64 random(3);
  std::vector<std::int64_t> who;
  std::vector<std::string_view> how;
  std::vector<double> minutes;
  for (int i = 0; i < 300; ++i) {
    who.push_back(i % 2 == 0 ? 7 : 9);
    how.push_back(i % 3 == 0 ? "shop" : "phone");
    minutes.push_back(std::ldexp(static_cast<double>(random() % 1000), -3) / 7);
  }
  const std::vector<std::int32_t> day(300, civil_date(2020, 5, 5).days);
  std::vector<std::size_t> order(300);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> want;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::int64_t> c;
    std::vector<std::string_view> ch;
    std::vector<double> m;
    for (const std::size_t i : order) {
      c.push_back(who[i]);
      ch.push_back(how[i]);
      m.push_back(minutes[i]);
    }
    const auto out = cost_to_serve(h.s, rates(),
                                   {.customer = std::span<const std::int64_t>(c),
                                    .time = std::span<const std::int32_t>(day),
                                    .channel = ch,
                                    .minutes = m},
                                   std::span<const std::int64_t>(h.customer));
    if (round == 0) want = out.so_far;
    EXPECT_EQ(out.so_far, want);
    std::ranges::shuffle(order, random);
  }
}

TEST(cost, refused_as_a_whole) {
  const shop h;
  calls c;
  service_rates dollars = rates();
  dollars.currency = "USD";
  EXPECT_THROW((void)cost_to_serve(h.s, dollars), contract_error);
  c.channel[2] = "fax";
  try {
    (void)cost_to_serve(h.s, rates(), c.view(), std::span<const std::int64_t>(h.customer));
    FAIL() << "a channel without a rate must be refused";
  } catch (const data_error& e) {
    EXPECT_STREQ(e.what(), "contact row 3, channel: no rate for \"fax\"; the rates know phone, shop");
  }
  c = {};
  c.minutes.pop_back();
  EXPECT_THROW((void)cost_to_serve(h.s, rates(), c.view(), std::span<const std::int64_t>(h.customer)), contract_error);
}

}  // namespace

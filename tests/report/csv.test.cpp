// The table as text, read back by a small reader that follows RFC 4180 to the letter.
#include "report/abroad.hpp"
#include "report/small.hpp"
#include <valorem/report/csv.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <random>

using namespace report_test;

namespace {

std::string cell(std::string_view text) {
  std::string out;
  append_csv_text(out, text);
  return out;
}

std::string cell(double value) {
  std::string out;
  append_csv_number(out, value);
  return out;
}

/// Rows of cells; line breaks within quotes belong to the cell. Fails on a stray quote.
std::vector<std::vector<std::string>> read_csv(std::string_view text, std::string_view end = "\n") {
  std::vector<std::vector<std::string>> rows;
  while (!text.empty()) {
    auto& row = rows.emplace_back();
    for (bool more = true; more;) {
      std::string& value = row.emplace_back();
      if (text.starts_with('"')) {
        for (text.remove_prefix(1);; text.remove_prefix(1)) {
          if (text.starts_with("\"\"")) {
            text.remove_prefix(1);
          } else if (text.starts_with('"')) {
            break;
          }
          if (text.empty()) throw std::runtime_error("a quote is not closed");
          value += text.front();
        }
        text.remove_prefix(1);
      } else {
        const std::size_t stop = std::min(text.find(','), text.find(end));
        value = text.substr(0, stop);
        if (value.find_first_of("\"\r\n") != std::string::npos) throw std::runtime_error("a bare " + value);
        text.remove_prefix(std::min(stop, text.size()));
      }
      more = text.starts_with(',');
      if (!more && !text.starts_with(end)) throw std::runtime_error("no end of line after " + value);
      text.remove_prefix(more ? 1 : end.size());
    }
  }
  return rows;
}

const std::vector<std::int64_t> numbers{7, -3, 0, 4, 5, 6, INT64_MAX, INT64_MIN, 9, 10};
customer_column ids_of(const std::vector<std::int64_t>& ids) {
  return std::span(ids);
}
customer_column ids_of(const std::vector<std::string_view>& ids) {
  return std::span(ids);
}

constexpr std::string_view header =
    "customer_id,frequency,recency,T,monetary_value,p_alive,expected_purchases,lifetime_value,revenue,service_cost,"
    "ratio,"
    "forward_ratio,band,tier,vip,reasons,status,status_value,status_ratio,status_tier";

}  // namespace

TEST(csv_text, quotes_what_rfc_4180_asks_to_quote) {
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell("plain text; 100 %"), "plain text; 100 %");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("\""), "\"\"\"\"");
  EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(cell("two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(cell("金卡，钻卡"), "金卡，钻卡") << "a comma of another script parts nothing";
  EXPECT_EQ(cell(std::string_view("a\0b", 3)), std::string("a\0b", 3));
}

TEST(csv_text, disarms_formulas) {
  EXPECT_EQ(cell("=1+1"), "\"'=1+1\"");
  EXPECT_EQ(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  for (const std::string_view start : {"=", "+", "-", "@", "\t", "\r"}) {
    EXPECT_EQ(cell(std::string(start) + "cmd"), "\"'" + std::string(start) + "cmd\"");
    EXPECT_EQ(cell("a" + std::string(start)).find('\''), std::string::npos) << "within a text it is harmless";
  }
  EXPECT_EQ(cell("-15"), "\"'-15\"") << "an id that is a text is a text";
}

TEST(csv_number, is_a_number_and_nothing_else) {
  EXPECT_EQ(cell(-1.5), "-1.5");
  EXPECT_EQ(cell(0.1), "0.1");
  EXPECT_EQ(cell(2.0), "2");
  EXPECT_EQ(cell(-0.0), "-0");
  EXPECT_EQ(cell(1e300), "1e+300");
  EXPECT_EQ(cell(nothing), "");
  EXPECT_EQ(cell(-nothing), "");
  EXPECT_EQ(cell(inf), "inf");
  EXPECT_EQ(cell(-inf), "-inf");
}

TEST(csv_number, reads_back_to_the_same_double) {
  std::mt19937_64 random(4180);
  std::vector<double> values{0x1p-1074, -0x1p-1074, 0x1.fffffffffffffp1023, 0x1p-1022, 1.0 / 3.0, 123456789.125, -0.0};
  while (values.size() < 20000) {
    const double any = std::bit_cast<double>(random());
    if (numeric::is_finite(any)) values.push_back(any);
  }
  for (const double value : values) {
    const std::string text = cell(value);
    double back = nothing;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_TRUE(error == std::errc{} && end == text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
    ASSERT_LE(text.size(), 24U) << text;
  }
}

TEST(csv, has_the_columns_that_the_header_names) {
  const score_table t = full_table();
  const std::string text = csv(t, ids_of(numbers));
  EXPECT_EQ(text.substr(0, text.find('\n')), header);
  const auto rows = read_csv(text);
  ASSERT_EQ(rows.size(), 11U);
  EXPECT_TRUE(std::ranges::equal(rows[0], score_columns()));
  for (const auto& row : rows) EXPECT_EQ(row.size(), score_columns().size());
}

TEST(csv, holds_the_table) {
  const score_table t = full_table();
  const auto rows = read_csv(csv(t, ids_of(numbers)));
  for (std::size_t i = 0; i < t.size(); ++i) {
    const auto& row = rows[i + 1];
    EXPECT_EQ(row[0], std::to_string(numbers[i]));
    const std::array columns{&t.frequency,          &t.recency,        &t.T,       &t.monetary_value, &t.p_alive,
                             &t.expected_purchases, &t.lifetime_value, &t.revenue, &t.service_cost,   &t.ratio,
                             &t.forward_ratio};
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double value = (*columns[c])[i];
      const std::string& text = row[c + 1];
      if (numeric::is_nan(value)) {
        EXPECT_EQ(text, "");
        continue;
      }
      double back = nothing;
      (void)std::from_chars(text.data(), text.data() + text.size(), back);
      EXPECT_EQ(back, value) << i << ' ' << header;
    }
    EXPECT_EQ(row[12], t.cuts.name(t.band[i]));
    EXPECT_EQ(row[13], t.tier_names[t.tier[i]]);
    EXPECT_EQ(row[14], t.vip[i] != 0 ? "true" : "false");
    EXPECT_EQ(row[15], t.reasons[i]);
    EXPECT_EQ(row[16], name(t.row_status[i]));
    EXPECT_EQ(row[17], name(t.status_value[i]));
    EXPECT_EQ(row[18], name(t.status_ratio[i]));
    EXPECT_EQ(row[19], name(t.status_tier[i]));
  }
  EXPECT_EQ(rows[6][10], "inf") << "revenue at no cost";
  EXPECT_EQ(rows[7][4], "-3") << "a number below 0 stays one";
  EXPECT_EQ(rows[9][12], "missing");
  EXPECT_EQ(rows[8][13], "银卡");
}

TEST(csv, without_a_program_the_tier_is_empty) {
  const small_columns c;
  const auto rows = read_csv(csv(score(c.make(), model_of(mbg), asked()), ids_of(numbers)));
  EXPECT_EQ(rows[1][13], "");
  EXPECT_EQ(rows[1][14], "");
  EXPECT_EQ(rows[1][9], "") << "no costs";
  EXPECT_EQ(rows[1][18], "missing");
}

TEST(csv, takes_any_text_as_an_id) {
  const std::vector<std::string_view> ids{"C1",          "Smith, Ann", "the \"boss\"", "客户一号",   "=2+5",
                                          "+86 20 1234", "-1",         "@home",        "two\nlines", ""};
  const std::string text = csv(full_table(), ids_of(ids));
  const auto rows = read_csv(text);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool formula = !ids[i].empty() && std::string_view("=+-@").find(ids[i][0]) != std::string_view::npos;
    EXPECT_EQ(rows[i + 1][0], (formula ? "'" : "") + std::string(ids[i]));
  }
  EXPECT_NE(text.find("\n\"Smith, Ann\",0,0,38,0,"), std::string::npos);
  EXPECT_NE(text.find("\n客户一号,3,40,30,20,,,,"), std::string::npos);
}

// A summary tells where a customer's id stands in the purchases; a table made otherwise has one id a row.
TEST(csv, finds_ids_where_the_input_has_them) {
  score_table t = full_table();
  t.first_row = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  const auto rows = read_csv(csv(t, ids_of(numbers)));
  for (std::size_t i = 0; i < t.size(); ++i) EXPECT_EQ(rows[i + 1][0], std::to_string(numbers[9 - i]));
  t.first_row.clear();
  EXPECT_EQ(read_csv(csv(t, ids_of(numbers)))[1][0], "7");
}

TEST(csv, refuses_too_few_ids) {
  score_table t = full_table();
  const std::vector<std::int64_t> nine(numbers.begin(), numbers.end() - 1);
  EXPECT_THROW((void)csv(t, ids_of(nine)), contract_error);
  EXPECT_THROW((void)csv(t, ids_of(std::vector<std::string_view>{})), contract_error);
  t.first_row.clear();
  EXPECT_THROW((void)csv(t, ids_of(nine)), contract_error);
  t.first_row.assign(10, 8);
  EXPECT_NO_THROW((void)csv(t, ids_of(nine))) << "all ids that are asked for are there";
  t.first_row[3] = static_cast<std::size_t>(-1);
  EXPECT_THROW((void)csv(t, ids_of(nine)), contract_error);
}

TEST(csv, marks_for_spreadsheets) {
  const score_table t = full_table();
  const std::string plain = csv(t, ids_of(numbers));
  EXPECT_EQ(plain.find('\r'), std::string::npos);
  EXPECT_EQ(csv(t, ids_of(numbers), {.byte_order_mark = true}), "\xef\xbb\xbf" + plain);
  const std::string crlf = csv(t, ids_of(numbers), {.crlf = true});
  EXPECT_EQ(read_csv(crlf, "\r\n"), read_csv(plain));
  std::string without;
  for (const char c : crlf) {
    if (c != '\r') without += c;
  }
  EXPECT_EQ(without, plain);
  EXPECT_EQ(crlf.size(), plain.size() + 11);
}

TEST(csv, an_empty_table_is_a_header) {
  EXPECT_EQ(csv(score_table{}, ids_of(std::vector<std::int64_t>{})), std::string(header) + "\n");
  EXPECT_EQ(csv(score_table{}, ids_of(numbers), {.byte_order_mark = true, .crlf = true}),
            "\xef\xbb\xbf" + std::string(header) + "\r\n");
}

TEST(csv, does_not_follow_the_locale) {
  const score_table t = full_table();
  EXPECT_EQ(abroad([&] { return csv(t, ids_of(numbers)); }), csv(t, ids_of(numbers)));
}

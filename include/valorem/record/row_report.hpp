// What is wrong with a row of a table: which row, which field, which rule. A bad row never disturbs another.
#ifndef VALOREM_RECORD_ROW_REPORT_HPP
#define VALOREM_RECORD_ROW_REPORT_HPP

#include <valorem/record/text_column.hpp>
#include <valorem/status.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI {

/// Why a row was refused or a field of it flagged; `none` is a good row. Each rule belongs to one field.
enum class row_rule : std::uint8_t {
  none,
  missing_customer,
  missing_date,
  unreadable_date,
  offset_not_named,
  date_out_of_range,
  missing_amount,
  unreadable_amount,
  infinite_amount,
  negative_amount,
  missing_units,
  unreadable_units,
  invalid_units,
  missing_channel,
  missing_minutes,
  unreadable_minutes,
  invalid_minutes,
  missing_frequency,
  unreadable_frequency,
  invalid_frequency,
  missing_recency,
  unreadable_recency,
  invalid_recency,
  recency_after_end,
  repeats_without_recency,
  recency_without_repeats,
  missing_age,
  unreadable_age,
  invalid_age,
  missing_spend,
  unreadable_spend,
  infinite_spend,
  spend_not_positive,
  missing_revenue,
  unreadable_revenue,
  infinite_revenue,
  repeated_customer,
};

/// A rule's field and its sentence.
struct row_rule_text {
  std::string_view field;
  std::string_view rule;
  std::string_view sentence;
};

inline constexpr row_rule_text row_rule_texts[]{
    row_rule_text{"", "none", "The row is good."},
    row_rule_text{"customer_id", "missing_customer", "The customer's id is missing."},
    row_rule_text{"date", "missing_date", "The date is missing."},
    row_rule_text{"date", "unreadable_date", "This is neither a date YYYY-MM-DD nor a timestamp."},
    row_rule_text{"date", "offset_not_named",
                  "A timestamp becomes a date only through an offset from UTC; none was named."},
    row_rule_text{"date", "date_out_of_range", "The date lies outside 1900-01-01 to 9999-12-31."},
    row_rule_text{"amount", "missing_amount", "The amount is missing."},
    row_rule_text{"amount", "unreadable_amount", "The amount is not a number."},
    row_rule_text{"amount", "infinite_amount", "The amount is infinite."},
    row_rule_text{"amount", "negative_amount", "The amount is negative, and returns are refused."},
    row_rule_text{"units", "missing_units", "The number of units is missing."},
    row_rule_text{"units", "unreadable_units", "The number of units is not a number."},
    row_rule_text{"units", "invalid_units", "The number of units is negative or infinite."},
    row_rule_text{"channel", "missing_channel", "The channel is missing."},
    row_rule_text{"minutes", "missing_minutes", "The minutes are missing."},
    row_rule_text{"minutes", "unreadable_minutes", "The minutes are not a number."},
    row_rule_text{"minutes", "invalid_minutes", "The minutes are negative or infinite."},
    row_rule_text{"frequency", "missing_frequency", "The frequency is missing."},
    row_rule_text{"frequency", "unreadable_frequency", "The frequency is not a number."},
    row_rule_text{"frequency", "invalid_frequency", "The frequency is negative, infinite, too large or not whole."},
    row_rule_text{"recency", "missing_recency", "The recency is missing."},
    row_rule_text{"recency", "unreadable_recency", "The recency is not a number."},
    row_rule_text{"recency", "invalid_recency", "The recency is negative or infinite."},
    row_rule_text{"recency", "recency_after_end", "The last purchase lies after the end of observation: recency > T."},
    row_rule_text{"recency", "repeats_without_recency", "There are repeat purchases, but recency is 0."},
    row_rule_text{"recency", "recency_without_repeats", "There is a recency, but no repeat purchase."},
    row_rule_text{"T", "missing_age", "T is missing."},
    row_rule_text{"T", "unreadable_age", "T is not a number."},
    row_rule_text{"T", "invalid_age", "T is negative or infinite."},
    row_rule_text{"monetary_value", "missing_spend", "The mean spend of a repeat customer is missing."},
    row_rule_text{"monetary_value", "unreadable_spend", "The mean spend is not a number."},
    row_rule_text{"monetary_value", "infinite_spend", "The mean spend is infinite."},
    row_rule_text{"monetary_value", "spend_not_positive", "The mean spend of a repeat customer is not above 0."},
    row_rule_text{"revenue", "missing_revenue", "The revenue is missing."},
    row_rule_text{"revenue", "unreadable_revenue", "The revenue is not a number."},
    row_rule_text{"revenue", "infinite_revenue", "The revenue is infinite."},
    row_rule_text{"customer_id", "repeated_customer", "This customer stands in a row before."},
};
inline constexpr std::size_t row_rule_count = std::size(row_rule_texts);
static_assert(row_rule_count == static_cast<std::size_t>(row_rule::repeated_customer) + 1);

/// Field, stable name and sentence of a rule.
[[nodiscard]] constexpr const row_rule_text& text(row_rule r) noexcept {
  const auto i = static_cast<std::size_t>(r);
  return row_rule_texts[i < row_rule_count ? i : 0];
}

/// One thing found wrong. row counts from 0.
struct row_issue {
  std::size_t row = 0;
  row_rule rule = row_rule::none;
  std::string shown = {};  ///< the sentence with the cell in it, where the cell is known
  friend bool operator==(const row_issue&, const row_issue&) = default;
};

namespace detail {

/// The rule's sentence about this very cell, or "" where the cell would add nothing to it.
inline std::string shown_cell(row_rule rule, std::string_view cell, date_order order) {
  if (rule == row_rule::unreadable_date) return refused_date(cell, order);
  if (rule == row_rule::offset_not_named)
    return quoted_cell(cell) + " becomes a date only through an offset from UTC, such as utc_offset=\"+08:00\"";
  const std::string_view what = text(rule).rule;
  return what.starts_with("unreadable_") ? refused_number(cell) : std::string{};
}

}  // namespace detail

/// The first `limit` issues in row order, and exact counts of all of them by rule.
struct row_report {
  std::size_t limit = 100;
  std::vector<row_issue> issues;
  std::array<std::size_t, row_rule_count> counts{};

  /// read: the columns that came as text, whose cells are then shown.
  void add(std::size_t row, row_rule rule, std::span<const text_column> read = {}) {
    ++counts[static_cast<std::size_t>(rule)];
    if (issues.size() >= limit) return;
    row_issue found{row, rule};
    for (const text_column& c : read) {
      if (c.field == text(rule).field && row < c.cells.size())
        found.shown = detail::shown_cell(rule, c.cells[row], c.order);
    }
    issues.push_back(std::move(found));
  }
  [[nodiscard]] std::size_t count(row_rule rule) const noexcept { return counts[static_cast<std::size_t>(rule)]; }
  [[nodiscard]] std::size_t total() const noexcept {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  }
};

/// What is wrong, as a sentence.
[[nodiscard]] inline std::string sentence(const row_issue& i) {
  return i.shown.empty() ? std::string(text(i.rule).sentence) : i.shown;
}

/// 'row 3, date: The date is missing.', 'row 6, amount: "five" is not a number'. Rows count from 1 here, for people.
[[nodiscard]] inline std::string text(const row_issue& i) {
  return "row " + std::to_string(i.row + 1) + ", " + std::string(text(i.rule).field) + ": " + sentence(i);
}

}  // namespace valorem::inline VALOREM_ABI

#endif

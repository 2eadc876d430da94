// A table as CSV that spreadsheets and data frames both read.
#ifndef VALOREM_REPORT_CSV_HPP
#define VALOREM_REPORT_CSV_HPP

#include <valorem/record/customer.hpp>
#include <valorem/report/score.hpp>

#include <span>
#include <string>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

struct csv_options {
  bool byte_order_mark = false;  ///< Excel needs it to read UTF-8
  bool crlf = false;             ///< lines end in CR LF instead of LF
};

/// Appends one text cell: quoted where it holds a quote, a comma or a line break (RFC 4180). A text that a spreadsheet
/// would run as a formula (first character = + - @, tab or CR) gets an apostrophe in front.
VALOREM_EXPORT void append_csv_text(std::string& to, std::string_view text);
/// Appends a number with the fewest digits that read back to the same double; nothing for NaN, inf or -inf as such.
VALOREM_EXPORT void append_csv_number(std::string& to, double value);

/// The names of the columns of csv() for a table without intervals, in order.
[[nodiscard]] VALOREM_EXPORT std::span<const std::string_view> score_columns() noexcept;

/// The table as UTF-8 text with a header: customer_id, frequency, recency, T, monetary_value, p_alive,
/// expected_purchases, lifetime_value, revenue, service_cost, ratio, forward_ratio, band, tier, vip, reasons, status,
/// status_value, status_ratio, status_tier; lifetime_value_low and lifetime_value_high after lifetime_value where the
/// table has them. ids: the input's column, of which a customer's id stands at first_row;
/// where first_row is empty, one id a row. Throws contract_error where ids are too few.
[[nodiscard]] VALOREM_EXPORT std::string csv(const score_table& t, const customer_column& ids,
                                             const csv_options& how = {});

}  // namespace valorem::inline VALOREM_ABI

#endif

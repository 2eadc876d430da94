#include <valorem/report/csv.hpp>

#include <array>
#include <charconv>

namespace valorem::inline VALOREM_ABI {
namespace {

constexpr std::array<std::string_view, 2> interval_columns{"lifetime_value_low", "lifetime_value_high"};

constexpr std::array<std::string_view, 20> always_there{"customer_id",
                                                        "frequency",
                                                        "recency",
                                                        "T",
                                                        "monetary_value",
                                                        "p_alive",
                                                        "expected_purchases",
                                                        "lifetime_value",
                                                        "revenue",
                                                        "service_cost",
                                                        "ratio",
                                                        "forward_ratio",
                                                        "band",
                                                        "tier",
                                                        "vip",
                                                        "reasons",
                                                        "status",
                                                        "status_value",
                                                        "status_ratio",
                                                        "status_tier"};

std::size_t id_row(const score_table& t, std::size_t i) {
  return t.first_row.empty() ? i : t.first_row[i];
}

void append_id(std::string& to, const customer_column& ids, std::size_t row) {
  if (const auto* numbers = std::get_if<std::span<const std::int64_t>>(&ids)) {
    to += std::to_string((*numbers)[row]);
  } else {
    append_csv_text(to, (*std::get_if<std::span<const std::string_view>>(&ids))[row]);
  }
}

}  // namespace

void append_csv_text(std::string& to, std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  if (!formula && text.find_first_of("\",\r\n") == std::string_view::npos) {
    to += text;
    return;
  }
  to += '"';
  if (formula) to += '\'';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

void append_csv_number(std::string& to, double value) {
  if (numeric::is_nan(value)) return;
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  to.append(digits.data(), end);
}

std::span<const std::string_view> score_columns() noexcept {
  return always_there;
}

std::string csv(const score_table& t, const customer_column& ids, const csv_options& how) {
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (id_row(t, i) >= size(ids)) throw contract_error("csv: fewer ids than the table's customers refer to");
  }
  const std::string_view end = how.crlf ? "\r\n" : "\n";
  std::string out = how.byte_order_mark ? "\xef\xbb\xbf" : "";
  const bool intervals = !t.lifetime_value_low.empty();
  for (std::size_t c = 0; c < always_there.size(); ++c) {
    if (c > 0) out += ',';
    out += always_there[c];
    if (!intervals || always_there[c] != "lifetime_value") continue;
    for (const std::string_view name : interval_columns) out.append(",").append(name);
  }
  out += end;
  for (std::size_t i = 0; i < t.size(); ++i) {
    append_id(out, ids, id_row(t, i));
    for (const auto* column :
         {&t.frequency, &t.recency, &t.T, &t.monetary_value, &t.p_alive, &t.expected_purchases, &t.lifetime_value,
          &t.lifetime_value_low, &t.lifetime_value_high, &t.revenue, &t.service_cost, &t.ratio, &t.forward_ratio}) {
      if (column->empty()) continue;
      out += ',';
      append_csv_number(out, (*column)[i]);
    }
    out += ',';
    append_csv_text(out, t.cuts.name(t.band[i]));
    out += ',';
    if (!t.tier.empty()) append_csv_text(out, t.tier_names[t.tier[i]]);
    out += ',';
    if (!t.vip.empty()) out += t.vip[i] != 0 ? "true" : "false";
    out += ',';
    append_csv_text(out, t.reasons[i]);
    for (const auto* column : {&t.row_status, &t.status_value, &t.status_ratio, &t.status_tier}) {
      out += ',';
      out += name((*column)[i]);
    }
    out += end;
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

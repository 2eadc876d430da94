// A table of purchases in, a table of scores out.
//
//   02_score_a_table PURCHASES.csv LAST-DAY OUT.csv      LAST-DAY: YYYY-MM-DD, the end of what the purchases cover
//
// The first line names the columns; customer_id, date and amount are wanted, others may stand beside them in any order.
// Ids are texts. A line that cannot be read is reported and left aside, and spoils no other.
#include "read_table.hpp"
#include <valorem/valorem.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace {

using namespace valorem;

/// Cells as text, column by column.
struct purchases {
  std::vector<std::string> customer, date, amount;
};

purchases read_purchases(const std::string& path) {
  purchases out;
  const std::array<std::pair<const char*, std::vector<std::string>*>, 3> wanted{
      {{"customer_id", &out.customer}, {"date", &out.date}, {"amount", &out.amount}}};
  std::array<std::size_t, 3> place{};
  std::size_t width = 0;
  examples::read_table(path, ',', [&](std::size_t line, const std::vector<std::string>& cells) {
    if (line == 1) {
      width = cells.size();
      for (std::size_t c = 0; c < wanted.size(); ++c) {
        place[c] = static_cast<std::size_t>(std::ranges::find(cells, wanted[c].first) - cells.begin());
        if (place[c] == width) throw data_error(path + " has no column " + wanted[c].first);
      }
      return;
    }
    if (cells.size() != width)
      throw data_error(path + ", line " + std::to_string(line) + ": too few cells or too many");
    for (std::size_t c = 0; c < wanted.size(); ++c) wanted[c].second->push_back(cells[place[c]]);
  });
  return out;
}

std::vector<std::string_view> views(const std::vector<std::string>& column) {
  return {column.begin(), column.end()};
}

int run(const char* in, const char* last_day, const char* out) {
  const purchases data = read_purchases(in);
  const std::size_t n = data.customer.size();
  std::vector<row_rule> wrong(n, row_rule::none);
  std::vector<std::int32_t> day(n);
  std::vector<double> amount(n);
  read_days(views(data.date), std::nullopt, day, wrong);
  read_numbers(views(data.amount), row_rule::missing_amount, row_rule::unreadable_amount, amount, wrong);

  const auto ids = views(data.customer);
  const std::span<const std::string_view> customer(ids);
  const summary s = summarise(
      {.customer = customer, .time = std::span<const std::int32_t>(day), .amount = amount, .found_wrong = wrong},
      {.observation_end = parse_date(last_day).value(), .currency = "EUR"});
  std::printf("%zu purchases of %zu customers; %zu rows left aside, counted from 1 below the header\n",
              s.origin.rows_used, s.size(), s.origin.rows_refused);
  for (const row_issue& issue : s.report.issues) std::printf("  %s\n", text(issue).c_str());

  const fitted_model fitted = fit_models(s);
  const score_table table = score(s, fitted, {.horizon = 52, .discount = 0.10, .margin = 0.30});
  std::printf("\n%s\n%s", describe(fitted).c_str(), census(table).c_str());

  const auto best = std::ranges::max_element(table.lifetime_value) - table.lifetime_value.begin();
  const auto row = static_cast<std::size_t>(best);
  std::printf("\n%s\n", scorecard(table, row, ids[table.first_row[row]]).c_str());
  examples::write_text(out, csv(table, customer));
  std::printf("All %zu customers are in %s.\n", table.size(), out);
  return 0;
}

}  // namespace

int main(int count, char** argument) {
  if (count != 4) {
    std::fputs("02_score_a_table PURCHASES.csv LAST-DAY OUT.csv\n", stderr);
    return 2;
  }
  try {
    return run(argument[1], argument[2], argument[3]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "02_score_a_table: %s\n", e.what());
    return 1;
  }
}

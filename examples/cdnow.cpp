// The main job on real purchases: CDNOW's 23,570 customers of 1997, valued, costed, banded and tiered, with reasons.
//
//   cdnow PURCHASES RATES TIERS OUT     PURCHASES: customer, date (YYYYMMDD), CDs, US dollars, parted by blanks
//
// Run it through examples/run, which fetches the purchases.
#include "read_table.hpp"
#include <valorem/valorem.hpp>

#include <cstdio>
#include <sstream>

namespace {

using namespace valorem;

struct purchases {
  std::vector<std::int64_t> customer;
  std::vector<std::int32_t> day;
  std::vector<double> units, amount;
};

purchases read_purchases(const std::string& path) {
  purchases out;
  examples::read_table(path, ' ', [&](std::size_t line, const std::vector<std::string>& cells) {
    if (line == 1) return;  // names of the columns
    if (cells.size() != 4) throw data_error("line " + std::to_string(line) + ": 4 numbers expected");
    const auto number = [&](std::size_t i) { return examples::number(cells[i], line); };
    const auto ymd = static_cast<int>(number(1));
    out.customer.push_back(static_cast<std::int64_t>(number(0)));
    out.day.push_back(
        civil_date(ymd / 10000, static_cast<unsigned>(ymd / 100 % 100), static_cast<unsigned>(ymd % 100)).days);
    out.units.push_back(number(2));
    out.amount.push_back(number(3));
  });
  return out;
}

void print_holdout(const holdout_report& r) {
  const char* const names[]{"MBG/NBD", "NBD, nobody ever leaves", "each repeats her own count",
                            "each goes on at her own rate"};
  std::printf("\nHOLDOUT: the next 39 weeks, in which these customers bought %.0f times\n",
              r.forecasts.front().errors.actual);
  std::printf("  %-34s%10s   %9s   %8s\n", "forecast", "purchases", "off by", "mean |error|");
  for (std::size_t i = 0; i < r.forecasts.size(); ++i) {
    const forecast_errors& e = r.forecasts[i].errors;
    std::printf("  %-34s%10.0f   %+7.1f %%   %8.4f\n", names[i], e.predicted, 100 * (e.predicted / e.actual - 1),
                e.mae);
  }
}

/// The best, the middle and the odd: customers who show what the columns mean.
std::vector<std::size_t> worth_a_look(const score_table& t) {
  const auto best = [&](auto&& score) {
    std::size_t at = 0;
    for (std::size_t i = 1; i < t.size(); ++i) {
      if (score(i) > score(at)) at = i;
    }
    return at;
  };
  const auto if_else = [](bool yes, double value) { return yes ? value : -1e300; };
  return {
      best([&](std::size_t i) { return t.lifetime_value[i]; }),
      best([&](std::size_t i) { return if_else(t.p_alive[i] < 0.1, t.revenue[i]); }),
      best([&](std::size_t i) { return if_else(t.tier_names[t.tier[i]] == "gold", -t.p_alive[i]); }),
      best([&](std::size_t i) { return if_else(t.frequency[i] == 0, t.revenue[i]); }),
      best([&](std::size_t i) { return if_else(t.vip[i] != 0, -t.ratio[i]); }),
  };
}

int run(const char* const* argument) {
  const purchases data = read_purchases(argument[1]);
  const transactions rows{
      .customer = std::span(data.customer), .time = std::span(data.day), .amount = data.amount, .units = data.units};
  const summary s = summarise(
      rows,
      {.observation_end = civil_date(1998, 6, 30), .calibration_end = civil_date(1997, 9, 30), .currency = "USD"});
  std::printf("%zu purchases of %zu customers, %zu of whom came back before 1997-10-01\n\n", s.origin.rows_used,
              s.size(), s.origin.repeaters);

  const fitted_model fitted = fit_models(s);
  std::fputs(describe(fitted).c_str(), stdout);
  print_holdout(report_holdout(s, fitted));

  const service_rates rates = parse_rates(examples::read_text(argument[2])).value();
  const service_costs costs = cost_to_serve(s, rates);
  std::printf("\nRATES from %s\n  %s\n", argument[2], rates.note.c_str());

  const tier::engine engine(tier::parse(examples::read_text(argument[3])).value());
  const score_table table = score(s, fitted,
                                  {.horizon = 52,
                                   .discount = 0.10,
                                   .margin = 0.30,
                                   .costs = cost_columns{costs.so_far, costs.per_purchase, costs.per_time},
                                   .program = &engine});
  std::printf("\n%s\n", census(table).c_str());
  for (const std::size_t i : worth_a_look(table)) {
    std::printf("%s\n", scorecard(table, i, std::to_string(data.customer[table.first_row[i]])).c_str());
  }
  examples::write_text(argument[4], csv(table, std::span<const std::int64_t>(data.customer)));
  std::printf("All %zu rows are in %s.\n", table.size(), argument[4]);
  return 0;
}

}  // namespace

int main(int count, char** argument) {
  if (count != 5) {
    std::fputs("cdnow PURCHASES RATES TIERS OUT\n", stderr);
    return 2;
  }
  try {
    return run(argument);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "cdnow: %s\n", e.what());
    return 1;
  }
}

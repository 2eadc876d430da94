// Who is a VIP, and who is only a big spender? 5,000 telecom customers, one month: what they paid beside what their
// calls to the service line cost.
//
//   04_telecom CUSTOMERS.csv RATES.json [MINUTES]      MINUTES: an assumed call's length, 8 unless told
//
// revenue = the four charges; cost = calls x minutes x (telephony + equipment + labour) + a month of the yearly account
// cost; ratio = (revenue - cost) / cost, banded by its distance from the mean. The rates and the minutes are assumed:
// edit them.
#include "read_table.hpp"
#include <valorem/ledger.hpp>
#include <valorem/population.hpp>
#include <valorem/service.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <numeric>

namespace {

using namespace valorem;

struct customers {
  std::vector<double> revenue, calls, cost, ratio;
  std::vector<status> why;
  std::vector<std::int8_t> band;

  [[nodiscard]] std::size_t size() const { return revenue.size(); }
};

customers read_customers(const std::string& path) {
  constexpr std::array charges{"total_day_charge", "total_eve_charge", "total_night_charge", "total_intl_charge"};
  customers out;
  std::vector<std::string> names;
  examples::read_table(path, ',', [&](std::size_t line, const std::vector<std::string>& cells) {
    if (line == 1) {
      names = cells;
      return;
    }
    const auto number = [&](const char* column) {
      const auto at = static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
      if (at >= cells.size()) throw data_error(path + ", line " + std::to_string(line) + ": no cell for " + column);
      return examples::number(cells[at], line);
    };
    double revenue = 0;
    for (const char* charge : charges) revenue += number(charge);
    out.revenue.push_back(revenue);
    out.calls.push_back(number("number_customer_service_calls"));
  });
  return out;
}

/// Rows from the highest value down; rows alike keep their order.
std::vector<std::size_t> ranking(std::span<const double> by) {
  std::vector<std::size_t> order(by.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [by](std::size_t i) { return by[i]; });
  return order;
}

void print_bands(const customers& c, const bands& cut) {
  const std::size_t n = cut.size();
  const auto count = count_by_band(c.band, n);
  const auto revenue = sum_by_band(c.band, n, c.revenue), cost = sum_by_band(c.band, n, c.cost);
  const auto calls = sum_by_band(c.band, n, c.calls);
  std::printf("\n  %-10s%10s%11s%9s%9s%10s%9s%11s\n", "band", "ratio from", "customers", "share", "normal", "revenue",
              "cost", "calls each");
  for (std::size_t b = n; b-- > 0;) {
    char from[32] = "";
    if (b > 0) std::snprintf(from, sizeof from, "%.2f", cut.cuts()[b - 1]);
    std::printf("  %-10s%10s%11.0f%8.1f%%%8.1f%%%9.1f%%%8.1f%%%11.2f\n",
                std::string(cut.name(static_cast<int>(b))).c_str(), from, count.total[b], 100 * count.share[b],
                100 * cut.origin().expected[b], 100 * revenue.share[b], 100 * cost.share[b],
                count.total[b] > 0 ? calls.total[b] / count.total[b] : 0.0);
  }
}

void print_top(const customers& c, const std::vector<std::size_t>& by_ratio,
               const std::vector<std::size_t>& by_revenue) {
  std::printf("\n  %4s   %-40s   %s\n", "", "by ratio", "by revenue");
  std::printf("  %4s   %8s%8s%7s%8s%9s   %8s%8s%7s%8s%9s\n", "", "customer", "revenue", "calls", "net", "ratio",
              "customer", "revenue", "calls", "net", "ratio");
  const auto side = [&c](std::size_t i) {
    std::printf("   %8zu%8.2f%7.0f%8.2f%9.2f", i + 1, c.revenue[i], c.calls[i], net(c.revenue[i], c.cost[i]).value,
                c.ratio[i]);
  };
  for (std::size_t k = 0; k < 10; ++k) {
    std::printf("  %4zu", k + 1);
    side(by_ratio[k]);
    side(by_revenue[k]);
    std::printf("\n");
  }
}

/// Of the VIPs and as many big spenders: who is both, who is one alone, and what each group leaves for what it costs.
void print_disagreement(const customers& c, const std::vector<std::size_t>& by_ratio,
                        const std::vector<std::size_t>& by_revenue, std::size_t vips) {
  std::vector<int> group(c.size(), 0);
  for (std::size_t k = 0; k < vips; ++k) {
    group[by_ratio[k]] += 1;
    group[by_revenue[k]] += 2;
  }
  std::printf("\n  %-34s%10s%10s%10s%10s%10s%12s\n", "", "customers", "revenue", "cost", "net", "net each",
              "net / cost");
  constexpr std::array names{"neither", "a VIP, though no big spender", "a big spender, but no VIP", "both"};
  for (const int g : {3, 1, 2, 0}) {
    double n = 0, revenue = 0, cost = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
      if (group[i] != g) continue;
      ++n;
      revenue += c.revenue[i];
      cost += c.cost[i];
    }
    std::printf("  %-34s%10.0f%10.0f%10.0f%10.0f%10.2f%12.2f\n", names[static_cast<std::size_t>(g)], n, revenue, cost,
                revenue - cost, n > 0 ? (revenue - cost) / n : 0.0, ratio(revenue, cost).value);
  }
}

int run(const char* table, const char* rates_path, const char* minutes_text) {
  customers c = read_customers(table);
  const service_rates rates = parse_rates(examples::read_text(rates_path)).value();
  const double minutes = examples::number(minutes_text, 0);
  const auto per_minute = rates.per_minute("phone");
  if (!per_minute) throw data_error(std::string(rates_path) + " has no rate for a minute on the phone");
  for (const double calls : c.calls) {
    c.cost.push_back(cost_so_far({.contact_cost = calls * minutes * *per_minute, .years = 1.0 / 12}, rates));
  }
  c.ratio.resize(c.size());
  c.why.resize(c.size());
  c.band.resize(c.size());
  ratio(c.revenue, c.cost, c.ratio, c.why);
  const bands cut = fit(z_bands{}, c.ratio);
  cut.assign(c.ratio, c.band);

  const moments of_ratio = moments_of(c.ratio), of_revenue = moments_of(c.revenue), of_cost = moments_of(c.cost);
  std::printf("%zu customers paid %.0f and cost %.0f in a month\n", c.size(), of_revenue.sum(), of_cost.sum());
  std::printf("RATES, ASSUMED: a call of %.0f minutes at %.2f each, and %.2f a month for each account\n", minutes,
              *per_minute, rates.per_year / 12);
  std::printf("ratio: mean %.2f, standard deviation %.2f, skewness %.2f; Gini of revenue %.3f, of cost %.3f\n",
              of_ratio.mean(), of_ratio.sd_sample(), of_ratio.skew_sample(), gini(c.revenue).value, gini(c.cost).value);
  print_bands(c, cut);

  const auto by_ratio = ranking(c.ratio), by_revenue = ranking(c.revenue);
  const auto vips = static_cast<std::size_t>(std::ranges::count_if(c.band, [](int b) { return b >= 3; }));
  std::printf("\nVIPs are the %zu customers in the bands high and very_high; beside them, the %zu who paid most.\n",
              vips, vips);
  print_top(c, by_ratio, by_revenue);
  print_disagreement(c, by_ratio, by_revenue, vips);
  return 0;
}

}  // namespace

int main(int count, char** argument) {
  if (count != 3 && count != 4) {
    std::fputs("04_telecom CUSTOMERS.csv RATES.json [MINUTES]\n", stderr);
    return 2;
  }
  try {
    return run(argument[1], argument[2], count == 4 ? argument[3] : "8");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "04_telecom: %s\n", e.what());
    return 1;
  }
}

// Two customers. A spends twice what B does; A's calls cost five times as much. Who is the VIP?
#include <valorem/ledger.hpp>

#include <cstdio>

namespace {

constexpr valorem::takings a{.revenue = 200, .cost = 100};
constexpr valorem::takings b{.revenue = 100, .cost = 20};

double net_of(const valorem::takings& t) {
  return valorem::net(t.revenue, t.cost).value;
}
double ratio_of(const valorem::takings& t) {
  return valorem::ratio(t.revenue, t.cost).value;
}

void print_customer(const char* name, const valorem::takings& t) {
  std::printf("  %-10s%10.2f%10.2f%10.2f%10.2f\n", name, t.revenue, t.cost, net_of(t), ratio_of(t));
}

void print_ranking(const char* rule, double of_a, double of_b, const char* why) {
  const char* first = of_a > of_b ? "A" : of_a < of_b ? "B" : "tie";
  std::printf("  %-28s%10.2f%10.2f   %s%s%s\n", rule, of_a, of_b, first, *why != 0 ? ", " : "", why);
}

}  // namespace

int main() {
  std::printf("  %-10s%10s%10s%10s%10s\n", "customer", "revenue", "cost", "net", "ratio");
  print_customer("A", a);
  print_customer("B", b);

  std::printf("\n  %-28s%10s%10s   first, and why\n", "ranked by", "A", "B");
  print_ranking("revenue", a.revenue, b.revenue, "she pays most; right only if service cost nothing");
  print_ranking("net = R - C", net_of(a), net_of(b), "she leaves most; right where there is service for everyone");
  print_ranking("ratio = (R - C) / C", ratio_of(a), ratio_of(b),
                "she leaves most per unit of care; right where care is scarce:");
  const double as_many = a.cost / b.cost;
  std::printf("  %51s the cost of one A serves %.0f like B, who leave %.0f instead of %.0f\n", "", as_many,
              as_many * net_of(b), net_of(a));

  const double tie = valorem::break_even_lambda(a, b).value;
  std::printf(
      "\nBetween the two lies the score R - (1 + lambda) C. lambda is what a unit of service would earn elsewhere:\n");
  for (const double lambda : {0.0, 0.5 * tie, tie, 2 * tie, 1.0}) {
    char rule[32];
    std::snprintf(rule, sizeof rule, "lambda = %.3f", lambda);
    print_ranking(rule, valorem::score(a.revenue, a.cost, lambda).value,
                  valorem::score(b.revenue, b.cost, lambda).value, lambda == tie ? "they change places here" : "");
  }
  return 0;
}

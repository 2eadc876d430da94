#include <valorem/valorem.hpp>

#include <cstdio>

int main() {
  using namespace valorem;
  // Times in weeks. The fit to the published tenth of CDNOW's customers; examples/cdnow.cpp fits all 23,570.
  const mbg_nbd model{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};
  const gamma_gamma spend{.p = 6.25, .q = 3.74, .v = 15.44};
  const auto desk = prepare(model, spend, {.horizon = 52, .discount = 0.10, .margin = 0.30});

  // She came back twice, last in week 30, and we look at her in week 39; her two purchases were worth 22.35 each.
  const history past{.x = 2, .t_x = 30.43, .T = 38.86};
  const valuation worth = desk(past, {.x = 2, .mean = 22.35}, {.per_purchase = 4.5, .per_time = 0.04});
  const answer returned = ratio(67.05, 16.20);

  std::printf("alive with chance   %.3f\n", worth.p_alive);
  std::printf("purchases to come   %.2f in 52 weeks\n", worth.expected_purchases);
  std::printf("lifetime value      %.2f\n", worth.lifetime_value);
  std::printf("ratio so far        %.2f\n", returned.value);
}

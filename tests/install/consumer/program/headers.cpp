// The headers alone: two customers of whom the larger spender is the lesser one.
#include <valorem/ledger.hpp>
#include <valorem/model.hpp>

#include <cstdio>

int main() {
  const valorem::answer a = valorem::ratio(200, 100);
  const valorem::answer b = valorem::ratio(100, 20);
  const valorem::mbg_nbd model{.r = .52484316, .alpha = 6.18308528, .a = .89135939, .b = 1.61400224};
  const double alive = p_alive(model, valorem::history{.x = 2, .t_x = 30.43, .T = 38.86});
  std::printf("valorem %s: ratio A %.17g, ratio B %.17g, p_alive %.6f\n", valorem::version, a.value, b.value, alive);
  const bool right = a.value == 1 && b.value == 4 && a.why == valorem::status::ok && alive > 0.5 && alive < 1;
  return right ? 0 : 1;
}

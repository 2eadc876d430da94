// The library file: its threads, and an error thrown inside it and caught here by its own class.
#include <valorem/ledger.hpp>
#include <valorem/summary.hpp>

#include <cstdio>
#include <cstring>
#include <vector>

int main() {
  const std::size_t rows = 50'000;
  std::vector<double> revenue(rows), cost(rows), one(rows), two(rows);
  std::vector<valorem::status> why(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    revenue[i] = static_cast<double>(i) / 7;
    cost[i] = static_cast<double>(i % 1000) / 3;
  }
  valorem::ratio(revenue, cost, one, why);
  valorem::ratio(revenue, cost, two, why, valorem::threads(2));
  const bool same = std::memcmp(one.data(), two.data(), rows * sizeof(double)) == 0;

  const std::vector<double> x{0, 2, 2, 0}, t_x{0, 30.5, 30.5, 0}, T{38, 39, 39, 38};
  const auto distinct = valorem::compress({.x = x, .t_x = t_x, .T = T});
  bool caught = false;
  try {
    (void)valorem::compress({.x = x, .t_x = t_x, .T = std::span(T).first(3)});
  } catch (const valorem::contract_error& e) {
    caught = std::strlen(e.what()) != 0;
  }
  std::printf("valorem %s: same bits %d, distinct rows %zu, caught %d\n", valorem::version, same, distinct.x.size(),
              caught);
  return same && distinct.x.size() == 2 && caught ? 0 : 1;
}

// Customers to measure with: drawn from BG/NBD with CDNOW's parameters, ages 1 day to 156 weeks. The same in every run.
#ifndef VALOREM_BENCH_CUSTOMERS_HPP
#define VALOREM_BENCH_CUSTOMERS_HPP

#include "harness.hpp"
#include <valorem/summary/history.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace bench {

struct customers {
  std::vector<double> x, t_x, T, mean_spend;

  explicit customers(std::size_t n) {
    std::mt19937_64 random(1997);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    std::gamma_distribution<double> rates(0.243, 1.0 / 4.414), a(0.793, 1.0), b(2.426, 1.0);
    for (auto* column : {&x, &t_x, &T, &mean_spend}) column->reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double age = (1.0 + std::floor(unit(random) * 1091.0)) / 7.0;
      const double rate = rates(random);
      const double ga = a(random), p = ga / (ga + b(random));
      double t = 0, last = 0, count = 0;
      while ((t -= std::log(unit(random)) / rate) < age && count < 1e5) {
        last = t;
        ++count;
        if (unit(random) < p) break;
      }
      x.push_back(count);
      t_x.push_back(last);
      T.push_back(age);
      mean_spend.push_back(count > 0 ? 10.0 + 50.0 * unit(random) : 0.0);
    }
  }
  /// The first n of them.
  [[nodiscard]] valorem::history_columns histories(std::size_t n) const {
    return {std::span(x).first(n), std::span(t_x).first(n), std::span(T).first(n)};
  }
};

/// One set for all benchmarks of a room.
inline const customers& population() {
  static const customers all(many_rows);
  return all;
}

}  // namespace bench

#endif

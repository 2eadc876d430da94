// Contracts: the verbs by the period, their lifetimes, whole fits, and Kaplan-Meier.
#include "harness.hpp"
#include <valorem/model.hpp>

#include <cmath>
#include <memory>
#include <vector>

namespace {

using namespace valorem;

const shifted_beta_geometric geometric{.alpha = 0.668, .beta = 3.806};
const beta_discrete_weibull weibull{.alpha = 0.214, .beta = 1.427, .c = 1.724};
constexpr double rate = 0.1;

/// f(i) for renewals or periods 1, 2, ... 64, again and again.
template <class F>
void add_each(const std::string& name, F f) {
  const bench::traffic t{bench::few_rows, 1, 8};
  bench::add(name, t, [=] {
    const auto out = bench::scratch(6, t.rows);
    return std::pair(
        [=] {
          for (std::size_t i = 0; i < t.rows; ++i) out[i] = f(static_cast<double>(1 + i % 64));
        },
        [=] { return bench::checksum(out); });
  });
}

template <class M>
void add_verbs(const std::string& of, const M& m) {
  add_each("survival" + of, [=](double t) { return survival(m, t); });
  add_each("retention" + of, [=](double t) { return retention(m, t); });
  add_each("log-likelihood" + of, [=](double t) { return log_likelihood(m, contract_history{t, 1.0}); });
  add_each("residual lifetime" + of, [=](double n) { return residual_lifetime(m, rate, n); });
  add_each("residual lifetime at 0.1 %" + of, [=](double n) { return residual_lifetime(m, 0.001, n); });
  add_each("periods within 1000" + of, [=](double n) { return expected_residual_lifetime(m, 1000.0, n); });
}

/// A hundred thousand contracts, seen for 1 to 60 periods, a tenth of which end in each.
struct book_of_contracts {
  std::vector<double> duration, churned;

  book_of_contracts() {
    for (std::size_t i = 0; i < 100000; ++i) {
      const auto window = static_cast<double>(1 + i % 60);
      const double left = 1.0 + std::floor(static_cast<double>((i * 7919) % 100003) / 100003.0 * 200.0);
      duration.push_back(std::min(window, left));
      churned.push_back(left <= window ? 1.0 : 0.0);
    }
  }
  [[nodiscard]] weighted_contracts view() const { return {{duration, churned}}; }
};

template <class F>
void add_book(const std::string& name, F f) {
  bench::add(name, {100000, 2, 0}, [=] {
    auto contracts = std::make_shared<book_of_contracts>();
    auto answer = std::make_shared<double>(0);
    return std::pair([=] { *answer = f(contracts->view()); }, [=] { return *answer; });
  });
}

const int registered = [] {
  add_verbs(" sBG", geometric);
  add_verbs(" BdW", weibull);
  add_book("fit sBG of 100000 contracts",
           [](const weighted_contracts& c) { return fit<shifted_beta_geometric>(c).log_likelihood; });
  add_book("fit BdW of 100000 contracts",
           [](const weighted_contracts& c) { return fit<beta_discrete_weibull>(c).log_likelihood; });
  add_book("Kaplan-Meier of 100000 contracts",
           [](const weighted_contracts& c) { return kaplan_meier(c).survival.back(); });
  return 0;
}();

}  // namespace

// Whole fits, compression of equal rows included: as many customers as CDNOW's sample has, and a hundred thousand.
#include "customers.hpp"
#include <valorem/model.hpp>
#include <valorem/summary/compress.hpp>

namespace {

using namespace valorem;

template <class M>
void add_fit(const std::string& name, std::size_t rows) {
  bench::add(name, {rows, 3, 0}, [=] {
    auto log_likelihood = std::make_shared<double>(0);
    return std::pair(
        [=] {
          const auto distinct = compress(bench::population().histories(rows));
          *log_likelihood = fit<M>({distinct.columns(), distinct.weight}).log_likelihood;
        },
        [=] { return *log_likelihood; });
  });
}

const int registered = [] {
  for (const std::size_t rows : {std::size_t{2357}, std::size_t{100000}}) {
    const std::string of = " of " + std::to_string(rows) + " customers";
    add_fit<bg_nbd>("fit BG" + of, rows);
    add_fit<mbg_nbd>("fit MBG" + of, rows);
  }
  bench::add("compress 100000 customers", {100000, 3, 0}, [] {
    auto distinct = std::make_shared<std::size_t>(0);
    return std::pair([=] { *distinct = compress(bench::population().histories(100000)).size(); },
                     [=] { return static_cast<double>(*distinct); });
  });
  return 0;
}();

}  // namespace

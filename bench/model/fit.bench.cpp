// Whole fits, compression of equal rows included: as many customers as CDNOW's sample has, and a hundred thousand. With
// covariates the fit without them is a part of it.
#include "customers.hpp"
#include <valorem/model.hpp>
#include <valorem/summary/compress.hpp>

#include <array>

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

/// Three covariates: a flag, a share and an age in tenths, so that few rows are equal.
template <class M>
void add_fit_with_covariates(const std::string& name, std::size_t rows) {
  bench::add(name, {rows, 3, 0}, [=] {
    auto columns = std::make_shared<std::array<std::vector<double>, 3>>();
    for (std::size_t i = 0; i < rows; ++i) {
      (*columns)[0].push_back(i % 3 == 0 ? 1.0 : 0.0);
      (*columns)[1].push_back(static_cast<double>(i * 7919 % 1000) / 1000.0);
      (*columns)[2].push_back(20.0 + static_cast<double>(i * 104729 % 500) / 10.0);
    }
    auto log_likelihood = std::make_shared<double>(0);
    return std::pair(
        [=] {
          const covariate_plan plan{.names = {"flag", "share", "age"},
                                    .columns = {(*columns)[0], (*columns)[1], (*columns)[2]}};
          const weighted_rows histories{.histories = bench::population().histories(rows)};
          *log_likelihood = fit_with_covariates<M>(histories, plan).log_likelihood;
        },
        [=] { return *log_likelihood; });
  });
}

const int registered = [] {
  for (const std::size_t rows : {std::size_t{2357}, std::size_t{100000}}) {
    const std::string of = " of " + std::to_string(rows) + " customers";
    add_fit<bg_nbd>("fit BG" + of, rows);
    add_fit<mbg_nbd>("fit MBG" + of, rows);
    add_fit_with_covariates<bg_nbd>("fit BG with 3 covariates" + of, rows);
  }
  add_fit<ggompertz_nbd>("fit GGompertz of 2357 customers", 2357);
  bench::add("compress 100000 customers", {100000, 3, 0}, [] {
    auto distinct = std::make_shared<std::size_t>(0);
    return std::pair([=] { *distinct = compress(bench::population().histories(100000)).size(); },
                     [=] { return static_cast<double>(*distinct); });
  });
  return 0;
}();

}  // namespace

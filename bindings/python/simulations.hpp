// Tables of customers that a model imagines.
#ifndef VALOREM_PYTHON_SIMULATIONS_HPP
#define VALOREM_PYTHON_SIMULATIONS_HPP

#include "columns.hpp"
#include <valorem/model/simulate.hpp>

#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace valorem::python {

[[nodiscard]] inline std::uint64_t seed_argument(py::handle seed) {
  const long long number = one_count(seed, "seed");
  if (number < 0) throw contract_error("seed must not be negative");
  return static_cast<std::uint64_t>(number);
}

/// T as a column of its own: one number counts for each of size customers.
[[nodiscard]] inline py::array_t<double> observed_for(const py::object& T, const py::object& size) {
  const column times(T, "T");
  if (times.is_scalar()) {
    const long long customers = size.is_none() ? 1 : one_count(size, "size");
    if (customers < 0) throw contract_error("size must not be negative");
    py::array_t<double> out(static_cast<py::ssize_t>(customers));
    std::fill_n(out.mutable_data(), out.size(), times.span()[0]);
    return out;
  }
  const py::array_t<double> given = table_column(T, "T");
  if (!size.is_none() && one_count(size, "size") != given.size()) {
    throw contract_error("size is " + std::to_string(one_count(size, "size")) + ", but T has " +
                         std::to_string(given.size()) + " rows");
  }
  return py::array_t<double>(given.size(), given.data());
}

/// row(T, seed, i) gives the N cells of row i, named by `names`.
template <std::size_t N, class Row>
py::object simulated_table(const std::array<const char*, N>& names, const py::object& T, const py::object& seed,
                           const py::object& size, const py::object& threads, Row row) {
  const std::uint64_t number = seed_argument(seed);
  const py::array_t<double> times = observed_for(T, size);
  const execution how = threads_argument(threads);
  py::dict columns;
  std::array<double*, N> cells{};
  for (std::size_t j = 0; j < N; ++j) {
    py::array_t<double> column(times.size());
    cells[j] = column.mutable_data();
    columns[names[j]] = column;
  }
  {
    const double* const t = times.data();
    const auto n = static_cast<std::size_t>(times.size());
    const py::gil_scoped_release others_may_run;
    numeric::for_blocks(n, how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      for (std::size_t i = first; i < last; ++i) {
        const std::array<double, N> values = row(t[i], number, i);
        for (std::size_t j = 0; j < N; ++j) cells[j][i] = values[j];
      }
    });
  }
  return py::module_::import("valorem.table").attr("Table")(columns);
}

}  // namespace valorem::python

#endif

// Slopes of a log-likelihood by the parameters, row by row.
#ifndef VALOREM_PYTHON_GRADIENTS_HPP
#define VALOREM_PYTHON_GRADIENTS_HPP

#include "columns.hpp"
#include <valorem/model/parameters.hpp>
#include <valorem/numeric/dual.hpp>

#include <pybind11/numpy.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace valorem::python {

/// The parameters of a model as variables to differ by.
template <class M>
[[nodiscard]] auto variables_of(const M& m) {
  std::array<numeric::dual<parameter_count<M>>, parameter_count<M>> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = out[i].variable(m.parameters()[i], i);
  return out;
}

/// The slopes of f(batch, i), a dual number, in one more axis of K at the end; NaN where its value is. f must not
/// throw.
template <std::size_t K, class F>
py::array_t<double> gradient_rows(std::initializer_list<argument> inputs, const py::object& out, py::handle threads,
                                  F f) {
  batch b(inputs, py::none(), threads);
  std::vector<py::ssize_t> shape = b.shape();
  shape.push_back(static_cast<py::ssize_t>(K));
  py::array_t<double> answer = out.is_none() ? py::array_t<double>(shape) : out_argument(out, shape);
  double* const cells = answer.mutable_data();
  b.keep_clear_of(cells, cells + answer.size());
  {
    const py::gil_scoped_release others_may_run;
    numeric::for_blocks(b.size(), b.how(), [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      for (std::size_t i = first; i < last; ++i) {
        const numeric::dual<K> l = f(std::as_const(b), i);
        for (std::size_t j = 0; j < K; ++j) cells[i * K + j] = numeric::is_nan(l.v) ? not_a_value : l.g[j];
      }
    });
  }
  return answer;
}

}  // namespace valorem::python

#endif

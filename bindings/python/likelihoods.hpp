// What models of purchases are asked of a history and of a whole book of them; bind_likelihood.cpp has it.
#ifndef VALOREM_PYTHON_LIKELIHOODS_HPP
#define VALOREM_PYTHON_LIKELIHOODS_HPP

#include "models.hpp"
#include <valorem/model/bg_bb.hpp>
#include <valorem/summary/history.hpp>

#include <pybind11/pybind11.h>

namespace valorem::python {

/// What every verb ends with: the keywords threads= and out=.
struct delivery {
  const py::object& threads;
  const py::object& out;
};

/// Whether a history is one that this model can read.
template <class M>
[[nodiscard]] status row_status(const M&, const history& h) {
  return check(h);
}
[[nodiscard]] inline status row_status(const bg_bb&, const history& h) {
  return check_periods(h);
}

/// log_likelihood, its gradient, status, fit, profile_intervals, draws, bootstrap.
template <template <class> class B>
void define_likelihood(py::class_<B<double>>& c);

/// The same of a model with stages, whose likelihood reads the gaps too.
template <template <class> class B>
void define_stages_likelihood(py::class_<B<double>>& c);

}  // namespace valorem::python

#endif

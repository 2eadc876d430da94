// Draws of parameters as Python has them, and back to the models that the core takes.
#ifndef VALOREM_PYTHON_DRAWS_HPP
#define VALOREM_PYTHON_DRAWS_HPP

#include "models.hpp"
#include "simulations.hpp"
#include <valorem/model/bootstrap.hpp>
#include <valorem/model/posterior_draws.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace valorem::python {

/// Draws of any model.
struct draws_record {
  py::object mode;
  std::string name;
  std::vector<std::string> parameters;
  std::vector<double> cells;  // row by row
  double effective_sample_size;
  std::size_t proposals;

  [[nodiscard]] std::size_t size() const { return cells.size() / parameters.size(); }
};

/// Of both models of a fitted model; spend is a draws_record or None.
struct both_draws {
  draws_record purchases;
  py::object spend;
};

template <parametric M>
draws_record record_of(const posterior_draws<M>& d) {
  draws_record out{py::cast(d.mode),
                   std::string(M::model_name),
                   {M::parameter_names.begin(), M::parameter_names.end()},
                   {},
                   d.effective_sample_size,
                   d.proposals};
  for (const M& m : d.models) {
    const auto p = m.parameters();
    out.cells.insert(out.cells.end(), p.begin(), p.end());
  }
  return out;
}

/// The draws of an M that a Draws holds.
template <parametric M>
posterior_draws<M> draws_of(const draws_record& d) {
  constexpr std::size_t k = parameter_count<M>;
  if (!py::isinstance<M>(d.mode)) {
    throw contract_error("draws: draws of " + std::string(M::model_name) + " are expected, these are of " + d.name);
  }
  posterior_draws<M> out{.mode = d.mode.cast<M>(),
                         .models = {},
                         .effective_sample_size = d.effective_sample_size,
                         .proposals = d.proposals};
  for (std::size_t i = 0; i < d.cells.size(); i += k) {
    std::array<double, k> p{};
    std::copy_n(d.cells.begin() + static_cast<std::ptrdiff_t>(i), k, p.begin());
    out.models.push_back(alike<M>(out.mode, p));
  }
  return out;
}

/// Warns with ConvergenceWarning where a few proposals carry nearly all of the weight.
draws_record warned(draws_record d);

[[nodiscard]] inline draw_options draws_asked(const py::object& size, const py::object& seed,
                                              const py::object& proposals) {
  const auto count = [](const py::object& n, const char* name) {
    const long long x = one_count(n, name);
    return x < 0 ? std::size_t{0} : static_cast<std::size_t>(x);
  };
  return {.size = count(size, "size"), .seed = seed_argument(seed), .proposals = count(proposals, "proposals")};
}

inline constexpr const char* draws_doc =
    "Models drawn from what the data leave open, from a fit that converged and the rows that it was made on. The "
    "density is\n"
    "likelihood times priors over the logarithms of the parameters, flat in those without a prior; drawn by "
    "importance\n"
    "resampling (Rubin 1988) from proposals of Student's t about the fit: .effective_sample_size says of how many\n"
    "independent draws they are worth. Draw i is a function of the seed (whole, from 0 up), i and proposals. "
    "ContractError\n"
    "for a fit that ended on a boundary, flat or failed: give its fit a penalty. ConvergenceWarning where the draws "
    "are "
    "worth\n"
    "less than a tenth of the proposals.";

/// A table of what was fitted to each population: one column a parameter, and how the fit ended.
template <parametric M>
py::object table_of(const bootstrap_fits<M>& b) {
  py::dict columns;
  const auto n = static_cast<py::ssize_t>(b.models.size());
  for (std::size_t k = 0; k < parameter_count<M>; ++k) {
    py::array_t<double> column(n);
    for (std::size_t i = 0; i < b.models.size(); ++i) column.mutable_data()[i] = b.models[i].parameters()[k];
    columns[M::parameter_names[k].data()] = column;
  }
  py::list endings;
  for (const fit_status s : b.outcomes) endings.append(std::string(name(s)));
  columns["status"] = endings;
  return py::module_::import("valorem.table").attr("Table")(columns);
}

[[nodiscard]] inline bootstrap_options bootstrap_asked(const py::object& size, const py::object& seed) {
  const long long populations = one_count(size, "size");
  return {.size = populations < 0 ? std::size_t{0} : static_cast<std::size_t>(populations),
          .seed = seed_argument(seed)};
}

inline constexpr const char* bootstrap_doc =
    "The parametric bootstrap, as a table of size rows: each customer of the rows is simulated anew from the fit, over "
    "her\n"
    "own T (of spend: her own frequency), the population is fitted as the rows were, with the same penalty, and its\n"
    "parameters and status ('converged', 'boundary', 'flat', 'failed') are a row. Weights count customers and must be\n"
    "whole. Row i is a function of the seed (whole, from 0 up) and i (Efron & Tibshirani 1993).";

}  // namespace valorem::python

#endif

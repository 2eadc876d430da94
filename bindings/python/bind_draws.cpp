// Draws of parameters, of one model and of a fitted model as a whole.
#include "bindings.hpp"
#include "draws.hpp"

#include <pybind11/stl.h>

namespace valorem::python {

namespace {

using py::arg;

both_draws draws_of_fitted(const summary& s, const fitted_model& m, const py::object& size, const py::object& seed,
                           const py::object& proposals, const py::object& threads) {
  const draw_options asked = draws_asked(size, seed, proposals);
  const execution how = threads_argument(threads);
  fitted_draws drawn;
  {
    const py::gil_scoped_release others_may_run;
    drawn = draw_models(s, m, asked, how);
  }
  return {std::visit([](const auto& d) { return warned(record_of(d)); }, drawn.purchases),
          drawn.spend ? py::cast(warned(record_of(*drawn.spend))) : py::none()};
}

}  // namespace

draws_record warned(draws_record d) {
  if (d.effective_sample_size >= 0.1 * static_cast<double>(d.proposals)) return d;
  const std::string why = d.name + ": the draws are worth only " +
                          std::to_string(static_cast<long long>(d.effective_sample_size)) + " of " +
                          std::to_string(d.proposals) +
                          " proposals, for the likelihood hardly falls in some direction: fit with a penalty";
  const py::object type = py::module_::import("valorem.errors").attr("ConvergenceWarning");
  if (PyErr_WarnEx(type.ptr(), why.c_str(), 1) != 0) throw py::error_already_set();
  return d;
}

void bind_draws(py::module_& m) {
  py::class_<draws_record>(m, "Draws", "Equally likely parameters of one model, drawn from what its data leave open.")
      .def_property_readonly(
          "parameters",
          [](const draws_record& d) {
            return py::array_t<double>(std::vector<py::ssize_t>{static_cast<py::ssize_t>(d.size()),
                                                                static_cast<py::ssize_t>(d.parameters.size())},
                                       d.cells.data());
          },
          "(size, k), in the order in which they were drawn and of parameter_names.")
      .def_readonly("parameter_names", &draws_record::parameters, "In constructor order.")
      .def_readonly("model", &draws_record::mode, "The fit that the draws lie about.")
      .def_readonly("effective_sample_size", &draws_record::effective_sample_size,
                    "(sum w)^2 / sum w^2 over the weights of the proposals (Kong, Liu & Wong 1994).")
      .def_readonly("proposals", &draws_record::proposals, "From how many the draws were taken.")
      .def("__len__", &draws_record::size)
      .def(py::pickle(
          [](const draws_record& d) {
            return py::make_tuple(d.mode, d.name, d.parameters, d.cells, d.effective_sample_size, d.proposals);
          },
          [](const py::tuple& t) {
            if (t.size() != 6) throw contract_error("Draws: this was pickled by another version");
            return draws_record{t[0],
                                t[1].cast<std::string>(),
                                t[2].cast<std::vector<std::string>>(),
                                t[3].cast<std::vector<double>>(),
                                t[4].cast<double>(),
                                t[5].cast<std::size_t>()};
          }))
      .def("__repr__", [](const draws_record& d) {
        return "Draws of " + d.name + ": " + std::to_string(d.size()) + " from " + std::to_string(d.proposals) +
               " proposals, which are worth " + std::to_string(static_cast<long long>(d.effective_sample_size));
      });
  py::class_<both_draws>(m, "FittedDraws",
                         "Draws of both models of a fitted model; pair i is one state of the world. For score(draws=); "
                         "its .purchases\n"
                         "are what predictive_interval(draws=) of the fitted purchase model takes.")
      .def_readonly("purchases", &both_draws::purchases, "Of the purchase model.")
      .def_readonly("spend", &both_draws::spend, "Of the spend model, or None.")
      .def("__repr__", [](const both_draws& d) {
        return py::str("FittedDraws: .purchases and .spend\n  {!r}\n  {!r}").format(d.purchases, d.spend);
      });
  m.def("draw_summary", &draws_of_fitted, arg("summary"), arg("fitted"), arg("size"), arg("seed"), arg("proposals"),
        arg("threads"));
}

}  // namespace valorem::python

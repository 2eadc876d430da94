// Room 2b, service: rates from a text, and what serving each customer has cost and will cost.
#include "bindings.hpp"
#include "summaries.hpp"
#include <valorem/service.hpp>

#include <pybind11/stl.h>

namespace valorem::python {

namespace {

using shared_costs = std::shared_ptr<service_costs>;
using py::arg;

shared_costs costs_of(const summary& s, const service_rates& r) {
  const py::gil_scoped_release others_may_run;
  return std::make_shared<service_costs>(cost_to_serve(s, r));
}

shared_costs costs_with_contacts(const summary& s, const service_rates& r, const py::object& ids,
                                 const py::object& customer, const py::object& customer_missing,
                                 const std::string& time_kind, const py::object& time, std::optional<int> offset,
                                 const std::string& order, const std::string& decimal, const text& channel,
                                 const py::object& minutes) {
  const id_argument known(ids);
  const id_argument who(customer);
  marks wrong(size(who.column()));
  wrong.mark_missing_customers(customer_missing);
  const time_argument when(time_kind, time, offset, false, date_order_named(order), wrong);
  const number_argument lasted(minutes, "minutes", row_rule::missing_minutes, row_rule::unreadable_minutes,
                               decimal_mark_named(decimal), wrong);
  const std::vector<std::string_view> channels = cells_of(channel);
  const contacts rows{.customer = who.column(),
                      .time = when.column(),
                      .channel = channels,
                      .minutes = lasted.span(),
                      .found_wrong = wrong.found(),
                      .read = wrong.read()};
  const py::gil_scoped_release others_may_run;
  return std::make_shared<service_costs>(cost_to_serve(s, r, rows, known.column()));
}

py::dict columns_of(const shared_costs& c) {
  py::dict out;
  out["so_far"] = view(c->so_far, c);
  out["per_purchase"] = view(c->per_purchase, c);
  out["per_time"] = view(c->per_time, c);
  out["contact_cost"] = view(c->contact_cost, c);
  return out;
}

}  // namespace

void bind_service(py::module_& m) {
  py::class_<service_rates>(m, "ServiceRates", "Money for a minute of a channel, an order, a unit, a customer's year.")
      .def(py::init([](const std::string& json) { return parse_rates(json).value(); }), arg("json"))
      .def_readonly("currency", &service_rates::currency)
      .def_readonly("per_order", &service_rates::per_order)
      .def_readonly("per_unit", &service_rates::per_unit)
      .def_readonly("per_year", &service_rates::per_year)
      .def_readonly("note", &service_rates::note)
      .def_property_readonly("per_minute", [](const service_rates& r) {
        py::dict out;
        for (const channel_rate& c : r.channels) out[py::str(c.channel)] = c.per_minute;
        return out;
      });
  py::class_<service_costs, shared_costs>(m, "CostData", "Costs in the order of a summary, as the core keeps them.")
      .def("columns", &columns_of)
      .def("issues", [](const service_costs& c) { return issues_of(c.report); })
      .def("issue_counts", [](const service_costs& c) { return issue_counts(c.report); })
      .def_readonly("contacts_used", &service_costs::contacts_used)
      .def_readonly("contacts_unmatched", &service_costs::contacts_unmatched)
      .def_readonly("contacts_after_end", &service_costs::contacts_after_end);
  m.def("cost_to_serve", &costs_of, arg("summary"), arg("rates"));
  m.def("cost_with_contacts", &costs_with_contacts, arg("summary"), arg("rates"), arg("ids"), arg("customer"),
        arg("customer_missing"), arg("time_kind"), arg("time"), arg("utc_offset"), arg("date_order"), arg("decimal"),
        arg("channel"), arg("minutes"));
}

}  // namespace valorem::python

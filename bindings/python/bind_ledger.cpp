// Room 4, ledger: ratios with their statuses.
#include "bindings.hpp"
#include "columns.hpp"
#include <valorem/ledger.hpp>

#include <pybind11/stl.h>

#include <cstddef>
#include <vector>

namespace valorem::python {

namespace {

/// A column of answers: the value, and why there is none.
template <class F>
py::tuple value_and_status(std::initializer_list<argument> inputs, const py::object& out, const py::object& threads,
                           F f) {
  batch b(inputs, out, threads);
  b.spread();
  std::vector<status> why(b.size());
  {
    const py::gil_scoped_release others_may_run;
    f(b, std::span<status>(why));
  }
  return py::make_tuple(b.result(), b.names(why));
}

answer chosen(const lifetime_ratio_result& r, const std::string& how) {
  if (how == "pooled") return r.pooled;
  if (how == "mean_of_ratios") return r.mean_of_ratios;
  if (how == "share_positive") return r.share_positive;
  throw contract_error("how: must be 'pooled', 'mean_of_ratios' or 'share_positive', not '" + how + "'");
}

std::vector<std::size_t> offsets_from(const py::object& periods, std::size_t rows) {
  std::vector<std::size_t> out{0};
  const py::array_t<double> counts = table_column(periods, "periods");
  for (py::ssize_t i = 0; i < counts.size(); ++i) {
    const double n = counts.at(i);
    if (!(n >= 0) || n > static_cast<double>(rows) || n != static_cast<double>(static_cast<std::size_t>(n))) {
      throw contract_error("periods, customer " + std::to_string(i + 1) +
                           ": a count of rows must be whole and from 0 up");
    }
    out.push_back(out.back() + static_cast<std::size_t>(n));
  }
  if (out.back() != rows) {
    throw contract_error("periods: they add up to " + std::to_string(out.back()) + ", the columns have " +
                         std::to_string(rows) + " rows");
  }
  return out;
}

py::tuple bound_lifetime_ratio(const py::object& revenue, const py::object& cost, const py::object& how,
                               const py::object& periods, const py::object& threads) {
  const py::array_t<double> r = table_column(revenue, "revenue");
  const py::array_t<double> c = table_column(cost, "cost");
  const std::span<const double> rows_r(r.data(), static_cast<std::size_t>(r.size()));
  const std::span<const double> rows_c(c.data(), static_cast<std::size_t>(c.size()));
  const std::string kind = one_text(how, "how");
  (void)chosen({}, kind);
  if (periods.is_none()) {
    const answer a = chosen(lifetime_ratio(rows_r, rows_c), kind);
    return py::make_tuple(a.value, status_name(a.why));
  }
  const std::vector<std::size_t> offsets = offsets_from(periods, rows_r.size());
  std::vector<lifetime_ratio_result> all(offsets.size() - 1);
  const execution workers = threads_argument(threads);
  {
    const py::gil_scoped_release others_may_run;
    lifetime_ratio(rows_r, rows_c, offsets, all, workers);
  }
  py::array_t<double> values(static_cast<py::ssize_t>(all.size()));
  std::vector<status> why(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const answer a = chosen(all[i], kind);
    values.mutable_data()[i] = a.value;
    why[i] = a.why;
  }
  return py::make_tuple(values, status_names(why));
}

}  // namespace

void bind_ledger(py::module_& m) {
  m.def(
      "ratio",
      [](const py::object& revenue, const py::object& cost, const py::object& threads, const py::object& out) {
        return value_and_status({{"revenue", revenue}, {"cost", cost}}, out, threads,
                                [](batch& b, std::span<status> why) { ratio(b[0], b[1], b.out(), why, b.how()); });
      },
      py::arg("revenue"), py::arg("cost"), py::kw_only(), py::arg("threads") = 1, py::arg("out") = py::none(),
      "(revenue - cost) / cost and why it is not a number: (value, status). Cost 0 with revenue gives an infinity and\n"
      "'no_cost'; neither, NaN and 'inactive'.");
  m.def(
      "forward_ratio",
      [](const py::object& value, const py::object& cost, const py::object& threads, const py::object& out) {
        return value_and_status(
            {{"lifetime_value", value}, {"discounted_cost", cost}}, out, threads,
            [](batch& b, std::span<status> why) { forward_ratio(b[0], b[1], b.out(), why, b.how()); });
      },
      py::arg("lifetime_value"), py::arg("discounted_cost"), py::kw_only(), py::arg("threads") = 1,
      py::arg("out") = py::none(), "lifetime_value / discounted_cost - 1, with ratio's statuses: (value, status).");
  m.def(
      "net_at_price",
      [](const py::object& revenue, const py::object& cost, const py::object& price, const py::object& threads,
         const py::object& out) {
        const double each = one_number(price, "price");
        return value_and_status(
            {{"revenue", revenue}, {"cost", cost}}, out, threads,
            [each](batch& b, std::span<status> why) { score(b[0], b[1], each, b.out(), why, b.how()); });
      },
      py::arg("revenue"), py::arg("cost"), py::arg("price") = 0.0, py::kw_only(), py::arg("threads") = 1,
      py::arg("out") = py::none(),
      "revenue - (1 + price) * cost: what a customer leaves when each unit of service cost also takes price from the\n"
      "others whom that capacity could have served. Price 0 is the net value: (value, status).");
  m.def(
      "break_even_price",
      [](const py::object& revenue_a, const py::object& cost_a, const py::object& revenue_b, const py::object& cost_b) {
        const answer a = break_even_lambda({one_number(revenue_a, "revenue_a"), one_number(cost_a, "cost_a")},
                                           {one_number(revenue_b, "revenue_b"), one_number(cost_b, "cost_b")});
        return py::make_tuple(a.value, status_name(a.why));
      },
      py::arg("revenue_a"), py::arg("cost_a"), py::arg("revenue_b"), py::arg("cost_b"),
      "The price at which net_at_price ranks two customers alike: (value, status).");
  m.def("lifetime_ratio", &bound_lifetime_ratio, py::arg("revenue"), py::arg("cost"), py::arg("how") = "pooled",
        py::arg("periods") = py::none(), py::kw_only(), py::arg("threads") = 1,
        "Ratio over the periods of a relationship: how='pooled', (sum R - sum C) / sum C; 'mean_of_ratios';\n"
        "'share_positive', the share of periods with a ratio above 0. The rows are one customer's periods; with\n"
        "periods=[n1, n2, ...] the first n1 rows are the first customer's, and so on: (value, status).");
}

}  // namespace valorem::python

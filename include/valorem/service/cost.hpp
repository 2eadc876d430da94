// What a customer has cost, and what she will cost, from drivers and rates: the same rates look back and ahead.
#ifndef VALOREM_SERVICE_COST_HPP
#define VALOREM_SERVICE_COST_HPP

#include <valorem/numeric/platform.hpp>
#include <valorem/record/contact.hpp>
#include <valorem/service/rates.hpp>
#include <valorem/summary/summarise.hpp>

#include <vector>

namespace valorem::inline VALOREM_ABI {

/// What drives one customer's cost so far.
struct cost_drivers {
  double contact_cost = 0;  ///< Σ minutes × rate of the channel, in money
  double orders = 0;
  double units = 0;
  double years = 0;  ///< since the first purchase
};

/// Money so far: contacts + orders + units + the yearly share of her age. Same-bits; error <= 4 ulp.
[[nodiscard]] VALOREM_INLINE double cost_so_far(const cost_drivers& d, const service_rates& r) noexcept {
  return ((d.contact_cost + r.per_order * d.orders) + r.per_unit * d.units) + r.per_year * d.years;
}

/// Money for each purchase to come, at `units` pieces a purchase. Same-bits.
[[nodiscard]] VALOREM_INLINE double cost_per_purchase(double units, const service_rates& r) noexcept {
  return r.per_order + r.per_unit * units;
}

/// Money for each year that she stays: the yearly rate and her contacts so far, per year. A customer of today (years =
/// 0) has no contacts per year yet. Same-bits.
[[nodiscard]] VALOREM_INLINE double cost_per_year(const cost_drivers& d, const service_rates& r) noexcept {
  return r.per_year + (d.years > 0 ? d.contact_cost / d.years : 0.0);
}

/// Columns in the summary's order, ready for scoring. per_time is for one time unit of the summary.
struct service_costs {
  std::vector<double> so_far, per_purchase, per_time, contact_cost;
  row_report report;                   ///< bad contacts, by row, field and rule
  std::size_t contacts_used = 0;       ///< of customers in the summary, dated up to its as_of
  std::size_t contacts_unmatched = 0;  ///< of customers who are not in it
  std::size_t contacts_after_end = 0;  ///< dated after as_of
};

/// Costs of every customer of a summary, from its orders, units and ages alone. Throws contract_error where rates and
/// summary have other currencies, data_error where a rate needs a column that the summary lacks. Same-bits.
[[nodiscard]] VALOREM_EXPORT service_costs cost_to_serve(const summary& s, const service_rates& r);

/// The same with service contacts. ids: the column that the summary was made from, in which first_row says where a
/// customer's id stands. Bad contacts (no customer, no date, minutes missing, negative or infinite, no channel) are
/// reported and left aside; a channel without a rate throws data_error naming the row, the channel and the known ones.
/// A customer's minutes are added channel by channel in ascending order, so the rows' order does not matter. Same-bits.
[[nodiscard]] VALOREM_EXPORT service_costs cost_to_serve(const summary& s, const service_rates& r, const contacts& rows,
                                                         const customer_column& ids);

}  // namespace valorem::inline VALOREM_ABI

#endif

// prepare(model, spend, plan) -> desk: what depends on parameters, horizon and discount is done once, then one customer
// or a column of them is valued with the same bits.
#ifndef VALOREM_MODEL_LIFETIME_VALUE_HPP
#define VALOREM_MODEL_LIFETIME_VALUE_HPP

#include <valorem/model/bg_nbd.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/mbg_nbd.hpp>
#include <valorem/model/nbd.hpp>
#include <valorem/numeric/blocks.hpp>
#include <valorem/record/calendar.hpp>

#include <span>

namespace valorem::inline VALOREM_ABI {

/// What is asked of the future. horizon, discount and margin are decisions: a desk refuses a plan without horizon or
/// margin.
struct plan {
  double horizon;   ///< in time units of the model, > 0, may be infinite where discount > 0
  double discount;  ///< annual effective rate, 0 to 1: 0.1 is ten per cent a year, compounded continuously
  double margin;    ///< share of an amount spent that is earned, above 0, up to 1
  time_unit unit = time_unit::week;  ///< the model's time unit
};

/// Continuous discount rate per time unit: ln(1 + discount) / (units per year).
[[nodiscard]] inline double discount_rate(double discount, time_unit unit) {
  return numeric::log1p(discount) * (hours_per(unit) / hours_per(time_unit::year));
}

/// What it will cost to serve a customer, in money: for each purchase, and for each time unit that she stays.
struct serving {
  double per_purchase = 0.0;
  double per_time = 0.0;
};

/// One customer's value, and what it is made of. Everything but p_alive looks ahead from T over the plan's horizon.
struct valuation {
  double p_alive;
  double expected_purchases;
  double discounted_purchases;
  double discounted_lifetime;  ///< discounted time alive, in time units
  double expected_spend;       ///< mean value of a purchase, given hers so far
  double discounted_margin;    ///< margin × spend × discounted purchases
  double discounted_cost;      ///< per_purchase × discounted purchases + per_time × discounted lifetime
  double lifetime_value;       ///< discounted_margin - discounted_cost
  status purchases_status;     ///< of the first four
  status value_status;         ///< of the rest: the graver of purchases_status and the spend's
};

/// Where a column of valuations goes. A span left empty is not written; the others have one row for each customer.
struct valuation_columns {
  std::span<double> p_alive = {};
  std::span<double> expected_purchases = {};
  std::span<double> discounted_purchases = {};
  std::span<double> discounted_lifetime = {};
  std::span<double> expected_spend = {};
  std::span<double> discounted_margin = {};
  std::span<double> discounted_cost = {};
  std::span<double> lifetime_value = {};
  std::span<status> purchases_status = {};
  std::span<status> value_status = {};
};

/// A column of customers. mean_spend is over the x repeat purchases; per_purchase and per_time may be empty: no cost.
struct book {
  history_columns histories;
  std::span<const double> mean_spend;
  std::span<const double> per_purchase = {};
  std::span<const double> per_time = {};

  [[nodiscard]] std::size_t size() const noexcept { return histories.size(); }
};

/// Values customers under one model, one spend model and one plan. Immutable: share it between threads. No call
/// allocates, throws (but the columns' form once, at the door) or locks. Same-bits.
template <purchase_model M>
class desk {
 public:
  /// Throws contract_error for parameters or a plan outside their domain.
  desk(const M& model, const gamma_gamma& spend, const plan& what)
      : model_(model), spend_(spend), plan_(what), rate_(discount_rate(what.discount, what.unit)) {
    require_legal(model);
    require_legal(spend);
    const bool endless = what.horizon == std::numeric_limits<double>::infinity();
    if (!(what.horizon > 0)) throw contract_error("plan: horizon must be above 0");
    if (!(what.discount >= 0 && what.discount <= 1)) {
      throw contract_error("plan: discount must be a rate from 0 to 1 a year (0.1 is ten per cent), not " +
                           std::to_string(what.discount));
    }
    if (endless && !(what.discount > 0)) throw contract_error("plan: an infinite horizon needs a discount above 0");
    if (!(what.margin > 0 && what.margin <= 1)) {
      throw contract_error("plan: margin must be a share above 0, up to 1 (0.3 is thirty per cent), not " +
                           std::to_string(what.margin));
    }
  }

  [[nodiscard]] const M& model() const noexcept { return model_; }
  [[nodiscard]] const gamma_gamma& spend() const noexcept { return spend_; }
  [[nodiscard]] const plan& terms() const noexcept { return plan_; }

  /// One customer.
  [[nodiscard]] valuation operator()(const history& h, const spend_history& s,
                                     const serving& cost = {}) const noexcept {
    valuation v{};
    v.purchases_status = check(h);
    v.value_status = gravest(v.purchases_status, spend_status(spend_, s));
    const bool known = v.purchases_status == status::ok;
    const auto future = given(model_, known ? h : history{0, 0, 0});
    v.p_alive = known ? alive(future) : not_a_value;
    v.expected_purchases = known ? expected_purchases(future, plan_.horizon) : not_a_value;
    v.discounted_purchases = known ? discounted_purchases(future, rate_, plan_.horizon) : not_a_value;
    v.discounted_lifetime = known ? discounted_lifetime(future, rate_, plan_.horizon) : not_a_value;
    v.expected_spend = expected_spend(spend_, s);
    const double worth = v.value_status == status::ok ? v.discounted_purchases : not_a_value;
    v.discounted_margin = plan_.margin * v.expected_spend * worth;
    v.discounted_cost = cost.per_purchase * v.discounted_purchases + cost.per_time * v.discounted_lifetime;
    v.lifetime_value = v.discounted_margin - v.discounted_cost;
    return v;
  }

  /// Her lifetime value alone, the same bits; what it does not need is not computed.
  [[nodiscard]] double lifetime_value(const history& h, const spend_history& s, const serving& cost) const noexcept {
    if (gravest(check(h), spend_status(spend_, s)) != status::ok) return not_a_value;
    const auto future = given(model_, h);
    const double worth = discounted_purchases(future, rate_, plan_.horizon);
    const double there = cost.per_time == 0 ? 0.0 : discounted_lifetime(future, rate_, plan_.horizon);
    return plan_.margin * expected_spend(spend_, s) * worth - (cost.per_purchase * worth + cost.per_time * there);
  }

  /// A column of them, row by row. Throws contract_error where lengths differ, before anything is written.
  void operator()(const book& customers, const valuation_columns& out, const execution& how = {}) const;

 private:
  M model_;
  gamma_gamma spend_;
  plan plan_;
  double rate_;
};

namespace detail {

void require_fitting(const book& in, const valuation_columns& out);

}  // namespace detail

/// The desk that values customers under this model, spend and plan.
template <purchase_model M>
[[nodiscard]] desk<M> prepare(const M& model, const gamma_gamma& spend, const plan& what) {
  return desk<M>(model, spend, what);
}

inline void detail::require_fitting(const book& in, const valuation_columns& out) {
  const std::size_t n = in.size();
  require_equal_length(n, "x", in.histories.t_x.size(), "t_x");
  require_equal_length(n, "x", in.histories.T.size(), "T");
  require_equal_length(n, "x", in.mean_spend.size(), "mean_spend");
  if (!in.per_purchase.empty()) require_equal_length(n, "x", in.per_purchase.size(), "per_purchase");
  if (!in.per_time.empty()) require_equal_length(n, "x", in.per_time.size(), "per_time");
  const auto fits = [n](const auto& column, const char* what) {
    if (!column.empty()) require_equal_length(n, "x", column.size(), what);
  };
  fits(out.p_alive, "p_alive");
  fits(out.expected_purchases, "expected_purchases");
  fits(out.discounted_purchases, "discounted_purchases");
  fits(out.discounted_lifetime, "discounted_lifetime");
  fits(out.expected_spend, "expected_spend");
  fits(out.discounted_margin, "discounted_margin");
  fits(out.discounted_cost, "discounted_cost");
  fits(out.lifetime_value, "lifetime_value");
  fits(out.purchases_status, "purchases_status");
  fits(out.value_status, "value_status");
}

template <purchase_model M>
void desk<M>::operator()(const book& in, const valuation_columns& out, const execution& how) const {
  detail::require_fitting(in, out);
  numeric::for_blocks(in.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    for (std::size_t i = first; i < last; ++i) {
      const history h = in.histories[i];
      const serving cost{in.per_purchase.empty() ? 0.0 : in.per_purchase[i],
                         in.per_time.empty() ? 0.0 : in.per_time[i]};
      const valuation v = (*this)(h, spend_history{h.x, in.mean_spend[i]}, cost);
      const auto put = [i](auto column, const auto& value) {
        if (!column.empty()) column[i] = value;
      };
      put(out.p_alive, v.p_alive);
      put(out.expected_purchases, v.expected_purchases);
      put(out.discounted_purchases, v.discounted_purchases);
      put(out.discounted_lifetime, v.discounted_lifetime);
      put(out.expected_spend, v.expected_spend);
      put(out.discounted_margin, v.discounted_margin);
      put(out.discounted_cost, v.discounted_cost);
      put(out.lifetime_value, v.lifetime_value);
      put(out.purchases_status, v.purchases_status);
      put(out.value_status, v.value_status);
    }
  });
}

}  // namespace valorem::inline VALOREM_ABI

#endif

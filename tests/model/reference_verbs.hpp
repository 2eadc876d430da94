// What the models answer to each row of a reference table.
#ifndef VALOREM_TESTS_REFERENCE_VERBS_HPP
#define VALOREM_TESTS_REFERENCE_VERBS_HPP

#include "model/reference_table.hpp"
#include <valorem/model.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace reference {

using namespace valorem;

/// The answer, and whether it is a logarithm, whose error is counted against max(|value|, 1).
struct answer {
  double value;
  bool logarithm;
};

/// A model with stages has k before its parameters.
template <erlang_model M>
M model_of(const row& r) {
  if (r.params.size() != 5) throw std::runtime_error(r.model + ": another number of parameters");
  return M::from({r.params[1], r.params[2], r.params[3], r.params[4]}, static_cast<int>(r.params[0]));
}

template <class M>
M model_of(const row& r) {
  std::array<double, parameter_count<M>> p{};
  if (r.params.size() != p.size()) throw std::runtime_error(r.model + ": another number of parameters");
  std::copy(r.params.begin(), r.params.end(), p.begin());
  return M::from(p);
}

/// Of a model with stages, n is the sum of ln(gap).
template <class M>
double likelihood(const M& m, const history& h, const row& r) {
  if constexpr (erlang_model<M>) {
    return log_likelihood(m, h, r.n);
  } else {
    return log_likelihood(m, h);
  }
}

template <class M>
using verb = std::function<double(const M&, const history&, const row&)>;

template <class M>
const std::map<std::string, std::pair<verb<M>, bool>>& verbs() {
  static const std::map<std::string, std::pair<verb<M>, bool>> all{
      {"loglik", {[](const M& m, const history& h, const row& r) { return likelihood(m, h, r); }, true}},
      {"p_alive", {[](const M& m, const history& h, const row&) { return p_alive(m, h); }, false}},
      {"log_p_alive", {[](const M& m, const history& h, const row&) { return log_p_alive(m, h); }, true}},
      {"p_alive_later", {[](const M& m, const history& h, const row& r) { return p_alive(m, h, r.h); }, false}},
      {"log_p_alive_later", {[](const M& m, const history& h, const row& r) { return log_p_alive(m, h, r.h); }, true}},
      {"new_log_alive",
       {[](const M& m, const history&, const row& r) { return log_survival(starting(m), r.h); }, true}},
      {"new_expected_purchases",
       {[](const M& m, const history&, const row& r) { return expected_purchases(m, r.h); }, false}},
      {"cond_expected_purchases",
       {[](const M& m, const history& h, const row& r) { return expected_purchases(given(m, h), r.h); }, false}},
      {"new_pmf", {[](const M& m, const history&, const row& r) { return pmf(m, r.n, r.h); }, false}},
      {"cond_pmf", {[](const M& m, const history& h, const row& r) { return pmf(given(m, h), r.n, r.h); }, false}},
      {"new_at_least", {[](const M& m, const history&, const row& r) { return at_least(m, r.n, r.h); }, false}},
      {"cond_at_least",
       {[](const M& m, const history& h, const row& r) { return at_least(given(m, h), r.n, r.h); }, false}},
      {"new_discounted_purchases",
       {[](const M& m, const history&, const row& r) { return discounted_purchases(m, r.rate, r.h); }, false}},
      {"cond_discounted_purchases",
       {[](const M& m, const history& h, const row& r) { return discounted_purchases(given(m, h), r.rate, r.h); },
        false}},
      {"new_discounted_lifetime",
       {[](const M& m, const history&, const row& r) { return discounted_lifetime(m, r.rate, r.h); }, false}},
      {"cond_discounted_lifetime",
       {[](const M& m, const history& h, const row& r) { return discounted_lifetime(given(m, h), r.rate, r.h); },
        false}},
  };
  return all;
}

/// Moments of a customer's own rates, of a model that has them.
template <class M>
std::optional<answer> posterior_answer(const row& r) {
  if constexpr (requires(const M& m, const history& h) { posterior(m, h); }) {
    const auto of = posterior(model_of<M>(r), history{r.x, r.t_x, r.T});
    if (r.quantity == "purchase_rate_mean") return answer{of.purchase_rate.mean, false};
    if (r.quantity == "purchase_rate_variance") return answer{of.purchase_rate.variance, false};
    if (r.quantity == "dropout_mean") return answer{of.dropout.mean, false};
    if (r.quantity == "dropout_variance") return answer{of.dropout.variance, false};
  }
  return std::nullopt;
}

/// None for a quantity that no verb answers.
template <class M>
std::optional<answer> purchases_answer(const row& r) {
  const auto found = verbs<M>().find(r.quantity);
  if (found == verbs<M>().end()) return posterior_answer<M>(r);
  return answer{found->second.first(model_of<M>(r), history{r.x, r.t_x, r.T}, r), found->second.second};
}

template <class M>
std::optional<answer> contract_answer(const row& r) {
  const M m = model_of<M>(r);
  if (r.quantity == "log_survival") return answer{log_survival(m, r.T), true};
  if (r.quantity == "log_retention") return answer{log_retention(m, r.T), true};
  if (r.quantity == "log_pmf") return answer{log_pmf(m, r.T), true};
  if (r.quantity == "survival") return answer{survival(m, r.T), false};
  if (r.quantity == "retention") return answer{retention(m, r.T), false};
  if (r.quantity == "pmf") return answer{pmf(m, r.T), false};
  if (r.quantity == "expected_lifetime") return answer{expected_lifetime(m, r.rate), false};
  if (r.quantity == "residual_lifetime") return answer{residual_lifetime(m, r.rate, r.n), false};
  if (r.quantity == "expected_residual_lifetime") return answer{expected_residual_lifetime(m, r.h, r.n), false};
  return std::nullopt;
}

/// The table's x counts the purchases, its t_x holds their mean, its T the sum of their logarithms, its h an amount or
/// a chance.
inline std::optional<answer> spend_answer(const row& r) {
  const auto m = model_of<gamma_gamma>(r);
  const spend_history s{r.x, r.t_x};
  if (r.quantity == "loglik") return answer{log_likelihood(m, s), true};
  if (r.quantity == "expected_spend") return answer{expected_spend(m, s), false};
  if (r.quantity == "spend_variance") return answer{spend_sd(m, s) * spend_sd(m, s), false};
  if (r.quantity == "loglik_items") return answer{log_likelihood(m, itemised_spend{r.x, r.t_x, r.T}), true};
  if (r.quantity == "spend_cdf") return answer{spend_cdf(m, s, r.h), false};
  if (r.quantity == "spend_quantile") return answer{spend_quantile(m, s, r.h), false};
  if (r.quantity == "next_spend_cdf") return answer{next_spend_cdf(m, s, r.h), false};
  return std::nullopt;
}

/// Of the model that the row names.
inline std::optional<answer> answer_to(const row& r) {
  if (r.model == gamma_gamma::model_name) return spend_answer(r);
  if (r.model == shifted_beta_geometric::model_name) return contract_answer<shifted_beta_geometric>(r);
  if (r.model == beta_discrete_weibull::model_name) return contract_answer<beta_discrete_weibull>(r);
  if (r.model == bg_bb::model_name) return posterior_answer<bg_bb>(r);
  std::optional<answer> out;
  with_purchase_model(r.model, [&]<class M>(const M&) { out = purchases_answer<M>(r); });
  return out;
}

}  // namespace reference

#endif

#include <valorem/model/fitted_model.hpp>
#include <valorem/summary/compress.hpp>

#include <numeric>

namespace valorem::inline VALOREM_ABI {

namespace {

template <class M>
fit_result<M> fit_purchases(const weighted_rows& rows, const execution& how, const penalty& prior,
                            std::optional<int> k) {
  if constexpr (erlang_model<M>) {
    if (rows.log_gaps.empty() && k != 1) {
      throw data_error(std::string(M::model_name) +
                       ": the summary does not hold the gaps between purchases, which this model is fitted to; a "
                       "summary made from the purchases themselves does");
    }
    return k ? fit_at<M>(*k, rows, how, prior) : fit<M>(rows, how, prior);
  } else {
    if (k) throw contract_error("k: " + std::string(M::model_name) + " has no stages; bg_cnbd and mbg_cnbd do");
    return fit<M>(rows, how, prior);
  }
}

std::optional<fit_result<gamma_gamma>> fit_spend_of(const summary& s, spend_form form, const execution& how,
                                                    const penalty& prior) {
  if (form == spend_form::transactions) {
    if (!s.monetary_value.empty() && s.sum_log_spend.empty()) {
      throw data_error(
          "gamma_gamma: the summary does not hold the amounts of single purchases, which transactions are fitted to; a "
          "summary made from the purchases themselves does");
    }
    const weighted_itemised_spends rows = compress_itemised_spend(s);
    if (rows.size() == 0) return std::nullopt;
    return fit_itemised_spend(rows.x, rows.mean_spend, rows.sum_log_spend, rows.weight, how, prior);
  }
  const weighted_spends rows = compress_spend(s);
  if (rows.size() == 0) return std::nullopt;
  return fit_spend(rows.x, rows.mean_spend, rows.weight, how, prior);
}

}  // namespace

fitted_model fit_models(const summary& s, std::string_view model, const execution& how, const fit_penalties& prior,
                        std::optional<int> k, spend_form form) {
  const weighted_histories compressed = compress(s);
  const weighted_rows rows{compressed.columns(), compressed.weight, compressed.log_gaps};
  fitted_model out;
  with_purchase_model(model,
                      [&]<class M>(const M&) { out.purchases = fit_purchases<M>(rows, how, prior.purchases, k); });
  out.spend = fit_spend_of(s, form, how, prior.spend);
  if (out.spend) out.spend_fitted_to = form;
  out.units = s.origin.units;
  out.as_of = s.origin.as_of;
  out.customers = static_cast<std::size_t>(std::accumulate(compressed.weight.begin(), compressed.weight.end(), 0.0));
  out.spend_excluded = s.origin.repeaters_without_positive_spend;
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

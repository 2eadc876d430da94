#include <valorem/model/fitted_model.hpp>
#include <valorem/summary/compress.hpp>

#include <numeric>

namespace valorem::inline VALOREM_ABI {

fitted_model fit_models(const summary& s, std::string_view model, const execution& how, const fit_penalties& prior) {
  const weighted_histories compressed = compress(s);
  const weighted_rows rows{compressed.columns(), compressed.weight};
  fitted_model out;
  with_purchase_model(model, [&]<class M>(const M&) { out.purchases = fit<M>(rows, how, prior.purchases); });
  const weighted_spends spends = compress_spend(s);
  if (spends.size() > 0) out.spend = fit_spend(spends.x, spends.mean_spend, spends.weight, how, prior.spend);
  out.units = s.origin.units;
  out.as_of = s.origin.as_of;
  out.customers = static_cast<std::size_t>(std::accumulate(compressed.weight.begin(), compressed.weight.end(), 0.0));
  out.spend_excluded = s.origin.repeaters_without_positive_spend;
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

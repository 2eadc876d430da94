#include <valorem/model/fitted_model.hpp>
#include <valorem/summary/compress.hpp>

#include <numeric>

namespace valorem::inline VALOREM_ABI {

fitted_model fit_models(const summary& s, purchase_kind kind, const execution& how) {
  const weighted_histories compressed = compress(s);
  const weighted_rows rows{compressed.columns(), compressed.weight};
  fitted_model out;
  switch (kind) {
    case purchase_kind::mbg:
      out.purchases = fit<mbg_nbd>(rows, how);
      break;
    case purchase_kind::bg:
      out.purchases = fit<bg_nbd>(rows, how);
      break;
    case purchase_kind::baseline:
      out.purchases = fit<nbd>(rows, how);
      break;
  }
  const weighted_spends spends = compress_spend(s);
  if (spends.size() > 0) out.spend = fit_spend(spends.x, spends.mean_spend, spends.weight, how);
  out.units = s.origin.units;
  out.as_of = s.origin.as_of;
  out.customers = static_cast<std::size_t>(std::accumulate(compressed.weight.begin(), compressed.weight.end(), 0.0));
  out.spend_excluded = s.origin.repeaters_without_positive_spend;
  return out;
}

}  // namespace valorem::inline VALOREM_ABI

#include <valorem/model/kaplan_meier.hpp>
#include <valorem/numeric/normal.hpp>

#include <algorithm>
#include <cmath>

namespace valorem::inline VALOREM_ABI {

namespace {

/// Adds the row of one duration; greenwood is Σ lost / (at_risk (at_risk - lost)) up to it.
void add_row(kaplan_meier_curve& out, double z, double survival, double greenwood) {
  const bool inside = survival > 0 && survival < 1;
  // S^exp(±z σ), with exponents of ln S, which is negative.
  const double log_s = numeric::log(survival);
  const double spread = z * std::sqrt(greenwood) / -log_s;
  out.survival.push_back(survival);
  out.variance.push_back(survival > 0 ? survival * survival * greenwood : not_a_value);
  out.low.push_back(inside ? numeric::exp(log_s * numeric::exp(spread)) : not_a_value);
  out.high.push_back(inside ? numeric::exp(log_s * numeric::exp(-spread)) : not_a_value);
}

}  // namespace

kaplan_meier_curve kaplan_meier(const compressed_contracts& rows, double level) {
  const double z = z_for_level(level);
  kaplan_meier_curve out;
  out.level = level;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows.duration[i] == 0) continue;
    if (out.t.empty() || out.t.back() != rows.duration[i]) {
      out.t.push_back(rows.duration[i]);
      out.lost.push_back(0.0);
      out.censored.push_back(0.0);
    }
    (rows.churned[i] != 0 ? out.lost : out.censored).back() += rows.weight[i];
  }
  if (out.t.empty()) throw data_error("no contract has run a period, so nothing is known of how long they last");
  out.at_risk.resize(out.t.size());
  double reached = 0.0;
  for (std::size_t i = out.t.size(); i-- > 0;) out.at_risk[i] = reached += out.lost[i] + out.censored[i];
  double survival = 1.0;
  double greenwood = 0.0;
  for (std::size_t i = 0; i < out.t.size(); ++i) {
    // Those who stay, added up rather than subtracted: exactly 0 where all left.
    const double stayed = (i + 1 < out.t.size() ? out.at_risk[i + 1] : 0.0) + out.censored[i];
    survival *= stayed / out.at_risk[i];
    if (stayed > 0) greenwood += out.lost[i] / out.at_risk[i] / stayed;
    add_row(out, z, survival, greenwood);
  }
  return out;
}

double kaplan_meier_curve::at(double time) const noexcept {
  if (!(time >= 0) || t.empty() || time > t.back()) return not_a_value;
  const auto after = std::upper_bound(t.begin(), t.end(), time);
  return after == t.begin() ? 1.0 : survival[static_cast<std::size_t>(after - t.begin()) - 1];
}

}  // namespace valorem::inline VALOREM_ABI

// Rows with covariates, made ready for a fit: sorted, equal ones merged, columns brought to mean 0 and deviation 1, so
// that no answer depends on their unit; and the columns that cannot be told apart refused by name.
#ifndef VALOREM_SRC_COVARIATE_ROWS_HPP
#define VALOREM_SRC_COVARIATE_ROWS_HPP

#include "fit_rows.hpp"
#include <valorem/model/fit_covariates.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace valorem::inline VALOREM_ABI::detail {

/// + 0.0: of two zeros the positive one.
inline std::array<double, 3> sort_key(const history& h) {
  return {h.x + 0.0, h.t_x + 0.0, h.T + 0.0};
}
inline std::array<double, 3> sort_key(const spend_history& s) {
  return {s.x + 0.0, s.mean + 0.0, 0.0};
}
inline std::array<double, 3> sort_key(const contract_history& h) {
  return {h.duration + 0.0, h.churned + 0.0, 0.0};
}

/// z in the fit's own unit: (value - mean) / deviation.
struct column_scale {
  double mean;
  double deviation;
};

template <class Row>
struct covariate_rows {
  usable_rows<Row> data;
  std::vector<double> z;            ///< row by row
  std::vector<column_scale> scale;  ///< of each column

  [[nodiscard]] std::size_t width() const noexcept { return scale.size(); }
};

[[noreturn]] inline void refuse_covariate(const std::string& name, const std::string& why) {
  throw data_error("covariate '" + name + "' " + why);
}

/// Finite numbers of a size whose square is a double too.
inline void require_numbers(const covariate_plan& plan, std::span<const std::size_t> used) {
  constexpr double most = 1e100;
  for (std::size_t k = 0; k < plan.columns.size(); ++k) {
    for (const std::size_t i : used) {
      const double v = plan.columns[k][i];
      if (!numeric::is_finite(v))
        refuse_covariate(plan.names[k], "is not a finite number in row " + std::to_string(i + 1));
      if (std::fabs(v) > most) refuse_covariate(plan.names[k], "exceeds 1e100 in row " + std::to_string(i + 1));
    }
  }
}

/// Mean and standard deviation by weight; each value of z is then brought to them.
inline column_scale standardise(std::vector<double>& z, std::size_t column, std::size_t width,
                                std::span<const double> weight, double total, const std::string& name) {
  // A deviation below this part of the largest value is rounding.
  constexpr double rounding = 1e-12;
  double size = 0.0;
  for (std::size_t i = 0; i < weight.size(); ++i) size = std::max(size, std::fabs(z[i * width + column]));
  if (size < 1e-100) refuse_covariate(name, "is 0 in every row: a constant cannot move anything");
  double mean = 0.0;
  for (std::size_t i = 0; i < weight.size(); ++i) mean += weight[i] * (z[i * width + column] / size);
  mean /= total;
  double square = 0.0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const double d = z[i * width + column] / size - mean;
    square += weight[i] * d * d;
  }
  const double deviation = std::sqrt(square / total);
  if (!(deviation > rounding)) refuse_covariate(name, "has one value in every row: a constant cannot move anything");
  for (std::size_t i = 0; i < weight.size(); ++i) {
    double& v = z[i * width + column];
    v = (v / size - mean) / deviation;
  }
  return {mean * size, deviation * size};
}

/// Refuses a column that is a linear combination of those before it (and a constant), by Gram and Schmidt, each column
/// taken twice.
template <class Row>
void require_independent(const covariate_rows<Row>& rows, const covariate_plan& plan,
                         std::span<const std::size_t> columns) {
  // What is left of a column that the others give: below this its information, the square, is rounding.
  constexpr double rounding = 1e-7;
  const std::size_t n = rows.data.rows.size();
  const std::vector<double>& w = rows.data.weight;
  std::vector<std::vector<double>> basis;
  for (const std::size_t c : columns) {
    std::vector<double> left(n);
    for (std::size_t i = 0; i < n; ++i) left[i] = rows.z[i * rows.width() + c];
    for (int pass = 0; pass < 2; ++pass) {
      for (const auto& b : basis) {
        double along = 0.0;
        for (std::size_t i = 0; i < n; ++i) along += w[i] * b[i] * left[i];
        along /= rows.data.total;
        for (std::size_t i = 0; i < n; ++i) left[i] -= along * b[i];
      }
    }
    double square = 0.0;
    for (std::size_t i = 0; i < n; ++i) square += w[i] * left[i] * left[i];
    const double length = std::sqrt(square / rows.data.total);
    if (!(length > rounding)) {
      refuse_covariate(plan.names[c], "is a linear combination of the ones before it: leave one of them out");
    }
    for (double& v : left) v /= length;
    basis.push_back(std::move(left));
  }
}

/// Rows that `wanted` accepts and that weigh more than 0; moves: which columns each process has.
template <class Row, class At>
covariate_rows<Row> rows_with_covariates(std::size_t n, std::span<const double> weight, const covariate_plan& plan,
                                         std::span<const std::vector<std::size_t>> moves, At&& at, auto&& wanted) {
  const auto counted = usable<std::size_t>(
      n, weight, [](std::size_t i) { return i; }, [&](std::size_t i) { return wanted(at(i)); });
  require_numbers(plan, counted.rows);
  const std::size_t width = plan.columns.size();
  const auto before = [&](std::size_t a, std::size_t b) {
    const std::size_t i = counted.rows[a];
    const std::size_t j = counted.rows[b];
    const auto key_i = sort_key(at(i));
    const auto key_j = sort_key(at(j));
    if (key_i != key_j) return key_i < key_j;
    for (const auto& column : plan.columns) {
      if (column[i] != column[j]) return column[i] < column[j];
    }
    return counted.weight[a] < counted.weight[b];
  };
  std::vector<std::size_t> order(counted.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), before);
  covariate_rows<Row> out;
  out.data.total = counted.total;
  std::size_t last = n;
  for (const std::size_t k : order) {
    const std::size_t i = counted.rows[k];
    const auto same = [&](const auto& column) { return column[i] == column[last]; };
    if (last != n && sort_key(at(i)) == sort_key(at(last)) &&
        std::all_of(plan.columns.begin(), plan.columns.end(), same)) {
      out.data.weight.back() += counted.weight[k];
    } else {
      out.data.rows.push_back(at(i));
      out.data.weight.push_back(counted.weight[k]);
      for (const auto& column : plan.columns) out.z.push_back(column[i] + 0.0);
    }
    last = i;
  }
  for (std::size_t c = 0; c < width; ++c) {
    out.scale.push_back(standardise(out.z, c, width, out.data.weight, out.data.total, plan.names[c]));
  }
  for (const auto& columns : moves) require_independent(out, plan, columns);
  return out;
}

/// Which columns move each process; throws contract_error where a plan contradicts itself.
template <class M>
std::array<std::vector<std::size_t>, process_count<M>> moves_of(const covariate_plan& plan, std::size_t rows) {
  constexpr std::size_t P = process_count<M>;
  const auto known = [&](std::size_t column) {
    if (column >= plan.names.size())
      throw contract_error("covariates: column " + std::to_string(column) + " is unknown");
  };
  require_names("covariates: ", plan.names);
  if (plan.columns.size() != plan.names.size()) {
    throw contract_error("covariates: " + std::to_string(plan.names.size()) + " names and " +
                         std::to_string(plan.columns.size()) + " columns");
  }
  for (std::size_t k = 0; k < plan.columns.size(); ++k) {
    require_equal_length(rows, "rows", plan.columns[k].size(), plan.names[k].c_str());
  }
  std::array<std::vector<std::size_t>, P> out;
  if (plan.moves.empty()) {
    out[0].resize(plan.names.size());
    std::iota(out[0].begin(), out[0].end(), std::size_t{0});
    out.fill(std::vector<std::size_t>(out[0]));
    return out;
  }
  if (plan.moves.size() != P) throw contract_error("covariates: this model has " + std::to_string(P) + " processes");
  std::vector<bool> moving(plan.names.size());
  for (std::size_t p = 0; p < P; ++p) {
    for (const std::size_t c : plan.moves[p]) {
      known(c);
      if (std::count(plan.moves[p].begin(), plan.moves[p].end(), c) != 1) {
        throw contract_error("covariates: '" + plan.names[c] + "' stands twice for one process");
      }
      moving[c] = true;
    }
    out[p] = plan.moves[p];
  }
  for (std::size_t c = 0; c < moving.size(); ++c) {
    if (!moving[c]) throw contract_error("covariates: '" + plan.names[c] + "' moves no process");
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

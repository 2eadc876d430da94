// The likelihood with covariates over all its variables, and what a penalty takes from it: a row is evaluated in as
// many directions as its model has parameters, and the chain rule gives the rest.
#ifndef VALOREM_SRC_COVARIATE_LIKELIHOOD_HPP
#define VALOREM_SRC_COVARIATE_LIKELIHOOD_HPP

#include "covariate_rows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI::detail {

using numeric::expansion;

// The variables of the fit, in which it starts at 0: the logarithm by which each *held* parameter, one that no
// covariate moves, differs from the fit without covariates (a share's a+b counts as one); and for each process how far
// the average customer is moved, and the coefficients of the standardised columns. As many directions as the model has
// parameters carry all derivatives of a row, and the chain rule gives the rest: d/dg_j = z_j d/ds.

/// Which held variable multiplies each parameter; N for none.
template <class M>
constexpr std::array<std::size_t, parameter_count<M>> held_places() {
  constexpr std::size_t N = parameter_count<M>;
  std::array<std::size_t, N> out{};
  std::size_t next = 0;
  for (std::size_t i = 0; i < N; ++i) {
    bool shares = false;
    out[i] = next;
    for (const covariate_process& p : processes<M>) {
      if (p.link != covariate_link::share && p.parameter == i) out[i] = N;
      shares = shares || (p.link == covariate_link::share && p.parameter == i);
    }
    if (shares) out[++i] = next;
    if (out[i] != N) ++next;
  }
  return out;
}

template <class M>
inline constexpr std::size_t held_count = parameter_count<M> - process_count<M>;

/// m with its held parameters multiplied by e^h.
template <template <class> class Basic, std::size_t N = parameter_count<Basic<double>>>
Basic<dual<N>> rescaled(const Basic<double>& m, std::span<const double> h) {
  constexpr auto place = held_places<Basic<double>>();
  const auto values = m.parameters();
  std::array<dual<N>, N> p;
  for (std::size_t i = 0; i < N; ++i) {
    p[i] = place[i] == N ? dual<N>(values[i]) : values[i] * exp(dual<N>::variable(h[place[i]], place[i]));
  }
  return Basic<dual<N>>::from(p);
}

/// Where each variable stands, and which of them are one.
template <class M>
struct layout {
  static constexpr std::size_t held = held_count<M>;

  std::array<std::vector<std::size_t>, process_count<M>> moves;
  std::array<std::size_t, process_count<M>> level{};  ///< of a process; its coefficients follow
  std::size_t size = held;                            ///< before equal coefficients are made one
  std::vector<std::size_t> free;                      ///< of each variable, which free one it is
  std::vector<double> sign;
  std::size_t free_size = 0;

  layout(std::array<std::vector<std::size_t>, process_count<M>> columns, const covariate_plan& plan)
      : moves(std::move(columns)) {
    for (std::size_t p = 0; p < moves.size(); ++p) {
      level[p] = size;
      size += 1 + moves[p].size();
    }
    sign.assign(size, 1.0);
    std::vector<std::size_t> first(size);
    for (std::size_t u = 0; u < size; ++u) first[u] = u;
    for (const std::size_t c : plan.equal) tie(c, 1.0, first, plan);
    for (const std::size_t c : plan.opposite) tie(c, -1.0, first, plan);
    free.resize(size);
    for (std::size_t u = 0; u < size; ++u) free[u] = first[u] == u ? free_size++ : free[first[u]];
  }

  /// The variable of a column's coefficient; size where the column does not move the process.
  [[nodiscard]] std::size_t place(std::size_t process, std::size_t column) const {
    const auto at = std::find(moves[process].begin(), moves[process].end(), column);
    if (at == moves[process].end()) return size;
    return level[process] + 1 + static_cast<std::size_t>(at - moves[process].begin());
  }

  [[nodiscard]] std::vector<double> spread(const std::vector<double>& x) const {
    std::vector<double> out(size);
    for (std::size_t u = 0; u < size; ++u) out[u] = sign[u] * x[free[u]];
    return out;
  }

 private:
  void tie(std::size_t column, double s, std::vector<std::size_t>& first, const covariate_plan& plan) {
    if (column >= plan.names.size()) {
      throw contract_error("covariates: column " + std::to_string(column) + " is unknown");
    }
    const std::string name = "covariates: '" + plan.names[column] + "' ";
    if constexpr (process_count<M> != 2) {
      throw contract_error(name + "cannot be the same in two processes: this model has one");
    } else {
      const std::size_t a = place(0, column);
      const std::size_t b = place(1, column);
      if (a == size || b == size) throw contract_error(name + "must move both processes to be the same in them");
      if (first[b] != b) throw contract_error(name + "is made equal or opposite twice");
      first[b] = a;
      sign[b] = s;
    }
  }
};

/// One block's part of ln L with its derivatives in all variables, in the lower triangle.
template <template <class> class Basic, class Row, class M = Basic<double>>
void add_block(const covariate_rows<Row>& rows, const layout<M>& where, const std::vector<double>& x,
               const Basic<dual<parameter_count<M>>>& base, std::size_t begin, std::size_t end,
               expansion& out) noexcept {
  constexpr std::size_t N = parameter_count<M>;
  constexpr std::size_t P = process_count<M>;
  constexpr std::size_t H = held_count<M>;
  std::array<std::array<double, 1 + max_covariates>, P> z;
  for (auto& of : z) of[0] = 1.0;
  for (std::size_t i = begin; i < end; ++i) {
    std::array<dual<N>, P> s;
    for (std::size_t p = 0; p < P; ++p) {
      double at = x[where.level[p]];
      for (std::size_t j = 0; j < where.moves[p].size(); ++j) {
        z[p][j + 1] = rows.z[i * rows.width() + where.moves[p][j]];
        at += x[where.level[p] + 1 + j] * z[p][j + 1];
      }
      s[p] = dual<N>::variable(at, H + p);
    }
    const dual<N> l = rows.data.weight[i] * log_likelihood(moved(base, s), rows.data.rows[i]);
    out.v += l.v;
    for (std::size_t a = 0; a < H; ++a) {
      out.g[a] += l.g[a];
      for (std::size_t b = 0; b <= a; ++b) out.h[a][b] += l.h[dual<N>::index(a, b)];
    }
    for (std::size_t p = 0; p < P; ++p) {
      for (std::size_t j = 0; j <= where.moves[p].size(); ++j) {
        const std::size_t u = where.level[p] + j;
        out.g[u] += z[p][j] * l.g[H + p];
        for (std::size_t b = 0; b < H; ++b) out.h[u][b] += z[p][j] * l.h[dual<N>::index(H + p, b)];
        for (std::size_t q = 0; q <= p; ++q) {
          const double curved = z[p][j] * l.h[dual<N>::index(H + p, H + q)];
          const std::size_t last = q == p ? j : where.moves[q].size();
          for (std::size_t k = 0; k <= last; ++k) out.h[u][where.level[q] + k] += curved * z[q][k];
        }
      }
    }
  }
}

inline void clear(expansion& f) {
  f.v = 0.0;
  std::fill(f.g.begin(), f.g.end(), 0.0);
  for (auto& row : f.h) std::fill(row.begin(), row.end(), 0.0);
}

inline void add_lower(expansion& to, const expansion& f) {
  to.v += f.v;
  for (std::size_t i = 0; i < f.g.size(); ++i) {
    to.g[i] += f.g[i];
    for (std::size_t j = 0; j <= i; ++j) to.h[i][j] += f.h[i][j];
  }
}

/// Adds the priors to -ln L, in all variables.
template <class M>
void add_priors(const covariate_plan& plan, const layout<M>& where, std::span<const column_scale> scale,
                const std::vector<double>& x, expansion& f) {
  for (const covariate_plan::prior& p : plan.priors) {
    const std::size_t u = where.place(p.process, p.column);
    const double unit = 1.0 / (scale[p.column].deviation * p.sd);
    const double off = x[u] * unit - p.mean / p.sd;
    f.v += 0.5 * off * off;
    f.g[u] += off * unit;
    f.h[u][u] += unit * unit;
  }
}

/// Equal variables are made one, and the free coefficients pay the ridge.
template <class M>
expansion gathered(const expansion& f, const layout<M>& where, double ridge, const std::vector<double>& x) {
  expansion out(where.free_size);
  out.v = f.v;
  std::vector<bool> pays(where.free_size);
  for (std::size_t p = 0; p < process_count<M>; ++p) {
    for (std::size_t j = 1; j <= where.moves[p].size(); ++j) pays[where.free[where.level[p] + j]] = true;
  }
  for (std::size_t u = 0; u < where.size; ++u) {
    out.g[where.free[u]] += where.sign[u] * f.g[u];
    for (std::size_t v = 0; v < where.size; ++v) {
      out.h[where.free[u]][where.free[v]] += where.sign[u] * where.sign[v] * (v <= u ? f.h[u][v] : f.h[v][u]);
    }
  }
  for (std::size_t k = 0; k < where.free_size; ++k) {
    if (!pays[k]) continue;
    out.v += 0.5 * ridge * x[k] * x[k];
    out.g[k] += ridge * x[k];
    out.h[k][k] += ridge;
  }
  return out;
}

/// -ln L and the penalty over the free variables.
template <template <class> class Basic, class Row, class M = Basic<double>>
auto objective_of(const covariate_rows<Row>& rows, const M& without, const layout<M>& where, const covariate_plan& plan,
                  const execution& how) {
  const std::size_t n = rows.data.rows.size();
  return [&, n, parts = std::vector<expansion>(numeric::block_count(n), expansion(where.size))](
             const std::vector<double>& free) mutable {
    const std::vector<double> x = where.spread(free);
    const auto base = rescaled<Basic>(without, x);
    numeric::for_blocks(n, how, [&](std::size_t index, std::size_t first, std::size_t last) noexcept {
      clear(parts[index]);
      add_block<Basic>(rows, where, x, base, first, last, parts[index]);
    });
    expansion total(where.size);
    for (const expansion& part : parts) add_lower(total, part);
    total.v = -total.v;
    for (double& g : total.g) g = -g;
    for (auto& row : total.h) {
      for (double& h : row) h = -h;
    }
    add_priors(plan, where, rows.scale, x, total);
    return gathered(total, where, plan.ridge, free);
  };
}

/// Throws contract_error for a penalty that is none, or a prior of a coefficient that there is not.
template <class M>
void require_penalty(const covariate_plan& plan, const layout<M>& where) {
  if (!(plan.ridge >= 0) || !numeric::is_finite(plan.ridge)) {
    throw contract_error("covariates: the penalty (ridge) must be finite and not negative");
  }
  for (const covariate_plan::prior& p : plan.priors) {
    if (p.process >= process_count<M> || p.column >= plan.names.size() ||
        where.place(p.process, p.column) == where.size) {
      throw contract_error("covariates: a prior belongs to no coefficient");
    }
    if (!numeric::is_finite(p.mean) || !numeric::is_finite(p.sd) || !(p.sd > 0)) {
      throw contract_error("covariates: the prior of '" + plan.names[p.column] +
                           "' needs a finite mean and an sd above 0");
    }
  }
}

/// The layout of a plan that does not contradict itself, for so many rows.
template <class M>
layout<M> checked_layout(const covariate_plan& plan, std::size_t rows) {
  layout<M> out(moves_of<M>(plan, rows), plan);
  require_penalty(plan, out);
  return out;
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

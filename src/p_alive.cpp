#include "dispatch.hpp"
#include "history_rows.hpp"
#include <valorem/model/columns.hpp>

namespace valorem::inline VALOREM_ABI {
namespace {

using detail::legal;
using detail::require_equal_lengths;
using numeric::mask;
using numeric::pick;
using numeric::when;

/// first_may_leave: whether a customer without a repeat purchase can have left (MBG/NBD) or not (BG/NBD).
template <bool first_may_leave>
struct beta_geometric_rows {
  double r, alpha, a, b;
  const double* x;
  const double* t_x;
  const double* T;
  double* out;

  VALOREM_INLINE void operator()(std::size_t first, std::size_t last) const noexcept {
    for (std::size_t i = first; i < last; ++i) {
      const mask good = legal(x[i], t_x[i], T[i]);
      const double xi = pick(good, x[i], 0.0);
      const history h{xi, pick(good, t_x[i], 0.0), pick(good, T[i], 0.0)};
      const mask single = when(xi == 0.0);
      const double n = first_may_leave ? b + xi : b + pick(single, 0.0, xi - 1.0);
      const double p = detail::beta_geometric_alive(r, alpha, a, n, h);
      out[i] = pick(good, first_may_leave ? p : pick(single, 1.0, p), not_a_value);
    }
  }
};

struct nbd_rows {
  const double* x;
  const double* t_x;
  const double* T;
  double* out;

  VALOREM_INLINE void operator()(std::size_t first, std::size_t last) const noexcept {
    for (std::size_t i = first; i < last; ++i) out[i] = pick(legal(x[i], t_x[i], T[i]), 1.0, not_a_value);
  }
};

template <bool first_may_leave, class M>
void beta_geometric_column(const M& m, const history_columns& h, std::span<double> out, const execution& how) {
  require_legal(m);
  require_equal_lengths(h, out);
  const beta_geometric_rows<first_may_leave> rows{m.r,        m.alpha,      m.a,        m.b,
                                                  h.x.data(), h.t_x.data(), h.T.data(), out.data()};
  detail::dispatch_rows(h.size(), how, rows);
}

/// For series and sums of different lengths from row to row, where wider vectors would gain nothing.
template <class M>
void row_by_row(const M& m, const history_columns& h, std::span<double> out, const execution& how) {
  require_legal(m);
  require_equal_lengths(h, out);
  numeric::for_blocks(h.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    for (std::size_t i = first; i < last; ++i) out[i] = p_alive(m, h[i]);
  });
}

}  // namespace

void p_alive(const nbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  require_legal(m);
  require_equal_lengths(h, out);
  detail::dispatch_rows(h.size(), how, nbd_rows{h.x.data(), h.t_x.data(), h.T.data(), out.data()});
}

void p_alive(const bg_nbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  beta_geometric_column<false>(m, h, out, how);
}

void p_alive(const mbg_nbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  beta_geometric_column<true>(m, h, out, how);
}

void p_alive(const bg_cnbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

void p_alive(const mbg_cnbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

void p_alive(const pareto_nbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

void p_alive(const ggompertz_nbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

void p_alive(const bg_bb& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

instruction_set runs_on(instruction_set wish) noexcept {
  return detail::available(wish);
}

}  // namespace valorem::inline VALOREM_ABI

#include "dispatch.hpp"
#include <valorem/model/columns.hpp>
#include <valorem/numeric/mask.hpp>

namespace valorem::inline VALOREM_ABI {
namespace {

using numeric::mask;
using numeric::pick;
using numeric::when;

/// check(h) == status::ok without a branch.
VALOREM_INLINE mask legal(double x, double t_x, double T) noexcept {
  constexpr double whole = 0x1p52;
  const double rounded = (pick(when(x <= max_frequency), x, 0.0) + whole) - whole;
  const mask sizes = when(x >= 0) & when(x <= max_frequency) & when(x == rounded) & when(t_x >= 0) & when(t_x <= T) &
                     ~numeric::not_finite(T);
  return sizes & ~(when(x > 0) ^ when(t_x > 0));
}

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

void require_equal_lengths(const history_columns& h, std::span<double> out) {
  require_equal_length(h.x.size(), "x", h.t_x.size(), "t_x");
  require_equal_length(h.x.size(), "x", h.T.size(), "T");
  require_equal_length(h.x.size(), "x", out.size(), "out");
}

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

void p_alive(const pareto_nbd& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

void p_alive(const bg_bb& m, const history_columns& h, std::span<double> out, const execution& how) {
  row_by_row(m, h, out, how);
}

instruction_set runs_on(instruction_set wish) noexcept {
  return detail::available(wish);
}

}  // namespace valorem::inline VALOREM_ABI

// What kernels over columns of histories share: which rows are good, without a branch.
#ifndef VALOREM_SRC_HISTORY_ROWS_HPP
#define VALOREM_SRC_HISTORY_ROWS_HPP

#include <valorem/numeric/mask.hpp>
#include <valorem/summary/history.hpp>

#include <span>

namespace valorem::inline VALOREM_ABI::detail {

/// check(h) == status::ok without a branch.
VALOREM_INLINE numeric::mask legal(double x, double t_x, double T) noexcept {
  using numeric::pick;
  using numeric::when;
  constexpr double whole = 0x1p52;
  const double rounded = (pick(when(x <= max_frequency), x, 0.0) + whole) - whole;
  const numeric::mask sizes = when(x >= 0) & when(x <= max_frequency) & when(x == rounded) & when(t_x >= 0) &
                              when(t_x <= T) & ~numeric::not_finite(T);
  return sizes & ~(when(x > 0) ^ when(t_x > 0));
}

inline void require_equal_lengths(const history_columns& h, std::span<double> out) {
  require_equal_length(h.x.size(), "x", h.t_x.size(), "t_x");
  require_equal_length(h.x.size(), "x", h.T.size(), "T");
  require_equal_length(h.x.size(), "x", out.size(), "out");
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

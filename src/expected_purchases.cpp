#include "dispatch.hpp"
#include "history_rows.hpp"
#include "lanes.hpp"
#include <valorem/model/columns.hpp>
#include <valorem/numeric/beta_count_series.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace valorem::inline VALOREM_ABI {
namespace {

using detail::legal;
#if VALOREM_LANES
using detail::lane_doubles;
using detail::lane_marks;
#endif
using detail::lane_count;
using detail::require_equal_lengths;
using numeric::mask;
using numeric::pick;
using numeric::when;

/// Rows that are worked on together: what passes between the loops stays in the first cache.
constexpr std::size_t chunk_rows = 256;
using chunk_column = std::array<double, chunk_rows>;
using marks = std::array<mask, chunk_rows>;

/// Runs kernel.chunk(first, n, answers, done) and answers the rows that are not done one by one. Answers are written
/// last, so out may be one of the inputs.
template <class Kernel>
struct chunked {
  Kernel kernel;
  double* out;

  VALOREM_INLINE void operator()(std::size_t first, std::size_t last) const noexcept {
    chunk_column answers;
    marks done;
    for (std::size_t i = first; i < last; i += chunk_rows) {
      const std::size_t n = std::min(chunk_rows, last - i);
      kernel.chunk(i, n, answers, done);
      mask all = ~mask{0};
      for (std::size_t k = 0; k < n; ++k) all &= done[k];
      for (std::size_t k = 0; all == 0 && k < n; ++k) {
        if (done[k] == 0) answers[k] = kernel.one(i + k);
      }
      std::memcpy(out + i, answers.data(), n * sizeof(double));
    }
  }
};

#if VALOREM_LANES
/// Series of several customers side by side, each frozen when its own is done.
template <class Terms>
VALOREM_INLINE void add_up(Terms& terms, lane_doubles& total, lane_marks& done) noexcept {
  const lane_doubles rest = 1.0 - terms.z;
  lane_doubles term;
  for (int n = 0; n < numeric::detail::count_terms; ++n) {
    terms.next(n, term);
    const lane_doubles more = total + term;
    total = done ? total : more;
    done |= term < numeric::detail::count_negligible * total * rest;
    if (detail::all(done)) return;
  }
}
#endif

/// A customer's future under either beta-geometric model, row by row.
template <bool first_may_leave, class M>
struct beta_geometric_purchases {
  M m;
  const double* x;  // null for new customers
  const double* t_x;
  const double* T;
  const double* t;

  [[nodiscard]] double one(std::size_t i) const noexcept {
    if (x == nullptr) return expected_purchases(starting(m), t[i]);
    return expected_purchases(given(m, history{x[i], t_x[i], T[i]}), t[i]);
  }

  /// What the loops hand on: p = P(alive), the Gamma's shape s, u = t/(α+T), C and A as the series have them.
  struct work {
    chunk_column p, s, u, degree, C, A, total;
    marks positive, euler;
    std::array<std::uint16_t, chunk_rows> list;
  };

  VALOREM_INLINE void prepare(std::size_t first, std::size_t n, work& w) const noexcept {
    for (std::size_t k = 0; k < n; ++k) {
      const double xi = x == nullptr ? 0.0 : x[first + k];
      const double ti = t_x == nullptr ? 0.0 : t_x[first + k];
      const double Ti = T == nullptr ? 0.0 : T[first + k];
      const double ahead = t[first + k];
      const mask good = legal(xi, ti, Ti) & when(ahead > 0) & ~numeric::not_finite(ahead);
      const history h{pick(good, xi, 0.0), pick(good, ti, 0.0), pick(good, Ti, 0.0)};
      const mask single = when(h.x == 0.0);
      const double odds_of = first_may_leave ? m.b + h.x : m.b + pick(single, 0.0, h.x - 1.0);
      const double p = detail::beta_geometric_alive(m.r, m.alpha, m.a, odds_of, h);
      const double b = first_may_leave ? m.b + h.x + 1.0 : m.b + h.x;
      w.p[k] = first_may_leave ? p : pick(single, 1.0, p);
      w.s[k] = m.r + h.x;
      w.u[k] = pick(good, ahead, 1.0) / (m.alpha + h.T);
      w.degree[k] = m.a + b;
      w.C[k] = m.a + b - 1.0;
      w.A[k] = w.C[k] - w.s[k];
      const mask positive = when(w.C[k] > 2.0 * w.s[k]);
      w.positive[k] = good & positive;
      w.euler[k] = good & ~positive & when(w.A[k] >= 0);
    }
  }

  /// Sums the rows that are marked, as many at a time as there are lanes; unmarks those that do not end.
  template <bool by_positive>
  VALOREM_INLINE void sum(std::size_t n, work& w, marks& marked) const noexcept {
    std::size_t count = 0;
    for (std::size_t k = 0; k < n; ++k) {
      w.list[count] = static_cast<std::uint16_t>(k);
      count += marked[k] & 1U;
    }
#if VALOREM_LANES
    const lane_doubles one = lane_doubles{} + 1.0;
    for (std::size_t at = 0; at < count; at += lane_count) {
      const std::size_t here = std::min(lane_count, count - at);
      lane_doubles C = one;  // lanes to spare have z = 0 and end at once
      lane_doubles degree = one;
      lane_doubles A = one;
      lane_doubles z = {};
      for (std::size_t l = 0; l < here; ++l) {
        const std::size_t k = w.list[at + l];
        C[l] = w.C[k];
        degree[l] = w.degree[k];
        A[l] = w.A[k];
        z[l] = w.u[k] / (1.0 + w.u[k]);
      }
      lane_doubles total = one;
      lane_marks done = {};
      if constexpr (by_positive) {
        numeric::detail::positive_count<lane_doubles> terms{one * m.a, degree, A, z, one, one, one};
        add_up(terms, total, done);
      } else {
        numeric::detail::euler_count<lane_doubles> terms{one * m.a, C, A, z, one};
        add_up(terms, total, done);
      }
      for (std::size_t l = 0; l < here; ++l) {
        const std::size_t k = w.list[at + l];
        w.total[k] = total[l];
        marked[k] &= static_cast<mask>(done[l]);
      }
    }
#else
    for (std::size_t at = 0; at < count; ++at) marked[w.list[at]] = 0;  // one by one
#endif
  }

  VALOREM_INLINE void finish(std::size_t n, const work& w, chunk_column& answers, marks& done) const noexcept {
    const double epsilon = m.a - 1.0;
    const mask pole = when(epsilon == 0.0);
    const double divisor = pick(pole, 1.0, epsilon);
    for (std::size_t k = 0; k < n; ++k) {
      const double total = pick(w.positive[k] | w.euler[k], w.total[k], 1.0);
      const double z = w.u[k] / (1.0 + w.u[k]);
      const double L = -numeric::log1p(w.u[k]);
      const double exponent = epsilon * L;
      const double power = numeric::exp(exponent);
      const double f = pick(pole, -L, -numeric::expm1(exponent) / divisor);
      const double by_positive = numeric::detail::positive_count_total(w.s[k], z, total, power);
      const double by_euler = numeric::detail::euler_count_total(w.C[k], f, power, w.A[k], z, total);
      const mask kept = when(numeric::detail::euler_count_keeps_digits(by_euler, w.C[k], f));
      const double count = pick(w.positive[k], by_positive, by_euler);
      done[k] = (w.positive[k] | (w.euler[k] & kept)) & ~numeric::not_finite(total) & ~numeric::not_finite(count);
      answers[k] = w.p[k] * count;
    }
  }

  VALOREM_INLINE void chunk(std::size_t first, std::size_t n, chunk_column& answers, marks& done) const noexcept {
    work w;
    prepare(first, n, w);
    sum<true>(n, w, w.positive);
    sum<false>(n, w, w.euler);
    finish(n, w, answers, done);
  }
};

/// New customers of Pareto/NBD, who have a closed form: numeric::growth_within, for rows between its limits.
struct pareto_new_purchases {
  pareto_nbd m;
  const double* t;

  [[nodiscard]] double one(std::size_t i) const noexcept { return expected_purchases(starting(m), t[i]); }

  VALOREM_INLINE void chunk(std::size_t first, std::size_t n, chunk_column& answers, marks& done) const noexcept {
    const double rate = m.r / m.alpha;
    const double rise = 1.0 - m.s;
    const double per = 1.0 / rise;
    const double per_beta = 1.0 / m.beta;
    for (std::size_t k = 0; k < n; ++k) {
      const double v = t[first + k] * per_beta;
      const double u = rise * numeric::detail::log1p_within(v);
      const double fallen = u < -40.0 ? -40.0 : u;  // e^-40 is nothing beside 1
      answers[k] = rate * (m.beta * (numeric::detail::expm1_within(fallen) * per));
      // u cannot overflow e^u: rise is at most 1.
      done[k] = when(v > 0) & when(v < 1e300) & when(numeric::detail::magnitude(u) > 0x1p-54);
    }
  }
};

template <class Kernel>
void run(std::size_t n, const execution& how, const Kernel& kernel, std::span<double> out) {
  detail::dispatch_rows(n, how, chunked<Kernel>{kernel, out.data()});
}

/// For models whose formula differs in length from row to row, where wider vectors would gain nothing.
template <class F>
void row_by_row(std::size_t n, const execution& how, std::span<double> out, F f) {
  numeric::for_blocks(n, how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    for (std::size_t i = first; i < last; ++i) out[i] = f(i);
  });
}

template <class M>
void given_row_by_row(const M& m, const history_columns& h, std::span<const double> t, std::span<double> out,
                      const execution& how) {
  row_by_row(h.size(), how, out, [&](std::size_t i) { return expected_purchases(given(m, h[i]), t[i]); });
}

}  // namespace

void expected_purchases(const any_purchase_model& model, const history_columns& h, std::span<const double> t,
                        std::span<double> out, const execution& how) {
  std::visit(
      [&]<class M>(const M& m) {
        require_legal(m);
        require_equal_lengths(h, out);
        require_equal_length(h.size(), "x", t.size(), "t");
        if constexpr (std::is_same_v<M, bg_nbd> || std::is_same_v<M, mbg_nbd>) {
          const beta_geometric_purchases<std::is_same_v<M, mbg_nbd>, M> kernel{m, h.x.data(), h.t_x.data(), h.T.data(),
                                                                               t.data()};
          run(h.size(), how, kernel, out);
        } else {
          given_row_by_row(m, h, t, out, how);
        }
      },
      model);
}

void expected_purchases(const any_purchase_model& model, std::span<const double> t, std::span<double> out,
                        const execution& how) {
  std::visit(
      [&]<class M>(const M& m) {
        require_legal(m);
        require_equal_length(t.size(), "t", out.size(), "out");
        if constexpr (std::is_same_v<M, bg_nbd> || std::is_same_v<M, mbg_nbd>) {
          const beta_geometric_purchases<std::is_same_v<M, mbg_nbd>, M> kernel{m, nullptr, nullptr, nullptr, t.data()};
          run(t.size(), how, kernel, out);
        } else if constexpr (std::is_same_v<M, pareto_nbd>) {
          run(t.size(), how, pareto_new_purchases{m, t.data()}, out);
        } else {
          const auto future = starting(m);
          row_by_row(t.size(), how, out, [&](std::size_t i) { return expected_purchases(future, t[i]); });
        }
      },
      model);
}

}  // namespace valorem::inline VALOREM_ABI

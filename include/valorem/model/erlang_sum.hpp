// Sums over the counts of Erlang-k purchases: block by block as far as need be, and the rest as an integral.
#ifndef VALOREM_MODEL_ERLANG_SUM_HPP
#define VALOREM_MODEL_ERLANG_SUM_HPP

#include <valorem/model/erlang_counts.hpp>

#include <algorithm>
#include <cmath>

namespace valorem::inline VALOREM_ABI::detail {

/// The blocks of a recurrence added up, and the heaviest of them, by which their common factor is found.
template <class R>
class erlang_total {
 public:
  /// The n-th block, in units of e^(rescaling shift). Returns its share of the sum.
  double add(double n, R block, double shift) {
    constexpr double rescaling = erlang_recurrence<R>::rescaling;
    if (shift > shift_) {
      const double down = numeric::exp((shift_ - shift) * rescaling);
      sum_ = sum_ * down;
      heaviest_ = heaviest_ * down;
      shift_ = shift;
    } else if (shift < shift_) {
      block = block * numeric::exp((shift - shift_) * rescaling);
    }
    sum_ = sum_ + block;
    if (numeric::value_of(block) > numeric::value_of(heaviest_)) {
      heaviest_ = block;
      n_ = n;
    }
    return numeric::value_of(block) / numeric::value_of(sum_);
  }

  /// What stands in the recurrence's units. The factor (1+v)^-s by itself would err by s ln(1+v) roundings: where that
  /// is many, the heaviest block tells by its own chance what the others are worth.
  [[nodiscard]] scaled_number<R> absolute(const erlang_blocks<R>& blocks, int k, const R& start, const R& value,
                                          double shift) const {
    constexpr double many = 256.0;
    const double log_units = shift * erlang_recurrence<R>::rescaling;
    if (n_ * k < many) return {value, R(start + log_units)};
    return {value / heaviest_, R(blocks.log_block(n_) + (log_units - shift_ * erlang_recurrence<R>::rescaling))};
  }

  [[nodiscard]] const R& sum() const { return sum_; }
  [[nodiscard]] double shift() const { return shift_; }

 private:
  R sum_{0.0};
  R heaviest_{0.0};
  double n_ = 0;
  double shift_ = 0;
};

/// Σ_i weight(⌊i/k⌋) P(i) at v = (time from now)/c > 0.
template <class R>
[[nodiscard]] scaled_number<R> erlang_sum(const erlang_stages<R>& at, const R& a, const R& b, const R& v,
                                          count_weight weight) {
  // Far enough out that a block differs little from the next: the chances spread over some √(n/k) blocks, and the
  // correction's last term falls with the 11th power of that.
  const double few = std::max(160.0, 90.0 * at.k);
  constexpr double gentle = 0.25;
  constexpr double negligible = 1e-18;
  constexpr double drowned = 50.0;  // e^-50 of the highest block
  const erlang_blocks<R> exact(at, a, b, v, weight);
  erlang_recurrence<R> blocks(at, a, b, v, weight);
  erlang_total<R> near;
  const R start = -at.s * numeric::log1p(v);
  const auto total = [&] { return near.absolute(exact, at.k, start, near.sum(), near.shift()); };
  double peak = not_a_value;
  for (double n = 1;; n += 1) {
    const R block = blocks.next();
    const double share = near.add(n - 1, block, blocks.shift());
    if (n > 1 && !(share * blocks.rest_over_block() > negligible)) return total();
    if (n < few) continue;
    const double slope = exact.slope(n);
    const bool faint = share < 1e-22;
    if (!faint && std::fabs(slope) >= gentle) {
      if (slope < 0) continue;
      if (numeric::is_nan(peak)) peak = numeric::value_of(exact.log_block(exact.look(n).peak));
      const double here = numeric::value_of(start) + blocks.shift() * erlang_recurrence<R>::rescaling +
                          numeric::log(numeric::value_of(block));
      if (peak - here < drowned) continue;
    } else if (!faint) {
      for (int more = 0; more < 5; ++more) (void)blocks.next();
      return total() + near.absolute(exact, at.k, start, blocks.correction(), blocks.next_shift()) +
             exact.integral(n - 0.5);
    }
    return total() + exact.integral(n - 0.5);
  }
}

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

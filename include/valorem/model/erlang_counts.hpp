// Purchases that are every k-th event of a Poisson process whose rate λ ~ Gamma differs from customer to customer: the
// gaps between them are Erlang-k.
//
// Events are counted from the last purchase on: j of them, fewer than k, lie behind us, and i have come by a later
// time. With λ | j ~ Gamma(s + j, c) the count i is a mixture over j of negative binomials. What is asked for is Σ_i
// weight(⌊i/k⌋) P(i) with a weight that is smooth in the purchases n = ⌊i/k⌋: block by block while the blocks are few,
// and beyond that as an integral over n with the Euler-Maclaurin corrections at its near end, their derivatives as
// differences of the last blocks.
#ifndef VALOREM_MODEL_ERLANG_COUNTS_HPP
#define VALOREM_MODEL_ERLANG_COUNTS_HPP

#include <valorem/model/parameters.hpp>
#include <valorem/numeric/beta_series.hpp>
#include <valorem/numeric/quadrature.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace valorem::inline VALOREM_ABI::detail {

/// Where a customer stands between two purchases: she has passed j of k stages with chance[j], and λ | j ~ Gamma(s + j,
/// c). chance[j] is in proportion to (s)_j silence^j / j!, the silence being the time since her last purchase over c.
template <class R>
struct erlang_stages {
  int k;
  R s;
  R silence;
  std::array<R, max_stages> chance;

  /// j is 0 for certain where she has just bought.
  [[nodiscard]] int last() const { return numeric::value_of(silence) > 0 ? k - 1 : 0; }
};

/// (s)_j g^j / j! for j < k into `out`; returns their sum.
template <class R>
[[nodiscard]] R erlang_weights(int k, const R& s, const R& g, std::array<R, max_stages>& out) {
  R term(1.0);
  R sum(0.0);
  for (int j = 0; j < k; ++j) {
    out[static_cast<std::size_t>(j)] = term;
    sum = sum + term;
    term = term * (g * ((s + j) / (1.0 + j)));
  }
  return sum;
}

template <class R>
[[nodiscard]] erlang_stages<R> stages_after(int k, const R& s, const R& silence) {
  erlang_stages<R> out{k, s, silence, {}};
  const R sum = erlang_weights(k, s, silence, out.chance);
  for (R& w : out.chance) w = w / sum;
  return out;
}

/// value e^log_scale.
template <class R>
struct scaled_number {
  R value;
  R log_scale;

  [[nodiscard]] R log() const { return log_scale + numeric::log(value); }
  [[nodiscard]] friend scaled_number operator+(const scaled_number& x, const scaled_number& y) {
    const bool first = numeric::value_of(x.log_scale) >= numeric::value_of(y.log_scale);
    const scaled_number& high = first ? x : y;
    const scaled_number& low = first ? y : x;
    return {high.value + low.value * numeric::exp(low.log_scale - high.log_scale), high.log_scale};
  }
};

/// What a purchase count n is weighed with: w_n = B(a, b+n)/B(a, b), or Σ_{m < n} w_m.
enum class count_weight : std::uint8_t { stayed, bought };

/// The far part of the sum: Σ over n as an integral, every block at a real n.
template <class R>
class erlang_blocks {
 public:
  erlang_blocks(const erlang_stages<R>& at, const R& a, const R& b, const R& v, count_weight weight)
      : at_(at), a_(a), b_(b), v_(v), weight_(weight), fade_(numeric::log1p(1.0 / numeric::value_of(v))) {}

  /// ln[weight(n) P(nk <= i < (n+1)k)] for real n > 1.
  [[nodiscard]] R log_block(double n) const {
    const double i = n * at_.k;
    const R z = v_ / (1.0 + v_);
    const R y = at_.silence / v_;
    const int last = at_.last();
    std::array<R, max_stages> choose;  // C(i, j) y^j
    choose[0] = R(1.0);
    for (int j = 1; j <= last; ++j) choose[index(j)] = choose[index(j - 1)] * (y * ((i - j + 1.0) / j));
    R ratio(1.0);
    R sum(0.0);
    for (int l = 0; l < at_.k; ++l) {
      R stages(0.0);
      for (int j = last; j >= 0; --j) {
        stages = stages + choose[index(j)];
        if (j > 0) choose[index(j)] = choose[index(j)] + y * choose[index(j - 1)];
      }
      sum = sum + ratio * stages;
      ratio = ratio * (z * ((at_.s + (i + l)) / (i + l + 1.0)));
    }
    const R kernel = numeric::log_beta_kernel(R(i), at_.s, v_, R(1.0)) - numeric::log(i);
    return kernel + numeric::log(at_.chance[0] * sum) + log_weight(n);
  }

  /// About d ln(block)/dn.
  [[nodiscard]] double slope(double n) const {
    const double i = (n + 0.5) * at_.k;
    const double a = numeric::value_of(a_);
    const double b = numeric::value_of(b_);
    double stages = 0.0;
    if (at_.last() > 0) {
      double term = 1.0;
      double sum = 1.0;
      const double y = numeric::value_of(at_.silence) / numeric::value_of(v_);
      for (int j = 1; j < at_.k; ++j) {
        term *= y * (i - j + 1.0) / j;
        sum += term;
        stages += j * term;
      }
      stages /= sum * i;
    }
    const double stays = weight_ == count_weight::stayed ? -numeric::log1p(a / (b + n)) : 0.0;
    return at_.k * (count_slope(i) + stages) + stays;
  }

  /// Whether the chances of counts fall from i on.
  [[nodiscard]] bool counts_fall(double n) const { return count_slope((n + 0.5) * at_.k) < 0; }

  /// Where the blocks right of `from` are highest, infinite where they fall from there on, and the valley before that.
  struct shape {
    double valley;
    double peak;
  };
  [[nodiscard]] shape look(double from) const {
    constexpr double stride = 1.25;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    shape out{from, infinity};
    bool rising = slope(from) > 0;
    for (double n = from;; n *= stride) {
      const double next = n * stride;
      const bool then = slope(next) > 0;
      if (then != rising) {
        double low = n;
        double high = next;
        for (int step = 0; step < 50; ++step) {
          const double middle = 0.5 * (low + high);
          ((slope(middle) > 0) == rising ? low : high) = middle;
        }
        (rising ? out.peak : out.valley) = high;
        rising = then;
      }
      if (!rising && counts_fall(next)) return out;
    }
  }

  /// ∫_from^inf of the blocks.
  [[nodiscard]] scaled_number<R> integral(double from) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const shape is = look(from);
    const bool falls_first = is.peak == infinity || is.valley > from;
    scaled_number<R> out{R(0.0), R(-infinity)};
    if (falls_first) out = march(from, from, is.peak == infinity ? infinity : is.valley);
    if (is.peak == infinity) return out;
    const scaled_number<R> hill = march(is.peak, is.valley, infinity);
    return falls_first ? out + hill : hill;
  }

 private:
  [[nodiscard]] static std::size_t index(int j) { return static_cast<std::size_t>(j); }

  [[nodiscard]] double count_slope(double i) const {
    return numeric::log1p((numeric::value_of(at_.s) - 1.0) / (i + 1.0)) - fade_;
  }

  [[nodiscard]] R log_weight(double n) const {
    if (weight_ == count_weight::stayed) return numeric::log_beta_ratio(a_, b_, n);
    return numeric::log(numeric::beta_partial_sum(a_, b_, n));
  }

  /// How far one may go from n with one panel.
  [[nodiscard]] double panel(double n) const {
    constexpr double widest = 0.8;
    constexpr double changes = 2.5;
    const double i = n * at_.k;
    const double s = numeric::value_of(at_.s);
    const double a = numeric::value_of(a_);
    const double b = numeric::value_of(b_);
    const double bend = s / (i * (s + i)) * at_.k * at_.k + a / ((b + n) * (a + b + n));
    return std::min(widest * n, changes / std::max(0.5 * std::fabs(slope(n)), std::sqrt(bend)));
  }

  /// ∫_low^high by panels outwards from `at`, to where they add nothing.
  [[nodiscard]] scaled_number<R> march(double at, double low, double high) const {
    constexpr double negligible = 1e-18;
    const R top = R(numeric::value_of(log_block(at)));
    const auto f = [&](double n) { return numeric::exp(log_block(n) - top); };
    R total(0.0);
    for (double n = at; n < high;) {
      const double next = std::min(high, n + panel(n));
      const R part = numeric::integrate_panel<R>(n, next, f);
      total = total + part;
      if (numeric::value_of(part) <= negligible * numeric::value_of(total) && slope(next) < 0) break;
      n = next;
    }
    for (double n = at; n > low;) {
      const double next = std::max(low, n - 0.6 * panel(n));
      const R part = numeric::integrate_panel<R>(next, n, f);
      total = total + part;
      if (numeric::value_of(part) <= negligible * numeric::value_of(total) && slope(next) > 0) break;
      n = next;
    }
    return {total, top};
  }

  erlang_stages<R> at_;
  R a_;
  R b_;
  R v_;
  count_weight weight_;
  double fade_;  // ln((1+v)/v), which stays above 0 where v/(1+v) is 1
};

/// The near part: chances of counts by their recurrence, kept within reach of a double by factors e^rescaling.
template <class R>
class erlang_recurrence {
 public:
  static constexpr double rescaling = 400.0;
  static constexpr std::size_t kept = 10;

  erlang_recurrence(const erlang_stages<R>& at, const R& a, const R& b, const R& v, count_weight weight)
      : at_(at),
        a_(a),
        b_(b),
        z_(v / (1.0 + v)),
        slip_(slip(numeric::value_of(z_), numeric::value_of(v))),
        weight_(weight) {
    // The chance of no event, (1+v)^-(s+j), but for the (1+v)^-s that all share.
    R power(1.0);
    for (int j = 0; j <= at.last(); ++j) {
      first_[index(j)] = at.chance[index(j)] * power;
      power = power / (1.0 + v);
    }
  }

  /// weight(n) P(nk <= i < (n+1)k) (1+v)^s e^(-rescaling shift), for n = 0, 1, 2, ... call by call.
  [[nodiscard]] R next() {
    const int last = at_.last();
    R block(0.0);
    for (int l = 0; l < at_.k; ++l, i_ += 1) {
      if (i_ <= last) term_[static_cast<std::size_t>(i_)] = first_[static_cast<std::size_t>(i_)];
      const R factor = z_ * (at_.s + i_);
      for (int j = 0; j <= last && j <= i_; ++j) {
        R& t = term_[index(j)];
        block = block + t;
        t = t * (factor / (i_ + 1.0 - j));
      }
    }
    block = block * (1.0 + slip_ * i_);
    const R stays = (b_ + n_) / (a_ + b_ + n_);
    n_ += 1;
    if (weight_ == count_weight::stayed) {
      // The weight goes with the terms: by itself it may fall below the smallest double.
      for (int j = 0; j <= last; ++j) term_[index(j)] = term_[index(j)] * stays;
    } else {
      block = block * bought_;
      bought_ = bought_ + stayed_;
      stayed_ = stayed_ * stays;
    }
    rescale();
    std::move(ring_.begin() + 1, ring_.end(), ring_.begin());
    ring_.back() = block * numeric::exp((used_shift_ - shift_) * rescaling);
    return block;
  }

  /// Of the last block.
  [[nodiscard]] double shift() const { return used_shift_; }

  /// Of the next block.
  [[nodiscard]] double next_shift() const { return shift_; }

  /// Σ_{m >= n} f(m) - ∫_{n-1/2}^inf f for the block n - 1/2 in the middle of the last ten: Euler and Maclaurin's
  /// correction in central differences, in units of the next shift.
  [[nodiscard]] R correction() const {
    constexpr double c[] = {1.0 / 24, -17.0 / 5760, 367.0 / 967680, -27859.0 / 464486400, 1295803.0 / 122624409600.0};
    std::array<R, kept> d = ring_;
    R sum(0.0);
    for (std::size_t order = 1; order < kept; ++order) {
      for (std::size_t m = 0; m + order < kept; ++m) d[m] = d[m + 1] - d[m];
      if (order % 2 == 1) sum = sum + c[order / 2] * d[(kept - order) / 2];
    }
    return sum;
  }

  /// Above how much of a block all later ones stay, where the counts' chances fall already; else infinity.
  [[nodiscard]] double rest_over_block() const {
    const double z = numeric::value_of(z_);
    const double s = numeric::value_of(at_.s);
    const double fall = std::max(z, z * (s + i_) / (i_ + 1.0 - at_.last()));
    if (!(fall < 1) || n_ < 2) return std::numeric_limits<double>::infinity();
    const double blocks = 1.0 + 1.0 / (at_.k * (1.0 - fall));
    return blocks * (1.0 + blocks / n_);
  }

 private:
  [[nodiscard]] static std::size_t index(int j) { return static_cast<std::size_t>(j); }

  /// By what share of itself v/(1+v) is above z, to which it was rounded: thousands of steps multiply by z. Where
  /// counts spread far about their mean v is large and z near 1; else nothing.
  [[nodiscard]] static double slip(double z, double v) { return z < 0.5 ? 0.0 : ((1.0 - z) - 1.0 / (1.0 + v)) / z; }

  void rescale() {
    constexpr double high = 1e200;
    constexpr double low = 1e-200;
    used_shift_ = shift_;
    double most = 0.0;
    for (const R& t : term_) most = std::max(most, numeric::value_of(t));
    if ((most > low && most < high) || most == 0 || i_ <= at_.last()) return;
    const double up = most > high ? 1.0 : -1.0;
    for (R& t : term_) t = t * numeric::exp(-up * rescaling);
    for (R& t : ring_) t = t * numeric::exp(-up * rescaling);
    shift_ += up;
  }

  erlang_stages<R> at_;
  R a_;
  R b_;
  R z_;
  double slip_;
  count_weight weight_;
  std::array<R, max_stages> first_{};
  std::array<R, max_stages> term_{};
  std::array<R, kept> ring_{};
  double i_ = 0;
  double n_ = 0;
  R stayed_{1.0};
  R bought_{0.0};
  double shift_ = 0;
  double used_shift_ = 0;
};

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

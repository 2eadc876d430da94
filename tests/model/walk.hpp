// Customers walked through purchase by purchase, beyond the end of what is seen of them: a plain twin of simulate(),
// which jumps to the end and knows nothing of what comes after.
#ifndef VALOREM_TESTS_MODEL_WALK_HPP
#define VALOREM_TESTS_MODEL_WALK_HPP

#include <valorem/model.hpp>
#include <valorem/numeric/random.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace populations {

using namespace valorem;

/// What is seen of a customer until T, and how often she buys in as long a time after it.
struct walked_customer {
  history seen;
  double later;
};

namespace walking {

inline double gamma_variate(double shape, double rate, numeric::random_stream& from) {
  return numeric::exp(numeric::log_gamma_variate(shape, from)) / rate;
}

struct fate {
  double lifetime = std::numeric_limits<double>::infinity();
  double leaves_after_a_purchase = 0.0;
  bool also_after_the_first = false;
};

inline fate fate_of(const nbd&, numeric::random_stream&) {
  return {};
}
inline fate fate_of(const pareto_nbd& m, numeric::random_stream& from) {
  const double rate = gamma_variate(m.s, m.beta, from);
  return {.lifetime = numeric::exponential_variate(from) / rate};
}
/// Her survival is exp(-η (e^(bt) - 1)).
inline fate fate_of(const ggompertz_nbd& m, numeric::random_stream& from) {
  const double eta = gamma_variate(m.s, m.beta, from);
  return {.lifetime = numeric::log1p(numeric::exponential_variate(from) / eta) / m.b};
}
/// BG/NBD, MBG/NBD and their kin with stages.
template <class M>
fate fate_of(const M& m, numeric::random_stream& from) {
  return {.leaves_after_a_purchase = numeric::exp(numeric::log_beta_variate(m.a, m.b, from).yes),
          .also_after_the_first = std::is_same_v<M, mbg_nbd> || std::is_same_v<M, mbg_cnbd>};
}

/// Not one of simulate()'s streams.
inline constexpr std::uint32_t purpose = 77;

}  // namespace walking

template <class M>
walked_customer walk(const M& m, double T, std::uint64_t seed, std::uint64_t customer) {
  numeric::random_stream from(seed, customer, walking::purpose);
  const double rate = walking::gamma_variate(m.r, m.alpha, from);
  const walking::fate fate = walking::fate_of(m, from);
  int stages = 1;
  if constexpr (erlang_model<M>) stages = m.k;
  walked_customer out{{0, 0, T}, 0};
  if (fate.also_after_the_first && from.uniform() < fate.leaves_after_a_purchase) return out;
  for (double t = 0;;) {
    for (int i = 0; i < stages; ++i) t += numeric::exponential_variate(from) / rate;
    if (t > fate.lifetime || t > 2 * T) return out;
    if (t <= T) {
      out.seen.x += 1;
      out.seen.t_x = t;
    } else {
      out.later += 1;
    }
    if (from.uniform() < fate.leaves_after_a_purchase) return out;
  }
}

/// Period by period: she may leave at its beginning, then buy in it.
inline walked_customer walk(const bg_bb& m, double T, std::uint64_t seed, std::uint64_t customer) {
  numeric::random_stream from(seed, customer, walking::purpose);
  const double buys = numeric::exp(numeric::log_beta_variate(m.alpha, m.beta, from).yes);
  const double leaves = numeric::exp(numeric::log_beta_variate(m.gamma, m.delta, from).yes);
  walked_customer out{{0, 0, T}, 0};
  for (double period = 1; period <= 2 * T; ++period) {
    if (from.uniform() < leaves) break;
    if (!(from.uniform() < buys)) continue;
    if (period <= T) {
      out.seen.x += 1;
      out.seen.t_x = period;
    } else {
      out.later += 1;
    }
  }
  return out;
}

}  // namespace populations

#endif

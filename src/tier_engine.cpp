// One evaluator for one customer and for a tile of 64: the same steps over 1 or 64 lanes.
#include <valorem/numeric/elementary.hpp>
#include <valorem/numeric/mask.hpp>
#include <valorem/tier/engine.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace valorem::inline VALOREM_ABI::tier {
namespace {

using numeric::detail::infinity;
using numeric::detail::not_a_number;
constexpr std::size_t tile_rows = 64;
constexpr auto no = static_cast<std::uint8_t>(verdict::no);
constexpr auto unknown = static_cast<std::uint8_t>(verdict::unknown);
constexpr auto yes = static_cast<std::uint8_t>(verdict::yes);

/// The facts of one customer, one behind the other.
struct one_row {
  const double* facts;
  [[nodiscard]] const double* at(std::size_t fact) const noexcept { return facts + fact; }
};

/// A tile of rows within columns.
struct many_rows {
  const std::span<const double>* columns;
  std::size_t first;
  [[nodiscard]] const double* at(std::size_t fact) const noexcept { return columns[fact].data() + first; }
};

template <std::size_t N>
using lanes = std::array<std::uint8_t, N>;

static_assert(max_tiers <= 256 && max_gates < no_gate, "lanes hold places in a byte");

double or_default(double fact, double missing) noexcept {
  return numeric::is_nan(fact) ? missing : fact;
}

// Selects on whole bytes: a loop over 64 of them becomes a few vector instructions where one of bools does not.
constexpr std::uint8_t when(bool holds) noexcept {
  return static_cast<std::uint8_t>(0 - static_cast<int>(holds));
}
constexpr std::uint8_t pick(std::uint8_t mask, std::uint8_t a, std::uint8_t b) noexcept {
  return static_cast<std::uint8_t>((mask & a) | (~mask & b));
}

double points_of(const std::vector<score_step>& steps, better direction, double x) noexcept {
  double points = 0;
  for (const score_step& s : steps) {
    if (direction == better::higher ? x >= s.from : x <= s.from) points = s.points;
  }
  return points;
}

}  // namespace

struct engine::machine {
  const engine& e;

  /// A connective whose children are being judged.
  template <std::size_t N>
  struct frame {
    node::kind is;
    ordinal need;
    lanes<N> truth;                                  // all, any
    std::array<std::uint16_t, N> certain, possible;  // at_least: children that hold, and that may hold
  };

  template <std::size_t N>
  static void start(frame<N>& f, node::kind is, ordinal need) noexcept {
    f.is = is;
    f.need = need;
    if (is == node::kind::at_least) {
      f.certain.fill(0);
      f.possible.fill(0);
    } else {
      f.truth.fill(is == node::kind::all ? yes : no);
    }
  }

  template <std::size_t N>
  static void fold(frame<N>& f, const lanes<N>& child) noexcept {
    if (f.is == node::kind::all) {
      for (std::size_t r = 0; r < N; ++r) f.truth[r] = std::min(f.truth[r], child[r]);
    } else if (f.is == node::kind::any) {
      for (std::size_t r = 0; r < N; ++r) f.truth[r] = std::max(f.truth[r], child[r]);
    } else {
      for (std::size_t r = 0; r < N; ++r) {
        f.certain[r] = static_cast<std::uint16_t>(f.certain[r] + (child[r] == yes ? 1 : 0));
        f.possible[r] = static_cast<std::uint16_t>(f.possible[r] + (child[r] != no ? 1 : 0));
      }
    }
  }

  template <std::size_t N>
  static void finish(frame<N>& f) noexcept {
    if (f.is != node::kind::at_least) return;
    for (std::size_t r = 0; r < N; ++r) {
      f.truth[r] = static_cast<std::uint8_t>((f.certain[r] >= f.need ? 1 : 0) + (f.possible[r] >= f.need ? 1 : 0));
    }
  }

  template <class Rows>
  [[nodiscard]] reading score(const measure& m, const Rows& rows, std::size_t r) const noexcept {
    reading sum{0, 0};
    for (const score_term& t : m.score) {
      const ordinal fact = e.fact_of_[t.of];
      const double x = or_default(rows.at(fact)[r], e.missing_[fact]);
      const bool known = !numeric::is_nan(x);
      const double points = known ? points_of(t.steps, e.program_.measures[t.of].direction, x) : 0;
      sum.low += points;
      sum.high += known ? points : t.steps.back().points;
    }
    return sum;
  }

  template <std::size_t N, class Rows>
  void judge_score(const step& s, const Rows& rows, lanes<N>& out) const noexcept {
    const measure& m = e.program_.measures[s.where];
    for (std::size_t r = 0; r < N; ++r) {
      const reading points = score(m, rows, r);
      out[r] = points.low >= s.threshold ? yes : points.high < s.threshold ? no : unknown;
    }
  }

  /// A comparison with NaN is false both ways and so leaves unknown. As wide as the doubles first, then narrow: one
  /// loop for both would stay scalar.
  template <std::size_t N>
  static void compare(const double* facts, double bar, lanes<N>& out) noexcept {
    std::array<std::uint64_t, N> wide;
    for (std::size_t r = 0; r < N; ++r) {
      const double x = facts[r];
      wide[r] = 1 + (numeric::when(x >= bar) & 1) + numeric::when(x < bar);
    }
    for (std::size_t r = 0; r < N; ++r) out[r] = static_cast<std::uint8_t>(wide[r]);
  }

  /// Where lower is better, signs are turned: x <= bar is -x >= -bar.
  template <std::size_t N>
  static void judge_fact(const step& s, const double* facts, lanes<N>& out) noexcept {
    if (s.what == step::op::higher && numeric::is_nan(s.missing)) return compare(facts, s.threshold, out);
    const double sign = s.what == step::op::higher ? 1 : -1;
    std::array<double, N> better_up;
    for (std::size_t r = 0; r < N; ++r)
      better_up[r] = sign * numeric::pick(numeric::nan(facts[r]), s.missing, facts[r]);
    compare(better_up.data(), sign * s.threshold, out);
  }

  template <std::size_t N, class Rows>
  void judge(stretch part, const Rows& rows, lanes<N>& out) const noexcept {
    std::array<frame<N>, max_depth + 1> open;
    std::size_t depth = 0;
    start(open[0], node::kind::all, 0);
    const step* const last = e.steps_.data() + part.first + part.count;
    for (const step* s = e.steps_.data() + part.first; s != last; ++s) {
      switch (s->what) {
        case step::op::open:
          start(open[++depth], s->is, s->need);
          break;
        case step::op::close:
          finish(open[depth]);
          --depth;
          fold(open[depth], open[depth + 1].truth);
          break;
        case step::op::score:
          judge_score<N>(*s, rows, out);
          fold(open[depth], out);
          break;
        default:
          judge_fact<N>(*s, rows.at(s->where), out);
          fold(open[depth], out);
      }
    }
    out = open[0].truth;
  }

  /// Tiers by lane: as they are, and the lowest and highest that they could be with all facts known. A tier's place
  /// fits a byte.
  template <std::size_t N>
  struct bounds {
    lanes<N> candidate, now, low, high, gate, undecided;
  };

  /// An unknown `require` caps what could be lowest, and what is where the gate says so; what could be highest only
  /// where it fails for certain.
  template <std::size_t N>
  static void cap(bounds<N>& b, const gate& g, std::uint8_t which, const lanes<N>& passes) noexcept {
    const auto under = static_cast<std::uint8_t>(g.otherwise);
    const std::uint8_t fails = g.unknown == gate::unknown_as::fail ? unknown : no;  // this and what lies below
    const std::uint8_t must_know = when(g.unknown == gate::unknown_as::error);
    for (std::size_t r = 0; r < N; ++r) {
      const std::uint8_t p = passes[r], capped = std::min(b.now[r], under);
      const std::uint8_t stops = when(p == unknown) & must_know, fallen = when(p <= fails);
      const std::uint8_t lowers = fallen & when(capped != b.now[r]);
      b.low[r] = pick(when(p != yes), std::min(b.low[r], under), b.low[r]);
      b.high[r] = pick(when(p == no), std::min(b.high[r], under), b.high[r]);
      b.gate[r] = pick((stops | lowers) & when(b.undecided[r] == 0), which, b.gate[r]);
      b.now[r] = pick(fallen, capped, b.now[r]);
      b.undecided[r] = b.undecided[r] | stops;
    }
  }

  template <std::size_t N>
  void settle(const bounds<N>& b, decision* out) const noexcept {
    for (std::size_t r = 0; r < N; ++r) {
      const bool undecided = b.undecided[r] != 0;
      const std::uint8_t tier = undecided ? std::uint8_t{0} : b.now[r];
      const outcome how = undecided ? outcome::undecided : b.gate[r] == no_gate ? outcome::granted : outcome::gate;
      const status state = undecided || b.low[r] != b.high[r] ? status::unknown_fact : status::ok;
      out[r] = {tier, b.candidate[r], b.gate[r], how, state, e.vip_[tier] != 0};
    }
  }

  template <std::size_t N, class Rows>
  void decide(const Rows& rows, decision* out) const noexcept {
    bounds<N> b;
    lanes<N> truth;
    b.candidate.fill(0);
    b.high.fill(0);
    b.gate.fill(no_gate);
    b.undecided.fill(0);
    for (std::size_t t = 1; t < e.tiers_.size(); ++t) {
      judge<N>(e.tiers_[t], rows, truth);
      const auto here = static_cast<std::uint8_t>(t);
      for (std::size_t r = 0; r < N; ++r) {
        b.candidate[r] = pick(when(truth[r] == yes), here, b.candidate[r]);
        b.high[r] = pick(when(truth[r] != no), here, b.high[r]);
      }
    }
    b.now = b.low = b.candidate;
    for (std::size_t g = 0; g < e.gates_.size(); ++g) {
      judge<N>(e.gates_[g], rows, truth);
      cap(b, e.program_.gates[g], static_cast<std::uint8_t>(g), truth);
    }
    settle(b, out);
  }

  [[nodiscard]] verdict one(stretch part, std::span<const double> facts) const noexcept {
    lanes<1> truth;
    judge<1>(part, one_row{facts.data()}, truth);
    return static_cast<verdict>(truth[0]);
  }
};

engine::engine(program p) : program_(std::move(p)), facts_(required_measures(program_)) {
  require_valid(program_);
  fact_of_.assign(program_.measures.size(), no_ordinal);
  for (std::size_t m = 0; m < program_.measures.size(); ++m) {
    if (program_.measures[m].is == measure::kind::score) continue;
    fact_of_[m] = static_cast<ordinal>(missing_.size());
    missing_.push_back(program_.measures[m].missing.value_or(not_a_number));
  }
  std::size_t comparisons = max_corner_comparisons;
  for (std::size_t t = 0; t < program_.tiers.size(); ++t) {
    const ordinal enter = program_.tiers[t].enter;
    tiers_.push_back(t == 0 ? stretch{} : compile(enter));
    into_.push_back(t == 0 ? std::vector<corner>{} : minimal_corners(program_, enter, comparisons));
    vip_.push_back(is_vip(program_, static_cast<ordinal>(t)) ? 1 : 0);
  }
  for (const gate& g : program_.gates) {
    gates_.push_back(compile(g.require));
    through_.push_back(minimal_corners(program_, g.require, comparisons));
  }
}

engine::stretch engine::compile(ordinal root) {
  const auto first = static_cast<std::uint32_t>(steps_.size());
  unfold(root);
  return {first, static_cast<std::uint32_t>(steps_.size()) - first};
}

void engine::unfold(ordinal at) {
  const node& n = program_.nodes[at];
  if (n.is == node::kind::atom) {
    const measure& m = program_.measures[n.measure];
    if (m.is == measure::kind::score) {
      steps_.push_back({step::op::score, n.is, 0, n.measure, n.threshold, not_a_number});
    } else {
      const ordinal fact = fact_of_[n.measure];
      const auto what = m.direction == better::higher ? step::op::higher : step::op::lower;
      steps_.push_back({what, n.is, 0, fact, n.threshold, missing_[fact]});
    }
    return;
  }
  steps_.push_back({step::op::open, n.is, n.need, 0, 0, 0});
  for (std::size_t i = 0; i < n.count; ++i) unfold(static_cast<ordinal>(n.first + i));
  steps_.push_back({step::op::close, n.is, 0, 0, 0, 0});
}

decision engine::decide(std::span<const double> facts) const noexcept {
  decision out;
  if (facts.size() == facts_.size()) machine{*this}.decide<1>(one_row{facts.data()}, &out);
  return out;
}

void engine::decide(std::span<const std::span<const double>> columns, std::span<decision> out,
                    const execution& how) const {
  if (columns.size() != facts_.size()) {
    throw contract_error("tier engine: " + std::to_string(columns.size()) + " columns of facts for " +
                         std::to_string(facts_.size()) + " measures");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    require_equal_length(columns[i].size(), facts_[i].c_str(), out.size(), "out");
  }
  numeric::for_blocks(out.size(), how, [&](std::size_t, std::size_t first, std::size_t last) noexcept {
    std::size_t row = first;
    for (; row + tile_rows <= last; row += tile_rows) {
      machine{*this}.decide<tile_rows>(many_rows{columns.data(), row}, &out[row]);
    }
    for (; row < last; ++row) machine{*this}.decide<1>(many_rows{columns.data(), row}, &out[row]);
  });
}

verdict engine::enters(ordinal t, std::span<const double> facts) const noexcept {
  return t == 0 ? verdict::yes : machine{*this}.one(tiers_[t], facts);
}

verdict engine::passes(ordinal g, std::span<const double> facts) const noexcept {
  return machine{*this}.one(gates_[g], facts);
}

reading engine::read(ordinal m, std::span<const double> facts) const noexcept {
  if (program_.measures[m].is == measure::kind::score) {
    return machine{*this}.score(program_.measures[m], one_row{facts.data()}, 0);
  }
  const ordinal fact = fact_of_[m];
  const double x = or_default(facts[fact], missing_[fact]);
  return numeric::is_nan(x) ? reading{-infinity, infinity} : reading{x, x};
}

const std::vector<corner>* engine::ways_into(ordinal t) const noexcept {
  return into_[t] ? &*into_[t] : nullptr;
}

const std::vector<corner>* engine::ways_through(ordinal g) const noexcept {
  return through_[g] ? &*through_[g] : nullptr;
}

}  // namespace valorem::inline VALOREM_ABI::tier

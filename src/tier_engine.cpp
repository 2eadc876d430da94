// One evaluator for one customer and for a tile of 64: the same steps over 1 or 64 lanes.
#include <valorem/tier/engine.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace valorem::inline VALOREM_ABI::tier {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
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

  template <std::size_t N>
  using lanes = std::array<std::uint8_t, N>;

  /// A connective whose children are being judged.
  template <std::size_t N>
  struct frame {
    node::kind is;
    ordinal need;
    lanes<N> truth;                                  // all, any
    std::array<std::uint16_t, N> certain, possible;  // at_least: children that hold, and that may hold
  };

  template <std::size_t N>
  static void start(frame<N>& f, node::kind is, ordinal need, std::size_t n) noexcept {
    f.is = is;
    f.need = need;
    if (is == node::kind::at_least) {
      for (std::size_t r = 0; r < n; ++r) f.certain[r] = f.possible[r] = 0;
    } else {
      const std::uint8_t neutral = is == node::kind::all ? yes : no;
      for (std::size_t r = 0; r < n; ++r) f.truth[r] = neutral;
    }
  }

  template <std::size_t N>
  static void fold(frame<N>& f, const lanes<N>& child, std::size_t n) noexcept {
    switch (f.is) {
      case node::kind::all:
        for (std::size_t r = 0; r < n; ++r) f.truth[r] = std::min(f.truth[r], child[r]);
        break;
      case node::kind::any:
        for (std::size_t r = 0; r < n; ++r) f.truth[r] = std::max(f.truth[r], child[r]);
        break;
      default:
        for (std::size_t r = 0; r < n; ++r) {
          f.certain[r] = static_cast<std::uint16_t>(f.certain[r] + (child[r] == yes ? 1 : 0));
          f.possible[r] = static_cast<std::uint16_t>(f.possible[r] + (child[r] != no ? 1 : 0));
        }
    }
  }

  template <std::size_t N>
  static void finish(frame<N>& f, std::size_t n) noexcept {
    if (f.is != node::kind::at_least) return;
    for (std::size_t r = 0; r < n; ++r) {
      f.truth[r] = f.certain[r] >= f.need ? yes : f.possible[r] < f.need ? no : unknown;
    }
  }

  template <class Rows>
  [[nodiscard]] reading score(const measure& m, const Rows& rows, std::size_t r) const noexcept {
    reading sum{0, 0};
    for (const score_term& t : m.score) {
      const ordinal fact = e.fact_of_[t.of];
      double x = rows.at(fact)[r];
      if (numeric::is_nan(x)) x = e.missing_[fact];
      const bool known = !numeric::is_nan(x);
      const double points = known ? points_of(t.steps, e.program_.measures[t.of].direction, x) : 0;
      sum.low += points;
      sum.high += known ? points : t.steps.back().points;
    }
    return sum;
  }

  template <std::size_t N, class Rows>
  void judge_atom(const step& s, const Rows& rows, lanes<N>& out, std::size_t n) const noexcept {
    if (s.what == step::op::score) {
      const measure& m = e.program_.measures[s.where];
      for (std::size_t r = 0; r < n; ++r) {
        const reading points = score(m, rows, r);
        out[r] = points.low >= s.threshold ? yes : points.high < s.threshold ? no : unknown;
      }
      return;
    }
    // A comparison with NaN is false both ways and so leaves unknown.
    const double* const x = rows.at(s.where);
    const double sign = s.what == step::op::higher ? 1 : -1;
    const double bar = sign * s.threshold;
    for (std::size_t r = 0; r < n; ++r) {
      const double fact = sign * (numeric::is_nan(x[r]) ? s.missing : x[r]);
      out[r] = static_cast<std::uint8_t>(1 + (fact >= bar ? 1 : 0) - (fact < bar ? 1 : 0));
    }
  }

  template <std::size_t N, class Rows>
  void judge(stretch part, const Rows& rows, lanes<N>& out, std::size_t n) const noexcept {
    std::array<frame<N>, max_depth + 1> open;
    std::size_t depth = 0;
    start(open[0], node::kind::all, 0, n);
    for (std::size_t i = part.first; i < part.first + part.count; ++i) {
      const step& s = e.steps_[i];
      if (s.what == step::op::open) {
        start(open[++depth], s.is, s.need, n);
      } else if (s.what == step::op::close) {
        finish(open[depth], n);
        --depth;
        fold(open[depth], open[depth + 1].truth, n);
      } else {
        judge_atom<N>(s, rows, out, n);
        fold(open[depth], out, n);
      }
    }
    out = open[0].truth;
  }

  /// The tier as it is, and the lowest and the highest that it could be with all facts known.
  struct bounds {
    ordinal now, low, high;
    std::uint8_t gate = no_gate;
    bool undecided = false;
  };

  /// An unknown `require` caps what could be lowest, and what is where the gate says so; what could be highest only
  /// where it fails for certain.
  static void cap(bounds& b, const gate& g, std::uint8_t which, std::uint8_t passes) noexcept {
    if (passes == yes) return;
    const auto under = [&](ordinal t) { return std::min(t, g.otherwise); };
    b.low = under(b.low);
    if (passes == no) b.high = under(b.high);
    if (passes == unknown && g.unknown == gate::unknown_as::error && !b.undecided) {
      b.undecided = true;
      b.gate = which;
    }
    if (passes == unknown && g.unknown != gate::unknown_as::fail) return;
    if (g.otherwise < b.now && !b.undecided) b.gate = which;
    b.now = under(b.now);
  }

  [[nodiscard]] decision settle(const bounds& b, ordinal candidate) const noexcept {
    decision d;
    d.candidate = candidate;
    d.gate = b.gate;
    d.tier = b.undecided ? ordinal{0} : b.now;
    d.how = b.undecided ? outcome::undecided : b.gate == no_gate ? outcome::granted : outcome::gate;
    d.state = b.undecided || b.low != b.high ? status::unknown_fact : status::ok;
    d.vip = e.vip_[d.tier] != 0;
    return d;
  }

  template <std::size_t N, class Rows>
  void decide(const Rows& rows, decision* out, std::size_t n) const noexcept {
    lanes<N> truth;
    std::array<ordinal, N> candidate, hope;
    for (std::size_t r = 0; r < n; ++r) candidate[r] = hope[r] = 0;
    for (std::size_t t = 1; t < e.tiers_.size(); ++t) {
      judge<N>(e.tiers_[t], rows, truth, n);
      const auto here = static_cast<ordinal>(t);
      for (std::size_t r = 0; r < n; ++r) {
        candidate[r] = truth[r] == yes ? here : candidate[r];
        hope[r] = truth[r] != no ? here : hope[r];
      }
    }
    std::array<bounds, N> b;
    for (std::size_t r = 0; r < n; ++r) b[r] = {candidate[r], candidate[r], hope[r], no_gate, false};
    for (std::size_t g = 0; g < e.gates_.size(); ++g) {
      judge<N>(e.gates_[g], rows, truth, n);
      for (std::size_t r = 0; r < n; ++r) cap(b[r], e.program_.gates[g], static_cast<std::uint8_t>(g), truth[r]);
    }
    for (std::size_t r = 0; r < n; ++r) out[r] = settle(b[r], candidate[r]);
  }

  [[nodiscard]] verdict one(stretch part, std::span<const double> facts) const noexcept {
    lanes<1> truth;
    judge<1>(part, one_row{facts.data()}, truth, 1);
    return static_cast<verdict>(truth[0]);
  }
};

engine::engine(program p) : program_(std::move(p)), facts_(required_measures(program_)) {
  require_valid(program_);
  fact_of_.assign(program_.measures.size(), no_ordinal);
  for (std::size_t m = 0; m < program_.measures.size(); ++m) {
    if (program_.measures[m].is == measure::kind::score) continue;
    fact_of_[m] = static_cast<ordinal>(missing_.size());
    missing_.push_back(program_.measures[m].missing.value_or(nan));
  }
  for (std::size_t t = 0; t < program_.tiers.size(); ++t) {
    tiers_.push_back(t == 0 ? stretch{} : compile(program_.tiers[t].enter));
    vip_.push_back(is_vip(program_, static_cast<ordinal>(t)) ? 1 : 0);
  }
  for (const gate& g : program_.gates) gates_.push_back(compile(g.require));
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
      steps_.push_back({step::op::score, n.is, 0, n.measure, n.threshold, nan});
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
  if (facts.size() == facts_.size()) machine{*this}.decide<1>(one_row{facts.data()}, &out, 1);
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
    for (std::size_t row = first; row < last; row += tile_rows) {
      const std::size_t n = std::min(tile_rows, last - row);
      machine{*this}.decide<tile_rows>(many_rows{columns.data(), row}, &out[row], n);
    }
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
  const double x = numeric::is_nan(facts[fact]) ? missing_[fact] : facts[fact];
  return numeric::is_nan(x) ? reading{-infinity, infinity} : reading{x, x};
}

}  // namespace valorem::inline VALOREM_ABI::tier

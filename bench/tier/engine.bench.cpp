// Tiers of a program read at run time, for columns and one by one, beside the same rules written by hand in C++.
#include "harness.hpp"
#include <valorem/tier.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <random>

namespace {

using namespace valorem;

constexpr std::size_t rows = std::size_t{1} << 18;

/// Facts of gz-vip: points, fee, tenure, overdue. One row in fifty lacks its points.
struct facts {
  std::array<std::vector<double>, 4> columns;
  std::vector<tier::decision> decided;
  tier::engine engine;

  facts() : decided(rows), engine(tier::parse(text()).value()) {
    constexpr std::array<double, 4> ends{25000, 900, 60, 5};
    std::mt19937_64 random(2016);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c].resize(rows);
      for (double& v : columns[c]) v = std::floor(static_cast<double>(random() >> 11) * 0x1p-53 * ends[c]);
    }
    for (std::size_t i = 0; i < rows; i += 50) columns[0][i] = std::numeric_limits<double>::quiet_NaN();
  }
  static std::string text() {
    std::ifstream in(VALOREM_SOURCE_DIR "/examples/data/gz-vip.json", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] double sum() const {
    double all = 0;
    for (const tier::decision& d : decided) all += d.tier + 10.0 * d.candidate + 100.0 * static_cast<double>(d.state);
    return all;
  }
};
facts& data() {
  static facts all;
  return all;
}

using tier::verdict;

verdict at_least(double fact, double threshold) {
  return fact != fact ? verdict::unknown : fact >= threshold ? verdict::yes : verdict::no;
}

/// What decide says of gz-vip, written by hand.
tier::decision by_hand(double points, double fee, double tenure, double overdue) {
  constexpr std::array<std::array<double, 3>, 3> asked{{{3600, 188, 6}, {8400, 388, 12}, {20400, 888, 24}}};
  tier::decision d;
  std::size_t possible = 0;
  for (std::size_t t = asked.size(); t-- > 0;) {
    const verdict v =
        std::min(std::max(at_least(points, asked[t][0]), at_least(fee, asked[t][1])), at_least(tenure, asked[t][2]));
    if (v != verdict::no && possible == 0) possible = t + 1;
    if (v == verdict::yes) {
      d.candidate = static_cast<tier::ordinal>(t + 1);
      break;
    }
  }
  const verdict credit = at_least(-overdue, -2);
  const bool held = credit != verdict::yes;
  d.tier = held ? tier::ordinal{0} : d.candidate;
  d.how = held ? tier::outcome::gate : tier::outcome::granted;
  d.gate = held ? std::uint8_t{0} : tier::no_gate;
  const bool open = credit == verdict::unknown ? possible > 0 : credit == verdict::yes && possible != d.candidate;
  d.state = open ? status::unknown_fact : status::ok;
  d.vip = d.tier > 0;
  return d;
}

template <class Work>
void add(const std::string& name, Work work) {
  bench::add(name, {rows, 4, sizeof(tier::decision)}, [work] {
    auto& d = data();
    return std::pair([&d, work] { work(d); }, [&d] { return d.sum(); });
  });
}

const int registered = [] {
  add("decide, a column [engine]", [](facts& d) {
    const std::array<std::span<const double>, 4> columns{d.columns[0], d.columns[1], d.columns[2], d.columns[3]};
    d.engine.decide(columns, d.decided);
  });
  add("decide, a column [by hand]", [](facts& d) {
    for (std::size_t i = 0; i < rows; ++i) {
      d.decided[i] = by_hand(d.columns[0][i], d.columns[1][i], d.columns[2][i], d.columns[3][i]);
    }
  });
  add("decide, one by one", [](facts& d) {
    for (std::size_t i = 0; i < rows; ++i) {
      d.decided[i] = d.engine.decide(std::array{d.columns[0][i], d.columns[1][i], d.columns[2][i], d.columns[3][i]});
    }
  });
  return 0;
}();

}  // namespace

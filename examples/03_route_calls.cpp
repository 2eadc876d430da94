// A call router: one customer at a time, on several threads, while the tier program is replaced under them.
//
//   03_route_calls PROGRAM.json      the program asks for points, fee, tenure and overdue: examples/data/gz-vip.json
//
// What a call needs is one immutable desk: the tier engine and the desk that values customers. Threads share it through
// an atomic shared pointer; a new program is a new desk, swapped in between two calls. A call allocates nothing, which
// the program checks by counting every operator new of the threads that answer: it fails where one is called.
#include <valorem/valorem.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <random>
#include <thread>

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace {

using namespace valorem;
using ticks = std::chrono::steady_clock;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What the switchboard knows of a caller: facts in the order points, fee, tenure, overdue, and her purchases in weeks.
struct caller {
  std::array<double, 4> facts;
  history past;
  spend_history spend;
};

/// Where a call goes: VIPs first, and within a tier whoever is worth more.
struct route {
  tier::decision decided;
  double worth;
};

/// All that answering takes, of one program. Immutable.
struct desk_and_program {
  tier::engine engine;
  desk<mbg_nbd> value;

  [[nodiscard]] route answer_call(const caller& c) const noexcept {
    return {engine.decide(c.facts), value(c.past, c.spend).lifetime_value};
  }
};

/// A program becomes a desk, away from the calls: here it may allocate, and here a bad one is refused.
std::shared_ptr<const desk_and_program> open_desk(const tier::program& p) {
  const mbg_nbd model{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};  // fitted to CDNOW; see cdnow.cpp
  const gamma_gamma spend{.p = 6.25, .q = 3.74, .v = 15.44};
  tier::engine engine(p);
  constexpr std::array<std::string_view, 4> known{"points", "fee", "tenure", "overdue"};
  if (!std::ranges::equal(engine.facts(), known))
    throw data_error("the program must ask for points, fee, tenure, overdue");
  return std::make_shared<desk_and_program>(
      desk_and_program{std::move(engine), prepare(model, spend, {.horizon = 52, .discount = 0.10, .margin = 0.30})});
}

/// Next year's program: half the points do for every tier. A real one would be read from its file.
tier::program with_half_the_points(tier::program p) {
  p.version += ", half the points";
  p.fingerprint = 0;  // no text stands for it
  const tier::ordinal points = tier::find_measure(p, "points");
  for (tier::node& n : p.nodes) {
    if (n.is == tier::node::kind::atom && n.measure == points) n.threshold /= 2;
  }
  return p;
}

std::vector<caller> invent_callers(std::size_t n) {
  std::mt19937_64 random(7);
  const auto below = [&random](double limit) {
    return std::floor(static_cast<double>(random() >> 11) * 0x1p-53 * limit);
  };
  std::vector<caller> all(n);
  for (caller& c : all) {
    c.facts = {below(25000), below(900), below(60), below(5)};
    if (below(20) == 0) c.facts[0] = unknown;  // the points did not arrive in time
    const double T = 10 + below(140), x = below(12);
    c.past = {x, x > 0 ? 1 + below(T - 1) : 0, T};
    c.spend = {x, x > 0 ? 5 + below(80) : 0};
  }
  return all;
}

struct shift {
  std::vector<std::int32_t> nanoseconds;  // of the calls answered last, a ring
  std::size_t answered = 0;
  std::size_t allocated = 0;
};

using switchboard = std::atomic<std::shared_ptr<const desk_and_program>>;

/// Answers calls until told to stop, and counts by program (the old one, the new one) how many.
void work(const switchboard& board, const desk_and_program* old, const std::vector<caller>& callers, std::size_t from,
          std::array<std::atomic<std::size_t>, 2>& answered, const std::atomic<bool>& stop, shift& mine) {
  double sum = 0;
  const std::size_t before = allocations;
  for (std::size_t i = from; !stop.load(std::memory_order_relaxed); ++i) {
    const auto start = ticks::now();
    const auto now = board.load();
    const route r = now->answer_call(callers[i % callers.size()]);
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(ticks::now() - start).count();
    mine.nanoseconds[mine.answered++ % mine.nanoseconds.size()] = static_cast<std::int32_t>(took);
    answered[now.get() == old ? 0 : 1].fetch_add(1, std::memory_order_relaxed);
    sum += r.worth + r.decided.tier;
  }
  mine.allocated = allocations - before;
  if (sum < -1e300) std::fputs("nobody can be worth so little\n", stderr);  // so that sum is used
}

void wait_for(const std::atomic<std::size_t>& count, std::size_t wanted) {
  while (count.load() < wanted) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void print_calls(const desk_and_program& desk, const std::vector<caller>& callers) {
  const auto& p = desk.engine.source();
  std::printf("\nprogram %s %s\n%8s%9s%6s%8s%9s   %-10s%-5s%-14s%8s%10s\n", p.id.c_str(), p.version.c_str(), "caller",
              "points", "fee", "tenure", "overdue", "tier", "VIP", "status", "worth", "took");
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const auto start = ticks::now();
    const route r = desk.answer_call(callers[i]);
    const double us = std::chrono::duration<double, std::micro>(ticks::now() - start).count();
    const auto& f = callers[i].facts;
    std::printf("%8zu%9.0f%6.0f%8.0f%9.0f   %-10s%-5s%-14s%8.2f%7.1f us\n", i, f[0], f[1], f[2], f[3],
                p.tiers[r.decided.tier].id.c_str(), r.decided.vip ? "yes" : "no", name(r.decided.state).data(), r.worth,
                us);
  }
}

void print_times(const std::vector<shift>& shifts) {
  std::vector<std::int32_t> all;
  for (const shift& s : shifts) {
    all.insert(all.end(), s.nanoseconds.begin(),
               s.nanoseconds.begin() + static_cast<std::ptrdiff_t>(std::min(s.answered, s.nanoseconds.size())));
  }
  std::ranges::sort(all);
  const auto at = [&all](double share) {
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))] / 1000.0;
  };
  std::printf("a call took %.1f us at best, %.1f at the median, %.1f at 99 %%, %.1f at worst (%zu timed)\n", at(0),
              at(0.5), at(0.99), at(1), all.size());
}

std::string read_text(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw data_error(std::string("cannot open ") + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

int run(const char* path) {
  const tier::program program = tier::parse(read_text(path)).value();
  const auto old = open_desk(program);
  switchboard board(old);
  const auto callers = invent_callers(1000);
  print_calls(*old, {callers.begin(), callers.begin() + 8});

  constexpr std::size_t workers = 2, enough = 20'000;
  std::vector<shift> shifts(workers);
  for (shift& s : shifts) s.nanoseconds.resize(1 << 17);
  std::array<std::atomic<std::size_t>, 2> answered{};
  std::atomic<bool> stop = false;
  std::vector<std::jthread> threads;
  for (std::size_t w = 0; w < workers; ++w) {
    threads.emplace_back(
        [&, w] { work(board, old.get(), callers, w * callers.size() / workers, answered, stop, shifts[w]); });
  }
  wait_for(answered[0], enough);
  // The old desk stays with us until the threads are done, so that none of them has to free it.
  const auto fresh = open_desk(with_half_the_points(program));
  board.store(fresh);
  wait_for(answered[1], enough);
  stop = true;
  threads.clear();

  print_calls(*fresh, {callers.begin(), callers.begin() + 8});
  std::size_t allocated = 0;
  for (const shift& s : shifts) allocated += s.allocated;
  std::printf("\n%zu threads answered %zu calls by the old program and %zu by the new one, without a pause\n", workers,
              answered[0].load(), answered[1].load());
  print_times(shifts);
  std::printf("allocations while answering: %zu\n", allocated);
  return allocated == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** argument) {
  if (count != 2) {
    std::fputs("03_route_calls PROGRAM.json\n", stderr);
    return 2;
  }
  try {
    return run(argument[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "03_route_calls: %s\n", e.what());
    return 1;
  }
}

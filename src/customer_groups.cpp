#include "customer_groups.hpp"

#include <valorem/status.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

namespace valorem::inline VALOREM_ABI {

namespace detail {
namespace {

struct entry {
  std::uint64_t key;
  std::size_t row;
};

/// Stable, ascending by key. Bytes that all keys share cost nothing.
void sort_by_key(std::span<entry> a, std::vector<entry>& scratch) {
  if (a.size() < 256) {
    std::stable_sort(a.begin(), a.end(), [](const entry& l, const entry& r) { return l.key < r.key; });
    return;
  }
  std::uint64_t varying = 0;
  for (const entry& e : a) varying |= e.key ^ a.front().key;
  if (scratch.size() < a.size()) scratch.resize(a.size());
  std::span<entry> from = a;
  std::span<entry> to = std::span(scratch).first(a.size());
  for (unsigned shift = 0; shift < 64; shift += 8) {
    if ((varying >> shift & 0xff) == 0) continue;
    std::array<std::size_t, 256> at{};
    for (const entry& e : from) ++at[e.key >> shift & 0xff];
    std::exclusive_scan(at.begin(), at.end(), at.begin(), std::size_t{0});
    for (const entry& e : from) to[at[e.key >> shift & 0xff]++] = e;
    std::swap(from, to);
  }
  if (from.data() != a.data()) std::copy(from.begin(), from.end(), a.begin());
}

/// Bytes depth .. depth + 7 of the text as a number that orders like them; 0 beyond the end.
std::uint64_t key_at(std::string_view text, std::size_t depth) noexcept {
  std::uint64_t key = 0;
  for (std::size_t i = depth; i < depth + 8; ++i)
    key = key << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  return key;
}

std::vector<entry> sorted(std::span<const std::int64_t> ids, const std::vector<std::size_t>& rows) {
  std::vector<entry> entries, scratch;
  entries.reserve(rows.size());
  for (const std::size_t row : rows) {
    entries.push_back({std::bit_cast<std::uint64_t>(ids[row]) ^ (std::uint64_t{1} << 63), row});  // negative ids first
  }
  sort_by_key(entries, scratch);
  return entries;
}

/// Eight bytes at a time from the front; each run of equal keys goes on with the next eight bytes of those texts that
/// have them. The work is bounded by the bytes of the ids.
std::vector<entry> sorted(std::span<const std::string_view> ids, const std::vector<std::size_t>& rows) {
  struct task {
    std::size_t first, last, depth;
  };
  std::vector<entry> entries(rows.size()), scratch;
  for (std::size_t i = 0; i < rows.size(); ++i) entries[i].row = rows[i];
  std::vector<task> tasks{{0, entries.size(), 0}};
  while (!tasks.empty()) {
    const auto [first, last, depth] = tasks.back();
    tasks.pop_back();
    const auto range = std::span(entries).subspan(first, last - first);
    for (entry& e : range) e.key = key_at(ids[e.row], depth);
    sort_by_key(range, scratch);
    for (std::size_t i = first; i < last;) {
      std::size_t j = i + 1;
      while (j < last && entries[j].key == entries[i].key) ++j;
      // Within a run the texts that end here are ordered by length: they differ in zero bytes alone.
      const auto length = [&](const entry& e) { return std::min(ids[e.row].size(), depth + 9); };
      const auto run = std::span(entries).subspan(i, j - i);
      if (!std::ranges::all_of(run, [&](const entry& e) { return length(e) == length(run.front()); }))
        std::ranges::stable_sort(run, std::ranges::less{}, length);
      const auto longer = std::ranges::find_if(run, [&](const entry& e) { return length(e) == depth + 9; });
      const auto ended = static_cast<std::size_t>(longer - run.begin());
      if (j - i - ended > 1) tasks.push_back({i + ended, j, depth + 8});
      i = j;
    }
  }
  return entries;
}

template <class Id>
customer_groups grouped(std::span<const Id> ids, const std::vector<std::size_t>& rows) {
  const std::vector<entry> entries = sorted(ids, rows);
  customer_groups out;
  out.rows.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i == 0 || ids[entries[i].row] != ids[entries[i - 1].row]) out.begin.push_back(i);
    out.rows.push_back(entries[i].row);
  }
  out.begin.push_back(entries.size());
  return out;
}

template <class Id>
void find(std::span<const Id> table, std::span<const Id> wanted, std::span<std::size_t> out) {
  std::vector<Id> all(table.begin(), table.end());
  all.insert(all.end(), wanted.begin(), wanted.end());
  std::vector<std::size_t> rows(all.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const customer_groups groups = grouped(std::span<const Id>(all), rows);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::size_t first = groups.rows[groups.begin[g]];
    bool known = first < table.size();
    if constexpr (!std::is_integral_v<Id>) known = known && !all[first].empty();
    for (std::size_t i = groups.begin[g]; i < groups.begin[g + 1]; ++i)
      if (groups.rows[i] >= table.size()) out[groups.rows[i] - table.size()] = known ? first : no_row;
  }
}

}  // namespace

customer_groups group_customers(const customer_column& ids, const std::vector<std::size_t>& rows) {
  return std::visit([&](const auto& column) { return grouped(column, rows); }, ids);
}

}  // namespace detail

void find_customers(const customer_column& table, const customer_column& wanted, std::span<std::size_t> out) {
  if (size(wanted) != out.size()) throw contract_error("find_customers: out must be as long as wanted");
  if (table.index() != wanted.index())
    throw contract_error("the customers' ids are numbers in one table and texts in the other");
  std::visit(
      [&](const auto& column) {
        using span = std::remove_cvref_t<decltype(column)>;
        detail::find(column, std::get<span>(wanted), out);
      },
      table);
}

}  // namespace valorem::inline VALOREM_ABI

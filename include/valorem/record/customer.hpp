// Whose row it is: columns of ids, and how one table finds its customers in another.
#ifndef VALOREM_RECORD_CUSTOMER_HPP
#define VALOREM_RECORD_CUSTOMER_HPP

#include <valorem/numeric/platform.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <variant>

namespace valorem::inline VALOREM_ABI {

/// Customers' ids: whole numbers, or texts that are compared byte by byte (an empty one is missing).
using customer_column = std::variant<std::span<const std::int64_t>, std::span<const std::string_view>>;

/// Number of rows.
[[nodiscard]] constexpr std::size_t size(const customer_column& c) noexcept {
  const auto* numbers = std::get_if<std::span<const std::int64_t>>(&c);
  return numbers != nullptr ? numbers->size() : std::get_if<std::span<const std::string_view>>(&c)->size();
}

/// Where a customer is not found.
inline constexpr std::size_t no_row = std::numeric_limits<std::size_t>::max();

/// For each of `wanted`, the first row of `table` with the same id, or no_row: contacts find their customer so, and
/// customers their facts. An empty text finds nothing. Throws contract_error where one column holds numbers and the
/// other texts, or `out` is of another length than `wanted`. In time n log n at worst, whatever the ids.
VALOREM_EXPORT void find_customers(const customer_column& table, const customer_column& wanted,
                                   std::span<std::size_t> out);

}  // namespace valorem::inline VALOREM_ABI

#endif

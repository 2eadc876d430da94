// Brings the rows of each customer together without hashing: no set of ids, however chosen, makes it slow.
#ifndef VALOREM_SRC_CUSTOMER_GROUPS_HPP
#define VALOREM_SRC_CUSTOMER_GROUPS_HPP

#include <valorem/record/customer.hpp>

#include <cstddef>
#include <vector>

namespace valorem::inline VALOREM_ABI::detail {

/// Customers ascending by id; those of group g own rows[begin[g]] to rows[begin[g + 1] - 1], ascending.
struct customer_groups {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> begin;

  [[nodiscard]] std::size_t size() const noexcept { return begin.size() - 1; }
};

/// Groups the given rows (ascending) of the column.
[[nodiscard]] customer_groups group_customers(const customer_column& ids, const std::vector<std::size_t>& rows);

}  // namespace valorem::inline VALOREM_ABI::detail

#endif

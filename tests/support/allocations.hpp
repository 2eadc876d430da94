// How often this test program has allocated so far. The counting operator new stands in allocations.test.cpp of its
// room.
#ifndef VALOREM_TESTS_SUPPORT_ALLOCATIONS_HPP
#define VALOREM_TESTS_SUPPORT_ALLOCATIONS_HPP

#include <cstddef>

namespace tests_support {

[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace tests_support

#endif

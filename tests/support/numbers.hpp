// Numbers that tests ask about by name.
#ifndef VALOREM_TESTS_SUPPORT_NUMBERS_HPP
#define VALOREM_TESTS_SUPPORT_NUMBERS_HPP

#include <limits>

namespace support {

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double eps = std::numeric_limits<double>::epsilon();

}  // namespace support

#endif

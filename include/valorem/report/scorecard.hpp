// One customer on half a page.
#ifndef VALOREM_REPORT_SCORECARD_HPP
#define VALOREM_REPORT_SCORECARD_HPP

#include <valorem/report/score.hpp>

#include <string>
#include <string_view>

namespace valorem::inline VALOREM_ABI {

/// Row i of the table as text for people: her past, what to expect, what she returns, her band and tier, and why. Lines
/// of at most 100 columns, longer ones go on below, each ended by LF. Does not depend on the locale. Throws
/// contract_error where there is no row i.
[[nodiscard]] VALOREM_EXPORT std::string scorecard(const score_table& t, std::size_t i, std::string_view customer);

}  // namespace valorem::inline VALOREM_ABI

#endif

// The whole population on one page.
#ifndef VALOREM_REPORT_CENSUS_HPP
#define VALOREM_REPORT_CENSUS_HPP

#include <valorem/report/score.hpp>

#include <string>

namespace valorem::inline VALOREM_ABI {

/// How many there are, every assumption behind the numbers, totals, who is alive, bands, tiers, concentration, and what
/// could not be valued. Lines of at most 100 columns but for names wider than that, each ended by LF. Does not depend
/// on the locale.
[[nodiscard]] VALOREM_EXPORT std::string census(const score_table& t);

/// A fitted model with its standard errors and verdict, as text.
[[nodiscard]] VALOREM_EXPORT std::string describe(const fitted_model& m);

}  // namespace valorem::inline VALOREM_ABI

#endif

#include <valorem/numeric/platform.hpp>
#include <valorem/version.hpp>

namespace valorem::inline VALOREM_ABI {

/// Version of the compiled library, to compare with the headers'.
VALOREM_EXPORT const char* compiled_version() noexcept;
const char* compiled_version() noexcept { return version; }

}  // namespace valorem::inline VALOREM_ABI

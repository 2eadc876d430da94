// The only place where a version number stands: CMake and pyproject.toml read these three lines.
#ifndef VALOREM_VERSION_HPP
#define VALOREM_VERSION_HPP

#define VALOREM_VERSION_MAJOR 0
#define VALOREM_VERSION_MINOR 1
#define VALOREM_VERSION_PATCH 0

#define VALOREM_DETAIL_PASTE(a, b, c) a##b##_##c
#define VALOREM_DETAIL_ABI(a, b) VALOREM_DETAIL_PASTE(v, a, b)
/// Inline namespace of all public names: two versions can meet in one program without clashing.
#define VALOREM_ABI VALOREM_DETAIL_ABI(VALOREM_VERSION_MAJOR, VALOREM_VERSION_MINOR)

#define VALOREM_DETAIL_TEXT(x) #x
#define VALOREM_DETAIL_STRING(a, b, c) VALOREM_DETAIL_TEXT(a) "." VALOREM_DETAIL_TEXT(b) "." VALOREM_DETAIL_TEXT(c)

namespace valorem::inline VALOREM_ABI {

/// "major.minor.patch" of the headers this file was compiled with.
inline constexpr const char* version =
    VALOREM_DETAIL_STRING(VALOREM_VERSION_MAJOR, VALOREM_VERSION_MINOR, VALOREM_VERSION_PATCH);

}  // namespace valorem::inline VALOREM_ABI

#endif

// Whether a test runs its long form: where VALOREM_FULL is set, but not under a sanitizer, which makes hours of it and
// sees nothing there that the short form does not show it.
#ifndef VALOREM_TESTS_SUPPORT_LONG_FORM_HPP
#define VALOREM_TESTS_SUPPORT_LONG_FORM_HPP

#include <cstdlib>

namespace support {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VALOREM_TESTS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VALOREM_TESTS_SANITIZED 1
#endif

[[nodiscard]] inline bool long_form() {
#ifdef VALOREM_TESTS_SANITIZED
  return false;
#else
  return std::getenv("VALOREM_FULL") != nullptr;
#endif
}

}  // namespace support

#endif

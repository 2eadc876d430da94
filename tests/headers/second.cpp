#include "every_header_backward.inc"
#include "seen.hpp"

const void* version_seen_by_second() {
  return &valorem::version;
}
auto gravest_seen_by_second() -> valorem::status (*)(valorem::status, valorem::status) noexcept {
  return &valorem::gravest;
}

#include "every_header.inc"
#include "seen.hpp"

// An inline variable or function is one thing in the whole program, whichever file asks.
int main() {
  const bool one_variable = version_seen_by_second() == static_cast<const void*>(&valorem::version);
  const bool one_function = gravest_seen_by_second() == &valorem::gravest;
  return one_variable && one_function ? 0 : 1;
}

// The same with named fields, which clang 16 does not warn about: gcc names the forgotten one.
// compiler: GNU
// flags: -Werror=missing-field-initializers
// refused: missing initializer for member .*::T
#include <valorem/summary/history.hpp>

int main() {
#ifdef VALOREM_MISUSE
  const valorem::history h{.x = 1, .t_x = 2};
#else
  const valorem::history h{.x = 1, .t_x = 2, .T = 3};
#endif
  return valorem::check(h) == valorem::status::ok ? 0 : 1;
}

// Every field of a history is required: with the compiler's own warning, one that is forgotten is refused.
// flags: -Werror=missing-field-initializers
// refused: missing (initializer for member .*::T|field 'T' initializer)
#include <valorem/summary/history.hpp>

int main() {
#ifdef VALOREM_MISUSE
  const valorem::history h{1, 2};
#else
  const valorem::history h{1, 2, 3};
#endif
  return valorem::check(h) == valorem::status::ok ? 0 : 1;
}

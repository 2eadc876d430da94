// Horizon, discount and margin are decisions without a default; gcc's own warning names the one that was not taken.
// compiler: GNU
// flags: -Werror=missing-field-initializers
// refused: missing initializer for member .*::margin
#include <valorem/model.hpp>

int main() {
#ifdef VALOREM_MISUSE
  const valorem::plan ahead{.horizon = 52, .discount = 0.1};
#else
  const valorem::plan ahead{.horizon = 52, .discount = 0.1, .margin = 0.3};
#endif
  return ahead.horizon > 0 ? 0 : 1;
}

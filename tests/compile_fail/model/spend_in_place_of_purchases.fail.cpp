// A desk takes a model of purchases and a model of spend; the wrong way round it does not compile.
// refused: no matching function for call to .prepare
#include <valorem/model.hpp>

int main() {
  const valorem::nbd purchases{.r = 0.385, .alpha = 12.07};
  const valorem::gamma_gamma spend{.p = 6.25, .q = 3.74, .v = 15.44};
  const valorem::plan ahead{.horizon = 52, .discount = 0.1, .margin = 0.3};
#ifdef VALOREM_MISUSE
  const auto desk = prepare(spend, purchases, ahead);
#else
  const auto desk = prepare(purchases, spend, ahead);
#endif
  (void)desk;
}

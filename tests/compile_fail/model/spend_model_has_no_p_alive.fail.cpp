// What a model cannot answer does not compile: a model of spend knows nothing of being alive.
// refused: no matching function for call to .p_alive
#include <valorem/model.hpp>

int main() {
#ifdef VALOREM_MISUSE
  const valorem::gamma_gamma model{.p = 6.25, .q = 3.74, .v = 15.44};
#else
  const valorem::nbd model{.r = 0.385, .alpha = 12.07};
#endif
  return p_alive(model, valorem::history{.x = 1, .t_x = 2, .T = 3}) > 0 ? 0 : 1;
}

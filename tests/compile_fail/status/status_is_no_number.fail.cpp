// A status is compared with a status; a bare number beside it is a mistake.
// refused: no match for .operator==|invalid operands to binary expression
#include <valorem/status.hpp>

int main() {
  const valorem::status s = valorem::status::ok;
#ifdef VALOREM_MISUSE
  return s == 0;
#else
  return s == valorem::status::ok ? 0 : 1;
#endif
}

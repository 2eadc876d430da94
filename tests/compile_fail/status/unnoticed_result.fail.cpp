// A refused text must be noticed: its result cannot be dropped.
// flags: -Werror=unused-result
// refused: a refused text must be noticed
#include <valorem/status.hpp>

valorem::result<int> parse();

int main() {
#ifdef VALOREM_MISUSE
  parse();
#else
  return parse() ? 0 : 1;
#endif
}

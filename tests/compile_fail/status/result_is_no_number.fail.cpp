// A result is asked for its value; it does not turn into a truth value or a number by itself.
// refused: cannot convert|no viable conversion
#include <valorem/status.hpp>

valorem::result<int> parse();

int main() {
#ifdef VALOREM_MISUSE
  const int n = parse();
  return n;
#else
  return parse().value();
#endif
}

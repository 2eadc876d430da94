// A program is asked for before it decides: the result of reading one is not the program.
// refused: no matching function for call to|no matching conversion for functional-style cast
#include <valorem/tier.hpp>

#include <string_view>

int main() {
  constexpr std::string_view text = "{}";
#ifdef VALOREM_MISUSE
  const auto engine = valorem::tier::engine(valorem::tier::parse(text));
#else
  const auto engine = valorem::tier::engine(valorem::tier::parse(text).value());
#endif
  return engine.facts().empty() ? 0 : 1;
}

// Who comes first when the phone rings? A host program of its own: a model, a tier program, one customer.
#include <valorem/valorem.hpp>

#include <array>
#include <cstdio>

int main() {
  const auto program = valorem::tier::parse(R"({
    "schema": "tier-program/1", "id": "club", "version": "1",
    "measures": {"p_alive": {"better": "higher"}, "ratio": {"better": "higher"}},
    "tiers": [{"id": "guest"}, {"id": "member", "enter": {"all": [{"p_alive": 0.5}, {"ratio": 2}]}}]
  })");
  if (!program) {
    std::fprintf(stderr, "%s\n", program.error().text().c_str());
    return 1;
  }
  const valorem::tier::engine engine(program.value());
  const valorem::mbg_nbd model{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614};  // rates per week

  const double alive = valorem::p_alive(model, valorem::history{.x = 2, .t_x = 30.43, .T = 38.86});
  const valorem::answer returned = valorem::ratio(67.05, 16.20);
  const std::array facts{alive, returned.value};
  std::printf("%.3f alive, ratio %.2f: %s\n", alive, returned.value,
              program.value().tiers[engine.decide(facts).tier].id.c_str());
  std::printf("%s\n", valorem::tier::reason(engine, std::array{alive, 1.5}).c_str());
  return 0;
}

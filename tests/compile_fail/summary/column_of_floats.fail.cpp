// A column is float64; a column of float32 is not read as if it were one, nor copied behind the caller's back.
// refused: could not convert|no viable conversion|cannot convert
#include <valorem/summary/history.hpp>

#include <span>
#include <vector>

int main() {
#ifdef VALOREM_MISUSE
  const std::vector<float> x(3);
#else
  const std::vector<double> x(3);
#endif
  const valorem::history_columns book{.x = x, .t_x = x, .T = x};
  return static_cast<int>(book.size()) - 3;
}

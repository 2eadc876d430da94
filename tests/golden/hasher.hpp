// FNV-1a over 64-bit words: one number for a column of answers. All NaNs are one, and so are the two zeros.
#ifndef VALOREM_TESTS_GOLDEN_HASHER_HPP
#define VALOREM_TESTS_GOLDEN_HASHER_HPP

#include <valorem/numeric/real.hpp>

#include <bit>
#include <cstdint>
#include <span>

namespace golden {

class hasher {
 public:
  void add(double v) { word(valorem::numeric::is_nan(v) ? 1 : std::bit_cast<std::uint64_t>(v == 0 ? 0.0 : v)); }
  void add(std::span<const double> column) {
    for (const double v : column) add(v);
  }
  template <class Code>
  void add_codes(std::span<const Code> column) {
    for (const Code c : column) word(static_cast<std::uint64_t>(static_cast<std::int64_t>(c)));
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  void word(std::uint64_t w) {
    for (int byte = 0; byte < 8; ++byte) hash_ = (hash_ ^ ((w >> (8 * byte)) & 0xff)) * 0x100000001b3ULL;
  }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace golden

#endif

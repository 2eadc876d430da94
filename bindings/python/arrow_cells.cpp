// Arrow cells as numbers and texts: every integer and float width, decimals, dictionaries, strings and string views.
#include "arrow_cells.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

namespace valorem::python {

arrow_kind kind_of(std::string_view format) {
  if (format.empty()) return arrow_kind::other;
  if (format == "n") return arrow_kind::null;
  if (format == "b") return arrow_kind::boolean;
  if (format.size() == 1 && std::string_view("cCsSiIlL").find(format[0]) != format.npos) return arrow_kind::integer;
  if (format == "e" || format == "f" || format == "g") return arrow_kind::floating;
  if (format.starts_with("d:")) return format.ends_with(",256") ? arrow_kind::other : arrow_kind::decimal;
  if (format == "u" || format == "U" || format == "vu") return arrow_kind::text;
  if (format == "tdD" || format == "tdm") return arrow_kind::date;
  if (format.starts_with("ts")) return arrow_kind::timestamp;
  return arrow_kind::other;
}

std::string unit_name(char unit) {
  switch (unit) {
    case 's':
      return "s";
    case 'm':
      return "ms";
    case 'u':
      return "us";
    case 'n':
      return "ns";
    default:
      return "?";
  }
}

std::string spelled(std::string_view format) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> names{{
      {"n", "null"},       {"b", "bool"},    {"c", "int8"},     {"C", "uint8"},    {"s", "int16"},
      {"S", "uint16"},     {"i", "int32"},   {"I", "uint32"},   {"l", "int64"},    {"L", "uint64"},
      {"e", "float16"},    {"f", "float32"}, {"g", "float64"},  {"u", "utf8"},     {"U", "large_utf8"},
      {"vu", "utf8_view"}, {"z", "binary"},  {"tdD", "date32"}, {"tdm", "date64"}, {"+s", "struct"},
  }};
  for (const auto& [code, word] : names) {
    if (code == format) return std::string(word);
  }
  if (format.starts_with("d:")) return "decimal(" + std::string(format.substr(2)) + ")";
  if (format.starts_with("ts") && format.size() >= 4) {
    return "timestamp[" + unit_name(format[2]) + (format.size() > 4 ? ", " + std::string(format.substr(4)) : "") + "]";
  }
  return "type '" + std::string(format) + "'";
}

namespace {

double half(std::uint16_t h) {
  const unsigned exponent = (h >> 10U) & 0x1fU;
  const unsigned fraction = h & 0x3ffU;
  double magnitude = 0;
  if (exponent == 0x1f) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : null_number;
  } else if (exponent == 0) {
    magnitude = fraction * 0x1p-24;
  } else {
    magnitude = std::bit_cast<double>((std::uint64_t{exponent + 1008} << 52U) | (std::uint64_t{fraction} << 42U));
  }
  return (h & 0x8000U) != 0 ? -magnitude : magnitude;
}

/// unscaled / 10^scale, rounded once.
double decimal(__int128 unscaled, int scale) {
  constexpr std::array<double, 23> tens{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const bool negative = unscaled < 0;
  auto rest = negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  if (rest < (static_cast<unsigned __int128>(1) << 53U) && scale >= 0 && scale <= 22) {
    const double x = static_cast<double>(static_cast<std::uint64_t>(rest)) / tens[static_cast<std::size_t>(scale)];
    return negative ? -x : x;
  }
  std::array<char, 64> text{};
  char* at = text.data() + 40;
  char* const digits_end = at;
  do {
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  *digits_end = 'e';
  char* const end = std::to_chars(digits_end + 1, text.data() + text.size(), -scale).ptr;
  double x = 0;
  std::from_chars(at, end, x);
  return negative ? -x : x;
}

struct decimal_type {
  int scale = 0;
  int bits = 128;
  explicit decimal_type(std::string_view format) {  // d:precision,scale[,bits]
    const char* const end = format.data() + format.size();
    int precision = 0;
    const char* at = std::from_chars(format.data() + 2, end, precision).ptr;
    if (at != end) at = std::from_chars(at + 1, end, scale).ptr;
    if (at != end) std::from_chars(at + 1, end, bits);
  }
};

/// Positions in the dictionary; -1 for null.
std::vector<std::int64_t> codes(const piece& p) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(p.length));
  const bool ok = with_integer(p.schema->format[0], [&](auto sample) {
    using T = decltype(sample);
    convert<T>(p, out.data(), std::int64_t{-1}, [](T v) { return static_cast<std::int64_t>(v); });
  });
  if (!ok) throw data_error("an Arrow dictionary must be indexed by integers");
  const std::int64_t values = p.dictionary().length;
  for (std::int64_t c : out) {
    if (c >= values) throw data_error("an Arrow dictionary index lies outside its dictionary");
  }
  return out;
}

}  // namespace

void fill_numbers(const piece& p, double* out) {
  if (p.schema->dictionary != nullptr) {
    const piece values = p.dictionary();
    std::vector<double> known(static_cast<std::size_t>(values.length));
    fill_numbers(values, known.data());
    for (std::int64_t c : codes(p)) *out++ = c < 0 ? null_number : known[static_cast<std::size_t>(c)];
    return;
  }
  const std::string_view format = p.schema->format;
  const auto plain = [](auto v) { return static_cast<double>(v); };
  switch (kind_of(format)) {
    case arrow_kind::null:
      std::fill_n(out, p.length, null_number);
      return;
    case arrow_kind::integer:
      with_integer(format[0], [&](auto sample) { convert<decltype(sample)>(p, out, null_number, plain); });
      return;
    case arrow_kind::floating:
      if (format[0] == 'g') return convert<double>(p, out, null_number, plain);
      if (format[0] == 'f') return convert<float>(p, out, null_number, plain);
      return convert<std::uint16_t>(p, out, null_number, half);
    case arrow_kind::decimal: {
      const decimal_type type(format);
      const auto scaled = [&](__int128 v) { return decimal(v, type.scale); };
      if (type.bits == 32) return convert<std::int32_t>(p, out, null_number, scaled);
      if (type.bits == 64) return convert<std::int64_t>(p, out, null_number, scaled);
      struct wide {  // the specification promises no more than 8 bytes of alignment
        std::uint64_t low;
        std::int64_t high;
      };
      return convert<wide>(p, out, null_number, [&](wide v) {
        return scaled(
            static_cast<__int128>((static_cast<unsigned __int128>(static_cast<std::uint64_t>(v.high)) << 64U) | v.low));
      });
    }
    default:
      throw py::type_error("Arrow " + spelled(format) + " where numbers are expected");
  }
}

namespace {

template <class Offset>
void add_offset_texts(const piece& p, text_builder& out) {
  const Offset* at = p.buffer<Offset>(1) + p.first;
  const char* bytes = p.buffer<char>(2);
  for (std::int64_t i = 0; i < p.length; ++i) {
    if (!p.is_valid(i)) {
      out.add_null();
    } else {
      out.add(at[i + 1] == at[i] ? std::string_view{}
                                 : std::string_view{bytes + at[i], static_cast<std::size_t>(at[i + 1] - at[i])});
    }
  }
}

void add_view_texts(const piece& p, text_builder& out) {
  struct view {
    std::int32_t length;
    std::array<char, 12> rest;  // the bytes, or: prefix (4), buffer (4), offset (4)
  };
  const view* views = p.buffer<view>(1) + p.first;
  for (std::int64_t i = 0; i < p.length; ++i) {
    if (!p.is_valid(i)) {
      out.add_null();
      continue;
    }
    const view& v = views[i];
    if (v.length <= 12) {
      out.add({v.rest.data(), static_cast<std::size_t>(v.length)});
    } else {
      std::int32_t which = 0;
      std::int32_t offset = 0;
      std::memcpy(&which, v.rest.data() + 4, 4);
      std::memcpy(&offset, v.rest.data() + 8, 4);
      out.add({p.buffer<char>(2 + which) + offset, static_cast<std::size_t>(v.length)});
    }
  }
}

}  // namespace

void add_texts(const piece& p, text_builder& out) {
  if (p.schema->dictionary != nullptr) {
    text_builder values;
    add_texts(p.dictionary(), values);
    const text known = values.finish();
    for (std::int64_t c : codes(p)) {
      const auto k = static_cast<std::size_t>(c);
      c < 0 || !known.is_valid(k) ? out.add_null() : out.add(known[k]);
    }
    return;
  }
  const std::string_view format = p.schema->format;
  if (format == "n") {
    for (std::int64_t i = 0; i < p.length; ++i) out.add_null();
  } else if (format == "u") {
    add_offset_texts<std::int32_t>(p, out);
  } else if (format == "U") {
    add_offset_texts<std::int64_t>(p, out);
  } else if (format == "vu") {
    add_view_texts(p, out);
  } else {
    throw py::type_error("Arrow " + spelled(format) + " where text is expected");
  }
}

}  // namespace valorem::python

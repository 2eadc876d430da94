// Columns and tables of other libraries, read from their PyCapsules by the letter of the specification.
#include "arrow.hpp"
#include <valorem/status.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace valorem::python {

struct arrow_column::batches {
  ArrowSchema schema{};
  std::vector<ArrowArray> arrays;

  batches() = default;
  batches(const batches&) = delete;
  batches& operator=(const batches&) = delete;
  ~batches() {
    for (ArrowArray& a : arrays) {
      if (a.release != nullptr) a.release(&a);
    }
    if (schema.release != nullptr) schema.release(&schema);
  }
};

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool bit(const std::uint8_t* bits, std::int64_t i) {
  return ((bits[i / 8] >> (i % 8)) & 1U) != 0;
}

/// Rows [first, first + length) of one array's buffers, and of the table's that it is a column of.
struct piece {
  const ArrowSchema* schema;
  const ArrowArray* array;
  std::int64_t first;
  std::int64_t length;
  const std::uint8_t* row_valid = nullptr;
  std::int64_t row_first = 0;

  template <class T>
  [[nodiscard]] const T* buffer(std::int64_t which) const {
    if (which >= array->n_buffers) throw data_error("an Arrow array has too few buffers for its type");
    return static_cast<const T*>(array->buffers[which]);
  }
  /// Null where no row can be null.
  [[nodiscard]] const std::uint8_t* own_valid() const {
    if (array->null_count == 0 || schema->format[0] == 'n' || array->n_buffers == 0) return nullptr;
    return static_cast<const std::uint8_t*>(array->buffers[0]);
  }
  [[nodiscard]] bool is_valid(std::int64_t i) const {
    if (schema->format[0] == 'n') return false;
    const std::uint8_t* own = own_valid();
    return (own == nullptr || bit(own, first + i)) && (row_valid == nullptr || bit(row_valid, row_first + i));
  }
  [[nodiscard]] bool any_null() const {
    if (own_valid() == nullptr && row_valid == nullptr && schema->format[0] != 'n') return false;
    for (std::int64_t i = 0; i < length; ++i) {
      if (!is_valid(i)) return true;
    }
    return false;
  }
  [[nodiscard]] piece dictionary() const {
    if (array->dictionary == nullptr) throw data_error("an Arrow dictionary array came without its dictionary");
    return {schema->dictionary, array->dictionary, array->dictionary->offset, array->dictionary->length};
  }
};

bool is_struct(const ArrowSchema& s) {
  return std::string_view(s.format) == "+s";
}

}  // namespace

struct column_pieces {
  /// The pieces of a column, in row order.
  static std::vector<piece> of(const arrow_column& c) {
    std::vector<piece> out;
    out.reserve(c.all_->arrays.size());
    for (const ArrowArray& a : c.all_->arrays) {
      if (!c.child_) {
        out.push_back({&c.all_->schema, &a, a.offset, a.length});
        continue;
      }
      const auto k = *c.child_;
      if (a.n_children <= static_cast<std::int64_t>(k) || a.children[k]->length < a.offset + a.length) {
        throw data_error("an Arrow record batch does not fit its schema");
      }
      const ArrowArray& child = *a.children[k];
      const auto* rows =
          a.null_count != 0 && a.n_buffers > 0 ? static_cast<const std::uint8_t*>(a.buffers[0]) : nullptr;
      out.push_back({c.all_->schema.children[k], &child, child.offset + a.offset, a.length, rows, a.offset});
    }
    return out;
  }
  static const ArrowSchema& schema(const arrow_column& c) {
    return c.child_ ? *c.all_->schema.children[*c.child_] : c.all_->schema;
  }
  static std::shared_ptr<const arrow_column::batches> owner(const arrow_column& c) { return c.all_; }
};

namespace {

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

double half(std::uint16_t h) {
  const unsigned exponent = (h >> 10U) & 0x1fU;
  const unsigned fraction = h & 0x3ffU;
  double magnitude = 0;
  if (exponent == 0x1f) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : nan;
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

template <class T, class U, class F>
void convert(const piece& p, U* out, U null, F f) {
  const T* data = p.buffer<T>(1) + p.first;
  for (std::int64_t i = 0; i < p.length; ++i) out[i] = p.is_valid(i) ? f(data[i]) : null;
}

/// Calls f with the value type of an integer format.
template <class F>
bool with_integer(char code, F f) {
  switch (code) {
    case 'c':
      f(std::int8_t{});
      return true;
    case 'C':
      f(std::uint8_t{});
      return true;
    case 's':
      f(std::int16_t{});
      return true;
    case 'S':
      f(std::uint16_t{});
      return true;
    case 'i':
      f(std::int32_t{});
      return true;
    case 'I':
      f(std::uint32_t{});
      return true;
    case 'l':
      f(std::int64_t{});
      return true;
    case 'L':
      f(std::uint64_t{});
      return true;
    default:
      return false;
  }
}

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

void fill_numbers(const piece& p, double* out) {
  if (p.schema->dictionary != nullptr) {
    const piece values = p.dictionary();
    std::vector<double> known(static_cast<std::size_t>(values.length));
    fill_numbers(values, known.data());
    for (std::int64_t c : codes(p)) *out++ = c < 0 ? nan : known[static_cast<std::size_t>(c)];
    return;
  }
  const std::string_view format = p.schema->format;
  const auto plain = [](auto v) { return static_cast<double>(v); };
  switch (kind_of(format)) {
    case arrow_kind::null:
      std::fill_n(out, p.length, nan);
      return;
    case arrow_kind::integer:
      with_integer(format[0], [&](auto sample) { convert<decltype(sample)>(p, out, nan, plain); });
      return;
    case arrow_kind::floating:
      if (format[0] == 'g') return convert<double>(p, out, nan, plain);
      if (format[0] == 'f') return convert<float>(p, out, nan, plain);
      return convert<std::uint16_t>(p, out, nan, half);
    case arrow_kind::decimal: {
      const decimal_type type(format);
      const auto scaled = [&](__int128 v) { return decimal(v, type.scale); };
      if (type.bits == 32) return convert<std::int32_t>(p, out, nan, scaled);
      if (type.bits == 64) return convert<std::int64_t>(p, out, nan, scaled);
      struct wide {  // the specification promises no more than 8 bytes of alignment
        std::uint64_t low;
        std::int64_t high;
      };
      return convert<wide>(p, out, nan, [&](wide v) {
        return scaled(
            static_cast<__int128>((static_cast<unsigned __int128>(static_cast<std::uint64_t>(v.high)) << 64U) | v.low));
      });
    }
    default:
      throw py::type_error("Arrow " + spelled(format) + " where numbers are expected");
  }
}

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

/// Takes over what a capsule holds; the capsule keeps an empty shell.
template <class T>
T take(py::handle capsule, const char* name) {
  auto* held = static_cast<T*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (held == nullptr) throw py::error_already_set();
  T out = *held;
  held->release = nullptr;
  return out;
}

void read_stream(py::handle capsule, arrow_column::batches& out) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
  if (stream == nullptr) throw py::error_already_set();
  int failed = 0;
  {
    const py::gil_scoped_release let_the_producer_work;
    failed = stream->get_schema(stream, &out.schema);
    while (failed == 0) {
      ArrowArray next{};
      failed = stream->get_next(stream, &next);
      if (failed != 0 || next.release == nullptr) break;
      out.arrays.push_back(next);
    }
  }
  if (failed != 0) {
    const char* why = stream->get_last_error(stream);
    throw data_error(std::string("the Arrow stream failed: ") + (why != nullptr ? why : std::strerror(failed)));
  }
}

std::shared_ptr<const arrow_column::batches> read_batches(py::handle source) {
  auto out = std::make_shared<arrow_column::batches>();
  if (py::hasattr(source, "__arrow_c_stream__")) {
    const py::object capsule = source.attr("__arrow_c_stream__")();
    read_stream(capsule, *out);
  } else {
    const py::tuple pair = source.attr("__arrow_c_array__")();
    if (pair.size() != 2) throw py::type_error("__arrow_c_array__ must return a pair of capsules");
    out->arrays.reserve(1);
    out->schema = take<ArrowSchema>(pair[0], "arrow_schema");
    out->arrays.push_back(take<ArrowArray>(pair[1], "arrow_array"));
  }
  return out;
}

/// Fills one NumPy array from all pieces of a column.
template <class T, class F>
void fill(const arrow_column& c, T* out, F fill_piece) {
  for (const piece& p : column_pieces::of(c)) {
    fill_piece(p, out);
    out += p.length;
  }
}

}  // namespace

void text_builder::add(std::string_view cell) {
  bytes_ += cell;
  offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
  valid_.push_back(true);
}

void text_builder::add_null() {
  offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
  valid_.push_back(false);
  any_null_ = true;
}

text text_builder::finish() {
  text out{py::array_t<std::int64_t>(static_cast<py::ssize_t>(offsets_.size()), offsets_.data()),
           py::array_t<char>(static_cast<py::ssize_t>(bytes_.size()), bytes_.data()), std::nullopt};
  if (any_null_) {
    out.valid.emplace(static_cast<py::ssize_t>(valid_.size()));
    std::copy(valid_.begin(), valid_.end(), out.valid->mutable_data());
  }
  return out;
}

arrow_kind arrow_column::kind() const {
  const ArrowSchema& s = column_pieces::schema(*this);
  return kind_of(s.dictionary != nullptr ? s.dictionary->format : s.format);
}

std::string arrow_column::type_name() const {
  const ArrowSchema& s = column_pieces::schema(*this);
  return "Arrow " + (s.dictionary != nullptr ? "dictionary of " + spelled(s.dictionary->format) : spelled(s.format));
}

std::size_t arrow_column::size() const {
  std::int64_t rows = 0;
  for (const ArrowArray& a : all_->arrays) rows += a.length;
  return static_cast<std::size_t>(rows);
}

py::array_t<double> arrow_column::numbers() const {
  const std::vector<piece> pieces = column_pieces::of(*this);
  if (pieces.size() == 1 && std::string_view(pieces[0].schema->format) == "g" &&
      pieces[0].schema->dictionary == nullptr && pieces[0].length > 0 && !pieces[0].any_null()) {
    const double* data = pieces[0].buffer<double>(1) + pieces[0].first;
    if (reinterpret_cast<std::uintptr_t>(data) % alignof(double) == 0) {
      using owner = std::shared_ptr<const batches>;
      const py::capsule keep(new owner(all_), [](void* p) { delete static_cast<owner*>(p); });
      py::array_t<double> view(pieces[0].length, data, keep);
      py::detail::array_proxy(view.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
      return view;
    }
  }
  py::array_t<double> out(static_cast<py::ssize_t>(size()));
  fill(*this, out.mutable_data(), fill_numbers);
  return out;
}

std::pair<py::array_t<std::int64_t>, py::array_t<bool>> arrow_column::integers(std::string_view name) const {
  py::array_t<std::int64_t> out(static_cast<py::ssize_t>(size()));
  py::array_t<bool> missing(static_cast<py::ssize_t>(size()));
  bool* gone = missing.mutable_data();
  fill(*this, out.mutable_data(), [&](const piece& p, std::int64_t* to) {
    for (std::int64_t i = 0; i < p.length; ++i) *gone++ = !p.is_valid(i);
    const bool ok = p.schema->dictionary == nullptr && with_integer(p.schema->format[0], [&](auto sample) {
                      using T = decltype(sample);
                      convert<T>(p, to, std::int64_t{0}, [&](T v) {
                        if (!std::in_range<std::int64_t>(v)) {
                          throw data_error(std::string(name) + ": an integer does not fit 64 bits with a sign");
                        }
                        return static_cast<std::int64_t>(v);
                      });
                    });
    if (!ok) throw py::type_error(std::string(name) + " is " + type_name() + " where integers are expected");
  });
  return {out, missing};
}

text arrow_column::texts() const {
  text_builder out;
  out.reserve(size());
  for (const piece& p : column_pieces::of(*this)) add_texts(p, out);
  return out.finish();
}

py::array_t<double> arrow_column::booleans() const {
  py::array_t<double> out(static_cast<py::ssize_t>(size()));
  fill(*this, out.mutable_data(), [&](const piece& p, double* to) {
    if (std::string_view(p.schema->format) != "b")
      throw py::type_error(type_name() + " where true or false is expected");
    const auto* bits = p.buffer<std::uint8_t>(1);
    for (std::int64_t i = 0; i < p.length; ++i) to[i] = !p.is_valid(i) ? nan : bit(bits, p.first + i) ? 1.0 : 0.0;
  });
  return out;
}

py::array arrow_column::dates() const {
  const std::string_view format = column_pieces::schema(*this).format;
  const arrow_kind what = column_pieces::schema(*this).dictionary != nullptr ? arrow_kind::other : kind_of(format);
  if (what != arrow_kind::date && what != arrow_kind::timestamp) {
    throw py::type_error(type_name() + " where dates are expected");
  }
  constexpr std::int64_t not_a_time = std::numeric_limits<std::int64_t>::min();
  py::array_t<std::int64_t> out(static_cast<py::ssize_t>(size()));
  fill(*this, out.mutable_data(), [&](const piece& p, std::int64_t* to) {
    const auto same = [](auto v) { return static_cast<std::int64_t>(v); };
    format == "tdD" ? convert<std::int32_t>(p, to, not_a_time, same) : convert<std::int64_t>(p, to, not_a_time, same);
  });
  const std::string unit = format == "tdD" ? "D" : format == "tdm" ? "ms" : unit_name(format[2]);
  return out.attr("view")("datetime64[" + unit + "]");
}

std::string arrow_column::time_zone() const {
  const std::string_view format = column_pieces::schema(*this).format;
  return format.starts_with("ts") && format.size() > 4 ? std::string(format.substr(4)) : std::string{};
}

bool speaks_arrow(py::handle source) {
  return py::hasattr(source, "__arrow_c_stream__") || py::hasattr(source, "__arrow_c_array__");
}

arrow_column read_arrow_column(py::handle source) {
  auto all = read_batches(source);
  if (is_struct(all->schema)) throw py::type_error("a whole table where one column is expected");
  return {std::move(all), std::nullopt};
}

arrow_table read_arrow_table(py::handle source) {
  const auto all = read_batches(source);
  if (!is_struct(all->schema)) throw py::type_error("one column where a table is expected");
  arrow_table out;
  for (std::int64_t i = 0; i < all->schema.n_children; ++i) {
    const char* name = all->schema.children[i]->name;
    out.emplace_back(name != nullptr ? name : "", arrow_column(all, static_cast<std::size_t>(i)));
  }
  return out;
}

}  // namespace valorem::python

// Columns and tables of other libraries, read from their PyCapsules by the letter of the specification.
#include "arrow_cells.hpp"

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
    for (std::int64_t i = 0; i < p.length; ++i)
      to[i] = !p.is_valid(i) ? null_number : bit(bits, p.first + i) ? 1.0 : 0.0;
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

// Tables of ours for other libraries, over the memory that holds them.
#include "arrow.hpp"
#include <valorem/status.hpp>

#include <cerrno>
#include <limits>

namespace valorem::python {

namespace {

/// The buffers of one column, and what keeps them alive.
struct column_data {
  std::string format;
  std::int64_t length = 0;
  std::int64_t null_count = 0;
  std::vector<const void*> buffers;
  std::vector<py::object> keep;
  std::vector<std::uint8_t> valid_bits;
  std::vector<std::uint8_t> value_bits;
  std::shared_ptr<column_data> dictionary;
};

/// Consumers release from any thread, with or without Python's lock; what is kept alive are Python objects.
void drop(column_data* held) {
  if (Py_IsInitialized() == 0) return;
  const py::gil_scoped_acquire lock;
  delete held;
}

std::shared_ptr<column_data> make_column() {
  return {new column_data, drop};
}

template <class F>
std::vector<std::uint8_t> pack_bits(std::int64_t n, F is_set) {
  std::vector<std::uint8_t> bits(static_cast<std::size_t>((n + 7) / 8));
  for (std::int64_t i = 0; i < n; ++i) {
    if (is_set(i)) bits[static_cast<std::size_t>(i / 8)] |= static_cast<std::uint8_t>(1U << (i % 8));
  }
  return bits;
}

/// Writes the validity bitmap as buffer 0, or none where every row is valid.
template <class F>
void set_validity(column_data& c, F is_valid) {
  c.buffers.insert(c.buffers.begin(), nullptr);
  for (std::int64_t i = 0; i < c.length; ++i) c.null_count += is_valid(i) ? 0 : 1;
  if (c.null_count == 0) return;
  c.valid_bits = pack_bits(c.length, is_valid);
  c.buffers[0] = c.valid_bits.data();
}

std::shared_ptr<column_data> export_text(const text& t) {
  auto c = make_column();
  c->format = "U";
  c->length = static_cast<std::int64_t>(t.size());
  c->keep = {t.offsets, t.bytes};
  c->buffers = {t.offsets.data(), t.bytes.data()};
  set_validity(*c, [&](std::int64_t i) { return t.is_valid(static_cast<std::size_t>(i)); });
  return c;
}

std::shared_ptr<column_data> export_labels(const labels& l) {
  auto c = make_column();
  c->format = "i";
  c->length = l.codes.size();
  c->keep = {l.codes};
  c->buffers = {l.codes.data()};
  const std::int32_t* codes = l.codes.data();
  set_validity(*c, [&](std::int64_t i) { return codes[i] >= 0; });
  c->dictionary = export_text(l.categories);
  return c;
}

std::string timestamp_format(const std::string& unit) {
  if (unit == "s") return "tss:";
  if (unit == "ms") return "tsm:";
  if (unit == "us") return "tsu:";
  if (unit == "ns") return "tsn:";
  throw py::type_error("a datetime64 column must count days, seconds, milli-, micro- or nanoseconds, not '" + unit +
                       "'");
}

/// NumPy's dates: days become date32, the rest timestamps without a zone; NaT is null.
void export_dates(py::array values, column_data& c) {
  const auto unit = py::module_::import("numpy").attr("datetime_data")(values.dtype())[py::int_(0)].cast<std::string>();
  const py::array_t<std::int64_t> raw = values.attr("view")("int64");
  constexpr std::int64_t not_a_time = std::numeric_limits<std::int64_t>::min();
  const std::int64_t* ticks = raw.data();
  if (unit == "D") {
    py::array_t<std::int32_t> days(raw.size());
    for (py::ssize_t i = 0; i < raw.size(); ++i) {
      if (ticks[i] != not_a_time && !std::in_range<std::int32_t>(ticks[i]))
        throw data_error("a date lies beyond what date32 can hold");
      days.mutable_data()[i] = ticks[i] == not_a_time ? 0 : static_cast<std::int32_t>(ticks[i]);
    }
    c.format = "tdD";
    c.buffers = {days.data()};
    c.keep = {days};
  } else {
    c.format = timestamp_format(unit);
    c.buffers = {ticks};
    c.keep = {raw};
  }
  set_validity(c, [&](std::int64_t i) { return ticks[i] != not_a_time; });
}

std::shared_ptr<column_data> export_array(const py::object& source) {
  const auto values = py::module_::import("numpy").attr("ascontiguousarray")(source).cast<py::array>();
  if (values.dtype().byteorder() == '>') throw py::type_error("a column of foreign byte order");
  auto c = make_column();
  c->length = values.size();
  const char kind = values.dtype().kind();
  const auto bytes = values.dtype().itemsize();
  if (kind == 'M') {
    export_dates(values, *c);
  } else if (kind == 'b') {
    const bool* data = static_cast<const bool*>(values.data());
    c->format = "b";
    c->value_bits = pack_bits(c->length, [&](std::int64_t i) { return data[i]; });
    c->buffers = {nullptr, c->value_bits.data()};
  } else {
    constexpr std::string_view widths = "\1\2\4\10";
    const auto which = widths.find(static_cast<char>(bytes));
    const std::string_view codes = kind == 'f' ? "?efg" : kind == 'i' ? "csil" : kind == 'u' ? "CSIL" : "????";
    if (which == widths.npos || codes[which] == '?') {
      throw py::type_error("a column of dtype " + py::str(values.dtype()).cast<std::string>() + " has no Arrow type");
    }
    c->format = std::string(1, codes[which]);
    c->buffers = {nullptr, values.data()};
    c->keep = {values};
  }
  return c;
}

std::shared_ptr<column_data> export_column(const py::object& source) {
  if (py::isinstance<text>(source)) return export_text(source.cast<const text&>());
  if (py::isinstance<labels>(source)) return export_labels(source.cast<const labels&>());
  return export_array(source);
}

struct schema_data {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> columns;
  std::vector<ArrowSchema*> pointers;
  ArrowSchema dictionary{};
};

void release_schema(ArrowSchema* s) {
  auto* data = static_cast<schema_data*>(s->private_data);
  for (ArrowSchema* child : data->pointers) {
    if (child->release != nullptr) child->release(child);
  }
  if (data->dictionary.release != nullptr) data->dictionary.release(&data->dictionary);
  delete data;
  s->release = nullptr;
}

void write_schema(schema_data* data, bool nullable, ArrowSchema* out) {
  for (ArrowSchema& child : data->columns) data->pointers.push_back(&child);
  *out = {.format = data->format.c_str(),
          .name = data->name.c_str(),
          .metadata = nullptr,
          .flags = nullable ? ARROW_FLAG_NULLABLE : 0,
          .n_children = static_cast<std::int64_t>(data->pointers.size()),
          .children = data->pointers.data(),
          .dictionary = data->dictionary.release != nullptr ? &data->dictionary : nullptr,
          .release = release_schema,
          .private_data = data};
}

void write_column_schema(const column_data& c, const std::string& name, ArrowSchema* out) {
  auto data = std::make_unique<schema_data>();
  data->format = c.format;
  data->name = name;
  if (c.dictionary) write_column_schema(*c.dictionary, "", &data->dictionary);
  write_schema(data.release(), true, out);
}

struct array_data {
  std::shared_ptr<column_data> column;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> columns;
  std::vector<ArrowArray*> pointers;
  ArrowArray dictionary{};
};

void release_array(ArrowArray* a) {
  auto* data = static_cast<array_data*>(a->private_data);
  for (ArrowArray* child : data->pointers) {
    if (child->release != nullptr) child->release(child);
  }
  if (data->dictionary.release != nullptr) data->dictionary.release(&data->dictionary);
  delete data;
  a->release = nullptr;
}

void write_array(array_data* data, std::int64_t length, std::int64_t null_count, ArrowArray* out) {
  for (ArrowArray& child : data->columns) data->pointers.push_back(&child);
  *out = {.length = length,
          .null_count = null_count,
          .offset = 0,
          .n_buffers = static_cast<std::int64_t>(data->buffers.size()),
          .n_children = static_cast<std::int64_t>(data->pointers.size()),
          .buffers = data->buffers.data(),
          .children = data->pointers.data(),
          .dictionary = data->dictionary.release != nullptr ? &data->dictionary : nullptr,
          .release = release_array,
          .private_data = data};
}

void write_column(const std::shared_ptr<column_data>& c, ArrowArray* out) {
  auto data = std::make_unique<array_data>();
  data->column = c;
  data->buffers = c->buffers;
  if (c->dictionary) write_column(c->dictionary, &data->dictionary);
  write_array(data.release(), c->length, c->null_count, out);
}

struct stream_data {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<column_data>> columns;
  std::int64_t rows = 0;
  bool given = false;
};

int get_schema(ArrowArrayStream* s, ArrowSchema* out) noexcept try {
  const auto& from = *static_cast<stream_data*>(s->private_data);
  auto data = std::make_unique<schema_data>();
  data->format = "+s";
  data->columns.resize(from.columns.size());
  for (std::size_t i = 0; i < from.columns.size(); ++i)
    write_column_schema(*from.columns[i], from.names[i], &data->columns[i]);
  write_schema(data.release(), false, out);
  return 0;
} catch (const std::bad_alloc&) {
  return ENOMEM;
}

int get_next(ArrowArrayStream* s, ArrowArray* out) noexcept try {
  auto& from = *static_cast<stream_data*>(s->private_data);
  *out = ArrowArray{};
  if (from.given) return 0;
  auto data = std::make_unique<array_data>();
  data->buffers = {nullptr};
  data->columns.resize(from.columns.size());
  for (std::size_t i = 0; i < from.columns.size(); ++i) write_column(from.columns[i], &data->columns[i]);
  write_array(data.release(), from.rows, 0, out);
  from.given = true;
  return 0;
} catch (const std::bad_alloc&) {
  return ENOMEM;
}

const char* get_last_error(ArrowArrayStream*) noexcept {
  return "out of memory";
}

void release_stream(ArrowArrayStream* s) noexcept {
  delete static_cast<stream_data*>(s->private_data);
  s->release = nullptr;
}

void destroy_capsule(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

}  // namespace

py::capsule arrow_stream(const std::vector<std::string>& names, const std::vector<py::object>& columns,
                         std::int64_t rows) {
  if (names.size() != columns.size()) throw contract_error("a table needs one name for each column");
  auto data = std::make_unique<stream_data>();
  data->names = names;
  data->rows = rows;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    data->columns.push_back(export_column(columns[i]));
    if (data->columns.back()->length != rows) {
      throw contract_error("column " + names[i] + " has " + std::to_string(data->columns.back()->length) +
                           " rows in a table of " + std::to_string(rows));
    }
  }
  auto stream = std::make_unique<ArrowArrayStream>(
      ArrowArrayStream{get_schema, get_next, get_last_error, release_stream, data.release()});
  return py::reinterpret_steal<py::capsule>(PyCapsule_New(stream.release(), "arrow_array_stream", destroy_capsule));
}

}  // namespace valorem::python

// The door for data: what counts as a column, and how the inputs of one call meet in one shape.
#ifndef VALOREM_PYTHON_COLUMNS_HPP
#define VALOREM_PYTHON_COLUMNS_HPP

#include "arrow.hpp"
#include <valorem/numeric/blocks.hpp>
#include <valorem/status.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valorem::python {

/// Numbers of one argument. A float64 array in C order is used where it lies; anything else is converted once, here.
class column {
 public:
  /// name is for messages. Throws py::type_error for what is not a number: bool, object, complex, text, None.
  column(py::handle source, std::string_view name);

  [[nodiscard]] bool is_scalar() const { return !values_; }
  [[nodiscard]] std::vector<py::ssize_t> shape() const;
  [[nodiscard]] std::span<const double> span() const;
  /// Repeats the values until they have this shape, by NumPy's rules.
  void broadcast_to(const std::vector<py::ssize_t>& shape);
  /// True where any byte of the values lies in [first, last).
  [[nodiscard]] bool touches(const void* first, const void* last) const;
  void copy();

 private:
  double one_ = 0;
  std::optional<py::array_t<double>> values_;
};

/// A column that must have one dimension, as the members of a table do.
[[nodiscard]] py::array_t<double> table_column(py::handle source, std::string_view name);

struct argument {
  const char* name;
  py::handle source;
};

/// One number, one whole number, one text: an argument that is none is refused by its name, in a sentence.
[[nodiscard]] double one_number(py::handle source, std::string_view name);
[[nodiscard]] long long one_count(py::handle source, std::string_view name);
[[nodiscard]] std::string one_text(py::handle source, std::string_view name);
/// One text of JSON: what looks like a file's name is refused as that.
[[nodiscard]] std::string json_text(py::handle source, std::string_view name);

/// threads= as an execution; throws contract_error below 1.
[[nodiscard]] execution threads_argument(py::handle threads);

/// out= of this shape: a writable float64 array in C order.
[[nodiscard]] py::array_t<double> out_argument(const py::object& out, const std::vector<py::ssize_t>& shape);

/// The arguments of one call, brought to one shape, and the float64 column that answers them.
class batch {
 public:
  /// out: None, or a writable float64 array in C order of the shape of the answer. It may be one of the inputs.
  batch(std::initializer_list<argument> inputs, const py::object& out, py::handle threads);

  /// Input k in row i.
  [[nodiscard]] double operator()(std::size_t k, std::size_t i) const { return cells_[k].first[i * cells_[k].stride]; }
  /// Input k as a whole; needs spread().
  [[nodiscard]] std::span<const double> operator[](std::size_t k) const { return {cells_[k].first, size()}; }
  /// Repeats scalars until they are columns like the others. Needs Python's lock.
  void spread();
  [[nodiscard]] std::span<double> out() { return out_; }
  [[nodiscard]] std::size_t size() const { return out_.size(); }
  /// Copies the inputs that lie in [first, last), which is about to be written.
  void keep_clear_of(const double* first, const double* last);
  [[nodiscard]] const execution& how() const { return how_; }
  [[nodiscard]] const std::vector<py::ssize_t>& shape() const { return shape_; }
  /// The answer: a float where every input was a scalar, else an array.
  [[nodiscard]] py::object result() const;
  /// A second answer of the same shape: status names, a str or an array of str objects.
  [[nodiscard]] py::object names(std::span<const status> states) const;

 private:
  struct cells {
    const double* first;
    std::size_t stride;  // 0 for a scalar
  };
  void look();

  std::vector<column> inputs_;
  std::vector<cells> cells_;
  std::vector<py::ssize_t> shape_;
  bool scalar_ = false;
  double one_ = 0;
  std::optional<py::array_t<double>> values_;
  bool given_ = false;
  std::span<double> out_;
  execution how_;
};

/// Runs f(batch), which fills the batch's output from whole columns, with Python's lock released.
template <class F>
py::object compute(std::initializer_list<argument> inputs, const py::object& out, py::handle threads, F f) {
  batch b(inputs, out, threads);
  b.spread();
  {
    const py::gil_scoped_release others_may_run;
    f(b);
  }
  return b.result();
}

/// The same row by row: out[i] = f(batch, i); f must not throw.
template <class F>
py::object compute_rows(std::initializer_list<argument> inputs, const py::object& out, py::handle threads, F f) {
  batch b(inputs, out, threads);
  {
    const py::gil_scoped_release others_may_run;
    numeric::for_blocks(b.size(), b.how(), [&](std::size_t, std::size_t first, std::size_t last) noexcept {
      for (std::size_t i = first; i < last; ++i) b.out()[i] = f(std::as_const(b), i);
    });
  }
  return b.result();
}

// Keywords that verbs share.
inline constexpr auto maybe = [](const char* name) { return py::arg(name) = py::none(); };
inline constexpr auto threads_one = [] { return py::arg("threads") = 1; };
inline constexpr auto no_out = [] { return py::arg("out") = py::none(); };

/// One shared str per status.
[[nodiscard]] py::str status_name(status s);
/// An object array of them.
[[nodiscard]] py::array status_names(std::span<const status> states);

}  // namespace valorem::python

#endif

// Why a row has no answer, and how a reader of text reports what it could not read.
#ifndef VALOREM_STATUS_HPP
#define VALOREM_STATUS_HPP

#include <valorem/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

// What is thrown must be one type on both sides of a shared object. MSVC compares types by name and needs no mark.
#if defined(__GNUC__)
#define VALOREM_THROWN [[gnu::visibility("default")]]
#else
#define VALOREM_THROWN
#endif

namespace valorem::inline VALOREM_ABI {

/// The state of one row's group of values, gravest first after ok. One byte, stable across versions.
enum class status : std::uint8_t {
  ok = 0,
  missing = 1,
  invalid = 2,
  negative_cost = 3,
  no_cost = 4,
  inactive = 5,
  undefined = 6,
  unknown_fact = 7,
  not_converged = 8,
};

inline constexpr std::size_t status_count = 9;

/// Short name, as written to tables ("ok", "missing", ...).
[[nodiscard]] constexpr std::string_view name(status s) noexcept {
  constexpr std::array<std::string_view, status_count> names{
      "ok", "missing", "invalid", "negative_cost", "no_cost", "inactive", "undefined", "unknown_fact", "not_converged"};
  const auto i = static_cast<std::size_t>(s);
  return i < names.size() ? names[i] : std::string_view{"unknown_status"};
}

/// One sentence for a reader of a table.
[[nodiscard]] constexpr std::string_view sentence(status s) noexcept {
  constexpr std::array<std::string_view, status_count> sentences{
      "The value is what it says.",
      "An input is missing (empty or NaN).",
      "The inputs contradict each other or lie outside their domain.",
      "The cost is negative, so a ratio has no meaning.",
      "There is revenue but no cost: the ratio is infinite with the revenue's sign, ranks there and stays out of "
      "moments.",
      "There is neither revenue nor cost: nothing to compare.",
      "The quantity does not exist for these parameters.",
      "A fact that the decision needs is unknown.",
      "The bounded effort was spent before the value was exact enough.",
  };
  const auto i = static_cast<std::size_t>(s);
  return i < sentences.size() ? sentences[i] : std::string_view{"Unknown status."};
}

/// The graver of two states: ok yields to anything, then the order of the enumeration decides.
[[nodiscard]] constexpr status gravest(status a, status b) noexcept {
  if (a == status::ok) return b;
  if (b == status::ok) return a;
  return a < b ? a : b;
}

/// A value and, where there is none, why. value is NaN unless why is ok, or no_cost (then it is infinite).
struct answer {
  double value;
  status why;
};

/// Base of everything this library throws. Thrown once at the door, never inside a batch.
class VALOREM_THROWN error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller broke a function's contract: a parameter outside its domain, columns of unequal length.
class VALOREM_THROWN contract_error : public error {
 public:
  using error::error;
};

/// Data that cannot be used as a whole (an empty table, a missing column); what() names row, field and rule.
class VALOREM_THROWN data_error : public error {
 public:
  using error::error;
};

/// Where and why a text could not be read. line and column count from 1, pointer is an RFC 6901 JSON pointer.
struct read_error {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string pointer;
  std::string code;     ///< stable, for programs: "duplicate_key", "unknown_measure", ...
  std::string message;  ///< one sentence, for people

  /// "line 3, column 12, at /tiers/1/enter: sentence"
  [[nodiscard]] std::string text() const {
    std::string out;
    if (line != 0) out += "line " + std::to_string(line) + ", column " + std::to_string(column) + ", ";
    if (!pointer.empty()) out += "at " + pointer + ", ";
    if (out.size() >= 2) out.replace(out.size() - 2, 2, ": ");
    return out + message;
  }
};

/// Thrown by result<T>::value() when a program, rates or model file was refused.
class VALOREM_THROWN program_error : public error {
 public:
  explicit program_error(read_error why) : error(why.text()), why_(std::move(why)) {}
  [[nodiscard]] const read_error& why() const noexcept { return why_; }

 private:
  read_error why_;
};

/// What a reader returns: the thing read, or the reason why not.
template <class T>
class [[nodiscard("a refused text must be noticed")]] result {
 public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}       // NOLINT(google-explicit-constructor)
  result(read_error why) : state_(std::in_place_index<1>, std::move(why)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const noexcept { return state_.index() == 0; }
  /// Throws program_error, with line, column and pointer, where there is no value.
  [[nodiscard]] T& value() & {
    if (state_.index() != 0) throw program_error(std::get<1>(state_));
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    if (state_.index() != 0) throw program_error(std::get<1>(state_));
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && { return std::move(value()); }
  /// Only where operator bool is false.
  [[nodiscard]] const read_error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, read_error> state_;
};

}  // namespace valorem::inline VALOREM_ABI

#endif

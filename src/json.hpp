// The reader and writer of JSON behind every program, rates and model file: a small tree that knows where each value
// stood.
#ifndef VALOREM_SRC_JSON_HPP
#define VALOREM_SRC_JSON_HPP

#include <valorem/status.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valorem::inline VALOREM_ABI::detail::json {

enum class kind : std::uint8_t { null, boolean, number, string, array, object };

/// "a number", "a string", ... for messages.
[[nodiscard]] std::string_view with_article(kind k) noexcept;

/// What a text may cost before it is refused.
struct limits {
  std::size_t bytes = std::size_t{1} << 20;  ///< length of the text
  std::size_t depth = 64;                    ///< brackets open at once
  std::size_t values = 100'000;              ///< numbers, strings, literals, arrays and objects in all
};

/// One value as it is kept: the tree is a list in document order, so the first child follows its parent.
struct entry {
  std::string key;   ///< name within the object that holds it
  std::string text;  ///< of a string
  double number = 0;
  std::uint32_t line = 0, column = 0, key_line = 0, key_column = 0;
  std::uint32_t parent = 0, place = 0, count = 0, next = 0;  ///< next: the sibling that follows, 0 for none
  kind type = kind::null;
  bool truth = false;
};

/// A place in a document that must outlive it. Lines and columns count from 1; a column counts characters (code
/// points), so that it agrees with what an editor shows; a byte order mark counts for nothing.
class value {
 public:
  value(const entry* first, std::uint32_t at) noexcept : first_(first), at_(at) {}

  [[nodiscard]] kind type() const noexcept { return self().type; }
  [[nodiscard]] std::size_t line() const noexcept { return self().line; }
  [[nodiscard]] std::size_t column() const noexcept { return self().column; }
  [[nodiscard]] const std::string& key() const noexcept { return self().key; }
  [[nodiscard]] std::size_t size() const noexcept { return self().count; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// RFC 6901 JSON pointer, "" for the whole document.
  [[nodiscard]] std::string pointer() const;
  /// Member of that name, where this is an object that has it.
  [[nodiscard]] std::optional<value> find(std::string_view name) const noexcept;

  // The value as what a reader needs it to be. Each throws refusal, with this place, where it is something else.
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] double number_within(double low, double high) const;
  [[nodiscard]] std::int64_t whole_within(std::int64_t low, std::int64_t high) const;
  [[nodiscard]] const std::string& text() const;
  /// A string that is not empty, of at most `longest` bytes, without control characters: a name or an id.
  [[nodiscard]] const std::string& name(std::size_t longest = 256) const;
  /// The same of the name of this member.
  [[nodiscard]] const std::string& key_name(std::size_t longest = 256) const;
  /// Place among the words that are allowed here; the nearest one is offered where it is none of them.
  [[nodiscard]] std::size_t one_of(std::span<const std::string_view> words) const;
  value expect(kind k) const;

  /// Throws refusal at this value, or at its name.
  [[noreturn]] void refuse(std::string code, std::string message) const;
  [[noreturn]] void refuse_key(std::string code, std::string message) const;

  class iterator {
   public:
    using value_type = value;
    using difference_type = std::ptrdiff_t;
    iterator(const entry* first, std::uint32_t at) noexcept : first_(first), at_(at) {}
    value operator*() const noexcept { return {first_, at_}; }
    iterator& operator++() noexcept {
      at_ = first_[at_].next;
      return *this;
    }
    bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

   private:
    const entry* first_;
    std::uint32_t at_;
  };
  [[nodiscard]] iterator begin() const noexcept { return {first_, empty() ? 0 : at_ + 1}; }
  [[nodiscard]] iterator end() const noexcept { return {first_, 0}; }

 private:
  [[nodiscard]] const entry& self() const noexcept { return first_[at_]; }
  const entry* first_;
  std::uint32_t at_;
};

/// A text that was read. Moving it does not disturb the values taken from it.
class document {
 public:
  explicit document(std::vector<entry> entries) noexcept : entries_(std::move(entries)) {}
  [[nodiscard]] value root() const noexcept { return {entries_.data(), 0}; }

 private:
  std::vector<entry> entries_;
};

/// Reads RFC 8259 JSON in UTF-8, a byte order mark before it allowed. Refused, with line, column, pointer and code:
/// "empty", "truncated", "syntax", "trailing_bytes", "duplicate_key", "too_deep", "too_large", "number_out_of_range"
/// (what a finite double cannot hold: 1e400, and 1e-400, which would turn into zero), "not_a_number" (NaN, Infinity),
/// "not_utf8", "lone_surrogate", "embedded_nul" (also when written as an escape). Numbers are correctly rounded in
/// every locale.
[[nodiscard]] result<document> read(std::string_view text, const limits& most = {});

/// Thrown by the accessors inside a reader of some format; guarded() turns it into that reader's result.
struct refusal {
  read_error why;
};

/// Reads a text and hands its root to build; a refusal on the way becomes the result.
template <class Build>
[[nodiscard]] auto guarded(std::string_view text, const limits& most, Build&& build)
    -> result<std::invoke_result_t<Build, value>> {
  auto read_text = read(text, most);
  if (!read_text) return read_text.error();
  try {
    return std::invoke(std::forward<Build>(build), read_text.value().root());
  } catch (refusal& r) {
    return std::move(r.why);
  }
}

/// The members of one object, each asked for by name; what nobody asked for is an unknown key.
class fields {
 public:
  explicit fields(value object) : object_(object.expect(kind::object)) {}
  [[nodiscard]] value require(std::string_view key);
  [[nodiscard]] std::optional<value> find(std::string_view key);
  /// Counts the key as known without reading it.
  void allow(std::string_view key) { known_.push_back(key); }
  /// Throws refusal "unknown_key" at the first member that was never asked for.
  void close() const;

 private:
  value object_;
  std::vector<std::string_view> known_;
};

/// The candidate that was probably meant (few letters inserted, dropped, changed or swapped; case ignored), or "".
[[nodiscard]] std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);
/// 'unknown measure "pionts"; did you mean "points"?', or a list of what is known where nothing is near.
[[nodiscard]] std::string unknown(std::string_view what, std::string_view name,
                                  std::span<const std::string_view> known);
/// The text in double quotes, control characters escaped, cut where it is long: safe to print.
[[nodiscard]] std::string quoted(std::string_view text);

/// A double as RFC 8785 writes it: the fewest digits that read back to the same bits ("-0" as "0").
/// Throws contract_error for NaN and infinities, which JSON cannot hold.
[[nodiscard]] std::string number_text(double x);

/// A member's name as a part of a JSON pointer: ~ and / escaped.
[[nodiscard]] std::string escaped_for_pointer(std::string_view key);

/// Writes JSON, keys in the order given. indent 0 gives one line without spaces.
class writer {
 public:
  explicit writer(unsigned indent = 0) : indent_(indent) {}
  writer& begin_object() { return open('{'); }
  writer& end_object() { return close('}'); }
  writer& begin_array() { return open('['); }
  writer& end_array() { return close(']'); }
  writer& key(std::string_view name);
  writer& number(double x);
  writer& whole(std::int64_t x);
  writer& text(std::string_view s);
  writer& boolean(bool b);
  writer& null();
  [[nodiscard]] const std::string& str() const noexcept { return out_; }

 private:
  writer& open(char bracket);
  writer& close(char bracket);
  void separate();
  void new_line();

  std::string out_;
  std::string levels_;  ///< one character for each open bracket: '1' once it holds something
  unsigned indent_;
  bool after_key_ = false;
};

/// RFC 8785 canonical form: keys sorted by UTF-16 code units, no spaces, shortest numbers.
[[nodiscard]] std::string canonical(value v);

/// FNV-1a, 64 bits: the fingerprint of a canonical text.
[[nodiscard]] std::uint64_t fnv1a(std::string_view bytes) noexcept;

}  // namespace valorem::inline VALOREM_ABI::detail::json

#endif

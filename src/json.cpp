#include "json.hpp"

#include <valorem/numeric/platform.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

// RapidJSON in a namespace of our own: a host that links another copy, configured otherwise, must not meet ours.
#define RAPIDJSON_NAMESPACE valorem_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace valorem_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
// Its assertions guard its own invariants; the library never ends its host's process.
#define RAPIDJSON_ASSERT(x) static_cast<void>(sizeof(x))
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace valorem::inline VALOREM_ABI::detail::json {
namespace {

namespace rj = valorem_rapidjson;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Follows a text forwards, counting lines and characters.
class locator {
 public:
  locator(std::string_view text, std::size_t start) noexcept : text_(text), at_(start) {}
  place move_to(std::size_t offset) noexcept {
    for (; at_ < offset && at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '\n') {
        ++here_.line;
        here_.column = 1;
      } else if ((c & 0xC0U) != 0x80U) {
        ++here_.column;
      }
    }
    return here_;
  }

 private:
  std::string_view text_;
  std::size_t at_;
  place here_;
};

read_error refused_at(std::string_view text, std::size_t start, std::size_t offset, std::string pointer,
                      std::string_view code, std::string message) {
  const place p = locator(text, start).move_to(offset);
  return {p.line, p.column, std::move(pointer), std::string(code), std::move(message)};
}

/// Offset of the first byte that does not belong to well-formed UTF-8 (Unicode, table 3-7), or the length.
std::size_t utf8_until(std::string_view s, std::size_t from) noexcept {
  const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  for (std::size_t i = from; i < s.size();) {
    const unsigned c = byte(i);
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xC2 && c <= 0xDF && tail(i + 1)) {
      i += 2;
    } else if (c >= 0xE0 && c <= 0xEF && tail(i + 1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && tail(i + 2)) {
      i += 3;
    } else if (c >= 0xF0 && c <= 0xF4 && tail(i + 1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && tail(i + 2) &&
               tail(i + 3)) {
      i += 4;
    } else {
      return i;
    }
  }
  return s.size();
}

struct bad_escape {
  std::size_t offset;
  std::string_view code;
  std::string_view message;
};

/// What RapidJSON lets pass within a string that it accepted: \u0000 and a low surrogate without its high one.
std::optional<bad_escape> find_bad_escape(std::string_view text, std::size_t from, std::size_t to) noexcept {
  for (std::size_t i = from; i + 1 < to; ++i) {
    if (text[i] != '\\') continue;
    if (text[i + 1] != 'u') {
      ++i;
      continue;
    }
    unsigned code = 0;
    std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16);
    if (code == 0) return bad_escape{i, "embedded_nul", "a string must not hold the character NUL"};
    if (code >= 0xDC00 && code <= 0xDFFF)
      return bad_escape{i, "lone_surrogate", "a low surrogate stands without its high one"};
    i += code >= 0xD800 && code <= 0xDBFF ? 11
                                          : 5;  // a high surrogate has its low one behind it: the reader saw to that
  }
  return std::nullopt;
}

/// RapidJSON's events, turned into the tree. It keeps the first trouble it meets and stops the reader by returning
/// false.
class builder {
 public:
  builder(std::string_view text, std::size_t start, const rj::MemoryStream& stream, const limits& most)
      : text_(text), start_(start), cursor_(start), stream_(stream), most_(most), where_(text, start) {}

  bool Null() { return add(kind::null) != nullptr; }
  bool Bool(bool b) {
    entry* e = add(kind::boolean);
    if (e != nullptr) e->truth = b;
    return e != nullptr;
  }
  bool RawNumber(const char* digits, rj::SizeType length, bool) {
    double x = 0;
    const auto [end, trouble] = std::from_chars(digits, digits + length, x);
    entry* e = add(kind::number);
    if (e == nullptr) return false;
    if (trouble != std::errc{} || end != digits + length || !numeric::is_finite(x)) return number_out_of_range();
    e->number = x;
    return true;
  }
  bool String(const char* s, rj::SizeType length, bool) {
    const std::size_t from = next_token();
    entry* e = add(kind::string);
    if (e == nullptr) return false;
    e->text.assign(s, length);
    return escapes_are_sound(from, path_to(tree_.size() - 1));
  }
  bool Key(const char* s, rj::SizeType length, bool) {
    const std::size_t from = next_token();
    const place p = where_.move_to(from);
    key_.assign(s, length);
    key_line_ = p.line;
    key_column_ = p.column;
    has_key_ = true;
    cursor_ = offset();
    return escapes_are_sound(from, path_to(open_.back().at));
  }
  bool StartObject() { return open(kind::object); }
  bool StartArray() { return open(kind::array); }
  bool EndObject(rj::SizeType) { return close() && keys_are_unique(); }
  bool EndArray(rj::SizeType) { return close(); }
  // Never called: numbers come raw.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  [[nodiscard]] std::optional<read_error>& trouble() noexcept { return trouble_; }
  [[nodiscard]] std::vector<entry>& tree() noexcept { return tree_; }
  /// Pointer to the place where reading stopped: the member whose value was awaited, else the innermost open bracket.
  [[nodiscard]] std::string standing(bool at_a_value = false) const {
    if (open_.empty()) return {};
    const entry& holder = tree_[open_.back().at];
    std::string path = path_to(open_.back().at);
    if (has_key_) path += "/" + escaped_for_pointer(key_);
    if (at_a_value && holder.type == kind::array) path += "/" + std::to_string(holder.count);
    return path;
  }
  bool number_out_of_range() {
    return fail(tree_.back().line, tree_.back().column, path_to(tree_.size() - 1), "number_out_of_range",
                "the number is outside the range of a finite double");
  }

 private:
  struct level {
    std::size_t at;
    std::size_t last_child;
  };

  /// Where the token being reported begins: between two tokens stand only spaces, commas and colons.
  [[nodiscard]] std::size_t next_token() const noexcept { return text_.find_first_not_of(" \t\r\n,:", cursor_); }
  [[nodiscard]] std::size_t offset() const noexcept { return start_ + stream_.Tell(); }

  entry* add(kind type) {
    const place p = where_.move_to(next_token());
    if (tree_.size() >= most_.values) {
      fail(p.line, p.column, standing(), "too_large",
           "the text holds more than " + std::to_string(most_.values) + " values");
      return nullptr;
    }
    const auto at = static_cast<std::uint32_t>(tree_.size());
    entry& e = tree_.emplace_back();
    e.type = type;
    e.line = p.line;
    e.column = p.column;
    if (has_key_) {
      e.key = std::move(key_);
      e.key_line = key_line_;
      e.key_column = key_column_;
      has_key_ = false;
    }
    if (!open_.empty()) {
      level& holder = open_.back();
      e.parent = static_cast<std::uint32_t>(holder.at);
      e.place = tree_[holder.at].count++;
      if (holder.last_child != 0) tree_[holder.last_child].next = at;
      holder.last_child = at;
    }
    cursor_ = offset();
    return &e;
  }

  bool open(kind type) {
    if (add(type) == nullptr) return false;
    if (open_.size() >= most_.depth) {
      return fail(tree_.back().line, tree_.back().column, path_to(tree_.size() - 1), "too_deep",
                  "more than " + std::to_string(most_.depth) + " brackets are open at once");
    }
    open_.push_back({tree_.size() - 1, 0});
    cursor_ = offset() + 1;
    return true;
  }

  bool close() {
    closed_ = open_.back().at;
    open_.pop_back();
    cursor_ = offset() + 1;
    return true;
  }

  bool keys_are_unique() {
    std::vector<std::uint32_t> members;
    for (std::uint32_t i = tree_[closed_].count == 0 ? 0 : static_cast<std::uint32_t>(closed_) + 1; i != 0;
         i = tree_[i].next) {
      members.push_back(i);
    }
    const auto by_key = [&](std::uint32_t a, std::uint32_t b) {
      const int order = tree_[a].key.compare(tree_[b].key);
      return order < 0 || (order == 0 && a < b);
    };
    std::sort(members.begin(), members.end(), by_key);
    std::uint32_t first = 0;
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (tree_[members[i]].key == tree_[members[i - 1]].key && (first == 0 || members[i] < first)) first = members[i];
    }
    if (first == 0) return true;
    const entry& e = tree_[first];
    return fail(e.key_line, e.key_column, path_to(first), "duplicate_key",
                "the key " + quoted(e.key) + " stands twice in one object");
  }

  bool escapes_are_sound(std::size_t from, std::string pointer) {
    const auto bad = find_bad_escape(text_, from, offset());
    if (!bad) return true;
    const place p = locator(text_, start_).move_to(bad->offset);
    return fail(p.line, p.column, std::move(pointer), bad->code, std::string(bad->message));
  }

  [[nodiscard]] std::string path_to(std::size_t at) const {
    return value(tree_.data(), static_cast<std::uint32_t>(at)).pointer();
  }

  bool fail(std::size_t line, std::size_t column, std::string pointer, std::string_view code, std::string message) {
    if (!trouble_) trouble_ = read_error{line, column, std::move(pointer), std::string(code), std::move(message)};
    return false;
  }

  std::string_view text_;
  std::size_t start_, cursor_, closed_ = 0;
  const rj::MemoryStream& stream_;
  const limits& most_;
  locator where_;
  std::vector<entry> tree_;
  std::vector<level> open_;
  std::string key_;
  std::uint32_t key_line_ = 0, key_column_ = 0;
  bool has_key_ = false;
  std::optional<read_error> trouble_;
};

struct complaint {
  std::string_view code;
  std::string_view message;
};

complaint complaint_for(rj::ParseErrorCode code) noexcept {
  switch (code) {
    case rj::kParseErrorDocumentRootNotSingular:
      return {"trailing_bytes", "something follows the end of the JSON value"};
    case rj::kParseErrorObjectMissName:
      return {"syntax", "a member's name in double quotes was expected"};
    case rj::kParseErrorObjectMissColon:
      return {"syntax", "a colon was expected after the member's name"};
    case rj::kParseErrorObjectMissCommaOrCurlyBracket:
      return {"syntax", "a comma or a closing brace was expected after the member"};
    case rj::kParseErrorArrayMissCommaOrSquareBracket:
      return {"syntax", "a comma or a closing bracket was expected after the element"};
    case rj::kParseErrorStringUnicodeEscapeInvalidHex:
      return {"syntax", "\\u must be followed by four hexadecimal digits"};
    case rj::kParseErrorStringUnicodeSurrogateInvalid:
      return {"lone_surrogate", "a high surrogate stands without its low one"};
    case rj::kParseErrorStringEscapeInvalid:
      return {"syntax", "a string holds a control character or an escape that JSON does not know"};
    case rj::kParseErrorStringMissQuotationMark:
      return {"syntax", "a string has no closing quotation mark"};
    case rj::kParseErrorNumberTooBig:
      return {"number_out_of_range",
              "the number is written with a size or an exponent outside the range of a finite double"};
    case rj::kParseErrorNumberMissFraction:
      return {"syntax", "a decimal point must be followed by a digit"};
    case rj::kParseErrorNumberMissExponent:
      return {"syntax", "the exponent of a number has no digits"};
    default:
      return {"syntax", "a JSON value was expected"};
  }
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool names_no_number(std::string_view rest) noexcept {
  if (rest.starts_with('-')) rest.remove_prefix(1);
  for (const std::string_view word : {"NaN", "nan", "Infinity", "Inf", "inf"}) {
    if (rest.starts_with(word)) return true;
  }
  return false;
}

/// Whether the text stops in the middle: at its very end, or within an escape that its end cuts off.
bool is_truncated(std::string_view text, std::size_t offset, rj::ParseErrorCode code) noexcept {
  if (offset >= text.size() || text.find_first_not_of(" \t\r\n", offset) == std::string_view::npos) return true;
  const bool in_escape = code == rj::kParseErrorStringUnicodeEscapeInvalidHex ||
                         code == rj::kParseErrorStringEscapeInvalid ||
                         code == rj::kParseErrorStringUnicodeSurrogateInvalid;
  constexpr std::size_t longest_escape = 12;
  return in_escape && text.size() - offset < longest_escape && text.find('"', offset) == std::string_view::npos;
}

read_error syntax_error(std::string_view text, std::size_t start, const rj::ParseResult& parsed, const builder& tree) {
  const std::size_t offset = start + parsed.Offset();
  const bool at_a_value = parsed.Code() == rj::kParseErrorValueInvalid || parsed.Code() == rj::kParseErrorNumberTooBig;
  std::string pointer = tree.standing(at_a_value);
  if (is_truncated(text, offset, parsed.Code())) {
    return refused_at(text, start, text.size(), std::move(pointer), "truncated",
                      "the text ends before the JSON value is complete");
  }
  // RapidJSON stops behind a minus sign and inside a misspelt null.
  std::size_t word = offset;
  while (word > start && (is_letter(text[word - 1]) || text[word - 1] == '-')) --word;
  if (parsed.Code() == rj::kParseErrorValueInvalid && names_no_number(text.substr(word))) {
    return refused_at(text, start, word, std::move(pointer), "not_a_number", "JSON has no NaN and no Infinity");
  }
  const complaint c = complaint_for(parsed.Code());
  return refused_at(text, start, offset, std::move(pointer), c.code, std::string(c.message));
}

/// What is wrong with the bytes before any grammar is looked at.
std::optional<read_error> bad_bytes(std::string_view text, std::size_t start, const limits& most) {
  if (text.size() > most.bytes || text.size() > 0x7fff'ffffU) {
    return read_error{
        1, 1, "", "too_large",
        "the text has " + std::to_string(text.size()) + " bytes; at most " + std::to_string(most.bytes) + " are read"};
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text.substr(0, 2) == std::string_view("{\0", 2) ||
      text.substr(0, 2) == std::string_view("\0{", 2)) {
    return read_error{1, 1, "", "not_utf8", "the text is UTF-16; save it as UTF-8"};
  }
  if (const std::size_t bad = utf8_until(text, start); bad != text.size()) {
    return refused_at(text, start, bad, "", "not_utf8", "the text is not UTF-8 from this byte on");
  }
  if (const std::size_t nul = text.find('\0', start); nul != std::string_view::npos) {
    return refused_at(text, start, nul, "", "embedded_nul", "the text holds a byte NUL");
  }
  if (text.find_first_not_of(" \t\r\n", start) == std::string_view::npos) {
    return refused_at(text, start, text.size(), "", "empty", "the text is empty");
  }
  return std::nullopt;
}

}  // namespace

result<document> read(std::string_view text, const limits& most) {
  const std::size_t start = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  if (auto bad = bad_bytes(text, start, most)) return std::move(*bad);
  rj::MemoryStream stream(text.data() + start, text.size() - start);
  rj::Reader reader;
  builder tree(text, start, stream, most);
  // Raw numbers: std::from_chars rounds correctly, which RapidJSON's own conversion does not always do.
  constexpr unsigned flags = rj::kParseIterativeFlag | rj::kParseValidateEncodingFlag | rj::kParseNumbersAsStringsFlag;
  const rj::ParseResult parsed = reader.Parse<flags>(stream, tree);
  if (tree.trouble()) return std::move(*tree.trouble());
  if (parsed.IsError()) return syntax_error(text, start, parsed, tree);
  return document(std::move(tree.tree()));
}

}  // namespace valorem::inline VALOREM_ABI::detail::json

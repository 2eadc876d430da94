// JSON out: numbers in the fewest digits, and the canonical form that fingerprints are taken of.
#include "json.hpp"
#include <valorem/numeric/platform.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace valorem::inline VALOREM_ABI::detail::json {
namespace {

void append_escaped(std::string& out, std::string_view s) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::array<char, 6> named{'b', 't', 'n', '\0', 'f', 'r'};  // from \b = 8 to \r = 13; 11 has no short form
  out += '"';
  for (const char c : s) {
    const auto b = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (b >= 8 && b <= 13 && b != 11) {
      out += '\\';
      out += named[b - 8U];
    } else if (b < 0x20) {
      out += "\\u00";
      out += hex[b >> 4U];
      out += hex[b & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

/// The order of UTF-16 code units, on UTF-8: bytes, but characters beyond U+FFFF (F0 and up) stand before U+E000 (EE,
/// EF).
bool utf16_less(std::string_view a, std::string_view b) noexcept {
  const auto [p, q] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (q == b.end()) return false;
  if (p == a.end()) return true;
  const auto rank = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == 0xEE || u == 0xEF ? u + 0x100U : u;
  };
  return rank(*p) < rank(*q);
}

void append_canonical(writer& out, value v) {
  switch (v.type()) {
    case kind::null:
      out.null();
      break;
    case kind::boolean:
      out.boolean(v.boolean());
      break;
    case kind::number:
      out.number(v.number());
      break;
    case kind::string:
      out.text(v.text());
      break;
    case kind::array:
      out.begin_array();
      for (const value item : v) append_canonical(out, item);
      out.end_array();
      break;
    case kind::object: {
      std::vector<value> members;
      for (const value member : v) members.push_back(member);
      std::sort(members.begin(), members.end(), [](value a, value b) { return utf16_less(a.key(), b.key()); });
      out.begin_object();
      for (const value member : members) append_canonical(out.key(member.key()), member);
      out.end_object();
      break;
    }
  }
}

}  // namespace

std::string number_text(double x) {
  if (!numeric::is_finite(x)) throw contract_error("JSON holds finite numbers only");
  if (x == 0) return "0";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, std::chars_format::scientific).ptr;
  std::string_view shortest(buffer.data(), static_cast<std::size_t>(end - buffer.data()));  // -d.ddde+dd
  std::string out;
  if (shortest.front() == '-') {
    out = "-";
    shortest.remove_prefix(1);
  }
  const std::size_t e = shortest.find('e');
  int exponent = 0;
  std::from_chars(shortest.data() + e + (shortest[e + 1] == '+' ? 2 : 1), end, exponent);
  std::string digits(shortest.substr(0, 1));
  if (e > 2) digits += shortest.substr(2, e - 2);
  const int n = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (point > 21 || point < -5) {
    out += digits[0];
    if (n > 1) out += "." + digits.substr(1);
    return out + (exponent < 0 ? "e-" : "e+") + std::to_string(exponent < 0 ? -exponent : exponent);
  }
  if (point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= n) return out + digits + std::string(static_cast<std::size_t>(point - n), '0');
  return out + digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

writer& writer::open(char bracket) {
  separate();
  out_ += bracket;
  levels_ += '0';
  return *this;
}

writer& writer::close(char bracket) {
  const bool had_content = levels_.back() == '1';
  levels_.pop_back();
  if (had_content) new_line();
  out_ += bracket;
  return *this;
}

void writer::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  if (levels_.back() == '1') out_ += ',';
  levels_.back() = '1';
  new_line();
}

void writer::new_line() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(indent_ * levels_.size(), ' ');
}

writer& writer::key(std::string_view name) {
  separate();
  append_escaped(out_, name);
  out_ += indent_ == 0 ? ":" : ": ";
  after_key_ = true;
  return *this;
}

writer& writer::number(double x) {
  separate();
  out_ += number_text(x);
  return *this;
}

writer& writer::whole(std::int64_t x) {
  separate();
  out_ += std::to_string(x);
  return *this;
}

writer& writer::text(std::string_view s) {
  separate();
  append_escaped(out_, s);
  return *this;
}

writer& writer::boolean(bool b) {
  separate();
  out_ += b ? "true" : "false";
  return *this;
}

writer& writer::null() {
  separate();
  out_ += "null";
  return *this;
}

std::string canonical(value v) {
  writer out;
  append_canonical(out, v);
  return out.str();
}

std::uint64_t fnv1a(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace valorem::inline VALOREM_ABI::detail::json

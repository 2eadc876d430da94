// What a reader asks of a JSON value, and the sentences when it is something else.
#include "json.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace valorem::inline VALOREM_ABI::detail::json {
namespace {

constexpr std::size_t longest_shown = 60;     // characters of foreign text in a message
constexpr std::size_t longest_compared = 64;  // letters of a name that is compared with known ones
constexpr std::size_t most_listed = 12;

std::u32string letters_of(std::string_view s) {
  std::u32string out;
  for (const char c : s) {
    const auto b = static_cast<unsigned char>(c);
    if ((b & 0xC0U) == 0x80U && !out.empty()) {
      out.back() = (out.back() << 6U) | (b & 0x3FU);
    } else {
      out.push_back(b >= 'A' && b <= 'Z' ? b + 32U : b);
    }
  }
  return out;
}

/// Letters to insert, drop, change or swap with a neighbour (optimal string alignment).
std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::optional<std::string> fault_of_name(std::string_view s, std::size_t longest) {
  if (s.empty()) return "a name must not be empty";
  if (s.size() > longest) return "the name " + quoted(s) + " is longer than " + std::to_string(longest) + " bytes";
  for (const char c : s) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return "the name " + quoted(s) + " holds a control character";
  }
  return std::nullopt;
}

}  // namespace

std::string_view with_article(kind k) noexcept {
  constexpr std::array<std::string_view, 6> names{"null", "a boolean", "a number", "a string", "an array", "an object"};
  return names[static_cast<std::size_t>(k)];
}

std::string escaped_for_pointer(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string value::pointer() const {
  std::vector<std::uint32_t> path;
  for (std::uint32_t i = at_; i != 0; i = first_[i].parent) path.push_back(i);
  std::string out;
  for (auto i = path.rbegin(); i != path.rend(); ++i) {
    const entry& e = first_[*i];
    out += '/';
    out += first_[e.parent].type == kind::object ? escaped_for_pointer(e.key) : std::to_string(e.place);
  }
  return out;
}

std::optional<value> value::find(std::string_view name) const noexcept {
  if (type() != kind::object) return std::nullopt;
  for (const value member : *this) {
    if (member.key() == name) return member;
  }
  return std::nullopt;
}

void value::refuse(std::string code, std::string message) const {
  throw refusal{{line(), column(), pointer(), std::move(code), std::move(message)}};
}

void value::refuse_key(std::string code, std::string message) const {
  throw refusal{{self().key_line, self().key_column, pointer(), std::move(code), std::move(message)}};
}

value value::expect(kind k) const {
  if (type() != k) {
    refuse("wrong_type", "expected " + std::string(with_article(k)) + ", found " + std::string(with_article(type())));
  }
  return *this;
}

bool value::boolean() const {
  expect(kind::boolean);
  return self().truth;
}

double value::number() const {
  expect(kind::number);
  return self().number;
}

double value::number_within(double low, double high) const {
  const double x = number();
  if (!(x >= low && x <= high)) {
    refuse("out_of_range", number_text(x) + " is not within " + number_text(low) + " to " + number_text(high));
  }
  return x;
}

std::int64_t value::whole_within(std::int64_t low, std::int64_t high) const {
  const double x = number();
  if (x != std::floor(x)) refuse("out_of_range", "expected a whole number, found " + number_text(x));
  if (!(x >= static_cast<double>(low) && x <= static_cast<double>(high))) {
    refuse("out_of_range", number_text(x) + " is not within " + std::to_string(low) + " to " + std::to_string(high));
  }
  return static_cast<std::int64_t>(x);
}

const std::string& value::text() const {
  expect(kind::string);
  return self().text;
}

const std::string& value::name(std::size_t longest) const {
  if (const auto why = fault_of_name(text(), longest)) refuse("bad_name", *why);
  return text();
}

const std::string& value::key_name(std::size_t longest) const {
  if (const auto why = fault_of_name(key(), longest)) refuse_key("bad_name", *why);
  return key();
}

std::size_t value::one_of(std::span<const std::string_view> words) const {
  const auto found = std::find(words.begin(), words.end(), std::string_view(text()));
  if (found == words.end()) refuse("unknown_value", unknown("value", text(), words));
  return static_cast<std::size_t>(found - words.begin());
}

value fields::require(std::string_view key) {
  if (const auto member = find(key)) return *member;
  for (const value member : object_) {  // a key that is a letter off is the one that is missing
    if (std::find(known_.begin(), known_.end(), std::string_view(member.key())) != known_.end()) continue;
    if (!nearest(member.key(), std::array{key}).empty())
      member.refuse_key("unknown_key", unknown("key", member.key(), std::array{key}));
  }
  object_.refuse("missing_key", "the key " + quoted(key) + " is missing");
}

std::optional<value> fields::find(std::string_view key) {
  allow(key);
  return object_.find(key);
}

void fields::close() const {
  for (const value member : object_) {
    if (std::find(known_.begin(), known_.end(), std::string_view(member.key())) == known_.end()) {
      member.refuse_key("unknown_key", unknown("key", member.key(), known_));
    }
  }
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.size() > 4 * longest_compared) return {};
  const std::u32string wanted = letters_of(name);
  std::string_view best;
  std::size_t best_distance = longest_compared;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > 4 * longest_compared) continue;
    const std::u32string letters = letters_of(candidate);
    const std::size_t longer = std::max(wanted.size(), letters.size());
    if (longer > longest_compared) continue;
    const std::size_t d = distance(wanted, letters);
    if (d <= std::max<std::size_t>(1, longer / 3) && d < longer && d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string unknown(std::string_view what, std::string_view name, std::span<const std::string_view> known) {
  std::string out = "unknown " + std::string(what) + " " + quoted(name);
  if (const std::string_view near = nearest(name, known); !near.empty())
    return out + "; did you mean " + quoted(near) + "?";
  if (known.empty()) return out;
  out += "; known: ";
  for (std::size_t i = 0; i < known.size() && i < most_listed; ++i) {
    if (i != 0) out += ", ";
    out += quoted(known[i]);
  }
  if (known.size() > most_listed) out += " and " + std::to_string(known.size() - most_listed) + " more";
  return out;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  std::size_t shown = 0;
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    const bool starts_a_letter = (b & 0xC0U) != 0x80U;
    if (starts_a_letter && ++shown > longest_shown) return out + "...\"";
    if (b < 0x20 || b == 0x7F) {
      out += "\\u00";
      out += hex[b >> 4U];
      out += hex[b & 15U];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace valorem::inline VALOREM_ABI::detail::json

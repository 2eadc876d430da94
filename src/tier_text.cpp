// Sentences in two languages. Numbers by std::to_chars and commas by hand: a locale has no say here.
#include <valorem/record/calendar_text.hpp>
#include <valorem/tier/text.hpp>

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace valorem::inline VALOREM_ABI::tier {
namespace {

/// Whole part in groups of three, at most six decimals, none that is a trailing zero. What would round to 0 or is
/// beyond 1e15 is written in full precision instead.
std::string number(double x) {
  std::array<char, 64> buffer{};
  char* const first = buffer.data();
  char* const last = first + buffer.size();
  const double size = std::abs(x);
  if (!numeric::is_finite(x)) return numeric::is_nan(x) ? "?" : x > 0 ? "infinite" : "-infinite";
  if (size != 0 && (size < 5e-7 || size >= 1e15)) return {first, std::to_chars(first, last, x).ptr};
  std::string_view digits(
      first, static_cast<std::size_t>(std::to_chars(first, last, size, std::chars_format::fixed, 6).ptr - first));
  digits.remove_suffix(digits.size() - 1 - digits.find_last_not_of('0'));
  const std::size_t whole = digits.find('.');
  std::string out = x < 0 ? "-" : "";
  for (std::size_t i = 0; i < whole; ++i) {
    if (i != 0 && (whole - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  if (whole + 1 < digits.size()) out += digits.substr(whole);
  return out;
}

/// A shortfall below 1, as of a probability: three significant digits, up, so that what is written is enough.
std::string number_of_gap(double gap) {
  if (!(gap > 5e-7 && gap < 1)) return number(gap);
  double scale = 1000;
  while (gap * scale < 100) scale *= 10;
  const double nearest = std::round(gap * scale);
  const bool exact = std::abs(gap * scale - nearest) < 1e-9 * nearest;
  return number((exact ? nearest : std::ceil(gap * scale)) / scale);
}

bool is_plain_word(std::string_view unit) {
  if (unit.empty() || unit.back() == 's') return false;
  for (const char c : unit) {
    if (c < 'a' || c > 'z') return false;
  }
  return true;
}

class phrases {
 public:
  phrases(const program& p, language in) : p_(p), zh_(in == language::chinese) {}

  [[nodiscard]] bool chinese() const noexcept { return zh_; }
  [[nodiscard]] const std::string& tier(ordinal t) const { return called(p_.tiers[t].id, p_.tiers[t].label); }
  [[nodiscard]] const std::string& gate(ordinal g) const { return called(p_.gates[g].id, p_.gates[g].label); }

  /// All ways, "a or b".
  [[nodiscard]] std::string ways(const std::vector<option>& options, bool of_gate) const {
    std::string out;
    for (const option& o : options) {
      if (!out.empty()) out += zh_ ? " 或 " : " or ";
      bool first = true;
      for (const shortfall& s : o.gaps) {
        if (!first) out += zh_ ? " 且 " : " and ";
        out += gap(s, of_gate);
        first = false;
      }
    }
    return out;
  }

  /// What is known of an atom's measure, as people write it: "3 events", "level B", "yes".
  [[nodiscard]] std::string amount(const measure& m, double x) const {
    if (m.is == measure::kind::levels) {
      const bool is_a_level = x >= 0 && x < static_cast<double>(m.levels.size()) && x == std::floor(x);
      return is_a_level ? m.levels[static_cast<std::size_t>(x)] : number(x);
    }
    if (m.is == measure::kind::flag) return x >= 1 ? (zh_ ? "是" : "yes") : (zh_ ? "否" : "no");
    return number(x) + unit(m, x);
  }

  /// The same of what a measure lacks.
  [[nodiscard]] std::string lack(const measure& m, double gap) const {
    return m.is == measure::kind::number || m.is == measure::kind::score ? number_of_gap(gap) + unit(m, gap)
                                                                         : amount(m, gap);
  }

 private:
  [[nodiscard]] const std::string& called(const std::string& id, const std::string& label) const {
    return zh_ && !label.empty() ? label : id;
  }

  /// Left out where the name already says it: "points short 1,240", not "points short 1,240 points".
  [[nodiscard]] std::string unit(const measure& m, double x) const {
    if (m.unit.empty() || m.name.find(m.unit) != std::string::npos) return {};
    if (zh_) return (static_cast<unsigned char>(m.unit[0]) < 0x80 ? " " : "") + m.unit;
    return " " + m.unit + (is_plain_word(m.unit) && x != 1 ? "s" : "");
  }

  [[nodiscard]] std::string gap(const shortfall& s, bool of_gate) const {
    const measure& m = p_.measures[s.measure];
    const std::string& name = called(m.name, m.label);
    const bool higher = m.direction == better::higher;
    if (numeric::is_nan(s.gap)) return fmt::format("{}{}", name, zh_ ? "未知" : " unknown");
    if (m.is == measure::kind::flag) {
      return zh_ ? fmt::format("{}{}", higher ? "需要" : "不得", name)
                 : fmt::format("{} {}", name, higher ? "required" : "must not hold");
    }
    if (m.is == measure::kind::levels || (zh_ && of_gate)) {
      const char* const bound = zh_ ? (higher ? "，下限" : "，上限") : ", at least ";
      return fmt::format("{}{}{}{}{}", name, zh_ ? "" : " ", amount(m, s.have), bound, amount(m, s.need));
    }
    const std::string_view open = !s.unknown ? "" : zh_ ? "（另有未知）" : " at most, with facts unknown";
    const std::string size = lack(m, s.gap);
    if (zh_) return fmt::format("{}{}{}{}", name, higher ? "差" : "超", size, open);
    if (higher) return fmt::format("{} short {}{}", name, size, open);
    const std::string_view over = is_plain_word(m.unit) ? "many" : "high";
    return fmt::format("{} {} too {} ({}, at most {})", name, number_of_gap(s.gap), over, number(s.have),
                       number(s.need));
  }

  const program& p_;
  bool zh_;
};

std::string_view sign_of(verdict v, bool chinese) {
  if (chinese) return v == verdict::yes ? "满足" : v == verdict::no ? "不满足" : "未知";
  return v == verdict::yes ? "holds" : v == verdict::no ? "fails" : "unknown";
}

}  // namespace

std::string to_text(const engine& e, const explanation& why, language in) {
  const phrases say(e.source(), in);
  std::string out;
  const auto append = [&](const std::string& what, const std::string& ways, bool complex) {
    if (!out.empty()) out += in == language::chinese ? "；" : "; ";
    const char* const many = in == language::chinese ? "途径过多，无法列出" : "too many ways to list";
    out += what + ": " + (complex && ways.empty() ? many : ways);
  };
  for (const gate_gap& g : why.gates) append(say.gate(g.gate), say.ways(g.options, true), why.too_complex);
  if (why.enters != verdict::yes) append(say.tier(why.target), say.ways(why.options, false), why.too_complex);
  if (out.empty()) out = say.tier(why.target) + (in == language::chinese ? ": 已满足" : ": nothing is missing");
  return out;
}

std::string reason(const engine& e, std::span<const double> facts, language in) {
  const decision d = e.decide(facts);
  if (d.state == status::invalid || d.tier + 1U >= e.source().tiers.size()) return {};
  explanation next = explain(e, facts, static_cast<ordinal>(d.tier + 1U));
  if (!next.gates.empty()) {  // first things first: while a gate bars her, what the tier asks is beside the point
    next.options.clear();
    next.enters = verdict::yes;
  }
  return to_text(e, next, in);
}

std::string to_text(const engine& e, const decision_record& what, language in) {
  const phrases say(e.source(), in);
  const program& p = e.source();
  const bool zh = in == language::chinese;
  std::string out = fmt::format("{} {} ({})", zh ? "等级" : "tier", say.tier(what.made.tier), name(what.made.how));
  if (what.made.gate != no_gate) out += fmt::format(" {}", say.gate(what.made.gate));
  if (what.made.state != status::ok) out += fmt::format(", {}", name(what.made.state));
  out += fmt::format("\n{} {} {} {:016x}, {}{}", zh ? "规则" : "program", what.program, what.version, what.fingerprint,
                     zh ? "日期 " : "as of ", text(what.as_of));
  if (!what.in_effect) out += zh ? "，不在有效期内" : ", not in effect on that day";
  for (const atom_record& a : what.atoms) {
    const measure& m = p.measures[find_measure(p, a.measure)];
    const std::string& place = a.of_gate ? say.gate(a.place) : say.tier(a.place);
    const std::string_view compared = m.direction == better::higher ? ">=" : "<=";
    const std::string value = numeric::is_nan(a.value) ? "?" : say.amount(m, a.value);
    out += fmt::format("\n  {}: {} {} {} {}: {}", place, zh && !m.label.empty() ? m.label : m.name, value, compared,
                       say.amount(m, a.threshold), sign_of(a.holds, zh));
    if (!numeric::is_nan(a.margin)) out += fmt::format(" ({}{})", a.margin < 0 ? "" : "+", number(a.margin));
  }
  if (!what.not_applied.empty()) {
    out += zh ? "\n未执行:" : "\nnot applied:";
    for (const std::string& part : what.not_applied) out += " " + part;
  }
  return out;
}

}  // namespace valorem::inline VALOREM_ABI::tier

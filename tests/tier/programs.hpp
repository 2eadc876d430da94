// Programs that the tests of this room share, and how they are read.
#ifndef VALOREM_TESTS_TIER_PROGRAMS_HPP
#define VALOREM_TESTS_TIER_PROGRAMS_HPP

#include <valorem/tier.hpp>

#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tiers_test {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

inline std::string read_source_file(std::string_view name) {
  std::ifstream in(std::string(VALOREM_SOURCE_DIR "/") + std::string(name), std::ios::binary);
  if (!in) throw std::runtime_error("no file " + std::string(name));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The program of three cards over points, fee, tenure and credit.
inline std::string cards() {
  return read_source_file("examples/data/gz-vip.json");
}

inline valorem::tier::engine engine_of(std::string_view json) {
  return valorem::tier::engine(valorem::tier::parse(json).value());
}

/// A copy of a text with one piece replaced; the piece must stand there once.
inline std::string with(std::string text, std::string_view old_piece, std::string_view new_piece) {
  const std::size_t at = text.find(old_piece);
  if (at == std::string::npos || text.find(old_piece, at + 1) != std::string::npos) {
    throw std::runtime_error("does not stand there once: " + std::string(old_piece));
  }
  return text.replace(at, old_piece.size(), new_piece);
}

/// Every kind of measure, connective and policy in one program.
inline constexpr std::string_view everything = R"({
  "schema": "tier-program/1", "id": "all-of-it", "version": "3", "note": "every key once",
  "effective": {"from": "2024-02-29", "note": "open end"},
  "measures": {
    "积分": {"label": "points", "unit": "分", "better": "higher", "domain": [0, 1e6], "note": "n", "missing": 10,
            "window": {"calendar": "last_complete", "agg": "min_over_window", "note": "held throughout"}},
    "tenure": {"unit": "month", "window": {"anniversary": "current", "agg": "last"}},
    "overdue": {"unit": "event", "better": "lower", "window": {"rolling_months": 12, "agg": "count"}},
    "grade": {"levels": ["D", "C", "B", "A"], "missing": "D"},
    "contract": {"flag": true, "missing": false},
    "blacklisted": {"flag": true, "better": "lower"},
    "stars": {"score": [{"of": "tenure", "steps": [[12, 1], [24, 2], [60, 5]], "note": "age"},
                        {"of": "overdue", "steps": [[2, 1], [0, 3]]},
                        {"of": "grade", "steps": [["B", 1], ["A", 2.5]]},
                        {"of": "contract", "steps": [[true, 4]]}], "label": "星级"}
  },
  "gates": [{"id": "black", "label": "黑名单", "require": {"blacklisted": false}, "else": "none", "unknown": "pass", "note": "n"},
            {"id": "late", "require": {"any": [{"overdue": 2}, {"contract": true}]}, "else": "silver", "unknown": "error"}],
  "tiers": [{"id": "none", "note": "base"},
            {"id": "silver", "enter": {"at_least": 2, "of": [{"积分": 100}, {"grade": "B"}, {"tenure": 6}], "note": "two of three"},
             "vip": false},
            {"id": "gold", "label": "金卡", "enter": {"all": [{"stars": 8}, {"any": [{"积分": 5000}, {"contract": true}]}]},
             "keep": {"stars": 7}, "vip": true}],
  "review": {"valid_months": 12, "align": "calendar", "upgrade": "next_period", "grace_months": 3, "grace_times": 1,
             "drop": "fit", "note": "n"},
  "quota": [{"tiers": ["gold", "silver"], "max_share": 0.05, "rank_by": ["value:desc", "积分:desc", "id:asc"],
             "protect_valid": true, "note": "n"}],
  "benefits": {"note": "n", "gold": {"queue_priority": {"value": 7}, "lounge": {"value": true, "unit_cost": 4.5, "note": "n"},
                          "gift": {"value": "tea"}}},
  "overrides": [{"customer": "c7", "kind": "floor", "tier": "gold", "from": "2024-03-01", "to": "2025-03-01",
                 "reason": "strategic", "by": "board", "quota": false, "beats_gates": true, "note": "n"},
                {"customer": "c8", "kind": "fix", "tier": "none", "from": "2024-03-01"}]
})";

}  // namespace tiers_test

#endif

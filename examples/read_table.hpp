// Files for the examples: the library itself reads none. CSV through libcsv.
#ifndef VALOREM_EXAMPLES_READ_TABLE_HPP
#define VALOREM_EXAMPLES_READ_TABLE_HPP

#include <valorem/status.hpp>

#include <charconv>
#include <csv.h>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace examples {

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw valorem::data_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  if (!(out << text).flush()) throw valorem::data_error("cannot write " + path);
}

inline double number(const std::string& text, std::size_t line) {
  double out = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out).ptr;
  if (text.empty() || end != text.data() + text.size()) {
    throw valorem::data_error("line " + std::to_string(line) + ": \"" + text + "\" is not a number");
  }
  return out;
}

/// Calls row(line, cells) for each line of a file. Where blanks part the cells, runs of them count as one.
template <class Row>
void read_table(const std::string& path, char delimiter, Row&& row) {
  struct state {
    Row& row;
    bool skip_empty;
    std::size_t line = 0;
    std::vector<std::string> cells = {};
  } now{row, delimiter == ' '};
  const std::string text = read_text(path);
  csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
    throw valorem::data_error("csv: cannot start");
  csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
  const auto on_cell = [](void* cell, std::size_t size, void* data) {
    auto& at = *static_cast<state*>(data);
    if (size > 0 || !at.skip_empty) at.cells.emplace_back(static_cast<const char*>(cell), size);
  };
  const auto on_line = [](int, void* data) {
    auto& at = *static_cast<state*>(data);
    ++at.line;
    if (!at.cells.empty()) at.row(at.line, at.cells);
    at.cells.clear();
  };
  const bool whole = csv_parse(&parser, text.data(), text.size(), on_cell, on_line, &now) == text.size() &&
                     csv_fini(&parser, on_cell, on_line, &now) == 0;
  const std::string why = whole ? "" : csv_strerror(csv_error(&parser));
  csv_free(&parser);
  if (!whole) throw valorem::data_error(path + ", line " + std::to_string(now.line + 1) + ": " + why);
}

}  // namespace examples

#endif

// Pages of docs/ that hold what tests measured: a part between two lines is a test's own, and is compared by the letter
// or, where VALOREM_WRITE_DOCS is set, written.
#ifndef VALOREM_TESTS_SUPPORT_PAGE_HPP
#define VALOREM_TESTS_SUPPORT_PAGE_HPP

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace support {

[[nodiscard]] inline bool writes_docs() {
  return std::getenv("VALOREM_WRITE_DOCS") != nullptr;
}

[[nodiscard]] inline std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// `part` is what stands in the page (a path from the root of the sources) between the lines that name `test`.
inline void expect_part(const std::string& page, const std::string& test, const std::string& part) {
  const std::string path = std::string(VALOREM_SOURCE_DIR) + "/" + page;
  const std::string first_line = "<!-- measured by " + test + ": from here -->\n";
  const std::string last_line = "<!-- to here -->\n";
  const std::string text = text_of(path);
  const auto begin = text.find(first_line);
  ASSERT_NE(begin, text.npos) << page << " has no part of " << test;
  const auto body = begin + first_line.size();
  const auto end = text.find(last_line, body);
  ASSERT_NE(end, text.npos) << page << ": the part of " << test << " does not end";
  if (writes_docs()) {
    std::ofstream(path) << text.substr(0, body) << part << text.substr(end);
    return;
  }
  EXPECT_EQ(text.substr(body, end - body), part) << page << " is out of date";
}

}  // namespace support

#endif

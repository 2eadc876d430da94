// Tables in tests/reference/ of what long runs counted: a line for each thing counted, which begins with its model and
// ends with the date and the commit of the run. A long run compares its lines or, where VALOREM_WRITE_DOCS is set,
// writes them.
#ifndef VALOREM_TESTS_SUPPORT_RECORD_HPP
#define VALOREM_TESTS_SUPPORT_RECORD_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <support/page.hpp>
#include <vector>

namespace support {

using fields = std::vector<std::string>;

[[nodiscard]] inline std::string joined(const fields& line) {
  std::string out;
  for (const std::string& f : line) out += (out.empty() ? "" : ",") + f;
  return out;
}

/// "2026-01-31" in UTC and the commit that the sources stand at, "0123abc".
[[nodiscard]] inline fields stamp() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::array<char, 16> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%d", std::gmtime(&now));
  std::array<char, 64> commit{};
  std::FILE* git = popen("git -C '" VALOREM_SOURCE_DIR "' rev-parse --short HEAD", "r");
  if (git == nullptr || std::fgets(commit.data(), commit.size(), git) == nullptr) commit[0] = '\0';
  if (git != nullptr) pclose(git);
  std::string name = commit.data();
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return {day.data(), name};
}

class record {
 public:
  explicit record(std::string_view file) : path_(std::string(VALOREM_TEST_DIR) + "/reference/" + std::string(file)) {
    std::istringstream text(text_of(path_));
    std::getline(text, header_);
    for (std::string line; std::getline(text, line);) {
      fields f;
      std::istringstream words(line);
      for (std::string word; std::getline(words, word, ',');) f.push_back(word);
      lines_.push_back(f);
    }
  }

  [[nodiscard]] const std::vector<fields>& lines() const { return lines_; }

  [[nodiscard]] std::vector<fields> of(std::string_view model) const {
    std::vector<fields> out;
    for (const fields& f : lines_) {
      if (f.at(0) == model) out.push_back(f);
    }
    return out;
  }

  /// `lines` without date and commit, all of one model.
  void expect(const std::vector<fields>& lines) {
    const std::string model = lines.at(0).at(0);
    if (writes_docs()) {
      write(model, lines);
      return;
    }
    const std::vector<fields> recorded = of(model);
    ASSERT_EQ(recorded.size(), lines.size()) << path_ << ": " << model;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      fields without_stamp = recorded[i];
      without_stamp.resize(without_stamp.size() - 2);
      EXPECT_EQ(joined(without_stamp), joined(lines[i])) << path_ << " holds another count";
    }
  }

 private:
  /// In place of the model's lines; the models stand in the order of their names.
  void write(std::string_view model, const std::vector<fields>& lines) {
    std::erase_if(lines_, [model](const fields& f) { return f.at(0) == model; });
    const fields when = stamp();
    for (fields f : lines) {
      f.insert(f.end(), when.begin(), when.end());
      lines_.push_back(f);
    }
    std::stable_sort(lines_.begin(), lines_.end(), [](const fields& a, const fields& b) { return a[0] < b[0]; });
    std::ofstream out(path_);
    out << header_ << '\n';
    for (const fields& f : lines_) out << joined(f) << '\n';
  }

  std::string path_;
  std::string header_;
  std::vector<fields> lines_;
};

}  // namespace support

#endif

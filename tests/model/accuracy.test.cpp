// docs/accuracy.md holds what is measured here: the errors of every verb against every reference table, by region.
#include "model/reference_verbs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <support/page.hpp>
#include <tuple>

namespace {

using namespace valorem;
using reference::row;

/// Errors of one verb in one region, as parts of the value and of what the bar allows.
struct errors {
  std::vector<double> relative;
  double worst_of_bar = 0.0;
};

using measurements = std::map<std::tuple<std::string, std::string, std::string>, errors>;

void measure(const std::string& path, measurements& into) {
  for (const row& r : reference::read(path)) {
    const auto got = reference::answer_to(r);
    ASSERT_TRUE(got) << path << " line " << r.line << ": " << r.quantity;
    if (std::isnan(r.value)) continue;  // undefined there, which another test holds
    if (!got->logarithm && std::fabs(r.value) < reference::smallest_normal) continue;
    errors& e = into[{r.model, r.quantity, r.region}];
    const double error = reference::error(r, got->value, got->logarithm);
    e.relative.push_back(error);
    e.worst_of_bar = std::max(e.worst_of_bar, error / reference::allowed(r));
  }
}

/// The header line of the tables that reference::read reads.
bool is_table(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return path.extension() == ".csv" && line.starts_with("model,params,x,t_x,T,h,rate,n,quantity,value,cond,region");
}

std::string figure(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), x == 0 ? "0" : "%.1e", x);
  return text.data();
}

/// points, the error that 99.9 % of them keep below, the worst, and the worst as a part of the bar.
std::string cells(const errors& e) {
  auto sorted = e.relative;
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<std::size_t>(std::ceil(.999 * static_cast<double>(sorted.size()))) - 1;
  std::array<char, 32> part{};
  std::snprintf(part.data(), part.size(), "%.2f", e.worst_of_bar);
  return std::to_string(sorted.size()) + " | " + figure(sorted[rank]) + " | " + figure(sorted.back()) + " | " +
         part.data() + " |\n";
}

std::string page_of(const measurements& all) {
  std::map<std::string, errors> models;
  std::map<std::string, std::string> sections;
  for (const auto& [key, e] : all) {
    const auto& [model, quantity, region] = key;
    errors& whole = models[model];
    whole.relative.insert(whole.relative.end(), e.relative.begin(), e.relative.end());
    whole.worst_of_bar = std::max(whole.worst_of_bar, e.worst_of_bar);
    sections[model] += "| " + quantity + " | " + region + " | " + cells(e);
  }
  const std::string columns = "points | 99.9 % below | worst | worst, of the bar |\n|---|---|---|---|---|";
  std::string out = "\n| model | " + columns + "\n";
  for (const auto& [model, e] : models) out += "| " + model + " | " + cells(e);
  for (const auto& [model, rows] : sections) {
    out += "\n## " + model + "\n\n| verb | region | " + columns + "---|\n" + rows;
  }
  return out + "\n";
}

// Same-bits functions have the same errors everywhere, so the page can be compared by the letter. VALOREM_WRITE_DOCS=1
// in the environment writes it.
TEST(accuracy, the_page_says_what_is_measured) {
  std::set<std::filesystem::path> tables;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(VALOREM_TEST_DIR) + "/reference")) {
    if (is_table(entry.path())) tables.insert(entry.path());
  }
  ASSERT_GE(tables.size(), 14u);
  measurements all;
  for (const auto& path : tables) measure(path.string(), all);

  support::expect_part("docs/accuracy.md", "tests/model/accuracy.test.cpp", page_of(all));
}

}  // namespace

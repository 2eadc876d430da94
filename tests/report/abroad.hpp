// A host whose locale writes 1.234,5: the library's texts must not follow it.
#ifndef VALOREM_TESTS_REPORT_ABROAD_HPP
#define VALOREM_TESTS_REPORT_ABROAD_HPP

#include <clocale>
#include <locale>
#include <string>

namespace report_test {

struct commas : std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
  [[nodiscard]] std::string do_truename() const override { return "wahr"; }
};

/// What f returns under that locale, in C++ and, where the machine has one of these, in C.
template <class F>
std::string abroad(const F& f) {
  const std::string c_before = std::setlocale(LC_ALL, nullptr);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new commas));
  for (const char* name : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "pt_BR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  }
  std::string out = f();
  std::locale::global(before);
  std::setlocale(LC_ALL, c_before.c_str());
  return out;
}

}  // namespace report_test

#endif

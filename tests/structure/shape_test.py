"""Shows shape.py a small tree that is in order, then the same tree with one fault at a time: each must be found, and
nothing else."""

import shutil
import tempfile
import unittest
from pathlib import Path

import shape


def header(name, *included, body=""):
    guard = "VALOREM_HPP" if name == "valorem.hpp" else "VALOREM_" + name.upper().replace("/", "_").replace(".", "_")
    lines = "".join(f"#include <{i}>\n" for i in included)
    return f"// What it is.\n#ifndef {guard}\n#define {guard}\n{lines}{body}\n#endif\n"


GOOD = {
    "include/valorem/version.hpp": header(
        "version.hpp",
        body="#define VALOREM_VERSION_MAJOR 3\n#define VALOREM_VERSION_MINOR 4\n#define VALOREM_VERSION_PATCH 5",
    ),
    "include/valorem/status.hpp": header("status.hpp", "valorem/version.hpp", "string"),
    "include/valorem/numeric/gamma.hpp": header("numeric/gamma.hpp", "valorem/status.hpp"),
    "include/valorem/summary.hpp": header("summary.hpp", "valorem/summary/history.hpp"),
    "include/valorem/summary/history.hpp": header("summary/history.hpp", "valorem/numeric/gamma.hpp", "span"),
    "include/valorem/service.hpp": header("service.hpp", "valorem/service/cost.hpp"),
    "include/valorem/service/cost.hpp": header("service/cost.hpp", "valorem/summary/history.hpp"),
    "include/valorem/model.hpp": header("model.hpp", "valorem/model/nbd.hpp"),
    "include/valorem/model/nbd.hpp": header("model/nbd.hpp", "valorem/summary.hpp"),
    "include/valorem/tier.hpp": header("tier.hpp", "valorem/tier/engine.hpp"),
    "include/valorem/tier/engine.hpp": header("tier/engine.hpp", "valorem/model/nbd.hpp"),
    "include/valorem/valorem.hpp": header(
        "valorem.hpp", "valorem/summary.hpp", "valorem/service.hpp", "valorem/model.hpp", "valorem/tier.hpp"
    ),
    "src/tier_parse.cpp": "#include <valorem/tier/engine.hpp>\n// printf( and std::cout in a comment are no calls\n",
    "src/threads.cpp": "#include <valorem/tier.hpp>\n",
    "CMakeLists.txt": "project(x)  # never -march=native\n",
}


class Shape(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        for name, text in GOOD.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def findings(self, check):
        return list(shape.CHECKS[check](self.root))

    def expect_only(self, check, part):
        """One finding, of this check alone, that says `part`."""
        for other in shape.CHECKS:
            found = self.findings(other)
            if other == check:
                self.assertEqual(len(found), 1, found)
                self.assertIn(part, found[0])
            else:
                self.assertEqual(found, [], other)

    def test_a_tree_in_order_passes_every_check(self):
        for check in shape.CHECKS:
            self.assertEqual(self.findings(check), [], check)

    def test_an_upward_include_is_caught(self):
        self.write("include/valorem/summary/history.hpp", header("summary/history.hpp", "valorem/model/nbd.hpp"))
        self.expect_only("rooms", "room 'summary' includes <valorem/model/nbd.hpp> of room 'model', which stands above it")

    def test_an_upward_include_of_a_door_is_caught(self):
        self.write("include/valorem/numeric/gamma.hpp", header("numeric/gamma.hpp", "valorem/tier.hpp"))
        self.expect_only("rooms", "<valorem/tier.hpp> of room 'tier'")

    def test_an_include_of_the_neighbour_is_caught(self):
        self.write("include/valorem/model/nbd.hpp", header("model/nbd.hpp", "valorem/service/cost.hpp"))
        self.expect_only("rooms", "which stands beside it")

    def test_an_upward_include_with_odd_spacing_is_caught(self):
        self.write("include/valorem/status.hpp", header("status.hpp", body="  #  include\t<valorem/numeric/gamma.hpp>"))
        self.expect_only("rooms", "room 'status' includes <valorem/numeric/gamma.hpp>")

    def test_an_upward_include_of_a_source_is_caught(self):
        self.write("src/summary_batch.cpp", "#include <valorem/tier/engine.hpp>\n")
        self.expect_only("rooms", "src/summary_batch.cpp: room 'summary'")

    def test_a_room_that_nobody_planned_is_caught(self):
        self.write("include/valorem/attic/box.hpp", header("attic/box.hpp"))
        self.assertIn("'attic' is no room", "".join(self.findings("rooms")))

    def test_the_front_door_in_a_room_is_caught(self):
        self.write("include/valorem/tier/engine.hpp", header("tier/engine.hpp", "valorem/valorem.hpp"))
        self.expect_only("rooms", "which is no room of the house")

    def test_a_private_dependency_in_a_public_header_is_caught(self):
        for name in ("fmt/core.h", "rapidjson/reader.h", "boost/math/special_functions/beta.hpp", "stdio.h"):
            self.write("include/valorem/tier/engine.hpp", header("tier/engine.hpp", name))
            self.expect_only("guests", name)

    def test_an_include_by_quotes_is_caught(self):
        self.write("include/valorem/tier/engine.hpp", header("tier/engine.hpp", body='#include "nbd.hpp"'))
        self.expect_only("guests", "by quotes")

    def test_a_header_that_no_door_opens_on_is_caught(self):
        self.write("include/valorem/model/pareto.hpp", header("model/pareto.hpp"))
        self.expect_only("doors", "<valorem/model/pareto.hpp>")

    def test_a_room_without_a_door_is_caught(self):
        (self.root / "include/valorem/summary.hpp").unlink()
        self.assertIn("no door valorem/summary.hpp", "".join(self.findings("doors")))

    def test_a_front_door_out_of_order_is_caught(self):
        self.write(
            "include/valorem/valorem.hpp",
            header("valorem.hpp", "valorem/model.hpp", "valorem/summary.hpp", "valorem/service.hpp", "valorem/tier.hpp"),
        )
        self.expect_only("doors", "reading order")

    def test_a_room_that_the_front_door_forgets_is_caught(self):
        self.write("include/valorem/valorem.hpp", header("valorem.hpp", "valorem/summary.hpp", "valorem/service.hpp", "valorem/model.hpp"))
        self.expect_only("doors", "does not name <valorem/tier.hpp>")

    def test_a_long_header_is_caught(self):
        self.write("include/valorem/status.hpp", header("status.hpp", body="\n" * 400))
        self.expect_only("headers", "more than 400")

    def test_a_header_that_does_not_say_what_it_is_is_caught(self):
        self.write("include/valorem/status.hpp", "\n" + header("status.hpp"))
        self.expect_only("headers", "the first line is not a comment")

    def test_a_foreign_guard_is_caught(self):
        self.write("include/valorem/status.hpp", header("state.hpp"))
        self.expect_only("headers", "VALOREM_STATUS_HPP")

    def test_every_refused_word_is_caught(self):
        for word in (
            "double f(double x) { return std::lgamma(x); }",
            "double f(double x) { return ::lgamma(x); }",
            "#include <iostream>",
            'void f() { std::printf("x"); }',
            'void f(char* b) { snprintf(b, 1, "x"); }',
            "void f() { std::cerr << 1; }",
            "void f() { std::abort(); }",
            "void f(int x) { assert(x); }",
            "double f(const char* p) { return std::strtod(p, nullptr); }",
            "auto f() { return std::chrono::system_clock::now(); }",
            "using namespace std;",
            "long double x;",
            "double f(double x) { return std::exp(x); }",
            "double f(double x) { return std::fma(x, x, x); }",
            "thread_local int x;",
        ):
            for name in ("src/tier_parse.cpp", "src/threads.cpp"):
                self.write(name, word + "\n")
                self.assertEqual(len(self.findings("words")), 1, word)
                self.write(name, GOOD[name])

    def test_a_header_that_opens_a_namespace_on_its_reader_is_caught(self):
        self.write("include/valorem/status.hpp", header("status.hpp", body="using namespace valorem;"))
        self.expect_only("words", "status.hpp:4: 'using namespace'")

    def test_a_header_that_another_one_of_the_room_includes_needs_no_name_on_the_door(self):
        self.write("include/valorem/model/parameters.hpp", header("model/parameters.hpp"))
        self.write("include/valorem/model/nbd.hpp", header("model/nbd.hpp", "valorem/model/parameters.hpp"))
        self.assertEqual(self.findings("doors"), [])

    def test_words_that_only_look_alike_pass(self):
        self.write(
            "src/threads.cpp",
            'const char* a = "std::cout"[0] ? "x" : "y";\n'.replace("std::cout", "out")
            + "double b(double x) { return numeric::exp(x) + numeric::lgamma(x) + std::sqrt(x) + std::abs(x); }\n"
            + "/* std::exp(x)\n long double */ void c() { using namespace std::chrono; }\n",
        )
        self.assertEqual(self.findings("words"), [])

    def test_every_refused_flag_is_caught(self):
        for text in (
            "target_compile_options(valorem PRIVATE -march=native)",
            "target_compile_options(valorem PRIVATE -ffast-math)",
            "add_compile_options(-Wall)",
            "set(CMAKE_CXX_STANDARD 20)",
        ):
            self.write("CMakeLists.txt", text + "\n")
            self.expect_only("flags", "CMakeLists.txt:1")

    def test_a_test_may_play_a_host_with_odd_flags_but_not_name_this_machine(self):
        self.write("tests/CMakeLists.txt", "target_compile_options(test_host PRIVATE -ffast-math)\n")
        self.assertEqual(self.findings("flags"), [])
        self.write("tests/CMakeLists.txt", "target_compile_options(test_host PRIVATE -march=native)\n")
        self.expect_only("flags", "tests/CMakeLists.txt:1")

    def test_a_second_place_for_the_version_is_caught(self):
        self.write("CMakeLists.txt", "project(x VERSION 3.4.5)\n")
        self.expect_only("version", "CMakeLists.txt:1: repeats the version 3.4.5")

    def test_an_include_in_a_comment_is_none(self):
        self.write("include/valorem/status.hpp", header("status.hpp", body="// #include <valorem/tier.hpp>\n/*\n#include <fmt/core.h>\n*/"))
        for check in shape.CHECKS:
            self.assertEqual(self.findings(check), [], check)


if __name__ == "__main__":
    unittest.main()

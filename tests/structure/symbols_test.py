"""Compiles small libraries, each with one fault, and shows them to symbols.py.

    CXX, AR, NM and OBJDUMP come from the environment."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import symbols

TOOLS = {name: os.environ.get(name, name.lower() if name != "CXX" else "c++") for name in ("CXX", "AR", "NM", "OBJDUMP")}

GOOD = """
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
struct base { virtual ~base() = default; virtual int f() const = 0; };
struct derived final : base { int f() const override { return 1; } };
const double table[] = {1.0, 2.0};
double row(int i) { if (i > 1) throw std::out_of_range("row " + std::to_string(i)); return table[i]; }
base* make() { return new derived; }
struct elsewhere { virtual ~elsewhere(); };
int caught(void (*f)()) { try { f(); } catch (const elsewhere&) { return 1; } return 0; }
void both(void (*f)()) { std::jthread helper(f); f(); }
"""


class Symbols(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def findings(self, *texts):
        """Of an archive with one member for each text."""
        library = self.folder / "liba.a"
        library.unlink(missing_ok=True)
        for name, text in zip("abc", texts):
            source, thing = self.folder / f"{name}.cpp", self.folder / f"{name}.cpp.o"
            source.write_text(text, encoding="utf-8")
            subprocess.run([TOOLS["CXX"], "-std=c++20", "-O2", "-fPIC", "-DNDEBUG", "-c", source, "-o", thing], check=True)
            subprocess.run([TOOLS["AR"], "rc", library, thing], check=True)
        return list(symbols.findings(TOOLS["NM"], TOOLS["OBJDUMP"], str(library)))

    def test_tables_exceptions_virtual_functions_and_threads_are_allowed(self):
        self.assertEqual(self.findings(GOOD), [])
        self.assertEqual(self.findings(GOOD, GOOD), [])

    def test_a_fault_is_told_with_the_member_that_has_it(self):
        found = self.findings(GOOD, GOOD + "int count = 7;\nint more() { return ++count; }")
        self.assertEqual(len(found), 1, found)
        self.assertRegex(found[0], r"^b\.cpp\.o: \d+ bytes in \.data: the library keeps no state$")

    def test_members_are_told_apart_in_what_either_family_of_tools_prints(self):
        for line in ("b.cpp.o:", "b.cpp.o:     file format elf64-x86-64", "some/lib.a(b.cpp.o):\tfile format elf64-x86-64"):
            self.assertEqual(symbols.member_of(line, "a.cpp.o"), "b.cpp.o", line)
        self.assertEqual(symbols.member_of("  6 .data   00000010", "a.cpp.o"), "a.cpp.o")

    def test_each_fault_is_found(self):
        for text, part in (
            ('#include <cstdio>\nvoid f(int x) { std::printf("%d", x); }', "printf"),
            ('#include <cstdio>\nvoid f() { std::fputs("x", stderr); }', "refers to stderr"),
            ("#include <iostream>\nvoid f(int x) { std::cerr << x; }", "std::cerr"),
            ("#include <cstdlib>\nvoid f() { std::abort(); }", "abort: ends the process"),
            ("#include <cstdlib>\nvoid f() { std::exit(1); }", "exit: ends the process"),
            ("#undef NDEBUG\n#include <cassert>\nvoid f(int x) { assert(x); }", "__assert_fail"),
            ("#include <cmath>\ndouble f(double x) { return std::lgamma(x); }", "lgamma: writes a global"),
            ("#include <cmath>\ndouble f(double x) { return std::exp(x); }", "exp: differs between machines"),
            ("#include <cstdlib>\ndouble f(const char* p) { return std::strtod(p, nullptr); }", "strtod: follows the locale"),
            ("#include <chrono>\nauto f() { return std::chrono::system_clock::now(); }", "clock"),
            ("int count;\nint f() { return ++count; }", "4 bytes in .bss"),
            ("int count = 7;\nint f() { return ++count; }", "4 bytes in .data"),
            (GOOD + "int count = 7;\nint more() { return ++count; }", "bytes in .data"),
            ("thread_local int count;\nint f() { return ++count; }", "bytes in .tbss"),
            ("int g(); int f() { static int once = g(); return once; }", "__cxa_guard_acquire"),
            ("int g(); const int once = g(); int f() { return once; }", ".init_array"),
        ):
            found = "\n".join(self.findings(text))
            self.assertIn(part, found, text)

    def test_a_library_without_symbols_is_no_proof(self):
        empty = self.folder / "empty.a"
        empty.write_bytes(b"!<arch>\n")
        self.assertIn("nothing was checked", "".join(symbols.findings(TOOLS["NM"], TOOLS["OBJDUMP"], str(empty))))


if __name__ == "__main__":
    unittest.main()

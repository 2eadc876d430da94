"""Reads the compiled library: it must not print, end the process, ask the clock, or keep anything writable.

    symbols.py NM OBJDUMP LIBRARY      one line for each finding; exit 1 where there is one

What the tools force on any such library is allowed: fmt refers to snprintf (into a buffer) and to std::locale for a format
that we never use, a std::thread to pthread and syscall, an exception to std::terminate and __cxa_*."""

import re
import subprocess
import sys

REFUSED = {
    "prints or reads": """stdout stderr stdin printf fprintf vprintf vfprintf dprintf __printf_chk __fprintf_chk puts putchar
        fputs fputc putc fwrite write perror fopen freopen open read scanf sscanf fscanf popen system""",
    "ends the process": """abort exit _exit _Exit quick_exit atexit __assert_fail raise signal longjmp""",
    "asks the machine": """getenv secure_getenv time clock clock_gettime gettimeofday rand srand random srandom getrandom
        arc4random setlocale localeconv newlocale uselocale""",
    "follows the locale": "strtod strtof strtold atof strtol strtoul strtoll strtoull atoi atol",
    "writes a global": "lgamma lgammaf lgammal signgam",
    "differs between machines": """exp exp2 expm1 log log2 log10 log1p pow tgamma fma sin cos tan asin acos atan atan2 sinh cosh
        tanh asinh acosh atanh erf erfc hypot cbrt fmod""",
    "initialises a static at run time": "__cxa_guard_acquire __cxa_atexit",
}
REFUSED_CPP = {
    "prints or reads": r"std::(cout|cerr|clog|cin|wcout|wcerr)\b|std::ios_base::Init|std::basic_[io]?f?stream",
    "asks the machine": r"std::chrono::_V2::(system|steady)_clock|std::random_device",
}
# Sections that a program can write to while it runs. Written by the loader alone, then sealed or never touched: .data.rel.ro*
# (virtual tables) and the reference to the exception personality.
SEALED = re.compile(r"^\.data\.rel\.ro|^\.data(\.rel\.local)?\.DW\.ref\.")
WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss|ldata|lbss|init_array|ctors)(\.|$)")


def lines(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def member_of(line, current):
    """The heads of members in an archive: "name.o:" of nm, "name.o:     file format ..." of GNU objdump and
    "lib.a(name.o):\tfile format ..." of LLVM's."""
    match = re.match(r"^(?:\S+\((\S+\.o)\)|(\S+\.o)):(\s+file format .*)?$", line)
    return (match.group(1) or match.group(2)) if match else current


def caught_types(objdump, library):
    """Bytes of .data in each member that are references of a catch clause to the type it catches: clang puts those of types
    declared in another file there; the loader alone writes them."""
    member, inside, out = library, False, {}
    for line in lines(objdump, "-r", "-w", library):
        member = member_of(line, member)
        if line.startswith("RELOCATION RECORDS FOR"):
            inside = "[.data]" in line
        elif inside and re.match(r"^[0-9a-f]+\s+\S+64\s+_ZTI", line):
            out[member] = out.get(member, 0) + 8
    return out


def findings(nm, objdump, library):
    symbols = lines(nm, "-C", "-u", library)
    member = library
    seen = 0
    for line in symbols:
        member = member_of(line, member)
        match = re.match(r"^\s+[UwvC] (.+)$", line)
        if not match:
            continue
        seen += 1
        name = re.sub(r"@.*", "", match.group(1))
        for why, names in REFUSED.items():
            if name in names.split():
                yield f"{member}: refers to {name}: {why}"
        for why, pattern in REFUSED_CPP.items():
            if re.search(pattern, name):
                yield f"{member}: refers to {name}: {why}"
    if seen == 0:
        yield f"{library}: no symbol was read, so nothing was checked"

    caught = caught_types(objdump, library)
    member = library
    for line in lines(objdump, "-h", "-w", library):
        member = member_of(line, member)
        match = re.match(r"^\s*\d+\s+(\.\S+)\s+([0-9a-f]+)\s", line)
        if not match or int(match.group(2), 16) == 0:
            continue
        name, size = match.group(1), int(match.group(2), 16)
        if name == ".data":
            size -= caught.get(member, 0)
        if size and WRITABLE.match(name) and not SEALED.match(name):
            yield f"{member}: {size} bytes in {name}: the library keeps no state"


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: symbols.py NM OBJDUMP LIBRARY")
    found = list(findings(*sys.argv[1:]))
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

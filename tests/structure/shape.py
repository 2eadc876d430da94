"""Reads the shape of the source tree: which room includes which, how long a header is, what must not be written at all.

    shape.py <check> <root of the tree>      one line for each finding; exit 1 where there is one

Each check takes the root as an argument, so that shape_test.py can show it a tree with a fault in it."""

import re
import sys
from pathlib import Path

# From the foundation up. A file may include its own room and those that stand before it; two rooms that stand in one
# place (service, model) do not know each other.
ORDER = [
    {"version"},
    {"status"},
    {"numeric"},
    {"record"},
    {"summary"},
    {"service", "model"},
    {"ledger"},
    {"population"},
    {"portfolio"},
    {"tier"},
    {"report"},
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
WITHOUT_DOOR = {"numeric", "version", "status"}  # the cellar and the two single headers of the foundation
FRONT_DOOR = "valorem.hpp"
MAX_LINES = 400

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*")', re.DOTALL)


def headers(root):
    return sorted((root / "include" / "valorem").rglob("*.hpp"))


def sources(root):
    return sorted(p for p in (root / "src").rglob("*") if p.suffix in {".cpp", ".hpp", ".inc"})


def include_name(root, path):
    return path.relative_to(root / "include" / "valorem").as_posix()


def room_of(name):
    """The room of an include name under valorem/: "model/nbd.hpp" and the door "model.hpp" belong to model."""
    return name.split("/")[0].removesuffix(".hpp")


def code_of(path):
    """The text without comments; strings stay, and so do the line numbers."""

    def blank(match):
        return match.group(1) or "\n" * match.group(0).count("\n")

    return COMMENT.sub(blank, path.read_text(encoding="utf-8"))


def includes(path):
    return [name for _, name in INCLUDE.findall(code_of(path))]


def check_rooms(root):
    """No arrow runs back: a header includes its own room and the rooms before it; src/<room>.cpp or src/<room>_x.cpp too."""
    for path in headers(root) + sources(root):
        if path.is_relative_to(root / "include"):
            name = include_name(root, path)
            if name == FRONT_DOOR:
                continue
            room = room_of(name)
            if room not in LEVEL:
                yield f"{path.relative_to(root)}: '{room}' is no room of the house; ORDER in tests/structure/shape.py lists them"
                continue
        else:
            room = re.split(r"[_.]", path.relative_to(root / "src").parts[0])[0]
            if room not in LEVEL or room in {"version", "status"}:
                continue  # threads.cpp, text.cpp, version.cpp and the like serve every room
        for included in includes(path):
            if not included.startswith("valorem/"):
                continue
            other = room_of(included.removeprefix("valorem/"))
            if other not in LEVEL:
                yield f"{path.relative_to(root)}: includes <{included}>, which is no room of the house"
            elif other != room and LEVEL[other] >= LEVEL[room]:
                way = "which stands above it" if LEVEL[other] > LEVEL[room] else "which stands beside it"
                yield f"{path.relative_to(root)}: room '{room}' includes <{included}> of room '{other}', {way}"


def check_guests(root):
    """Public headers include the standard library, and this library by <valorem/...>; nothing else."""
    for path in headers(root):
        for mark, name in INCLUDE.findall(code_of(path)):
            if mark == '"':
                yield f'{path.relative_to(root)}: includes "{name}" by quotes; write <valorem/...>'
            elif "/" in name and not name.startswith("valorem/"):
                yield f"{path.relative_to(root)}: includes <{name}>; only the standard library may stand in a public header"
            elif name.endswith(".h"):
                yield f"{path.relative_to(root)}: includes the C header <{name}>"


def reached_within(base, room):
    """The include names that the room's door leads to without leaving the room."""
    reached, ahead = set(), [f"valorem/{room}.hpp"]
    while ahead:
        for name in includes(base.parent / ahead.pop()):
            if name.startswith(f"valorem/{room}/") and name not in reached and (base.parent / name).exists():
                reached.add(name)
                ahead.append(name)
    return reached


def check_doors(root):
    """Each room with a folder has a door of the same name that leads to every header in it, straight or by another one; the front door opens on all."""
    base = root / "include" / "valorem"
    rooms = sorted(p.name for p in base.iterdir() if p.is_dir() and p.name not in WITHOUT_DOOR)
    for room in rooms:
        door = base / f"{room}.hpp"
        if not door.exists():
            yield f"include/valorem/{room}/: the room has no door valorem/{room}.hpp"
            continue
        named = reached_within(base, room)
        for path in sorted((base / room).rglob("*.hpp")):
            name = f"valorem/{include_name(root, path)}"
            if "/detail/" not in name and name not in named:
                yield f"include/valorem/{room}.hpp: the door does not lead to <{name}>"
    front = base / FRONT_DOOR
    if not front.exists():
        yield f"include/valorem/{FRONT_DOOR}: the front door is missing"
        return
    named = includes(front)
    order = [LEVEL[room_of(n.removeprefix("valorem/"))] for n in named if n.startswith("valorem/") and room_of(n.removeprefix("valorem/")) in LEVEL]
    for room in rooms:
        if f"valorem/{room}.hpp" not in named:
            yield f"include/valorem/{FRONT_DOOR}: the front door does not name <valorem/{room}.hpp>"
    if order != sorted(order):
        yield f"include/valorem/{FRONT_DOOR}: the rooms do not stand in reading order"


def check_headers(root):
    """A header says on its first line what it is, guards itself by its own name, and ends before line 400."""
    for path in headers(root):
        lines = path.read_text(encoding="utf-8").splitlines()
        where = path.relative_to(root)
        if len(lines) > MAX_LINES:
            yield f"{where}: {len(lines)} lines, more than {MAX_LINES}"
        if not lines or not lines[0].startswith("// "):
            yield f"{where}:1: the first line is not a comment that says what the header is"
        name = include_name(root, path)
        guard = "VALOREM_HPP" if name == FRONT_DOOR else "VALOREM_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
        text = "\n".join(lines)
        if f"#ifndef {guard}\n#define {guard}\n" not in text:
            yield f"{where}: the include guard is not {guard}"


# What must not be written in include/ and src/, and why.
REFUSED = [
    (r"\bstd::lgamma|(?<![\w:>])::lgamma|\blgamma(_r|f|l)\s*\(|\bsigngam\b", "libm's lgamma writes a global; use valorem::numeric"),
    (r"#\s*include\s*<(iostream|fstream|sstream|iomanip|cstdio|locale|cassert|regex|ctime|random)>", "the core neither prints nor reads, asserts nothing and knows no locale or clock"),
    (r"\b(v?f?s?n?printf|puts|fputs|putchar|fwrite|scanf|sscanf|perror)\s*\(", "the library is silent"),
    (r"\bstd::(cout|cerr|clog|cin)\b", "the library is silent"),
    (r"\b(abort|_exit|quick_exit|exit|assert)\s*\(", "the library never ends its host's process"),
    (r"\b(strto(d|f|ld|l|ul|ll|ull)|ato(f|i|l|ll)|std::sto(d|f|ld|i|l|ll|ul|ull))\s*\(", "follows the host's locale; use std::from_chars"),
    (r"\b(setlocale|getenv|srand|rand|std::time|gettimeofday|clock_gettime)\s*\(|\b(system_clock|steady_clock|high_resolution_clock|random_device)\b", "an answer depends on the arguments alone"),
    (r"\busing\s+namespace\s+std\s*;", "pushes a whole library's names on its surroundings"),
    (r"\blong\s+double\b", "differs between platforms; the same bits are promised"),
    (r"\bstd::(exp|exp2|expm1|log|log2|log10|log1p|pow|tgamma|fma|sin|cos|tan|sinh|cosh|tanh|asinh|acosh|atanh|erf|erfc|hypot|cbrt|fmod|remainder)\s*\(|__builtin_(fma|exp|log|pow)", "libm's bits differ between machines; use valorem::numeric"),
    (r"\bthread_local\b", "the library keeps no state"),
]
REFUSED_IN_HEADERS = [
    (r"^using\s+namespace\b", "pushes names on whoever includes it"),
]
# Flags that no build file of ours may set.
REFUSED_FLAGS_ANYWHERE = [
    (r"-march=native|-mtune=native", "a binary that dies on another machine"),
]
# Those that reach a consumer or change what a formula means. A test may play a host that sets them.
REFUSED_FLAGS = REFUSED_FLAGS_ANYWHERE + [
    (r"-ffast-math|-Ofast|-funsafe-math-optimizations|-fassociative-math|-freciprocal-math|-ffinite-math-only", "changes what a formula means"),
    (r"\badd_compile_options\b|\badd_definitions\b|\badd_link_options\b|\binclude_directories\s*\(|\blink_libraries\s*\(", "reaches every target of whoever embeds us; set it on our own target"),
    (r"\bset\s*\(\s*CMAKE_CXX_(FLAGS|STANDARD)", "the host chooses its flags and its standard"),
]


def matches(path, root, rules, text):
    for pattern, why in rules:
        for match in re.finditer(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(root)}:{line}: '{match.group(0).strip()}': {why}"


def check_words(root):
    """What the library refuses to contain at all."""
    for path in headers(root) + sources(root):
        yield from matches(path, root, REFUSED, code_of(path))
    for path in headers(root):
        yield from matches(path, root, REFUSED_IN_HEADERS, code_of(path))


def build_files(root):
    found = [root / "CMakeLists.txt", root / "CMakePresets.json", root / "pyproject.toml"]
    for folder in ("cmake", "src", "tests", "bench", "examples", "bindings"):
        found += sorted(p for p in (root / folder).rglob("*") if p.name == "CMakeLists.txt" or p.suffix == ".cmake")
    return [p for p in found if p.exists()]


def check_flags(root):
    """No flag that reaches a consumer, none that changes arithmetic."""
    for path in build_files(root):
        text = "\n".join(re.sub(r"#.*", "", line) for line in path.read_text(encoding="utf-8").splitlines())
        own = not path.is_relative_to(root / "tests")
        yield from matches(path, root, REFUSED_FLAGS if own else REFUSED_FLAGS_ANYWHERE, text)


def check_version(root):
    """The version number stands in version.hpp alone; no other file of the build repeats it."""
    header = (root / "include" / "valorem" / "version.hpp").read_text(encoding="utf-8")
    parts = [re.search(rf"#define VALOREM_VERSION_{part} (\d+)", header) for part in ("MAJOR", "MINOR", "PATCH")]
    if not all(parts):
        yield "include/valorem/version.hpp: does not define VALOREM_VERSION_MAJOR, _MINOR and _PATCH as numbers"
        return
    major, minor, patch = (part.group(1) for part in parts)
    text = re.compile(rf"(?<![\d.]){major}\.{minor}\.{patch}(?![\d.])|\bv{major}_{minor}\b")
    where = headers(root) + sources(root) + build_files(root)
    where += sorted((root / "bindings").rglob("*.py")) + sorted((root / "bindings").rglob("*.cpp")) + sorted((root / "tests").rglob("*.test.cpp"))
    for path in where:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if text.search(line):
                yield f"{path.relative_to(root)}:{number}: repeats the version {major}.{minor}.{patch}; it stands in version.hpp alone"


CHECKS = {
    "rooms": check_rooms,
    "guests": check_guests,
    "doors": check_doors,
    "headers": check_headers,
    "words": check_words,
    "flags": check_flags,
    "version": check_version,
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKS:
        sys.exit(f"usage: shape.py {'|'.join(CHECKS)} ROOT")
    root = Path(sys.argv[2])
    if not headers(root):
        sys.exit(f"{root}: no header under include/valorem, so nothing was checked")
    found = list(CHECKS[sys.argv[1]](root))
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

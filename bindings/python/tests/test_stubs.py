"""The typed surface: _core.pyi and the compiled module say the same, and mypy accepts the package."""

import ast
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import valorem
from valorem import _core

PACKAGE = pathlib.Path(valorem.__file__).parent


def parameters(doc: str) -> list[str]:
    """Names in the signature that pybind11 writes on the first line of a docstring; * and defaults kept."""
    inside = re.sub(r"\) -> .*$", "", doc.splitlines()[0].split("(", 1)[1])
    parts, depth, part = [], 0, ""
    for c in inside:
        depth += c in "([{<"
        depth -= c in ")]}>"
        if c == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    parts.append(part)
    names = []
    for p in (p.strip() for p in parts if p.strip()):
        name, _, default = p.partition("=")
        names.append(name.partition(":")[0].strip() + ("=" + default.strip() if default else ""))
    return names


def stub_parameters(node: ast.FunctionDef) -> list[str]:
    a = node.args
    positional = [*a.posonlyargs, *a.args]
    defaults = [None] * (len(positional) - len(a.defaults)) + list(a.defaults)
    out = [p.arg + (f"={ast.unparse(d)}" if d else "") for p, d in zip(positional, defaults)]
    if a.vararg:
        out.append("*" + a.vararg.arg)
    elif a.kwonlyargs:
        out.append("*")
    out += [p.arg + (f"={ast.unparse(d)}" if d else "") for p, d in zip(a.kwonlyargs, a.kw_defaults)]
    return out


def stub_functions():
    tree = ast.parse((PACKAGE / "_core.pyi").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node, getattr(_core, node.name, None)
        elif isinstance(node, ast.ClassDef):
            owner = getattr(_core, node.name, None)
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{node.name}.{member.name}", member, inspect.getattr_static(owner, member.name, None)


STUBS = list(stub_functions())


@pytest.mark.parametrize(("name", "node", "real"), STUBS, ids=[s[0] for s in STUBS])
def test_each_stub_has_its_function_and_parameters(name, node, real):
    assert real is not None, f"{name} is in the stub only"
    if isinstance(real, property):
        assert any(ast.unparse(d) == "property" for d in node.decorator_list)
        return
    if isinstance(real, staticmethod):
        real = real.__func__
    if any(ast.unparse(d) == "overload" for d in node.decorator_list):
        return
    assert stub_parameters(node) == [p for p in parameters(real.__doc__) if p != "/"], name


def test_each_function_has_its_stub():
    known = {name for name, _, _ in STUBS}
    for name, value in vars(_core).items():
        if name.startswith("_"):
            continue
        if inspect.isclass(value):
            for member in vars(value):
                if not member.startswith("_") or member in ("__getitem__", "__len__"):
                    assert f"{name}.{member}" in known, f"{name}.{member} has no stub"
        elif callable(value):
            assert name in known, f"{name} has no stub"


def public_names():
    for name in valorem.__all__:
        value = getattr(valorem, name)
        if name.startswith("_"):
            continue
        yield name, value
        if inspect.isclass(value):
            yield from ((f"{name}.{k}", v) for k, v in vars(value).items() if not k.startswith("_") and (callable(v) or isinstance(v, property)))


def test_every_public_name_is_explained():
    """Beyond the signature that pybind11 writes on the first line."""
    silent = []
    for name, value in public_names():
        doc = inspect.getdoc(value) or ""
        if not re.sub(r"^\w+\(.*\) -> .*$", "", doc, count=1, flags=re.MULTILINE).strip():
            silent.append(name)
    assert silent == []


def test_mypy_accepts_the_package():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "/dev/null", "--ignore-missing-imports", "-p", "valorem"],
        capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

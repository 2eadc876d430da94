"""One sentence for a call that fits no signature of the core, from what pybind11 says of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Parameter:
    name: str
    kind: str
    """The type's name, "object" where the function looks for itself."""
    needed: bool
    by_name: bool


@dataclass
class _Complaints:
    strange: list[str] = field(default_factory=list)
    """What the signature has no place for."""
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def weight(self) -> tuple[int, int, int]:
        far = sum(not s.endswith("?") for s in self.strange)
        return len(self.strange) + far, len(self.missing), len(self.wrong)


def _split(text: str) -> list[str]:
    """At the commas that stand in no bracket and no quotes."""
    out, depth, quote = [""], 0, ""
    for c in text:
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0 and not quote:
            out.append("")
        else:
            out[-1] += c
    return [part.strip() for part in out if part.strip()]


def _parameters(signature: str) -> list[_Parameter]:
    inside = signature[signature.index("(") + 1 :]
    inside = inside[: inside.rindex(" -> ")] if " -> " in inside else inside
    out, by_name = [], False
    for part in _split(inside.rstrip().removesuffix(")")):
        if part == "*":
            by_name = True
            continue
        name, _, rest = part.partition(":")
        kind, default, _ = rest.partition("=")
        out.append(_Parameter(name.strip(), kind.strip().rpartition(".")[2] or "object", not default, by_name))
    return out


def _listed(parameters: Sequence[_Parameter]) -> str:
    by_place = ", ".join(p.name for p in parameters if not p.by_name)
    by_name = ", ".join(p.name for p in parameters if p.by_name)
    if not by_name:
        return by_place or "none"
    return f"{by_place} and, by name, {by_name}" if by_place else f"by name {by_name}"


def _fits(value: Any, kind: str) -> bool:
    if kind in ("object", "Any") or not kind.isidentifier():
        return True
    if kind in ("float", "int"):
        return hasattr(value, "__index__") or hasattr(value, "__float__")
    return any(c.__name__ == kind for c in type(value).__mro__)


def _complaints(parameters: Sequence[_Parameter], args: Sequence[Any], kwargs: Mapping[str, Any]) -> _Complaints:
    out = _Complaints()
    by_place = [p for p in parameters if not p.by_name]
    given = {p.name: value for p, value in zip(by_place, args, strict=False)}
    if len(args) > len(by_place):
        out.strange.append(f"takes {len(by_place)} argument{'s' * (len(by_place) != 1)} by place, {len(args)} are given")
    names = [p.name for p in parameters]
    for name in kwargs:
        if name in given:
            out.strange.append(f"is given '{name}' twice, by place and by name")
        elif name not in names:
            close = difflib.get_close_matches(name, [n for n in names if n not in kwargs], 1)
            out.strange.append(f"has no argument '{name}'" + (f", did you mean '{close[0]}'?" if close else ""))
    given.update(kwargs)
    out.missing = [p.name for p in parameters if p.needed and p.name not in given]
    out.wrong = [
        f"{p.name}: {type(given[p.name]).__name__} where {p.kind} is expected"
        for p in parameters
        if p.name in given and not _fits(given[p.name], p.kind)
    ]
    return out


def sentence(message: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """message: pybind11's, of a call with these arguments; self is among them where there is one."""
    called = message.partition("(")[0]
    signatures = re.findall(r"^    \d+\. (.*)$", message, re.MULTILINE)
    found = []
    for signature in signatures:
        parameters = _parameters(signature)
        hers = list(args)
        if called == "__init__":
            called_as, hers = signature.partition("(")[0].rpartition(".")[2], hers[1:]
        elif parameters and parameters[0].name == "self":
            called_as, parameters, hers = f"{type(hers[0]).__name__}.{called}" if hers else called, parameters[1:], hers[1:]
        else:
            called_as = called
        found.append((_complaints(parameters, hers, kwargs), parameters, called_as))
    what, parameters, called_as = min(found, key=lambda f: f[0].weight())
    takes = f"it takes {_listed(parameters)}"
    if what.strange:
        return f"{called_as} {what.strange[0]}{'' if what.strange[0].endswith('?') else ';'} {takes}"
    if what.missing:
        return f"{called_as} needs {' and '.join(repr(name) for name in what.missing)}; {takes}"
    if what.wrong:
        return f"{called_as}: {what.wrong[0]}; {takes}"
    return f"{called_as}: the types of the arguments do not fit; {takes}"

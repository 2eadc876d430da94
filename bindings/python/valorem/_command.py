"""What the commands share: files and columns in, one table out, every refusal in one sentence."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _core, _sources
from .errors import DataError, Error
from .table import Table
from .tiers import TierProgram

# How arguments that the library's sentences name are written on the command line.
_OPTIONS = {"currency": "--currency", "utc_offset": "--utc-offset", "date_order": "--date-order", "decimal": "--decimal"}


def with_options(said: str) -> str:
    """A sentence of the library with options where it names arguments: date_order="dmy" is --date-order dmy."""
    said = re.sub(r"\bunits= ", "--columns units=NAME ", said)
    said = re.sub(r"^(observation_end|calibration_end|utc_offset|threads): ", lambda m: f"--{m[1].replace('_', '-')}: ", said)
    return re.sub(
        rf"\b({'|'.join(_OPTIONS)})=(?:\"([^\"]*)\"|'([^']*)')",
        lambda m: f"{_OPTIONS[m[1]]} {m[2] if m[2] is not None else m[3]}", said,
    )  # fmt: skip


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def check_out(out: str, *inputs: str | None) -> None:
    """Refuses, before any work, a place where nothing can be written and one that a table came from."""
    folder = os.path.dirname(out) or "."
    if not out or os.path.isdir(out):
        raise Error(f"--out: {out!r} is not the name of a file")
    if not os.path.isdir(folder):
        raise Error(f"--out: {out}: there is no folder {folder}")
    for path in inputs:
        if path and os.path.exists(path) and os.path.exists(out) and os.path.samefile(path, out):
            raise Error(f"--out: {out} is read from, and would be lost")


def write(table: Table, out: str, bom: bool) -> None:
    try:
        table.to_csv(out, bom=bom)
    except OSError as e:
        raise Error(f"{out}: {e.strerror}") from None


def show_warning(message: Warning | str, *_: Any) -> None:
    print(f"valorem: warning: {message}", file=sys.stderr)


def renaming(given: Sequence[str], roles: Sequence[str] | None, option: str) -> dict[str, str]:
    """ROLE=NAME,ROLE=NAME as a dict."""
    out: dict[str, str] = {}
    for part in ",".join(given).split(","):
        role, equals, name = part.partition("=")
        role = role.strip()
        if not equals or not role:
            raise Error(f"{option}: {part!r} is not ROLE=NAME")
        if roles is not None and role not in roles:
            near = difflib.get_close_matches(role, roles, n=1)
            raise Error(f"{option}: no role {role!r}" + (f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(roles)}"))
        if role in out:
            raise Error(f"{option}: {role!r} stands there twice")
        out[role] = name.strip()
    return out


def roles(
    columns: Mapping[str, object], roles: Sequence[str], optional: Sequence[str], given: Sequence[str], path: str, option: str = "--columns"
) -> dict[str, object]:
    """The columns that play the roles; an optional role may be played by none."""
    named = renaming(given, roles, option) if given else {}
    out: dict[str, object] = {}
    for role in roles:
        name = named.get(role, role)
        if name == "" or (role in optional and role not in named and name not in columns):
            if role not in optional and role != "amount":
                raise Error(f"{option}: the role {role} cannot do without a column")
            continue
        out[role] = _sources.pick(columns, name, role, path)
    if "customer_id" in out:
        out["customer_id"] = id_text(out["customer_id"])
    return out


def id_text(source: object) -> object:
    """Ids of files are compared as they are written."""
    values, missing = _sources.ids(source, "customer_id")
    if isinstance(values, _core.Text):
        return values
    cells: list[str | None] = [str(v) for v in values.tolist()]
    if missing is not None:
        cells = [None if m else c for c, m in zip(cells, missing.tolist(), strict=True)]
    return _core.Text(cells)


def _text_file(path: str) -> str:
    with open(path, "rb") as f:
        raw = f.read()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise DataError(f"{path}, line {line}: not UTF-8") from None


def in_file(path: str, read: Any) -> Any:
    """What a reader makes of a text file; a refusal names the file."""
    try:
        return read(_text_file(path))
    except Error as e:
        raise Error(str(e) if str(e).startswith(path) else f"{path}: {e}") from None


def tell_issues(path: str, counts: Mapping[str, int], issues: Any, consequence: str) -> None:
    total = sum(counts.values())
    if not total:
        return
    print(f"{path}: {total:,} bad row{'s' if total != 1 else ''}, {consequence}", file=sys.stderr)
    for row, field, sentence in list(zip(issues["row"], issues["field"], issues["sentence"], strict=True))[:10]:
        print(f"{path}, row {row}, {field}: {with_options(sentence)}", file=sys.stderr)
    if total > 10:
        print(f"{path}: and {total - 10:,} more", file=sys.stderr)


TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")


def fact(program: TierProgram, name: str, source: object, path: str, decimal: str = ".") -> object:
    """A column of facts that may be text; a cell that cannot be read is unknown, and said."""
    kind = program.kind(name)
    if not isinstance(source, _core.Text) or kind == "levels":
        return source
    if kind == "flag":
        cells = [None if c is None else c.strip().lower() for c in source.to_numpy().tolist()]
        values = np.array([1.0 if c in TRUE else 0.0 if c in FALSE else np.nan for c in cells])
        bad = [i for i, c in enumerate(cells) if c is not None and c not in TRUE + FALSE]
    else:
        values, bad = _core.numbers_in(source, decimal)
    if bad:
        what = "true or false" if kind == "flag" else "a number"
        more = f" (and {len(bad) - 1:,} more such rows)" if len(bad) > 1 else ""
        print(f"{path}, row {bad[0] + 1}, {name}: {source[bad[0]]!r} is not {what}; taken as unknown{more}", file=sys.stderr)
    return values

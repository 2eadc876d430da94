"""Files as tables of text: CSV and Parquet through DuckDB, SQLite through Python's own module. What a file lacks or breaks
is said in one sentence with its line."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from typing import Any

from . import _core
from .errors import DataError, Error

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 20


def read_table(path: str, *, table: str | None = None, delimiter: str | None = None) -> dict[str, object]:
    """The columns of a file by name. Cells of CSV and SQLite are text; Parquet keeps its types."""
    if delimiter is not None and (len(delimiter.encode()) != 1 or delimiter in '"\r\n\0'):
        raise Error(f"--delimiter: {delimiter!r} cannot part cells; give one character, such as ';'")
    try:
        with open(path, "rb") as f:
            if stat.S_ISFIFO(os.fstat(f.fileno()).st_mode):
                raise DataError(f"{path}: a pipe can be read once only, and a table is read twice; give a file")
            head = f.read(64)
    except OSError as e:
        raise DataError(f"{path}: {os.strerror(e.errno or 0)}") from None
    if head.startswith(b"SQLite format 3\x00"):
        return _read_sqlite(path, table)
    if table is not None:
        raise DataError(f"{path}: --table is for SQLite, and this is none")
    if head.startswith(b"PAR1"):
        return _plain(_columns(path, f"read_parquet({_quoted(path)})"))
    return _read_csv(path, delimiter)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise Error("reading files needs DuckDB: pip install 'valorem[cli]', or in a checkout pip install '.[cli]'") from None
    return duckdb


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _columns(path: str, source: str) -> list[tuple[str, _core.ArrowColumn]]:
    duckdb = _duckdb()
    try:
        with duckdb.connect() as connection:
            return _core.arrow_columns(connection.sql(f"SELECT * FROM {source}"))
    except (duckdb.Error, DataError) as e:
        raise DataError(f"{path}{_reason(str(e))}") from None


def _reason(said: str) -> str:
    """DuckDB's page of advice as one sentence."""
    line = re.search(r"Line: (\d+)", said)
    at = f", line {line[1]}" if line else ""
    if count := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said):
        return f"{at}: {count[2]} cells, where the header has {count[1]}"
    if "unterminated quote" in said:
        return f"{at}: a quote is opened and never closed"
    if "Maximum line size" in said:
        return f"{at}: a line of more than {_LONGEST_LINE} bytes"
    return f"{at}: {said.splitlines()[0].rpartition('Error: ')[2]}"


def _plain(columns: list[tuple[str, _core.ArrowColumn]]) -> dict[str, object]:
    return {name: c.texts() if c.kind == "text" else c for name, c in columns}


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as f:
        while chunk := f.read(_CHUNK):
            yield chunk


def _check_text(path: str) -> None:
    """UTF-8 without NUL bytes, or the line where it ceases to be."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    empty = True
    for chunk in _chunks(path):
        if empty and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DataError(f"{path}: UTF-16, where UTF-8 is expected; save the file as UTF-8")
        empty = False
        if (at := chunk.find(b"\x00")) >= 0:
            line += chunk.count(b"\n", 0, at)
            raise DataError(f"{path}, line {line}: a NUL byte, which no text holds")
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as e:
            line += e.object.count(b"\n", 0, e.start)
            raise DataError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
        line += chunk.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise DataError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
    if empty:
        raise DataError(f"{path}: the file is empty")


def _header(path: str, delimiter: str | None) -> tuple[list[str], str]:
    """The names of the columns, and what parts them: of , ; tab | the one that the first line has most of."""
    with open(path, encoding="utf-8-sig", newline="") as f:
        start = f.read(_LONGEST_LINE)
    first = re.split(r"[\r\n]", start, maxsplit=1)[0]
    parts = delimiter or max(",;\t|", key=first.count)
    try:
        names = next(csv.reader(io.StringIO(start, newline=""), delimiter=parts, strict=True), [])
    except csv.Error:
        raise DataError(f"{path}, line 1: the header cannot be read: a quote is opened and never closed") from None
    if not any(names):
        raise DataError(f"{path}, line 1: the first line must name the columns, and is blank")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(f"{path}, line 1: the header names {name!r} twice")
        seen.add(name)
    return names, parts


def _read_csv(path: str, delimiter: str | None) -> dict[str, object]:
    _check_text(path)
    names, parts = _header(path, delimiter)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    found = _columns(
        path,
        f"read_csv({_quoted(path)}, auto_detect=false, header=true, columns={{{columns}}}, delim={_quoted(parts)}, "
        "quote='\"', escape='\"', strict_mode=true, null_padding=false, ignore_errors=false, nullstr='', "
        f"max_line_size={_LONGEST_LINE}, compression='none')",
    )
    if not found or not len(found[0][1]):
        raise DataError(f"{path}: a header and no rows")
    return {name: column.texts() for name, (_, column) in zip(names, found, strict=True)}


def _read_sqlite(path: str, table: str | None) -> dict[str, object]:
    try:
        base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            known = [r[0] for r in base.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")]
            if table is None and len(known) != 1:
                raise DataError(f"{path}: name one of its tables with --table: {', '.join(known) or 'it has none'}")
            table = table or known[0]
            if table not in known:
                raise DataError(f"{path}: no table {table!r}; there are {', '.join(known)}")
            rows = base.execute(f'SELECT * FROM "{table.replace(chr(34), chr(34) * 2)}"')
            names = [d[0] for d in rows.description]
            cells: list[list[str | None]] = [[] for _ in names]
            for number, row in enumerate(rows):
                for column, name, value in zip(cells, names, row, strict=True):
                    column.append(_as_text(path, number, name, value))
        finally:
            base.close()
    except sqlite3.Error as e:
        raise DataError(f"{path}: {e}") from None
    if not cells or not cells[0]:
        raise DataError(f"{path}: the table {table!r} has no rows")
    return {name: _core.Text(column) for name, column in zip(names, cells, strict=True)}


def _as_text(path: str, row: int, name: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        raise DataError(f"{path}, row {row + 1}, {name}: bytes, where text or a number is expected")
    return value if isinstance(value, str) else repr(value)

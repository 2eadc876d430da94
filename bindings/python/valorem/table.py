"""Tables of columns: what vl.summarise, vl.score and a tier program return."""

from __future__ import annotations

import difflib
import html
import math
import os
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import _core
from .errors import ContractError, DataError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Column: TypeAlias = "np.ndarray[Any, Any] | _core.Text | _core.Labels"

_HEAD = 5  # rows shown at either end of a long table


class Table:
    """Named columns of equal length, read-only. table["name"] is a NumPy array; any frame library reads the whole
    through the Arrow PyCapsule interface without a copy."""

    __slots__ = ("_columns", "_rows", "_seen")

    def __init__(self, columns: Mapping[str, object]) -> None:
        self._columns: dict[str, Column] = {str(name): _as_column(str(name), c) for name, c in columns.items()}
        lengths = {name: len(c) for name, c in self._columns.items()}
        self._rows = next(iter(lengths.values()), 0)
        for name, n in lengths.items():
            if n != self._rows:
                first = next(iter(lengths))
                raise ContractError(f"columns of unequal length: {first} has {self._rows} rows, {name} has {n}")
        self._seen: dict[str, np.ndarray[Any, Any]] = {}

    @property
    def columns(self) -> list[str]:
        """The names, in order."""
        return list(self._columns)

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        column = self._column(name)
        if isinstance(column, np.ndarray):
            return column
        if name not in self._seen:
            cells = column.to_numpy()
            cells.setflags(write=False)
            self._seen[name] = cells
        return self._seen[name]

    def with_first(self, name: str, column: object) -> Table:
        """The same table with one more column before the others."""
        return Table({name: column, **self._columns})

    def stored(self, name: str) -> Column:
        """The column as it is kept: a NumPy array, Text or Labels."""
        return self._column(name)

    def _column(self, name: str) -> Column:
        try:
            return self._columns[name]
        except (KeyError, TypeError):
            near = difflib.get_close_matches(str(name), self._columns, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(self._columns)}"
            raise KeyError(f"no column {name!r}{hint}") from None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _core.arrow_stream(self.columns, list(self._columns.values()), self._rows)

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray[Any, Any]:
        """Refused: the columns are of several kinds."""
        raise TypeError(
            f"a {type(self).__name__} is no array: use .to_pandas() for a pandas frame, or [\"name\"] for one column"
        )

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas frame; labels become categories. Needs pandas."""
        import pandas as pd

        def cells(c: Column) -> Any:
            if isinstance(c, _core.Labels):
                return pd.Categorical.from_codes(c.codes, categories=c.categories)
            return c if isinstance(c, np.ndarray) else c.to_numpy()

        return pd.DataFrame({name: cells(c) for name, c in self._columns.items()})

    def to_polars(self) -> polars.DataFrame:
        """A Polars frame, through Arrow. Needs polars."""
        import polars as pl

        return pl.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow table, through Arrow. Needs pyarrow."""
        import pyarrow as pa

        return pa.table(self)

    def to_csv(self, path: str | os.PathLike[str], *, bom: bool = False) -> None:
        """UTF-8, a missing value as an empty cell, numbers with all their digits; bom=True for Excel. A text cell that a
        spreadsheet would run as a formula gets an apostrophe before it."""
        columns = [_for_csv(c) for c in self._columns.values()]
        header = [_core.Text([name]) for name in self._columns]
        with open(path, "wb") as out:
            out.write(b"\xef\xbb\xbf" if bom else b"")
            out.write(_core.csv_lines(header, 0, 1))
            for first in range(0, self._rows, 65536):
                out.write(_core.csv_lines(columns, first, min(first + 65536, self._rows)))

    def __repr__(self) -> str:
        head = f"{type(self).__name__}: {self._rows:,} rows, {len(self._columns)} columns"
        shown = _shown_rows(self._rows)
        blocks = [_text_block(name, self[name], shown) for name in self._columns]
        lines, hidden = _side_by_side(blocks, list(self._columns))
        more = f"and {len(hidden)} more columns: {', '.join(hidden)}" if hidden else ""
        return "\n".join(line for line in (head, *lines, more) if line)

    def _repr_html_(self) -> str:
        shown = _shown_rows(self._rows)
        names = "".join(f"<th>{html.escape(name)}</th>" for name in self._columns)
        cells = [[_show(self[name][i]) if i is not None else "…" for i in shown] for name in self._columns]
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in zip(*cells))
        caption = f"{type(self).__name__}: {self._rows:,} rows"
        return f"<table><caption>{caption}</caption><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"


def _as_column(name: str, source: object) -> Column:
    if isinstance(source, (_core.Text, _core.Labels)):
        return source
    a = np.asarray(source)
    if a.ndim != 1:
        raise ContractError(f"{name}: a column of a table has one dimension, this has {a.ndim}")
    if a.dtype.kind in "OUT":
        cells = [None if c is None else c if isinstance(c, str) else _not_text(name, c) for c in a.tolist()]
        try:
            return _core.Text(cells)
        except DataError as e:
            raise DataError(f"{name}, {e}") from None
    if a.dtype.kind not in "fiubM":
        raise TypeError(f"{name}: dtype {a.dtype} cannot stand in a table")
    out = np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("=")).view()
    out.setflags(write=False)
    return out


def _not_text(name: str, cell: object) -> str:
    raise TypeError(f"{name}: {type(cell).__name__} where text is expected")


def _for_csv(column: Column) -> Column:
    if not isinstance(column, np.ndarray) or column.dtype.kind == "b":
        return column
    if column.dtype.kind == "M":
        return _core.Text([None if s == "NaT" else s for s in np.datetime_as_string(column).tolist()])
    return column.astype(np.float64 if column.dtype.kind == "f" else np.int64, copy=False)


def _show(cell: object) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, np.datetime64):
        return "-" if np.isnat(cell) else str(cell)
    if isinstance(cell, (float, np.floating)):
        return "-" if math.isnan(cell) else f"{cell:.6g}"
    return str(cell)


def _shown_rows(n: int) -> list[int | None]:
    """Row numbers to print; None stands for those left out."""
    if n <= 2 * _HEAD:
        return list(range(n))
    return [*range(_HEAD), None, *range(n - _HEAD, n)]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _clip(text: str, limit: int = 28) -> str:
    text = text.replace("\n", " ").replace("\t", " ")
    return text if _width(text) <= limit else text[: limit - 1] + "…"


def _text_block(name: str, values: np.ndarray[Any, Any], shown: list[int | None]) -> list[str]:
    cells = [_clip(name)] + ["…" if i is None else _clip(_show(values[i])) for i in shown]
    width = max(_width(c) for c in cells)
    left = values.dtype.kind == "O"
    return [c + " " * (width - _width(c)) if left else " " * (width - _width(c)) + c for c in cells]


def _side_by_side(blocks: list[list[str]], names: list[str], limit: int = 120) -> tuple[list[str], list[str]]:
    used = 0
    kept = 0
    for block in blocks:
        used += _width(block[0]) + 2
        if used > limit and kept > 0:
            break
        kept += 1
    lines = ["  ".join(parts).rstrip() for parts in zip(*blocks[:kept], strict=True)]
    return lines, names[kept:]

"""Where tables come from: frames of any library as named columns, and columns as ids, dates, numbers or text.

Every conversion of a user's data stands in this file, in columns.cpp or in arrow_import.cpp, and nowhere else."""

from __future__ import annotations

import datetime
import decimal
import difflib
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from . import _core
from .errors import ContractError, DataError
from .table import Table

Array: TypeAlias = NDArray[Any]


def columns_of(frame: object, what: str) -> dict[str, object]:
    """The columns of a frame by name: a dict of columns, a pandas or Polars frame, a pyarrow table, a DuckDB relation,
    anything else that speaks Arrow, or a structured array."""
    if isinstance(frame, Mapping):
        return {str(k): v for k, v in frame.items()}
    if isinstance(frame, Table):
        return {name: frame.stored(name) for name in frame.columns}
    if isinstance(frame, np.ndarray) and frame.dtype.names:
        return {name: frame[name] for name in frame.dtype.names}
    if type(frame).__module__.partition(".")[0] == "pandas" and hasattr(frame, "columns"):
        names = [str(c) for c in frame.columns]
        pairs: list[tuple[str, object]] = [(n, frame.iloc[:, i]) for i, n in enumerate(names)]  # type: ignore[attr-defined]
    elif hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        pairs = list(_core.arrow_columns(frame))
    elif hasattr(frame, "collect") and hasattr(frame, "collect_schema"):
        raise TypeError(f"{what}: a lazy frame where a table is expected; call .collect()")
    else:
        raise TypeError(f"{what}: {type(frame).__name__} where a table is expected")
    out: dict[str, object] = {}
    for name, column in pairs:
        if name in out:
            raise DataError(f"{what}: the column {name!r} stands there twice")
        out[name] = column
    return out


def word(value: object, name: str) -> str:
    """An argument that must be text."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: {type(value).__name__} where text is expected")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ContractError(f"{name}: half of a surrogate pair, which no text holds") from None
    return value


def model_name(value: object) -> str:
    """model= by its name; its class is a slip that is worth a sentence."""
    if isinstance(value, type):
        raise TypeError(f"model: the class {value.__name__} where a name such as 'mbg_nbd' is expected")
    return word(value, "model")


def count(value: object, name: str) -> int:
    """An argument that must be a whole number from 0 up."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name}: {type(value).__name__} where a whole number is expected")
    if not 0 <= value < 2**63:
        raise ContractError(f"{name}: must be from 0 up, is {value}")
    return int(value)


def units(time_unit: object, currency: object) -> tuple[str, str]:
    """time_unit= and currency= as the core takes them; no currency is an empty label."""
    return word(time_unit, "time_unit"), "" if currency is None else word(currency, "currency")


def pick(columns: Mapping[str, object], name: str, role: str, what: str) -> object:
    """The column of that name; a missing one is an error that offers the nearest name."""
    if word(name, role) in columns:
        return columns[name]
    near = difflib.get_close_matches(name, list(columns), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(map(repr, columns)) or 'no columns'}"
    raise DataError(f"{what}: no column {name!r} for {role}{hint}")


def _kind(source: object, name: str = "a column") -> tuple[str, object]:
    """'text', 'integer', 'date', 'instant', 'boolean' or 'other', and the column in a plain form (NumPy, Text or
    ArrowColumn)."""
    if isinstance(source, (_core.Text, _core.Labels)):
        return "text", source
    if isinstance(source, np.ndarray) and source.dtype.kind in "iuMb":
        return {"i": "integer", "u": "integer", "M": "date", "b": "boolean"}[source.dtype.kind], source
    if type(source).__module__.partition(".")[0] == "pandas":
        return _kind_of_pandas(source, name)
    if not isinstance(source, (np.ndarray, _core.ArrowColumn)) and (
        hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__")
    ):
        source = _core.arrow_column(source)
    if isinstance(source, _core.ArrowColumn):
        return source.kind, source
    if isinstance(source, (list, tuple)):
        return _kind_of_list(source, name)
    a = np.asarray(source)
    if a.dtype.kind in "UT":
        return "text", _text(a.tolist(), name)
    if a.dtype.kind in "iuMb":
        return _kind(a)
    if a.dtype.kind == "O" and a.ndim == 1:
        return _kind_of_objects(a, name)
    return "other", a


def _kind_of_list(source: Any, name: str) -> tuple[str, object]:
    """NumPy would spell a number that stands among texts, and call an empty list float64."""
    cells = np.empty(len(source), dtype=object)
    for i, cell in enumerate(source):
        cells[i] = cell
    kind, plain = _kind_of_objects(cells, name)
    if kind != "other" or plain is not cells:
        return kind, plain
    try:
        a = np.asarray(source)
    except (ValueError, TypeError, OverflowError):
        return "other", cells
    return ("other", cells) if a.dtype.kind in "UTO" else _kind(a, name)


def _kind_of_pandas(source: Any, name: str) -> tuple[str, object]:
    if not hasattr(source, "dtype"):
        return "other", source
    kind = getattr(source.dtype, "kind", "O")
    if kind == "M" and getattr(source.dtype, "tz", None) is not None:
        return "instant", source.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    if isinstance(source.dtype, np.dtype) and kind != "O":
        return _kind(source.to_numpy(), name)
    if kind in "iu":
        gone = source.isna().to_numpy()
        return "integer", np.ma.MaskedArray(source.to_numpy(dtype="int64", na_value=0), mask=gone)
    if kind == "b":
        return "boolean", source.to_numpy(dtype="float64", na_value=np.nan)
    if kind == "M":
        return "date", source.to_numpy(dtype="datetime64[ns]")
    return _kind_of_objects(source.to_numpy(dtype=object, na_value=None), name)


def _is_gone(cell: object) -> bool:
    """None, NaN, NaT, and what pandas calls NA (which is not even unequal to itself)."""
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell)


def _kind_of_objects(a: Array, name: str) -> tuple[str, object]:
    cells = [None if _is_gone(c) else c for c in a]
    cells = [c.item() if isinstance(c, (np.integer, np.bool_)) else c for c in cells]
    known = [c for c in cells if c is not None]
    if all(isinstance(c, str) for c in known):
        return "text", _text(cells, name)
    if all(isinstance(c, datetime.datetime) and c.tzinfo is None for c in known):
        return "date", np.array(cells, dtype="M8[us]")
    if all(isinstance(c, datetime.datetime) and c.tzinfo is not None for c in known):
        utc = [c if c is None else c.astimezone(datetime.timezone.utc).replace(tzinfo=None) for c in cells]
        return "instant", np.array(utc, dtype="M8[us]")
    if all(isinstance(c, datetime.date) and not isinstance(c, datetime.datetime) for c in known):
        return "date", np.array(cells, dtype="M8[D]")
    if all(isinstance(c, bool) for c in known):
        return "boolean", np.array([np.nan if c is None else float(c) for c in cells])
    if all(isinstance(c, int) and not isinstance(c, bool) for c in known):
        low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
        if not all(low <= c <= high for c in known):
            return "other", _TooLarge()
        return "integer", np.ma.MaskedArray([c or 0 for c in cells], mask=[c is None for c in cells], dtype="int64")
    return "other", a


class _TooLarge:
    """A column with an integer beyond int64."""


def _text(cells: list[Any], name: str) -> _core.Text:
    try:
        return _core.Text(cells)
    except DataError as e:
        raise DataError(f"{name}, {e}") from None


def _said(source: object) -> str:
    if isinstance(source, _core.ArrowColumn):
        return source.type_name
    if isinstance(source, _TooLarge):
        return "an integer that does not fit 64 bits"
    if isinstance(source, np.ndarray) and source.dtype.kind == "O":
        kinds = sorted({type(c).__name__ for c in source.ravel().tolist() if c is not None})
        return f"a column of {' and '.join(kinds[:4])}" if kinds else "an empty column"
    dtype = getattr(source, "dtype", None)
    return f"dtype {dtype}" if dtype is not None else type(source).__name__


def ids(source: object, name: str) -> tuple[Array | _core.Text, Array | None]:
    """Customer ids as int64 or text, and where one is missing (None: nowhere)."""
    kind, plain = _kind(source, name)
    if kind == "text":
        if isinstance(plain, _core.ArrowColumn):
            return plain.texts(), None
        if isinstance(plain, _core.Labels):
            return _core.Text(plain.to_numpy()), None
        assert isinstance(plain, _core.Text)
        return plain, None
    if kind == "integer":
        if isinstance(plain, _core.ArrowColumn):
            values, missing = plain.integers(name)
            return values, missing if missing.any() else None
        a: Any = np.ma.asarray(plain)
        values = np.ascontiguousarray(a.filled(0))
        if values.ndim != 1:
            raise ContractError(f"{name}: a column of a table has one dimension, this has {values.ndim}")
        if values.dtype.kind == "u" and values.size and values.max() > np.iinfo(np.int64).max:
            raise DataError(f"{name}: an integer does not fit 64 bits with a sign")
        gone = np.ma.getmaskarray(a)
        return values.astype(np.int64, copy=False), np.ascontiguousarray(gone) if gone.any() else None
    if isinstance(plain, _TooLarge):
        raise DataError(f"{name}: an integer does not fit 64 bits with a sign")
    gaps = "; pandas makes floats of integers with a gap: .astype('Int64') keeps both" if getattr(getattr(plain, "dtype", None), "kind", "") == "f" else ""
    raise TypeError(f"{name}: {_said(plain)} where ids are expected; give integers or text{gaps}")


def ids_alike(a: Array | _core.Text, b: Array | _core.Text, what: str) -> tuple[Array | _core.Text, Array | _core.Text]:
    """Two columns of ids as one kind: numbers that were read from text stand as they are written."""
    if isinstance(a, _core.Text) == isinstance(b, _core.Text):
        return a, b
    raise ContractError(
        f"{what}: customer_id holds {'text' if isinstance(b, _core.Text) else 'integers'}, the summary's "
        f"{'text' if isinstance(a, _core.Text) else 'integers'}; make them alike"
    )


def is_text(source: object) -> bool:
    return _kind(source)[0] == "text"


def texts(source: object, name: str) -> _core.Text:
    kind, plain = _kind(source, name)
    if kind != "text":
        raise TypeError(f"{name}: {_said(plain)} where text is expected")
    values, _ = ids(plain, name)
    assert isinstance(values, _core.Text)
    return values


def truths(source: object, name: str) -> Array:
    """True or false as 1 or 0, NaN where unknown; numbers as they are."""
    kind, plain = _kind(source, name)
    if kind == "boolean":
        return plain.booleans() if isinstance(plain, _core.ArrowColumn) else np.asarray(plain, dtype=np.float64)
    return _core.numbers(source, name)


def measured(source: object, name: str) -> object:
    """A column of numbers, or the same as text, whose cells the core reads one by one: a column in which one cell is no
    number arrives as text from many readers."""
    kind, plain = _kind(source, name)
    if kind == "text":
        return ids(plain, name)[0]
    if kind == "integer" and isinstance(plain, np.ndarray):
        return plain
    if isinstance(plain, np.ndarray) and plain.dtype.kind == "O" and plain.ndim == 1:
        cells = [None if _is_gone(c) else _spelled(c) for c in plain]
        if all(c is None or c for c in cells):
            return _text(cells, name)
    return source


def _spelled(cell: object) -> str:
    """A cell among others as text; empty where it is neither text nor a number."""
    if isinstance(cell, str):
        return cell or " "
    if isinstance(cell, decimal.Decimal):
        return str(cell)
    if isinstance(cell, (bool, np.bool_)) or not isinstance(cell, (int, float, np.integer, np.floating)):
        return ""
    return repr(cell.item() if isinstance(cell, np.generic) else cell)


Days: TypeAlias = "tuple[str, Array | _core.Text]"


def times(source: object, name: str, offset: int | None, by_hour: bool) -> Days:
    """A column of dates for the core: ('days', int32), ('instants', int64 seconds of UTC) or ('text', Text). offset:
    minutes that the clocks of the business are ahead of UTC."""
    kind, plain = _kind(source, name)
    if kind == "text":
        return "text", texts(plain, name)
    if kind not in ("date", "instant"):
        raise TypeError(f"{name}: {_said(plain)} where dates are expected; give dates, timestamps or text YYYY-MM-DD")
    zoned = kind == "instant"
    if isinstance(plain, _core.ArrowColumn):
        zoned = plain.time_zone != ""
        plain = plain.dates()
    values = np.asarray(plain)
    unit = np.datetime_data(values.dtype)[0]
    if unit in ("generic", "Y", "M", "W", "ps", "fs", "as"):
        raise TypeError(f"{name}: dtype {values.dtype} where days or timestamps down to nanoseconds are expected")
    none = np.isnat(values)
    days = values.astype("M8[D]")
    at_midnight = bool((none | (days == values)).all())
    if not zoned and not by_hour and (at_midnight or offset is not None):
        return "days", _days32(days, none)
    if offset is None:
        raise ContractError(
            f"{name}: timestamps become dates only through an offset from UTC; name it, as utc_offset='+08:00'"
        )
    seconds = values.astype("M8[s]").astype(np.int64)
    if not zoned:
        seconds = np.where(none, seconds, seconds - 60 * offset)
    return "instants", np.ascontiguousarray(seconds)


def _days32(days: Array, none: Array) -> Array:
    raw = days.astype(np.int64)
    beyond = ~none & (np.abs(raw) > 2_000_000_000)
    low = np.iinfo(np.int32).min
    return np.where(none, low, np.where(beyond, 2_000_000_000, raw)).astype(np.int32)


def date(value: object, name: str) -> int:
    """A day that an argument names, as days since 1970-01-01."""
    if isinstance(value, datetime.datetime) and value == value and value.tzinfo is None:  # pandas has NaT, unlike itself
        if value == datetime.datetime.combine(value.date(), datetime.time()):
            value = value.date()  # what a column's max() gives
    named = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is not None
    plain = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    if isinstance(value, np.datetime64):  # 2024 is a year, and 05:00 a time: neither is a day
        fine = np.datetime_data(value.dtype)[0] in ("D", "h", "m", "s", "ms", "us", "ns")
        named = np.isnat(value) or (fine and value.astype("M8[D]") == value)
    if not (named or plain):
        raise ContractError(f"{name}: {value!r} is not a date; give a datetime.date or text YYYY-MM-DD")
    try:
        day = np.datetime64(value, "D")  # type: ignore[call-overload]
    except (ValueError, TypeError):
        raise ContractError(f"{name}: {value!r} is no day of the calendar") from None
    if np.isnat(day):
        raise ContractError(f"{name}: {value!r} is not a date")
    return int(day.astype(np.int64))


def offset_minutes(value: object) -> int | None:
    """utc_offset= as minutes: None, a number of minutes, a timedelta, or text such as +08:00."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        minutes = value
    elif isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
    else:
        found = re.fullmatch(r"([+-])(\d\d):?([0-5]\d)", value) if isinstance(value, str) else None
        if value == "Z":
            return 0
        if found is None:
            raise ContractError(f"utc_offset: {value!r} is not an offset; give text such as '+08:00', or minutes")
        minutes = (-1 if found[1] == "-" else 1) * (int(found[2]) * 60 + int(found[3]))
    if isinstance(value, int) and value % 15:  # no offset in use is; 8 is meant as hours
        raise ContractError(f"utc_offset: {value} would be minutes, and offsets are quarters of an hour; give text such as '+08:00'")
    if minutes is not None and abs(minutes) > 18 * 60:
        raise ContractError(f"utc_offset: {value!r} is more than 18 hours")
    return minutes


def day_text(days: int) -> str:
    return str(np.datetime64(days, "D"))

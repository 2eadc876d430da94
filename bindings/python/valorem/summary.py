"""From purchases to one row a customer: vl.summarise, and vl.Summary for a table that is one already."""

from __future__ import annotations

import datetime
from typing import Any, TypeAlias

import numpy as np

from . import _core, _sources
from .table import Column, Table

Date: TypeAlias = "str | datetime.date | np.datetime64"


class Summary(Table):
    """One row a customer: frequency, recency, T and monetary_value as in lifetimes (times counted from the first
    purchase), revenue, and where they are known orders, units, twelve-month and holdout columns.

    summary.issues lists the bad rows of the input, summary.origin says what was asked and done."""

    __slots__ = ("_data",)

    def __init__(self, data: _core.SummaryData, customer_id: np.ndarray[Any, Any] | _core.Text) -> None:
        columns: dict[str, object] = {"customer_id": customer_id}
        columns.update(data.columns())
        if "first_purchase" in columns:
            columns["first_purchase"] = np.asarray(columns["first_purchase"]).astype("M8[D]")
        super().__init__(columns)
        self._data = data

    @classmethod
    def from_columns(
        cls,
        customer_id: object,
        frequency: object,
        recency: object,
        T: object,
        monetary_value: object = None,
        revenue: object = None,
        *,
        time_unit: str = "week",
        currency: str | None = None,
        decimal: str = ".",
        issue_limit: int = 100,
    ) -> Summary:
        """A ready table, one row a customer, through the same checks.

        frequency: repeat purchases, whole, from 0 up; recency and T: time units of time_unit from the first purchase to
        the last and to the end of observation; monetary_value: mean spend of the repeat purchases; revenue: all that was
        paid; numbers may come as text, whose decimal mark is decimal ("." or ","). A bad row (also one without an id, and one whose id stood before) stays in its place with a status, and is
        listed in .issues. Raises DataError where no row is usable, TypeError for a column of the wrong type."""
        names, missing = _sources.ids(customer_id, "customer_id")
        data = _core.summary_from_columns(
            names, missing,
            _sources.measured(frequency, "frequency"), _sources.measured(recency, "recency"), _sources.measured(T, "T"),
            None if monetary_value is None else _sources.measured(monetary_value, "monetary_value"),
            None if revenue is None else _sources.measured(revenue, "revenue"),
            *_sources.units(time_unit, currency), _sources.word(decimal, "decimal"), _sources.count(issue_limit, "issue_limit"),
        )  # fmt: skip
        return cls(data, names)

    @property
    def data(self) -> _core.SummaryData:
        """The summary as the core keeps it."""
        return self._data

    @property
    def origin(self) -> dict[str, Any]:
        """What was asked and done: units, dates, and how many rows and customers went where."""
        out = self._data.origin()
        for name in ("as_of", "calibration_end", "observation_end"):
            out[name] = None if out[name] is None else np.datetime64(out[name], "D").item()
        return out

    @property
    def time_unit(self) -> str:
        """Of every time here: "hour", "day", "week", "month" or "year"."""
        return str(self._data.origin()["time_unit"])

    @property
    def currency(self) -> str:
        """The label of every amount; empty where none was named."""
        return str(self._data.origin()["currency"])

    @property
    def as_of(self) -> datetime.date | None:
        """The day that the histories end."""
        day: datetime.date | None = self.origin["as_of"]
        return day

    @property
    def repeats(self) -> Table:
        """When the repeat purchases of all customers together came, those of the holdout included: time from the first
        purchase of the earliest customer, and purchases. Empty in a ready table."""
        return Table(self._data.repeats())

    @property
    def issues(self) -> Table:
        """The first bad rows of the input: row (from 1), field, rule, sentence."""
        return issue_table(self._data.issues())

    @property
    def issue_counts(self) -> dict[str, int]:
        """How many bad rows there are by rule, all counted."""
        return self._data.issue_counts()

    def __repr__(self) -> str:
        notes = []
        if bad := sum(self.issue_counts.values()):
            first = self._data.issues()[0] if self._data.issues() else None
            said = f"; the first: row {first[0]}, {first[1]}: {first[3]}" if first else ""
            notes.append(f"{bad:,} bad row{'s' if bad != 1 else ''}{said} (see .issues)")
        if late := rows_after_end(self):
            notes.append(late)
        return "\n".join([super().__repr__(), *notes])

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Summary, (self._data, self.stored("customer_id"))


def rows_after_end(summary: Summary) -> str:
    """How many rows lie after the end of observation and were left aside, in words; empty where none does."""
    origin = summary.origin
    late = int(origin["rows_after_end"])
    if late == 0:
        return ""
    does, was = ("rows lies", "was") if late == 1 else ("rows lie", "were")
    return f"{late:,} of {origin['rows']:,} {does} after {origin['observation_end']}, the end of observation, and {was} left aside"


def issue_table(rows: list[tuple[int, str, str, str]]) -> Table:
    return Table({
        "row": np.array([r[0] for r in rows], dtype=np.int64),
        "field": _core.Text([r[1] for r in rows]),
        "rule": _core.Text([r[2] for r in rows]),
        "sentence": _core.Text([r[3] for r in rows]),
    })  # fmt: skip


def summarise(
    transactions: object,
    *,
    customer_id: str = "customer_id",
    date: str = "date",
    amount: str | None = "amount",
    units: str | None = None,
    observation_end: Date,
    calibration_end: Date | None = None,
    time_unit: str = "week",
    collapse: str = "day",
    returns: str = "net",
    currency: str | None = None,
    utc_offset: str | int | datetime.timedelta | None = None,
    date_order: str = "ymd",
    decimal: str = ".",
    issue_limit: int = 100,
) -> Summary:
    """Summarises a table of purchases, rows in any order, up to calibration_end where given, else observation_end.

    customer_id, date, amount and units name columns; amount=None says that amounts are not known. Purchases within one
    collapse unit are one purchase, also at 0.00. returns says what a negative amount means: "net" takes it off revenue
    and spend, "drop" leaves the row aside, "refuse" calls it bad. Timestamps with a time
    of day become dates only through utc_offset, such as "+08:00". A bad row is left aside and listed in .issues.

    Columns may be text. date_order says how the parts of a date follow each other, and is never guessed: "ymd"
    (2024-02-01, 2024/2/1, 20240201), "dmy" (1.2.2024) or "mdy" (2/1/2024). decimal is the mark in text numbers, "." or
    ","; thousands are not parted.

    Times come out in time_unit (week = 7 days, year = 365.25 days, month = year / 12), money in the unit of amount;
    currency is a label that rates and models must share. Raises DataError where no customer is left or a column is
    missing, ContractError for an argument outside its domain, TypeError for a column of the wrong type."""
    columns = _sources.columns_of(transactions, "transactions")

    def column(name: str, role: str) -> object:
        return _sources.pick(columns, name, role, "transactions")

    ids, missing = _sources.ids(column(customer_id, "customer_id"), customer_id)
    offset = _sources.offset_minutes(utc_offset)
    unit, money = _sources.units(time_unit, currency)
    time_kind, time = _sources.times(column(date, "date"), date, offset, collapse == "hour")
    data, first_row = _core.summarise(
        ids, missing, time_kind, time,
        None if amount is None else _sources.measured(column(amount, "amount"), amount),
        None if units is None else _sources.measured(column(units, "units"), units),
        _sources.date(observation_end, "observation_end"),
        None if calibration_end is None else _sources.date(calibration_end, "calibration_end"),
        unit, _sources.word(collapse, "collapse"), _sources.word(returns, "returns"), money, offset,
        _sources.word(date_order, "date_order"), _sources.word(decimal, "decimal"),
        _sources.count(issue_limit, "issue_limit"),
    )  # fmt: skip
    return Summary(data, take(ids, first_row))


def take(ids: np.ndarray[Any, Any] | _core.Text, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | _core.Text:
    taken: Column = ids.take(rows)
    assert not isinstance(taken, _core.Labels)
    return taken

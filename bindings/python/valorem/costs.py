"""What serving each customer has cost and will cost: rates that people edit, orders, units, ages and contacts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from . import _core, _sources
from .summary import Summary, issue_table
from .table import Table
from .tiers import from_dict


class Rates:
    """Money for a minute of a channel, for an order, a unit and a customer's year, in one currency."""

    __slots__ = ("_json", "_rates")

    def __init__(self, rates: _core.ServiceRates, text: str) -> None:
        self._rates = rates
        self._json = text

    @classmethod
    def from_json(cls, text: str) -> Rates:
        """Reads {"schema": "rates/1", "currency": ..., "per_order": ..., "per_unit": ..., "per_year": ...,
        "per_minute": {channel: ...}}; a rate is a number, or an object of named parts that are added."""
        return cls(_core.ServiceRates(_core.json_text(text, "text")), text)

    @classmethod
    def from_dict(cls, rates: Mapping[str, Any]) -> Rates:
        """The same from Python's dicts."""
        return cls(*from_dict(_core.ServiceRates, rates))

    @property
    def rates(self) -> _core.ServiceRates:
        """The rates as the core keeps them."""
        return self._rates

    @property
    def currency(self) -> str:
        """The label that the summary must share."""
        return self._rates.currency

    @property
    def per_order(self) -> float:
        """Money for an order."""
        return self._rates.per_order

    @property
    def per_unit(self) -> float:
        """Money for a unit."""
        return self._rates.per_unit

    @property
    def per_year(self) -> float:
        """Money for a customer's year of 365.25 days."""
        return self._rates.per_year

    @property
    def per_minute(self) -> dict[str, float]:
        """Money for a minute of contact, by channel."""
        return self._rates.per_minute

    @property
    def note(self) -> str:
        """What the file says about itself."""
        return self._rates.note

    def to_json(self) -> str:
        """The text that these rates were read from."""
        return self._json

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Rates.from_json, (self._json,)

    def __repr__(self) -> str:
        channels = ", ".join(f"{c} {m:g}" for c, m in self.per_minute.items()) or "none"
        return (
            f"Rates({self.currency}: per order {self.per_order:g}, per unit {self.per_unit:g}, "
            f"per year {self.per_year:g}, per minute {channels})"
        )


class ServiceCosts(Table):
    """One row a customer, in the summary's order: so_far (money up to as_of), per_purchase (for each purchase to come),
    per_time (for each time unit that she stays), contact_cost (the part of so_far that is contacts)."""

    __slots__ = ("_data",)

    def __init__(self, data: _core.CostData, customer_id: object) -> None:
        super().__init__({"customer_id": customer_id, **data.columns()})
        self._data = data

    @property
    def origin(self) -> dict[str, int]:
        """How many contacts went where."""
        d = self._data
        return {
            "contacts_used": d.contacts_used, "contacts_unmatched": d.contacts_unmatched,
            "contacts_after_end": d.contacts_after_end, "contacts_refused": sum(self.issue_counts.values()),
        }  # fmt: skip

    @property
    def issues(self) -> Table:
        """The first bad contacts: row (from 1), field, rule, sentence."""
        return issue_table(self._data.issues())

    @property
    def issue_counts(self) -> dict[str, int]:
        """How many bad contacts there are by rule, all counted."""
        return self._data.issue_counts()


def as_rates(source: object) -> Rates:
    """Rates as they are, or from JSON text or a dict."""
    if isinstance(source, Rates):
        return source
    if isinstance(source, str):
        return Rates.from_json(_core.json_text(source, "rates"))
    if isinstance(source, Mapping):
        return Rates.from_dict(source)
    raise TypeError(f"rates: {type(source).__name__} where vl.Rates, a dict or JSON text is expected")


def cost_to_serve(
    summary: Summary,
    rates: Rates | Mapping[str, Any] | str,
    contacts: object = None,
    *,
    customer_id: str = "customer_id",
    date: str = "date",
    channel: str = "channel",
    minutes: str = "minutes",
    utc_offset: str | int | datetime.timedelta | None = None,
    date_order: str = "ymd",
    decimal: str = ".",
) -> ServiceCosts:
    """Costs of every customer of a summary. contacts: a table of service contacts, one row each; customer_id, date,
    channel and minutes name its columns; utc_offset, date_order and decimal are as in vl.summarise. A bad contact is left aside and listed in .issues; a channel that the rates do
    not know is an error."""
    known = as_rates(rates).rates
    mine = summary.stored("customer_id")
    if contacts is None:
        return ServiceCosts(_core.cost_to_serve(summary.data, known), mine)
    columns = _sources.columns_of(contacts, "contacts")

    def column(name: str, role: str) -> object:
        return _sources.pick(columns, name, role, "contacts")

    who, missing = _sources.ids(column(customer_id, "customer_id"), customer_id)
    ids, _ = _sources.ids(mine, "customer_id")
    ids, who = _sources.ids_alike(ids, who, "contacts")
    offset = _sources.offset_minutes(utc_offset)
    time_kind, time = _sources.times(column(date, "date"), date, offset, False)
    data = _core.cost_with_contacts(
        summary.data, known, ids, who, missing, time_kind, time, offset,
        _sources.word(date_order, "date_order"), _sources.word(decimal, "decimal"),
        _sources.texts(column(channel, "channel"), channel), _sources.measured(column(minutes, "minutes"), minutes),
    )  # fmt: skip
    return ServiceCosts(data, mine)

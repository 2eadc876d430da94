"""Tier programs: who is a VIP, and what the others lack."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _sources
from .errors import ContractError, ProgramError
from .summary import Date
from .table import Table


class Decisions(Table):
    """One row a customer: tier, vip, outcome (granted, gate, undecided), status, candidate (what her facts would grant
    without gates), gate, and reasons where they were asked for."""

    __slots__ = ("_origin",)

    def __init__(self, columns: Mapping[str, object], origin: Mapping[str, Any]) -> None:
        super().__init__(columns)
        self._origin = dict(origin)

    @property
    def origin(self) -> dict[str, Any]:
        """Program, version, fingerprint, as_of, whether the program covers it, and the parts not acted on."""
        return dict(self._origin)


@dataclass(frozen=True)
class Shortfall:
    """One measure that falls short: gap must be added where higher is better, taken away where lower is."""

    measure: str
    have: float
    need: float
    gap: float
    unit: str
    unknown: bool


@dataclass(frozen=True)
class Route:
    """One way up: all its gaps must be closed."""

    gaps: tuple[Shortfall, ...]
    cost: float


@dataclass(frozen=True)
class Explanation:
    """What parts a customer from a tier. gates must each be passed, by one of their routes; of routes any one will do."""

    tier: str
    target: str
    enters: str
    gates: tuple[tuple[str, tuple[Route, ...]], ...]
    routes: tuple[Route, ...]
    unknown: tuple[str, ...]
    too_complex: bool
    texts: Mapping[str, str]

    def text(self, language: str = "en") -> str:
        """As a sentence, in "en" or "zh"."""
        try:
            return self.texts[language]
        except KeyError:
            raise ContractError(f"language: must be 'en' or 'zh', not {language!r}") from None

    def __str__(self) -> str:
        return self.text()


class TierProgram:
    """A tier program made ready: immutable, and safe to share between threads."""

    __slots__ = ("_engine", "_json", "_measures")

    def __init__(self, engine: _core.TierEngine, text: str) -> None:
        self._engine = engine
        self._json = text
        self._measures = engine.measures()

    @classmethod
    def from_json(cls, text: str) -> TierProgram:
        """Reads a program; ProgramError has line, column and pointer of whatever is wrong in it."""
        return cls(_core.TierEngine(_core.json_text(text, "text")), text)

    @classmethod
    def from_dict(cls, program: Mapping[str, Any]) -> TierProgram:
        """The same from Python's dicts and lists."""
        return cls(*from_dict(_core.TierEngine, program))

    @property
    def engine(self) -> _core.TierEngine:
        """The program as the core keeps it."""
        return self._engine

    @property
    def id(self) -> str:
        """The name that the program gives itself."""
        return self._engine.id

    @property
    def version(self) -> str:
        """The program's version, as it is written."""
        return self._engine.version

    @property
    def fingerprint(self) -> str:
        """FNV-1a-64 of the program's canonical text, in hexadecimal: layout and order of keys do not matter."""
        return self._engine.fingerprint

    @property
    def tiers(self) -> list[str]:
        """Worst to best."""
        return self._engine.tiers

    @property
    def facts(self) -> list[str]:
        """Names of the facts that it needs."""
        return self._engine.facts

    @property
    def not_applied(self) -> list[str]:
        """Parts of the program that are kept, but not acted on by decide."""
        return self._engine.not_applied

    def to_json(self) -> str:
        """The text that this program was read from."""
        return self._json

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TierProgram) and other.fingerprint == self.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return TierProgram.from_json, (self._json,)

    def __repr__(self) -> str:
        return f"TierProgram({self.id!r}, version {self.version!r}: {' < '.join(self.tiers)})"

    def kind(self, fact: str) -> str:
        """How a fact is written: "number", "flag" or "levels"."""
        return str(self._measures[fact]["kind"])

    def column(self, fact: str, source: object) -> NDArray[np.float64]:
        """A column of facts as the engine reads it: levels by name become their places, true and false 1 and 0."""
        measure = self._measures[fact]
        if measure["kind"] == "levels" and _sources.is_text(source):
            place = {level: float(i) for i, level in enumerate(measure["levels"])}
            cells = _sources.texts(source, fact).to_numpy()
            for row, cell in enumerate(cells):
                if cell and cell not in place:
                    known = ", ".join(measure["levels"])
                    raise ContractError(f"{fact}, row {row + 1}: no level {cell!r}; there are {known}")
            return np.array([place.get(cell, np.nan) for cell in cells])
        return _sources.truths(source, fact)

    def decide(
        self, facts: object, *, as_of: Date | None = None, reasons: bool = False, language: str = "en", threads: int = 1
    ) -> Decisions:
        """The tier of every row. facts: a dict of columns, or any frame; more columns than the program needs do no
        harm, an empty cell is an unknown fact. as_of is the day that the facts are of."""
        columns = _sources.columns_of(facts, "facts")
        if columns and all(np.ndim(c) == 0 and not hasattr(c, "__len__") for c in columns.values() if not isinstance(c, str)):  # type: ignore[arg-type]
            columns = {name: [np.nan if c is None else c] for name, c in columns.items()}
        sources = [self.column(f, _sources.pick(columns, f, "the tier program", "facts")) for f in self.facts]
        rows = len(sources[0]) if sources else _length(columns)
        made = self._engine.decide(sources, rows, language, reasons, threads)
        return Decisions(made, self._origin(as_of))

    def _origin(self, as_of: Date | None) -> dict[str, Any]:
        day = None if as_of is None else _sources.date(as_of, "as_of")
        return {
            "program": self.id, "version": self.version, "fingerprint": self.fingerprint,
            "as_of": None if day is None else np.datetime64(day, "D").item(),
            "in_effect": None if day is None else self._engine.covers(day), "not_applied": self.not_applied,
        }  # fmt: skip

    def _row(self, row: Mapping[str, Any]) -> list[float]:
        out = []
        for fact in self.facts:
            value = _sources.pick(row, fact, "the tier program", "row")
            if isinstance(value, str):
                value = self.column(fact, [value])[0]
            out.append(float("nan") if value is None else float(value))  # type: ignore[arg-type]
        return out

    def explain(
        self, row: Mapping[str, Any], *, target: str | None = None, weights: Mapping[str, float] | None = None
    ) -> Explanation:
        """What one customer lacks for a tier, or for the next one above hers. weights: what one unit of a measure
        costs, to order the routes by."""
        found = self._engine.explain(self._row(row), target, dict(weights or {}))

        def routes(options: list[tuple[list[dict[str, Any]], float]]) -> tuple[Route, ...]:
            return tuple(Route(tuple(Shortfall(**g) for g in gaps), cost) for gaps, cost in options)

        return Explanation(
            tier=found["tier"], target=found["target"], enters=found["enters"],
            gates=tuple((gate, routes(options)) for gate, options in found["gates"]),
            routes=routes(found["options"]), unknown=tuple(found["unknown"]),
            too_complex=found["too_complex"], texts=found["text"],
        )  # fmt: skip

    def record(self, row: Mapping[str, Any], *, as_of: Date, language: str = "en") -> str:
        """The decision on one customer with everything that led to it, as text for the file."""
        return self._engine.record(self._row(row), _sources.date(as_of, "as_of"), language)


def _length(columns: Mapping[str, object]) -> int:
    first = next(iter(columns.values()), None)
    return len(first) if first is not None else 0  # type: ignore[arg-type]


def from_dict(read: Any, source: Mapping[str, Any]) -> tuple[Any, str]:
    """Reads a dict through the same reader; places in the text mean nothing to its caller, the pointer does."""

    def as_json(value: object) -> object:
        if isinstance(value, datetime.date):
            return value.isoformat()
        if isinstance(value, np.generic):
            return value.item()
        raise TypeError(f"{type(value).__name__} cannot stand in a program")

    text = json.dumps(source, ensure_ascii=False, default=as_json)
    try:
        return read(text), text
    except ProgramError as e:
        at = f"at {e.pointer}: " if e.pointer else ""
        raise ProgramError(at + e.message, 0, 0, e.pointer, e.code, e.message) from None

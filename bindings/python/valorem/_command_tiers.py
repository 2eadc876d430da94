"""valorem tiers decide and valorem tiers explain."""

from __future__ import annotations

import argparse
import difflib
from typing import Any

import numpy as np

from . import _core, _files, _sources
from ._command import FALSE, TRUE, check_out, fact, id_text, in_file, renaming, whole, write
from .errors import Error
from .tiers import TierProgram


def add_decide(commands: Any) -> None:
    p = commands.add_parser("decide", help="the tier of every row of a table of facts")
    p.set_defaults(run=_decide)
    p.add_argument("program", help="tier program, JSON")
    p.add_argument("facts", help="table of facts: CSV, Parquet or SQLite")
    p.add_argument("--columns", action="append", metavar="FACT=NAME,...", help="columns whose name differs from the fact's")
    p.add_argument("--as-of", metavar="DATE", help="the day that the facts are of")
    p.add_argument("--language", choices=("en", "zh"), default="en", help="of the reasons (default: en)")
    p.add_argument("--decimal", choices=(".", ","), default=".", help="mark in numbers in text (default: .)")
    p.add_argument("--table", metavar="NAME", help="table of a SQLite file")
    p.add_argument("--delimiter", metavar="CHAR", help="of CSV; else , ; tab or | as the header has it")
    p.add_argument("--threads", type=whole, metavar="N", default=1, help="workers (default: 1)")
    p.add_argument("--out", metavar="FILE", default="decisions.csv", help="where the table goes (default: decisions.csv)")
    p.add_argument("--bom", action="store_true", help="mark the CSV as UTF-8 for Excel")


def add_explain(commands: Any) -> None:
    p = commands.add_parser("explain", help="what one customer lacks for a tier")
    p.set_defaults(run=_explain)
    p.add_argument("program", help="tier program, JSON")
    p.add_argument("facts", nargs="+", metavar="FACT=VALUE", help="her facts; an empty value is unknown")
    p.add_argument("--target", metavar="TIER", help="default: the next one above hers")
    p.add_argument("--language", choices=("en", "zh"), default="en")


def _decide(options: argparse.Namespace) -> int:
    check_out(options.out, options.program, options.facts)
    program = in_file(options.program, TierProgram.from_json)
    columns = _files.read_table(options.facts, table=options.table, delimiter=options.delimiter)
    named = renaming(options.columns, None, "--columns") if options.columns else {}
    ids = columns.get(named.get("customer_id", "customer_id"))
    facts = {
        name: fact(program, name, _sources.pick(columns, named.get(name, name), "the tier program", options.facts), options.facts, options.decimal)
        for name in program.facts
    }
    made = program.decide(facts, as_of=options.as_of, reasons=True, language=options.language, threads=options.threads)
    table = made if ids is None else made.with_first("customer_id", id_text(ids))
    write(table, options.out, options.bom)
    for tier, count in zip(*np.unique(made["tier"].astype(str), return_counts=True), strict=True):
        print(f"{tier}: {count:,}")
    if made.origin["in_effect"] is False:
        print(f"the program is not in effect on {made.origin['as_of']}")
    if made.origin["not_applied"]:
        print(f"kept, but not acted on: {', '.join(made.origin['not_applied'])}")
    print(f"All {len(made):,} rows are in {options.out}.")
    return 0


def _explain(options: argparse.Namespace) -> int:
    program = in_file(options.program, TierProgram.from_json)
    row: dict[str, object] = {}
    for part in options.facts:
        name, equals, value = part.partition("=")
        near = difflib.get_close_matches(name, program.facts, n=1) if equals and name not in program.facts else []
        if near:
            raise Error(f"the program has no fact {name!r}; did you mean {near[0]!r}?")
        if not equals or name not in program.facts:
            raise Error(f"{part!r} is not FACT=VALUE; the program asks for {', '.join(program.facts)}")
        row[name] = value if value and program.kind(name) == "levels" else None
        if value and program.kind(name) != "levels":
            cells = _core.Text(["1" if value.lower() in TRUE else "0" if value.lower() in FALSE else value])
            numbers, bad = _core.numbers_in(cells)
            if bad:
                raise Error(f"{name}: {value!r} is not a number")
            row[name] = float(numbers[0])
    if absent := [name for name in program.facts if name not in row]:
        raise Error(f"give {' '.join(f'{name}=VALUE' for name in absent)} too; an empty value says that a fact is unknown")
    why = program.explain(row, target=options.target)
    print(why.tier)
    if text := why.text(options.language):
        print(text)
    return 0

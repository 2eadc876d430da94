"""valorem score: from files to one CSV of valued, banded and tiered customers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from . import _core, _files, _sources
from ._core import FittedDraws, FittedModel
from ._command import check_out, fact, id_text, in_file, number, roles, show_warning, tell_issues, whole, write
from .costs import Rates, ServiceCosts, cost_to_serve
from .errors import ContractError, DataError, Error
from .scoring import draws, fit, score
from .summary import Summary, rows_after_end, summarise
from .tiers import TierProgram

_TRANSACTION_ROLES = ("customer_id", "date", "amount", "units")
_SUMMARY_ROLES = ("customer_id", "frequency", "recency", "T", "monetary_value", "revenue")
_CONTACT_ROLES = ("customer_id", "date", "channel", "minutes")

# What the command assumes where it is not told; it prints those that it used.
_SCORE_DEFAULTS: dict[str, Any] = {
    "time_unit": "week", "collapse": "day", "returns": "net", "currency": "", "model": "mbg_nbd", "spend": "gamma_gamma",
    "date_order": "ymd", "decimal": ".", "bands": "z", "threads": 1, "out": "scores.csv",
}  # fmt: skip

# And of the intervals, where they are asked for.
_DRAWS_DEFAULTS: dict[str, Any] = {"level": 0.95, "seed": 0}


def add_score(commands: Any) -> None:
    p = commands.add_parser(
        "score", help="value, cost, band and tier every customer", argument_default=argparse.SUPPRESS,
        description="Values, costs, bands and tiers every customer of a table of purchases (or, with --summary, of a "
        "table that has one row a customer), and writes one CSV. Files are CSV, Parquet or SQLite.",
    )  # fmt: skip
    p.set_defaults(run=_score)
    p.add_argument("transactions", nargs="?", help="table of purchases, one row each")
    p.add_argument("--summary", metavar="FILE", help="instead: one row a customer (frequency, recency, T, monetary_value)")
    p.add_argument("--columns", action="append", metavar="ROLE=NAME,...", help=f"names of the columns; roles: {', '.join(_TRANSACTION_ROLES)}; with --summary {', '.join(_SUMMARY_ROLES)}. An empty NAME says that there is none")  # fmt: skip
    p.add_argument("--observation-end", metavar="DATE", help="the last day that the purchases cover")
    p.add_argument("--calibration-end", metavar="DATE", help="summarise up to this day only")
    p.add_argument("--horizon", type=number, required=True, metavar="TIME", help="how far ahead, in time units")
    p.add_argument("--discount", type=number, required=True, metavar="RATE", help="annual effective rate: 0.1 is ten per cent")
    p.add_argument("--margin", type=number, required=True, metavar="SHARE", help="share of an amount spent that is earned")
    p.add_argument("--time-unit", choices=("hour", "day", "week", "month", "year"), help="of every time and rate (default: week)")
    p.add_argument("--collapse", choices=("hour", "day", "week", "month", "year"), help="purchases within one are one (default: day)")
    p.add_argument("--returns", choices=("net", "drop", "refuse"), help="what a negative amount means (default: net)")
    p.add_argument("--currency", help="a label; rates must carry the same")
    p.add_argument("--utc-offset", metavar="OFFSET", help="makes dates of timestamps: +08:00, -05:00")
    p.add_argument("--date-order", choices=("ymd", "dmy", "mdy"), help="of dates in text: 2024-02-01, 1.2.2024 or 2/1/2024 (default: ymd)")
    p.add_argument("--decimal", choices=(".", ","), help="mark in numbers in text (default: .)")
    p.add_argument("--model", choices=_core.purchase_models(), help=f"of purchases (default: {_SCORE_DEFAULTS['model']})")
    p.add_argument("--spend", choices=("gamma_gamma", "none"), help="model of spend (default: gamma_gamma)")
    p.add_argument("--costs", metavar="FILE", help="rates of service, JSON")
    p.add_argument("--contacts", metavar="FILE", help="table of service contacts")
    p.add_argument("--contact-columns", action="append", metavar="ROLE=NAME,...", help=f"roles: {', '.join(_CONTACT_ROLES)}")  # fmt: skip
    p.add_argument("--program", metavar="FILE", help="tier program, JSON")
    p.add_argument("--facts", metavar="FILE", help="table with customer_id and facts for the program")
    p.add_argument("--bands", choices=("z", "quantile"), help="over the ratio, or without costs over the lifetime value (default: z)")
    p.add_argument("--penalty", type=number, metavar="STRENGTH", help="priors on the model of purchases, so that its fit has a maximum (default: none)")
    p.add_argument("--spend-penalty", type=number, metavar="STRENGTH", help="the same on the model of spend")
    p.add_argument("--draws", type=whole, metavar="N", help="adds the interval of each lifetime value over N draws of the parameters")
    p.add_argument("--level", type=number, metavar="SHARE", help="of that interval (default: 0.95)")
    p.add_argument("--seed", type=whole, metavar="N", help="of the draws (default: 0)")
    p.add_argument("--threads", type=whole, metavar="N", help="workers (default: 1)")
    p.add_argument("--table", metavar="NAME", help="table of a SQLite file")
    p.add_argument("--delimiter", metavar="CHAR", help="of CSV; else , ; tab or | as the header has it")
    p.add_argument("--out", metavar="FILE", help="where the table goes (default: scores.csv)")
    p.add_argument("--bom", action="store_true", help="mark the CSV as UTF-8 for Excel")


def _score(options: argparse.Namespace) -> int:
    given = vars(options)
    asked = {**_SCORE_DEFAULTS, **_DRAWS_DEFAULTS, **given}
    for name in _DRAWS_DEFAULTS:
        if name in given and "draws" not in given:
            raise Error(f"--{name}: it belongs to --draws")
    if ("transactions" in given) == ("summary" in given):
        raise Error("score: give a table of purchases, or --summary with a table of customers")
    check_out(asked["out"], *(given.get(k) for k in ("transactions", "summary", "costs", "contacts", "program", "facts")))
    summary = _summary_of_customers(asked) if "summary" in given else _summary_of_purchases(asked)
    program = in_file(asked["program"], TierProgram.from_json) if "program" in given else None
    costs = _cost(asked, summary)
    facts = _facts_file(asked, program) if "facts" in given else None
    fitted = fit(
        summary, asked["model"], None if asked["spend"] == "none" else asked["spend"], penalty=asked.get("penalty"),
        spend_penalty=asked.get("spend_penalty"), threads=asked["threads"],
    )  # fmt: skip
    drawn = _drawn(asked, summary, fitted) if "draws" in given else None
    table = score(
        summary, fitted, horizon=asked["horizon"], discount=asked["discount"], margin=asked["margin"], costs=costs,
        facts=facts, program=program, bands=asked["bands"], draws=drawn, level=asked["level"] if drawn else None,
        threads=asked["threads"],
    )  # fmt: skip
    write(table, asked["out"], "bom" in given)
    if asked["spend"] != "none" and (why := _NO_SPEND.get(table.origin["spend"])):
        show_warning(f"no spend model could be fitted, because {why}: every value is unknown")
    skip = {"collapse", "returns", "date_order"} if "summary" in given else set()
    print("not said, so assumed:")
    for name, value in {**_SCORE_DEFAULTS, **(_DRAWS_DEFAULTS if "draws" in given else {})}.items():
        if name not in given and name not in skip:
            print(f"  --{name.replace('_', '-')} {value if value != '' else '(none)'}")
    print(f"\n{fitted!r}\n{table.census()}\nAll {len(table):,} rows are in {asked['out']}.")
    return 0


def _drawn(asked: Mapping[str, Any], summary: Summary, fitted: FittedModel) -> FittedDraws:
    try:
        return draws(summary, fitted, size=asked["draws"], seed=asked["seed"], threads=asked["threads"])
    except ContractError as e:
        raise ContractError(f"--draws {asked['draws']}: {e}; --penalty and --spend-penalty give priors") from None


# Why there is no model of spend, where one was asked for.
_NO_SPEND = {
    "no_amounts": "the purchases have no amounts",
    "no_repeat_buyers": "nobody bought twice",
    "no_positive_spend": "nobody who bought twice spent more than 0 on average",
}


def _tell_rows(path: str, summary: Summary) -> None:
    """What became of the rows that are not in the summary."""
    if late := rows_after_end(summary):
        print(f"{path}: {late}", file=sys.stderr)
    origin = summary.origin
    left = origin["rows"] - origin["rows_used"]
    if 2 * left > origin["rows"]:
        show_warning(f"{path}: most rows, {left:,} of {origin['rows']:,}, were left aside")


def _summary_of_purchases(asked: Mapping[str, Any]) -> Summary:
    path = asked["transactions"]
    if "observation_end" not in asked:
        raise Error("score: a table of purchases needs --observation-end, the last day that it covers")
    columns = _files.read_table(path, table=asked.get("table"), delimiter=asked.get("delimiter"))
    rows = roles(columns, _TRANSACTION_ROLES, ("units",), asked.get("columns", ()), path)
    try:
        summary = summarise(
            rows, amount="amount" if "amount" in rows else None, units="units" if "units" in rows else None,
            observation_end=asked["observation_end"], calibration_end=asked.get("calibration_end"),
            time_unit=asked["time_unit"], collapse=asked["collapse"], returns=asked["returns"],
            currency=asked["currency"], utc_offset=asked.get("utc_offset"),
            date_order=asked["date_order"], decimal=asked["decimal"],
        )  # fmt: skip
    except DataError as e:
        raise DataError(f"{path}: {e}") from None
    tell_issues(path, summary.issue_counts, summary.issues, "left aside:")
    _tell_rows(path, summary)
    return summary


def _summary_of_customers(asked: Mapping[str, Any]) -> Summary:
    path = asked["summary"]
    columns = _files.read_table(path, table=asked.get("table"), delimiter=asked.get("delimiter"))
    rows: dict[str, Any] = roles(columns, _SUMMARY_ROLES, ("monetary_value", "revenue"), asked.get("columns", ()), path)
    try:
        summary = Summary.from_columns(**rows, time_unit=asked["time_unit"], currency=asked["currency"], decimal=asked["decimal"])
    except DataError as e:
        raise DataError(f"{path}: {e}") from None
    tell_issues(path, summary.issue_counts, summary.issues, "kept with a status:")
    return summary


def _cost(asked: Mapping[str, Any], summary: Summary) -> ServiceCosts | None:
    if "costs" not in asked:
        if "contacts" in asked:
            raise Error("--contacts: contacts need rates, as --costs")
        return None
    rates = in_file(asked["costs"], Rates.from_json)
    if "contacts" not in asked:
        return cost_to_serve(summary, rates)
    path = asked["contacts"]
    columns = _files.read_table(path, delimiter=asked.get("delimiter"))
    rows = roles(columns, _CONTACT_ROLES, (), asked.get("contact_columns", ()), path, "--contact-columns")
    try:
        costs = cost_to_serve(
            summary, rates, rows, utc_offset=asked.get("utc_offset"), date_order=asked["date_order"], decimal=asked["decimal"]
        )
    except DataError as e:
        raise DataError(f"{path}: {e}") from None
    tell_issues(path, costs.issue_counts, costs.issues, "left aside:")
    print(f"{path}: {costs.origin['contacts_used']:,} contacts counted, {costs.origin['contacts_unmatched']:,} of nobody in the summary, "
          f"{costs.origin['contacts_after_end']:,} after its end")  # fmt: skip
    return costs


def _facts_file(asked: Mapping[str, Any], program: TierProgram | None) -> dict[str, object]:
    if program is None:
        raise Error("--facts: facts need a tier program, as --program")
    path = asked["facts"]
    columns = _files.read_table(path, delimiter=asked.get("delimiter"))
    out = {name: fact(program, name, columns[name], path, asked["decimal"]) for name in program.facts if name in columns}
    out["customer_id"] = id_text(_sources.pick(columns, "customer_id", "customer_id", path))
    return out

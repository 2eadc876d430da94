"""The command: valorem score, valorem tiers decide, valorem tiers explain."""

from __future__ import annotations

import argparse
import difflib
import io
import os
import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from . import _core, _files, _sources
from ._core import __version__
from .costs import Rates, ServiceCosts, cost_to_serve
from .errors import ConvergenceWarning, DataError, Error
from .scoring import fit, score
from .summary import Summary, rows_after_end, summarise
from .table import Table
from .tiers import TierProgram

_TRANSACTION_ROLES = ("customer_id", "date", "amount", "units")
_SUMMARY_ROLES = ("customer_id", "frequency", "recency", "T", "monetary_value", "revenue")
_CONTACT_ROLES = ("customer_id", "date", "channel", "minutes")

# What the command assumes where it is not told; it prints those that it used.
_SCORE_DEFAULTS: dict[str, Any] = {
    "time_unit": "week", "collapse": "day", "returns": "net", "currency": "", "model": "mbg_nbd", "spend": "gamma_gamma",
    "date_order": "ymd", "decimal": ".", "bands": "z", "threads": 1, "out": "scores.csv",
}  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """Says what was wrong with the arguments in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command valorem: prints what it did and gives its exit code, 0 done, 1 refused, 2 for arguments that cannot be
    read (as SystemExit)."""
    parser = _parser()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label that the terminal cannot show stops nothing
    try:
        options = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            warnings.simplefilter("always", ConvergenceWarning)
            done = int(options.run(options))
        if sys.stdout is not None:
            sys.stdout.flush()
        return done
    except (Error, TypeError) as e:
        print(f"valorem: {_with_options(str(e))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has left
        _drop_output()
        return 1
    except OSError as e:
        print(f"valorem: {e.filename or 'standard output'}: {e.strerror or e}", file=sys.stderr)
        if e.filename is None:
            _drop_output()
        return 1
    except KeyboardInterrupt:
        return 130


def _drop_output() -> None:
    """What is still buffered for standard output cannot be written; the interpreter would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# How arguments that the library's sentences name are written on the command line.
_OPTIONS = {"currency": "--currency", "utc_offset": "--utc-offset", "date_order": "--date-order", "decimal": "--decimal"}


def _with_options(said: str) -> str:
    """A sentence of the library with options where it names arguments: date_order="dmy" is --date-order dmy."""
    said = re.sub(r"\bunits= ", "--columns units=NAME ", said)
    said = re.sub(r"^(observation_end|calibration_end|utc_offset|threads): ", lambda m: f"--{m[1].replace('_', '-')}: ", said)
    return re.sub(
        rf"\b({'|'.join(_OPTIONS)})=(?:\"([^\"]*)\"|'([^']*)')",
        lambda m: f"{_OPTIONS[m[1]]} {m[2] if m[2] is not None else m[3]}", said,
    )  # fmt: skip


def _joined(arguments: Sequence[str]) -> list[str]:
    """--utc-offset -05:00 in two words, which argparse would take for two options."""
    out: list[str] = []
    for word in arguments:
        if out and out[-1] == "--utc-offset" and re.fullmatch(r"-\d\d:?\d\d", word):
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _check_out(out: str, *inputs: str | None) -> None:
    """Refuses, before any work, a place where nothing can be written and one that a table came from."""
    folder = os.path.dirname(out) or "."
    if not out or os.path.isdir(out):
        raise Error(f"--out: {out!r} is not the name of a file")
    if not os.path.isdir(folder):
        raise Error(f"--out: {out}: there is no folder {folder}")
    for path in inputs:
        if path and os.path.exists(path) and os.path.exists(out) and os.path.samefile(path, out):
            raise Error(f"--out: {out} is read from, and would be lost")


def _write(table: Table, out: str, bom: bool) -> None:
    try:
        table.to_csv(out, bom=bom)
    except OSError as e:
        raise Error(f"{out}: {e.strerror}") from None


def _show_warning(message: Warning | str, *_: Any) -> None:
    print(f"valorem: warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="valorem", description="Who is worth what, and what follows from it.")
    parser.add_argument("--version", action="version", version=f"valorem {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_score(commands)
    tiers = commands.add_parser("tiers", help="decide or explain tiers").add_subparsers(required=True, metavar="COMMAND")
    _add_decide(tiers)
    _add_explain(tiers)
    return parser


def _add_score(commands: Any) -> None:
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
    p.add_argument("--horizon", type=_number, required=True, metavar="TIME", help="how far ahead, in time units")
    p.add_argument("--discount", type=_number, required=True, metavar="RATE", help="annual effective rate: 0.1 is ten per cent")
    p.add_argument("--margin", type=_number, required=True, metavar="SHARE", help="share of an amount spent that is earned")
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
    p.add_argument("--threads", type=_whole, metavar="N", help="workers (default: 1)")
    p.add_argument("--table", metavar="NAME", help="table of a SQLite file")
    p.add_argument("--delimiter", metavar="CHAR", help="of CSV; else , ; tab or | as the header has it")
    p.add_argument("--out", metavar="FILE", help="where the table goes (default: scores.csv)")
    p.add_argument("--bom", action="store_true", help="mark the CSV as UTF-8 for Excel")


def _add_decide(commands: Any) -> None:
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
    p.add_argument("--threads", type=_whole, metavar="N", default=1, help="workers (default: 1)")
    p.add_argument("--out", metavar="FILE", default="decisions.csv", help="where the table goes (default: decisions.csv)")
    p.add_argument("--bom", action="store_true", help="mark the CSV as UTF-8 for Excel")


def _add_explain(commands: Any) -> None:
    p = commands.add_parser("explain", help="what one customer lacks for a tier")
    p.set_defaults(run=_explain)
    p.add_argument("program", help="tier program, JSON")
    p.add_argument("facts", nargs="+", metavar="FACT=VALUE", help="her facts; an empty value is unknown")
    p.add_argument("--target", metavar="TIER", help="default: the next one above hers")
    p.add_argument("--language", choices=("en", "zh"), default="en")


def _renaming(given: Sequence[str], roles: Sequence[str] | None, option: str) -> dict[str, str]:
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


def _roles(
    columns: Mapping[str, object], roles: Sequence[str], optional: Sequence[str], given: Sequence[str], path: str, option: str = "--columns"
) -> dict[str, object]:
    """The columns that play the roles; an optional role may be played by none."""
    named = _renaming(given, roles, option) if given else {}
    out: dict[str, object] = {}
    for role in roles:
        name = named.get(role, role)
        if name == "" or (role in optional and role not in named and name not in columns):
            if role not in optional and role != "amount":
                raise Error(f"{option}: the role {role} cannot do without a column")
            continue
        out[role] = _sources.pick(columns, name, role, path)
    if "customer_id" in out:
        out["customer_id"] = _id_text(out["customer_id"])
    return out


def _id_text(source: object) -> object:
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


def _in_file(path: str, read: Any) -> Any:
    """What a reader makes of a text file; a refusal names the file."""
    try:
        return read(_text_file(path))
    except Error as e:
        raise Error(str(e) if str(e).startswith(path) else f"{path}: {e}") from None


def _tell_issues(path: str, counts: Mapping[str, int], issues: Any, consequence: str) -> None:
    total = sum(counts.values())
    if not total:
        return
    print(f"{path}: {total:,} bad row{'s' if total != 1 else ''}, {consequence}", file=sys.stderr)
    for row, field, sentence in list(zip(issues["row"], issues["field"], issues["sentence"], strict=True))[:10]:
        print(f"{path}, row {row}, {field}: {_with_options(sentence)}", file=sys.stderr)
    if total > 10:
        print(f"{path}: and {total - 10:,} more", file=sys.stderr)


def _score(options: argparse.Namespace) -> int:
    given = vars(options)
    asked = {**_SCORE_DEFAULTS, **given}
    if ("transactions" in given) == ("summary" in given):
        raise Error("score: give a table of purchases, or --summary with a table of customers")
    _check_out(asked["out"], *(given.get(k) for k in ("transactions", "summary", "costs", "contacts", "program", "facts")))
    summary = _summary_of_customers(asked) if "summary" in given else _summary_of_purchases(asked)
    program = _in_file(asked["program"], TierProgram.from_json) if "program" in given else None
    costs = _cost(asked, summary)
    facts = _facts_file(asked, program) if "facts" in given else None
    fitted = fit(summary, asked["model"], None if asked["spend"] == "none" else asked["spend"], threads=asked["threads"])
    table = score(
        summary, fitted, horizon=asked["horizon"], discount=asked["discount"], margin=asked["margin"], costs=costs,
        facts=facts, program=program, bands=asked["bands"], threads=asked["threads"],
    )  # fmt: skip
    _write(table, asked["out"], "bom" in given)
    if asked["spend"] != "none" and (why := _NO_SPEND.get(table.origin["spend"])):
        _show_warning(f"no spend model could be fitted, because {why}: every value is unknown")
    skip = {"collapse", "returns", "date_order"} if "summary" in given else set()
    print("not said, so assumed:")
    for name, value in _SCORE_DEFAULTS.items():
        if name not in given and name not in skip:
            print(f"  --{name.replace('_', '-')} {value if value != '' else '(none)'}")
    print(f"\n{fitted!r}\n{table.census()}\nAll {len(table):,} rows are in {asked['out']}.")
    return 0


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
        _show_warning(f"{path}: most rows, {left:,} of {origin['rows']:,}, were left aside")


def _summary_of_purchases(asked: Mapping[str, Any]) -> Summary:
    path = asked["transactions"]
    if "observation_end" not in asked:
        raise Error("score: a table of purchases needs --observation-end, the last day that it covers")
    columns = _files.read_table(path, table=asked.get("table"), delimiter=asked.get("delimiter"))
    rows = _roles(columns, _TRANSACTION_ROLES, ("units",), asked.get("columns", ()), path)
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
    _tell_issues(path, summary.issue_counts, summary.issues, "left aside:")
    _tell_rows(path, summary)
    return summary


def _summary_of_customers(asked: Mapping[str, Any]) -> Summary:
    path = asked["summary"]
    columns = _files.read_table(path, table=asked.get("table"), delimiter=asked.get("delimiter"))
    rows: dict[str, Any] = _roles(columns, _SUMMARY_ROLES, ("monetary_value", "revenue"), asked.get("columns", ()), path)
    try:
        summary = Summary.from_columns(**rows, time_unit=asked["time_unit"], currency=asked["currency"], decimal=asked["decimal"])
    except DataError as e:
        raise DataError(f"{path}: {e}") from None
    _tell_issues(path, summary.issue_counts, summary.issues, "kept with a status:")
    return summary


def _cost(asked: Mapping[str, Any], summary: Summary) -> ServiceCosts | None:
    if "costs" not in asked:
        if "contacts" in asked:
            raise Error("--contacts: contacts need rates, as --costs")
        return None
    rates = _in_file(asked["costs"], Rates.from_json)
    if "contacts" not in asked:
        return cost_to_serve(summary, rates)
    path = asked["contacts"]
    columns = _files.read_table(path, delimiter=asked.get("delimiter"))
    rows = _roles(columns, _CONTACT_ROLES, (), asked.get("contact_columns", ()), path, "--contact-columns")
    try:
        costs = cost_to_serve(
            summary, rates, rows, utc_offset=asked.get("utc_offset"), date_order=asked["date_order"], decimal=asked["decimal"]
        )
    except DataError as e:
        raise DataError(f"{path}: {e}") from None
    _tell_issues(path, costs.issue_counts, costs.issues, "left aside:")
    print(f"{path}: {costs.origin['contacts_used']:,} contacts counted, {costs.origin['contacts_unmatched']:,} of nobody in the summary, "
          f"{costs.origin['contacts_after_end']:,} after its end")  # fmt: skip
    return costs


def _facts_file(asked: Mapping[str, Any], program: TierProgram | None) -> dict[str, object]:
    if program is None:
        raise Error("--facts: facts need a tier program, as --program")
    path = asked["facts"]
    columns = _files.read_table(path, delimiter=asked.get("delimiter"))
    out = {name: _fact(program, name, columns[name], path, asked["decimal"]) for name in program.facts if name in columns}
    out["customer_id"] = _id_text(_sources.pick(columns, "customer_id", "customer_id", path))
    return out


_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def _fact(program: TierProgram, name: str, source: object, path: str, decimal: str = ".") -> object:
    """A column of facts that may be text; a cell that cannot be read is unknown, and said."""
    kind = program.kind(name)
    if not isinstance(source, _core.Text) or kind == "levels":
        return source
    if kind == "flag":
        cells = [None if c is None else c.strip().lower() for c in source.to_numpy().tolist()]
        values = np.array([1.0 if c in _TRUE else 0.0 if c in _FALSE else np.nan for c in cells])
        bad = [i for i, c in enumerate(cells) if c is not None and c not in _TRUE + _FALSE]
    else:
        values, bad = _core.numbers_in(source, decimal)
    if bad:
        what = "true or false" if kind == "flag" else "a number"
        more = f" (and {len(bad) - 1:,} more such rows)" if len(bad) > 1 else ""
        print(f"{path}, row {bad[0] + 1}, {name}: {source[bad[0]]!r} is not {what}; taken as unknown{more}", file=sys.stderr)
    return values


def _decide(options: argparse.Namespace) -> int:
    _check_out(options.out, options.program, options.facts)
    program = _in_file(options.program, TierProgram.from_json)
    columns = _files.read_table(options.facts, table=options.table, delimiter=options.delimiter)
    named = _renaming(options.columns, None, "--columns") if options.columns else {}
    ids = columns.get(named.get("customer_id", "customer_id"))
    facts = {
        name: _fact(program, name, _sources.pick(columns, named.get(name, name), "the tier program", options.facts), options.facts, options.decimal)
        for name in program.facts
    }
    made = program.decide(facts, as_of=options.as_of, reasons=True, language=options.language, threads=options.threads)
    table = made if ids is None else made.with_first("customer_id", _id_text(ids))
    _write(table, options.out, options.bom)
    for tier, count in zip(*np.unique(made["tier"].astype(str), return_counts=True), strict=True):
        print(f"{tier}: {count:,}")
    if made.origin["in_effect"] is False:
        print(f"the program is not in effect on {made.origin['as_of']}")
    if made.origin["not_applied"]:
        print(f"kept, but not acted on: {', '.join(made.origin['not_applied'])}")
    print(f"All {len(made):,} rows are in {options.out}.")
    return 0


def _explain(options: argparse.Namespace) -> int:
    program = _in_file(options.program, TierProgram.from_json)
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
            cells = _core.Text(["1" if value.lower() in _TRUE else "0" if value.lower() in _FALSE else value])
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

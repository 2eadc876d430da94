"""The command: valorem score, valorem tiers decide, valorem tiers explain."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from ._command import show_warning, with_options
from ._command_score import add_score
from ._command_tiers import add_decide, add_explain
from ._core import __version__
from .errors import ConvergenceWarning, Error


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
            warnings.showwarning = show_warning  # type: ignore[assignment]
            warnings.simplefilter("always", ConvergenceWarning)
            done = int(options.run(options))
        if sys.stdout is not None:
            sys.stdout.flush()
        return done
    except (Error, TypeError) as e:
        print(f"valorem: {with_options(str(e))}", file=sys.stderr)
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


def _joined(arguments: Sequence[str]) -> list[str]:
    """--utc-offset -05:00 in two words, which argparse would take for two options."""
    out: list[str] = []
    for word in arguments:
        if out and out[-1] == "--utc-offset" and re.fullmatch(r"-\d\d:?\d\d", word):
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="valorem", description="Who is worth what, and what follows from it.")
    parser.add_argument("--version", action="version", version=f"valorem {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_score(commands)
    tiers = commands.add_parser("tiers", help="decide or explain tiers").add_subparsers(required=True, metavar="COMMAND")
    add_decide(tiers)
    add_explain(tiers)
    return parser

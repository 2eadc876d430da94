"""Why a row has no answer."""

import enum

from . import _core


class Status(str, enum.Enum):
    """The names that status columns hold, gravest first after ok; Status.no_cost == "no_cost"."""

    ok = "ok"
    missing = "missing"
    invalid = "invalid"
    negative_cost = "negative_cost"
    no_cost = "no_cost"
    inactive = "inactive"
    undefined = "undefined"
    unknown_fact = "unknown_fact"
    not_converged = "not_converged"

    @property
    def sentence(self) -> str:
        """What it says to a reader of a table."""
        return _SENTENCES[self.value]

    def __str__(self) -> str:
        return str(self.value)


_SENTENCES = dict(_core.status_sentences())

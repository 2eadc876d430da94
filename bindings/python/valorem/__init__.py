"""Customer-value scoring: who is worth what, and what follows from it."""

from ._core import (
    BGNBD,
    MBGNBD,
    NBD,
    Fit,
    GammaGamma,
    __version__,
    break_even_price,
    forward_ratio,
    lifetime_ratio,
    load_model,
    net_at_price,
    ratio,
)
from .errors import ContractError, ConvergenceWarning, DataError, Error, ProgramError
from .status import Status
from .summary import Summary, summarise
from .table import Table

__all__ = [
    "BGNBD",
    "MBGNBD",
    "NBD",
    "ContractError",
    "ConvergenceWarning",
    "DataError",
    "Error",
    "Fit",
    "GammaGamma",
    "ProgramError",
    "Status",
    "Summary",
    "Table",
    "__version__",
    "break_even_price",
    "forward_ratio",
    "lifetime_ratio",
    "load_model",
    "net_at_price",
    "ratio",
    "summarise",
]

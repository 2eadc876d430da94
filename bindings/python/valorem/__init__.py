"""Customer-value scoring: who is worth what, and what follows from it."""

from ._core import __version__
from .errors import ContractError, ConvergenceWarning, DataError, Error, ProgramError

__all__ = ["ContractError", "ConvergenceWarning", "DataError", "Error", "ProgramError", "__version__"]

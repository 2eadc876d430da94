"""What the library raises. A bad row never raises: it has a status."""


class Error(Exception):
    """Base of everything that this package raises on purpose."""


class ContractError(Error, ValueError):
    """An argument outside its domain, or columns that do not fit each other."""


class DataError(Error, ValueError):
    """Data that cannot be used as a whole; the message names row, field and rule."""


class ProgramError(Error, ValueError):
    """A tier program, rates or model text that was refused, with the place in it."""

    line: int
    column: int
    pointer: str
    code: str
    message: str

    def __init__(
        self, text: str, line: int = 0, column: int = 0, pointer: str = "", code: str = "", message: str = ""
    ) -> None:
        super().__init__(text)
        self.line = line
        self.column = column
        self.pointer = pointer
        self.code = code
        self.message = message or text

    def __reduce__(self) -> tuple[type["ProgramError"], tuple[str, int, int, str, str, str]]:
        return type(self), (self.args[0], self.line, self.column, self.pointer, self.code, self.message)


class MixedCohortsWarning(UserWarning):
    """Customers who came early and those who came late differ; the message has statistic, p-value and how much."""


class ConvergenceWarning(UserWarning):
    """A fit that ended at a boundary, on a flat likelihood or without converging; fit.status says which."""


class RowsLeftOutWarning(UserWarning):
    """A fit to columns of which some rows are no data of its model; the message says how many, and why the first is not."""

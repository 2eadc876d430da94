"""Covariates as people have them - a dict of columns, one dict for each process, a frame, a matrix - as one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ContractError


def _refuse(what: str) -> ContractError:
    return ContractError("covariates: " + what)


def _is_table(source: Any) -> bool:
    return isinstance(source, Mapping) or hasattr(source, "columns") or np.ndim(source) == 2


def _columns(source: Any, prefix: str = "z") -> dict[str, Any]:
    """The columns of one table by name; a matrix's are called z1, z2, ..."""
    if isinstance(source, Mapping):
        out = dict(source)
    elif hasattr(source, "column_names"):  # pyarrow
        out = {name: source[name] for name in source.column_names}
    elif hasattr(source, "columns"):  # pandas, Polars
        out = {name: source[name] for name in source.columns}
    else:
        matrix = np.asarray(source)
        if matrix.ndim != 2:
            raise _refuse("give a dict of columns, a frame, or a matrix with a row for each customer")
        out = {f"{prefix}{j + 1}": matrix[:, j] for j in range(matrix.shape[1])}
    for name in out:
        if not isinstance(name, str):
            raise _refuse(f"a name must be text, not {name!r}")
    return out


def _numbers(column: Any, name: str) -> NDArray[np.float64]:
    """One number or one dimension of them; True and False are 1 and 0."""
    values = np.asarray(column)
    if values.dtype.kind not in "fiub":
        try:
            # Frames' own types: missing cells become NaN.
            values = np.asarray(column, dtype=np.float64)
        except (TypeError, ValueError):
            raise _refuse(f"'{name}' is no column of numbers; write categories as columns of 0 and 1") from None
        if isinstance(column, (str, bytes)) or (np.size(column) and isinstance(np.ravel(np.asarray(column))[0], str)):
            raise _refuse(f"'{name}' is text; write categories as columns of 0 and 1")
    if values.ndim > 1:
        raise _refuse(f"'{name}' has {values.ndim} dimensions, a column has one")
    return np.asarray(values, dtype=np.float64)


def table(
    source: Any, processes: Sequence[str], wanted: Sequence[str] | None = None
) -> tuple[list[str], NDArray[np.float64], list[list[int]], bool]:
    """Names, one row of numbers for each customer, which columns move each process, and whether it is one customer's.

    wanted: the names of a fitted model, in its order; without them all columns count, in theirs.
    """
    if source is None:
        raise _refuse("None given; leave the argument out where there are none")
    by_process = (
        isinstance(source, Mapping) and len(source) > 0 and all(key in processes for key in source) and all(map(_is_table, source.values()))
    )
    if not by_process and isinstance(source, Mapping):
        for key, part in source.items():
            if key not in processes and (isinstance(part, Mapping) or hasattr(part, "columns")):
                raise _refuse(f"'{key}' holds a table, and is no process of this model, which has {' and '.join(map(repr, processes))}")
    columns: dict[str, NDArray[np.float64]] = {}
    moved: dict[str, list[str]] = {}
    if by_process:
        for process, part in source.items():
            of_process = {name: _numbers(c, name) for name, c in _columns(part, f"{process}_z").items()}
            for name, values in of_process.items():
                if name in columns and not np.array_equal(columns[name], values, equal_nan=True):
                    raise _refuse(f"'{name}' is not the same column in both processes: give it two names")
                columns[name] = values
            moved[process] = list(of_process)
    elif wanted is not None and not isinstance(source, Mapping) and not hasattr(source, "columns"):
        matrix = _numbers(source, "matrix") if np.ndim(source) < 2 else np.asarray(source, dtype=np.float64)
        if matrix.ndim == 0 or matrix.shape[-1] != len(wanted):
            raise _refuse(f"the model has {len(wanted)} of them ({', '.join(wanted)}), the matrix has shape {matrix.shape}")
        columns = {name: matrix[..., j] for j, name in enumerate(wanted)}
    else:
        columns = {name: _numbers(c, name) for name, c in _columns(source).items()}
    if wanted is not None:
        missing = [name for name in wanted if name not in columns]
        if missing:
            raise _refuse("without " + ", ".join(f"'{name}'" for name in missing))
        columns = {name: columns[name] for name in wanted}
    if not columns:
        raise _refuse("there is not one")
    lengths = {len(c): name for name, c in columns.items() if c.ndim == 1}
    if len(lengths) > 1:
        (n, a), (m, b) = list(lengths.items())[:2]
        raise _refuse(f"columns of unequal length: '{a}' has {n} rows, '{b}' has {m}")
    rows = next(iter(lengths), 1)
    matrix = np.empty((rows, len(columns)))
    for j, values in enumerate(columns.values()):
        matrix[:, j] = values
    names = list(columns)
    moves = [[names.index(name) for name in moved.get(process, [])] for process in processes] if by_process else []
    return names, matrix, moves, not lengths


def _chosen(which: Any, what: str, names: Sequence[str], shared: Sequence[int]) -> list[int]:
    if which is None or which is False:
        return []
    if which is True:
        return list(shared)
    if isinstance(which, str) or not all(isinstance(name, str) for name in which):
        raise _refuse(f"{what} is True, or a list of names")
    unknown = [name for name in which if name not in names]
    if unknown:
        raise _refuse(f"{what} names '{unknown[0]}', which is none of {', '.join(names)}")
    return [list(names).index(name) for name in which]


def _prior(value: Any, name: str) -> tuple[float, float]:
    try:
        mean, sd = value
        return float(mean), float(sd)
    except (TypeError, ValueError):
        raise _refuse(f"the prior of '{name}' is a pair: mean and standard deviation") from None


def constraints(
    names: Sequence[str], moves: Sequence[Sequence[int]], processes: Sequence[str], equal: Any, opposite: Any, priors: Any
) -> tuple[list[int], list[int], list[tuple[int, int, float, float]]]:
    """Columns that are equal, opposite, and priors as (process, column, mean, sd)."""
    everything = list(range(len(names)))
    of = [list(m) for m in moves] if moves else [everything for _ in processes]
    shared = [c for c in everything if all(c in m for m in of)]
    same = _chosen(equal, "equal", names, shared)
    turned = _chosen(opposite, "opposite", names, [c for c in shared if c not in same])
    if equal is True and opposite not in (None, False, True):
        same = [c for c in same if c not in turned]
    out: list[tuple[int, int, float, float]] = []
    if priors is not None:
        if not isinstance(priors, Mapping):
            raise _refuse("priors are a dict: name, or process and name, to mean and standard deviation")
        nested = len(priors) > 0 and all(key in processes and isinstance(v, Mapping) for key, v in priors.items())
        for p, process in enumerate(processes):
            for name, value in (priors.get(process, {}) if nested else priors).items():
                if name not in names:
                    raise _refuse(f"a prior names '{name}', which is none of {', '.join(names)}")
                column = list(names).index(name)
                if column in of[p]:
                    out.append((p, column, *_prior(value, name)))
                elif nested:
                    raise _refuse(f"'{name}' does not move the process '{process}', so it has no prior there")
    return same, turned, out

"""Does the model fit? Numbers that say so, as tables: the holdout beside naive forecasts, tracking through time, counts,
conditional expectations, spend against frequency, early customers against late ones.

Rows come as a vl.Summary, or as a frame or dict with columns of the same names (frequency, recency, T, and where asked
holdout_length, holdout_frequency, monetary_value), of which weights says how many customers a row stands for."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core, _sources
from ._core import Correlation, CovariateFit, Fit, FittedModel, VarianceRatio
from .errors import ContractError, DataError, MixedCohortsWarning
from .summary import Summary
from .table import Table

HISTORY = ("frequency", "recency", "T")
HOLDOUT = ("holdout_length", "holdout_frequency")


class FrequencyTable(Table):
    """purchases, expected and actual customers; the last row stands for that many purchases or more."""

    __slots__ = ("_test",)

    def __init__(self, columns: Mapping[str, object], test: Mapping[str, Any]) -> None:
        super().__init__(columns)
        self._test = {name: test[name] for name in ("chi_square", "cells", "degrees_of_freedom", "p_value")}

    @property
    def chi_square(self) -> float:
        """Pearson's: the sum of (actual - expected)² / expected over the cells."""
        return float(self._test["chi_square"])

    @property
    def cells(self) -> int:
        """Rows that the chi-square adds up: one that is expected to hold fewer than 5 customers joins the one before."""
        return int(self._test["cells"])

    @property
    def degrees_of_freedom(self) -> int:
        """cells - 1 - fitted parameters."""
        return int(self._test["degrees_of_freedom"])

    @property
    def p_value(self) -> float:
        """The chance of that chi-square or more where the model holds; NaN without degrees of freedom."""
        return float(self._test["p_value"])

    def __repr__(self) -> str:
        said = f"chi-square {self.chi_square:.6g}, {self.degrees_of_freedom} degrees of freedom, p {self.p_value:.3g}"
        return f"{super().__repr__()}\n{said}"

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return FrequencyTable, ({name: self.stored(name) for name in self.columns}, self._test)


@dataclass(frozen=True, repr=False)
class HoldoutReport:
    """What a model said of the holdout, and what came. print it for the forecasts beside the naive ones."""

    forecasts: Table
    """One row a forecaster: expected and actual totals, bias, mae, rmse, correlation, normalized_gini."""
    deciles: Table
    """The customers by forecast, the highest tenth first: customers, expected, actual, their means, gain, lift."""
    decile_error: float
    """Mean over the deciles of |expected - actual| / actual; NaN where a decile bought nothing."""
    by_frequency: Table
    """Conditional expectations by repeat purchases in the calibration: low, high, customers, expected, actual, means."""
    by_recency: Table
    """The same by the time of the last purchase: first those who never came back, then eight bins of equal width."""
    customers: Table
    """One row a customer: expected and actual purchases."""

    def __repr__(self) -> str:
        return f"HoldoutReport: {len(self.customers):,} rows\n{self.forecasts!r}"


@dataclass(frozen=True)
class SpendIndependence:
    """Whether mean spend goes with frequency, which Gamma-Gamma takes not to be so."""

    pearson: Correlation
    """Of mean spend and frequency."""
    spearman: Correlation
    """The same of their ranks: not moved by a few large spenders."""
    eta_squared: VarianceRatio
    """Share of the spread of mean spend that lies between customers of different frequency."""


@dataclass(frozen=True)
class CohortComparison:
    """One fit to all customers against one to those who came early and one to those who came late."""

    statistic: float
    """2 (ln L early + ln L late - ln L of one fit to all)."""
    degrees_of_freedom: int
    """The parameters of the model."""
    p_value: float
    """The chance of that or more where early and late customers are alike (Wilks 1938); NaN where a fit failed."""
    split: float
    """Early is who has a larger T; in time units."""
    first_purchases: float
    """Time over which the first purchases spread."""
    horizon: float
    """The time that the next two are about: the split."""
    early_expected: float
    """Purchases of a new customer within the horizon, by the early customers' fit."""
    late_expected: float
    """The same by the late customers' fit."""
    whole: Fit
    early: Fit
    late: Fit

    def __repr__(self) -> str:
        return (
            f"CohortComparison(statistic={self.statistic:.6g}, degrees_of_freedom={self.degrees_of_freedom}, "
            f"p_value={self.p_value:.3g}, split={self.split:.6g}, first_purchases={self.first_purchases:.6g}, "
            f"horizon={self.horizon:.6g}, early_expected={self.early_expected:.6g}, late_expected={self.late_expected:.6g})"
        )


def holdout_report(rows: object, fitted: object, *, threads: int = 1) -> HoldoutReport:
    """What a model said of each customer over the exact length of her holdout, against what came.

    rows: a vl.Summary made with calibration_end, or columns frequency, recency, T, holdout_length, holdout_frequency
    (and weights). fitted: what vl.fit or a model's fit returned, or a model. The naive forecasts beside it are nbd,
    fitted here, in which nobody leaves; own_count, each customer buys as often as in her calibration; and own_rate, she
    goes on at frequency / T. Rows without a good history are left out of all. Customers with equal forecasts count
    together in Gini and deciles, each decile taking its share of them, so no number depends on the order of the rows."""
    model, name = _model_for(rows, fitted)
    columns = _holdout_columns(rows, fitted)
    history = _history(columns)
    length, purchases = (columns[name] for name in HOLDOUT)
    expected = model.expected_purchases(length, *history, threads=threads)
    parts = _core.holdout_parts(name, expected, *history, length, purchases, columns["weights"], threads)
    customers = {"expected": expected, "actual": purchases}
    if isinstance(rows, Summary):
        customers = {"customer_id": rows.stored("customer_id"), **customers}
    decile = {"decile": np.arange(1, len(parts["deciles"]["gain"]) + 1)}
    return HoldoutReport(
        Table(parts["forecasts"]), Table({**decile, **parts["deciles"]}), parts["decile_error"],
        Table(parts["by_frequency"]), Table(parts["by_recency"]), Table(customers),
    )  # fmt: skip


def conditional_expectations(
    rows: object, fitted: object, *, by: str = "frequency", most: int = 7, bins: int = 8, threads: int = 1
) -> Table:
    """Expected and actual purchases of the holdout by what was known at its start: low, high, customers, expected,
    actual, mean_expected, mean_actual. by="frequency": 0, 1, ... and `most` or more repeat purchases; by="recency":
    those without a repeat purchase (low = high = 0), then `bins` of equal width up to the largest recency. rows and
    fitted as in vl.holdout_report."""
    if _sources.word(by, "by") not in ("frequency", "recency"):
        raise ContractError(f"by: must be 'frequency' or 'recency', not {by!r}")
    model, _ = _model_for(rows, fitted)
    columns = _holdout_columns(rows, fitted)
    history = _history(columns)
    length, purchases = (columns[name] for name in HOLDOUT)
    expected = model.expected_purchases(length, *history, threads=threads)
    given = (expected, *history, length, purchases, columns["weights"])
    return Table(_core.by_frequency(*given, most) if by == "frequency" else _core.by_recency(*given, bins))


def tracking(
    rows: object, fitted: object, *, every: float | None = None, until: float | None = None, times: object = None, actual: object = None
) -> Table:
    """Repeat purchases of all customers of the rows through time: time, expected, actual (within each period),
    expected_cumulative and actual_cumulative.

    Time is counted from the first purchase of the earliest customer, in the rows' unit, and a period ends with the
    collapse unit (the day) at its time. Each customer starts at (largest T) - T. Periods are `every` long (1 unless
    told otherwise), up to `until`, by default the end of the records, holdout included; times= gives their ends instead. A vl.Summary made by
    vl.summarise knows the actual purchases; for other rows actual= may give them, one number a period. Where they are
    not known they are NaN."""
    model, _ = _model_for(rows, fitted)
    columns = _columns(rows, *HISTORY)
    if times is not None:
        if every is not None or until is not None:
            raise ContractError("times: it gives the ends of the periods, so every= and until= say nothing beside it")
        ends = _core.numbers(times, "times")
        if ends.ndim != 1 or not (np.diff(ends) > 0).all():
            raise ContractError("times: a column of times that ascend strictly is expected")
    else:
        ends = _core.period_ends(1.0 if every is None else every, _end_of(rows, columns) if until is None else until)
    cumulative = _core.expected_repeats(model, *_history(columns), columns["weights"], ends)
    if actual is not None:
        came = _core.numbers(actual, "actual")
        if came.shape != ends.shape:
            raise ContractError(f"actual: {came.size} numbers for {ends.size} periods")
        seen = np.cumsum(came)
    elif isinstance(rows, Summary):
        seen = _core.actual_repeats(rows.data, ends)
        came = np.diff(seen, prepend=0.0)
    else:
        seen = came = np.full(ends.shape, np.nan)
    return Table({
        "time": ends, "expected": np.diff(cumulative, prepend=0.0), "actual": came,
        "expected_cumulative": cumulative, "actual_cumulative": seen,
    })  # fmt: skip


def frequency_table(rows: object, fitted: object, *, most: int = 7, fitted_parameters: int | None = None) -> FrequencyTable:
    """How many customers are expected to have made 0, 1, ... and `most` or more repeat purchases within their T, beside
    how many did: purchases, expected, actual; .chi_square, .cells, .degrees_of_freedom and .p_value test the difference.
    fitted_parameters: those of the model unless told otherwise; 0 where it was not fitted to these rows."""
    model, _ = _model_for(rows, fitted)
    columns = _columns(rows, *HISTORY)
    found = _core.frequency_columns(model, *_history(columns), columns["weights"], most, fitted_parameters)
    return FrequencyTable({"purchases": np.arange(len(found["actual"])), "expected": found["expected"], "actual": found["actual"]}, found)


def spend_independence(rows: object) -> SpendIndependence:
    """Whether mean spend goes with frequency, over the repeat buyers whose mean spend is above 0: Pearson's and
    Spearman's correlation with p-values, and eta squared with its F test. rows: a vl.Summary with amounts, or columns
    frequency and monetary_value. Gamma-Gamma takes spend not to depend on frequency; read the coefficients first, for
    with many customers a small one too has a small p-value. DataError where fewer than three such customers are there."""
    columns = _columns(rows, "frequency", "monetary_value")
    if columns["given_weights"]:
        raise ContractError("weights: correlations are of single customers; repeat the rows instead")
    x, spend = columns["frequency"], columns["monetary_value"]
    keep = (x >= 1) & (spend > 0) & np.isfinite(spend) & (columns["weights"] > 0)
    if keep.sum() < 3:
        raise DataError("fewer than three repeat buyers with a mean spend above 0")
    pair = x[keep], spend[keep]
    return SpendIndependence(_core.pearson(*pair), _core.spearman(*pair), _core.eta_squared(*pair))


def compare_cohorts(rows: object, model: str = "mbg_nbd", *, level: float = 0.01, threads: int = 1) -> CohortComparison:
    """Whether customers who came early behave as those who came late: the likelihood-ratio test of one fit to all
    against two, parted where half of the customers have come. Warns with vl.MixedCohortsWarning where the p-value is
    below `level`: one model then speaks for neither. With many customers a small difference is found too:
    early_expected and late_expected say how much it matters. model: a name as in vl.fit, or "bg_bb"."""
    if not 0 < level < 1:
        raise ContractError("level: must lie between 0 and 1")
    columns = _columns(rows, *HISTORY)
    found = _core.cohort_parts(_sources.model_name(model), *_history(columns), columns["weights"], threads)
    out = CohortComparison(**found)
    if out.p_value < level:
        warnings.warn(
            f"customers who came early and late differ: likelihood ratio {out.statistic:.4g} with {out.degrees_of_freedom} degrees of "
            f"freedom, p {out.p_value:.2g}; a new one buys {out.early_expected:.3g} or {out.late_expected:.3g} times within {out.horizon:.4g}",
            MixedCohortsWarning, stacklevel=2,
        )  # fmt: skip
    return out


def _model_for(rows: object, fitted: object) -> tuple[Any, str]:
    """The model, and its name."""
    if isinstance(fitted, FittedModel):
        if isinstance(rows, Summary) and rows.time_unit != fitted.time_unit:
            raise ContractError(f"fitted: its time unit is {fitted.time_unit}, that of the summary {rows.time_unit}")
        fitted = fitted.purchases
    if isinstance(fitted, CovariateFit) or type(fitted).__name__.endswith("WithCovariates"):
        raise TypeError("fitted: it has a model for each customer, and this table asks one for all; give .without of its fit")
    model = fitted.model if isinstance(fitted, Fit) else fitted
    if not hasattr(model, "expected_purchases"):
        raise TypeError(f"fitted: {type(model).__name__} where a model of purchases, its fit or vl.FittedModel is expected")
    return model, type(model).__name__


def _history(columns: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return columns["frequency"], columns["recency"], columns["T"]


def _columns(rows: object, *names: str) -> dict[str, Any]:
    """Columns of numbers by name, and weights: 0 for a row of a summary that is not one customer's."""
    source = _sources.columns_of(rows, "rows")
    if "holdout_length" in names and "holdout_length" not in source:
        raise DataError("rows: no column 'holdout_length': a holdout comes of vl.summarise(..., calibration_end=...)")
    out: dict[str, Any] = {name: _core.numbers(_sources.pick(source, name, name, "rows"), name) for name in names}
    lengths = {name: len(column) for name, column in out.items()}
    if len(set(lengths.values())) > 1:
        raise ContractError("columns of unequal length: " + ", ".join(f"{name} has {n}" for name, n in lengths.items()))
    n = next(iter(lengths.values()))
    out["given_weights"] = "weights" in source
    out["weights"] = _core.numbers(source["weights"], "weights") if "weights" in source else np.ones(n)
    if isinstance(rows, Summary):
        out["weights"] = (rows["status"] == "ok").astype(np.float64)
    return out


def _holdout_columns(rows: object, fitted: object) -> dict[str, Any]:
    """Of a holdout that the model has not seen, as far as both name their days."""
    columns = _columns(rows, *HISTORY, *HOLDOUT)
    if isinstance(rows, Summary) and isinstance(fitted, FittedModel) and rows.as_of and fitted.as_of and fitted.as_of > rows.as_of:
        raise ContractError(f"fitted: it has seen purchases up to {fitted.as_of}, and the holdout begins after {rows.as_of}; fit this summary")
    return columns


def _end_of(rows: object, columns: Mapping[str, Any]) -> float:
    """How long the records run, from the first purchase of the earliest customer."""
    if isinstance(rows, Summary) and not np.isnan(rows.data.known_until):
        return rows.data.known_until
    seen = columns["T"][(columns["weights"] > 0) & np.isfinite(columns["T"])]
    return float(seen.max()) if seen.size else 0.0

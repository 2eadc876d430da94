"""vl.fit and vl.score: from a summary to one table that says who is worth what, what follows, and why."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _core, _sources
from ._core import FittedDraws, FittedModel
from .costs import Rates, ServiceCosts, cost_to_serve
from .errors import ContractError, DataError, RowsLeftOutWarning
from .summary import Summary
from .table import Table
from .tiers import TierProgram

COST_COLUMNS = ("so_far", "per_purchase", "per_time")


class Scores(Table):
    """One row a customer: her past, what to expect of her, what she returns, her band and tier, and why."""

    __slots__ = ("_data",)

    def __init__(self, data: _core.ScoreData, customer_id: object) -> None:
        super().__init__({"customer_id": customer_id, **data.columns()})
        self._data = data

    @property
    def origin(self) -> dict[str, Any]:
        """Model, plan, units, program: everything that the numbers rest on."""
        out = self._data.origin()
        out["as_of"] = None if out["as_of"] is None else np.datetime64(out["as_of"], "D").item()
        return out

    @property
    def bands(self) -> _core.Bands:
        """The cuts that the column band was made by."""
        return self._data.bands()

    @property
    def parts(self) -> Table:
        """What lifetime_value is made of: discounted purchases, lifetime, margin and cost, and the expected spend."""
        return Table({"customer_id": self.stored("customer_id"), **self._data.parts()})

    def census(self) -> str:
        """The whole population on one page of text."""
        return self._data.census()

    def scorecard(self, customer_id: object) -> str:
        """One customer on half a page of text."""
        found = np.flatnonzero(self["customer_id"] == customer_id)
        if found.size == 0:
            raise ContractError(f"customer_id: no customer {customer_id!r} in the table")
        return self._data.scorecard(int(found[0]), str(customer_id))


Penalty = Mapping[str, tuple[float, float]] | float


def fit(
    summary: Summary,
    model: str = "mbg_nbd",
    spend: str | None = "gamma_gamma",
    *,
    k: int | None = None,
    penalty: Penalty | None = None,
    spend_penalty: Penalty | None = None,
    spend_form: str = "mean",
    threads: int = 1,
) -> FittedModel:
    """Fits a model of purchases ("mbg_nbd", "bg_nbd", "pareto_nbd", "ggompertz_nbd", "nbd", "mbg_cnbd" or "bg_cnbd") and one of spend to
    a summary. The cnbd models know regular buyers: they choose k, the stages of a gap, by the likelihood, or keep the given k;
    they need the gaps that a summary of transactions holds, and DataError says so of a ready table. spend=None leaves the money
    out; spend_form="transactions" fits it to each purchase, where "mean" takes each customer's mean as the papers do: smaller
    standard errors, from customers each of whose repeat purchases was above 0. Rows with a status other than "ok" are left out.
    ConvergenceWarning says where a fit did not end in a sharp maximum; DataError is raised where no row is left. penalty and
    spend_penalty: priors of either model: a dict of pairs (centre, standard deviation of the logarithm) by parameter, or one
    number from 0 up, the strength of a prior on all of them. Sources: NBD, Ehrenberg 1959; BG/NBD, Fader, Hardie & Lee 2005;
    MBG/NBD, Batislam, Denizel & Filiztekin 2007; Pareto/NBD, Schmittlein, Morrison & Colombo 1987; GGompertz/NBD, Bemmaor & Glady
    2012; (M)BG/CNBD-k, Reutterer, Platzer & Schröder 2021; Gamma-Gamma, Fader, Hardie & Lee 2005."""
    if spend not in (None, "gamma_gamma"):
        raise ContractError(f"spend: must be 'gamma_gamma' or None, not {spend!r}")
    if spend is None and spend_penalty is not None:
        raise ContractError("spend_penalty: there is no model of spend to penalise")
    form = _sources.word(spend_form, "spend_form")
    return _core.fit_summary(_data(summary), _sources.model_name(model), spend is not None, penalty, spend_penalty, k, form, threads)


def draws(summary: Summary, fitted: FittedModel, *, size: int = 1000, seed: int, proposals: int = 4000, threads: int = 1) -> FittedDraws:
    """Draws of the parameters of both models of vl.fit, from the summary that it had: what the data leave open, for score and for
    predictive_interval. See the models' own draws. Raises ContractError where a fit did not converge: fit with penalty= (and
    spend_penalty=) there; for size outside 1 to 10,000,000 or proposals outside 100 to 10,000,000; and for a spend model fitted
    with spend_form="transactions"."""
    return _core.draw_summary(_data(summary), _fitted(fitted), size, seed, proposals, threads)


def score(
    summary: Summary,
    fitted: FittedModel,
    *,
    horizon: float,
    discount: float,
    margin: float,
    costs: object = None,
    contacts: object = None,
    facts: object = None,
    program: TierProgram | Mapping[str, Any] | str | None = None,
    bands: str = "z",
    band_points: Sequence[float] | None = None,
    draws: FittedDraws | None = None,
    level: float | None = None,
    threads: int = 1,
) -> Scores:
    """Values, costs, bands and tiers every customer of a summary.

    horizon: how far ahead, in the summary's time unit. discount: annual effective rate. margin: share of an amount spent that is
    earned. costs: vl.Rates (or its dict or JSON), or a table with the columns so_far, per_purchase and per_time in the summary's
    order, such as vl.cost_to_serve returns. contacts: service contacts, with costs as rates. facts: what the tier program asks
    for beyond the table's own columns, matched by customer_id where that is among its columns, else row by row. bands: "z" or
    "quantile", over the ratio where costs are given, else over the lifetime value; band_points: its z cuts or shares. draws: what
    vl.draws gave for this fit; asks for lifetime_value_low and lifetime_value_high. level: of that interval, inside (0, 1); 0.95
    unless told otherwise.

    The columns are customer_id, frequency, recency, T, monetary_value, p_alive, expected_purchases, lifetime_value, revenue,
    service_cost, ratio, forward_ratio, band, tier, vip, reasons, status, status_value, status_ratio and status_tier; a row
    without an answer has NaN and a status. With draws, lifetime_value_low and lifetime_value_high stand after lifetime_value: the
    central share level of her expected lifetime value over the draws. They say how far the expectation may be off because the
    parameters are estimated; what she then does scatters further. Raises ContractError where units, currency or arguments do not
    fit, DataError where a column is missing, ProgramError for a program that cannot be read."""
    data = _data(summary)
    fitted = _fitted(fitted)
    if draws is not None and not isinstance(draws, FittedDraws):
        raise TypeError(f"draws: {type(draws).__name__} where vl.FittedDraws is expected; see vl.draws")
    if level is not None and draws is None:
        raise ContractError("level: it is of the interval that draws= asks for")
    if facts is not None and program is None:
        raise ContractError("facts: they are for a tier program, as program=")
    engine = None if program is None else as_program(program)
    made = _core.score_summary(
        data, fitted, horizon, discount, margin, _costs(summary, costs, contacts),
        None if engine is None else engine.engine, _facts(summary, facts, engine),
        _sources.word(bands, "bands"), None if band_points is None else _core.numbers(band_points, "band_points").tolist(),
        draws, 0.95 if level is None else level, threads,
    )  # fmt: skip
    return Scores(made, summary.stored("customer_id"))


def as_program(source: TierProgram | Mapping[str, Any] | str) -> TierProgram:
    """A program as it is, or from JSON text or a dict."""
    if isinstance(source, TierProgram):
        return source
    if isinstance(source, str):
        return TierProgram.from_json(_core.json_text(source, "program"))
    if isinstance(source, Mapping):
        return TierProgram.from_dict(source)
    raise TypeError(f"program: {type(source).__name__} where vl.TierProgram, a dict or JSON text is expected")


def _fitted(fitted: object) -> FittedModel:
    if isinstance(fitted, _core.CovariateFit):
        raise TypeError("fitted: a CovariateFit; a summary is scored by a plain model, see vl.fit")
    if not isinstance(fitted, FittedModel):
        raise TypeError(f"fitted: {type(fitted).__name__} where vl.FittedModel is expected; see vl.fit")
    return fitted


def _data(summary: object) -> _core.SummaryData:
    if not isinstance(summary, Summary):
        raise TypeError(f"summary: {type(summary).__name__} where vl.Summary is expected; see vl.summarise and vl.Summary.from_columns")
    return summary.data


def _costs(summary: Summary, costs: object, contacts: object) -> dict[str, Any] | None:
    if costs is None:
        if contacts is not None:
            raise ContractError("contacts: they need rates, as costs=")
        return None
    if isinstance(costs, str):
        costs = _core.json_text(costs, "costs")
    if isinstance(costs, (Rates, str)) or (isinstance(costs, Mapping) and "schema" in costs):
        costs = cost_to_serve(summary, costs, contacts)
        _tell_contacts(costs)
    elif contacts is not None:
        raise ContractError("contacts: they need rates, and costs= is a table of costs")
    columns = _sources.columns_of(costs, "costs")
    if "customer_id" in columns:
        columns = _aligned(summary, columns, "costs")
    return {name: _sources.pick(columns, name, name, "costs") for name in COST_COLUMNS}


def _tell_contacts(costs: ServiceCosts) -> None:
    """Warns of contacts that count for nobody, with the first reason; refuses them where none counts."""
    went = costs.origin
    lost = {"unmatched": "are of nobody in the summary", "refused": "are bad", "after_end": "come after its end"}
    left = {what: went[f"contacts_{name}"] for name, what in lost.items() if went[f"contacts_{name}"]}
    if not left:
        return
    text = f"contacts: {went['contacts_used']:,} count, " + ", ".join(f"{n:,} {what}" for what, n in left.items())
    if len(costs.issues):
        text += "; " + ", ".join(f"{name} {costs.issues[name][0]}" for name in ("row", "field")) + f": {costs.issues['sentence'][0]}"
    if went["contacts_used"] == 0 and went["contacts_after_end"] == 0:
        raise DataError(text)
    if went["contacts_unmatched"] or went["contacts_refused"]:
        warnings.warn(text, RowsLeftOutWarning, stacklevel=4)


def _facts(summary: Summary, facts: object, program: TierProgram | None) -> dict[str, Any]:
    if facts is None or program is None:
        return {}
    columns = _sources.columns_of(facts, "facts")
    asked = {name: program.column(name, columns[name]) for name in program.facts if name in columns}
    if "customer_id" in columns:
        return _aligned(summary, {"customer_id": columns["customer_id"], **asked}, "facts")
    for name in columns.keys() - asked.keys():
        # Numbers may run over the ids by chance, as a rank does.
        named = any(part in name.lower() for part in ("id", "customer", "client"))
        if (named or _sources.is_text(columns[name])) and _shuffled(summary, columns[name]):
            raise ContractError(f"facts: '{name}' holds the summary's ids in another order; call it 'customer_id', and rows are matched by it")
    return asked


def _shuffled(summary: Summary, column: object) -> bool:
    """Whether a column holds customers of the summary, each in another row than hers there."""
    mine, _ = _sources.ids(summary.stored("customer_id"), "customer_id")
    try:
        theirs, missing = _sources.ids(column, "facts")
    except (TypeError, ContractError, DataError):
        return False
    if missing is not None or isinstance(mine, _core.Text) != isinstance(theirs, _core.Text) or len(theirs) == 0:
        return False
    rows = _core.find_customers(theirs, mine)
    return bool((rows >= 0).all()) and bool((rows != np.arange(len(rows))).any()) and _core.repeated_customer(theirs) is None


def _aligned(summary: Summary, columns: Mapping[str, object], what: str) -> dict[str, Any]:
    """The columns in the summary's order, matched by customer_id; NaN for a customer who is not among them."""
    mine, _ = _sources.ids(summary.stored("customer_id"), "customer_id")
    theirs, missing = _sources.ids(columns["customer_id"], "customer_id")
    if missing is not None:
        raise ContractError(f"{what}: customer_id, row {int(np.flatnonzero(missing)[0]) + 1}: an id is missing")
    rows = _core.find_customers(*_sources.ids_alike(mine, theirs, what))
    if len(theirs) and len(mine) and (rows < 0).all():
        raise DataError(f"{what}: not one of its {len(theirs):,} customers is in the summary, whose ids are like '{mine[0]}', not '{theirs[0]}'")
    if (twice := _core.repeated_customer(theirs)) is not None:
        raise ContractError(f"{what}: customer_id, row {twice + 1}: this customer stands there twice")
    out = {}
    for name, source in columns.items():
        if name != "customer_id" and (what != "costs" or name in COST_COLUMNS):
            values = np.append(_core.numbers(source, name), np.nan)
            out[name] = values[rows]
    return out

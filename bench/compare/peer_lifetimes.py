"""lifetimes, as it is published."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from tasks import BG, MBG, PARETO, ROWS, SPEND, TRIALS, WEEKS, Task, cdnow_lines, history_of, parameters, spends, trials

import valorem as vl

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns on import
    import lifetimes
    from lifetimes.utils import _customer_lifetime_value, summary_data_from_transaction_data

NAME = "lifetimes"
KINDS = {"BGNBD": lifetimes.BetaGeoFitter, "MBGNBD": lifetimes.ModifiedBetaGeoFitter, "ParetoNBD": lifetimes.ParetoNBDFitter}


def fitter(model: Any, kind: type) -> Any:
    f = kind()
    f.params_ = pd.Series(parameters(model))
    f.predict = None
    return f


def verbs_of_purchases() -> list[Task]:
    tasks = []
    for ours in (BG, MBG, PARETO):
        kind = KINDS[type(ours).__name__]
        theirs = fitter(ours, kind)
        book = ours.simulate(39.0, seed=7, size=ROWS)
        x, t_x, T = history_of(book)
        name = type(ours).__name__
        tasks += [
            Task(f"{name}: P(alive)", ROWS, lambda m=ours, h=(x, t_x, T): m.p_alive(*h),
                 lambda f=theirs, h=(x, t_x, T): f.conditional_probability_alive(*h)),
            Task(f"{name}: expected purchases, given her history", ROWS, lambda m=ours, h=(x, t_x, T): m.expected_purchases(WEEKS, *h),
                 lambda f=theirs, h=(x, t_x, T): f.conditional_expected_number_of_purchases_up_to_time(WEEKS, *h)),
            Task(f"{name}: expected purchases, new customer", ROWS, lambda m=ours, t=T: m.expected_purchases(t),
                 lambda f=theirs, t=T: f.expected_number_of_purchases_up_to_time(t)),
        ]  # fmt: skip
        if kind is not lifetimes.ParetoNBDFitter:
            tasks.append(Task(f"{name}: chance of three purchases", 1, lambda m=ours: m.pmf(3, WEEKS),
                              lambda f=theirs: f.probability_of_n_purchases_up_to_time(WEEKS, 3)))  # fmt: skip
        else:
            few = tuple(c[:500] for c in (x, t_x, T))
            tasks.append(Task(f"{name}: chance of three purchases, given her history", 500, lambda m=ours, h=few: m.pmf(3, WEEKS, *h),
                              lambda f=theirs, h=few: [f.conditional_probability_of_n_purchases_up_to_time(3, WEEKS, *row)
                                                       for row in zip(*h, strict=True)]))  # fmt: skip
    return tasks


def lifetime_value() -> list[Task]:
    """Twelve steps of 4.345 weeks at 1 % each, as lifetimes has a year of months, times a mean spend."""
    ours, theirs = BG, fitter(BG, lifetimes.BetaGeoFitter)
    book = ours.simulate(39.0, seed=7, size=ROWS)
    x, t_x, T = history_of(book)
    spend = np.full(ROWS, 35.0)

    def value() -> Any:
        return spend * ours.discounted_purchases(0.01, 12 * 4.345, x, t_x, T, step=4.345)

    as_series = [pd.Series(c) for c in (x, t_x, T, spend)]
    return [Task("BGNBD: lifetime value of twelve months", ROWS, value,
                 lambda: _customer_lifetime_value(_Predictor(theirs), *as_series, time=12, discount_rate=0.01, freq="W"))]  # fmt: skip


class _Predictor:
    """What lifetimes calls a fitted model in its lifetime value."""

    def __init__(self, fitter: Any) -> None:
        self.predict = fitter.conditional_expected_number_of_purchases_up_to_time


def spend_and_trials() -> list[Task]:
    x, mean = spends()
    k, t, periods = trials()
    gg, bgbb = fitter(SPEND, lifetimes.GammaGammaFitter), fitter(TRIALS, lifetimes.BetaGeoBetaBinomFitter)
    return [
        Task("GammaGamma: expected spend", ROWS, lambda: SPEND.expected_spend(x, mean),
             lambda: gg.conditional_expected_average_profit(pd.Series(x), pd.Series(mean))),
        Task("BGBB: P(alive)", ROWS, lambda: TRIALS.p_alive(k, t, periods),
             lambda: bgbb.conditional_probability_alive(0, k, t, periods)),
        Task("BGBB: expected purchases, given her history", ROWS, lambda: TRIALS.expected_purchases(5, k, t, periods),
             lambda: bgbb.conditional_expected_number_of_purchases_up_to_time(5, k, t, periods)),
    ]  # fmt: skip


def fits() -> list[Task]:
    lines = cdnow_lines("sample")
    table = vl.summarise(lines, customer_id="customer_id", date="date", amount="amount", observation_end="1997-09-30", time_unit="week")
    x, t_x, T = history_of(table)
    tasks = []
    for ours in (BG, MBG, PARETO):
        kind = KINDS[type(ours).__name__]

        def fitted(kind: Any = kind) -> Any:
            return kind(penalizer_coef=0.0).fit(x, t_x, T).params_

        tasks.append(Task(f"{type(ours).__name__}: fit of CDNOW's sample", 1,
                          lambda m=type(ours): m.fit(x, t_x, T).parameters, fitted))  # fmt: skip
    repeat = x > 0
    spend = table["monetary_value"][repeat]
    tasks.append(Task("GammaGamma: fit of CDNOW's sample", 1,
                      lambda: vl.GammaGamma.fit(x[repeat], spend).parameters,
                      lambda: lifetimes.GammaGammaFitter(penalizer_coef=0.0).fit(x[repeat], spend).params_))  # fmt: skip
    return tasks


def summaries() -> list[Task]:
    lines = cdnow_lines("master")
    return [Task("purchases to summaries, CDNOW", len(lines),
                 lambda: np.sort(vl.summarise(lines, customer_id="customer_id", date="date", amount="amount",
                                              observation_end="1998-06-30", time_unit="day")["frequency"]),
                 lambda: np.sort(summary_data_from_transaction_data(lines, "customer_id", "date", "amount", freq="D",
                                                                    observation_period_end="1998-06-30")["frequency"]))]  # fmt: skip


def tasks() -> list[Task]:
    return [t for group in (verbs_of_purchases, lifetime_value, spend_and_trials, fits, summaries) for t in group()]

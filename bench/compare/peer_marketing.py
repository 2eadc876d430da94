"""PyMC-Marketing's predictions at given parameters, by its own methods without its sampler: those of tests/peers.py."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from tasks import BG, MBG, PARETO, ROWS, SPEND, TRIALS, WEEKS, Task, history_of, parameters, spends, trials

import valorem as vl

sys.path.append(str(pathlib.Path(__file__).parents[2] / "bindings" / "python" / "tests"))
import peers  # noqa: E402

NAME = "PyMC-Marketing"


def likelihood(of: Callable[..., Any]) -> Callable[..., Any]:
    """lifetimes' likelihood where theirs would need the sampler."""

    def logp(*arguments: Any) -> Any:
        *p, x, t_x, T = (np.asarray(a).reshape(-1) for a in arguments)
        return of([v[0] for v in p], x, t_x, T).reshape(1, 1, -1)

    return logp


def tasks() -> list[Task]:
    found, lifetimes = peers.pymc_marketing(), peers.lifetimes()

    def at(name: str, model: Any, logp: Any = None) -> Any:
        return peers.at(found[name], logp=logp, **parameters(model))

    out = []
    pareto = likelihood(lifetimes.ParetoNBDFitter._conditional_log_likelihood)
    for ours, theirs in ((BG, at("BetaGeoModel", BG)), (MBG, at("ModifiedBetaGeoModel", MBG)), (PARETO, at("ParetoNBDModel", PARETO, pareto))):
        x, t_x, T = history_of(ours.simulate(39.0, seed=7, size=ROWS))
        d = peers.frame(frequency=x, recency=t_x, T=T)
        name = type(ours).__name__
        now = {"future_t": 0} if ours is PARETO else {}
        out += [
            Task(f"{name}: P(alive)", ROWS, lambda m=ours, h=(x, t_x, T): m.p_alive(*h),
                 lambda f=theirs, d=d, now=now: f.expected_probability_alive(d, **now)),
            Task(f"{name}: expected purchases, given her history", ROWS, lambda m=ours, h=(x, t_x, T): m.expected_purchases(WEEKS, *h),
                 lambda f=theirs, d=d: f.expected_purchases(d, future_t=WEEKS)),
            Task(f"{name}: expected purchases, new customer", ROWS, lambda m=ours, t=T: m.expected_purchases(t),
                 lambda f=theirs, d=d.assign(t=T): f.expected_purchases_new_customer(d, t=d["t"])),
        ]  # fmt: skip
    k, t, periods = trials()
    d = peers.frame(frequency=k, recency=t, T=periods)
    bb = at("BetaGeoBetaBinomModel", TRIALS, likelihood(lifetimes.BetaGeoBetaBinomFitter._loglikelihood))
    bought, mean = spends()
    gg, spent = at("GammaGammaModel", SPEND), peers.frame(frequency=bought, monetary_value=mean)
    churn = vl.ShiftedBetaGeometric(alpha=0.704, beta=1.182)
    sbg, years = at("ShiftedBetaGeoModel", churn), np.random.default_rng(3).integers(1, 9, ROWS).astype(float)
    return [
        *out,
        Task("BGBB: P(alive)", ROWS, lambda: TRIALS.p_alive(k, t, periods), lambda: bb.expected_probability_alive(d, future_t=0)),
        Task("BGBB: expected purchases, given her history", ROWS, lambda: TRIALS.expected_purchases(5, k, t, periods),
             lambda: bb.expected_purchases(d, future_t=5)),
        Task("GammaGamma: expected spend", ROWS, lambda: SPEND.expected_spend(bought, mean), lambda: gg.expected_customer_spend(spent)),
        Task("ShiftedBetaGeometric: survival", ROWS, lambda: churn.survival(years),
             lambda: sbg.expected_probability_alive(peers.frame(T=years), future_t=0)),
        Task("ShiftedBetaGeometric: residual lifetime at 10 %", ROWS, lambda: churn.residual_lifetime(0.1, years),
             lambda: sbg.expected_residual_lifetime(peers.frame(T=years), discount_rate=0.1)),
    ]  # fmt: skip

"""clvkit, which takes a log of purchases and answers of its customers: CDNOW's 23,570."""

from __future__ import annotations

from typing import Any

import clvkit
import numpy as np
from tasks import WEEKS, Task, cdnow_lines

import valorem as vl

NAME = "clvkit"
END = "1998-06-30"


def base_of(name: str) -> Any:
    return clvkit.CustomerBase.from_transactions(cdnow_lines(name), time_unit="W", collapse="D", observation_period_end=END)


def tasks() -> list[Task]:
    sample, master = base_of("sample"), base_of("master")
    small, large = sample.to_pandas(), master.to_pandas()
    histories = [tuple(np.asarray(of[name], dtype=float) for name in ("frequency", "recency", "T")) for of in (small, large)]
    repeat = small[(small["frequency"] > 0) & (small["monetary_value"] > 0)]
    x, mean = (np.asarray(repeat[name], dtype=float) for name in ("frequency", "monetary_value"))
    out = []
    for ours, theirs in ((vl.BGNBD, clvkit.BGNBD), (vl.MBGNBD, clvkit.MBGNBD)):
        fitted = theirs().fit(sample)
        mine = ours(**dict(fitted.params_))
        name = ours.__name__
        out += [
            Task(f"{name}: P(alive)", len(large), lambda m=mine: m.p_alive(*histories[1]),
                 lambda f=fitted: f.probability_alive(master).to_pandas().iloc[:, -1]),
            Task(f"{name}: expected purchases, given her history", len(large), lambda m=mine: m.expected_purchases(WEEKS, *histories[1]),
                 lambda f=fitted: f.predict(WEEKS, master).to_pandas().iloc[:, -1]),
            Task(f"{name}: fit of CDNOW's sample", 1, lambda m=ours: m.fit(*histories[0]).parameters, lambda f=theirs: f().fit(sample).params_),
        ]  # fmt: skip
    return [
        *out,
        Task("GammaGamma: fit of CDNOW's sample", 1, lambda: vl.GammaGamma.fit(x, mean).parameters, lambda: clvkit.GammaGamma().fit(sample).params_),
        Task("purchases to summaries, CDNOW", len(cdnow_lines("master")),
             lambda lines=cdnow_lines("master"): np.sort(vl.summarise(lines, customer_id="customer_id", date="date", amount="amount",
                                                                      observation_end=END, time_unit="week")["frequency"]),
             lambda lines=cdnow_lines("master"): np.sort(clvkit.CustomerBase.from_transactions(
                 lines, time_unit="W", collapse="D", observation_period_end=END).to_pandas()["frequency"])),
    ]  # fmt: skip

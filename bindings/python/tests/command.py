"""What the tests of the command share: a shop, rates and a program, tables written and read."""

import csv

import numpy as np

TERMS = ["--horizon", "52", "--discount", "0.1", "--margin", "0.3"]
PURCHASES = TERMS + ["--observation-end", "2024-06-30"]
RATES = {"schema": "rates/1", "currency": "USD", "per_order": 2.0, "per_year": 1.0, "per_minute": {"phone": 0.5}}
PROGRAM = {
    "schema": "tier-program/1", "id": "club", "version": "1",
    "measures": {"spend_12m": {"better": "higher"}, "points": {"better": "higher", "label": "积分"}, "signed": {"flag": True}},
    "tiers": [{"id": "none"}, {"id": "gold", "label": "金卡", "enter": {"all": [{"points": 100}, {"signed": True}]}}],
}  # fmt: skip


def lines(seed=1, customers=400):
    """Purchases as the models see them: rates, dropout and spend differ between customers. Rows of text."""
    rng = np.random.default_rng(seed)
    end = np.datetime64("2024-06-30")
    out = []
    for c in range(customers):
        day = np.datetime64("2023-01-01") + rng.integers(0, 200)
        rate, leave, spend = rng.gamma(0.8, 1 / 40) + 1e-4, rng.beta(0.9, 2.0), 5 / rng.gamma(4.0, 1 / 15)
        while day <= end:
            out.append([f"c{c:03}", str(day), f"{rng.gamma(6.0, spend) + 0.01:.2f}", str(rng.integers(1, 4))])
            if rng.random() < leave:
                break
            day += np.timedelta64(int(rng.exponential(1 / rate)) + 1, "D")
    return out


def write(path, rows, header=("customer_id", "date", "amount", "units"), **how):
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f, **how).writerows([header, *rows])
    return str(path)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))

"""BG/BB: donors in whole periods; and when the next purchase comes, for every model."""

import csv
import os
import pathlib

import numpy as np
import pytest

import valorem as vl

PUBLISHED = vl.BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)


def donations():
    folder = pathlib.Path(os.environ.get("VALOREM_DATA_DIR", "build/data"))
    with open(folder / "donations.csv", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(r[k]) for r in rows]) for k in ("frequency", "recency", "periods", "weights")]


def test_donations():
    """Fader, Hardie & Shang (2010): 1.204 .750 .657 2.783 and -33225.6."""
    x, t_x, n, weights = donations()
    fit = vl.BGBB.fit(x, t_x, n, weights)
    assert fit.status == "converged"
    want = (1.20352235, 0.74971636, 0.65671821, 2.78344223)
    assert [getattr(fit.model, k) for k in ("alpha", "beta", "gamma", "delta")] == pytest.approx(want, rel=1e-6)
    assert fit.log_likelihood == pytest.approx(-33225.581274, rel=1e-8)
    assert weights @ fit.model.expected_purchases(5, x, t_x, n) == pytest.approx(12884.157, abs=6e-4)


def test_one_donor():
    h = (4, 5, 6)
    assert PUBLISHED.p_alive(*h) == pytest.approx(0.7488168, abs=6e-8)
    assert PUBLISHED.p_alive(*h, 1) == pytest.approx(0.6967011, abs=6e-8)
    assert PUBLISHED.expected_purchases(10, *h) == pytest.approx(3.6270771, abs=6e-8)
    assert PUBLISHED.discounted_purchases(0.1, np.inf, *h) == pytest.approx(3.1961674, abs=6e-8)
    n = np.arange(6)
    chances = PUBLISHED.pmf(n, 5, *h)
    assert chances.sum() == pytest.approx(1, abs=1e-14)
    assert PUBLISHED.cdf(n, 5, *h) == pytest.approx(np.cumsum(chances), abs=1e-14)
    assert PUBLISHED.at_least(1, 5, *h) == pytest.approx(1 - chances[0], abs=1e-14)


def test_a_model_is_a_value():
    assert vl.load_model(PUBLISHED.to_json()) == PUBLISHED
    assert repr(PUBLISHED) == "BGBB(alpha=1.204, beta=0.75, gamma=0.657, delta=2.783)"


def test_only_whole_periods():
    assert list(PUBLISHED.status([1, 1, 3, 0], [1.5, 1, 2, 0], [6, 6, 6, 0])) == ["invalid", "ok", "invalid", "ok"]
    assert np.isnan(PUBLISHED.p_alive([1, 3], [1.5, 2], 6)).all()
    assert np.isnan(PUBLISHED.expected_purchases(2.5))


@pytest.mark.parametrize("model", [vl.NBD(0.385, 12.072), vl.BGNBD(0.243, 4.414, 0.793, 2.426), vl.MBGNBD(0.525, 6.183, 0.891, 1.614),
                                   vl.ParetoNBD(0.553, 10.578, 0.606, 11.669)], ids=repr)  # fmt: skip
def test_the_next_purchase_comes_within_its_quantile(model):
    q = np.array([0.0, 0.1, 0.3, 0.6])
    u = model.next_purchase_quantile(q, 2, 30.43, 38.86)
    assert u[0] == 0
    assert model.at_least(1, u[1:], 2, 30.43, 38.86) == pytest.approx(q[1:], rel=1e-12)
    never = model.next_purchase_quantile(0.99, 20, 5.0, 40.0)
    assert np.isinf(never) or isinstance(model, vl.NBD)
    assert np.isnan(model.next_purchase_quantile(1.5))

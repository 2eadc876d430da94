"""GGompertz/NBD in Python: the bits of C++, its limits, and what vl.fit hands out."""

import re
import warnings

import numpy as np
import pytest
from conftest import ROOT

import valorem as vl

MODEL = vl.GGompertzNBD(r=0.553, alpha=10.6, b=0.05, s=0.6, beta=0.5)
HISTORIES = ([2, 1, 0, 26, 40], [30.43, 1.71, 0.0, 30.5, 12.0], [38.86, 38.86, 38.86, 31.0, 12.0])


def test_the_bits_are_those_of_cpp():
    source = (ROOT / "tests" / "model" / "ggompertz_nbd.test.cpp").read_text(encoding="utf-8")
    frozen = int(re.search(r"frozen = 0x([0-9a-f]+)ULL", source)[1], 16)
    t = MODEL.simulate(39.0, seed=1, size=1000)
    cells = [t[name] for name in ("frequency", "recency", "alive", "purchase_rate", "dropout")]
    got = 0xCBF29CE484222325
    for word in np.column_stack(cells).ravel().view(np.uint64).tolist():
        got = (got ^ word) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    assert hex(got) == hex(frozen)


def test_pareto_is_its_limit():
    """Of first order in b: at most 2 (1 + s) b (T + t) of each, as tests/model/ggompertz_nbd.test.cpp derives."""
    limit = vl.ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    near = vl.GGompertzNBD(r=0.553, alpha=10.578, b=1e-9, s=0.606, beta=11.669e-9)
    for verb in (
        lambda m: m.p_alive(*HISTORIES),
        lambda m: m.expected_purchases(39.0, *HISTORIES),
        lambda m: m.pmf(3, 39.0, *HISTORIES),
        lambda m: m.at_least(2, 39.0, *HISTORIES),
        lambda m: m.discounted_purchases(0.01, 39.0, *HISTORIES),
        lambda m: m.discounted_lifetime(0.01, 39.0, *HISTORIES),
    ):
        np.testing.assert_allclose(verb(near), verb(limit), rtol=2 * 1.606 * 1e-9 * 78 + 1e-12)


def test_for_ever_is_finite_without_a_discount():
    assert np.isfinite(MODEL.expected_purchases(np.inf, *HISTORIES)).all()
    assert MODEL.discounted_purchases(0.0, np.inf) == pytest.approx(MODEL.expected_purchases(1e5), rel=1e-12)
    steady = vl.GGompertzNBD(0.5, 10.0, 0.02, 0.6, 1.0)  # beta = 1: everybody leaves at the rate b s
    assert steady.discounted_lifetime(0.0, np.inf) == pytest.approx(1 / 0.012, rel=1e-14)


def test_gradients_have_five_columns_in_constructor_order():
    gradient = MODEL.log_likelihood_gradient(*HISTORIES)
    names = ("r", "alpha", "b", "s", "beta")
    assert gradient.shape == (5, 5)
    for i, name in enumerate(names):
        at = {n: getattr(MODEL, n) for n in names}
        step = 1e-6 * at[name]
        up, down = (vl.GGompertzNBD(**{**at, name: at[name] + sign * step}) for sign in (1, -1))
        slope = (up.log_likelihood(*HISTORIES) - down.log_likelihood(*HISTORIES)) / (2 * step)
        np.testing.assert_allclose(gradient[:, i], slope, rtol=1e-6, atol=1e-7 / at[name])


def test_a_fit_finds_the_model_again_and_is_saved():
    truth = vl.GGompertzNBD(r=1.0, alpha=5.0, b=0.1, s=0.5, beta=20.0)
    t = truth.simulate(78.0, seed=1, size=1000)
    fit = vl.GGompertzNBD.fit(t["frequency"], t["recency"], t["T"])
    assert fit.status == "converged"
    assert fit.parameter_names == ["r", "alpha", "b", "s", "beta"]
    off = np.log(fit.parameters / [1.0, 5.0, 0.1, 0.5, 20.0])
    assert (np.abs(off) < 4 * fit.standard_errors / fit.parameters).all()
    assert vl.load_model(fit.model.to_json()) == fit.model


def test_summaries_are_fitted_by_name():
    t = MODEL.simulate(78.0, seed=2, size=300)
    summary = vl.Summary.from_columns(np.arange(300), t["frequency"], t["recency"], t["T"], time_unit="week")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vl.ConvergenceWarning)  # of so few customers it may be Pareto/NBD
        fitted = vl.fit(summary, "ggompertz_nbd", spend=None)
    assert vl.FittedModel.from_json(fitted.to_json()).to_json() == fitted.to_json()

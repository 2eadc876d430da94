"""Customers that a model imagines: the bits of C++, reproducible, and such that a fit finds the model again."""

import re

import numpy as np
import pytest
from conftest import ROOT

import valorem as vl

MODELS = [
    (vl.NBD(0.4, 12.0), 39.0),
    (vl.BGNBD(0.243, 4.414, 0.793, 2.426), 39.0),
    (vl.MBGNBD(0.525, 6.183, 0.891, 1.614), 3900.0),
    (vl.ParetoNBD(0.553, 10.58, 0.606, 11.67), 39.0),
    (vl.BGBB(1.204, 0.750, 0.657, 2.783), 60.0),
]
SPEND = vl.GammaGamma(6.25, 3.74, 15.44)
CONTRACT = vl.BetaDiscreteWeibull(0.259, 1.722, 1.584)


def test_the_bits_are_those_of_cpp():
    source = (ROOT / "tests" / "model" / "simulate.test.cpp").read_text(encoding="utf-8")
    frozen = int(re.search(r"frozen = 0x([0-9a-f]+)ULL", source)[1], 16)
    words = []
    for model, T in MODELS:
        t = model.simulate(T, seed=1, size=1000)
        cells = [t[name] for name in ("frequency", "recency", "alive", "purchase_rate", "dropout")]
        words += np.column_stack(cells).ravel().view(np.uint64).tolist()
    cells = [SPEND.simulate(np.full(1000, 3.0), seed=1), CONTRACT.simulate(40, seed=1, size=1000)["duration"]]
    words += np.column_stack(cells).ravel().view(np.uint64).tolist()
    got = 0xCBF29CE484222325
    for word in words:
        got = (got ^ word) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    assert hex(got) == hex(frozen)


@pytest.mark.parametrize("model, T", MODELS)
def test_customer_i_is_a_function_of_seed_and_i(model, T):
    all_of_them = model.simulate(T, seed=9, size=10_000, threads=2)
    some = model.simulate(np.full(10, T), seed=9)
    other = model.simulate(T, seed=10, size=10_000)
    assert all_of_them.columns == ["frequency", "recency", "T", "alive", "purchase_rate", "dropout"]
    for name in all_of_them.columns:
        np.testing.assert_array_equal(all_of_them[name][:10], some[name])
    assert (all_of_them["purchase_rate"] != other["purchase_rate"]).all()
    assert set(np.unique(all_of_them["alive"])) <= {0.0, 1.0}
    history = [all_of_them[name] for name in ("frequency", "recency", "T")]
    assert set(model.status(*history)) == {"ok"}


def test_a_fit_finds_the_model_again():
    for model, T in [(MODELS[0][0], 39.0), (vl.MBGNBD(1.2, 6.0, 0.9, 1.6), 39.0), (vl.ParetoNBD(1.2, 8.0, 0.9, 12.0), 78.0)]:
        t = model.simulate(T, seed=4, size=20_000)
        fit = type(model).fit(t["frequency"], t["recency"], t["T"])
        truth = [getattr(model, name) for name in fit.parameter_names]
        assert fit.status == "converged"
        assert (np.abs(fit.parameters - truth) < 5 * fit.standard_errors).all(), (fit.parameters, truth)
    lengths = vl.ShiftedBetaGeometric(0.7, 1.2).simulate(8, seed=4, size=20_000)
    fit = vl.ShiftedBetaGeometric.fit(duration=lengths["duration"], churned=lengths["churned"])
    assert (np.abs(fit.parameters - [0.7, 1.2]) < 5 * fit.standard_errors).all()
    x = np.arange(20_000) % 9 + 1.0
    fit = vl.GammaGamma.fit(x, SPEND.simulate(x, seed=4))
    assert (np.abs(fit.parameters - [6.25, 3.74, 15.44]) < 5 * fit.standard_errors).all()


def test_wrong_arguments_are_named():
    m = MODELS[0][0]
    assert len(m.simulate(39.0, seed=0)) == 1 and len(m.simulate(39.0, 0, 0)) == 0
    with pytest.raises(ValueError, match="seed must not be negative"):
        m.simulate(39.0, seed=-1)
    with pytest.raises(ValueError, match="size must not be negative"):
        m.simulate(39.0, seed=1, size=-1)
    with pytest.raises(ValueError, match="size is 3, but T has 2 rows"):
        m.simulate([1.0, 2.0], seed=1, size=3)
    with pytest.raises(TypeError, match="seed"):
        m.simulate(39.0, seed=1.5)
    t = m.simulate([10.0, -1.0, np.nan, 10.0], seed=1)
    assert np.isnan(t["frequency"]).tolist() == [False, True, True, False]

"""Draws of parameters, intervals over them, and the bootstrap, as Python has them."""

import pickle
import warnings

import numpy as np
import pytest

import valorem as vl

MODELS = {"NBD": (0.8, 12.0), "BGNBD": (0.9, 4.4, 0.8, 2.4), "MBGNBD": (1.2, 6.0, 0.9, 1.6), "ParetoNBD": (0.8, 8.0, 0.6, 11.0)}


def customers(model, size=1500, T=39):
    t = getattr(vl, model)(*MODELS[model]).simulate(T, seed=3, size=size)
    return [t[name] for name in ("frequency", "recency", "T")]


@pytest.mark.parametrize("model", MODELS)
def test_draws_lie_about_the_fit(model):
    kind = getattr(vl, model)
    rows = customers(model)
    fit = kind.fit(*rows, penalty={kind.fit(*rows).parameter_names[-1]: (MODELS[model][-1], 1.0)})
    draws = kind.draws(fit, *rows, size=300, seed=7, proposals=1000, threads=2)
    assert draws.parameters.shape == (300, len(MODELS[model])) == (len(draws), len(draws.parameter_names))
    assert draws.model == fit.model and draws.proposals == 1000 and 300 < draws.effective_sample_size <= 1000
    z = np.log(draws.parameters / fit.parameters) / (fit.standard_errors / fit.parameters)
    # Means of some hundred draws of a skewed posterior; their spread to a quarter.
    assert (np.abs(z.mean(0)) < 0.6).all() and (np.abs(z.std(0) - 1) < 0.35).all()
    again = kind.draws(fit, *[r[::-1] for r in rows], np.ones(1500), size=50, seed=7, proposals=1000)
    np.testing.assert_array_equal(again.parameters, draws.parameters[:50])
    back = pickle.loads(pickle.dumps(draws))
    np.testing.assert_array_equal(back.parameters, draws.parameters)
    assert repr(back) == repr(draws) and repr(draws).startswith("Draws of ")


def test_draws_are_one_set_of_bits():
    """The same numbers stand in tests/model/posterior_draws.test.cpp."""
    t = vl.NBD(0.8, 12.0).simulate(30, seed=7, size=60)
    rows = [t[name] for name in ("frequency", "recency", "T")]
    fit = vl.NBD.fit(*rows, penalty={"r": (2.0, 0.3)})
    for threads in (1, 3):
        draws = vl.NBD.draws(fit, *rows, seed=5, size=3, proposals=1000, threads=threads)
        assert [x.hex() for x in draws.parameters.ravel()] == [
            "0x1.38fe4288e3360p+0", "0x1.dd353771dbb49p+3", "0x1.2b664cf6acba8p+0",
            "0x1.fa0ac6d82cd4fp+3", "0x1.02857d9f37ef4p+0", "0x1.b6bf21203ee02p+3",
        ]  # fmt: skip
        assert draws.effective_sample_size.hex() == "0x1.cb3b470ff9e76p+9"
        assert [x.hex() for x in vl.NBD.bootstrap(fit, *rows, seed=5, size=2)["r"]] == ["0x1.714ba37fbe8a4p+0", "0x1.6633561e4ca54p+0"]


def test_draws_of_the_other_kinds():
    x = np.arange(900) % 9 + 1.0
    spend = vl.GammaGamma(6.25, 3.74, 15.44).simulate(x, seed=3)
    fit = vl.GammaGamma.fit(x, spend)
    assert vl.GammaGamma.draws(fit, x, spend, size=20, seed=1, proposals=200).parameters.shape == (20, 3)
    contracts = {"lost": [20, 9, 5, 3], "survivors": 23}
    for kind, k in ((vl.ShiftedBetaGeometric, 2), (vl.BetaDiscreteWeibull, 3)):
        fit = kind.fit(**contracts, penalty=1.0)
        assert kind.draws(fit, **contracts, size=20, seed=1, proposals=200).parameters.shape == (20, k)
    t = vl.BGBB(1.2, 0.75, 0.66, 2.78).simulate(6, seed=3, size=3000)
    rows = [t[name] for name in ("frequency", "recency", "T")]
    fit = vl.BGBB.fit(*rows)
    draws = vl.BGBB.draws(fit, *rows, size=20, seed=1, proposals=200)
    ends = fit.model.predictive_interval(5, *rows, draws=draws)
    assert ends.shape == (3000, 2) and (ends[:, 1] <= 5).all()


def test_what_has_no_peak_is_refused():
    steady = ([5, 5, 5, 5, 6, 4], [49.0] * 6, [50.0] * 6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vl.ConvergenceWarning)
        open_end = vl.NBD.fit(*steady)
    with pytest.raises(vl.ContractError, match="need a fit that converged, this one is 'boundary', towards .*: fit with a penalty"):
        vl.NBD.draws(open_end, *steady, seed=1)
    closed = vl.NBD.fit(*steady, penalty=1.0)
    assert len(vl.NBD.draws(closed, *steady, seed=1)) == 1000
    with pytest.raises(vl.ContractError, match="not those that the fit was made on"):
        vl.NBD.draws(closed, [5, 5, 5, 5, 6, 5], *steady[1:], seed=1)
    for keyword, words in (({"size": 0}, "size must be 1"), ({"proposals": 5}, "proposals must be 100"), ({"seed": -1}, "seed must not")):
        with pytest.raises(vl.ContractError, match=words):
            vl.NBD.draws(closed, *steady, **{"seed": 1, **keyword})
    with pytest.raises(vl.ContractError, match="a fit of bg_nbd is expected"):
        vl.BGNBD.draws(closed, *steady, seed=1)


def test_draws_that_are_worth_little_are_a_warning():
    # Towards one chance to leave for all this likelihood hardly falls, so a flat prior over the logarithms is no density.
    few = {"lost": [30, 20, 13, 9], "survivors": 28}
    fit = vl.ShiftedBetaGeometric.fit(**few)
    assert fit.status == "converged"
    with pytest.warns(vl.ConvergenceWarning, match=r"worth only \d+ of 4000 proposals, .*: fit with a penalty"):
        assert vl.ShiftedBetaGeometric.draws(fit, **few, seed=1).effective_sample_size < 400
    many = {"lost": [131, 126, 60, 42, 34, 23, 19, 14], "survivors": 551}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sharp = vl.ShiftedBetaGeometric.fit(**many)
        informed = vl.ShiftedBetaGeometric.fit(**few, penalty=1.0)
        assert vl.ShiftedBetaGeometric.draws(sharp, **many, seed=1).effective_sample_size > 2000
        assert vl.ShiftedBetaGeometric.draws(informed, **few, seed=1).effective_sample_size > 2000


@pytest.mark.parametrize("model", MODELS)
def test_an_interval_of_purchases_is_the_smallest_with_small_tails(model):
    kind = getattr(vl, model)
    rows = [r[:40] for r in customers(model)]
    m = kind(*MODELS[model])
    ends = m.predictive_interval(26, *rows, level=0.9, threads=2)
    assert ends.shape == (40, 2)
    low, high = ends.T
    assert (np.where(low > 0, m.cdf(np.maximum(low - 1, 0), 26, *rows), 0) <= 0.05 + 1e-12).all()
    assert (m.cdf(low, 26, *rows) > 0.05 - 1e-12).all() and (m.at_least(high + 1, 26, *rows) <= 0.05 + 1e-12).all()
    assert (np.where(high > 0, m.at_least(high, 26, *rows), 1) > 0.05 - 1e-12).all()
    one = m.predictive_interval(26, *[r[0] for r in rows], level=0.9)
    np.testing.assert_array_equal(one, ends[0])
    into = np.empty((40, 2))
    assert m.predictive_interval(26, *rows, level=0.9, out=into) is into and np.array_equal(into, ends)
    assert m.predictive_interval([0, 10, 200]).shape == (3, 2)
    assert np.isnan(m.predictive_interval(26, 2, 50, 39)).all() and np.isnan(m.predictive_interval(-1)).all()
    with pytest.raises(vl.ContractError, match="level must lie"):
        m.predictive_interval(26, level=95)


def test_an_interval_over_draws():
    rows = customers("NBD", size=60)
    fit = vl.NBD.fit(*rows)
    draws = vl.NBD.draws(fit, *rows, size=100, seed=7)
    ends = fit.model.predictive_interval(200, *rows, draws=draws, level=0.9)
    plain = fit.model.predictive_interval(200, *rows, level=0.9)
    assert (np.diff(ends) >= np.diff(plain) - 1).all() and np.diff(ends).sum() > np.diff(plain).sum()
    # By the mean of the draws' own chances.
    at_most = np.mean([vl.NBD(*p).cdf(ends[:, 1], 200, *rows) for p in draws.parameters], axis=0)
    assert (at_most >= 0.95 - 1e-12).all()
    new = fit.model.predictive_interval(200, draws=draws)
    assert new.shape == (2,)
    with pytest.raises(vl.ContractError, match="another model than this one"):
        vl.NBD(1, 1).predictive_interval(200, draws=draws)
    with pytest.raises(vl.ContractError, match="draws of bg_nbd are expected, these are of nbd"):
        vl.BGNBD(1, 1, 1, 1).predictive_interval(200, draws=draws)
    with pytest.raises(TypeError, match="draws"):
        fit.model.predictive_interval(200, draws=draws.parameters)


def test_a_scored_table_with_intervals(cdnow_sample):
    summary = vl.summarise(cdnow_sample, customer_id="id", amount="dollars", observation_end="1998-06-30",
                           calibration_end="1997-09-30", currency="USD")  # fmt: skip
    fitted = vl.fit(summary)
    draws = vl.draws(summary, fitted, size=40, seed=3, proposals=400)
    assert len(draws.purchases) == len(draws.spend) == 40
    assert repr(draws).splitlines() == ["FittedDraws: .purchases and .spend", f"  {draws.purchases!r}", f"  {draws.spend!r}"]
    terms = {"horizon": 52, "discount": 0.1, "margin": 0.3}
    plain = vl.score(summary, fitted, **terms)
    scores = vl.score(summary, fitted, **terms, draws=draws, level=0.8)
    at = scores.columns.index("lifetime_value")
    assert scores.columns[at + 1 : at + 3] == ["lifetime_value_low", "lifetime_value_high"]
    assert [c for c in scores.columns if c not in ("lifetime_value_low", "lifetime_value_high")] == plain.columns
    np.testing.assert_array_equal(scores["lifetime_value"], plain["lifetime_value"])
    assert (scores["lifetime_value_low"] <= scores["lifetime_value_high"]).all()
    assert scores.origin["draws"] == 40 and scores.origin["level"] == 0.8 and "draws" not in plain.origin
    # One customer by hand.
    i = int(np.flatnonzero(scores["frequency"] == 3)[0])
    rate = np.log1p(0.1) / (365.25 / 7)
    by_hand = [
        0.3 * vl.GammaGamma(*g).expected_spend(scores["frequency"][i], scores["monetary_value"][i])
        * vl.MBGNBD(*p).discounted_purchases(rate, 52, scores["frequency"][i], scores["recency"][i], scores["T"][i])
        for p, g in zip(draws.purchases.parameters, draws.spend.parameters)
    ]  # fmt: skip
    np.testing.assert_allclose([scores["lifetime_value_low"][i], scores["lifetime_value_high"][i]], np.quantile(by_hand, [0.1, 0.9]), rtol=1e-11)
    with pytest.raises(TypeError, match="vl.FittedDraws is expected"):
        vl.score(summary, fitted, **terms, draws=draws.purchases)
    with pytest.raises(vl.ContractError, match="level must lie"):
        vl.score(summary, fitted, **terms, draws=draws, level=95)
    with pytest.raises(vl.ContractError, match="the interval that draws= asks for"):
        vl.score(summary, fitted, **terms, level=0.9)
    with pytest.raises(vl.ContractError, match="draws"):
        vl.score(summary, vl.fit(summary, model="nbd"), **terms, draws=draws)
    with pytest.raises(vl.ContractError, match="another fit"):
        vl.score(summary, vl.fit(summary, penalty=5.0), **terms, draws=draws)
    with pytest.raises(TypeError, match="vl.FittedModel is expected"):
        vl.draws(summary, fitted.purchases, seed=1)


def test_the_bootstrap():
    rows = customers("NBD", size=400)
    fit = vl.NBD.fit(*rows)
    table = vl.NBD.bootstrap(fit, *rows, size=30, seed=5, threads=2)
    assert table.columns == ["r", "alpha", "status"] and len(table) == 30
    assert set(table["status"]) <= {"converged", "boundary", "flat", "failed"}
    np.testing.assert_allclose(np.log(table["r"]).mean(), np.log(fit.model.r), atol=5 * fit.standard_errors[0] / fit.model.r / 30**0.5 + 0.05)
    again = vl.NBD.bootstrap(fit, *[r[::-1] for r in rows], np.ones(400), size=5, seed=5)
    np.testing.assert_array_equal(again["alpha"], table["alpha"][:5])
    with pytest.raises(vl.ContractError, match="must be whole"):
        vl.NBD.bootstrap(vl.NBD.fit(*rows, np.full(400, 0.5)), *rows, np.full(400, 0.5), seed=1)
    x = np.arange(90) % 9 + 1.0
    spend = vl.GammaGamma(6.25, 3.74, 15.44).simulate(x, seed=3)
    made = vl.GammaGamma.bootstrap(vl.GammaGamma.fit(x, spend, penalty=0.5), x, spend, size=3, seed=1)
    assert made.columns == ["p", "q", "v", "status"] and list(made["status"]) == ["converged"] * 3
    cohort = {"lost": [131, 126, 60, 42], "survivors": 641}
    fit = vl.ShiftedBetaGeometric.fit(**cohort)
    table = vl.ShiftedBetaGeometric.bootstrap(fit, **cohort, size=20, seed=1, threads=2)
    assert table.columns == ["alpha", "beta", "status"] and len(table) == 20
    assert abs(np.log(table["alpha"] / fit.model.alpha).mean()) < 0.5

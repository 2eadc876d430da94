"""BG/CNBD-k and MBG/CNBD-k from Python: the tables, the simplest case, fits that find k, and what is refused."""

import copy
import csv
import pickle

import numpy as np
import pytest
from conftest import ROOT

import valorem as vl

MODELS = {"bg_cnbd": vl.BGCNBD, "mbg_cnbd": vl.MBGCNBD}
MBG = vl.MBGCNBD(k=2, r=0.8, alpha=3.0, a=0.9, b=2.5)
HISTORY = ([2, 0, 26], [30.43, 0.0, 30.857], [38.86, 38.86, 31.0])


def rows(table):
    with open(ROOT / "tests" / "reference" / table, encoding="utf-8") as f:
        yield from csv.DictReader(f)


def model_of(row):
    k, *p = row["params"].split()
    return MODELS[row["model"]](int(k), *map(float, p))


@pytest.mark.parametrize("table", ["erlang_likelihood", "erlang_purchases", "erlang_discounted"])
def test_the_tables(table):
    seen = 0
    for row in rows(table + ".csv"):
        m, want, quantity = model_of(row), float(row["value"]), row["quantity"]
        history = [float(row[c]) for c in ("x", "t_x", "T")] if row["x"] else []
        h, rate = (float(row[c] or "nan") for c in ("h", "rate"))
        if quantity == "loglik":
            got = m.log_likelihood(*history, log_gaps=float(row["n"]))
        elif quantity == "log_p_alive":
            got = m.log_p_alive(*history)
        elif quantity == "log_p_alive_later":
            got = m.log_p_alive(*history, ahead=h)
        elif quantity.endswith("expected_purchases"):
            got = m.expected_purchases(h, *history)
        elif quantity.endswith("discounted_purchases"):
            got = m.discounted_purchases(rate, h, *history)
        elif quantity.endswith("discounted_lifetime"):
            got = m.discounted_lifetime(rate, h, *history)
        else:
            assert quantity == "new_log_alive"
            continue  # Python has no verb for it
        size = max(abs(want), 1.0) if "log" in quantity else abs(want)
        assert abs(got - want) <= max(1e-12, 4 * 2.3e-16 * float(row["cond"])) * size, row
        seen += 1
    assert seen >= 20


def test_a_model_is_its_numbers():
    assert (MBG.k, MBG.r, MBG.alpha, MBG.a, MBG.b) == (2, 0.8, 3.0, 0.9, 2.5)
    assert repr(MBG) == "MBGCNBD(k=2, r=0.8, alpha=3.0, a=0.9, b=2.5)"
    assert eval(repr(MBG), {"MBGCNBD": vl.MBGCNBD}) == MBG
    assert MBG != vl.MBGCNBD(3, 0.8, 3.0, 0.9, 2.5) and MBG != vl.BGCNBD(2, 0.8, 3.0, 0.9, 2.5)
    assert vl.load_model(MBG.to_json()) == MBG and hash(vl.load_model(MBG.to_json())) == hash(MBG)
    assert pickle.loads(pickle.dumps(MBG)) == MBG == copy.deepcopy(MBG)
    for bad in (0, 13, -1):
        with pytest.raises(vl.ContractError, match="k must be a whole number from 1 to 12"):
            vl.MBGCNBD(bad, 1, 1, 1, 1)
    for bad in (2.0, "2", None, True):
        with pytest.raises((TypeError, vl.ContractError), match="^k: "):
            vl.BGCNBD(bad, 1, 1, 1, 1)
    with pytest.raises(vl.ContractError, match="mbg_cnbd: parameter b must be positive"):
        vl.MBGCNBD(2, 1, 1, 1, 0)


@pytest.mark.parametrize("stages, plain", [(vl.BGCNBD, vl.BGNBD), (vl.MBGCNBD, vl.MBGNBD)])
def test_one_stage_is_the_plain_model(stages, plain):
    p = (0.525, 6.183, 0.891, 1.614)
    one, m = stages(1, *p), plain(*p)
    np.testing.assert_allclose(one.log_likelihood(*HISTORY), m.log_likelihood(*HISTORY), rtol=1e-12)
    np.testing.assert_allclose(one.log_likelihood_gradient(*HISTORY), m.log_likelihood_gradient(*HISTORY), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.p_alive(*HISTORY, ahead=26.0), m.p_alive(*HISTORY, ahead=26.0), rtol=1e-12)
    np.testing.assert_allclose(one.expected_purchases(39, *HISTORY), m.expected_purchases(39, *HISTORY), rtol=1e-12)
    np.testing.assert_allclose(one.pmf(3, 39, *HISTORY), m.pmf(3, 39, *HISTORY), rtol=1e-12)
    np.testing.assert_allclose(one.cdf(3, 39, *HISTORY), m.cdf(3, 39, *HISTORY), rtol=1e-12)
    np.testing.assert_allclose(one.at_least(3, 39, *HISTORY), m.at_least(3, 39, *HISTORY), rtol=1e-12)
    np.testing.assert_allclose(one.next_purchase_quantile(0.1, *HISTORY), m.next_purchase_quantile(0.1, *HISTORY), rtol=1e-12)
    for step in (None, 1.0):
        np.testing.assert_allclose(one.discounted_purchases(0.01, 52, *HISTORY, step=step),
                                   m.discounted_purchases(0.01, 52, *HISTORY, step=step), rtol=1e-12)  # fmt: skip
    np.testing.assert_allclose(one.discounted_lifetime(0.01, np.inf, *HISTORY), m.discounted_lifetime(0.01, np.inf, *HISTORY), rtol=1e-12)
    np.testing.assert_allclose(one.posterior_rates(*HISTORY), m.posterior_rates(*HISTORY), rtol=1e-12)
    a, b = one.simulate(39, seed=1, size=100), m.simulate(39, seed=1, size=100)
    for name in ("frequency", "recency", "alive"):
        np.testing.assert_array_equal(a[name], b[name])


def test_the_likelihood_needs_the_gaps():
    with pytest.raises(vl.ContractError, match="log_gaps: needed for k above 1"):
        MBG.log_likelihood(2, 10, 20)
    with pytest.raises(vl.ContractError, match="log_gaps: needed"):
        MBG.log_likelihood_gradient(2, 10, 20)
    equal = 2 * np.log(5.0)
    assert np.isfinite(MBG.log_likelihood(2, 10, 20, log_gaps=equal))
    gaps = [equal, equal + 0.01, np.nan, np.inf]
    assert np.isnan(MBG.log_likelihood(2, 10, 20, log_gaps=gaps)).tolist() == [False, True, True, True]
    assert MBG.status(2, 10, 20, log_gaps=gaps).tolist() == ["ok", "invalid", "missing", "invalid"]
    assert MBG.status(2, 10, 20) == "ok" and MBG.status(2, 30, 20) == "invalid"
    # The gaps change the likelihood by (k - 1) times their logarithms, and P(alive) not at all.
    assert MBG.log_likelihood(2, 10, 20, log_gaps=equal) - MBG.log_likelihood(2, 10, 20, log_gaps=equal - 1) == pytest.approx(1)


def test_gradients_are_slopes():
    x, t_x, T, gaps = 5, 30.0, 38.86, 5 * np.log(6.0) - 1
    got = MBG.log_likelihood_gradient(x, t_x, T, log_gaps=gaps)
    at = dict(r=MBG.r, alpha=MBG.alpha, a=MBG.a, b=MBG.b)
    for i, name in enumerate(at):
        e = 1e-5 * at[name]
        up, down = (vl.MBGCNBD(2, **{**at, name: at[name] + s * e}).log_likelihood(x, t_x, T, log_gaps=gaps) for s in (1, -1))
        assert got[i] == pytest.approx((up - down) / (2 * e), rel=1e-6)


@pytest.fixture(scope="module")
def imagined():
    t = vl.MBGCNBD(3, 1.5, 2.0, 0.9, 2.5).simulate(52, seed=3, size=1500)
    return [t[c] for c in ("frequency", "recency", "T")], t["log_gaps"]


def test_a_fit_finds_the_stages(imagined):
    history, gaps = imagined
    fit = vl.MBGCNBD.fit(*history, log_gaps=gaps)
    assert fit.status == "converged" and fit.model.k == 3 and fit.parameter_names == ["r", "alpha", "a", "b"]
    assert (np.abs(fit.parameters - [1.5, 2.0, 0.9, 2.5]) < 5 * fit.standard_errors).all()
    assert fit.log_likelihood_of_k.shape == (12,) and fit.log_likelihood_of_k.argmax() == 2
    assert fit.log_likelihood == pytest.approx(fit.log_likelihood_of_k[2], rel=1e-12)
    assert fit.log_likelihood == pytest.approx(fit.model.log_likelihood(*history, log_gaps=gaps).sum(), rel=1e-10)
    assert fit.aic == pytest.approx(10 - 2 * fit.log_likelihood) and "\n  k       3\n" in repr(fit)
    back = pickle.loads(pickle.dumps(fit))
    assert back.model == fit.model and (back.log_likelihood_of_k == fit.log_likelihood_of_k).all()
    held = vl.MBGCNBD.fit(*history, log_gaps=gaps, k=2)
    assert held.model.k == 2 and held.log_likelihood_of_k is None and held.aic == pytest.approx(8 - 2 * held.log_likelihood)
    ends = vl.MBGCNBD.profile_intervals(held, *history, log_gaps=gaps)
    assert (ends[:, 0] < held.parameters).all() and (held.parameters < ends[:, 1]).all()
    one = vl.MBGCNBD.fit(*history, k=1)
    assert one.log_likelihood == pytest.approx(vl.MBGNBD.fit(*history).log_likelihood, rel=1e-9)
    with pytest.raises(vl.ContractError, match="log_gaps: needed"):
        vl.MBGCNBD.fit(*history)
    with pytest.raises(vl.ContractError, match="k must be a whole number from 1 to 12, not 20"):
        vl.MBGCNBD.fit(*history, log_gaps=gaps, k=20)


def test_a_summary_is_fitted_with_its_gaps(cdnow_sample):
    s = vl.summarise(cdnow_sample, customer_id="id", amount="dollars", observation_end="1998-06-30",
                     calibration_end="1997-09-30", currency="USD")  # fmt: skip
    fitted = vl.fit(s, model="mbg_cnbd")
    plain = vl.MBGCNBD.fit(s["frequency"], s["recency"], s["T"], log_gaps=s["sum_log_gap"])
    assert fitted.purchases.model == plain.model and fitted.purchases.log_likelihood == plain.log_likelihood
    # CDNOW buys irregularly: Poisson gaps, which is MBG/NBD.
    assert plain.model.k == 1 and plain.log_likelihood == pytest.approx(-9582.135716, abs=1e-4)
    at_two = vl.fit(s, model="mbg_cnbd", k=2)
    assert at_two.purchases.model.k == 2 and at_two.purchases.log_likelihood < fitted.purchases.log_likelihood
    assert pickle.loads(pickle.dumps(at_two)).purchases.model == at_two.purchases.model
    scores = vl.score(s, at_two, horizon=52, discount=0.1, margin=0.3)
    assert (scores["p_alive"] >= 0).all() and np.isfinite(scores["lifetime_value"][scores["status_value"] == "ok"]).all()
    np.testing.assert_array_equal(scores["p_alive"], at_two.purchases.model.p_alive(s["frequency"], s["recency"], s["T"]))
    with pytest.raises(vl.ContractError, match="k: mbg_nbd has no stages"):
        vl.fit(s, k=2)
    ready = vl.Summary.from_columns(["a", "b"], [1, 2], [3.0, 4.0], [5.0, 6.0], time_unit="week")
    with pytest.raises(vl.DataError, match="mbg_cnbd: the summary does not hold the gaps"):
        vl.fit(ready, model="mbg_cnbd", spend=None)

"""Models of purchases and spend: the published points, every verb, fits, and models as values."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from conftest import reference

import valorem as vl

NAN = float("nan")
BG = vl.BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MBG = vl.MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
PARETO = vl.ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
MODELS = {"nbd": vl.NBD, "bg_nbd": vl.BGNBD, "mbg_nbd": vl.MBGNBD, "pareto_nbd": vl.ParetoNBD, "ggompertz_nbd": vl.GGompertzNBD}
GGOMPERTZ = vl.GGompertzNBD(r=0.553, alpha=10.6, b=0.05, s=0.6, beta=0.5)
PURCHASE_MODELS = [vl.NBD(0.385, 12.072), BG, MBG, PARETO, GGOMPERTZ]


def close(got, want, cond=0.0, logarithm=False):
    """The bar of accuracy: 1e-12, or 4 eps times the relative amplification of input rounding; a logarithm near 0 is a
    chance near 1, so it is held to the bar in absolute terms, as the C++ tests hold it."""
    bar = max(1e-12, 4 * np.finfo(float).eps * cond)
    assert got == pytest.approx(want, rel=bar, abs=bar if logarithm else 1e-300), (got, want)


def ask(model, row):
    """A row of the reference tables, asked of the Python class."""
    history = [float(row[k]) for k in ("x", "t_x", "T")] if row["x"] else []
    h = float(row["h"]) if row["h"] else None
    match row["quantity"]:
        case "loglik":
            return model.log_likelihood(*history)
        case "log_p_alive":
            return model.log_p_alive(*history)
        case "p_alive":
            return model.p_alive(*history)
        case "log_p_alive_later":
            return model.log_p_alive(*history, h)
        case "p_alive_later" | "p_alive_at_T_plus_h":
            return model.p_alive(*history, h)
        case "cond_expected_purchases" | "new_expected_purchases" | "expected_purchases_new_customer":
            return model.expected_purchases(h, *history)
        case "cond_pmf_0" | "cond_pmf_1" | "cond_pmf_5":
            return model.pmf(int(row["quantity"][-1]), h, *history)
        case "dert_delta_ln1.15/52":
            return model.discounted_purchases(np.log(1.15) / 52, np.inf, *history)
        case "det_delta_ln1.15/52":
            return model.discounted_purchases(np.log(1.15) / 52, h, *history)
    raise AssertionError(row["quantity"])


@pytest.mark.parametrize("name", MODELS)
def test_published_points(name):
    seen = 0
    for row in reference("buy_till_you_die_points.csv"):
        if row["model"].replace("ggom_", "ggompertz_") != name or row["quantity"] == "quantity":
            continue
        model = MODELS[name](*map(float, row["params"].split()))
        close(ask(model, row), float(row["value"]), 100.0)
        seen += 1
    assert seen == {"nbd": 0, "bg_nbd": 133, "mbg_nbd": 130, "pareto_nbd": 146, "ggompertz_nbd": 24}[name]


@pytest.mark.parametrize("table", ["nbd_likelihood", "nbd_purchases", "bg_nbd_likelihood", "bg_nbd_purchases", "mbg_nbd_likelihood", "ggompertz_nbd_likelihood"])
def test_fifty_digit_tables(table):
    seen = 0
    for row in reference(table + ".csv"):
        if row["model"] not in MODELS:
            continue
        model = MODELS[row["model"]](*map(float, row["params"].split()))
        close(ask(model, row), float(row["value"]), float(row["cond"]), row["quantity"].startswith("log"))
        seen += 1
    assert seen > 200


def test_parameters_are_named_checked_and_fixed():
    assert (BG.r, BG.alpha, BG.a, BG.b) == (0.243, 4.414, 0.793, 2.426)
    assert vl.BGNBD(0.243, 4.414, 0.793, 2.426) == BG
    with pytest.raises(AttributeError):
        BG.r = 1.0
    with pytest.raises(vl.ContractError, match="bg_nbd: parameter alpha must be positive and finite, not -1"):
        vl.BGNBD(1, -1, 1, 1)
    for bad in (0.0, NAN, float("inf")):
        with pytest.raises(vl.ContractError, match="parameter b"):
            vl.MBGNBD(1, 1, 1, bad)
    with pytest.raises(TypeError):
        vl.NBD(1)


@pytest.mark.parametrize("model", [*PURCHASE_MODELS, vl.GammaGamma(6.25, 3.74, 15.44)], ids=repr)
def test_a_model_is_a_value(model):
    assert eval(repr(model), vars(vl)) == model
    for twin in (vl.load_model(model.to_json()), pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):
        assert twin == model and hash(twin) == hash(model) and type(twin) is type(model)
    assert model != vl.NBD(1, 1) and model != "model"
    assert len(model.to_json()) < 4096


def test_load_model_says_where_a_text_is_wrong():
    with pytest.raises(vl.ProgramError, match='did you mean "bg_nbd"') as refused:
        vl.load_model('{"schema": "valorem-model/1",\n "model": "bg_ndb", "parameters": {}}')
    assert (refused.value.line, refused.value.column, refused.value.pointer) == (2, 11, "/model")


@pytest.mark.parametrize("model", PURCHASE_MODELS, ids=repr)
def test_every_verb_takes_columns_and_gives_single_rows_bits(model):
    rng = np.random.default_rng(11)
    n = 5000
    x = rng.integers(0, 12, n).astype(float)
    T = rng.uniform(1, 80, n)
    t_x = np.where(x > 0, rng.uniform(0.01, 1, n) * T, 0.0)
    t = rng.uniform(0, 60, n)
    verbs = [
        lambda *h, **k: model.log_likelihood(*h, **k),
        lambda *h, **k: model.p_alive(*h, **k),
        lambda *h, **k: model.log_p_alive(*h, **k),
        lambda *h, **k: model.p_alive(*h, 13.0, **k),
        lambda *h, **k: model.log_p_alive(*h, 13.0, **k),
        lambda *h, **k: model.expected_purchases(26.0, *h, **k),
        lambda *h, **k: model.pmf(2, 26.0, *h, **k),
        lambda *h, **k: model.cdf(2, 26.0, *h, **k),
        lambda *h, **k: model.at_least(2, 26.0, *h, **k),
        lambda *h, **k: model.discounted_purchases(0.002, 52.0, *h, **k),
        lambda *h, **k: model.discounted_purchases(0.002, np.inf, *h, **k),
        lambda *h, **k: model.discounted_purchases(0.01, 52.0, *h, step=4.0, **k),
        lambda *h, **k: model.discounted_lifetime(0.002, 52.0, *h, **k),
    ]
    poisoned = [c.copy() for c in (x, t_x, T)]
    poisoned[0][7], poisoned[1][8], poisoned[2][9], poisoned[0][10] = NAN, 1e9, -1.0, 2.5
    for verb in verbs:
        whole = verb(x, t_x, T)
        assert np.isfinite(whole).all()
        assert whole.tobytes() == verb(x, t_x, T, threads=3).tobytes()
        out = np.empty(n)
        assert verb(x, t_x, T, out=out) is out and out.tobytes() == whole.tobytes()
        some = range(0, n, 97)
        assert [whole[i] for i in some] == [verb(float(x[i]), float(t_x[i]), float(T[i])) for i in some]
        spoilt = verb(*poisoned)
        assert np.isnan(spoilt[7:11]).all()
        np.testing.assert_array_equal(np.delete(spoilt, range(7, 11)), np.delete(whole, range(7, 11)))
    assert model.status(*poisoned)[6:12].tolist() == ["ok", "missing", "invalid", "invalid", "invalid", "ok"]
    assert model.status(0, 0, 10) == "ok"
    at = model.expected_purchases(t, x, t_x, T)
    assert at[3] == model.expected_purchases(t[3], x[3], t_x[3], T[3])


def test_a_new_customer_needs_no_history():
    assert BG.expected_purchases(52.0) == pytest.approx(1.6, abs=0.2)
    grid = BG.pmf(np.arange(200.0)[:, None], np.array([1.0, 10.0, 40.0]))
    assert grid.shape == (200, 3)
    np.testing.assert_allclose(grid.sum(axis=0), 1.0, atol=1e-9)
    with pytest.raises(vl.ContractError, match="give all three, or none"):
        BG.expected_purchases(52.0, 2, 30.43)


@pytest.mark.parametrize("model", PURCHASE_MODELS, ids=repr)
def test_chances_add_up(model):
    """pmf, cdf and at_least are three routes to one distribution."""
    for history in ([], [2, 30.43, 38.86], [0, 0.0, 38.86]):
        n = np.arange(30.0)
        single = model.pmf(n, 39.0, *history)
        np.testing.assert_allclose(model.cdf(n, 39.0, *history), np.cumsum(single), rtol=1e-11)
        np.testing.assert_allclose(model.cdf(n, 39.0, *history) + model.at_least(n + 1, 39.0, *history), 1.0, rtol=1e-12)
        assert model.at_least(0, 39.0, *history) == 1.0
        assert np.isnan(model.cdf([-1.0, 2.5, NAN], 39.0, *history)).all() and np.isnan(model.at_least(1, -1.0, *history))


def test_the_core_lists_the_models():
    assert vl._core.purchase_models() == ["mbg_nbd", "bg_nbd", "pareto_nbd", "ggompertz_nbd", "nbd", "mbg_cnbd", "bg_cnbd"]
    assert set(vl._core.purchase_models()) == {*MODELS, "mbg_cnbd", "bg_cnbd"}  # those are test_erlang.py's


@pytest.mark.parametrize("model", PURCHASE_MODELS, ids=repr)
def test_gradients_are_slopes(model):
    names = [n for n in ("r", "alpha", "a", "b", "s", "beta") if hasattr(model, n)]
    at = {n: getattr(model, n) for n in names}
    for history in [(2, 30.43, 38.86), (0, 0.0, 38.86), (26, 30.0, 31.0)]:
        got = model.log_likelihood_gradient(*history)
        assert got.shape == (len(names),)
        for slope, n in zip(got, names):
            step = 1e-5 * at[n]
            up, down = (type(model)(**{**at, n: at[n] + s}).log_likelihood(*history) for s in (step, -step))
            assert slope == pytest.approx((up - down) / (2 * step), rel=1e-7, abs=1e-9)
    both = model.log_likelihood_gradient([2, NAN], [30.43, 1.0], [38.86, 2.0])
    assert both.shape == (2, len(names)) and np.isnan(both[1]).all()
    np.testing.assert_array_equal(both[0], model.log_likelihood_gradient(2, 30.43, 38.86))


def test_log_p_alive_where_the_chance_underflows():
    assert MBG.p_alive(200, 1.0, 1000.0) == 0.0 or MBG.p_alive(200, 1.0, 1000.0) < 1e-300
    assert MBG.log_p_alive(200, 1.0, 1000.0) < -700


def test_gamma_gamma():
    g = vl.GammaGamma(p=6.25, q=3.74, v=15.44)
    assert g.expected_spend(0, 0.0) == pytest.approx(6.25 * 15.44 / 2.74, rel=1e-14)
    assert g.expected_spend(2, 30.0) == pytest.approx(6.25 * (15.44 + 60.0) / (12.5 + 2.74), rel=1e-14)
    np.testing.assert_array_equal(g.expected_spend([0, 1, 2.5, NAN], [NAN, -1.0, 1.0, 1.0]), [g.expected_spend(0, 0), NAN, NAN, NAN])
    assert g.status([0, 1, 2.5, NAN], [NAN, -1.0, 1.0, 1.0]).tolist() == ["ok", "undefined", "invalid", "missing"]
    assert vl.GammaGamma(1, 0.5, 1).status(0, 0) == "undefined"
    assert g.spend_sd(2, 30.0) == pytest.approx(g.expected_spend(2, 30.0) / np.sqrt(12.5 + 3.74 - 2), rel=1e-14)
    assert g.log_likelihood(0, 0) == 0.0
    rows, itemised = ([2, 7], [30.0, 12.5]), {"log_spend": [6.7, 17.2]}
    for more in ({}, itemised):
        got = g.log_likelihood_gradient(*rows, **more)
        for i, name in enumerate(("p", "q", "v")):
            at = {"p": g.p, "q": g.q, "v": g.v}
            step = 1e-5 * at[name]
            up, down = (vl.GammaGamma(**{**at, name: at[name] + s}).log_likelihood(*rows, **more) for s in (step, -step))
            np.testing.assert_allclose(got[:, i], (up - down) / (2 * step), rtol=1e-7)
    assert np.isnan(g.log_likelihood_gradient([2, 2], [30.0, -1.0])[1]).all()


def test_how_her_spend_is_distributed():
    g = vl.GammaGamma(p=6.25, q=3.74, v=15.44)
    seen = 0
    for row in reference("spend.csv"):
        model = vl.GammaGamma(*map(float, row["params"].split()))
        x, mean, at = float(row["x"]), float(row["t_x"]), row["h"] and float(row["h"])
        match row["quantity"]:
            case "loglik_items":
                got = model.log_likelihood(x, mean, log_spend=float(row["T"]))
            case verb:
                got = getattr(model, verb)(at, x, mean)
        close(got, float(row["value"]), float(row["cond"]), row["quantity"] == "loglik_items")
        seen += 1
    assert seen > 50
    # Columns are their single rows' bits, they broadcast, out= and threads= work, and a new customer needs no history.
    f, m = np.array([0, 1, 2, 7]), np.array([0, 11.77, 22.35, 73.74])
    for verb, at in (("spend_cdf", 30.0), ("spend_quantile", 0.9), ("next_spend_cdf", 30.0)):
        ask = getattr(g, verb)
        column = ask(at, f, m)
        assert column.tolist() == [ask(at, a, b) for a, b in zip(f, m, strict=True)]
        out = np.empty((2, 4))
        assert ask(np.array([[at], [at]]), f, m, threads=2, out=out) is out and (out == column).all()
        assert ask(at) == column[0]
        with pytest.raises(vl.ContractError, match="frequency and monetary_value"):
            ask(at, 1)
    assert g.expected_spend() == g.expected_spend(0, 0) and g.spend_sd() == g.spend_sd(0, 0)
    u = np.array([0.01, 0.5, 0.99])
    assert g.spend_cdf(g.spend_quantile(u, 2, 22.35), 2, 22.35) == pytest.approx(u, rel=1e-13)
    assert g.spend_quantile([0.0, 1.0], 2, 22.35).tolist() == [0, np.inf]
    assert np.isnan(g.spend_cdf([-1, NAN], 2, 22.35)).all() and np.isnan(g.spend_cdf(5.0, 2, -1.0))
    heavy = vl.GammaGamma(6.25, 0.5, 15.44)
    assert [heavy.status(0, 0, of=v) for v in ("expected_spend", "spend_sd", "spend_cdf")] == ["undefined", "undefined", "ok"]
    assert heavy.spend_quantile(0.5) > 0
    with pytest.raises(vl.ContractError, match="no verb"):
        g.status(0, 0, of="pmf")


def test_spend_by_each_purchase():
    g = vl.GammaGamma(p=6.25, q=3.74, v=15.44)
    assert g.log_likelihood(1, 20.0, log_spend=np.log(20)) == pytest.approx(g.log_likelihood(1, 20.0), rel=1e-12)
    top = 3 * np.log(20)
    assert g.status(3, 20.0, log_spend=[top, top + 1, NAN]).tolist() == ["ok", "invalid", "missing"]
    assert np.isnan(g.log_likelihood(3, 20.0, log_spend=top + 1))
    r = np.random.default_rng(5)
    nu = r.gamma(g.q, 1 / g.v, 1500)
    x = r.integers(1, 6, nu.size)
    z = [r.gamma(g.p, 1 / n, k) for n, k in zip(nu, x, strict=True)]
    mean, logs = np.array([v.mean() for v in z]), np.array([np.log(v).sum() for v in z])
    means, each = vl.GammaGamma.fit(x, mean), vl.GammaGamma.fit(x, mean, log_spend=logs)
    assert each.status == "converged"
    assert (abs(each.parameters - [g.p, g.q, g.v]) < 4 * each.standard_errors).all()
    assert (each.standard_errors / each.parameters <= means.standard_errors / means.parameters).all()
    assert each.log_likelihood == pytest.approx(each.model.log_likelihood(x, mean, log_spend=logs).sum(), rel=1e-12)
    ends = vl.GammaGamma.profile_intervals(each, x, mean, log_spend=logs)
    assert (ends[:, 0] < each.parameters).all() and (each.parameters < ends[:, 1]).all()
    with pytest.raises(vl.ContractError, match="log_spend"):
        vl.GammaGamma.fit(x, mean, log_spend=logs[1:])


@pytest.mark.parametrize("model", PURCHASE_MODELS, ids=repr)
def test_posterior_rates(model):
    f, r, T = np.array([2.0, 0, 26, 1, NAN]), np.array([30.43, 0, 30.86, 1.71, 1]), np.array([38.86, 38.86, 31, 38.86, 2])
    rates = model.posterior_rates(f, r, T, threads=2)
    assert isinstance(rates, vl.PosteriorRates) and rates.purchase_rate is rates[0]
    for i in range(len(f)):
        single = model.posterior_rates(f[i], r[i], T[i])
        assert all(isinstance(v, float) for v in single)
        np.testing.assert_array_equal([v[i] for v in rates], single)
    assert all(np.isnan(v[4]) for v in rates) and all((v[:4] >= 0).all() for v in rates)
    assert rates.purchase_rate[2] > rates.purchase_rate[0] > rates.purchase_rate[1]
    # The prior is in the likelihood as alpha^r e^(-alpha rate).
    slope = model.log_likelihood_gradient(f[:4], r[:4], T[:4])[:, 1]
    assert rates.purchase_rate[:4] == pytest.approx(model.r / model.alpha - slope, rel=1e-11)


def staged(kind):
    return lambda k, *p: kind(int(k), *p)


def test_posterior_rates_agree_with_the_table():
    kinds = MODELS | {"bg_bb": vl.BGBB, "bg_cnbd": staged(vl.BGCNBD), "mbg_cnbd": staged(vl.MBGCNBD)}
    names = {"purchase_rate_mean": 0, "purchase_rate_variance": 1, "dropout_mean": 2, "dropout_variance": 3}
    seen = set()
    for row in reference("posterior.csv"):
        model = kinds[row["model"]](*map(float, row["params"].split()))
        rates = model.posterior_rates(*(float(row[k]) for k in ("x", "t_x", "T")))
        close(rates[names[row["quantity"]]], float(row["value"]), float(row["cond"]))
        seen.add(row["model"])
    assert seen == set(kinds)


def fit_data():
    rng = np.random.default_rng(2)
    n = 4000
    rate, p = rng.gamma(0.6, 1 / 6.0, n), rng.beta(0.9, 1.7, n)
    T = rng.uniform(27, 39, n)
    x, t_x = np.zeros(n), np.zeros(n)
    for i in range(n):
        t = 0.0
        while rng.random() >= p[i]:
            t += rng.exponential(1 / rate[i])
            if t > T[i]:
                break
            x[i] += 1
            t_x[i] = t
    return x, t_x, T


def test_fit():
    x, t_x, T = fit_data()
    f = vl.MBGNBD.fit(x, t_x, T)
    assert f.status == "converged" and isinstance(f.model, vl.MBGNBD)
    assert f.log_likelihood == pytest.approx(f.model.log_likelihood(x, t_x, T).sum(), rel=1e-12)
    truth = np.array([0.6, 6.0, 0.9, 1.7])
    assert (np.abs(f.parameters - truth) < 4 * f.standard_errors).all()
    np.testing.assert_allclose(f.standard_errors, np.sqrt(np.diag(f.covariance)))
    assert np.abs(f.gradient).max() < 1e-5
    assert f.aic == 8 - 2 * f.log_likelihood and f.bic == pytest.approx(4 * np.log(4000) - 2 * f.log_likelihood, rel=1e-15)
    assert f.rows == 4000 and f.evaluations > 0
    assert f.summary()["parameter"].tolist() == f.parameter_names == ["r", "alpha", "a", "b"]
    assert "converged" in repr(f) and "alpha" in repr(f)
    back = pickle.loads(pickle.dumps(f))
    assert repr(back) == repr(f) and back.model == f.model and type(back.model) is vl.MBGNBD
    for name in ("parameters", "standard_errors", "covariance", "gradient"):
        assert getattr(back, name).tobytes() == getattr(f, name).tobytes()
    order = np.random.default_rng(1).permutation(len(x))
    again = vl.MBGNBD.fit(x[order], t_x[order], T[order], threads=2)
    assert again.model == f.model and again.log_likelihood == f.log_likelihood
    doubled = vl.MBGNBD.fit(x, t_x, T, weights=np.full(len(x), 2.0))
    np.testing.assert_allclose(doubled.parameters, f.parameters, rtol=1e-6)


def test_rows_without_a_good_history_stay_out_of_a_fit():
    x, t_x, T = fit_data()
    bad = np.append(x, [NAN, 2.5]), np.append(t_x, [1, 1]), np.append(T, [2, 2])
    with pytest.warns(vl.RowsLeftOutWarning, match="^bg_nbd: 2 of 4,002 rows left out of the fit, row 4,001 the first, as missing: An input"):
        f = vl.BGNBD.fit(*bad)
    assert f.rows == 4000 and f.model == vl.BGNBD.fit(x, t_x, T).model
    assert f.model == vl.BGNBD.fit(*bad, weights=np.append(np.ones(4000), [0, 0])).model  # left out on purpose: not a word
    with pytest.raises(vl.DataError):
        vl.BGNBD.fit([NAN], [1.0], [2.0])
    with pytest.raises(vl.ContractError, match="unequal length"):
        vl.BGNBD.fit([1.0], [1.0], [2.0, 3.0])
    with pytest.raises(vl.ContractError):
        vl.BGNBD.fit([1.0], [1.0], [2.0], weights=[-1.0])


def test_where_no_row_can_be_used_their_statuses_are_named():
    with pytest.raises(vl.DataError, match="^no row can be used for the fit: each is bad, as its status says, or has no weight$"):
        vl.MBGNBD.fit([2, -1, NAN], [9, 0, 0], [5, 1, 1])


def test_a_fit_that_does_not_converge_warns():
    with pytest.warns(vl.ConvergenceWarning, match="bg_nbd: "):
        f = vl.BGNBD.fit(np.zeros(50), np.zeros(50), np.full(50, 10.0))
    assert f.status != "converged"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(vl.ConvergenceWarning):
            vl.BGNBD.fit(np.zeros(50), np.zeros(50), np.full(50, 10.0))

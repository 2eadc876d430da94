"""Contracts: the published cohorts, the fifty-digit tables, single contracts, and Kaplan-Meier."""

import copy
import csv
import pathlib
import pickle

import numpy as np
import pytest
from conftest import reference

import valorem as vl

NAN, INF = float("nan"), float("inf")
ROOT = pathlib.Path(__file__).resolve().parents[3]
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]  # per cent there after 0..7 years; Fader & Hardie (2007)
LOST = -np.diff(np.round(10 * np.array(REGULAR)))
MODELS = [vl.ShiftedBetaGeometric(0.704, 1.182), vl.BetaDiscreteWeibull(0.456, 0.779, 1.283)]
CLASSES = {"shifted_beta_geometric": vl.ShiftedBetaGeometric, "beta_discrete_weibull": vl.BetaDiscreteWeibull}


def telecom():
    with open(ROOT / "examples/data/telecom_contracts.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(r[k]) for r in rows]) for k in ("tenure", "churned", "customers")]


def ask(model, row):
    number = {k: float(row[k]) for k in ("T", "h", "rate", "n") if row[k]}
    match row["quantity"]:
        case "log_survival" | "survival" | "retention" | "pmf" as verb:
            return getattr(model, verb)(number["T"])
        case "expected_lifetime":
            return model.expected_lifetime(number["rate"])
        case "residual_lifetime":
            return model.residual_lifetime(number["rate"], number["n"])
        case "expected_residual_lifetime":
            return model.expected_residual_lifetime(number["h"], number["n"])
    return None


@pytest.mark.parametrize("name", CLASSES)
def test_fifty_digit_tables(name):
    seen = 0
    for row in reference(name + ".csv"):
        got = ask(CLASSES[name](*map(float, row["params"].split())), row)
        if got is None:
            continue
        bar = max(1e-12, 4 * np.finfo(float).eps * float(row["cond"]))
        logarithm = row["quantity"].startswith("log_")
        assert got == pytest.approx(float(row["value"]), rel=bar, abs=bar if logarithm else 1e-300), row
        seen += 1
    assert seen > 300


def test_published_numbers():
    g = vl.ShiftedBetaGeometric(3.8, 15.2)
    np.testing.assert_allclose(g.residual_lifetime(0.1, [1, 2, 3, 4, 5]), [3.31, 3.45, 3.59, 3.72, 3.84], atol=0.01)
    f = vl.ShiftedBetaGeometric.fit(lost=LOST, survivors=241)
    np.testing.assert_allclose(f.parameters, [0.704, 1.182], atol=5e-4)
    np.testing.assert_allclose(f.standard_errors, [0.0656, 0.1525], atol=6e-5)
    assert f.status == "converged" and f.log_likelihood == pytest.approx(-1680.265188, abs=6e-7)
    w = vl.BetaDiscreteWeibull.fit(lost=list(LOST), survivors=241.0)
    np.testing.assert_allclose(w.parameters, [0.45561399, 0.77932551, 1.28345129], atol=2e-8)
    assert w.model.log_likelihood(lost=LOST, survivors=241) == pytest.approx(w.log_likelihood, rel=1e-14)


def test_seven_thousand_telecom_contracts():
    tenure, churned, customers = telecom()
    f = vl.ShiftedBetaGeometric.fit(duration=tenure, churned=churned, weights=customers)
    np.testing.assert_allclose(f.parameters, [0.136733, 4.032815], atol=6e-7)
    assert f.log_likelihood == pytest.approx(-10465.424707, abs=6e-7) and f.rows == 7032
    one_by_one = [np.repeat(c, customers.astype(int)) for c in (tenure, churned)]
    order = np.random.default_rng(5).permutation(7043)
    again = vl.ShiftedBetaGeometric.fit(duration=one_by_one[0][order], churned=one_by_one[1][order] == 1, threads=2)
    assert again.model == f.model and again.log_likelihood == f.log_likelihood
    with pytest.warns(vl.ConvergenceWarning, match="discrete Weibull"):
        assert vl.BetaDiscreteWeibull.fit(duration=tenure, churned=churned, weights=customers).status == "boundary"


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_a_model_is_a_value(model):
    assert eval(repr(model), vars(vl)) == model
    for twin in (vl.load_model(model.to_json()), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert twin == model and hash(twin) == hash(model) and type(twin) is type(model)
    with pytest.raises(vl.ContractError, match="parameter alpha must be positive"):
        type(model)(**{n: -1.0 for n in ("alpha", "beta", "c") if hasattr(model, n)})


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_columns_give_single_values_bits(model):
    t = np.arange(9000.0)
    verbs = [
        model.survival,
        model.log_survival,
        model.retention,
        model.pmf,
        lambda t, **k: model.expected_lifetime(t / 1000, **k),
        lambda t, **k: model.residual_lifetime(0.1, t + 1, **k),
        lambda t, **k: model.expected_residual_lifetime(t, 2, **k),
        lambda t, **k: model.log_likelihood(duration=t + 1, churned=1.0, **k),
    ]
    for verb in verbs:
        whole = verb(t)
        assert whole.shape == t.shape and whole.tobytes() == verb(t, threads=3).tobytes()
        out = np.empty_like(t)
        assert verb(t, out=out) is out and out.tobytes() == whole.tobytes()
        for i in range(0, 9000, 1700):
            single = verb(float(t[i]))
            assert isinstance(single, float)
            np.testing.assert_equal(single, whole[i])
    assert model.residual_lifetime(np.array([[0.1], [0.2]]), [1, 2, 3]).shape == (2, 3)
    assert model.expected_residual_lifetime(5) == model.expected_residual_lifetime(5, 1)
    assert abs(model.survival(2) - 1 + model.pmf([1, 2]).sum()) < 1e-15


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_what_lies_outside_is_nan(model):
    bad = [-1, 0.5, INF, NAN]
    for answer in (model.survival(bad), model.retention([*bad, 0]), model.pmf(bad), model.residual_lifetime(0.1, [*bad, 0]),
                   model.residual_lifetime([-0.1, INF, NAN], 1), model.expected_lifetime([-1, NAN]),
                   model.expected_residual_lifetime([-1, 0.5, NAN]), model.log_likelihood(duration=[0, 2, NAN, 1.5], churned=[1, 2, 0, 0])):  # fmt: skip
        assert np.isnan(answer).all()
    assert model.status([0, 2, NAN, 1.5, 3, 0], [1, 2, 0, 0, 1, 0]).tolist() == ["invalid", "invalid", "missing", "invalid", "ok", "ok"]
    assert model.status(3, True) == "ok"
    assert model.expected_lifetime(0.0) == INF and model.survival(0) == 1


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_gradients_are_slopes(model):
    names = [n for n in ("alpha", "beta", "c") if hasattr(model, n)]
    at = {n: getattr(model, n) for n in names}
    for data in ({"lost": LOST, "survivors": 241}, {"duration": 7, "churned": 1}, {"duration": 7, "churned": 0}):
        got = model.log_likelihood_gradient(**data)
        assert got.shape == (len(names),)
        for slope, n in zip(got, names):
            step = 1e-5 * at[n]
            up, down = (type(model)(**{**at, n: at[n] + s}).log_likelihood(**data) for s in (step, -step))
            assert slope == pytest.approx((up - down) / (2 * step), rel=1e-7, abs=1e-6)
    many = model.log_likelihood_gradient(duration=[7, NAN], churned=[1, 0])
    np.testing.assert_array_equal(many[0], model.log_likelihood_gradient(duration=7, churned=1))
    assert np.isnan(many[1]).all()


def test_refusals_name_the_argument():
    m = MODELS[0]
    for call, words in [
        (lambda: m.log_likelihood(), "give one pair"),
        (lambda: m.log_likelihood(lost=[1]), "give one pair"),
        (lambda: m.log_likelihood(lost=[1], survivors=1, duration=[1], churned=[1]), "give one pair"),
        (lambda: m.log_likelihood(lost=[1, -1], survivors=1), r"lost\[1\] must be finite and not negative"),
        (lambda: m.log_likelihood(lost=[1], survivors=NAN), "survivors must be finite"),
        (lambda: m.fit(duration=[1.0], churned=[1.0, 0.0]), "duration has 1 rows, churned has 2"),
        (lambda: m.fit(duration=[1.0], churned=[1.0], weights=[-1.0]), "weight of row 1"),
        (lambda: m.fit(lost=[1.0], survivors=1, weights=[1.0]), "weights belong to"),
        (lambda: vl.kaplan_meier([1.0], [0.0], level=1.0), "level must lie between 0 and 1"),
    ]:
        with pytest.raises(vl.ContractError, match=words):
            call()
    for nothing in ({"duration": [0.0], "churned": [0.0]}, {"lost": [], "survivors": 5}, {"duration": [NAN], "churned": [1.0]}):
        with pytest.raises(vl.DataError):
            vl.BetaDiscreteWeibull.fit(**nothing)
    with pytest.raises(TypeError, match="survivors: an array where one number"):
        m.log_likelihood(lost=[1], survivors=[1, 2])
    with pytest.raises(TypeError, match="duration"):
        m.log_likelihood(duration="x", churned=1)


def test_kaplan_meier():
    curve = vl.kaplan_meier([3, 1, 5, 3, 2, 4], [1, 1, 0, 1, 0, 1])
    assert curve.columns == ["t", "at_risk", "lost", "censored", "survival", "variance", "low", "high"]
    np.testing.assert_array_equal(curve["at_risk"], [6, 5, 4, 2, 1])
    np.testing.assert_allclose(curve["survival"], [5 / 6, 5 / 6, 5 / 12, 5 / 24, 5 / 24], rtol=1e-15)
    assert (curve["low"] < curve["survival"]).all() and (curve["survival"] < curve["high"]).all()
    flags = vl.kaplan_meier([3, 1, 5, 3, 2, 4], [True, True, False, True, False, True])
    np.testing.assert_array_equal(flags["survival"], curve["survival"])
    cohort = vl.kaplan_meier(lost=LOST, survivors=241, level=0.9)
    np.testing.assert_allclose(cohort["survival"], np.array(REGULAR[1:]) / 100, rtol=1e-14)
    tenure, churned, customers = telecom()
    t = vl.kaplan_meier(tenure, churned, weights=customers)
    assert t["at_risk"][0] == 7032 and t["lost"].sum() == 1869 and len(t) == 72

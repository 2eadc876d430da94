"""Models with covariates from Python: a twin of the optimum by other means, the verbs row by row, and what is refused."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import optimize, special

import valorem as vl

N = 1200


def known(n=N, seed=5):
    """A binary and a continuous covariate."""
    rng = np.random.default_rng(seed)
    return {"member": (rng.random(n) < 0.4).astype(float), "age": rng.normal(size=n)}


TRUTH = vl.BGNBDWithCovariates(
    vl.BGNBD(r=0.8, alpha=5.0, a=0.8, b=2.5),
    {"transaction": {"member": 0.5, "age": -0.2}, "dropout": {"member": 0.7, "age": 0.3}},
)


@pytest.fixture(scope="module")
def customers():
    z = known()
    table = TRUTH.simulate(30.0 + np.arange(N) % 20, 11, covariates=z)
    return {name: np.asarray(table[name]) for name in ("frequency", "recency", "T")}, z


@pytest.fixture(scope="module")
def fit(customers):
    history, z = customers
    return vl.BGNBD.fit(**history, covariates=z)


def bg_nbd_log_likelihood(x, t_x, T, r, alpha, a, b):
    """Fader, Hardie & Lee (2005), eq. 6, as printed, in SciPy's functions."""
    a1 = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    a2 = special.betaln(a, b + x) - special.betaln(a, b)
    a3 = -(r + x) * np.log(alpha + T)
    late = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return a1 + a2 + np.logaddexp(a3, np.where(x > 0, late, -np.inf))


def test_a_twin_without_our_derivatives_finds_the_same_top(customers, fit):
    history, z = customers
    x, t_x, T = history["frequency"], history["recency"], history["T"]
    Z = np.column_stack([z["member"], z["age"]])

    def minus(v):
        r, alpha, kappa = np.exp(v[0]), np.exp(v[1] - Z @ v[4:6]), np.exp(v[2])
        phi = special.expit(v[3] + Z @ v[6:8])
        return -bg_nbd_log_likelihood(x, t_x, T, r, alpha, kappa * phi, kappa * (1 - phi)).sum()

    start = np.array([0.0, 1.0, 1.0, -1.0, 0, 0, 0, 0])
    best = optimize.minimize(minus, start, method="Nelder-Mead", options={"maxiter": 4000, "maxfev": 4000, "adaptive": True})
    best = optimize.minimize(minus, best.x, method="BFGS", options={"gtol": 1e-4})
    a, b = np.exp(best.x[2]) * special.expit(best.x[3]), np.exp(best.x[2]) * special.expit(-best.x[3])
    found = np.concatenate([[np.exp(best.x[0]), np.exp(best.x[1]), a, b], best.x[4:]])
    assert fit.status == "converged"
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-5)
    assert fit.log_likelihood >= -best.fun - 1e-8  # ours is the top, so theirs is not above it
    # Differences leave the twin within about a hundredth of a standard error.
    np.testing.assert_array_less(np.abs(fit.parameters - found), 0.02 * fit.standard_errors)


def test_the_truth_is_recovered_and_the_test_of_no_effect_rejects(customers, fit):
    history, z = customers
    truth = [0.8, 5.0, 0.8, 2.5, 0.5, -0.2, 0.7, 0.3]
    assert fit.parameter_names == [
        "r", "alpha", "a", "b", "transaction.member", "transaction.age", "dropout.member", "dropout.age",
    ]  # fmt: skip
    np.testing.assert_array_less(np.abs(fit.parameters - truth), 4 * fit.standard_errors)
    assert fit.without.log_likelihood == vl.BGNBD.fit(**history).log_likelihood
    assert fit.without.model == vl.BGNBD.fit(**history).model
    t = vl.likelihood_ratio_test(fit.without, fit)
    assert t.degrees_of_freedom == 4
    assert t.p_value < 1e-6
    assert fit.aic == pytest.approx(16 - 2 * fit.log_likelihood)
    assert fit.bic == pytest.approx(8 * np.log(N) - 2 * fit.log_likelihood)
    assert fit.free_parameters == 8
    assert fit.rows == N
    assert fit.model.log_likelihood(**history, covariates=z).sum() == pytest.approx(fit.log_likelihood, rel=1e-12)
    ends = fit.confidence_interval()
    half = 1.959963984540054 * fit.standard_errors
    np.testing.assert_allclose(ends[4:], np.column_stack([fit.parameters - half, fit.parameters + half])[4:], rtol=1e-12)
    assert (ends[:4, 0] > 0).all()
    assert list(fit.summary()["parameter"]) == fit.parameter_names
    assert "dropout.age" in repr(fit)
    again = pickle.loads(pickle.dumps(fit))
    assert again.model == fit.model
    np.testing.assert_array_equal(again.covariance, fit.covariance)
    assert repr(again) == repr(fit)


def test_every_form_of_the_same_covariates_gives_the_same_fit(customers, fit):
    history, z = customers
    forms = [
        pd.DataFrame(z),
        pl.DataFrame(z),
        pa.table(z),
        {"transaction": z, "dropout": z},
        {"transaction": pd.DataFrame(z), "dropout": {"member": z["member"].astype(bool), "age": list(z["age"])}},
    ]
    for form in forms:
        assert vl.BGNBD.fit(**history, covariates=form).model == fit.model
        np.testing.assert_array_equal(fit.model.p_alive(**history, covariates=form), fit.model.p_alive(**history, covariates=z))
    matrix = np.column_stack([z["member"], z["age"]])
    by_place = vl.BGNBD.fit(**history, covariates=matrix)
    assert by_place.model.covariates == ["z1", "z2"]
    np.testing.assert_array_equal(by_place.parameters, fit.parameters)
    np.testing.assert_array_equal(by_place.model.p_alive(**history, covariates=matrix), fit.model.p_alive(**history, covariates=matrix))
    reverse = np.arange(N)[::-1]
    turned = vl.BGNBD.fit(**{k: v[reverse] for k, v in history.items()}, covariates={k: v[reverse] for k, v in z.items()}, threads=2)
    np.testing.assert_array_equal(turned.parameters, fit.parameters)


VERBS = {
    "p_alive": ((), True), "log_p_alive": ((), True), "expected_purchases": ((39.0,), False), "pmf": ((2, 39.0), False),
    "cdf": ((2, 39.0), False), "at_least": ((2, 39.0), False), "next_purchase_quantile": ((0.4,), False),
    "discounted_purchases": ((0.0027, np.inf), False), "discounted_lifetime": ((0.0027, 52.0), False),
}  # fmt: skip


@pytest.mark.parametrize("base", [vl.BGNBD(0.5, 4.0, 0.8, 2.5), vl.MBGNBD(0.5, 4.0, 0.8, 2.5), vl.ParetoNBD(0.5, 10.0, 0.6, 12.0),
                                  vl.GGompertzNBD(0.5, 10.0, 0.05, 0.6, 2.0)])  # fmt: skip
@pytest.mark.parametrize("verb", VERBS)
def test_each_row_is_answered_by_its_own_plain_model(base, verb):
    cls = getattr(vl, type(base).__name__ + "WithCovariates")
    m = cls(base, {"transaction": {"member": 0.5, "age": -0.2}, "dropout": {"age": 0.3}})
    history = {"frequency": [2.0, 0.0, 26.0, 2.0], "recency": [30.4, 0.0, 30.9, 50.0], "T": [38.9, 38.9, 31.0, 38.9]}
    z = {"member": [1.0, 0.0, 1.0, 1.0], "age": [0.3, -1.2, 2.0, 0.0]}
    before, of_history = VERBS[verb]
    with_history = getattr(m, verb)(*before, **history, covariates=z, threads=2)
    assert np.isnan(with_history[3])  # recency above T
    for i in range(3):
        plain = m.at({"member": z["member"][i], "age": z["age"][i]})
        assert type(plain) is type(base)
        one = {k: v[i] for k, v in history.items()}
        assert with_history[i] == getattr(plain, verb)(*before, **one)
        hers = {k: v[i] for k, v in z.items()}
        answer = getattr(m, verb)(*before, **one, covariates=hers)
        assert isinstance(answer, float)
        assert answer == with_history[i]
        if not of_history:
            assert getattr(m, verb)(*before, covariates=hers) == getattr(plain, verb)(*before)
    out = np.zeros(4)
    assert getattr(m, verb)(*before, **history, covariates=z, out=out) is out
    np.testing.assert_array_equal(out, with_history)
    # One customer's history met with many sets of covariates, and the other way round.
    many = getattr(m, verb)(*before, frequency=2.0, recency=30.4, T=38.9, covariates=z)
    assert many.shape == (4,)
    assert many[0] == with_history[0]


def test_contracts_with_covariates():
    truth = vl.ShiftedBetaGeometricWithCovariates(vl.ShiftedBetaGeometric(0.7, 1.8), {"churn": {"member": 0.6, "age": -0.3}})
    z = known(4000)
    table = truth.simulate(10.0, 3, covariates=z)
    f = vl.ShiftedBetaGeometric.fit(duration=table["duration"], churned=table["churned"], covariates=z)
    np.testing.assert_array_less(np.abs(f.parameters - [0.7, 1.8, 0.6, -0.3]), 4 * f.standard_errors)
    m = f.model
    plain = m.at({"member": 1, "age": 0.5})
    hers = {"member": 1, "age": 0.5}
    a, b, s = f.model.base.alpha, f.model.base.beta, f.parameters[2] + 0.5 * f.parameters[3]
    assert plain.alpha + plain.beta == pytest.approx(a + b, rel=1e-14)
    assert np.log(plain.alpha / plain.beta) == pytest.approx(np.log(a / b) + s, rel=1e-12)
    for verb, arguments in {
        "survival": (5,), "log_survival": (5,), "retention": (5,), "pmf": (5,), "expected_lifetime": (0.1,),
        "residual_lifetime": (0.1, 3), "expected_residual_lifetime": (12, 2),
    }.items():  # fmt: skip
        assert getattr(m, verb)(*arguments, covariates=hers) == getattr(plain, verb)(*arguments), verb
    both = m.log_likelihood(table["duration"], table["churned"], covariates=z)
    assert both.sum() == pytest.approx(f.log_likelihood, rel=1e-12)
    assert list(m.status([3, 3, 3], [1, 0.5, 1], covariates={"member": [1, 1, np.nan], "age": 0})) == ["ok", "invalid", "missing"]


def test_ggompertz_with_covariates():
    truth = vl.GGompertzNBDWithCovariates(
        vl.GGompertzNBD(1.5, 8.0, 0.08, 1.0, 3.0),
        {"transaction": {"member": 0.6, "age": -0.25}, "dropout": {"member": -0.5, "age": 0.3}},
    )
    z = known(600)
    table = truth.simulate(30.0 + np.arange(600) % 20, 3, covariates=z)
    history = {name: np.asarray(table[name]) for name in ("frequency", "recency", "T")}
    f = vl.GGompertzNBD.fit(**history, covariates=z)
    assert f.status == "converged"
    assert f.parameter_names[:5] == ["r", "alpha", "b", "s", "beta"]
    np.testing.assert_array_less(np.abs(f.parameters - [1.5, 8, 0.08, 1, 3, 0.6, -0.25, -0.5, 0.3]), 4 * f.standard_errors)
    assert f.model.log_likelihood(**history, covariates=z).sum() == pytest.approx(f.log_likelihood, rel=1e-12)
    assert vl.likelihood_ratio_test(f.without, f).p_value < 1e-4
    again = pickle.loads(pickle.dumps(f))
    assert again.model == f.model == vl.load_model(f.model.to_json())


def test_spend_with_covariates():
    truth = vl.GammaGammaWithCovariates(vl.GammaGamma(6.0, 4.0, 15.0), {"spend": {"member": 0.4, "age": 0.1}})
    z = known(4000)
    x = np.arange(4000.0) % 6
    mean = truth.simulate(x, 3, covariates=z)
    f = vl.GammaGamma.fit(x, mean, covariates=z)
    np.testing.assert_array_less(np.abs(f.parameters - [6, 4, 15, 0.4, 0.1]), 4 * f.standard_errors)
    member = f.model.expected_spend(0, 0.0, covariates={"member": 1, "age": 0})
    other = f.model.expected_spend(0, 0.0, covariates={"member": 0, "age": 0})
    assert member / other == pytest.approx(np.exp(f.model.coefficients["spend"]["member"]), rel=1e-12)
    plain = f.model.at({"member": 1, "age": 0.5})
    for verb in ("expected_spend", "spend_sd", "log_likelihood"):
        assert getattr(f.model, verb)(3, 40.0, covariates=[1, 0.5]) == getattr(plain, verb)(3, 40.0)
    assert f.model.status(3, -1.0, covariates=[1, 0.5]) == "undefined"
    assert f.model.status(3, 1.0, covariates=[1, np.inf]) == "invalid"


def test_rows_left_out_are_told_and_other_models_not_compared(customers, fit):
    history, z = customers
    broken = {**history, "recency": np.where(np.arange(N) == 6, -1.0, history["recency"])}
    with pytest.warns(vl.RowsLeftOutWarning, match="^bg_nbd: 1 of 1,200 rows left out of the fit, row 7 the first, as invalid"):
        assert vl.BGNBD.fit(**broken, covariates=z).rows == N - 1
    with pytest.raises(vl.ContractError, match="within one model, and these are mbg_nbd and bg_nbd; compare their aic"):
        vl.likelihood_ratio_test(vl.MBGNBD.fit(**history), fit)


def test_one_coefficient_for_both_processes(customers, fit):
    history, z = customers
    tied = vl.BGNBD.fit(**history, covariates=z, equal=["member"], opposite=["age"])
    c = tied.model.coefficients
    assert c["transaction"]["member"] == c["dropout"]["member"]
    assert c["transaction"]["age"] == -c["dropout"]["age"]
    assert tied.free_parameters == 6
    assert vl.likelihood_ratio_test(tied, fit).degrees_of_freedom == 2
    every = vl.BGNBD.fit(**history, covariates=z, equal=True)
    assert every.model.coefficients["transaction"] == every.model.coefficients["dropout"]
    mixed = vl.BGNBD.fit(**history, covariates=z, equal=True, opposite=["age"])
    assert mixed.model == tied.model
    part = vl.BGNBD.fit(**history, covariates={"transaction": z, "dropout": {"age": z["age"]}})
    assert part.model.coefficients["dropout"].keys() == {"age"}
    assert part.model.covariates == ["member", "age"]


def test_penalties(customers, fit):
    history, z = customers
    some = vl.BGNBD.fit(**history, covariates=z, coefficient_penalty=50.0)
    assert np.abs(some.parameters[4:]).sum() < np.abs(fit.parameters[4:]).sum()
    assert some.log_posterior < some.log_likelihood < fit.log_likelihood
    held = vl.BGNBD.fit(**history, covariates=z, coefficient_priors={"dropout": {"age": (-0.5, 1e-6)}})
    assert held.model.coefficients["dropout"]["age"] == pytest.approx(-0.5, abs=1e-5)
    both = vl.BGNBD.fit(**history, covariates=z, coefficient_priors={"age": (0.1, 1e-6)})
    assert [both.model.coefficients[p]["age"] for p in ("transaction", "dropout")] == pytest.approx([0.1, 0.1], abs=1e-5)
    assert np.isnan(some.aic)
    assert np.isnan(some.bic)
    told = vl.BGNBD.fit(**history, penalty={"b": (2.5, 1.0)})
    for restricted, full in ((some.without, some), (some, fit), (told, fit)):
        with pytest.raises(vl.ContractError, match="penalised"):
            vl.likelihood_ratio_test(restricted, full)


@pytest.mark.parametrize(
    "m",
    [
        TRUTH,
        vl.MBGNBDWithCovariates(vl.MBGNBD(0.5, 4.0, 0.7, 2.4), {"transaction": {"größe": 1 / 3}}),
        vl.ParetoNBDWithCovariates(vl.ParetoNBD(0.5, 10.0, 0.6, 12.0), {"dropout": {"a": -1.5}, "transaction": {"b": 2.0}}),
        vl.GGompertzNBDWithCovariates(vl.GGompertzNBD(0.5, 10.0, 0.05, 0.6, 2.0), {"dropout": {"a": -1.5}}),
        vl.GammaGammaWithCovariates(vl.GammaGamma(6.0, 4.0, 15.0), {"spend": {"member": 0.4}}),
        vl.ShiftedBetaGeometricWithCovariates(vl.ShiftedBetaGeometric(0.7, 1.8), {"churn": {'quote "': 0.4}}),
    ],
)
def test_text_and_pickle_give_the_same_model_back(m):
    assert vl.load_model(m.to_json()) == m
    assert pickle.loads(pickle.dumps(m)) == m
    assert hash(vl.load_model(m.to_json())) == hash(m)
    assert json.loads(m.to_json())["coefficients"] == m.coefficients
    rebuilt = type(m)(m.base, m.coefficients)
    assert rebuilt.coefficients == m.coefficients
    assert type(m).__name__ in repr(m)


def test_load_model_still_reads_plain_models_and_says_where_a_text_is_wrong():
    plain = vl.BGNBD(0.5, 4.0, 0.7, 2.4)
    assert vl.load_model(plain.to_json()) == plain
    with pytest.raises(vl.ProgramError) as e:
        vl.load_model(TRUTH.to_json().replace('"age":-0.2', '"aeg":-0.2'))
    assert e.value.pointer == "/coefficients/transaction/aeg"
    with pytest.raises(vl.ProgramError) as e:
        vl.load_model(TRUTH.to_json().replace("covariate-model/1", "covariate-model/2"))
    assert e.value.pointer == "/schema"


def test_a_row_that_cannot_be_answered_has_a_status():
    z = {"member": [1.0, np.nan, 1.0, 0.0], "age": [0.0, 0.0, np.inf, 0.0]}
    history = {"frequency": 2, "recency": 30.4, "T": [38.9, 38.9, 38.9, np.nan]}
    assert list(TRUTH.status(**history, covariates=z)) == ["ok", "missing", "invalid", "missing"]
    np.testing.assert_array_equal(np.isnan(TRUTH.p_alive(**history, covariates=z)), [False, True, True, True])


def test_what_is_refused(customers):
    history, z = customers

    def refused(match, error=vl.DataError, **options):
        with pytest.raises(error, match=match):
            vl.BGNBD.fit(**history, **{"covariates": z, **options})

    refused("'age' is not a finite number in row 4", covariates={"age": np.where(np.arange(N) == 3, np.nan, z["age"])})
    refused("'one' has one value", covariates={**z, "one": np.ones(N)})
    refused("'sum' is a linear combination", covariates={**z, "sum": z["age"] + 2 * z["member"]})
    bad = vl.ContractError
    refused("from 1 to 50", bad, covariates=np.random.default_rng(1).normal(size=(N, 51)))
    refused("no column of numbers", bad, covariates={"city": ["x"] * N})
    refused("None given", bad, covariates=None)
    refused("not one", bad, covariates={})
    refused("unequal length", bad, covariates={"age": z["age"][:-1]})
    refused("unequal length", bad, covariates={**z, "short": z["age"][:-1]})
    refused("'droput' holds a table, and is no process of this model, which has 'transaction' and 'dropout'", bad,
            covariates={"transaction": z, "droput": {"age": z["age"]}})  # fmt: skip
    refused("not the same column", bad, covariates={"transaction": z, "dropout": {"age": z["member"]}})
    refused("equal names 'agee'", bad, equal=["agee"])
    refused("True, or a list", bad, equal="age")
    refused("equal or opposite twice", bad, equal=["age"], opposite=["age"])
    refused("ridge", bad, coefficient_penalty=-1.0)
    refused("prior names 'agee'", bad, coefficient_priors={"agee": (0, 1)})
    refused("a pair", bad, coefficient_priors={"age": 1.0})
    refused("needs a finite mean", bad, coefficient_priors={"age": (0, 0)})
    with pytest.raises(bad, match="without 'member'"):
        TRUTH.p_alive(**history, covariates={"age": z["age"]})
    with pytest.raises(bad, match="has 2 of them"):
        TRUTH.p_alive(**history, covariates=np.ones((N, 3)))
    with pytest.raises(bad, match="unequal length"):
        TRUTH.p_alive(**history, covariates={"age": z["age"][:5], "member": 1})
    with pytest.raises(bad, match="no process 'spend'"):
        vl.BGNBDWithCovariates(vl.BGNBD(1, 1, 1, 1), {"spend": {"age": 1}})
    with pytest.raises(bad, match="missing"):
        TRUTH.at({"age": np.nan, "member": 1})
    with pytest.raises(TypeError):
        TRUTH.p_alive(**history)  # no covariates, no answer


def test_a_group_that_never_churns_warns_by_name():
    z = known(2000)
    table = vl.ShiftedBetaGeometric(0.7, 1.8).simulate(10.0, 3, 2000)
    churned = np.where(z["member"] == 1, 0.0, table["churned"])
    duration = np.where(z["member"] == 1, 10.0, table["duration"])
    with pytest.warns(vl.ConvergenceWarning, match=r"churn\.member"):
        f = vl.ShiftedBetaGeometric.fit(duration=duration, churned=churned, covariates=z)
    assert f.status == "boundary"

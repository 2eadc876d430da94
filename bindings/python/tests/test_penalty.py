"""Fits with priors, as Python has them."""

import json
import pickle

import jsonschema
import numpy as np
import pytest
from conftest import ROOT

import valorem as vl

SCHEMA = json.loads((ROOT / "docs" / "schema" / "fitted-model-1.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows():
    t = vl.MBGNBD(1.2, 6.0, 0.9, 1.6).simulate(39, seed=3, size=500)
    return [t[name] for name in ("frequency", "recency", "T")]


@pytest.mark.parametrize("model", ["NBD", "BGNBD", "MBGNBD", "ParetoNBD"])
def test_a_prior_enters_the_posterior_and_nothing_else(rows, model):
    kind = getattr(vl, model)
    plain = kind.fit(*rows)
    fit = kind.fit(*rows, penalty={"r": (0.9, 0.05), "alpha": (5.0, 0.1)})
    assert fit.status == "converged" and plain.penalty is None and plain.log_posterior == plain.log_likelihood
    assert fit.penalty == {"r": (0.9, 0.05), "alpha": (5.0, 0.1)}
    taken = sum((np.log(getattr(fit.model, n)) - np.log(c)) ** 2 / (2 * s**2) for n, (c, s) in fit.penalty.items())
    np.testing.assert_allclose(fit.log_likelihood - fit.log_posterior, taken, rtol=1e-8)
    np.testing.assert_allclose(fit.log_likelihood, fit.model.log_likelihood(*rows).sum(), rtol=1e-12)
    assert fit.log_likelihood < plain.log_likelihood and fit.standard_errors[0] < 0.05 * fit.model.r
    assert "penalised" in repr(fit)
    back = pickle.loads(pickle.dumps(fit))
    assert back.penalty == fit.penalty and back.log_posterior == fit.log_posterior
    # Where the priors rule, the posterior is normal and its profile is Wald's.
    np.testing.assert_allclose(kind.profile_intervals(back, *rows)[:2], fit.confidence_interval()[:2], rtol=0.01)


def test_one_strength_means_the_same_in_weeks_and_days(rows):
    weeks = vl.ParetoNBD.fit(*rows, penalty=2)
    days = vl.ParetoNBD.fit(rows[0], 7 * rows[1], 7 * rows[2], penalty=2)
    np.testing.assert_allclose(days.parameters / weeks.parameters, [1, 7, 1, 7], rtol=1e-5)
    assert weeks.penalty["alpha"] == (39.0, pytest.approx(2**-0.5)) and weeks.penalty["s"][0] == 1


def test_every_other_kind_of_model():
    bb = vl.BGBB.fit(np.zeros(50), np.zeros(50), np.full(50, 6.0), penalty=0.5)
    assert bb.status == "converged"
    spend = vl.GammaGamma.fit(np.ones(30), np.full(30, 20.0), penalty={"p": (4, 1), "q": (4, 1), "v": (15, 1)})
    assert spend.status == "converged" and set(spend.penalty) == {"p", "q", "v"}
    for kind in (vl.ShiftedBetaGeometric, vl.BetaDiscreteWeibull):
        assert kind.fit(lost=[0, 0, 0], survivors=100, penalty=0.5).status == "converged"


def test_a_penalised_fit_has_no_criteria(rows):
    fit = vl.NBD.fit(*rows, penalty=1.0)
    for name in ("aic", "bic"):
        with pytest.raises(vl.ContractError, match=f"{name.upper()} belongs to a maximum of the likelihood"):
            getattr(fit, name)
    with pytest.raises(vl.ContractError, match="a likelihood-ratio test belongs"):
        vl.likelihood_ratio_test(fit, vl.BGNBD.fit(*rows))


@pytest.mark.parametrize(
    ("penalty", "words"),
    [
        ({"s": (1, 1)}, "nbd has no parameter 's'; it has r, alpha"),
        ({"r": (0, 1)}, "centre and standard deviation of r must be above 0"),
        ({"r": (1, float("inf"))}, "centre and standard deviation of r must be above 0"),
        ({"r": 1}, r"r needs a pair \(centre, sd of its logarithm\)"),
        (-1, "the strength must be 0 or above"),
        ("strong", "penalty"),
    ],
)
def test_refusals(rows, penalty, words):
    with pytest.raises((ValueError, TypeError), match=words):
        vl.NBD.fit(*rows, penalty=penalty)


def test_a_fitted_model_carries_its_penalty(cdnow_sample):
    summary = vl.summarise(cdnow_sample, customer_id="id", amount="dollars", observation_end="1998-06-30")
    fitted = vl.fit(summary, penalty={"b": (2.0, 0.1)}, spend_penalty=3.0)
    text = fitted.to_json()
    jsonschema.validate(json.loads(text), SCHEMA)
    for back in (vl.FittedModel.from_json(text), pickle.loads(pickle.dumps(fitted))):
        assert back.purchases.penalty == {"b": (2.0, 0.1)} and back.spend.penalty == fitted.spend.penalty
        assert back.purchases.log_posterior == fitted.purchases.log_posterior and back.to_json() == text
    bad = json.loads(text)
    del bad["purchases"]["log_posterior"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, SCHEMA)
    with pytest.raises(vl.ProgramError, match="log_posterior"):
        vl.FittedModel.from_json(json.dumps(bad))
    with pytest.raises(vl.ContractError, match="no model of spend"):
        vl.fit(summary, spend=None, spend_penalty=1.0)

"""A fitted model as a file: the same bits, the same scores, the published schema, and refusals in their place."""

import json

import jsonschema
import numpy as np
import pytest
from conftest import ROOT

import valorem as vl

SCHEMA = json.loads((ROOT / "docs" / "schema" / "fitted-model-1.schema.json").read_text(encoding="utf-8"))
TERMS = {"horizon": 52, "discount": 0.1, "margin": 0.3}


@pytest.fixture(scope="module")
def summary(cdnow_sample):
    return vl.summarise(cdnow_sample, customer_id="id", amount="dollars", observation_end="1998-06-30",
                        calibration_end="1997-09-30", currency="USD")  # fmt: skip


@pytest.mark.filterwarnings("ignore::valorem.ConvergenceWarning")  # GGompertz/NBD runs to Pareto/NBD here
@pytest.mark.parametrize("model", ["nbd", "bg_nbd", "mbg_nbd", "pareto_nbd", "ggompertz_nbd", "mbg_cnbd", "bg_cnbd"])
def test_a_file_scores_as_the_fit_does(summary, model):
    fitted = vl.fit(summary, model=model)
    text = fitted.to_json()
    assert len(text.encode()) < 4096 and "\n" not in text
    jsonschema.validate(json.loads(text), SCHEMA)
    back = vl.FittedModel.from_json(text)
    assert back.to_json() == text
    assert back.purchases.model == fitted.purchases.model and back.spend.model == fitted.spend.model
    np.testing.assert_array_equal(back.purchases.covariance, fitted.purchases.covariance)
    assert (back.time_unit, back.currency, back.customers) == ("week", "USD", fitted.customers)
    first, second = vl.score(summary, fitted, **TERMS), vl.score(summary, back, **TERMS)
    np.testing.assert_array_equal(first["lifetime_value"], second["lifetime_value"])


def test_the_file_says_what_spend_was_fitted_to(summary):
    means, each = vl.fit(summary, "nbd"), vl.fit(summary, "nbd", spend_form="transactions")
    assert (means.spend_form, each.spend_form) == ("mean", "transactions")
    assert "form" not in json.loads(means.to_json())["spend"]
    jsonschema.validate(json.loads(each.to_json()), SCHEMA)
    back = vl.FittedModel.from_json(each.to_json())
    assert back.spend_form == "transactions" and back.to_json() == each.to_json()
    with pytest.raises(vl.ContractError, match="this one is fitted to transactions"):
        vl.draws(summary, back, seed=1)


def test_the_units_travel_with_the_file(summary, cdnow_sample):
    back = vl.FittedModel.from_json(vl.fit(summary).to_json())
    euros = vl.summarise(cdnow_sample, customer_id="id", amount="dollars", observation_end="1998-06-30",
                         calibration_end="1997-09-30", currency="EUR")  # fmt: skip
    with pytest.raises(ValueError, match="fitted with currency USD"):
        vl.score(euros, back, **TERMS)


def test_what_the_reader_refuses_the_schema_refuses(summary):
    good = json.loads(vl.fit(summary).to_json())
    jsonschema.validate(good, SCHEMA)

    def spoilt(path, value):
        copy = json.loads(json.dumps(good))
        place = copy
        for key in path[:-1]:
            place = place[key]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return copy

    for path, value in [
        (("schema",), "valorem-fitted-model/2"),
        (("time_unit",), "fortnight"),
        (("customers",), -1),
        (("customers",), 1.5),
        (("people",), 3),
        (("purchases",), None),
        (("as_of",), "30 September"),
        (("purchases", "model"), "bg_ndb"),
        (("purchases", "parameters", "r"), 0),
        (("purchases", "parameters", "r"), "1"),
        (("purchases", "parameters", "r"), None),
        (("purchases", "covariance"), [[1.0]]),
        (("purchases", "gradient"), [0.0]),
        (("purchases", "status"), "boundary"),
        (("purchases", "limit"), "somewhere"),
        (("spend", "model"), "mbg_nbd"),
        (("spend", "form"), "mean"),
    ]:
        bad = spoilt(path, value)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, SCHEMA)
        with pytest.raises(vl.ProgramError, match="line 1"):
            vl.FittedModel.from_json(json.dumps(bad))

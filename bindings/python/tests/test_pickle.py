"""What is pickled comes back to the same bits: models and fits go to workers, summaries to disk."""

import copy
import pickle

import numpy as np
import pytest

import valorem as vl

LINES = {
    "customer_id": ["a", "a", "a", "b", "b", "c", "", "d"],
    "date": ["2024-01-01", "2024-02-01", "2024-03-05", "2024-01-09", "2024-04-01", "2024-02-02", "2024-01-01", "2025-01-01"],
    "amount": [5.0, 6.5, 7.25, 3.0, 2.5, 9.0, 1.0, 1.0],
    "units": [1.0, 2.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0],
}


def again(x):
    return pickle.loads(pickle.dumps(x))


@pytest.fixture(scope="module")
def summary():
    return vl.summarise(LINES, units="units", observation_end="2024-06-30", calibration_end="2024-04-30", currency="USD")


def fitted(summary, model="mbg_nbd"):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vl.ConvergenceWarning)
        return vl.fit(summary, model)


@pytest.mark.parametrize("twin", [again, copy.copy, copy.deepcopy])
def test_a_summary(summary, twin):
    back = twin(summary)
    assert type(back) is vl.Summary and back.columns == summary.columns and len(back) == len(summary)
    for name in summary.columns:
        np.testing.assert_array_equal(back[name], summary[name])
    assert back.origin == summary.origin and back.issue_counts == summary.issue_counts == {"missing_customer": 1}
    assert back.issues["sentence"].tolist() == summary.issues["sentence"].tolist() and repr(back) == repr(summary)
    ready = vl.Summary.from_columns([1, 2], [1, "x"], [1.0, 0.0], [3.0, 4.0])
    assert again(ready)["status"].tolist() == ["ok", "missing"] and again(ready).as_of is None


@pytest.mark.parametrize("model", vl._core.purchase_models())
def test_a_fitted_model_scores_the_same(summary, model):
    first = fitted(summary, model)
    back = again(first)
    assert repr(back) == repr(first) and back.currency == "USD" and back.purchases.model == first.purchases.model
    terms = {"horizon": 52, "discount": 0.1, "margin": 0.3}
    one, two = vl.score(summary, first, **terms), vl.score(again(summary), back, **terms)
    for name in one.columns:
        np.testing.assert_array_equal(one[name], two[name])


def test_bands():
    for bands in (vl.Bands([1.0, 2.0]), vl.Bands.fit(np.arange(50.0)), vl.Bands.fit(np.arange(50.0) ** 2, "quantile")):
        back = again(bands)
        np.testing.assert_array_equal(back.cuts, bands.cuts)
        assert back.names == bands.names and repr(back.origin) == repr(bands.origin)


def test_a_state_of_another_version_is_refused(summary):
    data = summary.data
    state = data.__reduce_ex__(2)[2]
    with pytest.raises(vl.ContractError, match="pickled by another version of valorem than"):
        type(data).__new__(type(data)).__setstate__(("0.0.0", *state[1:]))

"""Hostile arguments and columns: each is refused in one sentence that names it, or read as what it is."""

import copy
import datetime
import pickle
import threading
import warnings

import numpy as np
import pandas as pd
import pytest

import valorem as vl

MODEL = vl.MBGNBD(0.5, 6.0, 0.9, 1.6)
X, TX, T = np.array([0.0, 1.0, 2.0]), np.array([0.0, 3.0, 10.0]), np.full(3, 39.0)
DAY = "2024-01-01"


def summarise(ids, dates=None, **how):
    frame = {"customer_id": ids, "date": [DAY] * len(ids) if dates is None else dates, "amount": [1.0] * len(ids)}
    return vl.summarise(frame, **{"observation_end": "2024-12-31", **how})


def table(**columns):
    good = {"customer_id": ["a", "b", "c"], "frequency": X, "recency": TX, "T": T, "monetary_value": [0.0, 4.0, 5.0]}
    return vl.Summary.from_columns(**{**good, **columns})


@pytest.fixture(scope="module")
def scored():
    rng = np.random.default_rng(4)
    n = 300
    x = rng.poisson(rng.gamma(0.8, 2.0, n)).astype(float)
    age = rng.uniform(20.0, 50.0, n)
    s = vl.Summary.from_columns(np.arange(n), x, np.where(x > 0, age * rng.uniform(0.1, 1.0, n), 0), age, rng.gamma(5.0, 4.0, n))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vl.ConvergenceWarning)
        return s, vl.fit(s)


def score(scored, **how):
    return vl.score(*scored, **{"horizon": 52, "discount": 0.1, "margin": 0.3, **how})


@pytest.mark.parametrize(
    ("call", "kind", "sentence"),
    [
        (lambda: MODEL.p_alive(X, TX, T, threads="2"), TypeError, "threads: str where a whole number is expected"),
        (lambda: MODEL.p_alive(X, TX, T, threads=2.0), TypeError, "threads: float where a whole number is expected"),
        (lambda: MODEL.p_alive(X, TX, T, threads=True), TypeError, "threads: bool where a whole number is expected"),
        (lambda: MODEL.p_alive(X, TX, T, threads=2**70), TypeError, "threads: a number out of range"),
        (lambda: MODEL.p_alive([[1], [1, 2]], TX, T), TypeError, "frequency: this list does not make an array of numbers"),
        (lambda: MODEL.discounted_purchases(0.002, 52.0, step="a"), TypeError, "step: str where numbers are expected"),
        (lambda: MODEL.discounted_purchases(0.002, 52.0, step=0.0), vl.ContractError, "step: must be above 0 and finite"),
        (lambda: MODEL.discounted_purchases(0.002, 52.0, step=float("nan")), vl.ContractError, "step: must be above 0 and finite"),
        (lambda: vl.NBD("a", 1), TypeError, "r: str where numbers are expected"),
        (lambda: vl.NBD(1, None), TypeError, "alpha: NoneType where numbers are expected"),
        (lambda: vl.NBD(1, [1.0, 2.0]), TypeError, "alpha: an array where one number is expected"),
        (lambda: vl.load_model(3), TypeError, "text: int where text is expected"),
        (lambda: vl.TierProgram.from_json(3), TypeError, "text: int where text is expected"),
        (lambda: vl.Rates.from_json(None), TypeError, "text: NoneType where text is expected"),
        (lambda: vl.quantile(X, 0.5, type="7"), TypeError, "type: str where a whole number is expected"),
        (lambda: vl.Bands.fit(X, method=3), TypeError, "method: int where text is expected"),
        (lambda: vl.Bands("ab"), TypeError, "cuts: str where numbers are expected"),
        (lambda: vl.lifetime_ratio(X, X, how=3), TypeError, "how: int where text is expected"),
        (lambda: vl.net_at_price(X, X, "a"), TypeError, "price: str where numbers are expected"),
        (lambda: vl.break_even_price(1, 2, 3, "a"), TypeError, "cost_b: str where numbers are expected"),
        (lambda: summarise([1], currency=5), TypeError, "currency: int where text is expected"),
        (lambda: summarise([1], currency="\ud800"), vl.ContractError, "currency: half of a surrogate pair, which no text holds"),
        (lambda: summarise([1], time_unit=None), TypeError, "time_unit: NoneType where text is expected"),
        (lambda: summarise([1], collapse=1), TypeError, "collapse: int where text is expected"),
        (lambda: summarise([1], issue_limit=-1), vl.ContractError, "issue_limit: must be from 0 up, is -1"),
        (lambda: summarise([1], issue_limit="x"), TypeError, "issue_limit: str where a whole number is expected"),
        (lambda: summarise([1], customer_id=3), TypeError, "customer_id: int where text is expected"),
        (lambda: summarise([1], date=None), TypeError, "date: NoneType where text is expected"),
        (lambda: summarise([1], [DAY, DAY]), vl.ContractError, "columns of unequal length: customer_id has 1 rows, date has 2"),
        (lambda: summarise([2**64, 1]), vl.DataError, "customer_id: an integer does not fit 64 bits with a sign"),
        (lambda: summarise(np.array([2**70, 1], dtype=object)), vl.DataError, "customer_id: an integer does not fit 64 bits with a sign"),
        (lambda: summarise([1, "a"]), TypeError, "customer_id: a column of int and str where ids are expected; give integers or text"),
        (lambda: summarise(["a", "\ud800"]), vl.DataError, "customer_id, row 2: half of a surrogate pair, which no text holds"),
        (lambda: vl.Table({"a": ["\ud800"]}), vl.DataError, "a, row 1: half of a surrogate pair, which no text holds"),
        (lambda: summarise([1, 2], [DAY, datetime.date(2024, 1, 1)]), TypeError, "date: a column of date and str where dates"),
        (lambda: summarise([1], np.array([0], "M8[ps]")), TypeError, "date: dtype datetime64[ps] where days or timestamps"),
        (lambda: summarise([1], np.array(["NaT"], "M8[as]")), TypeError, "date: dtype datetime64[as] where days or timestamps"),
        (lambda: summarise([1], observation_end=20241231), vl.ContractError, "observation_end: 20241231 is not a date"),
        (lambda: summarise([1], observation_end=True), vl.ContractError, "observation_end: True is not a date"),
        (lambda: summarise([1], observation_end=np.datetime64("2024")), vl.ContractError, "observation_end: np.datetime64('2024') is not a date"),
        (lambda: summarise([1], observation_end=np.datetime64("2024-12-31T05")), vl.ContractError, "observation_end: np.datetime64('2024-12-31T05','h') is"),
        (lambda: summarise([1], utc_offset="+08:99"), vl.ContractError, "utc_offset: '+08:99' is not an offset"),
        (lambda: summarise([1], utc_offset=8), vl.ContractError, "utc_offset: 8 would be minutes"),
        (lambda: summarise([]), vl.DataError, "no customer can be summarised: of 0 rows"),
        (lambda: vl.fit(table(), model=None), TypeError, "model: NoneType where text is expected"),
        (lambda: vl.fit(table(), threads="x"), TypeError, "threads: str where a whole number is expected"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named_in_one_sentence(call, kind, sentence):
    with pytest.raises(kind) as refused:
        call()
    said = str(refused.value)
    assert said.startswith(sentence) and "\n" not in said


@pytest.mark.parametrize(
    ("how", "kind", "sentence"),
    [
        ({"horizon": "52"}, TypeError, "horizon: str where numbers are expected"),
        ({"horizon": None}, TypeError, "horizon: NoneType where numbers are expected"),
        ({"horizon": True}, TypeError, "horizon: bool where numbers are expected"),
        ({"margin": [0.3]}, TypeError, "margin: an array where one number is expected"),
        ({"bands": None}, TypeError, "bands: NoneType where text is expected"),
        ({"band_points": "ab"}, TypeError, "band_points: str where numbers are expected"),
        ({"band_points": 3}, vl.ContractError, "band_points: a column of a table has one dimension, this has 0"),
        ({"threads": "x"}, TypeError, "threads: str where a whole number is expected"),
        ({"program": 3}, TypeError, "program: int where vl.TierProgram, a dict or JSON text is expected"),
        ({"facts": {"a": [1]}}, vl.ContractError, "facts: they are for a tier program, as program="),
        ({"costs": {}}, vl.DataError, "costs: no column 'so_far' for so_far; there are no columns"),
    ],
)
def test_a_wrong_argument_of_score_is_named(scored, how, kind, sentence):
    with pytest.raises(kind) as refused:
        score(scored, **how)
    assert str(refused.value).startswith(sentence) and "\n" not in str(refused.value)
    with pytest.raises(TypeError, match="fitted: MBGNBD where vl.FittedModel is expected"):
        vl.score(scored[0], MODEL, horizon=1, discount=0.1, margin=1)


def test_timestamps_with_a_zone_in_a_list_or_an_object_column():
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    late = [datetime.datetime(2024, 1, 1, 23, tzinfo=datetime.timezone.utc), datetime.datetime(2024, 3, 1, 8, tzinfo=tokyo), None]
    want = ["2024-01-02", "2024-03-01"]
    for column in (late, np.array(late, dtype=object), pd.Series(late, dtype=object), [*map(pd.Timestamp, late[:2]), pd.NaT]):
        s = summarise([1, 2, 3], column, utc_offset="+08:00")
        assert s["first_purchase"].astype(str).tolist() == want and s.issue_counts == {"missing_date": 1}
        with pytest.raises(vl.ContractError, match="date: timestamps become dates only through an offset"):
            summarise([1, 2, 3], column)


@pytest.mark.parametrize("ids", [["a", "b", "a"], [5, 6, 5], ["", "b", None], [None, 0, None]])
def test_a_ready_table_keeps_rows_without_an_id_of_their_own(ids):
    s = table(customer_id=ids, frequency=[1.0, 1.0, 2.0], recency=[3.0, 3.0, 10.0], monetary_value=[4.0, 4.0, 5.0])
    again = ids[0] in ("a", 5)
    assert len(s) == 3 and s["status"].tolist() == (["ok", "ok", "invalid"] if again else ["missing", "ok", "missing"])
    assert s.issue_counts == ({"repeated_customer": 1} if again else {"missing_customer": 2})
    assert s.issues["row"].tolist() == ([3] if again else [1, 3]) and set(s.issues["field"]) == {"customer_id"}


def test_a_row_without_an_id_of_its_own_is_not_fitted_and_has_no_value(scored):
    ids = [0, 1, 1, None]
    columns = [np.array([2.0, 1.0, 1.0, 3.0]), np.array([9.0, 4.0, 5.0, 20.0]), np.full(4, 30.0), np.full(4, 8.0)]
    s = vl.Summary.from_columns(ids, *columns)
    t = vl.score(s, scored[1], horizon=52, discount=0.1, margin=0.3)
    assert t["status"].tolist() == ["ok", "ok", "invalid", "missing"]
    assert np.isnan(t["lifetime_value"]).tolist() == np.isnan(t["p_alive"]).tolist() == [False, False, True, True]
    alone = vl.Summary.from_columns(ids[:2], *(c[:2] for c in columns))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vl.ConvergenceWarning)
        assert vl.fit(s).purchases.log_likelihood == vl.fit(alone).purchases.log_likelihood


def test_tables_are_pickled_with_their_texts():
    t = vl.Table({"a": ["x", None, "客"], "b": [1.0, np.nan, 3.0]})
    for again in (pickle.loads(pickle.dumps(t)), copy.deepcopy(t)):
        assert again.columns == t.columns and again["a"].tolist() == t["a"].tolist()
        np.testing.assert_array_equal(again["b"], t["b"])
    labels = vl.Table({"status": vl.Summary.stored(table(), "status")})
    assert pickle.loads(pickle.dumps(labels))["status"].tolist() == ["ok"] * 3


def test_gradients_go_where_they_are_asked_to():
    out = np.empty((3, 4))
    assert MODEL.log_likelihood_gradient(X, TX, T, out=out) is out
    np.testing.assert_array_equal(out, MODEL.log_likelihood_gradient(X, TX, T))
    shared = np.zeros((3, 4))
    shared[:, 3] = 39.0
    age = shared.reshape(-1)[:3]
    want = MODEL.log_likelihood_gradient(0.0, 0.0, age.copy())
    assert MODEL.log_likelihood_gradient(0.0, 0.0, age, out=shared) is shared
    np.testing.assert_array_equal(shared, want)
    with pytest.raises(vl.ContractError, match=r"out: has shape \(4, 3\), the answer has shape \(3, 4\)"):
        MODEL.log_likelihood_gradient(X, TX, T, out=np.empty((4, 3)))


def test_other_threads_run_while_a_column_is_computed():
    n = 400_000
    x, t_x, age = np.full(n, 2.0), np.full(n, 20.0), np.full(n, 39.0)
    begun, beats = threading.Event(), 0

    def work():
        begun.set()
        MODEL.expected_purchases(52.0, x, t_x, age)

    worker = threading.Thread(target=work)
    worker.start()
    begun.wait()
    while worker.is_alive():
        beats += 1
    worker.join()
    assert beats > 100

"""Ratios: the worked examples, statuses, shapes, out= and threads=."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import valorem as vl

NAN = float("nan")


def test_two_customers_of_the_worked_example():
    assert vl.ratio(200, 100) == (1.0, "ok")
    assert vl.ratio(100, 20) == (4.0, "ok")
    assert vl.net_at_price(200, 100) == (100.0, "ok") and vl.net_at_price(100, 20) == (80.0, "ok")
    assert vl.break_even_price(200, 100, 100, 20) == (0.25, "ok")
    assert vl.net_at_price(200, 100, 0.25) == vl.net_at_price(100, 20, price=0.25) == (75.0, "ok")


@pytest.mark.parametrize(
    ("revenue", "cost", "value", "why"),
    [(0, 10, -1.0, "ok"), (-5, 10, -1.5, "ok"), (50, 0, np.inf, "no_cost"), (-50, 0, -np.inf, "no_cost"),
     (0, 0, NAN, "inactive"), (1, -1, NAN, "negative_cost"), (NAN, 1, NAN, "missing"), (1, NAN, NAN, "missing"),
     (np.inf, 1, NAN, "invalid")])  # fmt: skip
def test_statuses(revenue, cost, value, why):
    got, status = vl.ratio(revenue, cost)
    np.testing.assert_array_equal(got, value)
    assert status == why and status == vl.Status(why) and vl.Status(why).sentence


def test_a_bad_row_leaves_the_others_alone():
    value, why = vl.ratio(np.array([200.0, NAN, 100.0]), np.array([100.0, 1.0, 20.0]))
    np.testing.assert_array_equal(value, [1.0, NAN, 4.0])
    assert why.tolist() == ["ok", "missing", "ok"]


def test_scalars_give_scalars_and_arrays_arrays():
    for scalar in (200, 200.0, np.float64(200), np.int32(200), np.array(200.0)):
        value, why = vl.ratio(scalar, 100)
        assert type(value) is float and type(why) is str
    value, why = vl.ratio([200.0], 100)
    assert value.shape == why.shape == (1,)
    value, why = vl.ratio(np.array([[100.0], [200.0]]), np.array([50.0, 100.0, 0.0]))
    np.testing.assert_array_equal(value, [[1.0, 0.0, np.inf], [3.0, 1.0, np.inf]])
    assert why[1, 2] == "no_cost"
    assert vl.ratio([], [])[0].shape == (0,)
    assert vl.ratio(pd.Series([200.0]), pl.Series([100.0]))[0].tolist() == [1.0]


def test_columns_that_do_not_fit():
    with pytest.raises(vl.ContractError, match="revenue has 3 rows, cost has 2 rows"):
        vl.ratio([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(vl.ContractError, match=r"revenue has shape \(2, 2\), cost has 3 rows"):
        vl.ratio(np.zeros((2, 2)), [1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="cost: bool where numbers are expected"):
        vl.ratio(1.0, True)


def test_out():
    out = np.full(3, 7.0)
    value, _ = vl.ratio([200.0, 100.0, 1.0], 100.0, out=out)
    assert value is out and out.tolist() == [1.0, 0.0, -0.99]
    whole = np.full(6, 7.0)
    vl.ratio([200.0, 100.0, 1.0], 100.0, out=whole[2:5])
    assert whole.tolist() == [7.0, 7.0, 1.0, 0.0, -0.99, 7.0]
    zero_d = np.array(7.0)
    assert vl.ratio(200, 100, out=zero_d)[0] is zero_d and zero_d == 1.0


@pytest.mark.parametrize(
    ("out", "kind", "said"),
    [
        (np.zeros(2), vl.ContractError, "out: has 2 rows, the answer has 3 rows"),
        (np.zeros(3, dtype="f4"), TypeError, "out: must be a float64 array in C order, is float32"),
        (np.zeros(3, dtype=">f8"), TypeError, "out: must be"),
        (np.zeros(6)[::2], TypeError, "with strides"),
        ([0.0, 0.0, 0.0], TypeError, "out: must be a NumPy array, is list"),
        (np.broadcast_to(0.0, 3), TypeError, "out: must be"),
    ],
)
def test_an_out_that_does_not_fit_is_refused_untouched(out, kind, said):
    before = np.array(out).tolist()
    with pytest.raises(kind, match=said):
        vl.ratio([1.0, 2.0, 3.0], 1.0, out=out)
    assert np.array(out).tolist() == before


def test_a_read_only_out_is_refused():
    out = np.zeros(3)
    out.setflags(write=False)
    with pytest.raises(vl.ContractError, match="out: the array is read-only"):
        vl.ratio([1.0, 2.0, 3.0], 1.0, out=out)


def test_an_out_over_an_input():
    revenue, cost = np.arange(10_000.0), np.full(10_000, 3.0)
    want, _ = vl.ratio(revenue.copy(), cost)
    vl.ratio(revenue, cost, out=revenue)
    np.testing.assert_array_equal(revenue, want)
    shared = np.arange(10_001.0)
    want, _ = vl.ratio(shared[:-1].copy(), cost)
    vl.ratio(shared[:-1], cost, out=shared[1:])
    np.testing.assert_array_equal(shared[1:], want)


def test_inputs_that_may_not_be_written_are_not():
    revenue = np.array([1.0, 2.0])
    revenue.setflags(write=False)
    vl.ratio(revenue, 1.0)
    assert revenue.tolist() == [1.0, 2.0]


def test_threads_change_nothing():
    rng = np.random.default_rng(3)
    revenue, cost = rng.normal(100, 80, 50_001), rng.integers(-1, 4, 50_001).astype(float)
    one = vl.ratio(revenue, cost)
    for threads in (2, 3, 16):
        many = vl.ratio(revenue, cost, threads=threads)
        assert one[0].tobytes() == many[0].tobytes() and (one[1] == many[1]).all()
    with pytest.raises(vl.ContractError, match="threads: must be at least 1, is 0"):
        vl.ratio(1, 1, threads=0)


def test_batches_give_the_bits_of_single_rows():
    rng = np.random.default_rng(4)
    revenue, cost = rng.normal(100, 80, 300), rng.uniform(0, 50, 300)
    whole = vl.ratio(revenue, cost)[0]
    assert whole.tolist() == [vl.ratio(r, c)[0] for r, c in zip(revenue.tolist(), cost.tolist())]


def test_lifetime_ratio():
    revenue, cost = [100.0, 60.0, 40.0], [20.0, 30.0, 50.0]
    assert vl.ratio(revenue, cost)[0].tolist() == [4.0, 1.0, -0.2]
    assert vl.lifetime_ratio(revenue, cost) == (1.0, "ok")
    mean, why = vl.lifetime_ratio(revenue, cost, "mean_of_ratios")
    assert mean == pytest.approx(1.6, abs=1e-15) and why == "ok"
    assert vl.lifetime_ratio(revenue, cost, how="share_positive") == (2 / 3, "ok")
    with pytest.raises(vl.ContractError, match="how: must be 'pooled', 'mean_of_ratios' or 'share_positive', not 'mode'"):
        vl.lifetime_ratio(revenue, cost, how="mode")


def test_lifetime_ratio_of_many_customers():
    value, why = vl.lifetime_ratio([100.0, 60.0, 40.0, 5.0], [20.0, 30.0, 50.0, 0.0], periods=[3, 0, 1])
    np.testing.assert_array_equal(value, [1.0, NAN, np.inf])
    assert why.tolist() == ["ok", "inactive", "no_cost"]
    with pytest.raises(vl.ContractError, match="they add up to 2, the columns have 3 rows"):
        vl.lifetime_ratio([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], periods=[2])
    with pytest.raises(vl.ContractError, match="periods, customer 1"):
        vl.lifetime_ratio([1.0], [1.0], periods=[0.5])


def test_forward_ratio():
    assert vl.forward_ratio(150.0, 100.0) == (0.5, "ok")
    assert vl.forward_ratio(1.0, 0.0) == (np.inf, "no_cost")

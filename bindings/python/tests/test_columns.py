"""The door for numbers: what comes in, what is refused and why."""

import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from valorem import _core

NAN = float("nan")


def read(source):
    return _core.numbers(source, "amount")


def test_float64_in_c_order_is_used_where_it_lies():
    a = np.array([1.5, 2.5, NAN])
    assert np.shares_memory(read(a), a)
    a.setflags(write=False)
    assert np.shares_memory(read(a), a)


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", ">f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i8", ">u2"])
def test_other_numbers_become_float64(dtype):
    a = np.array([0, 1, 2, 100], dtype=dtype)
    out = read(a)
    assert out.dtype == np.float64 and out.dtype.isnative
    assert out.tolist() == [0.0, 1.0, 2.0, 100.0]


def test_any_layout():
    wide = np.arange(12.0).reshape(3, 4)
    assert read(wide[:, 1]).tolist() == [1.0, 5.0, 9.0]
    assert read(np.arange(5.0)[::-1]).tolist() == [4.0, 3.0, 2.0, 1.0, 0.0]
    assert read(np.broadcast_to(7.0, 3)).tolist() == [7.0, 7.0, 7.0]
    packed = np.zeros(3, dtype=np.dtype([("tag", "u1"), ("x", "f8")]))
    packed["x"] = [1.0, 2.0, 3.0]
    assert not packed["x"].flags.aligned
    assert read(packed["x"]).tolist() == [1.0, 2.0, 3.0]


def test_masked_cells_are_nan():
    a = np.ma.MaskedArray([1.0, 2.0, 3.0], mask=[False, True, False])
    np.testing.assert_array_equal(read(a), [1.0, NAN, 3.0])
    counts = np.ma.MaskedArray([1, 2, 3], mask=[True, False, False])
    np.testing.assert_array_equal(read(counts), [NAN, 2.0, 3.0])


def test_lists_of_numbers():
    assert read([1, 2.5, 3]).tolist() == [1.0, 2.5, 3.0]
    assert read((1, 2)).tolist() == [1.0, 2.0]
    assert read([]).size == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (np.array([True, False]), "amount: dtype bool where numbers are expected"),
        (np.array([1.0, None]), "amount: dtype object where numbers are expected; give float64, with NaN"),
        (np.array([1j]), "amount: dtype complex128"),
        (np.array(["1.5"]), "amount: dtype <U3"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "amount: dtype datetime64"),
        (np.array([1.0], dtype=np.longdouble), "holds more digits than float64"),
        ("1.5", "amount: str where numbers are expected"),
        (None, "amount: NoneType where numbers are expected"),
        ({"a": 1.0}, "amount: dict where numbers are expected"),
        ([decimal.Decimal("1.5")], "amount: dtype object"),
        (datetime.date(2020, 1, 1), "amount: dtype object"),
        (pd.Series([True, False]), "amount: dtype bool"),
        (pd.Series(["1", "2"]), "amount: dtype str"),
        (pd.DataFrame({"a": [1.0]}), "amount: a whole DataFrame where one column is expected"),
        (pl.Series([True]), "amount: Arrow bool where numbers are expected"),
        (pl.Series(["1"]), "where numbers are expected"),
        (pl.DataFrame({"a": [1.0]}), "amount: a whole table where one column is expected"),
        (pa.array([datetime.date(2020, 1, 1)]), "amount: Arrow date32 where numbers are expected"),
        (pa.array([[1.0]]), "amount: Arrow type '"),
    ],
)
def test_what_is_no_number_is_refused_in_a_sentence(source, said):
    with pytest.raises(TypeError) as refused:
        read(source)
    assert str(refused.value).startswith(said) or said in str(refused.value)
    assert str(refused.value).startswith("amount: ")


def test_a_table_column_has_one_dimension():
    with pytest.raises(ValueError, match="one dimension, this has 2"):
        read(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="one dimension, this has 0"):
        read(np.array(1.0))


def test_pandas_columns():
    s = pd.Series([1.0, 2.0, NAN])
    assert np.shares_memory(read(s), s.to_numpy())
    np.testing.assert_array_equal(read(pd.Series([1, None, 3], dtype="Int64")), [1.0, NAN, 3.0])
    np.testing.assert_array_equal(read(pd.Series([1.5, None], dtype="Float32")), [1.5, NAN])
    np.testing.assert_array_equal(read(pd.Series([1.5, None], dtype="float64[pyarrow]")), [1.5, NAN])
    np.testing.assert_array_equal(read(pd.Series([1, 2], index=[9, 8])), [1.0, 2.0])
    np.testing.assert_array_equal(read(pd.DataFrame({"a": [1, 2], "b": [3.0, 4.0]})["b"]), [3.0, 4.0])


def test_polars_columns():
    s = pl.Series([1.0, 2.0, 3.0])
    assert np.shares_memory(read(s), s.to_numpy())
    np.testing.assert_array_equal(read(pl.Series([1, None, 3])), [1.0, NAN, 3.0])
    np.testing.assert_array_equal(read(pl.Series([1.0, None])), [1.0, NAN])
    np.testing.assert_array_equal(read(pl.Series([None, None])), [NAN, NAN])
    two_chunks = pl.concat([pl.Series([1.0]), pl.Series([2.0])], rechunk=False)
    np.testing.assert_array_equal(read(two_chunks), [1.0, 2.0])
    np.testing.assert_array_equal(read(pl.Series(["1.25", "-3.10"]).cast(pl.Decimal(10, 2))), [1.25, -3.1])

"""The Arrow C data interface, in and out, against pyarrow and nanoarrow."""

import datetime
import decimal
import gc
import random

import nanoarrow as na
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import valorem as vl
from valorem import _core
from valorem.table import Table

NAN = float("nan")


def column(array):
    """The array as a column of a table, between two others."""
    t = pa.table({"before": pa.nulls(len(array)), "it": array, "after": pa.nulls(len(array))})
    columns = dict(_core.arrow_columns(t))
    assert list(columns) == ["before", "it", "after"]
    assert len(columns["it"]) == len(array)
    return columns["it"]


NUMBER_TYPES = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64(),
                pa.float16(), pa.float32(), pa.float64(), pa.decimal32(7, 2), pa.decimal64(12, 3), pa.decimal128(20, 4),
                pa.dictionary(pa.int8(), pa.int32()), pa.dictionary(pa.uint16(), pa.float64())]  # fmt: skip


@pytest.mark.parametrize("kind", NUMBER_TYPES, ids=str)
@pytest.mark.parametrize("with_nulls", [False, True])
def test_numbers_of_every_type_with_offset_and_nulls(kind, with_nulls):
    values = [0, 1, None, 3, 100, None, 7, 8, 9, 10, 11, 12] if with_nulls else list(range(12))
    cells = [None if v is None else np.float16(v) if kind == pa.float16() else v for v in values]
    whole = pa.array(cells, type=kind)
    for first, length in [(0, 12), (1, 11), (3, 5), (9, 3), (12, 0)]:
        want = [NAN if v is None else float(v) for v in values[first : first + length]]
        part = whole.slice(first, length)
        np.testing.assert_array_equal(_core.numbers(part, "x"), want)
        np.testing.assert_array_equal(_core.numbers(pa.chunked_array([part, whole]), "x")[:length], want)
        np.testing.assert_array_equal(column(part).numbers(), want)


def test_null_rows_of_the_table_itself():
    whole = pa.StructArray.from_arrays(
        [pa.array([1.0, 2.0, 3.0, 4.0]), pa.array(["a", "b", None, "d"])], names=["x", "id"],
        mask=pa.array([False, True, False, False]))  # fmt: skip
    for first in (0, 1, 2):
        columns = dict(_core.arrow_columns(whole.slice(first)))
        np.testing.assert_array_equal(columns["x"].numbers(), [1.0, NAN, 3.0, 4.0][first:])
        assert columns["id"].texts().to_numpy().tolist() == ["a", None, None, "d"][first:]


def test_one_piece_of_float64_is_not_copied_and_stays_alive():
    a = pa.array(np.arange(1000.0)).slice(10)
    view = _core.numbers(a, "x")
    address = a.buffers()[1].address + 80
    assert view.__array_interface__["data"][0] == address
    assert not view.flags.writeable
    del a
    gc.collect()
    np.testing.assert_array_equal(view, np.arange(10.0, 1000.0))


def test_a_release_for_every_buffer():
    pool = pa.default_memory_pool()
    gc.collect()
    before = pool.bytes_allocated()
    for _ in range(20):
        t = pa.table({"x": pa.array(range(5000)), "id": pa.array([str(i) for i in range(5000)])})
        columns = dict(_core.arrow_columns(t))
        columns["x"].numbers()
        columns["id"].texts()
        del t, columns
    gc.collect()
    assert pool.bytes_allocated() == before


def test_decimals_round_once():
    rng = random.Random(5)
    cells = [decimal.Decimal(rng.randint(-(10**30), 10**30)).scaleb(-rng.choice([7])) for _ in range(500)]
    cells += [decimal.Decimal(rng.randint(-(10**12), 10**12)).scaleb(-7) for _ in range(500)]
    with decimal.localcontext() as exact:
        exact.prec = 60
        array = pa.array(cells, type=pa.decimal128(38, 7))
    assert _core.numbers(array, "x").tolist() == [float(c) for c in cells]
    large = pa.array([decimal.Decimal(12) * 10**20, decimal.Decimal(-5) * 10**3], type=pa.decimal128(38, -3))
    assert _core.numbers(large, "x").tolist() == [12e20, -5e3]


def test_half_floats_exactly():
    bits = np.arange(2**16, dtype=np.uint16).view(np.float16)
    np.testing.assert_array_equal(_core.numbers(pa.array(bits), "x"), bits.astype(float))


TEXTS = ["", "a", "客户一", None, "a text that is longer than twelve bytes", "b", "another text beyond the twelve bytes"]


@pytest.mark.parametrize("kind", [pa.utf8(), pa.large_utf8(), pa.string_view(), pa.dictionary(pa.int16(), pa.utf8()),
                                  pa.dictionary(pa.int64(), pa.large_utf8())], ids=str)  # fmt: skip
def test_texts_of_every_layout(kind):
    whole = pa.array(TEXTS).cast(kind) if not pa.types.is_dictionary(kind) else pa.array(TEXTS, type=kind)
    for first in range(len(TEXTS) + 1):
        t = column(whole.slice(first)).texts()
        assert t.to_numpy().tolist() == TEXTS[first:]
        assert [t[i] for i in range(len(t))] == TEXTS[first:]


def test_texts_from_polars_duckdb_and_pandas():
    import duckdb

    for frame in (pl.DataFrame({"id": TEXTS}), pd.DataFrame({"id": pd.Series(TEXTS, dtype="str")}),
                  duckdb.from_arrow(pa.table({"id": TEXTS}))):  # fmt: skip
        assert dict(_core.arrow_columns(frame))["id"].texts().to_numpy().tolist() == TEXTS


def test_dates_and_timestamps():
    days = [datetime.date(1969, 12, 31), None, datetime.date(2024, 2, 29)]
    for kind in (pa.date32(), pa.date64()):
        got = column(pa.array(days, type=kind)).dates().astype("M8[D]")
        np.testing.assert_array_equal(got, np.array(["1969-12-31", "NaT", "2024-02-29"], dtype="M8[D]"))
    moments = [datetime.datetime(2024, 2, 29, 23, 59, 59), None]
    for unit in ("s", "ms", "us", "ns"):
        c = column(pa.array(moments, type=pa.timestamp(unit, tz="Asia/Shanghai")))
        assert c.time_zone == "Asia/Shanghai"
        assert c.type_name == f"Arrow timestamp[{unit}, Asia/Shanghai]"
        assert c.dates().dtype == f"M8[{unit}]"
    assert column(pa.array(moments, type=pa.timestamp("us"))).dates()[0] == np.datetime64("2024-02-29T23:59:59")
    with pytest.raises(TypeError, match="Arrow int64 where dates are expected"):
        column(pa.array([1])).dates()


def test_integers_refuse_what_they_cannot_hold():
    values, missing = column(pa.array([1, None, 3], type=pa.uint8())).integers("id")
    assert values.tolist() == [1, 0, 3] and missing.tolist() == [False, True, False]
    with pytest.raises(vl.DataError, match="does not fit"):
        column(pa.array([2**63], type=pa.uint64())).integers("id")
    with pytest.raises(TypeError, match="id is Arrow float64"):
        column(pa.array([1.0])).integers("id")


def test_booleans():
    c = column(pa.array([True, None, False] * 5).slice(1))
    np.testing.assert_array_equal(c.booleans()[:3], [NAN, 0.0, 1.0])


def test_a_failing_stream_says_why():
    def batches():
        yield pa.record_batch({"x": [1.0]})
        raise OSError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("x", pa.float64())]), batches())
    with pytest.raises((vl.DataError, OSError), match="the disk is gone"):
        _core.arrow_columns(reader)
    with pytest.raises(TypeError, match="one column where a table is expected"):
        _core.arrow_columns(pa.array([1.0]))


def everything():
    return Table({
        "id": ["c1", None, "客户三"],
        "x": np.array([1.5, NAN, -np.inf]),
        "n": np.array([1, 2, 3]),
        "small": np.array([1, 2, 3], dtype=np.uint8),
        "yes": np.array([True, False, True]),
        "day": np.array(["2024-02-29", "NaT", "1969-12-31"], dtype="M8[D]"),
        "moment": np.array(["2024-02-29T12:00", "NaT", "1969-12-31T01:00"], dtype="M8[s]"),
        "band": _core.Labels(np.array([1, -1, 0], dtype=np.int32), ["low", "high"]),
    })  # fmt: skip


def test_tables_leave_whole():
    t = pa.table(everything())
    t.validate(full=True)
    assert t.column_names == everything().columns
    rows = t.to_pydict()
    assert rows["id"] == ["c1", None, "客户三"]
    assert rows["x"][0] == 1.5 and np.isnan(rows["x"][1]) and rows["x"][2] == -np.inf
    assert rows["n"] == [1, 2, 3] and rows["small"] == [1, 2, 3]
    assert rows["yes"] == [True, False, True]
    assert rows["day"] == [datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]
    assert rows["moment"] == [datetime.datetime(2024, 2, 29, 12), None, datetime.datetime(1969, 12, 31, 1)]
    assert rows["band"] == ["high", None, "low"]
    assert t.schema.field("day").type == pa.date32() and t.schema.field("n").type == pa.int64()
    assert t.schema.field("band").type == pa.dictionary(pa.int32(), pa.large_utf8())


def test_nanoarrow_finds_the_export_valid():
    stream = na.ArrayStream(everything())
    array = stream.read_all()
    assert len(array) == 3
    for chunk in array.iter_chunks():
        chunk_view = na.c_array(chunk)
        assert chunk_view.n_children == 8


def test_float64_leaves_without_a_copy_and_outlives_the_table():
    t = everything()
    address = t["x"].__array_interface__["data"][0]
    arrow = pa.table(t)
    assert arrow["x"].chunk(0).buffers()[1].address == address
    del t
    gc.collect()
    assert arrow["x"][0].as_py() == 1.5
    unread = everything().__arrow_c_stream__()
    del unread
    gc.collect()


def test_round_trip_through_our_own_reader():
    columns = dict(_core.arrow_columns(everything()))
    assert columns["id"].texts().to_numpy().tolist() == ["c1", None, "客户三"]
    assert columns["band"].texts().to_numpy().tolist() == ["high", None, "low"]
    np.testing.assert_array_equal(columns["x"].numbers(), everything()["x"])
    np.testing.assert_array_equal(columns["day"].dates(), everything()["day"])

"""From purchases to one row a customer: every kind of frame, id and date, bad rows, and the known facts about CDNOW."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import valorem as vl
from valorem import _core, _sources

DAYS = ["2024-01-01", "2024-01-15", "2024-02-10", "2024-01-03"]
SMALL = {
    "customer_id": np.array([7, 7, 7, 9]),
    "date": np.array(DAYS, dtype="M8[D]"),
    "amount": np.array([10.0, 20.0, 30.0, 5.0]),
}


def summarise(frame=SMALL, **how):
    return vl.summarise(frame, **{"observation_end": "2024-03-01", **how})


def bits(s):
    return {name: s[name].tolist() if s[name].dtype == object else s[name].tobytes() for name in s.columns}


def test_a_small_table():
    s = summarise()
    assert isinstance(s, vl.Table) and len(s) == 2
    assert s["customer_id"].tolist() == [7, 9]
    assert s["frequency"].tolist() == [2.0, 0.0]
    assert s["recency"].tolist() == [40 / 7, 0.0] and s["T"].tolist() == [60 / 7, 58 / 7]
    assert s["monetary_value"].tolist() == [25.0, 0.0] and s["revenue"].tolist() == [60.0, 5.0]
    assert s["first_purchase"].tolist() == [datetime.date(2024, 1, 1), datetime.date(2024, 1, 3)]
    assert s["status"].tolist() == ["ok", "ok"]
    assert s.time_unit == "week" and s.currency == "" and s.as_of == datetime.date(2024, 3, 1)
    assert len(s.issues) == 0 and s.issue_counts == {}


def frames():
    text = pd.DataFrame(SMALL).astype({"date": "M8[us]"})
    yield "dict", SMALL
    yield "lists", {k: v.tolist() for k, v in SMALL.items()}
    yield "iso text", {**SMALL, "date": DAYS}
    yield "pandas", text
    yield "pandas us", pd.DataFrame(SMALL).astype({"date": "M8[ns]"})
    yield "pandas Int64", text.astype({"customer_id": "Int64"})
    yield "pandas text dates", text.assign(date=DAYS)
    yield "pandas date objects", text.assign(date=[datetime.date.fromisoformat(d) for d in DAYS])
    yield "pandas category", text.assign(customer_id=pd.Categorical(["b7", "b7", "b7", "b9"]))
    yield "pandas arrow", text.convert_dtypes(dtype_backend="pyarrow")
    yield "polars", pl.DataFrame(SMALL)
    yield "polars datetime", pl.DataFrame(SMALL).with_columns(pl.col("date").cast(pl.Datetime("us")))
    yield "polars lazy collected", pl.DataFrame(SMALL).lazy().collect()
    yield "pyarrow", pa.table(SMALL)
    yield "record batch", pa.record_batch(SMALL)
    yield "date64", pa.table({**SMALL, "date": pa.array(SMALL["date"]).cast(pa.date64())})
    yield "dictionary ids", pa.table({**SMALL, "customer_id": pa.array(["b7", "b7", "b7", "b9"]).dictionary_encode()})
    yield "small ids", {**SMALL, "customer_id": SMALL["customer_id"].astype("u1")}
    structured = np.zeros(4, dtype=[("customer_id", "i8"), ("date", "M8[D]"), ("amount", "f8")])
    for name, column in SMALL.items():
        structured[name] = column
    yield "structured array", structured


@pytest.mark.parametrize(("kind", "frame"), list(frames()), ids=[k for k, _ in frames()])
def test_every_frame_gives_the_same_bits(kind, frame):
    want, got = bits(summarise()), bits(summarise(frame))
    ids = got.pop("customer_id")
    want_ids = want.pop("customer_id")
    assert got == want
    assert ids in (want_ids, ["b7", "b9"])


def test_a_duckdb_relation():
    import duckdb

    relation = duckdb.from_arrow(pa.table(SMALL))
    assert bits(summarise(relation)) == bits(summarise())


def test_text_ids_stand_in_order_of_their_bytes():
    s = summarise({**SMALL, "customer_id": ["z", "a", "z", "客"]})
    assert s["customer_id"].tolist() == ["a", "z", "客"]
    assert s["frequency"].tolist() == [0.0, 1.0, 0.0]


def test_bad_rows_are_named_and_left_aside():
    frame = {
        "customer_id": [None, "a", "a", "a", "a", ""],
        "date": ["2024-01-01", "soon", None, "2024-01-05", "2024-01-06T10:00", "2024-01-01"],
        "amount": [1.0, 1.0, 1.0, float("nan"), 1.0, 1.0],
    }
    with pytest.raises(vl.DataError) as nothing_left:
        summarise(frame)
    assert "6" in str(nothing_left.value)
    frame = {k: [*v, {"customer_id": "b", "date": "2024-01-09", "amount": 4.0}[k]] for k, v in frame.items()}
    s = summarise(frame)
    assert s["customer_id"].tolist() == ["b"] and s["revenue"].tolist() == [4.0]
    assert list(zip(s.issues["row"].tolist(), s.issues["field"].tolist(), s.issues["rule"].tolist())) == [
        (1, "customer_id", "missing_customer"),
        (2, "date", "unreadable_date"),
        (3, "date", "missing_date"),
        (4, "amount", "missing_amount"),
        (5, "date", "offset_not_named"),
        (6, "customer_id", "missing_customer"),
    ]
    assert s.issue_counts["missing_customer"] == 2
    assert repr(s).splitlines()[-1].startswith("6 bad rows; the first: row 1, customer_id: ")
    assert s.origin["rows_refused"] == 6 and s.origin["rows_used"] == 1
    assert len(summarise(frame, issue_limit=2).issues) == 2


def test_missing_integer_ids():
    for ids in (pd.array([1, None, 2, 2], dtype="Int64"), [1, None, 2, 2]):
        s = summarise(pd.DataFrame({**SMALL, "customer_id": pd.Series(ids, dtype="Int64")}))
        assert s["customer_id"].tolist() == [1, 2] and s.issue_counts == {"missing_customer": 1}
    s = summarise(pl.DataFrame({**SMALL, "customer_id": [1, None, 2, 2]}))
    assert s["customer_id"].tolist() == [1, 2] and s.issue_counts == {"missing_customer": 1}


def test_amounts_as_text_are_read_by_the_core():
    frame = {**SMALL, "amount": _core.Text(["10", "twenty", "3e1", None])}
    s = summarise(frame)
    assert s.issue_counts == {"unreadable_amount": 1, "missing_amount": 1}
    assert s["revenue"].tolist() == [40.0]
    assert s.issues["sentence"].tolist() == ['"twenty" is not a number', "The amount is missing."]


def test_a_frame_in_which_one_amount_is_no_number_keeps_the_others():
    """pandas then makes the whole column text, or keeps what was numbers among text."""
    mixed = [10.5, "twenty", 3, None]
    for amount in (["10.5", "twenty", "3", None], mixed, np.array(mixed, dtype=object)):
        for column in (amount, pd.Series(amount, dtype=object), pd.Series([None if a is None else str(a) for a in amount], dtype="str")):
            s = summarise(pd.DataFrame({**SMALL, "amount": column}) if isinstance(column, pd.Series) else {**SMALL, "amount": column})
            assert s.issue_counts == {"unreadable_amount": 1, "missing_amount": 1} and s["revenue"].tolist() == [13.5]
    s = summarise(pl.DataFrame({**SMALL, "amount": ["1,5", "2", "1.5", "7"]}), decimal=",")
    assert s.issue_counts == {"unreadable_amount": 1} and s.issues["row"].tolist() == [3]
    s = summarise({**SMALL, "amount": [Decimal("10.5"), Decimal("1E+1"), None, 3]})
    assert s.issue_counts == {"missing_amount": 1} and s["revenue"].tolist() == [20.5, 3.0]
    assert summarise({**SMALL, "amount": [10, None, 3, 2]}).issue_counts == {"missing_amount": 1}
    for nothing in ([1.0, True, "2", 3], [{}, "1", "2", "3"]):
        with pytest.raises(TypeError, match="amount: "):
            summarise({**SMALL, "amount": nothing})


def test_dates_in_a_named_order():
    iso = ["2024-03-04", "2024-04-03", "2024-01-31", "2024-02-29"]
    want = summarise({**SMALL, "date": iso})
    for order, form in {"dmy": "{2}.{1}.{0}", "mdy": "{1}/{2}/{0}", "ymd": "{0}{1}{2}"}.items():
        got = summarise({**SMALL, "date": [form.format(*d.split("-")) for d in iso]}, date_order=order)
        assert got["T"].tobytes() == want["T"].tobytes() and got["recency"].tobytes() == want["recency"].tobytes()
    s = summarise({**SMALL, "date": [*iso[:3], "31/01/2024"]})
    assert s.issues["sentence"].tolist() == [
        '"31/01/2024" is neither a date YYYY-MM-DD nor a timestamp (date_order="dmy" reads day/month/year)'
    ]
    with pytest.raises(vl.ContractError, match="date_order: must be 'ymd', 'dmy' or 'mdy', not 'DMY'"):
        summarise(SMALL, date_order="DMY")
    with pytest.raises(vl.ContractError, match="decimal: must be '.' or ',', not ';'"):
        summarise(SMALL, decimal=";")


def test_rows_after_the_end_are_told():
    s = summarise({**SMALL, "date": ["2024-01-01", "2024-02-01", "2999-01-01", "2999-01-02"]})
    assert s.origin["rows_after_end"] == 2
    assert repr(s).splitlines()[-1].startswith("2 of 4 rows lie after ") and "left aside" in repr(s)


def test_returns():
    frame = {**SMALL, "amount": np.array([10.0, 20.0, -5.0, 5.0])}
    assert summarise(frame)["revenue"].tolist() == [25.0, 5.0]
    assert summarise(frame, returns="drop")["revenue"].tolist() == [30.0, 5.0]
    refused = summarise(frame, returns="refuse")
    assert refused["revenue"].tolist() == [30.0, 5.0] and refused.issue_counts == {"negative_amount": 1}
    with pytest.raises(vl.ContractError, match="returns: must be 'net', 'drop' or 'refuse', not 'keep'"):
        summarise(frame, returns="keep")


def test_timestamps_need_a_named_offset():
    late = {**SMALL, "date": np.array(["2024-01-01T23:30", "2024-01-15T01:00", "2024-02-10T12:00", "2024-01-03T00:00"], dtype="M8[ms]")}
    with pytest.raises(vl.ContractError, match="date: timestamps become dates only through an offset from UTC"):
        summarise(late)
    assert summarise(late, utc_offset="+08:00")["first_purchase"].tolist()[0] == datetime.date(2024, 1, 1)
    zoned = {
        "pyarrow": pa.table({**late, "date": pa.array(late["date"]).cast(pa.timestamp("ms", tz="UTC"))}),
        "polars": pl.DataFrame(late).with_columns(pl.col("date").dt.replace_time_zone("UTC")),
        "pandas": pd.DataFrame(late).assign(date=pd.to_datetime(late["date"]).tz_localize("UTC").tz_convert("Asia/Shanghai")),
    }
    for frame in zoned.values():
        with pytest.raises(vl.ContractError, match="utc_offset="):
            summarise(frame)
        # half past eleven at night in London is the next day in Guangzhou
        assert summarise(frame, utc_offset="+08:00")["first_purchase"].tolist()[0] == datetime.date(2024, 1, 2)
        assert summarise(frame, utc_offset=0)["first_purchase"].tolist()[0] == datetime.date(2024, 1, 1)
    text = {**late, "date": ["2024-01-01T23:30Z", "2024-01-15", "2024-02-10", "2024-01-03"]}
    assert summarise(text).issue_counts == {"offset_not_named": 1}
    assert summarise(text, utc_offset=480)["first_purchase"].tolist()[0] == datetime.date(2024, 1, 2)
    hours = summarise(late, utc_offset=0, collapse="hour", time_unit="hour")
    assert hours["recency"][0] == pytest.approx((40 * 24) - 11, abs=1)


@pytest.mark.parametrize(("value", "minutes"), [(None, None), (0, 0), (480, 480), ("+08:00", 480), ("-0330", -210), ("Z", 0), (datetime.timedelta(hours=8), 480)])
def test_offsets(value, minutes):
    assert _sources.offset_minutes(value) == minutes


@pytest.mark.parametrize("value", ["Asia/Shanghai", "8", 1.5, "+25:00", 2000])
def test_offsets_that_are_none(value):
    with pytest.raises(vl.ContractError, match="utc_offset"):
        _sources.offset_minutes(value)


@pytest.mark.parametrize("end", ["2024-03-01", datetime.date(2024, 3, 1), np.datetime64("2024-03-01"), pd.Timestamp("2024-03-01")])
def test_dates_as_arguments(end):
    assert summarise(observation_end=end).as_of == datetime.date(2024, 3, 1)


@pytest.mark.parametrize("end", ["01/03/2024", "2024-3-1", "2024-02-30", None, 20240301, datetime.datetime(2024, 3, 1, 12), pd.Timestamp("2024-03-01 00:00:00.000000001"), pd.NaT])
def test_dates_that_are_none(end):
    with pytest.raises((vl.ContractError, TypeError), match="observation_end"):
        summarise(observation_end=end)


@pytest.mark.parametrize(
    ("frame", "kind", "said"),
    [
        ({"customer": [1], "date": ["2024-01-01"], "amount": [1.0]}, vl.DataError,
         "transactions: no column 'customer_id' for customer_id; did you mean 'customer'?"),
        ({"a": [1]}, vl.DataError, "there are 'a'"),
        ([1, 2], TypeError, "transactions: list where a table is expected"),
        (pl.DataFrame(SMALL).lazy(), TypeError, "lazy frame"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), vl.DataError, "transactions: the column 'a' stands there twice"),
        ({**SMALL, "customer_id": np.array([1.0, 2.0, 3.0, 4.0])}, TypeError, "customer_id: dtype float64 where ids are expected"),
        ({**SMALL, "date": np.array([1, 2, 3, 4])}, TypeError, "date: dtype int64 where dates are expected"),
        ({**SMALL, "amount": [True] * 4}, TypeError, "amount: dtype bool"),
        ({**SMALL, "amount": [1.0]}, vl.ContractError, "unequal length"),
        ({**SMALL, "date": DAYS[:2]}, vl.ContractError, "unequal length"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_used(frame, kind, said):
    with pytest.raises(kind) as refused:
        summarise(frame)
    assert said in str(refused.value)


def test_a_ready_table():
    nan = float("nan")
    s = vl.Summary.from_columns(
        customer_id=["a", "b", "c", "d", "e", "f"], frequency=[2, nan, 1, 2.5, 3, 0],
        recency=[30.43, 1, 40, 1, 0, 0], T=[38.86, 2, 30, 2, 5, 0], monetary_value=[22.35, 1, 1, 1, 1, 0], currency="USD")  # fmt: skip
    assert s["customer_id"].tolist() == list("abcdef")
    assert s["status"].tolist() == ["ok", "missing", "invalid", "invalid", "invalid", "ok"]
    assert s.issues["rule"].tolist() == ["missing_frequency", "recency_after_end", "invalid_frequency", "repeats_without_recency"]
    assert s.currency == "USD" and s.as_of is None and s.origin["collapse"] is None
    assert "revenue" not in s
    with pytest.raises(vl.DataError):
        vl.Summary.from_columns([1], [nan], [1.0], [2.0])
    with pytest.raises(vl.ContractError, match="unequal length"):
        vl.Summary.from_columns([1, 2], [1.0], [1.0], [2.0])
    with pytest.raises(vl.ContractError, match="time_unit: must be"):
        vl.Summary.from_columns([1], [1.0], [1.0], [2.0], time_unit="fortnight")


def cdnow(frame, **how):
    return vl.summarise(frame, customer_id="id", amount="dollars", units="cds", observation_end="1998-06-30",
                        calibration_end="1997-09-30", currency="USD", **how)  # fmt: skip


def test_cdnow_sample(cdnow_sample):
    s = cdnow(cdnow_sample)
    assert len(s) == 2357 and s["frequency"].sum() == 2457
    assert s.origin["repeaters"] == 946
    bg = vl.BGNBD.fit(s["frequency"], s["recency"], s["T"])
    np.testing.assert_allclose(bg.parameters, [0.24259452, 4.41360202, 0.79292202, 2.42590677], rtol=1e-6)
    assert bg.log_likelihood == pytest.approx(-9582.429207, rel=1e-8)
    mbg = vl.MBGNBD.fit(s["frequency"], s["recency"], s["T"])
    np.testing.assert_allclose(mbg.parameters, [0.52484316, 6.18308528, 0.89135939, 1.61400224], rtol=1e-6)
    assert mbg.log_likelihood == pytest.approx(-9582.135716, rel=1e-8)
    gg = vl.GammaGamma.fit(s["frequency"], s["monetary_value"])
    np.testing.assert_allclose(gg.parameters, [6.24957227, 3.74422467, 15.44352095], rtol=1e-6)
    nbd = vl.NBD.fit(s["frequency"], s["recency"], s["T"])
    np.testing.assert_allclose(nbd.parameters, [0.38476614, 12.07202284], rtol=1e-6)


def test_any_row_order_gives_the_same_bits(cdnow_sample):
    want = bits(cdnow(cdnow_sample))
    order = np.random.default_rng(5).permutation(len(cdnow_sample["id"]))
    assert bits(cdnow({k: v[order] for k, v in cdnow_sample.items()})) == want


def test_cdnow_master(cdnow_master):
    s = cdnow(cdnow_master)
    assert len(s) == 23570 and s.origin["rows"] == 69659
    assert cdnow_master["dollars"].sum() == pytest.approx(2500315.63, abs=1e-6)
    whole = vl.summarise(cdnow_master, customer_id="id", amount="dollars", observation_end="1998-06-30")
    assert whole["revenue"].sum() == pytest.approx(2500315.63, abs=1e-6)
    assert vl.BGNBD.fit(s["frequency"], s["recency"], s["T"]).log_likelihood == pytest.approx(-95368.44393, rel=1e-8)
    assert vl.MBGNBD.fit(s["frequency"], s["recency"], s["T"]).log_likelihood == pytest.approx(-95336.95832, rel=1e-8)
    for unit, per_week in (("day", 7.0), ("hour", 168.0)):
        other = cdnow(cdnow_master, time_unit=unit)
        f = vl.BGNBD.fit(other["frequency"], other["recency"], other["T"])
        weeks = vl.BGNBD.fit(s["frequency"], s["recency"], s["T"])
        np.testing.assert_allclose(f.parameters / weeks.parameters, [1.0, per_week, 1.0, 1.0], rtol=1e-6)
        purchases = s["frequency"].sum()
        assert f.log_likelihood + purchases * np.log(per_week) == pytest.approx(weeks.log_likelihood, rel=1e-8)

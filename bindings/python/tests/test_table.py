"""Tables: reading columns, other frames, CSV, and how they look."""

import csv

import numpy as np
import pandas as pd
import polars as pl
import pytest

import valorem as vl
from valorem import _core
from valorem.table import Table

NAN = float("nan")


def small():
    return Table({"customer_id": ["c1", "客户二"], "p_alive": np.array([0.25, NAN]),
                  "band": _core.Labels(np.array([0, 1], dtype=np.int32), ["low", "high"])})  # fmt: skip


def test_columns_and_rows():
    t = small()
    assert t.columns == ["customer_id", "p_alive", "band"]
    assert len(t) == 2 and list(t) == t.columns and "band" in t and "bond" not in t
    assert t["customer_id"].tolist() == ["c1", "客户二"]
    assert (t["band"] == "high").tolist() == [False, True]
    assert t["band"] is t["band"]
    with pytest.raises(KeyError, match="did you mean 'p_alive'"):
        t["palive"]
    with pytest.raises(KeyError, match="there are customer_id, p_alive, band"):
        t["zzz"]


def test_columns_are_read_only():
    for name in small().columns:
        with pytest.raises(ValueError, match="read-only"):
            small()[name][0] = 1.0


def test_what_cannot_stand_in_a_table():
    with pytest.raises(vl.ContractError, match="a has 1 rows, b has 2"):
        Table({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(vl.ContractError, match="one dimension"):
        Table({"a": np.zeros((2, 2))})
    with pytest.raises(TypeError, match="a: dtype complex128"):
        Table({"a": np.array([1j])})
    with pytest.raises(TypeError, match="a: int where text is expected"):
        Table({"a": ["x", 1, None]} | {"a": np.array(["x", 1], dtype=object)})


def test_other_frames():
    t = small()
    p = t.to_pandas()
    assert list(p.columns) == t.columns
    assert p["band"].tolist() == ["low", "high"] and isinstance(p["band"].dtype, pd.CategoricalDtype)
    assert p["p_alive"].isna().tolist() == [False, True]
    q = t.to_polars()
    assert isinstance(q, pl.DataFrame) and q["customer_id"].to_list() == ["c1", "客户二"]
    assert t.to_arrow().num_rows == 2
    assert len(Table({})) == 0 and Table({}).to_polars().shape == (0, 0)


def test_csv(tmp_path):
    t = Table({
        "id": ["=1+1", "+1", "-1", "@x", "\tx", "\rx", 'say "hi", you', "two\nlines", "客户", None],
        "x": np.array([-1.5, 0.1, 1 / 3, NAN, np.inf, -np.inf, 1e300, 5e-324, 0.0, 3.0]),
        "n": np.arange(10),
    })  # fmt: skip
    t.to_csv(tmp_path / "a.csv")
    raw = (tmp_path / "a.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    with open(tmp_path / "a.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    assert rows[0] == ["id", "x", "n"]
    assert [r[0] for r in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", 'say "hi", you', "two\nlines", "客户", ""]
    back = np.array([float(r[1]) if r[1] else NAN for r in rows[1:]])
    np.testing.assert_array_equal(back, t["x"])
    t.to_csv(tmp_path / "b.csv", bom=True)
    assert (tmp_path / "b.csv").read_bytes() == b"\xef\xbb\xbf" + raw
    assert raw.splitlines()[1] == b"\"'=1+1\",-1.5,0"


def test_csv_of_every_kind_of_column(tmp_path):
    t = Table({"when": np.array(["2024-02-29", "NaT"], dtype="M8[D]"), "yes": np.array([True, False]), "band": _core.Labels(
        np.array([0, -1], dtype=np.int32), ["low"]), "small": np.array([1, 2], dtype="u1"), "half": np.array([0.5, 2], dtype="f4"), "=x": [1.0, 2.0]})  # fmt: skip
    t.to_csv(tmp_path / "c.csv")
    assert (tmp_path / "c.csv").read_bytes() == b"when,yes,band,small,half,\"'=x\"\n2024-02-29,true,low,1,0.5,1\n,false,,2,2,2\n"


def test_how_a_table_looks():
    assert repr(small()) == (
        "Table: 2 rows, 3 columns\n"
        "customer_id  p_alive  band\n"
        "c1              0.25  low\n"
        "客户二             -  high"
    )
    long = Table({"id": [f"c{i}" for i in range(25)], "x": np.arange(25.0)})
    lines = repr(long).splitlines()
    assert lines[0] == "Table: 25 rows, 2 columns" and len(lines) == 13
    assert lines[7].split() == ["…", "…"] and lines[-1].split() == ["c24", "24"]
    wide = Table({f"a_rather_long_name_{i}": [1.0] for i in range(20)})
    assert repr(wide).splitlines()[-1].startswith("and ") and max(map(len, repr(wide).splitlines()[:-1])) <= 120


def test_html_is_escaped():
    page = Table({"<b>": ["<script>alert(1)</script>"]})._repr_html_()
    assert "<script>" not in page and "&lt;b&gt;" in page and "Table: 1 rows" in page


def test_a_table_is_no_array_of_its_names():
    t = vl.Table({"a": [1.0, 2.0], "b": ["x", "y"]})
    for make in (pd.DataFrame, np.asarray):
        with pytest.raises(TypeError, match=r'a Table is no array: use .to_pandas\(\) for a pandas frame, or \["name"\]'):
            make(t)

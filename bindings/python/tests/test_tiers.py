"""Tier programs from Python: the worked example, facts of every kind, refusals, and one customer explained."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import ROOT

import valorem as vl

NAN = float("nan")
TEXT = (ROOT / "examples" / "data" / "gz-vip.json").read_text(encoding="utf-8")
PROGRAM = vl.TierProgram.from_json(TEXT)
CUSTOMERS = {
    "points": np.array([7160.0, 21000.0, 25000.0, NAN, 10.0]),
    "fee": np.array([128.0, 0.0, 900.0, 400.0, 58.0]),
    "tenure": np.array([30, 18, 60, 40, 3]),
    "overdue": np.array([0, 0, 3, 0, 0]),
}


def test_what_a_program_says_of_itself():
    assert PROGRAM.id == "gz-vip" and PROGRAM.tiers == ["none", "silver", "gold", "diamond"]
    assert PROGRAM.facts == ["points", "fee", "tenure", "overdue"]
    assert "keep" in PROGRAM.not_applied
    assert len(PROGRAM.fingerprint) == 16 and "gz-vip" in repr(PROGRAM)
    same = vl.TierProgram.from_dict(dict(reversed(json.loads(TEXT).items())))
    assert same == PROGRAM and hash(same) == hash(PROGRAM)
    assert pickle.loads(pickle.dumps(PROGRAM)) == PROGRAM
    with pytest.raises(AttributeError):
        PROGRAM.id = "other"


def test_the_five_customers_of_the_worked_example():
    d = PROGRAM.decide(CUSTOMERS, reasons=True, as_of="2016-06-01")
    assert d["tier"].tolist() == ["silver", "gold", "none", "gold", "none"]
    assert d["vip"].tolist() == [True, True, False, True, False]
    assert d["outcome"].tolist() == ["granted", "granted", "gate", "granted", "granted"]
    assert d["gate"].tolist() == [None, None, "credit", None, None]
    assert d["candidate"].tolist() == ["silver", "gold", "diamond", "gold", "none"]
    assert d["status"].tolist() == ["ok", "ok", "ok", "unknown_fact", "ok"]
    assert "points short 1,240 or fee short 260" in d["reasons"][0]
    assert d.origin["in_effect"] is True and d.origin["program"] == "gz-vip" and "keep" in d.origin["not_applied"]
    assert PROGRAM.decide(CUSTOMERS, as_of="2030-01-01").origin["in_effect"] is False
    assert "reasons" not in PROGRAM.decide(CUSTOMERS)
    assert "金卡: points差1,240" in PROGRAM.decide(CUSTOMERS, reasons=True, language="zh")["reasons"][0]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, lambda d: pl.DataFrame(d).to_arrow(), lambda d: d, vl.Table])
def test_facts_from_any_frame(frame):
    more = {"customer_id": ["a", "b", "c", "d", "e"], **CUSTOMERS}
    assert PROGRAM.decide(frame(more))["tier"].tolist() == ["silver", "gold", "none", "gold", "none"]


def test_one_customer_as_a_dict():
    assert PROGRAM.decide({"points": 7160, "fee": 128, "tenure": 30, "overdue": 0})["tier"].tolist() == ["silver"]
    assert PROGRAM.decide({"points": None, "fee": 400, "tenure": 40, "overdue": 0})["tier"].tolist() == ["gold"]


def test_a_missing_fact_is_an_error_that_offers_a_name():
    with pytest.raises(vl.DataError, match="facts: no column 'points' for the tier program; did you mean 'pionts'"):
        PROGRAM.decide({"pionts": [1.0], "fee": [1.0], "tenure": [1.0], "overdue": [1.0]})
    with pytest.raises(vl.ContractError, match="unequal length"):
        PROGRAM.decide({**CUSTOMERS, "fee": [1.0]})
    with pytest.raises(TypeError, match="fee: .* where numbers are expected"):
        PROGRAM.decide({**CUSTOMERS, "fee": ["1"] * 5})
    with pytest.raises(vl.ContractError, match="language: must be 'en' or 'zh', not 'fr'"):
        PROGRAM.decide(CUSTOMERS, language="fr")


def test_flags_and_levels():
    program = vl.TierProgram.from_dict({
        "schema": "tier-program/1", "id": "p", "version": "1",
        "measures": {"credit": {"levels": ["D", "C", "B", "A"]}, "signed": {"flag": True}},
        "tiers": [{"id": "none"}, {"id": "vip", "enter": {"all": [{"credit": "B"}, {"signed": True}]}}],
    })  # fmt: skip
    want = ["vip", "none", "none", "none", "none"]
    credit, signed = ["A", "C", "B", None, "A"], [True, True, False, True, None]
    assert program.decide({"credit": credit, "signed": signed})["tier"].tolist() == want
    assert program.decide(pl.DataFrame({"credit": credit, "signed": signed}))["tier"].tolist() == want
    frame = pd.DataFrame({"credit": pd.Categorical(credit), "signed": pd.array(signed, dtype="boolean")})
    d = program.decide(frame)
    assert d["tier"].tolist() == want and d["status"].tolist() == ["ok", "ok", "ok", "unknown_fact", "unknown_fact"]
    with pytest.raises(vl.ContractError, match="credit, row 2: no level 'a'; there are D, C, B, A"):
        program.decide({"credit": ["A", "a"], "signed": [True, True]})
    assert program.explain({"credit": "C", "signed": True}).routes[0].gaps[0].gap == 1.0


def test_one_customer_explained():
    e = PROGRAM.explain({"points": 7160, "fee": 128, "tenure": 30, "overdue": 0})
    assert (e.tier, e.target, e.enters) == ("silver", "gold", "no")
    assert [[(g.measure, g.gap, g.unit) for g in r.gaps] for r in e.routes] == [[("points", 1240.0, "point")], [("fee", 260.0, "CNY/month")]]
    assert str(e) == e.text() and "1,240" in str(e) and "金卡: points差1,240" in e.text("zh")
    cheap = PROGRAM.explain({"points": 7160, "fee": 128, "tenure": 30, "overdue": 0}, weights={"points": 1.0, "fee": 0.1})
    assert [r.gaps[0].measure for r in cheap.routes] == ["fee", "points"]
    blocked = PROGRAM.explain({"points": 25000, "fee": 900, "tenure": 60, "overdue": 3}, target="diamond")
    assert blocked.gates[0][0] == "credit" and blocked.gates[0][1][0].gaps[0].gap == 1.0
    unknown = PROGRAM.explain({"points": None, "fee": 400, "tenure": 40, "overdue": 0}, target="diamond")
    assert unknown.unknown == ("points",)
    with pytest.raises(vl.ContractError, match="target: the program has no tier 'platinum'; there are none, silver, gold, diamond"):
        PROGRAM.explain({"points": 1, "fee": 1, "tenure": 1, "overdue": 0}, target="platinum")
    with pytest.raises(vl.ContractError, match="weights: the program has no measure 'pionts'"):
        PROGRAM.explain({"points": 1, "fee": 1, "tenure": 1, "overdue": 0}, weights={"pionts": 1})
    assert "gz-vip" in PROGRAM.record({"points": 7160, "fee": 128, "tenure": 30, "overdue": 0}, as_of="2016-06-01")


def test_closing_a_gap_grants_the_tier():
    rng = np.random.default_rng(8)
    for _ in range(300):
        row = {"points": rng.uniform(0, 30000), "fee": rng.uniform(0, 1000), "tenure": rng.integers(0, 40), "overdue": rng.integers(0, 4)}
        for target in PROGRAM.tiers[1:]:
            e = PROGRAM.explain(row, target=target)
            if e.enters == "yes" and not e.gates:
                continue
            paid = dict(row)
            for _gate, routes in e.gates:
                for g in routes[0].gaps:
                    paid[g.measure] -= g.gap
            for g in e.routes[0].gaps if e.routes else ():
                paid[g.measure] += g.gap
            held = PROGRAM.decide(paid)["tier"][0]
            assert PROGRAM.tiers.index(held) >= PROGRAM.tiers.index(target), (row, target)


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        (TEXT.replace('"fee": 388', '"pionts": 388', 1), "unknown_measure", "/tiers/2/enter/all/0/any/1/pionts"),
        ('{"schema": "tier-program/1", "schema": "tier-program/1"}', "duplicate_key", "/schema"),
        ("[" * 10000, "too_deep", None),
        (TEXT + "x", "trailing_bytes", None),
        (TEXT.replace("3600", "1e400", 1), "number_out_of_range", None),
        ("", "empty", ""),
    ],
)
def test_a_program_that_is_refused(text, code, pointer):
    with pytest.raises(vl.ProgramError) as refused:
        vl.TierProgram.from_json(text)
    assert refused.value.code == code and refused.value.line >= 1
    if pointer is not None:
        assert refused.value.pointer == pointer


def test_a_dict_that_is_refused_has_a_pointer_and_no_line():
    d = json.loads(TEXT)
    d["tiers"][1]["enter"] = {"all": []}
    with pytest.raises(vl.ProgramError, match="^at /tiers/1/enter/all: ") as refused:
        vl.TierProgram.from_dict(d)
    assert refused.value.line == 0 and refused.value.code == "empty_rule"
    with pytest.raises(TypeError, match="set cannot stand in a program"):
        vl.TierProgram.from_dict({"schema": {1}})

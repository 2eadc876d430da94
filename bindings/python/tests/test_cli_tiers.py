"""valorem tiers decide and valorem tiers explain."""

import json

from command import PROGRAM, read, write
from conftest import ROOT


def test_tiers_decide(run, tmp_path):
    (tmp_path / "club.json").write_text(json.dumps({**PROGRAM, "measures": {k: v for k, v in PROGRAM["measures"].items() if k != "spend_12m"}}, ensure_ascii=False), encoding="utf-8")
    write(tmp_path / "facts.csv", [["客户", "150", "yes"], ["c2", "7,160", "no"], ["c3", "", "maybe"]], ("customer_id", "pts", "signed"))
    code, out, err = run("tiers", "decide", "club.json", "facts.csv", "--columns", "points=pts", "--language", "zh", "--bom")
    assert code == 0 and "gold: 1" in out and "none: 2" in out
    assert "row 2, points: '7,160' is not a number; taken as unknown" in err and "row 3, signed: 'maybe' is not true or false" in err
    rows = read(tmp_path / "decisions.csv")
    assert [r["customer_id"] for r in rows] == ["客户", "c2", "c3"] and [r["tier"] for r in rows] == ["gold", "none", "none"]
    assert "积分" in rows[1]["reasons"] and rows[0]["vip"] == "true"
    assert "no column 'points' for the tier program" in run("tiers", "decide", "club.json", "facts.csv")[2]


def test_tiers_explain(run):
    program = ROOT / "examples" / "data" / "gz-vip.json"
    code, out, _ = run("tiers", "explain", program, "points=7160", "fee=128", "tenure=30", "overdue=0")
    assert code == 0 and out == "silver\ngold: points short 1,240 or fee short 260 CNY/month\n"
    code, out, _ = run("tiers", "explain", program, "points=", "fee=400", "tenure=40", "overdue=0", "--target", "diamond")
    assert code == 0 and "points" in out
    assert run("tiers", "explain", program, "point=9000")[2] == "valorem: the program has no fact 'point'; did you mean 'points'?\n"
    assert "'x=1' is not FACT=VALUE; the program asks for points, fee, tenure, overdue" in run("tiers", "explain", program, "x=1")[2]
    assert "fee: 'much' is not a number" in run("tiers", "explain", program, "fee=much")[2]
    assert run("tiers", "explain", program, "points=1", "tenure=")[2] == (
        "valorem: give fee=VALUE overdue=VALUE too; an empty value says that a fact is unknown\n"
    )

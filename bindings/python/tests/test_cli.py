"""The command: one table out of files, every default told, every hostile file refused in one sentence."""

import csv
import json
import os
import pathlib
import sqlite3
import subprocess
import sys

import polars as pl
import pytest
from command import PROGRAM, PURCHASES, RATES, TERMS, lines, read, write
from conftest import ROOT, data_file

import valorem as vl
from valorem import _files
from valorem.cli import main


def test_score(run, shop, tmp_path):
    code, out, err = run("score", shop, *PURCHASES, "--out", "t.csv", "--threads", "2")
    assert code == 0 and err == ""
    for default in ("time-unit week", "collapse day", "returns net", "currency (none)", "model mbg_nbd", "spend gamma_gamma", "bands z",
                    "date-order ymd", "decimal ."):  # fmt: skip
        assert f"  --{default}\n" in out
    assert "--threads" not in out and "--out" not in out
    assert "CENSUS of 400 customers as of 2024-06-30" in out and "MBG_NBD: " in out and "All 400 rows are in t.csv." in out
    rows = read(tmp_path / "t.csv")
    assert [r["customer_id"] for r in rows] == [f"c{i:03}" for i in range(400)]
    s = vl.summarise(pl.read_csv(shop), observation_end="2024-06-30", units="units")
    t = vl.score(s, vl.fit(s), horizon=52, discount=0.1, margin=0.3)
    assert [float(r["lifetime_value"]) for r in rows] == t["lifetime_value"].tolist()
    code, out, _ = run("score", shop, *PURCHASES)
    assert code == 0 and "  --out scores.csv\n" in out and (tmp_path / "scores.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()


def test_every_dialect_gives_the_same_table(run, shop, tmp_path):
    rows = lines()
    run("score", shop, *PURCHASES, "--out", "want.csv")
    want = (tmp_path / "want.csv").read_bytes()
    variants = {
        "semicolon": lambda p: write(p, rows, delimiter=";"),
        "tab": lambda p: write(p, rows, delimiter="\t"),
        "quoted": lambda p: write(p, rows, quoting=csv.QUOTE_ALL),
        "lf": lambda p: write(p, rows, lineterminator="\n"),
        "cr": lambda p: write(p, rows, lineterminator="\r"),
        "bom": lambda p: p.write_bytes(b"\xef\xbb\xbf" + pathlib.Path(shop).read_bytes()),
        "other order": lambda p: write(p, rows[::-1]),
        "more columns": lambda p: write(p, [[*r, "note, with a comma", ""] for r in rows], ("customer_id", "date", "amount", "units", "a", "b")),
    }
    for name, make in variants.items():
        path = tmp_path / f"{name}.csv"
        make(path)
        code, _, err = run("score", path, *PURCHASES, "--out", "got.csv")
        assert (code, err) == (0, ""), name
        assert (tmp_path / "got.csv").read_bytes() == want, name


def test_parquet_and_sqlite_give_the_same_table(run, shop, tmp_path):
    run("score", shop, *PURCHASES, "--out", "want.csv")
    want = (tmp_path / "want.csv").read_bytes()
    frame = pl.read_csv(shop)
    frame.with_columns(pl.col("date").str.to_date()).write_parquet(tmp_path / "typed.parquet")
    frame.cast(pl.String).write_parquet(tmp_path / "text.parquet")
    for path in ("typed.parquet", "text.parquet"):
        assert run("score", path, *PURCHASES, "--out", "got.csv")[0] == 0
        assert (tmp_path / "got.csv").read_bytes() == want, path
    def sql(*statements):
        base = sqlite3.connect(tmp_path / "shop.db")
        for statement, rows in statements:
            base.executemany(statement, rows)
        base.commit()
        base.close()

    sql(("CREATE TABLE purchases (customer_id TEXT, date TEXT, amount REAL, units INTEGER)", [()]),
        ("INSERT INTO purchases VALUES (?, ?, ?, ?)", frame.rows()))  # fmt: skip
    assert run("score", "shop.db", *PURCHASES, "--out", "got.csv")[0] == 0
    assert (tmp_path / "got.csv").read_bytes() == want
    sql(('CREATE TABLE "other one" (x)', [()]))
    code, _, err = run("score", "shop.db", *PURCHASES)
    assert code == 1 and "name one of its tables with --table: other one, purchases" in err
    assert run("score", "shop.db", "--table", "purchases", *PURCHASES, "--out", "got.csv")[0] == 0
    assert "no table 'x'; there are other one, purchases" in run("score", "shop.db", "--table", "x", *PURCHASES)[2]
    assert "has no rows" in run("score", "shop.db", "--table", "other one", *PURCHASES)[2]
    assert "--table is for SQLite" in run("score", shop, "--table", "x", *PURCHASES)[2]


def test_costs_contacts_program_and_facts(run, shop, tmp_path):
    (tmp_path / "rates.json").write_text(json.dumps(RATES))
    (tmp_path / "club.json").write_text(json.dumps(PROGRAM, ensure_ascii=False), encoding="utf-8")
    write(tmp_path / "calls.csv", [["c001", "2024-01-05", "phone", "10"], ["c001", "2024-01-06", "phone", "ten"], ["zz", "2024-01-05", "phone", "1"]],
          ("who", "date", "channel", "minutes"))  # fmt: skip
    write(tmp_path / "facts.csv", [["c001", "150", "yes"], ["c002", "lots", "no"], ["c003", "150", ""]], ("customer_id", "points", "signed"))
    code, out, err = run("score", shop, *PURCHASES, "--currency", "USD", "--costs", "rates.json", "--contacts", "calls.csv",
                         "--contact-columns", "customer_id=who", "--program", "club.json", "--facts", "facts.csv", "--bom")  # fmt: skip
    assert code == 0
    assert "calls.csv: 1 bad row, left aside:\ncalls.csv, row 2, minutes: \"ten\" is not a number\n" in err
    assert "facts.csv, row 2, points: 'lots' is not a number; taken as unknown\n" in err
    assert "1 contacts counted, 1 of nobody" in out
    assert (tmp_path / "scores.csv").read_bytes().startswith(b"\xef\xbb\xbfcustomer_id,")
    rows = {r["customer_id"]: r for r in read(tmp_path / "scores.csv")}
    assert (rows["c001"]["tier"], rows["c001"]["vip"]) == ("gold", "true")
    assert rows["c002"]["tier"] == "none" and rows["c003"]["status_tier"] == "unknown_fact" and rows["c000"]["status_tier"] == "unknown_fact"
    years = float(rows["c001"]["T"]) * 7 / 365.25
    orders = float(rows["c001"]["frequency"]) + 1
    assert float(rows["c001"]["service_cost"]) == pytest.approx(5.0 + 2.0 * orders + years, rel=1e-13)


def test_a_ready_table(run, tmp_path):
    table = [["a", "2", "30.43", "38.86", "22.35"], ["b", "x", "1", "2", "1"], ["c", "1", "40", "30", "1"], ["d", "0", "0", "0", ""],
             ["e", "1", "1.71", "38.86", "11.77"]]  # fmt: skip
    table += [[f"f{i}", str(i % 7), str(10.0 + i if i % 7 else 0), str(60.0 + i % 3), str(5.0 + i)] for i in range(40)]
    write(tmp_path / "customers.csv", table, ("id", "frequency", "recency", "T", "monetary_value"))
    code, out, err = run("score", "--summary", "customers.csv", "--columns", "customer_id=id", *TERMS)
    assert code == 0
    assert "customers.csv, row 2, frequency: \"x\" is not a number" in err
    assert "customers.csv, row 3, recency: The last purchase lies after the end of observation: recency > T." in err
    assert "kept with a status" in err and "--collapse" not in out
    rows = {r["customer_id"]: r for r in read(tmp_path / "scores.csv")}
    assert [rows[k]["status"] for k in "abcde"] == ["ok", "missing", "invalid", "ok", "ok"]
    assert rows["b"]["p_alive"] == "" and float(rows["d"]["p_alive"]) > 0


GOOD = "customer_id,date,amount\nc1,2024-01-01,5\nc1,2024-02-01,6\nc2,2024-01-01,7\n"
HOSTILE = {
    "missing column": ("customer_id,date,dollars\nc1,2024-01-01,5\n", "no column 'amount' for amount; there are 'customer_id', 'date', 'dollars'"),
    "near name": ("customer_id,date,amuont\nc1,2024-01-01,5\n", "no column 'amount' for amount; did you mean 'amuont'?"),
    "unparsable dates": ("customer_id,date,amount\nc1,01/02/2024,5\n", "row 1, date: \"01/02/2024\" is neither a date YYYY-MM-DD nor a timestamp (--date-order dmy reads day/month/year, --date-order mdy reads month/day/year)"),
    "amounts in words": ("customer_id,date,amount\nc1,2024-01-01,five\n", "row 1, amount: \"five\" is not a number"),
    "decimal commas": ("customer_id;date;amount\nc1;2024-01-01;5,20\n", 'row 1, amount: "5,20" is not a number (--decimal , takes the comma'),
    "empty": ("", "the file is empty"),
    "only a header": ("customer_id,date,amount\n", "a header and no rows"),
    "blank header": ("\n\n\n", "line 1: the first line must name the columns, and is blank"),
    "duplicate header": ("customer_id,date,date\nc1,2024-01-01,5\n", "line 1: the header names 'date' twice"),
    "NUL": ("customer_id,date,amount\nc1,2024-01-01,5\nc1,2024\x00-01-01,5\n", "line 3: a NUL byte, which no text holds"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-16, where UTF-8 is expected; save the file as UTF-8"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "line 1: a NUL byte, which no text holds"),
    "GBK": ("customer_id,date,amount\n客户,2024-01-01,5\n".encode("gbk"), "line 2: not UTF-8; save the file as UTF-8"),
    "cut within a character": ("customer_id,date,amount\n".encode() + "客".encode()[:2], "line 2: not UTF-8"),
    "short row": (GOOD + "c3,2024-01-01\n", "line 5: 2 cells, where the header has 3"),
    "long row": (GOOD + "c3,2024-01-01,5,6\n", "line 5: 4 cells, where the header has 3"),
    "unclosed quote": ('customer_id,date,amount\nc1,2024-01-01,5\nc1,"2024-01-02,5\nc2,2024-01-01,5\n', "line 3: a quote is opened and never closed"),
    "unclosed quote in the header": ('customer_id,date,"amount\nc1,2024-01-01,5\n', "line 1: the header cannot be read: a quote is opened and never closed"),
    "a line without end": ("customer_id,date,amount\nc1,2024-01-01," + "5" * 3_000_000 + "\n", "a line of more than 1048576 bytes"),
    "all after the end": ("customer_id,date,amount\nc1,2025-01-01,5\n", "1 lie after 2024-06-30"),
    "only returns": ("customer_id,date,amount\nc1,2024-01-01,-5\n", "1 customers have returns alone"),
    "timestamps without an offset": ("customer_id,date,amount\nc1,2024-01-01T10:00,5\n", "row 1, date: \"2024-01-01T10:00\" becomes a date only through an offset from UTC, such as --utc-offset +08:00"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_one_sentence(run, tmp_path, name):
    content, said = HOSTILE[name]
    path = tmp_path / "hostile.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    code, out, err = run("score", path, *PURCHASES)
    assert code == 1 and out == ""
    assert err.startswith(f"valorem: {path}") and said in err
    assert err.count("\n") == 1, err
    assert not (tmp_path / "scores.csv").exists()


def test_bad_rows_are_told_and_the_others_scored(run, shop, tmp_path):
    rows = lines()
    run("score", shop, *PURCHASES, "--out", "want.csv")
    bad = [["", "2024-01-01", "5", "1"], ["c001", "soon", "5", "1"], ["c001", "2024-01-01", "five", "1"], ["c001", "2024-01-01", "", "1"],
           ["c001", "2024-01-01", "5", "-1"], ["=cmd()", "2024-02-30", "5", "1"]]  # fmt: skip
    write(tmp_path / "bad.csv", bad[:3] + rows + bad[3:])
    code, _, err = run("score", "bad.csv", *PURCHASES, "--out", "got.csv")
    assert code == 0 and (tmp_path / "got.csv").read_bytes() == (tmp_path / "want.csv").read_bytes()
    n = len(rows)
    for row, said in ((1, "customer_id: "), (2, "date: "), (3, "amount: \"five\" is not a number"), (n + 4, "amount: The amount is missing."),
                      (n + 5, "units: "), (n + 6, "date: ")):  # fmt: skip
        assert f"bad.csv, row {row}, {said}" in err
    assert err.startswith("bad.csv: 6 bad rows, left aside:\n")
    write(tmp_path / "many.csv", bad[:1] * 30 + rows)
    assert run("score", "many.csv", *PURCHASES)[2].endswith("many.csv: and 20 more\n")


def test_amounts_may_be_unknown(run, tmp_path):
    write(tmp_path / "visits.csv", [r[:2] for r in lines()], ("customer_id", "date"))
    code, _, err = run("score", "visits.csv", *PURCHASES)
    assert code == 1 and "no column 'amount'" in err
    code, _, err = run("score", "visits.csv", *PURCHASES, "--columns", "amount=")
    assert code == 0
    assert {r["status"] for r in read(tmp_path / "scores.csv")} == {"missing"}
    assert "customer_id cannot do without a column" in run("score", "visits.csv", *PURCHASES, "--columns", "customer_id=,amount=")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "shop.csv", *TERMS], "needs --observation-end"),
        (["score", *PURCHASES], "give a table of purchases, or --summary"),
        (["score", "none.csv", *PURCHASES], "none.csv: No such file or directory"),
        (["score", ".", *PURCHASES], ".: Is a directory"),
        (["score", "shop.csv", *TERMS, "--observation-end", "30/06/2024"], "--observation-end: '30/06/2024' is not a date"),
        (["score", "shop.csv", *PURCHASES, "--columns", "custmer_id=a"], "no role 'custmer_id'; did you mean 'customer_id'?"),
        (["score", "shop.csv", *PURCHASES, "--columns", "date"], "'date' is not ROLE=NAME"),
        (["score", "shop.csv", *PURCHASES, "--columns", "date=a,date=b"], "'date' stands there twice"),
        (["score", "shop.csv", *PURCHASES, "--columns", "date=when"], "no column 'when' for date"),
        (["score", "shop.csv", *PURCHASES, "--contacts", "shop.csv"], "contacts need rates"),
        (["score", "shop.csv", *PURCHASES, "--facts", "shop.csv"], "facts need a tier program"),
        (["score", "shop.csv", *PURCHASES, "--costs", "rates.json"], "the rates are in USD, the summary in (not named): nothing is converted; --currency USD says that"),
        (["score", "shop.csv", *PURCHASES, "--costs", "shop.csv"], "shop.csv: line 1, column 1"),
        (["score", "shop.csv", *PURCHASES, "--program", "gbk.json"], "gbk.json, line 1: not UTF-8"),
        (["score", "shop.csv", *PURCHASES, "--program", "bad.json"], "bad.json: line 1, column"),
        (["score", "shop.csv", *PURCHASES, "--horizon", "-1"], "horizon must be above 0"),
        (["score", "shop.csv", *PURCHASES, "--threads", "0"], "--threads: must be at least 1"),
        (["score", "shop.csv", *PURCHASES, "--out", "no/such/folder.csv"], "--out: no/such/folder.csv: there is no folder no/such"),
        (["score", "shop.csv", *PURCHASES, "--out", "."], "--out: '.' is not the name of a file"),
        (["score", "shop.csv", *PURCHASES, "--out", ""], "--out: '' is not the name of a file"),
        (["score", "shop.csv", *PURCHASES, "--out", "shop.csv"], "--out: shop.csv is read from, and would be lost"),
        (["score", "shop.csv", *PURCHASES, "--costs", "rates.json", "--out", "./rates.json"], "--out: ./rates.json is read from"),
        (["tiers", "decide", "bad.json", "shop.csv", "--out", "shop.csv"], "--out: shop.csv is read from"),
        (["score", "shop.csv", *PURCHASES, "--out", "/dev/full"], "/dev/full: No space left on device"),
        (["score", "shop.csv", *PURCHASES, "--delimiter", "xx"], "--delimiter: 'xx' cannot part cells; give one character"),
        (["score", "shop.csv", *PURCHASES, "--delimiter", '"'], "cannot part cells"),
        (["score", "shop.csv", *PURCHASES, "--delimiter", ""], "--delimiter: '' cannot part cells"),
        (["score", "shop.csv", *PURCHASES, "--utc-offset", "Beijing"], "--utc-offset: 'Beijing' is not an offset; give text such as"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, shop, tmp_path, arguments, said):
    (tmp_path / "rates.json").write_text(json.dumps(RATES))
    (tmp_path / "gbk.json").write_bytes('{"schema": "客户"}'.encode("gbk"))
    (tmp_path / "bad.json").write_text('{"schema": "tier-program/1", "schema": 1}')
    code, out, err = run(*arguments)
    assert code == 1 and said in err and err.count("\n") == 1 and err.startswith("valorem: "), err


def test_a_fit_that_does_not_converge_is_a_warning(run, tmp_path):
    write(tmp_path / "once.csv", [[f"c{i}", "2024-01-01", "5", "1"] for i in range(50)])
    code, out, err = run("score", "once.csv", *PURCHASES)
    assert code == 0 and err.startswith("valorem: warning: mbg_nbd: ")
    assert "\n  not determined   the model of purchases is not determined by these data: " in out
    assert "\n  no spend model   nobody bought twice, so no value can be known\n" in out
    assert "\nvalorem: warning: no spend model could be fitted, because nobody bought twice: every value is unknown\n" in err
    assert "GAMMA_GAMMA: not fitted\n" in out and {r["status"] for r in read(tmp_path / "scores.csv")} == {"missing"}
    assert "could be fitted" not in run("score", "once.csv", *PURCHASES, "--spend", "none")[2]
    code, _, err = run("score", "once.csv", *PURCHASES, "--draws", "30")
    assert code == 1 and "\nvalorem: --draws 30: draws need a fit that converged, this one is " in err
    assert err.endswith("; --penalty and --spend-penalty give priors\n")


def test_rows_after_the_end_are_told(run, shop, tmp_path):
    rows = lines()
    late = sum(r[1] > "2024-03-31" for r in rows)
    code, _, err = run("score", shop, *TERMS, "--observation-end", "2024-03-31")
    assert code == 0 and err == f"{shop}: {late:,} of {len(rows):,} rows lie after 2024-03-31, the end of observation, and were left aside\n"
    late = sum(r[1] > "2023-04-30" for r in rows)
    code, _, err = run("score", shop, *TERMS, "--observation-end", "2023-04-30")
    assert code == 0 and f"valorem: warning: {shop}: most rows, {late:,} of {len(rows):,}, were left aside\n" in err


def test_dates_and_numbers_as_others_write_them(run, shop, tmp_path):
    rows = lines()
    run("score", shop, *PURCHASES, "--out", "want.csv")
    want = (tmp_path / "want.csv").read_bytes()
    forms = {
        "dmy": lambda y, m, d: f"{int(d)}.{int(m)}.{y}", "mdy": lambda y, m, d: f" {m}/{d}/{y} ", "ymd": lambda y, m, d: f"{y}{m}{d}",
    }  # fmt: skip
    for order, form in forms.items():
        path = write(tmp_path / f"{order}.csv", [[r[0], form(*r[1].split("-")), f" {r[2]}".replace(".", ","), r[3]] for r in rows], delimiter=";")
        code, _, err = run("score", path, *PURCHASES, "--date-order", order, "--decimal", ",", "--out", "got.csv")
        assert (code, err) == (0, "") and (tmp_path / "got.csv").read_bytes() == want, order


def test_units_that_rates_need_are_asked_for_by_their_option(run, tmp_path):
    (tmp_path / "rates.json").write_text(json.dumps({"schema": "rates/1", "currency": "USD", "per_unit": 2.0}))
    write(tmp_path / "plain.csv", [r[:3] for r in lines()], ("customer_id", "date", "amount"))
    code, _, err = run("score", "plain.csv", *PURCHASES, "--costs", "rates.json", "--currency", "USD")
    assert code == 1 and "which the summary lacks; --columns units=NAME names the column" in err


def test_intervals_over_draws(run, shop, tmp_path):
    code, out, err = run("score", shop, *PURCHASES, "--draws", "30", "--level", "0.8", "--penalty", "0.2", "--spend-penalty", "0.1")
    assert code == 0 and err == "" and "  --seed 0\n" in out and "--level" not in out
    s = vl.summarise(pl.read_csv(shop), observation_end="2024-06-30", units="units")
    fitted = vl.fit(s, penalty=0.2, spend_penalty=0.1)
    t = vl.score(s, fitted, horizon=52, discount=0.1, margin=0.3, draws=vl.draws(s, fitted, size=30, seed=0), level=0.8)
    rows = read(tmp_path / "scores.csv")
    assert list(rows[0]) == t.columns
    for name in ("lifetime_value", "lifetime_value_low", "lifetime_value_high"):
        assert [float(r[name]) for r in rows] == t[name].tolist()
    code, _, err = run("score", shop, *PURCHASES, "--seed", "3")
    assert (code, err) == (1, "valorem: --seed: it belongs to --draws\n")


@pytest.mark.parametrize("model", vl._core.purchase_models())
def test_every_model_of_the_core_can_be_asked_for(run, shop, model):
    code, out, _ = run("score", shop, *PURCHASES, "--model", model)
    assert code == 0 and f"\n{model.upper()}: " in out


def test_version_and_usage(run, capsys):
    with pytest.raises(SystemExit) as done:
        main(["--version"])
    assert done.value.code == 0 and capsys.readouterr().out == f"valorem {vl.__version__}\n"
    with pytest.raises(SystemExit) as refused:
        main(["score"])
    assert refused.value.code == 2 and "--horizon" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "shop.csv"], "valorem score: the following arguments are required: --horizon, --discount, --margin; see valorem score --help\n"),
        (["score", "shop.csv", "--horizon", "x"], "valorem score: argument --horizon: 'x' is not a number; see valorem score --help\n"),
        (["score", "shop.csv", "--discount", "10%"], "valorem score: argument --discount: '10%' is not a number; see valorem score --help\n"),
        (["score", "shop.csv", "--threads", "two"], "valorem score: argument --threads: 'two' is not a whole number; see valorem score --help\n"),
        (["tiers"], "valorem tiers: the following arguments are required: COMMAND; see valorem tiers --help\n"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_read_are_refused_in_one_sentence(capsys, arguments, said):
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2 and capsys.readouterr().err == said


def test_no_input_is_ever_written_over(run, shop, tmp_path):
    before = pathlib.Path(shop).read_bytes()
    (tmp_path / "link.csv").symlink_to(shop)
    code, _, err = run("score", shop, *PURCHASES, "--out", "link.csv")
    assert code == 1 and "would be lost" in err and pathlib.Path(shop).read_bytes() == before


def test_an_offset_west_of_greenwich_is_an_argument(run, shop):
    assert run("score", shop, *PURCHASES, "--utc-offset", "-05:00")[0] == 0
    assert run("score", shop, *PURCHASES, "--utc-offset=-05:00")[0] == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_refused_as_a_table(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen([sys.executable, "-c", f"open({str(tmp_path / 'pipe')!r}, 'w').close()"])
    code, _, err = run("score", "pipe", *PURCHASES)
    assert code == 1 and err == "valorem: pipe: a pipe can be read once only, and a table is read twice; give a file\n"
    assert writer.wait(60) == 0


def process(*arguments, **how):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return subprocess.Popen([sys.executable, "-m", "valorem", *arguments], env=environment, stderr=subprocess.PIPE, text=True, **how)


def test_a_reader_that_leaves_and_a_terminal_without_the_letters(tmp_path):
    shop = write(tmp_path / "shop.csv", lines())
    out = str(tmp_path / "t.csv")
    with process("score", shop, *PURCHASES, "--out", out, stdout=subprocess.PIPE) as left:
        left.stdout.close()
        assert "Traceback" not in left.stderr.read() and left.wait(60) == 1
    with open("/dev/full", "w") as full, process("score", shop, *PURCHASES, "--out", out, stdout=full) as refused:
        assert refused.stderr.read().endswith("valorem: standard output: No space left on device\n") and refused.wait(60) == 1
    with process("score", shop, *PURCHASES, "--out", out, "--currency", "客", stdout=subprocess.PIPE) as done:
        assert "\\u5ba2" in done.stdout.read() and done.wait(60) == 0


def test_the_command_as_a_process(tmp_path):
    shop = write(tmp_path / "shop.csv", lines())
    done = subprocess.run([sys.executable, "-m", "valorem", "score", shop, *PURCHASES, "--out", str(tmp_path / "t.csv")], capture_output=True, text=True)
    assert done.returncode == 0 and "CENSUS" in done.stdout
    (tmp_path / "empty.csv").touch()
    refused = subprocess.run([sys.executable, "-m", "valorem", "score", str(tmp_path / "empty.csv"), *PURCHASES], capture_output=True, text=True)
    assert refused.returncode == 1 and refused.stderr == f"valorem: {tmp_path}/empty.csv: the file is empty\n"


def test_without_duckdb_the_extra_is_named(run, shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, _, err = run("score", shop, *PURCHASES)
    assert code == 1 and err == "valorem: reading files needs DuckDB: pip install 'valorem[cli]', or in a checkout pip install '.[cli]'\n"


def test_a_path_with_a_quote_in_it(tmp_path):
    path = tmp_path / "it's.csv"
    path.write_text(GOOD)
    assert _files.read_table(str(path))["amount"].to_numpy().tolist() == ["5", "6", "7"]


def test_cdnow(run, tmp_path):
    rows = [line.split() for line in data_file("CDNOW_master.txt").read_text(encoding="ascii").splitlines()][1:]
    write(tmp_path / "cdnow.csv", [[c, f"{d[:4]}-{d[4:6]}-{d[6:]}", v, n] for c, d, n, v in rows], ("id", "date", "dollars", "cds"))
    code, out, _ = run("score", "cdnow.csv", "--columns", "customer_id=id,amount=dollars,units=cds", "--observation-end", "1998-06-30",
                       "--calibration-end", "1997-09-30", "--currency", "USD", *TERMS, "--costs", ROOT / "examples/data/cdnow_rates.json",
                       "--program", ROOT / "examples/data/cdnow_tiers.json")  # fmt: skip
    assert code == 0 and "log-likelihood -95336.9583" in out and "All 23,570 rows are in scores.csv." in out
    assert len(read(tmp_path / "scores.csv")) == 23570

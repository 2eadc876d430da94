"""One table: fitted, costed, banded, tiered; the same bits as in C++, and every join and refusal."""

import csv
import datetime
import json
import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import ROOT
from golden import hashed, words

import valorem as vl
from valorem import _core

NAN = float("nan")
RATES = {"schema": "rates/1", "currency": "USD", "per_order": 2.0, "per_unit": 0.25, "per_year": 1.0, "per_minute": {"phone": 0.5, "mail": 0.1}}  # fmt: skip
TERMS = {"horizon": 52, "discount": 0.1, "margin": 0.3}
COLUMNS = ("customer_id frequency recency T monetary_value p_alive expected_purchases lifetime_value revenue service_cost "
           "ratio forward_ratio band tier vip reasons status status_value status_ratio status_tier").split()  # fmt: skip


def cdnow(frame, **how):
    return vl.summarise(frame, customer_id="id", amount="dollars", units="cds", observation_end="1998-06-30",
                        calibration_end="1997-09-30", currency="USD", **how)  # fmt: skip


@pytest.fixture(scope="module")
def sample(cdnow_sample):
    return cdnow(cdnow_sample)


@pytest.fixture(scope="module")
def fitted(sample):
    return vl.fit(sample)


def raw(table):
    return {name: table[name].tobytes() if table[name].dtype != object else table[name].tolist() for name in table.columns}


def test_the_scored_table_of_cdnow_has_the_hash_that_cpp_gives_it(cdnow_master):
    source = (ROOT / "tests" / "golden" / "score.test.cpp").read_text(encoding="utf-8")
    golden = int(re.search(r"frozen = 0x([0-9a-f]+)ULL", source)[1], 16)
    program = json.loads(re.search(r'R"\((.*?)\)"', source, re.S)[1])
    s = cdnow(cdnow_master)
    costs = {
        "so_far": 2.0 * s["orders"] + 0.25 * s["units"] + 0.02 * s["T"],
        "per_purchase": 2.0 + 0.25 * s["units_per_order"],
        "per_time": np.full(len(s), 0.02),
    }
    for threads in (1, 2):
        t = vl.score(s, vl.fit(s, threads=threads), **TERMS, costs=costs, program=program, threads=threads)
        words_of = []
        for name in ("frequency", "recency", "T", "monetary_value", "p_alive", "expected_purchases", "lifetime_value",
                     "revenue", "service_cost", "ratio", "forward_ratio"):  # fmt: skip
            words_of.append(words(t[name]))
        bands = t.stored("band")
        codes = np.array([["very_low", "low", "mid", "high", "very_high", "missing"].index(c) for c in bands.categories])
        codes[codes == 5] = -1
        words_of.append(codes[bands.codes].astype(np.int64).view(np.uint64))
        words_of.append(t.stored("tier").codes.astype(np.uint64))
        words_of.append(t["vip"].astype(np.uint64))
        words_of.append(t.stored("status").codes.astype(np.uint64))
        assert hex(hashed(words_of)) == hex(golden)


def test_one_table(sample, fitted):
    t = vl.score(sample, fitted, **TERMS, costs=RATES)
    assert isinstance(t, vl.Scores) and t.columns == COLUMNS and len(t) == len(sample)
    assert t["customer_id"].tolist() == sample["customer_id"].tolist()
    assert set(t["status"]) == {"ok"} and set(t["band"]) <= {"very_low", "low", "mid", "high", "very_high"}
    assert set(t["tier"]) == {None} and set(t["vip"]) == {None}
    np.testing.assert_array_equal(t["p_alive"], fitted.purchases.model.p_alive(sample["frequency"], sample["recency"], sample["T"]))
    np.testing.assert_array_equal(t["ratio"], vl.ratio(t["revenue"], t["service_cost"])[0])
    np.testing.assert_array_equal(t["band"], t.bands.assign(t["ratio"]))
    parts = t.parts
    np.testing.assert_array_equal(t["lifetime_value"], parts["discounted_margin"] - parts["discounted_cost"])
    delta = np.log1p(0.1) / (365.25 / 7)
    direct = fitted.purchases.model.discounted_purchases(delta, 52, sample["frequency"], sample["recency"], sample["T"])
    np.testing.assert_allclose(parts["discounted_purchases"], direct, rtol=1e-13)
    assert t.origin["model"] == "mbg_nbd" and t.origin["as_of"] == datetime.date(1997, 9, 30) and t.origin["band_column"] == "ratio"
    assert "CENSUS" in t.census() and "Customer 2" in t.scorecard(2)
    with pytest.raises(vl.ContractError, match="no customer 0"):
        t.scorecard(0)


def test_the_fitted_model(sample, fitted):
    assert fitted.purchases.status == "converged" and isinstance(fitted.purchases.model, vl.MBGNBD)
    assert isinstance(fitted.spend.model, vl.GammaGamma) and fitted.customers == 2357 and fitted.spend_excluded == 0
    assert fitted.time_unit == "week" and fitted.currency == "USD" and fitted.library_version == vl.__version__
    assert "converged" in repr(fitted)
    assert isinstance(vl.fit(sample, model="bg_nbd").purchases.model, vl.BGNBD)
    assert isinstance(vl.fit(sample, "nbd", spend=None).purchases.model, vl.NBD) and vl.fit(sample, spend=None).spend is None
    with pytest.raises(vl.ContractError, match="model: must be one of mbg_nbd, bg_nbd, .*nbd, not 'pareto'"):
        vl.fit(sample, "pareto")
    with pytest.raises(TypeError, match="model: the class MBGNBD where a name such as 'mbg_nbd' is expected"):
        vl.fit(sample, vl.MBGNBD)
    with pytest.raises(vl.ContractError, match="spend: must be"):
        vl.fit(sample, spend="normal")
    each = vl.fit(sample, "nbd", spend_form="transactions").spend
    rows = sample["sum_log_spend"], sample["frequency"], sample["monetary_value"]
    assert each.parameters.tolist() == vl.GammaGamma.fit(rows[1], rows[2], log_spend=rows[0]).parameters.tolist()
    assert each.standard_errors[0] < fitted.spend.standard_errors[0] and each.rows <= fitted.spend.rows
    with pytest.raises(vl.ContractError, match="spend_form is 'mean' or 'transactions', not 'each'"):
        vl.fit(sample, spend_form="each")
    with pytest.raises(TypeError, match="summary: dict where vl.Summary is expected"):
        vl.fit({"frequency": [1.0]})
    with pytest.warns(vl.ConvergenceWarning):
        vl.fit(vl.Summary.from_columns(np.arange(50), np.zeros(50), np.zeros(50), np.full(50, 10.0)), "bg_nbd")


def test_without_costs_or_spend(sample, fitted):
    t = vl.score(sample, fitted, **TERMS)
    assert np.isnan(t["ratio"]).all() and set(t["status_ratio"]) == {"missing"} and set(t["status"]) == {"ok"}
    assert t.origin["band_column"] == "lifetime_value"
    blind = vl.score(sample, vl.fit(sample, spend=None), **TERMS)
    assert np.isnan(blind["lifetime_value"]).all() and set(blind["status"]) == {"missing"}
    np.testing.assert_array_equal(blind["p_alive"], t["p_alive"])


def test_threads_and_batches_change_nothing(sample, fitted):
    want = raw(vl.score(sample, fitted, **TERMS, costs=RATES))
    assert raw(vl.score(sample, fitted, **TERMS, costs=RATES, threads=3)) == want


def test_bad_rows_have_a_status_and_spoil_nothing(fitted):
    x, t_x, T = [2, NAN, 1, 2.5, 3, 0], [30.43, 1, 40, 1, 0, 0], [38.86, 2, 30, 2, 5, 0]
    s = vl.Summary.from_columns(np.arange(6), x, t_x, T, [22.35, 1, 1, 1, 1, 0], currency="USD")
    t = vl.score(s, fitted, **TERMS)
    assert t["status"].tolist() == ["ok", "missing", "invalid", "invalid", "invalid", "ok"]
    assert np.isnan(t["p_alive"]).tolist() == [False, True, True, True, True, False]
    assert t["lifetime_value"][5] > 0  # a customer of today is valued
    assert t["band"].tolist()[1] == "missing"
    alone = vl.Summary.from_columns([0, 5], [2, 0], [30.43, 0], [38.86, 0], [22.35, 0], currency="USD")
    np.testing.assert_array_equal(vl.score(alone, fitted, **TERMS)["lifetime_value"], t["lifetime_value"][[0, 5]])


def test_other_units_are_refused(cdnow_sample, fitted):
    with pytest.raises(vl.ContractError, match="fitted with time unit week, the data have time unit day"):
        vl.score(cdnow(cdnow_sample, time_unit="day"), fitted, **TERMS)
    euro = vl.Summary.from_columns([1], [1.0], [1.0], [2.0], [1.0], currency="EUR")
    with pytest.raises(vl.ContractError, match="currency USD, the data have currency EUR"):
        vl.score(euro, fitted, **TERMS)


@pytest.mark.parametrize(
    ("terms", "said"),
    [({"horizon": 0}, "horizon must be above 0"), ({"discount": -0.1}, "discount must be a rate from 0 to 1 a year"),
     ({"margin": NAN}, "margin must be a share above 0, up to 1"), ({"horizon": np.inf, "discount": 0}, "needs a discount above 0"),
     ({"bands": "jenks"}, "bands: must be 'z' or 'quantile'"), ({"threads": 0}, "threads: must be at least 1")])  # fmt: skip
def test_terms_that_are_refused(sample, fitted, terms, said):
    with pytest.raises(vl.ContractError, match=said):
        vl.score(sample, fitted, **{**TERMS, **terms})


def test_bands(sample, fitted):
    t = vl.score(sample, fitted, **TERMS, bands="quantile", band_points=[0.5, 0.9])
    assert t.bands.names == ["band_1", "band_2", "band_3"] and t.bands.origin["method"] == "quantile"


PROGRAM = {
    "schema": "tier-program/1", "id": "club", "version": "1",
    "measures": {"spend_12m": {"better": "higher"}, "points": {"better": "higher"}, "signed": {"flag": True}},
    "tiers": [{"id": "none"}, {"id": "gold", "enter": {"all": [{"points": 100}, {"signed": True}]}},
              {"id": "rich", "enter": {"spend_12m": 500}}],
}  # fmt: skip


def test_facts_are_matched_by_customer(sample, fitted):
    ids = sample["customer_id"][::-1][:-1]  # in another order, and without the first customer
    facts = {"customer_id": ids, "points": ids.astype(float), "signed": ids % 2 == 0, "not asked for": ids}
    for frame in (facts, pd.DataFrame(facts), pl.DataFrame(facts), pa.table(facts)):
        t = vl.score(sample, fitted, **TERMS, program=PROGRAM, facts=frame)
        by_id = dict(zip(t["customer_id"].tolist(), t["tier"].tolist()))
        assert by_id[200] == "gold" and by_id[98] == "none" and by_id[201] == "none"
        assert t["status_tier"][0] == "unknown_fact" and t["vip"].dtype == bool
    rows = {"points": np.arange(2357.0), "signed": np.ones(2357, dtype=bool)}
    assert vl.score(sample, fitted, **TERMS, program=vl.TierProgram.from_dict(PROGRAM), facts=rows)["tier"][100] in ("gold", "rich")
    renamed = {"customer": sample["customer_id"][::-1], **rows}
    with pytest.raises(vl.ContractError, match="facts: 'customer' holds the summary's ids in another order; call it 'customer_id'"):
        vl.score(sample, fitted, **TERMS, program=PROGRAM, facts=renamed)
    in_order = vl.score(sample, fitted, **TERMS, program=PROGRAM, facts={**renamed, "customer": sample["customer_id"]})
    assert raw(in_order) == raw(vl.score(sample, fitted, **TERMS, program=PROGRAM, facts=rows))
    with pytest.raises(vl.ContractError, match="facts: customer_id, row 3: this customer stands there twice"):
        vl.score(sample, fitted, **TERMS, program=PROGRAM, facts={"customer_id": [1, 2, 1], "points": [1.0] * 3, "signed": [True] * 3})
    with pytest.raises(vl.DataError, match="^facts: not one of its 2 customers is in the summary, whose ids are like '1', not '-1'"):
        vl.score(sample, fitted, **TERMS, program=PROGRAM, facts={"customer_id": [-1, -2], "points": [1.0] * 2, "signed": [True] * 2})
    with pytest.raises(vl.ContractError, match="facts: customer_id holds text, the summary's integers"):
        vl.score(sample, fitted, **TERMS, program=PROGRAM, facts={"customer_id": ["1"], "points": [1.0], "signed": [True]})
    with pytest.raises(vl.ContractError, match="asks for the fact points, which is none of"):
        vl.score(sample, fitted, **TERMS, program=PROGRAM)
    with pytest.raises(vl.ContractError, match="unequal length"):
        vl.score(sample, fitted, **TERMS, program=PROGRAM, facts={"points": [1.0], "signed": [True]})


def test_rates():
    r = vl.Rates.from_dict({**RATES, "per_order": {"handling": 1.5, "postage": 0.5}})
    assert (r.currency, r.per_order, r.per_unit, r.per_year, r.per_minute) == ("USD", 2.0, 0.25, 1.0, {"phone": 0.5, "mail": 0.1})
    assert "per order 2" in repr(r) and vl.Rates.from_json(r.to_json()).per_minute == r.per_minute
    with pytest.raises(vl.ProgramError) as refused:
        vl.Rates.from_json('{"schema": "rates/1", "currency": "USD",\n "per_order": -1}')
    assert refused.value.line == 2 and refused.value.pointer == "/per_order"


def test_costs_with_contacts(sample, fitted):
    plain = vl.cost_to_serve(sample, RATES)
    np.testing.assert_allclose(plain["so_far"], 2.0 * sample["orders"] + 0.25 * sample["units"] + sample["T"] * 7 / 365.25, rtol=1e-14)
    contacts = {
        "customer_id": [2, 1, 1, 99999, 1, 1, None],
        "date": ["1997-08-01", "1997-02-01", "1997-03-01", "1997-03-01", "1998-01-01", "1997-04-01", "1997-04-01"],
        "channel": ["mail", "phone", "phone", "phone", "phone", "phone", "phone"],
        "minutes": [10.0, 4.0, 6.0, 1.0, 7.0, -1.0, 1.0],
    }
    for frame in (contacts, pl.DataFrame(contacts), pd.DataFrame(contacts).astype({"customer_id": "Int64"})):
        c = vl.cost_to_serve(sample, RATES, frame)
        assert c["contact_cost"][:3].tolist() == [5.0, 1.0, 0.0]
        np.testing.assert_allclose((c["so_far"] - plain["so_far"])[:3], [5.0, 1.0, 0.0], atol=1e-12)
        assert c.origin == {"contacts_used": 3, "contacts_unmatched": 1, "contacts_after_end": 1, "contacts_refused": 2}
        assert c.issues["rule"].tolist() == ["invalid_minutes", "missing_customer"]
    with pytest.warns(vl.RowsLeftOutWarning, match="^contacts: 3 count, 1 are of nobody in the summary, 2 are bad, 1 come after its end; row "):
        t = vl.score(sample, fitted, **TERMS, costs=RATES, contacts=contacts)
    nobody = {**contacts, "customer_id": [-7] * 7}
    with pytest.raises(vl.DataError, match="^contacts: 0 count, "):
        vl.score(sample, fitted, **TERMS, costs=RATES, contacts={name: np.asarray(c)[:1] for name, c in nobody.items()})
    np.testing.assert_array_equal(t["service_cost"], c["so_far"])
    same = vl.score(sample, fitted, **TERMS, costs=c)
    assert raw(same) == raw(t)
    shuffled = {k: np.array(c[k])[::-1] for k in c.columns}
    assert raw(vl.score(sample, fitted, **TERMS, costs=shuffled)) == raw(t)
    with pytest.raises(vl.DataError, match='contact row 1, channel: no rate for "fax"; the rates know'):
        vl.cost_to_serve(sample, RATES, {**contacts, "channel": ["fax"] * 7})
    with pytest.raises(vl.ContractError, match="contacts: they need rates"):
        vl.score(sample, fitted, **TERMS, contacts=contacts)
    with pytest.raises(vl.ContractError, match="the rates are in EUR"):
        vl.cost_to_serve(sample, {**RATES, "currency": "EUR"})
    with pytest.raises(vl.DataError, match="costs: no column 'per_time' for per_time"):
        vl.score(sample, fitted, **TERMS, costs={"so_far": [1.0], "per_purchase": [1.0]})


def test_csv_is_the_one_that_cpp_writes(sample, fitted, tmp_path):
    t = vl.score(sample, fitted, **TERMS, costs=RATES, program={**PROGRAM, "measures": {"spend_12m": {"better": "higher"}},
                 "tiers": [{"id": "none"}, {"id": "=rich", "enter": {"spend_12m": 500}}]})  # fmt: skip
    t.to_csv(tmp_path / "scores.csv", bom=True)
    assert (tmp_path / "scores.csv").read_bytes() == t._data.csv(t.stored("customer_id"), True)
    with open(tmp_path / "scores.csv", encoding="utf-8-sig", newline="") as f:
        back = list(csv.DictReader(f))
    assert list(back[0]) == COLUMNS
    assert [float(row["lifetime_value"]) for row in back] == t["lifetime_value"].tolist()
    assert b"\"'=rich\"" in (tmp_path / "scores.csv").read_bytes()


def test_the_table_leaves_for_any_frame(sample, fitted):
    t = vl.score(sample, fitted, **TERMS, costs=RATES, program={**PROGRAM, "measures": {"p_alive": {"better": "higher"}},
                 "tiers": [{"id": "none"}, {"id": "gold", "enter": {"p_alive": 0.5}}]})  # fmt: skip
    arrow = t.to_arrow()
    arrow.validate(full=True)
    assert arrow.column_names == COLUMNS
    assert t.to_polars()["tier"].to_list() == t["tier"].tolist()
    frame = t.to_pandas()
    np.testing.assert_array_equal(frame["lifetime_value"], t["lifetime_value"])
    assert frame["vip"].tolist() == t["vip"].tolist()
    assert isinstance(t.stored("band"), _core.Labels)


def test_the_table_keeps_how_the_fits_ended(sample, fitted):
    origin = vl.score(sample, fitted, **TERMS).origin
    assert (origin["purchases_fit"], origin["purchases_limit"], origin["spend"], origin["spend_fit"]) == ("converged", "", "fitted", "converged")
    once = vl.Summary.from_columns(np.arange(50), np.zeros(50), np.zeros(50), np.full(50, 10.0), np.zeros(50))
    with pytest.warns(vl.ConvergenceWarning):
        flat = vl.fit(once)
    t = vl.score(once, flat, **TERMS)
    assert t.origin["purchases_fit"] == flat.purchases.status != "converged" and t.origin["purchases_limit"] == flat.purchases.limit
    assert (t.origin["spend"], t.origin["spend_fit"]) == ("no_repeat_buyers", None)
    assert "the model of purchases is not determined by these data" in t.census() and "nobody bought twice" in t.census()


def test_a_program_in_another_currency_is_refused(sample, fitted):
    program = {"schema": "tier-program/1", "id": "p", "version": "1", "measures": {"spend_12m": {"unit": "EUR"}},
               "tiers": [{"id": "a"}, {"id": "b", "enter": {"spend_12m": 1}}]}  # fmt: skip
    with pytest.raises(vl.ContractError, match="the tier program states spend_12m in EUR, the summary is in USD"):
        vl.score(sample, fitted, **TERMS, program=program)

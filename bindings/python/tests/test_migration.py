"""docs/migration.md: every line with two calls is computed on both sides, every line with a published number on ours."""

import re
import warnings

import numpy as np
import pandas as pd
import peers
import pytest
from conftest import ROOT, data_file

import valorem as vl

TEXT = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")


def rows(heading, last):
    """Cells of the tables below a heading whose last column is named `last`."""
    section = TEXT.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    out, wanted = [], False
    for line in section.splitlines():
        if not line.startswith("|"):
            wanted = False
            continue
        cells = [c.strip() for c in line.strip("|").split("|")]
        if cells[-1] == last:
            wanted = True
        elif wanted and not cells[0].startswith("---"):
            out.append(cells)
    return out


LIFETIMES = rows("lifetimes", "agree within")
PYMC = rows("PyMC-Marketing", "agree within")
R = rows("BTYD", "published")


def code(cell):
    return re.fullmatch(r"`([^`]*)`", cell)[1]


def test_all_tables_were_found():
    assert (len(LIFETIMES), len(PYMC), len(R)) == (29, 19, 17)


@pytest.fixture(scope="module")
def here(cdnow_sample):
    lines = pd.DataFrame({"id": cdnow_sample["id"], "date": cdnow_sample["date"], "dollars": cdnow_sample["dollars"]})
    summary = vl.summarise(lines, customer_id="id", date="date", amount="dollars", observation_end="1998-06-30", calibration_end="1997-09-30")
    f, r, T, m = (summary[name] for name in ("frequency", "recency", "T", "monetary_value"))
    donations = np.loadtxt(data_file("donations.csv"), delimiter=",", skiprows=1)
    x6, r6, n6, w6 = donations.T.copy()
    return {
        "vl": vl, "np": np, "lines": lines, "summary": summary, "f": f, "r": r, "T": T, "m": m, "b": f[f > 0], "mean": m[f > 0],
        "t": 39.0, "n": 3, "x6": x6, "r6": r6, "n6": n6, "w6": w6,
        "bg": vl.BGNBD(0.243, 4.414, 0.793, 2.426), "mbg": vl.MBGNBD(0.525, 6.183, 0.891, 1.614),
        "pn": vl.ParetoNBD(0.553, 10.578, 0.606, 11.669), "gg": vl.GammaGamma(6.25, 3.74, 15.44),
        "bg_fit": vl.BGNBD.fit(f, r, T).model, "pn_fit": vl.ParetoNBD.fit(f, r, T).model,
        "bb": vl.BGBB(1.204, 0.750, 0.657, 2.783), "sbg": vl.ShiftedBetaGeometric(0.704, 1.182),
    }  # fmt: skip


def parameters(model, **other):
    names = re.findall(r"(\w+)=", repr(model))
    return {other.get(name, name): getattr(model, name) for name in names}


@pytest.fixture(scope="module")
def lifetimes(here):
    package = peers.lifetimes()

    def fitted(cls, model):
        fitter = cls()
        fitter.params_ = pd.Series(parameters(model))
        return fitter

    bgf = fitted(package.BetaGeoFitter, here["bg"])
    bgf.data = pd.DataFrame({"frequency": here["f"], "recency": here["r"], "T": here["T"]})
    bgf.predict = bgf.conditional_expected_number_of_purchases_up_to_time
    bbf = fitted(package.BetaGeoBetaBinomFitter, here["bb"])
    bbf.data = pd.DataFrame({"frequency": here["x6"], "recency": here["r6"], "n_periods": here["n6"], "weights": here["w6"]})
    names = {name: getattr(package, name) for name in dir(package) if name.endswith("Fitter")}
    utils = ("summary_data_from_transaction_data", "calibration_and_holdout_data", "expected_cumulative_transactions")
    series = {name: pd.Series(here[name]) for name in ("f", "r", "T", "m")}
    return {
        **here, **series, **names, **{name: getattr(package.utils, name) for name in utils}, "bgf": bgf, "bbf": bbf,
        "mbgf": fitted(package.ModifiedBetaGeoFitter, here["mbg"]), "pnf": fitted(package.ParetoNBDFitter, here["pn"]),
        "ggf": fitted(package.GammaGammaFitter, here["gg"]),
    }  # fmt: skip


@pytest.fixture(scope="module")
def pymc(here, lifetimes):
    found = peers.pymc_marketing()
    likelihood = lifetimes["ParetoNBDFitter"]._conditional_log_likelihood
    binomial = lifetimes["BetaGeoBetaBinomFitter"]._loglikelihood

    def by(function):
        def logp(*arguments):
            *p, x, t_x, T = (np.asarray(a).reshape(-1) for a in arguments)
            return function([v[0] for v in p], x, t_x, T).reshape(1, 1, -1)

        return logp

    spend = peers.frame(frequency=here["b"], monetary_value=here["mean"])
    years = peers.frame(T=[1, 2, 3, 7])
    return {
        **here, "spend": spend, "years": years, "rfm_summary": found["rfm_summary"],
        "d": peers.frame(frequency=here["f"], recency=here["r"], T=here["T"]),
        "d6": peers.frame(frequency=here["x6"], recency=here["r6"], T=here["n6"]),
        "BetaGeoModel": peers.at(found["BetaGeoModel"], **parameters(here["bg"])),
        "ModifiedBetaGeoModel": peers.at(found["ModifiedBetaGeoModel"], **parameters(here["mbg"])),
        "ParetoNBDModel": peers.at(found["ParetoNBDModel"], logp=by(likelihood), **parameters(here["pn"])),
        "BetaGeoBetaBinomModel": peers.at(found["BetaGeoBetaBinomModel"], logp=by(binomial), **parameters(here["bb"])),
        "GammaGammaModel": peers.at(found["GammaGammaModel"], **parameters(here["gg"])),
        "ShiftedBetaGeoModel": peers.at(found["ShiftedBetaGeoModel"], **parameters(here["sbg"])),
    }  # fmt: skip


def evaluated(cell, names):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of the others: pandas 3, division by zero
        return np.asarray(getattr(value := eval(code(cell), dict(names)), "values", value), dtype=float)


def agree(cells, names):
    theirs, ours, within = evaluated(cells[0], names), evaluated(cells[1], names), float(cells[2])
    assert theirs.size == ours.size > 0
    np.testing.assert_allclose(ours.reshape(-1), theirs.reshape(-1), rtol=within, atol=0)


@pytest.mark.parametrize("cells", LIFETIMES, ids=[c[0].split("(")[0].strip("`[]") + str(i) for i, c in enumerate(LIFETIMES)])
def test_lifetimes(cells, lifetimes):
    agree(cells, lifetimes)


@pytest.mark.parametrize("cells", PYMC, ids=[c[0].split("(")[0].strip("`") + str(i) for i, c in enumerate(PYMC)])
def test_pymc_marketing(cells, pymc):
    agree(cells, pymc)


@pytest.mark.parametrize("cells", R, ids=[c[0].split("(")[0].strip("`") + str(i) for i, c in enumerate(R)])
def test_published_numbers_of_r(cells, here):
    ours = evaluated(cells[1].rsplit(": ", 1)[-1], here).reshape(-1)
    printed = cells[2].split()
    assert len(printed) == len(ours)
    for number, text in zip(ours, printed):
        last = 10.0 ** -len(text.partition(".")[2])
        assert abs(number - float(text)) <= 1.01 * last, (number, text)  # its last digit: they were fitted by others


def test_where_the_answers_differ(lifetimes, here):
    """What docs/migration.md says under that heading."""
    bg, bgf = here["bg"], lifetimes["bgf"]
    assert (bg.p_alive(0, 0, here["T"]) == 1).all() and (bgf.conditional_probability_alive(np.zeros(2), np.zeros(2), np.ones(2)) == 1).all()
    assert vl.MBGNBD(0.525, 6.183, 0.891, 1.614).p_alive(0, 0, 38.86) == pytest.approx(0.3897350809187629, rel=1e-14)
    # A discount of 1 % a month, told as lifetimes tells it and as vl.score does.
    assert 1.01**12 - 1 == pytest.approx(0.1268, abs=5e-5)
    steps = bg.discounted_purchases(0.01, 12 * 4.345, 2, 30.43, 38.86, step=4.345)
    smooth = bg.discounted_purchases(np.log(1.01) / 4.345, 12 * 4.345, 2, 30.43, 38.86)
    assert 0 < smooth / steps - 1 < 0.01  # half a month of discount
    # The poles.
    with np.errstate(all="ignore"):
        at_one = lifetimes["BetaGeoFitter"]()
        at_one.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 1.0, "b": 2.426})
        assert not np.isfinite(at_one.conditional_expected_number_of_purchases_up_to_time(39, 2, 30, 38))
        pole = lifetimes["ParetoNBDFitter"]()
        pole.params_ = pd.Series({"r": 0.553, "alpha": 10.578, "s": 1.0, "beta": 11.669})
        assert not np.isfinite(pole.conditional_expected_number_of_purchases_up_to_time(39, 2, 30, 38))
        at_one.params_["a"] = 1 + 1e-9
        lost = at_one.conditional_expected_number_of_purchases_up_to_time(39, 2, 30, 38)
    assert 1e-8 < abs(lost / vl.BGNBD(0.243, 4.414, 1 + 1e-9, 2.426).expected_purchases(39, 2, 30, 38) - 1) < 1e-5
    assert vl.BGNBD(0.243, 4.414, 1.0, 2.426).expected_purchases(39, 2, 30, 38) == pytest.approx(1.12656132330895, rel=1e-12)
    near = [vl.ParetoNBD(0.553, 10.578, s, 11.669).expected_purchases(39, 2, 30, 38) for s in (1 - 1e-6, 1.0, 1 + 1e-6)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-10)
    # Weeks of the calendar.
    weeks = vl.summarise(here["lines"], customer_id="id", date="date", amount="dollars", observation_end="1997-09-30", collapse="week")
    merged = vl.BGNBD.fit(weeks["frequency"], weeks["recency"], weeks["T"]).model
    assert (merged.r, merged.alpha) == pytest.approx((0.283, 6.59), rel=2e-3)


def test_no_purchase_of_a_one_time_buyer(pymc):
    """PyMC-Marketing's formula lets her have left, though its own P(alive) is 1."""
    theirs = np.asarray(pymc["BetaGeoModel"].expected_probability_no_purchase(39, pymc["d"])).reshape(-1)
    ours = pymc["bg"].pmf(0, 39, pymc["f"], pymc["r"], pymc["T"])
    repeated = pymc["f"] > 0
    np.testing.assert_allclose(theirs[repeated], ours[repeated], rtol=1e-11)
    assert (theirs[~repeated] > ours[~repeated] + 0.01).all()


def test_tracking_ends_where_the_histories_do(here):
    """Σ E(T) and Σ x."""
    bg, summary = here["bg"], here["summary"]
    end = summary["T"].max()
    track = vl.tracking(summary, bg, times=[end])
    assert track["expected_cumulative"][0] == pytest.approx(bg.expected_purchases(summary["T"]).sum(), rel=1e-12)
    assert track["actual_cumulative"][0] == summary["frequency"].sum()

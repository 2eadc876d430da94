"""Does the model fit: the numbers of vl.holdout_report and its like, against SciPy, NumPy and what is known of CDNOW."""

import datetime
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import data_file
from scipy import stats

import valorem as vl

NAN = float("nan")
BG = vl.BGNBD(0.24259452, 4.41360202, 0.79292202, 2.42590677)
MBG = vl.MBGNBD(0.52484316, 6.18308528, 0.89135939, 1.61400224)
PARETO = vl.ParetoNBD(0.55327705, 10.57768346, 0.60623999, 11.66873527)


@pytest.fixture(scope="module")
def cdnow(cdnow_sample):
    lines = {"customer_id": cdnow_sample["id"], "date": cdnow_sample["date"], "amount": cdnow_sample["dollars"]}
    return vl.summarise(lines, observation_end="1998-06-30", calibration_end="1997-09-30", currency="USD")


@pytest.fixture(scope="module")
def fitted(cdnow):
    return vl.fit(cdnow, "bg_nbd")


@pytest.fixture(scope="module")
def report(cdnow, fitted):
    return vl.holdout_report(cdnow, fitted)


def as_columns(summary, *names):
    return {name: summary[name] for name in ("frequency", "recency", "T", *names)}


def test_holdout_of_cdnow(cdnow, fitted, report):
    t = report.forecasts
    assert t["forecast"].tolist() == ["BGNBD", "nbd", "own_count", "own_rate"]
    assert t["actual"].tolist() == [1882] * 4
    assert t["expected"][:3] == pytest.approx([1653.408691, 2929.820, 2457], abs=2e-3)
    assert (t["mae"][0], t["rmse"][0], t["correlation"][0]) == pytest.approx((0.785454, 1.607982, 0.625647), abs=1.5e-6)
    assert t["bias"][0] == pytest.approx((t["expected"][0] - 1882) / 2357, rel=1e-12)
    mean_actual = [0.236712, 0.697039, 1.392523, 1.56, 2.532258, 2.947368, 3.862069, 6.359375]
    assert report.by_frequency["mean_actual"] == pytest.approx(mean_actual, abs=5.1e-7)
    mean_expected = [0.225087, 0.523131, 1.044134, 1.520280, 2.163866, 2.653846, 3.504042, 6.157190]
    assert report.by_frequency["mean_expected"] == pytest.approx(mean_expected, abs=2e-6)
    assert report.by_recency["customers"].sum() == 2357 and report.by_recency["high"][-1] == cdnow["recency"].max()
    np.testing.assert_array_equal(report.customers["customer_id"], cdnow["customer_id"])
    model = fitted.purchases.model
    said = model.expected_purchases(cdnow["holdout_length"], cdnow["frequency"], cdnow["recency"], cdnow["T"])
    np.testing.assert_array_equal(report.customers["expected"], said)
    assert "HoldoutReport: 2,357 rows" in repr(report) and "own_rate" in repr(report)
    again = pickle.loads(pickle.dumps(report))
    np.testing.assert_array_equal(again.deciles["gain"], report.deciles["gain"])


def test_columns_and_threads_say_the_same(cdnow, fitted, report):
    rows = as_columns(cdnow, "holdout_length", "holdout_frequency")
    for other in (vl.holdout_report(rows, fitted), vl.holdout_report(pd.DataFrame(rows), fitted.purchases, threads=2),
                  vl.holdout_report(cdnow, fitted.purchases.model)):  # fmt: skip
        for name in ("forecasts", "deciles", "by_frequency", "by_recency"):
            one, two = getattr(report, name), getattr(other, name)
            assert one.columns == two.columns
            for column in one.columns:
                np.testing.assert_array_equal(one[column], two[column])


def test_gini_and_deciles_against_numpy(report):
    said, seen = report.customers["expected"], report.customers["actual"]
    rank = stats.rankdata(said)  # equal ones share the mean
    own = np.sort(seen)
    n = len(seen)
    index = ((2 * rank - n - 1) * seen).sum() / ((2 * np.arange(1, n + 1) - n - 1) * own).sum()
    assert vl.normalized_gini(said, seen) == pytest.approx(index, rel=1e-11)
    assert report.forecasts["normalized_gini"][0] == vl.normalized_gini(said, seen)
    assert vl.normalized_gini(seen, seen) == 1 and vl.normalized_gini(-seen, seen) == pytest.approx(-1, rel=1e-12)
    assert np.isnan(vl.normalized_gini([1, 2], [3, 3])) and np.isnan(vl.normalized_gini([1, 2], [-1, 3]))
    # A decile as the mean over many random orders of the ties.
    d = report.deciles
    assert d["decile"].tolist() == list(range(1, 11)) and d["customers"] == pytest.approx([235.7] * 10)
    rng = np.random.default_rng(5)
    held = np.zeros((400, 10))
    for i in range(400):
        order = np.lexsort((rng.random(n), -said))
        upto = np.concatenate([[0], np.cumsum(seen[order])])
        held[i] = np.diff(np.interp(np.linspace(0, n, 11), np.arange(n + 1), upto))
    spread = held.std(axis=0) / 20
    assert (np.abs(held.mean(axis=0) - d["actual"]) < 4.5 * spread + 1e-9).all()
    assert d["gain"] == pytest.approx(np.cumsum(d["actual"]) / 1882, rel=1e-12)
    assert d["lift"] == pytest.approx(d["gain"] * 10 / np.arange(1, 11), rel=1e-12)
    assert report.decile_error == pytest.approx((np.abs(d["expected"] - d["actual"]) / d["actual"]).mean(), rel=1e-12)


def test_conditional_expectations(cdnow, fitted, report):
    by_x = vl.conditional_expectations(cdnow, fitted, most=3)
    assert by_x["low"].tolist() == [0, 1, 2, 3] and by_x["customers"].tolist() == [1411, 439, 214, 293]
    by_t = vl.conditional_expectations(cdnow, fitted, by="recency", bins=4)
    x, t_x = cdnow["frequency"], cdnow["recency"]
    assert len(by_t) == 5 and by_t["customers"][0] == 1411
    for low, high, customers, actual in zip(by_t["low"][1:], by_t["high"][1:], by_t["customers"][1:], by_t["actual"][1:]):
        inside = (x > 0) & (t_x >= low) & ((t_x < high) | (high == t_x.max()))
        assert customers == inside.sum() and actual == cdnow["holdout_frequency"][inside].sum()
    with pytest.raises(vl.ContractError, match="by: must be 'frequency' or 'recency'"):
        vl.conditional_expectations(cdnow, fitted, by="age")
    with pytest.raises(vl.ContractError, match="bins must be from 1 to 1000"):
        vl.conditional_expectations(cdnow, fitted, by="recency", bins=0)


def test_tracking_of_cdnow(cdnow):
    t = vl.tracking(cdnow, BG)
    assert t.columns == ["time", "expected", "actual", "expected_cumulative", "actual_cumulative"]
    assert len(t) == 78 and t["time"][-1] == 545 / 7  # the records' last day, 545 days after the first
    weeks = [20, 21, 22, 23, 24, 25]
    known = [1312.459, 1387.347, 1460.393, 1531.715, 1601.419, 1669.602]
    assert t["expected_cumulative"][19:25] == pytest.approx(known, abs=1e-3)
    known = [1308.912, 1385.334, 1459.985, 1532.970, 1604.386, 1674.321, 2532.782, 4275.388]
    assert vl.tracking(cdnow, PARETO, times=[*weeks, 39, 78])["expected_cumulative"] == pytest.approx(known, abs=1e-3)
    ends = [(7 * w - 1) / 7 for w in weeks]
    assert vl.tracking(cdnow, BG, times=ends)["actual_cumulative"].tolist() == [1359, 1414, 1484, 1517, 1573, 1672]
    assert t["actual_cumulative"][-1] == cdnow["frequency"].sum() + cdnow["holdout_frequency"].sum()
    assert t["expected"] == pytest.approx(np.diff(t["expected_cumulative"], prepend=0))
    repeats = cdnow.repeats
    assert repeats["purchases"].sum() == t["actual_cumulative"][-1] and repeats["time"][0] > 0
    assert vl.tracking(pickle.loads(pickle.dumps(cdnow)), BG)["actual"].tolist() == t["actual"].tolist()


def donations():
    return dict(zip(("frequency", "recency", "T", "weights"), np.loadtxt(data_file("donations.csv"), delimiter=",", skiprows=1).T.copy()))


def test_donations_in_whole_years():
    rows = donations()
    model = vl.BGBB.fit(rows["frequency"], rows["recency"], rows["T"], rows["weights"]).model
    actual = [5652, 4674, 4019, 3552, 3555, 3163, 3110, 2938, 2703, 2573, 1936]
    t = vl.tracking(rows, model, until=11, actual=actual)
    annual = [5535.833, 4717.059, 4147.621, 3724.665, 3395.888, 3131.647, 2913.778, 2730.482, 2573.731, 2437.854, 2318.727]
    assert t["expected"] == pytest.approx(annual, rel=4e-5)  # at another program's optimum
    assert t["actual"].tolist() == actual and t["actual_cumulative"][-1] == sum(actual)
    assert sum(actual[:6]) == (rows["weights"] * rows["frequency"]).sum()
    table = vl.frequency_table(rows, model)
    assert table["expected"][[0, 6]] == pytest.approx([3454.9, 1253.1], abs=0.05)
    assert (table.cells, table.degrees_of_freedom) == (7, 2)


def test_holdout_of_the_donations():
    """Five years after the six that BG/BB is fitted to; the paper's totals by recency and frequency, the latest first."""
    rows = donations()
    totals = [4252, 2227, 1393, 817, 442, 190, 582, 542, 373, 244, 136, 201, 170, 114, 44, 148, 118, 78, 244, 103, 238, 604]
    order = np.lexsort((-rows["frequency"], -rows["recency"]))
    rows = {name: column[order] for name, column in rows.items()}
    rows |= {"holdout_length": np.full(22, 5.0), "holdout_frequency": totals / rows["weights"]}
    model = vl.BGBB(1.20352235, 0.74971636, 0.65671821, 2.78344223)
    r = vl.holdout_report(rows, model)
    assert r.forecasts["expected"][0] == pytest.approx(12884.157, abs=0.01)
    assert r.forecasts["actual"][0] == pytest.approx(sum(totals), rel=1e-12)
    assert r.by_frequency["customers"].sum() == 11104 and r.by_frequency["actual"][0] == pytest.approx(604)
    # Of all givers of the last year those who gave six times come first, of all others those who never gave come last.
    assert r.forecasts["normalized_gini"][0] > r.forecasts["normalized_gini"][2]
    assert r.forecasts["mae"][0] < r.forecasts["mae"][1:].min()


def test_frequency_table(cdnow, fitted):
    t = vl.frequency_table(cdnow, fitted)
    known = [1407.684, 460.323, 192.461, 101.164, 59.847, 38.12, 25.549, 71.851]
    assert t["purchases"].tolist() == list(range(8)) and t["expected"] == pytest.approx(known, abs=6e-4)
    assert t["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert (t.chi_square, t.p_value) == pytest.approx((4.82, 0.19), abs=0.005) and t.degrees_of_freedom == 3
    assert t.p_value == pytest.approx(stats.chi2.sf(t.chi_square, 3), rel=1e-12)
    full = vl.frequency_table(cdnow, fitted, fitted_parameters=0)
    assert full.degrees_of_freedom == 7 and full.p_value == pytest.approx(stats.chi2.sf(t.chi_square, 7), rel=1e-12)
    assert "chi-square 4.82" in repr(t) and pickle.loads(pickle.dumps(t)).p_value == t.p_value
    assert vl.frequency_table(as_columns(cdnow), BG)["expected"] == pytest.approx(t["expected"], abs=1e-3)


def test_correlations_against_scipy():
    rng = np.random.default_rng(3)
    for n, kinds in ((5, 3), (30, 5), (2000, 12)):
        x = rng.integers(0, kinds, n).astype(float)
        x[:2] = 0, 1
        y = np.round(rng.gamma(2, size=n) + 0.05 * x, 1)
        for ours, theirs in ((vl.pearson(x, y), stats.pearsonr(x, y)), (vl.spearman(x, y), stats.spearmanr(x, y))):
            assert ours.coefficient == pytest.approx(theirs.statistic, rel=1e-12, abs=1e-15)
            assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10) and ours.n == n
        v = vl.eta_squared(x, y)
        groups = [y[x == g] for g in np.unique(x)]
        anova = stats.f_oneway(*groups)
        assert (v.f, v.p_value) == pytest.approx((anova.statistic, anova.pvalue), rel=1e-10)
        between = sum(len(g) * (g.mean() - y.mean()) ** 2 for g in groups)
        assert v.eta_squared == pytest.approx(between / ((y - y.mean()) ** 2).sum(), rel=1e-12)
        assert v.groups == len(groups)
    holes = vl.spearman([1, 2, NAN, 4, np.inf], [1, 2, 3, 5, 6])
    assert holes.n == 3 and holes.coefficient == 1
    assert repr(holes) == "Correlation(coefficient=1, p_value=0, n=3)"
    assert repr(vl.eta_squared([1, 1, 2, 2], [1, 3, 5, 7])).startswith("VarianceRatio(eta_squared=0.8, f=8, p_value=0.1055")


def test_spend_of_cdnow_hardly_goes_with_frequency(cdnow):
    s = vl.spend_independence(cdnow)
    assert s.pearson.coefficient == pytest.approx(0.11389, abs=5e-6) and s.pearson.n == 946
    x, m = (cdnow[name][cdnow["frequency"] > 0] for name in ("frequency", "monetary_value"))
    theirs = stats.spearmanr(x, m)
    assert (s.spearman.coefficient, s.spearman.p_value) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)
    assert s.eta_squared.groups == len(np.unique(x)) and 0 < s.eta_squared.eta_squared < 0.1
    with pytest.raises(vl.DataError, match="fewer than three"):
        vl.spend_independence({"frequency": [1, 1, 0], "monetary_value": [3, 4, 5]})
    with pytest.raises(vl.DataError, match="no column 'monetary_value'"):
        vl.spend_independence({"frequency": [1, 1, 2]})
    with pytest.raises(vl.ContractError, match="repeat the rows instead"):
        vl.spend_independence({"frequency": [1, 1, 2], "monetary_value": [3, 4, 5], "weights": [1, 1, 1]})


def test_mixed_cohorts(cdnow):
    one = vl.MBGNBD(1.0, 8.0, 1.0, 3.0)
    T = np.concatenate([60 + np.arange(800) % 11, 20 + np.arange(800) % 11]).astype(float)
    alike = one.simulate(T, seed=11)
    with warnings.catch_warnings():
        warnings.simplefilter("error", vl.MixedCohortsWarning)
        c = vl.compare_cohorts(alike)
    assert c.p_value > 0.01 and c.degrees_of_freedom == 4 and c.split == c.horizon == 30 and c.first_purchases == 50
    rows = [alike[name] for name in ("frequency", "recency", "T")]
    early = T > 30
    parts = [vl.MBGNBD.fit(*(r[w] for r in rows)).log_likelihood for w in (early, ~early, T > 0)]
    assert c.statistic == pytest.approx(2 * (parts[0] + parts[1] - parts[2]), rel=1e-9)
    assert c.p_value == pytest.approx(stats.chi2.sf(c.statistic, 4), rel=1e-11)
    assert c.early_expected == pytest.approx(c.early.model.expected_purchases(30.0))

    late = vl.MBGNBD(1.0, 16.0, 1.0, 1.0).simulate(T[~early], seed=12)
    mixed = {name: np.concatenate([alike[name][early], late[name]]) for name in ("frequency", "recency", "T")}
    with pytest.warns(vl.MixedCohortsWarning, match=r"likelihood ratio .* with 4 degrees of freedom, p .*e-\d+; a new one buys"):
        found = vl.compare_cohorts(mixed)
    assert found.p_value < 1e-8 and found.early_expected > 1.5 * found.late_expected
    assert "CohortComparison(statistic=" in repr(found)
    with pytest.raises(vl.DataError, match="all customers have one T"):
        vl.compare_cohorts({"frequency": [1, 0], "recency": [1, 0], "T": [5, 5]})
    with pytest.raises(vl.ContractError, match="level"):
        vl.compare_cohorts(alike, level=5)


def test_rows_of_nobody_and_bad_rows_do_not_count():
    ready = vl.Summary.from_columns(
        ["a", "b", "b", None, "e", "f"], [2, 1, 9, 9, 3, 0], [30.0, 2, 9, 9, 50, 0], [38.0, 38, 38, 38, 40, 20])  # fmt: skip
    t = vl.frequency_table(ready, MBG)
    assert t["actual"].sum() == 3 and t["expected"].sum() == pytest.approx(3, rel=1e-12)
    track = vl.tracking(ready, MBG, every=19)
    assert track["time"].tolist() == [19, 38] and np.isnan(track["actual"]).all()
    expected = MBG.expected_purchases([38.0, 38, 20]).sum()
    assert track["expected_cumulative"][-1] == pytest.approx(expected, rel=1e-12)


def test_a_fit_that_has_seen_the_holdout_is_refused(cdnow, cdnow_sample, fitted):
    lines = {"customer_id": cdnow_sample["id"], "date": cdnow_sample["date"], "amount": cdnow_sample["dollars"]}
    whole = vl.fit(vl.summarise(lines, observation_end="1998-06-30", currency="USD"), "bg_nbd")
    assert fitted.as_of == datetime.date(1997, 9, 30) and whole.as_of == datetime.date(1998, 6, 30)
    for verb in (vl.holdout_report, vl.conditional_expectations):
        with pytest.raises(vl.ContractError, match="fitted: it has seen purchases up to 1998-06-30, and the holdout begins after 1997-09-30"):
            verb(cdnow, whole)
    ready = vl.Summary.from_columns(np.arange(len(cdnow)), *(cdnow[name] for name in ("frequency", "recency", "T")), time_unit="week")
    assert vl.fit(ready, "bg_nbd", None).as_of is None  # a table that names no day


def test_refusals(cdnow, fitted):
    with_age = vl.BGNBD.fit(*(cdnow[name] for name in ("frequency", "recency", "T")), covariates={"age": np.arange(len(cdnow)) % 7.0})
    with pytest.raises(TypeError, match="fitted: it has a model for each customer, .* give .without of its fit"):
        vl.tracking(cdnow, with_age)
    with pytest.raises(TypeError, match="fitted: it has a model for each customer"):
        vl.holdout_report(cdnow, with_age.model)
    with pytest.raises(TypeError, match="fitted: a CovariateFit; a summary is scored by a plain model"):
        vl.score(cdnow, with_age, horizon=52, discount=0.1, margin=0.3)
    with pytest.raises(vl.DataError, match="calibration_end"):
        vl.holdout_report(as_columns(cdnow), fitted)
    with pytest.raises(TypeError, match="fitted: str where a model of purchases"):
        vl.tracking(cdnow, "bg_nbd")
    with pytest.raises(TypeError, match="fitted: GammaGamma where"):
        vl.frequency_table(cdnow, vl.GammaGamma(6.25, 3.74, 15.44))
    with pytest.raises(TypeError, match="rows: int where a table is expected"):
        vl.tracking(5, BG)
    days = vl.Summary.from_columns([1], [1], [3.0], [9.0], time_unit="day")
    with pytest.raises(vl.ContractError, match="its time unit is week, that of the summary day"):
        vl.tracking(days, fitted)
    with pytest.raises(vl.ContractError, match="actual: 2 numbers for 3 periods"):
        vl.tracking({"frequency": [0], "recency": [0], "T": [3]}, BG, actual=[1, 2])
    with pytest.raises(vl.ContractError, match="ascend strictly"):
        vl.tracking(cdnow, BG, times=[2, 1])
    with pytest.raises(vl.ContractError, match="every= and until= say nothing beside it"):
        vl.tracking(cdnow, BG, times=[1, 2], every=1)
    with pytest.raises(vl.ContractError, match="every must be above 0"):
        vl.tracking(cdnow, BG, every=0)
    with pytest.raises(vl.ContractError, match="unequal length: frequency has 2, recency has 1"):
        vl.frequency_table({"frequency": [1, 2], "recency": [1], "T": [3]}, BG)
    with pytest.raises(vl.DataError, match="weight"):
        vl.normalized_gini([1, 2], [3, 4], [1, -1])

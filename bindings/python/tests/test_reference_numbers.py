"""The numbers that this field's papers, spreadsheets and packages are known by, from our own fits and verbs, in the order in
which a reader of the papers meets them. Each table names its source; a number without one was computed for this project to
40 digits by another formula than ours."""

import functools

import numpy as np
import pytest
import valorem as vl
from conftest import data_file, purchases

DELTA = np.log(1.15) / 52  # 15 % a year of 52 weeks, as in Fader, Hardie & Lee 2005
MODELS = {"bg": vl.BGNBD, "mbg": vl.MBGNBD, "pareto": vl.ParetoNBD, "nbd": vl.NBD}
FILES = {"sample": ("CDNOW_sample.txt", 5, 1), "master": ("CDNOW_master.txt", 4, 0)}


@functools.cache
def cut(which, weeks):
    rows = purchases(*FILES[which])
    until = {39: {"calibration_end": "1997-09-30"}, 78: {}}[weeks]
    return vl.summarise(rows, customer_id="id", amount="dollars", observation_end="1998-06-30", currency="USD", **until)


@functools.cache
def fitted(model, which="sample", weeks=39):
    s = cut(which, weeks)
    if model == "gg":
        keep = (s["frequency"] >= 1) & (s["monetary_value"] > 0)
        return vl.GammaGamma.fit(s["frequency"][keep], s["monetary_value"][keep])
    return MODELS[model].fit(s["frequency"], s["recency"], s["T"])


def near(text, ulps=1.0):
    """Within so many units of the last digit that a published number has."""
    digits = len(text.partition(".")[2])
    return pytest.approx(float(text), abs=ulps * 10.0**-digits * (1 + 1e-9))


# CDNOW: parameters and log-likelihood at the top; times are exact days / 7.
TOPS = [
    ("nbd", "sample", 39, "0.38476614 12.07202284", -9763.657615),
    ("bg", "sample", 39, "0.24259452 4.41360202 0.79292202 2.42590677", -9582.429207),
    ("mbg", "sample", 39, "0.52484316 6.18308528 0.89135939 1.61400224", -9582.135716),
    ("pareto", "sample", 39, "0.55327705 10.57768346 0.60623999 11.66873527", -9594.976179),
    ("gg", "sample", 39, "6.24957227 3.74422467 15.44352095", -4055.917695),
    ("bg", "sample", 78, "0.25356116 5.44725751 0.60736542 2.64723447", -17138.23396),
    ("mbg", "sample", 78, "0.61784333 8.65696031 0.55152495 1.00905915", -17127.37326),
    ("pareto", "sample", 78, "0.56300366 12.55916914 0.40810728 10.51454461", -17135.83589),
    ("gg", "sample", 78, "4.68345331 4.18978328 24.39055375", -4884.56632),
    ("bg", "master", 39, "0.25162396 4.78894296 0.72343358 2.16108836", -95368.44393),
    ("mbg", "master", 39, "0.63713973 7.31028955 0.80747412 1.22839399", -95336.95832),
    ("pareto", "master", 39, "0.59741997 11.58565778 0.52218561 8.82775921", -95415.11862),
    ("gg", "master", 39, "6.27535907 3.62445002 14.98368704", -40763.47626),
    ("bg", "master", 78, "0.26712777 5.98649178 0.48351698 2.11160839", -173425.91629),
    ("mbg", "master", 78, "0.68941865 9.88938264 0.49160003 0.85851488", -173294.44210),
    ("pareto", "master", 78, "0.61098831 13.61419375 0.31257745 6.14855591", -173327.99620),
    ("gg", "master", 78, "5.08604394 3.99512072 21.252238", -49496.52420),
]


@pytest.mark.parametrize(("model", "which", "weeks", "parameters", "top"), TOPS)
def test_cdnow(model, which, weeks, parameters, top):
    f = fitted(model, which, weeks)
    assert f.status == "converged"
    np.testing.assert_allclose(f.parameters, [float(p) for p in parameters.split()], rtol=1e-6)
    assert f.log_likelihood == pytest.approx(top, rel=1e-8)


def test_standard_errors_of_cdnow():
    known = {
        "bg": [0.012557, 0.378224, 0.185734, 0.705414], "mbg": [0.083268, 0.695621, 0.15479, 0.537495],
        "pareto": [0.047628, 0.842723, 0.187281, 6.211099],
    }  # fmt: skip
    for model, errors in known.items():
        np.testing.assert_allclose(fitted(model).standard_errors, errors, atol=6e-7, rtol=3e-6)
    np.testing.assert_allclose(fitted("gg").standard_errors, [1.190, 0.290, 4.159], atol=5e-4)
    # CLVTools prints of Pareto/NBD, from a numerical Hessian.
    np.testing.assert_allclose(fitted("pareto").standard_errors, [0.0476264, 0.8427222, 0.1872594, 6.2105448], rtol=2e-4)


def test_published_estimates():
    # Fader, Hardie & Lee 2005a (BG/NBD), Batislam et al. 2007 (MBG/NBD), Fader, Hardie & Lee 2005b (Pareto/NBD, Gamma-Gamma).
    published = {
        "bg": "0.243 4.414 0.793 2.426", "mbg": "0.525 6.183 0.891 1.614", "pareto": "0.553 10.578 0.606 11.669", "gg": "6.25 3.74 15.44",
    }  # fmt: skip
    for model, numbers in published.items():
        for got, text in zip(fitted(model).parameters, numbers.split(), strict=True):
            assert got == near(text), model
    assert fitted("bg").log_likelihood == near("-9582.4") and fitted("pareto").log_likelihood == near("-9595.0")
    s = cut("sample", 39)
    rows = s["frequency"], s["recency"], s["T"]
    assert vl.BGNBD(0.243, 4.414, 0.793, 2.426).log_likelihood(*rows).sum() == pytest.approx(-9582.430478, rel=1e-9)
    assert vl.ParetoNBD(0.553, 10.578, 0.606, 11.669).log_likelihood(*rows).sum() == pytest.approx(-9594.976259, rel=1e-9)
    repeat = rows[0] >= 1
    spend = vl.GammaGamma(6.25, 3.74, 15.44).log_likelihood(rows[0][repeat], s["monetary_value"][repeat])
    assert spend.sum() == pytest.approx(-4055.919232, rel=1e-9)


def test_the_records_themselves():
    s = cut("sample", 39)
    x, spend = s["frequency"], s["monetary_value"][s["frequency"] >= 1]
    assert (len(s), x.sum(), (x == 0).sum(), x.max(), s["holdout_frequency"].sum()) == (2357, 2457, 1411, 29, 1882)
    assert s["T"].min() == 27 and s["T"].max() == near("38.857") and (s["holdout_length"] == 39).all()
    assert len(spend) == 946 and np.median(spend) == near("27.4975") and spend.std(ddof=1) == near("30.2835")
    assert (spend.mean(), spend.min(), spend.max()) == (near("35.0778"), near("2.99"), near("299.634"))
    assert vl.pearson(x[x >= 1], spend).coefficient == near("0.11389")
    assert len(cut("master", 39)) == 23_570 and (cut("master", 78)["frequency"] == 0).sum() == 12_054


def test_ggompertz_on_cdnow_is_pareto():
    s = cut("sample", 39)
    with pytest.warns(vl.ConvergenceWarning, match="it rises towards Pareto/NBD"):
        f = vl.GGompertzNBD.fit(s["frequency"], s["recency"], s["T"])
    assert f.status == "boundary" and "Pareto" in f.limit and f.log_likelihood >= -9594.97618
    assert f.log_likelihood == near("-9594.9762")  # CLVTools


HOLDOUT = {  # totals over 39 weeks; mean P(alive); MAE, RMSE, correlation; means by repeat purchases 0, 1, ... 7+
    "bg": (1653.408691, 0.81344, (0.785454, 1.607982, 0.625647),
           [0.225087, 0.523131, 1.044134, 1.520280, 2.163866, 2.653846, 3.504042, 6.157190]),
    "mbg": (1576.728303, 0.448721, (0.764779, 1.607183, 0.627253),
            [0.185161, 0.551358, 1.048952, 1.492933, 2.104309, 2.563553, 3.360821, 5.848509]),
    "pareto": (1665.513107, 0.446277, (0.754523, 1.602848, 0.630223),
               [0.138447, 0.599471, 1.195837, 1.713843, 2.398308, 2.907208, 3.818559, 6.403067]),
}  # fmt: skip


@pytest.mark.parametrize("model", HOLDOUT)
def test_holdout_of_cdnow(model):
    total, alive, errors, means = HOLDOUT[model]
    s = cut("sample", 39)
    m = fitted(model).model
    report = vl.holdout_report(s, m)
    assert report.forecasts["expected"][0] == pytest.approx(total, abs=2e-4)
    assert report.forecasts["actual"][0] == 1882
    np.testing.assert_allclose([report.forecasts[c][0] for c in ("mae", "rmse", "correlation")], errors, atol=2e-6)
    assert m.p_alive(s["frequency"], s["recency"], s["T"]).mean() == pytest.approx(alive, abs=6e-6)
    assert report.by_frequency["customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    np.testing.assert_allclose(report.by_frequency["mean_expected"], means, atol=2e-6)
    came = [0.236712, 0.697039, 1.392523, 1.56, 2.532258, 2.947368, 3.862069, 6.359375]
    np.testing.assert_allclose(report.by_frequency["mean_actual"], came, atol=6e-7)


def test_counts_and_tracking_of_cdnow():
    s = cut("sample", 39)
    counts = {
        "bg": [1407.684, 460.323, 192.461, 101.164, 59.847, 38.12, 25.549, 71.851],
        "mbg": [1418.618, 429.143, 198.569, 108.237, 64.744, 41.148, 27.294, 69.247],
    }
    for model, expected in counts.items():
        np.testing.assert_allclose(vl.frequency_table(s, fitted(model).model)["expected"], expected, atol=2e-3)
    weeks = [20, 21, 22, 23, 24, 25]
    totals = {
        "bg": [1312.459, 1387.347, 1460.393, 1531.715, 1601.419, 1669.602, 2501.526, 4165.664],
        "pareto": [1308.912, 1385.334, 1459.985, 1532.970, 1604.386, 1674.321, 2532.782, 4275.388],
    }
    for model, expected in totals.items():
        t = vl.tracking(s, fitted(model).model, times=[*weeks, 39, 78])
        np.testing.assert_allclose(t["expected_cumulative"], expected, atol=2e-3)
    # The published weeks end with their seventh day.
    ends = np.array(weeks) - 1 / 7
    assert vl.tracking(s, fitted("bg").model, times=ends)["actual_cumulative"].tolist() == [1359, 1414, 1484, 1517, 1573, 1672]


def test_lifetimes_of_cdnow():
    s = cut("sample", 39)
    rows = s["frequency"], s["recency"], s["T"]
    dert = fitted("pareto").model.discounted_purchases(DELTA, np.inf, *rows)
    assert dert.sum() == pytest.approx(7205.548, abs=2e-2) and dert.mean() == pytest.approx(3.057084, abs=1e-5)
    assert dert[rows[0] == 0].mean() == pytest.approx(0.597455, abs=3e-6)
    worth = dert * fitted("gg").model.expected_spend(rows[0], s["monetary_value"])
    assert worth.sum() == pytest.approx(261531.67, rel=3e-6) and worth.mean() == pytest.approx(110.9596, rel=3e-6)
    # 78 weeks, margin .3, delta .0027, as in Fader, Hardie & Lee 2005b: a customer without a repeat purchase is worth $4.40.
    late = cut("sample", 78)
    rows = late["frequency"], late["recency"], late["T"]
    dert = fitted("pareto", weeks=78).model.discounted_purchases(0.0027, np.inf, *rows)
    value = 0.3 * dert * fitted("gg", weeks=78).model.expected_spend(rows[0], late["monetary_value"])
    assert value.mean() == near("44.05") and value[rows[0] == 0].mean() == near("4.3846")


# Single customers, each to the digits given: LL, P(alive), expected purchases within 39 and 52 weeks.
BG = vl.BGNBD(0.243, 4.414, 0.793, 2.426)
MBG = vl.MBGNBD(0.525, 6.183, 0.891, 1.614)
PARETO = vl.ParetoNBD(0.553, 10.578, 0.606, 11.669)
GG = vl.GammaGamma(6.25, 3.74, 15.44)
HEAVY = (26, 216 / 7, 31)
POINTS = [
    (BG, (2, 30.43, 38.86), "-9.458606307066271 .7265785700806729 1.226028174767144 1.558720806432088"),
    (BG, (1, 1.71, 38.86), "-4.469093275032588 .2121009853773791 .2031869870797541 .2598234648686224"),
    (BG, (0, 0, 38.86), "-.5547132764381584 1 .1950980520112626 .2520730222824589"),
    (BG, HEAVY, "-37.72651332833301 .9688515628518959 20.74835369433791 25.75649221537806"),
    (BG, (1000, 364, 365), "-12.21029080684679 .9882233865440574 100.2508699649635 131.9821467530547"),
    (BG, (3000, 364, 365), "3274.77853005615 .5265087748881874 160.2018543042761"),
    (MBG, (2, 30.43, 38.86), "-9.485551314533931 .7062022651184873 1.262960623267366 1.59721663081809"),
    (MBG, (1, 1.71, 38.86), "-4.460360612584318 .170836484310408 .1888365413643429 .2401319447342516"),
    (MBG, (0, 0, 38.86), "-.5398374635310146 .3897350809187629 .1540127466751467 .1977058174163724"),
    (MBG, HEAVY, "-38.32205642777505 .9654980547675825 19.44935103449503 24.00223012393397"),
    (MBG, (1000, 364, 365), "-16.26792858756222 .9869475112791574 99.20349698714995"),
    (PARETO, (2, 30.43, 38.86), "-9.554283245150406 .8691675591530112 1.455123193257603 1.850826720701952"),
    (PARETO, (1, 1.71, 38.86), "-4.450194333881011 .1680023267243449 .1710929805537832 .2176196913091343"),
    (PARETO, (0, 0, 38.86), "-.5210462940808904 .2952866046168942 .1070814682153089 .1362010059239051"),
    (PARETO, HEAVY, "-39.1316269761166 .9978742606099413 20.11612959845067 25.45733844057988"),
    (PARETO, (7, 35, 38.86), "-21.81693722213605 .936081176461501 4.636373733263823 5.897180687138026"),
    (PARETO, (14, 30, 38.86), "-32.2704555909068 .5754717607898492 5.491891976891121 6.985346989957096"),
    (PARETO, (4, 30, 38.86), "-15.10642732422922 .8315594063668642 2.482769323567534 3.157929051430089"),
    (PARETO, (1000, 364, 365), "-23.97219793703437 .9919605346709014 99.99675264291267"),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), (2, 30.43, 38.86), "-9.50619605196817 .872656234748096 1.46632068699318"),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), (0, 0, 38.86), "-.538067356143216 .31641684044215 .115164777246512"),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), HEAVY, "-39.0825122370557 .997940571534724 20.2185529917942"),
    (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), (2, 30.43, 38.86), "-9.12960342321969 .791824325661235 1.2509870283204"),
    (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), (0, 0, 38.86), "-1.17589659870455 .332089224983843 .17488698744419"),
    (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), HEAVY, "-37.223736380081 .996917551078336 17.1255621190488"),
]


@pytest.mark.parametrize(("model", "history", "known"), POINTS)
def test_single_customers(model, history, known):
    want = [float(v) for v in known.split()]
    got = [model.log_likelihood(*history), model.p_alive(*history), *(model.expected_purchases(t, *history) for t in (39, 52))]
    np.testing.assert_allclose(got[: len(want)], want, rtol=5e-13)


def test_where_the_chance_underflows():
    assert BG.log_p_alive(500, 10, 100) == pytest.approx(-984.1136964954912, rel=1e-14)
    assert BG.log_likelihood(500, 10, 100) == pytest.approx(1260.209416874896, rel=1e-13)
    assert PARETO.log_likelihood(500, 10, 100) == pytest.approx(1088.453796313292, rel=1e-13)
    assert PARETO.log_p_alive(500, 10, 100) == pytest.approx(np.log(9.3696) - 364 * np.log(10), abs=2e-5)


NEW = [  # expected purchases of a new customer
    (BG, "0.053267891171658", 1),
    (BG, "1.1967231933208", 39), (BG, "1.4460505953964", 52), (BG, "1.8605190579428", 78),
    (BG, "1.0452433283744", 32), (BG, "0.15086523089305", 3), (BG, "0.0078283475160722", 0.1429),
    (BG, "1.0419960608522", 31.8571),
    (MBG, "0.053084795263702", 1), (MBG, "1.1829536655972", 39), (MBG, "1.4197237577127", 52),
    (MBG, "1.8047575775531", 78),
    (PARETO, "0.050979843245991", 1), (PARETO, "0.39115858472761", 9), (PARETO, "1.213002844281", 39),
    (PARETO, "1.4729968033751", 52), (PARETO, "1.9093981293137", 78),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), "0.0511132557991", 1),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), "1.25551464742", 39),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), "1.52987484298", 52),
    (vl.GGompertzNBD(0.553, 10.578, 0.0002, 0.603, 0.0026), "1.99185609959", 78),
    (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), "0.0993724368641", 1), (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), "2.8996862851", 39),
    (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), "3.46260253965", 52), (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), "4.18366899126", 78),
]  # fmt: skip


@pytest.mark.parametrize(("model", "known", "t"), NEW)
def test_new_customers(model, known, t):
    assert model.expected_purchases(t) == near(known)


def test_counts_of_new_and_known_customers():
    n = np.arange(8)
    new = {
        BG: [0.573786352096, 0.199395280836, 0.0854297595391, 0.045860353848, 0.0276714493358, 0.0179654938666, 0.0122689767156,
             0.00869542880416],
        PARETO: [0.593625031602, 0.165562947277, 0.0824871841163, 0.0490399536428, 0.0316957067443, 0.0214848283618, 0.0150111837531,
                 0.0107077507335],
    }  # fmt: skip
    for model, known in new.items():
        np.testing.assert_allclose(model.pmf(n, 39), known, rtol=6e-12)
    assert BG.pmf(10, 2) == near("0.000000107868964037")
    assert BG.pmf(11, 30) == near("0.00199952144748") and BG.pmf(20, 30) == near("0.000222226048007")
    after = {
        BG: [0.445372862083, 0.239318937435, 0.144183221865, 0.0808500559958, 0.0435449690916, 0.0228638128981],
        MBG: [0.440005909178, 0.234224056426, 0.145973541295, 0.0838639477547, 0.0459242118805, 0.0243760674667],
        PARETO: [0.408062723606, 0.219287497901, 0.151756520757, 0.0956553462964, 0.0565746452132, 0.0319819702612],
    }
    for model, known in after.items():
        np.testing.assert_allclose(model.pmf(n[:6], 39, 2, 30.43, 38.86), known, rtol=6e-12)


def test_alive_later():
    known = {
        BG: [0.56713803562793, 0.531646189416301, 0.431367691076344],
        PARETO: [0.614552729605061, 0.566077719054002, 0.441478052528266],
    }
    for model, chances in known.items():
        got = [model.p_alive(2, 30.43, 38.86, ahead=h) for h in (39, 52, 104)]
        np.testing.assert_allclose(got, chances, rtol=1e-13)


def test_where_a_is_one_and_the_paradox():
    assert vl.BGNBD(0.243, 4.414, 1, 2.426).expected_purchases(39, 2, 30, 38) == near("1.12656132330895", 2)
    # The expectation falls in x where a long silence follows many purchases: as BTYD prints it, of estimates near these.
    known = {10: "0.3474606", 15: "0.04283391", 20: "0.004158973", 25: "0.0003583685"}
    for x, text in known.items():
        assert BG.expected_purchases(52, x, 20, 39) == pytest.approx(float(text), rel=3e-4)
    known = {10: "0.7062289", 15: "0.1442396", 20: "0.02250658", 25: "0.00309267"}
    for x, text in known.items():
        assert vl.ParetoNBD(0.5534, 10.5802, 0.6061, 11.6562).expected_purchases(52, x, 20, 39) == pytest.approx(float(text), rel=6e-4)


# Pareto/NBD: DERT at ln 1.15 / 52 and at .0027, DET over 52 weeks.
DISCOUNTED = [
    ((2, 30.43, 38.86), "6.50173053756423", "6.483773568", "1.7358738911613"),
    ((1, 1.71, 38.86), "0.7644716691918504", "0.7623602937", "0.20410356956746"),
    ((0, 0, 38.86), "0.478457669514608", "0.477136229", "0.12774170995518"),
    (HEAVY, "86.28604343565493", "86.05265865", "23.89078499453"),
    ((7, 35, 38.86), "20.71608288892524", None, "5.5309132247566"),
    ((14, 30, 38.86), "24.53867957064152", None, "6.5514947050092"),
    ((4, 30, 38.86), "11.09342301982608", None, "2.9617935213503"),
    ((1000, 364, 365), "708.0211027059865", None, None),
]


@pytest.mark.parametrize(("history", "dert", "rounded", "det"), DISCOUNTED)
def test_discounted_purchases_of_pareto(history, dert, rounded, det):
    assert PARETO.discounted_purchases(DELTA, np.inf, *history) == pytest.approx(float(dert), rel=1e-13)
    if rounded is not None:
        assert PARETO.discounted_purchases(0.0027, np.inf, *history) == near(rounded)
    if det is not None:
        assert PARETO.discounted_purchases(DELTA, 52, *history) == pytest.approx(float(det), rel=3e-12)


def test_discounted_purchases_of_bg_and_mbg():
    known = {
        BG: ["5.16955392844", "1.01874619465", "71.0600418062"], MBG: ["4.92467578602", "0.724823222947", "61.5370811403"],
    }  # fmt: skip
    for model, texts in known.items():
        for history, text in zip([(2, 30.43, 38.86), (0, 0, 38.86), HEAVY], texts, strict=True):
            assert model.discounted_purchases(DELTA, np.inf, *history) == near(text)


def test_iso_values_bend_backwards():
    # Fader, Hardie & Lee 2005b, the figure: DERT over recency (rows) and frequency, T = 77.86 weeks.
    m = vl.ParetoNBD(0.56300366, 12.55916914, 0.40810728, 10.51454461)
    x = np.array([1, 2, 3, 4, 6, 8, 10, 14])
    known = {
        10: "0.9002 0.61727 0.30092 0.1224 0.015422 0.0016076 0.00015063 0.0000010949",
        20: "1.579 1.6122 1.2077 0.74494 0.20424 0.044809 0.0087666 0.00027685",
        30: "2.1992 2.8435 2.8671 2.4454 1.2624 0.49481 0.16793 0.015575",
        50: "3.1147 4.8929 6.4484 7.7304 9.2924 9.3793 8.2033 4.4664",
        70: "3.6712 6.0083 8.3355 10.652 15.247 19.787 24.26 32.958",
        77: "3.8087 6.2454 8.682 11.118 15.991 20.863 25.735 35.478",
    }
    for t_x, texts in known.items():
        got = m.discounted_purchases(0.0027, np.inf, x, t_x, 77.86)
        for value, text in zip(got, texts.split(), strict=True):
            assert value == near(text)
        turns = (np.diff(got) < 0).any()
        assert turns == (t_x <= 50), "many purchases and then silence are worth less than few"


def test_stress_points_of_clvtools_and_lifetimes():
    m = vl.ParetoNBD(0.5143, 2.8845, 0.2856, 14.1087)  # CLVTools' tests
    for history, text in [
        ((221, 103.42857, 103.57143), "0.99959605231794"), ((254, 97.14286, 97.28571), "0.99955822612301"),
        ((161, 94.71429, 98), "0.74948775225811"), ((204, 98.57143, 99.42857), "0.9942550796379"),
    ]:  # fmt: skip
        assert m.p_alive(*history) == near(text, 2)
    m = vl.ParetoNBD(10.465, 7.98565181e-3, 3.0516, 2.820)  # lifetimes' tests
    assert m.p_alive(40, 5, 6) == near("0.0018851281873609")
    assert m.p_alive(50, 1, 37) == pytest.approx(1.417e-96, rel=4e-4) and m.p_alive(50, 4, 37) == pytest.approx(6.733e-60, rel=1e-4)
    for history, text in [((400, 5, 6), "1323.1889309678"), ((500, 1, 37), "2594.4044546228"), ((500, 4, 37), "1888.8212497389")]:
        assert m.log_likelihood(*history) == near(text)
    m = vl.ParetoNBD(0.55, 10.58, 0.61, 11.67)
    assert m.expected_purchases(10, [132, 133], 200, 200) == pytest.approx([6.2060517889629, 6.2528722475745], abs=1e-12)
    assert vl.ParetoNBD(0.5534, 10.5802, 0.6061, 11.6562).p_alive(26, 30.86, 31) == near("0.997917766552")


def test_mean_spend():
    known = {(0, 0): "35.21898", (1, 11.77): "18.916852", (2, 22.35): "24.663714", (7, 73.74): "71.469671", (2, 35.71): "35.621719",
             (2, 40): "39.140420"}  # fmt: skip
    for (x, mean), text in known.items():
        assert GG.expected_spend(x, mean) == near(text)
    # Hardie's list of the first ten customers of the sample, at the unrounded estimates.
    s = cut("sample", 39)
    first = fitted("gg").model.expected_spend(s["frequency"][:10], s["monetary_value"][:10])
    for got, text in zip(first, "24.65 18.91 35.17 35.17 35.17 71.46 18.91 35.17 27.28 35.17".split(), strict=True):
        assert got == near(text)


# BG/BB, Fader, Hardie & Shang 2010: P(alive) at the 6th year and after it, expected over 5 and 10 years, DERT at 10 %.
BGBB = vl.BGBB(1.204, 0.750, 0.657, 2.783)
DONORS = """
0,0 .1160966 .1080166 .0728029 .1301038 .1146470
1,1 .0746001 .0694081 .0856354 .1530364 .1348551
1,2 .2735982 .2545565 .3140707 .5612660 .4945856
1,3 .5171746 .4811806 .5936785 1.0609446 .9349006
1,4 .7311365 .6802512 .8392910 1.4998712 1.3216811
1,5 .8900098 .8280673 1.0216658 1.8257877 1.6088776
1,6 1 .9304025 1.1479265 2.0514243 1.8077078
2,2 .0713450 .0663795 .1190580 .2127648 .1874876
2,3 .3211170 .2987681 .5358687 .9576345 .8438641
2,4 .6336119 .5895141 1.0573489 1.8895559 1.6650699
2,5 .8646490 .8044716 1.4428954 2.5785541 2.2722127
2,6 1 .9304025 1.6687644 2.9821976 2.6279019
3,3 .1020771 .0949728 .2235082 .3994247 .3519716
3,4 .4723363 .4394629 1.0342285 1.8482381 1.6286608
3,5 .8240885 .7667341 1.8044260 3.2246344 2.8415363
3,6 1 .9304025 2.1896022 3.9129709 3.4480960
4,4 .2151041 .2001334 .5830268 1.0419094 .9181269
4,5 .7488168 .6967011 2.0296230 3.6270771 3.1961674
4,6 1 .9304025 2.7104400 4.8437442 4.2682901
5,5 .5609489 .5219083 1.8125817 3.2392093 2.8543796
5,6 1 .9304025 3.2312778 5.7745175 5.0884842
6,6 1 .9304025 3.7521156 6.7052908 5.9086783
"""
ROWS = [line.split() for line in DONORS.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_donors(row):
    history = (*(int(v) for v in row[0].split(",")), 6)
    at_end, after, five, ten, dert = (float(v) for v in row[1:])
    assert BGBB.p_alive(*history) == pytest.approx(at_end, abs=6e-8)
    assert BGBB.p_alive(*history, ahead=1) == pytest.approx(after, abs=6e-8)
    assert BGBB.expected_purchases([5, 10], *history) == pytest.approx([five, ten], abs=6e-8)
    assert BGBB.discounted_purchases(0.1, np.inf, *history) == pytest.approx(dert, abs=6e-8)


def test_donations():
    columns = np.genfromtxt(data_file("donations.csv"), delimiter=",", names=True)
    rows = columns["frequency"], columns["recency"], columns["periods"]
    f = vl.BGBB.fit(*rows, weights=columns["weights"])
    np.testing.assert_allclose(f.parameters, [1.20352235, 0.74971636, 0.65671821, 2.78344223], rtol=1e-6)
    assert f.status == "converged" and f.log_likelihood == pytest.approx(-33225.581274, rel=1e-10)
    np.testing.assert_allclose(f.standard_errors, [0.06939, 0.02945, 0.05101, 0.32082], atol=6e-6)
    for got, text in zip(f.parameters, "1.204 0.750 0.657 2.783".split(), strict=True):
        assert got == near(text)
    assert (BGBB.log_likelihood(*rows) * columns["weights"]).sum() == pytest.approx(-33225.581755, rel=1e-10)
    years = np.arange(1, 12)
    at_published = [0.49849, 0.923217, 1.296649, 1.631984, 1.937707, 2.219631, 2.481934, 2.72773, 2.95941, 3.178854, 3.387571]
    np.testing.assert_allclose(BGBB.expected_purchases(years), at_published, atol=6e-6)
    sheet = "0.4985 0.9233 1.2969 1.6323 1.9381 2.2202 2.4826 2.7285 2.9603 3.1798 3.3887"  # Hardie's
    for got, text in zip(f.model.expected_purchases(years), sheet.split(), strict=True):
        assert got == near(text)
    for model, total in [(BGBB, 12882.27), (f.model, 12884.157)]:
        assert (model.expected_purchases(5, *rows) * columns["weights"]).sum() == pytest.approx(total, abs=6e-3)
    counts = columns["weights"].sum() * f.model.pmf([0, 6], 6)
    np.testing.assert_allclose(counts, [3454.9, 1253.1], atol=0.06)
    # BTYD, at its own estimate.
    assert f.model.expected_purchases(10) == pytest.approx(3.179805, rel=1e-5)
    assert f.model.expected_purchases(10, [0, 4], [0, 5], 6) == pytest.approx([0.1302169, 3.627858], rel=5e-5)


# Contracts, Fader & Hardie 2007: fits to years 0..n, and survival at the estimates.
SURVIVORS = {
    "regular": [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173],
    "high end": [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394],
}
CONTRACTS = [
    ("regular", 7, ".7040773 1.18204303", -1680.265188, ".45561399 .77932551 1.28345129", -1679.602833),
    ("high end", 7, ".66808835 3.80609496", -1611.158147, ".21425334 1.42657488 1.72356485", -1605.314213),
    ("regular", 4, ".76366506 1.29583027", -1401.559424, ".52302931 .89428266 1.19639871", -1401.383052),
    ("high end", 4, "1.28097638 7.79038406", -1225.134907, ".25933573 1.72255149 1.58436151", -1222.749318),
    ("regular", 12, ".69736245 1.16890462", -1931.491694, ".5083087 .86884634 1.20937788", -1930.929729),
    ("high end", 12, ".5961112 3.32696874", -2010.858420, ".24964073 1.65418096 1.59679647", -2004.816889),
]


def cohort(group, years):
    left = np.array(SURVIVORS[group][: years + 1])
    return {"lost": -np.diff(left), "survivors": int(left[-1])}


@pytest.mark.parametrize(("group", "years", "sbg", "sbg_top", "bdw", "bdw_top"), CONTRACTS)
def test_contracts(group, years, sbg, sbg_top, bdw, bdw_top):
    for kind, known, top in [(vl.ShiftedBetaGeometric, sbg, sbg_top), (vl.BetaDiscreteWeibull, bdw, bdw_top)]:
        f = kind.fit(**cohort(group, years))
        assert f.log_likelihood == pytest.approx(top, abs=6e-7)
        np.testing.assert_allclose(f.parameters, [float(v) for v in known.split()], rtol=3e-6)


def test_survival_and_what_remains():
    regular, high_end = (vl.ShiftedBetaGeometric.fit(**cohort(group, 7)) for group in SURVIVORS)
    assert regular.parameters == pytest.approx([0.704, 1.182], abs=6e-4) and high_end.parameters == pytest.approx([0.668, 3.806], abs=6e-4)
    np.testing.assert_allclose(regular.standard_errors, [0.0656, 0.1525], atol=6e-5)
    np.testing.assert_allclose(high_end.standard_errors, [0.1037, 0.7855], atol=6e-5)
    tables = {
        regular: (
            ".626706 .473819 .387974 .332068 .292347 .262456 .239024 .220085 .204411 .19119 .179865 .170037",
            ".626706 .756047 .818823 .855903 .880383 .897754 .910719 .920767 .928781 .935323 .940765 .945362",
        ),
        high_end: (
            ".850679 .746859 .669789 .609919 .561834 .522216 .488906 .46044 .43578 .414172 .395055 .377999",
            ".850679 .877957 .896807 .910614 .921162 .929483 .936216 .941775 .946442 .950417 .953843 .956826",
        ),
    }
    years = np.arange(1, 13)
    for fit, (survival, retention) in tables.items():
        np.testing.assert_allclose(fit.model.survival(years), [float(v) for v in survival.split()], atol=2e-6)
        np.testing.assert_allclose(fit.model.retention(years), [float(v) for v in retention.split()], atol=2e-6)
    # Fader & Hardie 2010, Table 3: d = 10 %, after 1 to 5 renewals; and DEL, of a new customer.
    cases = [
        (vl.ShiftedBetaGeometric(3.80, 15.20), "4.008926", "3.309818 3.451000 3.586544 3.716812 3.842134", "3.31 3.45 3.59 3.72 3.84"),
        (vl.ShiftedBetaGeometric(0.067, 0.267), "7.973487", "7.670835 9.455299 9.850834 10.056167 10.188640", None),
        (vl.ShiftedBetaGeometric(0.704, 1.182), "3.695147", "2.964662 4.103459 4.870137 5.442391 5.894423", None),
        (vl.ShiftedBetaGeometric(0.668, 3.806), "5.922596", "5.414856 5.901753 6.294261 6.620280 6.897057", None),
    ]
    for model, new, renewed, published in cases:
        assert model.expected_lifetime(0.1) == pytest.approx(float(new), abs=2e-6)
        got = model.residual_lifetime(0.1, np.arange(1, 6))
        np.testing.assert_allclose(got, [float(v) for v in renewed.split()], atol=2e-6)
        for value, text in zip(got, (published or "").split()):
            assert value == near(text)

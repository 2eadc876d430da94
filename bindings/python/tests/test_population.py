"""Moments, quantiles, concentration and bands: the worked examples, and NumPy and SciPy as second opinions."""

import numpy as np
import pytest
from scipy import stats

import valorem as vl

NAN = float("nan")
TEN = np.array([-1.0, 0, 1, 2, 2, 3, 3, 4, 5, 11])


def test_moments_of_the_worked_example():
    m = vl.moments(TEN)
    assert (m.n, m.mean, m.sum, m.min, m.max) == (10, 3.0, 30.0, -1.0, 11.0)
    assert m.var_pop == 10.0 and m.var_sample == pytest.approx(100 / 9, rel=1e-15)
    assert m.skew_pop == pytest.approx(42 / 10**1.5, rel=1e-14) and m.kurt_pop == pytest.approx(1.468, rel=1e-14)
    whole = vl.moments(TEN[:4]).merge(vl.moments(TEN[4:]))
    for name in ("n", "mean", "var_pop", "skew_pop", "kurt_pop"):
        assert getattr(whole, name) == pytest.approx(getattr(m, name), rel=1e-14)
    assert "n=10" in repr(m)


def test_moments_against_scipy():
    x = np.random.default_rng(6).lognormal(3, 1, 20_000)
    m = vl.moments(np.concatenate([x, [NAN, np.inf]]))
    assert (m.n, m.n_rows, m.n_missing, m.n_infinite) == (20_000, 20_000, 1, 1)
    assert m.mean == pytest.approx(x.mean(), rel=1e-13) and m.sd_sample == pytest.approx(x.std(ddof=1), rel=1e-13)
    assert m.skew_sample == pytest.approx(stats.skew(x, bias=False), rel=1e-11)
    assert m.kurt_sample == pytest.approx(stats.kurtosis(x, bias=False), rel=1e-11)
    one, two = vl.moments(x), vl.moments(x, threads=2)
    assert (one.mean, one.var_pop, one.skew_pop, one.kurt_pop) == (two.mean, two.var_pop, two.skew_pop, two.kurt_pop)
    w = np.random.default_rng(7).integers(0, 4, x.size).astype(float)
    heavy, many = vl.moments(x, w), vl.moments(np.repeat(x, w.astype(int)))
    assert heavy.mean == pytest.approx(many.mean, rel=1e-13) and heavy.skew_pop == pytest.approx(many.skew_pop, rel=1e-11)
    assert np.isnan(vl.moments([]).mean) and np.isnan(vl.moments([1.0]).var_sample)
    with pytest.raises(vl.DataError, match="row 2, weight"):
        vl.moments([1.0, 2.0], [1.0, -1.0])


def test_quantiles():
    assert vl.quantile(TEN, [0.2, 0.4, 0.6, 0.8]).tolist() == pytest.approx([0.8, 2.0, 3.0, 4.2], rel=1e-15)
    assert vl.quantile(TEN, 0.5) == 2.5 and isinstance(vl.quantile(TEN, 0.5), float)
    x = np.random.default_rng(9).normal(size=1001)
    p = np.linspace(0, 1, 37)
    np.testing.assert_array_equal(vl.quantile(x, p), np.quantile(x, p))
    assert vl.quantile([1.0, NAN, 3.0], 0.5) == 2.0 and np.isnan(vl.quantile([NAN], 0.5))
    assert vl.quantile([1.0, 2.0, 3.0], 0.5, weights=[1.0, 1.0, 10.0]) == 3.0
    with pytest.raises(vl.ContractError, match="type: only 7"):
        vl.quantile(TEN, 0.5, type=6)
    with pytest.raises(vl.ContractError, match="between 0 and 1"):
        vl.quantile(TEN, 1.5)


def test_concentration_of_the_worked_example():
    x = [1.0, 2.0, 3.0, 4.0]
    assert vl.gini(x) == 0.25 and vl.gini(x, sample=True) == pytest.approx(1 / 3, rel=1e-15)
    assert vl.top_share(x, 0.25) == 0.4 and vl.top_share(x, [0.5, 1.0]).tolist() == [0.7, 1.0]
    assert vl.lorenz(x).tolist() == pytest.approx([0.1, 0.3, 0.6, 1.0], rel=1e-15)
    c = vl.Concentration([*x, NAN, np.inf])
    assert (c.n, c.n_missing, c.n_infinite, c.total, c.reason, c.gini) == (4, 1, 1, 10.0, "none", 0.25)
    assert vl.Concentration([-1.0, 2.0]).reason == "negative_values" and np.isnan(vl.gini([-1.0, 2.0]))
    assert vl.Concentration([0.0]).reason == "total_not_positive" and vl.lorenz([0.0]).size == 0


def test_z_bands_of_the_worked_example():
    b = vl.Bands.fit(TEN)
    assert b.names == ["very_low", "low", "mid", "high", "very_high"] and len(b) == 5
    assert b.cuts.tolist() == pytest.approx([3 + z * 10 / 3 for z in (-2, -1, 1, 2)], rel=1e-15)
    assert b.assign(TEN).tolist() == ["low"] + ["mid"] * 8 + ["very_high"]
    assert b.codes(TEN).tolist() == [1] + [2] * 8 + [4] and b.codes(TEN).dtype == np.int8
    assert b.assign(11) == "very_high" and b.assign(NAN) == "missing" and b.codes(NAN) == -1
    assert b.assign([NAN, -np.inf, np.inf]).tolist() == ["missing", "very_low", "very_high"]
    assert b.origin["method"] == "z" and b.origin["mean"] == 3.0 and b.origin["n_used"] == 10
    assert sum(b.origin["observed"]) == pytest.approx(1.0) and "z" in repr(b)


def test_other_bands():
    q = vl.Bands.fit(TEN, "quantile")
    assert q.cuts.tolist() == pytest.approx([0.8, 2.0, 3.0, 4.2], rel=1e-15)
    assert np.bincount(q.codes(TEN)).tolist() == [2, 1, 2, 3, 2]
    assert vl.Bands.fit(TEN, "quantile", shares=[0.5]).cuts.tolist() == [2.5]
    assert vl.Bands.fit(TEN, cuts=[0.0]).cuts.tolist() == [3.0]
    flat = vl.Bands.fit([2.0, 2.0, 2.0])
    assert len(flat) == 1 and flat.origin["reason"] == "constant"
    given = vl.Bands([0.0, 10.0])
    assert given.assign([-1, 0, 9.99, 10]).tolist() == ["band_1", "band_2", "band_2", "band_3"]
    for wrong, said in (({"method": "jenks"}, "method: must be"), ({"shares": [0.5]}, "shares: they are for"),
                        ({"method": "quantile", "cuts": [1.0]}, "cuts: they are for"), ({"cuts": [1.0, 0.0]}, "ascend")):  # fmt: skip
        with pytest.raises(vl.ContractError, match=said):
            vl.Bands.fit(TEN, **wrong)
    with pytest.raises(vl.ContractError, match="ascend strictly"):
        vl.Bands([1.0, 1.0])

"""Intervals of parameters and the likelihood-ratio test, as Python has them."""

import warnings

import numpy as np
import pytest

import valorem as vl


@pytest.fixture(scope="module")
def fits():
    t = vl.BetaDiscreteWeibull(0.7, 1.2, 1.3).simulate(8, seed=1, size=20_000)
    rows = {"duration": t["duration"], "churned": t["churned"]}
    return vl.ShiftedBetaGeometric.fit(**rows), vl.BetaDiscreteWeibull.fit(**rows)


def test_intervals(fits):
    z = 1.959963984540054
    for fit in fits:
        value, se = fit.parameters, fit.standard_errors
        log = fit.confidence_interval()
        assert log.shape == (len(value), 2)
        np.testing.assert_allclose(log, np.column_stack([value * np.exp(-z * se / value), value * np.exp(z * se / value)]), rtol=1e-13)
        natural = fit.confidence_interval(level=0.95, scale="natural")
        np.testing.assert_allclose(natural, np.column_stack([value - z * se, value + z * se]), rtol=1e-13)
        assert (np.diff(fit.confidence_interval(0.99)) > np.diff(log)).all()
        table = fit.summary(level=0.95)
        assert table.columns == ["parameter", "value", "standard_error", "low", "high"]
        np.testing.assert_array_equal(table["low"], log[:, 0])
        np.testing.assert_array_equal(table["high"], log[:, 1])


def test_ratio(fits):
    restricted, full = fits
    t = vl.likelihood_ratio_test(restricted, full)
    assert t.degrees_of_freedom == 1
    assert t.statistic == 2 * (full.log_likelihood - restricted.log_likelihood) > 0
    assert t.p_value < 1e-3
    assert repr(t).startswith("LikelihoodRatio(statistic=")


def test_refusals(fits):
    restricted, full = fits
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        full.confidence_interval(95)
    with pytest.raises(ValueError, match="scale is 'log' or 'natural', not 'cube'"):
        full.summary(scale="cube")
    with pytest.raises(ValueError, match="beta_discrete_weibull is no special case of shifted_beta_geometric; compare their aic"):
        vl.likelihood_ratio_test(full, restricted)
    with pytest.raises(ValueError, match="more parameters"):
        vl.likelihood_ratio_test(full, full)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vl.ConvergenceWarning)
        other = vl.BetaDiscreteWeibull.fit(lost=[10, 8, 7, 5], survivors=30)
    with pytest.raises(ValueError, match="not the rows of the fit"):
        vl.likelihood_ratio_test(restricted, other)


def test_profile_intervals_of_every_kind_of_model():
    t = vl.MBGNBD(1.2, 6.0, 0.9, 1.6).simulate(39, seed=3, size=4000)
    rows = [t[name] for name in ("frequency", "recency", "T")]
    fit = vl.MBGNBD.fit(*rows)
    ends = vl.MBGNBD.profile_intervals(fit, *rows)
    wald = fit.confidence_interval()
    assert ends.shape == (4, 2)
    np.testing.assert_allclose(ends, wald, rtol=0.05)
    assert not np.array_equal(ends, wald)
    # With the others left where they were, the likelihood has fallen further than z²/2 at an end.
    assert fit.log_likelihood - vl.MBGNBD(ends[0, 1], *fit.parameters[1:]).log_likelihood(*rows).sum() > 1.9207
    weights = np.full(4000, 1.0)
    np.testing.assert_array_equal(vl.MBGNBD.profile_intervals(fit, *rows, weights, level=0.95, threads=2), ends)

    contracts = vl.ShiftedBetaGeometric(0.7, 1.2).simulate(8, seed=3, size=4000)
    seen = {name: contracts[name] for name in contracts.columns}
    fit = vl.ShiftedBetaGeometric.fit(**seen)
    ends = vl.ShiftedBetaGeometric.profile_intervals(fit, **seen, level=0.9)
    np.testing.assert_allclose(ends, fit.confidence_interval(0.9), rtol=0.05)

    x = np.arange(4000) % 9 + 1.0
    spend = vl.GammaGamma(6.25, 3.74, 15.44).simulate(x, seed=3)
    fit = vl.GammaGamma.fit(x, spend)
    ends = vl.GammaGamma.profile_intervals(fit, x, spend)
    np.testing.assert_allclose(ends, fit.confidence_interval(), rtol=0.1)

    with pytest.raises(ValueError, match="a fit of mbg_nbd is expected, this is one of gamma_gamma"):
        vl.MBGNBD.profile_intervals(fit, *rows)
    with pytest.raises(ValueError, match="not the rows of the fit"):
        vl.GammaGamma.profile_intervals(fit, x[1:], spend[1:])
    with pytest.raises(ValueError, match="not those that the fit was made on: its log-likelihood is another"):
        vl.GammaGamma.profile_intervals(fit, x, spend[::-1])
    with pytest.raises(ValueError, match="level must lie"):
        vl.GammaGamma.profile_intervals(fit, x, spend, level=95)

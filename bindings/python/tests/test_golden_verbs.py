"""Every verb of every model gives the bits that C++ gives: tests/golden/verbs.csv, whose questions these are, in the same order
as tests/golden/verbs.test.cpp asks them."""

import numpy as np
import pytest
import valorem as vl
from conftest import ROOT
from golden import hashed, words

WEEKS = {
    "past": [(0, 0, 0), (0, 0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (7, 35, 35), (26, 30.5, 31), (300, 100.25, 101)],
    "ahead": [0.5, 39, 520], "rate": 0.0027,
}  # fmt: skip
PERIODS = {
    "past": [(0, 0, 0), (0, 0, 6), (1, 1, 6), (2, 4, 6), (6, 6, 6), (26, 30, 31), (100, 180, 200)],
    "ahead": [1, 5, 100], "rate": 0.125,
}  # fmt: skip
PURCHASES = {
    "nbd": (vl.NBD(0.385, 12.072), WEEKS),
    "bg_nbd": (vl.BGNBD(0.243, 4.414, 0.793, 2.426), WEEKS),
    "mbg_nbd": (vl.MBGNBD(0.525, 6.183, 0.891, 1.614), WEEKS),
    "bg_cnbd": (vl.BGCNBD(2, 0.5, 4.0, 0.75, 2.5), WEEKS),
    "mbg_cnbd": (vl.MBGCNBD(3, 0.75, 3.0, 0.75, 2.5), WEEKS),
    "pareto_nbd": (vl.ParetoNBD(0.553, 10.578, 0.606, 11.669), WEEKS),
    "ggompertz_nbd": (vl.GGompertzNBD(1, 10, 0.05, 0.5, 2), WEEKS),
    "bg_bb": (vl.BGBB(1.204, 0.75, 0.657, 2.783), PERIODS),
}
CONTRACTS = {
    "shifted_beta_geometric": vl.ShiftedBetaGeometric(0.704, 1.182),
    "beta_discrete_weibull": vl.BetaDiscreteWeibull(0.456, 0.779, 1.283),
}


def of_purchases(m, grid):
    x, t_x, age = np.array(grid["past"], dtype=float).T
    rows = x, t_x, age
    each = x[:, None], t_x[:, None], age[:, None]  # a row of answers for each past
    ahead, counts, chances, horizons = grid["ahead"], [0, 1, 5], [0.125, 0.5, 0.875], [52, np.inf]
    t, rate = ahead[1], grid["rate"]
    gaps = {"log_gaps": -2.0 * x} if hasattr(m, "k") else {}
    rates = m.posterior_rates(*rows)
    return {
        "log_likelihood": m.log_likelihood(*rows, **gaps),
        "log_likelihood_gradient": m.log_likelihood_gradient(*rows, **gaps),
        "log_p_alive": m.log_p_alive(*rows),
        "p_alive": m.p_alive(*rows),
        "p_alive_ahead": m.p_alive(*rows, ahead=t),
        "expected_purchases": m.expected_purchases(ahead, *each),
        "pmf": m.pmf(counts, t, *each),
        "cdf": m.cdf(counts, t, *each),
        "at_least": m.at_least(counts, t, *each),
        "next_purchase_quantile": m.next_purchase_quantile(chances, *each),
        "discounted_purchases": m.discounted_purchases(rate, horizons, *each),
        "discounted_lifetime": m.discounted_lifetime(rate, horizons, *each),
        "expected_purchases_new": m.expected_purchases(ahead),
        "posterior_rates": np.stack([rates.purchase_rate, rates.purchase_rate_variance, rates.dropout, rates.dropout_variance], axis=1),
        "predictive_interval": m.predictive_interval(t, *rows),
    }


def of_contracts(m):
    t, rate = np.array([0.0, 1, 7, 1000]), np.array([0.125, 0.01])
    return {
        "survival": m.survival(t),
        "log_survival": m.log_survival(t),
        "retention": m.retention(t),
        "pmf": m.pmf(t),
        "expected_lifetime": m.expected_lifetime(rate),
        "residual_lifetime": m.residual_lifetime(rate[:, None], [0, 1, 5]),
        "expected_residual_lifetime": m.expected_residual_lifetime([1, 12, 1000], 2),
    }


def of_spend(m):
    x, mean = np.array([1.0, 2, 7, 500]), np.array([11.75, 22.5, 73.75, 30])
    each = x[:, None], mean[:, None]
    amounts = [5.0, 35, 200]
    return {
        "log_likelihood": m.log_likelihood(x, mean),
        "expected_spend": m.expected_spend(x, mean),
        "spend_sd": m.spend_sd(x, mean),
        "spend_cdf": m.spend_cdf(amounts, *each),
        "spend_quantile": m.spend_quantile([0.125, 0.5, 0.875], *each),
        "next_spend_cdf": m.next_spend_cdf(amounts, *each),
    }


def answers():
    for name, (model, grid) in PURCHASES.items():
        yield from ((name, verb, column) for verb, column in of_purchases(model, grid).items())
    for name, model in CONTRACTS.items():
        yield from ((name, verb, column) for verb, column in of_contracts(model).items())
    yield from (("gamma_gamma", verb, column) for verb, column in of_spend(vl.GammaGamma(6.25, 3.74, 15.44)).items())


GOLDEN = [line.split(",") for line in (ROOT / "tests" / "golden" / "verbs.csv").read_text(encoding="ascii").splitlines()[1:]]


@pytest.fixture(scope="module")
def columns():
    return {(model, verb): column for model, verb, column in answers()}


def test_nothing_is_left_out(columns):
    assert list(columns) == [(model, verb) for model, verb, _ in GOLDEN]


@pytest.mark.parametrize(("model", "verb", "want"), GOLDEN)
def test_the_bits_are_those_of_cpp(columns, model, verb, want):
    assert f"0x{hashed([words(columns[model, verb])]):016x}" == want

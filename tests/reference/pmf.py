"""Chance of n purchases, by three routes.

Given the chance c of surviving the first moment, P(n) = c P0(n) + 1{n = 0} (1 - c) with, for v = horizon / scale,

    P0(n) = B(a, b + n)/B(a, b) N(n) + 1{n > 0} B(a + 1, b + n - 1)/B(a, b) P(at least n events),
    N negative binomial of size s and success chance 1/(1 + v).

Route "beta":     gamma functions, and the positive series of the incomplete beta function for the tail.
Route "products": everything multiplied out; the tail as one minus the finite sum, at a precision that bears it.
Route "arrival":  the tail as the integral over the time of the n-th event, by proved quadrature.
"""

import math

from flint import acb, arb

from balls import ONE, log_beta
from kernels import series_2f1
from models import rising_product


def log_negative_binomial(n, s, v):
    return (s + n).lgamma() - s.lgamma() - arb(n + 1).lgamma() - (s + n) * v.log1p() + (n * v.log() if n else 0)


def weights_by_logs(n, a, b):
    base = log_beta(a, b)
    alive = (log_beta(a, b + n) - base).exp()
    return alive, (log_beta(a + 1, b + n - 1) - base).exp() if n else arb(0)


def weights_by_products(n, a, b):
    down = rising_product(a + b, n)
    alive = rising_product(b, n) / down
    return alive, a * rising_product(b, n - 1) / down if n else arb(0)


def new_pmf_beta(n, s, v, a, b):
    if v.is_zero():
        return ONE if n == 0 else arb(0)
    if n == 0:
        return (-(s * v.log1p())).exp()
    few = log_negative_binomial(n, s, v).exp()
    if a is None:
        return few
    alive, left = weights_by_logs(n, a, b)
    return alive * few + left * tail_by_series(n, s, v)


def tail_by_series(n, s, v):
    """P(at least n events): the all-positive series of the incomplete beta function, on the shorter side."""
    z, y = v / (1 + v), 1 / (1 + v)
    front = (n * z.log() - s * v.log1p() - log_beta(arb(n), s)).exp()
    if z * (n + s) < n:
        return front / n * series_2f1(n + s, ONE, arb(n + 1), z)
    return 1 - front / s * series_2f1(n + s, ONE, s + 1, y)


def new_pmf_products(n, s, v, a, b):
    if v.is_zero():
        return ONE if n == 0 else arb(0)
    none = (1 + v) ** (-s)
    if n == 0:
        return none
    z = v / (1 + v)
    few = none * rising_product(s, n) / rising_product(ONE, n) * z**n
    if a is None:
        return few
    term, total = none, none
    for j in range(1, n):
        term = term * (s + (j - 1)) * z / j
        total = total + term
    alive, left = weights_by_products(n, a, b)
    return alive * few + left * (1 - total)


def new_pmf_arrival(n, s, v, a, b):
    """int_0^v u^(n-1) (1+u)^-(n+s) du / B(n, s), u = e^y."""
    if v.is_zero() or n == 0 or a is None:
        return new_pmf_products(n, s, v, a, b)
    fs, end = float(s), math.log(float(v))
    top = min(end, math.log(n / fs))  # the density of the n-th event peaks there

    def height(y):
        return n * y - (n + fs) * (math.log1p(math.exp(y)) if y < 700 else y)

    peak = height(top)
    width = min(1.0, math.sqrt((n + fs) / (n * fs)))
    stop = v.log()
    first, last = top, top
    while height(first) > peak - 110:
        first -= 2 * width
    while last < end and height(last) > peak - 110:
        last += 2 * width
    cuts = []
    at, step = top, width
    while at > first:
        cuts.append(at)
        at -= step
        step *= 1.5
    cuts.append(first)
    cuts = cuts[::-1]
    at, step = top + width, width
    while at < min(last, end):
        cuts.append(at)
        step *= 1.5
        at += step
    ends = [arb(c) for c in cuts] + [arb(last) if last < end else stop]
    shift = arb(peak)

    def density(y, _):
        return (n * y - (n + s) * y.exp().log1p() - shift).exp()

    total = acb(0)
    for x0, x1 in zip(ends, ends[1:]):
        total += acb.integral(density, acb(x0), acb(x1), rel_tol=arb(2) ** -125, abs_tol=arb(2) ** -130 * arb(width))
    mass = (total.real + arb(0, arb(2) ** -130 * (width + 1 / n + 1 / fs))) * (shift - log_beta(arb(n), s)).exp()
    few = log_negative_binomial(n, s, v).exp()
    alive, left = weights_by_products(n, a, b)
    return alive * few + left * mass


ROUTES = {"beta": new_pmf_beta, "products": new_pmf_products, "arrival": new_pmf_arrival}


def pmf(n, customer, v, route):
    """customer: (chance, s, a, b, v) from models."""
    chance, s, c, a, b = customer
    value = chance * ROUTES[route](n, s, v / c, a, b)
    return value + (1 - chance) if n == 0 else value

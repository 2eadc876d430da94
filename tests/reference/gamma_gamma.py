"""Gamma-Gamma: log-likelihood of a mean spend, expected spend and variance, each by a formula and by the integral over nu."""

import math

from flint import acb, arb, ctx


def log_likelihood_formula(w):
    p, q, g, x, m = w["p"], w["q"], w["gamma"], w["x"], w["mean"]
    if x == 0:
        return arb(0)
    px = p * x
    return ((px + q).lgamma() - px.lgamma() - q.lgamma() + q * g.log() + (px - 1) * m.log() + px * arb(x).log()
            - (px + q) * (g + x * m).log())


def curvature(t):
    """e^t - 1 - t for complex intervals, tight for small t."""
    if abs(t).upper() < 0.5:
        terms = 10 + ctx.prec // 6
        total = acb(0)
        for n in range(terms, 2, -1):
            total = (1 + total) * t / n
        bound = (abs(t).upper() ** terms) * arb(2) ** (-3 * terms)
        return (1 + total + acb(arb(0, bound), arb(0, bound))) * t * t / 2
    return t.expm1() - t


def moment(w, power):
    """log of int nu^power gamma(m; p x, rate x nu) gamma(nu; q, rate gamma) dnu over log nu, by proved quadrature."""
    p, q, g, x, m = w["p"], w["q"], w["gamma"], w["x"], w["mean"]
    px = p * x
    # the integrand is exp(k y - rate e^y + constant) with y = log nu
    constant = q * g.log() - q.lgamma()
    if x:
        constant += px * arb(x).log() + (px - 1) * m.log() - px.lgamma()
    k = px + q + power
    rate = g + (x * m if x else 0)
    fk, fr = float(k), float(rate)
    top = math.log(fk / fr)

    def height(y):
        return fk * y - fr * math.exp(min(700, y))

    peak = height(top)
    width = min(1.0, 1 / math.sqrt(fk))
    first, last = top - width, top + width
    while height(first) > peak - 120:
        first = top - 1.3 * (top - first)
    while height(last) > peak - 120:
        last = top + 1.2 * (last - top)
    cuts = [first, last, top]
    reach = width
    while reach < max(top - first, last - top):
        if top - reach > first:
            cuts.append(top - reach)
        if top + reach < last:
            cuts.append(top + reach)
        reach *= 2
    cuts.sort()
    shift = k * arb(top) - rate * arb(top).exp()
    middle = rate * arb(top).exp()  # k, but for the rounding of top
    rest = k - middle

    def integrand(y, _):
        # k y - rate e^y about the top, with the large linear terms already cancelled
        t = y - top
        return (rest * t - middle * curvature(t)).exp()

    total = acb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        total += acb.integral(integrand, acb(x0), acb(x1),
                              rel_tol=arb(2) ** -125, abs_tol=arb(2) ** -130 * arb(width))
    tail = arb(2) ** -160 * (1 / k + 1)
    return (total.real + arb(0, tail.upper())).log() + shift + constant


def log_likelihood_integral(w):
    return arb(0) if w["x"] == 0 else moment(w, 0)


def shape(w):
    return w["p"] * w["x"] + w["q"]


def expected_formula(w):
    p, g, x, m = w["p"], w["gamma"], w["x"], w["mean"]
    return p * (g + (x * m if x else 0)) / (shape(w) - 1)


def expected_integral(w):
    return w["p"] * (moment(w, -1) - moment(w, 0)).exp()


def variance_formula(w):
    k = shape(w)
    return expected_formula(w) ** 2 / (k - 2)


def variance_integral(w):
    p = w["p"]
    base = moment(w, 0)
    return p**2 * ((moment(w, -2) - base).exp() - (moment(w, -1) - base).exp() ** 2)

"""Gamma-Gamma: how a customer's mean spend and her next purchase are distributed given her history, and the likelihood of her
purchases one by one. Each value by a closed form and by the integral over nu of prior times likelihood, neither simplified.

    python tests/reference/spend.py > tests/reference/spend.csv
"""

import sys
from functools import lru_cache

from incomplete_gamma import RULES, by_series
from mpmath import mp, mpf

DIGITS = {30: 30, 34: 36}


@lru_cache(maxsize=64)
def log_gamma(a):
    return mp.loggamma(a)


def log_prior(w, nu):
    return w["q"] * mp.log(w["v"]) + (w["q"] - 1) * mp.log(nu) - w["v"] * nu - log_gamma(w["q"])


def log_mean_density(w, nu):
    """ln density of the mean of x draws of Gamma(p, nu)."""
    p, x, z = w["p"], w["x"], w["mean"]
    if x == 0:
        return mpf(0)
    return p * x * mp.log(x * nu) + (p * x - 1) * mp.log(z) - x * nu * z - log_gamma(p * x)


def log_items_density(w, nu):
    """ln of the product of x densities of Gamma(p, nu)."""
    p, x = w["p"], w["x"]
    return p * x * mp.log(nu) + (p - 1) * w["sum_log"] - nu * x * w["mean"] - x * log_gamma(p)


def over_rates(w, density, cut=None, weigh=None, rule=30):
    """ln of the integral of prior x density (x weigh) over nu, or its parts below and above nu = cut."""
    k = float(w["p"] * w["x"] + w["q"])
    s = float(w["v"] + w["x"] * w["mean"])
    mode = mp.log(mpf(k) / mpf(s))
    start = mode if cut is None else mp.log(cut)

    def f(y):
        nu = mp.exp(y)
        value = log_prior(w, nu) + density(w, nu) + y
        return value if weigh is None else value + mp.log(weigh(nu))

    def side(direction):
        at, total, peak = start, mpf(0), None
        for _ in range(3000):
            bend = s * float(mp.exp(at))
            slope = abs(k - bend)
            # far below the mode it is a plain exponential; above, what its bend allows
            widest = 6.0 if direction < 0 else 1.0  # the bend grows upwards
            step = 2.5 / (k + float(w["p"])) if bend < 1e-50 else min(widest, 2.5 / max(slope, bend**0.5))
            # towards the mode the slope falls: do not jump over it
            if direction * float(mode - at) > 0:
                step = min(step, max(abs(float(mode - at)), 1e-6))
            nxt = at + direction * mpf(step)
            half, middle = (nxt - at) / 2, (nxt + at) / 2
            values = [(c, f(middle + half * z)) for z, c in RULES[rule]]
            peak = max([peak] + [v for _, v in values]) if peak is not None else max(v for _, v in values)
            part = abs(half) * mp.fsum(c * mp.exp(v - shift) for c, v in values)
            total += part
            at = nxt
            if direction * float(at - mode) > 0 and part < total * mpf(10) ** (-DIGITS[rule] - 8):
                return total
        raise ArithmeticError(f"no end: {w}")

    shift = f(mode)
    low, high = side(-1), side(1)
    if cut is None:
        return mp.log(low + high) + shift
    return low / (low + high), high / (low + high)


def beta_share(a, b, u, w):
    """I_x(a, b) at x = u/(u+w), and its complement, by the series of positive terms of whichever is shorter."""
    def series(a, b, x):
        term = total = mpf(1)
        n = 0
        while term > total * mpf(10) ** -60:
            term *= (a + b + n) / (a + 1 + n) * x
            total += term
            n += 1
        return total

    x, y = u / (u + w), w / (u + w)
    kernel = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b))
    if x < a / (a + b):
        value = kernel / a * series(a, b, x)
        return value, 1 - value
    value = kernel / b * series(b, a, y)
    return 1 - value, value


def shape_rate(w):
    return w["p"] * w["x"] + w["q"], w["v"] + w["x"] * w["mean"]


def cdf_closed(w):
    k, s = shape_rate(w)
    return by_series(k, w["p"] * s / w["h"], 50)[1]


def cdf_integral(w, rule=30):
    return over_rates(w, log_mean_density, cut=w["p"] / w["h"], rule=rule)[1]


def next_closed(w):
    k, s = shape_rate(w)
    return beta_share(w["p"], k, w["h"], s)[0]


def next_integral(w, rule=30):
    base = over_rates(w, log_mean_density, rule=rule)

    def at_most(nu):  # far above p all is below: what is left out is less than e^-240
        z = nu * w["h"]
        return by_series(w["p"], z, 45)[0] if z < 250 + 3 * w["p"] else mpf(1)

    return mp.exp(over_rates(w, log_mean_density, weigh=at_most, rule=rule) - base)


def items_closed(w):
    k, s = shape_rate(w)
    return ((w["p"] - 1) * w["sum_log"] - w["x"] * mp.loggamma(w["p"]) + w["q"] * mp.log(w["v"]) - mp.loggamma(w["q"])
            + mp.loggamma(k) - k * mp.log(s))


def items_integral(w, rule=30):
    return over_rates(w, log_items_density, rule=rule)


def quantile_by(w, closed, rule=30):
    """The amount at which the chance is u, by bisection on its logarithm and secants."""
    def at(log_m):
        v = dict(w, h=mp.exp(log_m))
        return (cdf_closed(v) if closed else cdf_integral(v, rule)) - w["u"]

    k, s = shape_rate(w)
    start = mp.log(w["p"] * s / k)
    return mp.exp(mp.findroot(at, (start, start + mpf("0.1") / mp.sqrt(k)), solver="secant", tol=mpf(10) ** -70, verify=False,
                              maxsteps=60))


QUANTITIES = {
    "spend_cdf": (cdf_closed, cdf_integral, ("h",)),
    "next_spend_cdf": (next_closed, next_integral, ("h",)),
    "loglik_items": (items_closed, items_integral, ("sum_log",)),
}


def cond(f, w, names, logarithm):
    step = mpf(10) ** -14
    value = f(w)
    names = ("p", "q", "v") + (("mean",) if w["x"] else ()) + names
    moved = sum(abs(f(dict(w, **{n: w[n] * (1 + step)})) - value) for n in names) / step
    return moved / (max(abs(value), 1) if logarithm else abs(value))


def row(w, quantity, value, condition, region):
    def shown(v):
        return "" if v is None else repr(float(v))
    cells = ["gamma_gamma", " ".join(repr(float(w[n])) for n in "pqv"), shown(w["x"]), shown(w["mean"]), shown(w.get("sum_log")),
             shown(w.get("u", w.get("h"))), "", "", quantity, mp.nstr(value, 24), mp.nstr(condition, 3), region]
    print(",".join(cells), flush=True)


def agree(values, what):
    for v in values[1:]:
        if abs(v - values[0]) > mpf(10) ** -21 * abs(values[0]):
            raise ArithmeticError(f"{what}: {[mp.nstr(u, 30) for u in values]}")


def points():
    base = (6.25, 3.74, 15.44)
    for x, z in ((0, 0), (1, 11.77), (2, 22.35), (7, 73.74)):
        yield base, x, z, "structured"
    yield (0.4, 0.3, 15.44), 1, 3.0, "no mean"
    yield (1e-3, 1e-3, 1e-3), 1, 2.0, "edge"
    yield (1e3, 1e3, 1e3), 3, 900.0, "edge"


def main():
    mp.dps = 55
    print("model,params,x,t_x,T,h,rate,n,quantity,value,cond,region")
    for (p, q, v), x, mean, region in points():
        w = {"p": mpf(p), "q": mpf(q), "v": mpf(v), "x": mpf(x), "mean": mpf(float(mean))}
        k, s = shape_rate(w)
        level = float(w["p"] * s / (k + 1))
        spread = min(3.0, float(1 / mp.sqrt(k)))
        for factor in (-2.5, 0.3, 2.5):
            w["h"] = mpf(level * 2.718281828 ** (factor * spread))
            for quantity in ("spend_cdf", "next_spend_cdf"):
                closed, integral, names = QUANTITIES[quantity]
                values = [closed(w), integral(w), integral(w, 34)]
                agree(values, (quantity, w))
                row(w, quantity, values[0], cond(closed, w, names, False), region)
        del w["h"]
        for u in (0.05,) if k < 0.01 else (0.05, 0.9):  # there the upper one is above every double
            w["u"] = mpf(u)
            value = quantile_by(w, True)
            agree([value, quantile_by(w, False), quantile_by(w, False, 34)], ("quantile", w))
            density = cond(cdf_closed, dict(w, h=value), (), False)
            # d ln m = -(d cdf of the others) / (d cdf / d ln m), and u itself
            step = mpf(10) ** -14
            slope = (cdf_closed(dict(w, h=value * (1 + step))) - w["u"]) / step
            row(w, "spend_quantile", value, (density + 1) * w["u"] / slope, region)
            del w["u"]
        if x:
            # purchases that are unlike by as much as p says, about
            unlike = (x - 1) / (2 * p) * 1.3
            w["sum_log"] = mpf(float(x * mp.log(w["mean"]) - unlike))
            values = [items_closed(w), items_integral(w), items_integral(w, 34)]
            agree(values, ("items", w))
            row(w, "loglik_items", values[0], cond(items_closed, w, ("sum_log",), True), region)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Gamma-Gamma: how a customer's mean spend and her next purchase are distributed given her history, and the likelihood of her
purchases one by one. Each value by a closed form and by an integral, at two precisions. At the points written by hand it is the
integral over nu of prior times likelihood, neither simplified. At the random ones too, in python-flint's arithmetic, but for her next
purchase: there it is that of the beta density over the logit, in which no Gamma function enters.

    python tests/reference/spend.py > tests/reference/spend.csv
"""

import math
import random
import sys
from functools import lru_cache

from flint import arb, ctx
from incomplete_gamma import RULES, by_series
from mpmath import mp, mpf

DIGITS = {30: 30, 34: 36}
RANDOM_POINTS = 53


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
    """I_x(a, b) at x = u/(u+w), by the series of positive terms of it or of its complement, whichever is shorter."""
    def series(a, b, x):
        term = total = mpf(1)
        n = 0
        while term > total * mpf(10) ** -(mp.dps + 5):
            term *= (a + b + n) / (a + 1 + n) * x
            total += term
            n += 1
        return total

    def terms(a, b, x, y):
        return (max(mpf(0), x * b - y * a) + 130) / y

    x, y = u / (u + w), w / (u + w)
    for digits in (60, 160, 360, 760):
        with mp.workdps(digits):
            kernel = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b))
            if terms(a, b, x, y) < terms(b, a, y, x):
                return kernel / a * series(a, b, x)
            value = 1 - kernel / b * series(b, a, y)
            if value > mpf(10) ** (58 - digits):
                return value
    raise ArithmeticError("a share that is too small")


def shape_rate(w):
    return w["p"] * w["x"] + w["q"], w["v"] + w["x"] * w["mean"]


def cdf_closed(w):
    k, s = shape_rate(w)
    return by_series(k, w["p"] * s / w["h"], 50)[1]


def cdf_integral(w, rule=30):
    return over_rates(w, log_mean_density, cut=w["p"] / w["h"], rule=rule)[1]


def next_closed(w):
    k, s = shape_rate(w)
    return beta_share(w["p"], k, w["h"], s)


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


def agree(values, what, digits=21):
    for v in values[1:]:
        if abs(v - values[0]) > mpf(10) ** -digits * abs(values[0]):
            raise ArithmeticError(f"{what}: {[mp.nstr(u, 30) for u in values]}")


def exact(x):
    """An mpf or double as the same number in python-flint."""
    sign, man, exp, _ = mpf(x)._mpf_
    return arb(-int(man) if sign else int(man)) * arb(2) ** exp


def back(x):
    """The middle of an arb as an mpf of 45 digits."""
    return mpf(x.str(45, radius=False))


@lru_cache(maxsize=8)
def flint_rule(n):
    return [arb.legendre_p_root(n, i, weight=True) for i in range(n)]


def panels(f, start, direction, step, tail, mode, nodes):
    """The integral of exp(f) from start outwards, past the mode, until nothing is added; where tail(y) is not None, it is the rest."""
    at, total = start, arb(0)
    for _ in range(20000):
        rest = tail(at)
        if rest is not None:
            return total + rest
        width = step(float(at))
        to_mode = direction * (mode - float(at))
        if to_mode > 0:  # there the slope falls: do not jump over it
            width = min(width, max(to_mode, 1e-6))
        half = arb(direction * width) / 2
        middle = at + half
        part = abs(half) * sum((c * f(middle + half * z).exp() for z, c in flint_rule(nodes)), arb(0))
        total += part
        at = at + 2 * half
        if to_mode <= 0 and part < total * arb(10) ** -42:
            return total
    raise ArithmeticError("no end")


def sides(f, cut, step, low_tail, high_tail, mode, nodes):
    """The integrals of exp(f) below and above cut."""
    return panels(f, cut, -1, step, low_tail, mode, nodes), panels(f, cut, 1, step, high_tail, mode, nodes)


def over_rates_in_flint(w, items=False, cut=None, nodes=30):
    """As over_rates, of means or of purchases one by one."""
    ctx.prec = 200 + 2 * nodes
    p, q, v, x, z = (exact(w[n]) for n in ("p", "q", "v", "x", "mean"))
    prior = q * v.log() - q.lgamma()
    if items:
        front = (p - 1) * exact(w["sum_log"]) - x * p.lgamma()
    elif w["x"] == 0:
        front = arb(0)
    else:
        front = p * x * x.log() + (p * x - 1) * z.log() - (p * x).lgamma()
    k, s = float(w["p"] * w["x"] + w["q"]), float(w["v"] + w["x"] * w["mean"])
    mode = math.log(k) - math.log(s)

    def log_of(y):
        nu = y.exp()
        return prior + (q - 1) * y - v * nu + front + p * x * y - x * nu * z + y

    shift = log_of(arb(mode))

    def f(y):
        return log_of(y) - shift

    def step(y):
        bend = s * math.exp(min(y, 600.0))
        return min(1.0, 2.5 / max(abs(k - bend), bend**0.5))

    def low_tail(y):  # there e^(k y) alone, to 50 digits
        return f(y).exp() / (p * x + q) if float(y) < min(mode, -120 - math.log(s)) else None

    low, high = sides(f, arb(mode) if cut is None else exact(cut).log(), step, low_tail, lambda y: None, mode, nodes)
    if cut is None:
        return back((low + high).log() + shift)
    return back(low / (low + high)), back(high / (low + high))


def next_by_logits(w, nodes=30):
    """I(p, k) at odds h : s as the integral of e^(p t)/(1 + e^t)^(p + k) below t = ln(h/s), over the whole."""
    ctx.prec = 200 + 2 * nodes
    p, h = exact(w["p"]), exact(w["h"])
    k, s = (exact(v) for v in shape_rate(w))
    fp, fk = float(w["p"]), float(k.mid())
    mode = math.log(fp) - math.log(fk)

    def log_of(t):
        return p * t - (p + k) * (1 + t.exp()).log()

    shift = log_of(arb(mode))

    def f(t):
        return log_of(t) - shift

    def step(t):
        share = 1 / (1 + math.exp(-t)) if t > -700 else 0.0
        rest = 1 / (1 + math.exp(t)) if t < 700 else 0.0
        slope = abs(fp * rest - fk * share)
        return min(1.0, 2.5 / max(slope, ((fp + fk) * share * rest) ** 0.5))

    far = 120 + math.log(fp + fk + 1)

    def low_tail(t):
        return f(t).exp() / p if float(t) < min(mode, -far) else None

    def high_tail(t):
        return f(t).exp() / k if float(t) > max(mode, far) else None

    low, high = sides(f, (h / s).log(), step, low_tail, high_tail, mode, nodes)
    return back(low / (low + high))


def points():
    base = (6.25, 3.74, 15.44)
    for x, z in ((0, 0), (1, 11.77), (2, 22.35), (7, 73.74)):
        yield base, x, z, "structured"
    yield (0.4, 0.3, 15.44), 1, 3.0, "no mean"
    yield (1e-3, 1e-3, 1e-3), 1, 2.0, "edge"
    yield (1e3, 1e3, 1e3), 3, 900.0, "edge"


def by_hand():
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
            row(w, "spend_quantile", value, quantile_cond(w, value), region)
            del w["u"]
        if x:
            # purchases that are unlike by as much as p says, about
            unlike = (x - 1) / (2 * p) * 1.3
            w["sum_log"] = mpf(float(x * mp.log(w["mean"]) - unlike))
            values = [items_closed(w), items_integral(w), items_integral(w, 34)]
            agree(values, ("items", w))
            row(w, "loglik_items", values[0], cond(items_closed, w, ("sum_log",), True), region)


def quantile_cond(w, value):
    """d ln m = -(d cdf of the others) / (d cdf / d ln m), and u itself."""
    density = cond(cdf_closed, dict(w, h=value), (), False)
    step = mpf(10) ** -14
    slope = (cdf_closed(dict(w, h=value * (1 + step))) - w["u"]) / step
    return (density + 1) * w["u"] / slope


def from_the_start(k, z):
    """About z standard deviations from the mean of Gamma(k): Wilson & Hilferty; below, where k is small, its power law."""
    cube = 1 - 1 / (9 * k) + z / (3 * k**0.5)
    if cube > 0.3:
        return k * cube**3
    return math.exp(max(-600.0, (-0.5 * z * z - abs(z) + math.lgamma(k + 1)) / k))


def in_logits(p, k, z):
    """How far from the mode: the lower tail of the logit falls by p, the upper by k."""
    own, other = (p, k) if z < 0 else (k, p)
    spread = math.hypot(1 / own if own < 1 else own**-0.5, 1 if other < 1 else other**-0.5)
    return max(-200.0, min(z, 12.0) * min(spread, 200.0 / 12))


def quantile_closed(w):
    """Newton on the logarithm of the smaller tail in ln x: it is concave, so from farther out nothing is overshot. Farther out is where
    P <= x^k/Gamma(k + 1) and the tails' exponential bounds (Laurent & Massart 2000) say."""
    k, s = shape_rate(w)
    lower = 1 - w["u"] if w["u"] > 0.5 else None
    target = mp.log(w["u"] if lower is None else lower)
    deep = -target
    if lower is None:
        x = k + mp.sqrt(2 * k * deep) + deep
    else:
        x = max(k - mp.sqrt(2 * k * deep), mp.exp((target + log_gamma(k + 1)) / k))
    for _ in range(200):
        below, above = by_series(k, x, 50)
        tail = above if lower is None else below
        slope = mp.exp(k * mp.log(x) - x - log_gamma(k)) / tail * (-1 if lower is None else 1)
        move = (target - mp.log(tail)) / slope
        x *= mp.exp(move)
        if abs(move) < mpf(10) ** -27:
            return w["p"] * s / x
    raise ArithmeticError(f"no quantile: {w}")


def at_random(count):
    """Parameters over the legal domain; amounts near the middle, in the tails and far out; chances from 1e-12 to 1 - 1e-12."""
    r = random.Random(20050404)
    for i in range(count):
        some = [10 ** r.uniform(-3, 3) for _ in "pqv"]
        x = [0, 1, 2, round(10 ** r.uniform(0, 2)), round(10 ** r.uniform(2, 5))][i % 5]
        mean = 10 ** r.uniform(-3, 6) if x else 0.0
        far = 25.0 if i % 4 == 3 else 6.0
        yield some, x, mean, r.uniform(-far, far), r.uniform(-far, far), 10 ** r.uniform(-12, math.log10(0.5)), 10 ** r.uniform(-1, 0.5)


def random_rows(count):
    for number, ((p, q, v), x, mean, z, z_next, share, unlike) in enumerate(at_random(count)):
        w = {"p": mpf(p), "q": mpf(q), "v": mpf(v), "x": mpf(x), "mean": mpf(mean)}
        k, s = shape_rate(w)
        at = float(w["p"] * s) / from_the_start(float(k), z)
        at_next = float(s * w["p"] / k) * math.exp(in_logits(p, float(k), z_next))
        for quantity, h, integral in (("spend_cdf", at, lambda u, nodes: over_rates_in_flint(u, cut=u["p"] / u["h"], nodes=nodes)[1]),
                                      ("next_spend_cdf", at_next, next_by_logits)):
            if not 1e-250 < h < 1e250:
                continue
            closed, _, names = QUANTITIES[quantity]
            w["h"] = mpf(h)
            value = closed(w)
            if value < mpf(10) ** -290:
                continue
            agree([value, integral(w, 30), integral(w, 36)], (quantity, w), 24)
            row(w, quantity, value, cond(closed, w, names, False), "random")
        w.pop("h", None)
        w["u"] = mpf(float(share if number % 2 else 1 - share))
        value = quantile_closed(w)
        if mpf(10) ** -290 < value < mpf(10) ** 290:
            condition = quantile_cond(w, value)
            for nodes in (30, 36):  # the integral up to the quantile gives u back, of its smaller side
                above, below = over_rates_in_flint(w, cut=w["p"] / value, nodes=nodes)
                agree([w["u"], below] if w["u"] < 0.5 else [1 - w["u"], above], ("quantile", w), 22)
            row(w, "spend_quantile", value, condition, "random")
        del w["u"]
        if x:
            # what Gamma(p) makes of it, a tenth to three times as much
            spread = mp.log(w["p"]) - mp.digamma(w["p"])
            w["sum_log"] = mpf(float(x * mp.log(w["mean"]) - (x - 1) * spread * unlike))
            agree([items_closed(w)] + [over_rates_in_flint(w, items=True, nodes=n) for n in (30, 36)], ("items", w), 24)
            row(w, "loglik_items", items_closed(w), cond(items_closed, w, ("sum_log",), True), "random")


def main():
    mp.dps = 55
    print("model,params,x,t_x,T,h,rate,n,quantity,value,cond,region")
    by_hand()
    random_rows(RANDOM_POINTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())

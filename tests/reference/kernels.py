"""The two functions of a new customer from which every BG/NBD and MBG/NBD quantity is built, each by several routes.

With shape s, v = horizon / scale and p ~ Beta(a, b) the chance of leaving after a purchase:

    survival   A = E[(1 + p v)^-s]             = 2F1(s, a; a + b; -v)
    purchases  E = E[(1 - (1 + p v)^-s) / p]   = (a + b - 1)/(a - 1) (1 - 2F1(s, a - 1; a + b - 1; -v))

Route "hypergeometric": interval 2F1 in one of three Kummer forms, or the all-positive Euler series.
Route "mixture": the integral over p by proved adaptive quadrature (acb.integral) on the log-odds line.
Route "connection": the defining series summed here, beyond v = 1 through the connection formula at z = 1.
(discount.py gives the purchases once more, as an integral over time of the purchase rate.)
"""

import math

from flint import acb, arb, ctx

from balls import ONE, Unresolved, accurate_bits, log_beta

SERIES_LIMIT = 400000


def gauss_2f1(s, b1, c, v, bits):
    """2F1(s, b1; c; -v) for v >= 0 to `bits` bits: the form that resolves at the smallest precision."""
    if v.is_zero():
        return ONE
    saved = ctx.prec
    # positive terms where they are few: Pfaff for c > s, Euler for small s v; elsewhere terms cancel, at more precision
    if s < 50:
        order = ("plain", "euler", "pfaff")
    elif c > s and b1 > 0:
        order = ("pfaff", "plain")
    elif float(s) * float(v) < 500:
        order = ("euler", "plain", "pfaff")
    else:
        order = ("plain", "pfaff")
    try:
        for precision in (saved, 2 * saved):
            ctx.prec = precision
            z = v / (1 + v)
            for form in order:
                if form == "euler":
                    value = z.hypgeom_2f1(s, c - b1, c) * (-(s * v.log1p())).exp()
                elif form == "pfaff":
                    value = z.hypgeom_2f1(b1, c - s, c) * (-(b1 * v.log1p())).exp()
                else:
                    value = (-v).hypgeom_2f1(s, b1, c)
                if accurate_bits(value) >= bits:
                    return value
        ctx.prec = saved + 64
        return euler_series(s, b1, c, v)
    finally:
        ctx.prec = saved


def euler_series(s, b1, c, v):
    """(1+v)^-s sum (s)_n (c-b1)_n / ((c)_n n!) z^n, positive terms when c > b1; stops on a geometric tail bound."""
    z = v / (1 + v)
    other = c - b1
    if not (other > 0 and c > 0 and s > 0):
        raise Unresolved("euler series outside its domain")
    fs, fo, fz = float(s), float(other), float(z)
    rough = max(fs, fo) / max(1e-12, 1 - fz)
    if rough > SERIES_LIMIT or fz > 1 - 1e-6:
        raise Unresolved("euler series too long")
    term = ONE
    total = ONE
    for n in range(SERIES_LIMIT):
        ratio = (s + n) * (other + n) * z / ((c + n) * (n + 1))
        term = term * ratio
        total = total + term
        if n % 16 == 0:
            r = max(float(ratio), fz)
            if r < 1 - 1e-9 and n > 4 * max(1.0, fz):
                tail = term * arb(r / (1 - r) * 1.01)
                if tail < total * arb(2) ** (-(ctx.prec - 20)):
                    return (total + arb(0, tail.upper())) * (-(s * v.log1p())).exp()
    raise Unresolved("euler series did not end")


# ---------------------------------------------------------------- hypergeometric route


def survival_hypergeometric(s, a, b, v, bits):
    return gauss_2f1(s, a, a + b, v, bits)


def purchases_hypergeometric(s, a, b, v, bits):
    """Equation 10 in the form without the pole of the gamma functions; at a = 1 or a + b = 1 the mean of two neighbours."""
    if v.is_zero():
        return arb(0)
    if at_removable_pole(a, b):
        return nudged(purchases_hypergeometric, s, a, b, v, bits)
    c = a + b - 1
    inner = gauss_2f1(s, a - 1, c, v, max(bits + 20, ctx.prec // 2))
    return c / (a - 1) * (1 - inner)


def at_removable_pole(a, b):
    return (a - 1).is_zero() or (a + b - 1).is_zero()


def nudged(route, s, a, b, v, bits):
    """Mean over two neighbours of a: the cut is of the order of the square of the nudge, far below the wanted bits."""
    saved = ctx.prec
    try:
        nudge = arb(2) ** -(bits + 20)
        ctx.prec = 4 * saved
        return (route(s, a + nudge, b, v, bits) + route(s, a - nudge, b, v, bits)) / 2
    finally:
        ctx.prec = saved


# ---------------------------------------------------------------- mixture route


def one_minus_exp_ratio(w):
    """(1 - e^-w) / w for complex intervals, tight for small w."""
    if abs(w).upper() < 0.75:
        terms = 14 + ctx.prec // 7
        total = acb(0)
        for k in range(terms, 0, -1):
            total = (1 - total) * w / (k + 1)
        # total is now sum_{k>=1} (-1)^(k-1) w^k/(k+1)!
        bound = abs(w).upper() ** terms
        return 1 - total + acb(arb(0, bound * arb(2) ** (-4 * terms // 1)), arb(0, bound * arb(2) ** (-4 * terms // 1)))
    return -(-w).expm1() / w


def log1p_ratio(w):
    """log(1 + w) / w for complex intervals, tight for small w."""
    if abs(w).upper() < 0.25:
        terms = 8 + ctx.prec // 2
        total = acb(0)
        for k in range(terms, 0, -1):
            total = w * (acb(1) / (k + 1) - total)
        bound = abs(w).upper() ** terms * 2
        return 1 - total + acb(arb(0, bound), arb(0, bound))
    return w.log1p() / w


def odds(y):
    """p, log p, log(1-p) at log-odds y (complex interval)."""
    if y.real < 0:
        e = y.exp()
        l = e.log1p()
        return e / (1 + e), y - l, -l
    e = (-y).exp()
    l = e.log1p()
    return 1 / (1 + e), -l, -y - l


def mixture(s, a, b, v, kind, bits):
    """E[A-part] or E[E-part] over p ~ Beta(a, b), on the log-odds line, proved quadrature; tails bounded."""
    if v.is_zero():
        return ONE if kind == "survival" else arb(0)
    fs, fa, fb, fv = float(s), float(a), float(b), float(v)

    def height(y):
        e = math.exp(-abs(y))
        l1 = math.log1p(e)
        lp, lq = (y - l1, -l1) if y < 0 else (-l1, -y - l1)
        pv = math.exp(min(700, lp + math.log(fv)))
        value = fa * lp + fb * lq
        w = fs * math.log1p(pv)
        if kind == "survival":
            return value - w
        if w < 1e-8:
            return value + math.log(fs) + math.log(fv)
        return value + math.log(-math.expm1(-w)) - lp

    # highest point on a coarse-to-fine grid; the integrand is scaled by it, cuts double away from it
    span = 200 / min(1.0, fa, fb) + abs(math.log(fv)) + abs(math.log(fa / fb)) + 60
    grid = [0.0] + [sign * math.sinh(k / 60.0) for k in range(1, int(60 * math.asinh(span)) + 2) for sign in (-1, 1)]
    grid += [-math.log(fv) + g for g in grid] + [math.log(fa / fb) + g for g in grid]
    top = max(grid, key=height)
    step = 0.5
    while step > 1e-9:
        if height(top + step) > height(top):
            top += step
        elif height(top - step) > height(top):
            top -= step
        else:
            step /= 2
    peak = height(top)
    drop = (bits + 40) * 0.6931471805599453
    left = top - 1.0
    while height(left) > peak - drop - 10:
        left = top - (top - left) * 1.25
    right = top + 1.0
    while height(right) > peak - drop - 10:
        right = top + (right - top) * 1.25
    lb = log_beta(a, b)
    shift = arb(peak)

    def integrand(y, _):
        p, lp, lq = odds(y)
        pv = p * v
        if kind == "survival":
            return (a * lp + b * lq - s * pv.log1p() - shift).exp()
        l = pv * log1p_ratio(pv)
        w = s * l
        return (a * lp + b * lq - shift).exp() * one_minus_exp_ratio(w) * s * v * log1p_ratio(pv)

    # width of the peak decides the first cut
    width = 1.0
    while width > 1e-6 and height(top + width) < peak - 3 and height(top - width) < peak - 3:
        width /= 2
    cuts = {left, right, top}
    reach = width
    while top - reach > left:
        cuts.add(top - reach)
        reach *= 2
    reach = width
    while top + reach < right:
        cuts.add(top + reach)
        reach *= 2
    cuts = sorted(cuts)
    tolerance = arb(2) ** (-(bits + 24)) * arb(width)
    total = acb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        total += acb.integral(integrand, acb(x0), acb(x1), rel_tol=arb(2) ** (-(bits + 16)), abs_tol=tolerance,
                              eval_limit=200000)
    total = total.real
    # outside [left, right] the integrand falls at least like e^{a y} (left, after the highest point) and e^{-b y} (right)
    tail = arb(2) ** (-(bits + 40)) * arb(2) * (1 / a + 1 / b)
    total = total + arb(0, tail.upper())
    return total * (shift - lb).exp()


def survival_mixture(s, a, b, v, bits):
    return mixture(s, a, b, v, "survival", bits)


def purchases_mixture(s, a, b, v, bits):
    return mixture(s, a, b, v, "purchases", bits)


# ---------------------------------------------------------------- connection route


def series_2f1(a, b, c, z):
    """The defining series in intervals for |z| < 1, stopped once the remaining terms are bounded by a geometric series."""
    term = ONE
    total = ONE
    settled = max(abs(float(a)), abs(float(b)), abs(float(c)), 4.0)
    for n in range(SERIES_LIMIT):
        ratio = (a + n) * (b + n) * z / ((c + n) * (n + 1))
        term = term * ratio
        total = total + term
        if term.is_zero():
            return total
        if n % 32 == 0:
            if not term.is_finite():
                raise Unresolved("series: an interval burst")
            # once n passes every parameter the ratio moves monotonically towards z
            r = max(abs(float(ratio)), abs(float(z)))
            if n > settled and r < 1 - 1e-9:
                tail = abs(term) * arb(r / (1 - r) * 1.01)
                if tail < abs(total) * arb(2) ** (-ctx.prec) or tail < arb(2) ** (-4 * ctx.prec):
                    return total + arb(0, tail.upper())
    raise Unresolved("series too long")


def connected_2f1(s, b1, c, v):
    """2F1(s, b1; c; -v): series in v/(1+v) for v <= 1, in 1/(1+v) by the connection formula beyond."""
    z = v / (1 + v)
    if v <= 1:
        return series_2f1(b1, c - s, c, z) * (-(b1 * v.log1p())).exp()
    d = s - b1
    y = 1 / (1 + v)
    l = v.log1p()
    first = c.gamma() * (-d).gamma() * (c - s).rgamma() * b1.rgamma() * (-(s * l)).exp()
    second = c.gamma() * d.gamma() * s.rgamma() * (c - b1).rgamma() * (-(b1 * l)).exp()
    value = arb(0)
    if not first.is_zero():
        value += first * series_2f1(s, c - b1, d + 1, y)
    if not second.is_zero():
        value += second * series_2f1(c - s, b1, 1 - d, y)
    return value


def survival_connection(s, a, b, v, bits):
    if v.is_zero():
        return ONE
    if (s - a).is_integer():
        return nudged(survival_connection, s, a, b, v, bits)
    return connected_2f1(s, a, a + b, v)


def purchases_connection(s, a, b, v, bits):
    if v.is_zero():
        return arb(0)
    if at_removable_pole(a, b) or (s - a).is_integer():
        return nudged(purchases_connection, s, a, b, v, bits)
    c = a + b - 1
    return c / (a - 1) * (1 - connected_2f1(s, a - 1, c, v))

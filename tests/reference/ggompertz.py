"""GGompertz/NBD: every quantity by two routes, and the points at which they are taken.

S(t) = (1 + (e^(bt) - 1)/beta)^-s. The chance of being alive: the integral over the time of leaving, and the integral by
parts, over the purchases that were not made. Times: the integral of S, 2F1 (with z = e^(-bt) it is Euler's integral; Bemmaor
& Glady's formula where nothing is discounted), and the integral by parts. Counts: the integral over the time of leaving, and
over the time of the n-th purchase. Integrals are proved (acb.integral); what is cut off at 2^-150 is put back as a ball.
"""

import math

from flint import acb, arb, ctx

import points
from balls import ONE, Unresolved

CUT = 150  # bits


def minus_log_survival(b, s, B, t, analytic=False):
    """s ln(1 + (e^v - 1)/B) for real or complex t."""
    v = b * t
    real = v.real if isinstance(v, acb) else v
    if float(real.mid()) < 1:
        inside, rest = 1 + (v.exp() - 1) / B, 0
    else:
        inside, rest = 1 + (B - 1) * (-v).exp(), v - B.log()
    return s * ((inside.log(analytic=analytic) if isinstance(v, acb) else inside.log()) + rest)


def hazard(b, s, B, t):
    return b * s / (1 + (B - 1) * (-(b * t)).exp())


def integral(f, cuts):
    bits = min(ctx.prec - 50, CUT)
    total = acb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        floor = abs(total.real) * arb(2) ** (-bits - 8)
        total += acb.integral(f, acb(x0), acb(x1), rel_tol=arb(2) ** -bits, abs_tol=floor if floor > 0 else arb(2) ** -5000)
    return total.real


def spent(b, s, B, t):
    """The same in floats, near enough to choose where to cut."""
    v = b * t
    if v > 600:
        return s * (v - math.log(B))
    return s * math.log1p(math.expm1(v) / B)


def reach(fallen, end):
    """Where an integrand e^-fallen has fallen by CUT bits and a bit, or the end."""
    want = (CUT + 20) * math.log(2)
    if not math.isinf(end) and fallen(end) <= want:
        return None
    low, high = 1e-300, 1e300
    while high / low > 1.01:
        middle = math.sqrt(low) * math.sqrt(high)
        if fallen(middle) > want:
            high = middle
        else:
            low = middle
    return high


def beyond_peak(fallen, low, end, lift):
    """As reach, for a convex function of ln u that falls first: CUT bits from where it is least, and `lift` for a factor
    that it lacks."""
    left, right = math.log(low), math.log(end)
    for _ in range(200):
        one, two = left + (right - left) / 3, right - (right - left) / 3
        if fallen(math.exp(one)) < fallen(math.exp(two)):
            right = two
        else:
            left = one
    peak = math.exp(left)
    want = fallen(peak) + (CUT + 20) * math.log(2) + lift
    if fallen(end) <= want:
        return None
    near, far = peak, end
    while far / near > 1.01:
        middle = math.sqrt(near) * math.sqrt(far)
        if fallen(middle) > want:
            far = middle
        else:
            near = middle
    return far


def time_cuts(first, end):
    cuts, at = [arb(0)], arb(first)
    while at < end:
        cuts.append(at)
        at = at * 2
    return cuts + [arb(end)]


# ---------------------------------------------------------------- what she has done since her last purchase


def since(w, route):
    """(fall, left): she stayed and did not buy, with chance e^-fall; or left, before a purchase; from t_x on."""
    k, b, s, gap = w["r"] + w["x"], w["b"], w["s"], w["T"] - w["t_x"]
    A = w["alpha"] + w["t_x"]
    B = w["beta"] * (-(b * w["t_x"])).exp() - (-(b * w["t_x"])).expm1()
    if gap.is_zero():
        return arb(0), arb(0)
    fall = k * (gap / A).log1p() + minus_log_survival(b, s, B, gap)
    fk, fA, fb, fs, fB = (float(q) for q in (k, A, b, s, B))
    end = reach(lambda t: fk * math.log1p(t / fA) + spent(fb, fs, fB, t), float(gap))

    def silent(d, analytic):
        return k * ((A + d).log(analytic=analytic) - A.log()) + minus_log_survival(b, s, B, d, analytic)

    first = min(fA / fk, min(fB, 1) / (fb * (1 + fs)))
    cuts = time_cuts(first, gap if end is None else arb(end))
    if route == "leaving":
        left = integral(lambda d, analytic: (-silent(d, analytic)).exp() * hazard(b, s, B, d), cuts)
    else:
        left = -(-fall).expm1() - k * integral(lambda d, analytic: (-silent(d, analytic)).exp() / (A + d), cuts)
    if end is not None:
        left += arb(0, 2.0 ** -CUT) * (k / A * float(1 / fk) + 1)
    return fall, left


def log_likelihood(w, route):
    r, alpha, x, t_x = w["r"], w["alpha"], w["x"], w["t_x"]
    if x == 0 and w["T"].is_zero():
        return arb(0)
    fall, left = since(w, route)
    return ((r + x).lgamma() - r.lgamma() + r * alpha.log() - (r + x) * (alpha + t_x).log()
            - minus_log_survival(w["b"], w["s"], w["beta"], t_x) + ((-fall).exp() + left).log())


def log_p_alive(w, route):
    fall, left = since(w, route)
    return -(left * fall.exp()).log1p() if not left.is_zero() else arb(0)


# ---------------------------------------------------------------- the future


def new_customer(w):
    return w["r"], w["alpha"], w["b"], w["s"], w["beta"]


def given_customer(w):
    v = w["b"] * w["T"]
    return w["r"] + w["x"], w["alpha"] + w["T"], w["b"], w["s"], w["beta"] * (-v).exp() - (-v).expm1()


def survival(c, t):
    return (-minus_log_survival(c[2], c[3], c[4], t)).exp()


def lifetime(c, d, h, route):
    """int_0^h e^(-d u) S(u) du; h None is for ever."""
    _, _, b, s, B = c
    if h is not None and h.is_zero():
        return arb(0)
    if route == "hypergeometric":
        e = d / b + s
        if float(e) > 200 or float(s) > 200:
            raise Unresolved("2F1 takes minutes there")
        value = (1 - B).hypgeom_2f1(s, e, e + 1)
        if h is not None:
            z = (-(b * h)).exp()
            value -= (-(e * b * h)).exp() * ((1 - B) * z).hypgeom_2f1(s, e, e + 1)
        return (s * B.log()).exp() / (b * e) * value
    fd, fb, fs, fB = (float(q) for q in (d, b, s, B))
    end = reach(lambda t: fd * t + spent(fb, fs, fB, t), math.inf if h is None else float(h))
    first = min(fB, 1) / (fb * (1 + fs))
    if fd > 0:
        first = min(first, 1 / fd)
    last = h if end is None else arb(end)
    cuts = time_cuts(first, last)

    def there(u, analytic):
        return (-(d * u) - minus_log_survival(b, s, B, u, analytic)).exp()

    if route == "clock":
        value = integral(there, cuts)
    else:
        value = integral(lambda u, analytic: u * (d + hazard(b, s, B, u)) * there(u, analytic), cuts)
        value += last * there(last, False)
    if end is not None:  # beyond it S falls faster still
        value += value * arb(0, 2.0 ** -CUT)
    return value


def log_rising(r, n):
    return (r + n).lgamma() - r.lgamma() - arb(n + 1).lgamma()


def counted(c, n, t, more, inner):
    """int_0^t NB_u(n) u^(more-1) inner(u) S(u) du, in y = ln u; inner is bounded by a power of u."""
    r, alpha, b, s, B = c
    front = log_rising(r, n) + r * alpha.log()
    fr, fa, fb, fs, fB = (float(q) for q in c)
    low = min(fa / (fr + n), min(fB, 1) / (fb * (fs + 1)), float(t)) * 2.0 ** (-CUT / (n + more))
    end = beyond_peak(lambda u: (fr + n) * math.log(fa + u) - (n + more) * math.log(u) + spent(fb, fs, fB, u),
                      low, float(t), abs(math.log(fB)))
    top = t.log() if end is None else arb(end).log()
    cuts = [arb(low).log()]
    while cuts[-1] + 1 < top:
        cuts.append(cuts[-1] + 1)
    cuts.append(top)

    def f(y, analytic):
        u = y.exp()
        value = front - (r + n) * (alpha + u).log(analytic=analytic) - minus_log_survival(b, s, B, u, analytic) + (n + more) * y
        return value.exp() * inner(u)

    value = integral(f, cuts)
    u = arb(low)
    rest = (front - (r + n) * alpha.log() + (n + more) * u.log()).exp() / (n + more) * abs(inner(u)) * 2
    return value + arb(0, rest.upper()) + (value * arb(0, 2.0 ** -CUT) if end is not None else 0)


def at_time(c, n, t):
    r, alpha = c[0], c[1]
    return (log_rising(r, n) + r * alpha.log() - (r + n) * (alpha + t).log() + (n * t.log() if n else 0)).exp()


def pmf(c, n, t, route):
    r, alpha, b, s, B = c
    if t.is_zero():
        return ONE if n == 0 else arb(0)
    if route == "leaving":
        return at_time(c, n, t) * survival(c, t) + counted(c, n, t, 1, lambda u: hazard(b, s, B, u))
    if n == 0:
        return 1 - counted(c, 0, t, 1, lambda u: r / (alpha + u))
    return counted(c, n, t, 0, lambda u: (n * alpha - r * u) / (alpha + u))


def at_least(c, n, t, route):
    """The n-th purchase, n >= 1: by its time; or too few purchases, one count after another."""
    if t.is_zero():
        return arb(0)
    if route == "leaving":
        return n * counted(c, n, t, 0, lambda u: ONE)
    return 1 - sum((pmf(c, j, t, "leaving") for j in range(n)), arb(0))


# ---------------------------------------------------------------- points


def draw(g):
    """One point; half of the time the hazard grows by a factor that counts within her age."""
    region = g.random.choices(points.REGIONS, points.WEIGHTS)[0]
    r, alpha = g.purchase_pair(region)
    x, t_x, T = g.history(region, r, alpha)
    age = T if T > 0 else alpha
    short = points.short
    if region == "usual":
        b, s, beta = short(g.log_uniform(1e-4, 0.3)), short(g.random.uniform(0.2, 3)), short(g.log_uniform(1e-3, 20))
    elif region == "homogeneous":
        b, s, beta = short(g.log_uniform(1e-3, 30) / age), short(g.log_uniform(1e2, 1e5)), short(g.log_uniform(1e2, 1e5))
    else:
        b = g.log_uniform(1e-3, 1e3) if g.random.random() < 0.4 else g.log_uniform(1e-5, 1e3) / age
        b = short(min(1e3, max(1e-9, b)))
        s, beta = short(g.log_uniform(1e-3, 1e3)), short(g.log_uniform(1e-3, 1e3))
    if region == "a_one":
        beta = g.random.choice(points.A_NEAR_ONE)
    h = g.horizon(region, T, alpha)
    return points.Point((r, alpha, b, s, beta), x, t_x, T, h, g.discount(region, T, alpha, h), region)


def structured():
    """Points written by hand: published ones, the limits, and where e^(bT) overflows."""
    rows = []
    rate = math.log(1.15) / 52
    histories = ((2, 30.43, 38.86), (1, 1.71, 38.86), (0, 0.0, 38.86), (26, 30.857142857142857, 31.0), (1000, 364.0, 365.0),
                 (0, 0.0, 0.0), (7, 38.86, 38.86))
    published = ((0.553, 10.578, 0.0002, 0.603, 0.0026), (1.0, 10.0, 0.05, 0.5, 2.0))
    for params in published:
        for x, t_x, T in histories:
            for h in (0.0, 1e-9, 39.0, 520.0, 388600.0):
                rows.append(points.Point(params, x, t_x, T, h, rate, "structured"))
    other = ((0.5, 10.0, 1e-9, 0.6, 1e-8), (0.5, 10.0, 0.02, 0.6, 1.0), (0.5, 10.0, 0.02, 0.6, 1 + 1e-9), (0.5, 10.0, 0.02, 0.6, 1 - 1e-9),
             (0.5, 10.0, 0.1, 1e3, 1e3), (0.5, 10.0, 0.1, 1e3, 1e-3), (0.5, 10.0, 0.1, 1e-3, 1e3), (0.5, 10.0, 0.1, 1e-3, 1e-3),
             (0.5, 10.0, 1e3, 1e-3, 1e3), (0.5, 10.0, 1e3, 1e-3, 1e-3), (0.5, 10.0, 10.0, 1e-3, 1e6), (1e3, 1e-3, 0.1, 2.0, 30.0),
             (1e-3, 1e3, 0.1, 2.0, 0.03), (1e5, 2e5, 0.1, 0.5, 20.0), (0.5, 10.0, 0.3, 50.0, 1e6))
    for params in other:
        for x, t_x, T, h in ((2, 100.0, 104.0, 520.0), (0, 0.0, 104.0, 52.0), (40, 60.0, 104.0, 1e4)):
            rows.append(points.Point(params, x, t_x, T, h, rate, "structured"))
    for x, t_x, T in ((3, 5e8, 1e9), (0, 0.0, 1e9), (1000000, 1e9 * (1 - 2.0 ** -30), 1e9), (1, 1e-7, 1e-6), (1000000, 9e-7, 1e-6)):
        for params in ((0.5, 10.0, 1e3, 1e-3, 1e3), (0.5, 10.0, 1e-3, 1e-3, 1e-3), (0.5, 10.0, 1e-9, 0.5, 0.5), (2.0, 1e3, 1e3, 1e3, 1e3)):
            rows.append(points.Point(params, x, t_x, T, T if T < 1 else 1e3, rate, "structured"))
    return rows

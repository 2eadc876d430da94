"""Discounted integrals of a new customer, in units of the scale, by three routes.

    L(sigma) = int_0^w e^{-z u} 2F1(sigma, a; a + b; -u) du,   w = horizon / scale, z = rate x scale

    discounted purchases = s L(s + 1),   discounted lifetime = scale L(s)

Route "clock":   Gauss-Legendre over time of the interval 2F1. The integrand is the Laplace transform of a positive
                 measure, so on a panel [A, 2A] it is bounded in the complex plane by its value at the left end and
                 n nodes leave at most 5.4^-2n of the total.
Route "mixture": Gauss-Legendre over log-odds of p of the inner integral in closed form (scaled exponential integrals).
Route "grid":    integrated by parts, w e^{-zw} A(w) + int u e^{-zu} (z A - A') du, on a grid of times and of p.
The quadratures are not proved; each is run on two different sets of nodes at two precisions, which must agree.
"""

import math
from functools import lru_cache

from flint import arb, ctx

import kernels
from balls import Unresolved, accurate_bits, close, log_beta

NODE_BITS = 512


@lru_cache(maxsize=None)
def gauss_legendre(count):
    """Nodes and weights on [0, 1]."""
    saved = ctx.prec
    ctx.prec = NODE_BITS
    out = []
    for k in range(count):
        x, w = arb.legendre_p_root(count, k, weight=True)
        out.append(((1 - x).mid() / 2, w.mid() / 2))
    ctx.prec = saved
    return out


def end_of_time(w, z):
    """The horizon, or the time after which e^{-zu} leaves nothing."""
    if z.is_zero():
        return w
    stop = 110 / z
    return stop if w is None or w > stop else w


def panels(first, end):
    """0, first, 2 first, 4 first, ... end"""
    cuts = [0.0]
    at = first
    while at < end * 0.75:
        cuts.append(at)
        at *= 2
    return cuts


def clock(sigma, a, b, w, z, count, lead, moment=False):
    """Panels start at lead / (z + sigma + 2), well inside the circle |u| < 1; count nodes each. With moment, also int u e^{-zu} F du."""
    end = end_of_time(w, z)
    cuts = [arb(c) for c in panels(lead / (float(z) + float(sigma) + 2.0), float(end))] + [end]
    total, first_moment = arb(0), arb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        length = x1 - x0
        for x, weight in gauss_legendre(count):
            u = (x0 + length * x).mid()
            value = length * weight * (-(z * u)).exp() * kernels.gauss_2f1(sigma, a, a + b, u, 60 if moment else 100)
            total += value
            if moment:
                first_moment += u * value
        # the integrand falls: what is left is below its last value times the time that is left
        left = end - x1
        if not z.is_zero() and z * left > 1:
            left = 1 / z
        if value / (length * weight) * left < total * arb(2) ** -125:
            break
    return (total, first_moment) if moment else total


def grid(sigma, a, b, w, z, count, lead, length):
    end = end_of_time(w, z)
    cuts = [arb(c) for c in panels(lead / (float(z) + float(sigma) + 2.0), float(end))] + [end]
    nodes, none, all_ = density_nodes(sigma, a, b, w, z, count + 24, length)
    if len(nodes) * len(cuts) * count > 4000000:
        raise Unresolved("grid: too many nodes")

    def survival(u):
        return sum((m * (-(sigma * (p * u).log1p())).exp() for p, m in nodes), none) + all_ * (-(sigma * u.log1p())).exp()

    total = end * (-(z * end)).exp() * survival(end)
    for x0, x1 in zip(cuts, cuts[1:]):
        span = x1 - x0
        for x, weight in gauss_legendre(count):
            u = x0 + span * x
            value = z * none
            for p, m in nodes + [(arb(1), all_)]:
                grown = 1 + p * u
                value += m * (-(sigma * grown.log())).exp() * (z + sigma * p / grown)
            total += span * weight * u * (-(z * u)).exp() * value
    return total


# ---------------------------------------------------------------- the inner integral in closed form


def scaled_expint(s, x, bits):
    """e^x E_s(x) for s, x > 0: Stieltjes fraction, whose convergents bracket the value, or the interval function."""
    if x > 1.5 or s > 50:
        value = expint_fraction(s, x, bits)
        if value is not None:
            return value
    saved = ctx.prec
    try:
        for precision in (saved, 2 * saved, 4 * saved, 16 * saved):
            ctx.prec = precision
            value = x.expint(s) * x.exp()
            if accurate_bits(value) >= bits:
                return value
    finally:
        ctx.prec = saved
    value = expint_fraction(s, x, bits, 60000)
    if value is None:
        raise Unresolved("expint")
    return value


def expint_fraction(s, x, bits, limit=4000):
    # 1/(x + s/(1 + 1/(x + (s+1)/(1 + 2/(x + ...)))))
    p0, q0 = arb(0), arb(1)
    p1, q1 = arb(1), x
    for k in range(limit):
        top = s + k
        p0, p1 = p1, (p1 + top * p0).mid()
        q0, q1 = q1, (q1 + top * q0).mid()
        top = k + 1
        p0, p1 = p1, (x * p1 + top * p0).mid()
        q0, q1 = q1, (x * q1 + top * q0).mid()
        if k % 8 == 7:
            odd, even = p0 / q0, p1 / q1
            if abs(odd - even) < even * arb(2) ** (-bits - 6):
                return (odd + even) / 2 + arb(0, abs(odd - even).upper())
    return None


def inner(sigma, p, w, z, bits, count):
    """int_0^w e^{-z u} (1 + p u)^-sigma du for one p."""
    if w is not None and w * (p * (sigma + 3) + z) < 3:
        total = arb(0)
        for x, weight in gauss_legendre(count):
            u = w * x
            total += weight * (-(z * u) - sigma * (p * u).log1p()).exp()
        return total * w
    if z.is_zero():
        if (sigma - 1).is_zero():
            return (p * w).log1p() / p
        return -((1 - sigma) * -((p * w).log1p()) * -1).expm1() / (p * (sigma - 1))
    x = z / p
    if x > arb(2) ** 140 and (sigma / x) < arb(2) ** -140:
        return -(-(z * w)).expm1() / z if w is not None else 1 / z
    value = scaled_expint(sigma, x, bits + 8)
    if w is not None:
        gone = (-(z * w) - (sigma - 1) * (p * w).log1p()).exp()
        if gone > arb(2) ** (-bits - 20):
            value -= gone * scaled_expint(sigma, x * (1 + p * w), bits + 8)
    return value / p


def density_nodes(sigma, a, b, w, z, count, length):
    """Nodes (p, mass) of Beta(a, b) on panels of the log-odds line, the mass at p = 0 below them and at p = 1 above."""
    fa, fb, fs, fz = float(a), float(b), float(sigma), float(z)
    lb = log_beta(a, b)
    width = math.sqrt(1 / fa + 1 / fb)
    reach = min(math.inf if w is None else float(w), 1 / fz if fz > 0 else math.inf)

    def height(y):
        e = math.exp(-abs(y))
        l1 = math.log1p(e)
        p = 1 / (1 + math.exp(-y)) if y > -700 else 0.0
        return fa * ((y - l1) if y < 0 else -l1) + fb * (-l1 if y < 0 else -y - l1) - math.log(1 / reach + p * fs + fz)

    low = -75 - max(0.0, math.log(max(1e-300, fs * reach)))  # below: as p = 0 to 2^-108
    high = 75.0 + max(0.0, math.log(fs + 1))
    step = min(length, 0.75 * length * width)
    guess = min(max(math.log(fa / fb), low), high)
    delta = max(step, 0.05)
    while delta > 1e-4 * min(1.0, width):
        for candidate in (guess + delta, guess - delta):
            if low < candidate < high and height(candidate) > height(guess):
                guess = candidate
                break
        else:
            delta /= 2
    peak = height(guess)
    left = guess
    while left > low and height(left) > peak - 75:
        left -= step
    right = guess
    while right < high and height(right) > peak - 75:
        right += step
    steps = max(2, math.ceil((right - left) / step))
    span = (right - left) / steps
    cuts = [arb(left + span * i) for i in range(steps + 1)]  # exact, so that the panels meet
    if steps * count > 60000:
        raise Unresolved("mixture: too many panels")
    nodes = []
    for x0, x1 in zip(cuts, cuts[1:]):
        for x, weight in gauss_legendre(count):
            y = x0 + (x1 - x0) * x
            e = (-abs(y)).exp()
            l1 = e.log1p()
            if y < 0:
                p, lp, lq = e / (1 + e), y - l1, -l1
            else:
                p, lp, lq = 1 / (1 + e), -l1, -y - l1
            nodes.append((p, (a * lp + b * lq - lb).exp() * weight * (x1 - x0)))
    none = all_ = arb(0)
    if left <= low + step:
        p = 1 / (1 + (-cuts[0]).exp())
        none = (a * p.log() + b * (-p).log1p() - lb).exp() / a  # up to 1 + O(p)
    if right >= high - step:
        q = 1 / (1 + cuts[-1].exp())
        all_ = (b * q.log() - lb).exp() / b
    return nodes, none, all_


def mixture(sigma, a, b, w, z, count, length):
    """E over p ~ Beta(a, b) of inner(p)."""
    nodes, none, all_ = density_nodes(sigma, a, b, w, z, count, length)
    total = none * (w if z.is_zero() else (1 / z if w is None else -(-(z * w)).expm1() / z))
    for p, mass in nodes:
        total += mass * inner(sigma, p, w, z, 100, count - 18)
    if not all_.is_zero():
        total += all_ * inner(sigma, arb(1), w, z, 100, count - 18)
    return total


def plain(rate, h):
    """int_0^h e^{-rate u} du by quadrature: nobody leaves."""
    if rate.is_zero():
        return h
    end = end_of_time(h, rate)
    cuts = [arb(c) for c in panels(1.0 / float(rate), float(end))] + [end]
    total = arb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        for x, weight in gauss_legendre(40):
            total += (x1 - x0) * weight * (-(rate * (x0 + (x1 - x0) * x))).exp()
    return total


# ---------------------------------------------------------------- two precisions each


def by_clock(sigma, a, b, w, z):
    ctx.prec = 160
    first = clock(sigma, a, b, w, z, 22, 2.0)
    ctx.prec = 220
    second = clock(sigma, a, b, w, z, 26, 1.3)
    return same(first, second, "clock")


def by_mixture(sigma, a, b, w, z):
    ctx.prec = 180
    first = mixture(sigma, a, b, w, z, 44, 2.0)
    ctx.prec = 260
    second = mixture(sigma, a, b, w, z, 48, 1.7)
    return same(first, second, "mixture")


def by_grid(sigma, a, b, w, z):
    ctx.prec = 180
    first = grid(sigma, a, b, w, z, 20, 2.0, 2.0)
    ctx.prec = 220
    second = grid(sigma, a, b, w, z, 22, 1.3, 1.7)
    return same(first, second, "grid")


def same(first, second, name):
    if not (first.is_finite() and second.is_finite() and close(first, second)):
        raise Unresolved("%s: node sets give %s and %s" % (name, first.str(30), second.str(30)))
    return second.mid()


ROUTES = {"clock": by_clock, "mixture": by_mixture, "grid": by_grid}


def slopes(sigma, a, b, w, z):
    """d log L / d log of (sigma, a, b, w, z), to about six digits; forward differences on one set of nodes."""
    try:
        return slopes_by_clock(sigma, a, b, w, z)
    except Unresolved:
        return slopes_by_mixture(sigma, a, b, w, z)


def slopes_by_mixture(sigma, a, b, w, z):
    ctx.prec = 128
    out = []
    step = arb(2) ** -20
    centre = [sigma, a, b, w, z]
    for i, x in enumerate(centre):
        if x is None or x.is_zero():
            out.append(arb(0))
            continue
        ends = []
        for sign in (1, -1):
            args = list(centre)
            args[i] = (x * (1 + sign * step)).mid()
            ends.append(mixture(*args, 38, 2.0).log())
        out.append((ends[0] - ends[1]) / (2 * step))
    return out


def slopes_by_clock(sigma, a, b, w, z):
    ctx.prec = 128
    total, moment = clock(sigma, a, b, w, z, 12, 2.0, True)
    nudge = 1 + arb(2) ** -30
    out = []
    for i in range(3):
        args = [sigma, a, b]
        args[i] = args[i] * nudge
        moved, _ = clock(args[0], args[1], args[2], w, z, 12, 2.0, True) if i else clock_fixed(args, sigma, w, z)
        out.append((moved / total).log() * arb(2) ** 30)
    if w is None:
        out.append(arb(0))
    else:
        out.append(w * (-(z * w)).exp() * kernels.gauss_2f1(sigma, a, a + b, w, 60) / total if (z * w) < 5000 else arb(0))
    out.append(-z * moment / total)
    return out


def clock_fixed(args, sigma, w, z):
    """The nodes of the unmoved sigma, so that the difference is that of the integrand alone."""
    return clock(args[0], args[1], args[2], w, z, 12, 2.0 * (float(z) + float(args[0]) + 2.0) / (float(z) + float(sigma) + 2.0), True)

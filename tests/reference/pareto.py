"""Pareto/NBD and GGompertz/NBD: the chance of being alive by the integral over the time of leaving and by hypergeometric
functions; the future by closed forms and by integrals over time."""

from flint import acb, arb, ctx

import discount
from balls import ONE


def cuts_from(start, end, step):
    """start, start + step, then doubling steps, up to end."""
    out = [start]
    at = step
    while True:
        nxt = start + at
        if not nxt < end:
            break
        out.append(nxt)
        at = at * 2
    out.append(end)
    return out


def proved_integral(f, cuts):
    bits = min(ctx.prec - 50, 170)
    total = acb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        # what has been gathered bounds the absolute tolerance; values change sign in pmf_parts only once
        floor = abs(total.real) * arb(2) ** (-bits - 8)
        total += acb.integral(f, acb(x0), acb(x1), rel_tol=arb(2) ** -bits, abs_tol=floor if floor > 0 else arb(2) ** -5000)
    return total.real


def death_ratio_integral(w):
    """(1 - P(alive)) / P(alive): the integral over the time of leaving, relative to the term of the living."""
    k, s = w["r"] + w["x"], w["s"]
    A, B, gap = w["alpha"] + w["t_x"], w["beta"] + w["t_x"], w["T"] - w["t_x"]
    if gap.is_zero():
        return arb(0)

    # y = t_x + d; ((A+gap)/(A+d))^k ((B+gap)/(B+d))^s s/(B+d)
    front = k * (A + gap).log() + s * (B + gap).log()

    def f(d, _):
        la = (A + d).log(analytic=_) if _ else (A + d).log()
        lb = (B + d).log(analytic=_) if _ else (B + d).log()
        return (front - k * la - (s + 1) * lb).exp() * s

    scale = arb(min(float(A / k), float(B / (s + 1))))
    return proved_integral(f, cuts_from(arb(0), gap, scale))


def death_ratio_hypergeometric(w):
    """Two positive terms: total/alive - 1 from the form without cancellation."""
    k, s = w["r"] + w["x"], w["s"]
    alpha, beta, t_x, T = w["alpha"], w["beta"], w["t_x"], w["T"]
    if (T - t_x).is_zero():
        return arb(0)
    m = k + s
    if alpha >= beta:
        big, gap = alpha, alpha - beta
        first = s / m * (gap / (big + t_x)).hypgeom_2f1(m, s + 1, m + 1) * (-(m * (big + t_x).log())).exp()
        second = k / m * (gap / (big + T)).hypgeom_2f1(m, s, m + 1) * (-(m * (big + T).log())).exp()
    else:
        big, gap = beta, beta - alpha
        first = s / m * (gap / (big + t_x)).hypgeom_2f1(m, k, m + 1) * (-(m * (big + t_x).log())).exp()
        second = k / m * (gap / (big + T)).hypgeom_2f1(m, k + 1, m + 1) * (-(m * (big + T).log())).exp()
    alive = (-(k * (alpha + T).log()) - s * (beta + T).log()).exp()
    return (first + second) / alive - 1


def death_ratio_by_parts(w):
    """1 + J = R - k int ..., the integral by Gauss-Legendre on doubling panels (not proved; see discount.py)."""
    k, s = w["r"] + w["x"], w["s"]
    A, B, gap = w["alpha"] + w["t_x"], w["beta"] + w["t_x"], w["T"] - w["t_x"]
    if gap.is_zero():
        return arb(0)
    front = k * (A + gap).log() + s * (B + gap).log()
    first = min(float(A / (k + 2)), float(B / (s + 2)))
    count = 24 + ctx.prec // 40
    cuts = [arb(c) for c in discount.panels(first, float(gap))] + [gap]
    total = arb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        for x, weight in discount.gauss_legendre(count):
            d = x0 + (x1 - x0) * x
            total += (x1 - x0) * weight * (front - (k + 1) * (A + d).log() - s * (B + d).log()).exp()
    value = (front - k * A.log() - s * B.log()).exp() - 1 - k * total
    return value + arb(0, (k * total * arb(2) ** -135).upper())  # what the quadrature may leave


RATIOS = {"integral": death_ratio_integral, "hypergeometric": death_ratio_hypergeometric, "parts": death_ratio_by_parts}


def log_likelihood(w, ratio):
    r, alpha, s, beta, x, T = (w[n] for n in ("r", "alpha", "s", "beta", "x", "T"))
    if x == 0 and T.is_zero():
        return arb(0)
    return ((r + x).lgamma() - r.lgamma() + r * alpha.log() + s * beta.log() - (r + x) * (alpha + T).log()
            - s * (beta + T).log() + ratio(w).log1p())


def log_p_alive(w, ratio):
    return -ratio(w).log1p()


def new_customer(w):
    return w["r"], w["alpha"], w["s"], w["beta"]


def given_customer(w):
    return w["r"] + w["x"], w["alpha"] + w["T"], w["s"], w["beta"] + w["T"]


def survival(c, t):
    return (-(c[2] * (t / c[3]).log1p())).exp()


def purchases_formula(c, t):
    r, alpha, s, beta = c
    e, l = s - 1, (t / beta).log1p()
    return r * beta / alpha * (l if e.is_zero() else -(-(e * l)).expm1() / e)


def discounted_integral(c, d, h, lifetime=False):
    """r/alpha int e^{-d u} S(u) du, or without the rate for the lifetime; h None is for ever (with d > 0)."""
    r, alpha, s, beta = c

    def f(u, _):
        return (-(d * u) - s * ((beta + u).log() - beta.log())).exp()

    end = h if h is not None else 120 / d
    if not d.is_zero() and end > 120 / d:
        end = 120 / d
    step = arb(float(1 / (d + s / beta)))
    value = proved_integral(f, cuts_from(arb(0), end, step))
    value += arb(0, (value * arb(2) ** -150).upper())
    return value if lifetime else value * r / alpha


def scaled_expint(s, z):
    return z.expint(s) * z.exp()


def discounted_formula(c, d, h, lifetime=False):
    r, alpha, s, beta = c
    z = d * beta
    value = beta * scaled_expint(s, z)
    if h is not None:
        z2 = d * (beta + h)
        value -= (-(s * (h / beta).log1p()) - d * h).exp() * (beta + h) * scaled_expint(s, z2)
    return value if lifetime else value * r / alpha


def pmf_integral(c, n, t):
    """NB(n) S(t) + int_0^t NB_u(n) s/(beta+u) S(u) du."""
    r, alpha, s, beta = c
    front = (r + n).lgamma() - r.lgamma() - arb(n + 1).lgamma() + r * alpha.log() + s * beta.log()
    if t.is_zero():
        return ONE if n == 0 else arb(0)

    def f(y, _):  # u = e^y
        u = y.exp()
        value = front - (r + n) * (alpha + u).log() - (s + 1) * (beta + u).log() + (n + 1) * y
        return value.exp() * s

    low = min(float(alpha / (r + n)), float(beta / (s + 1)), float(t)) * 2.0 ** (-150 / (n + 1))
    cuts = [arb(low).log()]
    top = t.log()
    while cuts[-1] + 2 < top:
        cuts.append(cuts[-1] + 2)
    cuts.append(top)
    value = proved_integral(f, cuts)
    alive = (front + (n * t.log() if n else 0) - (r + n) * (alpha + t).log() - s * (beta + t).log()).exp()
    # [0, low]: s NB(n) u^(n+1)/(n+1) at most
    rest = (front - (r + n) * alpha.log() - (s + 1) * beta.log() + (n + 1) * arb(low).log()).exp() * s / (n + 1)
    return alive + value + rest / 2 + arb(0, (rest / 2).upper())


def pmf_parts(c, n, t):
    """1{n = 0} + int_0^t S(u) d/du NB_u(n) du: arrivals while alive."""
    r, alpha, s, beta = c
    if t.is_zero():
        return ONE if n == 0 else arb(0)
    front = (r + n).lgamma() - r.lgamma() - arb(n + 1).lgamma() + r * alpha.log() + s * beta.log()

    def f(y, _):  # u = e^y; the bracket is NB(n-1)(r+n-1) - NB(n)(r+n), over NB(n)
        u = y.exp()
        value = front - (r + n + 1) * (alpha + u).log() - s * (beta + u).log() + n * y
        return value.exp() * (n * (alpha + u) - (r + n) * u) if n else value.exp() * u * -r

    low = min(float(alpha / (r + n)), float(beta / (s + 1)), float(t)) * 2.0 ** (-150 / max(n, 1))
    cuts = [arb(low).log()]
    top = t.log()
    while cuts[-1] + 1 < top:
        cuts.append(cuts[-1] + 1)
    cuts.append(top)
    value = proved_integral(f, cuts)
    rest = (front - (r + n) * alpha.log() - s * beta.log() + max(n, 1) * arb(low).log()).exp() * (1 if n else r)
    total = value + (rest / 2 + arb(0, (rest / 2).upper()) if n else arb(0, rest.upper()))
    return total if n else 1 + total


# ---------------------------------------------------------------- GGompertz/NBD


def gompertz_log_survival(w, t):
    return w["s"] * (w["beta"].log() - (w["beta"] - 1 + (w["b"] * t).exp()).log())


def gompertz_death_ratio(w):
    k, s, b, beta, alpha, T = w["r"] + w["x"], w["s"], w["b"], w["beta"], w["alpha"], w["T"]
    at_end = (alpha + T).log() * k + s * (beta - 1 + (b * T).exp()).log()

    def f(y, _):
        e = (b * y).exp()
        return (at_end - k * (alpha + y).log() - (s + 1) * (beta - 1 + e).log() + b * y).exp() * b * s

    step = arb(min(float((alpha + w["t_x"]) / k), float(beta / (b * (s + 1)))))
    return proved_integral(f, cuts_from(w["t_x"], T, step))


def gompertz_log_likelihood(w):
    r, alpha, x, T = w["r"], w["alpha"], w["x"], w["T"]
    return ((r + x).lgamma() - r.lgamma() + r * alpha.log() - (r + x) * (alpha + T).log() + gompertz_log_survival(w, T)
            + gompertz_death_ratio(w).log1p())


def gompertz_expected(w, h):
    """(r+x)/(alpha+T) int_0^h S(T+u)/S(T) du"""
    s, b, beta, T = w["s"], w["b"], w["beta"], w["T"]
    top = (beta - 1 + (b * T).exp()).log()

    def f(u, _):
        return (s * (top - (beta - 1 + (b * (T + u)).exp()).log())).exp()

    step = arb(float(beta / b))
    return (w["r"] + w["x"]) / (w["alpha"] + T) * proved_integral(f, cuts_from(arb(0), h, step))

"""Tables of contracts: sBG and BdW, each number by two routes. Usage: contracts.py [--points N] [--out DIR] [model ...]

In the columns, T is a time in periods, h a horizon, n the number of renewals. The routes:

    ln S             a ratio of beta functions by lgamma / by integrals over the logit of the chance to leave
    P, ln r          a difference of two S at a precision that bears it / the integral of -dS over t^c, all terms positive
    DEL, DERL, ERL   sBG: 2F1 or gamma functions / the sum. BdW: the sum twice, term by term to its end where that is
                     within 40,000 terms, and else by Euler and Maclaurin from two starts with two orders

A quadrature's truncation (below 2^-120 of its value) and the Euler-Maclaurin remainder are not proved, so the two routes
have to agree to 27 digits; a row whose routes do not is dropped and named."""

import argparse
import math
import os
import random
import sys
import time

from flint import acb, arb, arb_series, ctx, fmpq

from balls import AGREE_BITS, accurate_bits, close, digits, double_text, refine

HEADER = "model,params,x,t_x,T,h,rate,n,quantity,value,cond,region\n"
NAMES = {"shifted_beta_geometric": ("alpha", "beta"), "beta_discrete_weibull": ("alpha", "beta", "c")}
MOST_TERMS = 40000


NODES = {}


def panel(f, lo, hi, order=44):
    """∫_lo^hi f by Gauss and Legendre: points, not boxes, because a box would lose the difference of two lgamma."""
    key = (order, ctx.prec)
    if key not in NODES:
        NODES[key] = [arb.legendre_p_root(order, k, weight=True) for k in range(order)]
    half, middle = (hi - lo) / 2, (hi + lo) / 2
    return half * sum((w * f(middle + half * x) for x, w in NODES[key]), arb(0))


# ---- ln S(x) with x = t^c -----------------------------------------------------------------------------------------


def log_ratio(a, b, x):
    """ln B(a, b+x)/B(a, b) for reals, complex numbers or power series x."""
    return (b + x).lgamma() - (a + b + x).lgamma() + ((a + b).lgamma() - b.lgamma())


def power(v, t):
    """t^c for a time t > 0."""
    return t if v.get("c") is None else (v["c"] * t.log()).exp()


def log_survival(v, t):
    return arb(0) if t == 0 else log_ratio(v["alpha"], v["beta"], power(v, arb(t)))


def log_beta_integral(a, b):
    """ln B(a, b): both raised above 8 by its recurrence, then the integral of e^(a u) / (1 + e^u)^(a+b), a <= b."""
    if a > b:
        a, b = b, a
    out = arb(0)
    while a < 8:
        out += ((a + b) / a).log()
        a = a + 1
    while b < 8:
        out += ((a + b) / b).log()
        b = b + 1
    top = (a / b).log().mid()
    fa, fb, ft = float(a), float(b), float(top)
    p, q = fa / (fa + fb), fb / (fa + fb)

    def height(u):  # of the integrand over the top, in floats: for the cuts alone
        return fa * u - (fa + fb) * (math.log1p(p * math.expm1(u)) if u < 500 else u + math.log(p))

    width = 1 / math.sqrt(max(fa * q, 1e-300)) if fa < fb else 1 / math.sqrt(max(fb * p, 1e-300))
    drop = -0.7 * ctx.prec - 20
    cuts = [-width, width, 0.0]
    for side in (-1, 1):
        reach = width
        while height(side * reach) > drop:
            cuts.append(side * 1.5 * reach)
            reach *= 1.5
    cuts.sort()
    rest = top.exp() if ft < 0 else None
    top_ln = (1 + top.exp()).log() if ft < 0 else top + (1 + (-top).exp()).log()
    share = 1 / (1 + (-top).exp()) if rest is None else rest / (1 + rest)
    total = acb(0)
    for lo, hi in zip(cuts, cuts[1:]):
        total += acb.integral(lambda u, _: (a * u - (a + b) * (1 + share * (u.exp() - 1)).log()).exp(), acb(lo), acb(hi),
                              rel_tol=arb(2) ** (-ctx.prec + 20), abs_tol=arb(2) ** (-ctx.prec + 10) * arb(width))
    return out + total.real.log() + a * top - (a + b) * top_ln


def log_survival_integral(v, t):
    if t == 0:
        return arb(0)
    x = power(v, arb(t))
    return log_beta_integral(v["alpha"], v["beta"] + x) - log_beta_integral(v["alpha"], v["beta"])


def lost_share(v, t):
    """1 - S(t)/S(t-1), with every term positive: ∫ (S(x)/S(x0)) [ψ(α+β+x) - ψ(β+x)] dx from (t-1)^c to t^c."""
    a, b = v["alpha"], v["beta"]
    x1 = power(v, arb(t))
    x0 = arb(0) if t == 1 else power(v, arb(t - 1))
    base = log_ratio(a, b, x0)

    def density(x):
        return (log_ratio(a, b, x) - base).exp() * ((a + b + x).digamma() - (b + x).digamma())

    # Over y = ln(1 + (x - x0)/s) with the scale s on which S changes.
    scale = (b + x0) / (1 + a)
    top = (1 + (x1 - x0) / scale).log()
    cells = max(1, math.ceil(2 * float(top)))
    total = arb(0)
    for k in range(cells):
        piece = panel(lambda y: density(x0 + scale * (y.exp() - 1)) * scale * y.exp(), top * k / cells, top * (k + 1) / cells)
        total += piece
        if piece * arb(2) ** 300 < total:
            break
    return total


# ---- sums ------------------------------------------------------------------------------------------------------------


class Sum:
    """Σ_{k=1..H} S(b+k)/S(b) (1+rate)^-(k-1), H an int or None for infinity."""

    def __init__(self, v, b, rate, horizon):
        self.v, self.b, self.rate, self.H = v, b, rate, horizon
        self.base = log_survival(v, b)
        self.lam = (1 + rate).log()

    def log_term(self, t):
        """t real, complex or a power series."""
        return log_ratio(self.v["alpha"], self.v["beta"], power(self.v, t)) - self.base - self.lam * (t - (self.b + 1))

    def terms_needed(self):
        """How many until what is left is below 2^-120 of the first, or None where that is too many."""
        if self.H is not None and self.H <= MOST_TERMS:
            return self.H
        if float(self.lam) * MOST_TERMS < 95:
            return None
        return math.ceil(95 / float(self.lam))

    def directly(self):
        total = arb(0)
        for k in range(1, self.terms_needed() + 1):
            term = self.log_term(arb(self.b + k)).exp()
            total += term
            if term * arb(2) ** 130 < total and k > 4 and float(self.lam) > 1e-4:
                break
        return total

    def end(self, N, order):
        """f(N)/2 - Σ_j B_2j/(2j) a_(2j-1): what ∫_N lacks of Σ_(k>=N)."""
        ctx.cap = 2 * order
        f = self.log_term(arb_series([arb(self.b + N), 1])).exp()
        out = f[0] / 2
        for j in range(1, order):
            out -= arb(fmpq.bernoulli(2 * j)) / (2 * j) * f[2 * j - 1]
        return out

    def integral(self, lo, hi):
        """∫ f dt over ln t, cell by cell until nothing is left."""
        at = arb(lo).log()
        last = None if hi is None else arb(hi).log()
        total = arb(0)
        c = 1.0 if self.v.get("c") is None else float(self.v["c"])
        s = self.v["alpha"] * (1 if self.v.get("c") is None else self.v["c"])
        height = lambda u: self.log_term(u.exp()) + u
        for _ in range(20000):
            width = arb(min(1.0, 1.5 / c))
            while abs(height(at + width) - height(at)) > 25:
                width /= 2
            end = at + width
            if last is not None and end > last:
                end = last
            piece = panel(lambda u: height(u).exp(), at, end)
            total += piece
            if last is not None and not end < last:
                return total
            if piece.mid() * arb(2) ** 125 < total.mid():
                return total
            if accurate_bits(piece) < 8:
                return arb("nan")  # the caller comes back with more digits
            at = end
            if self.rate == 0 and last is None and power(self.v, at.exp()) > arb(2) ** 420:
                return total + height(at).exp() / (s - 1)  # S is a power of t here, to 2^-380 of itself
        return arb("nan")

    def by_euler_maclaurin(self, start, order):
        N = start
        if self.H is not None and N >= self.H:
            return self.directly_to(self.H)
        total = self.directly_to(N - 1) + self.end(N, order)
        if self.H is None:
            return total + self.integral(self.b + N, None)
        # Σ_(N..H) = [Σ_(N..) - Σ_(H..)] + f(H), each infinite sum by its end; the integrals beyond H cancel.
        total += self.integral(self.b + N, self.b + self.H)
        return total - self.end(self.H, order) + self.log_term(arb(self.b + self.H)).exp()

    def directly_to(self, last):
        total = arb(0)
        for k in range(1, last + 1):
            total += self.log_term(arb(self.b + k)).exp()
        return total

    def start(self, least):
        c = 1.0 if self.v.get("c") is None else float(self.v["c"])
        return max(least, min(int(100 * c), 2500)) if c > 2 else least


def sbg_residual(v, rate, n):
    a, b = v["alpha"], v["beta"] + (n - 1)
    if rate == 0:
        return b / (a - 1)
    return b / (a + b) * acb(1 / (1 + rate)).hypgeom_2f1(acb(1), acb(b + 1), acb(a + b + 1)).real


def sbg_within(v, horizon, n):
    a, b = v["alpha"], v["beta"] + (n - 1)
    if a == 1:
        return b * ((b + 1 + horizon).digamma() - (b + 1).digamma())
    left = (log_ratio(a, b, arb(horizon)) + ((b + horizon) / b).log()).exp()
    return b / (a - 1) * (1 - left)


def sum_routes(v, rate, horizon, n):
    """Two functions that give the same sum."""
    def build():
        return Sum(v, n - 1, rate, horizon)

    if v.get("c") is None:
        first = (lambda: sbg_residual(v, rate, n)) if horizon is None else (lambda: sbg_within(v, horizon, n))
    else:
        first = lambda: build().by_euler_maclaurin(build().start(220), 16)
    if build().terms_needed() is not None:
        return first, lambda: build().directly()
    return first, lambda: build().by_euler_maclaurin(build().start(360), 20)


# ---- rows ------------------------------------------------------------------------------------------------------------


def both(first, second):
    left, right = refine(first, 96, 192, 1600), refine(second, 96, 256, 1600)
    if not close(left, right, AGREE_BITS):
        raise ArithmeticError("routes differ: %s %s" % (left, right))
    return left


def inputs(model, params):
    v = {name: arb(p) for name, p in zip(NAMES[model], params)}
    v.setdefault("c", None)
    return v


def condition(formula, v, value, rate, logarithmic):
    """Σ |v df/dv| / |f| (logarithms: / max(|f|, 1)) over parameters and rate, by differences of one route."""
    total = 0.0
    ctx.prec = 160
    step = arb(2) ** -24
    names = [k for k in v if v[k] is not None] + (["rate"] if rate is not None and rate > 0 else [])
    for name in names:
        ends = []
        for sign in (1, -1):
            w, r = dict(v), rate
            if name == "rate":
                r = rate * (1 + sign * step)
            else:
                w[name] = v[name] * (1 + sign * step)
            ends.append(refine(lambda: formula(w, r), 70, 160, 1600))
        ctx.prec = 160
        total += abs(float((ends[0] - ends[1]) / (2 * step)))
    size = abs(float(value))
    return total / (max(size, 1.0) if logarithmic else size) if size > 0 or logarithmic else 0.0


class Table:
    def __init__(self, model):
        self.model, self.lines, self.dropped, self.written = model, [], [], 0

    def add(self, params, quantity, routes, formula, region, T=None, h=None, rate=None, n=None):
        v = inputs(self.model, params)
        r = None if rate is None else arb(rate)
        name = "%s %s T=%s h=%s rate=%s n=%s" % (params, quantity, T, h, rate, n)
        started = time.time()
        try:
            value = both(*routes(v, r))
            cond = condition(formula, v, value, r, quantity.startswith("log_"))
        except Exception as why:  # whatever went wrong, the row cannot be vouched for
            self.dropped.append(name)
            print("dropped", name, repr(why)[:200], flush=True)
            return
        if time.time() - started > 20:
            print("slow", name, "%.0f s" % (time.time() - started), flush=True)
        cells = [double_text(x) for x in (T, h, rate, n)]
        self.lines.append(",".join([self.model, " ".join(double_text(p) for p in params), "", "", *cells, quantity,
                                    digits(value), "%.3g" % cond, region]) + "\n")

    def time_rows(self, params, t, region):
        self.add(params, "log_survival", lambda v, r: (lambda: log_survival(v, t), lambda: log_survival_integral(v, t)),
                 lambda v, r: log_survival(v, t), region, T=t)
        difference = lambda v: log_survival(v, t) - log_survival(v, t - 1)
        self.add(params, "log_retention", lambda v, r: (lambda: difference(v), lambda: (1 - lost_share(v, t)).log()),
                 lambda v, r: difference(v), region, T=t)
        loss = lambda v: (log_survival(v, t - 1).exp() - log_survival(v, t).exp()).log()
        self.add(params, "log_pmf", lambda v, r: (lambda: loss(v), lambda: log_survival(v, t - 1) + lost_share(v, t).log()),
                 lambda v, r: loss(v), region, T=t)
        v = inputs(self.model, params)
        ctx.prec = 192
        if float(log_survival(v, t)) > -700:
            self.add(params, "survival", lambda v, r: (lambda: log_survival(v, t).exp(), lambda: log_survival_integral(v, t).exp()),
                     lambda v, r: log_survival(v, t).exp(), region, T=t)
            self.add(params, "retention", lambda v, r: (lambda: difference(v).exp(), lambda: 1 - lost_share(v, t)),
                     lambda v, r: difference(v).exp(), region, T=t)
            self.add(params, "pmf", lambda v, r: (lambda: loss(v).exp(), lambda: log_survival(v, t - 1).exp() * lost_share(v, t)),
                     lambda v, r: loss(v).exp(), region, T=t)

    def discounted_rows(self, params, rate, n, region):
        self.add(params, "residual_lifetime", lambda v, r: sum_routes(v, r, None, n),
                 lambda v, r: sum_routes(v, r, None, n)[0](), region, rate=rate, n=n)
        if n == 1:
            longer = lambda f, r: (lambda: 1 + f() / (1 + r))
            self.add(params, "expected_lifetime", lambda v, r: tuple(longer(f, r) for f in sum_routes(v, r, None, 1)),
                     lambda v, r: longer(sum_routes(v, r, None, 1)[0], r)(), region, rate=rate)

    def within_rows(self, params, horizon, n, region):
        self.add(params, "expected_residual_lifetime", lambda v, r: sum_routes(v, arb(0), horizon, n),
                 lambda v, r: sum_routes(v, arb(0), horizon, n)[0](), region, h=horizon, n=n)


STRUCTURED = {
    "shifted_beta_geometric": [(0.704, 1.182), (0.668, 3.806), (3.8, 15.2), (0.067, 0.267), (0.136733, 4.032815),
                               (1.0, 2.0), (1.0000001, 3.0), (0.999999, 3.0), (1e-3, 1e-3), (1e6, 1e6), (1e-3, 1e6), (1e6, 1e-3),
                               (2.5, 1e-3)],
    "beta_discrete_weibull": [(0.45561399, 0.77932551, 1.28345129), (0.21425334, 1.42657488, 1.72356485), (0.704, 1.182, 1.0),
                              (3.0, 15.0, 0.5), (0.5, 2.0, 2.0), (0.5, 2.0, 3.0), (2.0, 5.0, 7.5), (1e-3, 1e-3, 1.0),
                              (1e6, 1e6, 0.5), (1.0, 1e6, 12.0), (30.0, 1e5, 0.3), (0.01, 0.5, 20.0)],
}


def draw(model, random_numbers, low, high):
    wide = lambda a, b: float("%.6g" % 10 ** random_numbers.uniform(a, b))
    params = [wide(low, high), wide(low, high)]
    if model == "beta_discrete_weibull":
        params.append(wide(-0.6, 0.5) if high < 3 else wide(-2, 1.5))
    return tuple(params)


def fill(table, points, seed):
    """Point after point; a stop after each, so that what is done can be written."""
    g = random.Random(seed)
    whole = lambda a, b: int(10 ** g.uniform(a, b))

    def converges(params):
        return params[0] * (params[2] if len(params) == 3 else 1) > 1.05

    for params in STRUCTURED[table.model]:
        for t in (1, 2, 12, 1000):
            table.time_rows(params, t, "structured")
        if len(params) == 2 or params[2] < 15:
            table.time_rows(params, 1000000, "structured")
        for rate in (0.1, 1e-3):
            for n in (1, 2, 5):
                table.discounted_rows(params, rate, n, "structured")
        if converges(params):
            table.discounted_rows(params, 0.0, 1, "structured")
        for h in (1, 12, 120):
            table.within_rows(params, h, 3, "structured")
        table.within_rows(params, 1000000, 1, "structured")
        yield params
    for region, low, high in (("usual", -1.5, 1.5), ("wide", -3, 6)):
        for _ in range(points):
            params = draw(table.model, g, low, high)
            # Beyond t^c = 1e40 a row takes minutes; the structured points go there.
            reach = 9 if len(params) == 2 else min(9, 40 / params[2])
            table.time_rows(params, whole(0, 3 if region == "usual" else reach), region)
            rate = float("%.4g" % 10 ** g.uniform(-3 if region == "usual" else -12, 0.5))
            table.discounted_rows(params, rate, g.choice((1, 1, 2, 10, whole(0, 6))), region)
            if converges(params):
                table.discounted_rows(params, 0.0, whole(0, 3), region)
            table.within_rows(params, whole(0, 2 if region == "usual" else 9), whole(0, 4), region)
            yield params


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=15, help="random points in each of two regions")
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--out", default=here)
    parser.add_argument("models", nargs="*", default=list(NAMES))
    options = parser.parse_args()
    for model in options.models:
        table = Table(model)
        with open(os.path.join(options.out, model + ".csv"), "w") as out:
            out.write(HEADER)
            for _ in fill(table, options.points, options.seed):
                out.write("".join(table.lines[table.written:]))
                out.flush()
                table.written = len(table.lines)
        print(model, len(table.lines), "rows,", len(table.dropped), "dropped", flush=True)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main()

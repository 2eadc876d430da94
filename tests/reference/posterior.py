"""Mean and variance of a customer's own rates given her history, by two routes: raw moments as ratios of likelihoods at shifted
parameters (Fader & Hardie's note 009; Fader, Hardie & Shang 2010, eq. 16 to 18) in 90 digits, and integrals over the rates
themselves of prior times likelihood. Of GGompertz/NBD the ratios are those of the likelihood by parts, over the purchases that
were not made (in balls, to 45 digits), and the second route is the mixture over her hazard's exponent when she left.

    python tests/reference/posterior.py > tests/reference/posterior.csv
"""

import math
import random
import sys

import flint
import ggompertz
from incomplete_gamma import gauss_legendre
from mpmath import mp, mpf

with mp.workdps(60):
    RULES = {25: gauss_legendre(20), 30: gauss_legendre(24), 15: gauss_legendre(12), 18: gauss_legendre(16)}


def beta(a, b):
    return mp.exp(mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b))


# Likelihoods; each is linear in the prior, so E[rate^l other^m] is a ratio at shifted parameters.


def nbd(r, alpha, x, t_x, T):
    return alpha**r * mp.gammaprod([r + x], [r]) / (alpha + T) ** (r + x)


def bg_nbd(r, alpha, a, b, x, t_x, T, first=0):
    buys = mp.gammaprod([r + x], [r]) * alpha**r
    stays = beta(a, b + x + first) / beta(a, b) / (alpha + T) ** (r + x)
    left = beta(a + 1, b + x + first - 1) / beta(a, b) / (alpha + t_x) ** (r + x) if x + first else 0
    return buys * (stays + left)


def mbg_nbd(r, alpha, a, b, x, t_x, T):
    return bg_nbd(r, alpha, a, b, x, t_x, T, 1)


def pareto_nbd(r, alpha, s, beta_, x, t_x, T):
    w = r + s + x

    def part(shift, second, other):
        A, B = alpha + shift, beta_ + shift
        big, small, k = (A, B, second) if alpha >= beta_ else (B, A, other)
        return mp.hyp2f1(w, k, w + 1, (big - small) / big) / big**w

    bracket = s / w * part(t_x, s + 1, r + x) + (r + x) / w * part(T, s, r + x + 1)
    return mp.gammaprod([r + x], [r]) * alpha**r * beta_**s * bracket


def bg_bb(alpha, beta_, gamma, delta, x, t_x, T):
    x, t_x, T = int(x), int(t_x), int(T)
    total = beta(alpha + x, beta_ + T - x) * beta(gamma, delta + T)
    for i in range(T - t_x):
        total += beta(alpha + x, beta_ + t_x - x + i) * beta(gamma + 1, delta + t_x + i)
    return total / beta(alpha, beta_) / beta(gamma, delta)


def bg_cnbd(k, r, alpha, a, b, x, t_x, T, first=0):
    k, g = int(k), (T - t_x) / (alpha + T)
    quiet, term = mpf(1), mpf(1)
    for j in range(1, k):
        term = term * g * (r + k * x + j - 1) / j
        quiet += term
    buys = mp.gammaprod([r + k * x], [r]) * alpha**r
    stays = quiet * beta(a, b + x + first) / beta(a, b) / (alpha + T) ** (r + k * x)
    left = beta(a + 1, b + x + first - 1) / beta(a, b) / (alpha + t_x) ** (r + k * x) if x + first else 0
    return buys * (stays + left)


def mbg_cnbd(k, r, alpha, a, b, x, t_x, T):
    return bg_cnbd(k, r, alpha, a, b, x, t_x, T, 1)


def in_balls(values):
    flint.ctx.prec = 500
    return [flint.arb(mp.nstr(v, 120)) for v in values]


def from_ball(value):
    return mpf(value.mid().str(100, radius=False))


def ggompertz_nbd(r, alpha, b, s, beta_, x, t_x, T):
    w = dict(zip(("r", "alpha", "b", "s", "beta", "t_x", "T"), in_balls((r, alpha, b, s, beta_, t_x, T))), x=int(x))
    return from_ball(ggompertz.log_likelihood(w, "parts").exp())


LIKELIHOODS = {"bg_cnbd": bg_cnbd, "mbg_cnbd": mbg_cnbd, "ggompertz_nbd": ggompertz_nbd, "nbd": nbd, "bg_nbd": bg_nbd, "mbg_nbd": mbg_nbd, "pareto_nbd": pareto_nbd, "bg_bb": bg_bb}


STAGES = ("bg_cnbd", "mbg_cnbd")


def prior_moment(model, params, l, m):
    """E[rate^l other^m] of the prior, and the parameters of what is left under it."""
    p = list(params)
    if model in STAGES:  # per purchase, of which each is k events
        factor, shifted = prior_moment(model.replace("cnbd", "nbd"), p[1:], l, m)
        return factor / p[0] ** l, [p[0]] + shifted
    if model == "ggompertz_nbd":
        factor = mp.gammaprod([p[0] + l, p[3] + m], [p[0], p[3]]) / p[1] ** l * (p[2] / p[4]) ** m
        return factor, [p[0] + l, p[1], p[2], p[3] + m, p[4]]
    if model == "bg_bb":
        first = beta(p[0] + l, p[1]) / beta(p[0], p[1])
        second = beta(p[2] + m, p[3]) / beta(p[2], p[3])
        return first * second, [p[0] + l, p[1], p[2] + m, p[3]]
    first = mp.gammaprod([p[0] + l], [p[0]]) / p[1] ** l
    if model == "nbd":
        return first, [p[0] + l, p[1]]
    if model == "pareto_nbd":
        return first * mp.gammaprod([p[2] + m], [p[2]]) / p[3] ** m, [p[0] + l, p[1], p[2] + m, p[3]]
    return first * beta(p[2] + m, p[3]) / beta(p[2], p[3]), [p[0] + l, p[1], p[2] + m, p[3]]


def by_ratios(model, params, h):
    of = LIKELIHOODS[model]
    base = of(*params, *h)

    def moment(l, m):
        factor, shifted = prior_moment(model, params, l, m)
        return factor * of(*shifted, *h) / base

    out = [moment(1, 0), moment(2, 0) - moment(1, 0) ** 2]
    if model == "nbd":
        return out
    return out + [moment(0, 1), moment(0, 2) - moment(0, 1) ** 2]


# Integrals over ln(rate) or logit(chance): nodes with weights that carry prior and scale, chosen for one hill.


def hill(f, slope, bend, mode, rule):
    """Nodes y and weights c exp(f(y) - f(mode)) for the whole hill of f."""
    top = f(mode)
    out = []
    for direction in (-1, 1):
        at = mpf(mode)
        total = mpf(0)
        for _ in range(4000):
            # far from the mode it is a plain exponential; nearer, what its bend allows
            steep, bent = abs(float(slope(at))), float(bend(at))
            step = 2.5 / steep if bent < 1e-50 else min(2.0, 2.5 / max(steep, bent**0.5))
            nxt = at + direction * mpf(step)
            half, middle = (nxt - at) / 2, (nxt + at) / 2
            part = [(middle + half * z, abs(half) * c * mp.exp(f(middle + half * z) - top)) for z, c in RULES[rule]]
            out += part
            weight = sum(c for _, c in part)
            total += weight
            at = nxt
            if weight < total * mpf(10) ** (-rule - 6):
                break
    return out, top


def gamma_nodes(k, rate, rule):
    """Of lambda^(k-1) e^(-rate lambda) d lambda."""
    nodes, top = hill(lambda y: k * y - rate * mp.exp(y), lambda y: k - rate * mp.exp(y), lambda y: rate * mp.exp(y),
                      mp.log(k / rate), rule)
    return [(mp.exp(y), c) for y, c in nodes], top


def quiet_nodes(k, shape, rate, gap, rule):
    """Of lambda^(shape-1) e^(-rate lambda) times the chance of fewer than k events in the gap."""
    def log_quiet(y):
        return mp.log(mp.gammainc(k, gap * mp.exp(y), regularized=True))

    def slope(y):
        z = gap * mp.exp(y)
        falls = z**k * mp.exp(-z) / mp.gamma(k) / mp.gammainc(k, z, regularized=True) if z else 0
        return shape - rate * mp.exp(y) - falls

    low, high = mp.log(shape / (rate + gap)), mp.log((shape + k) / rate)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    nodes, top = hill(lambda y: shape * y - rate * mp.exp(y) + log_quiet(y), slope, lambda y: (rate + gap) * mp.exp(y), low, rule)
    return [(mp.exp(y) / k, c) for y, c in nodes], top


def beta_nodes(a, b, rule):
    """Of p^(a-1) (1-p)^(b-1) dp."""
    def share(y):
        return 1 / (1 + mp.exp(-y))

    def f(y):
        return a * y - (a + b) * (y + mp.log1p(mp.exp(-y)) if y > 0 else mp.log1p(mp.exp(y)))

    nodes, top = hill(f, lambda y: a - (a + b) * share(y), lambda y: (a + b) * share(y) * (1 - share(y)), mp.log(a / b), rule)
    return [(share(y), c) for y, c in nodes], top


def raw(nodes):
    values, top = nodes
    return [mp.exp(top) * mp.fsum(c * v**i for v, c in values) for i in range(3)]


def from_branches(branches):
    """Mean and variance of both rates, from raw integrals (1, rate, rate^2) x (1, other, other^2) of every branch."""
    total = sum(u[0] * v[0] for u, v in branches)
    out = []
    for pick in (lambda u, v, i: u[i] * v[0], lambda u, v, i: u[0] * v[i]):
        mean = sum(pick(u, v, 1) for u, v in branches) / total
        out += [mean, sum(pick(u, v, 2) for u, v in branches) / total - mean**2]
    return out


def when_she_left(w):
    """The mixture over q, e^-q being how far the rate of eta's Gamma was behind when she left: the density of q is s e^(-s q)
    (A/(A+d))^k. Chance of having left, and of the factors A/(A+d) and e^-q mean and mean square."""
    arb, acb = flint.arb, flint.acb
    k, A, gap = w["r"] + w["x"], w["alpha"] + w["t_x"], w["T"] - w["t_x"]
    b, s = w["b"], w["s"]
    B = w["beta"] * (-(b * w["t_x"])).exp() - (-(b * w["t_x"])).expm1()
    last = ggompertz.minus_log_survival(b, arb(1), B, gap)
    fk, fA, fb, fs, fB = (float(v) for v in (k, A, b, s, B))

    def since(q):
        grown = math.log1p(fB * math.expm1(q)) if q < 300 else q + math.log(fB)
        return grown / fb

    def fallen(q):
        return fs * q + fk * math.log1p(since(q) / fA)

    end = ggompertz.reach(fallen, float(last))
    stop = last if end is None else arb(end)
    cuts = ggompertz.time_cuts(min(1 / (1 + fs), fb * fA / (fk * fB), float(last)) / 4, stop)
    if cuts[-1] is not stop and float(cuts[-1]) != float(stop):
        cuts.append(stop)

    def share(q, analytic):  # A / (A + d)
        d = (1 + B * (q.exp() - 1)).log(analytic=analytic) / b
        return A / (A + d)

    def average(of):
        return ggompertz.integral(lambda q, analytic: s * (-s * q + k * share(q, analytic).log(analytic=analytic)).exp() *
                                  of(q, analytic), cuts)

    left = average(lambda q, analytic: acb(1))
    stays = (-s * last - k * (gap / A).log1p()).exp()
    share_1, share_2 = (average(lambda q, analytic, i=i: share(q, analytic) ** i) for i in (1, 2))
    eta_1, eta_2 = (average(lambda q, analytic, i=i: (-i * q).exp()) for i in (1, 2))
    return left, stays, (share_1 / left, share_2 / left), (eta_1 / left, eta_2 / left)


def ggompertz_by_mixture(params, h):
    w = dict(zip(("r", "alpha", "b", "s", "beta", "t_x", "T"), in_balls((*params, h[1], h[2]))), x=int(h[0]))
    k, A, b, s = w["r"] + w["x"], w["alpha"] + w["t_x"], w["b"], w["s"]

    def hazard(t):  # b over the rate of eta's Gamma
        return b / (w["beta"] + (b * t).expm1())

    def moments(shape, scale, first=1, second=1):
        return shape * scale * first, shape * (shape + 1) * scale**2 * second

    buys, goes = moments(k, 1 / (w["alpha"] + w["T"])), moments(s, hazard(w["T"]))
    stays, left = flint.arb(1), flint.arb(0)
    gone = (flint.arb(0), flint.arb(0)), (flint.arb(0), flint.arb(0))
    if h[1] < h[2]:
        left, stays, shares, etas = when_she_left(w)
        gone = moments(k, 1 / A, *shares), moments(s + 1, hazard(w["t_x"]), *etas)
    out = []
    for now, then in zip((buys, goes), gone):
        mean, square = ((stays * p + left * q) / (stays + left) for p, q in zip(now, then))
        out += [from_ball(mean), from_ball(square - mean**2)]
    return out


def by_integrals(model, params, h, rule):
    p, (x, t_x, T) = params, h
    if model == "ggompertz_nbd":
        return ggompertz_by_mixture(params, h)
    if model in STAGES:
        k, chances = int(p[0]), int(x) + (model == "mbg_cnbd")
        shape = p[1] + k * x
        branches = [(raw(quiet_nodes(k, shape, p[2] + t_x, T - t_x, rule)), raw(beta_nodes(p[3], p[4] + chances, rule)))]
        if chances:
            left, top = gamma_nodes(shape, p[2] + t_x, rule)
            left = [(v / k, c) for v, c in left], top
            branches.append((raw(left), raw(beta_nodes(p[3] + 1, p[4] + chances - 1, rule))))
        return from_branches(branches)
    if model == "nbd":
        u = raw(gamma_nodes(p[0] + x, p[1] + T, rule))
        return from_branches([(u, [1, 0, 0])])[:2]
    if model in ("bg_nbd", "mbg_nbd"):
        chances = int(x) + (model == "mbg_nbd")
        branches = [(raw(gamma_nodes(p[0] + x, p[1] + T, rule)), raw(beta_nodes(p[2], p[3] + chances, rule)))]
        if chances:
            branches.append((raw(gamma_nodes(p[0] + x, p[1] + t_x, rule)), raw(beta_nodes(p[2] + 1, p[3] + chances - 1, rule))))
        return from_branches(branches)
    if model == "bg_bb":
        branches = [(raw(beta_nodes(p[0] + x, p[1] + T - x, rule)), raw(beta_nodes(p[2], p[3] + T, rule)))]
        for i in range(int(T - t_x)):
            branches.append((raw(beta_nodes(p[0] + x, p[1] + t_x - x + i, rule)), raw(beta_nodes(p[2] + 1, p[3] + t_x + i, rule))))
        return from_branches(branches)
    # Pareto/NBD: over the plane of both rates, of lambda^x (mu e^(-(lambda+mu) t_x) + lambda e^(-(lambda+mu) T))/(lambda+mu).
    sums = [mpf(0)] * 5
    for time, by_mu in ((t_x, True), (T, False)):
        lam, top_l = gamma_nodes(p[0] + x + (not by_mu), p[1] + time, rule)
        mu, top_m = gamma_nodes(p[2] + by_mu, p[3] + time, rule)
        scale = mp.exp(top_l + top_m)
        for l, c in lam:
            if c < mpf(10) ** (-rule - 12):
                continue
            row = [(m, d / (l + m)) for m, d in mu]
            one = mp.fsum(d for _, d in row) * c * scale
            sums[0] += one
            sums[1] += one * l
            sums[2] += one * l * l
            sums[3] += mp.fsum(m * d for m, d in row) * c * scale
            sums[4] += mp.fsum(m * m * d for m, d in row) * c * scale
    a, b = sums[1] / sums[0], sums[3] / sums[0]
    return [a, sums[2] / sums[0] - a * a, b, sums[4] / sums[0] - b * b]


NAMES = ("purchase_rate_mean", "purchase_rate_variance", "dropout_mean", "dropout_variance")


def agree(values, others, rule):
    for name, a, b in zip(NAMES, values, others):
        if abs(a - b) > mpf(10) ** (6 - rule) * abs(a):
            raise ArithmeticError(f"{name}: {mp.nstr(a, 25)} {mp.nstr(b, 25)}")


def conditions(model, params, h):
    step = mpf(10) ** -16
    values = by_ratios(model, params, h)
    total = [mpf(0)] * len(values)
    inputs = list(params) + ([] if model == "bg_bb" else [None, h[1], h[2]])
    for i, v in enumerate(inputs):
        if v is None or v == 0 or model in STAGES and i == 0:
            continue
        moved = list(params) + list(h)
        moved[i if i < len(params) else i] = v * (1 + step)
        if i >= len(params) and moved[len(params) + 1] > moved[len(params) + 2]:
            moved[i] = v * (1 - step)
        other = by_ratios(model, moved[: len(params)], moved[len(params) :])
        total = [t + abs(b - a) / step / abs(a) for t, a, b in zip(total, values, other)]
    return total


def points():
    published = {"nbd": (0.385, 12.07), "bg_nbd": (0.243, 4.414, 0.793, 2.426), "mbg_nbd": (0.525, 6.183, 0.891, 1.614),
                 "pareto_nbd": (0.553, 10.578, 0.606, 11.669), "bg_bb": (1.204, 0.750, 0.657, 2.783)}
    for model, params in published.items():
        if model == "bg_bb":
            for h in ((0, 0, 6), (1, 3, 6), (2, 6, 6), (4, 5, 12), (0, 0, 0)):
                yield model, params, h, "published"
            yield model, (1e-3, 1e-3, 1e-3, 1e-3), (3, 4, 9), "edge"
            yield model, (900.0, 0.01, 0.02, 700.0), (20, 20, 30), "edge"
            continue
        for h in ((2, 30.43, 38.86), (0, 0, 38.86), (26, 30.857142857, 31), (1, 38.86, 38.86)):
            yield model, params, h, "published"
        if model != "pareto_nbd":
            yield model, params, (1000, 364, 365), "heavy buyer"
            yield model, params, (500, 10, 100), "silent"
    r = random.Random(3)
    for model, n in (("bg_nbd", 12), ("mbg_nbd", 12), ("bg_bb", 6), ("pareto_nbd", 2)):
        for _ in range(n):
            wide = 1 if model == "pareto_nbd" else 2.5
            params = tuple(10 ** r.uniform(-wide, wide) for _ in range(4))
            T = r.randint(2, 12) if model == "bg_bb" else 10 ** r.uniform(-1, 3)
            x = r.choice([1, 2, 2, 5])
            t_x = r.randint(min(x, T), T) if model == "bg_bb" else T * r.uniform(0.05, 1)
            yield model, params, (min(x, t_x) if model == "bg_bb" else x, t_x, T), "random"


    yield from later_points()


def later_points():
    histories = ((2, 30.43, 38.86), (0, 0.0, 38.86), (26, 30.857142857, 31.0), (1, 38.86, 38.86), (1000, 364.0, 365.0), (500, 10.0, 100.0))
    for params in ((0.553, 10.578, 0.0002, 0.603, 0.0026), (1.0, 10.0, 0.05, 0.5, 2.0)):
        for h in histories:
            yield "ggompertz_nbd", params, h, "published"
    for params in ((0.5, 10.0, 0.1, 1e-3, 1e3), (0.5, 10.0, 1e3, 1e-3, 1e-3), (0.5, 10.0, 0.1, 1e3, 1e3), (1e-3, 1e-3, 10.0, 1e-3, 1e6),
                   (0.5, 10.0, 1e-9, 0.6, 1e-8), (1e3, 1e-3, 0.1, 2.0, 30.0), (0.5, 10.0, 0.3, 1e3, 1e5), (1e6, 1e3, 0.3, 0.2, 1e6)):
        for h in ((0, 0.0, 104.0), (3, 60.0, 104.0), (100000, 103.99, 104.0)):
            yield "ggompertz_nbd", params, h, "edge"
    for k in (1, 2, 4, 12):
        for h in histories:
            yield "bg_cnbd", (k, 0.525, 6.183 / k, 0.891, 1.614), h, "published"
            yield "mbg_cnbd", (k, 0.525, 6.183 / k, 0.891, 1.614), h, "published"
    r = random.Random(11)
    for model, n in (("ggompertz_nbd", 60), ("bg_cnbd", 25), ("mbg_cnbd", 25)):
        for _ in range(n):
            T = 10 ** r.uniform(-6, 6)
            x = r.choice([0, 1, 2, 5, 40, int(10 ** r.uniform(0, 6))])
            t_x = T * r.choice([r.uniform(0.01, 1), 1 - 10 ** r.uniform(-9, -1)]) if x else 0.0
            params = [10 ** r.uniform(-3, 3) for _ in range(5)]
            if model == "ggompertz_nbd":
                params[2] = min(1e3, 10 ** r.uniform(-4, 2.5) / T)
            else:
                params[0] = r.choice([1, 2, 3, 5, 8, 12])
            yield model, tuple(params), (x, t_x, T), "random"


def main():
    mp.dps = 90
    print("model,params,x,t_x,T,h,rate,n,quantity,value,cond,region")
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 0  # to go on where a run was stopped
    for model, params, h, region in list(points())[first:]:
        exact, times = [mpf(float(v)) for v in params], [mpf(float(v)) for v in h]
        values = by_ratios(model, exact, times)
        rules = (15, 18) if model == "pareto_nbd" else (30,) if model == "ggompertz_nbd" else (25, 30)
        try:
            for rule in rules:
                with mp.workdps(rule + 25):
                    others = by_integrals(model, exact, times, rule)
                agree(values, others, rule)
        except ArithmeticError as trouble:
            print("left out", model, params, h, trouble, file=sys.stderr, flush=True)
            continue
        for name, value, cond in zip(NAMES, values, conditions(model, exact, times)):
            shown = " ".join(repr(int(v) if model in STAGES and i == 0 else float(v)) for i, v in enumerate(params))
            print(",".join([model, shown, *(repr(float(v)) for v in h), "", "", "", name, mp.nstr(value, 24), mp.nstr(cond, 3),
                            region]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

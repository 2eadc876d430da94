"""Mean and variance of a customer's own rates given her history, by two routes: raw moments as ratios of likelihoods at shifted
parameters (Fader & Hardie's note 009; Fader, Hardie & Shang 2010, eq. 16 to 18) in 90 digits, and integrals over the rates
themselves of prior times likelihood.

    python tests/reference/posterior.py > tests/reference/posterior.csv
"""

import random
import sys

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


LIKELIHOODS = {"nbd": nbd, "bg_nbd": bg_nbd, "mbg_nbd": mbg_nbd, "pareto_nbd": pareto_nbd, "bg_bb": bg_bb}


def prior_moment(model, params, l, m):
    """E[rate^l other^m] of the prior, and the parameters of what is left under it."""
    p = list(params)
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


def by_integrals(model, params, h, rule):
    p, (x, t_x, T) = params, h
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


def conditions(model, params, h):
    step = mpf(10) ** -16
    values = by_ratios(model, params, h)
    total = [mpf(0)] * len(values)
    inputs = list(params) + ([] if model == "bg_bb" else [None, h[1], h[2]])
    for i, v in enumerate(inputs):
        if v is None or v == 0:
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


def main():
    mp.dps = 90
    print("model,params,x,t_x,T,h,rate,n,quantity,value,cond,region")
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 0  # to go on where a run was stopped
    for model, params, h, region in list(points())[first:]:
        exact, times = [mpf(float(v)) for v in params], [mpf(float(v)) for v in h]
        values = by_ratios(model, exact, times)
        rules = (15, 18) if model == "pareto_nbd" else (25, 30)
        for rule in rules:
            with mp.workdps(rule + 25):
                others = by_integrals(model, exact, times, rule)
            for name, a, b in zip(NAMES, values, others):
                if abs(a - b) > mpf(10) ** (6 - rule) * abs(a):
                    raise ArithmeticError(f"{model} {params} {h} {name}: {mp.nstr(a, 25)} {mp.nstr(b, 25)}")
        for name, value, cond in zip(NAMES, values, conditions(model, exact, times)):
            print(",".join([model, " ".join(repr(float(v)) for v in params), *(repr(float(v)) for v in h), "", "", "", name,
                            mp.nstr(value, 24), mp.nstr(cond, 3), region]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""BG/CNBD-k and MBG/CNBD-k: writes erlang_likelihood.csv, erlang_purchases.csv and erlang_discounted.csv.

A purchase is every k-th event of a Poisson process with lambda ~ Gamma(r, alpha); after each she leaves with p ~ Beta(a, b).
Routes, two for each value:

    likelihood   "sum": the finite sum over hidden stages; "rate": the integral over lambda, the open gap's survival as a
                 regularised incomplete gamma function
    survival,    "counts": the sum over purchases n of Beta ratios times negative binomial tails;
    purchases    "mixture": given p the stages are a Markov chain whose eigenvalues are (1-p)^(1/k) times the k-th roots of
                 unity, so P(alive) is a sum of k powers; its mean over p by proved quadrature (acb.integral) on the log-odds
                 line, and purchases as E[(1 - P(alive | p)) / p]
                 "tails", where events are few, in its place: by parts over the chances of at least n purchases, each an
                 incomplete beta function; where they are thousands, "blocks": chances of counts, added up from none
    discounted   "density": the integral over time of the sum over n of densities of the nk-th event; "parts": to a horizon,
                 the integral over time of the expected purchases; for ever, the integral over lambda of a 2F1

The counts' sums are cut where a term is 2^-140 of the sum while terms fall geometrically; nothing else is unproved.
"""

import math
import random
import sys
import time

from flint import acb, arb, ctx

import points
from balls import ONE, Unresolved, close, digits, double_text, log_beta, refine

HEADER = "model,params,x,t_x,T,h,rate,n,quantity,value,cond,region\n"
MOST_EVENTS = 30000
SHORT = 8000  # events, up to which "tails" is quick
SECONDS = 100  # for one value by the mixture
INPUTS = ("r", "alpha", "a", "b", "t_x", "T", "h", "rate")


class Case:
    """Inputs as intervals; `first` is 1 where the first purchase, too, may be the last."""

    def __init__(self, model, k, values):
        self.model, self.k, self.first = model, k, 1 if model == "mbg_cnbd" else 0
        self.values = dict(values)

    def __getattr__(self, name):
        return arb(self.values[name])

    def moved(self, name, by):
        out = Case(self.model, self.k, self.values)
        out.values[name] = arb(out.values[name]) * (1 + by)
        return out

    def can_leave(self):
        return self.first == 1 or self.values["x"] > 0


# ---------------------------------------------------------------- likelihood and P(alive)


def quiet_by_sum(w):
    """P(fewer than k events in the silence | alive, the history up to t_x)"""
    s, gap = w.r + w.k * w.x, w.T - w.t_x
    g = gap / (w.alpha + w.T)
    term, total = ONE, ONE
    for j in range(1, w.k):
        term = term * g * (s + j - 1) / j
        total = total + term
    return total * (-(s * (gap / (w.alpha + w.t_x)).log1p())).exp()


def quiet_by_rate(w):
    s, gap, c = w.r + w.k * w.x, w.T - w.t_x, w.alpha + w.t_x
    if gap.is_zero():
        return ONE

    def f(y, _):  # lambda = s/(c + gap) e^y
        rate = (s / (c + gap)) * y.exp()
        waiting = (gap * rate).gamma_upper(acb(w.k), 1)
        return (s * ((s / (c + gap) * c).log() + y) - rate * c - s.lgamma()).exp() * waiting

    # the mass of Gamma(s, c) and of what is left of it after the silence, to 2^-150
    fs = float(s)
    left = -max(110.0 / fs, 25 / math.sqrt(fs))
    right = math.log1p(float(gap / c)) + max(math.log1p(140 / fs), min(25 / math.sqrt(fs), 5.0)) + 1e-9
    steps = max(4, int((right - left) * min(math.sqrt(fs), 40) / 4))
    cuts = [arb(left) + (arb(right) - arb(left)) * i / steps for i in range(steps + 1)]
    total = acb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        floor = abs(total.real) * arb(2) ** (-160)
        total += acb.integral(f, acb(x0), acb(x1), rel_tol=arb(2) ** -130, abs_tol=floor if floor > 0 else arb(2) ** -5000)
    return total.real


def log_odds(w, quiet):
    """She left after her last purchase, against that she is alive."""
    return (w.a / (w.b + w.x - 1 + w.first)).log() - quiet(w).log()


def log_p_alive(w, quiet=quiet_by_sum):
    return -(log_odds(w, quiet).exp()).log1p() if w.can_leave() else arb(0)


def log_likelihood(w, quiet=quiet_by_sum):
    k, x = w.k, w.x
    s = w.r + k * x
    factorial = arb(k).lgamma() if k > 1 else arb(0)
    stays = quiet(w) * (log_beta(w.a, w.b + x + w.first) - log_beta(w.a, w.b)).exp()
    leaves = (log_beta(w.a + 1, w.b + x + w.first - 1) - log_beta(w.a, w.b)).exp() if w.can_leave() else arb(0)
    front = -x * factorial + s.lgamma() - w.r.lgamma() + w.r * w.alpha.log() - s * (w.alpha + w.t_x).log()
    return (k - 1) * w.gaps + front + (stays + leaves).log()


# ---------------------------------------------------------------- the future


class Future:
    """Alive with chance `alive`; j stages passed with chance[j]; lambda | j ~ Gamma(s + j, c); p ~ Beta(a, b)."""

    def __init__(self, w, new):
        k = w.k
        self.k, self.a = k, w.a
        if new:
            self.s, self.c, self.b = w.r, w.alpha, w.b + w.first
            self.alive = w.b / (w.a + w.b) if w.first else ONE
            self.chance = [ONE]
            return
        self.s, self.c, self.b = w.r + k * w.x, w.alpha + w.T, w.b + w.x + w.first
        self.alive = log_p_alive(w).exp()
        g, term, weights = (w.T - w.t_x) / self.c, ONE, []
        for j in range(k):
            weights.append(term)
            term = term * g * (self.s + j) / (j + 1)
        total = sum(weights[1:], weights[0])
        self.chance = [v / total for v in weights] if not g.is_zero() else [ONE]

    def events_to(self, v):
        """Events within v but for 2^-140."""
        s, v = float(self.s) + self.k, float(v)
        mean = s * v
        return int(mean + 14 * (mean * (1 + v)) ** 0.5 + 105 * (1 + v) + 6 * self.k)


def tails(f, v, most):
    """P(at least nk events in all) for n = 1, 2, ... up to `most` events, summed downwards from the last."""
    z, out = v / (1 + v), [arb(0)] * (most // f.k + 2)
    for j, chance in enumerate(f.chance):
        s = f.s + j
        term = (s * -(v.log1p())).exp()
        terms = [term]
        for i in range(most):
            term = term * z * (s + i) / (i + 1)
            terms.append(term)
        rest = arb(0)
        at = len(terms) - 1
        for n in range(most // f.k, 0, -1):
            while at >= n * f.k - j:
                rest = rest + terms[at]
                at -= 1
            out[n] = out[n] + chance * rest
    return out


def by_counts(f, v, what):
    if v.is_zero():
        return ONE if what == "survival" else arb(0)
    most = f.events_to(v)
    if most > MOST_EVENTS:
        raise Unresolved("too many events")
    p_at_least = tails(f, v, most)
    total, stays = arb(0), ONE
    if what == "purchases":
        for n in range(1, most // f.k + 1):
            total = total + stays * p_at_least[n]
            stays = stays * (f.b + n - 1) / (f.a + f.b + n - 1)
        return total
    for n in range(0, most // f.k + 1):
        here = (ONE if n == 0 else p_at_least[n]) - p_at_least[n + 1]
        total = total + stays * here
        stays = stays * (f.b + n) / (f.a + f.b + n)
    return total


def by_tails(f, v, what):
    """Purchases as sum of P(n - 1 passed) P(at least n), survival as 1 less the chances of leaving with the n-th."""
    if v.is_zero():
        return ONE if what == "survival" else arb(0)
    total, stays, z = arb(0), ONE, v / (1 + v)
    for n in range(1, f.events_to(v) // f.k + 1):
        at_least = sum((p * z.beta_lower(n * f.k - j, f.s + j, regularized=True) for j, p in enumerate(f.chance)), arb(0))
        leaves = f.a / (f.a + f.b + n - 1) if what == "survival" else ONE
        total = total + stays * leaves * at_least
        stays = stays * (f.b + n - 1) / (f.a + f.b + n - 1)
    return 1 - total if what == "survival" else total


def by_blocks(f, v, what):
    """The sum over purchases n of P(n) by the chances of counts, upwards from none, times the weight of n."""
    most, z = f.events_to(v), v / (1 + v)
    term = [chance * (-(f.s + j) * v.log1p()).exp() for j, chance in enumerate(f.chance)]
    total, stays, bought = arb(0), ONE, arb(0)
    for n in range(most // f.k):
        block = arb(0)
        for i in range(n * f.k, (n + 1) * f.k):
            for j in range(min(len(term), i + 1)):  # i - j events to come
                block = block + term[j]
                term[j] = term[j] * z * (f.s + i) / (i - j + 1)
        total = total + block * (stays if what == "survival" else bought)
        bought = bought + stays
        stays = stays * (f.b + n) / (f.a + f.b + n)
    return total


def alive_given_p(f, v, p, q, log_q):
    """sum over the eigenvalues; p, q complex"""
    k = f.k
    root = (log_q / k).exp()
    total = acb(0)
    for i in range(k):
        # On the real line |1 + (1-z) v| is at least this; what is below 2^-600 is left out.
        if i and (f.s * ((1 - arb(2 * arb(i) / k).cos_pi()) * v).log1p()) > 416:
            continue
        z = root * acb.exp_pi_i(acb(2 * i) / k) if i else root
        gap = (p / sum((root ** m for m in range(1, k)), acb(1))) if i == 0 else 1 - z
        lift = (1 + gap * v).log()
        for j, chance in enumerate(f.chance):
            total += chance * z ** (j + 1) / gap * (-((f.s + j) * lift)).exp()
    return total * p / (k * q)


def by_mixture(f, v, what):
    if v.is_zero():
        return ONE if what == "survival" else arb(0)
    def g(y):
        e = y.exp()
        q = 1 / (1 + e)
        p = e * q
        log_q = -(1 + e).log()
        value = alive_given_p(f, v, p, q, log_q)
        return (value if what == "survival" else (1 - value) / p), log_q, y + log_q

    front = -log_beta(f.a, f.b)

    def integrand(y, _):
        value, log_q, log_p = g(y)
        return value * (f.a * log_p + f.b * log_q + front).exp()

    a, b = float(f.a), float(f.b)
    middle = math.log(a / b)
    reach = math.log(1 + float(v)) + math.log(1 + float(f.s))
    low = min(middle, 0) - 100 - math.log(1 + b) - reach
    high = max(middle, 0) + 90 + math.log(1 + a)
    # points where the integrand bends: the Beta's mode, p about 1/(s v) and 1/v
    inner = {low, high}
    width = 1 / math.sqrt(max(1e-3, a * b / (a + b)))
    for centre in (middle, -math.log(1 + float(f.s) * float(v)), -math.log(1 + float(v)), 0.0):
        for m in (-12, -5, -2, 0, 2, 5, 12):
            inner.add(centre + m * min(1.0, width))
    cuts = sorted(c for c in inner if low <= c <= high)
    total, started = acb(0), time.time()
    for x0, x1 in zip(cuts, cuts[1:]):
        if time.time() - started > SECONDS:
            raise Unresolved("too slow")
        floor = abs(total.real) * arb(2) ** -140
        total += acb.integral(integrand, acb(x0), acb(x1), rel_tol=arb(2) ** -125,
                              abs_tol=floor if floor > 0 else arb(2) ** -4000, eval_limit=20000)
    # Beyond, G is flat and the weight a geometric tail.
    lower, _, _ = g(acb(low))
    upper, _, _ = g(acb(high))
    ends = lower.real * (f.a * low + front).exp() / f.a + upper.real * (front - f.b * high).exp() / f.b
    return total.real + ends


def event_density(f, n, v):
    """c times the density of the nk-th event in all, at v; complex."""
    total = acb(0)
    log_v, log_1 = v.log(), (1 + v).log()
    for j, chance in enumerate(f.chance):
        i, s = n * f.k - j, f.s + j
        total += chance * ((s + i).lgamma() - s.lgamma() - arb(i).lgamma() + (i - 1) * log_v - (s + i) * log_1).exp()
    return total


def integrate_time(f, integrand, d, end):
    step = min(0.25, 0.5 / float(f.s + f.k))
    cuts = [arb(0), arb(step)]
    while float(cuts[-1]) < end:
        grow = min(1.0, 3 / math.sqrt(max(1.0, min(float(f.s) + f.k, float(f.s) * float(cuts[-1])))))
        cuts.append(min(cuts[-1] * (1 + grow), cuts[-1] + 8 / d if d > 0 else cuts[-1] * 9, key=float))
    cuts[-1] = arb(end) if not isinstance(end, arb) else end
    total = acb(0)
    for x0, x1 in zip(cuts, cuts[1:]):
        floor = abs(total.real) * arb(2) ** -120
        total += acb.integral(integrand, acb(x0), acb(x1), rel_tol=arb(2) ** -110,
                              abs_tol=floor if floor > 0 else arb(2) ** -3000)
    return total.real


def discounted_by_time(f, D, V, what, parts):
    """Over c for a lifetime; V None is for ever."""
    end = V if V is not None else 160 / D
    most = f.events_to(end)
    if most > 900:
        raise Unresolved("too many events")
    blocks = most // f.k
    weights, stays = [ONE], ONE
    for n in range(blocks + 2):
        stays = stays * (f.b + n) / (f.a + f.b + n)
        weights.append(stays)
    sums = [arb(0)]
    for w in weights:
        sums.append(sums[-1] + w)

    def by_events(v, value_of):
        z, total = v / (1 + v), acb(0)
        for j, chance in enumerate(f.chance):
            term = chance * (-((f.s + j) * (1 + v).log())).exp()
            for i in range(most - j):
                total += value_of[(i + j) // f.k] * term
                term = term * z * (f.s + j + i) / (i + 1)
        return total

    def rate(v):  # c m(v)
        total = acb(0)
        for j, chance in enumerate(f.chance):
            s = f.s + j
            # density of event i at v: s/(1+v) NB_{s+1}(i-1)
            z = v / (1 + v)
            term = chance * s * (-((s + 1) * (1 + v).log())).exp()
            for i in range(1, most - j + 1):
                if (i + j) % f.k == 0:
                    total += weights[(i + j) // f.k - 1] * term
                term = term * z * (s + i) / i
        return total

    if what == "lifetime" and not parts:
        return integrate_time(f, lambda v, _: (-D * v).exp() * by_events(v, weights), float(D), end)
    if what == "lifetime":
        # [1 - e^(-D V) A(V)]/D - E[e^(-D death)]/D by the rate of leaving, a/(a+b) (the rate with a+1)
        leaving, stays = [], f.a / (f.a + f.b)
        for n in range(blocks + 2):
            leaving.append(stays)
            stays = stays * (f.b + n) / (f.a + 1 + f.b + n)
        keep, weights[:] = list(weights), leaving
        gone = integrate_time(f, lambda v, _: (-D * v).exp() * rate(v), float(D), end)
        weights[:] = keep
        left = (-(D * end)).exp() * by_events(acb(end), weights).real if V is not None else arb(0)
        return (1 - left - gone) / D
    if not parts:
        return integrate_time(f, lambda v, _: (-D * v).exp() * rate(v), float(D), end)
    whole = integrate_time(f, lambda v, _: (-D * v).exp() * by_events(v, sums), float(D), end)
    return D * whole + ((-(D * end)).exp() * by_events(acb(end), sums).real if V is not None else 0)


# ---------------------------------------------------------------- tables


def condition(formula, w, names, value, logarithm):
    """sum |v df/dv| / |f|, by differences at high precision"""
    ctx.prec = 500
    total, step = arb(0), arb(2) ** -60
    for name in names:
        if name not in w.values or w.values[name] is None or w.values[name] == 0:
            continue
        up, down = formula(w.moved(name, step)), formula(w.moved(name, -step))
        total += abs((up - down) / (2 * step))
    size = abs(value)
    if logarithm and not size > 1:
        size = ONE
    return float((total / size).mid())


class Table:
    def __init__(self, path):
        self.out = open(path, "w")
        self.out.write(HEADER)
        self.rows = 0

    def add(self, w, quantity, value, cond, region, history=True, h=None, rate=None, n=None):
        v = w.values
        params = " ".join([str(w.k)] + [double_text(v[p]) for p in ("r", "alpha", "a", "b")])
        past = [double_text(v[c]) for c in ("x", "t_x", "T")] if history else ["", "", ""]
        self.out.write(",".join([w.model, params] + past + [double_text(h), double_text(rate), double_text(n), quantity,
                                 digits(value), "%.3g" % cond, region]) + "\n")
        self.out.flush()
        self.rows += 1


def cases(seed, count):
    """The hard ones by hand, then `count` random ones; an odd seed leaves the first out."""
    dice = points.Generator(seed)
    made = 0
    hard = [  # k, params, x, t_x, T, h
        (2, (0.525, 6.183, 0.891, 1.614), 2, 30.43, 38.86, 39.0), (3, (0.5, 6.0, 1.0, 2.0), 0, 0.0, 38.86, 52.0),
        (12, (0.5, 2.0, 1 + 1e-9, 2.0), 26, 30.857142857142857, 31.0, 39.0), (12, (0.5, 2.0, 1.0, 2.0), 5, 20.0, 20.0, 1e3),
        (12, (5.0, 2.0, 0.5, 0.5), 1000000, 999.0, 1000.0, 1.0), (4, (0.3, 4.0, 0.8, 2.5), 0, 0.0, 0.0, 52.0),
        (7, (1e3, 1e2, 1e3, 1e3), 40, 10.0, 11.0, 5.0), (12, (1e3, 1e3, 1e3, 1e-3), 10, 4.0, 5.0, 5.0),
        (2, (1e-3, 1e-3, 1e-3, 1e3), 3, 1.0, 1e6, 1e6), (5, (0.5, 1e-3, 0.7, 2.0), 20, 1.0, 100.0, 10.0),
        (12, (1e-3, 1e3, 1e3, 1e-3), 0, 0.0, 50.0, 1e5), (6, (2.0, 3.0, 1 - 1e-9, 4.0), 8, 39.0, 40.0, 4e5),
    ]
    for k, params, x, t_x, T, h in [] if seed % 2 else hard:
        for model in ("bg_cnbd", "mbg_cnbd"):
            yield Case(model, k, dict(zip(("r", "alpha", "a", "b"), params), x=x, t_x=t_x, T=T, h=h, rate=0.0027)), "structured"
    for p in dice.stream("beta"):
        k = dice.random.choice((1, 2, 2, 3, 4, 5, 7, 9, 12))
        values = dict(zip(("r", "alpha", "a", "b"), p.params), x=p.x, t_x=p.t_x, T=p.T, h=p.h, rate=p.rate)
        yield Case(dice.random.choice(("bg_cnbd", "mbg_cnbd")), k, values), p.region
        made += 1
        if made == count:
            return


def busy_cases(seed, count):
    """Customers who have bought hundreds of times, in whose horizon thousands of events fall."""
    worst = [  # once, of a common factor (1+v)^-s that was rounded: s is thousands
        ("bg_cnbd", 12, (.032080166766544876, 25.11965567096373, 1.5055458779488953, 2.4092813289335275),
         387, .0006986488839862336, .0006986488839862336, 64.42104874890931),
        ("mbg_cnbd", 12, (.05557018339639149, 5.110962167470163, 1.000000001, 4.29988407658493),
         810, 1.4530868780619422e-06, 1.4530868964709099e-06, 6.020478791059923),
        ("bg_cnbd", 12, (21.027874767183, .6986431769505306, .004562132318767645, .5062309079471847),
         174, 43.497182299748076, 43.497182299748076, 239.15229384724486),
    ]
    for model, k, params, x, t_x, T, h in worst:
        yield Case(model, k, dict(zip(("r", "alpha", "a", "b"), params), x=x, t_x=t_x, T=T, h=h)), "busy"
    dice = random.Random(seed)
    for _ in range(count):
        k, x = dice.choice((8, 10, 11, 12)), dice.randint(100, 900)
        r, alpha, b = 10 ** dice.uniform(-2, 1.5), 10 ** dice.uniform(-1, 2), 10 ** dice.uniform(-2, 1)
        a = dice.choice((1.0, 1 + 1e-9, 10 ** dice.uniform(-2, 0.5)))
        T = 10 ** dice.uniform(-3, 2)
        t_x = T * dice.choice((1.0, 1 - 1e-9, 1 - 0.1 / (k * x)))
        h = (alpha + T) * dice.uniform(2000, 13000) / (r + k * x)
        yield Case(dice.choice(("bg_cnbd", "mbg_cnbd")), k, dict(r=r, alpha=alpha, a=a, b=b, x=x, t_x=t_x, T=T, h=h)), "busy"


def agreed(first, second):
    if not close(first, second, 80):
        raise AssertionError("routes disagree: %s %s" % (first, second))
    return first


def write_likelihood(path, seed, count):
    table = Table(path)
    for w, region in cases(seed, count):
        try:
            gaps = 0.0
            if w.values["x"] > 0:
                x = w.values["x"]
                gaps = x * math.log(w.values["t_x"] / x) - 0.3 * x
            w.values["gaps"] = gaps
            names = ("r", "alpha", "a", "b", "t_x", "T", "gaps")
            for quantity, f in (("loglik", log_likelihood), ("log_p_alive", log_p_alive)):
                if w.values["T"] == 0 and quantity == "loglik" or not w.can_leave():
                    continue  # exactly 0, or without the silence's chance
                value = agreed(refine(lambda: f(w), 130, 160, 640), refine(lambda: f(w, quiet_by_rate), 90, 160, 640))
                cond = condition(f, w, names, value, True)
                table.add(w, quantity, value, cond, region, n=gaps)
            print(table.rows, flush=True)
        except (Unresolved, ZeroDivisionError, OverflowError) as why:
            print("left out", w.model, w.k, w.values, repr(why), flush=True)


def write_purchases(path, seed, count, cases=cases, second=None):
    table = Table(path)
    for w, region in cases(seed, count):
        new = region not in ("structured", "busy") and table.rows % 4 < 2
        for what in ("purchases", "survival"):
            def value_by(route, w=w, what=what):
                f = Future(w, new)
                out = f.alive * route(f, w.h / f.c, what)
                return out.log() if what == "survival" else out
            try:
                try:
                    fast, route = refine(lambda: value_by(by_counts), 110, 192, 800), by_counts
                except Unresolved:
                    fast, route = None, by_mixture
                f = Future(w, new)
                other = second or (by_tails if f.events_to(w.h / f.c) < SHORT else by_mixture)
                slow = refine(lambda: value_by(other), 90, 224, 900)
                if fast is None:  # one route alone: at another precision, and marked "far"
                    ctx.prec *= 2
                    fast = value_by(by_mixture)
                value = agreed(fast, slow)
                names = ("r", "alpha", "a", "b", "h") if new else ("r", "alpha", "a", "b", "t_x", "T", "h")
                logarithm = what == "survival"
                if route is by_counts:
                    cond = condition(lambda m: value_by(by_counts, m), w, names, value, logarithm)
                else:
                    cond = 0.0
                quantity = (("new_" if new else "cond_") + "expected_purchases" if what == "purchases" else
                            "new_log_alive" if new else "log_p_alive_later")
                table.add(w, quantity, value, cond, region if route is by_counts else "far", not new, w.values["h"])
                print(table.rows, flush=True)
            except (Unresolved, ZeroDivisionError, OverflowError, ValueError) as why:
                print("left out", w.model, w.k, w.values, repr(why), flush=True)


def write_discounted(path, seed, count):
    table = Table(path)
    dice = random.Random(seed)
    for w, region in cases(seed + 1, count):
        new = dice.random() < 0.3
        f = Future(w, new)
        V = float(w.h / f.c)
        w.values["rate"] = float("%.4g" % (dice.choice((0.05, 1.0, 10.0, 60.0)) / w.values["h"])) if w.values["h"] else 0.01
        for what in ("purchases", "lifetime"):
            for forever in (False, True):
                def value_by(parts, w=w, what=what, forever=forever):
                    f = Future(w, new)
                    D, V = w.rate * f.c, None if forever else w.h / f.c
                    return f.alive * discounted_by_time(f, D, V, what, parts) * (f.c if what == "lifetime" else 1)
                try:
                    ctx.prec = 320
                    value = agreed(value_by(False), value_by(True))
                    quantity = ("new_" if new else "cond_") + "discounted_" + what
                    table.add(w, quantity, value, 0.0, region, not new, float("inf") if forever else w.values["h"],
                              w.values["rate"])
                    print(table.rows, flush=True)
                except (Unresolved, ZeroDivisionError, OverflowError, ValueError, AssertionError) as why:
                    print("left out", what, forever, w.model, w.k, w.values, repr(why)[:200], flush=True)


if __name__ == "__main__":
    kind, path, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    {"likelihood": write_likelihood, "purchases": write_purchases, "discounted": write_discounted,
     "busy": lambda *to: write_purchases(*to, busy_cases, by_blocks)}[kind](path, seed, count)

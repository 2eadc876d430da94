"""Writes the reference tables. Usage: make_tables.py [--blocks N] [--models a,b] [--out DIR] [group ...]; see README.md."""

import argparse
import math
import os
import sys
import tempfile
import time

from flint import arb, ctx

import discount
import gamma_gamma
import ggompertz
import kernels
import models
import pareto
import pmf
import points
from balls import Unresolved, close, digits, double_text, refine, twice

HEADER = "model,params,x,t_x,T,h,rate,n,quantity,value,cond,region\n"
NAMES = {"nbd": ("r", "alpha"), "bg_nbd": ("r", "alpha", "a", "b"), "mbg_nbd": ("r", "alpha", "a", "b"),
         "pareto_nbd": ("r", "alpha", "s", "beta"), "ggompertz_nbd": ("r", "alpha", "b", "s", "beta")}
BLOCK = 50
SEED = 20240601


def inputs(model, point):
    """Exact intervals by name; x stays an integer."""
    v = {name: arb(value) for name, value in zip(NAMES[model], point.params)}
    v["x"] = point.x
    for name in ("t_x", "T", "h", "rate"):
        v[name] = arb(getattr(point, name))
    return v


THOROUGH = (140, 320, 60)  # bits of the value, of the arithmetic, of the step
QUICK = (75, 160, 50)  # where a route is dear: a condition of 1e9 still shows six digits


def condition(formula, v, names, value, logarithmic, least_size=None, effort=THOROUGH):
    """Sum over inputs of |v df/dv| / |f| by differences of one route at high precision."""
    if value.is_zero():
        return 0.0
    bits, precision, step_bits = effort
    ctx.prec = 320
    total = arb(0)
    step = arb(2) ** -step_bits

    def at(w):
        f = refine(lambda: formula(w, 150), bits, precision)
        ctx.prec = 320
        return f.log() if logarithmic else f

    centre = at(v) if effort is QUICK else None
    for name in names:
        if v[name].is_zero():
            continue
        up, down = dict(v), dict(v)
        up[name] = v[name] * (1 + step)
        if centre is not None:  # on one side
            total += abs(at(up) - centre) / step
            continue
        down[name] = v[name] * (1 - step)
        total += abs(at(up) - at(down)) / (2 * step)
    if not logarithmic:
        size = abs(value)
        if least_size is not None and size < least_size:
            size = arb(least_size)
        total = total / size
    return float(total.mid())


class Table:
    """The rows of one block, and the points on which no two routes came to an answer."""

    def __init__(self):
        self.lines = []
        self.dropped = []

    def add(self, model, point, quantity, value, cond, uses=(), n=None):
        t = double_text
        p = point
        self.lines.append(",".join((
            model, " ".join(t(q) for q in p.params), t(p.x) if "x" in uses else "", t(p.t_x) if "x" in uses else "",
            t(p.T) if "x" in uses and p.T is not None else "", t(p.h) if "h" in uses else "", t(p.rate) if "rate" in uses else "",
            "" if n is None else str(n), quantity, digits(value), "%.3g" % cond, p.region)) + "\n")

    def drop(self, model, point, quantity, why):
        self.dropped.append((model, quantity, point.region, point.params, point.x, point.t_x, point.T, point.h, point.rate, why))


def agreed(routes):
    """The value on which two routes, each at two precisions, agree; None with the reason otherwise."""
    values, reasons, seconds = [], [], []
    for name, route in routes:
        started = time.time()
        try:
            value = twice(route)
        except Unresolved as trouble:
            reasons.append("%s: %s" % (name, trouble))
            continue
        for other, known in values:
            if not close(value, known):
                raise AssertionError("routes %s and %s disagree: %s %s" % (name, other, value, known))
        values.append((name, value))
        seconds.append((time.time() - started, name))
        if len(values) == 2:
            fastest = min(seconds)[1]
            return values[0][1], "", fastest
    return None, "; ".join(reasons), None


def record_future(table, model, point, v, quantity, function, who, names, uses):
    """A quantity of the form chance x kernel."""
    kernel = {route: getattr(kernels, function + "_" + route) for route in ROUTES}
    value, why, used = agreed([(route, lambda k=k: models.future(model, v, who, k, 104)) for route, k in kernel.items()])
    if value is None:
        table.drop(model, point, quantity, why)
        return None, None
    cond = models.future_condition(model, v, who, [kernel[used]] + [k for route, k in kernel.items() if route != used], names)
    table.add(model, point, quantity, value, cond, uses)
    return value, cond


ROUTES = ("hypergeometric", "mixture", "connection")


def record(table, model, point, v, quantity, routes, names, uses, logarithmic=True, least_size=None, n=None, effort=THOROUGH):
    value, why, _ = agreed([(name, lambda f=f: f(v, 104)) for name, f in routes])
    if value is None:
        table.drop(model, point, quantity, why)
        return False
    cond = None
    for _, f in routes:
        try:
            cond = condition(f, v, names, value, logarithmic, least_size, effort)
            break
        except Unresolved:
            continue
    table.add(model, point, quantity, value, cond, uses, n)
    return True


def stream(model, seed, block):
    """Block 0: the structured points. Any other: BLOCK random ones from a seed of its own."""
    if model == "ggompertz_nbd":
        g = points.Generator("%s %d %d" % (model, seed, block))
        return ggompertz.structured() if block == 0 else [ggompertz.draw(g) for _ in range(BLOCK)]
    dropout = {"nbd": False, "pareto_nbd": "pareto"}.get(model, True)
    if block == 0:
        return points.structured_pareto() if model == "pareto_nbd" else points.structured(dropout)
    random = points.Generator("%s %d %d" % (model, seed, block)).stream(dropout)
    return [next(random) for _ in range(BLOCK)]


def tiny(value):
    return not value.is_zero() and abs(value) < arb(2) ** -1022


def likelihood(table, model, block):
    params = list(NAMES[model])
    history = params + ["t_x", "T"]
    seen = set()
    for p in stream(model, SEED, block):
        key = (p.params, p.x, p.t_x, p.T)
        v = inputs(model, p)
        first = key not in seen
        seen.add(key)
        if first:
            record(table, model, p, v, "loglik",
                   [("logs", lambda w, bits: models.log_likelihood_by_logs(model, w)),
                    ("products", lambda w, bits: models.log_likelihood_by_products(model, w))],
                   history, ("x",), logarithmic=False, least_size=1)
        if model == "nbd":
            continue
        if first:
            ctx.prec = 200
            slope = ("slope", lambda w, bits: models.log_p_alive_by_slope(model, w))
            products = ("products", lambda w, bits: models.log_p_alive_by_products(model, w))
            far = models.log_p_alive_by_odds(model, v) < -600 or p.x > 20000
            routes = [("odds", lambda w, bits: models.log_p_alive_by_odds(model, w))]
            routes += [products] if far else [slope, products]
            record(table, model, p, v, "log_p_alive", routes, history, ("x",), logarithmic=False)
            record(table, model, p, v, "p_alive", [(k, lambda w, bits, f=f: f(w, bits).exp()) for k, f in routes], history, ("x",))
        value, cond = record_future(table, model, p, v, "p_alive_later", "survival", models.given_customer, history + ["h"],
                                    ("x", "h"))
        if value is not None and value < 0.25:  # the logarithm is then as sure as the value
            ctx.prec = 400
            log = value.log()
            table.add(model, p, "log_p_alive_later", log, cond / abs(float(log)), ("x", "h"))


def purchases(table, model, block):
    params = list(NAMES[model])
    seen = set()
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        for who, side, names, uses in SIDES:
            name, names = side + "_expected_purchases", params + names
            key = (name, p.params, p.h) + ((p.x, p.t_x, p.T) if "x" in uses else ())
            if key in seen:
                continue
            seen.add(key)
            if model == "nbd":
                record(table, model, p, v, name,
                       [(route, lambda w, bits, route=route: models.expected_purchases_nbd(w, who, route))
                        for route in ("ratio", "moment")], names, uses)
            else:
                record_future(table, model, p, v, name, "purchases", who, names, uses)


def customer(model, v, who):
    if model != "nbd":
        return who(model, v)
    if who is models.new_customer:
        return arb(1), v["r"], v["alpha"], None, None
    return arb(1), v["r"] + v["x"], v["alpha"] + v["T"], None, None


def counts(random, model, v, who):
    """0 or 1, and one count near the mean."""
    ctx.prec = 64
    chance, s, c, a, b = customer(model, v, who)
    rate, size = float(v["h"] / c), float(s)
    mean = size * rate
    if a is not None:  # as if everybody had the mean chance of leaving: near enough to choose a count
        p = float(a / (a + b))
        mean = -math.expm1(-size * math.log1p(p * rate)) / p
    near = int(min(1e4, max(0.0, mean * random.choice((0.3, 1.0, 1.0, 2.5)) + random.choice((0, 0, 1, 2)))))
    return sorted({random.choice((0, 0, 1, 2)), near})


def chances(table, model, block):
    params = list(NAMES[model])
    dice = points.Generator("%s %d %d dice" % (model, SEED, block)).random
    seen = set()
    tiny_rows = 0
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        for who, name, names, uses in SIDES:
            for n in counts(dice, model, v, who):
                key = (name, n, p.params, p.h) + ((p.x, p.t_x, p.T) if "x" in uses else ())
                if key in seen:
                    continue
                seen.add(key)
                routes = [(route, lambda w, bits, route=route: pmf.pmf(n, customer(model, w, who), w["h"], route))
                          for route in pmf.ROUTES]
                if model == "nbd":
                    routes = routes[:2]
                ctx.prec = 256
                rough = routes[1][1](v, 100) if n < 200 else routes[0][1](v, 100)
                if tiny(rough):
                    tiny_rows += 1
                    if tiny_rows > 2:  # enough of these: they only show that nothing breaks
                        continue
                record(table, model, p, v, name + "_pmf", routes, params + names, uses, n=n)


SIDES = ((models.new_customer, "new", ["h"], ("h",)), (models.given_customer, "cond", ["t_x", "T", "h"], ("x", "h")))


def discounted_value(model, v, who, lifetime, route, forever):
    """(value, sigma, a, b, w, z): chance x s x L(s + 1), or chance x scale x L(s)."""
    ctx.prec = 400
    chance, s, c, a, b = customer(model, v, who)
    w = None if forever else v["h"] / c
    z = v["rate"] * c
    if model == "nbd":
        d = v["rate"]
        if route == "clock":  # a plain integral
            value = discount.plain(d, None if forever else v["h"])
        else:
            value = 1 / d if forever else (v["h"] if d.is_zero() else -(-(d * v["h"])).expm1() / d)
        return value if lifetime else value * s / c
    kernel = discount.ROUTES[route](s if lifetime else s + 1, a, b, w, z)
    ctx.prec = 400
    return chance * (c if lifetime else s) * kernel


def discounted_condition(model, v, who, lifetime, names, forever):
    def pieces(u):
        chance, s, c, a, b = customer(model, u, who)
        front = (chance * (c if lifetime else s)).log()
        if a is None:
            a = b = arb(1)
        return [front, s if lifetime else s + 1, a, b, arb(1) if forever else u["h"] / c, u["rate"] * c]

    ctx.prec = 400
    base = pieces(v)
    if model == "nbd":
        d, h = v["rate"], v["h"]
        if forever:
            parts = {"rate": arb(-1)}
        else:
            y = d * h
            share = arb(1) if d.is_zero() else y * (-y).exp() / -(-y).expm1()
            parts = {"h": share, "rate": share - 1}
        total = sum(abs(q) for q in parts.values())
        if not lifetime:
            for name in names:
                if name in ("r", "alpha", "T") and not v[name].is_zero():
                    size = v["r"] + v["x"] if who is models.given_customer and name == "r" else None
                    if name == "r":
                        total += v["r"] / size if size is not None else 1
                    else:
                        total += v[name] / (v["alpha"] + (v["T"] if who is models.given_customer else 0))
        return float(total)
    slopes = discount.slopes(base[1], base[2], base[3], None if forever else base[4], base[5])
    ctx.prec = 400
    step = arb(2) ** -60
    total = arb(0)
    for name in names:
        if v[name].is_zero() or (forever and name == "h"):
            continue
        ends = []
        for sign in (1, -1):
            u = dict(v)
            u[name] = v[name] * (1 + sign * step)
            ends.append(pieces(u))
        slope = (ends[0][0] - ends[1][0]) / (2 * step)
        for i in range(5):
            if not base[i + 1].is_zero():
                slope += slopes[i] * (ends[0][i + 1] - ends[1][i + 1]) / (2 * step * base[i + 1])
        total += abs(slope)
    return float(total.mid())


def discounted(table, model, block):
    params = list(NAMES[model])
    dice = points.Generator("%s %d %d dice" % (model, SEED, block)).random
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        if p.h == 0 and dice.random() < 0.8:
            continue
        who, name, names, uses = dice.choice(SIDES)
        lifetime = dice.random() < 0.5
        forever = p.rate > 0 and dice.random() < 0.4
        q = points.Point(p.params, p.x, p.t_x, p.T, float("inf") if forever else p.h, p.rate, p.region)
        quantity = name + ("_discounted_lifetime" if lifetime else "_discounted_purchases")
        if p.h == 0 and not forever:
            table.add(model, q, quantity, arb(0), 0.0, uses + ("rate",))
            continue
        values, reasons = [], []
        for route in ("clock", "mixture") if model == "nbd" else ("clock", "mixture", "grid"):
            try:
                values.append(discounted_value(model, v, who, lifetime, route, forever))
            except Unresolved as trouble:
                reasons.append(str(trouble))
            if len(values) == 2:
                break
        if len(values) < 2:
            table.drop(model, q, quantity, "; ".join(reasons))
            continue
        if not close(values[0], values[1]):
            raise AssertionError("routes disagree: %s %s %s" % (values, quantity, p.params))
        if tiny(values[0]) and dice.random() < 0.9:
            continue
        cond = discounted_condition(model, v, who, lifetime, params + names + ["rate"], forever)
        table.add(model, q, quantity, values[0], cond, uses + ("rate",))


def spend(table, model, block):
    g = points.Generator("spend %d %d" % (SEED, block))

    def one(params, x, mean, region):
        w = {"p": arb(params[0]), "q": arb(params[1]), "gamma": arb(params[2]), "x": x, "mean": arb(mean)}
        point = points.Point(params, x, mean, None, None, None, region)
        names = ["p", "q", "gamma", "mean"]
        k = gamma_gamma.shape(w)
        record(table, model, point, w, "loglik",
               [("formula", lambda u, bits: gamma_gamma.log_likelihood_formula(u)),
                ("integral", lambda u, bits: gamma_gamma.log_likelihood_integral(u))], names, ("x",), False, 1)
        for quantity, above, formula, integral in (
                ("expected_spend", 1, gamma_gamma.expected_formula, gamma_gamma.expected_integral),
                ("spend_variance", 2, gamma_gamma.variance_formula, gamma_gamma.variance_integral)):
            if k > above:
                record(table, model, point, w, quantity, [("formula", lambda u, bits, f=formula: f(u)),
                                                          ("integral", lambda u, bits, f=integral: f(u))], names, ("x",))
            else:
                table.add(model, point, quantity, arb.nan(), 0.0, ("x",))

    if block == 0:
        for x, mean in ((0, 0.0), (1, 11.77), (2, 22.35), (7, 73.74), (2, 35.71), (2, 40.0), (29, 35.0), (100000, 35.0)):
            for params in ((6.25, 3.74, 15.44), (6.25, 1.0, 15.44), (6.25, 0.5, 15.44), (6.25, 1 + 1e-9, 15.44), (6.25, 2.0, 15.44),
                           (1e5, 3.74, 1e-3), (1e-3, 1e5, 1e5), (1e-3, 1e-3, 1e3), (6.25, 2 + 1e-6, 15.44)):
                one(params, x, mean, "structured")
        return
    for _ in range(BLOCK):
        usual = g.random.random() < 0.25
        if usual:
            params = tuple(points.short(g.random.uniform(*q)) for q in ((1, 10), (1.5, 6), (2, 40)))
            x, mean = g.count(60, 0.2), round(g.log_uniform(3, 300), 2)
        else:
            params = tuple(points.short(g.log_uniform(1e-3, 1e3)) for _ in range(3))
            x, mean = g.count(1e5, 0.15), points.short(g.log_uniform(1e-3, 1e6))
        one(params, x, mean if x else 0.0, "usual" if usual else "wide")


# ---------------------------------------------------------------- Pareto/NBD


def pareto_history(p, v, table, seen):
    key = (p.params, p.x, p.t_x, p.T)
    if key in seen:
        return
    seen.add(key)
    names = ["r", "alpha", "s", "beta", "t_x", "T"]
    for quantity, f, logarithmic, least in (("loglik", pareto.log_likelihood, False, 1),
                                            ("log_p_alive", pareto.log_p_alive, False, None),
                                            ("p_alive", lambda w, ratio: pareto.log_p_alive(w, ratio).exp(), True, None)):
        record(table, "pareto_nbd", p, v, quantity,
               [(k, lambda w, bits, f=f, ratio=ratio: f(w, ratio)) for k, ratio in pareto.RATIOS.items()], names, ("x",),
               logarithmic, least)


def pareto_likelihood(table, model, block):
    seen = set()
    names = ["r", "alpha", "s", "beta", "t_x", "T", "h"]
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        pareto_history(p, v, table, seen)
        record(table, model, p, v, "p_alive_later",
               [(k, lambda w, bits, ratio=ratio: pareto.log_p_alive(w, ratio).exp() * pareto.survival(pareto.given_customer(w), w["h"]))
                for k, ratio in pareto.RATIOS.items()], names, ("x", "h"))


def pareto_future(table, model, p, v, side, quantity, futures, names, n=None, rate=False, forever=False):
    """futures: two routes to the future of a customer; P(alive) by two routes of its own."""
    uses = ("h",) if side == "new" else ("x", "h")
    uses += ("rate",) if rate else ()
    ratios = list(pareto.RATIOS.items())
    routes = []
    for i, (k, f) in enumerate(futures):
        if side == "new":
            routes.append((k, lambda w, bits, f=f: f(pareto.new_customer(w), w)))
            continue
        for name, ratio in (ratios[i], ratios[2]):
            def route(w, bits, f=f, ratio=ratio):
                alive = pareto.log_p_alive(w, ratio).exp()
                return alive * f(pareto.given_customer(w), w) + (1 - alive if n == 0 else 0)

            routes.append((k + " " + name, route))
    if side != "new":
        routes = [routes[0], routes[2], routes[3], routes[1]]
    names = ["r", "alpha", "s", "beta"] + ([] if side == "new" else ["t_x", "T"]) + names
    q = points.Point(p.params, p.x, p.t_x, p.T, float("inf") if forever else p.h, p.rate, p.region)
    record(table, model, q, v, side + "_" + quantity, routes, names, uses, n=n)


def pareto_purchases(table, model, block):
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        for side in ("new", "cond"):
            pareto_future(table, model, p, v, side, "expected_purchases",
                          (("formula", lambda c, w: pareto.purchases_formula(c, w["h"])),
                           ("clock", lambda c, w: pareto.discounted_integral(c, arb(0), w["h"]) if not w["h"].is_zero() else arb(0))),
                          ["h"])


def pareto_pmf(table, model, block):
    dice = points.Generator("%s %d %d dice" % (model, SEED, block)).random
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        for side in ("new", "cond"):
            for n in sorted({dice.choice((0, 0, 1, 2)), dice.choice((1, 3, 5, 10, 20, 40))}):
                c = pareto.new_customer(v) if side == "new" else pareto.given_customer(v)
                ctx.prec = 300
                if p.h == 0 or not tiny(pareto.pmf_integral(c, n, v["h"])):
                    pareto_future(table, model, p, v, side, "pmf",
                                  (("integral", lambda c, w: pareto.pmf_integral(c, n, w["h"])),
                                   ("parts", lambda c, w: pareto.pmf_parts(c, n, w["h"]))), ["h"], n)


def pareto_discounted(table, model, block):
    dice = points.Generator("%s %d %d dice" % (model, SEED, block)).random
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        side = dice.choice(("new", "cond"))
        lifetime = dice.random() < 0.5
        forever = p.rate > 0 and dice.random() < 0.4
        if p.rate == 0 or (p.h == 0 and not forever):
            continue
        h = (lambda w: None) if forever else (lambda w: w["h"])
        pareto_future(table, model, p, v, side, "discounted_lifetime" if lifetime else "discounted_purchases",
                      (("formula", lambda c, w: pareto.discounted_formula(c, w["rate"], h(w), lifetime)),
                       ("clock", lambda c, w: pareto.discounted_integral(c, w["rate"], h(w), lifetime))),
                      ["rate"] if forever else ["h", "rate"], rate=True, forever=forever)


# ---------------------------------------------------------------- GGompertz/NBD


def ggompertz_likelihood(table, model, block):
    names = ["r", "alpha", "b", "s", "beta", "t_x", "T"]
    seen = set()
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        key = (p.params, p.x, p.t_x, p.T)
        first = key not in seen
        seen.add(key)
        routes = ("leaving", "parts")
        for quantity, f, wanted, least, uses in (
                ("loglik", ggompertz.log_likelihood, first, 1, ("x",)), ("log_p_alive", ggompertz.log_p_alive, first, None, ("x",)),
                ("log_p_alive_later", lambda w, k: ggompertz.log_p_alive(w, k) + ggompertz.survival(ggompertz.given_customer(w), w["h"]).log(),
                 True, None, ("x", "h"))):
            if wanted and record(table, model, p, v, quantity, [(k, lambda w, bits, f=f, k=k: f(w, k)) for k in routes],
                                 names + (["h"] if "h" in uses else []), uses, False, least, effort=QUICK) and least is None:
                # The chance itself: its condition is that of its logarithm times the logarithm.
                ctx.prec = 400
                log = refine(lambda: f(v, "leaving"), 90, 400)
                cond = float(table.lines[-1].split(",")[10]) * abs(float(log))
                table.add(model, p, quantity.removeprefix("log_"), log.exp(), cond, uses)


def ggompertz_future(table, model, p, v, side, quantity, futures, names, n=None, rate=False, forever=False):
    """futures: routes to the future of a customer, each beside one to P(alive)."""
    uses = (("h",) if side == "new" else ("x", "h")) + (("rate",) if rate else ())

    def route(f, k):
        if side == "new":
            return lambda w, bits: f(ggompertz.new_customer(w), w)

        def value(w, bits):
            alive = ggompertz.log_p_alive(w, k).exp()
            return alive * f(ggompertz.given_customer(w), w) + (1 - alive if n == 0 and quantity == "pmf" else 0)

        return value

    routes = [(name, route(f, k)) for (name, f), k in zip(futures, ("leaving", "parts", "leaving"))]
    names = ["r", "alpha", "b", "s", "beta"] + ([] if side == "new" else ["t_x", "T"]) + names
    q = points.Point(p.params, p.x, p.t_x, p.T, float("inf") if forever else p.h, p.rate, p.region)
    record(table, model, q, v, side + "_" + quantity, routes, names, uses, n=n, effort=QUICK)


def ggompertz_purchases(table, model, block):
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        for side in ("new", "cond"):
            ggompertz_future(table, model, p, v, side, "expected_purchases",
                             [(k, lambda c, w, k=k: c[0] / c[1] * ggompertz.lifetime(c, arb(0), w["h"], k))
                              for k in ("clock", "hypergeometric", "parts")], ["h"])


def ggompertz_chances(table, model, block):
    dice = points.Generator("%s %d %d dice" % (model, SEED, block)).random
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        side = dice.choice(("new", "cond"))
        ctx.prec = 200
        c = ggompertz.new_customer(v) if side == "new" else ggompertz.given_customer(v)
        mean = float(c[0] / c[1]) * float(ggompertz.lifetime(c, arb(0), v["h"], "clock"))
        near = int(min(1e4, mean * dice.choice((0.3, 1.0, 2.5))))
        quantity = dice.choice(("pmf", "pmf", "pmf", "at_least"))
        if quantity == "pmf":
            f, n = ggompertz.pmf, dice.choice((0, 1, 2, 3, 10, 40, near, near))
        else:
            f, n = ggompertz.at_least, dice.choice((1, 1, 2, 3))
        if p.h == 0 or not tiny(f(c, n, v["h"], "leaving")):
            ggompertz_future(table, model, p, v, side, quantity,
                             [(k, lambda c, w, k=k: f(c, n, w["h"], k)) for k in ("leaving", "arrivals")], ["h"], n)


def ggompertz_discounted(table, model, block):
    dice = points.Generator("%s %d %d dice" % (model, SEED, block)).random
    for p in stream(model, SEED, block):
        v = inputs(model, p)
        lifetime = dice.random() < 0.5
        forever = dice.random() < 0.4
        if dice.random() < 0.15:  # no discount: finite for ever all the same
            p.rate = 0.0
            v["rate"] = arb(0)
        h = (lambda w: None) if forever else (lambda w: w["h"])
        ggompertz_future(table, model, p, v, dice.choice(("new", "cond")), "discounted_" + ("lifetime" if lifetime else "purchases"),
                         [(k, lambda c, w, k=k: (1 if lifetime else c[0] / c[1]) * ggompertz.lifetime(c, w["rate"], h(w), k))
                          for k in ("clock", "hypergeometric", "parts")],
                         ["rate"] if forever else ["h", "rate"], rate=True, forever=forever)


GGOMPERTZ = {"likelihood": ggompertz_likelihood, "purchases": ggompertz_purchases, "pmf": ggompertz_chances,
             "discounted": ggompertz_discounted}
PARETO = {"likelihood": pareto_likelihood, "purchases": pareto_purchases, "pmf": pareto_pmf, "discounted": pareto_discounted}
GROUPS = {"likelihood": likelihood, "purchases": purchases, "pmf": chances, "discounted": discounted, "spend": spend}
MODELS = ("nbd", "bg_nbd", "mbg_nbd", "gamma_gamma", "pareto_nbd", "ggompertz_nbd")
BLOCKS = {"likelihood": 6, "purchases": 2, "pmf": 2, "discounted": 2, "spend": 9}


def block_rows(cache, group, model, block):
    """The rows of one block, computed once and kept in the cache."""
    path = os.path.join(cache, "%s_%s_%d" % (model, group, block))
    if not os.path.exists(path):
        started = time.time()
        table = Table()
        {"pareto_nbd": PARETO, "ggompertz_nbd": GGOMPERTZ}.get(model, GROUPS)[group](table, model, block)
        with open(path + ".part", "w") as out:
            out.writelines(table.lines)
        os.rename(path + ".part", path)
        print("%s: %d rows, %d dropped, %.0f s" % (path, len(table.lines), len(table.dropped), time.time() - started), flush=True)
        for row in table.dropped:
            print("  dropped", row, flush=True)
    with open(path) as known:
        return known.read()


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--blocks", type=int, default=0, help="random blocks of %d points; 0: those of BLOCKS" % BLOCK)
    parser.add_argument("--out", default=here)
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "valorem-reference"))
    parser.add_argument("--models", default=list(MODELS), type=lambda text: text.split(","))
    parser.add_argument("groups", nargs="*", default=list(GROUPS))
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True)
    for group in options.groups:
        for model in MODELS:
            if model not in options.models or (group == "spend") != (model == "gamma_gamma"):
                continue
            blocks = options.blocks or BLOCKS[group]
            text = "".join(block_rows(options.cache, group, model, k) for k in range(blocks + 1))
            name = model if group == "spend" else "%s_%s" % (model, group)
            with open(os.path.join(options.out, name + ".csv"), "w") as out:
                out.write(HEADER + text)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main()

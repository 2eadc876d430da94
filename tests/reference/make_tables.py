"""Writes the reference tables. Usage: make_tables.py [--rows N] [--out DIR] [group ...]; see README.md."""

import argparse
import os
import sys
import time

from flint import arb, ctx

import kernels
import models
import points
from balls import Unresolved, accurate_bits, close, digits, double_text, exactly, refine, twice

HEADER = "model,params,x,t_x,T,h,rate,n,quantity,value,cond,region\n"
NAMES = {"nbd": ("r", "alpha"), "bg_nbd": ("r", "alpha", "a", "b"), "mbg_nbd": ("r", "alpha", "a", "b")}
STEP = 2.0**-50


def inputs(model, point):
    """Exact intervals by name; x stays an integer."""
    v = {name: arb(value) for name, value in zip(NAMES[model], point.params)}
    v["x"] = point.x
    for name in ("t_x", "T", "h", "rate"):
        v[name] = arb(getattr(point, name))
    return v


def condition(formula, v, names, value, logarithmic, least_size=None):
    """Sum over inputs of |v df/dv| / |f| by central differences of one route at high precision."""
    if value.is_zero():
        return 0.0
    ctx.prec = 320
    total = arb(0)
    step = arb(2) ** -60
    for name in names:
        if v[name].is_zero():
            continue
        ends = []
        for sign in (1, -1):
            w = dict(v)
            w[name] = v[name] * (1 + sign * step)
            f = refine(lambda: formula(w, 150), 140, 320)
            ctx.prec = 320
            ends.append(f.log() if logarithmic else f)
        total += abs(ends[0] - ends[1]) / (2 * step)
    if not logarithmic:
        size = abs(value)
        if least_size is not None and size < least_size:
            size = arb(least_size)
        total = total / size
    return float(total.mid())


class Table:
    def __init__(self, path):
        self.path = path
        self.lines = []
        self.dropped = []
        self.exact = 0

    def add(self, model, point, quantity, value, cond, uses=(), n=None):
        t = double_text
        p = point
        self.lines.append(",".join((
            model, " ".join(t(q) for q in p.params), t(p.x) if "x" in uses else "", t(p.t_x) if "x" in uses else "",
            t(p.T) if "x" in uses else "", t(p.h) if "h" in uses else "", t(p.rate) if "rate" in uses else "",
            "" if n is None else str(n), quantity, digits(value), "%.3g" % cond, p.region)) + "\n")

    def drop(self, model, point, quantity, why):
        self.dropped.append((model, quantity, point.region, point.params, point.x, point.t_x, point.T, point.h, point.rate, why))

    def write(self):
        with open(self.path, "w") as out:
            out.write(HEADER)
            out.writelines(self.lines)
        print("%s: %d rows, %d dropped" % (self.path, len(self.lines), len(self.dropped)), flush=True)
        for row in self.dropped:
            print("  dropped", row, flush=True)


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
        return
    cond = models.future_condition(model, v, who, kernel[used], names)
    table.add(model, point, quantity, value, cond, uses)


ROUTES = ("hypergeometric", "mixture", "connection")


def record(table, model, point, v, quantity, routes, names, uses, logarithmic=True, least_size=None, n=None):
    value, why, _ = agreed([(name, lambda f=f: f(v, 104)) for name, f in routes])
    if value is None:
        table.drop(model, point, quantity, why)
        return False
    cond = None
    for _, f in routes:
        try:
            cond = condition(f, v, names, value, logarithmic, least_size)
            break
        except Unresolved:
            continue
    table.add(model, point, quantity, value, cond, uses, n)
    return True


def stream(model, seed, count):
    """The structured points, then random ones up to `count`."""
    dropout = model != "nbd"
    rows = points.structured(dropout)
    for p in rows:
        yield p
    random = points.Generator(seed).stream(dropout)
    for _ in range(max(0, count - len(rows))):
        yield next(random)


def tiny(value):
    return not value.is_zero() and abs(value) < arb(2) ** -1022


def likelihood(table, model, count, seed):
    params = list(NAMES[model])
    history = params + ["t_x", "T"]
    seen = set()
    for p in stream(model, seed, count):
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
        record_future(table, model, p, v, "p_alive_later", "survival", models.given_customer, history + ["h"], ("x", "h"))


def purchases(table, model, count, seed):
    params = list(NAMES[model])
    seen = set()
    for p in stream(model, seed, count):
        v = inputs(model, p)
        for who, name, names, uses in ((models.new_customer, "new_expected_purchases", params + ["h"], ("h",)),
                                       (models.given_customer, "cond_expected_purchases", params + ["t_x", "T", "h"], ("x", "h"))):
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


GROUPS = {"likelihood": likelihood, "purchases": purchases}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--models", default="nbd,bg_nbd,mbg_nbd")
    parser.add_argument("groups", nargs="*", default=list(GROUPS))
    options = parser.parse_args()
    for group in options.groups or GROUPS:
        for index, model in enumerate(options.models.split(",")):
            table = Table(os.path.join(options.out, "%s_%s.csv" % (model, group)))
            started = time.time()
            GROUPS[group](table, model, options.rows, 20240601 + index + 100 * list(GROUPS).index(group))
            table.write()
            print("  %.0f s" % (time.time() - started), flush=True)


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main()

"""Deterministic points of the legal domain: parameters, one customer's history, a horizon and a discount rate.

Every input is a double, produced first (rounded to a few decimal digits where that does no harm) and then used
exactly. Regions:
  wide         parameters log-uniform in 1e-3..1e3, x log-uniform to 1e5, t_x uniform
  recent       as wide, but T - t_x of the order of one gap, so that P(alive) is neither 0 nor 1
  edge         t_x = T, T - t_x tiny, x = 0, T = 0, x = 1
  homogeneous  r, alpha and/or a, b in 1e2..1e5: nearly one customer, repeated
  a_one        a at 1, 1 +- 1e-9, 1 +- 1e-6, 1 +- 1e-3
  usual        the neighbourhood of published fits (weeks)
  long         horizons of 1e2..1e4 ages
"""

import math
import random

REGIONS = ("wide", "recent", "edge", "homogeneous", "a_one", "usual", "long")
WEIGHTS = (22, 22, 11, 15, 10, 12, 8)
A_NEAR_ONE = (1.0, 1 + 1e-9, 1 - 1e-9, 1 + 1e-6, 1 - 1e-6, 1 + 1e-3, 1 - 1e-3)


def short(value, figures=5):
    return float("%.*g" % (figures, value))


class Point:
    __slots__ = ("params", "x", "t_x", "T", "h", "rate", "region")

    def __init__(self, params, x, t_x, T, h, rate, region):
        self.params, self.x, self.t_x, self.T, self.h, self.rate, self.region = params, x, t_x, T, h, rate, region


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def log_uniform(self, low, high):
        return math.exp(self.random.uniform(math.log(low), math.log(high)))

    def count(self, high, zero=0.1):
        if self.random.random() < zero:
            return 0
        return min(int(high), int(self.log_uniform(1, high + 1)))

    def purchase_pair(self, region):
        """r, alpha"""
        if region == "usual":
            return short(self.random.uniform(0.1, 1.5)), short(self.random.uniform(2, 20))
        if region == "homogeneous" and self.random.random() < 0.7:
            return short(self.log_uniform(1e2, 1e5)), short(self.log_uniform(1e2, 1e5))
        return short(self.log_uniform(1e-3, 1e3)), short(self.log_uniform(1e-3, 1e3))

    def dropout_pair(self, region):
        """a, b"""
        if region == "usual":
            return short(self.random.uniform(0.3, 2)), short(self.random.uniform(0.8, 5))
        if region == "homogeneous" and self.random.random() < 0.7:
            return short(self.log_uniform(1e2, 1e5)), short(self.log_uniform(1e2, 1e5))
        if region == "a_one":
            return self.random.choice(A_NEAR_ONE), short(self.log_uniform(1e-2, 1e3))
        return short(self.log_uniform(1e-3, 1e3)), short(self.log_uniform(1e-3, 1e3))

    def history(self, region, r, alpha):
        if region == "usual":
            T = short(self.random.uniform(1, 110))
            x = self.count(60, 0.35)
        else:
            T = short(self.log_uniform(1e-6, 1e6))
            x = self.count(1e5 if region in ("wide", "recent") else 1e3)
        if region == "edge":
            kind = self.random.randrange(5)
            if kind == 0:
                return 0, 0.0, 0.0
            if kind == 1:
                return 0, 0.0, T
            x = max(1, x)
            if kind == 2:
                return x, T, T
            if kind == 3:
                return x, T * (1 - 2.0 ** -self.random.randint(10, 50)), T
            return 1, short(T * self.log_uniform(1e-6, 1)), T
        if x == 0:
            return 0, 0.0, T
        if region in ("recent", "homogeneous", "a_one", "long"):
            gap = (alpha + T) * self.random.uniform(0, 6) / (r + x)
            t_x = T - gap if gap < T else T * self.random.random()
        else:
            t_x = T * self.random.random()
        if region == "usual" and self.random.random() < 0.5:
            t_x = round(t_x, 2)
        return x, min(T, max(t_x, T * 1e-6)), T

    def horizon(self, region, T, alpha):
        base = T if T > 0 else alpha
        pick = self.random.random()
        if region == "usual":
            return float(self.random.choice((1, 4, 13, 26, 39, 52, 104, 156, 520)))
        if region == "long":
            return short(base * self.log_uniform(1e2, 1e4))
        if pick < 0.05:
            return short(base * self.log_uniform(1e-12, 1e-6))
        return short(base * self.log_uniform(1e-3, 1e4))

    def discount(self, region, T, alpha, h):
        """Rate per unit of time; 0 sometimes."""
        pick = self.random.random()
        if pick < 0.06:
            return 0.0
        if region == "usual":
            return short(self.log_uniform(2e-4, 2e-2))
        if pick < 0.4:
            return short(self.log_uniform(1e-6, 1e2))
        if pick < 0.75:
            return short(self.log_uniform(1e-3, 1e3) / h)
        return short(self.log_uniform(1e-4, 1e2) / (alpha + T))

    def lifetime_pair(self, region, alpha):
        """s, beta of Pareto/NBD; now and then beta = alpha exactly"""
        s, beta = self.dropout_pair(region)
        if region == "usual":
            return s, short(self.random.uniform(2, 20))
        return s, alpha if self.random.random() < 0.06 else beta

    def draw(self, region, dropout):
        r, alpha = self.purchase_pair(region)
        params = (r, alpha)
        if dropout == "pareto":
            params += self.lifetime_pair(region, alpha)
        elif dropout:
            params += self.dropout_pair(region)
        x, t_x, T = self.history(region, r, alpha)
        h = self.horizon(region, T, alpha)
        return Point(params, x, t_x, T, h, self.discount(region, T, alpha, h), region)

    def stream(self, dropout):
        while True:
            region = self.random.choices(REGIONS, WEIGHTS)[0]
            if region == "a_one" and not dropout:
                continue
            yield self.draw(region, dropout)


def structured_pareto():
    """Points written by hand for Pareto/NBD, the published stress points among them."""
    rows = []
    rate = math.log(1.15) / 52
    cdnow = (0.553, 10.578, 0.606, 11.669)
    for x, t_x, T in ((2, 30.43, 38.86), (1, 1.71, 38.86), (0, 0.0, 38.86), (26, 30.857142857142857, 31.0), (1000, 364.0, 365.0),
                      (500, 10.0, 100.0), (0, 0.0, 0.0), (7, 38.86, 38.86), (132, 200.0, 200.0)):
        for h in (0.0, 1e-9, 1.0, 39.0, 520.0, 388600.0):
            rows.append(Point(cdnow, x, t_x, T, h, rate, "structured"))
    for x, t_x, T in ((221, 103.42857, 103.57143), (254, 97.14286, 97.28571), (161, 94.71429, 98.0), (204, 98.57143, 99.42857)):
        rows.append(Point((0.5143, 2.8845, 0.2856, 14.1087), x, t_x, T, 52.0, rate, "structured"))
    for x, t_x, T in ((40, 5.0, 6.0), (50, 1.0, 37.0), (50, 4.0, 37.0), (400, 5.0, 6.0), (500, 4.0, 37.0)):
        rows.append(Point((10.465, 7.98565181e-3, 3.0516, 2.820), x, t_x, T, 10.0, rate, "structured"))
    for params in ((0.5, 100.0, 0.7, 1e-4), (0.5, 1e-4, 0.7, 100.0), (0.5, 10.0, 0.7, 10.0), (1e5, 2e5, 64.0, 7722.0),
                   (0.5, 10.0, 1e5, 1e7), (300.0, 600.0, 300.0, 6e4), (1e3, 1e-3, 1e-3, 1e3), (1e-3, 1e3, 1e3, 1e-3)):
        for x, t_x, T, h in ((2, 100.0, 104.0, 520.0), (0, 0.0, 104.0, 52.0), (40, 103.0, 104.0, 1e4)):
            rows.append(Point(params, x, t_x, T, h, rate, "structured"))
    for s in A_NEAR_ONE:
        for h in (1e-3, 39.0, 1e6):
            rows.append(Point((0.553, 10.578, s, 11.669), 2, 30.0, 38.0, h, rate, "structured"))
    for x in (1, 10, 100, 1000, 10000, 100000):
        for T in (1e-6, 1.0, 1e6):
            rows.append(Point((0.5, 10.0, 0.7, 12.0), x, T * (1 - 2.0 ** -20), T, 100 * T, rate, "structured"))
            rows.append(Point((0.5, 10.0, 0.7, 12.0), x, T * 0.9, T, T, rate, "structured"))
    return rows


def structured(dropout):
    """Points written by hand: the hard regions known beforehand."""
    rows = []
    rate = math.log(1.15) / 52

    def add(params, x, t_x, T, h, region="structured", rate=rate):
        rows.append(Point(params if dropout else params[:2], x, t_x, T, h, rate, region))

    cdnow = (0.243, 4.414, 0.793, 2.426)
    for x, t_x, T in ((2, 30.43, 38.86), (1, 1.71, 38.86), (0, 0.0, 38.86), (26, 30.857142857142857, 31.0),
                      (1000, 364.0, 365.0), (3000, 364.0, 365.0), (500, 10.0, 100.0), (0, 0.0, 0.0), (7, 38.86, 38.86)):
        for h in (0.0, 1e-9, 1.0, 39.0, 52.0, 520.0, 388600.0):
            add(cdnow, x, t_x, T, h)
    for params in ((150.0, 300.0, 1.2, 3.0), (300.0, 600.0, 300.0, 300.0), (1e5, 2e5, 1.2, 3.0), (1e5, 2e5, 1e5, 1e5),
                   (0.5, 10.0, 1e5, 3e5), (1e5, 1e5, 1e5, 10.0), (1e3, 1e-3, 1e-3, 1e3), (1e-3, 1e3, 1e3, 1e-3),
                   (1e-3, 1e-3, 1e-3, 1e-3), (1e3, 1e3, 1e3, 1e3), (5.0, 0.5, 0.5, 0.5), (5.0, 10.0, 2.0, 2.0)):
        for x, t_x, T, h in ((2, 100.0, 104.0, 520.0), (0, 0.0, 104.0, 52.0), (0, 0.0, 0.0, 52.0), (40, 103.0, 104.0, 1e4)):
            add(params, x, t_x, T, h)
    if dropout:
        for a in A_NEAR_ONE:
            for h in (1e-3, 39.0, 1e6):
                add((0.243, 4.414, a, 2.426), 2, 30.0, 38.0, h)
                add((0.243, 4.414, a, 2.426), 0, 0.0, 38.0, h)
    for x in (1, 10, 100, 1000, 10000, 100000):
        for T in (1e-6, 1.0, 1e6):
            add((0.5, 10.0, 0.7, 2.0), x, T, T, T)
            add((0.5, 10.0, 0.7, 2.0), x, T * (1 - 2.0 ** -20), T, 100 * T)
    return rows

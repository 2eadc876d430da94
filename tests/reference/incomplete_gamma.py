"""The regularised incomplete gamma functions P(a, x) and Q(a, x) by two routes that share no formula, each at two precisions.

Series: x^a e^-x / Gamma(a+1) (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...) in whole numbers of as many digits as the smaller tail asks
for. Quadrature: the integrals of t^a e^-t over ln t below and above ln x, by Gauss and Legendre in panels, each over the sum of both,
so that no Gamma function enters. A value is written where both agree to 25 digits.

    python tests/reference/incomplete_gamma.py > new.csv
"""

import math
import pathlib
import sys

from mpmath import mp, mpf

TABLE = pathlib.Path(__file__).with_name("incomplete_gamma.csv")


def by_series(a, x, digits):
    """(P, Q)"""
    # The digits that 1 - P loses are about those of Q; and those that the logarithms of a lose.
    gap = float(x) - float(a)
    lost = int((gap - float(a) * math.log1p(gap / float(a))) / math.log(10)) + 2 if x > a else 0
    with mp.workdps(digits + lost + 30):
        one = 10 ** (digits + lost + 30)
        # a and x in whole numbers of a power of two so small that nothing is lost
        scale = 1 << 400
        an, xn = int(mp.ldexp(a, 400)), int(mp.ldexp(x, 400))
        term = total = one
        while term:
            an += scale
            term = term * xn // an
            total += term
        front = mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))
        p = front * mpf(total) / one
        return p, 1 - p


def gauss_legendre(n):
    """Nodes on (-1, 1) and weights, by Newton on the Legendre polynomial."""
    out = []
    for i in range(n):
        z = mp.cos(mp.pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            before, here = mpf(1), z
            for k in range(2, n + 1):
                before, here = here, ((2 * k - 1) * z * here - (k - 1) * before) / k
            slope = n * (z * here - before) / (z * z - 1)
            z -= here / slope
        out.append((z, 2 / ((1 - z * z) * slope**2)))
    return out


with mp.workdps(70):
    RULES = {30: gauss_legendre(24), 34: gauss_legendre(28), 36: gauss_legendre(32)}


def by_quadrature(a, x, digits):
    with mp.workdps(digits + 15):
        big = (digits + 5) * math.log(10)

        def f(t):  # over ln t from ln x, times what makes it 1 at its start
            return mp.exp(a * t - x * mp.expm1(t))

        def side(direction, end):
            fa, fx = float(a), float(x)

            def height(t):
                return fa * t - fx * math.expm1(min(t, 700.0))

            cuts = [mpf(0)]
            at, best = 0.0, 0.0
            while len(cuts) < 4000:
                bend = fx * math.exp(min(at, 700.0))
                slope = abs(fa - bend)
                at += direction * min(1.0, 3.0 / max(slope, math.sqrt(bend)))
                if direction < 0 and at < end:
                    at = end
                best = max(best, height(at))
                cuts.append(mpf(at))
                if best - height(at) > big or (direction < 0 and at == end):
                    break
                total = mpf(0)
            for first, last in zip(cuts, cuts[1:]):
                half, middle = (last - first) / 2, (last + first) / 2
                total += abs(half) * mp.fsum(w * f(middle + half * z) for z, w in RULES[digits])
            return total, cuts[-1]

        # Far below x the integrand is e^(a t + x) alone.
        end = -max(0.0, math.log(float(x))) - big - 10
        low, last = side(-1, end)
        if float(last) == end:
            low += mp.exp(a * last + x) / a
        high, _ = side(1, 0)
        return low / (low + high), high / (low + high)


def agreed(a, x):
    a, x = mpf(a), mpf(x)
    values = [by_series(a, x, 40), by_series(a, x, 55), by_quadrature(a, x, 30), by_quadrature(a, x, 36)]
    for k in (0, 1):
        for v in values[1:]:
            if abs(v[k] / values[1][k] - 1) > mpf(10) ** -25:
                raise ArithmeticError(f"a {a} x {x}: {[mp.nstr(u[k], 30) for u in values]}")
    return values[1]


def conditions(a, x, p, q):
    """sum |v d ln f / dv| over a and x, of P and of Q; over a by a difference of the quadrature."""
    step = mpf(10) ** -12
    with mp.workdps(60):
        density = mp.exp(a * mp.log(x) - x - mp.loggamma(a))
    up = by_quadrature(a * (1 + step), x, 34)
    down = by_quadrature(a * (1 - step), x, 34)
    moved = min(abs(up[0] - down[0]), abs(up[1] - down[1])) / (2 * step) if min(p, q) > mpf(10) ** -20 else (
        abs(up[0] - down[0]) if p < q else abs(up[1] - down[1])) / (2 * step)
    return (density + moved) / p, (density + moved) / q


def points():
    """Those of the table: 31 by hand at seams and corners, the others at random within some standard deviations of the mean."""
    with open(TABLE, encoding="ascii") as table:
        next(table)
        for line in table:
            a, x = line.split(",")[:2]
            yield float(a), float(x)


def main():
    mp.dps = 50
    rows = list(points())
    print("a,x,p,q,log_p,log_q,cond_p,cond_q")
    for a, x in rows:
        p, q = agreed(a, x)
        cp, cq = conditions(mpf(a), mpf(x), p, q)
        log_p = mp.log(p) if p < 0.5 else mp.log1p(-q)
        log_q = mp.log(q) if q < 0.5 else mp.log1p(-p)
        print(",".join([repr(a), repr(x)] + [mp.nstr(v, 24) for v in (p, q, log_p, log_q)] + [mp.nstr(v, 3) for v in (cp, cq)]),
              flush=True)


if __name__ == "__main__":
    sys.exit(main())

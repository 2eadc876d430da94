#!/usr/bin/env python3
"""Prints the polynomial coefficients of include/valorem/numeric/elementary.hpp and their largest relative errors.

Weighted least squares on Chebyshev points at 60 digits, within a bit of the minimax fit. Coefficients are rounded to
double from the lowest degree up; those after a rounded one are fitted again, so that they repair its rounding.
Needs mpmath.
"""

from mpmath import atanh, cos, expm1, log, lu_solve, matrix, mp, mpf, pi, sqrt

mp.dps = 60


def chebyshev_points(low, high, count=240):
    return [(low + high) / 2 - (high - low) / 2 * cos(pi * (i + mpf(1) / 2) / count) for i in range(count)]


def least_squares(xs, ys, weights, powers):
    n = len(powers)
    a, b = matrix(n, n), matrix(n, 1)
    for x, y, w in zip(xs, ys, weights):
        row = [w * x**p for p in powers]
        for i in range(n):
            b[i] += row[i] * w * y
            for j in range(n):
                a[i, j] += row[i] * row[j]
    return list(lu_solve(a, b))


def fit(target, weight, degree, low, high, given=()):
    """Coefficients of degree 0..degree, the first ones given, and the largest |weight * (polynomial - target)|."""
    xs = chebyshev_points(low, high)
    ys, weights = [target(x) for x in xs], [weight(x) for x in xs]
    c = [mpf(float(v)) for v in given]
    while len(c) <= degree:
        rest = [y - sum(v * x**i for i, v in enumerate(c)) for x, y in zip(xs, ys)]
        c.append(mpf(float(least_squares(xs, rest, weights, list(range(len(c), degree + 1)))[0])))
    error = max(abs(w * (sum(v * x**i for i, v in enumerate(c)) - y)) for x, y, w in zip(xs, ys, weights))
    return c, error


def show(name, coefficients, error):
    print(f"{name}: largest error 2^{float(log(error, 2)):.2f}")
    for c in coefficients:
        print("   ", float(c).hex())


def exp_tail(r):
    """(e^r - 1 - r) / r^2; its error counts in e^r - 1, which is about r."""
    return (expm1(r) - r) / (r * r)


def log_tail(z):
    """(2 artanh(s) - 2 s) / s^3 with z = s^2; its error counts in 2 artanh(s), which is about 2 s."""
    s = sqrt(z)
    return (2 * atanh(s) - 2 * s) / (s * z)


if __name__ == "__main__":
    margin = mpf("1.0001")  # the reduced arguments overstep the interval by a rounding
    half = log(2) / 2 * margin
    top = (sqrt(2) - 1) / (sqrt(2) + 1) * margin
    show("exp_tail, from r^2 up", *fit(exp_tail, abs, 10, -half, half, (mpf(1) / 2, mpf(1) / 6)))
    show("series of the logarithm, in s^2", *fit(log_tail, lambda z: z / 2, 6, mpf(0), top * top))
    high = mpf(int(log(2) * 2**41)) / 2**41
    print("ln 2:", float(high).hex(), "+", float(log(2) - high).hex(), " log2 e:", float(1 / log(2)).hex())

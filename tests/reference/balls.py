"""Ball arithmetic helpers for the reference tables: adaptive precision, agreement of routes, formatting.

Every number here is an interval (python-flint's arb), so "accurate to n bits" is a proved statement about
rounding; quadratures and series that add an unproved truncation say so where they are defined.
"""

import math

from flint import arb, ctx

WANTED_BITS = 100  # relative accuracy a route must prove before it is compared (30 digits)
AGREE_BITS = 90  # two routes must agree to this many bits (27 digits) for a row to be written
MAX_BITS = 16384

ONE = arb(1)
ZERO = arb(0)


class Unresolved(Exception):
    """A route could not reach the wanted accuracy."""


def exactly(value):
    """The double, integer or interval as an interval; doubles are taken exactly."""
    return value if isinstance(value, arb) else arb(value)


def accurate_bits(value):
    if not value.is_finite():
        return -1
    if value.is_exact():
        return 10**6
    return value.rel_accuracy_bits()


def refine(formula, bits=WANTED_BITS, start=160, limit=MAX_BITS):
    """Evaluate formula() at growing working precision until the interval is tight to `bits` bits."""
    precision = start
    while precision <= limit:
        ctx.prec = precision
        value = formula()
        if accurate_bits(value) >= bits:
            return value
        precision *= 2
    raise Unresolved(getattr(formula, "__name__", "formula"))


def twice(formula, bits=WANTED_BITS, start=160, limit=720):
    """The same formula at two working precisions; they must overlap. Returns the tighter interval."""
    first = refine(formula, bits, start, limit)
    used = ctx.prec
    second = refine(formula, bits, used + used // 2 + 32, 2 * limit + 64)
    if not close(first, second):
        raise AssertionError("one formula, two precisions, two values: %s %s" % (first, second))
    return second


def close(left, right, bits=AGREE_BITS):
    """True when both intervals describe the same number to `bits` bits."""
    ctx.prec = 512
    if left.is_zero() and right.is_zero():
        return True
    gap = abs(left - right).upper()
    size = max(abs(left.mid()), abs(right.mid()))
    return bool(gap < size * arb(2) ** (-bits))


def log_beta(a, b):
    return a.lgamma() + b.lgamma() - (a + b).lgamma()


def digits(value, count=26):
    """Decimal text with `count` significant digits, exponent as large as needed."""
    if value.is_nan():
        return "nan"
    if value.is_zero():
        return "0"
    ctx.prec = 512
    return value.mid().str(count, radius=False)


def double_text(value):
    """Shortest decimal text that reads back as the same double; integers without a point."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if math.isinf(value):
        return "inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)

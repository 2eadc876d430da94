"""Quantities of NBD, BG/NBD and MBG/NBD, each by two routes built from different formulas."""

from flint import arb, ctx

from balls import ONE, Unresolved, log_beta, refine


def rising_product(base, count):
    """base (base + 1) ... (base + count - 1), multiplied out (balanced, so that the balls stay tight)."""
    if count == 0:
        return ONE
    if count <= 8:
        value = base
        for i in range(1, count):
            value = value * (base + i)
        return value
    half = count // 2
    return rising_product(base, half) * rising_product(base + half, count - half)


# ---------------------------------------------------------------- the history: log-likelihood and P(alive)


def extra(model):
    """1 where a customer may leave right after the first purchase too."""
    return 1 if model == "mbg_nbd" else 0


def nothing_seen(v):
    """No history: the likelihood is exactly 1."""
    return v["x"] == 0 and v["T"].is_zero()


def log_likelihood_by_logs(model, v):
    if nothing_seen(v):
        return arb(0)
    r, alpha, x, t_x, T = v["r"], v["alpha"], v["x"], v["t_x"], v["T"]
    value = (r + x).lgamma() - r.lgamma() + r * alpha.log()
    k = r + x
    if model == "nbd":
        return value - k * (alpha + T).log()
    a, b = v["a"], v["b"]
    m = x + extra(model)
    value += log_beta(a, b + m) - log_beta(a, b) - k * (alpha + T).log()
    if m > 0:
        value += (a / (b + m - 1) * (k * ((alpha + T) / (alpha + t_x)).log()).exp()).log1p()
    return value


def likelihood_by_products(model, v):
    """(whole, part in which the customer is alive at T), multiplied out."""
    r, alpha, x, t_x, T = v["r"], v["alpha"], v["x"], v["t_x"], v["T"]
    k = r + x
    rate = rising_product(r, x) * alpha**r
    silent = rate * (alpha + T) ** (-k)
    if model == "nbd":
        return silent, silent
    a, b = v["a"], v["b"]
    m = x + extra(model)
    alive = silent * rising_product(b, m) / rising_product(a + b, m)
    if m == 0:
        return alive, alive
    left = rate * (alpha + t_x) ** (-k) * a * rising_product(b, m - 1) / rising_product(a + b, m)
    return alive + left, alive


def log_likelihood_by_products(model, v):
    return arb(0) if nothing_seen(v) else likelihood_by_products(model, v)[0].log()


def log_odds_of_death(model, v):
    """None where death is impossible."""
    m = v["x"] + extra(model)
    if model == "nbd" or m == 0:
        return None
    k = v["r"] + v["x"]
    return (v["a"] / (v["b"] + m - 1)).log() + k * ((v["alpha"] + v["T"]) / (v["alpha"] + v["t_x"])).log()


def log_p_alive_by_odds(model, v):
    odds = log_odds_of_death(model, v)
    return arb(0) if odds is None else -odds.exp().log1p()


def log_p_alive_by_products(model, v):
    whole, alive = likelihood_by_products(model, v)
    if log_odds_of_death(model, v) is None:
        return arb(0)
    return -((whole - alive) / alive).log1p()


def log_p_alive_by_slope(model, v):
    """Fisher's identity: the slope of the log-likelihood in log a holds 1 - P(alive)."""
    if log_odds_of_death(model, v) is None:
        return arb(0)
    a, b, m = v["a"], v["b"], v["x"] + extra(model)
    step = arb(2) ** (-(ctx.prec // 4))
    up, down = dict(v), dict(v)
    up["a"], down["a"] = a * (1 + step), a * (1 - step)
    slope = (log_likelihood_by_logs(model, up) - log_likelihood_by_logs(model, down)) / (2 * step)
    plain = a * ((a + b).digamma() - (a + b + m).digamma())
    dead = slope - plain
    fuzz = arb(0, (step * step * (1 + abs(plain)) * (1 + a) ** 3 * 1000).upper())  # generous bound on the cut of the difference
    return (-(dead + fuzz)).log1p()


def p_alive(model, v):
    return log_p_alive_by_odds(model, v).exp()


# ---------------------------------------------------------------- the future


def new_customer(model, v):
    """(chance of surviving the first purchase, shape, scale, a, b) of the model started afresh."""
    if model == "bg_nbd":
        return ONE, v["r"], v["alpha"], v["a"], v["b"]
    return v["b"] / (v["a"] + v["b"]), v["r"], v["alpha"], v["a"], v["b"] + 1


def given_customer(model, v):
    """(P(alive), shape, scale, a, b) given the history: the conjugate update."""
    return p_alive(model, v), v["r"] + v["x"], v["alpha"] + v["T"], v["a"], v["b"] + v["x"] + extra(model)


def future(model, v, who, kernel, bits):
    """chance x kernel(shape, a, b, h / scale): kernel is one route to one function of kernels.py."""
    chance, s, c, a, b = who(model, v)
    return chance * kernel(s, a, b, v["h"] / c, bits)


def expected_purchases_nbd(v, who, route):
    shape, scale = (v["r"], v["alpha"]) if who is new_customer else (v["r"] + v["x"], v["alpha"] + v["T"])
    if route == "moment":
        return (shape + 1).gamma() / shape.gamma() * v["h"] / scale
    return shape * v["h"] / scale


def any_route(kernels_in_order, w):
    for kernel in kernels_in_order:
        try:
            return refine(lambda: kernel(w[0], w[1], w[2], w[3], 90), 85, 160, 1400)
        except Unresolved:
            continue
    raise Unresolved("condition")


def future_condition(model, v, who, kernels_in_order, names):
    """Condition number of future(): the chain rule over the four arguments of the kernel.

    The kernel is differenced at 90 bits with steps of 2^-30; the chance and the arguments at high precision.
    """
    ctx.prec = 400
    step = arb(2) ** -60

    def pieces(w):
        ctx.prec = 400
        chance, s, c, a, b = who(model, w)
        return chance.log(), s, a, b, w["h"] / c

    _, s, a, b, vv = pieces(v)
    if vv.is_zero():
        return 0.0
    centre = [s, a, b, vv]
    slopes = []
    for i in range(4):
        ends = []
        for sign in (1, -1):
            w = list(centre)
            w[i] = w[i] * (1 + sign * arb(2) ** -30)
            ends.append(any_route(kernels_in_order, w).log())
        ctx.prec = 400
        slopes.append((ends[0] - ends[1]) / arb(2) ** -29)  # d log Q / d log argument
    total = arb(0)
    for name in names:
        if v[name].is_zero():
            continue
        ends = []
        for sign in (1, -1):
            w = dict(v)
            w[name] = v[name] * (1 + sign * step)
            ends.append(pieces(w))
        slope = (ends[0][0] - ends[1][0]) / (2 * step)
        for i in range(4):
            slope += slopes[i] * (ends[0][i + 1] - ends[1][i + 1]) / (2 * step * centre[i])
        total += abs(slope)
    return float(total.mid())

"""What a history says of a customer's own rates."""

from typing import Any, NamedTuple


class PosteriorRates(NamedTuple):
    """Mean and variance given the history: floats, or arrays of the rows' shape. purchase_rate is per time unit (of BG/BB her
    chance to buy in a period), dropout her chance to leave at each chance (of Pareto/NBD and
    GGompertz/NBD her rate of leaving per time unit, of the latter at her first purchase)."""

    purchase_rate: Any
    purchase_rate_variance: Any
    dropout: Any
    dropout_variance: Any

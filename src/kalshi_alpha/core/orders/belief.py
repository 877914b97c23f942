"""What was believed of a market when an order for it was decided: it is judged by that later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.errors import BadParameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """The grounds of an order, seen from the side that is bought.

    Attributes
    ----------
    family, quantity, risk_unit, strike
        What is forecast, the piece of news it settles on, and the market's terms in words.
    p, p_model, p_market
        Probability that the side pays: once the market had been heard, our model's own, and the
        market's.
    shrink, w_bin, adverse
        Honest shrink and bin weight in [0, 1], and adverse selection in dollars per contract.
    pmf_sha256
        Hash of the distribution that the order was priced with.
    closes_at
        When the market closes.
    touch_e4, touch_depth_e2, tick_e4
        The best bid of others for the side, the contracts there, and the step to the next price.

    Raises
    ------
    BadParameter
        If a probability or a weight lies outside [0, 1], or the close carries no zone.
    """

    family: str
    quantity: str
    risk_unit: str
    strike: str
    p: float
    p_model: float
    p_market: float
    shrink: float
    w_bin: float
    adverse: float
    pmf_sha256: str
    closes_at: datetime
    touch_e4: int
    touch_depth_e2: int
    tick_e4: int

    def __post_init__(self) -> None:
        unit = (self.p, self.p_model, self.p_market, self.shrink, self.w_bin)
        # Stated as what must hold, so that a NaN fails too.
        if not (all(0.0 <= each <= 1.0 for each in unit) and 0.0 <= self.adverse < 1.0):
            raise BadParameter(f"a belief holds probabilities, was {unit}, adverse {self.adverse}")
        if self.closes_at.tzinfo is None:
            raise BadParameter("a belief's close carries its zone")

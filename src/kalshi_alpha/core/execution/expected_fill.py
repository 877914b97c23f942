"""What a resting order is expected to fill, and at what price, where no tape says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.fillratio import FillAlpha
from kalshi_alpha.core.execution.slippage import CurveForm, SlippageCurve
from kalshi_alpha.core.types import Contracts, Price

IMPACT_CAP = 3.0  # relative size beyond which the cold-start curve is flat


class SlippageMode(StrEnum):
    """Price of an expected fill: ours (``top``), the mid, or ours and a depth curve's ticks."""

    TOP = "top"
    MID = "mid"
    DEPTH = "depth"


@dataclass(frozen=True, slots=True)
class Touch:
    """Our side's best bid and ask, the tick between them, and the contracts at the bid."""

    bid: Price
    ask: Price
    tick_e4: int
    depth: Contracts

    def __post_init__(self) -> None:
        if not (self.bid < self.ask and self.tick_e4 > 0 and self.depth.e2 > 0):
            raise BadParameter(f"no touch at {self.bid} to {self.ask} by {self.tick_e4}e-4")


@dataclass(frozen=True, slots=True)
class ExpectedFill:
    """Expected contracts with their 80 % interval, and the price they are booked at."""

    contracts: Contracts
    lo: Contracts
    hi: Contracts
    price: Price


def expected_fill(
    posted: Contracts,
    price: Price,
    alpha: FillAlpha,
    touch: Touch,
    mode: SlippageMode,
    curve: SlippageCurve,
) -> ExpectedFill:
    """Forecast the fill of an order: the fill ratio times what is posted.

    A maker pays its own price. The other modes book the fill at a worse one, so that a result
    without a tape cannot look better than the tape would have been.

    Parameters
    ----------
    posted, price
        The order, at our side's price.
    alpha
        Fill ratio and its interval.
    touch
        The market when the order was placed, on our side's scale.
    mode
        How the fill is priced.
    curve
        Slippage in ticks by size relative to depth; read in ``depth`` mode only.
    """
    return ExpectedFill(
        contracts=Contracts(round(alpha.alpha * posted.e2)),
        lo=Contracts(round(alpha.lo10 * posted.e2)),
        hi=Contracts(round(alpha.hi90 * posted.e2)),
        price=_booked(posted, price, touch, mode, curve),
    )


def cold_start_curve(impact_cap: float = IMPACT_CAP) -> SlippageCurve:
    """Return the curve before any observation: a tick for each multiple of the depth shown.

    Raises
    ------
    BadParameter
        If the cap is not positive and finite.
    """
    if not 0.0 < impact_cap < np.inf:
        raise BadParameter(f"impact cap must be positive, was {impact_cap}")
    knots = np.array([0.0, impact_cap])
    return SlippageCurve(CurveForm.ISOTONIC, knots, knots, knots, impact_cap)


def _booked(
    posted: Contracts, price: Price, touch: Touch, mode: SlippageMode, curve: SlippageCurve
) -> Price:
    if mode is SlippageMode.TOP:
        return price
    if mode is SlippageMode.MID:
        middle_e4 = -(-(touch.bid.e4 + touch.ask.e4) // 2)
        return max(price, Price(middle_e4))
    ticks = ceil(curve.ticks(posted.e2 / touch.depth.e2))
    return Price(min(price.e4 + ticks * touch.tick_e4, touch.ask.e4))

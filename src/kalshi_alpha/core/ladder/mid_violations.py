"""Mids that contradict each other: a statement about the book, good for information only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.ladder_structure import LadderStructure, structure
from kalshi_alpha.core.ladder.market_curve import market_distribution
from kalshi_alpha.core.ladder.quotes import Quote, QuotePolicy, quoted_probabilities
from kalshi_alpha.core.ladder.thresholds import threshold_order

RISE_TOLERANCE = 1e-9  # dollars


@dataclass(frozen=True, slots=True)
class MidViolations:
    """How many mids contradict each other, and the summed change in dollars that mends them."""

    count: int
    repair_l1: float


def mid_violations(
    intervals: Sequence[GridInterval],
    quotes: Sequence[Quote],
    at: datetime,
    policy: QuotePolicy | None = None,
) -> MidViolations:
    """Count contradictory mids among those that are usable.

    In nested thresholds these are neighbours, in order of strike, whose mid rises; in any ladder
    with brackets they are pairs in which one market pays whenever the other does and yet has the
    lower mid. The repair distance is zero where no repair is defined, which is a mixed ladder or
    one that lacks mids.

    Raises
    ------
    BadLadder
        If there are no markets.
    """
    mid = quoted_probabilities(quotes, at, policy).mid
    if structure(intervals) in {LadderStructure.ABOVE, LadderStructure.BELOW}:
        order = threshold_order(intervals)
        curve = mid[np.array(order.market_of)]
        curve = curve[~np.isnan(curve)]
        steps = -np.diff(curve) if order.pays_below else np.diff(curve)
        count = int((steps > RISE_TOLERANCE).sum())
    else:
        payoff = AtomGrid.from_intervals(intervals).payoff(intervals)
        implies = (payoff[:, :, np.newaxis] <= payoff[:, np.newaxis, :]).all(axis=0)
        count = int((implies & (mid[:, np.newaxis] > mid + RISE_TOLERANCE)).sum())
    return MidViolations(count, _repair_l1(intervals, quotes, at, policy))


def _repair_l1(
    intervals: Sequence[GridInterval],
    quotes: Sequence[Quote],
    at: datetime,
    policy: QuotePolicy | None,
) -> float:
    try:
        return market_distribution(intervals, quotes, at, policy).repair_l1
    except BadLadder:
        return 0.0  # nothing to repair: mixed, or too few mids

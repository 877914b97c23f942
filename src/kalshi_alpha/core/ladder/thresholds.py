"""Threshold ladders of either direction, read as one survival curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.ladder_structure import LadderStructure, structure


@dataclass(frozen=True, slots=True)
class ThresholdOrder:
    """How a threshold ladder's markets map to the rungs of ``S(edge) = P(X >= edge)``.

    ``edges`` ascend; ``market_of[r]`` is the position in the ladder of rung ``r``'s market. When
    ``pays_below`` is true the markets pay below their strike, so YES of the market is NO of the
    rung, and bids and asks change places.
    """

    edges: tuple[int, ...]
    market_of: tuple[int, ...]
    pays_below: bool


def threshold_order(intervals: Sequence[GridInterval]) -> ThresholdOrder:
    """Sort the markets of a threshold ladder into the rungs of a survival curve.

    Raises
    ------
    BadLadder
        If the intervals are not all one-sided in the same direction, or two coincide.
    """
    found = structure(intervals)
    # A pair such as "at most 3" and "at least 4" is a partition, and no threshold ladder.
    if found is LadderStructure.ABOVE:
        edges = {each.lo: at for at, each in enumerate(intervals) if each.lo is not None}
    elif found is LadderStructure.BELOW:
        edges = {each.hi + 1: at for at, each in enumerate(intervals) if each.hi is not None}
    else:
        raise BadLadder(f"a {found} ladder has no survival curve of its own")
    ascending = tuple(sorted(edges))
    market_of = tuple(edges[edge] for edge in ascending)
    return ThresholdOrder(ascending, market_of, pays_below=found is LadderStructure.BELOW)

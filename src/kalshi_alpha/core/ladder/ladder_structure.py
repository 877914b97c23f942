"""How the markets of an event fit together: a partition, nested thresholds, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.grid_interval import GridInterval


class LadderStructure(StrEnum):
    """The shape of an event's intervals, which decides the arithmetic that applies to it."""

    PARTITION = "partition"
    """Exactly one market pays YES, whatever the settlement value."""
    ABOVE = "above"
    """Nested thresholds that pay above their strike; prices do not increase with the strike."""
    BELOW = "below"
    """Nested thresholds that pay below their strike; prices do not decrease with the strike."""
    MIXED = "mixed"
    """Anything else: overlaps, gaps, thresholds listed with brackets, or repeated intervals."""


def structure(intervals: Sequence[GridInterval]) -> LadderStructure:
    """Classify a ladder from its intervals, in any order.

    Raises
    ------
    BadLadder
        If there are no intervals.
    """
    if not intervals:
        raise BadLadder("a ladder without markets has no structure")
    if _is_partition(intervals):
        return LadderStructure.PARTITION
    if len(set(intervals)) < len(intervals):
        return LadderStructure.MIXED
    if all(each.lo is not None and each.hi is None for each in intervals):
        return LadderStructure.ABOVE
    if all(each.lo is None and each.hi is not None for each in intervals):
        return LadderStructure.BELOW
    return LadderStructure.MIXED


def _is_partition(intervals: Sequence[GridInterval]) -> bool:
    """Walk from the market unbounded below to the one unbounded above, leaving nothing out."""
    by_lo = {each.lo: each for each in intervals}
    if len(by_lo) < len(intervals):
        return False
    rung, reached = by_lo.get(None), 1
    while rung is not None and rung.hi is not None:
        rung = by_lo.get(rung.hi + 1)
        reached += 1
    return rung is not None and reached == len(intervals)

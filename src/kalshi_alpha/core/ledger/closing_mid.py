"""A market's closing mid: what its quotes said last before the event's close, if they said it well.

A mid stands in for the outcome when a family is judged, so one that is doubtful is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Price, Side

SPREAD_MAX_E4 = 1000
AGE_MAX = timedelta(minutes=5)


class NoMid(StrEnum):
    """Why a market has no closing mid."""

    NO_QUOTE = "no_quote"
    STALE = "stale"
    ONE_SIDED = "one_sided"
    CROSSED = "crossed"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class QuoteSnapshot:
    """The best bid and ask for YES at an instant; None where nobody quoted.

    Raises
    ------
    BadParameter
        If the time carries no zone.
    """

    at: datetime
    bid: Price | None
    ask: Price | None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadParameter("a snapshot's time carries no zone")

    def mid(self, side: Side) -> float | None:
        """Return the mid of a side, in dollars; None if nobody quoted one of the two."""
        if self.bid is None or self.ask is None:
            return None
        twice_e4 = self.bid.e4 + self.ask.e4
        ours_e4 = twice_e4 if side is Side.YES else 2 * E4_PER_DOLLAR - twice_e4
        return ours_e4 / (2 * E4_PER_DOLLAR)


def closing_quote(snapshots: Iterable[QuoteSnapshot], close_at: datetime) -> QuoteSnapshot | NoMid:
    """Return the last valid snapshot before a close.

    Valid is a snapshot with both sides, a spread of ten cents at most, and an age of five minutes
    at most at the close. One that is not is passed over for an older one.

    Parameters
    ----------
    snapshots
        In any sequence; of two at one instant the one given first is believed.
    close_at
        When the market closed. A snapshot of that very instant counts, a later one does not.

    Returns
    -------
    QuoteSnapshot or NoMid
        Without a valid one, what was wrong with the last before the close.
    """
    before = [each for each in snapshots if each.at <= close_at]
    before.sort(key=lambda each: each.at, reverse=True)
    if not before:
        return NoMid.NO_QUOTE
    faults = [(each, _fault(each, close_at)) for each in before]
    valid = next((each for each, fault in faults if fault is None), None)
    return valid or faults[0][1] or NoMid.NO_QUOTE


def _fault(snapshot: QuoteSnapshot, close_at: datetime) -> NoMid | None:
    if close_at - snapshot.at > AGE_MAX:
        return NoMid.STALE
    if snapshot.bid is None or snapshot.ask is None:
        return NoMid.ONE_SIDED
    spread_e4 = snapshot.ask.e4 - snapshot.bid.e4
    if spread_e4 <= 0:
        return NoMid.CROSSED
    return None if spread_e4 <= SPREAD_MAX_E4 else NoMid.WIDE

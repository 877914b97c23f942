"""Strikes become inclusive intervals of integers on the settlement grid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.types import Ladder, SettlementGrid, Strike, StrikeType

INDEX_MAX = 1 << 60  # finite indices stay clear of the sentinels that mean "unbounded" in arrays


@dataclass(frozen=True, slots=True)
class GridInterval:
    """The settlement values, as grid indices, for which a market pays YES.

    Both ends are included; ``None`` means unbounded on that side.

    Raises
    ------
    BadStrike
        If a bound is not an integer below 2**60 in size, or ``lo`` exceeds ``hi``: no settlement
        value would pay.
    """

    lo: int | None
    hi: int | None

    def __post_init__(self) -> None:
        for bound in (self.lo, self.hi):
            if bound is not None and not (type(bound) is int and abs(bound) < INDEX_MAX):
                raise BadStrike(f"an interval needs integer grid indices, was {bound!r}")
        if self.lo is not None and self.hi is not None and self.lo > self.hi:
            raise BadStrike(f"no settlement value lies in [{self.lo}, {self.hi}]")

    def __contains__(self, index: int) -> bool:
        above = self.lo is None or index >= self.lo
        return above and (self.hi is None or index <= self.hi)


def interval(strike: Strike, grid: SettlementGrid) -> GridInterval:
    """Return the grid indices that pay YES, by the venue's definition of each strike type.

    ``greater`` and ``less`` exclude the strike itself, the ``_or_equal`` types include it, and
    ``between`` includes both ends. Only the bounds that the type uses are read, so a cap that
    comes along with a ``greater`` market changes nothing. A bound between two grid points is
    rounded inwards, exactly.

    Raises
    ------
    BadStrike
        If no grid point lies between the bounds: the market is invalid and must be dropped.
    """
    match strike.strike_type:
        case StrikeType.GREATER:
            return GridInterval(grid.floor(_bound(strike.floor)) + 1, None)
        case StrikeType.GREATER_OR_EQUAL:
            return GridInterval(grid.ceil(_bound(strike.floor)), None)
        case StrikeType.LESS:
            return GridInterval(None, grid.ceil(_bound(strike.cap)) - 1)
        case StrikeType.LESS_OR_EQUAL:
            return GridInterval(None, grid.floor(_bound(strike.cap)))
        case StrikeType.BETWEEN:
            return GridInterval(grid.ceil(_bound(strike.floor)), grid.floor(_bound(strike.cap)))


def require_stated_type(strike: Strike, stated: StrikeType) -> Strike:
    """Return the strike if its type is the one that the market's rules text states.

    Initial-claims rules say "at least": a ``greater`` strike there differs by the probability of
    a print exactly on the strike, which is worth several cents, so such a market is refused.

    Raises
    ------
    BadStrike
        If the venue's field contradicts the rules text.
    """
    if strike.strike_type is not stated:
        raise BadStrike(f"rules state {stated}, strike_type says {strike.strike_type}")
    return strike


@dataclass(frozen=True, slots=True)
class LadderIntervals:
    """The usable markets of a ladder with their intervals, and the tickers dropped."""

    tickers: tuple[str, ...]
    intervals: tuple[GridInterval, ...]
    dropped: tuple[str, ...]


def ladder_intervals(ladder: Ladder) -> LadderIntervals:
    """Return every market's interval in the ladder's order, dropping those that never pay."""
    usable: dict[str, GridInterval] = {}
    dropped: list[str] = []
    for market in ladder.markets:
        try:
            usable[market.ticker] = interval(market.strike, ladder.grid)
        except BadStrike:
            # Kept by name, so that the caller can count and report what it does not quote.
            dropped.append(market.ticker)
    return LadderIntervals(tuple(usable), tuple(usable.values()), tuple(dropped))


def _bound(bound: Decimal | None) -> Decimal:
    if bound is None:  # a Strike refuses this at construction; said again for the type checker
        raise BadStrike("a bound that the strike type needs is absent")
    return bound

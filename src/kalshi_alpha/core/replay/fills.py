"""Which of an order's contracts the prints of its market would have filled.

The rule is that of paper orders: prints at our price first use up the queue that was ahead of us,
and a print beyond our price leaves nobody ahead. Where the size of the queue is not known, nothing
fills but on a print through the price. No print fills more than was printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.tape import TradeColumns
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

UNKNOWN = -1
"""A queue whose size the source does not carry."""


@dataclass(frozen=True, slots=True, eq=False)
class MarketPrints:
    """The prints of one market in time order; arrays of shape (n_prints,).

    Attributes
    ----------
    at_us
        Microseconds since 1970, UTC.
    yes_price_e4, count_e2
        1e-4 dollars and hundredths of contracts.
    taker_yes
        1 where the taker bought YES.
    """

    at_us: IntArray
    yes_price_e4: IntArray
    count_e2: IntArray
    taker_yes: IntArray

    @classmethod
    def none(cls) -> Self:
        """Return the prints of a market that nobody traded."""
        blank = np.empty(0, dtype=np.int64)
        return cls(blank, blank, blank, blank)

    @classmethod
    def by_market(cls, trades: TradeColumns | None, n_markets: int) -> tuple[Self, ...]:
        """Split an event's prints by market; markets in the event's order.

        Raises
        ------
        BadParameter
            If a print names a market that the event does not have.
        """
        if trades is None or not trades.at_us.size:
            return (cls.none(),) * n_markets
        if not (trades.market.min() >= 0 and trades.market.max() < n_markets):
            raise BadParameter("a print is of no market of its event")
        order = np.argsort(trades.market, kind="stable")
        ends = np.searchsorted(trades.market[order], np.arange(n_markets + 1))
        columns = [
            np.asarray(each[order], dtype=np.int64)
            for each in (trades.at_us, trades.yes_price_e4, trades.count_e2, trades.taker_yes)
        ]
        return tuple(
            cls(*(each[ends[m] : ends[m + 1]] for each in columns)) for m in range(n_markets)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingOrder:
    """A bid of ours while it rests.

    Attributes
    ----------
    side, price_e4, count_e2
        What it buys, at which price of that side.
    from_us, until_us
        Prints after the first instant, up to and including the last, can meet it.
    ahead_e2
        Contracts of others before it at its price, in hundredths; `UNKNOWN` if nobody knows.
    any_taker
        Whether a print through the price counts whichever side its taker bought. Had our bid
        stood there, an offer below it could not have rested: it would have traded with us.
    """

    side: Side
    price_e4: int
    count_e2: int
    from_us: int
    until_us: int
    ahead_e2: int = UNKNOWN
    any_taker: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.price_e4 < E4_PER_DOLLAR and self.count_e2 > 0 and self.ahead_e2 >= -1):
            raise BadParameter(f"no such order can rest: {self}")


@dataclass(frozen=True, slots=True, eq=False)
class Fills:
    """When an order filled, and how many hundredths of contracts each time."""

    at_us: IntArray
    count_e2: IntArray

    @property
    def total_e2(self) -> int:
        """Hundredths of contracts filled in all."""
        return int(self.count_e2.sum())

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield when, and how many."""
        return zip(self.at_us.tolist(), self.count_e2.tolist(), strict=True)


_BLANK = np.empty(0, dtype=np.int64)
NO_FILLS = Fills(_BLANK, _BLANK)


def resting_fills(prints: MarketPrints, order: RestingOrder) -> Fills:
    """Pass the prints of an order's market by it.

    Parameters
    ----------
    prints
        Of its market, the whole day or any part that holds the order's time.
    order
        Where it rests, how long, and behind how many.
    """
    first, last = np.searchsorted(prints.at_us, (order.from_us, order.until_us), side="right")
    if first >= last:
        return NO_FILLS
    met = slice(int(first), int(last))
    price = prints.yes_price_e4[met]
    is_yes = order.side is Side.YES
    traded = price if is_yes else E4_PER_DOLLAR - price
    hits = prints.taker_yes[met] == (0 if is_yes else 1)
    through = (traded < order.price_e4) & (hits | order.any_taker)
    level = (traded == order.price_e4) & hits
    reach = _within_reach(prints.count_e2[met], through, level, order.ahead_e2)
    filled = np.diff(np.minimum(np.cumsum(reach), order.count_e2), prepend=0)
    some = np.flatnonzero(filled)
    return Fills(prints.at_us[met][some], filled[some]) if some.size else NO_FILLS


def _within_reach(
    count_e2: IntArray, through: BoolArray, level: BoolArray, ahead_e2: int
) -> IntArray:
    """Return how many contracts of each print get as far as us."""
    if ahead_e2 == UNKNOWN:
        return np.where(through, count_e2, 0)
    after = np.cumsum(through) > 0
    waiting = np.cumsum(np.where(level & ~after, count_e2, 0))
    past_queue = np.diff(np.maximum(waiting - ahead_e2, 0), prepend=0)
    return np.where(through | (level & after), count_e2, past_queue)

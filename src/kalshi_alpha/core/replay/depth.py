"""Books of recorded levels: the touch as it changed, and the size at a price at an instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Self

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.replay.fills import UNKNOWN
from kalshi_alpha.core.replay.tape import DepthColumns, GapColumns
from kalshi_alpha.core.replay.touches import ABSENT, BestPrices, MarketTouch, last_before
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

_NO_TIMES = np.empty(0, dtype=np.int64)
_ANY_AGE_US = np.iinfo(np.int64).max
_SECOND_US = 1_000_000
IS_COMPILED = find_spec("numba") is not None


@dataclass(frozen=True, slots=True, eq=False)
class DepthView:
    """The levels of every market of an event, in time order.

    Attributes
    ----------
    columns
        Per market the rows of the recorded levels.
    touches
        Per market the best prices as they changed.
    """

    columns: tuple[DepthColumns, ...]
    touches: tuple[MarketTouch, ...]

    @classmethod
    def of(
        cls,
        depth: DepthColumns,
        n_markets: int,
        gaps: GapColumns | None = None,
        *,
        compiled: bool = IS_COMPILED,
    ) -> Self:
        """Split an event's levels by market and follow each market's best prices.

        Parameters
        ----------
        depth, n_markets
            The levels of all its markets.
        gaps
            From when on the book of a market was not known.
        compiled
            Whether compiled code follows the best prices; the numbers are the same.
        """
        columns = tuple(_of_market(depth, market) for market in range(n_markets))
        touches = (_follower(compiled)(each) for each in columns)
        return cls(
            columns,
            tuple(
                replace(touch, gaps_us=gaps_of(gaps, market), opens_us=_opens(columns[market]))
                for market, touch in enumerate(touches)
            ),
        )

    def is_known(self, market: int, at_us: int) -> bool:
        """Say whether a market's book was known just before an instant."""
        return bool(self.touches[market].is_known(np.array([at_us]), _ANY_AGE_US)[0])

    def lost_times(self, until_us: int) -> int:
        """Count how often a book that had been shown was lost for a second or more.

        Books that one thing took at once are one time. Between the files of two days nothing is
        known for the moment that it takes to write down what is believed: that is none.
        """
        found = set[int]()
        for touch in self.touches:
            opens = _NO_TIMES if touch.opens_us is None else touch.opens_us
            for lost_us in touch.gaps_us[touch.gaps_us < until_us].tolist():
                later = opens[opens >= lost_us]
                shown_us = min(until_us, int(later[0])) if later.size else until_us
                if later.size < opens.size and shown_us - lost_us >= _SECOND_US:
                    found.add(lost_us)
        return len(found)

    def size_at(self, market: int, side: Side, price_e4: int, at_us: int) -> int:
        """Return what rested at a price just before an instant, in hundredths of contracts.

        `UNKNOWN` before the market's first snapshot, and from a gap to the next one.
        """
        if not self.is_known(market, at_us):
            return UNKNOWN
        rows = self.columns[market]
        last = int(np.searchsorted(rows.at_us, at_us, side="left"))
        begun = np.flatnonzero(rows.opens[:last])
        first = int(begun[-1]) if begun.size else 0
        mine = (rows.is_yes[first:last] == (side is Side.YES)) & (
            rows.price_e4[first:last] == price_e4
        )
        found = np.flatnonzero(mine)
        return int(rows.size_e2[first + int(found[-1])]) if found.size else 0


def _follower(compiled: bool) -> Callable[[DepthColumns], MarketTouch]:  # noqa: FBT001
    if not compiled:
        return followed_touch
    # Compiled code is looked for only where there are books: it takes a while to load.
    from kalshi_alpha.core.replay.book_rows import walked_touch

    return walked_touch


def gaps_of(gaps: GapColumns | None, market: int) -> IntArray:
    """Return from when on a market's book was not known."""
    return _NO_TIMES if gaps is None else gaps.at_us[gaps.market == market]


def _opens(rows: DepthColumns) -> IntArray:
    found: IntArray = rows.at_us[rows.opens == 1]
    return found


def known_levels(depth: DepthColumns, gaps: GapColumns | None) -> DepthColumns:
    """Leave out changes between a gap and the next snapshot: nobody knows of what."""
    if gaps is None or not gaps.at_us.size:
        return depth
    kept = np.ones(depth.at_us.shape, dtype=np.bool_)
    for market in np.unique(gaps.market).tolist():
        mine = np.flatnonzero(depth.market == market)
        # A change of the gap's own instant came after it; a snapshot of that instant holds.
        by = depth.at_us[mine] + 1
        opens_us = depth.at_us[mine][depth.opens[mine] == 1]
        kept[mine] = last_before(gaps_of(gaps, market), by) <= last_before(opens_us, by)
    return _chosen(depth, kept)


def _of_market(depth: DepthColumns, market: int) -> DepthColumns:
    return _chosen(depth, depth.market == market)


def _chosen(depth: DepthColumns, mine: BoolArray) -> DepthColumns:
    return DepthColumns(
        depth.at_us[mine],
        depth.market[mine],
        depth.is_yes[mine],
        depth.price_e4[mine],
        depth.size_e2[mine],
        depth.opens[mine],
    )


def followed_touch(rows: DepthColumns) -> MarketTouch:
    """Return how one market's best prices changed, level by level."""
    bid, bid_size = _best(rows, is_yes=True)
    no_bid, ask_size = _best(rows, is_yes=False)
    ask = np.where(no_bid == ABSENT, ABSENT, E4_PER_DOLLAR - no_bid)
    # Rows of one instant are one change: only what stands after the last of them was ever seen.
    last = np.append(rows.at_us[1:] != rows.at_us[:-1], True) if rows.at_us.size else slice(0)
    at = rows.at_us[last]
    return MarketTouch(
        BestPrices(at, bid[last], bid_size[last]),
        BestPrices(at, ask[last], ask_size[last]),
        inferred=False,
    )


def _best(rows: DepthColumns, *, is_yes: bool) -> tuple[IntArray, IntArray]:
    """Return the best bid of a side and its size after each row."""
    price, size = (np.full(rows.at_us.shape, ABSENT, dtype=np.int64) for _ in range(2))
    levels: dict[int, int] = {}
    best = ABSENT
    told = zip(
        rows.is_yes.tolist(),
        rows.price_e4.tolist(),
        rows.size_e2.tolist(),
        rows.opens.tolist(),
        strict=True,
    )
    for row, (on_yes, price_e4, size_e2, opens) in enumerate(told):
        if opens:
            levels, best = {}, ABSENT
        if bool(on_yes) == is_yes and size_e2 > 0:
            levels[price_e4] = size_e2
            best = max(best, price_e4)
        elif bool(on_yes) == is_yes:
            levels.pop(price_e4, None)
            best = max(levels, default=ABSENT) if price_e4 == best else best
        price[row], size[row] = best, levels.get(best, ABSENT)
    return price, size

"""Recorded books as rows for the kernels: the touch as it changed, and what an order fills.

Compiled code walks the rows where numba is there; the numbers are those of `touches` and `fills`,
which need neither books nor a compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Self

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.replay.fills import NO_FILLS, Fills, RestingOrder
from kalshi_alpha.core.replay.kernels import depth_fills, touches
from kalshi_alpha.core.replay.kernels_columns import (
    DepthStream,
    OrderColumns,
    QueueRule,
    RowKind,
    merged_stream,
)
from kalshi_alpha.core.replay.tape import DepthColumns, GapColumns, TradeColumns
from kalshi_alpha.core.replay.touches import ABSENT, BestPrices, MarketTouch, last_before
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

_CENT_E4 = 100
_NOTHING = np.empty(0, dtype=np.int64)
_NO_TRADES = TradeColumns(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True, eq=False)
class BookRows:
    """Levels and prints of an event in the order they came.

    Attributes
    ----------
    stream, at_us
        The rows, and when each came.
    of_book
        The rows of each book, rising.
    blind
        Which prints came while their book was not known; None if no book ever was lost.
    """

    stream: DepthStream
    at_us: IntArray
    of_book: tuple[IntArray, ...]
    blind: BoolArray | None = None

    @classmethod
    def of(
        cls,
        depth: DepthColumns,
        trades: TradeColumns | None,
        n_markets: int,
        gaps: GapColumns | None = None,
    ) -> Self:
        """Merge what was recorded of an event's books.

        Raises
        ------
        BadParameter
            If a size is too large for a stream.
        """
        printed = _NO_TRADES if trades is None else trades
        step = gcd(_CENT_E4, *map(_step, (depth.price_e4, printed.yes_price_e4)))
        stream, at_us = merged_stream(depth, printed, n_markets, step)
        by_book = np.argsort(stream.book, kind="stable")
        ends = np.searchsorted(stream.book[by_book], np.arange(stream.n_books + 1))
        rows = (by_book[ends[b] : ends[b + 1]] for b in range(stream.n_books))
        blind = None if gaps is None else _blind(stream, at_us, depth, gaps)
        return cls(stream, at_us, tuple(rows), blind)

    def fills(self, market: int, order: RestingOrder, rule: QueueRule) -> Fills:
        """Pass the rows of an order's book by it, as `resting_fills` passes the prints.

        While the book is not known nobody knows our place either, and a print at our price fills
        nothing; one through it would have met us whatever stood there, and does. That is the
        least favourable reading of both.

        Parameters
        ----------
        market
            Index of its market.
        order
            Where it rests, how long, and behind how many.
        rule
            How a level that shrinks moves it up.
        """
        rows = self.of_book[2 * market + (order.side is Side.NO)]
        begins, ends = np.searchsorted(
            self.at_us[rows], (order.from_us, order.until_us), side="right"
        )
        if begins >= ends:
            return NO_FILLS
        met, tick = rows[begins:ends], order.price_e4 // self.stream.tick_e4
        if self.blind is not None:
            met = met[~(self.blind[met] & (self.stream.tick[met] == tick))]
        n_met = int(met.size)
        stream = DepthStream(
            # Who is ahead is told by a level of its own before the first row that is met.
            np.insert(self.stream.kind[met], 0, RowKind.LEVEL),
            np.zeros(1 + n_met, dtype=np.int32),
            np.insert(self.stream.tick[met], 0, tick),
            np.insert(self.stream.size_e2[met], 0, order.ahead_e2),
            1,
            self.stream.tick_e4,
        )
        book, price, count = np.array([[0], [tick], [order.count_e2]], dtype=np.int32)
        bid = OrderColumns(book, price, count, np.array([0]), np.array([n_met]))
        found = depth_fills(stream, bid, rule)
        return Fills(self.at_us[met[found.row - 1]], found.count_e2) if found.row.size else NO_FILLS


def _blind(
    stream: DepthStream, at_us: IntArray, depth: DepthColumns, gaps: GapColumns
) -> BoolArray:
    found = np.zeros(at_us.shape, dtype=np.bool_)
    for market in np.unique(gaps.market).tolist():
        printed = np.flatnonzero((stream.kind == RowKind.PRINT) & (stream.book // 2 == market))
        opens_us = depth.at_us[(depth.market == market) & (depth.opens == 1)]
        lost = last_before(gaps.at_us[gaps.market == market], at_us[printed])
        found[printed] = lost > last_before(opens_us, at_us[printed])
    return found


def _step(prices_e4: IntArray) -> int:
    return int(np.gcd.reduce(prices_e4)) if prices_e4.size else 0


def walked_touch(rows: DepthColumns) -> MarketTouch:
    """Return how one market's best prices changed, by the compiled walk.

    Raises
    ------
    BadParameter
        If a size is too large for a stream.
    """
    alone = DepthColumns(
        rows.at_us,
        np.zeros_like(rows.market),
        rows.is_yes,
        rows.price_e4,
        rows.size_e2,
        rows.opens,
    )
    step = gcd(_CENT_E4, _step(rows.price_e4))
    stream, at_us = merged_stream(alone, _NO_TRADES, 1, step)
    # Rows of one instant are one change: only what stands after the last of them was ever seen.
    last = np.flatnonzero(np.append(at_us[1:] != at_us[:-1], True)) if at_us.size else _NOTHING
    best = touches(stream, last)
    bid, no_bid = (best.tick[:, side].astype(np.int64) * step for side in (0, 1))
    size, no_size = (best.size_e2[:, side].astype(np.int64) for side in (0, 1))
    at = at_us[last]
    return MarketTouch(
        BestPrices(at, np.where(bid, bid, ABSENT), np.where(bid, size, ABSENT)),
        BestPrices(
            at, np.where(no_bid, E4_PER_DOLLAR - no_bid, ABSENT), np.where(no_bid, no_size, ABSENT)
        ),
        inferred=False,
    )

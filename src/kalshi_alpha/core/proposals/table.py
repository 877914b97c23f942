"""The markets of many ladders as parallel arrays: the form that a scan works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.fees import Liquidity
from kalshi_alpha.core.ladder import GridInterval, interval, interval_bounds
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.proposals.tick_table import ABSENT, TickTable
from kalshi_alpha.core.types import Market


@dataclass(frozen=True, slots=True, eq=False)
class MarketTable:
    """One row a market, ladder after ladder; prices in 1e-4 dollars, ``ABSENT`` for an empty side.

    Parameters
    ----------
    snapshots
        The ladders, in order.
    markets
        The markets, in the order of the rows.
    starts : integer ndarray of shape (n_ladders + 1,)
        Rows ``starts[i]`` to ``starts[i + 1]`` belong to ladder ``i``.
    ladder_of : integer ndarray of shape (n_markets,)
        Which snapshot a row belongs to.
    intervals
        The settlement values for which YES pays, one a row.
    lo, hi : integer ndarrays of shape (n_markets,)
        Their inclusive ends, sentinels standing for unbounded.
    yes_bid, no_bid : integer ndarrays of shape (n_markets,)
        Best bids, each on its own side's scale.
    age_s : ndarray of shape (n_markets,)
        Seconds since the book was read; NaN where there is none.
    has_book, is_open : boolean ndarrays of shape (n_markets,)
    grid_of : integer ndarray of shape (n_markets,)
        Row of ``ticks``.
    maker_rate : integer ndarray of shape (n_markets,)
        Fee rate of a resting order, in units of 1e-10.
    """

    snapshots: tuple[LadderSnapshot, ...]
    markets: tuple[Market, ...]
    starts: IntArray
    ladder_of: IntArray
    intervals: tuple[GridInterval, ...]
    lo: IntArray
    hi: IntArray
    yes_bid: IntArray
    no_bid: IntArray
    age_s: FloatArray
    has_book: BoolArray
    is_open: BoolArray
    grid_of: IntArray
    ticks: TickTable
    maker_rate: IntArray

    @classmethod
    def build(cls, snapshots: Sequence[LadderSnapshot], at: datetime) -> MarketTable:
        """Lay out the markets of the ladders, with the quotes that stand at ``at``.

        Raises
        ------
        BadStrike
            If some market pays for no settlement value; such a market is listed as unreadable.
        BadLadder
            If an event comes twice, whose limits would then be used twice.
        """
        if len({s.ladder.event_ticker for s in snapshots}) != len(snapshots):
            raise BadLadder("an event is listed twice")
        markets = [market for s in snapshots for market in s.ladder.markets]
        books = [s.books.get(market.ticker) for s in snapshots for market in s.ladder.markets]
        sizes = np.array([len(s.ladder.markets) for s in snapshots], dtype=np.int64)
        ladder_of = np.repeat(np.arange(sizes.size), sizes)
        intervals = [interval(m.strike, s.ladder.grid) for s in snapshots for m in s.ladder.markets]
        lo, hi = interval_bounds(intervals)
        grids = tuple(dict.fromkeys(market.tick_grid for market in markets))
        grid_index = {grid: row for row, grid in enumerate(grids)}
        rates = [snapshot.fee_terms.rate_e10(Liquidity.MAKER) for snapshot in snapshots]
        yes_bids = [book.yes_bids if book else () for book in books]
        no_bids = [book.no_bids if book else () for book in books]
        ages_s = [(at - book.as_of).total_seconds() if book else np.nan for book in books]
        return cls(
            snapshots=tuple(snapshots),
            markets=tuple(markets),
            starts=np.append(0, np.cumsum(sizes)),
            ladder_of=ladder_of,
            intervals=tuple(intervals),
            lo=lo,
            hi=hi,
            yes_bid=np.array([bids[0].price_e4 if bids else ABSENT for bids in yes_bids], np.int64),
            no_bid=np.array([bids[0].price_e4 if bids else ABSENT for bids in no_bids], np.int64),
            age_s=np.array(ages_s, dtype=np.float64),
            has_book=np.array([book is not None for book in books], dtype=np.bool_),
            is_open=np.array([market.is_open(at) for market in markets], dtype=np.bool_),
            grid_of=np.array([grid_index[m.tick_grid] for m in markets], dtype=np.int64),
            ticks=TickTable.of(grids),
            maker_rate=np.array(rates, dtype=np.int64)[ladder_of],
        )

    def rows_of(self, ladder: int) -> slice:
        """Return the rows of one ladder."""
        return slice(int(self.starts[ladder]), int(self.starts[ladder + 1]))

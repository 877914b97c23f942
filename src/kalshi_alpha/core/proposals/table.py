"""The markets of many ladders as parallel arrays: the form that a scan works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import Liquidity
from kalshi_alpha.core.ladder import interval, interval_bounds
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.proposals.tick_table import ABSENT, TickTable
from kalshi_alpha.core.types import Market, Side


@dataclass(frozen=True, slots=True, eq=False)
class MarketTable:
    """One row a market, ladder after ladder; prices in 1e-4 dollars, ``ABSENT`` for an empty side.

    Parameters
    ----------
    snapshots
        The ladders, in order.
    markets
        The markets, in the order of the rows.
    ladder_of : integer ndarray of shape (n_markets,)
        Which snapshot a row belongs to.
    lo, hi : integer ndarrays of shape (n_markets,)
        Inclusive interval of settlement values for which YES pays.
    yes_bid, no_bid : integer ndarrays of shape (n_markets,)
        Best bids, each on its own side's scale.
    has_book, is_open : boolean ndarrays of shape (n_markets,)
    grid_of : integer ndarray of shape (n_markets,)
        Row of ``ticks``.
    maker_rate : integer ndarray of shape (n_markets,)
        Fee rate of a resting order, in units of 1e-10.
    """

    snapshots: tuple[LadderSnapshot, ...]
    markets: tuple[Market, ...]
    ladder_of: IntArray
    lo: IntArray
    hi: IntArray
    yes_bid: IntArray
    no_bid: IntArray
    has_book: BoolArray
    is_open: BoolArray
    grid_of: IntArray
    ticks: TickTable
    maker_rate: IntArray

    @classmethod
    def build(cls, snapshots: Sequence[LadderSnapshot], at: datetime) -> MarketTable:
        """Lay out the markets of the ladders, with the quotes that stand at ``at``."""
        rows = [(i, market) for i, s in enumerate(snapshots) for market in s.ladder.markets]
        books = [snapshots[i].books.get(market.ticker) for i, market in rows]
        grids = tuple(dict.fromkeys(market.tick_grid for _, market in rows))
        grid_index = {grid: row for row, grid in enumerate(grids)}
        bounds = [interval(market.strike, snapshots[i].ladder.grid) for i, market in rows]
        lo, hi = interval_bounds(bounds)
        rates = [snapshot.fee_terms.rate_e10(Liquidity.MAKER) for snapshot in snapshots]
        return cls(
            snapshots=tuple(snapshots),
            markets=tuple(market for _, market in rows),
            ladder_of=np.array([i for i, _ in rows], dtype=np.int64),
            lo=lo,
            hi=hi,
            yes_bid=np.array([_best(book, Side.YES) for book in books], dtype=np.int64),
            no_bid=np.array([_best(book, Side.NO) for book in books], dtype=np.int64),
            has_book=np.array([book is not None for book in books], dtype=np.bool_),
            is_open=np.array([market.is_open(at) for _, market in rows], dtype=np.bool_),
            grid_of=np.array([grid_index[market.tick_grid] for _, market in rows], dtype=np.int64),
            ticks=TickTable.of(grids),
            maker_rate=np.array([rates[i] for i, _ in rows], dtype=np.int64),
        )


def _best(book: OrderBook | None, side: Side) -> int:
    bids = () if book is None else book.bids(side)
    return bids[0].price_e4 if bids else ABSENT

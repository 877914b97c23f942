"""Whether our own probabilities and the venue's quotes agree with themselves, ladder by ladder.

All ladders are first looked at together, by comparing every market with every other whose payoff
it contains; only one whose quotes may contradict each other is then measured by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeTerms, Liquidity
from kalshi_alpha.core.ladder import (
    UNBOUNDED_ABOVE,
    UNBOUNDED_BELOW,
    Quote,
    QuotePolicy,
    market_consistency,
)
from kalshi_alpha.core.proposals.proposal import LadderCheck
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

_TOLERANCE = 1e-9
_QUOTES = QuotePolicy()
_BLOCK = 2_000_000  # pairs compared at once, so that memory stays bounded


def check_ladders(
    table: MarketTable, prob_yes: FloatArray, at: datetime
) -> tuple[LadderCheck, ...]:
    """Check every ladder of the table, in order.

    Parameters
    ----------
    table
        The markets.
    prob_yes : ndarray of shape (n_markets,)
        Our probability of YES; NaN where there is no forecast.
    at
        The decision clock; quotes older than two minutes are nobody's offer.
    """
    monotone, sound = monotone_ladders(table, prob_yes), sound_ladders(table)
    return tuple(
        _sound(table, ladder, monotone=is_monotone)
        if is_sound
        else _measured(table, ladder, at, monotone=is_monotone)
        for ladder, (is_monotone, is_sound) in enumerate(
            zip(monotone.tolist(), sound.tolist(), strict=True)
        )
    )


def monotone_ladders(table: MarketTable, prob_yes: FloatArray) -> BoolArray:
    """Say of each ladder whether no market is less likely than one whose payoff it contains.

    A ladder without any probability has nothing that could be wrong; one that lacks some, or has
    one outside [0, 1], is not monotone.

    Returns
    -------
    boolean ndarray of shape (n_ladders,)
    """
    inside = (prob_yes >= -_TOLERANCE) & (prob_yes <= 1.0 + _TOLERANCE)
    first = table.starts[:-1]
    complete = np.logical_and.reduceat(inside, first)
    silent = np.logical_and.reduceat(np.isnan(prob_yes), first)
    found = complete.copy()
    for block in _Pairs.blocks(table):
        prob = block.spread(prob_yes, np.nan)
        worse = prob[:, :, np.newaxis] < prob[:, np.newaxis, :] - _TOLERANCE
        found[block.ladders] &= ~(block.contains & worse).any(axis=(1, 2))
    return np.asarray(found | silent)


def sound_ladders(table: MarketTable) -> BoolArray:
    """Say of each ladder whether its quotes plainly hold no contradiction.

    True only for nested thresholds, all of one direction and all different, of which no usable
    mid and no fresh offer is at odds with another, and for ladders without books. For a false
    one nothing is said.

    Returns
    -------
    boolean ndarray of shape (n_ladders,)
    """
    fresh = (table.age_s >= -_QUOTES.lead_s_max) & (table.age_s <= _QUOTES.age_s_max)
    bid = np.where(fresh & (table.yes_bid != ABSENT), table.yes_bid, -E4_PER_DOLLAR)
    ask = np.where(
        fresh & (table.no_bid != ABSENT), E4_PER_DOLLAR - table.no_bid, 2 * E4_PER_DOLLAR
    )
    widest_e4 = _QUOTES.spread_max * E4_PER_DOLLAR
    has_mid = (bid > 0) & (ask < E4_PER_DOLLAR) & (ask >= bid) & (ask - bid <= widest_e4)
    twice_mid = np.where(has_mid, bid + ask, np.nan)
    sound = _one_way(table)
    for block in _Pairs.blocks(table):
        contains = block.contains & block.both(table.has_book)
        mid = block.spread(twice_mid, np.nan)
        offered, wanted = block.spread(ask, 0.0), block.spread(bid, 0.0)
        odd = mid[:, :, np.newaxis] < mid[:, np.newaxis, :]
        odd |= offered[:, :, np.newaxis] < wanted[:, np.newaxis, :]
        # Two markets that pay alike are no ladder of thresholds: the general test decides.
        alike = (contains & contains.transpose(0, 2, 1)).sum(axis=(1, 2)) > block.both(
            table.has_book
        ).diagonal(axis1=1, axis2=2).sum(axis=1)
        sound[block.ladders] &= ~((contains & odd).any(axis=(1, 2)) | alike)
    return np.asarray(sound | ~np.logical_or.reduceat(table.has_book, table.starts[:-1]))


def _one_way(table: MarketTable) -> BoolArray:
    """Say of each ladder whether all its markets with books pay above, or all below, a strike."""
    below, above = table.lo == UNBOUNDED_BELOW, table.hi == UNBOUNDED_ABOVE
    first, silent = table.starts[:-1], ~table.has_book
    all_above = np.logical_and.reduceat((above & ~below) | silent, first)
    all_below = np.logical_and.reduceat((below & ~above) | silent, first)
    return np.asarray(all_above | all_below)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """The markets of some ladders as rows of a square, padded to the longest ladder.

    ``contains[l, i, j]`` says that market ``i`` of the ladder pays whenever ``j`` does.
    """

    ladders: slice
    cells: IntArray
    listed: BoolArray
    contains: BoolArray

    @classmethod
    def blocks(cls, table: MarketTable) -> list[_Pairs]:
        sizes = np.diff(table.starts)
        width = int(sizes.max(initial=1))
        step = max(1, _BLOCK // width**2)
        return [
            cls._of(table, slice(start, min(start + step, sizes.size)), width)
            for start in range(0, sizes.size, step)
        ]

    @classmethod
    def _of(cls, table: MarketTable, ladders: slice, width: int) -> _Pairs:
        first, stop = table.starts[:-1][ladders], table.starts[1:][ladders]
        cells = first[:, np.newaxis] + np.arange(width)
        listed = cells < stop[:, np.newaxis]
        cells = np.where(listed, cells, 0)
        lo, hi = table.lo[cells], table.hi[cells]
        contains = lo[:, :, np.newaxis] <= lo[:, np.newaxis, :]
        contains &= hi[:, :, np.newaxis] >= hi[:, np.newaxis, :]
        contains &= listed[:, :, np.newaxis] & listed[:, np.newaxis, :]
        return cls(ladders, cells, listed, contains)

    def spread(self, values: FloatArray | IntArray, padding: float) -> FloatArray:
        """Lay out one value per market, shape (n_ladders, width)."""
        return np.where(self.listed, values[self.cells], padding)

    def both(self, marked: BoolArray) -> BoolArray:
        """Say of each pair whether both markets are marked."""
        each = self.listed & marked[self.cells]
        return np.asarray(each[:, :, np.newaxis] & each[:, np.newaxis, :])


def _sound(table: MarketTable, ladder: int, *, monotone: bool) -> LadderCheck:
    return LadderCheck(
        event_ticker=table.snapshots[ladder].ladder.event_ticker,
        model_monotone=monotone,
        market_mid_violations=0,
        market_exec_violations=0,
        market_exec_violations_after_fees=0,
        repair_l1=0.0,
    )


def _measured(table: MarketTable, ladder: int, at: datetime, *, monotone: bool) -> LadderCheck:
    snapshot, start = table.snapshots[ladder], int(table.starts[ladder])
    priced = [
        (table.intervals[start + i], book)
        for i, market in enumerate(snapshot.ladder.markets)
        if (book := snapshot.books.get(market.ticker)) is not None
    ]
    books = [book for _, book in priced]
    found = market_consistency(
        [each for each, _ in priced],
        [_quote(book) for book in books],
        at,
        yes_fees=_taker_fees(snapshot.fee_terms, books, Side.YES),
        no_fees=_taker_fees(snapshot.fee_terms, books, Side.NO),
        policy=_QUOTES,
    )
    return LadderCheck(
        event_ticker=snapshot.ladder.event_ticker,
        model_monotone=monotone,
        market_mid_violations=found.market_mid_violations,
        market_exec_violations=found.market_exec_violations,
        market_exec_violations_after_fees=found.market_exec_violations_after_fees,
        repair_l1=found.repair_l1,
    )


def _quote(book: OrderBook) -> Quote:
    sizes = [size for side in Side if (size := book.bid_size(side)) is not None]
    return Quote(
        bid=book.best_yes_bid,
        ask=book.best_yes_ask,
        seen_at=book.as_of,
        depth=min(sizes, default=None),
    )


def _taker_fees(terms: FeeTerms, books: Sequence[OrderBook], side: Side) -> FloatArray:
    """Return the unrounded taker fee of buying a side at its ask; zero where there is none."""
    asks = [book.best_ask(side) for book in books]
    cost = np.array([0.0 if ask is None else ask.dollars for ask in asks])
    fees: FloatArray = terms.rate_e10(Liquidity.TAKER) / 1e10 * cost * (1.0 - cost)
    return fees

"""Whether our own probabilities and the venue's quotes agree with themselves, ladder by ladder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeTerms, Liquidity
from kalshi_alpha.core.ladder import GridInterval, Quote, interval, market_consistency
from kalshi_alpha.core.proposals.proposal import LadderCheck
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.types import Side

_TOLERANCE = 1e-9


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
    starts = np.searchsorted(table.ladder_of, np.arange(len(table.snapshots) + 1))
    return tuple(
        _check(snapshot, prob_yes[start:stop], at)
        for snapshot, start, stop in zip(table.snapshots, starts, starts[1:], strict=False)
    )


def _check(snapshot: LadderSnapshot, prob_yes: FloatArray, at: datetime) -> LadderCheck:
    intervals = [interval(m.strike, snapshot.ladder.grid) for m in snapshot.ladder.markets]
    rows = [i for i, m in enumerate(snapshot.ladder.markets) if m.ticker in snapshot.books]
    books = [snapshot.books[snapshot.ladder.markets[i].ticker] for i in rows]
    monotone = is_monotone_in_payoff(intervals, prob_yes)
    if not books:
        return LadderCheck(
            event_ticker=snapshot.ladder.event_ticker,
            model_monotone=monotone,
            market_mid_violations=0,
            market_exec_violations=0,
            market_exec_violations_after_fees=0,
            repair_l1=0.0,
        )
    found = market_consistency(
        [intervals[i] for i in rows],
        [_quote(book) for book in books],
        at,
        yes_fees=_taker_fees(snapshot.fee_terms, books, Side.YES),
        no_fees=_taker_fees(snapshot.fee_terms, books, Side.NO),
    )
    return LadderCheck(
        event_ticker=snapshot.ladder.event_ticker,
        model_monotone=monotone,
        market_mid_violations=found.market_mid_violations,
        market_exec_violations=found.market_exec_violations,
        market_exec_violations_after_fees=found.market_exec_violations_after_fees,
        repair_l1=found.repair_l1,
    )


def is_monotone_in_payoff(intervals: list[GridInterval], prob_yes: FloatArray) -> bool:
    """Say whether no market is less likely than one whose payoff it contains.

    A ladder without a forecast has nothing that could be wrong.
    """
    if np.isnan(prob_yes).all():
        return True
    for upper in (True, False):
        rungs = sorted(
            (end, prob)
            for each, prob in zip(intervals, prob_yes.tolist(), strict=True)
            if (end := _threshold(each, upper=upper)) is not None
        )
        values = np.array([prob for _, prob in rungs])
        if values.size and not (np.diff(values) <= _TOLERANCE).all():
            return False
    return bool((prob_yes >= -_TOLERANCE).all() and (prob_yes <= 1 + _TOLERANCE).all())


def _threshold(each: GridInterval, *, upper: bool) -> int | None:
    """Return a number in which the probability of a one-sided market must not rise."""
    if upper:
        return each.lo if each.hi is None else None
    return None if each.hi is None or each.lo is not None else -each.hi


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

"""Which way the book leans, on the YES scale: near one when the bids outweigh the asks."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

from kalshi_alpha.core.book.order_book import Level, OrderBook
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

_CENT_E4 = 100


def imbalance(book: OrderBook) -> float | None:
    """Return I = Q_b / (Q_b + Q_a) of the best YES bid and ask; None if a side is empty."""
    if not book.yes_bids or not book.no_bids:
        return None
    bid, ask = book.yes_bids[0].size_e2, book.no_bids[0].size_e2
    return bid / (bid + ask)


def imbalance_for(book: OrderBook, side: Side) -> float | None:
    """Return the imbalance as a holder of one side sees it: I for YES, 1 - I for NO."""
    yes = imbalance(book)
    return yes if yes is None or side is Side.YES else 1.0 - yes


def depth_imbalance(
    book: OrderBook, *, within_e4: int = 3 * _CENT_E4, tick_e4: int = _CENT_E4
) -> float | None:
    """Return the imbalance of all levels near the touch, each discounted by its distance.

    Parameters
    ----------
    book
        The snapshot.
    within_e4
        How far from the best price of its own side a level still counts, in 1e-4 dollars.
    tick_e4
        The market's tick; a level k ticks away has weight exp(-k).

    Returns
    -------
    float or None
        In (0, 1); None if a side is empty.

    Raises
    ------
    BadParameter
        If the distance is negative or the tick not positive.
    """
    if within_e4 < 0 or tick_e4 <= 0:
        raise BadParameter(f"depth within {within_e4} by ticks of {tick_e4}")
    if not book.yes_bids or not book.no_bids:
        return None
    bid = _discounted(book.yes_bids, within_e4, tick_e4)
    ask = _discounted(book.no_bids, within_e4, tick_e4)
    return bid / (bid + ask)


def weighted_mid(book: OrderBook) -> float | None:
    """Return W = I ask + (1 - I) bid in dollars of YES; None if a side is empty.

    The heavier side pushes the price away from itself.
    """
    lean = imbalance(book)
    if lean is None:
        return None
    bid_e4, ask_e4 = book.yes_bids[0].price_e4, E4_PER_DOLLAR - book.no_bids[0].price_e4
    return (lean * ask_e4 + (1.0 - lean) * bid_e4) / E4_PER_DOLLAR


def _discounted(bids: Iterable[Level], within_e4: int, tick_e4: int) -> float:
    ordered = tuple(bids)
    best = ordered[0].price_e4
    near = ((best - price, size) for price, size in ordered if best - price <= within_e4)
    return sum(size * exp(-distance / tick_e4) for distance, size in near)

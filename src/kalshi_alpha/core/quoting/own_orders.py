"""A market's book as others made it: our own orders taken out."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.core.book.order_book import Level, OrderBook
from kalshi_alpha.core.quoting.quotes import RestingOrder
from kalshi_alpha.core.types import Side


def without_own(book: OrderBook, own: Iterable[RestingOrder]) -> OrderBook:
    """Return the book less our own resting orders.

    Whoever prices against the whole book joins, improves on, and is pooled with himself. Where
    more of ours rests than a level shows, the book is older than our order or newer than its
    fill, and the level is left out: nobody else is known to be there.
    """
    ours: dict[tuple[Side, int], int] = {}
    for order in own:
        if order.ticker == book.ticker:
            place = (order.side, order.price.e4)
            ours[place] = ours.get(place, 0) + order.remaining.e2
    if not ours:
        return book
    return OrderBook(
        book.ticker,
        book.as_of,
        _less(book.yes_bids, Side.YES, ours),
        _less(book.no_bids, Side.NO, ours),
    )


def _less(
    levels: Iterable[Level], side: Side, ours: dict[tuple[Side, int], int]
) -> tuple[Level, ...]:
    left = ((price, size - ours.get((side, price), 0)) for price, size in levels)
    return tuple(Level(price, size) for price, size in left if size > 0)

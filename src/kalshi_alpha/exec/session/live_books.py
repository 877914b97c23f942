"""The books of a market stream, as the quoting loop reads them."""

from __future__ import annotations

from collections.abc import Mapping

from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.ports import Clock


class LiveBooks:
    """Gives a book only while it can be believed: clean, and not crossed.

    Parameters
    ----------
    books
        Kept up to date by a stream, which marks a book dirty when it is in doubt.
    clock
        Dates what is given.
    """

    def __init__(self, books: Mapping[str, LadderBook], clock: Clock) -> None:
        self._books, self._clock = books, clock
        self._copies: dict[str, OrderBook] = {}

    def changed(self, book: LadderBook) -> None:
        """Take note that a book changed, became dirty or clean: its copy is made anew."""
        self._copies.pop(book.ticker, None)

    def book(self, ticker: str) -> OrderBook | None:
        """Return a market's book, or None while it is in doubt or was never seen."""
        book = self._books.get(ticker)
        if book is None or book.dirty is not None or book.is_crossed:
            return None
        copy = self._copies.get(ticker)
        if copy is None:
            copy = self._copies[ticker] = book.snapshot(self._clock.now())
        return copy

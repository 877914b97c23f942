"""Best prices of the markets that are followed, and which of them changed since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side


class StreamState(StrEnum):
    """How the venue's books are followed."""

    OFF = "off"
    CONNECTING = "connecting"
    LIVE = "live"
    DOWN = "down"


class Top(NamedTuple):
    """The best prices of a book: 1e-4 dollars of YES, and 1e-2 contracts at each.

    An empty side has None twice. ``dirty`` says why nothing of it may be believed; empty if all
    may.
    """

    bid_e4: int | None
    ask_e4: int | None
    bid_e2: int | None
    ask_e2: int | None
    dirty: str

    @property
    def mid(self) -> float | None:
        """The mid in dollars; None with an empty side or while the book is dirty."""
        if self.dirty or self.bid_e4 is None or self.ask_e4 is None:
            return None
        return (self.bid_e4 + self.ask_e4) / 20_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A market as the venue lists it: its event and series, and its strike in words."""

    ticker: str
    event: str
    series: str
    strike: str


def top_of(book: LadderBook) -> Top:
    """Return the best prices of a live book."""
    dirty = "" if book.dirty is None else book.dirty.value
    bid = book.bid_e4 if book.bid_e4 > 0 else None
    ask = book.ask_e4 if book.ask_e4 < E4_PER_DOLLAR else None
    return Top(
        bid,
        ask,
        None if bid is None else book.size_e2(Side.YES, bid),
        None if ask is None else book.size_e2(Side.NO, E4_PER_DOLLAR - ask),
        dirty,
    )


class LiveBooks:
    """What the page knows of the venue's books; one task writes it, and everybody reads.

    Attributes
    ----------
    state, detail
        How the stream stands, and why if it does not.
    markets
        What is listed, by ticker.
    listing
        Counts up whenever other markets are listed.
    seq
        Counts up whenever a market changes.
    """

    def __init__(self) -> None:
        self.state = StreamState.OFF
        self.detail = "books are not followed"
        self.markets: Mapping[str, Listed] = {}
        self.listing = 0
        self.seq = 0
        self._tops: dict[str, Top] = {}
        self._changed_at: dict[str, int] = {}

    def note(self, state: StreamState, detail: str = "") -> None:
        """Say how the stream stands."""
        self.state, self.detail = state, detail

    def list_markets(self, markets: Iterable[Listed]) -> bool:
        """Take in what is listed; say whether it is other than before."""
        found = {each.ticker: each for each in markets}
        if found == self.markets:
            return False
        self.markets = found
        self.listing += 1
        for ticker in self._tops.keys() - found.keys():
            del self._tops[ticker], self._changed_at[ticker]
        return True

    def take(self, books: Mapping[str, LadderBook]) -> int:
        """Compare every book with what was known, and return how many changed."""
        changed = 0
        for ticker, book in books.items():
            top = top_of(book)
            if self._tops.get(ticker) != top:
                changed += 1
                self._tops[ticker] = top
                self._changed_at[ticker] = self.seq + 1
        if changed:
            self.seq += 1
        return changed

    def top(self, ticker: str) -> Top | None:
        """Return the best prices of a market, or None if it was never shown."""
        return self._tops.get(ticker)

    def since(self, seq: int) -> dict[str, Top]:
        """Return the markets that changed after a number of `seq`."""
        if seq >= self.seq:
            return {}
        return {t: self._tops[t] for t, at in self._changed_at.items() if at > seq}

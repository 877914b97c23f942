"""One market's live book: integer sizes in flat arrays by tick, and where the best bids are.

The venue publishes bids for YES and for NO on a bounded grid of prices, so a level is an index
and a change costs the same however deep the book is. Only when a best level empties is the next
one looked for below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import BadContracts, BadMarket, BadPrice, DomainError
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

STEPS_E4 = (100, 10, 1)
"""The grids a book can be held on, in 1e-4 dollars; it moves to a finer one when it must."""

_YES, _NO = Side.YES, Side.NO


class Dirty(StrEnum):
    """Why a book may not be believed until its next snapshot."""

    NO_SNAPSHOT = "no_snapshot"
    SEQ_GAP = "seq_gap"
    SEQ_REPEAT = "seq_repeat"
    NEGATIVE_SIZE = "negative_size"
    BAD_LEVEL = "bad_level"
    UNREADABLE_FRAME = "unreadable_frame"
    CHANNEL_ERROR = "channel_error"
    DISCONNECTED = "disconnected"
    STALLED = "stalled"


class DirtyBook(DomainError):
    """A book was asked for a snapshot while it may not be believed."""


class LadderBook:
    """A book that changes in place.

    A side without bids shows the venue's own sentinels: a best bid of 0 and a best ask of
    10,000. A dirty book goes on following the changes as well as it can, for whoever replays a
    recording with a hole in it; nobody may quote on it.

    Attributes
    ----------
    ticker
        The market.
    dirty
        Why it may not be believed, or None. A new book is dirty until its first snapshot.
    bid_e4, ask_e4
        Best YES bid, and one dollar less the best NO bid, in 1e-4 dollars. Read only.
    step_e4
        The step of the grid that the book is held on, in 1e-4 dollars. Read only.
    tick_of_text
        Places on that grid by the texts of their prices, such as ``0.4200``. Read only.
    yes_e2, no_e2, yes_top, no_top
        Hundredths of contracts bid at each place of the grid, and the place of the best bid, or
        0. For `BookFeed.apply`, which adds to a level without the call that `apply_delta` costs;
        everybody else calls that.
    """

    __slots__ = (
        "_tick_of",
        "ask_e4",
        "bid_e4",
        "dirty",
        "no_e2",
        "no_top",
        "step_e4",
        "tick_of_text",
        "ticker",
        "yes_e2",
        "yes_top",
    )

    def __init__(self, ticker: str) -> None:
        self.ticker = ticker
        self.dirty: Dirty | None = Dirty.NO_SNAPSHOT
        self._clear(STEPS_E4[0])

    def _clear(self, step_e4: int) -> None:
        self._hold_on(step_e4)
        # No order can bid zero, so tick 0 holds a mark that ends every search for the next best.
        self.yes_e2 = [1] + [0] * (E4_PER_DOLLAR // step_e4)
        self.no_e2 = list(self.yes_e2)
        self.yes_top = self.no_top = 0
        self.bid_e4, self.ask_e4 = 0, E4_PER_DOLLAR

    def apply_delta(self, side: Side, price_e4: int, delta_e2: int) -> None:
        """Add a signed count of hundredths of contracts to one level, in constant time.

        A level that would become negative is emptied and makes the book dirty.

        Parameters
        ----------
        side
            Whose bid it is; the price is on that side's own scale.
        price_e4
            In 1e-4 dollars.
        delta_e2
            Change in hundredths of contracts.

        Raises
        ------
        BadPrice
            If the price is not strictly between zero and one dollar; the book is dirty then.
        """
        try:
            tick = self._tick_of[price_e4]
        except KeyError:
            tick = self._refine(price_e4)
        if side is _YES:
            levels = self.yes_e2
            size = levels[tick] + delta_e2
            if size > 0:
                levels[tick] = size
                if tick > self.yes_top:
                    self.yes_top = tick
                    self.bid_e4 = price_e4
                return
            levels[tick] = 0
            if tick == self.yes_top:
                while not levels[tick]:
                    tick -= 1
                self.yes_top = tick
                self.bid_e4 = tick * self.step_e4
        else:
            levels = self.no_e2
            size = levels[tick] + delta_e2
            if size > 0:
                levels[tick] = size
                if tick > self.no_top:
                    self.no_top = tick
                    self.ask_e4 = E4_PER_DOLLAR - price_e4
                return
            levels[tick] = 0
            if tick == self.no_top:
                while not levels[tick]:
                    tick -= 1
                self.no_top = tick
                self.ask_e4 = E4_PER_DOLLAR - tick * self.step_e4
        if size < 0:
            self.mark(Dirty.NEGATIVE_SIZE)

    def apply_snapshot(
        self, yes_bids: Iterable[tuple[int, int]], no_bids: Iterable[tuple[int, int]]
    ) -> None:
        """Replace every level, in whatever order they come; the book is clean afterwards.

        Parameters
        ----------
        yes_bids, no_bids
            Pairs (price in 1e-4 dollars on that side's scale, hundredths of contracts).

        Raises
        ------
        BadPrice
            If a price is not strictly between zero and one dollar.
        BadContracts
            If a size is negative.
        BadMarket
            If a side quotes one price twice. In each case the book is dirty.
        """
        self._clear(self.step_e4)
        self.dirty = Dirty.BAD_LEVEL
        best_yes_e4, best_no_e4 = self._fill(_YES, yes_bids), self._fill(_NO, no_bids)
        self.yes_top, self.no_top = best_yes_e4 // self.step_e4, best_no_e4 // self.step_e4
        self.bid_e4, self.ask_e4 = best_yes_e4, E4_PER_DOLLAR - best_no_e4
        self.dirty = None

    def _fill(self, side: Side, bids: Iterable[tuple[int, int]]) -> int:
        """Set the levels of an empty side and return the best price, or 0."""
        best_e4 = 0
        seen: set[int] = set()
        for price_e4, size_e2 in bids:
            tick = self._tick_of.get(price_e4)
            if tick is None:
                tick = self._refine(price_e4)
            if size_e2 < 0:
                raise BadContracts(f"{self.ticker} rests {size_e2} hundredths at {price_e4}e-4")
            if price_e4 in seen:
                raise BadMarket(f"{self.ticker} quotes {price_e4}e-4 dollars twice for {side}")
            seen.add(price_e4)
            self._of(side)[tick] = size_e2
            if price_e4 > best_e4 and size_e2:
                best_e4 = price_e4
        return best_e4

    def mark(self, why: Dirty) -> None:
        """Say that the book may not be believed; the first reason is kept until a snapshot."""
        if self.dirty is None:
            self.dirty = why

    @property
    def is_crossed(self) -> bool:
        """Whether bid and ask touch or overlap, which the venue never shows at rest.

        An empty side's sentinel lies beyond every price, so a one-sided book is never crossed.
        """
        return self.bid_e4 >= self.ask_e4

    @property
    def is_two_sided(self) -> bool:
        """Whether both sides hold a bid."""
        return self.yes_top > 0 and self.no_top > 0

    @property
    def is_quotable(self) -> bool:
        """Whether it is clean, has two sides and is not crossed."""
        return self.dirty is None and self.is_two_sided and not self.is_crossed

    def size_e2(self, side: Side, price_e4: int) -> int:
        """Return the hundredths of contracts that are bid for a side at a price."""
        tick = self._tick_of.get(price_e4)
        return 0 if tick is None else self._of(side)[tick]

    def levels(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return the bids for a side, best first: (price in 1e-4 dollars, hundredths)."""
        sizes, step_e4 = self._of(side), self.step_e4
        top = self.yes_top if side is _YES else self.no_top
        return tuple((tick * step_e4, sizes[tick]) for tick in range(top, 0, -1) if sizes[tick])

    def snapshot(self, as_of: datetime) -> OrderBook:
        """Return the book as a value.

        Raises
        ------
        DirtyBook
            If it may not be believed.
        BadMarket
            If the instant carries no zone.
        """
        if self.dirty is not None:
            raise DirtyBook(f"book of {self.ticker} is dirty ({self.dirty}): wait for a snapshot")
        return OrderBook.of(self.ticker, as_of, self.levels(Side.YES), self.levels(Side.NO))

    def _of(self, side: Side) -> list[int]:
        return self.yes_e2 if side is _YES else self.no_e2

    def _refine(self, price_e4: int) -> int:
        """Move every level to the coarsest grid that holds the price, and return its tick."""
        if type(price_e4) is not int or not 0 < price_e4 < E4_PER_DOLLAR:
            self.mark(Dirty.BAD_LEVEL)
            raise BadPrice(f"{self.ticker} bids at {price_e4!r}e-4 dollars")
        step_e4 = next(step for step in STEPS_E4 if step < self.step_e4 and price_e4 % step == 0)
        ratio = self.step_e4 // step_e4
        self.yes_e2, self.no_e2 = _spread(self.yes_e2, ratio), _spread(self.no_e2, ratio)
        self.yes_top *= ratio
        self.no_top *= ratio
        self._hold_on(step_e4)
        return self._tick_of[price_e4]

    def _hold_on(self, step_e4: int) -> None:
        self.step_e4 = step_e4
        self._tick_of, self.tick_of_text = _ticks(step_e4), _ticks_of_texts(step_e4)


def _spread(levels: list[int], ratio: int) -> list[int]:
    finer = [0] * ((len(levels) - 1) * ratio + 1)
    finer[::ratio] = levels
    return finer


@lru_cache(maxsize=len(STEPS_E4))  # one table a grid, shared by every book
def _ticks(step_e4: int) -> dict[int, int]:
    return {tick * step_e4: tick for tick in range(1, E4_PER_DOLLAR // step_e4)}


@lru_cache(maxsize=len(STEPS_E4))
def _ticks_of_texts(step_e4: int) -> dict[str, int]:
    return {f"0.{price_e4:04d}": tick for price_e4, tick in _ticks(step_e4).items()}

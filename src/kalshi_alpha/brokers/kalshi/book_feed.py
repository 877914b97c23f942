"""Books that follow the frames of a stream; nothing here waits, reads a clock or sends.

Every subscription numbers its frames, all its markets together. A number that is missing or
comes twice means that something about one of its markets is not known: all of them are dirty
until their next snapshot. A frame that cannot be read had a number nobody knows, so it makes every
book dirty, and the numbers are taken up again from the next frame of each subscription.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kalshi_alpha.brokers.kalshi.stream_frames import (
    UNREADABLE,
    Delta,
    Snapshot,
    StreamFrame,
    Subscribed,
    UnreadableFrame,
    decode_known,
    decode_unusual,
    read_change,
    read_price,
    snapshot_texts,
)
from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.errors import DomainError
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

ANY_SEQ = 0
"""No frame has this number: the next frame's number is taken as it comes."""
_YES = Side.YES
CHANGES_KEPT = 16_384
"""Texts of changes kept with their values: of a busy evening's, 19 in 20 have been seen before."""


class _Changes(dict[str, int]):
    """Changes by their texts: looking one up costs a tenth of parsing it."""

    __slots__ = ()

    def __missing__(self, text: str) -> int:
        """Parse a text that was not seen before, and keep it."""
        e2 = read_change(text)
        if len(self) >= CHANGES_KEPT:
            self.clear()
        self[text] = e2
        return e2


class Subscription:
    """One subscription: the number of its last frame, and the books it has shown."""

    __slots__ = ("books", "last_seq")

    def __init__(self, next_seq: int) -> None:
        self.next_seq = next_seq
        self.books: dict[str, LadderBook] = {}

    @property
    def next_seq(self) -> int:
        """The number that its next frame must have."""
        return self.last_seq + 1

    @next_seq.setter
    def next_seq(self, seq: int) -> None:
        self.last_seq = seq - 1


class BookFeed:
    """Books by ticker, kept by applying frames one by one.

    Parameters
    ----------
    tickers
        Markets that are followed from the start; each has a book, dirty until its snapshot.
    on_dirty
        Called with a book whenever it is, or still is, dirty after a frame that concerns it.
    follow_all
        Follow every market that a snapshot names, for recordings.

    Attributes
    ----------
    books
        The live books; they change in place.
    subscriptions
        What is known of each subscription, by its number.
    gaps, repeats, unreadable
        How often a number was missing, came again, or a frame could not be read.
    """

    def __init__(
        self,
        tickers: Iterable[str] = (),
        *,
        on_dirty: Callable[[LadderBook], None] | None = None,
        follow_all: bool = False,
    ) -> None:
        self.books = {ticker: LadderBook(ticker) for ticker in tickers}
        self.gaps = self.repeats = self.unreadable = 0
        self._on_dirty = on_dirty
        self._follow_all = follow_all
        self.subscriptions: dict[int, Subscription] = {}
        self._prices: dict[str, int] = {}
        self._changes = _Changes()

    def apply(self, frame: bytes) -> LadderBook | StreamFrame:
        """Take in one frame: return the book that it changed, or the frame if it changed none.

        Raises
        ------
        UnreadableFrame
            If the frame cannot be read; every book is dirty then.
        """
        try:
            decoded = decode_known(frame)
        except UNREADABLE as error:
            return self.apply_decoded(self._unusual(frame, error))
        if type(decoded) is not Delta:
            return self.apply_decoded(decoded)
        # From here on this is `apply_decoded` and `LadderBook.apply_delta` for a delta that adds
        # to or takes from a level and leaves it, without their calls: nearly all frames are.
        msg = decoded.msg
        try:
            held = self.subscriptions[decoded.sid]
            book = held.books[msg.market_ticker]
            tick = book.tick_of_text[msg.price_dollars]
            size_e2 = self._changes[msg.delta_fp]
        except (KeyError, DomainError):
            return self.apply_decoded(decoded)
        seq = decoded.seq
        # A difference of one is a number that costs nothing to make.
        if seq - held.last_seq != 1:
            return self.apply_decoded(decoded)
        held.last_seq = seq
        side = msg.side
        sizes_e2 = book.yes_e2 if side is _YES else book.no_e2
        size_e2 += sizes_e2[tick]
        if size_e2 <= 0:
            book.apply_delta(side, tick * book.step_e4, size_e2 - sizes_e2[tick])
        else:
            sizes_e2[tick] = size_e2
            if side is _YES:
                if tick > book.yes_top:
                    book.yes_top, book.bid_e4 = tick, tick * book.step_e4
            elif tick > book.no_top:
                book.no_top, book.ask_e4 = tick, E4_PER_DOLLAR - tick * book.step_e4
        if self._on_dirty is not None and book.dirty is not None:
            self._on_dirty(book)
        return book

    def apply_decoded(self, frame: StreamFrame) -> LadderBook | StreamFrame:
        """Take in a frame that was decoded elsewhere; see `apply`."""
        if isinstance(frame, Subscribed):
            # Whatever was numbered so before is gone.
            self.subscriptions.pop(frame.msg.sid, None)
            return frame
        sid: int | None = frame.sid
        seq: int | None = getattr(frame, "seq", None)
        if sid is None or seq is None:
            return frame
        held = self.subscriptions.get(sid)
        if held is None:
            held = self.subscriptions[sid] = Subscription(seq)
        if seq != held.next_seq and not self._out_of_turn(held, seq):
            return frame
        held.next_seq = seq + 1
        if isinstance(frame, Delta):
            return self._apply_first(held, frame)
        if isinstance(frame, Snapshot):
            return self._apply_snapshot(held, frame)
        return frame

    def mark_all(self, why: Dirty) -> None:
        """Make every book dirty."""
        for book in self.books.values():
            book.mark(why)
            self._tell(book)

    def forget(self, why: Dirty, sid: int | None = None) -> None:
        """Drop one subscription, or all of them, with the trust in its books."""
        gone = list(self.subscriptions) if sid is None else [sid]
        for each in gone:
            held = self.subscriptions.pop(each, None)
            for book in held.books.values() if held is not None else ():
                book.mark(why)
                self._tell(book)

    def _unusual(self, frame: bytes, error: Exception) -> StreamFrame:
        try:
            return decode_unusual(frame, error)
        except UnreadableFrame:
            self.note_unreadable()
            raise

    def note_unreadable(self) -> None:
        """Take in that a frame could not be read: no book can be believed."""
        self.unreadable += 1
        for held in self.subscriptions.values():
            held.next_seq = ANY_SEQ
        self.mark_all(Dirty.UNREADABLE_FRAME)

    def _out_of_turn(self, held: Subscription, seq: int) -> bool:
        """Note a number that was not expected, and say whether its frame is to be taken in."""
        if held.next_seq == ANY_SEQ:
            return True
        is_repeat = seq < held.next_seq
        if is_repeat:
            self.repeats += 1
        else:
            self.gaps += 1
        for book in held.books.values():
            book.mark(Dirty.SEQ_REPEAT if is_repeat else Dirty.SEQ_GAP)
            self._tell(book)
        return not is_repeat

    def _apply_first(self, held: Subscription, frame: Delta) -> LadderBook | StreamFrame:
        """Apply a delta whose market or price was not seen before, or whose count is none."""
        msg = frame.msg
        book = held.books.get(msg.market_ticker)
        if book is None:
            waiting = self.books.get(msg.market_ticker)
            if waiting is None:
                return frame
            # It came before its snapshot, or on a subscription that no longer carries the book.
            waiting.mark(Dirty.NO_SNAPSHOT)
            self._tell(waiting)
            return waiting
        try:
            price_e4, change_e2 = self._price(msg.price_dollars), self._changes[msg.delta_fp]
            book.apply_delta(msg.side, price_e4, change_e2)
        except DomainError:
            # A level that nobody can place: the text says nothing about the rest of the book.
            book.mark(Dirty.BAD_LEVEL)
        if book.dirty is not None:
            self._tell(book)
        return book

    def _apply_snapshot(self, held: Subscription, frame: Snapshot) -> LadderBook | StreamFrame:
        ticker = frame.msg.market_ticker
        book = self.books.get(ticker)
        if book is None:
            if not self._follow_all:
                return frame
            book = self.books[ticker] = LadderBook(ticker)
        for other in self.subscriptions.values():
            other.books.pop(ticker, None)
        held.books[ticker] = book
        try:
            yes, no = (
                [(self._price(price), self._changes[count]) for price, count in texts]
                for texts in (snapshot_texts(frame.msg, side) for side in Side)
            )
            book.apply_snapshot(yes, no)
        except DomainError:
            book.mark(Dirty.BAD_LEVEL)
        if book.dirty is not None:
            self._tell(book)
        return book

    def _price(self, text: str) -> int:
        e4 = self._prices.get(text)
        if e4 is None:
            e4 = read_price(text)
            if 0 < e4 < E4_PER_DOLLAR:  # no other is kept, so a price that is found is legal
                self._prices[text] = e4
        return e4

    def _tell(self, book: LadderBook) -> None:
        if self._on_dirty is not None:
            self._on_dirty(book)

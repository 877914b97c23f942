"""Replay a recording of stream frames, one JSON frame a line, into books and their best prices.

Frames of the usual layout are taken in by `replay_kernel` where numba is installed; all others,
and all frames where it is not, by `BookFeed`. Both give equal books, to the last level.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kalshi_alpha.brokers.kalshi.book_feed import BookFeed
from kalshi_alpha.brokers.kalshi.stream_frames import Delta, Snapshot, UnreadableFrame, decode_frame
from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.book.ladder_book import STEPS_E4, LadderBook
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

_BLOCK_MIN, _BLOCK_MAX = 64, 1024
_NO_ROW = (-1, 0, 0)
_SIDES = (Side.YES, Side.NO)


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What a recording gives.

    Attributes
    ----------
    feed
        The books at its end, with how many numbers were missing or repeated and how many frames
        could not be read.
    tickers
        The markets, in the order they were first shown.
    rows : ndarray of shape (n_changes, 3)
        After every frame that changed a book: index of the market, best YES bid and best YES ask
        in 1e-4 dollars, with 0 and 10,000 for empty sides.
    """

    feed: BookFeed
    tickers: tuple[str, ...]
    rows: npt.NDArray[np.int32]


def replay(recording: bytes, *, fast: bool | None = None) -> Replayed:
    """Replay a recording.

    Parameters
    ----------
    recording
        One JSON frame a line, as they came.
    fast
        Whether to walk frames of the usual layout; None if a compiler is installed.

    Raises
    ------
    BadParameter
        If it is to be fast on a machine whose words begin with their high byte.
    """
    if fast is None:
        fast = sys.byteorder == "little" and _is_compiled()
    if not fast:
        return _plainly(recording)
    if sys.byteorder != "little":
        raise BadParameter("a recording can be walked on little-endian machines only")
    return _Walk(recording).run()


def _is_compiled() -> bool:
    from kalshi_alpha.brokers.kalshi.replay_words import IS_COMPILED

    return IS_COMPILED


def _plainly(recording: bytes) -> Replayed:
    feed = BookFeed(follow_all=True)
    index: dict[str, int] = {}
    rows: list[tuple[int, int, int]] = []
    for line in recording.split(b"\n"):
        if not line.strip():
            continue
        try:
            book = feed.apply(line)
        except UnreadableFrame:
            continue  # the feed has counted it and marked its books
        if type(book) is LadderBook:
            rows.append((index.setdefault(book.ticker, len(index)), book.bid_e4, book.ask_e4))
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return Replayed(feed, tuple(index), table)


class _Columns:
    """Room for what is read of a block of frames."""

    def __init__(self, frames: int) -> None:
        self.ends: IntArray = np.empty(frames, dtype=np.int64)
        self.at: IntArray = np.empty(frames, dtype=np.int64)
        self.numbers: IntArray = np.empty((frames, 2), dtype=np.int64)
        self.books, self.prices_e4, self.changes_e2, self.sides = (
            np.zeros(frames, dtype=np.int64) for _ in range(4)
        )
        self.rows: npt.NDArray[np.int32] = np.empty((frames, 3), dtype=np.int32)

    def first(self, frames: int) -> tuple[IntArray, ...]:
        """Return the room of the first frames."""
        columns = (self.at, self.numbers, self.books, self.prices_e4, self.changes_e2, self.sides)
        return tuple(column[:frames] for column in columns)


class _Walk:
    """The state that the kernel and the ordinary path share, and how it passes between them."""

    def __init__(self, recording: bytes) -> None:
        from kalshi_alpha.brokers.kalshi import replay_kernel, replay_trades

        self._kernel, self._trades = replay_kernel, replay_trades
        self._recording = recording
        self._words = _words(recording)
        self._feed = BookFeed(follow_all=True)
        self._index: dict[str, int] = {}
        self._sids: dict[int, int] = {}
        self._subscriptions: IntArray = np.zeros((8, 2), dtype=np.int64)
        self._columns = _Columns(_BLOCK_MAX)
        self._rows: list[npt.NDArray[np.int32]] = []
        self._step_e4 = STEPS_E4[0]
        self._ticks = _ticks(self._step_e4)
        self._make_room(16)

    def run(self) -> Replayed:
        """Take in every frame."""
        size, position, frames = len(self._recording), 0, _BLOCK_MIN
        while position < size:
            known = len(self._index)
            taken, position = self._take_block(position, frames)
            # Frames of a market that is first shown in a block are not recognised before the next.
            is_steady = taken == frames and len(self._index) == known
            frames = min(2 * frames, _BLOCK_MAX) if is_steady else _BLOCK_MIN
            if taken == 0:
                end = self._end_of_line(position)
                self._keep(np.array([self._take_line(position, end)], dtype=np.int32))
                position = end + 1
        for ticker in self._index:
            self._give(ticker)
        rows = np.concatenate([*self._rows, np.empty((0, 3), dtype=np.int32)])
        return Replayed(self._feed, tuple(self._index), rows)

    def _take_block(self, position: int, frames: int) -> tuple[int, int]:
        """Take in frames up to one that ends elsewhere than was guessed.

        Returns how many were taken in, and where the next begins.
        """
        kernel, words, size = self._kernel, self._words, len(self._recording)
        ends = self._columns.ends[:frames]
        frames = kernel.guess_breaks(words, position, size, ends)
        ends = ends[:frames]
        starts = np.concatenate(([position], ends[:-1] + 1))[:frames]
        columns = self._columns.first(frames)
        at, numbers, books, prices_e4, changes_e2, sides = columns
        kernel.read_heads(words, starts, at, numbers)
        kernel.find_books(words, at, self._names, self._lengths, self._table, books)
        kernel.read_prices(words, at, prices_e4)
        kernel.read_changes(words, at, changes_e2)
        kernel.read_sides(words, at, ends, sides)
        self._trades.read_trades(words, starts, ends, at, numbers, books)
        rows, i = self._columns.rows, 0
        while i < frames:
            i = self._apply(i, columns)
            if i == frames:
                break
            end = self._end_of_line(int(starts[i]))
            rows[i] = self._take_line(int(starts[i]), end)
            i += 1
            if end != ends[i - 1]:
                self._keep(rows[:i])
                return i, end + 1
        self._keep(rows[:i])
        return i, int(ends[-1]) + 1 if frames else position

    def _apply(self, first: int, columns: tuple[IntArray, ...]) -> int:
        """Apply frames that were read, and return the first that needs the ordinary path."""
        stopped: int = self._kernel.apply_changes(
            first,
            columns,
            self._subscriptions,
            self._carried_by,
            self._ticks,
            self._step_e4,
            self._levels,
            self._tops,
            self._columns.rows,
        )
        return stopped

    def _keep(self, rows: npt.NDArray[np.int32]) -> None:
        """Keep the rows of frames that changed a book."""
        self._rows.append(rows[rows[:, 0] >= 0])

    def _end_of_line(self, start: int) -> int:
        end = self._recording.find(b"\n", start)
        return end if end >= 0 else len(self._recording)

    def _take_line(self, start: int, end: int) -> tuple[int, int, int]:
        """Take in one line by the ordinary path; return its row, or one whose book is -1."""
        feed, line = self._feed, self._recording[start:end]
        if not line.strip():
            return _NO_ROW
        for sid, held in feed.subscriptions.items():
            held.next_seq = int(self._subscriptions[self._sids[sid], 1])
        try:
            frame = decode_frame(line)
            if isinstance(frame, Delta | Snapshot) and frame.msg.market_ticker in self._index:
                self._give(frame.msg.market_ticker)
            book = feed.apply_decoded(frame)
        except UnreadableFrame:
            feed.note_unreadable()
            book = None
        self._take_subscriptions()
        if not isinstance(book, LadderBook):
            return _NO_ROW
        return self._take_book(book), book.bid_e4, book.ask_e4

    def _give(self, ticker: str) -> None:
        """Give a book the levels that the kernel has reached."""
        book, at = self._feed.books[ticker], self._index[ticker]
        dirty, bids = book.dirty, []
        for sizes in self._levels[at]:
            ticks = np.flatnonzero(sizes[1:]) + 1
            bids.append(zip((ticks * self._step_e4).tolist(), sizes[ticks].tolist(), strict=True))
        book.apply_snapshot(*bids)
        book.dirty = dirty

    def _take_book(self, book: LadderBook) -> int:
        """Take over a book's levels, and return its index."""
        at = self._index.get(book.ticker)
        if at is None:
            at = self._add(book.ticker)
        self._refine(book.step_e4)
        for side in Side:
            row = _SIDES.index(side)
            levels: IntArray = np.array(book.levels(side), dtype=np.int64).reshape(-1, 2)
            ticks = levels[:, 0] // self._step_e4
            self._levels[at, row, 1:] = 0
            self._levels[at, row, ticks] = levels[:, 1]
            self._tops[at, row] = ticks[0] if len(ticks) else 0
        carrier = next(
            (s for s, held in self._feed.subscriptions.items() if book.ticker in held.books), None
        )
        self._carried_by[at] = -1 if carrier is None else self._sids[carrier]
        return at

    def _take_subscriptions(self) -> None:
        """Take over the numbers that the feed expects, and which books nobody carries now."""
        feed = self._feed
        for sid, held in feed.subscriptions.items():
            at = self._sids.setdefault(sid, len(self._sids))
            if at >= len(self._subscriptions):
                self._subscriptions = np.concatenate([self._subscriptions] * 2)
            self._subscriptions[at] = sid, held.next_seq
        for sid in self._sids.keys() - feed.subscriptions.keys():
            at = self._sids[sid]
            self._subscriptions[at] = -1, 0
            self._carried_by[self._carried_by == at] = -1

    def _add(self, ticker: str) -> int:
        at = self._index[ticker] = len(self._index)
        if at >= len(self._lengths):
            self._make_room(2 * len(self._lengths))
        self._enter(ticker, at)
        return at

    def _enter(self, ticker: str, at: int) -> None:
        """Enter a ticker in the table; one too long for it stays on the ordinary path."""
        text, words = ticker.encode(), self._kernel.NAME_WORDS
        if len(text) >= 8 * (words - 1):
            return
        padded = np.frombuffer(text.ljust(8 * words, b"\0"), dtype="<i8")
        self._names[at], self._lengths[at] = padded, len(text)
        mixed = 0
        for x in padded[: len(text) // 8 + 1].tolist():
            mixed = (3 * mixed + x) & 0x7FFFFFFFFFFFFFFF
        slot = self._kernel.slot_of(mixed, len(self._table))
        while self._table[slot] >= 0:
            slot = (slot + 1) & (len(self._table) - 1)
        self._table[slot] = at

    def _make_room(self, books: int) -> None:
        held, ticks = len(self._index), E4_PER_DOLLAR // self._step_e4
        old = (self._levels, self._tops, self._carried_by) if held > 1 else None
        self._names = np.zeros((books, self._kernel.NAME_WORDS), dtype=np.int64)
        self._lengths: IntArray = np.zeros(books, dtype=np.int64)
        self._table: npt.NDArray[np.int32] = np.full(8 * books, -1, dtype=np.int32)
        self._carried_by: IntArray = np.full(books, -1, dtype=np.int64)
        self._levels: IntArray = np.zeros((books, 2, ticks), dtype=np.int64)
        self._levels[:, :, 0] = 1
        self._tops: IntArray = np.zeros((books, 2), dtype=np.int64)
        if old is not None:
            for now, before in zip((self._levels, self._tops, self._carried_by), old, strict=True):
                now[: len(before)] = before
            for ticker, at in list(self._index.items())[:-1]:
                self._enter(ticker, at)

    def _refine(self, step_e4: int) -> None:
        """Move every book to a finer grid if a level asks for it."""
        coarse = self._step_e4
        if step_e4 >= coarse:
            return
        ratio = coarse // step_e4
        books, sides, ticks = self._levels.shape
        finer: IntArray = np.zeros((books, sides, ticks * ratio), dtype=np.int64)
        finer[:, :, ::ratio] = self._levels
        self._levels, self._tops = finer, self._tops * ratio
        self._step_e4 = step_e4
        self._ticks = _ticks(step_e4)


def _words(recording: bytes) -> IntArray:
    """Return the eight bytes from each position on as a number, without copying."""
    size = len(recording)
    if size < 8:
        return np.zeros(0, dtype=np.int64)
    aligned = np.frombuffer(recording, dtype="<i8", count=size // 8)
    words: IntArray = np.lib.stride_tricks.as_strided(
        aligned, shape=(size - 7,), strides=(1,), writeable=False
    )
    return words


def _ticks(step_e4: int) -> IntArray:
    prices_e4 = np.arange(E4_PER_DOLLAR, dtype=np.int64)
    ticks: IntArray = np.where(prices_e4 % step_e4 == 0, prices_e4 // step_e4, 0)
    return ticks

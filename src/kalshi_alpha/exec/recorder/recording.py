"""Write down what a stream says, as it comes: one file at a time, a new one each UTC day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime

import msgspec

from kalshi_alpha.brokers.kalshi.stream_events import Notice, StreamHandlers
from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.datastore.market.zstd_lines import LineWriter
from kalshi_alpha.exec.recorder.lines import (
    BEGINS,
    ENDS,
    GOES_ON,
    RecordedBook,
    RecordedLine,
    RecordedMarket,
    encode_line,
    frame_line,
)
from kalshi_alpha.exec.recorder.raw_days import SEAL_NAME, RawDays

_LIFECYCLE = b"lifecycle"
_HEAD = 80


class _Named(msgspec.Struct, frozen=True):
    market_ticker: str = ""
    event_ticker: str = ""


class _Frame(msgspec.Struct, frozen=True):
    msg: _Named


_named = msgspec.json.Decoder(_Frame).decode


class DaySize(msgspec.Struct):
    """How much was recorded of a UTC day in this run."""

    day: date
    files: int = 0
    frames: int = 0
    lines: int = 0
    bytes: int = 0


class Recording:
    """Lines of one run, in one open file.

    Parameters
    ----------
    days
        Where files lie.
    clock
        Tells when a frame came.
    on_day
        Told what a day held when it is over, and at the end of the run.

    Attributes
    ----------
    size
        Of the day that runs.
    frames
        Of the run.
    books
        The live books, written at the head of every file so that each day can be rebuilt alone.
    """

    def __init__(
        self, days: RawDays, clock: Clock, on_day: Callable[[DaySize], None] = lambda _size: None
    ) -> None:
        self._days, self._clock, self._on_day = days, clock, on_day
        self._writer: LineWriter | None = None
        self._is_new = True
        self._markets: dict[str, RecordedMarket] = {}
        self._events: set[str] = set()
        self.size = DaySize(date.min)
        self.frames = 0
        self.books: Mapping[str, LadderBook] = {}

    def handlers(self) -> StreamHandlers:
        """Return the handlers that a stream calls."""
        return StreamHandlers(on_frame=self._on_frame, on_notice=self._on_notice)

    @property
    def tickers(self) -> Collection[str]:
        """The markets that were listed."""
        return self._markets.keys()

    def listed(self, markets: Iterable[RecordedMarket]) -> None:
        """Write down what the venue lists, where it differs from what was written before.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        news = [each for each in markets if self._markets.get(each.ticker) != each]
        if not news:
            return
        self._markets |= {each.ticker: each for each in news}
        self._events |= {each.event_ticker for each in news}
        self._add(lambda at_us: encode_line(RecordedLine(at_us, markets=tuple(news))))

    def note(self, what: str, detail: str = "") -> None:
        """Write down that something happened.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        self._add(lambda at_us: encode_line(RecordedLine(at_us, notice=what, detail=detail)))

    def write_books(self) -> None:
        """Write down the books that can be believed.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        found = tuple(_book(each) for each in self.books.values() if each.dirty is None)
        if found:
            self._add(lambda at_us: encode_line(RecordedLine(at_us, books=found)))

    def forget(self, tickers: Iterable[str]) -> None:
        """Leave out markets of which nothing more is expected, so that memory does not grow."""
        for ticker in tickers:
            self._markets.pop(ticker, None)
        self._events = {each.event_ticker for each in self._markets.values()}

    def flush(self) -> None:
        """Put on the disk what was added; a file of a day that is over is closed.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        if self._writer is not None:
            self._writer.flush()
            self._count()
            if self._clock.now().astimezone(UTC).date() != self.size.day:
                self._end_day()

    def close(self) -> None:
        """End the run."""
        if self._writer is not None:
            self.note(ENDS)
            self._end_day()

    def _on_frame(self, frame: bytes) -> None:
        if _LIFECYCLE in frame[:_HEAD] and not self._is_ours(frame):
            return
        self._add(lambda at_us: frame_line(at_us, frame))
        self.frames += 1
        self.size.frames += 1

    def _on_notice(self, notice: Notice) -> None:
        self.note(notice.kind.value, notice.detail)

    def _is_ours(self, frame: bytes) -> bool:
        """Return whether a step of some market's life is one of ours: the venue tells all."""
        try:
            msg = _named(frame).msg
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return True
        return msg.market_ticker in self._markets or msg.event_ticker in self._events

    def _add(self, line: Callable[[int], bytes]) -> None:
        now = self._clock.now()
        writer = self._writer
        if writer is None or now.astimezone(UTC).date() != self.size.day:
            writer = self._open(now)
        writer.add(line(micros(now)))

    def _open(self, now: datetime) -> LineWriter:
        if self._writer is not None:
            self._end_day()
        writer = self._writer = LineWriter(self._days.new_file(now))
        self.size = DaySize(now.astimezone(UTC).date(), files=1)
        # A day that goes on is not sealed.
        (writer.path.parent / SEAL_NAME).unlink(missing_ok=True)
        at_us = micros(now)
        writer.add(encode_line(RecordedLine(at_us, notice=BEGINS if self._is_new else GOES_ON)))
        if not self._is_new:
            writer.add(encode_line(RecordedLine(at_us, markets=tuple(self._markets.values()))))
            books = tuple(_book(each) for each in self.books.values() if each.dirty is None)
            writer.add(encode_line(RecordedLine(at_us, books=books)))
        self._is_new = False
        return writer

    def _end_day(self) -> None:
        if self._writer is None:
            return
        try:
            self._writer.close()
            self._count()
        finally:
            self._writer = None
        self._on_day(self.size)

    def _count(self) -> None:
        if self._writer is not None:
            self.size.lines, self.size.bytes = self._writer.lines, self._writer.bytes


def _book(book: LadderBook) -> RecordedBook:
    yes, no = (tuple(book.levels(side)) for side in (Side.YES, Side.NO))
    return RecordedBook(book.ticker, yes, no)

"""Write down what a market stream says: every frame by market, and the lean of each book.

A market's frames go to a file of the run's own below ``data/raw/kalshi/orderbook/<ticker>/``, one
JSON object a line: a frame as it came with the instant it was received, and from time to time the
whole book. The lean of its book at this moment goes to
``data/proc/kalshi/orderbook_imbalance/<ticker>.json``. A name of ours, such as ``TNEY-24DEC12``,
has files of its own beside those of its markets: their whole books, and the leans of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind, StreamHandlers
from kalshi_alpha.core.book.imbalance import depth_imbalance, imbalance, weighted_mid
from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.book.microprice import microprice
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.atomic import append_lines, write_json
from kalshi_alpha.datastore.paths import Paths

SCHEMA = 1
BOOK_EVERY = 10
"""Of so many times that all is written out, one writes whole books too."""


class _Named(msgspec.Struct):
    market_ticker: str = ""


class _Frame(msgspec.Struct):
    msg: _Named


class _FrameLine(msgspec.Struct):
    received_at: datetime
    frame: msgspec.Raw


class _BookLine(msgspec.Struct, omit_defaults=True):
    received_at: datetime
    dirty: str | None
    yes_bids: list[tuple[str, str]]
    no_bids: list[tuple[str, str]]
    ticker: str = ""


class ImbalanceRecord(msgspec.Struct, frozen=True):
    """What the imbalance file of a market holds; every figure is null while the book is dirty.

    Attributes
    ----------
    schema, generated_at, env, ticker
        Version of the file, when it was written, which venue, which market.
    dirty
        Why the book may not be believed, or null.
    best_yes_bid, best_yes_ask
        Dollars as texts; null where a side is empty.
    bid_count, ask_count
        Contracts at the best prices, as texts.
    mid, weighted_mid, microprice
        Dollars of YES.
    imbalance, depth_imbalance
        On the YES scale, in [0, 1].
    last_frame_at
        When a frame about the market last came, or null.
    frames
        How many came in this run.
    """

    schema: int
    generated_at: datetime
    env: str
    ticker: str
    dirty: str | None
    best_yes_bid: str | None
    best_yes_ask: str | None
    bid_count: str | None
    ask_count: str | None
    mid: float | None
    weighted_mid: float | None
    microprice: float | None
    imbalance: float | None
    depth_imbalance: float | None
    last_frame_at: datetime | None
    frames: int


class AliasRecord(msgspec.Struct, frozen=True):
    """What the imbalance file of a name of ours holds: those of its markets."""

    schema: int
    generated_at: datetime
    env: str
    ticker: str
    markets: tuple[ImbalanceRecord, ...]


_read_named = msgspec.json.Decoder(_Frame).decode
_encode = msgspec.json.Encoder().encode


class BookRecorder:
    """Keeps what a stream says until it is written out.

    Parameters
    ----------
    paths
        Where files lie.
    clock
        Tells when a frame was received.
    tickers
        The markets; frames about others are left out.
    env
        Name of the venue, for the files.
    aliases
        Names of ours, and the markets of each.

    Attributes
    ----------
    frames
        Frames received about each market.
    drops
        How often the connection was lost or not made.
    trouble
        What was said about it the last time.
    aliases
        Names of ours, and the markets of each.
    """

    def __init__(
        self,
        paths: Paths,
        clock: Clock,
        tickers: Iterable[str],
        env: str,
        aliases: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.frames = dict.fromkeys(tickers, 0)
        self.drops, self.trouble = 0, ""
        self._paths, self._clock, self._env = paths, clock, env
        self._stamp = f"{clock.now():%Y%m%d_%H%M%SZ}.jsonl"
        self._lines: dict[str, list[str]] = {ticker: [] for ticker in self.frames}
        self._last_at: dict[str, datetime] = {}
        self.aliases = {name: tuple(of) for name, of in (aliases or {}).items()}
        self._begun: set[str] = set()
        self._times = 0

    def handlers(self) -> StreamHandlers:
        """Return the handlers that a stream calls."""
        return StreamHandlers(on_frame=self._on_frame, on_notice=self._on_notice)

    def file(self, ticker: str) -> Path:
        """Return the file of a market's frames in this run, or of an alias' books."""
        return self._paths.orderbook(ticker) / self._stamp

    def write_out(self, books: Mapping[str, LadderBook]) -> None:
        """Write down what was received since the last time, and the lean of every book.

        Raises
        ------
        OSError
            If a file cannot be written.
        """
        now = self._clock.now()
        for ticker, lines in self._lines.items():
            if self._times % BOOK_EVERY == 0 and self.frames[ticker]:
                lines.append(_encode(_book_line(books[ticker], now)).decode())
            append_lines(self.file(ticker), lines)
            lines.clear()
            write_json(self._paths.orderbook_imbalance(ticker), self.record(books[ticker], now))
        for name, tickers in self.aliases.items():
            self._write_alias(name, [books[ticker] for ticker in tickers], now)
        self._times += 1

    def _write_alias(self, name: str, books: Sequence[LadderBook], now: datetime) -> None:
        shown = [book for book in books if self.frames[book.ticker]]
        if shown and (self._times % BOOK_EVERY == 0 or name not in self._begun):
            self._begun.add(name)
            lines = [_encode(_book_line(book, now, book.ticker)).decode() for book in shown]
            append_lines(self.file(name), lines)
        leans = tuple(self.record(book, now) for book in books)
        record = AliasRecord(SCHEMA, now, self._env, name, leans)
        write_json(self._paths.orderbook_imbalance(name), record)

    def record(self, book: LadderBook, now: datetime) -> ImbalanceRecord:
        """Return what the imbalance file says of a book."""
        known = book.snapshot(now) if book.dirty is None else None
        bid = None if known is None else known.best_yes_bid
        ask = None if known is None else known.best_yes_ask
        bid_size = None if known is None else known.bid_size(Side.YES)
        ask_size = None if known is None else known.ask_size(Side.YES)
        return ImbalanceRecord(
            schema=SCHEMA,
            generated_at=now,
            env=self._env,
            ticker=book.ticker,
            dirty=None if book.dirty is None else str(book.dirty),
            best_yes_bid=None if bid is None else str(bid),
            best_yes_ask=None if ask is None else str(ask),
            bid_count=None if bid_size is None else str(bid_size),
            ask_count=None if ask_size is None else str(ask_size),
            mid=None if known is None else known.mid,
            weighted_mid=None if known is None else weighted_mid(known),
            microprice=None if known is None else microprice(known, None),
            imbalance=None if known is None else imbalance(known),
            depth_imbalance=None if known is None else depth_imbalance(known),
            last_frame_at=self._last_at.get(book.ticker),
            frames=self.frames[book.ticker],
        )

    def _on_frame(self, frame: bytes) -> None:
        try:
            ticker = _read_named(frame).msg.market_ticker
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # a reply to a command, or a frame that the stream itself reports as unreadable
        if ticker not in self.frames:
            return
        now = self._clock.now()
        self.frames[ticker] += 1
        self._last_at[ticker] = now
        self._lines[ticker].append(_encode(_FrameLine(now, msgspec.Raw(frame.strip()))).decode())

    def _on_notice(self, notice: Notice) -> None:
        if notice.kind is NoticeKind.DISCONNECTED:
            self.drops += 1
            self.trouble = notice.detail


def _book_line(book: LadderBook, now: datetime, ticker: str = "") -> _BookLine:
    yes, no = (
        [(str(Price(price_e4)), str(Contracts(size_e2))) for price_e4, size_e2 in book.levels(side)]
        for side in (Side.YES, Side.NO)
    )
    return _BookLine(now, None if book.dirty is None else str(book.dirty), yes, no, ticker)

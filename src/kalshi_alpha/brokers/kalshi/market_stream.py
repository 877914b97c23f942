"""Keep live books through whatever the venue's stream does.

One task reads, decodes, asks for what is missing and connects again. Whatever is in doubt is said
on the books themselves: a book that may be wrong is dirty until its next snapshot, and a stream
that is not connected has only dirty books.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from typing import Protocol

from kalshi_alpha.brokers.kalshi import stream_commands as commands
from kalshi_alpha.brokers.kalshi.book_feed import BookFeed
from kalshi_alpha.brokers.kalshi.clock_guard import LOOK_EVERY_S, ClockGuard
from kalshi_alpha.brokers.kalshi.frame_reader import FrameReader
from kalshi_alpha.brokers.kalshi.stream_commands import Channel
from kalshi_alpha.brokers.kalshi.stream_events import (
    Notice,
    NoticeKind,
    StreamHandlers,
    StreamOptions,
    StreamRefused,
)
from kalshi_alpha.brokers.kalshi.stream_frames import (
    ErrorFrame,
    FillFrame,
    OtherFrame,
    StreamFrame,
    Subscribed,
    TradeFrame,
    UnreadableFrame,
    UserOrderFrame,
)
from kalshi_alpha.core.book.ladder_book import Dirty, LadderBook
from kalshi_alpha.core.errors import BadParameter, KalshiClockSkewError
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.wire import FrameStream, StreamOpener, WireFailed

STREAM_PATH = "/trade-api/ws/v2"
_NEVER_S = float("-inf")


class HeaderSigner(Protocol):
    """Makes the headers that prove who asks."""

    def headers(self, method: str, path: str, at_ms: int) -> Mapping[str, str]:
        """Return the headers of one request."""
        ...


class _GiveUp(Exception):
    """The connection is of no more use."""

    def __init__(self, why: Dirty, detail: str) -> None:
        super().__init__(detail)
        self.why = why


class _Connection:
    """What is known about one connection."""

    def __init__(self, stream: FrameStream, now_s: float, tickers: Iterable[str]) -> None:
        self.stream = stream
        self.opened_s = self.heard_s = now_s
        self.probed_s: float | None = None
        self.awaited: dict[int, tuple[Channel, float]] = {}
        self.channels: dict[int, Channel] = {}
        self.ended: list[Channel] = []
        self.ends = 0
        # Subscribing asks for every book; an entry goes when its book is clean.
        self.asked_s = dict.fromkeys(tickers, now_s)
        self.tries: dict[str, int] = {}
        self.never_shown = set(self.asked_s)
        self._command_id = 0

    def next_id(self) -> int:
        self._command_id += 1
        return self._command_id

    def sid_of(self, channel: Channel) -> int | None:
        return next((sid for sid, each in self.channels.items() if each is channel), None)

    def shown(self, ticker: str) -> None:
        self.asked_s.pop(ticker, None)
        self.tries.pop(ticker, None)
        self.never_shown.discard(ticker)


class MarketStream:
    """The books of some markets, and the private events of the account, kept up to date.

    Parameters
    ----------
    opener
        Opens connections to one host.
    signer
        Signs the handshake.
    clock
        Tells the time that is signed.
    tickers
        Markets whose books are kept.
    handlers
        Who is told.
    channels
        What is subscribed besides the books.
    path
        Of the stream on its host; it is signed.
    options
        How patient it is.
    rng
        Draws the waits between attempts to connect.
    guard
        Asked before every handshake is signed: while our clock is in doubt none is, and none ever
        again once it was found wrong. None asks nobody, where no venue listens.

    Attributes
    ----------
    books
        The live books by ticker; look at `LadderBook.dirty` before believing one.
    connects
        How many connections were opened.

    Raises
    ------
    BadParameter
        If there is no ticker.
    """

    def __init__(
        self,
        opener: StreamOpener,
        signer: HeaderSigner,
        clock: Clock,
        tickers: Iterable[str],
        *,
        handlers: StreamHandlers | None = None,
        channels: Iterable[Channel] = (Channel.TRADE,),
        path: str = STREAM_PATH,
        options: StreamOptions | None = None,
        rng: random.Random | None = None,
        guard: ClockGuard | None = None,
    ) -> None:
        self.tickers = tuple(dict.fromkeys(tickers))
        if not self.tickers:
            raise BadParameter("a market stream needs at least one ticker")
        self._opener, self._signer, self._clock, self._path = opener, signer, clock, path
        self._guard = guard
        self._handlers = handlers if handlers is not None else StreamHandlers()
        self._channels = (Channel.BOOK, *dict.fromkeys(each for each in channels))
        self._options = options if options is not None else StreamOptions()
        self._rng = rng if rng is not None else random.Random()  # noqa: S311 - only waits
        self._feed = BookFeed(self.tickers, on_dirty=self._on_dirty)
        self._unasked: set[str] = set()
        self._noted = (0, 0)
        self._attempts = 0
        self.books: Mapping[str, LadderBook] = self._feed.books
        self.connects = 0

    @property
    def is_live(self) -> bool:
        """Whether every book is clean."""
        return not any(book.dirty for book in self.books.values())

    def ask_for_books(self) -> None:
        """Let the venue show every book anew, so that a recording can be compared with it."""
        self._unasked.update(self.tickers)

    async def run(self) -> None:
        """Connect, follow, and connect again, until cancelled.

        Raises
        ------
        StreamRefused
            If the venue refuses a subscription in a way that will not pass.
        KalshiClockSkewError
            If a handshake is due and our clock was found wrong.
        """
        try:
            while True:
                await self._until_it_may_sign()
                await self._follow_once()
                await asyncio.sleep(self._backoff_s())
                self._attempts += 1
        finally:
            self._feed.forget(Dirty.DISCONNECTED)
            self._feed.mark_all(Dirty.DISCONNECTED)

    async def _until_it_may_sign(self) -> None:
        """Wait while our clock is in doubt; what may be signed is signed before anything else.

        Raises
        ------
        KalshiClockSkewError
            If the clock was found wrong, which does not pass.
        """
        if self._guard is None:
            return
        told = False
        while (doubt := _doubt(self._guard)) is not None:
            if self._guard.latched:
                raise doubt
            if not told:
                self._notice(NoticeKind.CLOCK_DOUBTED, str(doubt))
            told = True
            await asyncio.sleep(LOOK_EVERY_S)

    async def _follow_once(self) -> None:
        """Open one connection and follow it to its end."""
        at_ms = int(self._clock.now().timestamp() * 1000)
        headers = self._signer.headers("GET", self._path, at_ms)
        stream: FrameStream | None = None
        why, detail = Dirty.DISCONNECTED, ""
        try:
            stream = await self._opener.open(self._path, headers, self._options.open_timeout_s)
            self.connects += 1
            self._notice(NoticeKind.CONNECTED)
            await self._follow(_Connection(stream, self._now_s(), self.tickers))
        except WireFailed as error:
            detail = str(error)
        except _GiveUp as error:
            why, detail = error.why, str(error)
        finally:
            self._feed.forget(why)
            self._feed.mark_all(why)
            self._unasked.clear()
            if stream is not None:
                await stream.close()
        self._notice(NoticeKind.DISCONNECTED, detail)

    async def _follow(self, connection: _Connection) -> None:
        for channel in self._channels:
            await self._subscribe(connection, channel)
        reader, check_every_s = FrameReader(connection.stream), self._options.check_every_s
        check_s = self._now_s() + check_every_s
        try:
            while True:
                frames = await reader.frames(max(0.0, check_s - self._now_s()))
                if frames:
                    connection.heard_s, connection.probed_s = self._now_s(), None
                for frame in frames:
                    self._take(connection, frame)
                await self._mend(connection)
                if self._now_s() >= check_s:
                    await self._check(connection)
                    check_s = self._now_s() + check_every_s
        finally:
            await reader.close()

    def _take(self, connection: _Connection, frame: bytes) -> None:
        handlers = self._handlers
        if handlers.on_frame is not None:
            handlers.on_frame(frame)
        try:
            taken = self._feed.apply(frame)
        except UnreadableFrame as error:
            self._notice(NoticeKind.UNREADABLE_FRAME, str(error))
            return
        if not isinstance(taken, LadderBook):
            self._take_other(connection, taken)
        elif taken.dirty is None:
            if connection.asked_s:
                connection.shown(taken.ticker)
            if handlers.on_book is not None:
                handlers.on_book(taken)

    def _take_other(self, connection: _Connection, frame: StreamFrame) -> None:
        handlers = self._handlers
        if isinstance(frame, TradeFrame):
            if handlers.on_trade is not None:
                handlers.on_trade(frame.msg)
        elif isinstance(frame, FillFrame):
            if handlers.on_fill is not None:
                handlers.on_fill(frame.msg)
        elif isinstance(frame, UserOrderFrame):
            if handlers.on_user_order is not None:
                handlers.on_user_order(frame.msg)
        elif isinstance(frame, Subscribed):
            self._take_subscribed(connection, frame)
        elif isinstance(frame, ErrorFrame):
            self._take_error(connection, frame)
        elif isinstance(frame, OtherFrame) and handlers.on_other is not None:
            handlers.on_other(frame)

    def _take_subscribed(self, connection: _Connection, frame: Subscribed) -> None:
        connection.awaited.pop(frame.id, None)
        if frame.msg.channel in set(Channel):
            connection.channels[frame.msg.sid] = Channel(frame.msg.channel)
        self._notice(NoticeKind.SUBSCRIBED, frame.msg.channel)

    def _take_error(self, connection: _Connection, frame: ErrorFrame) -> None:
        """Act on an error.

        Raises
        ------
        StreamRefused
            If a subscription is refused in a way that will not pass.
        """
        code, text = frame.msg.code, f"code {frame.msg.code}: {frame.msg.msg}"
        self._notice(NoticeKind.VENUE_ERROR, text)
        awaited = connection.awaited.pop(frame.id, None)
        if code == commands.ALREADY_SUBSCRIBED:
            return
        if code in commands.TERMINAL_CODES and frame.sid in connection.channels:
            connection.ended.append(connection.channels.pop(frame.sid))
            self._feed.forget(Dirty.CHANNEL_ERROR, frame.sid)
            return
        if awaited is not None and code not in commands.TERMINAL_CODES | commands.PASSING_CODES:
            raise StreamRefused(f"the venue refuses to subscribe {awaited[0]}, {text}")
        raise _GiveUp(Dirty.CHANNEL_ERROR, text)

    async def _mend(self, connection: _Connection) -> None:
        """Say what went wrong with the frames just taken, and ask for what is missing."""
        feed, noted = self._feed, self._noted
        if feed.gaps != noted[0]:
            self._notice(NoticeKind.SEQ_GAP, f"{feed.gaps} so far")
        if feed.repeats != noted[1]:
            self._notice(NoticeKind.SEQ_REPEAT, f"{feed.repeats} so far")
        self._noted = (feed.gaps, feed.repeats)
        while connection.ended:
            channel = connection.ended.pop()
            connection.ends += 1
            if connection.ends > self._options.resubscribes_max:
                raise _GiveUp(Dirty.CHANNEL_ERROR, f"{channel} ends again and again")
            self._notice(NoticeKind.CHANNEL_ENDED, channel)
            await self._subscribe(connection, channel)
        if self._unasked:
            await self._ask(connection, self._unasked)

    async def _check(self, connection: _Connection) -> None:
        """Look at what only time shows.

        Raises
        ------
        _GiveUp
            If a reply is overdue, or nothing comes although it was asked for.
        """
        now_s, options = self._now_s(), self._options
        for channel, since_s in connection.awaited.values():
            if now_s - since_s >= options.reply_timeout_s:
                raise _GiveUp(Dirty.DISCONNECTED, f"no reply to the subscription of {channel}")
        if connection.probed_s is not None:
            if now_s - connection.probed_s >= options.probe_timeout_s:
                self._notice(NoticeKind.STALLED, f"for {now_s - connection.heard_s:.1f} s")
                raise _GiveUp(Dirty.STALLED, "nothing came, not even what was asked for")
        elif now_s - connection.heard_s >= options.silence_s:
            await self._probe(connection)
        if now_s - connection.opened_s >= options.steady_s:
            self._attempts = 0
        doubtful = [t for t, book in self.books.items() if book.dirty or book.is_crossed]
        if doubtful:
            await self._ask(connection, doubtful)

    async def _subscribe(self, connection: _Connection, channel: Channel) -> None:
        command_id, now_s = connection.next_id(), self._now_s()
        connection.awaited[command_id] = channel, now_s
        if channel is Channel.BOOK:
            connection.asked_s = dict.fromkeys(self.tickers, now_s)
        await connection.stream.send(commands.subscribe(command_id, channel, self.tickers))

    async def _probe(self, connection: _Connection) -> None:
        sid = connection.sid_of(Channel.BOOK)
        if sid is None:
            return
        connection.probed_s = self._now_s()
        self._notice(NoticeKind.PROBED)
        command = commands.get_snapshot(connection.next_id(), sid, self.tickers[:1])
        await connection.stream.send(command)

    async def _ask(self, connection: _Connection, tickers: Iterable[str]) -> None:
        """Ask for the books that were not asked for, or were long ago.

        Raises
        ------
        _GiveUp
            If a book that was shown before is asked for in vain.
        """
        now_s, options = self._now_s(), self._options
        due = [
            ticker
            for ticker in tickers
            if now_s - connection.asked_s.get(ticker, _NEVER_S) >= options.snapshot_retry_s
        ]
        self._unasked.clear()
        sid = connection.sid_of(Channel.BOOK)
        if not due or sid is None:
            return
        for ticker in due:
            tries = connection.tries[ticker] = connection.tries.get(ticker, 0) + 1
            if tries > options.snapshot_tries_max and ticker not in connection.never_shown:
                raise _GiveUp(Dirty.CHANNEL_ERROR, f"{ticker} was asked for {tries - 1} times")
            connection.asked_s[ticker] = now_s
        self._notice(NoticeKind.SNAPSHOT_ASKED, " ".join(sorted(due)))
        await connection.stream.send(commands.get_snapshot(connection.next_id(), sid, due))

    def _on_dirty(self, book: LadderBook) -> None:
        self._unasked.add(book.ticker)
        if self._handlers.on_book is not None:
            self._handlers.on_book(book)

    def _notice(self, kind: NoticeKind, detail: str = "") -> None:
        if self._handlers.on_notice is not None:
            self._handlers.on_notice(Notice(kind, detail))

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def _backoff_s(self) -> float:
        options = self._options
        doublings = min(self._attempts, 16)
        longest_s = min(options.backoff_max_s, options.backoff_min_s * 2.0**doublings)
        return longest_s * self._rng.uniform(0.5, 1.0)


def _doubt(guard: ClockGuard) -> KalshiClockSkewError | None:
    try:
        guard.require_checked()
    except KalshiClockSkewError as error:
        return error
    return None

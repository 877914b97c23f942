"""Follow the markets of some series for as long as is wanted, and keep the recording in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.brokers.kalshi.market_stream import HeaderSigner, MarketStream
from kalshi_alpha.brokers.kalshi.payloads import EventPayload
from kalshi_alpha.brokers.kalshi.stream_commands import Channel
from kalshi_alpha.core.errors import KalshiAlphaError, ParseRefused, VenueUnavailable
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.wire import StreamOpener
from kalshi_alpha.exec.market.listing import event_of
from kalshi_alpha.exec.recorder.lines import RecordedMarket, recorded_market
from kalshi_alpha.exec.recorder.recording import Recording

LISTING_FAILED = "listing_failed"
TENDING_FAILED = "tending_failed"


class Listings(Protocol):
    """What is asked of the venue."""

    async def events(
        self, series_ticker: str, *, status: str | None = "open"
    ) -> tuple[EventPayload, ...]:
        """Return a series' events with their markets."""

    async def event(self, ticker: str) -> EventPayload:
        """Return an event with its markets."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often what is done, in seconds.

    Attributes
    ----------
    flush_s
        Lines are put on the disk: so much a killed process may lose.
    books_s
        Whole books are written and the venue is asked for its own, for the comparison.
    listing_s
        The venue is asked what it lists, and what became of closed events.
    """

    flush_s: float = 1.0
    books_s: float = 60.0
    listing_s: float = 300.0


@dataclass(slots=True)
class Following:
    """One run of the recorder.

    Attributes
    ----------
    opener, signer, clock, path, guard, compare_clocks
        What a stream needs; clocks are compared before a handshake is signed.
    reads
        Tells what the venue lists.
    series
        Tickers of the series.
    recording
        Where everything goes.
    pace
        How often what is done.
    tend
        Called now and then between frames, such as to seal a day that is over. What it cannot do
        is noted, and recording goes on.
    ending
        Set from outside to end the run.
    """

    opener: StreamOpener
    signer: HeaderSigner
    clock: Clock
    path: str
    guard: ClockGuard
    compare_clocks: Callable[[], Awaitable[None]]
    reads: Listings
    series: Sequence[str]
    recording: Recording
    pace: Pace = field(default_factory=Pace)
    tend: Callable[[], Awaitable[None]] | None = None
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    _awaited: dict[str, str] = field(default_factory=dict)

    async def run(self, run_seconds: float | None) -> None:
        """Record until the time is up or `ending` is set.

        Raises
        ------
        VenueError
            If the venue refuses, or cannot be reached at the start.
        KalshiClockSkewError
            If our clock is not its.
        OSError
            If the recording cannot be written: what is not written is not recorded.
        """
        now_s = asyncio.get_running_loop().time
        end_s = float("inf") if run_seconds is None else now_s() + run_seconds
        await self.compare_clocks()
        listed = await self._list()
        try:
            while now_s() < end_s and not self.ending.is_set():
                listed = await self._follow(listed, end_s)
        finally:
            self.recording.books = {}
            self.recording.close()
        if self.tend is not None:
            await self.tend()  # the recording is closed: what fails here is the run's own error

    async def _follow(self, tickers: frozenset[str], end_s: float) -> frozenset[str]:
        """Follow some markets until the venue lists others, and return those."""
        stream: MarketStream | None = None
        running: asyncio.Task[None] | None = None
        if tickers:
            stream = MarketStream(
                self.opener,
                self.signer,
                self.clock,
                sorted(tickers),
                handlers=self.recording.handlers(),
                channels=(Channel.TRADE, Channel.LIFECYCLE),
                path=self.path,
                guard=self.guard,
            )
            self.recording.books = stream.books
            running = asyncio.create_task(stream.run())
        try:
            found = await self._while(stream, running, tickers, end_s)
            self.recording.write_books()
            return found
        finally:
            if running is not None:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def _while(
        self,
        stream: MarketStream | None,
        running: asyncio.Task[None] | None,
        tickers: frozenset[str],
        end_s: float,
    ) -> frozenset[str]:
        now_s, pace = asyncio.get_running_loop().time, self.pace
        books_s, listing_s = now_s() + pace.books_s, now_s() + pace.listing_s
        while now_s() < end_s and not self.ending.is_set():
            await self._pause(running, min(pace.flush_s, max(0.0, end_s - now_s())))
            if running is not None and running.done():
                running.result()
            self.recording.flush()
            await self._tend()
            if not self.guard.look():
                await self.compare_clocks()
            if now_s() >= books_s:
                books_s += pace.books_s
                self.recording.write_books()
                if stream is not None:
                    stream.ask_for_books()
            if now_s() >= listing_s:
                listing_s += pace.listing_s
                found = await self._list_again(tickers)
                if found != tickers:
                    return found
        return tickers

    async def _tend(self) -> None:
        if self.tend is None:
            return
        try:
            await self.tend()
        except (KalshiAlphaError, OSError) as error:
            # It is about what lies there already; what comes from the venue comes but once.
            self.recording.note(TENDING_FAILED, str(error))

    async def _pause(self, running: asyncio.Task[None] | None, seconds: float) -> None:
        ended = asyncio.ensure_future(self.ending.wait())
        waited: set[asyncio.Future[Any]] = {ended} if running is None else {ended, running}
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()

    async def _list_again(self, tickers: frozenset[str]) -> frozenset[str]:
        try:
            return await self._list()
        except (VenueUnavailable, ParseRefused) as error:
            # The stream goes on; what is listed is asked again at the next turn.
            self.recording.note(LISTING_FAILED, str(error))
            return tickers

    async def _list(self) -> frozenset[str]:
        """Write down what is listed, and return the markets that are open."""
        open_events: dict[str, str] = {}
        found: list[RecordedMarket] = []
        tickers: set[str] = set()
        for series in self.series:
            for event in await self.reads.events(series):
                open_events[event.event_ticker] = series
                found += _markets(series, event)
                tickers |= {market.ticker for market in event.markets}
        for ticker in self._awaited.keys() - open_events.keys():
            series = self._awaited[ticker]
            late = _markets(series, await self.reads.event(ticker))
            found += late
            if all(market.paid is not None for market in late):
                del self._awaited[ticker]
        self._awaited |= open_events
        self.recording.listed(found)
        self.recording.forget(_gone(self.recording.tickers, tickers, self._awaited))
        return frozenset(tickers)


def _markets(series: str, event: EventPayload) -> list[RecordedMarket]:
    return [recorded_market(series, market) for market in event.markets]


def _gone(known: Iterable[str], tickers: Collection[str], awaited: Mapping[str, str]) -> list[str]:
    """Return markets that are not open and whose results are known."""
    return [ticker for ticker in known if ticker not in tickers and event_of(ticker) not in awaited]

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fakes.spoken_line import SpokenLine
from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.brokers.kalshi.payloads import EventPayload, MarketPayload
from kalshi_alpha.core.errors import TornFile, VenueUnavailable
from kalshi_alpha.core.wire import FrameStream
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.recorder.following import LISTING_FAILED, TENDING_FAILED, Following, Pace
from kalshi_alpha.exec.recorder.lines import ENDS, RecordedLine
from kalshi_alpha.exec.recorder.raw_days import DayReader, RawDays
from kalshi_alpha.exec.recorder.recording import Recording
from kalshi_alpha.exec.recorder.verifying import verify_day
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from tape_cases import EVENT, MARKETS

START = datetime(2025, 1, 10, 12, tzinfo=UTC)


def payload(ticker: str) -> MarketPayload:
    return MarketPayload(
        ticker=ticker,
        event_ticker=EVENT,
        status="active",
        close_time="2025-01-11T04:59:00Z",
        price_ranges=(),
    )


OPEN = EventPayload(EVENT, "KXHIGHNY", "", tuple(payload(each.ticker) for each in MARKETS[:2]))


class Line(SpokenLine):
    """A connection that shows what is asked for, and changes a level every second."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self.tickers: list[str] = []

    async def send(self, frame: bytes) -> None:
        command = json.loads(frame)
        params = command["params"]
        if command["cmd"] == "subscribe":
            msg = {"channel": params["channels"][0], "sid": command["id"]}
            self.say(type="subscribed", id=command["id"], msg=msg)
            if params["channels"] != ["orderbook_delta"]:
                return
            self.tickers = params["market_tickers"]
        for ticker in params["market_tickers"]:
            size = self.size if ticker == self.tickers[0] else 0
            levels = [["0.3400", f"{30 + size}.00"]]
            self.numbered("orderbook_snapshot", market_ticker=ticker, yes_dollars_fp=levels)

    async def receive(self) -> bytes:
        if not self.said:
            await asyncio.sleep(1.0)
            self.size += 1
            change = {"price_dollars": "0.3400", "delta_fp": "1.00", "side": "yes"}
            self.numbered("orderbook_delta", market_ticker=self.tickers[0], **change)
        return self.said.pop(0)


class Venue:
    """Lists an event, then what the test says, and opens connections."""

    def __init__(self, *later: tuple[EventPayload, ...] | Exception) -> None:
        self.later = [(OPEN,), *later]
        self.opened = 0
        self.asked: list[str] = []

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> FrameStream:
        assert (path, headers) == ("/ws", {"signed": path})
        assert timeout_s > 0
        self.opened += 1
        return Line()

    async def events(
        self, series_ticker: str, *, status: str | None = "open"
    ) -> tuple[EventPayload, ...]:
        assert (series_ticker, status) == ("KXHIGHNY", "open")
        found = self.later.pop(0) if len(self.later) > 1 else self.later[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def event(self, ticker: str) -> EventPayload:
        self.asked.append(ticker)
        settled = [msgspec.structs.replace(each, result="no") for each in OPEN.markets]
        return msgspec.structs.replace(OPEN, markets=tuple(settled))

    def headers(self, method: str, path: str, at_ms: int) -> dict[str, str]:
        assert method == "GET"
        assert at_ms >= START.timestamp() * 1000
        return {"signed": path}


def followed(
    days: RawDays,
    venue: Venue,
    seconds: float,
    *,
    end_after: float | None = None,
    tend: Callable[[], Awaitable[None]] | None = None,
) -> list[RecordedLine]:
    async def main(clock: VirtualClock) -> None:
        guard = ClockGuard(clock)

        async def compare() -> None:
            at = clock.now()
            guard.checked({"date": f"{at:%a, %d %b %Y %H:%M:%S} GMT"}, at, at)

        following = Following(
            venue,
            venue,
            clock,
            "/ws",
            guard,
            compare,
            venue,
            ("KXHIGHNY",),
            Recording(days, clock),
            Pace(flush_s=1.0, books_s=5.0, listing_s=10.0),
            tend,
        )
        if end_after is not None:
            asyncio.get_running_loop().call_later(end_after, following.ending.set)
        await following.run(seconds)

    run_virtual(main, START)
    return [line for line in DayReader(days.files(START.date())) if line is not None]


@pytest.fixture
def days(tmp_path: Path) -> RawDays:
    return RawDays.of(Paths(tmp_path), "sim", "WEATHER")


def test_every_book_meets_the_venue_s_and_our_own_snapshots(days: RawDays) -> None:
    lines = followed(days, Venue((OPEN,)), 23.0)
    assert lines[-1].notice == ENDS
    found = verify_day(days, START.date(), days.folder)
    assert found.books == 2
    assert found.snapshots >= 12
    assert (found.different, found.unreadable, found.torn_bytes) == (0, 0, 0)


def test_other_markets_are_followed_once_they_are_listed(days: RawDays) -> None:
    more = msgspec.structs.replace(OPEN, markets=(*OPEN.markets, payload(f"{EVENT}-T39")))
    venue = Venue((more,))
    lines = followed(days, venue, 25.0)
    assert venue.opened == 2
    assert [len(line.markets) for line in lines if line.markets] == [2, 1]
    assert verify_day(days, START.date(), days.folder).books == 3


def test_what_became_of_a_closed_event_is_asked_until_it_is_known(days: RawDays) -> None:
    venue = Venue(())
    lines = followed(days, venue, 45.0)
    assert venue.asked == [EVENT]
    paid = [market.paid for line in lines for market in line.markets]
    assert paid == [None, None, "0.0000", "0.0000"]


def test_a_listing_that_fails_is_noted_and_recording_goes_on(days: RawDays) -> None:
    venue = Venue(VenueUnavailable("no answer"), (OPEN,))
    lines = followed(days, venue, 25.0)
    assert [line.detail for line in lines if line.notice == LISTING_FAILED] == ["no answer"]
    assert venue.opened == 1


@pytest.mark.parametrize("error", [TornFile("sealed.json: torn"), OSError("no space")])
def test_what_cannot_be_tended_is_noted_and_recording_goes_on(
    days: RawDays, error: Exception
) -> None:
    asked = 0

    async def tend() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise error

    lines = followed(days, Venue((OPEN,)), 20.0, tend=tend)
    assert [line.detail for line in lines if line.notice == TENDING_FAILED] == [str(error)]
    assert asked > 15
    assert lines[-1].notice == ENDS
    assert verify_day(days, START.date(), days.folder).different == 0


def test_a_run_ends_when_it_is_told_to(days: RawDays) -> None:
    lines = followed(days, Venue((OPEN,)), 1_000.0, end_after=4.0)
    assert lines[-1].notice == ENDS
    assert lines[-1].at_us - lines[0].at_us < 6_000_000

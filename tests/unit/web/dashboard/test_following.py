"""What follows the books: it lists, takes in what a stream shows, and says what is wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest

from kalshi_alpha.brokers.kalshi import connect
from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
from kalshi_alpha.brokers.kalshi.payloads import EventPayload, MarketPayload
from kalshi_alpha.brokers.kalshi.read_wire import ReadWire
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.book.ladder_book import Dirty
from kalshi_alpha.core.errors import BadParameter, VenueKeyError, VenueUnavailable
from kalshi_alpha.core.wire import WireRequest
from kalshi_alpha.web.dashboard import following
from kalshi_alpha.web.dashboard.live_books import LiveBooks, StreamState

if TYPE_CHECKING:
    from kalshi_alpha.brokers.kalshi.market_stream import HeaderSigner
    from kalshi_alpha.core.wire import StreamOpener


class _Clock:
    def now(self) -> datetime:
        return datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


class _Reads:
    def __init__(self, *events: EventPayload) -> None:
        self.found = events

    async def events(
        self, series_ticker: str, *, status: str | None = "open"
    ) -> tuple[EventPayload, ...]:
        assert status == "open"
        return tuple(e for e in self.found if e.series_ticker == series_ticker)

    async def event(self, ticker: str) -> EventPayload:
        raise AssertionError(ticker)


def payload(event: str, *tickers: str) -> EventPayload:
    markets = tuple(
        MarketPayload(
            ticker=ticker,
            event_ticker=event,
            status="active",
            close_time="2024-12-11T13:25:00Z",
            price_ranges=(),
            yes_sub_title="Above 0.3%",
            floor_strike=Decimal("0.3"),
        )
        for ticker in tickers
    )
    return EventPayload(event, event.partition("-")[0], "Prices", markets)


def test_what_is_open_of_each_series_is_listed_with_its_strike() -> None:
    live, reads = LiveBooks(), _Reads(payload("KXCPI-24NOV", "KXCPI-24NOV-T0.3"), payload("X-1"))
    assert asyncio.run(following.list_markets(live, reads, ["KXCPI"]))
    assert not asyncio.run(following.list_markets(live, reads, ["KXCPI"]))
    (market,) = live.markets.values()
    assert (market.event, market.series, market.strike) == ("KXCPI-24NOV", "KXCPI", "Above 0.3%")


def test_no_more_books_are_followed_than_a_desk_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MARKETS_MAX", 2)
    live, reads = LiveBooks(), _Reads(payload("KXCPI-24NOV", *(f"T{n}" for n in range(5))))
    asyncio.run(following.list_markets(live, reads, ["KXCPI"]))
    assert len(live.markets) == 2


def test_a_venue_that_does_not_answer_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = 0

    def watch(*_: object) -> object:
        nonlocal tries
        tries += 1
        raise VenueUnavailable("no exchange answers\nsecond line")

    monkeypatch.setattr(connect, "watch", watch)
    monkeypatch.setattr(following, "AGAIN_AFTER_S", 0.0)
    live = LiveBooks()

    async def followed() -> None:
        task = asyncio.create_task(
            following.follow_books(live, KalshiEnv.SIM, {}, _Clock(), ["KXCPI"])
        )
        while tries < 3:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(followed())
    assert live.state in {StreamState.DOWN, StreamState.CONNECTING}
    assert tries >= 3


def test_a_stream_that_was_live_and_shows_nothing_is_down_and_not_connecting() -> None:
    live = LiveBooks()
    stream = MarketStream(cast("StreamOpener", None), cast("HeaderSigner", None), _Clock(), ["A"])
    said = []
    for change in ("nothing", "snapshot", "lost", "lost", "no stream"):
        if change == "snapshot":
            stream.books["A"].apply_snapshot([(2800, 500)], [(6800, 700)])
        elif change == "lost":
            stream.books["A"].mark(Dirty.DISCONNECTED)
        following.take(live, None if change == "no stream" else stream)
        said.append(live.state.value)
    assert said == ["connecting", "live", "down", "down", "down"]


def test_what_is_followed_ends_when_other_markets_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "LIST_EVERY_S", 0.0)
    live, reads = LiveBooks(), _Reads(payload("KXCPI-24NOV", "KXCPI-24NOV-T0.3"))
    asyncio.run(following.follow_until_listed_anew(live, None, reads, ["KXCPI"]))
    assert list(live.markets) == ["KXCPI-24NOV-T0.3"]


def test_the_client_that_follows_has_no_key_and_its_wire_sends_no_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = connect.watch(KalshiEnv.SIM, {"KALSHI_SIM_URL": "http://127.0.0.1:1"}, _Clock())
    # As after a comparison of clocks that found nothing.
    monkeypatch.setattr(client.guard, "require_checked", lambda: None)
    wire = ReadWire("http://127.0.0.1:1")

    async def sent() -> None:
        try:
            with pytest.raises(VenueKeyError, match="needs an API key"):
                await client.cancel_all()
            for method in ("POST", "DELETE", "PUT"):
                with pytest.raises(BadParameter, match="does not go over the read wire"):
                    await wire.send(WireRequest(method, "/orders", "", b""), {}, 1.0)
        finally:
            await client.close()
            await wire.close()

    asyncio.run(sent())

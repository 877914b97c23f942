"""What follows the books: it lists, takes in what a stream shows, and says what is wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kalshi_alpha.brokers.kalshi import connect
from kalshi_alpha.brokers.kalshi.payloads import EventPayload, MarketPayload
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import VenueUnavailable
from kalshi_alpha.web.dashboard import following
from kalshi_alpha.web.dashboard.live_books import LiveBooks, StreamState


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


def test_the_client_that_follows_has_no_key_and_its_wire_no_writes() -> None:
    environ = {"KALSHI_SIM_URL": "http://127.0.0.1:1"}
    client = connect.watch(KalshiEnv.SIM, environ, _Clock())
    try:
        assert "post" not in {name.lower() for name in dir(client.__dict__)}
        assert not hasattr(following, "OrderWire")
    finally:
        asyncio.run(client.close())

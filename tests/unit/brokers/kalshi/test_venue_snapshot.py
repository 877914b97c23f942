from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from kalshi_alpha.brokers.kalshi.client import CallPolicy, VenueClient
from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent
from kalshi_alpha.brokers.kalshi.venue_snapshot import VenueSnapshot, read_venue
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import MissingData, VenueError
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

FIXTURES = Path(__file__).resolve().parents[3] / "data_fixtures"
FEED = FixtureFeed(FIXTURES)
SEEN = FEED.manifest.books_seen_at
HOST = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")
GONE = WireReply(404, {}, b'{"error":{"code":"not_found","message":"not found"}}')


@dataclass
class FixtureWire:
    """Answers public questions from the venue's fixtures, at the paths of the venue."""

    clock: VirtualClock
    without: str = "nothing"
    asked: list[str] = field(default_factory=list)

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        del headers, timeout_s
        path = request.path.removeprefix("/trade-api/v2")
        self.asked.append(path)
        body = None if self.without in request.target else self._body(path, request.query)
        date = {"date": format_datetime(self.clock.now(), usegmt=True)}
        return replace(GONE, headers=date) if body is None else WireReply(200, date, body)

    async def close(self) -> None:
        pass

    def _body(self, path: str, query: str) -> bytes | None:
        asked = parse_qs(query)
        if path == "/events":
            events = [
                json.loads(file.read_bytes())["event"]
                for file in (FIXTURES / "events").glob(f"{asked['series_ticker'][0]}-*.json")
            ]
            return json.dumps({"events": events, "cursor": ""}).encode()
        if path == "/markets/orderbooks":
            event = "-".join(asked["tickers"][0].split("-")[:2])
            return (FIXTURES / "orderbooks" / f"{event}.json").read_bytes()
        if path == "/exchange/status":
            return (FIXTURES / "exchange" / "status.json").read_bytes()
        file = FIXTURES / f"{path.removeprefix('/')}.json"
        return file.read_bytes() if file.exists() else None


def read(*tickers: str, without: str = "nothing") -> VenueSnapshot:
    async def main(clock: VirtualClock) -> VenueSnapshot:
        wire = FixtureWire(clock, without)
        client = VenueClient(wire, None, clock, HOST, policy=CallPolicy(attempts=1))
        return await read_venue(client, tickers, clock)

    return run_virtual(main, SEEN)


def as_of(event: VenueEvent, at: datetime) -> VenueEvent:
    books = {ticker: replace(book, as_of=at) for ticker, book in event.books.items()}
    return replace(event, books=books, fees=event.fees, seen_at=at)


@pytest.mark.parametrize("series", ["KXCPI", "KXHIGHNY"])
def test_what_the_venue_answers_is_read_as_its_files_are(series: str) -> None:
    (event,) = read(series).events(series)
    (kept,) = FEED.events(series)
    assert as_of(event, SEEN) == as_of(replace(kept, fees=event.fees), SEEN)
    assert event.fees.at(event.seen_at) == kept.fees.at(kept.seen_at)


def test_several_series_are_read_side_by_side() -> None:
    found = read("KXCPI", "KXCPIYOY", "KXCPI")
    assert set(found.by_series) == {"KXCPI", "KXCPIYOY"}
    assert found.trading_active()
    assert found.trades("KXCPI-24NOV") is None


def test_a_series_that_was_not_read_is_missing() -> None:
    with pytest.raises(MissingData, match="KXCPIYOY was not read"):
        read("KXCPI").events("KXCPIYOY")


@pytest.mark.parametrize("without", ["/series/KXCPI", "/markets/orderbooks", "/exchange/status"])
def test_an_answer_that_fails_stops_the_reading_with_its_own_error(without: str) -> None:
    with pytest.raises(VenueError, match=without):
        read("KXCPI", "KXCPIYOY", without=without)

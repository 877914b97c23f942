from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import ConfigError, VenueUnavailable
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.practised_day import (
    ExchangeClock,
    SystemClock,
    practice_store,
    practised_clock,
)

HERE = "http://127.0.0.1:1"
AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


def test_the_systems_time_moves_and_is_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC


class Exchange(HTTPServer):
    """Says in its state how far ahead its day is."""

    ahead = timedelta()
    body: bytes | None = None
    asked: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Reply(BaseHTTPRequestHandler):
    server: Exchange

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response_only(200)
        now = datetime.now(UTC) + self.server.ahead
        body = self.server.body or json.dumps({"now": now.isoformat(), "markets": {}}).encode()
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(("127.0.0.1", 0), Reply) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_exchange_of_another_day_sets_the_clock(exchange: Exchange) -> None:
    exchange.ahead = timedelta(days=-700)
    clock = practised_clock(exchange.url)
    assert isinstance(clock, ExchangeClock)
    off = clock.now() - (datetime.now(UTC) + exchange.ahead)
    # Nearer than two runs can follow each other.
    assert abs(off) < timedelta(seconds=0.1)


def test_an_exchange_of_today_keeps_the_systems_clock(exchange: Exchange) -> None:
    assert isinstance(practised_clock(exchange.url), SystemClock)


def test_an_exchange_that_is_not_there_or_tells_no_time_is_named(exchange: Exchange) -> None:
    for body in (b"soon", b"{}", b'{"now":"2024-12-11T11:30:00"}', b"\xff"):
        exchange.body = body
        with pytest.raises(VenueUnavailable, match="does not tell its time"):
            practised_clock(exchange.url)
    with pytest.raises(VenueUnavailable, match="sim serve"):
        practised_clock("http://127.0.0.1:9")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999", "http://127.0.0.1:abc", "http://[::1", "http://127.0.0.1:-1"]
)
def test_an_address_that_can_be_none_is_named_with_the_remedy(url: str) -> None:
    with pytest.raises(ConfigError, match=r"KALSHI_SIM_URL.*sim serve") as caught:
        practised_clock(url)
    assert url in str(caught.value)


@pytest.mark.parametrize(
    ("exchange", "hours", "kept"),
    [
        (HERE, 1.0, True),
        (HERE, 23.9, True),
        (HERE, 24.0, False),
        # Earlier than the last time: what was received later than now would stand in the way.
        (HERE, -0.1, False),
        ("http://127.0.0.1:2", 1.0, False),
    ],
)
def test_a_practised_day_is_kept_until_it_begins_anew(
    tmp_path: Path, exchange: str, hours: float, *, kept: bool
) -> None:
    desk = Paths(tmp_path)
    first = practice_store(desk, HERE, AT).paths.root
    assert first.is_relative_to(tmp_path / "data/proc/practice")
    (first / "kept").touch()
    again = practice_store(desk, exchange, AT + timedelta(hours=hours)).paths.root
    assert ((again / "kept").exists(), again) == (kept, first)


def test_a_note_that_is_torn_begins_the_day_anew(tmp_path: Path) -> None:
    folder = practice_store(Paths(tmp_path), HERE, AT).paths.root
    (folder / "kept").touch()
    (folder / "exchange.json").write_text("{")
    practice_store(Paths(tmp_path), HERE, AT)
    assert not (folder / "kept").exists()

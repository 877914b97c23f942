from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kalshi_alpha.brokers.kalshi.venue_clock import ExchangeClock, SystemClock, venue_clock
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError, VenueUnavailable


def test_the_systems_time_moves_and_is_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC


class Exchange(HTTPServer):
    """Says in the date of its replies how far ahead its day is."""

    ahead = timedelta()
    date: str | None = None
    asked: list[str]

    @property
    def environ(self) -> dict[str, str]:
        return {"KALSHI_SIM_URL": f"http://127.0.0.1:{self.server_address[1]}"}


class Reply(BaseHTTPRequestHandler):
    server: Exchange

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response_only(200)
        now = datetime.now(UTC) + self.server.ahead
        date = self.server.date or format_datetime(now.replace(microsecond=0), usegmt=True)
        self.send_header("date", date)
        self.end_headers()

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


def test_a_local_exchange_of_another_day_sets_the_clock(exchange: Exchange) -> None:
    exchange.ahead = timedelta(days=-700)
    clock = venue_clock(KalshiEnv.SIM, exchange.environ)
    assert isinstance(clock, ExchangeClock)
    off = clock.now() - (datetime.now(UTC) + exchange.ahead)
    assert abs(off) < timedelta(seconds=1)


def test_a_local_exchange_of_today_keeps_the_systems_clock(exchange: Exchange) -> None:
    assert isinstance(venue_clock(KalshiEnv.SIM, exchange.environ), SystemClock)


@pytest.mark.parametrize("env", [KalshiEnv.DEMO, KalshiEnv.PROD])
def test_a_real_venue_is_met_by_the_systems_clock_whatever_runs_here(
    env: KalshiEnv, exchange: Exchange
) -> None:
    exchange.ahead = timedelta(days=-700)
    assert isinstance(venue_clock(env, exchange.environ), SystemClock)
    assert exchange.asked == []


def test_an_exchange_that_is_not_there_or_tells_no_time_is_named(exchange: Exchange) -> None:
    exchange.date = "soon"
    with pytest.raises(VenueUnavailable, match="does not tell its time"):
        venue_clock(KalshiEnv.SIM, exchange.environ)
    with pytest.raises(VenueUnavailable, match="sim serve"):
        venue_clock(KalshiEnv.SIM, {"KALSHI_SIM_URL": "http://127.0.0.1:9"})
    with pytest.raises(ConfigError, match="loopback"):
        venue_clock(KalshiEnv.SIM, {"KALSHI_SIM_URL": "http://198.51.100.7:80"})

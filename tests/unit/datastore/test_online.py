from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from kalshi_alpha.core.errors import ConfigError, FetchFailed, UsageError
from kalshi_alpha.datastore.feeds import (
    Driver,
    Endpoint,
    FeedAccess,
    Newest,
    Parsed,
    Payload,
    TableSchema,
)
from kalshi_alpha.datastore.online import (
    _served_transport,
    feed_client,
    ingest_online,
    local_exchange,
    served_feeds,
)
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.drivers.transport import FeedClient


@dataclass(frozen=True)
class Reading:
    on: date
    value: int


def access() -> FeedClient:
    """Return a network without hosts."""
    return FeedClient("x", transport=httpx2.MockTransport(lambda _: httpx2.Response(404)))


def parse(body: bytes) -> Parsed[Reading]:
    return Parsed((Reading(date(2025, 6, 10), int(body)),))


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    yield Payload("feed", b"5", access.now(), origin="feed.example")


FEED: Driver[Reading] = Driver(
    source="feed",
    suffix="txt",
    table=TableSchema("feed", (("on", "date"), ("value", "int")), ("on",)),
    parse=parse,
    fetch=fetch,
    dated_on=lambda row: row.on,
    earliest_at=lambda _: None,
    newest=lambda rows: Newest(str(rows[-1].value), rows[-1].on),
)


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(Paths(tmp_path))


def test_what_a_feed_gave_before_it_failed_is_kept_and_the_failure_named(store: FeedStore) -> None:
    def half(access: FeedAccess, at: datetime) -> Iterator[Payload]:
        yield from fetch(access, at)
        raise FetchFailed("feed: NYC could not be had")

    [summary] = ingest_online([replace(FEED, fetch=half)], access(), store)
    assert summary.errors == ("FetchFailed: feed: NYC could not be had",)
    assert (summary.rows, summary.newest, summary.origin) == (1, "5", "feed.example")
    assert [row["value"] for row in store.rows("feed", datetime.now(UTC))] == [5]


def test_a_feed_that_gave_nothing_names_its_failure_once(store: FeedStore) -> None:
    def dead(access: FeedAccess, at: datetime) -> Iterator[Payload]:
        raise FetchFailed("feed: HTTP 503")

    [summary] = ingest_online([replace(FEED, fetch=dead)], access(), store)
    assert summary.errors == ("FetchFailed: feed: HTTP 503",)


def test_a_feed_that_is_not_set_up_here_is_off_and_has_not_failed(store: FeedStore) -> None:
    def none(access: FeedAccess, at: datetime) -> Iterator[Payload]:
        yield from ()

    [summary] = ingest_online([replace(FEED, fetch=none)], access(), store)
    assert (summary.state, summary.errors) == ("off", ())


@pytest.mark.parametrize("contact", ["", " ", "a\nb", "x" * 201, "\u00e9@desk.example"])
def test_a_contact_is_required_and_must_fit_a_header(contact: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="KALSHI_ALPHA_CONTACT"):
        feed_client({"KALSHI_ALPHA_CONTACT": contact}, Paths(tmp_path), ())


def test_the_client_knows_the_desks_settings_and_stations(tmp_path: Path) -> None:
    environ = {"KALSHI_ALPHA_CONTACT": "ops@desk.example", "BLS_API_KEY": "k"}
    client = feed_client(environ, Paths(tmp_path), ("NYC",))
    assert (client.secret("BLS_API_KEY"), client.stations) == ("k", ("NYC",))
    assert (tmp_path / "data/cache/http").is_dir()
    client.close()


def test_what_each_feed_gave_is_handed_on(store: FeedStore) -> None:
    given: list[Payload] = []
    list(ingest_online([FEED], access(), store, on_payloads=given.extend))
    assert [payload.body for payload in given] == [b"5"]


# --- pages that a local exchange shows --------------------------------------------------------


class Shown(BaseHTTPRequestHandler):
    """Says what it was asked."""

    def do_GET(self) -> None:
        size = int(self.headers.get("content-length", "0"))
        said = f"{self.command} {self.path} {self.headers['host']} {self.rfile.read(size).decode()}"
        self.send_response_only(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Held:
    """A clock that stands."""

    at: datetime = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_pages_are_read_below_the_exchanges_address_at_its_time() -> None:
    with HTTPServer(("127.0.0.1", 0), Shown) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        here = f"127.0.0.1:{server.server_address[1]}"
        client = served_feeds(f"http://{here}", Held(), ("NYC",))
        page = Endpoint("feed", frozenset({"feed.example"}))
        got = client.get(page, "https://feed.example/a/b?c=d%20e").decode()
        told = client.post(page, "https://feed.example/ask", form={"x": "1"}).decode()
        with pytest.raises(FetchFailed, match="is not its host"):
            client.get(page, "https://elsewhere.example/")
        client.close()
        server.shutdown()
        thread.join()
    assert got == f"GET /feeds/feed.example/a/b?c=d%20e {here} "
    assert told == f"POST /feeds/feed.example/ask {here} x=1"
    assert (client.now(), client.stations) == (Held().at, ("NYC",))
    assert client.secret("BLS_API_KEY") is None


def hang_up(listener: socket.socket) -> None:
    listener.accept()[0].close()


def test_a_page_of_the_exchange_is_waited_for_no_longer_than_any_other() -> None:
    # It listens, and nobody answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0.5)
        carrier = _served_transport(f"http://127.0.0.1:{silent.getsockname()[1]}")
        limits = {"connect": 0.5, "read": 0.01, "write": 0.5, "pool": 0.5}
        asked = httpx2.Request("GET", "https://feed.example/a", extensions={"timeout": limits})
        ended = threading.Timer(0.08, hang_up, [silent])
        ended.start()
        with pytest.raises(httpx2.ReadTimeout):
            carrier.handle_request(asked)
        ended.join()
        carrier.close()


@pytest.mark.parametrize(
    "url", ["http://198.51.100.7:80", "https://127.0.0.1:80", "http://exchange.example", ""]
)
def test_pages_are_shown_on_this_machine_only(url: str) -> None:
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1"):
        served_feeds(url, Held(), ())


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:port"])
def test_an_address_that_is_cut_or_mistyped_is_refused_in_a_line(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        local_exchange({"KALSHI_SIM_URL": url})
    said = f"a local exchange shows feeds at http://127.0.0.1:PORT, not at {url!r}"
    assert str(caught.value) == said

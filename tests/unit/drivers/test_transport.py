from __future__ import annotations

import http.server
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest
import stamina

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess
from kalshi_alpha.drivers.transport import FeedClient

FEED = Endpoint("aaa_gas", frozenset({"gasprices.example"}), body_cap=64)
URL = "https://gasprices.example/"
Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    stamina.set_testing(testing=True, attempts=4)
    yield
    stamina.set_testing(testing=False)


def client(handler: Handler, cache: Path | None = None) -> FeedClient:
    return FeedClient(
        "ops@desk.example", cache, transport=httpx2.MockTransport(handler), pause_s=0.0
    )


def answers(*responses: httpx2.Response) -> tuple[Handler, list[httpx2.Request]]:
    asked: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return responses[min(len(asked), len(responses)) - 1]

    return handler, asked


def test_the_user_agent_names_the_program_and_a_contact() -> None:
    handler, asked = answers(httpx2.Response(200, content=b"ok"))
    assert client(handler).get(FEED, URL) == b"ok"
    assert asked[0].headers["user-agent"] == "kalshi-alpha/0.1 (ops@desk.example)"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_get_is_asked_again_where_that_may_help(status: int) -> None:
    handler, asked = answers(httpx2.Response(status), httpx2.Response(200, content=b"ok"))
    assert client(handler).get(FEED, URL) == b"ok"
    assert len(asked) == 2


def test_a_get_gives_up_after_its_tries_and_names_the_feed() -> None:
    handler, asked = answers(httpx2.Response(503))
    with pytest.raises(FetchFailed, match=r"aaa_gas.*503.*4 tries"):
        client(handler).get(FEED, URL)
    assert len(asked) == 4


def test_a_post_is_asked_once() -> None:
    handler, asked = answers(httpx2.Response(503), httpx2.Response(200))
    with pytest.raises(FetchFailed, match="503"):
        client(handler).post(FEED, URL, json={"seriesid": []})
    assert len(asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    handler, asked = answers(httpx2.Response(status))
    with pytest.raises(FetchFailed, match=str(status)):
        client(handler).get(FEED, URL)
    assert len(asked) == 1


def test_a_dead_connection_is_retried_and_named() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout("no route", request=request)

    with pytest.raises(FetchFailed, match="ConnectTimeout"):
        client(handler).get(FEED, URL)


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://gasprices.example/", "file:///etc/passwd"]
)
def test_only_the_feeds_own_hosts_are_asked_and_over_https(url: str) -> None:
    handler, asked = answers(httpx2.Response(200))
    with pytest.raises(FetchFailed, match="not its host"):
        client(handler).get(FEED, url)
    assert not asked


def test_a_body_is_never_read_beyond_its_cap() -> None:
    handler, _ = answers(httpx2.Response(200, content=b"x" * 65))
    with pytest.raises(FetchFailed, match="over 64 bytes"):
        client(handler).get(FEED, URL)


def moved(to: str) -> httpx2.Response:
    return httpx2.Response(302, headers={"location": to})


def test_a_redirect_is_refused_unless_the_feed_expects_it() -> None:
    handler, asked = answers(moved("https://gasprices.example/other"))
    with pytest.raises(FetchFailed, match="not followed"):
        client(handler).get(FEED, URL)
    assert len(asked) == 1


@pytest.mark.parametrize("to", ["http://[", "https://a b/", "//", "javascript:alert(1)"])
def test_a_redirect_to_nonsense_is_refused_and_breaks_nothing(to: str) -> None:
    handler, asked = answers(moved(to))
    with pytest.raises(FetchFailed, match="aaa_gas"):
        client(handler).get(FEED, URL)
    assert len(asked) == 1


@pytest.mark.parametrize("url", ["https://[", "", "https://gasprices.example@evil.example/"])
def test_what_is_no_address_of_the_feed_is_not_asked(url: str) -> None:
    handler, asked = answers(httpx2.Response(200))
    with pytest.raises(FetchFailed, match="aaa_gas"):
        client(handler).get(FEED, url)
    assert not asked


@pytest.mark.parametrize("wait", ["0", "\u00b2", "soon", "-1", "9" * 400])
def test_whatever_a_publisher_asks_to_wait_is_bounded_or_ignored(wait: str) -> None:
    headers = [(b"retry-after", wait.encode())]
    handler, asked = answers(httpx2.Response(429, headers=headers), httpx2.Response(200))
    assert client(handler).get(FEED, URL) == b""
    assert len(asked) == 2


def test_kept_answers_that_cannot_be_read_are_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "http.sqlite").write_bytes(b"no database" * 100)
    handler, _ = answers(httpx2.Response(200, content=b"ok"))
    feed = client(handler, folder)
    assert [feed.get(FEED, URL), feed.get(FEED, URL)] == [b"ok", b"ok"]
    feed.close()


def test_an_expected_redirect_is_followed_once_over_https() -> None:
    feed = Endpoint(
        "dol_claims",
        frozenset({"oui.example"}),
        redirect=re.compile(r"https?://oui\.example/press/\d{4}/\d{6}\.pdf"),
    )
    handler, asked = answers(
        moved("http://oui.example/press/2026/082726.pdf"), httpx2.Response(200, content=b"%PDF")
    )
    assert client(handler).get(feed, "https://oui.example/weeklyRedirect.php") == b"%PDF"
    assert str(asked[1].url) == "https://oui.example/press/2026/082726.pdf"


def test_a_redirect_to_another_host_is_refused_even_if_the_path_fits() -> None:
    feed = Endpoint(
        "dol_claims",
        frozenset({"oui.example"}),
        redirect=re.compile(r"https?://[a-z.]+/press/\d{4}/\d{6}\.pdf"),
    )
    handler, asked = answers(moved("https://evil.example/press/2026/082726.pdf"))
    with pytest.raises(FetchFailed, match="not its host"):
        client(handler).get(feed, "https://oui.example/weeklyRedirect.php")
    assert len(asked) == 1


def test_what_has_not_changed_is_asked_for_conditionally(tmp_path: Path) -> None:
    validators: list[str | None] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        validators.append(request.headers.get("if-none-match"))
        if validators[-1] == '"v1"':
            return httpx2.Response(304, headers={"etag": '"v1"'})
        headers = {"etag": '"v1"', "cache-control": "no-cache"}
        return httpx2.Response(200, content=b"body", headers=headers)

    feed = client(handler, tmp_path / "cache")
    assert feed.get(FEED, URL) == b"body"
    assert feed.get(FEED, URL) == b"body"
    assert validators == [None, '"v1"']
    feed.close()


def test_the_reception_time_carries_its_zone() -> None:
    handler, _ = answers(httpx2.Response(200))
    assert client(handler).now().tzinfo is not None


def test_a_kept_copy_is_never_used_by_its_age_alone(tmp_path: Path) -> None:
    """Ten days without a change would make it fresh for a day by the rule of thumb of RFC 9111."""
    asked: list[str | None] = []
    now = datetime.now(UTC)
    headers = {
        "last-modified": format_datetime(now - timedelta(days=10), usegmt=True),
        "date": format_datetime(now, usegmt=True),
    }

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.headers.get("if-modified-since"))
        return httpx2.Response(200, content=str(len(asked)).encode(), headers=headers)

    feed = client(handler, tmp_path / "cache")
    assert [feed.get(FEED, URL), feed.get(FEED, URL)] == [b"1", b"2"]
    assert asked == [None, headers["last-modified"]]
    feed.close()


def test_an_address_with_a_key_is_neither_kept_nor_shown(tmp_path: Path) -> None:
    headers = {"etag": '"v1"', "cache-control": "max-age=60"}
    handler, asked = answers(
        httpx2.Response(200, content=b"1", headers=headers),
        httpx2.Response(200, content=b"2", headers=headers),
        httpx2.Response(403),
    )
    feed = client(handler, tmp_path / "cache")
    url = f"{URL}?api_key=sesame&length=1"
    assert [feed.get(FEED, url), feed.get(FEED, url)] == [b"1", b"2"]
    with pytest.raises(FetchFailed, match=r"api_key=\*\*\*&length=1: HTTP 403"):
        feed.get(FEED, url)
    assert len(asked) == 3
    feed.close()
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and b"sesame" in f.read_bytes()]


def test_a_dead_connection_does_not_show_the_key() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(FetchFailed) as caught:
        client(handler).post(FEED, f"{URL}?registrationkey=sesame")
    assert "sesame" not in str(caught.value)


def test_requests_to_one_host_keep_their_distance() -> None:
    handler, _ = answers(httpx2.Response(200))
    feed = FeedClient("x", transport=httpx2.MockTransport(handler), pause_s=0.05)
    began = time.monotonic()
    for _ in range(3):
        feed.get(FEED, URL)
    assert 0.1 <= time.monotonic() - began < 2.0


def test_an_answer_that_cannot_be_decoded_is_named() -> None:
    handler, _ = answers(
        httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=_Stream(b"no gzip"))
    )
    with pytest.raises(FetchFailed, match="aaa_gas"):
        client(handler).get(FEED, URL)


class _Stream(httpx2.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def test_settings_of_the_desk_reach_a_driver_and_an_empty_one_is_unset() -> None:
    handler, _ = answers(httpx2.Response(200))
    access: FeedAccess = FeedClient(
        "x",
        settings={"BLS_API_KEY": "k", "EIA_API_KEY": ""},
        stations=("NYC",),
        transport=httpx2.MockTransport(handler),
    )
    assert (access.secret("BLS_API_KEY"), access.secret("EIA_API_KEY")) == ("k", None)
    assert access.secret("OTHER") is None
    assert access.stations == ("NYC",)


# --- a real server on the loopback -----------------------------------------------------------


class _Slow(http.server.BaseHTTPRequestHandler):
    """Sends an endless body, a silent one, or one that trickles."""

    def do_GET(self) -> None:  # (the library's spelling)
        self.send_response(200)
        self.end_headers()
        piece, wait_s = {
            "/endless": (b"x" * 4096, 0.0),
            "/silent": (b"", 0.02),
            "/trickle": (b"x", 0.02),
        }[self.path]
        try:
            for _ in range(100):
                self.wfile.write(piece)
                time.sleep(wait_s)
        except OSError:
            return  # The client hung up, which is what the test is about.

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class _Loopback(httpx2.BaseTransport):
    """Carries a request for the feed's host to the server of the test."""

    def __init__(self, port: int) -> None:
        self._carrier, self._port = httpx2.HTTPTransport(), port

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return self._carrier.handle_request(request)

    def close(self) -> None:
        self._carrier.close()


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.enable_socket
@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize(
    ("path", "words"),
    [("endless", "over 64 bytes"), ("silent", "ReadTimeout"), ("trickle", r"took over 0\.3 s")],
)
def test_a_hostile_server_holds_a_run_up_no_longer_than_its_limits(
    port: int, tmp_path: Path, path: str, words: str, cached: bool
) -> None:
    feed = FeedClient(
        "x",
        tmp_path / "cache" if cached else None,
        transport=_Loopback(port),
        attempts=1,
        pause_s=0.0,
        limits_s=(1.0, 0.2, 0.3),
    )
    began = time.monotonic()
    with pytest.raises(FetchFailed, match=words):
        feed.get(FEED, f"https://gasprices.example/{path}")
    assert time.monotonic() - began < 2.0
    feed.close()

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import stamina

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.drivers.transport import Endpoint, FeedClient

FEED = Endpoint("aaa_gas", frozenset({"gasprices.example"}), body_cap=64)
URL = "https://gasprices.example/"
Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    stamina.set_testing(testing=True, attempts=4)
    yield
    stamina.set_testing(testing=False)


def client(handler: Handler, cache: Path | None = None) -> FeedClient:
    return FeedClient("ops@desk.example", cache, transport=httpx2.MockTransport(handler))


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

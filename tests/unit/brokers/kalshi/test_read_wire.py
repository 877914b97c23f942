from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from kalshi_alpha.brokers.kalshi.read_wire import ReadWire
from kalshi_alpha.core.errors import BadParameter, ConfigError
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest
from venue_wire import run

GET = WireRequest("GET", "/trade-api/v2/markets", query="tickers=A%2CB&limit=1")
Handler = Callable[[httpx2.Request], httpx2.Response]


class Handing(httpx2.AsyncBaseTransport):
    """Hands each request to a function."""

    def __init__(self, handler: Handler, wait_s: float = 0.0) -> None:
        self.handler, self.wait_s = handler, wait_s

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(self.wait_s)
        return self.handler(request)


def sent(handler: Handler, *, wait_s: float = 0.0, body_max: int = 1000) -> WireReply:
    async def session() -> WireReply:
        transport = Handing(handler, wait_s)
        wire = ReadWire("https://demo-api.kalshi.co", transport=transport, body_max=body_max)
        try:
            return await wire.send(GET, {"KALSHI-ACCESS-KEY": "abc"}, 0.2)
        finally:
            await wire.close()

    return run(session())


def test_a_question_goes_out_as_it_is_and_its_reply_comes_back_whole() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        assert str(request.url) == (
            "https://demo-api.kalshi.co/trade-api/v2/markets?tickers=A%2CB&limit=1"
        )
        assert request.headers["KALSHI-ACCESS-KEY"] == "abc"
        return httpx2.Response(200, headers={"Date": "now"}, content=b"{}")

    reply = sent(handler)
    assert (reply.status, reply.headers["date"], reply.body) == (200, "now", b"{}")


@pytest.mark.parametrize(
    ("error", "fault", "may_have_arrived"),
    [
        (httpx2.ConnectError("no"), WireFault.NOT_CONNECTED, False),
        (httpx2.ConnectTimeout("no"), WireFault.TIMEOUT, False),
        (httpx2.ReadTimeout("no"), WireFault.TIMEOUT, True),
        (httpx2.ReadError("no"), WireFault.RESET, True),
        (httpx2.RemoteProtocolError("no"), WireFault.TORN, True),
        (httpx2.DecodingError("no"), WireFault.TORN, True),
    ],
)
def test_failures_say_whether_the_request_may_have_arrived(
    error: Exception, fault: WireFault, *, may_have_arrived: bool
) -> None:
    def handler(_: httpx2.Request) -> httpx2.Response:
        raise error

    with pytest.raises(WireFailed) as caught:
        sent(handler)
    assert (caught.value.fault, caught.value.may_have_arrived) == (fault, may_have_arrived)


def test_the_deadline_is_for_the_whole_reply() -> None:
    with pytest.raises(WireFailed) as caught:
        sent(lambda _: httpx2.Response(200), wait_s=5.0)
    assert caught.value.fault is WireFault.TIMEOUT

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.02)
            yield b"x"

    with pytest.raises(WireFailed) as caught:
        sent(lambda _: httpx2.Response(200, content=drip()))
    assert caught.value.fault is WireFault.TIMEOUT


def test_a_body_beyond_its_cap_is_not_read() -> None:
    with pytest.raises(WireFailed, match="beyond 10 bytes"):
        sent(lambda _: httpx2.Response(200, content=b"x" * 11), body_max=10)


def test_a_redirect_is_returned_and_not_followed() -> None:
    moved = httpx2.Response(307, headers={"Location": "https://example.com/"})
    assert sent(lambda _: moved).status == 307


def test_nothing_that_changes_something_goes_this_way() -> None:
    wire = ReadWire("https://demo-api.kalshi.co", transport=Handing(lambda _: httpx2.Response(200)))
    with pytest.raises(BadParameter):
        run(wire.send(WireRequest("DELETE", "/trade-api/v2/portfolio/events/orders"), {}, 1.0))


@pytest.mark.parametrize("origin", ["http://demo-api.kalshi.co", "ftp://127.0.0.1", ""])
def test_plain_http_is_for_loopback(origin: str) -> None:
    with pytest.raises(ConfigError):
        ReadWire(origin)

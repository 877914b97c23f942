from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim import faults_requests
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.server import SimServer
from sim_exchange import PREFIX, Exchange, exchange

STATUS = f"{PREFIX}/exchange/status"
Session = Callable[[Exchange, asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[Any]]


def _run(session: Session, **more: Any) -> Any:
    async def main() -> Any:
        ex = exchange()
        async with SimServer(ex.app, **more) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            try:
                return await session(ex, reader, writer, f"127.0.0.1:{server.port}")
            finally:
                writer.close()
                await writer.wait_closed()

    return asyncio.run(main())


def _get(host: str, path: str = STATUS, *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode()


async def _one(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Read the status line and the body of one reply."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    sizes = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")]
    return head.split(b"\r\n")[0], await reader.readexactly(sizes[0])


def test_requests_follow_each_other_on_one_connection_even_pipelined() -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        writer.write(_get(host) + _get(host, f"{PREFIX}/no/such"))
        assert (await _one(reader))[0] == b"HTTP/1.1 200 "
        assert (await _one(reader))[0] == b"HTTP/1.1 404 "

    _run(session)


def test_a_client_that_wants_it_closed_gets_it_closed() -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        writer.write(_get(host, STATUS, "Connection: close"))
        await _one(reader)
        assert await reader.read() == b""

    _run(session)


@pytest.mark.parametrize(
    ("garbage", "says"),
    [(b"\x16\x03\x01 hello\r\n\r\n", b"400"), (b"GET / HTTP/1.1\r\n\r\n", b"400")],
)
def test_what_is_no_http_is_refused_and_the_connection_ends(garbage: bytes, says: bytes) -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        writer.write(garbage)
        told = await reader.read()
        assert told.split(b" ")[1] == says

    _run(session)


def test_a_path_outside_the_api_is_404_and_a_target_that_is_no_path_ends_the_connection() -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        writer.write(_get(host, "/"))
        assert (await _one(reader))[0] == b"HTTP/1.1 404 "
        writer.write(_get(host, "*"))
        assert await reader.read() == b""

    _run(session)


def test_replies_of_others_come_first() -> None:
    def own(request: WireRequest) -> WireReply | None:
        return WireReply(200, {}, b"mine") if request.path == "/mine" else None

    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        writer.write(_get(host, "/mine"))
        assert await _one(reader) == (b"HTTP/1.1 200 ", b"mine")

    _run(session, own=(own,))


def test_a_reply_may_come_twice() -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        path = f"{PREFIX}/portfolio/events/orders"
        headers = [f"{name}: {value}" for name, value in ex.headers("POST", path).items()]
        ex.app.faults.inject(Fault.ACK_TWICE)
        head = ["POST " + path + " HTTP/1.1", f"Host: {host}", "Content-Length: 2", *headers]
        writer.write(("\r\n".join(head) + "\r\n\r\n{}").encode())
        assert await _one(reader) == await _one(reader)

    _run(session)


def test_a_torn_reply_promises_more_than_it_brings() -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        ex.app.faults.inject(Fault.RESET_MID_BODY)
        writer.write(_get(host))
        with pytest.raises(asyncio.IncompleteReadError):
            await _one(reader)

    _run(session)


@pytest.mark.parametrize("seed", range(4))
def test_a_lost_request_is_a_connection_that_ends_or_says_nothing(seed: int) -> None:
    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        ex.app.faults._random.seed(seed)
        ex.app.faults.inject(Fault.REQUEST_LOST)
        writer.write(_get(host))
        try:
            async with asyncio.timeout(0.05):
                assert await reader.read() == b""
        except TimeoutError:
            writer.write(_get(host))

    _run(session)


def test_a_body_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults_requests, "DRIP_S", (0.1, 0.1))

    async def session(
        ex: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        ex.app.faults.inject(Fault.DRIP_FED_BODY)
        began = time.perf_counter()
        writer.write(_get(host))
        assert (await _one(reader))[0] == b"HTTP/1.1 200 "
        assert time.perf_counter() - began > 0.09

    _run(session)

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener
from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest
from kalshi_alpha.sim import faults
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.server import SimServer
from sim_exchange import (
    ORDERS,
    PREFIX,
    STREAM_PATH,
    Exchange,
    exchange,
    order,
    request,
)

Session = Callable[[Exchange, SimServer, OrderWire], Awaitable[Any]]


def _run(session: Session, ex: Exchange | None = None, **more: Any) -> Any:
    async def main() -> Any:
        own = ex or exchange()
        async with SimServer(own.app, **more) as server:
            wire = OrderWire(server.url)
            try:
                return await session(own, server, wire)
            finally:
                await wire.close()

    return asyncio.run(main())


async def _create(
    ex: Exchange, wire: Any, client_order_id: str = "a", timeout_s: float = 0.5
) -> WireReply:
    body = order(client_order_id=client_order_id, post_only=True)
    reply = await wire.send(request("POST", ORDERS, body), ex.headers("POST", ORDERS), timeout_s)
    assert isinstance(reply, WireReply)
    return reply


def test_an_order_is_placed_read_and_cancelled_over_a_real_socket() -> None:
    async def session(ex: Exchange, server: SimServer, wire: OrderWire) -> None:
        made = await _create(ex, wire)
        assert made.status == 201
        assert made.headers["date"] == "Wed, 11 Jun 2025 10:30:00 GMT"
        path = f"{ORDERS}/{json.loads(made.body)['order_id']}"
        gone = await wire.send(request("DELETE", path), ex.headers("DELETE", path), 1.0)
        assert json.loads(gone.body)["reduced_by"] == "10.00"
        listed = f"{PREFIX}/portfolio/orders"
        query = WireRequest("GET", listed, "status=canceled&limit=5")
        read = await wire.send(query, ex.headers("GET", listed), 1.0)
        assert [o["status"] for o in json.loads(read.body)["orders"]] == ["canceled"]

    _run(session)


def test_a_reply_without_a_body_leaves_the_connection_usable() -> None:
    async def session(ex: Exchange, server: SimServer, wire: OrderWire) -> None:
        for _ in range(2):
            reply = await wire.send(request("DELETE", ORDERS), ex.headers("DELETE", ORDERS), 1.0)
            assert (reply.status, reply.body) == (204, b"")
        assert (await _create(ex, wire)).status == 201

    _run(session)


def test_the_exchange_listens_on_loopback_alone_and_answers_to_that_name_alone() -> None:
    async def session(ex: Exchange, server: SimServer, wire: OrderWire) -> None:
        assert server.url == f"http://127.0.0.1:{server.port}"
        for lines in (
            "Host: evil.example:80",
            f"Host: 127.0.0.1:{server.port}\r\nOrigin: http://x",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"GET {PREFIX}/exchange/status HTTP/1.1\r\n{lines}\r\n\r\n".encode())
            assert b" 403 " in await reader.readline()
            writer.close()
            await writer.wait_closed()

    _run(session)


def test_a_port_that_is_taken_is_a_usage_error_that_names_the_flag() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        async def main() -> None:
            async with SimServer(exchange().app, port=taken.getsockname()[1]):
                pass

        with pytest.raises(UsageError, match="--port"):
            asyncio.run(main())


def test_the_host_vanishes_for_a_while_and_comes_back_on_its_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faults, "LASTS_S", {**faults.LASTS_S, Fault.NAME_LOOKUP_BURST: (0.3, 0.3)})

    async def session(ex: Exchange, server: SimServer, wire: OrderWire) -> None:
        stream = await _opened(ex, server)
        ex.app.faults.inject(Fault.NAME_LOOKUP_BURST)
        with pytest.raises(WireFailed):
            await _create(ex, wire)
        with pytest.raises(WireFailed):
            await stream.receive()
        await stream.close()
        await asyncio.sleep(0.1)
        with pytest.raises(WireFailed) as failure:
            await _create(ex, wire)
        assert (failure.value.fault, failure.value.may_have_arrived) == (
            WireFault.NOT_CONNECTED,
            False,
        )
        ex.clock.step(1.0)
        await asyncio.sleep(0.2)
        assert (await _create(ex, wire)).status == 201

    _run(session)


def test_an_exchange_whose_time_breaks_ends_with_what_broke_it() -> None:
    class Broken:
        def next_at(self) -> None:
            return None

        def advance(self, at: object) -> int:
            raise ZeroDivisionError(at)

    async def session(ex: Exchange, server: SimServer, wire: OrderWire) -> None:
        ex.app.flow = Broken()
        with pytest.raises(ZeroDivisionError):
            await server.until_over(5.0)

    _run(session)


def test_it_is_waited_for_until_it_ends_or_the_time_is_over() -> None:
    async def session(ex: Exchange, server: SimServer, wire: OrderWire) -> None:
        await server.until_over(0.0)
        server.end()
        await server.until_over()

    _run(session)


async def _opened(ex: Exchange, server: SimServer) -> Any:
    opener = PicowsOpener(server.url.replace("http:", "ws:"))
    return await opener.open(STREAM_PATH, ex.headers("GET", STREAM_PATH), 1.0)

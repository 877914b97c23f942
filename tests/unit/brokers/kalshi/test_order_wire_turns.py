from __future__ import annotations

import asyncio

from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.core.wire import WireRequest

POST = WireRequest("POST", "/trade-api/v2/portfolio/events/orders")
OK = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


class Slow(asyncio.Protocol):
    """Answers each request after a while."""

    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        del data
        asyncio.get_running_loop().call_later(0.1, self._transport.write, OK)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._ended.set()


def test_who_connects_ahead_never_waits_again_for_a_turn_that_another_took() -> None:
    async def session() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Slow(ended), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            wire = OrderWire(f"http://127.0.0.1:{port}", connections_max=1)
            first = asyncio.create_task(wire.send(POST, {}, 2.0))
            await asyncio.sleep(0.02)
            ahead = asyncio.create_task(wire.connect(2.0))
            await asyncio.sleep(0)
            second = asyncio.create_task(wire.send(POST, {}, 2.0))
            await ahead
            # The turn was the second's before it was ours: what follows begins at once.
            assert first.done()
            assert second.done()
            third = asyncio.create_task(wire.send(POST, {}, 2.0))
            await asyncio.sleep(0)
            assert wire._turns.locked()
            await third
            await wire.close()
            await ended.wait()

    asyncio.run(session())

"""The server of the order path's benchmark: a process of its own that acknowledges creates."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from order_path_conditions import (  # type: ignore[import-not-found]
    keep_to,
    keep_to_none,
    kept_apart,
)


class Exchange(asyncio.Protocol):
    """Acknowledges creates and batches; anything else is an open exchange."""

    seen: ClassVar[set[str]] = set()
    requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._held = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request that came."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            mark = head.find(b"content-length:")
            length = int(head[mark + 15 :].split(b"\r\n")[0]) if mark >= 0 else 0
            if len(self._held) < end + 4 + length:
                return
            body = self._held[end + 4 : end + 4 + length]
            self._held = self._held[end + 4 + length :]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        Exchange.requests += 1
        reply: object = {"exchange_active": True, "trading_active": True}
        if head.startswith(b"post"):
            assert b"kalshi-access-signature: " in head
            told = json.loads(body)
            acks = [self._ack(order) for order in told.get("orders", [told])]
            reply = {"orders": acks} if "orders" in told else acks[0]
        data = json.dumps(reply).encode()
        self._transport.write(
            f"HTTP/1.1 201 Created\r\nDate: {formatdate(usegmt=True)}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode()
            + data
        )

    def _ack(self, order: dict[str, str]) -> dict[str, object]:
        name = order["client_order_id"]
        assert name not in Exchange.seen, f"{name} arrived twice"
        Exchange.seen.add(name)
        return {
            "order_id": name,
            "client_order_id": name,
            "fill_count": "0.00",
            "remaining_count": order["count"],
            "ts_ms": 1,
        }


def serve(pipe: Connection, cores: set[int]) -> None:
    """Serve until the pipe speaks, then say how many orders and requests came."""
    keep_to(cores)

    async def session() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Exchange, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        asked = asyncio.Event()
        loop.add_reader(pipe.fileno(), asked.set)
        await asked.wait()
        pipe.send((len(Exchange.seen), Exchange.requests))
        server.close()

    asyncio.run(session())


@contextmanager
def exchange() -> Iterator[tuple[str, Callable[[], tuple[int, int]]]]:
    """Yield the address of a server process, and what ends it and tells what came.

    It has a core for itself where there is one, and this process keeps to the others meanwhile.
    """
    ours, theirs = multiprocessing.Pipe()
    rest, its_own = kept_apart()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, its_own))
    process.start()
    # Else the pipe would not end with the server, and a server that failed be waited for.
    theirs.close()
    keep_to(rest)

    def ended() -> tuple[int, int]:
        ours.send("end")
        orders, requests = ours.recv()
        return int(orders), int(requests)

    try:
        yield f"http://127.0.0.1:{ours.recv()}", ended
    finally:
        keep_to_none()
        process.join(5.0)
        process.terminate()

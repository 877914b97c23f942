"""What no client can go below on the order path: bytes that were made before, and a bare insert."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

KEY_ID = "11111111-2222-3333-4444-555566667777"
PATH = "/trade-api/v2/portfolio/events/orders"


def made_before(number: int) -> bytes:
    """Return a request like ours, signature and all, with an id of its own."""
    head = {
        "Host": "127.0.0.1:65535",
        "KALSHI-ACCESS-KEY": KEY_ID,
        "KALSHI-ACCESS-TIMESTAMP": "1798761600000",
        "KALSHI-ACCESS-SIGNATURE": "A" * 344,
        "content-type": "application/json",
        "accept": "application/json",
    }
    body = json.dumps({"client_order_id": f"bare-{number:031d}", "count": "1.00", "": "." * 220})
    lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()


class Bare(asyncio.Protocol):
    """Sends bytes and waits for any answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting = self._loop.create_future()

    def data_received(self, data: bytes) -> None:
        """Hand the answer over."""
        self._waiting.set_result(data)

    def send(self, data: bytes) -> asyncio.Future[bytes]:
        """Write bytes."""
        self._waiting = self._loop.create_future()
        self.transport.write(data)
        return self._waiting


def bare_insert(path: Path, text: str) -> Callable[[int], object]:
    """Return an insert of a text made before, durable when it returns."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    return lambda _: database.execute("INSERT INTO rows (body) VALUES (?)", (text,))

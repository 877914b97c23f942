"""From a real WebSocket on loopback into books: the package's stream and the usual pipeline.

    python benchmarks/socket_to_book.py [--json FILE] [--rounds N] [--frames N]

Another process sends the same frames, as fast as they are taken, to each contestant in turn: the
whole market stream (handshake, subscription, numbers, books, a handler that reads the best prices
after every change), and `websockets` with `json` and dicts of levels. The run asserts that both
saw the same prices, never a time.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import hashlib
import json
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from stream_tape import draw_tape  # type: ignore[import-not-found]
from websockets.asyncio.client import connect

from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener
from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
from kalshi_alpha.brokers.kalshi.stream_events import StreamHandlers
from kalshi_alpha.core.book.ladder_book import LadderBook

FRAMES, MARKETS = 200_000, 200
RATIO_BAR = 4.0
PATH = "/trade-api/ws/v2"
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
SUBSCRIBED = b'{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}'


@dataclass
class Seen:
    """What a contestant saw: how many changes, and the sums of best bids and asks after each.

    ``at`` is when it saw the last; how it says farewell is not measured.
    """

    changes: int = 0
    bids: int = 0
    asks: int = 0
    at: float = field(default=0.0, compare=False)


def send_to_all(frames: int, port: Connection) -> None:
    """Serve one connection after another, in a process of its own, and first say on which port."""
    tape = draw_tape(frames, MARKETS)
    blob = b"".join(_framed(frame) for frame in (SUBSCRIBED, *tape))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port.send(listening.getsockname()[1])
        while True:
            connection, _ = listening.accept()
            with connection, suppress(ConnectionError):
                _serve(connection, blob)


def _serve(connection: socket.socket, blob: bytes) -> None:
    """Shake hands, wait for a command, and send everything."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    key = next(rest.strip() for name, _, rest in lines if name.lower() == b"sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())  # noqa: S324 - RFC 6455
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    connection.recv(65_536)
    connection.sendall(blob)
    while connection.recv(65_536):
        pass


def _framed(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([0x81, size]) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class NoSigner:
    """Signs nothing: the sender asks for nothing."""

    def headers(self, method: str, path: str, at_ms: int) -> dict[str, str]:
        """Return a header that says when."""
        return {"Asked": f"{method} {path} {at_ms}"}


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


async def with_market_stream(port: int, tickers: Sequence[str], changes: int) -> Seen:
    """Follow the frames with the package's stream."""
    seen, done = Seen(), asyncio.Event()

    def on_book(book: LadderBook) -> None:
        seen.changes += 1
        seen.bids += book.bid_e4
        seen.asks += book.ask_e4
        if seen.changes == changes:
            seen.at = time.perf_counter()
            done.set()

    stream = MarketStream(
        PicowsOpener(f"ws://127.0.0.1:{port}"),
        NoSigner(),
        SystemClock(),
        tickers,
        handlers=StreamHandlers(on_book=on_book),
        channels=(),
        path=PATH,
    )
    task = asyncio.create_task(stream.run())
    await done.wait()
    saw = replace(seen)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return saw


async def with_websockets(port: int, tickers: Sequence[str], changes: int) -> Seen:
    """Follow the frames the usual way."""
    seen = Seen()
    books: dict[str, dict[str, dict[str, float]]] = {}
    async with connect(
        f"ws://127.0.0.1:{port}{PATH}", compression=None, max_size=None, max_queue=None
    ) as venue:
        await venue.send(json.dumps({"id": 1, "cmd": "subscribe", "params": list(tickers)}))
        while seen.changes < changes:
            frame = json.loads(await venue.recv())
            msg = frame["msg"]
            if frame["type"] == "orderbook_snapshot":
                book = books[msg["market_ticker"]] = {
                    side: {price: float(size) for price, size in msg.get(f"{side}_dollars_fp", ())}
                    for side in ("yes", "no")
                }
            elif frame["type"] == "orderbook_delta":
                book = books[msg["market_ticker"]]
                levels, price = book[msg["side"]], msg["price_dollars"]
                size = round(levels.get(price, 0.0) + float(msg["delta_fp"]), 2)
                if size > 0:
                    levels[price] = size
                else:
                    levels.pop(price, None)
            else:
                continue
            seen.changes += 1
            # Prices have equal lengths, so the greatest text is the greatest price.
            seen.bids += round(float(max(book["yes"], default="0")) * 10_000)
            seen.asks += 10_000 - round(float(max(book["no"], default="0")) * 10_000)
        seen.at = time.perf_counter()
    return seen


Follow = Callable[[int, Sequence[str], int], Coroutine[object, object, Seen]]


def frames_per_s(frames: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Send the frames to both in turn, check that they agree, and time them."""
    contestants: dict[str, Follow] = {"ours": with_market_stream, "usual": with_websockets}
    tickers = sorted({json.loads(frame)["msg"]["market_ticker"] for frame in frames[:MARKETS]})
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    sender = spawning.Process(target=send_to_all, args=(len(frames) - MARKETS, theirs), daemon=True)
    sender.start()
    port = ours.recv()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        saw = []
        for name, follow in contestants.items():
            gc.collect()
            start = time.perf_counter()
            saw.append(asyncio.run(follow(port, tickers, len(frames))))
            seconds[name].append(saw[-1].at - start)
        assert saw[0] == saw[1], f"the contestants saw different prices: {saw}"
    sender.terminate()
    sender.join()
    return {name: len(frames) / statistics.median(took) for name, took in seconds.items()}


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in turn")
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames that are drawn")
    args = parser.parse_args()
    rate = frames_per_s(draw_tape(args.frames, MARKETS), args.rounds)
    row: dict[str, object] = {
        "figure": "loopback WebSocket to book, best bid and ask read after each frame",
        "bar": f">= {RATIO_BAR:.0f}x",
        "measured": f"{rate['ours'] / 1e3:.0f} k frames/s",
        "peer": f"websockets + json + dict: {rate['usual'] / 1e3:.0f} k/s",
        "ratio": f"{rate['ours'] / rate['usual']:.1f}x",
    }
    print("| " + " | ".join(row) + " |")
    print("|" + " --- |" * len(row))
    print("| " + " | ".join(map(str, row.values())) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps([row], indent=2) + "\n")


if __name__ == "__main__":
    main()

"""The order path: decision to the last signed byte on the wire, and the round trip on loopback.

    python benchmarks/order_path.py [--json FILE] [--rounds N]

A server in a process of its own answers every create with an acknowledgement of its client order
id. "Last byte" is the return of the transport's write, which hands the bytes to the kernel. The
peer of the round trip is `httpx2`, and beside it stands a bare asyncio protocol that sends bytes
made before: what no client can go below. The run asserts that every order arrived once, signed, and
was acknowledged; never a time.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import multiprocessing
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.connect import order_targets
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.order_payloads import NewOrder, resting_order
from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool
from kalshi_alpha.brokers.kalshi.rate_limits import RateLimits
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.orders.events import Intended
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side

KEY_ID = "11111111-2222-3333-4444-555566667777"
WARM, PACE_S = 20, 0.01
BATCH = 100
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        return datetime.now(UTC)


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


def serve(pipe: Connection) -> None:
    """Serve until the pipe speaks, then say how many orders and requests came."""

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
    """Yield the address of a server process, and what ends it and tells what came."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()

    def ended() -> tuple[int, int]:
        ours.send("end")
        orders, requests = ours.recv()
        return int(orders), int(requests)

    try:
        yield f"http://127.0.0.1:{ours.recv()}", ended
    finally:
        process.join(5.0)
        process.terminate()


class Timed(NamedTuple):
    """Seconds of every call: to the write call, to its return, to the reply, in the commit."""

    to_write: list[float]
    to_wire: list[float]
    to_reply: list[float]
    in_commit: list[float]


@contextmanager
def written() -> Iterator[list[float]]:
    """Yield the instants at which a transport's write began and returned, in the block."""
    # Private to asyncio; only a benchmark needs to know when the kernel has the bytes.
    transport: Any = importlib.import_module("asyncio.selector_events")._SelectorSocketTransport
    stamps: list[float] = []
    original = transport.write

    def write(self: Any, data: bytes) -> None:
        stamps.append(time.perf_counter())
        original(self, data)
        stamps.append(time.perf_counter())

    transport.write = write
    try:
        yield stamps
    finally:
        transport.write = original


def intent(nonce: int) -> OrderIntent:
    """Return an intent that differs from every other by its nonce."""
    return OrderIntent(
        series="KXCPI",
        event_ticker="KXCPI-26DEC",
        ticker="KXCPI-26DEC-T0.2",
        side=Side.YES,
        price=Price(3400),
        contracts=Contracts.whole(1),
        expires_at=NEW_YEAR + timedelta(hours=1),
        decided_at=NEW_YEAR,
        nonce=nonce,
    )


def order(of: OrderIntent) -> NewOrder:
    """Return what is sent for an intent."""
    return resting_order(
        ticker=of.ticker,
        side=of.side,
        price=of.price,
        contracts=of.contracts,
        client_order_id=of.client_order_id,
        expiration_time=int(of.expires_at.timestamp()),
        order_group_id=None,
    )


def intended(wanted: OrderIntent) -> Intended:
    """Return the event that is durable before an order is sent."""
    return Intended(at=wanted.decided_at, client_order_id=wanted.client_order_id, intent=wanted)


def client(url: str, key: rsa.RSAPrivateKey, *, ahead: bool) -> VenueClient:
    """Return a client of the server, with an account whose buckets are never short."""
    host = VenueHost(KalshiEnv.SIM, url, url.replace("http", "ws"))
    clock, signer = SystemClock(), Signer(Credentials(KEY_ID, key, KalshiEnv.SIM))
    limits = RateLimits()
    limits.read.resize(1e6, 1e6)
    limits.write.resize(1e6, 1e6)
    pool = PresignedPool(signer, clock, order_targets(host)) if ahead else None
    return VenueClient(OrderWire(url), signer, clock, host, limits=limits, presigned=pool)


async def timed(
    call: Callable[[int], Awaitable[object]], rounds: int, first: int, stamps: list[float]
) -> Timed:
    """Make a call again and again, at a maker's pace, and time each after a few warm ones."""
    result = Timed([], [], [], [])
    for number in range(first, first + WARM + rounds):
        await asyncio.sleep(PACE_S)
        stamps.clear()
        begun = time.perf_counter()
        await call(number)
        ended = time.perf_counter()
        if number >= first + WARM:
            result.to_write.append(stamps[0] - begun)
            result.to_wire.append(stamps[-1] - begun)
            result.to_reply.append(ended - begun)
    return result


async def ours(
    url: str, key: rsa.RSAPrivateKey, rounds: int, first: int, *, ahead: bool, durable: Path | None
) -> Timed:
    """Time creates of one order each, with the intent made durable first if a path is given."""
    venue = client(url, key, ahead=ahead)
    await venue.compare_clocks()
    journal = None if durable is None else OrderJournal(durable)

    commits: list[float] = []

    async def create(number: int) -> None:
        wanted = intent(number)
        sent = order(wanted)
        if journal is not None:
            begun = time.perf_counter()
            journal.append([intended(wanted)])
            commits.append(time.perf_counter() - begun)
        reply = await venue.create_order(sent)
        assert reply.decoded is not None
        assert reply.decoded.client_order_id == sent.client_order_id

    try:
        with written() as stamps, ThreadPoolExecutor(1) as executor:
            keeping = venue.presigned and asyncio.create_task(venue.presigned.keep(executor))
            result = await timed(create, rounds, first, stamps)
            if keeping:
                keeping.cancel()
        return result._replace(in_commit=commits[WARM:])
    finally:
        await venue.close()
        if journal is not None:
            journal.close()


async def batches(url: str, key: rsa.RSAPrivateKey, rounds: int, first: int) -> Timed:
    """Time a requote of a hundred orders, each in one batch."""
    venue = client(url, key, ahead=True)
    await venue.compare_clocks()

    async def create(number: int) -> None:
        orders = [order(intent(number * BATCH + n)) for n in range(BATCH)]
        reply = await venue.create_orders(orders)
        assert reply.decoded is not None

    with written() as stamps, ThreadPoolExecutor(1) as executor:
        assert venue.presigned is not None
        keeping = asyncio.create_task(venue.presigned.keep(executor))
        result = await timed(create, rounds, first, stamps)
        keeping.cancel()
    await venue.close()
    return result


def body() -> bytes:
    """Return a create with an id of its own."""
    return json.dumps({"client_order_id": str(uuid.uuid4()), "count": "1.00"}).encode()


async def bare(url: str, rounds: int) -> Timed:
    """Time a protocol that writes bytes made before and waits for any answer."""
    waiting: list[asyncio.Future[bytes]] = []
    loop = asyncio.get_running_loop()

    class Bare(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            waiting.pop().set_result(data)

    port = int(url.rsplit(":", 1)[1])
    transport, _ = await loop.create_connection(Bare, "127.0.0.1", port)

    async def create(_: int) -> None:
        data = body()
        waiting.append(loop.create_future())
        transport.write(
            b"POST /trade-api/v2/portfolio/events/orders HTTP/1.1\r\nHost: h\r\n"
            b"KALSHI-ACCESS-SIGNATURE: none\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data)
        )
        await waiting[0]

    with written() as stamps:
        result = await timed(create, rounds, 0, stamps)
    transport.close()
    return result


async def library(url: str, key: rsa.RSAPrivateKey, rounds: int) -> Timed:
    """Time the HTTP library with a signature at every request."""
    signer = Signer(Credentials(KEY_ID, key, KalshiEnv.SIM))
    path = "/trade-api/v2/portfolio/events/orders"
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:

        async def create(_: int) -> None:
            headers = signer.headers("POST", path, int(time.time() * 1000))
            (await http.post(path, content=body(), headers=headers)).raise_for_status()

        with written() as stamps:
            return await timed(create, rounds, 0, stamps)


def _shown(seconds: list[float]) -> str:
    p50, p99 = statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]
    return f"p50 {1e3 * p50:.3f} ms, p99 {1e3 * p99:.3f} ms"


def _row(figure: str, bar: str, ours_s: list[float], name: str, peer_s: list[float]) -> list[str]:
    ratio = statistics.median(peer_s) / statistics.median(ours_s)
    return [figure, bar, _shown(ours_s), f"{name}: {_shown(peer_s)}", f"{ratio:.2f}x the peer"]


async def measure(url: str, rounds: int, scratch: Path) -> tuple[list[list[str]], int]:
    """Run every contestant in turn and return the rows and how many orders were sent."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    cases = {
        (ahead, durable): await ours(
            url,
            key,
            rounds,
            first=(1 + 2 * ahead + durable) * 1_000_000,
            ahead=ahead,
            durable=scratch / f"{ahead}.sqlite" if durable else None,
        )
        for ahead in (False, True)
        for durable in (False, True)
    }
    batched = await batches(url, key, max(2, rounds // 10), first=1_000_000)
    peer, floor = await library(url, key, rounds), await bare(url, rounds)
    name, to = "httpx2, signed inline", "decision to last signed byte"
    commit = "its commit alone"
    quick, inline = cases[True, False], cases[False, False]
    rows = [
        _row(f"{to}, signed ahead", "p99 <= 0.3 ms", quick.to_wire, name, peer.to_wire),
        _row(f"{to}, signed ahead", "none set", quick.to_wire, "bare bytes", floor.to_wire),
        _row("of it, our own part: to the write call", "none set", quick.to_write, name, peer[0]),
        _row(f"{to}, RSA inline", "none set", inline.to_wire, name, peer.to_wire),
        *(
            _row(f"{to}, {how} and durable", "p99 <= 1 ms", case.to_wire, commit, case.in_commit)
            for how, case in (("ahead", cases[True, True]), ("RSA inline", cases[False, True]))
        ),
        _row("round trip, signed ahead", "none set", quick.to_reply, name, peer.to_reply),
        _row("round trip, signed ahead", "none set", quick.to_reply, "bare bytes", floor.to_reply),
        _row(f"{to}, {BATCH} in one batch", "one request", batched.to_wire, name, peer.to_wire),
    ]
    sent = 4 * (WARM + rounds) + (WARM + max(2, rounds // 10)) * BATCH + 2 * (WARM + rounds)
    return rows, sent


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=300)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, exchange() as (url, ended):
        rows, sent = asyncio.run(measure(url, args.rounds, Path(scratch)))
        arrived, _ = ended()
    assert arrived == sent, f"{arrived} orders of {sent} arrived"
    names = ("figure", "bar", "measured", "peer", "ratio")
    print(f"| {' | '.join(names)} |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    if args.json is not None:
        told = [dict(zip(names, row, strict=True)) for row in rows]
        args.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()

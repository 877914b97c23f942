"""The order path: decision to the last signed byte on the wire, and the round trip on loopback.

    python benchmarks/order_path.py [--json FILE] [--rounds N] [--turns N] [--ordinary]

A server in a process and on a core of its own answers every create with an acknowledgement of its
client order id. A decision ends with its intent, which is made within the time. "Last byte" is the
return of the transport's write, which hands the bytes to the kernel. As in a session garbage is
collected by the clock only. Where that is allowed, all of it runs before ordinary processes.

What no client can go below is measured beside it: a bare asyncio protocol that sends bytes of the
same length made before, a bare SQLite insert with the same promises, and both in turn. All
contestants take turns within one loop, each a hundredth of a second after the other, and begin in
another order every round, so that all see the same noise. "Above the floor" is the median of the
differences within a round, and the difference of the two 99th percentiles. Of several turns the
one is shown in which the bare insert before bare bytes has the least 99th percentile; the first
row says under which conditions. The run asserts that every order arrived once, signed, and was
acknowledged; never a time.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa

sys.path.insert(0, str(Path(__file__).resolve().parent))

import order_path_conditions as conditions  # type: ignore[import-not-found]
from order_path_exchange import exchange  # type: ignore[import-not-found]
from order_path_floors import (  # type: ignore[import-not-found]
    KEY_ID,
    PATH,
    Bare,
    bare_insert,
    made_before,
)

from kalshi_alpha.brokers.garbage import collect_between_orders
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.connect import order_targets
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.order_payloads import NewOrder, resting_order
from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool
from kalshi_alpha.brokers.kalshi.rate_limits import RateLimits
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.gates.gate import Verdict, verdict
from kalshi_alpha.core.gates.readings import Reading
from kalshi_alpha.core.gates.requirements import Action, Need, needs
from kalshi_alpha.core.orders.caps import Caps, LadderCaps
from kalshi_alpha.core.orders.events import Intended, encode
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money, Price, Side

WARM, PACE_S = 20, 0.01
BATCH = 100
UNDER = "bare insert, then bare bytes"
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
EXPIRES = NEW_YEAR + timedelta(hours=1)
PRICE, ONE = Price(3400), Contracts.whole(1)
PLENTY = Money.parse("1000000000")
ROOMY = LadderCaps(order=PLENTY, strike=PLENTY, ladder=PLENTY)


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        return datetime.now(UTC)


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


@dataclass(slots=True)
class Contestant:
    """Something that is called round after round, and the seconds that each call took.

    To the write call, to its return, and to the reply; one that writes to no socket ends with it.
    """

    name: str
    call: Callable[[int], Awaitable[object]]
    orders: int = 1
    to_write: list[float] = field(default_factory=list)
    to_wire: list[float] = field(default_factory=list)
    to_reply: list[float] = field(default_factory=list)


async def take_turns(contestants: Sequence[Contestant], rounds: int) -> None:
    """Call all contestants in every round, and time each after a few warm ones."""
    with written() as stamps:
        for number in range(WARM + rounds):
            for turn in range(len(contestants)):
                place = (number + turn) % len(contestants)
                each = contestants[place]
                await asyncio.sleep(PACE_S)
                stamps.clear()
                begun = time.perf_counter()
                await each.call(1_000_000 * place + number)
                ended = time.perf_counter()
                if number >= WARM:
                    each.to_write.append((stamps[0] if stamps else ended) - begun)
                    each.to_wire.append((stamps[-1] if stamps else ended) - begun)
                    each.to_reply.append(ended - begun)


def intent(nonce: int) -> OrderIntent:
    """Return an intent that differs from every other by its nonce."""
    return OrderIntent(
        series="KXCPI",
        event_ticker="KXCPI-26DEC",
        ticker="KXCPI-26DEC-T0.2",
        side=Side.YES,
        price=PRICE,
        contracts=ONE,
        expires_at=EXPIRES,
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


@asynccontextmanager
async def ready(url: str, key: rsa.RSAPrivateKey, *, ahead: bool) -> AsyncIterator[VenueClient]:
    """Yield a client whose clock was compared, and whose pool is kept full if it has one."""
    venue = client(url, key, ahead=ahead)
    await venue.compare_clocks()
    with ThreadPoolExecutor(1, initializer=conditions.keep_to_none) as executor:
        keeping = venue.presigned and asyncio.create_task(venue.presigned.keep(executor))
        try:
            yield venue
        finally:
            if keeping:
                keeping.cancel()
            await venue.close()


def creates(name: str, venue: VenueClient, journal: OrderJournal | None) -> Contestant:
    """Return creates of one order each, after its intent is durable if there is a journal."""

    async def create(number: int) -> None:
        wanted = intent(number)
        sent = order(wanted)
        if journal is not None:
            journal.append([intended(wanted)])
        reply = await venue.create_order(sent)
        assert reply.decoded is not None
        assert reply.decoded.client_order_id == sent.client_order_id

    return Contestant(name, create)


class EmptyAccount(KalshiAccount):
    """The account of a client at a server that shows nothing: writes are real."""

    async def data_as_of(self) -> datetime | None:
        """Say that the data is new."""
        return SystemClock().now()

    async def _none(self, **_: object) -> tuple[Any, ...]:
        return ()

    orders = fills = positions = settlements = _none

    async def cash(self) -> Money:
        """Return the same cash always."""
        return Money.parse("1000")


async def gateway(venue: VenueClient, journal: OrderJournal) -> tuple[Contestant, LiveGateway]:
    """Return intents that go the whole way: checks, gate, journal, checks again, wire."""
    action = Action.LIVE
    needed = [name for name, need in needs(action).items() if need is Need.REQUIRED]
    clock = SystemClock()

    def gate(_: OrderIntent) -> Verdict:
        at = clock.now()
        return verdict(action, [Reading(name, at=at) for name in needed], at)

    desk = LiveGateway(
        EmptyAccount(venue),
        journal,
        clock,
        gate=gate,
        kill=lambda: False,
        caps=Caps(total=PLENTY, per_second=10_000, default=ROOMY),
        options=LiveOptions(group_required=False),
    )
    await desk.start()

    async def place(number: int) -> None:
        await desk.place(intent(number))

    return Contestant("gateway", place), desk


def batches(venue: VenueClient) -> Contestant:
    """Return requotes of a hundred orders, each in one batch."""

    async def create(number: int) -> None:
        orders = [order(intent(number * BATCH + n)) for n in range(BATCH)]
        reply = await venue.create_orders(orders)
        assert reply.decoded is not None

    return Contestant("batch", create, BATCH)


async def floors(url: str, scratch: Path, rounds: int) -> dict[str, Contestant]:
    """Return what no client can go below: bytes, a commit, and a commit before bytes."""
    loop, port = asyncio.get_running_loop(), int(url.rsplit(":", 1)[1])
    _, bare = await loop.create_connection(Bare, "127.0.0.1", port)
    text = encode(intended(intent(0))).decode()
    insert, before = (bare_insert(scratch / f"{name}.sqlite", text) for name in ("alone", "before"))
    requests = [iter([made_before(base + n) for n in range(WARM + rounds)]) for base in (0, 10**6)]

    async def send(_: int) -> None:
        await bare.send(next(requests[0]))

    async def commit(number: int) -> None:
        insert(number)

    async def commit_and_send(number: int) -> None:
        before(number)
        await bare.send(next(requests[1]))

    return {
        "bytes": Contestant("bare bytes", send),
        "commit": Contestant("bare insert", commit, 0),
        "both": Contestant(UNDER, commit_and_send),
    }


def library(http: httpx2.AsyncClient, key: rsa.RSAPrivateKey) -> Contestant:
    """Return creates through the HTTP library, with a signature at every request."""
    signer = Signer(Credentials(KEY_ID, key, KalshiEnv.SIM))

    async def create(number: int) -> None:
        body = json.dumps({"client_order_id": f"library-{number}", "count": "1.00"}).encode()
        headers = signer.headers("POST", PATH, int(time.time() * 1000))
        (await http.post(PATH, content=body, headers=headers)).raise_for_status()

    return Contestant("httpx2, signed inline", create)


def _shown(seconds: Sequence[float], also: Sequence[float] = ()) -> str:
    """Return two percentiles in milliseconds; of two samples, how far they lie apart."""
    p50, p99 = statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]
    if also:
        p50 = statistics.median(a - b for a, b in zip(seconds, also, strict=True))
        p99 -= statistics.quantiles(also, n=100)[98]
    return f"p50 {1e3 * p50:.3f} ms, p99 {1e3 * p99:.3f} ms"


def _row(
    figure: str, bar_ms: float | None, ours_s: list[float], name: str, peer_s: list[float]
) -> list[str]:
    ratio = statistics.median(peer_s) / statistics.median(ours_s)
    bar, (ours, peer) = "none set", (_shown(each) for each in (ours_s, peer_s))
    if bar_ms is not None:
        bar = f"p99 <= {bar_ms:g} ms"
        ours, peer = f"{ours}, {_within(ours_s, bar_ms)}", f"{peer}, {_within(peer_s, bar_ms)}"
    above = _shown(ours_s, peer_s)
    return [figure, bar, ours, f"{name}: {peer}", above, f"{ratio:.2f}x the peer"]


def _within(seconds: Sequence[float], bar_ms: float) -> str:
    """Say how many of a sample's calls keep a bar: beside others' disk traffic it tells more."""
    kept = sum(1e3 * each <= bar_ms for each in seconds)
    return f"{kept / len(seconds):.1%} within {bar_ms:g} ms"


class Turn(NamedTuple):
    """The rows of one turn, how many orders were sent, and the 99th percentile of its floor."""

    rows: list[list[str]]
    sent: int
    floor_s: float


async def measure(url: str, rounds: int, scratch: Path) -> Turn:
    """Let all contestants call in turn, as in a session."""
    collecting = asyncio.create_task(collect_between_orders())
    try:
        return await measured(url, rounds, scratch)
    finally:
        collecting.cancel()


async def measured(url: str, rounds: int, scratch: Path) -> Turn:
    """Let all contestants call in turn and return what came of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    journals = [OrderJournal(scratch / f"{name}.sqlite") for name in ("ahead", "inline", "desk")]
    for journal in journals:
        journal.make_room()
    async with (
        ready(url, key, ahead=True) as quick,
        ready(url, key, ahead=False) as slow,
        httpx2.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        floor = await floors(url, scratch, rounds)
        placed, desk = await gateway(quick, journals[2])
        ahead, inline = creates("ahead", quick, None), creates("inline", slow, None)
        durable = creates("ahead, durable", quick, journals[0])
        both = creates("inline, durable", slow, journals[1])
        peer = library(http, key)
        entered = [*floor.values(), ahead, durable, placed, inline, both, peer]
        await take_turns(entered, rounds)
        requote = batches(quick)
        await take_turns([requote], max(2, rounds // 10))
        await desk.close()
    for journal in journals:
        journal.close()
    name, to, wire = peer.name, "decision to last signed byte", floor["bytes"].to_wire
    commit, least, bare = floor["commit"].to_wire, floor["both"].to_wire, "bare bytes"
    rows = [
        _row(f"{to}, signed ahead", 0.3, ahead.to_wire, bare, wire),
        _row("the same", None, ahead.to_wire, name, peer.to_wire),
        _row("of it, our own part: to the write call", None, ahead.to_write, bare, wire),
        _row(f"{to}, RSA inline", None, inline.to_wire, bare, wire),
        _row(f"{to}, ahead and durable", 1, durable.to_wire, UNDER, least),
        _row("the same", None, durable.to_wire, "its bare insert alone", commit),
        _row(f"{to}, through the live gateway", 1, placed.to_wire, UNDER, least),
        _row(f"{to}, RSA inline and durable", 1, both.to_wire, UNDER, least),
        _row("round trip, signed ahead", None, ahead.to_reply, name, peer.to_reply),
        _row("the same", None, ahead.to_reply, bare, floor["bytes"].to_reply),
    ]
    one = f"p99 {1e3 * statistics.quantiles(peer.to_wire, n=100)[98]:.3f} ms for one"
    times = BATCH * statistics.median(peer.to_wire) / statistics.median(requote.to_wire)
    figure, shown = f"{to}, {BATCH} in one batch", _shown(requote.to_wire)
    rows.append([figure, "one request", shown, f"{name}: {one}", "-", f"{times:.0f}x for each"])
    sent = sum((WARM + rounds) * each.orders for each in entered)
    sent += (WARM + max(2, rounds // 10)) * BATCH
    return Turn(rows, sent, statistics.quantiles(least, n=100)[98])


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3, help="of which the quietest is shown")
    parser.add_argument("--ordinary", action="store_true", help="do not go before other processes")
    args = parser.parse_args()
    if not args.ordinary:
        conditions.go_first()
    turns, loads = [], [conditions.load()]
    for _ in range(args.turns):
        with tempfile.TemporaryDirectory() as scratch, exchange() as (url, ended):
            turn = asyncio.run(measure(url, args.rounds, Path(scratch)))
            arrived, _ = ended()
        assert arrived == turn.sent, f"{arrived} orders of {turn.sent} arrived"
        turns.append(turn)
        loads.append(conditions.load())
    quietest = min(turns, key=lambda turn: turn.floor_s)
    said = conditions.told(loads, turns.index(quietest) + 1, len(turns), UNDER)
    rows = [["conditions", "-", said, "-", "-", "-"], *quietest.rows]
    names = ("figure", "bar", "measured", "peer", "above the peer", "ratio")
    print(f"| {' | '.join(names)} |\n|{' --- |' * len(names)}")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    if args.json is not None:
        told = [dict(zip(names, row, strict=True)) for row in rows]
        args.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Who sends orders on the measured path: ours in several ways, the HTTP library, bare bytes.

Each is an awaitable of a number that tells its order from every other.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import order_path_conditions as conditions  # type: ignore[import-not-found]
from cryptography.hazmat.primitives.asymmetric import rsa
from order_path_floors import (  # type: ignore[import-not-found]
    KEY_ID,
    PATH,
    Bare,
    bare_insert,
    made_before,
)

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

    def fresh(self) -> Contestant:
        """Return the same contestant before its first call."""
        return Contestant(self.name, self.call, self.orders)


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


async def floors(url: str, scratch: Path, calls: int) -> dict[str, Contestant]:
    """Return what no client can go below: bytes, a commit, and a commit before bytes."""
    loop, port = asyncio.get_running_loop(), int(url.rsplit(":", 1)[1])
    _, bare = await loop.create_connection(Bare, "127.0.0.1", port)
    text = encode(intended(intent(0))).decode()
    insert, before = (bare_insert(scratch / f"{name}.sqlite", text) for name in ("alone", "before"))
    requests = [iter([made_before(base + n) for n in range(calls)]) for base in (0, 10**6)]

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

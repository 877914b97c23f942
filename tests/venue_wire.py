"""A wire that answers from a script, and a client of the demo that speaks over it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import ed25519

from kalshi_alpha.brokers.kalshi.calls import CallPolicy, VenueCalls
from kalshi_alpha.brokers.kalshi.hosts import venue_host
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest

T = TypeVar("T")
CallsT = TypeVar("CallsT", bound=VenueCalls)
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY_ID = "11111111-2222-3333-4444-555566667777"
HOST = venue_host(KalshiEnv.DEMO, {})
STATUS = b'{"exchange_active":true,"trading_active":true}'
Scripted = WireReply | WireFailed


class SystemClock:
    """The system's clock, which may be set wrong."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class FakeWire:
    """Answers from a script, the last of it for ever, and keeps what was sent.

    Every reply carries the time of day, ``ahead`` of the system's.
    """

    def __init__(self, *script: Scripted, ahead: timedelta = timedelta(0)) -> None:
        self.script = list(script)
        self.ahead = ahead
        self.sent: list[tuple[WireRequest, dict[str, str], float]] = []
        self.closed = False
        self.before_send: Callable[[], None] = lambda: None

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        self.before_send()
        self.sent.append((request, dict(headers), timeout_s))
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(reply, WireFailed):
            raise reply
        date = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
        return WireReply(reply.status, {"date": date, **reply.headers}, reply.body)

    async def close(self) -> None:
        self.closed = True

    @property
    def targets(self) -> list[str]:
        """Methods and targets as sent, without the prefix of the API."""
        sent = [f"{request.method} {request.target}" for request, _, _ in self.sent]
        return [each.replace("/trade-api/v2", "") for each in sent]


def said(status: int, body: bytes = STATUS, **headers: str) -> WireReply:
    return WireReply(status, headers, body)


def lost(*, may_have_arrived: bool = True) -> WireFailed:
    return WireFailed(WireFault.RESET, "gone", may_have_arrived=may_have_arrived)


def client(wire: FakeWire, kind: type[CallsT], **change: Any) -> CallsT:
    settings: dict[str, Any] = {
        "signer": Signer(Credentials(KEY_ID, KEY, KalshiEnv.DEMO)),
        "clock": SystemClock(),
        "host": HOST,
        "policy": CallPolicy(attempts=3, pause_s=0.0001, pause_max_s=0.001),
        "rng": random.Random(1),
        **change,
    }
    return kind(
        wire, settings.pop("signer"), settings.pop("clock"), settings.pop("host"), **settings
    )


def run(session: Coroutine[Any, Any, T]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(10.0):
            return await session

    return asyncio.run(bounded())

"""A live gateway at a fake venue, in virtual time: what tests of it begin with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from fakes.order_venue import FakeVenue
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.gates.readings import Finding
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.caps import Caps, LadderCaps
from kalshi_alpha.core.orders.events import OrderEvent
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from order_cases import AT

T = TypeVar("T")
DOLLAR = 1_000_000
ROOMY = Caps(
    total=Money(500 * DOLLAR),
    per_second=100,
    default=LadderCaps(
        order=Money(100 * DOLLAR), strike=Money(200 * DOLLAR), ladder=Money(300 * DOLLAR)
    ),
)


@dataclass
class MemoryJournal:
    """A journal in memory; ``fails_at`` is the number of the event that cannot be written."""

    events: list[OrderEvent] = field(default_factory=list)
    commits: int = 0
    fails_at: int | None = None

    def append(self, events: Iterable[OrderEvent]) -> int:
        from kalshi_alpha.core.errors import TornFile

        batch = list(events)
        if self.fails_at is not None and len(self.events) + len(batch) >= self.fails_at:
            raise TornFile("orders.sqlite: disk full")
        self.events += batch
        self.commits += 1
        return len(self.events)

    def replay(self) -> list[OrderEvent]:
        return list(self.events)


@dataclass
class LiveDesk:
    """A gateway with everything around it, and switches to spoil it."""

    clock: VirtualClock
    venue: FakeVenue
    journal: MemoryJournal
    caps: Caps = ROOMY
    options: LiveOptions = field(default_factory=LiveOptions)
    killed: bool = False
    closed_gate: Reason | None = None
    alerts: list[tuple[str, str]] = field(default_factory=list)
    gateway: LiveGateway = field(init=False)
    _upkeep: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.gateway = LiveGateway(
            self.venue,
            self.journal,
            self.clock,
            gate=self._gate,
            kill=lambda: self.killed,
            caps=self.caps,
            options=self.options,
            on_alert=lambda word, sentence: self.alerts.append((word, sentence)),
        )

    def _gate(self, _: OrderIntent) -> Verdict:
        at = self.clock.now()
        found = () if self.closed_gate is None else (Finding(self.closed_gate, "closed"),)
        return Verdict(not found, Action.LIVE, at, found, not found, None, ())

    async def open(self) -> LiveDesk:
        await self.gateway.start(Contracts.whole(50))
        self._upkeep = asyncio.create_task(self.gateway.run())
        return self

    async def close(self) -> None:
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.gather(self._upkeep, return_exceptions=True)
        await self.gateway.close()

    @property
    def blotter(self) -> Blotter:
        return self.gateway.blotter

    async def until(self, happened: Callable[[], bool], seconds: float = 120.0) -> float:
        """Wait until something happened, and return after how many seconds it had."""
        begun = self.clock.now()
        while not happened():
            waited = (self.clock.now() - begun).total_seconds()
            assert waited < seconds, "it did not happen"
            await asyncio.sleep(0.05)
        return (self.clock.now() - begun).total_seconds()

    def check(self) -> None:
        """Hold the invariants that never break, whatever the venue does."""
        assert all(count == 1 for key, count in self.venue.by_client_id().items() if key)
        at_risk = sum(
            held.price.e4 * (held.filled + held.remaining)
            for held in self.venue.state.orders.values()
            if held.client_order_id and held.ticker not in self.venue.state.settled
        )
        assert self.blotter.at_risk.e6 >= at_risk


def at_a_desk(
    session: Callable[[LiveDesk], Awaitable[T]],
    *,
    lag_s: float = 0.0,
    journal: MemoryJournal | None = None,
    venue: Callable[[VirtualClock], FakeVenue] | None = None,
    opened: bool = True,
    start: datetime = AT,
    **changes: Any,
) -> T:
    """Run a session at a desk that has started and reconciled."""

    async def main(clock: VirtualClock) -> T:
        made = FakeVenue(clock, lag_s=lag_s) if venue is None else venue(clock)
        desk = LiveDesk(clock, made, journal or MemoryJournal(), **changes)
        try:
            if opened:
                await desk.open()
            done = await session(desk)
            desk.check()
            return done
        finally:
            await desk.close()

    return run_virtual(main, start)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)

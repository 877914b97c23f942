"""Nothing of ours rests where a session may not quote: after a death, and under the kill switch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import Desk, Done
from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.errors import VenueUnavailable
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.exec.runners import pilot
from kalshi_alpha.exec.session import rehearsal
from kalshi_alpha.exec.session.practice import ACCOUNT
from kalshi_alpha.exec.session.session import Held, Prepare, hold_session
from kalshi_alpha.exec.session.surroundings import Surroundings
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.in_process import InProcessWire

EVENT = "KXCPI-24NOV"


async def die_with_an_order_resting(given: Surroundings, config: Any) -> None:
    """Rest an order, and neither cancel it nor say so."""
    now = given.clock.now()
    await given.client.compare_clocks()
    gateway = LiveGateway(
        KalshiAccount(given.client),
        given.journal,
        given.clock,
        gate=lambda _: Verdict(True, Action.SIM, now, (), True, None, ()),
        kill=lambda: False,
        caps=config.caps,
    )
    await gateway.start(Contracts.whole(25))
    order = OrderIntent(
        series="KXCPI",
        event_ticker=EVENT,
        ticker=f"{EVENT}-T0.3",
        side=Side.YES,
        price=Price(500),
        contracts=Contracts.whole(5),
        expires_at=now + timedelta(hours=1),
        decided_at=given.clock.now(),
    )
    await gateway.place(order)
    await gateway.close()
    assert await resting(given) == 1


async def resting(given: Surroundings) -> int:
    """Count what the exchange shows resting, once its readings have caught up."""
    await asyncio.sleep(1.0)
    return len(await KalshiAccount(given.client).orders(status=VenueStatus.RESTING))


@pytest.fixture
def restarted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Done, list[int]]]:
    """Practise after a session that died, and count what rests when the new one has returned."""

    def practise(spoil: Callable[[], None], *flags: str) -> tuple[Done, list[int]]:
        left: list[int] = []

        async def after_a_death(
            given: Surroundings, config: Any, prepare: Prepare, **how: Any
        ) -> Held:
            await die_with_an_order_resting(given, config)
            spoil()
            try:
                return await hold_session(given, config, prepare, **how)
            finally:
                left.append(await resting(given))

        monkeypatch.setattr(rehearsal, "hold_session", after_a_death)
        fixtures = ("--driver-fixtures", str(desk.drivers), "--fixtures-root", str(desk.venue))
        config = ("--pilot-config", str(desk.root / "configs" / "pilot.yaml"))
        done = desk.run(
            pilot.main,
            "--series",
            "KXCPI",
            "--env",
            "sim",
            "--seed",
            "3",
            *fixtures,
            *config,
            *flags,
        )
        return done, left

    return practise


def test_under_the_kill_switch_it_is_cancelled_before_the_session_returns(
    desk: Desk, restarted: Callable[..., tuple[Done, list[int]]]
) -> None:
    switch = desk.root / "data/proc/state/kill_switch"
    switch.parent.mkdir(parents=True)
    done, left = restarted(switch.touch)
    assert (done.code, left) == (3, [0])
    assert "kill_switch" in done.out


def test_a_start_that_fails_cancels_it_all_the_same(
    restarted: Callable[..., tuple[Done, list[int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil() -> None:
        async def unreadable(*_: object, **__: object) -> None:
            raise VenueUnavailable("GET /portfolio/orders: timeout (4 tries)")

        monkeypatch.setattr(LiveGateway, "reconcile", unreadable)

    done, left = restarted(spoil)
    assert (done.code, left) == (5, [0])
    assert "timeout" in done.err


def test_a_session_that_quotes_ends_with_nothing_of_it_left(
    restarted: Callable[..., tuple[Done, list[int]]],
) -> None:
    done, left = restarted(lambda: None, "--run-seconds", "30")
    assert (done.code, left) == (0, [0]), done.err


@dataclass
class Hang:
    """Orders hang from the second request on, and 0.3 s later the sentinel stands."""

    sentinel: Path
    seen: list[int] = field(default_factory=list)
    sent: int = 0
    watching: asyncio.Task[None] | None = None

    async def hold_up(self, wire: Any, request: WireRequest) -> None:
        if request.method != "POST" or "events/orders" not in request.path:
            return
        self.sent += 1
        if self.sent > 1:
            if self.watching is None:
                self.watching = asyncio.create_task(self.watch(wire._exchange.app.engine))
            await asyncio.sleep(5.0)

    async def watch(self, engine: Engine) -> None:
        await asyncio.sleep(0.3)
        self.sentinel.parent.mkdir(parents=True, exist_ok=True)
        self.sentinel.touch()
        self.seen.append(len(engine.resting(ACCOUNT)))
        await asyncio.sleep(1.0)
        for _ in range(2000):
            self.seen.append(len(engine.resting(ACCOUNT)))
            await asyncio.sleep(0.01)


def test_a_session_whose_order_hangs_rests_nothing_a_second_after_the_sentinel(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, send = Hang(desk.root / "data/proc/state/kill_switch"), InProcessWire.send

    async def hanging(wire: InProcessWire, request: WireRequest, *how: Any) -> WireReply:
        await hang.hold_up(wire, request)
        return await send(wire, request, *how)

    monkeypatch.setattr(InProcessWire, "send", hanging)
    fixtures = ("--driver-fixtures", str(desk.drivers), "--fixtures-root", str(desk.venue))
    config = ("--pilot-config", str(desk.root / "configs" / "pilot.yaml"))
    given = ("--series", "KXCPI", "--env", "sim", "--seed", "3")
    done = desk.run(pilot.main, *given, *fixtures, *config)
    assert done.code == 3, done.err
    before, *after = hang.seen
    assert before > 0
    assert len(after) == 2000
    assert set(after) == {0}

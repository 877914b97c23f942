"""The kill switch with orders on their way: nothing of ours rests a second after it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest
from kalshi_alpha.sim.app import SimApp
from kalshi_alpha.sim.auth import ApiKey, KeyRing
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.in_process import InProcessExchange, InProcessWire
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from live_desk import ROOMY, MemoryJournal
from sim_exchange import CLOSE, EVENT, MID, ORDERS, SERIES, START, catalogue, markets

ACCOUNT = "desk"
HUNG_S = 5.0
HOST = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")


@dataclass
class HangingWire:
    """A connection whose orders hang: on their way there, or their answers on the way back."""

    inner: InProcessWire
    hangs: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        if not self.hangs or request.method != "POST" or not request.path.startswith(ORDERS):
            return await self.inner.send(request, headers, timeout_s)
        if self.hangs == "request":
            await asyncio.sleep(HUNG_S)
        reply = await self.inner.send(request, headers, timeout_s)
        self.answers.append((reply.status, reply.body))
        if self.hangs == "answer":
            await asyncio.sleep(HUNG_S)
        if self.hangs == "both ways":
            await asyncio.sleep(HUNG_S)
            raise WireFailed(WireFault.TIMEOUT, "no answer")
        return reply

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class Bench:
    """One gateway at one exchange, and its kill switch."""

    clock: VirtualClock
    engine: Engine
    wire: HangingWire
    gateway: LiveGateway
    switch: list[bool]

    def kill(self) -> None:
        self.switch.append(True)

    def resting(self) -> int:
        return len(self.engine.resting(ACCOUNT))

    async def rest(self, count: int) -> None:
        """Rest so many orders as fast as the smallest write budget allows."""
        for begun in range(0, count, 10):
            await self.gateway.place_batch([self.order(n) for n in range(begun, begun + 10)])
        assert self.resting() == count

    def order(self, nonce: int) -> OrderIntent:
        return OrderIntent(
            series=SERIES,
            event_ticker=EVENT,
            ticker=MID,
            side=Side.YES,
            price=Price(100),
            contracts=Contracts.whole(1),
            expires_at=CLOSE,
            decided_at=self.clock.now(),
            nonce=nonce,
        )


def at_the_bench(act: Callable[[Bench], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        engine = Engine(markets(), options=EngineOptions(seed=1))
        app = SimApp(engine, KeyRing(), clock=clock, catalogue=catalogue())
        key = Ed25519PrivateKey.generate()
        app.open_account(
            ACCOUNT, Money.parse("1000"), ApiKey("key-desk", ACCOUNT, key.public_key())
        )
        exchange = InProcessExchange(app, seed=1)
        wire = HangingWire(InProcessWire(exchange))
        signer = Signer(Credentials("key-desk", key, KalshiEnv.SIM))
        async with exchange:
            client = VenueClient(wire, signer, clock, HOST)
            await client.compare_clocks()
            await client.tune_limits()
            switch: list[bool] = []
            gateway = LiveGateway(
                KalshiAccount(client),
                MemoryJournal(),
                clock,
                gate=lambda _: Verdict(True, Action.SIM, clock.now(), (), True, None, ()),
                kill=lambda: bool(switch),
                caps=replace(ROOMY, per_second=1000),
            )
            await gateway.start(Contracts.whole(50))
            upkeep = asyncio.create_task(gateway.run())
            try:
                await act(Bench(clock, engine, wire, gateway, switch))
            finally:
                upkeep.cancel()
                await asyncio.gather(upkeep, return_exceptions=True)
                await gateway.close()

    run_virtual(main, START)


@pytest.mark.parametrize("hangs", ["request", "answer", "both ways"])
def test_an_order_that_hangs_rests_nowhere_a_second_after_the_switch(hangs: str) -> None:
    async def act(bench: Bench) -> None:
        await bench.rest(10)
        bench.wire.hangs = hangs
        placing = asyncio.create_task(bench.gateway.place_batch([bench.order(10)]))
        await asyncio.sleep(0.3)
        bench.kill()
        killed_at = bench.clock.now()
        await asyncio.sleep(1.0)
        while bench.clock.now() < killed_at + timedelta(seconds=30):
            assert bench.resting() == 0
            await asyncio.sleep(0.05)
        await placing
        assert bench.gateway.blotter.live() == ()
        if hangs == "request":
            ((status, body),) = bench.wire.answers
            assert (status, json.loads(body)["error"]["code"]) == (400, "order_group_triggered")

    at_the_bench(act)


def test_a_hundred_orders_are_off_within_a_second_at_the_smallest_budget() -> None:
    async def act(bench: Bench) -> None:
        await bench.rest(100)
        bench.kill()
        await asyncio.sleep(1.0)
        assert bench.resting() == 0
        await asyncio.sleep(5.0)
        states = {order.state for order in bench.gateway.blotter.orders.values()}
        assert states == {OrderState.CANCELLED}

    at_the_bench(act)


def test_a_batch_of_cancels_under_the_switch_is_one_request_too() -> None:
    async def act(bench: Bench) -> None:
        await bench.rest(100)
        bench.kill()
        ids = [order.client_order_id for order in bench.gateway.blotter.resting()]
        withdrawing = asyncio.create_task(bench.gateway.cancel_batch(ids))
        await asyncio.sleep(0.5)
        assert bench.resting() == 0
        await withdrawing

    at_the_bench(act)

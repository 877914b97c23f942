"""Seeded scenarios in which everything goes wrong, and the invariants that hold all the same.

A scenario is one desk at one exchange in one process and in virtual time: real requests with real
signatures, a real stream, a journal, a quoting loop that keeps changing its mind, others who trade
against it, protocol faults at random, crashes of the desk at any moment, and at times the kill
switch. The exchange's own side is checked after every step.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kalshi_alpha.brokers.kalshi.account import KalshiAccount, streamed_fill, streamed_order
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.kalshi.stream_commands import Channel
from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind, StreamHandlers
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.orders.caps import Caps, LadderCaps
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.quoting.basis import RepriceThresholds
from kalshi_alpha.core.quoting.plan import QueuePolicy
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.exec.quoting.loop import LoopPolicy, QuotingLoop
from kalshi_alpha.exec.session.live_books import LiveBooks
from kalshi_alpha.exec.session.live_desk import LiveDesk, QuotedMarket
from kalshi_alpha.sim.app import AppOptions, SimApp
from kalshi_alpha.sim.auth import ApiKey, KeyRing
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.engine_events import EngineEvent
from kalshi_alpha.sim.faults import Fault, FaultPlan
from kalshi_alpha.sim.flow import BackgroundFlow, FlowTerms
from kalshi_alpha.sim.in_process import InProcessExchange, InProcessWire
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from mortal_desk import Journal, Meddler, MortalWire, Wanderer
from sim_exchange import CLOSE, SERIES, START, TICKERS, catalogue, markets

ACCOUNT = "desk"
CASH = Money.parse("1000")
DOLLAR = 1_000_000
CAPS = Caps(
    total=Money(40 * DOLLAR),
    per_second=10,
    default=LadderCaps(
        order=Money(6 * DOLLAR), strike=Money(18 * DOLLAR), ladder=Money(40 * DOLLAR)
    ),
)
FAULTY_FOR = timedelta(seconds=40)
READY_WITHIN = timedelta(seconds=60)
HOST = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")
LOOP = LoopPolicy(
    thresholds=RepriceThresholds(prob=0.005, book_e4=100, age_s=5.0),
    queue=QueuePolicy(),
    pause_s=0.05,
    idle_s=0.2,
    ripe_s=0.1,
)


class Broken(AssertionError):
    """An invariant does not hold."""


@dataclass
class Scenario:
    """One seed's exchange, desk, faults and clock."""

    seed: int
    clock: VirtualClock
    journal: Journal = field(default_factory=Journal)
    orders_sent_at: list[datetime] = field(default_factory=list)
    killed_at: datetime | None = None
    crashes: int = 0
    ready_after_s: float | None = None

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.faults = FaultPlan(self.seed, _rates(self.rng), until=START + FAULTY_FOR)
        self.engine = Engine(markets(), options=EngineOptions(seed=self.seed))
        self.key = Ed25519PrivateKey.generate()
        options = AppOptions(
            seed=self.seed, read_lag_max_s=self.rng.choice([0.0, 0.3, 1.0]), limits_rates=True
        )
        self.app = SimApp(
            self.engine,
            KeyRing(),
            clock=self.clock,
            options=options,
            catalogue=catalogue(),
            faults=self.faults,
        )
        self.app.open_account(ACCOUNT, CASH, ApiKey("key-desk", ACCOUNT, self.key.public_key()))
        self.app.flow = BackgroundFlow(
            self.engine,
            {ticker: Price(4000) for ticker in TICKERS},
            rng=np.random.default_rng(self.seed),
            start=START,
            terms=FlowTerms(pace=600.0),
        )
        self.app.on_events.append(self._step)
        self.exchange = InProcessExchange(self.app, seed=self.seed, tick_s=0.25)
        self.meddler = Meddler(
            random.Random(self.seed), self.rng.choice([0.0, 0.0, 0.03, 0.08]), START + FAULTY_FOR
        )
        self.broken: list[str] = []

    # --- the exchange's side, after every step ------------------------------------------------

    def _step(self, events: list[EngineEvent], at: datetime) -> None:
        del events
        engine = self.engine
        at_risk = engine.exposure(ACCOUNT)
        own = CAPS.default
        assert own is not None
        self._hold(at_risk.total_e6 <= CAPS.total.e6, f"total {at_risk.total_e6}", at)
        for event, e6 in at_risk.by_event_e6.items():
            self._hold(e6 <= own.ladder.e6, f"ladder {event} {e6}", at)
        for ticker, e6 in at_risk.by_ticker_e6.items():
            self._hold(e6 <= own.strike.e6, f"strike {ticker} {e6}", at)
        self._hold(engine.taker_fills(ACCOUNT) == 0, "a fill took liquidity", at)
        if self.killed_at is not None:
            # What left before the switch may still arrive; nothing may leave after it.
            late = [sent for sent in self.orders_sent_at if sent > self.killed_at]
            self._hold(not late, f"{len(late)} orders sent after the kill switch", at)

    def audit(self) -> None:
        """Check what is too dear to check at every step."""
        audit, at = self.engine.audit(), self.clock.now()
        counts = audit.orders_by_client_id
        self._hold(all(n == 1 for n in counts.values()), "a client order id made two orders", at)
        mine = [o for o in audit.accepted if o.account_id == ACCOUNT]
        strangers = [o for o in mine if o.client_order_id not in self.journal.intended]
        self._hold(not strangers, f"{len(strangers)} orders were never durable", at)
        self._hold(audit.unaccounted_e6 == 0, f"{audit.unaccounted_e6}e-6 dollars missing", at)

    def _hold(self, holds: bool, what: str, at: datetime) -> None:
        if not holds:
            self.broken.append(f"{(at - START).total_seconds():.3f} s: {what}")

    def require_whole(self) -> None:
        """Return if every invariant held.

        Raises
        ------
        Broken
            With the seed and the first things that did not hold.
        """
        if self.broken:
            raise Broken(f"seed {self.seed}: " + "; ".join(self.broken[:5]))

    # --- the desk's side ------------------------------------------------------------------------

    def killed(self) -> bool:
        return self.killed_at is not None

    async def live(self) -> None:
        """Let one desk after another live, crash and start again, until the scenario ends."""
        crashes = sorted(self.rng.uniform(1, 39) for _ in range(self.rng.choice([0, 0, 1, 1, 2])))
        kill_at = self.rng.uniform(5, 38) if self.rng.random() < 0.15 else None
        async with self.exchange:
            for life_s in crashes:
                await self._one_life(START + timedelta(seconds=life_s), kill_at)
                self.crashes += 1
                await asyncio.sleep(self.rng.uniform(0.05, 1.5))
            await self._last_life(kill_at)

    async def _one_life(self, until: datetime, kill_at: float | None) -> None:
        desk = OneDesk(self)
        living = asyncio.create_task(desk.live())
        await self._wait(until, kill_at)
        await desk.die(living)

    async def _last_life(self, kill_at: float | None) -> None:
        desk = OneDesk(self)
        living = asyncio.create_task(desk.live())
        await self._wait(START + FAULTY_FOR, kill_at)
        stopped = self.clock.now()
        while not desk.is_ready():
            await asyncio.sleep(0.25)
            waited = self.clock.now() - stopped
            if waited > READY_WITHIN:
                self.broken.append(f"not ready after {READY_WITHIN}: {desk.why_not()}")
                break
        self.ready_after_s = (self.clock.now() - stopped).total_seconds()
        # Some seconds of sound trading, then the end.
        await asyncio.sleep(5)
        await desk.end(living)

    async def _wait(self, until: datetime, kill_at: float | None) -> None:
        while self.clock.now() < until:
            await asyncio.sleep(0.1)
            if kill_at is not None and self.killed_at is None:
                now = self.clock.now()
                if (now - START).total_seconds() >= kill_at:
                    self.killed_at = now

    def compare(self, gateway: LiveGateway) -> None:
        """Compare our ledger with the exchange's own, to the contract and the cent."""
        rows = self.engine.positions(ACCOUNT)
        theirs = {row.ticker: row.position_e2 for row in rows if row.position_e2}
        ours = dict(gateway.blotter.positions)
        if ours != theirs:
            self.broken.append(f"positions: {ours} here, {theirs} at the exchange")
        cash, balance = gateway.blotter.cash, self.engine.balance(ACCOUNT)
        if cash is None or abs(cash.e6 - balance.cash.e6) >= 10_000:
            self.broken.append(f"cash: {cash} here, {balance.cash} at the exchange")


class OneDesk:
    """One life of the desk: from its start to its death or its end."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.journal = scenario.journal.opened()
        self.wire = MortalWire(
            InProcessWire(scenario.exchange),
            scenario.clock,
            scenario.orders_sent_at,
            scenario.meddler,
        )
        self.signer = Signer(Credentials("key-desk", scenario.key, KalshiEnv.SIM))
        self.gateway: LiveGateway | None = None
        self.stream: MarketStream | None = None
        self.errors: list[str] = []

    async def live(self) -> None:
        """Start, quote, and start again after an error, as a service manager would have it."""
        while True:
            try:
                await self._session()
            except (KalshiAlphaError, ExceptionGroup) as error:
                self.errors.append(repr(error))
                await asyncio.sleep(1.0)

    async def _session(self) -> None:
        scenario, clock = self.scenario, self.scenario.clock
        client = VenueClient(self.wire, self.signer, clock, HOST, rng=random.Random(scenario.seed))
        await client.compare_clocks()
        gateway = LiveGateway(
            KalshiAccount(client),
            self.journal,
            clock,
            gate=self._gate,
            kill=scenario.killed,
            caps=CAPS,
        )
        await gateway.start(Contracts.whole(60))
        stream = self._stream(gateway, client)
        self.gateway, self.stream = gateway, stream
        wanderer = Wanderer(random.Random(scenario.rng.random()), clock)
        loop = QuotingLoop(
            LiveDesk(gateway, _quoted(), clock, CLOSE),
            LiveBooks(stream.books, clock),
            wanderer,
            clock,
            gate=lambda: ("kill_switch",) if scenario.killed() else (),
            policy=LOOP,
            show=lambda _round: None,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(gateway.run())
            group.create_task(stream.run())
            group.create_task(loop.run(CLOSE))

    def _gate(self, _: OrderIntent) -> Verdict:
        at = self.scenario.clock.now()
        return Verdict(True, Action.SIM, at, (), True, None, ())

    def _stream(self, gateway: LiveGateway, client: VenueClient) -> MarketStream:
        def noticed(notice: Notice) -> None:
            if notice.kind in {NoticeKind.CONNECTED, NoticeKind.CHANNEL_ENDED}:
                gateway.doubt()

        return MarketStream(
            self.scenario.exchange.streams,
            self.signer,
            self.scenario.clock,
            TICKERS,
            handlers=StreamHandlers(
                on_fill=lambda fill: gateway.take_fill(streamed_fill(fill)),
                on_user_order=lambda order: gateway.take_order(streamed_order(order)),
                on_notice=noticed,
            ),
            channels=(Channel.FILL, Channel.USER_ORDERS),
            guard=client.guard,
            rng=random.Random(self.scenario.seed),
        )

    def is_ready(self) -> bool:
        """Whether orders could be sent in every market: or, killed, that none rests."""
        return self.why_not() == ""

    def why_not(self) -> str:
        """Say why it is not ready."""
        if self.gateway is None or self.stream is None:
            return f"no session: {self.errors[-1:]}"
        blotter = self.gateway.blotter
        if self.scenario.killed():
            return f"rests: {blotter.live()}" if blotter.live() else ""
        if blotter.stopped:
            return f"stopped: {dict(blotter.stopped)}"
        if blotter.unknown():
            return f"unknown: {[o.client_order_id for o in blotter.unknown()]}"
        reading = self.gateway.reconciliation_reading()
        if reading.findings or reading.fault is not None:
            return f"reconciliation: {reading.detail} {reading.findings}"
        if not self.stream.is_live:
            dirty = {t: b.dirty for t, b in self.stream.books.items() if b.dirty}
            return f"books: {dirty} after {self.errors[-1:]}"
        return ""

    async def die(self, living: asyncio.Task[None]) -> None:
        """Die at once: nothing more is written or sent, whatever was on its way arrives."""
        self.wire.dead = self.journal.dead = True
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)

    async def end(self, living: asyncio.Task[None]) -> None:
        """End in good order: stop, cancel everything, and compare."""
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        gateway = self.gateway
        if gateway is None:
            self.scenario.broken.append("there was no session to end")
            return
        upkeep = asyncio.create_task(gateway.run())
        await self._cancel_all(gateway)
        found = await gateway.reconcile()
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)
        if not found.clean:
            self.scenario.broken.append(f"breaks: {found.breaks}")
        self.scenario.compare(gateway)

    async def _cancel_all(self, gateway: LiveGateway) -> None:
        """Cancel everything; an order that was interrupted on its way must be found out first."""
        clock = self.scenario.clock
        give_up_at = clock.now() + READY_WITHIN
        while True:
            try:
                await gateway.cancel_all()
            except OrderUnknown as error:
                if clock.now() > give_up_at:
                    self.scenario.broken.append(f"cancel_all: {error}")
                    return
                await asyncio.sleep(1.0)
            else:
                return


def _quoted() -> dict[str, QuotedMarket]:
    return {each.market.ticker: QuotedMarket(SERIES, each.market, each.fees) for each in markets()}


def _rates(rng: random.Random) -> dict[Fault, float]:
    chosen = rng.sample(list(Fault), rng.randint(2, 9))
    return {fault: rng.choice([0.01, 0.02, 0.05]) for fault in chosen}


def scenario_of(seed: int) -> Scenario:
    """Play a scenario to its end and return it, whole or broken."""
    played: list[Scenario] = []

    async def main(clock: VirtualClock) -> None:
        scenario = Scenario(seed, clock)
        played.append(scenario)
        await scenario.live()
        scenario.audit()

    run_virtual(main, START)
    return played[0]


def play(seed: int) -> Scenario:
    """Play a scenario to its end and return it.

    Raises
    ------
    Broken
        With the seed and everything that did not hold.
    """
    scenario = scenario_of(seed)
    scenario.require_whole()
    return scenario

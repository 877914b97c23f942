"""One session: reconcile, look, decide, quote until the window ends, cancel, and compare again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kalshi_alpha.brokers.garbage import collect_between_orders
from kalshi_alpha.brokers.kalshi.account import KalshiAccount, streamed_fill, streamed_order
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
from kalshi_alpha.brokers.kalshi.stream_commands import Channel
from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind, StreamHandlers
from kalshi_alpha.brokers.kalshi.venue_snapshot import read_venue
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.gates import (
    Verdict,
    clock_skew_reading,
    exchange_reading,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.orders.caps import Caps
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.reconcile import Reconciliation
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.schedule import Phase
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.gate_readings import phase_of
from kalshi_alpha.exec.holdings import held_and_allowed
from kalshi_alpha.exec.inputs import Inputs
from kalshi_alpha.exec.monitors.standing import StandingFiles
from kalshi_alpha.exec.quoting.loop import LoopPolicy, QuotingLoop
from kalshi_alpha.exec.quoting.solver import ScanSolver
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import Known, Scanned, risk_model, scan_family
from kalshi_alpha.exec.session.beside import running
from kalshi_alpha.exec.session.leftovers import (
    begun_empty,
    everything_off,
    nothing_left,
    order_group,
    own_off,
    take_back,
)
from kalshi_alpha.exec.session.live_books import LiveBooks
from kalshi_alpha.exec.session.live_desk import LiveDesk, QuotedMarket, paid_lots
from kalshi_alpha.exec.session.mandate import Mandate
from kalshi_alpha.exec.session.readiness import ReadinessFiles
from kalshi_alpha.exec.session.session_gate import SessionGate
from kalshi_alpha.exec.session.surroundings import Surroundings
from kalshi_alpha.exec.session.terms import loop_policy
from kalshi_alpha.exec.session.watchers import (
    Renewal,
    ask_exchange,
    renewed_quotes,
    stop_on_kill,
    stop_on_request,
    watch_clock,
)
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Strategy

RUN_SCOPE = "pilot"
WITHDRAW_BEFORE = timedelta(seconds=2)
"""How long before the end of the window quoting ends, so that cancels arrive inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was read and fitted before any price is looked at.

    ``renewal`` forecasts anew what goes by a quote that grows old; None where nothing does.
    """

    strategy: Strategy
    calibration: object
    inputs: Inputs
    known: Known
    options: ScanOptions
    renewal: Renewal | None = None


Prepare = Callable[[], Awaitable[tuple[Run, Prepared]]]
"""Returns the run at the clock of what was read last, and what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A session that was held, or refused at its gate.

    Attributes
    ----------
    scanned
        The scan that it began with; its verdict says whether anything was quoted.
    ended_at
        When the last order was gone.
    rounds, solved
        Looks of the quoting loop, and how often quotes were worked out.
    reconciliation
        The last comparison with the venue.
    killed
        Whether the kill switch ended it.
    """

    scanned: Scanned
    ended_at: datetime
    rounds: int
    solved: int
    reconciliation: Reconciliation
    killed: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict that it began with."""
        return self.scanned.verdict


async def hold_session(
    given: Surroundings,
    mandate: Mandate,
    prepare: Prepare,
    *,
    run_s: float | None = None,
    settled_at: datetime | None = None,
) -> Held:
    """Hold one session, from the first question to the last comparison.

    Parameters
    ----------
    given, mandate
        Where and with what, and what may be traded.
    prepare
        Reads and fits what quotes are made from; it is called once nothing rests that an earlier
        session left.
    run_s
        Seconds to quote for; None quotes until the window ends.
    settled_at
        When the markets will have paid; the last comparison waits for it. None does not wait.

    Raises
    ------
    VenueError
        If the venue cannot be asked, or our clock is not its.
    """
    await given.client.compare_clocks()
    await given.client.tune_limits()
    gate_of: list[SessionGate] = []
    gateway = _gateway(given, mandate.caps, gate_of)
    try:
        async with nothing_left(gateway, given):
            if given.kill.engaged():
                # A comparison takes its time, and what a dead session left must not rest for it.
                await take_back(gateway, given)
            found = await gateway.reconcile()
            async with given.beat(), nothing_left(gateway, given):
                found = await begun_empty(gateway, given, found)
                run, prepared = await prepare()
                ramp = ReadinessFiles(run, mandate.ramp, mandate.terms)
                scanned, run = await _scan(run, given, prepared, gateway, mandate, ramp)
                gate = _session_gate(run, scanned, gateway, given.client, given.clock, ramp)
                gate_of.append(gate)
                # The scan asked the exchange a moment ago; it is asked again while it lasts.
                gate.exchange_said(trading_active=run.feed.trading_active())
                if not scanned.verdict.go:
                    await own_off(gateway, given)
                    return _refused(scanned, given, found)
                limit = Contracts.whole(mandate.pilot.group.contracts_in_15_s)
                async with order_group(gateway, given, limit):
                    solver = _solver(run, prepared, scanned, gateway, mandate)
                    policy = loop_policy(mandate.pilot)
                    renewal = prepared.renewal
                    loop = await _quote(
                        given, gateway, gate, scanned, solver, policy, run_s, renewal
                    )
                ended_at = given.clock.now()
                if settled_at is not None:
                    await asyncio.sleep(max(0.0, (settled_at - ended_at).total_seconds()))
                last = await gateway.reconcile()
    finally:
        await gateway.close()
    return Held(
        scanned=scanned,
        ended_at=ended_at,
        rounds=loop.rounds,
        solved=loop.solved,
        reconciliation=last,
        killed=given.kill.seen is not None,
    )


def _refused(scanned: Scanned, given: Surroundings, found: Reconciliation) -> Held:
    return Held(
        scanned=scanned, ended_at=given.clock.now(), rounds=0, solved=0, reconciliation=found
    )


def _gateway(given: Surroundings, caps: Caps, gate_of: Sequence[SessionGate]) -> LiveGateway:
    """Return the gateway; its gate is there once the venue was looked at, and before any order."""

    def order_gate(_intent: OrderIntent) -> Verdict:
        return gate_of[0].judge()

    gateway = LiveGateway(
        KalshiAccount(given.client),
        given.journal,
        given.clock,
        gate=order_gate,
        kill=given.kill.engaged,
        caps=caps,
        on_event=given.observer.order_event,
        on_alert=given.observer.alert,
    )
    given.observer.watches(gateway.blotter)
    return gateway


async def _scan(
    run: Run,
    given: Surroundings,
    prepared: Prepared,
    gateway: LiveGateway,
    mandate: Mandate,
    ramp: ReadinessFiles,
) -> tuple[Scanned, Run]:
    """Read the venue and scan its ladders; every reading that sending needs is among the known."""
    seen = await read_venue(given.client, prepared.inputs.events, given.clock)
    run = replace(run, feed=seen)
    events = {ticker: seen.events(ticker) for ticker in prepared.inputs.events}
    anew = [
        clock_skew_reading(given.client.guard.skew_s),
        gateway.reconciliation_reading(),
        exchange_reading(trading_active=seen.trading_active(), at=given.clock.now()),
        *([] if given.heartbeat is None else [given.heartbeat()]),
    ]
    files = StandingFiles(run.paths, run.family, run.clock.source)
    anew += files.readings(given.clock.now())
    anew += ramp.readings(given.clock.now())
    names = {reading.name for reading in anew}
    standing = [each for each in prepared.known.readings if each.name not in names]
    known = replace(prepared.known, readings=(*standing, *anew))
    at = RunClock(given.clock.now(), run.clock.source)
    return (
        scan_family(
            replace(run, clock=at),
            known,
            prepared.strategy,
            prepared.calibration,
            replace(prepared.inputs, events=events),
            mandate.options(prepared.options),
            run_scope=RUN_SCOPE,
        ),
        run,
    )


def _session_gate(
    run: Run,
    scanned: Scanned,
    gateway: LiveGateway,
    client: VenueClient,
    clock: Clock,
    ramp: ReadinessFiles,
) -> SessionGate:
    calendar, phases = scanned.known.calendar, dict[datetime, Phase]()

    def phase(at: datetime) -> Phase:
        second = at.replace(microsecond=0)
        if second not in phases:
            phases.clear()
            phases[second] = phase_of(
                replace(run, clock=RunClock(second, run.clock.source)), calendar
            )
        return phases[second]

    return SessionGate(
        run,
        scanned.verdict.readings,
        clock,
        phase_of=phase,
        # A clock that stepped is not measured until a reply was compared with it again.
        skew_s=lambda: client.guard.skew_s if client.guard.look() else None,
        reconciliation=gateway.reconciliation_reading,
        ramp=ramp.readings,
    )


async def _quote(
    given: Surroundings,
    gateway: LiveGateway,
    gate: SessionGate,
    scanned: Scanned,
    solver: ScanSolver,
    policy: LoopPolicy,
    run_s: float | None,
    renewal: Renewal | None,
) -> QuotingLoop:
    """Quote until the window ends or somebody ends it, with everything that goes beside."""
    clock, ends_at = given.clock, session_end(scanned)
    if run_s is not None:
        ends_at = min(ends_at, clock.now() + timedelta(seconds=run_s) + WITHDRAW_BEFORE)
    stream, books = _stream(given, gateway, solver.tickers)

    def reasons() -> tuple[str, ...]:
        if given.kill.engaged() or given.ending.is_set():
            loop.stop()
        return gate.reasons()

    loop = QuotingLoop(
        LiveDesk(
            gateway,
            _quoted(scanned),
            clock,
            ends_at,
            on_refused=given.observer.refused,
            belief=solver.belief,
        ),
        books,
        solver,
        clock,
        gate=reasons,
        policy=policy,
        show=given.observer.round_done,
    )
    given.observer.on_wake(loop.wake)
    beside = [gateway.run(), stream.run(), ask_exchange(given, gate), watch_clock(given, loop)]
    if given.in_real_time:
        beside += [stop_on_kill(given, gateway, loop), stop_on_request(given, loop)]
        beside.append(collect_between_orders())
    if renewal is not None:
        beside.append(renewed_quotes(given, renewal, solver, gate))
    if given.signing_on is not None and given.client.presigned is not None:
        beside.append(given.client.presigned.keep(given.signing_on))
    async with running(beside):
        await loop.run(ends_at - WITHDRAW_BEFORE)
        if given.client.guard.latched:
            # Nothing will be signed any more: say that, and not that cancels went unconfirmed.
            given.client.guard.require_sound()
        await everything_off(gateway, clock)
    return loop


def session_end(scanned: Scanned) -> datetime:
    """Return when nothing may rest any more: the end of the window, or the first close."""
    ends = [market.close_at for s in scanned.snapshots for market in s.ladder.markets]
    rests_until = scanned.known.phase.rests_until
    return min([*ends, *([] if rests_until is None else [rests_until])])


def _solver(
    run: Run, prepared: Prepared, scanned: Scanned, gateway: LiveGateway, mandate: Mandate
) -> ScanSolver:
    pal = run.settings.pal_policy
    return ScanSolver(
        scanned.snapshots,
        {(f.quantity, f.period): f.pmf for f in scanned.forecasts.forecasts},
        held_and_allowed(run, _elsewhere(run, scanned), scanned.snapshots, pal, RUN_SCOPE),
        replace(scanned.policy, sizing=mandate.sizing(scanned.policy.sizing)),
        risk_model(run, prepared.options),
        paid=lambda: paid_lots(gateway.blotter),
        family=run.family,
        clamp=mandate.clamp,
    )


def _elsewhere(run: Run, scanned: Scanned) -> list[LedgerEntry]:
    """Return the ledger's rows of other ladders; of these ones the account itself tells."""
    here = {snapshot.ladder.event_ticker for snapshot in scanned.snapshots}
    return [row for row in LedgerStore(run.paths).entries() if row.event_ticker not in here]


def _quoted(scanned: Scanned) -> Mapping[str, QuotedMarket]:
    return {
        market.ticker: QuotedMarket(s.ladder.series_ticker, market, s.fee_terms)
        for s in scanned.snapshots
        for market in s.ladder.markets
    }


def _stream(
    given: Surroundings, gateway: LiveGateway, tickers: Iterable[str]
) -> tuple[MarketStream, LiveBooks]:
    observer = given.observer

    def changed(book: LadderBook) -> None:
        books.changed(book)
        observer.wake()

    def noticed(notice: Notice) -> None:
        observer.stream_notice(notice)
        if notice.kind in {NoticeKind.CONNECTED, NoticeKind.CHANNEL_ENDED}:
            gateway.doubt()

    stream = MarketStream(
        given.streams,
        given.signer,
        given.clock,
        tickers,
        handlers=StreamHandlers(
            on_book=changed,
            on_fill=lambda fill: gateway.take_fill(streamed_fill(fill)),
            on_user_order=lambda order: gateway.take_order(streamed_order(order)),
            on_notice=noticed,
        ),
        channels=(Channel.FILL, Channel.USER_ORDERS),
        path=given.client.host.stream_path,
        guard=given.client.guard,
    )
    books = LiveBooks(stream.books, given.clock)
    return stream, books

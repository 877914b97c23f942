"""A session in real time, at a venue outside this process: the local exchange, demo or prod."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.connect import connect
from kalshi_alpha.brokers.kalshi.keys import load_credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock, venue_clock
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.speaker import Speaker
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.audit import AuditTrail
from kalshi_alpha.exec.kill_watch import KillWatch
from kalshi_alpha.exec.live_beat import live_beat
from kalshi_alpha.exec.logs import open_log
from kalshi_alpha.exec.online import Online
from kalshi_alpha.exec.session.mandate import Mandate, mandate_of, refused_standing
from kalshi_alpha.exec.session.observer import Observer
from kalshi_alpha.exec.session.preparing import prepare_online
from kalshi_alpha.exec.session.refusal import SessionRefusal
from kalshi_alpha.exec.session.report import SessionReport, session_report
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.session import Held, Prepared, hold_session
from kalshi_alpha.exec.session.surroundings import Surroundings
from kalshi_alpha.exec.session_beat import heartbeat_now
from kalshi_alpha.exec.telemetry.call_events import call_watcher
from kalshi_alpha.exec.telemetry.sink import TelemetrySink
from kalshi_alpha.exec.wiring import Run, wire_venue

_ENDING = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one session has open: its account, its journal, and whoever is told."""

    run: Run
    clock: Clock
    name: str
    client: VenueClient
    signer: Signer
    kill: KillWatch
    journal: OrderJournal
    observer: Observer
    sink: TelemetrySink


def hold_at_venue(
    request: PilotRequest, environ: Mapping[str, str]
) -> SessionReport | SessionRefusal:
    """Hold a session at the venue that is asked for, and return its report.

    One runner holds the account at a time, and its journal goes on from session to session. A
    session with money that its own disk speaks against asks the venue nothing, and is refused.

    Raises
    ------
    AccountBusy
        If another runner holds the account; the message names it.
    ConfigError
        If the venue's address or key is missing or wrong.
    KalshiAlphaError
        If the session cannot be prepared, or fails on the way.
    """
    clock = venue_clock(request.env, environ)
    run = wire_venue(
        series=request.series,
        env=request.env,
        clock=clock,
        practice_history=request.fixtures_root,
        environ=environ,
    )
    request.options.require_allowed(run.settings)
    run, mandate = mandate_of(request, run)
    refusal = refused_standing(run, mandate, clock.now())
    if refusal is not None:
        return refusal
    path = run.paths.order_journal
    with (
        request.speaker() as speak,
        account_lock(path),
        OrderJournal(path, request.env.value) as journal,
    ):
        journal.make_room()
        # A session that dies leaves no report, and an older one must not pass for its own.
        run.paths.pilot_session.unlink(missing_ok=True)
        earlier = tuple(journal.replay())
        with _opened(request, run, clock, journal, environ, speak) as desk:
            try:
                held = asyncio.run(_hold(request, desk, mandate, environ))
            finally:
                _tell_what_rests(desk)
        events = tuple(journal.replay())[len(earlier) :]
        return session_report(
            run,
            held,
            events,
            desk.observer.alerts,
            earlier=earlier,
            terms=mandate.terms,
            refused=desk.observer.refusals,
        )


@contextmanager
def _opened(
    request: PilotRequest,
    run: Run,
    clock: Clock,
    journal: OrderJournal,
    environ: Mapping[str, str],
    speak: Speaker,
) -> Iterator[_Desk]:
    """Open telemetry, the audit trail, the log and the client of a session."""
    name = f"pilot-{run.family}-{run.clock.at:%Y%m%dT%H%M%SZ}-{os.getpid()}"
    log = open_log(clock, run_id=name, level=request.log_level)
    sink = TelemetrySink(run.paths, clock, session=name)
    audit = AuditTrail(run.paths, clock, env=request.env, session=name)
    observer = Observer(sink, audit, speak)
    kill = KillWatch(run.paths.kill_switch, lambda switch: observer.killed(switch.path))
    try:
        client = connect(
            request.env, environ, clock, killed=kill.engaged, on_call=call_watcher(sink, log)
        )
        signer = Signer(load_credentials(request.env, environ))
        yield _Desk(run, clock, name, client, signer, kill, journal, observer, sink)
    finally:
        sink.close()
        audit.close()


async def _hold(
    request: PilotRequest, desk: _Desk, mandate: Mandate, environ: Mapping[str, str]
) -> Held:
    from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener

    run, client = desk.run, desk.client

    async def prepare() -> tuple[Run, Prepared]:
        # Publishers are asked one after the other; the session beats meanwhile.
        return await asyncio.to_thread(
            prepare_online, Online(run, desk.clock, client.host, environ), request
        )

    try:
        with _ended_by_signals() as ending, ThreadPoolExecutor(1, "signing") as signing:
            given = Surroundings(
                client=client,
                streams=PicowsOpener(client.host.stream),
                signer=desk.signer,
                journal=desk.journal,
                clock=desk.clock,
                kill=desk.kill,
                observer=desk.observer,
                ending=ending,
                beat=lambda: _beating(desk),
                heartbeat=lambda: heartbeat_now(run.paths, desk.clock, must_be_fresh=True),
                signing_on=signing,
            )
            return await hold_session(given, mandate, prepare, run_s=request.run_s)
    finally:
        await client.close()


@contextmanager
def _ended_by_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and Ctrl-C set, so that the session ends in good order."""
    loop, ending = asyncio.get_running_loop(), asyncio.Event()
    for number in _ENDING:
        loop.add_signal_handler(number, ending.set)
    try:
        yield ending
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _beating(desk: _Desk) -> AsyncIterator[None]:
    """Beat by the system's clock, which the watchdog goes by, and sync telemetry beside."""

    def failed(error: OSError) -> None:
        desk.observer.alert("heartbeat", f"not written: {error}")

    beat = live_beat(
        desk.run.paths.heartbeat,
        SystemClock(),
        desk.name,
        # The account's lock is held and its orders are reconciled: the other one is gone.
        takes_over=True,
        on_failure=failed,
    )
    async with beat:
        syncing = asyncio.create_task(desk.sink.keep_synced())
        try:
            yield
        finally:
            syncing.cancel()
            await asyncio.gather(syncing, return_exceptions=True)


def _tell_what_rests(desk: _Desk) -> None:
    """Leave the sign of a death if orders may still rest, so that the watchdog cancels them."""
    left: Sequence[object] = Blotter(desk.journal.replay()).live()
    if not left:
        return
    desk.observer.alert("left_over", f"{len(left)} orders may still rest at the venue")
    beat = Heartbeat(
        generated_at=datetime.now(UTC), session=desk.name, running=True, pid=os.getpid()
    )
    write_heartbeat(desk.run.paths.heartbeat, beat)

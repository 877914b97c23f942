"""A session at an exchange inside this very process, in virtual time."""

from __future__ import annotations

from dataclasses import replace

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.gates import Action, ReadingName
from kalshi_alpha.core.ledger.settle import Settlement
from kalshi_alpha.exec.audit import AuditTrail
from kalshi_alpha.exec.forecasting import installed_strategy, stored_calibration
from kalshi_alpha.exec.inputs import read_inputs
from kalshi_alpha.exec.kill_watch import KillWatch
from kalshi_alpha.exec.scanning import ingest_payloads, look_around
from kalshi_alpha.exec.session.mandate import Mandate, mandate_of, refused_standing
from kalshi_alpha.exec.session.observer import Observer
from kalshi_alpha.exec.session.practice import PracticeOptions, open_practice
from kalshi_alpha.exec.session.refusal import SessionRefusal
from kalshi_alpha.exec.session.report import SessionReport, session_report
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.session import Held, Prepared, hold_session
from kalshi_alpha.exec.session.surroundings import Surroundings
from kalshi_alpha.exec.telemetry.sink import TelemetrySink
from kalshi_alpha.exec.wiring import DataMode, Run, wire_offline
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import World, fixture_world


def rehearse(request: PilotRequest) -> SessionReport | SessionRefusal:
    """Hold a session without a network and without keys, and return its report or its refusal.

    Raises
    ------
    KalshiAlphaError
        If the session cannot be prepared, or fails on the way.
    """
    run = _wire(request)
    run, mandate = mandate_of(request, run)
    request.options.require_allowed(run.settings)
    refusal = refused_standing(run, mandate, run.clock.at)
    if refusal is not None:
        return refusal
    return _practise(request, run, _prepare(run, request), mandate)


def _wire(request: PilotRequest) -> Run:
    run = wire_offline(
        series=request.series,
        scanner_fixtures=request.fixtures_root,
        driver_fixtures=request.driver_fixtures,
        as_of=None,
    )
    return replace(run, data_mode=DataMode.SIM, action=Action.SIM)


def _prepare(run: Run, request: PilotRequest) -> Prepared:
    strategy = installed_strategy(run.family)
    inputs = read_inputs(run, strategy, request.series)
    known = look_around(run, ingest_payloads(run, inputs.payloads), window_only=True)
    # Who is alive is told by the system's clock, and no account is at stake here.
    judged = tuple(each for each in known.readings if each.name is not ReadingName.HEARTBEAT)
    return Prepared(
        strategy=strategy,
        calibration=stored_calibration(run, strategy, inputs.history),
        inputs=inputs,
        known=replace(known, readings=judged),
        options=request.options,
    )


def _world(request: PilotRequest, run: Run) -> World:
    series = [each.ticker for each in run.settings.series.resolve(request.series)]
    return fixture_world(request.fixtures_root).only(series)


def _practise(
    request: PilotRequest, run: Run, prepared: Prepared, mandate: Mandate
) -> SessionReport:
    world = _world(request, run)
    session = f"practice-{run.family}-{run.clock.at:%Y%m%dT%H%M%SZ}-{request.seed}"
    path = run.paths.practice_journal(session)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("orders.sqlite*"):
        # Another exchange begins with an empty account, and so do our books of it.
        old.unlink()
    alerts: list[tuple[str, str]] = []
    refused: dict[tuple[str, str], int] = {}
    paid: dict[str, Settlement] = {}

    async def main(clock: VirtualClock) -> Held:
        options = PracticeOptions(seed=request.seed, pace=request.pace)
        practice = open_practice(world, clock, options)
        paid.update(practice.settlements)
        sink = TelemetrySink(run.paths, clock, session=session)
        audit = AuditTrail(run.paths, clock, env=KalshiEnv.SIM, session=session)
        observer = Observer(sink, audit, request.speaker(waits=True))
        try:
            async with practice.exchange:
                given = Surroundings(
                    client=practice.client(clock, request.seed),
                    streams=practice.exchange.streams,
                    signer=practice.signer,
                    journal=journal,
                    clock=clock,
                    kill=KillWatch(
                        run.paths.kill_switch, lambda switch: observer.killed(switch.path)
                    ),
                    observer=observer,
                    in_real_time=False,
                )

                async def prepare() -> tuple[Run, Prepared]:
                    return run, prepared

                return await hold_session(
                    given,
                    mandate,
                    prepare,
                    run_s=request.run_s,
                    settled_at=practice.settled_at,
                )
        finally:
            alerts.extend(observer.alerts)
            refused.update(observer.refusals)
            sink.close()
            audit.close()

    with OrderJournal(path) as journal:
        held = run_virtual(main, run.clock.at)
        seen_at = held.reconciliation.at
        ended = {ticker: each for ticker, each in paid.items() if each.settled_at <= seen_at}
        return session_report(
            run,
            held,
            tuple(journal.replay()),
            alerts,
            settlements=ended,
            terms=mandate.terms,
            refused=refused,
        )

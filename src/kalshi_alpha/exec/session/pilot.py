"""The pilot: prepare like a scan, then hold one session at the chosen exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.config.pilot import Pilot, load_pilot
from kalshi_alpha.core.errors import NotBuilt, UsageError
from kalshi_alpha.core.gates import Action
from kalshi_alpha.datastore.atomic import encode_json, write_json
from kalshi_alpha.exec.audit import AuditTrail
from kalshi_alpha.exec.forecasting import installed_strategy, stored_calibration
from kalshi_alpha.exec.inputs import read_inputs
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import ingest_payloads, look_around
from kalshi_alpha.exec.session.observer import Observer
from kalshi_alpha.exec.session.practice import PracticeOptions, open_practice
from kalshi_alpha.exec.session.report import (
    SessionReport,
    session_document,
    session_report,
    session_summary,
)
from kalshi_alpha.exec.session.session import Held, Prepared, Surroundings, hold_session
from kalshi_alpha.exec.telemetry.sink import TelemetrySink
from kalshi_alpha.exec.wiring import DataMode, Run, wire_offline
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import World, fixture_world

EXIT_GO, EXIT_REFUSED, EXIT_VENUE = 0, 3, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotRequest:
    """What the command line asked for."""

    series: str
    env: KalshiEnv
    pilot_config: Path
    fixtures_root: Path
    driver_fixtures: Path | None
    seed: int
    pace: float
    options: ScanOptions
    as_json: bool
    quiet: bool


def run_pilot(request: PilotRequest) -> int:
    """Hold a session and return the exit code.

    Raises
    ------
    NotBuilt
        If another exchange than the local one is asked for.
    KalshiAlphaError
        If the session cannot be prepared, or fails on the way.
    """
    if request.env is not KalshiEnv.SIM:
        raise NotBuilt(f"pilot --env {request.env}: not built yet; practise with --env sim")
    pilot = load_pilot(request.pilot_config).value
    run = _wire(request)
    request.options.require_allowed(run.settings)
    prepared = _prepare(run, request, pilot)
    world = _world(request, run)
    report = _practise(request, run, prepared, world)
    document = session_document(report)
    write_json(run.paths.pilot_session, document)
    if request.as_json:
        click.echo(encode_json(document), nl=False)
    elif not request.quiet:
        click.echo(session_summary(report))
        click.echo(f"wrote {run.paths.pilot_session}")
    return exit_code(report)


def exit_code(report: SessionReport) -> int:
    """Return 0 for a session that was held and agrees, 3 if refused or killed, 5 for a break."""
    if report.held.reconciliation.breaks:
        return EXIT_VENUE
    return EXIT_GO if report.held.verdict.go and not report.held.killed else EXIT_REFUSED


def _wire(request: PilotRequest) -> Run:
    run = wire_offline(
        series=request.series,
        scanner_fixtures=request.fixtures_root,
        driver_fixtures=request.driver_fixtures,
        as_of=None,
    )
    return replace(run, data_mode=DataMode.SIM, action=Action.SIM)


def _prepare(run: Run, request: PilotRequest, pilot: Pilot) -> Prepared:
    strategy = installed_strategy(run.family)
    inputs = read_inputs(run, strategy, request.series)
    known = look_around(run, ingest_payloads(run, inputs.payloads), window_only=True)
    return Prepared(
        strategy=strategy,
        calibration=stored_calibration(run, strategy, inputs.history),
        inputs=inputs,
        known=known,
        options=request.options,
        pilot=pilot,
    )


def _world(request: PilotRequest, run: Run) -> World:
    series = [each.ticker for each in run.settings.series.resolve(request.series)]
    return fixture_world(request.fixtures_root).only(series)


def _practise(request: PilotRequest, run: Run, prepared: Prepared, world: World) -> SessionReport:
    """Hold the session at an exchange of its own, in virtual time."""
    session = f"practice-{run.family}-{run.clock.at:%Y%m%dT%H%M%SZ}-{request.seed}"
    path = run.paths.practice_journal(session)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("orders.sqlite*"):
        # Another exchange begins with an empty account, and so do our books of it.
        old.unlink()
    alerts: list[tuple[str, str]] = []

    async def main(clock: VirtualClock) -> Held:
        options = PracticeOptions(seed=request.seed, pace=request.pace)
        practice = open_practice(world, clock, options)
        sink = TelemetrySink(run.paths, clock, session=session)
        audit = AuditTrail(run.paths, clock, env=KalshiEnv.SIM, session=session)
        observer = Observer(sink, audit, _speaker(request))
        try:
            async with practice.exchange:
                given = Surroundings(
                    client=practice.client(clock, request.seed),
                    streams=practice.exchange.streams,
                    signer=practice.signer,
                    journal=journal,
                    clock=clock,
                    observer=observer,
                    in_real_time=False,
                )
                return await hold_session(run, given, prepared, settled_at=practice.settled_at)
        finally:
            alerts.extend(observer.alerts)
            sink.close()
            audit.close()

    with OrderJournal(path) as journal:
        held = run_virtual(main, run.clock.at)
        return session_report(run, held, tuple(journal.replay()), alerts)


def _speaker(request: PilotRequest) -> Callable[[str], None]:
    if request.quiet or request.as_json:
        return lambda _line: None
    return click.echo


def pilot_env(name: str | None, environ_env: KalshiEnv | None) -> KalshiEnv:
    """Return the exchange: the flag's, else the environment's.

    Raises
    ------
    UsageError
        If neither names one.
    """
    if name is not None:
        return KalshiEnv(name)
    if environ_env is None:
        raise UsageError("choose an exchange: --env sim, demo or prod (or set KALSHI_ENV)")
    return environ_env

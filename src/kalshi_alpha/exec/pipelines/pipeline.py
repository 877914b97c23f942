"""The pipeline's six steps, for one mode or for all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.schedule import SeriesState, Snap, SnapMode, snap_to_window
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json
from kalshi_alpha.exec.artifacts import SCHEMA, head, no_older_go, withdraw_verdict
from kalshi_alpha.exec.forecasting import calibrate, installed_strategy, venue_calibration
from kalshi_alpha.exec.go_live import go_live
from kalshi_alpha.exec.inputs import Gathered, read_inputs
from kalshi_alpha.exec.output import (
    EXIT_GO,
    Written,
    exit_code,
    scan_document,
    summary,
    write_decision,
    write_ledger,
    write_report,
)
from kalshi_alpha.exec.pipelines.feed_failures import feed_failure_line
from kalshi_alpha.exec.pipelines.step_log import StepLog
from kalshi_alpha.exec.runners.scan import refuse_dangerous, scan_options
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import (
    Known,
    Scanned,
    foreseen_phase,
    ingest_payloads,
    look_around,
    scan_family,
)
from kalshi_alpha.exec.session_beat import beating
from kalshi_alpha.exec.wiring import DataMode, Run, data_mode, wire_offline
from kalshi_alpha.strategies.strategy import Strategy

if TYPE_CHECKING:
    from kalshi_alpha.exec.online import Online

FAMILY_OF_MODE = {
    "pre_cpi": "CPI",
    "pre_claims": "CLAIMS",
    "weather_cycle": "WEATHER",
    "teny_close": "TNEY",
}
"""In the order of a trading day, so that a later mode counts what an earlier one committed."""

FULL = "full"

_SEVERITY = (0, 3, 4, 5, 2, 1)  # later is worse


@dataclass(frozen=True, slots=True)
class ModeDone:
    """How a mode ended: its exit code, and the document that ``--json`` prints.

    ``go`` is its run if it proposed, and not only refused nothing.
    """

    exit_code: int
    document: dict[str, Any]
    go: Run | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a mode's data come from: what takes them in, and what it forecasts by."""

    take_in: Callable[[], Gathered]
    fit: Callable[[Run], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRequest:
    """What the command line asked for, and which families it has decided already."""

    mode: str
    data_mode: DataMode
    driver_fixtures: Path
    scanner_fixtures: Path
    snap: SnapMode
    options: ScanOptions
    report: bool
    paper_ledger: bool
    live: bool
    as_of: str | None
    as_json: bool
    quiet: bool
    decided: tuple[str, ...] = ()


def daily_request(flags: Mapping[str, Any]) -> DailyRequest:
    """Check the flags and return the request.

    Raises
    ------
    UsageError
        If flags contradict each other or are out of range.
    """
    refuse_dangerous(flags)
    if flags["broker"] == "live" and flags["mode"] == FULL:
        raise UsageError("--mode full --broker live: an account holds one session, name a mode")
    return DailyRequest(
        mode=flags["mode"],
        data_mode=data_mode(online=flags["online"], offline=flags["offline"]),
        driver_fixtures=flags["driver_fixtures"],
        scanner_fixtures=flags["scanner_fixtures"],
        snap=SnapMode(flags["snap_to_window"]),
        options=scan_options(flags),
        report=flags["report"],
        paper_ledger=flags["paper_ledger"],
        live=flags["broker"] == "live",
        as_of=flags["as_of"],
        as_json=flags["as_json"],
        quiet=flags["quiet"],
    )


def run_daily(request: DailyRequest) -> int:
    """Run one mode, or all of them, and return the worst exit code.

    In ``full`` a mode that fails is named and the others run on. Until a mode has decided, no
    earlier GO of its family stands.
    """
    full = request.mode == FULL
    families = tuple(FAMILY_OF_MODE.values()) if full else (FAMILY_OF_MODE[request.mode],)
    with no_older_go(Paths.from_environ(os.environ), families):
        return _run_full(request) if full else _run_one(request)


def _run_one(request: DailyRequest) -> int:
    done = run_mode(request, request.mode)
    if request.as_json:
        echo_json(done.document)
    if not request.live or done.go is None:
        return done.exit_code
    quiet = request.quiet or request.as_json
    return go_live(done.go, done.go.family, request.scanner_fixtures, request.options, quiet=quiet)


def _run_full(request: DailyRequest) -> int:
    _require_moving_clocks(request)
    worst, documents = EXIT_GO, {}
    for mode, family in FAMILY_OF_MODE.items():
        try:
            done = run_mode(request, mode)
        except UsageError:
            raise
        except KalshiAlphaError as error:
            click.echo(f"daily {mode}: {error}", err=True)
            done = ModeDone(error.exit_code, {"error": str(error)})
        request = replace(request, decided=(*request.decided, family))
        documents[mode] = {**done.document, "exit_code": done.exit_code}
        worst = max(worst, done.exit_code, key=_SEVERITY.index)
    if request.as_json:
        whole = {"schema": SCHEMA, "modes": documents, "exit_code": worst}
        # A mode that failed before it was wired has no word of its own; the others have the same.
        said = [each["mode"] for each in documents.values() if "mode" in each]
        echo_json(whole, said[0] if said else None)
    return worst


def run_mode(request: DailyRequest, mode: str) -> ModeDone:
    """Run one mode's steps in order, log them, and return how it ended.

    Raises
    ------
    UsageError
        If an option or the fixtures cannot be used; nothing has been written then.
    KalshiAlphaError
        If a step fails; the log then ends with that step and its error, and the verdict is
        NO-GO.
    """
    online = _online(request, mode) if request.data_mode is DataMode.ONLINE else None
    run = _wire(request, mode) if online is None else online.run
    request.options.require_allowed(run.settings)
    strategy = installed_strategy(run.family)
    log = StepLog(run, mode)
    try:
        source = _fixtures(request, run, strategy) if online is None else _venue(online, strategy)
        return _steps(request, run, strategy, source, log)
    except UsageError:
        raise
    except KalshiAlphaError as error:
        log.write(error.exit_code)
        withdraw_verdict(run, error)
        raise


def _online(request: DailyRequest, mode: str) -> Online:
    from kalshi_alpha.exec.online import wire_online

    online = wire_online(
        series=FAMILY_OF_MODE[mode],
        environ=os.environ,
        practice_history=request.scanner_fixtures,
        as_of=request.as_of,
    )
    return replace(online, run=replace(online.run, decided=frozenset(request.decided)))


def _venue(online: Online, strategy: Strategy) -> _Source:
    from kalshi_alpha.exec.online import gather

    return _Source(
        take_in=lambda: gather(online, online.run.family),
        fit=lambda run: venue_calibration(run, strategy),
    )


def _fixtures(request: DailyRequest, run: Run, strategy: Strategy) -> _Source:
    """Read everything before anything is written."""
    inputs = read_inputs(run, strategy, run.family)
    _require_foreseen_clock(request, run, inputs.payloads)
    return _Source(
        take_in=lambda: Gathered(run, inputs, ingest_payloads(run, inputs.payloads)),
        fit=lambda at: calibrate(at, strategy, inputs.history),
    )


def _wire(request: DailyRequest, mode: str) -> Run:
    return wire_offline(
        series=FAMILY_OF_MODE[mode],
        scanner_fixtures=request.scanner_fixtures,
        driver_fixtures=request.driver_fixtures,
        as_of=request.as_of,
        scenario=mode,
        decided=request.decided,
    )


def _steps(
    request: DailyRequest, run: Run, strategy: Strategy, source: _Source, log: StepLog
) -> ModeDone:
    with log.step("ingest") as facts:
        gathered = source.take_in()
        run, ingested = gathered.run, gathered.ingested
        facts |= {each.source: each.newest or "-" for each in ingested}
        facts["failed"] = [f"{s.source}: {error}" for s in ingested for error in s.errors]
    with log.step("calibrate") as facts:
        calibration = source.fit(run)
        facts["identity"] = strategy.identity(calibration)
        facts["artifact"] = str(run.paths.calibration(run.family.lower()))
    with log.step("window") as facts:
        known = look_around(run, ingested, window_only=True)
        snap = snap_to_window(request.snap, known.phase, run.clock.at)
        facts |= {"state": known.phase.state.value, "note": known.phase.note, "snap": snap.message}
        if known.phase.state is not SeriesState.WINDOW:
            log.scan_notes.append(f"{snap.message}; {known.phase.note}")
        if request.snap is not SnapMode.OFF:
            _say(request, f"{run.family}: {snap.message}")
        _require_moving_clock(run, snap)
    # Where no window is known there is nothing to wait for, and the gate says why.
    if request.snap is SnapMode.PRINT or snap.wait:
        return _not_now(request, run, snap, log)
    with beating(run, log.mode, known.readings):
        scanned, written = _decide(request, run, known, strategy, calibration, gathered, log)
    code = exit_code(scanned)
    written = written.and_files(log.write(code))
    _say(request, summary(run, scanned, written))
    failures = feed_failure_line(run.settings, ingested, go=scanned.verdict.go)
    if failures:
        # On stderr, as every failure is: there it is seen beside JSON and with --quiet too.
        click.echo(f"daily {log.mode}: {failures}", err=True)
    document = scan_document(run, scanned, run.family, written)
    return ModeDone(code, document, run if code == EXIT_GO else None)


def _decide(
    request: DailyRequest,
    run: Run,
    known: Known,
    strategy: Strategy,
    calibration: Any,
    gathered: Gathered,
    log: StepLog,
) -> tuple[Scanned, Written]:
    with log.step("scan") as facts:
        scanned = scan_family(
            run, known, strategy, calibration, gathered.inputs, request.options, run_scope=log.mode
        )
        written = write_decision(run, scanned, run.family, run.paths.proposals)
        facts |= {"go": scanned.verdict.go, "reasons": list(scanned.verdict.words)}
        facts |= {"proposals": len(scanned.proposals), "withheld": len(scanned.withheld)}
    if request.paper_ledger:
        with log.step("paper_ledger") as facts:
            news = gathered.tapes, gathered.closing
            written = write_ledger(
                run, scanned, strategy, request.options, log.mode, written, *news
            )
            facts |= {"rows": len(written.entries or ()), "settled": len(written.settled)}
            facts |= {
                "closing_mids": len(written.closing.rows),
                "no_closing_mid": dict(written.closing.without or {}),
            }
    if request.report:
        with log.step("report") as facts:
            written = write_report(run, scanned, written)
            facts["report"] = str(written.files[-2])
    return scanned, written


def _not_now(request: DailyRequest, run: Run, snap: Snap, log: StepLog) -> ModeDone:
    """End here, or wait for the window and begin anew with a new clock."""
    written = log.write(EXIT_GO)
    if not snap.run:
        notes = {"series": run.family, "scan_notes": log.scan_notes, "snap": snap.message}
        return ModeDone(EXIT_GO, {**head(run), **notes, "files": [str(written)]})
    time.sleep(snap.wait.total_seconds())
    return run_mode(replace(request, snap=SnapMode.OFF), log.mode)


def _require_moving_clocks(request: DailyRequest) -> None:
    """Refuse to wait under a set clock in any mode while none has written anything yet."""
    for mode in FAMILY_OF_MODE if request.snap is SnapMode.WAIT else ():
        try:
            run = _wire(request, mode)
            received = Manifest(run.driver_fixtures).payloads(run.clock.at)
        except UsageError:
            raise
        except KalshiAlphaError:
            continue  # The mode's own run meets it again and says what it is.
        _require_foreseen_clock(request, run, received)


def _require_foreseen_clock(request: DailyRequest, run: Run, received: Sequence[Payload]) -> None:
    if request.snap is SnapMode.WAIT and run.clock.source is ClockSource.SET:
        phase = foreseen_phase(run, received)
        _require_moving_clock(run, snap_to_window(request.snap, phase, run.clock.at))


def _require_moving_clock(run: Run, snap: Snap) -> None:
    if snap.wait and run.clock.source is ClockSource.SET:
        raise UsageError(f"--snap-to-window wait: a set clock does not move; {snap.message}")


def _say(request: DailyRequest, text: str) -> None:
    if not (request.quiet or request.as_json):
        click.echo(text)

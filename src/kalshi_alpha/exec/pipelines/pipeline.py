"""The pipeline's six steps, for one mode or for all of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import click

from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.schedule import SeriesState, SnapMode, snap_to_window
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.exec.artifacts import proposals_document, write_go_no_go
from kalshi_alpha.exec.forecasting import calibrate, installed_strategy
from kalshi_alpha.exec.output import (
    EXIT_GO,
    Written,
    exit_code,
    send_dry,
    summary,
    write_ledger,
    write_proposals,
    write_report,
)
from kalshi_alpha.exec.pipelines.step_log import StepLog
from kalshi_alpha.exec.runners.scan import refuse_unbuilt, scan_options
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import (
    Known,
    Scanned,
    ingest_fixtures,
    look_around,
    scan_family,
)
from kalshi_alpha.exec.wiring import DataMode, Run, data_mode, wire_offline
from kalshi_alpha.strategies.strategy import Strategy

FAMILY_OF_MODE = {
    "pre_cpi": "CPI",
    "pre_claims": "CLAIMS",
    "teny_close": "TNEY",
    "weather_cycle": "WEATHER",
}
_SEVERITY = (0, 3, 4, 5, 2, 1)  # later is worse


class Snapped(Enum):
    """What became of waiting for the window."""

    GO_ON = "go on"
    STOP = "stop"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyRequest:
    """What the command line asked for."""

    mode: str
    data_mode: DataMode
    driver_fixtures: Path
    scanner_fixtures: Path
    snap: SnapMode
    options: ScanOptions
    report: bool
    paper_ledger: bool
    as_of: str | None
    as_json: bool
    quiet: bool


def daily_request(flags: Mapping[str, Any]) -> DailyRequest:
    """Check the flags and return the request.

    Raises
    ------
    UsageError
        If flags contradict each other or are out of range.
    NotBuilt
        If they ask for what this version does not have.
    """
    refuse_unbuilt(flags)
    return DailyRequest(
        mode=flags["mode"],
        data_mode=data_mode(online=flags["online"], offline=flags["offline"]),
        driver_fixtures=flags["driver_fixtures"],
        scanner_fixtures=flags["scanner_fixtures"],
        snap=SnapMode(flags["snap_to_window"]),
        options=scan_options(flags),
        report=flags["report"],
        paper_ledger=flags["paper_ledger"],
        as_of=flags["as_of"],
        as_json=flags["as_json"],
        quiet=flags["quiet"],
    )


def run_daily(request: DailyRequest) -> int:
    """Run one mode, or all of them, and return the worst exit code.

    In ``full`` a mode that fails is named and the others run on.
    """
    if request.mode != "full":
        return run_mode(request, request.mode)
    worst = EXIT_GO
    for mode in FAMILY_OF_MODE:
        try:
            code = run_mode(request, mode)
        except UsageError:
            raise
        except KalshiAlphaError as error:
            click.echo(f"daily {mode}: {error}", err=True)
            code = error.exit_code
        worst = max(worst, code, key=_SEVERITY.index)
    return worst


def run_mode(request: DailyRequest, mode: str) -> int:
    """Run one mode's steps in order, log them, and return the exit code.

    Raises
    ------
    KalshiAlphaError
        If a step fails; the log then ends with that step and its error.
    """
    run = wire_offline(
        series=FAMILY_OF_MODE[mode],
        scanner_fixtures=request.scanner_fixtures,
        driver_fixtures=request.driver_fixtures,
        as_of=request.as_of,
        scenario=mode,
    )
    log = StepLog(run, mode)
    try:
        code = _steps(request, run, log)
    except KalshiAlphaError as error:
        log.write(error.exit_code)
        raise
    return code


def _steps(request: DailyRequest, run: Run, log: StepLog) -> int:
    strategy = installed_strategy(run.family)
    with log.step("ingest") as facts:
        ingested = ingest_fixtures(run)
        facts |= {each.source: each.newest or "-" for each in ingested}
        facts["failed"] = [f"{s.source}: {error}" for s in ingested for error in s.errors]
    with log.step("calibrate") as facts:
        calibration = calibrate(run, strategy)
        facts["identity"] = strategy.identity(calibration)
        facts["artifact"] = str(run.paths.calibration(run.family.lower()))
    with log.step("window") as facts:
        known = look_around(run, ingested, window_only=True)
        facts |= {"state": known.phase.state.value, "note": known.phase.note}
        snapped = _snap(request, run, known, log)
    if snapped is not Snapped.GO_ON:
        log.write(EXIT_GO)
        again = replace(request, snap=SnapMode.OFF)
        return run_mode(again, log.mode) if snapped is Snapped.AGAIN else EXIT_GO
    with log.step("scan") as facts:
        scanned = scan_family(
            run,
            known,
            strategy,
            calibration,
            request.options,
            series=run.family,
            run_scope=log.mode,
        )
        send_dry(run, scanned.proposals)
        files = [write_proposals(run, scanned, run.family, run.paths.proposals)]
        files.append(write_go_no_go(run, scanned.verdict, known.feeds))
        facts |= {"go": scanned.verdict.go, "reasons": list(scanned.verdict.words)}
        facts |= {"proposals": len(scanned.proposals), "withheld": len(scanned.withheld)}
    written = _ledger_and_report(request, run, scanned, strategy, log, files)
    code = exit_code(scanned)
    _print(request, run, scanned, written, log.write(code))
    return code


def _ledger_and_report(
    request: DailyRequest,
    run: Run,
    scanned: Scanned,
    strategy: Strategy,
    log: StepLog,
    files: list[Path],
) -> Written:
    written = Written(tuple(files), None, ())
    if request.paper_ledger:
        with log.step("paper_ledger") as facts:
            rows, settled, made = write_ledger(run, scanned, strategy, request.options, log.mode)
            written = Written((*files, *made), rows, settled)
            facts |= {"rows": len(rows), "settled": len(settled)}
    if request.report:
        with log.step("report") as facts:
            reports = write_report(run, scanned, written.entries, written.settled)
            written = Written((*written.files, *reports), written.entries, written.settled)
            facts["report"] = str(reports[0])
    return written


def _snap(request: DailyRequest, run: Run, known: Known, log: StepLog) -> Snapped:
    """Heed ``--snap-to-window``: go on, stop here, or wait and begin anew.

    Raises
    ------
    UsageError
        If a set clock is asked to wait: it does not move.
    """
    snap = snap_to_window(request.snap, known.phase, run.clock.at)
    if known.phase.state is not SeriesState.WINDOW:
        log.scan_notes.append(snap.message)
    if request.snap is not SnapMode.OFF and not request.quiet:
        click.echo(f"{run.family}: {snap.message}")
    if not snap.run:
        return Snapped.STOP
    if not snap.wait:
        return Snapped.GO_ON
    if run.clock.source is ClockSource.SET:
        raise UsageError(f"--snap-to-window wait: a set clock does not move; {snap.message}")
    time.sleep(snap.wait.total_seconds())
    return Snapped.AGAIN


def _print(request: DailyRequest, run: Run, scanned: Scanned, written: Written, log: Path) -> None:
    whole = Written((*written.files, log), written.entries, written.settled)
    if request.as_json:
        document = proposals_document(run, scanned, run.family)
        click.echo(encode_json({**document, "files": [str(f) for f in whole.files]}), nl=False)
    elif not request.quiet:
        click.echo(summary(run, scanned, whole))

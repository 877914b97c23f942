"""The scanner's use case: wire, look, scan, write, print."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.core.execution.expected_fill import SlippageMode
from kalshi_alpha.core.proposals.policy import SizingRule
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.datastore.printing import progress
from kalshi_alpha.exec.artifacts import no_older_go, withdraw_verdict
from kalshi_alpha.exec.forecasting import (
    installed_strategy,
    stored_calibration,
    venue_calibration,
)
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
from kalshi_alpha.exec.scan_options import ScanOptions, decimal_option
from kalshi_alpha.exec.scanning import Scanned, ingest_payloads, look_around, scan_family
from kalshi_alpha.exec.wiring import DataMode, Run, data_mode, wire_offline
from kalshi_alpha.strategies.strategy import Strategy

if TYPE_CHECKING:
    from kalshi_alpha.exec.online import Online

RUN_SCOPE = "scan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """What the command line asked for, checked as far as flags alone can be."""

    series: str
    mode: DataMode
    fixtures_root: Path
    driver_fixtures: Path | None
    output_dir: Path | None
    pal_policy: Path | None
    portfolio_config: Path | None
    options: ScanOptions
    report: bool
    paper_ledger: bool
    live: bool
    as_of: str | None
    as_json: bool
    quiet: bool


def scan_request(flags: Mapping[str, Any]) -> ScanRequest:
    """Check the flags and return the request.

    Raises
    ------
    UsageError
        If flags contradict each other or are out of range.
    """
    refuse_dangerous(flags)
    return ScanRequest(
        series=flags["series"],
        mode=data_mode(online=flags["online"], offline=flags["offline"]),
        fixtures_root=flags["fixtures_root"],
        driver_fixtures=flags["driver_fixtures"],
        output_dir=flags["output_dir"],
        pal_policy=flags["pal_policy"],
        portfolio_config=flags["portfolio_config"],
        options=scan_options(flags),
        report=flags["report"],
        paper_ledger=flags["paper_ledger"],
        live=flags["broker"] == "live",
        as_of=flags["as_of"],
        as_json=flags["as_json"],
        quiet=flags["quiet"],
    )


def scan_options(flags: Mapping[str, Any]) -> ScanOptions:
    """Return the pricing and sizing flags as options."""
    return ScanOptions(
        sizing=SizingRule(flags["sizing"]),
        contracts=decimal_option("--contracts", flags["contracts"]),
        kelly_cap=flags["kelly_cap"],
        bankroll_usd=decimal_option("--bankroll", flags["bankroll"]),
        min_ev=flags["min_ev"],
        ev_honesty_shrink=flags["ev_honesty_shrink"],
        fill_alpha=flags["fill_alpha"],
        slippage_mode=SlippageMode(flags["slippage_mode"]),
        impact_cap=flags["impact_cap"],
        max_var_usd=flags["max_var"],
        pool=flags["pool"],
    )


def refuse_dangerous(flags: Mapping[str, Any]) -> None:
    """Refuse taker orders, and live orders without acknowledgement or without live books.

    Raises
    ------
    UsageError
        If one of them was asked for.
    """
    if not flags["maker_only"]:
        raise UsageError("--no-maker-only: orders are always post-only")
    if flags["broker"] == "live" and not flags["acknowledged"]:
        raise UsageError("--broker live needs --i-understand-the-risks")
    if flags["broker"] == "live" and flags["offline"]:
        raise UsageError("--broker live needs --online: orders follow from live books only")


def scan_series(request: ScanRequest) -> int:
    """Run the request and return the exit code.

    Raises
    ------
    UsageError
        If an option or the fixtures cannot be used; nothing has been written then.
    KalshiAlphaError
        If the scan fails on the way; the family's verdict is then NO-GO.
    """
    online = _online(request) if request.mode is DataMode.ONLINE else None
    run = _offline(request) if online is None else online.run
    request.options.require_allowed(run.settings)
    if request.output_dir is not None:
        _require_writable(request.output_dir)
    with no_older_go(run.paths, (run.family,)), progress(f"scanning {request.series}"):
        run, scanned, written = _decide(request, run, online)
    if request.as_json:
        document = scan_document(run, scanned, _filed_under(run, request.series), written)
        click.echo(encode_json(document), nl=False)
    elif not request.quiet:
        click.echo(summary(run, scanned, written))
    code = exit_code(scanned)
    if not request.live or code != EXIT_GO:
        return code
    quiet = request.quiet or request.as_json
    return go_live(run, request.series, request.fixtures_root, request.options, quiet=quiet)


def _offline(request: ScanRequest) -> Run:
    return wire_offline(
        series=request.series,
        scanner_fixtures=request.fixtures_root,
        driver_fixtures=request.driver_fixtures,
        as_of=request.as_of,
        pal_policy=request.pal_policy,
        portfolio_config=request.portfolio_config,
    )


def _online(request: ScanRequest) -> Online:
    from kalshi_alpha.exec.online import wire_online

    return wire_online(
        series=request.series,
        environ=os.environ,
        practice_history=request.fixtures_root,
        driver_fixtures=request.driver_fixtures,
        as_of=request.as_of,
        pal_policy=request.pal_policy,
        portfolio_config=request.portfolio_config,
    )


def _decide(request: ScanRequest, run: Run, online: Online | None) -> tuple[Run, Scanned, Written]:
    """Scan and write; an error on purpose leaves NO-GO in its own words."""
    strategy = installed_strategy(run.family)
    try:
        if online is not None:
            from kalshi_alpha.exec.online import gather

            gathered = gather(online, request.series)
            calibration = venue_calibration(gathered.run, strategy)
        else:
            inputs = read_inputs(run, strategy, request.series)
            gathered = Gathered(run, inputs, ingest_payloads(run, inputs.payloads))
            calibration = stored_calibration(run, strategy, inputs.history)
        scanned = _scan(request, gathered, strategy, calibration)
        return gathered.run, scanned, _write(request, gathered, strategy, scanned)
    except UsageError:
        raise
    except KalshiAlphaError as error:
        withdraw_verdict(run, error)
        raise


def _require_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written to, and leave no trace of having tried.

    It is tried out, because permissions do not tell: root may write to ``/proc`` by them.
    """
    absent: list[Path] = []
    try:
        absent += [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"--output-dir {folder}: {reason}; name a writable folder") from error
    finally:
        for each in absent:
            if each.is_dir():
                each.rmdir()


def _scan(
    request: ScanRequest, gathered: Gathered, strategy: Strategy, calibration: Any
) -> Scanned:
    run, inputs = gathered.run, gathered.inputs
    known = look_around(run, gathered.ingested, window_only=False)
    return scan_family(
        run, known, strategy, calibration, inputs, request.options, run_scope=RUN_SCOPE
    )


def _write(
    request: ScanRequest, gathered: Gathered, strategy: Strategy, scanned: Scanned
) -> Written:
    run, options = gathered.run, request.options
    folder = request.output_dir or run.paths.proposals
    written = write_decision(run, scanned, _filed_under(run, request.series), folder)
    if request.paper_ledger:
        news = gathered.tapes, gathered.closing
        written = write_ledger(run, scanned, strategy, options, RUN_SCOPE, written, *news)
    if request.report:
        written = write_report(run, scanned, written)
    return written


def _filed_under(run: Run, series: str) -> str:
    """Return the ticker that was asked for, or the family that an alias means."""
    tickers = {each.ticker for each in run.settings.series.series}
    return series.upper() if series.upper() in tickers else run.family

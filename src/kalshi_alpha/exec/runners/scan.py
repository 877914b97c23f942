"""The scanner's use case: wire, look, scan, write, print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import click

from kalshi_alpha.core.errors import KalshiAlphaError, NotBuilt, UsageError
from kalshi_alpha.core.execution.expected_fill import SlippageMode
from kalshi_alpha.core.proposals.policy import SizingRule
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.exec.artifacts import no_older_go, withdraw_verdict
from kalshi_alpha.exec.forecasting import installed_strategy, stored_calibration
from kalshi_alpha.exec.inputs import Inputs, read_inputs
from kalshi_alpha.exec.output import (
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
    as_of: str | None
    as_json: bool
    quiet: bool


def scan_request(flags: Mapping[str, Any]) -> ScanRequest:
    """Check the flags and return the request.

    Raises
    ------
    UsageError
        If flags contradict each other or are out of range.
    NotBuilt
        If they ask for what this version does not have.
    """
    refuse_unbuilt(flags)
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


def refuse_unbuilt(flags: Mapping[str, Any]) -> None:
    """Refuse what this version cannot do, and live orders without acknowledgement.

    Raises
    ------
    UsageError
        If live orders were asked for without ``--i-understand-the-risks``, or taker orders.
    NotBuilt
        If live orders or live data were asked for.
    """
    if not flags["maker_only"]:
        raise UsageError("--no-maker-only: orders are always post-only")
    if flags["broker"] == "live" and not flags["acknowledged"]:
        raise UsageError("--broker live needs --i-understand-the-risks")
    if flags["broker"] == "live":
        raise NotBuilt("--broker live: not built yet; proposals can be scanned with --broker dry")
    if flags["online"] and not flags["offline"]:
        raise NotBuilt("--online: scans of live books are not built yet; use --offline")


def scan_series(request: ScanRequest) -> int:
    """Run the request and return the exit code.

    Raises
    ------
    UsageError
        If an option or the fixtures cannot be used; nothing has been written then.
    KalshiAlphaError
        If the scan fails on the way; the family's verdict is then NO-GO.
    """
    run = wire_offline(
        series=request.series,
        scanner_fixtures=request.fixtures_root,
        driver_fixtures=request.driver_fixtures,
        as_of=request.as_of,
        pal_policy=request.pal_policy,
        portfolio_config=request.portfolio_config,
    )
    request.options.require_allowed(run.settings)
    if request.output_dir is not None:
        _require_writable(request.output_dir)
    with no_older_go(run.paths, (run.family,)):
        scanned, written = _decide(request, run)
    if request.as_json:
        document = scan_document(run, scanned, _filed_under(run, request.series), written)
        click.echo(encode_json(document), nl=False)
    elif not request.quiet:
        click.echo(summary(run, scanned, written))
    return exit_code(scanned)


def _decide(request: ScanRequest, run: Run) -> tuple[Scanned, Written]:
    """Scan and write; an error on purpose leaves NO-GO in its own words."""
    strategy = installed_strategy(run.family)
    try:
        inputs = read_inputs(run, strategy, request.series)
        return _scan(request, run, strategy, inputs)
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
    request: ScanRequest, run: Run, strategy: Strategy, inputs: Inputs
) -> tuple[Scanned, Written]:
    known = look_around(run, ingest_payloads(run, inputs.payloads), window_only=False)
    calibration = stored_calibration(run, strategy, inputs.history)
    scanned = scan_family(
        run, known, strategy, calibration, inputs, request.options, run_scope=RUN_SCOPE
    )
    folder = request.output_dir or run.paths.proposals
    written = write_decision(run, scanned, _filed_under(run, request.series), folder)
    if request.paper_ledger:
        written = write_ledger(run, scanned, strategy, request.options, RUN_SCOPE, written)
    if request.report:
        written = write_report(run, scanned, written)
    return scanned, written


def _filed_under(run: Run, series: str) -> str:
    """Return the ticker that was asked for, or the family that an alias means."""
    tickers = {each.ticker for each in run.settings.series.series}
    return series.upper() if series.upper() in tickers else run.family

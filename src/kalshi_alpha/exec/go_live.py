"""From a scan that found GO to orders: the very session that the pilot holds."""

from __future__ import annotations

import os
from pathlib import Path

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.wiring import Run


def go_live(run: Run, series: str, practice: Path, options: ScanOptions, *, quiet: bool) -> int:
    """Hold a session within the pilot's caps and return its exit code.

    There is one way for an order to reach a venue: reconciled, gated, capped, watched, and taken
    off at the end. A scan's proposals are worked out again there, from the books of the moment.

    Parameters
    ----------
    run
        The scan's run, at a venue.
    series
        What is traded.
    practice
        Folder of venue fixtures that the local exchange practises with.
    options
        How ladders are scanned.
    quiet
        Whether nothing but errors is printed.

    Raises
    ------
    UsageError
        If the run has no venue.
    KalshiAlphaError
        If the session cannot be prepared, or fails on the way.
    """
    from kalshi_alpha.exec.session.pilot import SERVED, run_pilot
    from kalshi_alpha.exec.session.request import PilotRequest

    if run.venue is None:
        raise UsageError("--broker live needs --online: orders follow from live books only")
    if run.venue is KalshiEnv.SIM and not os.environ.get(SERVED):
        raise UsageError(f"--broker live at sim needs {SERVED}: the address of the exchange")
    request = PilotRequest(
        series=series,
        env=run.venue,
        pilot_config=run.paths.config("pilot"),
        fixtures_root=practice,
        driver_fixtures=None,
        seed=0,
        pace=1.0,
        options=options,
        as_json=False,
        quiet=quiet,
        log_level="error" if quiet else "warning",
    )
    return run_pilot(request, os.environ)

"""The daily pipeline, ``python -m kalshi_alpha.exec.pipelines.daily --mode pre_cpi --offline``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kalshi_alpha.exec.command import (
    DATA_FIXTURES,
    FIXTURES,
    HELP,
    clock_flag,
    data_flags,
    exit_with,
    output_flags,
    run_command,
    scan_flags,
)

MODES = ("pre_cpi", "pre_claims", "teny_close", "weather_cycle", "full")


@click.command(context_settings=HELP)
@click.option("--mode", type=click.Choice(MODES), required=True, help="Which family's run.")
@data_flags
@click.option(
    "--driver-fixtures",
    type=click.Path(path_type=Path),
    default=FIXTURES,
    show_default=True,
    help="Feed payloads for --offline.",
)
@click.option(
    "--scanner-fixtures",
    type=click.Path(path_type=Path),
    default=DATA_FIXTURES,
    show_default=True,
    help="Venue payloads for --offline.",
)
@click.option(
    "--snap-to-window",
    type=click.Choice(["off", "wait", "print"]),
    default="off",
    show_default=True,
    help="Wait for the scan window, or only print when it opens.",
)
@scan_flags
@clock_flag
@output_flags
def cli(**flags: Any) -> int:
    """Ingest, calibrate, check the window, scan, keep the ledger and report.

    Exit codes: 0 GO, 1 failure, 2 usage, 3 refused by the gate, 4 a feed failed, 5 venue.
    ``--mode full`` runs every mode and returns the worst.
    """
    from kalshi_alpha.exec.pipelines.pipeline import daily_request, run_daily

    return run_daily(daily_request(flags))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "daily", argv)


if __name__ == "__main__":
    exit_with(main())

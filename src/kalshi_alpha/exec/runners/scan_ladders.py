"""Scan a series' ladders: ``python -m kalshi_alpha.exec.runners.scan_ladders --series CPI ...``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kalshi_alpha.exec.command import (
    HELP,
    clock_flag,
    data_flags,
    exit_with,
    output_flags,
    policy_flags,
    run_command,
    scan_flags,
    source_flags,
)


@click.command(context_settings=HELP)
@click.option("--series", required=True, help="A family (CPI) or a series ticker (KXCPI).")
@data_flags
@source_flags
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path),
    help="Folder of the proposals; default exec/proposals.",
)
@policy_flags
@scan_flags
@clock_flag
@output_flags
def cli(**flags: Any) -> int:
    """Price, size and propose post-only orders for a series' ladders.

    Exit codes: 0 GO, 1 failure, 2 usage, 3 refused by the gate, 4 a feed failed.
    """
    from kalshi_alpha.exec.runners.scan import scan_request, scan_series

    return scan_series(scan_request(flags))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "scan_ladders", argv)


if __name__ == "__main__":
    exit_with(main())

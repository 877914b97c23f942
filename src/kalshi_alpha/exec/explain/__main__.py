"""Why each market is traded or not: ``python -m kalshi_alpha.exec.explain KXCPI --offline``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from kalshi_alpha.exec.command import (
    HELP,
    clock_flag,
    data_flags,
    exit_with,
    output_flags,
    policy_flags,
    pricing_flags,
    run_command,
    source_flags,
)


@click.command("explain", context_settings=HELP)
@click.argument("series")
@click.argument("market", required=False)
@data_flags
@source_flags
@policy_flags
@pricing_flags
@clock_flag
@output_flags
def command(**flags: Any) -> int:
    """Tell of every market of SERIES what is known, from distribution to decision.

    SERIES is a family (CPI) or a series ticker (KXCPI); with MARKET, a market's ticker, its whole
    story is told. Without --offline or --online the newest scan below the root is explained, as it
    was written. Nothing is written and nothing is beaten.

    Exit codes: 0 explained, whatever the verdict; 1 failure, 2 usage, 4 nothing to read, 5 venue.
    """
    from kalshi_alpha.exec.explain.command_line import explain

    return explain(flags)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(command, "explain", argv)


if __name__ == "__main__":
    exit_with(main())

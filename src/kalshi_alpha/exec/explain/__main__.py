"""Why each market is traded or not: ``python -m kalshi_alpha.exec.explain KXCPI --offline``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from kalshi_alpha.exec.command import (
    DATA_FIXTURES,
    HELP,
    clock_flag,
    data_flags,
    exit_with,
    output_flags,
    run_command,
    scan_flags,
)

F = TypeVar("F", bound=Callable[..., Any])
_ACTS = frozenset({"report", "paper_ledger", "broker", "acknowledged"})
"""Flags of a scan that do something; an explanation does nothing."""


def _pricing_flags(command: F) -> F:
    """Add the scanner's flags that say how it prices and sizes."""
    before = list(getattr(command, "__click_params__", ()))
    flagged = scan_flags(command)
    added = [each for each in flagged.__click_params__ if each not in before]  # type: ignore[attr-defined]
    kept = [each for each in added if each.name not in _ACTS]
    flagged.__click_params__ = [*before, *kept]  # type: ignore[attr-defined]
    return flagged


@click.command("explain", context_settings=HELP)
@click.argument("series")
@click.argument("market", required=False)
@data_flags
@click.option(
    "--fixtures-root",
    type=click.Path(path_type=Path),
    default=DATA_FIXTURES,
    show_default=True,
    help="Venue payloads for --offline.",
)
@click.option(
    "--driver-fixtures",
    type=click.Path(path_type=Path),
    help="Feed payloads for --offline; default: the ones that belong to the venue's.",
)
@click.option("--pal-policy", type=click.Path(path_type=Path), help="Another pal_policy.yaml.")
@click.option("--portfolio-config", type=click.Path(path_type=Path), help="Another portfolio.yaml.")
@_pricing_flags
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

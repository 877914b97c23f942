"""What every command shares: flags, exit codes, and errors of one line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.datastore.command import run_command as ended
from kalshi_alpha.utils.env import load_env

F = TypeVar("F", bound=Callable[..., Any])
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
FIXTURES = Path("tests/fixtures")
DATA_FIXTURES = Path("tests/data_fixtures")


def run_command(command: click.Command, name: str, argv: Sequence[str] | None) -> int:
    """Run a command and return its exit code; an error on purpose is one line on stderr.

    A process of its own, which is given no arguments here, reads the dotenv files first.
    """
    try:
        if argv is None:
            load_env()
    except (KalshiAlphaError, OSError) as error:
        click.echo(f"{name}: {error}", err=True)
        return error.exit_code if isinstance(error, KalshiAlphaError) else 1
    return ended(command, name, argv)


def exit_with(code: int) -> None:
    """End the process with an exit code."""
    sys.exit(code)


def data_flags(command: F) -> F:
    """Add ``--online`` and ``--offline``, of which exactly one must be given."""
    command = click.option("--offline", is_flag=True, help="Read fixtures; no network.")(command)
    return click.option("--online", is_flag=True, help="Read live data.")(command)


def clock_flag(command: F) -> F:
    """Add ``--as-of``."""
    return click.option(
        "--as-of", metavar="TIME", help="Decision clock, such as 2024-12-11T11:30:00Z."
    )(command)


def output_flags(command: F) -> F:
    """Add ``--json`` and ``--quiet``."""
    command = click.option("--quiet", is_flag=True, help="Print nothing but errors.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def scan_flags(command: F) -> F:
    """Add the flags that say how a scan prices, sizes and books."""
    return _added(command, (*_ACTING_FLAGS, *_PRICING_FLAGS))


def pricing_flags(command: F) -> F:
    """Add the flags that say how a scan prices and sizes, for whoever only looks."""
    return _added(command, _PRICING_FLAGS)


def source_flags(command: F) -> F:
    """Add ``--fixtures-root`` and ``--driver-fixtures``: where an offline run reads."""
    return _added(command, _SOURCE_FLAGS)


def policy_flags(command: F) -> F:
    """Add ``--pal-policy`` and ``--portfolio-config``, in place of the root's own files."""
    return _added(command, _POLICY_FLAGS)


def _added(command: F, flags: Sequence[Callable[[Any], Any]]) -> F:
    """Add flags so that the help shows them in their order."""
    for flag in reversed(flags):
        command = flag(command)
    return command


_SOURCE_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--fixtures-root",
        type=click.Path(path_type=Path),
        default=DATA_FIXTURES,
        show_default=True,
        help="Venue payloads for --offline.",
    ),
    click.option(
        "--driver-fixtures",
        type=click.Path(path_type=Path),
        help="Feed payloads for --offline; default: the ones that belong to the venue's.",
    ),
)
_POLICY_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option("--pal-policy", type=click.Path(path_type=Path), help="Another pal_policy.yaml."),
    click.option(
        "--portfolio-config", type=click.Path(path_type=Path), help="Another portfolio.yaml."
    ),
)
_ACTING_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option("--report", is_flag=True, help="Write the Markdown report."),
    click.option("--paper-ledger", is_flag=True, help="Rest the proposals on paper."),
    click.option(
        "--broker",
        type=click.Choice(["dry", "live"]),
        default="dry",
        show_default=True,
        help="Where proposals go.",
    ),
    click.option(
        "--i-understand-the-risks", "acknowledged", is_flag=True, help="Needed by --broker live."
    ),
)
_PRICING_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--sizing",
        type=click.Choice(["fixed", "kelly"]),
        default="kelly",
        show_default=True,
        help="A fixed count, or a fraction of Kelly's.",
    ),
    click.option("--contracts", metavar="N", help="Count of fixed sizing, ceiling of Kelly's."),
    click.option("--kelly-cap", type=float, help="Bankroll share at risk per piece of news."),
    click.option("--bankroll", metavar="USD", help="Bankroll; default from portfolio.yaml."),
    click.option(
        "--min-ev",
        type=float,
        default=0.005,
        show_default=True,
        help="Least honest edge, dollars per contract.",
    ),
    click.option(
        "--ev-honesty-shrink",
        type=float,
        default=0.9,
        show_default=True,
        help="Share of the gross edge that is believed.",
    ),
    click.option(
        "--pool/--no-pool",
        default=True,
        show_default=True,
        help="Pool our probabilities with the market's.",
    ),
    click.option("--fill-alpha", metavar="X|auto", help="Expected fill ratio; auto tunes it."),
    click.option(
        "--slippage-mode",
        type=click.Choice(["top", "mid", "depth"]),
        default="top",
        show_default=True,
        help="Price of fills that no tape shows.",
    ),
    click.option("--impact-cap", type=float, help="Relative size beyond which depth is flat."),
    click.option("--max-var", type=float, help="Value-at-risk limit, at most the configured one."),
    click.option(
        "--maker-only/--no-maker-only",
        default=True,
        show_default=True,
        help="Post-only orders; nothing else is built.",
    ),
)

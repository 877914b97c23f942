"""``kalshi-alpha demo``: what ``make demo`` does, below a folder of your choice."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from kalshi_alpha.cli.init import write_defaults
from kalshi_alpha.cli.roof import HELP
from kalshi_alpha.cli.shipped import demo_payloads
from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.datastore.home import HOME_VARIABLE
from kalshi_alpha.exec.command import output_flags
from kalshi_alpha.exec.pipelines.daily import MODES
from kalshi_alpha.exec.pipelines.daily import cli as daily
from kalshi_alpha.exec.tearsheet.__main__ import command as report

FOLDER = Path("kalshi-alpha-demo")
_UNSET = ("KALSHI_ENV", "KALSHI_ALPHA_AS_OF")


@click.command(context_settings=HELP)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="Folder below which everything is written; its configuration is made if absent.",
)
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="full",
    show_default=True,
    help="Which family's run.",
)
@output_flags
@click.pass_context
def command(context: click.Context, into: Path, mode: str, *, as_json: bool, quiet: bool) -> int:
    """Forecast, price, size and report prices, claims, yields and weather of two days, offline.

    It reads the payloads of 11 and 12 December 2024 that are shipped, each pipeline at its
    scenario's clock, and needs neither network nor key. It is the same run as `make demo`, and ends
    with a tear-sheet for each series and the desk, where the extra [report] is installed.

    Exit codes: 0 GO, 1 a failure, 2 usage, 3 refused by the gate, 4 a feed failed.
    """
    feeds, venue = demo_payloads()
    root = into.absolute()
    if not (root / "configs").is_dir():
        write_defaults(root)
    set_scene(root)
    flags = ["--mode", mode, "--offline", "--report", "--paper-ledger"]
    flags += ["--driver-fixtures", str(feeds), "--scanner-fixtures", str(venue)]
    flags += [*(["--json"] if as_json else []), *(["--quiet"] if quiet else [])]
    with daily.make_context("daily", flags, parent=context) as running:
        code: int = daily.invoke(running)
    drawn = ["--quiet"] if as_json or quiet else []
    with report.make_context("report", drawn, parent=context) as drawing:
        try:
            report.invoke(drawing)
        except NotBuilt as error:
            # The base installation draws nothing, and what the demo is about is there.
            click.echo(f"demo: no tear-sheets: {error}", err=True)
    return code


def set_scene(root: Path) -> None:
    """Let this process work below the demo's root, at New York's time and at no venue."""
    for name in _UNSET:
        os.environ.pop(name, None)
    os.environ |= {HOME_VARIABLE: str(root), "TZ": "America/New_York"}
    time.tzset()

"""The state of the desk: ``kalshi-alpha status``, and ``--watch`` to keep it on the screen."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from kalshi_alpha.cli.desk_screen import desk_lines
from kalshi_alpha.cli.roof import HELP
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore.printing import echo_json, echo_text, table
from kalshi_alpha.exec.command import clock_flag, output_flags

Look = Callable[[], dict[str, Any]]
INTERVAL_S = 5.0


@click.command(context_settings=HELP)
@click.option("--watch", is_flag=True, help="Look again and again until Ctrl-C.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.2),
    default=INTERVAL_S,
    show_default=True,
    help="Seconds between two looks of --watch.",
)
@clock_flag
@output_flags
def command(*, watch: bool, interval: float, as_of: str | None, as_json: bool, quiet: bool) -> int:
    """Show the desk on one screen, from what lies on disk.

    Verdict and reasons, kill switch and heartbeat, monitors, feeds with their ages, the next
    releases, resting orders, exposure against its caps, profit, and the last alerts. Nothing is
    written, and no venue is asked; --json prints everything, one document a look.

    Exit codes: 0 shown, whatever it says; 1 a failure, 2 usage.
    """
    if watch and as_of is not None:
        raise UsageError("--watch follows the clock: leave --as-of away")
    look = _looker(as_of)
    if not watch:
        _show(look(), as_json=as_json, quiet=quiet)
        return 0
    if as_json or quiet or not sys.stdout.isatty():
        follow(look, interval, lambda desk: _show(desk, as_json=as_json, quiet=quiet))
    else:
        _live(look, interval)
    return 0


def _looker(as_of: str | None) -> Look:
    from kalshi_alpha.datastore.paths import Paths
    from kalshi_alpha.exec.clock import run_clock
    from kalshi_alpha.exec.desk.document import desk_document
    from kalshi_alpha.exec.desk.kept import Kept
    from kalshi_alpha.exec.desk.look import look_at_desk

    paths, kept = Paths.from_environ(os.environ), Kept()

    def look() -> dict[str, Any]:
        clock = run_clock(as_of, os.environ)
        return desk_document(look_at_desk(paths, clock, os.environ, kept))

    return look


def _show(desk: dict[str, Any], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        echo_json(desk)
    elif not quiet:
        echo_text("\n".join(desk_lines(desk, table)), desk["mode"])


def follow(look: Look, interval_s: float, show: Callable[[dict[str, Any]], None]) -> None:
    """Look and show again and again, until Ctrl-C, which is how it ends in good order."""
    try:
        while True:
            show(look())
            time.sleep(interval_s)
    except KeyboardInterrupt:
        return


def _live(look: Look, interval_s: float) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    # Cells are words of the venue and of feeds; `Text` takes them as they are.
    with Live(console=Console(), screen=True, auto_refresh=False) as live:

        def redraw(desk: dict[str, Any]) -> None:
            # What a low terminal cuts off is at the bottom; the verdict and its reasons are above.
            top = f"mode: {desk['mode']}; every {interval_s:g} s, Ctrl-C ends"
            lines = [top, *desk_lines(desk, table)]
            live.update(Text.from_ansi("\n".join(lines)), refresh=True)

        follow(look, interval_s, redraw)

"""The kill switch as a group, for help and completion; what it does is the safety kernel's."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from kalshi_alpha.cli.kill_now import kill_now
from kalshi_alpha.cli.roof import HELP

_NOTE = click.option("--note", metavar="WHY", help="Why; kept in the kill-switch file.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_QUIET = click.option("--quiet", is_flag=True, help="Print nothing but errors.")


@click.group(context_settings=HELP)
def command() -> None:
    """Stop every submission, lift the stop, or show it; the sentinel's path is printed.

    It is answered by the standard library alone, before anything else is loaded. `on` also sees to
    the orders that rest. Only `off` lifts the switch.

    Exit codes: 0 done, 1 failure, 2 usage, 5 the switch stands and a cancel was not confirmed.
    """


@command.command(context_settings=HELP)
@_NOTE
@_JSON
@_QUIET
def on(*, note: str | None, as_json: bool, quiet: bool) -> int:
    """Set the switch, and see to it that no order rests."""
    return kill_now("on", _flags(note, as_json=as_json, quiet=quiet), os.environ)


@command.command(context_settings=HELP)
@_JSON
@_QUIET
def off(*, as_json: bool, quiet: bool) -> int:
    """Lift the switch; nothing else does."""
    return kill_now("off", _flags(None, as_json=as_json, quiet=quiet), os.environ)


@command.command(context_settings=HELP)
@_JSON
@_QUIET
def status(*, as_json: bool, quiet: bool) -> int:
    """Show whether the switch is set, and where it lies."""
    return kill_now("status", _flags(None, as_json=as_json, quiet=quiet), os.environ)


def _flags(note: str | None, *, as_json: bool, quiet: bool) -> Sequence[str]:
    return [
        *([] if note is None else ["--note", note]),
        *(["--json"] if as_json else []),
        *(["--quiet"] if quiet else []),
    ]

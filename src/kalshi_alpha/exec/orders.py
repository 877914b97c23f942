"""The orders of the account: list them, reconcile them with the venue, cancel them all.

    python -m kalshi_alpha.exec.orders list|reconcile|cancel-all [--env sim|demo|prod] [--json]

Exit codes: 0 done and whole, 1 failure, 2 usage, 3 a break, 4 a journal that cannot be read,
5 the venue said no or nothing, or an order is not known to be off the book.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kalshi_alpha.config.mode import mode_of
from kalshi_alpha.datastore.printing import F, echo_json, echo_text, progress, quiet_flag
from kalshi_alpha.datastore.streams import reason, unheard
from kalshi_alpha.exec.command import HELP, exit_with, run_command

if TYPE_CHECKING:
    from kalshi_alpha.config.environment import KalshiEnv
    from kalshi_alpha.exec.order_desk import Shown

_ENVIRONMENTS = ("sim", "demo", "prod")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "orders", argv)


@click.group(context_settings=HELP)
def cli() -> None:
    """List, reconcile or cancel the account's orders."""


_ENV = click.option(
    "--env", type=click.Choice(_ENVIRONMENTS), help="Which venue; default KALSHI_ENV."
)


def _output(command: F) -> F:
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    return as_json(quiet_flag(command))


@cli.command("list")
@click.option("--all", "everything", is_flag=True, help="Also orders that are over.")
@_output
def list_orders(*, everything: bool, as_json: bool) -> int:
    """Show what the journal holds: open orders, positions, stopped series. Asks no venue."""
    from kalshi_alpha.exec.order_desk import listed

    return _print(listed(_journal(), everything=everything), None, as_json=as_json)


@cli.command("reconcile")
@_ENV
@click.option(
    "--accept",
    metavar="NOTE",
    help="Take the venue's cash and positions as they are, and write down why.",
)
@_output
def reconcile_orders(*, env: str | None, accept: str | None, as_json: bool) -> int:
    """Compare orders, fills, positions and cash with the venue's, and show every break."""
    import asyncio

    from kalshi_alpha.exec.order_desk import reconciled

    venue = _venue(env)
    with progress("asking the venue"):
        found = asyncio.run(reconciled(venue, os.environ, _journal(), accept))
    return _print(found, venue, as_json=as_json)


@cli.command("cancel-all")
@_ENV
@_output
def cancel_all(*, env: str | None, as_json: bool) -> int:
    """Cancel every order of the account, and return once none rests."""
    import asyncio

    from kalshi_alpha.exec.order_desk import all_cancelled

    venue = _venue(env)
    # No bar is drawn: a terminal that is stuck or gone must not keep an order on the book.
    done = asyncio.run(all_cancelled(venue, os.environ, _journal()))
    try:
        return _print(done, venue, as_json=as_json)
    except OSError as error:
        # What became of the orders weighs more than where it could not be shown.
        said = f"orders: {done.text.splitlines()[0]}; "
        return max(done.exit_code, unheard(said, reason(error)))


def _journal(environ: Mapping[str, str] = os.environ) -> Path:
    from kalshi_alpha.datastore.paths import Paths

    return Paths.from_environ(environ).order_journal


def _venue(flag: str | None, environ: Mapping[str, str] = os.environ) -> KalshiEnv:
    from kalshi_alpha.config.environment import ENV, KalshiEnv, kalshi_env
    from kalshi_alpha.core.errors import UsageError

    stated = kalshi_env(environ)
    if flag is None:
        if stated is None:
            raise UsageError(f"which venue? give --env or set {ENV} to sim, demo or prod")
        return stated
    if stated is not None and stated.value != flag:
        raise UsageError(f"--env {flag} contradicts {ENV}={stated.value}: drop one of them")
    return KalshiEnv(flag)


def _print(shown: Shown, venue: KalshiEnv | None, *, as_json: bool) -> int:
    mode = None if venue is None else mode_of(venue)
    if as_json:
        echo_json(shown.document, mode)
    else:
        echo_text(shown.text, mode)
    return shown.exit_code


if __name__ == "__main__":
    exit_with(main())

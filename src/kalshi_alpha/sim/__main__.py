"""The local exchange as a command, ``python -m kalshi_alpha.sim serve``, and a practice root."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kalshi_alpha.config.environment import parse_instant
from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import DomainError, KalshiAlphaError, UsageError
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.command import run_command
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, is_quiet, progress, quiet_flag
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.rest_replica import LAG_MAX_S

if TYPE_CHECKING:
    from kalshi_alpha.sim.server_session import Ready

_LARGEST = 1e9
# What the exchange's calendar is of: beyond it there are no weeks to pause in.
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MARKETS = Path("tests/data_fixtures")
KEYS = Path("data/sim/keys")
FEEDS = Path("tests/fixtures")
_MONITORS = "kalshi_alpha.exec.monitors.cli"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run a local exchange to practise on; it listens on loopback only."""


@cli.command()
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, show_default=True, help="0: any."
)
@click.option(
    "--markets",
    type=click.Path(path_type=Path, file_okay=False),
    default=MARKETS,
    show_default=True,
    help="Folder of venue fixtures that are listed.",
)
@click.option(
    "--series", multiple=True, metavar="TICKER", help="List this series only; repeatable."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all chance.")
@click.option("--cash", default="1000", show_default=True, metavar="USD", help="The account's.")
@click.option(
    "--keys",
    type=click.Path(path_type=Path, file_okay=False),
    default=KEYS,
    show_default=True,
    help="Folder the keys are written into.",
)
@click.option("--flow/--no-flow", default=True, show_default=True, help="Let others trade.")
@click.option("--pace", type=float, default=1.0, show_default=True, help="How much faster they do.")
@click.option("--as-of", metavar="TIME", help="Start the clock there; default now.")
@click.option("--held", is_flag=True, help="Let the clock stand but for admin calls.")
@click.option(
    "--read-lag", type=float, default=0.0, show_default=True, help="Seconds that reads may trail."
)
@click.option(
    "--tier",
    type=click.Choice(["basic", "advanced", "expert", "premier"]),
    default="basic",
    show_default=True,
    help="The account's usage level.",
)
@click.option("--fault", "faults", multiple=True, metavar="NAME=RATE", help="Repeatable.")
@click.option("--run-seconds", type=float, help="End after so long; default never.")
@click.option("--json", "as_json", is_flag=True, help="Print the ready message as JSON.")
@quiet_flag
def serve(
    *,
    port: int,
    markets: Path,
    series: tuple[str, ...],
    seed: int,
    cash: str,
    keys: Path,
    flow: bool,
    pace: float,
    as_of: str | None,
    held: bool,
    read_lag: float,
    tier: str,
    faults: tuple[str, ...],
    run_seconds: float | None,
    as_json: bool,
) -> None:
    """Listen until SIGTERM, Ctrl-C or the end of its time.

    Once it listens it prints one line with its address, and with --json the variables that point
    a client at it; the same stand in keys.json beside the keys.

    Exit codes: 0 done, 2 usage, 4 the fixtures cannot be read.
    """
    from kalshi_alpha.sim.server_session import SessionTerms
    from kalshi_alpha.sim.server_session import serve as serve_session

    root = Paths.from_environ(os.environ).root
    terms = SessionTerms(
        markets=markets,
        keys=root / keys,
        port=port,
        seed=seed,
        series=series,
        flow=flow,
        pace=_positive("--pace", pace),
        cash=_cash(cash),
        start=None if as_of is None else _start(as_of),
        held=held,
        run_seconds=None if run_seconds is None else _positive("--run-seconds", run_seconds),
        read_lag_max_s=_lag(read_lag),
        tier=tier,
        fault_rates=_rates(faults),
    )

    def say(ready: Ready) -> None:
        if as_json:
            click.echo(_as_json(ready))
        elif not is_quiet():
            click.echo(_as_line(ready, terms.keys))
        sys.stdout.flush()

    asyncio.run(serve_session(terms, say))


@cli.command("demo-account")
@click.option(
    "--root",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A new folder, or a practice root to make anew.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all chance.")
@click.option("--series", multiple=True, metavar="FAMILY", help="Only this family; repeatable.")
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path, file_okay=False),
    default=FEEDS,
    show_default=True,
    help="Feed payloads.",
)
@click.option("--as-of", metavar="TIME", help="Clock of it all; default that of the fixtures.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def demo_account(
    *,
    root: Path,
    seed: int,
    series: tuple[str, ...],
    fixtures: Path,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Make a root whose practice ledger reaches GO.

    It has a ledger that says it is simulated, feeds, monitors and a heartbeat, all of one clock,
    and a configs/ramp.yaml that counts practice. No real venue takes it.

    Exit codes: 0 done, 1 failure, 2 usage, 4 a feed was refused.
    """
    from kalshi_alpha.sim.demo_account import (
        DemoTerms,
        demo_clock,
        known_families,
        make_demo_account,
    )

    at = demo_clock(as_of, fixtures, os.environ)
    families = known_families(series)
    configs = Paths.from_environ(os.environ).configs
    stamp = at.isoformat().replace("+00:00", "Z")
    with progress("making the account", 2) as advance:
        paths = make_demo_account(DemoTerms(root, configs, fixtures, at, seed, families))
        advance("running the monitors")
        _look_at(paths, stamp)
    if as_json:
        made = {"schema": 1, "root": str(paths.root), "families": families, "as_of": stamp}
        echo_json({**made, "seed": seed}, Mode.SIM)
    elif not is_quiet():
        named = ", ".join(families)
        click.echo(f"PRACTICE/SIM root {paths.root}: {named}, clock {stamp}, seed {seed}")
        click.echo(
            f"export KALSHI_ALPHA_HOME={shlex.quote(str(paths.root))} KALSHI_ALPHA_AS_OF={stamp}"
        )


def _look_at(paths: Paths, stamp: str) -> None:
    """Run the monitors there: they belong to the shell, which this package does not know."""
    environ = {**os.environ, "KALSHI_ALPHA_HOME": str(paths.root), "TZ": "America/New_York"}
    command = [sys.executable, "-m", _MONITORS, "--as-of", stamp, "--quiet"]
    done = subprocess.run(  # noqa: S603 - this program's own command
        command, env=environ, capture_output=True, text=True, check=False
    )
    # Families that are frozen at this clock alert, as they should.
    if done.returncode not in {0, 3}:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise KalshiAlphaError(f"monitors ended with {done.returncode}: {said}")


def _as_json(ready: Ready) -> str:
    import msgspec

    return msgspec.json.encode(ready).decode()


def _as_line(ready: Ready, keys: Path) -> str:
    line = f"ready: {ready.markets} markets at {ready.url}, seed {ready.seed}, mode {ready.mode}"
    line += f", keys in {keys}"
    if ready.closed:
        line += f"; {ready.closed} of them do not trade at {ready.now:%Y-%m-%dT%H:%MZ}"
    return f"{line}; trading is paused" if ready.paused else line


def _start(as_of: str) -> datetime:
    at = parse_instant(as_of)
    if not _FIRST <= at < _LAST:
        raise UsageError(
            f"--as-of must be in the years {_FIRST.year} to {_LAST.year - 1}, was {as_of}"
        )
    return at


def _positive(flag: str, number: float) -> float:
    if not 0 < number < _LARGEST:
        raise UsageError(f"{flag} must be above zero and below {_LARGEST:g}, was {number}")
    return number


def _lag(seconds: float) -> float:
    if not 0 <= seconds <= LAG_MAX_S:
        raise UsageError(f"--read-lag must be 0 to {LAG_MAX_S:.0f} s, was {seconds}")
    return seconds


def _cash(text: str) -> Money:
    try:
        cash = Money.parse(text)
    except DomainError as error:
        raise UsageError(f"--cash must be dollars such as 1000: {error}") from error
    if cash.e6 <= 0 or cash.e6 % 100:
        raise UsageError(f"--cash must be above zero and whole in 0.0001 dollars, was {text}")
    return cash


def _rates(faults: Sequence[str]) -> tuple[tuple[Fault, float], ...]:
    rates = []
    for text in faults:
        name, _, rate = text.partition("=")
        try:
            rates.append((Fault(name), float(rate)))
        except ValueError as error:
            known = ", ".join(Fault)
            raise UsageError(
                f"--fault takes NAME=RATE such as ack_late=0.01, was {text!r}; names: {known}"
            ) from error
    return tuple(rates)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    return run_command(cli, "sim", argv)


if __name__ == "__main__":
    sys.exit(main())

"""Replay the tape: ``python -m kalshi_alpha.exec.backtest --family WEATHER --data DIR``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from kalshi_alpha.datastore.printing import quiet_flag
from kalshi_alpha.exec.backtest.threads import one_thread_each
from kalshi_alpha.exec.command import HELP, exit_with, run_command


@click.command(context_settings=HELP)
@click.option("--family", required=True, metavar="FAMILY", help="Whose events and forecasts.")
@click.option(
    "--data",
    metavar="DIR|URL",
    multiple=True,
    required=True,
    help="Folder of history and recordings; repeat it to continue them.",
)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First event date.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last event date.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Change a setting.")
@click.option(
    "--grid", metavar="NAME=A,B,C", multiple=True, help="Try every combination, and count them."
)
@click.option(
    "--executor",
    type=click.Choice(["local", "processes", "dask"]),
    default="local",
    show_default=True,
    help="Where days are replayed.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="How many processes replay them.",
)
@click.option("--fees", type=click.Path(path_type=Path), help="The venue's dated fee changes.")
@click.option("--explain", metavar="EVENT", help="Tell one event's story instead.")
@click.option("--lookahead-check", is_flag=True, help="Poison the future and compare decisions.")
@click.option("--plots", is_flag=True, help="Draw profit over time.")
@click.option(
    "--write-study", type=click.Path(path_type=Path), help="Write the study to this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def cli(
    *,
    family: str,
    data: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    settings: tuple[str, ...],
    grid: tuple[str, ...],
    executor: str,
    workers: int,
    fees: Path | None,
    explain: str | None,
    lookahead_check: bool,
    plots: bool,
    write_study: Path | None,
    as_json: bool,
) -> int:
    """Say what the system would have done on the recorded tape, and what it would have earned.

    Exit codes: 0 done, 1 failure or a look-ahead found, 2 usage, 4 data missing or unreadable.
    """
    with one_thread_each(os.environ):
        from kalshi_alpha.exec.backtest.request import BacktestRequest
        from kalshi_alpha.exec.backtest.run import backtest

        request = BacktestRequest(
            family=family,
            data=data,
            first=None if first is None else first.date(),
            last=None if last is None else last.date(),
            settings=settings,
            grid=grid,
            executor=executor,
            workers=workers,
            fees=fees,
            as_json=as_json,
            plots=plots,
            explain=explain,
            check_lookahead=lookahead_check,
            study=write_study,
        )
        return backtest(request)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "backtest", argv)


if __name__ == "__main__":
    exit_with(main())

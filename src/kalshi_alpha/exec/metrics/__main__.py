"""``python -m kalshi_alpha.exec.metrics``: the desk's figures, printed or written for a timer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, run_command

NAME = "metrics"
ENDING = ".prom"


@click.command(context_settings=HELP)
@click.option(
    "--textfile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write there, whole or not at all, and print nothing; the name ends with .prom.",
)
@clock_flag
def command(*, textfile: Path | None, as_of: str | None) -> int:
    """Tell the desk's figures to Prometheus: on standard output, or as a file of its own.

    A timer that writes the file into the folder of the node exporter's textfile collector needs no
    page that runs.

    Exit codes: 0 done, 1 a failure, 2 usage.
    """
    from kalshi_alpha.datastore.atomic import write_atomic
    from kalshi_alpha.exec.clock import run_clock
    from kalshi_alpha.exec.desk.look import look_at_desk
    from kalshi_alpha.exec.metrics.exposition import metrics_text
    from kalshi_alpha.utils.env import load_env

    load_env()
    if textfile is not None and textfile.suffix != ENDING:
        raise UsageError(f"the collector reads files that end with {ENDING} only, not {textfile}")
    clock = run_clock(as_of, os.environ)
    text = metrics_text(look_at_desk(Paths.from_environ(os.environ), clock, os.environ))
    if textfile is None:
        click.echo(text, nl=False)
    else:
        write_atomic(textfile, text)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(command, NAME, argv)


if __name__ == "__main__":
    exit_with(main())

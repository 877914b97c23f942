"""Measure the whole chain where the truth is known: ``python -m kalshi_alpha.exec.worlds``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kalshi_alpha.datastore.printing import quiet_flag
from kalshi_alpha.exec.command import HELP, exit_with, run_command


@click.command(context_settings=HELP)
@click.option(
    "--world",
    default="all",
    show_default=True,
    metavar="NAME|all",
    help="noise, efficient, edge, dying, overconfident, informed, promised, or all of them.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Lives of each world, numbered from 0.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Processes side by side.",
)
@click.option(
    "--years",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Length of a life.",
)
@click.option(
    "--guard-paths",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Histories for each row of the guard's table; 0 leaves it out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
@click.option("--write-docs", is_flag=True, help="Write docs/worlds.md from this very run.")
def cli(
    *,
    world: str,
    seeds: int,
    jobs: int,
    years: int,
    guard_paths: int,
    as_json: bool,
    write_docs: bool,
) -> int:
    """Live through years whose truth is known, and say what the ramp and the guard made of them.

    Exit codes: 0 done, 2 usage.
    """
    from kalshi_alpha.exec.worlds.run import WorldsRequest, run_worlds

    return run_worlds(
        WorldsRequest(
            world=world,
            seeds=seeds,
            jobs=jobs,
            years=years,
            guard_paths=guard_paths,
            as_json=as_json,
            write_docs=write_docs,
        )
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "worlds", argv)


if __name__ == "__main__":
    exit_with(main())

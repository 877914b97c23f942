"""Write tear-sheets: ``python -m kalshi_alpha.exec.tearsheet [--series CPI]``."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, output_flags, run_command

NAME = "report"
SCHEMA = 1


@click.command(NAME, context_settings=HELP)
@click.option(
    "--series",
    multiple=True,
    metavar="NAME",
    help="A family, a series or DESK; may be repeated.  [default: all that was scanned, and DESK]",
)
@click.option(
    "--date", "day", metavar="DAY", help="The New York day whose newest scan is shown, 2024-12-11."
)
@clock_flag
@output_flags
def command(
    *, series: tuple[str, ...], day: str | None, as_of: str | None, as_json: bool, quiet: bool
) -> int:
    """Write the tear-sheet of every series that was scanned, and the desk's.

    Each is one HTML file below reports/, opened without network: what would be traded, why, how
    sure the model has earned to be, and what would stop it, with every number in a table. A scan
    that was practised under a set clock is shown as of that clock. Nothing else is written.

    Exit codes: 0 written; 1 failure, also without the extra [report]; 2 usage; 4 no such scan, or
    the newest or the ledger cannot be read: what can be told is written.
    """
    from kalshi_alpha.datastore.paths import Paths
    from kalshi_alpha.datastore.printing import echo_json, echo_text, progress
    from kalshi_alpha.exec.artifacts import plain
    from kalshi_alpha.exec.clock import run_clock
    from kalshi_alpha.exec.tearsheet.writing import Wanted, asked_day, summary, write_sheets

    paths, clock = Paths.from_environ(os.environ), run_clock(as_of, os.environ)
    with progress("drawing the tear-sheets"):
        sheets = write_sheets(paths, clock, Wanted(series, asked_day(day)))
    if as_json:
        echo_json(
            {
                "schema": SCHEMA,
                "generated_at": plain(clock.at),
                "clock_source": clock.source.value,
                "files": [
                    {"series": each.series, "path": str(each.path), "bytes": each.size}
                    for each in sheets.files
                ],
                "unread": sheets.unread,
                "fault": sheets.ledger_fault,
            }
        )
    elif sheets.files and not quiet:
        echo_text(summary(paths, sheets.files))
    sheets.require_whole()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(command, NAME, argv)


if __name__ == "__main__":
    exit_with(main())

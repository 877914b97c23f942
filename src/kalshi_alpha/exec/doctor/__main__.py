"""What is wrong here, and what to do: ``python -m kalshi_alpha.exec.doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kalshi_alpha.datastore.command import run_command
from kalshi_alpha.exec.command import DATA_FIXTURES, HELP, clock_flag, exit_with, output_flags


@click.command("doctor", context_settings=HELP)
@click.option(
    "--fixtures-root",
    type=click.Path(path_type=Path),
    default=DATA_FIXTURES,
    show_default=True,
    help="Venue payloads of offline runs.",
)
@clock_flag
@output_flags
def command(*, fixtures_root: Path, as_of: str | None, as_json: bool, quiet: bool) -> int:
    """Check this installation and this desk; for every trouble say its cause and its remedy.

    Nothing is written and nobody is asked over the network. Feeds and calendars are judged at
    --as-of or now; unless KALSHI_ENV is demo or prod their age is a warning, because fixtures
    and practice have clocks of their own.

    Exit codes: 0 nothing failed, 1 something did, 2 usage.
    """
    from kalshi_alpha.exec.doctor.command_line import diagnose

    return diagnose(fixtures_root, as_of, as_json=as_json, quiet=quiet)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; the dotenv files are judged, not obeyed."""
    return run_command(command, "doctor", argv)


if __name__ == "__main__":
    exit_with(main())

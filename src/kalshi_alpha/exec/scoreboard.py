"""Regenerate the scoreboards from the ledger, and the page of the ramp's decision.

``python -m kalshi_alpha.exec.scoreboard --window 7 --window 30`` writes
``reports/scoreboard_7d.md``, ``reports/scoreboard_30d.md`` and ``reports/pilot_readiness.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import ConfigError, DataError
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, output_flags, run_command

if TYPE_CHECKING:
    from kalshi_alpha.core.execution.fillratio import FillAlpha
    from kalshi_alpha.core.ledger.entry import LedgerEntry
    from kalshi_alpha.core.scoreboard.board import Board, Yardsticks
    from kalshi_alpha.exec.clock import RunClock
    from kalshi_alpha.exec.reports.scoreboard_page import LedgerSeen

NAME = "scoreboard"
SCHEMA = 1
DEFAULT_WINDOWS = (7, 30)


@dataclass(frozen=True, slots=True)
class Scoreboards:
    """What was worked out: a board for each window, and what the ledger was like.

    ``fault`` is set if the ledger could not be read; the boards are then empty.
    """

    seen: LedgerSeen
    boards: tuple[Board, ...]
    fault: DataError | None = None


def look(paths: Paths, clock: RunClock, windows: Iterable[int]) -> Scoreboards:
    """Work out a scoreboard for each window of days; nothing is written.

    An absent ledger gives boards without a section: a new desk has nothing to show. So does one
    that cannot be read, whose fault is kept.
    """
    from kalshi_alpha.core.ledger.entry import ClockSource
    from kalshi_alpha.core.scoreboard.board import board
    from kalshi_alpha.core.scoreboard.windows import Window, end_of_windows
    from kalshi_alpha.datastore.ledger import LedgerStore
    from kalshi_alpha.exec.reports.scoreboard_page import LedgerSeen

    store = LedgerStore(paths)
    entries: list[LedgerEntry] = []
    refreshed_at, fault = None, None
    try:
        refreshed_at, entries = store.generated_at(), store.entries()
    except DataError as error:
        fault = error
    is_set = clock.source is ClockSource.SET
    ends_at = (
        clock.at
        if refreshed_at is None
        else end_of_windows(entries, clock.at, refreshed_at, is_set=is_set)
    )
    against, notes = _yardsticks(paths, clock, {entry.family for entry in entries})
    seen = LedgerSeen(
        path=paths.ledger_all.relative_to(paths.root).as_posix(),
        run_at=clock.at,
        clock_source=clock.source,
        generated_at=refreshed_at,
        fault="" if fault is None else str(fault),
        notes=notes,
    )
    boards = tuple(board(entries, Window(ends_at, days), against) for days in windows)
    return Scoreboards(seen, boards, fault)


def _yardsticks(
    paths: Paths, clock: RunClock, families: Iterable[str]
) -> tuple[Yardsticks, tuple[str, ...]]:
    from kalshi_alpha.config.ramp import BASELINE, load_ramp
    from kalshi_alpha.core.scoreboard.board import Yardsticks

    notes: list[str] = []
    try:
        ramp = load_ramp(paths.configs).value
    except ConfigError as error:
        notes.append(f"The ramp policy cannot be read, so the baseline is used: {error}")
        ramp = BASELINE
    try:
        alphas = _alphas(paths, clock, families)
    except DataError as error:
        notes.append(f"The tuned fill ratios cannot be read: {error}")
        alphas = {}
    return Yardsticks(alphas, ramp.evidence.rule(), ramp.shrink), tuple(notes)


def _alphas(paths: Paths, clock: RunClock, families: Iterable[str]) -> dict[str, FillAlpha]:
    from kalshi_alpha.datastore.execution_state import read_alpha

    found = {family: read_alpha(paths.fill_alpha, family, clock.at) for family in sorted(families)}
    return {family: alpha for family, alpha in found.items() if alpha is not None}


def write_pages(paths: Paths, found: Scoreboards) -> list[Path]:
    """Write the page of each window and return where."""
    from kalshi_alpha.datastore.atomic import write_atomic
    from kalshi_alpha.exec.reports.scoreboard_page import scoreboard_page

    written = []
    for each in found.boards:
        path = paths.scoreboard(each.window.days)
        write_atomic(path, scoreboard_page(each, found.seen).encode())
        written.append(path)
    return written


def document(found: Scoreboards, files: Sequence[Path]) -> dict[str, Any]:
    """Return what ``--json`` prints: every board as plain data, and the files written."""
    from kalshi_alpha.exec.artifacts import plain

    seen = found.seen
    return {
        "schema": SCHEMA,
        "generated_at": plain(seen.run_at),
        "clock_source": seen.clock_source.value,
        "ledger_generated_at": plain(seen.generated_at),
        "fault": seen.fault,
        "notes": list(seen.notes),
        "scoreboards": [plain(each) for each in found.boards],
        "files": [str(path) for path in files],
    }


def summary(found: Scoreboards, files: Sequence[Path]) -> str:
    """Return one screen: a line for each window and carrier, and the files written."""
    from kalshi_alpha.exec.reports.markdown import money

    lines = []
    if found.seen.generated_at is None and found.fault is None:
        lines = [f"scoreboard: there is no ledger yet: {found.seen.path}"]
    for each in found.boards:
        for section in each.sections:
            carrier, total = section.carrier, section.total.now
            lines.append(
                f"{each.window.days}d {carrier.mode.value.upper()} ({carrier.environment}, clock "
                f"{carrier.clock_source.value}): {total.n_orders} orders, {total.n_fills} fills, "
                f"{total.n_settled} settled, net {money(total.net)}, {total.n_open} open; "
                f"{section.n_evidence} of {section.n_rows} rows may count as evidence"
            )
    return "\n".join([*lines, *(f"wrote {path}" for path in files)])


@click.command(context_settings=HELP)
@click.option(
    "--window",
    "windows",
    type=click.IntRange(1, 3650),
    multiple=True,
    metavar="DAYS",
    help="Days of a scoreboard; may be repeated.  [default: 7 and 30]",
)
@clock_flag
@output_flags
def cli(*, windows: tuple[int, ...], as_of: str | None, as_json: bool, quiet: bool) -> int:
    """Regenerate the scoreboards from the ledger, and the page of the ramp's decision.

    Exit codes: 0 done, with a ledger or without one yet; 1 a failure, 2 usage, 4 a ledger that
    cannot be read, which the pages then say.
    """
    from kalshi_alpha.exec.clock import run_clock
    from kalshi_alpha.exec.ramp.page_file import write_readiness_page

    paths = Paths.from_environ(os.environ)
    clock = run_clock(as_of, os.environ)
    found = look(paths, clock, tuple(dict.fromkeys(windows)) or DEFAULT_WINDOWS)
    files = [*write_pages(paths, found), write_readiness_page(paths, clock.at)]
    if as_json:
        echo_json(document(found, files))
    elif not quiet:
        echo_text(summary(found, files))
    if found.fault is not None:
        raise found.fault
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, NAME, argv)


if __name__ == "__main__":
    exit_with(main())

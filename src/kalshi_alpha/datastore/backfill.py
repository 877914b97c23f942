"""Load history files into the point-in-time tables, vintage by vintage.

``python -m kalshi_alpha.datastore.backfill --from DIR`` fills an empty table, or continues one
that was filled before. A table grows in order of retrieval, so a backfill comes before the first
live ingest of its feed. Repeating it adds nothing.
Files that fill no table are named with the reason.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import DataError, DomainError, MissingData
from kalshi_alpha.datastore.command import run_command
from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_calendar import release_days
from kalshi_alpha.datastore.history_files import HISTORY_FILES
from kalshi_alpha.datastore.history_format import HistoryFile, Layer
from kalshi_alpha.datastore.history_leftovers import MARKETS, leftovers
from kalshi_alpha.datastore.ingest import installed_drivers
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, progress, table
from kalshi_alpha.datastore.tables import FeedStore

Step = Callable[[int, int, str], None]
"""Told what is done, of how many steps, and what comes next."""


class FileSummary(msgspec.Struct, frozen=True):
    """What came of one file.

    ``rows`` were read and ``skipped`` left out for an empty value; ``new_rows`` vintages were
    added to the table of ``source``, public between ``first_at`` and ``last_at``. ``besides``
    counts the values of columns that the table cannot take. ``error`` is empty exactly when the
    file is whole; ``note`` says why a whole file was not loaded. A file that fills no table has
    no ``source``.
    """

    file: str
    source: str
    rows: int
    skipped: int
    new_rows: int
    first_at: datetime | None
    last_at: datetime | None
    error: str
    note: str
    besides: dict[str, int] = {}

    @property
    def ok(self) -> bool:
        """Whether the file was read and its table took it."""
        return not self.error


class _Loaded(msgspec.Struct):
    """One file, read."""

    file: HistoryFile
    rows: int = 0
    skipped: int = 0
    layers: tuple[Layer, ...] = ()
    sha256: str = ""
    new_rows: int = 0
    error: str = ""
    note: str = ""
    besides: dict[str, int] = {}

    @property
    def instants(self) -> list[datetime]:
        return [each.available_at for layer in self.layers for each in layer]


def _unwatched(done: int, total: int, next_name: str) -> None:
    """Tell nobody how far the work is."""


def backfill(
    history: History,
    drivers: Mapping[str, Driver[Any]],
    store: FeedStore,
    step: Step = _unwatched,
) -> tuple[FileSummary, ...]:
    """Load every known file that the history holds; a file that fails leaves the others.

    Returns
    -------
    tuple of FileSummary
        One a file: those that fill a table in the order of `HISTORY_FILES`, then all others, by
        name, with a note why they fill none.

    Raises
    ------
    TornFile
        If the release calendar cannot be read, by which index levels are dated.
    """
    releases = release_days(history)
    found = [each for each in HISTORY_FILES if history.files(each.name)]
    loaded: list[_Loaded] = []
    for file in found:
        step(len(loaded), 2 * len(found), f"reading {file.name}")
        loaded.append(_read(history, file, releases))
    done = len(found)
    for source in dict.fromkeys(each.source for each in found):
        own = [each for each in loaded if each.file.source == source]
        step(done, 2 * len(found), f"filling {source}")
        _fill(source, own, drivers, store)
        done += len(own)
    others = leftovers(history, (each.name for each in found))
    return (*map(_summary, loaded), *(_not_loaded(each.name, each.why) for each in others))


def _read(history: History, file: HistoryFile, releases: Mapping[date, date]) -> _Loaded:
    try:
        rows = history.frame(file.name, file.columns, file.key, file.key).to_dicts()
        whole = file.whole_rows(rows)
        layers = tuple(layer for layer in file.layers(whole, releases) if layer)
    except (DataError, DomainError) as error:
        return _Loaded(file, error=str(error))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in history.files(file.name)))
    return _Loaded(
        file,
        len(rows),
        len(rows) - len(whole),
        layers,
        digest.hexdigest(),
        besides=_besides(history, file),
    )


def _besides(history: History, file: HistoryFile) -> dict[str, int]:
    """Count the values of the columns that no table takes, over all folders."""
    import polars as pl

    counts: dict[str, int] = {}
    for path in history.files(file.name) if file.besides else ():
        frame = pl.read_csv(path, infer_schema=False)
        for column in (name for name in file.besides if name in frame.columns):
            counts[column] = counts.get(column, 0) + frame[column].count()
    return {column: n for column, n in counts.items() if n}


def _fill(
    source: str, loaded: Sequence[_Loaded], drivers: Mapping[str, Driver[Any]], store: FeedStore
) -> None:
    """Append one feed's layers in the order in which what is new in them became public.

    A layer counts as received when the first row that the table lacks became public; rows
    before that are there already. So a longer file continues a table that it filled before.
    """
    if source not in drivers:
        for each in loaded:
            each.note = f"no driver {source} is installed"
        return
    table = store.table(drivers[source].table)
    turns: list[tuple[datetime, int, Layer]] = []
    for place, each in enumerate(loaded):
        for layer in each.layers:
            first = min(observation.available_at for observation in layer)
            turns.append((table.first_new_at(layer) or first, place, layer))
    for received_at, place, layer in sorted(turns, key=lambda turn: turn[:2]):
        each = loaded[place]
        if each.error:
            continue
        rest = [row for row in layer if row.available_at >= received_at]
        try:
            each.new_rows += table.append(rest, retrieved_at=received_at, raw_sha256=each.sha256)
        except (DataError, DomainError) as error:
            each.error = str(error)


def _summary(loaded: _Loaded) -> FileSummary:
    instants = loaded.instants
    return FileSummary(
        file=loaded.file.name,
        source=loaded.file.source,
        rows=loaded.rows,
        skipped=loaded.skipped,
        new_rows=loaded.new_rows,
        first_at=min(instants, default=None),
        last_at=max(instants, default=None),
        error=loaded.error,
        note=loaded.note,
        besides=loaded.besides,
    )


def _not_loaded(name: str, why: str) -> FileSummary:
    return FileSummary(name, "", 0, 0, 0, None, None, "", why)


def render(summaries: Sequence[FileSummary]) -> str:
    """Lay the summaries out as a plain table, one file a line."""
    head = ("file", "feed", "rows", "new", "public from", "to", "state")
    body = [
        (
            each.file,
            each.source or "-",
            str(each.rows) if each.source else "-",
            str(each.new_rows) if each.source else "-",
            "-" if each.first_at is None else f"{each.first_at:%Y-%m-%d}",
            "-" if each.last_at is None else f"{each.last_at:%Y-%m-%d}",
            _state(each),
        )
        for each in summaries
    ]
    return "\n".join(table(head, body))


def _state(summary: FileSummary) -> str:
    if not summary.ok:
        return "FAILED"
    if summary.note:
        return f"not loaded: {summary.note}"
    parts = ["ok", *([f"{summary.skipped} left out"] if summary.skipped else [])]
    if summary.besides:
        columns = ", ".join(f"{name} ({n})" for name, n in summary.besides.items())
        parts.append(f"values left out that the table has no row for: {columns}")
    return ", ".join(parts)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--from",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="Folder with history files; repeat it to continue the series.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summaries as JSON.")
@click.option("--quiet", is_flag=True, help="Print failures only.")
def cli(*, folders: tuple[Path, ...], as_json: bool, quiet: bool) -> None:
    """Load history files into the point-in-time tables.

    Files that fill no table are listed with the reason. Exit codes: 0 all files whole, 2 usage,
    4 a file failed or none was found.
    """
    store = FeedStore(Paths.from_environ(os.environ))
    history = History(folders)
    with progress("history") as advance:

        def step(done: int, total: int, next_name: str) -> None:
            advance(next_name, done=done, total=total)

        summaries = backfill(history, installed_drivers(), store, step)
    if as_json:
        echo_json({"schema": 1, "files": summaries}, Mode.OFFLINE)
    elif not quiet:
        echo_text(render(summaries), Mode.OFFLINE)
    failures = [f"{each.file}: {each.error}" for each in summaries if not each.ok]
    if failures:
        raise DataError("; ".join(failures))
    if not any(each.source for each in summaries):
        raise MissingData(f"no history file to load: {_instead(summaries)}")


def _instead(summaries: Sequence[FileSummary]) -> str:
    """Say what a history without a file for any table has instead."""
    markets = [each.file for each in summaries if each.note == MARKETS]
    if markets:
        return f"what is there is of markets; give {' or '.join(markets)} to exec.evaluate --market"
    return f"known are {', '.join(each.name for each in HISTORY_FILES)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    return run_command(cli, "backfill", argv)


if __name__ == "__main__":
    sys.exit(main())

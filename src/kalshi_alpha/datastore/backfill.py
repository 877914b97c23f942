"""Load history files into the point-in-time tables, vintage by vintage.

``python -m kalshi_alpha.datastore.backfill --from DIR`` fills an empty table, or continues one
that was filled before. A table grows in order of retrieval, so a backfill comes before the first
live ingest of its feed. Repeating it adds nothing.
"""

from __future__ import annotations

import hashlib
import math
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from kalshi_alpha.core.errors import DataError, DomainError, KalshiAlphaError, MissingData
from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_files import (
    HISTORY_FILES,
    OPTIONAL_VALUES,
    HistoryFile,
    Layer,
    release_days,
)
from kalshi_alpha.datastore.ingest import installed_drivers
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, PointInTimeTable


class FileSummary(msgspec.Struct, frozen=True):
    """What came of one file.

    ``rows`` were read and ``skipped`` left out for an empty value; ``new_rows`` vintages were
    added to the table of ``source``, public between ``first_at`` and ``last_at``. ``error`` is
    empty exactly when the file is whole; ``note`` says why a whole file was not loaded.
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

    @property
    def instants(self) -> list[datetime]:
        return [each.available_at for layer in self.layers for each in layer]


def backfill(
    history: History, drivers: Mapping[str, Driver[Any]], store: FeedStore
) -> tuple[FileSummary, ...]:
    """Load every known file that the history holds; a file that fails leaves the others.

    Returns
    -------
    tuple of FileSummary
        One a file, in the order of `HISTORY_FILES`.

    Raises
    ------
    MissingData
        If the history holds none of them.
    TornFile
        If the release calendar cannot be read, by which index levels are dated.
    """
    releases = release_days(history)
    found = [each for each in HISTORY_FILES if history.files(each.name)]
    if not found:
        names = ", ".join(each.name for each in HISTORY_FILES)
        raise MissingData(f"no history file to load; known are {names}")
    loaded = [_read(history, file, releases) for file in found]
    for source in dict.fromkeys(each.file.source for each in loaded):
        _fill(source, [each for each in loaded if each.file.source == source], drivers, store)
    return tuple(_summary(each) for each in loaded)


def _read(history: History, file: HistoryFile, releases: Mapping[date, date]) -> _Loaded:
    try:
        rows = history.frame(file.name, file.columns, file.key, file.key).to_dicts()
        whole = [row for row in rows if _complete(row)]
        layers = tuple(layer for layer in file.layers(whole, releases) if layer)
    except (DataError, DomainError) as error:
        return _Loaded(file, error=str(error))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in history.files(file.name)))
    return _Loaded(file, len(rows), len(rows) - len(whole), layers, digest.hexdigest())


def _complete(row: Mapping[str, object]) -> bool:
    return all(
        name in OPTIONAL_VALUES
        or not (value is None or (isinstance(value, float) and not math.isfinite(value)))
        for name, value in row.items()
    )


def _fill(
    source: str, loaded: Sequence[_Loaded], drivers: Mapping[str, Driver[Any]], store: FeedStore
) -> None:
    """Append one feed's layers in the order in which they became public."""
    if source not in drivers:
        for each in loaded:
            each.note = f"no driver {source} is installed"
        return
    table = store.table(drivers[source].table)
    turns = [
        (min(observation.available_at for observation in layer), place, layer)
        for place, each in enumerate(loaded)
        for layer in each.layers
    ]
    for retrieved_at, place, layer in sorted(turns, key=lambda turn: turn[:2]):
        each = loaded[place]
        if each.error:
            continue
        try:
            each.new_rows += _append(table, layer, retrieved_at, each.sha256)
        except (DataError, DomainError) as error:
            each.error = str(error)


def _append(table: PointInTimeTable, layer: Layer, retrieved_at: datetime, sha256: str) -> int:
    """Append a layer as if it had been received when its first row became public."""
    return table.append(layer, retrieved_at=retrieved_at, raw_sha256=sha256)


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
    )


def render(summaries: Sequence[FileSummary]) -> str:
    """Lay the summaries out as a plain table, one file a line."""
    head = ("file", "feed", "rows", "new", "public from", "to", "state")
    body = [
        (
            each.file,
            each.source,
            str(each.rows),
            str(each.new_rows),
            "-" if each.first_at is None else f"{each.first_at:%Y-%m-%d}",
            "-" if each.last_at is None else f"{each.last_at:%Y-%m-%d}",
            ("ok" if not each.skipped else f"ok, {each.skipped} left out") if each.ok else "FAILED",
        )
        for each in summaries
    ]
    widths = [max(len(line[i]) for line in (head, *body)) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, *body)
    )


def _state(summary: FileSummary) -> str:
    if not summary.ok:
        return "FAILED"
    if summary.note:
        return f"not loaded: {summary.note}"
    return f"ok, {summary.skipped} left out" if summary.skipped else "ok"


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

    Exit codes: 0 all files whole, 2 usage, 4 a file failed or none was found.
    """
    store = FeedStore(Paths.from_environ(os.environ))
    summaries = backfill(History(folders), installed_drivers(), store)
    if as_json:
        click.echo(encode_json({"schema": 1, "files": summaries}), nl=False)
    elif not quiet:
        click.echo(render(summaries))
    failures = [f"{each.file}: {each.error}" for each in summaries if not each.ok]
    if failures:
        raise DataError("; ".join(failures))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    try:
        cli.main(
            args=None if argv is None else list(argv), prog_name="backfill", standalone_mode=False
        )
    except KalshiAlphaError as error:
        click.echo(f"backfill: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"backfill: {error.format_message()}", err=True)
        return error.exit_code
    except OSError as error:
        click.echo(f"backfill: {error}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

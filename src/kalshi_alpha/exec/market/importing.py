"""Import everything below some folders that can be recognised."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.market.best_quotes import best_quotes
from kalshi_alpha.exec.market.captures import captures
from kalshi_alpha.exec.market.price_history import price_histories
from kalshi_alpha.exec.market.rest_books import rest_books
from kalshi_alpha.exec.market.settled_events import settled_events
from kalshi_alpha.exec.market.source_files import Source
from kalshi_alpha.exec.market.trade_tape import trade_tapes

READERS: tuple[Callable[[Path], list[Source]], ...] = (
    trade_tapes,
    settled_events,
    best_quotes,
    rest_books,
    price_histories,
    captures,
)
"""Each finds the files of one kind in a folder."""


@dataclass(slots=True)
class Imported:
    """What one source brought.

    Attributes
    ----------
    kind, files
        What was read.
    partitions, events
        How many were written.
    rows
        By table.
    bytes
        Of the files written.
    seconds
        How long it took.
    """

    kind: str
    files: tuple[str, ...]
    partitions: int
    events: int
    rows: dict[Table, int]
    bytes: int
    seconds: float


def find_sources(folders: Sequence[Path]) -> list[Source]:
    """Return what can be imported of some folders, and of those right below them.

    Raises
    ------
    MissingData
        If there is nothing.
    """
    found: list[Source] = []
    for folder in folders:
        below = (
            sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
        )
        for place in (folder, *below):
            for reader in READERS:
                found += reader(place)
    if not found:
        raise MissingData(
            f"no recording of markets in {', '.join(map(str, folders))}; name a folder with one"
        )
    return found


def import_source(
    store: MarketStore, source: Source, on_partition: Callable[[], None] = lambda: None
) -> Imported:
    """Write what a source holds, in place of what an earlier import of it wrote.

    Raises
    ------
    ParseRefused
        If a file is not as it should be.
    OSError
        If a partition cannot be written.
    """
    begun = time.perf_counter()
    names = tuple(path.name for path in source.files)
    said = Imported(source.kind, names, 0, 0, {}, 0, 0.0)
    for partition in source.partitions():
        manifest = store.write(partition)
        said.partitions += 1
        said.events += len(manifest.events)
        for file in manifest.files:
            said.rows[file.table] = said.rows.get(file.table, 0) + file.rows
            said.bytes += file.bytes
        on_partition()
    said.seconds = time.perf_counter() - begun
    return said

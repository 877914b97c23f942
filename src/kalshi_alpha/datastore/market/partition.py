"""Write a partition as a whole: a reader sees the old one or the new one."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.tape import Fidelity
from kalshi_alpha.datastore.atomic import encode_json, fsync_folder
from kalshi_alpha.datastore.market.manifest import (
    MANIFEST_NAME,
    DateManifest,
    EventEntry,
    TableFile,
)
from kalshi_alpha.datastore.market.schema import MARKET_SCHEMA, Table, table_frame

if TYPE_CHECKING:
    import polars as pl

_FINEST = ((Table.DEPTH, Fidelity.DEPTH), (Table.QUOTES, Fidelity.QUOTES))
_NEEDED = {"strike": "strike_type", "opening": "opens_us", "close": "closes_us"}
_OLD, _NEW = ".old", ".new"
_ROW_GROUP = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One table's rows from one source, in time order.

    Attributes
    ----------
    table, frame
        Which table, and its rows.
    source
        What they come from; a key of the partition's sources.
    label
        Part of the file's name, such as the day of a recording; empty for the only part.
    """

    table: Table
    frame: pl.DataFrame
    source: str
    label: str = ""

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"{self.table}.{self.label}.parquet" if self.label else f"{self.table}.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Everything of one series and event date.

    Attributes
    ----------
    series, date
        Which.
    markets
        The markets table, an event's rows together and in the order of their strikes.
    parts
        The other tables.
    sources
        SHA-256 of every source by its name.
    sealed
        Whether no more rows are expected.
    gaps
        What is known to be missing.
    """

    series: str
    date: date
    markets: pl.DataFrame
    parts: Sequence[Part]
    sources: Mapping[str, str]
    sealed: bool = True
    gaps: tuple[str, ...] = field(default=())


def partition_folder(root: Path, series: str, day: date) -> Path:
    """Return the folder of a partition below a store's root."""
    return root / f"series={series}" / f"date={day.isoformat()}"


def write_partition(root: Path, partition: Partition, *, durable: bool = False) -> DateManifest:
    """Write a partition in place of the one that was there, and return its manifest.

    The same values give the same bytes. The new folder is complete before it takes the old one's
    place; `recover_partition` undoes what a crash interrupted. Files that a power failure tore
    are recognised by the manifest's digests.

    Parameters
    ----------
    root
        The store's.
    partition
        What to write.
    durable
        Wait until all is on the disk, for what cannot be imported again.

    Raises
    ------
    BadParameter
        If a table's columns or rows are not as they must be.
    OSError
        If it cannot be written; the old partition is then still there.
    """
    markets = table_frame(Table.MARKETS, partition.markets)
    tables = [(part, table_frame(part.table, part.frame)) for part in partition.parts]
    for part, frame in tables:
        _require_rows(part, frame, markets.height)
    target = partition_folder(root, partition.series, partition.date)
    recover_partition(target)
    fresh = target.with_name(f".{target.name}{_NEW}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    first = Part(Table.MARKETS, markets, next(iter(partition.sources), ""))
    files = [_written(fresh, part, frame) for part, frame in ((first, markets), *tables)]
    manifest = DateManifest(
        schema=MARKET_SCHEMA,
        series=partition.series,
        date=partition.date,
        sealed=partition.sealed,
        sources=dict(partition.sources),
        events=tuple(_events(markets, tables)),
        files=tuple(files),
        gaps=partition.gaps,
    )
    (fresh / MANIFEST_NAME).write_bytes(encode_json(manifest))
    if durable:
        _fsync_all(fresh)
    _swap(fresh, target)
    if durable:
        fsync_folder(target.parent)
    return manifest


def recover_partition(target: Path) -> None:
    """Put the old folder back if a crash came between taking it away and putting the new one."""
    old = target.with_name(f".{target.name}{_OLD}")
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old)
    else:
        old.rename(target)


def _swap(fresh: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}{_OLD}")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _require_rows(part: Part, frame: pl.DataFrame, markets: int) -> None:
    if frame.is_empty():
        raise BadParameter(f"table {part.table} of {part.source} has no row: leave it out")
    if not frame["at_us"].is_sorted():
        raise BadParameter(f"table {part.table} of {part.source} is not in time order")
    highest = frame["market"].max()
    if not isinstance(highest, int) or highest >= markets:
        raise BadParameter(f"table {part.table} of {part.source} names a market that is not there")


def _written(folder: Path, part: Part, frame: pl.DataFrame) -> TableFile:
    buffer = io.BytesIO()
    frame.write_parquet(
        buffer, compression="zstd", compression_level=3, statistics=True, row_group_size=_ROW_GROUP
    )
    data = buffer.getvalue()
    (folder / part.name).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return TableFile(part.table, part.name, frame.height, len(data), digest, part.source)


def _fsync_all(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    fsync_folder(folder)


def _events(
    markets: pl.DataFrame, tables: Iterable[tuple[Part, pl.DataFrame]]
) -> Iterable[EventEntry]:
    """Yield each event with its rows of every table."""
    import polars as pl

    counts: dict[Table, dict[int, int]] = {}
    for part, frame in tables:
        found = frame.group_by("market").agg(pl.len()).rows()
        held = counts.setdefault(part.table, {})
        for market, rows in found:
            held[market] = held.get(market, 0) + rows
    tickers = markets["event_ticker"].to_list()
    unsaid = {name: markets[column].is_null().to_list() for name, column in _NEEDED.items()}
    sources = markets["result_source"].to_list()
    first = 0
    for end in range(1, len(tickers) + 1):
        if end < len(tickers) and tickers[end] == tickers[first]:
            continue
        if tickers[first] in tickers[end:]:
            raise BadParameter(f"the markets of {tickers[first]} do not stand together")
        rows = {
            table: sum(held.get(market, 0) for market in range(first, end))
            for table, held in sorted(counts.items())
        }
        rows = {table: found for table, found in rows.items() if found}
        yield EventEntry(
            event_ticker=tickers[first],
            first_market=first,
            markets=end - first,
            fidelity=_fidelity(rows),
            rows=rows,
            result_source=sources[first] or "",
            lacks=tuple(name for name, null in unsaid.items() if any(null[first:end])),
        )
        first = end


def _fidelity(rows: Mapping[Table, int]) -> Fidelity | None:
    for table, fidelity in _FINEST:
        if rows.get(table):
            return fidelity
    return Fidelity.TRADES if rows.get(Table.TRADES) else None
